"""Sense of dates and times: in order, and inside the calendar."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import pairwise

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.text import Path
from sim.units import format_date


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
