"""Sense of dates and times: in order, inside the calendar, and no plan that has passed on the day of knowledge."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.order import NeedNetwork
from sim.scenario.text import Path
from sim.units import format_date

DAY_D: Final = 1.0
"""Dates are days: what was planned for the day of knowledge itself has not passed."""


def check_calendar(case: Draft) -> Iterator[Problem]:
    """The calendar runs forward and holds the day of knowledge and the dates of the goals."""
    spec = case.scenario.calendar
    if spec.end <= spec.start:
        message = f"the calendar ends on {format_date(spec.end)}, not after its start on {format_date(spec.start)}"
        yield case.problem(("calendar", "end"), Code.DATE_ORDER, message, "move start or end")
        return
    if spec.as_of is not None and spec.as_of > spec.end:
        yield case.problem(("calendar", "as_of"), *_outside(spec.as_of, case))
    for name, goal in case.scenario.goals.items():
        if not spec.start <= goal.by <= spec.end:
            yield case.problem(("goals", name, "by"), *_outside(goal.by, case))


def _outside(date: datetime.datetime, case: Draft) -> tuple[Code, str, str]:
    spec = case.scenario.calendar
    message = f"{format_date(date)} lies outside the calendar, {format_date(spec.start)} to {format_date(spec.end)}"
    return Code.OUTSIDE_CALENDAR, message, "move the date, or the calendar's start or end"


def check_plans(case: Draft) -> Iterator[Problem]:
    """Plans beyond the calendar's end are never seen (warning)."""
    end = case.scenario.calendar.end
    plans: list[tuple[Path, datetime.datetime | None]] = []
    for name, mission in case.scenario.missions.items():
        plans.append((("missions", name, "not_before"), mission.not_before))
    for name, activity in case.scenario.activities.items():
        plans.append((("activities", name, "finish"), activity.finish))
    for path, date in plans:
        if date is not None and date > end:
            code, message, hint = _outside(date, case)
            yield case.problem(path, code, f"{message}: it is never seen", hint, "warning")


def check_facts(case: Draft) -> Iterator[Problem]:
    """What has happened has happened before the day of knowledge, and in its order."""
    spec = case.scenario.calendar
    known = spec.as_of or spec.end
    for name, activity in case.scenario.activities.items():
        if activity.done is not None and activity.done > known:
            yield case.problem(("activities", name, "done"), *_not_yet(activity.done, known))
    for name, mission in case.scenario.missions.items():
        flown = mission.flown
        if flown is None:
            continue
        if flown.launched > known:
            yield case.problem(("missions", name, "flown", "launched"), *_not_yet(flown.launched, known))
        if flown.arrived is not None and flown.arrived > known:
            yield case.problem(("missions", name, "flown", "arrived"), *_not_yet(flown.arrived, known))
        if flown.arrived is not None and flown.arrived < flown.launched:
            message = f"it arrived before it was launched on {format_date(flown.launched)}"
            yield case.problem(("missions", name, "flown", "arrived"), Code.DATE_ORDER, message, "swap the dates")
        if flown.ended is not None and flown.ended > known:
            yield case.problem(("missions", name, "flown", "ended"), *_not_yet(flown.ended, known))
        if flown.ended is not None and flown.ended < (flown.arrived or flown.launched):
            message = f"it ended before {format_date(flown.arrived or flown.launched)}, when it was still on its way"
            yield case.problem(("missions", name, "flown", "ended"), Code.DATE_ORDER, message, "swap the dates")


def _not_yet(date: datetime.datetime, known: datetime.datetime) -> tuple[Code, str, str]:
    message = f"{format_date(date)} lies after {format_date(known)}, the last day that is known"
    return Code.DATE_ORDER, message, "write it as a plan, or move calendar.as_of"


def check_activity_dates(case: Draft) -> Iterator[Problem]:
    """An activity does not end before it may begin."""
    for name, activity in case.scenario.activities.items():
        if activity.not_before is None or activity.finish is None:
            continue
        start = activity.not_before.mode()
        if start > activity.finish:
            message = f"it ends before it may begin on {format_date(start)}"
            yield case.problem(("activities", name, "finish"), Code.DATE_ORDER, message, "swap the dates")


def check_memberships(case: Draft) -> Iterator[Problem]:
    """A partner does not leave before it joins."""
    for name, partner in case.scenario.partners.items():
        leaves = partner.withdraws
        mode = getattr(leaves, "mode", None)
        if partner.joins is None or not callable(mode):
            continue
        if mode() < partner.joins.mode():
            message = f"it leaves before it joins on {format_date(partner.joins.mode())}"
            yield case.problem(("partners", name, "withdraws"), Code.DATE_ORDER, message, "swap the dates")


def check_bars(case: Draft) -> Iterator[Problem]:
    """A time in which a partner is barred ends after it began."""
    for name, partner in case.scenario.partners.items():
        if partner.barred is not None and partner.barred.until <= partner.barred.from_:
            message = f"it ends before it begins on {format_date(partner.barred.from_)}"
            yield case.problem(("partners", name, "barred", "until"), Code.DATE_ORDER, message, "swap the dates")


def check_times_of_flight(case: Draft) -> Iterator[Problem]:
    """A time of flight is one value, or the shortest and the longest."""
    for name, leg in case.scenario.legs.items():
        path: Path = ("legs", name, "tof")
        if len(leg.tof) > 2 or (len(leg.tof) == 2 and leg.tof[0] >= leg.tof[1]):
            message = "this is not the shortest and the longest time of flight"
            yield case.problem(path, Code.VALUE, message, "for example tof: [84 h, 132 h]")
        if leg.transfer == "computed" and not leg.tof:
            message = "a computed transfer needs a time of flight"
            yield case.problem(("legs", name), Code.MISSING_KEY, message, "for example tof: [84 h, 132 h]", key=True)


def check_slip_rows(case: Draft) -> Iterator[Problem]:
    """Rows of a slip law reach further and further ahead."""
    for name, law in case.scenario.slips.items():
        for index, (first, second) in enumerate(pairwise(law.rows)):
            if second.up_to <= first.up_to:
                path: Path = ("slips", name, "rows", index + 1, "up_to")
                yield case.problem(path, Code.VALUE, "this row reaches no further than the one before", "sort the rows")


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


CHECKS = (
    check_calendar,
    check_plans,
    check_facts,
    check_activity_dates,
    check_memberships,
    check_bars,
    check_times_of_flight,
    check_slip_rows,
)
