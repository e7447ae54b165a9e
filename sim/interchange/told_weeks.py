"""Calendars that stand in a file of ours, read for a table that has none: a block `calendars` in YAML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sim.interchange.foreign import refused
from sim.interchange.readings import Reading
from sim.interchange.weeks import WHOLE, Day, Span, WorkWeek, tidy, usual_day_min
from sim.problems import Problem, ScenarioError
from sim.scenario.text import plain, read_text
from sim.scenario.tree import read_bytes

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*")
_KEYS: Final = {"title", "about", "days", "hours", "day", "holidays", "closed", "extra", "source", "confidence"}
_YEARS: Final = range(2000, 2100)
_ONE: Final = datetime.timedelta(days=1)


def told_weeks(path: Path, shown: str) -> dict[str, WorkWeek]:
    """Return the calendars of a file by name; the one that `calendar.working` names stands first."""
    data = read_bytes(path, shown)
    if isinstance(data, Problem):
        raise ScenarioError([data])
    root, problems = read_text(data, shown)
    if root is None or problems:
        raise ScenarioError(problems)
    said = plain(root)
    block = said.get("calendars", said) if isinstance(said, dict) else None
    if not isinstance(block, dict) or not block or not all(isinstance(one, dict) for one in block.values()):
        raise refused(
            shown, 1, "there is no block of calendars in it", "write calendars: {five-day: {days: [mon, ...]}}"
        )
    found = {name: _week(name, one, shown) for name, one in block.items()}
    own = said.get("calendar")
    first = own.get("working") if isinstance(own, dict) else None
    return {name: found[name] for name in sorted(found, key=lambda name: name != first)}


def _week(name: str, said: Mapping[str, Any], shown: str) -> WorkWeek:
    reading = Reading(shown, 1)
    unknown = set(said) - {
        "title",
        "about",
        "days",
        "hours",
        "day",
        "holidays",
        "closed",
        "extra",
        "source",
        "confidence",
    }
    if unknown:
        raise refused(shown, 1, f"calendars.{name}: {', '.join(sorted(unknown))} cannot be read for a table")
    hours = said.get("hours", [])
    if isinstance(hours, dict):
        week = [_day(hours.get(day, []), reading) for day in _DAYS]
    else:
        days = said.get("days", list(_DAYS[:5]))
        day = _day(hours, reading) if hours else WHOLE
        week = [day if one in days else () for one in _DAYS]
    days_off: dict[datetime.date, Day] = dict.fromkeys(_off(said, reading), ())
    extra = said.get("extra", {})
    for date, spans in extra.items() if isinstance(extra, dict) else ():
        at = reading.moment(str(date), "extra")
        if at is not None:
            days_off[at.date()] = _day(spans, reading)
    length = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(h|min)\s*", str(said.get("day", "")))
    day_min = float(length[1]) * (60.0 if length[2] == "h" else 1.0) if length else usual_day_min(week)
    return WorkWeek(name, tuple(week), days_off, day_min)


def _day(said: Any, reading: Reading) -> Day:
    spans: list[Span] = []
    for one in said if isinstance(said, list) else [said]:
        match = _SPAN.fullmatch(str(one))
        if not match:
            raise refused(reading.file, reading.line, f"'{str(one)[:40]}' is no working time", "write 08:00-12:00")
        spans.append((reading.clock(match[1], "hours"), reading.clock(match[2], "hours") or 1440))
    return tidy(spans)


def _off(said: Mapping[str, Any], reading: Reading) -> Iterator[datetime.date]:
    """Yield the days off, those of every year within this century."""
    holidays = said.get("holidays", [])
    for one in holidays if isinstance(holidays, list) else []:
        yield from _dates(str(one), reading)
    closed = said.get("closed", {})
    for one in closed.values() if isinstance(closed, dict) else ():
        if not isinstance(one, dict):
            continue
        for first, last in zip(
            _dates(str(one.get("from")), reading), _dates(str(one.get("until")), reading), strict=True
        ):
            yield from (first + _ONE * step for step in range((last - first).days))


def _dates(text: str, reading: Reading) -> list[datetime.date]:
    yearly = re.fullmatch(r"(\d{2})-(\d{2})", text)
    if yearly:
        month, day = int(yearly[1]), int(yearly[2])
        return [datetime.date(year, month, day) for year in _YEARS if _exists(year, month, day)]
    at = reading.moment(text, "calendars")
    return [at.date()] if at is not None else []


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True
