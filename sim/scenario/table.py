"""Tables as spreadsheets write them: text parted by commas, semicolons or tabs, in the encodings Excel saves.

A row is named by its number in the spreadsheet: heading, remarks and empty rows count.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from sim.problems import InputError, Problem, printable, suggest
from sim.scenario.tree import read_bytes, shipped_folder

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 1_000
_DELIMITERS: Final = (",", ";", "\t")
_NOTHING: Final = frozenset({"", "-", "–", "—", "?", "n/a", "na", "none", "null", "tbd", "tbc"})
"""What people write into a cell that has no value."""
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of .xlsx and .ods, and of .xls."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number in the spreadsheet, the line where it starts, and its cells by column."""

    number: int
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell without blanks around it; empty when it holds a sign for "nothing" or is not there."""
        cell = self.cells.get(column, "")
        return "" if cell.lower() in _NOTHING else cell


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table: its columns as `said_on` whatever the case and blanks, its rows, and the source its remarks state."""

    path: Path
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    delimiter: str
    source: str
    called: str
    """How messages call the table."""

    def heading(self, column: str) -> str:
        """Return the name of a column as it is written in the table."""
        return self.headings[self.columns.index(column)]

    def refuse(self, row: TableRow, column: str, message: str) -> NoReturn:
        """Raise an InputError that names the file, the row and the column."""
        place = f"row {row.number}, column {column}" if column else f"row {row.number}"
        raise InputError(printable(f"{self.called}:{row.line}: {place}: {message}"))

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column, empty where there is nothing."""
        return [row.text(column) for row in self.rows]

    def need(self, *columns: str) -> None:
        """Raise an InputError unless all these columns are there."""
        for column in columns:
            if column not in self.columns:
                raise InputError(f"{self.called}: there is no column {column}; {suggest(column, self.columns)}")


def read_table(path: Path, *, called: str = "", wanted: str = "") -> TextTable:
    """Read a table of at most 20 MB, which messages call so [default: by its path].

    `wanted` says in words what columns it should have, for who has to mend rows that do not fit their heading.

    Lines that start with `#` are remarks; what follows "Source:" in them is the table's source. Raises InputError with
    row and column where something is wrong.
    """
    called = called or str(path)
    text = _decode(path, called)
    records = list(_records(called, text))
    remarks = [cells for _, _, cells in records if cells[0].startswith("#")]
    rows = [(number, line, cells) for number, line, cells in records if any(cells) and not cells[0].startswith("#")]
    if not rows:
        raise InputError(f"{called}: there is nothing in it; a table has a heading with the names of its columns")
    number, line, heading = rows[0]
    columns = _columns(called, number, line, heading)
    read = tuple(_row(called, wanted, columns, *one) for one in rows[1:])
    if not read:
        raise InputError(f"{called}: the table has no rows below its heading")
    named = [(column, written) for column, written in zip(columns, heading, strict=True) if column]
    return TextTable(
        path,
        tuple(column for column, _ in named),
        tuple(written for _, written in named),
        read,
        _delimiter(text),
        _source(path, remarks),
        called,
    )


def column_name(heading: str) -> str:
    """Return the name of a column whatever its case, blanks and signs: `Said on` is said_on."""
    return re.sub(r"\W+", "_", heading.lower()).strip("_")


def find_table(path: Path) -> Path:
    """Return a path as it is, or the shipped table of that name where there is no such file."""
    shipped = data_file(path.name)
    return shipped if path.name == str(path) and not path.exists() and shipped.is_file() else path


def data_file(name: str) -> Path:
    """Return the path of a shipped table of planned and actual dates."""
    return shipped_folder() / "catalogue" / "data" / name


def _decode(path: Path, called: str) -> str:
    data = read_bytes(path, called)
    if isinstance(data, Problem):
        raise InputError(printable(f"{called}: {data.message}"))
    if data.startswith(_WORKBOOKS):
        raise InputError(f"{called}: this is a workbook; save the sheet as CSV")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        # What is not UTF-8 was most likely saved by Excel on Windows, which takes cp1252 in the west.
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise InputError(f"{called}:{line}: a byte of zero: this is no text; save the table as CSV in UTF-8")
        return text
    raise InputError(f"{called}: this is not text in UTF-8, UTF-16 or Windows-1252; save the table as CSV in UTF-8")


def _records(called: str, text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield every record as its number, its line and its cells, remarks and empty ones included.

    A remark may hold quotes that close nowhere, so that it never reaches the reader of CSV; inside a quoted cell a `#`
    is text.
    """
    lines = io.StringIO(text, newline="")
    delimiter = _delimiter(text)
    number, line = 0, 1
    for start in lines:
        if number == 0 and re.fullmatch(r'"?sep=."?\s*', start, re.I):
            number, line = 1, 2
            continue
        number += 1
        if start.startswith("#") or not start.strip():
            yield number, line, [start.strip()]
            line += 1
            continue
        taken = [start]

        def feed(first: str = start, taken: list[str] = taken) -> Iterator[str]:
            yield first
            for more in lines:
                taken.append(more)
                yield more

        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True))
        except csv.Error as error:
            said = "a quote opens that closes nowhere" if "end of data" in str(error) else str(error)
            raise InputError(f"{called}:{line}: row {number}: {said}; quotes stand around a whole cell") from error
        yield number, line, [_clean(cell) for cell in cells] or [""]
        line += len(taken)


