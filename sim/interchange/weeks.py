"""Working calendars of other tools: a week, days that differ, and how much work lies between two moments."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

Span = tuple[int, int]
"""Minutes of a day from and to, 0 to 1440."""
Day = tuple[Span, ...]

DAY_MIN: Final = 1440
WHOLE: Final[Day] = ((0, DAY_MIN),)
OFFICE: Final[Day] = ((480, 720), (780, 1020))
"""08:00 to 12:00 and 13:00 to 17:00, as these programs take it where nothing is said."""
FIVE_DAYS: Final = (OFFICE,) * 5 + ((), ())
MOST_DAYS: Final = 20_000
"""Days that differ from the week, over which nobody plans."""


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """When work goes on: seven days from Monday on, days that differ, and the minutes that are called a day."""

    name: str
    week: tuple[Day, ...]
    days: Mapping[datetime.date, Day] = field(default_factory=dict)
    day_min: float = 480.0

    def on(self, date: datetime.date) -> Day:
        """Return the working times of a day."""
        return self.days.get(date, self.week[date.weekday()])

    @property
    def idle(self) -> bool:
        """Whether no day of the week has work."""
        return not any(self.week)

    def between(self, first: datetime.datetime, last: datetime.datetime) -> float:
        """Return the working minutes from one moment to another, negative where the second lies before."""
        if last < first:
            return -self.between(last, first)
        whole_weeks = max((last.date() - first.date()).days // 7 - 1, 0)
        middle = first.date() + datetime.timedelta(days=1 + 7 * whole_weeks)
        total = self._head(first, last) + whole_weeks * sum(map(minutes_of, self.week))
        if whole_weeks:
            begin = first.date() + datetime.timedelta(days=1)
            total += sum(
                minutes_of(day) - minutes_of(self.week[date.weekday()])
                for date, day in self.days.items()
                if begin <= date < middle
            )
        date = middle
        while date <= last.date():
            total += worked(self.on(date), _minute(last)) if date == last.date() else minutes_of(self.on(date))
            date += datetime.timedelta(days=1)
        return total

    def _head(self, first: datetime.datetime, last: datetime.datetime) -> float:
        """Return the working minutes of the first day."""
        day = self.on(first.date())
        end = worked(day, _minute(last)) if first.date() == last.date() else minutes_of(day)
        return end - worked(day, _minute(first))

    def same(self, one: datetime.datetime, other: datetime.datetime) -> bool:
        """Whether no work lies between two moments: a finish at 17:00 is a start at 08:00 on the next day."""
        return abs(self.between(one, other)) < 1.0


CLOCK: Final = WorkWeek("the clock", (WHOLE,) * 7, {}, float(DAY_MIN))
"""Every minute of the day, on which what has no calendar runs."""


def _minute(at: datetime.datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def minutes_of(day: Day) -> int:
    """Return the working minutes of a day."""
    return sum(end - start for start, end in day)


def worked(day: Day, until: float) -> float:
    """Return the working minutes of a day up to a minute of it."""
    return sum(max(min(end, until) - start, 0.0) for start, end in day)


def tidy(spans: Iterable[Span]) -> Day:
    """Return working times in their order, those that touch as one; empty and backward ones are dropped."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def common(one: WorkWeek, other: WorkWeek, name: str) -> WorkWeek:
    """Return the calendar of the time that two calendars share."""
    week = tuple(_shared(one.week[day], other.week[day]) for day in range(7))
    dates = sorted({*one.days, *other.days})
    return WorkWeek(name, week, {date: _shared(one.on(date), other.on(date)) for date in dates}, one.day_min)


def either(one: WorkWeek, other: WorkWeek, name: str) -> WorkWeek:
    """Return the calendar of the time in which one of two calendars works."""
    week = tuple(tidy((*one.week[day], *other.week[day])) for day in range(7))
    dates = sorted({*one.days, *other.days})
    days = {date: tidy((*one.on(date), *other.on(date))) for date in dates}
    return WorkWeek(name, week, days, usual_day_min(week))


def _shared(one: Day, other: Day) -> Day:
    return tidy((max(a, c), min(b, d)) for a, b in one for c, d in other)


def usual_day_min(week: Iterable[Day]) -> float:
    """Return the minutes of the day that a week has most of; 480 where nobody works."""
    lengths = [minutes_of(day) for day in week if day]
    return float(max(set(lengths), key=lambda length: (lengths.count(length), length))) if lengths else 480.0


_CLOCK: Final = re.compile(r"(round|around)?-?(the)?-?clock|24-?(h(ours?)?|x-?7|-7)|7-?x-?24|elapsed|continuous|always")
_DAYS: Final = {"five": 5, "5": 5, "six": 6, "6": 6, "seven": 7, "7": 7}


def known_week(name: str) -> WorkWeek:
    """Return the calendar of a name such as `five-day`, `7-day`, `round-the-clock`; a five-day week for any other.

    A calendar that is not known has another name than was asked for.
    """
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if _CLOCK.fullmatch(word):
        return WorkWeek(name, (WHOLE,) * 7, {}, 1440.0)
    days = re.match(r"(five|six|seven|[567])-?(day|x)", word)
    if days:
        return WorkWeek(name, tuple(OFFICE if day < _DAYS[days[1]] else () for day in range(7)), {}, 480.0)
    known = word in ("standard", "default", "office", "weekdays", "working-days", "mon-fri", "project")
    return WorkWeek(name if known else "five-day", FIVE_DAYS, {}, 480.0)
