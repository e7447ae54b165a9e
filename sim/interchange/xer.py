"""Plans of Primavera P6 as XER: tables parted by tabs, in the code page of the machine that wrote them.

Source: Oracle, "P6 EPPM XER Import/Export Data Map Guide"; the calendars are nested brackets whose days are counted
from 1899-12-30, as spreadsheets count them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.interchange.foreign import LARGEST_PLAN, ForeignNetwork, refused
from sim.interchange.primavera import Tables, XerRow, assemble
from sim.interchange.readings import Reading
from sim.interchange.weeks import DAY_MIN, FIVE_DAYS, MOST_DAYS, Day, WorkWeek, tidy, usual_day_min
from sim.problems import Code

_READ: Final = frozenset(
    {"PROJECT", "CALENDAR", "SCHEDOPTIONS", "PROJWBS", "RSRC", "RSRCRATE", "TASK", "TASKPRED", "TASKRSRC"}
)
_MOST_ROWS: Final = 2_000_000
_EPOCH: Final = datetime.date(1899, 12, 30)
_DEEPEST: Final = 20
_COMMON_HANZI: Final = range(0xB0, 0xD8)
"""Lead bytes of the 3,755 common characters of GB 2312."""
_SAMPLE: Final = 1_000_000
"""Bytes that are looked at to find out a code page."""


def read_xer(path: Path, shown: str, encoding: str | None = None) -> ForeignNetwork:
    """Read a plan of Primavera; raises ForeignError with the line of what cannot be read.

    The encoding is found out where none is given: UTF-8, UTF-16, GBK, Windows-1251 or Windows-1252.
    """
    if path.stat().st_size > LARGEST_PLAN:
        raise refused(shown, 0, f"the file is larger than {LARGEST_PLAN // 1_000_000} MB", "", Code.FILE_TOO_LARGE)
    data = path.read_bytes()
    text, used = _decoded(data, shown, encoding)
    del data
    tables, whole = _read_tables(text, shown)
    _add_calendars(tables, shown)
    network = assemble("Primavera XER", shown, tables)
    network.notes.taken(f"text in {used}")
    if not whole:
        network.notes.changed("the file has no end mark (%E); it may have been cut off")
    return network


# --- text -------------------------------------------------------------------------------------------------------------


def _decoded(data: bytes, shown: str, encoding: str | None) -> tuple[str, str]:
    tried = (encoding,) if encoding else _likely(data)
    for name in tried:
        try:
            text = data.decode(name, "strict" if encoding or name.startswith("utf") else "replace")
        except (UnicodeDecodeError, LookupError):
            continue
        return text.removeprefix("\ufeff"), name.removesuffix("-sig").upper()
    raise refused(shown, 0, f"this is not text in {tried[0]}", "say --encoding, such as cp1251", Code.ENCODING)


def _likely(data: bytes) -> tuple[str, ...]:
    """Return encodings by how well they fit, best first: the bytes beyond ASCII tell a code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    sample = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:_SAMPLE]
    letters = [one.encode("gb18030") for one in sample.decode("gb18030", "replace") if one > "\x7f"]
    common = sum(len(one) == 2 and one[1] >= 0xA1 and (one[0] in _COMMON_HANZI or one[0] <= 0xA9) for one in letters)
    if letters and common >= 0.8 * len(letters):
        return ("utf-8-sig", "gb18030")
    high = sum(byte >= 0x80 for byte in sample)
    words = sum(len(word) for word in re.findall(rb"[\xa8\xb8\xc0-\xff]{3,}", sample))
    return ("utf-8-sig", "cp1251" if high and words >= 0.6 * high else "cp1252")


# --- tables -----------------------------------------------------------------------------------------------------------


