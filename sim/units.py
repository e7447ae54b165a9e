"""Text with a unit to SI floats and back: one closed table of units per kind of quantity.

Inside the model a mass is in kg, a duration in days, a speed in m/s, a length in m, an angle in rad,
a power in W, an energy in J, a share a fraction of one, a rate per day, a specific impulse in s,
a mass rate in kg/d, labour in h.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BeforeValidator, WithJsonSchema

from sim.problems import Code, WrongValueError, did_you_mean


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
    "speed": Kind("speed", {"m/s": 1.0, "km/s": 1e3}, "3.1 km/s", ceiling=299_792_458.0),
    "length": Kind("length", {"km": 1e3, "m": 1.0}, "200 km", ceiling=1e12),
    "angle": Kind("angle", {"deg": math.pi / 180, "rad": 1.0}, "-88.8 deg", low=-math.inf, ceiling=2 * math.pi + 1e-9),
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

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_QUANTITY: Final = re.compile(rf"({_NUMBER}) *([^0-9\s+.,-][^\s]*)")
_BARE: Final = re.compile(_NUMBER)
_COMMA: Final = re.compile(r"([+-]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?) *(\S*)")
_RANGE: Final = re.compile(rf"({_NUMBER}) *(\S*?) *(?:-|–|—|\.\.|to) *({_NUMBER}) *(\S+)")
_GROUPS: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[ _'][0-9]{3})+(?:\.[0-9]+)? *(\S*)")
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?Z?)?")
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NAME_LENGTH: Final = 80
_LONGEST: Final = 100  # characters of a quantity; keeps the patterns from long searches

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2199

# What people write, and the unit they mean.
_HABITS: Final[Mapping[str, str]] = {
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
_AMBIGUOUS: Final[Mapping[str, str]] = {
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


def parse_quantity(text: object, kind: str) -> float:
    """Give the SI value (durations in days, rates per day) of text such as `8.2 t`.

    Raises `UnitError` for anything else: a bare number, a unit of another kind, nan, a decimal comma.
    """
    table = KINDS[kind]
    if isinstance(text, str) and len(text) <= _LONGEST:
        match = _QUANTITY.fullmatch(text.strip())
        if match and match[2] in table.units:
            return _finite(_scaled(float(match[1]), table.units[match[2]]), text, table)
    raise _refusal(text, table)


def read_quantity(text: object, kind: str) -> float:
    """Give `parse_quantity`, and refuse what the kind cannot be: a negative mass, a share above 100 %."""
    value = parse_quantity(text, kind)
    return within(value, str(text), kind)


def within(value: float, text: str, kind: str) -> float:
    """Give `value` back; raises `UnitError` when it lies outside the kind's bounds."""
    table = KINDS[kind]
    if value < table.low:
        least = format_quantity(table.low, kind)
        raise UnitError(f"'{text}' is below {least}", f"a {table.noun} is at least {least}", Code.OUT_OF_RANGE)
    if value > table.high:
        most = format_quantity(table.high, kind)
        raise UnitError(f"'{text}' is above {most}", f"a {table.noun} is at most {most}", Code.OUT_OF_RANGE)
    return value


def format_quantity(value: float, kind: str) -> str:
    """Write an SI value in the unit of its kind that keeps the number nearest to 1-1000."""
    units = KINDS[kind].units
    first = next(iter(units))
    if kind in ("duration", "slip", "rate", "angle") or value == 0.0:
        return f"{value / units[first]:.6g} {first}"
    unit = min(units, key=lambda name: (_awkwardness(abs(value) / units[name]), name != first))
    return f"{value / units[unit]:.6g} {unit}"


def _scaled(number: float, factor: float) -> float:
    """Multiply, or divide by the inverse where that is a whole number: 70 % is 0.7 to the last digit."""
    inverse = 1.0 / factor
    whole = round(inverse)
    return number / whole if factor < 1.0 and abs(inverse - whole) < 1e-9 * inverse else number * factor


