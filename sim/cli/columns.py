"""Plain aligned tables: numbers to the right, words to the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Give the lines of a table; `right` lists the columns that are numbers."""
    every = [[_printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    for row in every:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _printable(cell: str) -> str:
    """Keep control characters, which a run folder from elsewhere may hold, away from the terminal."""
    return cell if cell.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in cell)
