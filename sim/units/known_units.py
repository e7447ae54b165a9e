"""The closed tables: which units there are, and how numbers, dates and names are written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sim.problems import WrongValueError


class UnitError(WrongValueError):
    """A quantity cannot be read; says why, and how to write it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quantity: its units (the first is shown), the bounds of its SI value, an example.

    `low` and `high` are what can be; `ceiling` is what no scenario means, however it is written.
    """

    noun: str
    units: Mapping[str, float]
    example: str
    low: float = 0.0
    high: float = math.inf
    ceiling: float = math.inf
    beyond: str = ""
    """What to look at where a value lies outside the bounds; empty where the bounds say enough."""


_RAD_DEG: Final = math.pi / 180
_HAIR: Final = 1e-12  # of rounding, at the bounds of an angle


def _angle(noun: str, example: str, high_deg: float, beyond: str = "", low_deg: float | None = None) -> Kind:
    """Return a kind of angle; it reaches as far down as up unless told otherwise."""
    low = (-high_deg if low_deg is None else low_deg) * _RAD_DEG - (_HAIR if low_deg != 0.0 else 0.0)
    units = {"deg": _RAD_DEG, "rad": 1.0}
    return Kind(noun, units, example, low, high_deg * _RAD_DEG + _HAIR, beyond=beyond)


_YEAR_D: Final = 365.25  # Julian year, as the IAU uses it

KINDS: Final[Mapping[str, Kind]] = {
    "mass": Kind("mass", {"t": 1e3, "kg": 1.0, "g": 1e-3}, "8.2 t", ceiling=1e9),
    "duration": Kind(
        "duration",
        {"d": 1.0, "s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "wk": 7.0, "yr": _YEAR_D},
        "20 d",
        ceiling=1000 * _YEAR_D,
    ),
    "slip": Kind(
        "slip",
        {"d": 1.0, "min": 1 / 1440, "h": 1 / 24, "wk": 7.0, "yr": _YEAR_D},
        "-20 d",
        low=-math.inf,
        ceiling=1000 * _YEAR_D,
    ),
    "working days": Kind("working days", {"wd": 1.0}, "10 wd", ceiling=1000 * _YEAR_D),
    "working hours": Kind("working hours", {"wh": 1.0}, "16 wh", ceiling=24000 * _YEAR_D),
    "speed": Kind("speed", {"m/s": 1.0, "km/s": 1e3}, "3.1 km/s", ceiling=299_792_458.0),
    "length": Kind("length", {"km": 1e3, "m": 1.0}, "200 km", ceiling=1e12),
    "angle": Kind("angle", {"deg": _RAD_DEG, "rad": 1.0}, "-88.8 deg", low=-math.inf, ceiling=2 * math.pi + 1e-9),
    "latitude": _angle("latitude", "-88.8 deg", 90.0, "are latitude and longitude swapped?"),
    "longitude": _angle("longitude", "123.4 deg", 360.0, low_deg=-180.0),
    "inclination": _angle("inclination", "28.5 deg", 180.0, "beyond 90 deg an orbit is retrograde", low_deg=0.0),
    "elevation": _angle("elevation", "10 deg", 90.0),
    "power": Kind("power", {"kW": 1e3, "W": 1.0, "MW": 1e6}, "40 kW", ceiling=1e12),
    "energy": Kind(
        "energy",
        {"kWh": 3.6e6, "Wh": 3600.0, "MWh": 3.6e9, "J": 1.0, "kJ": 1e3, "MJ": 1e6},
        "300 kWh",
        ceiling=1e18,
    ),
    "share": Kind("share", {"%": 0.01}, "15 %", high=1.0),
    "margin": Kind("margin", {"%": 0.01}, "10 %", low=-1.0, ceiling=1e4),
    "rate": Kind("rate", {"%/yr": 0.01 / _YEAR_D, "%/d": 0.01, "/yr": 1 / _YEAR_D, "/d": 1.0}, "2 %/yr", ceiling=1e4),
    "specific impulse": Kind("specific impulse", {"s": 1.0}, "450 s", ceiling=1e6),
    "mass rate": Kind(
        "mass rate",
        {"kg/d": 1.0, "g/d": 1e-3, "t/d": 1e3, "kg/yr": 1 / _YEAR_D, "t/yr": 1e3 / _YEAR_D},
        "4 kg/d",
        ceiling=1e9,
    ),
    "labour": Kind("labour", {"h": 1.0}, "200 h", ceiling=1e9),
}

NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?)?")
NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME_LENGTH: Final = 80
FILE_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,79}[A-Za-z0-9_-])?")
DEVICE_NAME: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
"""Names that Windows keeps for devices, whatever follows their first point."""
LONGEST: Final = 100  # characters of a quantity; keeps the patterns from long searches

# What people write, and the unit they mean.
WORKING_TIME: Final = (
    "working time stands in duration, remaining and lags of activities; all else runs by the clock: "
    "five days of a five-day week are 7 d"
)
"""What to write where a working day is no unit."""

HABITS: Final[Mapping[str, str]] = {
    word: unit
    for unit, words in {
        "d": "day days",
        "h": "hour hours hr hrs",
        "min": "minute minutes mins",
        "s": "sec second seconds",
        "wk": "week weeks w",
        "yr": "year years yrs y a",
        "t": "tonne tonnes",
        "kg": "kgs kilogram kilograms",
        "g": "gram grams",
        "m": "metre metres meter meters",
        "km": "kms kilometre kilometres kilometer kilometers",
        "deg": "° degree degrees",
        "rad": "radian radians",
        "%": "percent pct per-cent",
        "W": "watt watts",
        "kW": "kilowatt kilowatts",
        "m/s": "mps",
        "km/s": "kps kmps",
    }.items()
    for word in words.split()
}
AMBIGUOUS: Final[Mapping[str, str]] = {
    "ton": "'ton' can be 1000, 907 or 1016 kg; write t (1000 kg)",
    "tons": "'tons' can be 1000, 907 or 1016 kg each; write t (1000 kg)",
    "month": "months vary in length; write d or yr",
    "months": "months vary in length; write d or yr",
    "mo": "months vary in length; write d or yr",
    "quarter": "quarters vary in length; write d or yr",
    "quarters": "quarters vary in length; write d or yr",
    "lb": "pounds are not read; write kg",
    "lbs": "pounds are not read; write kg",
    "ft": "feet are not read; write m",
    "mi": "miles are not read; write km",
    "mile": "miles are not read; write km",
    "miles": "miles are not read; write km",
}


def shown(text: object) -> str:
    """Return what the user wrote, short enough for a message and without characters that do not print."""
    said = str(text) if isinstance(text, (str, int, float)) else type(text).__name__
    said = said if said.isprintable() else ascii(said)[1:-1]
    return said if len(said) <= 40 else said[:37] + "..."


def a(noun: str) -> str:
    """Return a noun with its article: `an inclination`, `a mass`."""
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def unit_of_word(word: str) -> str:
    """Return the unit a word stands for (`days` is d, `kg` is kg), or empty text."""
    known = {unit for kind in KINDS.values() for unit in kind.units}
    return word if word in known else HABITS.get(word.lower(), "")
