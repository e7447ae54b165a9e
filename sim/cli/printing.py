"""What verbs print: tables aligned by blanks or drawn by rich, pairs of a name and a value, JSON."""

from __future__ import annotations

import codecs
import json
import math
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import click

from sim.campaign.causes import say_cause
from sim.problems import printable

__all__ = [
    "aligned", "ascii_only", "escape_what_lacks", "json_text", "percent", "print_json", "print_pairs", "print_table",
    "say_cause", "say_chance", "show_grid",
]  # fmt: skip
Row = Sequence[str]


def print_json(document: Any) -> None:
    """Print a document as JSON; a float that is not finite becomes null."""
    click.echo(json_text(document))


def json_text(document: Any) -> str:
    """Return a document as indented JSON; a float that is not finite becomes null, which any reader takes."""
    return json.dumps(_without_nan(document), indent=1, ensure_ascii=False, allow_nan=False)


def aligned(head: Row, rows: Iterable[Row], right: Collection[int] = ()) -> Iterator[str]:
    """Return the lines of a table; the columns numbered in `right` are numbers and stand to the right.

    Control characters, which a run folder from elsewhere may hold, are kept away from the terminal.
    """
    every = [[_harmless(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    for row in every:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def print_table(head: Row, rows: Sequence[Row]) -> None:
    """Print rows below their head; columns that hold nothing but numbers stand to the right."""
    right = [column for column in range(len(head)) if all(_is_number(row[column]) for row in rows)]
    click.echo("\n".join(aligned(head, rows, right)))


def percent(share: float) -> str:
    """Return a share with one decimal, `6.6 %`."""
    return f"{share:.1%}".replace("%", " %")


def say_chance(value: float, low: float, high: float, n: int) -> str:
    """Return a chance and the ends of its interval in words; where all `n` replications agree, what that proves."""
    from sim.analysis.estimates import Estimate, one_in

    odds = one_in(Estimate(value, low, high))
    if odds is None:
        return percent(value)
    few = f"fewer than 1 in {odds:,}"
    return f"0 of {n:,}, {few}" if value <= 0.0 else f"{n:,} of {n:,}, all but {few}"


def print_pairs(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    known = list(pairs)
    width = max(len(name) for name, _ in known)
    for name, value in known:
        click.echo(f"{name.ljust(width)}  {value}")


def show_grid(head: Row, rows: Iterable[Row]) -> None:
    """Print rows below a heading: drawn by rich where a person looks, aligned text where a program reads.

    Every cell is shown as the text it is, without markup or control characters.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(head, cells)
    else:
        click.echo("\n".join(aligned(head, cells)))


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


def _harmless(cell: str) -> str:
    return cell if cell.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text == "-"
    return True


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list | tuple) else value


ESCAPED = "ilrs-escaped"
"""Name of the error handler, as streams take it."""


def escape_what_lacks() -> None:
    r"""Let stdout and stderr write every letter: what their encoding lacks becomes `\u0411`.

    Windows writes files and pipes in a code page of 256 letters, and titles come in Russian and Chinese.
    """
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Return the letters as JSON escapes them, those beyond the first plane as pairs, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)), error.end


def ascii_only() -> bool:
    """Tell whether stdout may lack letters, so that text which is read back must be written with escapes."""
    return codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8"
