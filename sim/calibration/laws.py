"""Tables of what was planned and what happened, each fitted with the law it is about.

What a table is about is told by its columns: `said_on, planned, actual` slip; `launches, attempts` scrubs;
`stand_down_d` stand-downs; `flight, flights, failures` reliability growth.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from sim.analysis.estimates import Proportion, clopper_pearson
from sim.calibration.growth import GrowthFit, fit_growth
from sim.calibration.slip import Pairs, SlipFit, fit_slip
from sim.calibration.stand_downs import StandDownFit, fit_stand_down
from sim.calibration.table import Row, data_file, read_rows, source_of
from sim.problems import InputError

Fit: TypeAlias = SlipFit | StandDownFit | GrowthFit | Proportion

SHIPPED: Final = (
    "iss-cargo.csv",
    "lunar-programmes.csv",
    "new-design.csv",
    "new-variant.csv",
    "established.csv",
    "shuttle-scrubs.csv",
    "stand-downs.csv",
)
"""The tables from which the shipped laws are made."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A law fitted to a table."""

    name: str
    source: str
    fit: Fit


def shipped_tables() -> tuple[Path, ...]:
    """Give the tables that ship."""
    return tuple(data_file(name) for name in SHIPPED)


def calibrate(path: Path) -> Calibrated:
    """Fit the law a table is about. Raises InputError saying what is wrong with the table."""
    try:
        rows = read_rows(path)
        columns = set(rows[0]) if rows else set()
        fit = _fitter(columns)(rows)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text file in UTF-8") from error
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: {error}") from error
    return Calibrated(_name(path), source_of(path), fit)


def read_pairs(rows: Sequence[Row]) -> Pairs:
    """Read forecasts: mission, the day it was said, the planned and the actual day (ISO dates)."""
    missions, leads, slips = [], [], []
    for number, row in enumerate(rows, start=1):
        said, planned, actual = (_date(row, key, number) for key in ("said_on", "planned", "actual"))
        missions.append(row.get("mission") or str(number))
        leads.append(float((planned - said).days))
        slips.append(float((actual - planned).days))
    return Pairs(tuple(missions), np.array(leads), np.array(slips))


def _fitter(columns: set[str]) -> Callable[[Sequence[Row]], Fit]:
    for needed, fitter in (
        ({"said_on", "planned", "actual"}, lambda rows: fit_slip(read_pairs(rows))),
        ({"launches", "attempts"}, _fit_scrub),
        ({"stand_down_d"}, lambda rows: fit_stand_down(np.array([_number(row, "stand_down_d") for row in rows]))),
        ({"flight", "flights", "failures"}, _fit_growth),
    ):
        if needed <= columns:
            return fitter
    raise ValueError(
        f"columns {', '.join(sorted(columns)) or 'none'}; a table has said_on, planned and actual, or launches and "
        "attempts, or stand_down_d, or flight, flights and failures"
    )


def _fit_scrub(rows: Sequence[Row]) -> Proportion:
    launches = sum(_count(row, "launches") for row in rows)
    attempts = sum(_count(row, "attempts") for row in rows)
    return clopper_pearson(attempts - launches, attempts)


def _fit_growth(rows: Sequence[Row]) -> GrowthFit:
    early = sorted((row for row in rows if row["flight"] != "mature"), key=lambda row: _count(row, "flight"))
    mature = [row for row in rows if row["flight"] == "mature"]
    if not mature:
        raise ValueError("a row for mature flights is missing: flight mature")
    pooled = (sum(_count(row, "failures") for row in mature), sum(_count(row, "flights") for row in mature))
    return fit_growth([_count(row, "flights") for row in early], [_count(row, "failures") for row in early], pooled)


def _date(row: Row, key: str, number: int) -> datetime.date:
    try:
        return datetime.date.fromisoformat(row[key] or "")
    except ValueError as error:
        raise ValueError(f"row {number}: {key} is {row[key]!r}, not a date like 2027-05-31") from error


def _number(row: Row, key: str) -> float:
    value = float(row[key])
    if not math.isfinite(value):
        raise ValueError(f"{key} is {row[key]!r}, not a number")
    return value


def _count(row: Row, key: str) -> int:
    return int(row[key])


def _name(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "table"
