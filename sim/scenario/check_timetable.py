"""Sense of the schedule: leads, progress, resources that can fit, groups, the planner's codes, and dates to be kept."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

from sim.problems import Code, Problem, WrongValueError
from sim.scenario.draft import Draft
from sim.scenario.events import STARTING, start_name
from sim.scenario.names import NEEDS, find, section
from sim.scenario.order import NeedNetwork
from sim.scenario.relations import LAG_CALENDARS, Lagged, event_of, read_need
from sim.scenario.schema import Activity, Resource
from sim.scenario.text import Path
from sim.scenario.working import Working, end_of_day, group_members
from sim.units import format_date, parse_date
from sim.worktime import DAY_MIN, add_time

MINUTE_D = 1.0 / 1440.0


def check_leads(case: Draft) -> Iterator[Problem]:
    """Only work has an end that is known ahead, so that something can lead it."""
    work = {name for block in STARTING for name in section(case.layered.values, block)}
    for pattern in NEEDS:
        for path, value in find(case.layered.values, pattern):
            head = (event_of(value) or "").partition(".")[0]
            if head in work or not isinstance(value, str | dict):
                continue
            try:
                need = read_need(value)
            except WrongValueError:  # told where it is read
                continue
            if isinstance(need, Lagged) and need.is_lead:
                message = f"nobody knows ahead when {need.event} will be, so nothing can come before it"
                yield case.problem(path, Code.VALUE, message, "lead the end of an activity, or wait after it (+)")


def check_working_calendars(case: Draft) -> Iterator[Problem]:
    """A working calendar has working days in the scenario's time, and a name that means it."""
    working = Working(case.scenario)
    for name in case.scenario.calendars:
        path: Path = ("calendars", name)
        if name in LAG_CALENDARS:
            message = f"a lag that says calendar: {name} means something else"
            yield case.problem(path, Code.NAME, message, f"call it {name}-hours", key=True)
        elif not working.has_work(name):
            hint = "shorten its closed times, or add days, hours or seasons"
            yield case.problem(path, Code.VALUE, "no day is a working day in the scenario's time", hint, key=True)


def check_progress(case: Draft) -> Iterator[Problem]:
    """What has started did so by the day of knowledge and in the order of needs (the latter a warning)."""
    as_of = case.scenario.calendar.as_of
    for name, item in case.scenario.activities.items():
        if item.started is None:
            continue
        path: Path = ("activities", name, "started")
        if item.done is not None and item.done < item.started:
            message = f"it was done on {format_date(item.done)}, before it started"
            yield case.problem(path, Code.DATE_ORDER, message, "swap the dates")
        elif item.done is None and as_of is None:
            hint = "add as_of to calendar: the day on which this was known"
            yield case.problem(path, Code.MISSING_KEY, "progress is that of a day, and the calendar names none", hint)
        elif item.done is None and as_of is not None and item.started > as_of:
            message = f"{format_date(item.started)} lies after {format_date(as_of)}, the day of knowledge"
            yield case.problem(path, Code.DATE_ORDER, message, "write it as not_before, or move calendar.as_of")
        elif item.done is None:
            yield from _out_of_sequence(case, name, item)


def _out_of_sequence(case: Draft, name: str, item: Activity) -> Iterator[Problem]:
    for index, need in enumerate(item.needs):
        head, _, word = (event_of(need) or "").partition(".")
        before = case.scenario.activities.get(head)
        if before is None or item.started is None:
            continue
        date = before.started if word == "started" else before.done
        if date is not None and date <= item.started:
            continue
        when = f"was there only on {format_date(date)}" if date is not None else "is not there yet"
        message = f"it started on {format_date(item.started)}, out of sequence: {event_of(need)} {when}"
        hint = "what remains waits for it; correct a date, or take the need away"
        yield case.problem(("activities", name, "needs", index), Code.DATE_ORDER, message, hint, "warning")