def _clean(cell: str) -> str:
    return cell.replace("\xa0", " ").replace("\u202f", " ").strip()


def _delimiter(text: str) -> str:
    """Return what parts the cells: said by `sep=;`, or what the heading holds most of outside quotes.

    `csv.Sniffer` guesses from all rows and takes letters or the blanks of dates for it. A heading of one column says
    nothing; then commas belong to numbers.
    """
    for line in io.StringIO(text):
        said = re.fullmatch(r'"?sep=(.)"?\s*', line, re.I)
        if said and said[1] in _DELIMITERS:
            return said[1]
        if line.lstrip('"').startswith("#") or not line.strip(' \t\r\n,;"'):
            continue
        bare = re.sub(r'"[^"]*"', "", line)
        found = max(_DELIMITERS, key=bare.count)
        return found if found in bare else ";"
    return ","


def _columns(called: str, number: int, line: int, heading: list[str]) -> list[str]:
    columns = [column_name(name) for name in heading]
    if len(columns) > MOST_COLUMNS:
        raise InputError(f"{called}:{line}: row {number}: {len(columns)} columns; at most {MOST_COLUMNS} are read")
    for column in columns:
        if column and columns.count(column) > 1:
            raise InputError(f"{called}:{line}: row {number}: two columns are called {column}; rename one of them")
    return columns


def _row(called: str, wanted: str, columns: list[str], number: int, line: int, cells: list[str]) -> TableRow:
    if number > MOST_ROWS:
        raise InputError(f"{called}:{line}: row {number}: more than {MOST_ROWS} rows; split the table")
    if any(cells[len(columns) :]):
        names = ", ".join(column or "one without a name" for column in columns)
        raise InputError(
            f"{called}:{line}: row {number}: {len(cells)} values, but the heading has {len(columns)} columns "
            f"({names}); put quotes around a value that holds what parts the columns"
            + (f"; {wanted}" if wanted else "")
        )
    return TableRow(number, line, {column: cell for column, cell in zip(columns, cells, strict=False) if column})


def _source(path: Path, remarks: list[list[str]]) -> str:
    """Return the source a table states in its remarks; a spreadsheet may have parted or filled them into cells."""
    text = " ".join(" ".join(cell for cell in cells if cell).lstrip("# ").rstrip(" ,;\t") for cells in remarks)
    stated = text.split("Source:", 1)[1].strip() if "Source:" in text else ""
    return printable(stated) or f"the table {printable(path.name)}"
