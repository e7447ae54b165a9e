"""Tables of statements with their class: what was planned, who led it, of what kind it was, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibration.forecasts import read_outcomes
from sim.calibration.table import Table
from sim.problems import InputError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COLUMNS: Final = ("programme", "agency", "kind", "said_on", "planned", "actual")
"""What a table needs to give a law by class; `mission`, `open` and `note` are read where they are there."""
STAND_DOWN: Final = ("stand-down", "loss of")
"""What the note of a row says that waited for a failed vehicle."""
LEADS_D: Final = (180.0, 365.0, 730.0, 1461.0)
"""Bounds of the leads that are judged apart."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements in the order of their table, shape (n,) each.

    `said_d` counts days as Python's `date.toordinal`. `slip_d` of an open row is the least it can still be. `waited`
    marks rows whose note says that they waited for a failed vehicle.
    """

    programme: NDArray[np.str_]
    agency: NDArray[np.str_]
    kind: NDArray[np.str_]
    mission: NDArray[np.str_]
    said_d: Floats
    lead_d: Floats
    slip_d: Floats
    open: Bools
    waited: Bools

    @property
    def rows(self) -> int:
        """The number of statements."""
        return int(self.lead_d.size)

    @property
    def programmes(self) -> tuple[str, ...]:
        """The programmes, sorted."""
        return tuple(sorted(set(self.programme.tolist())))

    def chosen(self, keep: Bools) -> Statements:
        """Return the statements that `keep`, shape (n,), marks."""
        return Statements(*(getattr(self, name)[keep] for name in self.__slots__))

    def without_stand_downs(self) -> Statements:
        """Return the statements that waited for no failed vehicle."""
        return self.chosen(~self.waited)

    @property
    def lead(self) -> NDArray[np.str_]:
        """The lead of each statement in words, by the bounds of `LEADS_D`."""
        return np.array(lead_names())[np.searchsorted(LEADS_D, self.lead_d)]


def lead_names() -> tuple[str, ...]:
    """Return the names of the leads that are judged apart, from the shortest."""
    edges = [f"{edge:.0f}" for edge in LEADS_D]
    inner = tuple(f"{low} to {high} d" for low, high in pairwise(edges))
    return (f"up to {edges[0]} d", *inner, f"above {edges[-1]} d")


def has_classes(table: Table) -> bool:
    """Say whether a table is one of statements with their class."""
    return {"agency", "kind"} <= set(table.columns)


def read_statements(table: Table) -> Statements:
    """Read statements with their class. Raises InputError naming the row and column that cannot be right."""
    table.need(*COLUMNS)
    outcomes = read_outcomes(table)
    notes = [note.lower() for note in table.texts("note")]
    found = Statements(
        _names(table, "programme"),
        _names(table, "agency"),
        _names(table, "kind"),
        _missions(table),
        outcomes.said_d,
        outcomes.lead_d,
        outcomes.slip_d,
        outcomes.open,
        np.array([any(mark in note for mark in STAND_DOWN) for note in notes], dtype=np.bool_),
    )
    _refuse_shared_names(table, found)
    return found


def _names(table: Table, column: str) -> NDArray[np.str_]:
    found = []
    for row in table.rows:
        text = row.text(column)
        if not text:
            table.refuse(row, column, "the cell is empty; a name belongs there")
        if column != "programme":
            text = text.lower().replace(" ", "-").replace("_", "-")
            if not _NAME.fullmatch(text) or text == "lead":
                table.refuse(row, column, f"{row.text(column)!r} is no name of letters, digits and hyphens")
        found.append(text)
    return np.array(found, dtype=np.str_)


def _missions(table: Table) -> NDArray[np.str_]:
    return np.array([row.text("mission") or f"row {row.number}" for row in table.rows], dtype=np.str_)


def _refuse_shared_names(table: Table, found: Statements) -> None:
    both: Sequence[str] = sorted(set(found.agency.tolist()) & set(found.kind.tolist()))
    if both:
        raise InputError(f"{table.path}: {both[0]!r} stands in both columns agency and kind; give them different names")
