"""Columns of CSV files that stand beside a scenario: the observed values of an empirical law."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Final, Protocol

from sim.problems import Code, Mark, Problem, suggest
from sim.scenario.text import Node, path_text, walk
from sim.scenario.tree import Tree, read_bytes
from sim.units import unit_of_word

_MOST_ROWS: Final = 100_000
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def read_columns(root: Node, tree: Tree, folders: Mapping[str, FilePath], home: FilePath) -> list[Problem]:
    """Put the values of the file in place of every `{empirical: file.csv#column}`; give what went wrong.

    The column may be left out of a file with one column. Its cells carry a unit (`12 d`), or its heading ends
    in one (`delay_d`). `folders` says in which folder each file that was read stands.
    """
    problems: list[Problem] = []
    for path, node in walk(root):
        if path and path[-1] == "empirical" and isinstance(node.value, str):
            wanted, _, column = node.value.partition("#")
            found = tree.find(wanted, folders.get(node.mark.file, home), node.mark, path_text(path))
            cells = found if isinstance(found, Problem) else _read_column(found, column, node.mark, path_text(path))
            if isinstance(cells, Problem):
                problems.append(cells)
                node.value = "?"
            else:
                node.value = [Node(cell, node.mark, node.key, node.layer) for cell in cells]
    return problems


def _read_column(file: FilePath, column: str, mark: Mark, path: str) -> list[str] | Problem:
    def wrong(message: str, hint: str) -> Problem:
        return Problem(mark, path, Code.BAD_DATA, "error", f"{file.name}: {message}", hint)

    data = read_bytes(file, file.name)
    if isinstance(data, Problem):
        return wrong(data.message, data.hint)
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        return wrong(f"this is not CSV text ({type(error).__name__})", "save it as UTF-8 with commas")
    if len(rows) < 2 or len(rows) > _MOST_ROWS:
        return wrong(f"{len(rows)} rows", f"a heading and 1 to {_MOST_ROWS} rows of values are wanted")
    heading = [name.strip() for name in rows[0]]
    if not column and len(heading) > 1:
        return wrong("it has several columns", f"name one: {file.name}#{heading[-1]}")
    if column and column not in heading:
        return wrong(f"there is no column '{column[:40]}'", suggest(column, heading))
    index = heading.index(column) if column else 0
    return _cells(rows[1:], index, unit_of_word(heading[index].rpartition("_")[2]), wrong)


def _cells(rows: list[list[str]], index: int, unit: str, wrong: _Complaint) -> list[str] | Problem:
    cells = []
    for number, row in enumerate(rows, start=2):
        cell = row[index].strip() if index < len(row) else ""
        if not cell:
            return wrong(f"row {number} has no value", "fill it in or remove the row")
        cells.append(f"{cell} {unit}" if unit and _NUMBER.fullmatch(cell) else cell)
    return cells


class _Complaint(Protocol):
    def __call__(self, message: str, hint: str) -> Problem: ...
