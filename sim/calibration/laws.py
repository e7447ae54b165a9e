"""Tables of what was planned and what happened, each fitted with the law it is about.

What a table is about is told by its columns: `said_on, planned, actual` slip; `launches, attempts` scrubs;
`stand_down_d` stand-downs; `flight, flights, failures` reliability growth; `date, vehicle, outcome` a launch log;
`agency, kind, programme` beside the columns of slip a law of slip by class.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from sim.analysis.estimates import Proportion, clopper_pearson
from sim.calibration.class_fit import ClassCalibration, calibrate_classes
from sim.calibration.forecasts import read_pairs
from sim.calibration.launch_log import LogFit, fit_log, with_log_columns
from sim.calibration.slip import SlipFit, fit_slip
from sim.calibration.statements import EVERYTHING, TableChoice, has_classes
from sim.calibration.weibull import GrowthFit, StandDownFit, fit_growth, fit_stand_down
from sim.problems import InputError
from sim.scenario.cells import read_counts, read_numbers
from sim.scenario.table import TextTable, data_file, read_table

Fit: TypeAlias = SlipFit | StandDownFit | GrowthFit | Proportion | LogFit | ClassCalibration

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
KINDS: Final = (
    "a table has said_on, planned and actual, or launches and attempts, or stand_down_d, or flight, flights and "
    "failures, or date, vehicle and outcome"
)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A law fitted to a table."""

    name: str
    source: str
    fit: Fit


def shipped_tables() -> tuple[Path, ...]:
    """Return the tables that ship."""
    return tuple(data_file(name) for name in SHIPPED)


def calibrate(
    path: Path,
    *,
    name: str = "",
    choice: TableChoice = EVERYTHING,
    fit_only: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
) -> Calibrated:
    """Fit the law a table is about, called `name`, or after its file.

    Of a table by class a part can be chosen and, with `fit_only`, only the law made. Raises InputError saying
    what is wrong with the table, by row and column.
    """
    table = with_log_columns(read_table(path, wanted=KINDS))
    name = name or _name(path)
    if has_classes(table):
        by_class = calibrate_classes(table, choice, fit_only=fit_only, on_step=on_step)
        own = "source" in table.columns and table.source.startswith("the table ")
        return Calibrated(name, f"{table.source}, each row with its source" if own else table.source, by_class)
    if choice != EVERYTHING or fit_only:
        options = f"{choice.options}{' --fit-only' if fit_only else ''}"
        raise InputError(
            f"{path}:{options}: that is for tables of slip by class, with columns agency and kind; leave it out"
        )
    try:
        fit = _fitter(set(table.columns))(table)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    return Calibrated(name, table.source, fit)


def _fitter(columns: set[str]) -> Callable[[TextTable], Fit]:
    for needed, fitter in (
        ({"said_on", "planned", "actual"}, lambda table: fit_slip(read_pairs(table))),
        ({"launches", "attempts"}, _fit_scrub),
        ({"stand_down_d"}, lambda table: fit_stand_down(np.array(_lengths(table)))),
        ({"flight", "flights", "failures"}, _fit_growth),
        ({"date", "vehicle", "outcome"}, fit_log),
    ):
        if needed <= columns:
            return fitter
    raise ValueError(f"columns {', '.join(sorted(columns)) or 'none'}; {KINDS}")


def _fit_scrub(table: TextTable) -> Proportion:
    launches, attempts = read_counts(table, "launches"), read_counts(table, "attempts")
    for row, flown, tried in zip(table.rows, launches, attempts, strict=True):
        if flown > tried:
            table.refuse(row, "launches", f"{flown} launches in {tried} attempts; every launch is an attempt too")
    if sum(attempts) == 0:
        raise ValueError("there are no attempts to count")
    return clopper_pearson(sum(attempts) - sum(launches), sum(attempts))


def _lengths(table: TextTable) -> list[float]:
    lengths = read_numbers(table, "stand_down_d")
    for row, days in zip(table.rows, lengths, strict=True):
        if days <= 0.0:
            table.refuse(row, "stand_down_d", f"{row.text('stand_down_d')!r} is no length above 0 d")
    return lengths


def _fit_growth(table: TextTable) -> GrowthFit:
    flights, failures = read_counts(table, "flights"), read_counts(table, "failures")
    early: dict[int, tuple[int, int]] = {}
    mature: list[tuple[int, int]] = []
    for row, flown, lost in zip(table.rows, flights, failures, strict=True):
        if lost > flown:
            table.refuse(row, "failures", f"{lost} failures in {flown} flights; failures count among the flights")
        if flown == 0:
            table.refuse(row, "flights", "0 flights tell no rate; leave the row out")
        text = row.text("flight")
        if text.lower() == "mature":
            mature.append((lost, flown))
        elif not re.fullmatch(r"[1-9]\d{0,3}", text, re.A) or int(text) in early:
            table.refuse(row, "flight", f"{text!r} is neither 'mature' nor the number of a flight that has no row yet")
        else:
            early[int(text)] = (lost, flown)
    if not mature:
        raise ValueError("a row for mature flights is missing: flight mature")
    if sorted(early) != list(range(1, len(early) + 1)):
        raise ValueError(f"flights {', '.join(map(str, sorted(early)))}; they are counted 1, 2, 3 without a gap")
    counted = [early[number] for number in sorted(early)]
    pooled = (sum(lost for lost, _ in mature), sum(flown for _, flown in mature))
    return fit_growth([flown for _, flown in counted], [lost for lost, _ in counted], pooled)


def _name(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "table"
