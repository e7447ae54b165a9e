"""Where the values that a sweep gives one key stand on a scale: numbers of one unit, or dates as their day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from sim.units import UnitError, parse_date
from sim.units.known_units import NUMBER

_DATE = "date"
_NUMBER = re.compile(rf"\s*({NUMBER})(.*)", re.DOTALL)
_DAY = datetime.timedelta(days=1)


def places_of(texts: Sequence[str]) -> tuple[float, ...] | None:
    """Return the place of each value: its number, or its day; None where they are not numbers of one unit or all dates.

    >>> places_of(["90 d", "1 yr"]) is None
    True
    """
    found = [_measure(text) for text in texts]
    measured = [one for one in found if one is not None]
    if len(measured) < len(found) or len({unit for _, unit in measured}) != 1:
        return None
    return tuple(number for number, _ in measured)


def _measure(text: str) -> tuple[float, str] | None:
    """Return a value's number and unit, a date's day and the word for dates; None where it is neither."""
    try:
        date = parse_date(text)
    except UnitError:
        found = _NUMBER.fullmatch(text)
        return (float(found[1]), found[2].strip()) if found else None
    return (date - datetime.datetime.min) / _DAY + 1.0, _DATE  # the ordinal of its day
