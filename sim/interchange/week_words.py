"""Working calendars of other tools in the words of our language."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.interchange.plan_draft import one_line
from sim.interchange.weeks import WHOLE, Day, WorkWeek

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ONE: Final = datetime.timedelta(days=1)
_LONG: Final = 3
"""Days off in a row from which they are written as one closed time."""


def calendar_words(calendar: WorkWeek, first: datetime.date, last: datetime.date) -> Mapping[str, Any]:
    """Return a calendar as a block of the scenario, with the days that differ within the time of the plan."""
    said: dict[str, Any] = {"title": one_line(calendar.name, 200)}
    worked = [day for day in range(7) if calendar.week[day]]
    hours = {calendar.week[day] for day in worked}
    if len(hours) == 1:
        said["days"] = [_DAYS[day] for day in worked]
        day = next(iter(hours))
        said |= {"hours": _hours(day)} if day != WHOLE else {}
    else:
        said["hours"] = {_DAYS[day]: _hours(calendar.week[day]) for day in worked}
    said["day"] = f"{calendar.day_min / 60:g} h" if calendar.day_min % 15 == 0 else f"{calendar.day_min:g} min"
    off = [date for date in sorted(calendar.days) if first <= date <= last and not calendar.days[date]]
    runs = list(_runs(off, calendar))
    holidays = [date for run in runs if len(run) < _LONG for date in run if calendar.week[date.weekday()]]
    closed = {
        f"from-{run[0].isoformat()}": {"from": run[0].isoformat(), "until": (run[-1] + _ONE).isoformat()}
        for run in runs
        if len(run) >= _LONG
    }
    extra = {
        date.isoformat(): _hours(day)
        for date, day in sorted(calendar.days.items())
        if first <= date <= last and day and day != calendar.week[date.weekday()]
    }
    said |= {"holidays": [date.isoformat() for date in holidays]} if holidays else {}
    said |= {"closed": closed} if closed else {}
    said |= {"extra": extra} if extra else {}
    return said


def _hours(day: Day) -> list[str]:
    return [f"{_clock(start)}-{_clock(end)}" for start, end in day]


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _runs(dates: list[datetime.date], calendar: WorkWeek) -> Iterator[list[datetime.date]]:
    """Yield days off that follow each other; days of the week that never work may lie between them."""
    run: list[datetime.date] = []
    for date in dates:
        between = (run[-1] + _ONE * step for step in range(1, (date - run[-1]).days)) if run else ()
        if any(calendar.on(day) for day in between):
            yield run
            run = []
        run.append(date)
    if run:
        yield run
