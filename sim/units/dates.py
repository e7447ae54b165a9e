"""Dates and names read and written."""

from __future__ import annotations

import datetime
import re
from typing import Final

from sim.problems import Code
from sim.units.known_units import DATE, DEVICE_NAME, FILE_NAME, LONGEST, NAME, NAME_LENGTH, UnitError, shown

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2199


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
