"""Dates and days: model time is days since the calendar's start, and every day has 86,400 seconds.

Dates are read as barycentric dynamical time (TDB), so there are no leap seconds; the difference to civil time
is about a minute, far below what a schedule can tell.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The span a scenario covers; model time 0 d is its start."""

    start: datetime.datetime
    end: datetime.datetime

    @property
    def length_d(self) -> float:
        """Days from start to end."""
        return self.to_days(self.end)

    def to_days(self, date: datetime.datetime) -> float:
        """Return the days from the start to a date; negative before the start."""
        return (date - self.start) / _DAY

    def to_date(self, time_d: float) -> datetime.datetime:
        """Return the date of a model time, to the microsecond; raises OverflowError beyond year 9999."""
        return self.start + datetime.timedelta(days=time_d)

    def iso(self, time_d: float) -> str:
        """Return the day on which a model time falls, as `2031-06-01`."""
        return self.to_date(time_d).date().isoformat()
