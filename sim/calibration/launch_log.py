"""Launch logs: date, vehicle and outcome of each launch, counted into records, gaps and failures by flight number."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from sim.calibration.weibull import GrowthFit, fit_growth
from sim.scenario.cells import read_dates
from sim.scenario.table import TableRow, TextTable

EARLY_FLIGHTS: Final = 5
"""Flights whose failures are counted one by one; those after them are mature, as in the shipped priors."""
_ALIASES: Final = {
    "date": ("launch_date", "date_utc", "launched", "launched_on", "datum"),
    "vehicle": ("launcher", "launch_vehicle", "rocket_name", "lv_type", "detail", "rocket"),
    "outcome": ("result", "mission_outcome", "launch_outcome", "status_mission", "mission_status", "status"),
}
"""Other headings of the columns of a log, the surest first."""
_OUTCOMES: Final = {
    **dict.fromkeys(("success", "successful", "succeeded", "s", "ok", "launch successful", "full success"), "success"),
    **dict.fromkeys(("failure", "failed", "fail", "f", "loss", "lost", "launch failure", "total failure"), "failure"),
    **dict.fromkeys(("partial", "partial failure", "partial success", "p", "launch was a partial failure"), "partial"),
    **dict.fromkeys(
        ("", "planned", "scheduled", "upcoming", "future", "go", "go for launch", "hold", "to be determined",
         "to be confirmed", "to be launched", "prelaunch failure", "cancelled", "canceled"),
        "none",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gaps:
    """Days between launches that follow each other."""

    n: int
    median_d: float
    shortest_d: float
    longest_d: float


@dataclass(frozen=True, slots=True)
class VehicleRecord:
    """What one vehicle has flown; partial failures count among the failures, as everywhere."""

    vehicle: str
    flights: int
    failures: int
    partial: int
    last: str
    """Day of its last launch."""
    gaps: Gaps | None
    """None with a single launch."""
    after_failure_d: tuple[float, ...]
    """Days from each failure to its next launch, partial ones left out."""


@dataclass(frozen=True, slots=True)
class LogFit:
    """A launch log: the record of each vehicle, and how failures fall with the number of the flight."""

    records: tuple[VehicleRecord, ...]
    not_flown: int
    """Rows without a launch: planned, called off, or lost before it."""
    by_number: tuple[tuple[int, int], ...]
    """Failures and flights of the vehicles' first, second, ... launches in the log, up to the fifth."""
    later: tuple[int, int]
    """Failures and flights of all launches after those."""
    growth: GrowthFit | None
    """None without launches after the fifth of a vehicle."""


@dataclass(frozen=True, slots=True)
class _Launch:
    day: datetime.date
    outcome: str

    @property
    def failed(self) -> bool:
        return self.outcome != "success"


def with_log_columns(table: TextTable) -> TextTable:
    """Return the table with the columns of a log under the names `date`, `vehicle` and `outcome`, if it is one."""
    names: dict[str, str] = {}
    for name, others in _ALIASES.items():
        found = next((one for one in (name, *others) if one in table.columns), None)
        if found is None:
            return table
        names[found] = name
    if len(names) < len(_ALIASES):
        return table
    rows = tuple(
        replace(row, cells={names.get(column, column): cell for column, cell in row.cells.items()})
        for row in table.rows
    )
    return replace(table, columns=tuple(names.get(column, column) for column in table.columns), rows=rows)


def fit_log(table: TextTable) -> LogFit:
    """Count a launch log.

    A vehicle's name ends at ` | `, after which some logs write the payload. Raises InputError with row and column for
    an outcome that is not known, ValueError where nothing has flown.
    """
    (days,) = read_dates(table, "date")
    launches: dict[str, list[_Launch]] = {}
    not_flown = 0
    for row, day in zip(table.rows, days, strict=True):
        outcome = _outcome(table, row)
        if outcome == "none":
            not_flown += 1
            continue
        vehicle = row.text("vehicle").split(" | ")[0].strip()
        if not vehicle or day is None:
            table.refuse(row, "date" if vehicle else "vehicle", "the cell is empty; a launch has a date and a vehicle")
        launches.setdefault(vehicle, []).append(_Launch(day, outcome))
    if not launches:
        raise ValueError("no row tells of a launch that was made")
    for flown in launches.values():
        flown.sort(key=lambda launch: launch.day)
    return _counted(launches, not_flown)


def _outcome(table: TextTable, row: TableRow) -> str:
    text = re.sub(r"[\s_-]+", " ", row.text("outcome")).strip(" .").lower()
    if text not in _OUTCOMES:
        table.refuse(row, "outcome", f"{row.text('outcome')!r} is no outcome; write success, partial or failure")
    return _OUTCOMES[text]


def _counted(launches: Mapping[str, list[_Launch]], not_flown: int) -> LogFit:
    early = []
    for number in range(EARLY_FLIGHTS):
        flown = [one[number] for one in launches.values() if len(one) > number]
        if not flown:
            break
        early.append((sum(launch.failed for launch in flown), len(flown)))
    rest = [launch for one in launches.values() for launch in one[EARLY_FLIGHTS:]]
    later = (sum(launch.failed for launch in rest), len(rest))
    growth = fit_growth([n for _, n in early], [k for k, _ in early], later) if rest else None
    records = tuple(_record(vehicle, launches[vehicle]) for vehicle in sorted(launches))
    return LogFit(records, not_flown, tuple(early), later, growth)


def _record(vehicle: str, flown: list[_Launch]) -> VehicleRecord:
    gaps_d = [float((after.day - before.day).days) for before, after in pairwise(flown)]
    gaps = Gaps(len(gaps_d), float(np.median(gaps_d)), min(gaps_d), max(gaps_d)) if gaps_d else None
    after_failure = tuple(gap for gap, launch in zip(gaps_d, flown, strict=False) if launch.outcome == "failure")
    return VehicleRecord(
        vehicle,
        len(flown),
        sum(launch.failed for launch in flown),
        sum(launch.outcome == "partial" for launch in flown),
        flown[-1].day.isoformat(),
        gaps,
        after_failure,
    )