def check_resources(case: Draft) -> Iterator[Problem]:
    """What an activity uses can be there from its start to its end."""
    working = Working(case.scenario)
    for name, item in case.scenario.activities.items():
        clock = working.clock_of(item)
        law = item.remaining or item.duration
        least_min = max(law.support[0], 0.0) * clock.unit_min if law is not None and not clock else 0.0
        for resource, count in item.uses.items():
            spec = case.scenario.resources[resource]
            if item.done is None and not _fits(spec, count, least_min / DAY_MIN):
                most = max(spec.capacity.values()) if isinstance(spec.capacity, dict) else spec.capacity
                message = f"it uses {count} of {resource}, and there are never more than {most}"
                if most is not None and most >= count:
                    message = f"it uses {count} of {resource}, and so many are never there for as long as it takes"
                hint = f"use less, or give {resource} more capacity"
                yield case.problem(("activities", name, "uses", resource), Code.OVER_CAPACITY, message, hint)


def _fits(spec: Resource, count: int, lasts_d: float) -> bool:
    """Whether so many are there at a time for long enough."""
    if not isinstance(spec.capacity, dict):
        return spec.capacity is None or count <= spec.capacity
    steps = sorted((parse_date(text), there) for text, there in spec.capacity.items())
    since: datetime.datetime | None = datetime.datetime.min
    for number, (date, there) in enumerate(steps):
        if there < count:
            if since is not None and number and (date - since).total_seconds() / 86400.0 >= lasts_d:
                return True
            since = None
        elif since is None:
            since = date
    return since is not None


def check_groups(case: Draft) -> Iterator[Problem]:
    """Groups do not lie in each other in a circle, and one that is needed has something in it."""
    groups = case.scenario.groups
    for name, item in groups.items():
        inside, outer = {name}, item.group
        while outer is not None and outer not in inside:
            inside.add(outer)
            outer = groups[outer].group
        if outer == name == min(inside):
            path: Path = ("groups", name, "group")
            yield case.problem(path, Code.CYCLE, f"{name} lies in itself", "take one of these groups out of another")
    members = group_members(case.scenario)
    for pattern in NEEDS:
        for path, value in find(case.layered.values, pattern):
            head = (event_of(value) or "").partition(".")[0]
            if head in members and not members[head]:
                message = f"there is nothing in the group {head}, so it is never done"
                yield case.problem(path, Code.VALUE, message, f"say group: {head} in an activity")


def check_codes(case: Draft) -> Iterator[Problem]:
    """A planner's code means one thing."""
    for block in ("activities", "groups"):
        items = getattr(case.scenario, block)
        taken = {name: name for name, item in items.items() if item.code is None}
        for name, item in items.items():
            if item.code is not None and taken.setdefault(item.code, name) != name:
                message = f"'{item.code}' stands for {taken[item.code]} already"
                yield case.problem((block, name, "code"), Code.DUPLICATE_KEY, message, "give each a code of its own")


def check_kept_dates(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """The dates by which work is to start or to be done can be kept (warning): logic wins over them."""
    dated = [one for one in case.scenario.activities.values() if one.by is not None or one.start_by is not None]
    earliest = network.earliest_days if dated else {}
    for name, item in case.scenario.activities.items():
        if item.done is not None or name not in earliest:
            continue
        event, day = network.events[name], earliest[name].day
        by_d = _day(network, end_of_day(item.by))
        if by_d + MINUTE_D < day < math.inf:
            yield _not_kept(case, network, (name, "by", "done"), item.by, day)
        started = earliest.get(start_name(name))
        start_d = started.day if started is not None else add_time(event.clock.calendar, day, -event.lasts_d * DAY_MIN)
        if item.started is None and _day(network, end_of_day(item.start_by)) + MINUTE_D < start_d < math.inf:
            yield _not_kept(case, network, (name, "start_by", "started"), item.start_by, start_d)


def _day(network: NeedNetwork, date: datetime.datetime | None) -> float:
    return math.inf if date is None else network.calendar.to_days(date)


def _not_kept(
    case: Draft, network: NeedNetwork, where: tuple[str, str, str], date: datetime.datetime | None, day: float
) -> Problem:
    name, key, word = where
    message = f"it cannot be {word} by {format_date(date) if date else '?'}: not before {network.calendar.iso(day)}"
    hint = "logic wins over it, and its float is negative; plan what it needs earlier, or move the date"
    return case.problem(("activities", name, key), Code.GOAL_UNREACHABLE, message, hint, "warning")


CHECKS = (check_leads, check_working_calendars, check_progress, check_resources, check_groups, check_codes)