def _read_tables(text: str, shown: str) -> tuple[Tables, bool]:
    """Return the tables that are read, and whether the file came to its end mark."""
    tables, name, whole = Tables(), "", False
    fields: tuple[str, ...] = ()
    count = 0
    cut = 0
    for line, row in _lines(text):
        mark, _, rest = row.partition("\t")
        if mark == "%T":
            name, fields = rest.strip(), ()
        elif mark == "%F":
            fields = tuple(word.strip() for word in rest.split("\t"))
        elif mark == "%R" and name in _READ:
            if not fields:
                raise refused(shown, line, f"a row of {name} stands before the names of its fields (%F)")
            count += 1
            if count > _MOST_ROWS:
                raise refused(shown, line, f"more than {_MOST_ROWS} rows", "", Code.FILE_TOO_LARGE)
            values = rest.split("\t")
            cut = line if len(values) < len(fields) else 0
            tables.rows.setdefault(name, []).append(XerRow(line, dict(zip(fields, values, strict=False))))
        elif mark == "%E":
            whole = True
        elif line == 1 and mark != "ERMHDR":
            raise refused(shown, 1, "an XER file begins with ERMHDR")
    if cut and not whole:
        raise refused(shown, cut, f"the file is cut off in a row of {name}", "export it again")
    return tables, whole


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each row with its line; text that runs over several lines is put together."""
    held, began = "", 0
    at = 0
    for number, written in enumerate(text.split("\n"), 1):
        line = written.rstrip("\r")
        if line.startswith("%") or number == 1:
            if began:
                yield began, held
            held, began = line, number
        elif line and held.startswith("%R"):
            held += " " + line
        at = number
    if began:
        yield min(began, at), held


# --- calendars --------------------------------------------------------------------------------------------------------


def _add_calendars(tables: Tables, shown: str) -> None:
    by_uid = {row.get("clndr_id"): row for row in tables.of("CALENDAR")}
    for uid in by_uid:
        chain: list[str] = []
        name = uid
        while name in by_uid and name not in tables.calendars and name not in chain:
            chain.append(name)
            name = by_uid[name].get("base_clndr_id")
        for name in reversed(chain):
            base = tables.calendars.get(by_uid[name].get("base_clndr_id"))
            tables.calendars[name] = _calendar(by_uid[name], base, shown)
    tables.default_calendar = next((uid for uid, row in by_uid.items() if row.get("default_flag") == "Y"), "")


def _calendar(row: XerRow, base: WorkWeek | None, shown: str) -> WorkWeek:
    reading = Reading(shown, row.line)
    name = row.get("clndr_name") or f"calendar {row.get('clndr_id')}"
    tree = _tree(row.get("clndr_data"), shown, row.line)
    week = list(base.week if base else FIVE_DAYS)
    days = dict(base.days) if base else {}
    told = next((part for part in _within(tree) if part.name == "DaysOfWeek"), None)
    if told is not None:
        week = [()] * 7
        for part in told.parts:
            number = int(reading.number(part.name, "DaysOfWeek"))
            if 1 <= number <= 7:
                week[(number + 5) % 7] = _times(part, reading)
    for exceptions in (part for part in _within(tree) if part.name == "Exceptions"):
        for part in exceptions.parts:
            if "d" in part.values:
                count = int(reading.number(part.values["d"], "Exceptions"))
                if not 0 < count < 110_000:
                    raise refused(shown, row.line, f"calendar {name[:40]}: {count} is no day counted from 1899-12-30")
                days[_EPOCH + datetime.timedelta(days=count)] = _times(part, reading)
    if len(days) > MOST_DAYS:
        raise refused(shown, row.line, f"calendar {name[:40]}: more than {MOST_DAYS} days differ from the week")
    day_min = reading.minutes(row.get("day_hr_cnt"), "day_hr_cnt") or usual_day_min(week)
    return WorkWeek(name, tuple(week), days, day_min)


@dataclass(slots=True)
class _Part:
    """`(0||NAME(key|value|...)(parts))`."""

    name: str
    values: dict[str, str] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)


def _times(part: _Part, reading: Reading) -> Day:
    spans = []
    for shift in part.parts:
        if "s" in shift.values and "f" in shift.values:
            start, end = reading.clock(shift.values["s"], "shift"), reading.clock(shift.values["f"], "shift")
            end = DAY_MIN if end in (0, DAY_MIN - 1) else end
            spans += [(start, end)] if end > start else [(start, DAY_MIN), (0, end)]
    return tidy(spans)


def _within(part: _Part) -> Iterator[_Part]:
    yield from part.parts
    for inner in part.parts:
        yield from inner.parts


_OPEN: Final = re.compile(r"\(\d*\|\|([^()|]*)\(([^()]*)\)\(")


def _tree(text: str, shown: str, line: int) -> _Part:
    """Return the nested brackets of a calendar."""
    text = " ".join(text.replace("\x7f", " ").split())
    for bracket in "()":
        text = text.replace(f" {bracket}", bracket).replace(f"{bracket} ", bracket)
    root = _Part("")
    open_ = [root]
    at = 0
    while at < len(text):
        found = _OPEN.match(text, at)
        if found:
            words = [word.strip() for word in found[2].split("|")]
            part = _Part(found[1].strip(), dict(zip(words[::2], words[1::2], strict=False)))
            open_[-1].parts.append(part)
            open_.append(part)
            at = found.end()
        elif text.startswith("))", at) and len(open_) > 1:
            open_.pop()
            at += 2
        else:
            said = text[max(at - 10, 0) : at + 20]
            raise refused(shown, line, f"the brackets of a calendar do not match near '{said}'", "export it again")
        if len(open_) > _DEEPEST:
            raise refused(shown, line, "the brackets of a calendar are nested too deep")
    if len(open_) > 1:
        raise refused(shown, line, "the brackets of a calendar do not close", "export it again")
    return root