def _awkwardness(number: float) -> float:
    if number < 1.0:
        return -math.log10(number) if number > 0.0 else 0.0
    return max(0.0, math.log10(number) - 3.0)


def _finite(value: float, text: str, table: Kind) -> float:
    if abs(value) <= table.ceiling:
        return value
    raise UnitError(f"'{_shown(text)}' is too large for a {table.noun}", "check the unit", Code.OUT_OF_RANGE)


def _shown(text: object) -> str:
    shown = str(text) if isinstance(text, (str, int, float)) else type(text).__name__
    shown = shown if shown.isprintable() else ascii(shown)[1:-1]
    return shown if len(shown) <= 40 else shown[:37] + "..."


def _refusal(value: object, table: Kind) -> UnitError:
    """Say why `value` is no quantity of this kind; the usual slips get an answer of their own."""
    known = "known: " + ", ".join(table.units)
    if isinstance(value, str) and len(value) > _LONGEST:
        return UnitError(f"'{_shown(value)}' is too long for a {table.noun}", "", Code.NUMBER_FORMAT)
    for answer in (_no_text, _bare_number, _no_number, _comma, _range, _other_unit):
        error = answer(value, table, known)
        if error:
            return error
    strange = [c for c in str(value) if not c.isascii()]
    hint = f"write for example {table.example}"
    if strange:
        hint += f", without the character U+{ord(strange[0]):04X}"
    return UnitError(f"'{_shown(value)}' is no {table.noun}", hint, Code.NUMBER_FORMAT)


def _no_text(value: object, table: Kind, known: str) -> UnitError | None:
    if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return None
    names = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "nothing"}
    found = names.get(type(value), type(value).__name__)
    hint = f"write for example {table.example}"
    return UnitError(f"a {table.noun} is wanted here, not {found}", hint, Code.WRONG_TYPE)


def _bare_number(value: object, table: Kind, known: str) -> UnitError | None:
    if isinstance(value, str) and not _BARE.fullmatch(value.strip()):
        return None
    first = next(iter(table.units))
    shown = _shown(value).strip()
    return UnitError(f"{shown} has no unit", f"write for example {shown} {first} ({known})", Code.UNIT_MISSING)


def _no_number(value: object, table: Kind, known: str) -> UnitError | None:
    text = str(value).strip().lower().lstrip("+-.")
    if not text.startswith(("nan", "inf")) and text.partition(" ")[0] not in (
        "unknown",
        "tbd",
        "n/a",
        "none",
        "?",
    ):
        return None
    hint = f"give a finite number, for example {table.example}, or leave the key out"
    return UnitError(f"'{_shown(value)}' is not a number", hint, Code.NUMBER_FORMAT)


def _comma(value: object, table: Kind, known: str) -> UnitError | None:
    text = str(value).strip()
    match, grouped = _COMMA.fullmatch(text), _GROUPS.fullmatch(text)
    if match:
        point, joined = match[1].replace(",", "."), match[1].replace(",", "")
        unit = match[2] or next(iter(table.units))
        either = f"{point} {unit}" if point.count(".") == 1 else ""
        other = f"{joined} {unit}" if re.search(r",[0-9]{3}(\D|$)", match[1]) else ""
        hint = "use a decimal point: " + " or ".join(filter(None, (either, other)))
        return UnitError(f"'{_shown(text)}' has a comma", hint, Code.NUMBER_FORMAT)
    if grouped:
        hint = f"write {re.sub(r'(?<=[0-9])[ _' + chr(39) + r'](?=[0-9])', '', text)}"
        return UnitError(f"'{_shown(text)}' has a gap in its number", hint, Code.NUMBER_FORMAT)
    return None


