"""Working time: a working calendar as a table of its working spans, and the arithmetic of working minutes on it.

Times are days since the calendar's start, as everywhere; working time is in minutes, exact to the minute. The end of
one working span and the start of the next are one working moment: 17:00 and 08:00 of the next morning.
"""

from __future__ import annotations

import datetime
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

DAY_MIN: Final = 1440.0
_SNAP_MIN: Final = 1e-4
"""Working time this near to a whole minute is that minute: days are floats."""
_MARGIN: Final = datetime.timedelta(days=3 * 365)
"""Tables reach so far beyond both ends of the scenario's calendar, for late dates before its start."""

Hours = tuple[tuple[int, int], ...]
"""Working spans of one day, (from, until) in minutes since 0 h, in order, none touching the next."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When work goes on: spans in minutes since the calendar's start, with the working time before each of them."""

    name: str
    day_min: float
    """Minutes of one working day (`wd`)."""
    open_min: tuple[float, ...]
    close_min: tuple[float, ...]
    before_min: tuple[float, ...] = field(repr=False)
    """Working minutes before each span."""

    def worked(self, day: float) -> float:
        """Return the working minutes up to a day, from the table's first span on."""
        at = day * DAY_MIN
        number = bisect_right(self.open_min, at + _SNAP_MIN) - 1
        if number < 0:
            return at - self.open_min[0]  # before the table: round the clock
        inside = min(at, self.close_min[number]) - self.open_min[number]
        beyond = at - self.close_min[number] if number == len(self.open_min) - 1 else 0.0
        return _snapped(self.before_min[number] + max(inside, 0.0) + max(beyond, 0.0))

    def end_at(self, worked_min: float) -> float:
        """Return the day at which so much has been worked: the end of a span, not the start of the next."""
        number = max(bisect_left(self.before_min, worked_min) - 1, 0)
        return (self.open_min[number] + worked_min - self.before_min[number]) / DAY_MIN

    def start_at(self, worked_min: float) -> float:
        """Return the day at which work goes on when so much has been worked: the start of a span."""
        number = max(bisect_right(self.before_min, worked_min) - 1, 0)
        return (self.open_min[number] + worked_min - self.before_min[number]) / DAY_MIN

    def add(self, day: float, minutes: float) -> float:
        """Return the day on which `minutes` of work that begins on a day end; before it where they are negative.

        No work at all ends where it begins while that is in or at the end of a span, else at the next start.
        """
        if minutes == 0.0:
            return self.moment(day)
        worked = _snapped(self.worked(day) + minutes)
        return self.end_at(worked) if minutes > 0.0 else self.start_at(worked)

    def moment(self, day: float) -> float:
        """Return the first moment from a day on that lies in a working span or at an end of one."""
        worked = self.worked(day)
        return day if day <= self.end_at(worked) + _SNAP_MIN / DAY_MIN else self.start_at(worked)

    def start(self, day: float) -> float:
        """Return the first moment from a day on at which work goes on."""
        return max(day, self.start_at(self.worked(day)))

    def between(self, since_d: float, until_d: float) -> float:
        """Return the working minutes between two days; negative when the second comes first."""
        return self.worked(until_d) - self.worked(since_d)


def _snapped(minutes: float) -> float:
    whole = round(minutes)
    return float(whole) if abs(minutes - whole) < _SNAP_MIN else minutes


def work_calendar(
    name: str,
    start: datetime.datetime,
    end: datetime.datetime,
    hours: Callable[[datetime.date], Hours],
    day_min: float,
) -> WorkCalendar | None:
    """Return the calendar of what `hours` gives for each day around a span; None where no day has any."""
    first, last = (start - _MARGIN).date(), (end + _MARGIN).date()
    dates = (first + datetime.timedelta(number) for number in range((last - first).days + 1))
    zero = datetime.datetime.combine(first, datetime.time())
    offset = (zero - start) / datetime.timedelta(minutes=1)
    spans = _joined(
        (offset + number * DAY_MIN + since, offset + number * DAY_MIN + until)
        for number, date in enumerate(dates)
        for since, until in hours(date)
    )
    if not spans:
        return None
    opens, closes = zip(*spans, strict=True)
    lengths = [until - since for since, until in spans]
    return WorkCalendar(name, day_min, opens, closes, tuple(accumulate(lengths[:-1], initial=0.0)))


def _joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans with those that touch made one."""
    found: list[tuple[float, float]] = []
    for since, until in spans:
        if found and found[-1][1] >= since:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def usual_day_min(week: Sequence[Hours]) -> float:
    """Return the working minutes that most working days of a week have, the greater at a tie; 1440 where none has."""
    lengths = [sum(until - since for since, until in day) for day in week]
    worked = [length for length in lengths if length]
    return float(max(worked, key=lambda length: (worked.count(length), length))) if worked else DAY_MIN


def add_time(calendar: WorkCalendar | None, day: float, minutes: float) -> float:
    """Return `calendar.add`; without a calendar time runs round the clock."""
    return day + minutes / DAY_MIN if calendar is None else calendar.add(day, minutes)


def time_between(calendar: WorkCalendar | None, since_d: float, until_d: float) -> float:
    """Return the minutes between two days, those worked where there is a calendar."""
    if calendar is not None and math.isfinite(since_d) and math.isfinite(until_d):
        return calendar.between(since_d, until_d)
    return (until_d - since_d) * DAY_MIN


FIVE_DAYS: Final[tuple[Hours, ...]] = (*([((0, 1440),)] * 5), (), ())
"""Monday to Friday, whole days: what `wd` means where nobody says more."""
