"""Calendars that stand in a file of ours, read for a table that has none: a block `calendars` in YAML."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

from sim.interchange.foreign import refused
from sim.interchange.weeks import WorkWeek
from sim.problems import Problem, ScenarioError, WrongValueError
from sim.scenario.schema import WorkingCalendar
from sim.scenario.text import Node, plain, read_text
from sim.scenario.tree import read_bytes
from sim.scenario.working import day_min_of, hours_of, read_calendar

_FIRST, _LAST = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)
"""The time for which days that differ every year are written out."""
_ONE: Final = datetime.timedelta(days=1)


def told_weeks(path: Path, shown: str) -> dict[str, WorkWeek]:
    """Return the calendars of a file by name; the one that `calendar.working` names stands first."""
    data = read_bytes(path, shown)
    if isinstance(data, Problem):
        raise ScenarioError([data])
    root, problems = read_text(data, shown)
    if root is None or problems:
        raise ScenarioError(problems)
    said = root.value if isinstance(root.value, dict) else {}
    block = said["calendars"].value if "calendars" in said else said
    if not isinstance(block, dict) or not block or not all(isinstance(one.value, dict) for one in block.values()):
        raise refused(
            shown, 1, "there is no block of calendars in it", "write calendars: {five-day: {days: [mon, ...]}}"
        )
    found = {name: _week(name, _calendar(name, node, shown)) for name, node in block.items()}
    own = plain(said["calendar"]) if "calendar" in said else None
    first = own.get("working") if isinstance(own, dict) else None
    return {name: found[name] for name in sorted(found, key=lambda name: name != first)}


def _calendar(name: str, node: Node, shown: str) -> WorkingCalendar:
    """Return what is said of a calendar, as a scenario would read it."""
    try:
        return read_calendar(plain(node))
    except WrongValueError as error:
        raise refused(shown, node.key.line or 1, f"calendars.{name}{error}", error.hint) from None


def _week(name: str, said: WorkingCalendar) -> WorkWeek:
    """Return a calendar with every day that differs from its week written out."""
    hours, week = hours_of(said), said.week()
    dates = (_FIRST + _ONE * step for step in range((_LAST - _FIRST).days + 1))
    differ = {date: hours(date) for date in dates if hours(date) != week[date.weekday()]}
    return WorkWeek(name, week, differ, day_min_of(said))