def _range(value: object, table: Kind, known: str) -> UnitError | None:
    match = _RANGE.fullmatch(str(value).strip())
    if _DATE.fullmatch(str(value).strip()):
        hint = f"write for example {table.example}"
        return UnitError(f"'{_shown(value)}' is a date, not a {table.noun}", hint, Code.WRONG_TYPE)
    if not match:
        return None
    unit = match[4]
    hint = f"a range is a random value: {{uniform: [{match[1]} {match[2] or unit}, {match[3]} {unit}]}}"
    return UnitError(f"'{_shown(value)}' is a range", hint, Code.NUMBER_FORMAT)


def _other_unit(value: object, table: Kind, known: str) -> UnitError | None:
    match = _QUANTITY.fullmatch(str(value).strip()) or re.fullmatch(rf"({_NUMBER}) +(\S.*)", str(value).strip())
    if not match:
        return None
    unit = match[2]
    message = f"'{_shown(unit)}' is not a unit of {table.noun}"
    return UnitError(message, _unit_hint(match[1], unit, table, known), Code.UNIT_UNKNOWN)


def _unit_hint(number: str, unit: str, table: Kind, known: str) -> str:
    if unit.lower() in _AMBIGUOUS:
        return _AMBIGUOUS[unit.lower()]
    meant = _HABITS.get(unit.lower())
    if meant in table.units:
        return f"write {number} {meant}"
    folded = [name for name in table.units if name.lower() == unit.lower()]
    if folded:
        return f"did you mean {folded[0]!r}? {known}"
    others = [kind.noun for kind in KINDS.values() if unit in kind.units]
    if others:
        return f"that is a unit of {others[0]}; {known}"
    return " ".join(filter(None, (did_you_mean(unit, table.units), known)))


def parse_date(text: object) -> datetime.datetime:
    """Give the date of ISO text such as `2031-06-01` or `2031-06-01T12:00` (0h by default, no time zone).

    Raises `UnitError` for dates that do not exist and for other ways of writing.
    """
    match = _DATE.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= _LONGEST else None
    if not match:
        raise UnitError(f"'{_shown(text)}' is no date", _date_hint(text), Code.DATE)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    _check_date(str(text), year, month, day)
    if hour > 23 or minute > 59 or second > 59:
        raise UnitError(f"'{text}' is not a time of day", "hours go from 00:00 to 23:59", Code.DATE)
    return datetime.datetime(year, month, day, hour, minute, second)


