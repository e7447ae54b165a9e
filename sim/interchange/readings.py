"""Moments, durations and numbers as programs write them into files of plans."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import Final

from sim.interchange.foreign import refused
from sim.units import FIRST_YEAR, LAST_YEAR

_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?)?(?:Z|UTC| UTC|[-+]\d{2}:?\d{2})?"
)
_DURATION: Final = re.compile(
    r"(-?)P(?:(\d+(?:\.\d*)?)D)?(?:T(?:(\d+(?:\.\d*)?)H)?(?:(\d+(?:\.\d*)?)M)?(?:(\d+(?:\.\d*)?)S)?)?"
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d*)?)?\s*([AaPp][Mm])?")
_LONGEST_MIN: Final = 60.0 * 24 * 366 * 200
"""Minutes of two hundred years; what is longer was never planned."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a value stands: the file and the line, for messages."""

    file: str
    line: int

    def moment(self, text: str, what: str) -> datetime.datetime | None:
        """Return a moment, seconds kept, a zone left out; None for empty text."""
        if not text:
            return None
        match = _MOMENT.fullmatch(text)
        if match:
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            whole_day = hour == 24 and minute == second == 0
            try:
                found = datetime.datetime(year, month, day, 0 if whole_day else hour, minute, second)
            except ValueError:
                found = None
            if found is not None and FIRST_YEAR <= year <= LAST_YEAR:
                return found + datetime.timedelta(days=1) if whole_day else found
        raise refused(self.file, self.line, f"{what}: '{text[:40]}' is no date")

    def number(self, text: str, what: str, absent: float = 0.0) -> float:
        """Return a finite number, also with a decimal comma; `absent` for empty text."""
        if not text:
            return absent
        try:
            found = float(text.replace(",", ".")) if text.count(",") < 2 and "." not in text else float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise refused(self.file, self.line, f"{what}: '{text[:40]}' is no number")
        return found

    def minutes(self, hours: str, what: str, absent: float = 0.0) -> float:
        """Return minutes of a number of hours."""
        return self.bounded(self.number(hours, what, absent / 60.0) * 60.0, what)

    def iso_minutes(self, text: str, what: str, absent: float = 0.0) -> float:
        """Return the minutes of an ISO 8601 duration such as `PT80H0M0S`."""
        if not text:
            return absent
        match = _DURATION.fullmatch(text) if text != "P" else None
        if match is None:
            raise refused(self.file, self.line, f"{what}: '{text[:40]}' is no duration")
        days, hours, minutes, seconds = (float(part or 0.0) for part in match.groups()[1:])
        found = days * 1440.0 + hours * 60.0 + minutes + seconds / 60.0
        return self.bounded(-found if match[1] else found, what)

    def bounded(self, minutes: float, what: str) -> float:
        """Return minutes back; raises ForeignError for more than two hundred years."""
        if abs(minutes) > _LONGEST_MIN:
            raise refused(self.file, self.line, f"{what}: {minutes / 60:.3g} hours is longer than two hundred years")
        return minutes

    def clock(self, text: str, what: str) -> int:
        """Return the minute of the day of a time such as `08:00`, `8:00 AM` or `24:00`."""
        match = _CLOCK.fullmatch(text.strip())
        if match:
            hour, minute = int(match[1]), int(match[2])
            if match[4]:
                hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
            if hour <= 24 and minute < 60 and hour * 60 + minute <= 1440:
                return hour * 60 + minute
        raise refused(self.file, self.line, f"{what}: '{text[:40]}' is no time of day")
