"""Columns of CSV files that stand beside a scenario: the observed values of an empirical law."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Final

from sim.problems import Code, InputError, Mark, Problem
from sim.scenario.cells import read_numbers
from sim.scenario.table import TextTable, column_name, read_table
from sim.scenario.text import Node, Path, path_text
from sim.scenario.tree import Tree
from sim.units import unit_of_word

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
