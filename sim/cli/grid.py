"""Grids on the terminal: drawn by rich where a person looks, aligned text where a program reads."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

import click

Row = Sequence[str]


def show_grid(head: Row, rows: Iterable[Row]) -> None:
    """Print rows below a heading; every cell is shown as the text it is, without markup or control characters."""
    from sim.problems import printable

    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(head, cells)
    else:
        click.echo("\n".join(_aligned([head, *cells])))


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Give the rows with their columns below each other; the last column is not padded."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _draw(head: Row, rows: Sequence[Row]) -> None:
    """Draw a table as wide as the terminal, without the columns that are empty."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    filled = [index for index in range(len(head)) if any(row[index] for row in rows)]
    for index in filled:
        table.add_column(Text(head[index]), overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(Text(row[index]) for index in filled))
    Console().print(table)
