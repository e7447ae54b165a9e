"""What stands in the cells of a table: dates, numbers, counts and yes or no, as people and spreadsheets write them.

How a date or a number is meant may be open in one cell and clear in the next, so that whole columns are read at once.
What stays open is refused with its row and column, never guessed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Final, Literal

from sim.problems import Code, InputError, Mark, Problem
from sim.scenario.table import TableRow, TextTable, column_name, read_table
from sim.scenario.text import Node, Path, path_text
from sim.scenario.tree import Tree
from sim.units import unit_of_word

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
MOST: Final = 1_000_000_000
"""Counts and lengths above this are a slip of the keyboard."""
_YES: Final = frozenset({"yes", "y", "true", "t", "1", "x", "open"})
_NO: Final = frozenset({"", "no", "n", "false", "f", "0", "flown"})
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_TIME: Final = (
    r"(?:[T,]?\s*(?:[01]?\d|2[0-4]):?[0-5]\d(?::[0-5]\d(?:\.\d+)?)?\s*(?:[ap]m)?\s*(?:UTC|GMT|Z|[+-]\d\d:?\d\d)?)?"
)
_WEEKDAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DATES: Final = tuple(
    re.compile(rf"{_WEEKDAY}{pattern}{_TIME}", re.I | re.A)
    for pattern in (
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
        r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]*{_MONTH}[\s,-]*(?P<y>\d{{4}})",
        rf"{_MONTH}\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})[\s-]+{_MONTH}[\s-]+(?P<d>\d{{1,2}})",
    )
)
_EITHER: Final = re.compile(rf"{_WEEKDAY}(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.I | re.A)
"""Day and month in an order that the cell itself does not tell: 03/04/2031."""
_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.I | re.A)
_GROUPED: Final = {mark: re.compile(rf"[+-]?\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+(?!\d)", re.A) for mark in " ',."}

Order = Literal["day", "month", ""]


def read_dates(table: TextTable, *columns: str) -> list[list[datetime.date | None]]:
    """Return the dates of each column, None where a cell is empty.

    One table has one order of day and month: a date that tells it settles it for all these columns.
    """
    order = _order(table, columns)
    return [[_date(table, row, column, order) for row in table.rows] for column in columns]


def _order(table: TextTable, columns: Sequence[str]) -> Order:
    told: dict[Order, tuple[TableRow, str]] = {}
    for row in table.rows:
        for column in columns:
            found = _EITHER.fullmatch(row.text(column))
            if not found:
                continue
            first, second = int(found[1]), int(found[3])
            if first > 12 >= second:
                told.setdefault("day", (row, column))
            elif second > 12 >= first:
                told.setdefault("month", (row, column))
    if len(told) == 2:
        (one, its), (row, column) = sorted(told.values(), key=lambda place: place[0].number)
        table.refuse(
            row,
            column,
            f"{row.text(column)!r} and {one.text(its)!r} (row {one.number}, column {its}) have day and month in "
            "different orders; write dates like 2031-02-28",
        )
    return next(iter(told), "")


def _date(table: TextTable, row: TableRow, column: str, order: Order) -> datetime.date | None:
    text = row.text(column)
    if not text:
        return None
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            month = found["m"].lower()[:3]
            number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
            return _day(table, row, column, int(found["y"]), number, int(found["d"]))
    either = _EITHER.fullmatch(text)
    if either:
        first, second, year = int(either[1]), int(either[3]), int(either[4])
        if not order and first != second and max(first, second) <= 12:
            table.refuse(
                row, column, f"{text!r} may be day or month first, and no other date tells; write dates like 2031-02-28"
            )
        day, month_number = (second, first) if order == "month" else (first, second)
        return _day(table, row, column, year, month_number, day)
    table.refuse(row, column, f"{text!r}{_why_no_date(text)}; write dates like 2031-02-28 or 28.02.2031")


def _why_no_date(text: str) -> str:
    if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}", text):
        return " has a year of two digits"
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return " is a number as spreadsheets keep dates; format the column as dates before saving"
    return " is not a date"


def _day(table: TextTable, row: TableRow, column: str, year: int, month: int, day: int) -> datetime.date:
    text = row.text(column)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        table.refuse(row, column, f"{text!r} lies in the year {year}; dates from {FIRST_YEAR} to {LAST_YEAR} are read")
    try:
        return datetime.date(year, month, day)
    except ValueError:
        table.refuse(row, column, f"there is no day {text!r}; write dates like 2031-02-28 or 28.02.2031")


def read_numbers(table: TextTable, column: str) -> list[float]:
    """Return the numbers of a column, all finite and of at most 10^9; refuses an empty cell.

    A comma is a decimal comma where the cells show that it is one; then points part thousands, and the other way round.
    """
    texts = [row.text(column).replace("\u2212", "-").replace("\u2019", "'") for row in table.rows]
    mark = _decimal_mark(table, column, texts)
    return [_number(table, row, column, text, mark) for row, text in zip(table.rows, texts, strict=True)]


def _decimal_mark(table: TextTable, column: str, texts: Sequence[str]) -> str:
    shown = {mark: row for row, text in zip(table.rows, texts, strict=True) for mark in _marks_shown(text)}
    if len(shown) == 2:
        row = max(shown.values(), key=lambda row: row.number)
        table.refuse(row, column, f"{row.text(column)!r} has another decimal mark than the rows above; use one of them")
    if shown:
        return next(iter(shown))
    # Where commas part the cells a point is the decimal point; elsewhere 1.234 may be either.
    return "." if table.delimiter == "," else ""


def _marks_shown(text: str) -> set[str]:
    """Return the decimal marks a cell shows to be such: the last of two kinds, or one that parts no thousands."""
    marks = [letter for letter in text if letter in ",."]
    if len(set(marks)) == 2:
        return {marks[-1]}
    if len(marks) == 1 and not _GROUPED[marks[0]].fullmatch(text):
        return {marks[0]}
    if len(marks) == 1 and text.lstrip("+-").startswith("0"):
        return {marks[0]}
    return set()


def _number(table: TextTable, row: TableRow, column: str, text: str, mark: str) -> float:
    if not text:
        table.refuse(row, column, "the cell is empty; a number belongs there")
    if not mark and re.search("[.,]", text) and text.count(".") + text.count(",") == 1:
        point = text.replace(",", ".")
        whole = re.sub("[.,]", "", text)
        table.refuse(row, column, f"{text!r} may be {whole} or {point}; write {whole} or {point}0")
    bare = text
    for group in {" ", "'", ",", "."} - {mark}:
        found = _GROUPED[group].match(bare)
        if found:
            bare = found[0].replace(group, "") + bare[found.end() :]
    bare = bare.replace(",", ".") if mark == "," else bare
    if not _PLAIN.fullmatch(bare):
        table.refuse(row, column, f"{text!r} is not a number")
    value = float(bare)
    if abs(value) > MOST:
        table.refuse(row, column, f"{text!r} is larger than {MOST:,}")
    return value


def read_counts(table: TextTable, column: str) -> list[int]:
    """Return the whole numbers of a column, 0 or more; `1e3` and `1000.0` are whole numbers."""
    counts = []
    for row, value in zip(table.rows, read_numbers(table, column), strict=True):
        if value < 0 or value != int(value):
            table.refuse(row, column, f"{row.text(column)!r} is not a whole number of 0 or more")
        counts.append(int(value))
    return counts


def read_flags(table: TextTable, column: str) -> list[bool]:
    """Return what a column of yes and no says; no where the column is not there or a cell is empty."""
    flags = []
    for row in table.rows:
        text = row.text(column).lower()
        if text not in _YES | _NO:
            table.refuse(row, column, f"{row.text(column)!r} is neither yes nor no")
        flags.append(text in _YES)
    return flags


_BARE: Final = re.compile(r"[-+\u2212]?[0-9.,' \u2019]+(?:[eE][-+]?[0-9]+)?")
"""A number without a unit, however thousands and decimals are marked."""


def read_columns(root: Node, tree: Tree, folders: Mapping[str, FilePath], home: FilePath) -> list[Problem]:
    """Put the values of the file in place of every `{empirical: file.csv#column}`; return what went wrong.

    The column may be left out of a file with one column. Its cells carry a unit (`12 d`), or its heading ends
    in one (`delay_d`). `folders` says in which folder each file that was read stands.
    """
    problems: list[Problem] = []
    for path, node in _named(root, ()):
        wanted, _, column = str(node.value).partition("#")
        found = tree.find(wanted, folders.get(node.mark.file, home), node.mark, path_text(path))
        cells = found if isinstance(found, Problem) else _read_column(found, column, node.mark, path_text(path))
        if isinstance(cells, Problem):
            problems.append(cells)
            node.value = "?"
        else:
            node.value = [Node(cell, node.mark, node.key, node.layer) for cell in cells]
    return problems


def _named(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """Yield the nodes that name a column."""
    value = node.value
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(child.value, (dict, list)):
            yield from _named(child, (*path, key))
        elif key == "empirical" and isinstance(child.value, str):
            yield (*path, key), child


def _read_column(file: FilePath, column: str, mark: Mark, path: str) -> list[str] | Problem:
    try:
        table = read_table(file, called=file.name)
        return _quantities(table, _choose(table, column))
    except InputError as error:
        message, _, hint = str(error).rpartition("; ")
        return Problem(mark, path, Code.BAD_DATA, "error", message or hint, hint if message else "")


def _choose(table: TextTable, wanted: str) -> str:
    """Return the column that is meant; it may be left out of a table with one."""
    if wanted:
        table.need(column_name(wanted))
        return column_name(wanted)
    if len(table.columns) == 1:
        return table.columns[0]
    if not table.columns:
        raise InputError(f"{table.called}: no column has a name; write it into the first row")
    raise InputError(f"{table.called}: it has several columns; name one: {table.called}#{table.columns[-1]}")


def _quantities(table: TextTable, column: str) -> list[str]:
    """Return the cells with their unit, which may stand in the cells or at the end of the heading."""
    texts = table.texts(column)
    for row, text in zip(table.rows, texts, strict=True):
        if not text:
            table.refuse(row, column, "there is no value; fill it in or remove the row")
    unit = unit_of_word(re.split(r"\W|_", table.heading(column).strip(" )]."))[-1])
    if not unit or not all(_BARE.fullmatch(text) for text in texts):
        return texts
    return [f"{value!r} {unit}" for value in read_numbers(table, column)]
