"""Sense of a schedule on the day of knowledge: plans that have passed, and facts that came before what they need."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.order import NeedNetwork
from sim.scenario.text import Path
from sim.units import format_date

DAY_D: Final = 1.0
"""Dates are days: what was planned for the day of knowledge itself has not passed."""


def check_overdue(case: Draft) -> Iterator[Problem]:
    """What was planned to have ended by the day of knowledge is said to have happened, or planned anew (warning).

    Where one thing waits for another that is overdue, only the first is told.
    """
    as_of = case.scenario.calendar.as_of
    if as_of is None:
        return
    network = NeedNetwork(case.scenario, planned=True)
    planned, graph = network.earliest_days, network.graph
    known_d = network.calendar.to_days(as_of)
    late: set[str] = set()
    for name in planned:  # needs come before what needs them
        if any(need in late for need, _ in graph[name]):
            late.add(name)
        elif planned[name].day < known_d - DAY_D and _stands_open(case, name, as_of):
            late.add(name)
            if not _is_excused(case, name, as_of):
                yield _overdue(case, name, network.calendar.iso(planned[name].day), as_of)


def _stands_open(case: Draft, event: str, as_of: datetime.datetime) -> bool:
    """Whether an event is the end of work that is not done, or the launch of a mission whose date has passed."""
    head, _, word = event.partition(".")
    activity = case.scenario.activities.get(event)
    if activity is not None:
        return activity.done is None
    return word == "launched" and head in case.scenario.missions and _should_have_flown(case, head, as_of)


def _should_have_flown(case: Draft, name: str, as_of: datetime.datetime) -> bool:
    mission = case.scenario.missions[name]
    date = mission.not_before
    return mission.flown is None and not mission.reserve and date is not None and date < as_of


def _is_excused(case: Draft, event: str, as_of: datetime.datetime) -> bool:
    """Whether partners who join later or are barred, or money, may be what work has waited for."""
    activity = case.scenario.activities.get(event)
    if activity is None:
        return False
    names = [*([activity.partner] if activity.partner else []), *activity.parties]
    partners = [case.scenario.partners[name] for name in names]
    joins = any(partner.joins is not None and partner.joins.mode() > as_of for partner in partners)
    barred = any(p.barred is not None and p.barred.from_ <= as_of <= p.barred.until for p in partners)
    paid = activity.cost > 0.0 and activity.partner is not None
    return joins or barred or (paid and case.scenario.partners[activity.partner or ""].budget is not None)


def _overdue(case: Draft, event: str, day: str, as_of: datetime.datetime) -> Problem:
    known = f"before the day of knowledge, {format_date(as_of)}"
    if event in case.scenario.activities:
        path: Path = ("activities", event)
        if case.scenario.activities[event].finish is not None:
            path = (*path, "finish")
        message = f"it was to end on {day}, {known}, and is not done"
        hint = "give done: with its date, or plan it anew (finish, or not_before and duration)"
        return case.problem(path, Code.DATE_ORDER, message, hint, "warning", key=len(path) == 2)
    name = event.partition(".")[0]
    message = f"it was to fly on {day}, {known}, and has not flown"
    hint = "give flown: with its dates, or a new not_before"
    return case.problem(("missions", name, "not_before"), Code.DATE_ORDER, message, hint, "warning")


def check_done_before_needs(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """What has happened came after what it needs (warning)."""
    earliest = network.earliest_days
    for name, path, date, needs in _facts(case):
        fact_d = max(network.calendar.to_days(date), 0.0)
        for index, need in enumerate(needs):
            event = network.own_name(need)
            if event not in earliest or earliest[event].day <= fact_d + DAY_D:
                continue
            day = earliest[event].day
            when = "never is" if day == math.inf else f"is not there before {network.calendar.iso(day)}"
            message = f"{name} happened on {format_date(date)}, and what it needs, {need}, {when}"
            hint = "correct one of the dates, or remove the need"
            yield case.problem((*path, "needs", index), Code.DATE_ORDER, message, hint, "warning")


def _facts(case: Draft) -> Iterator[tuple[str, Path, datetime.datetime, Sequence[str]]]:
    """Return what has happened: its name, its place, its date and its needs."""
    for name, activity in case.scenario.activities.items():
        if activity.done is not None:
            yield name, ("activities", name), activity.done, activity.needs
    for name, mission in case.scenario.missions.items():
        if mission.flown is not None:
            yield name, ("missions", name), mission.flown.launched, mission.needs