def _check_date(text: str, year: int, month: int, day: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnitError(f"{year} is out of reach", f"years go from {FIRST_YEAR} to {LAST_YEAR}", Code.OUT_OF_RANGE)
    if not 1 <= month <= 12:
        raise UnitError(f"'{text}': there is no month {month:02d}", "write year-month-day", Code.DATE)
    first_of_next = datetime.date(year + month // 12, month % 12 + 1, 1)
    last = (first_of_next - datetime.timedelta(days=1)).day
    if not 1 <= day <= last:
        hint = f"{year}-{month:02d} ends with {year}-{month:02d}-{last}"
        raise UnitError(f"'{text}': there is no day {day:02d} in this month", hint, Code.DATE)


def _date_hint(text: object) -> str:
    said = str(text).strip()[:_LONGEST] if isinstance(text, (str, int)) else ""
    if re.fullmatch(r"[0-9]{4}", said):
        return f"write the whole date: {said}-01-01"
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", said):
        return f"write the whole date: {said}-01"
    half = re.fullmatch(r"([0-9]{4})[- ]?([qQ][1-4]|[hH][12])", said)
    if half:
        return f"a part of a year is a random date: {{uniform: [{half[1]}-01-01, {half[1]}-12-31]}}"
    if re.fullmatch(r"[0-9]{1,4}[./ -][0-9]{1,2}[./ -][0-9]{1,4}", said):
        return "write year-month-day with two digits each: 2031-06-01"
    return "write year-month-day: 2031-06-01"


def format_date(date: datetime.datetime) -> str:
    """Write a date as ISO text, with the time of day only where it is not 0h."""
    return date.date().isoformat() if date.time() == datetime.time() else date.isoformat()


def parse_name(text: object) -> str:
    """Give a name back; raises `UnitError` unless it is lower-case letters, digits and single hyphens."""
    if isinstance(text, str) and len(text) <= _NAME_LENGTH and _NAME.fullmatch(text):
        return text
    plain = re.sub(r"[^a-z0-9]+", "-", str(text)[:_NAME_LENGTH].lower()).strip("-")[:_NAME_LENGTH].strip("-")
    hint = f"write {plain!r}" if plain else "for example 'cz-10'"
    message = f"'{_shown(text)}' is not a name: lower-case letters, digits and hyphens"
    raise UnitError(message, hint, Code.NAME)


def quantity_pattern(kind: str) -> str:
    """Give the regular expression (ECMA flavour) that editors check a quantity with."""
    units = "|".join(re.escape(unit).replace("\\%", "%").replace("\\/", "/") for unit in KINDS[kind].units)
    return f"^{_NUMBER} *({units})$"


def quantity_schema(kind: str) -> dict[str, object]:
    """Give the JSON Schema of a quantity of this kind."""
    table = KINDS[kind]
    return {
        "type": "string",
        "pattern": quantity_pattern(kind),
        "description": f"{table.noun}, with a unit: {', '.join(table.units)}",
        "examples": [table.example],
    }


def _reader(kind: str) -> Callable[[object], float]:
    def read(value: object) -> float:
        return read_quantity(value, kind)

    return read


Mass = Annotated[float, BeforeValidator(_reader("mass")), WithJsonSchema(quantity_schema("mass"))]
Duration = Annotated[float, BeforeValidator(_reader("duration")), WithJsonSchema(quantity_schema("duration"))]
Slip = Annotated[float, BeforeValidator(_reader("slip")), WithJsonSchema(quantity_schema("slip"))]
Speed = Annotated[float, BeforeValidator(_reader("speed")), WithJsonSchema(quantity_schema("speed"))]
Length = Annotated[float, BeforeValidator(_reader("length")), WithJsonSchema(quantity_schema("length"))]
Angle = Annotated[float, BeforeValidator(_reader("angle")), WithJsonSchema(quantity_schema("angle"))]
Power = Annotated[float, BeforeValidator(_reader("power")), WithJsonSchema(quantity_schema("power"))]
Energy = Annotated[float, BeforeValidator(_reader("energy")), WithJsonSchema(quantity_schema("energy"))]
Share = Annotated[float, BeforeValidator(_reader("share")), WithJsonSchema(quantity_schema("share"))]
Margin = Annotated[float, BeforeValidator(_reader("margin")), WithJsonSchema(quantity_schema("margin"))]
Rate = Annotated[float, BeforeValidator(_reader("rate")), WithJsonSchema(quantity_schema("rate"))]
SpecificImpulse = Annotated[
    float, BeforeValidator(_reader("specific impulse")), WithJsonSchema(quantity_schema("specific impulse"))
]
MassRate = Annotated[float, BeforeValidator(_reader("mass rate")), WithJsonSchema(quantity_schema("mass rate"))]
Hours = Annotated[float, BeforeValidator(_reader("labour")), WithJsonSchema(quantity_schema("labour"))]
Date = Annotated[
    datetime.datetime,
    BeforeValidator(parse_date),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_DATE.pattern}$",
            "description": "date, year-month-day, with an optional time of day",
            "examples": ["2031-06-01"],
        }
    ),
]
Name = Annotated[
    str,
    BeforeValidator(parse_name),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_NAME.pattern}$",
            "maxLength": _NAME_LENGTH,
            "description": "name: lower-case letters, digits and hyphens",
            "examples": ["cz-10"],
        }
    ),
]


def unit_of_word(word: str) -> str:
    """Give the unit a word stands for (`days` is d, `kg` is kg), or empty text."""
    known = {unit for kind in KINDS.values() for unit in kind.units}
    return word if word in known else _HABITS.get(word.lower(), "")
