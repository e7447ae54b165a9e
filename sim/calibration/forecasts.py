"""Tables of forecasts: what was planned, when it was said, and what became of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibration.slip import Pairs
from sim.scenario.cells import read_dates, read_flags
from sim.scenario.table import TableRow, TextTable

MOST_LATE_YR: Final = 50
"""A lead or slip above this is a slip of the keyboard; in the shipped tables the longest slip is of six years."""


def read_pairs(table: TextTable) -> Pairs:
    """Read forecasts: mission, the day it was said, the planned and the actual day.

    Where `actual` is empty, or `open` says yes, the flight has not flown yet: it comes on the day of `actual` at the
    earliest, or, where there is none, on the last day the table knows of. Raises InputError with row and column where
    a date is missing or cannot be right.
    """
    found = read_outcomes(table)
    missions = tuple(row.text("mission") or str(row.number) for row in table.rows)
    return Pairs(missions, found.lead_d, found.slip_d, found.open)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """When each date was said, as `date.toordinal` counts, how far ahead it lay and how late it came, shape (n,) each.

    The slip of an open one is the least it can still be.
    """

    said_d: NDArray[np.float64]
    lead_d: NDArray[np.float64]
    slip_d: NDArray[np.float64]
    open: NDArray[np.bool_]


def read_outcomes(table: TextTable) -> Outcomes:
    """Read the dates of forecasts and what became of them; see `read_pairs`."""
    table.need("said_on", "planned", "actual")
    said, planned, actual = read_dates(table, "said_on", "planned", "actual")
    still_open = read_flags(table, "open")
    today = _last_day_known(said, actual, still_open)
    days, leads, slips, waits = [], [], [], []
    for row, told, due, came, waiting in zip(table.rows, said, planned, actual, still_open, strict=True):
        if told is None or due is None:
            table.refuse(row, "planned" if told else "said_on", "the cell is empty; a date belongs there")
        end = came or today
        _refuse_impossible(table, row, told, due, end)
        days.append(float(told.toordinal()))
        leads.append(float((due - told).days))
        slips.append(float((end - due).days))
        waits.append(waiting or came is None)
    return Outcomes(np.array(days), np.array(leads), np.array(slips), np.array(waits))


def _last_day_known(
    said: list[datetime.date | None], actual: list[datetime.date | None], still_open: list[bool]
) -> datetime.date:
    """Return the last day of which the table tells: a date of an open flight is a plan, not an event."""
    happened = [day for day, waiting in zip(actual, still_open, strict=True) if not waiting]
    return max((day for day in (*said, *happened) if day), default=datetime.date.min)


def _refuse_impossible(
    table: TextTable, row: TableRow, said: datetime.date, planned: datetime.date, end: datetime.date
) -> None:
    if planned < said:
        table.refuse(
            row,
            "said_on",
            f"{said} lies {(said - planned).days} d after the planned date {planned}; is the year right?",
        )
    if end < said:
        table.refuse(row, "actual", f"{end} lies before {said}, the day the date was said; a forecast comes first")
    for column, what, days in (
        ("planned", "after it was said", (planned - said).days),
        ("actual", "after its planned date", (end - planned).days),
    ):
        if days > MOST_LATE_YR * 365.25:
            table.refuse(row, column, f"{row.text(column)!r} lies {days / 365.25:.0f} years {what}; is the year right?")
