"""Quantities, dates and names read and written, with an answer for every usual slip."""

from __future__ import annotations

import datetime
import math
import re
from functools import lru_cache
from typing import Final

from sim.problems import Code, did_you_mean
from sim.units.known_units import (
    AMBIGUOUS,
    DATE,
    DEVICE_NAME,
    FILE_NAME,
    HABITS,
    KINDS,
    LONGEST,
    NAME,
    NAME_LENGTH,
    NUMBER,
    WORKING_TIME,
    Kind,
    UnitError,
    a,
    shown,
)

_QUANTITY: Final = re.compile(rf"({NUMBER}) *([^0-9\s+.,-][^\s]*)")
_BARE: Final = re.compile(NUMBER)
_COMMA: Final = re.compile(r"([+-]?[0-9]+(?:,[0-9]+)+(?:\.[0-9]+)?) *(\S*)")
_RANGE: Final = re.compile(rf"({NUMBER}) *([^0-9\s]\S*?)? *(?:-|–|—|\.\.|to) *({NUMBER}) *([^0-9\s]\S*)?")
_GROUPS: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[ _'][0-9]{3})+(?:\.[0-9]+)? *(\S*)")

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2199


def parse_quantity(text: object, kind: str) -> float:
    """Return the SI value (durations in days, rates per day) of text such as `8.2 t`.

    Raises `UnitError` for anything else: a bare number, a unit of another kind, nan, a decimal comma.
    """
    value = _quantity_in(text, kind) if isinstance(text, str) and len(text) <= LONGEST else None
    if value is None:
        raise _refusal(text, KINDS[kind])
    return value


@lru_cache(maxsize=10_000)
def _quantity_in(text: str, kind: str) -> float | None:
    """Return the value of a text, None where it is no quantity; the cases of a sweep say most of theirs again."""
    table = KINDS[kind]
    match = _QUANTITY.fullmatch(text.strip())
    if match and match[2] in table.units:
        return _finite(_scaled(float(match[1]), table.units[match[2]]), text, table)
    return None


def read_quantity(text: object, kind: str) -> float:
    """Return `parse_quantity`, and refuse what the kind cannot be: a negative mass, a share above 100 %."""
    value = parse_quantity(text, kind)
    return within(value, str(text), kind)


def within(value: float, text: str, kind: str) -> float:
    """Return `value` back; raises `UnitError` when it lies outside the kind's bounds."""
    table = KINDS[kind]
    if value < table.low:
        least = format_quantity(table.low, kind)
        hint = "; ".join(filter(None, (f"{a(table.noun)} is at least {least}", table.beyond)))
        raise UnitError(f"'{text}' is below {least}", hint, Code.OUT_OF_RANGE)
    if value > table.high:
        most = format_quantity(table.high, kind)
        hint = "; ".join(filter(None, (f"{a(table.noun)} is at most {most}", table.beyond)))
        raise UnitError(f"'{text}' is above {most}", hint, Code.OUT_OF_RANGE)
    return value


def format_quantity(value: float, kind: str) -> str:
    """Write an SI value in the unit of its kind that keeps the number nearest to 1-1000."""
    units = KINDS[kind].units
    first = next(iter(units))
    if kind in ("duration", "slip", "rate") or "deg" in units or value == 0.0:
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
    raise UnitError(f"'{shown(text)}' is too large for {a(table.noun)}", "check the unit", Code.OUT_OF_RANGE)


def _refusal(value: object, table: Kind) -> UnitError:
    """Say why `value` is no quantity of this kind; the usual slips get an answer of their own."""
    known = "known: " + ", ".join(table.units)
    if isinstance(value, str) and len(value) > LONGEST:
        return UnitError(f"'{shown(value)}' is too long for {a(table.noun)}", "", Code.NUMBER_FORMAT)
    for answer in (_no_text, _bare_number, _no_number, _comma, _range, _other_unit):
        error = answer(value, table, known)
        if error:
            return error
    strange = [c for c in str(value) if not c.isascii()]
    hint = f"write for example {table.example}"
    if strange:
        hint += f", without the character U+{ord(strange[0]):04X}"
    return UnitError(f"'{shown(value)}' is no {table.noun}", hint, Code.NUMBER_FORMAT)


def _no_text(value: object, table: Kind, known: str) -> UnitError | None:
    if isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return None
    names = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "nothing"}
    found = names.get(type(value), type(value).__name__)
    hint = f"write for example {table.example}"
    return UnitError(f"{a(table.noun)} is wanted here, not {found}", hint, Code.WRONG_TYPE)


