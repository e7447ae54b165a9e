"""Tables of statements with their class: what was planned, who led it, of what kind it was, and what became of it."""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibration.forecasts import read_outcomes
from sim.problems import InputError, plural, printable, suggest
from sim.scenario.table import TextTable

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

    def without_programmes(self, names: Sequence[str]) -> Statements:
        """Return the statements of other programmes than these."""
        return self.chosen(~np.isin(self.programme, list(names)))

    def as_known_on(self, day: datetime.date) -> Statements:
        """Return what was known on a day: statements said by then, outcomes that had come by then.

        What had not come was open; all that was known of it is that it comes after that day.
        """
        today_d = float(day.toordinal())
        said = self.chosen(self.said_d <= today_d)
        planned_d = said.said_d + said.lead_d
        came_d = planned_d + said.slip_d
        return replace(said, open=said.open | (came_d > today_d), slip_d=np.minimum(came_d, today_d) - planned_d)

    @property
    def lead(self) -> NDArray[np.str_]:
        """The lead of each statement in words, by the bounds of `LEADS_D`."""
        return np.array(lead_names())[np.searchsorted(LEADS_D, self.lead_d)]


@dataclass(frozen=True, slots=True)
class TableChoice:
    """What of a table is used."""

    without_stand_downs: bool = False
    without_programmes: tuple[str, ...] = ()
    as_of: datetime.date | None = None

    @property
    def options(self) -> str:
        """The options of `ilrs calibrate` that say so, each after a blank."""
        names = (f" --without-programme {shlex.quote(name)}" for name in self.without_programmes)
        as_of = f" --as-of {self.as_of}" if self.as_of else ""
        return f"{' --without-stand-downs' if self.without_stand_downs else ''}{''.join(names)}{as_of}"

    def of(self, statements: Statements) -> tuple[Statements, tuple[str, ...]]:
        """Return the statements chosen, and in words how many were left out for what.

        Raises InputError for a programme that is not there.
        """
        for name in self.without_programmes:
            if name not in statements.programmes:
                known = suggest(name, statements.programmes)
                raise InputError(printable(f"--without-programme: there is no programme {name!r}; {known}"))
        found, left_out = statements, []
        if self.as_of:
            found = found.as_known_on(self.as_of)
            left_out.append(_fewer(statements, found, f"said after {self.as_of}"))
        before = found
        if self.without_stand_downs:
            found = found.without_stand_downs()
            left_out.append(_fewer(before, found, "that waited for a failed vehicle (stand-down, loss of)"))
        before = found
        if self.without_programmes:
            found = found.without_programmes(self.without_programmes)
            left_out.append(_fewer(before, found, f"of {', '.join(self.without_programmes)}"))
        return found, tuple(said for said in left_out if said)


EVERYTHING: Final = TableChoice()


def _fewer(before: Statements, after: Statements, why: str) -> str:
    gone = before.rows - after.rows
    return f"{gone} {plural(gone, 'row')} {why}" if gone else ""


def lead_names() -> tuple[str, ...]:
    """Return the names of the leads that are judged apart, from the shortest."""
    edges = [f"{edge:.0f}" for edge in LEADS_D]
    inner = tuple(f"{low} to {high} d" for low, high in pairwise(edges))
    return (f"up to {edges[0]} d", *inner, f"above {edges[-1]} d")


def has_classes(table: TextTable) -> bool:
    """Say whether a table is one of statements with their class."""
    return {"agency", "kind"} <= set(table.columns)


def read_statements(table: TextTable) -> Statements:
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


def _names(table: TextTable, column: str) -> NDArray[np.str_]:
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


def _missions(table: TextTable) -> NDArray[np.str_]:
    return np.array([row.text("mission") or f"row {row.number}" for row in table.rows], dtype=np.str_)


def _refuse_shared_names(table: TextTable, found: Statements) -> None:
    both: Sequence[str] = sorted(set(found.agency.tolist()) & set(found.kind.tolist()))
    if both:
        raise InputError(f"{table.path}: {both[0]!r} stands in both columns agency and kind; give them different names")