def _bare_number(value: object, table: Kind, known: str) -> UnitError | None:
    if isinstance(value, str) and not _BARE.fullmatch(value.strip()):
        return None
    number = shown(value).strip().removesuffix(".0")
    return UnitError(f"{number} has no unit", with_units(number, table), Code.UNIT_MISSING)


def with_units(number: str, table: Kind) -> str:
    """Say how a bare number is written, and guess no unit: a wrong guess is wrong a hundred or a thousand times.

    A bare number from 0 to 1 where a share is wanted is a fraction.

    >>> with_units("0.95", KINDS["share"]), with_units("8200", KINDS["mass"])
    ('did you mean 95 %?', 'write the unit that is meant: 8200 t, 8200 kg or 8200 g')
    """
    if set(table.units) == {"%"}:
        percent = f"{100.0 * float(number):.12g} %"
        if float(number) == 0.0 or abs(float(number)) > 2.0:
            return f"did you mean {number} %?"
        if abs(float(number)) < 1.0:
            return f"did you mean {percent}?"
        return f"write {percent} if it is a fraction, {number} % if it is a percentage"
    if "/yr" in table.units:
        return f"of what, and in which time? {number} /yr is {100.0 * float(number):.12g} %/yr; or per day: /d, %/d"
    if len(table.units) == 1:
        return f"write for example {number} {next(iter(table.units))}"
    *most, last = (f"{number} {unit}" for unit in table.units)
    return f"write the unit that is meant: {', '.join(most)} or {last}"


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
    return UnitError(f"'{shown(value)}' is not a number", hint, Code.NUMBER_FORMAT)


def _comma(value: object, table: Kind, known: str) -> UnitError | None:
    text = str(value).strip()
    match, grouped = _COMMA.fullmatch(text), _GROUPS.fullmatch(text)
    if match:
        point, joined = match[1].replace(",", "."), match[1].replace(",", "")
        unit = f" {match[2]}" if match[2] else ""
        either = f"{point}{unit}" if point.count(".") == 1 else ""
        other = f"{joined}{unit}" if re.search(r",[0-9]{3}(\D|$)", match[1]) else ""
        hint = "use a decimal point: " + " or ".join(filter(None, (either, other)))
        if not unit:
            hint += (
                f", and {with_units(either or joined, table)}" if not (either and other) else f", with a unit, {known}"
            )
        return UnitError(f"'{shown(text)}' has a comma", hint, Code.NUMBER_FORMAT)
    if grouped:
        hint = f"write {re.sub(r'(?<=[0-9])[ _' + chr(39) + r'](?=[0-9])', '', text)}"
        return UnitError(f"'{shown(text)}' has a gap in its number", hint, Code.NUMBER_FORMAT)
    return None


def _range(value: object, table: Kind, known: str) -> UnitError | None:
    match = _RANGE.fullmatch(str(value).strip())
    if DATE.fullmatch(str(value).strip()):
        hint = f"write for example {table.example}"
        return UnitError(f"'{shown(value)}' is a date, not {a(table.noun)}", hint, Code.WRONG_TYPE)
    if not match:
        return None
    unit = match[4] or match[2] or "UNIT"
    hint = f"a range is a random value: {{uniform: [{match[1]} {match[2] or unit}, {match[3]} {match[4] or unit}]}}"
    hint += f", {known}" if unit == "UNIT" else ""
    return UnitError(f"'{shown(value)}' is a range", hint, Code.NUMBER_FORMAT)


def _other_unit(value: object, table: Kind, known: str) -> UnitError | None:
    match = _QUANTITY.fullmatch(str(value).strip()) or re.fullmatch(rf"({NUMBER}) +(\S.*)", str(value).strip())
    if not match:
        return None
    unit = match[2]
    message = f"'{shown(unit)}' is not a unit of {table.noun}"
    return UnitError(message, _unit_hint(match[1], unit, table, known), Code.UNIT_UNKNOWN)


def _unit_hint(number: str, unit: str, table: Kind, known: str) -> str:
    if unit.lower() in AMBIGUOUS:
        return AMBIGUOUS[unit.lower()]
    meant = HABITS.get(unit.lower())
    if meant in table.units:
        return f"write {number} {meant}"
    folded = [name for name in table.units if name.lower() == unit.lower()]
    if folded:
        return f"did you mean {folded[0]!r}? {known}"
    if unit in ("wd", "wh"):
        return f"{WORKING_TIME}; {known}"
    others = [kind.noun for kind in KINDS.values() if unit in kind.units]
    if others:
        return f"that is a unit of {others[0]}; {known}"
    return " ".join(filter(None, (did_you_mean(unit, table.units), known)))


def parse_date(text: object) -> datetime.datetime:
    """Return the date of ISO text such as `2031-06-01` or `2031-06-01T12:00` (0h by default, no time zone).

    Raises `UnitError` for dates that do not exist and for other ways of writing.
    """
    match = DATE.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= LONGEST else None
    if not match:
        raise UnitError(f"'{shown(text)}' is no date", _date_hint(text), Code.DATE)
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
    said = str(text).strip()[:LONGEST] if isinstance(text, (str, int)) else ""
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
    """Return a name back; raises `UnitError` unless it is lower-case letters, digits and single hyphens."""
    if isinstance(text, str) and len(text) <= NAME_LENGTH and NAME.fullmatch(text):
        return text
    if isinstance(text, (list, dict)):
        found = "a list" if isinstance(text, list) else "a mapping"
        raise UnitError(f"one name is wanted here, not {found}", "write it alone, for example cz-10", Code.WRONG_TYPE)
    plain = re.sub(r"[^a-z0-9]+", "-", str(text)[:NAME_LENGTH].lower()).strip("-")[:NAME_LENGTH].strip("-")
    hint = f"write {plain!r}" if plain else "for example 'cz-10'"
    message = f"'{shown(text)}' is not a name: lower-case letters, digits and hyphens"
    raise UnitError(message, hint, Code.NAME)


def parse_file_name(text: object) -> str:
    """Return a name back that folders are made of; raises `UnitError` for what could lead elsewhere or hide letters.

    Letters, digits, `.`, `_` and `-`, at most 81 of them, with a letter or digit in front; no name that Windows keeps.
    """
    if not isinstance(text, str):
        raise UnitError(f"a name is wanted here, not '{shown(text)}'", "for example my-plan", Code.WRONG_TYPE)
    if DEVICE_NAME.fullmatch(text):
        raise UnitError(f"'{shown(text)}' is a name that Windows keeps", f"write 'plan-{text[:40]}'", Code.NAME)
    if FILE_NAME.fullmatch(text):
        return text
    message = f"'{shown(text)}' cannot name a folder of results: letters, digits, '.', '_' and '-', at most 81"
    raise UnitError(message, f"write '{file_name(text)}'", Code.NAME)


def file_name(text: str) -> str:
    """Return the nearest name that `parse_file_name` takes.

    >>> file_name("../My plan"), file_name("con")
    ('My-plan', 'plan-con')
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text[:400])
    plain = plain.lstrip("._-")[:NAME_LENGTH].rstrip(".-") or "my-plan"
    return f"plan-{plain}"[:NAME_LENGTH] if DEVICE_NAME.fullmatch(plain) else plain
