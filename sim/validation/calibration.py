"""Tables of what was planned and what happened, turned into a catalogue file of laws with their source.

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
from typing import Any, Final, TypeAlias

import numpy as np
import yaml

from sim.analysis.estimates import Proportion, clopper_pearson
from sim.problems import InputError
from sim.validation.fits import (
    GrowthFit,
    Interval,
    Pairs,
    SlipFit,
    StandDownFit,
    fit_growth,
    fit_slip,
    fit_stand_down,
)
from sim.validation.published import Row, data_file, read_rows

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
PRIOR_WEIGHT: Final = 20


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


def source_of(path: Path) -> str:
    """Give the source a table states in its remarks."""
    remarks = [line.lstrip("# ").strip() for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    text = " ".join(remarks)
    return text.split("Source:", 1)[1].strip() if "Source:" in text else f"the table {path.name}"


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


def catalogue_text(fitted: Sequence[Calibrated], *, site: str | None = None, launcher: str | None = None) -> str:
    """Give the laws as a catalogue file.

    Scrubs and stand-downs are values of a launch site and of a launcher; they are written under the names given, and
    as remarks where none is.
    """
    blocks: dict[str, dict[str, Any]] = {}
    remarks = ["# Made by `ilrs calibrate`; intervals are 95 %, over missions where they repeat."]
    for one in fitted:
        remarks += [f"# {line}" for line in describe(one)]
        for kind, name, block in _blocks(one, site, launcher):
            blocks.setdefault(kind, {})[name] = block
    return "\n".join([*remarks, yaml.safe_dump(blocks, sort_keys=False, allow_unicode=True, width=116)])


def _blocks(one: Calibrated, site: str | None, launcher: str | None) -> list[tuple[str, str, dict[str, Any]]]:
    said = {"source": one.source, "confidence": "medium", "access": "computed"}
    if isinstance(one.fit, SlipFit):
        return [("slips", one.name, {**said, **_slip_block(one.fit)})]
    if isinstance(one.fit, GrowthFit):
        guessed = {"weight": {"source": "estimate", "confidence": "low", "access": "estimate"}}
        return [("priors", one.name, {**said, "sources": guessed, **_growth_block(one.fit)})]
    if isinstance(one.fit, StandDownFit) and launcher:
        law = {"median": _days(one.fit.median_d.value, 0), "p90": _days(one.fit.p90_d.value, 0)}
        return [("launchers", launcher, {"stand_down": {"lognormal": law}, "sources": {"stand_down": said}})]
    if isinstance(one.fit, Proportion) and site:
        return [("launch_sites", site, {"scrub": _percent(one.fit.value, 1), "sources": {"scrub": said}})]
    return []


def _slip_block(fit: SlipFit) -> dict[str, Any]:
    rows = [
        {
            "up_to": _days(row.up_to_d, 0),
            "slip": {
                "weibull": {
                    "shape": round(row.shape.value, 4),
                    "scale": _days(row.scale_d.value, 3),
                    "zero": _percent(row.zero.value, 2),
                }
            },
        }
        for row in fit.rows
    ]
    line = fit.beyond
    beyond = {
        "intercept": _days(line.intercept_d.value, 0),
        "per_day": round(line.per_day.value, 3),
        "shape": round(line.shape.value, 2),
        "zero": _percent(line.zero.value, 1),
    }
    return {"rows": rows, "beyond": beyond} if rows else {"beyond": beyond}


def _growth_block(fit: GrowthFit) -> dict[str, Any]:
    return {
        "early": [_percent(one.value, 1) for one in fit.early],
        "mature": _percent(fit.mature.value, 1),
        "weight": PRIOR_WEIGHT,
    }


def describe(one: Calibrated) -> list[str]:
    """Say a fitted law with its intervals and its goodness of fit, a line for each part."""
    fit = one.fit
    if isinstance(fit, SlipFit):
        return [*(_row_text(one.name, row) for row in fit.rows), _line_text(one.name, fit)]
    if isinstance(fit, StandDownFit):
        return [
            f"{one.name}: {fit.n} stand-downs, median {_with(fit.median_d, 0)} d, P90 {_with(fit.p90_d, 0)} d, "
            f"lognormal, fit p = {fit.goodness.p_value:.2f}"
        ]
    if isinstance(fit, Proportion):
        return [f"{one.name}: scrubbed {fit.k} of {fit.n} attempts, {_share(fit)}"]
    text = [f"{one.name}: flight {number} {_share(rate)}" for number, rate in enumerate(fit.early, start=1)]
    text.append(f"{one.name}: mature {_share(fit.mature)}")
    if math.isfinite(fit.p_value):
        text.append(
            f"{one.name}: falls from {fit.first:.1%} by a factor e in {fit.flights:.2f} flights, "
            f"fit p = {fit.p_value:.2f}"
        )
    return text


def _row_text(name: str, row: Any) -> str:
    return (
        f"{name}: up to {row.up_to_d:.0f} d, {row.pairs} pairs, zero {_with(row.zero, 3)}, "
        f"shape {_with(row.shape, 2)}, scale {_with(row.scale_d, 0)} d, fit p = {row.goodness.p_value:.2f}"
    )


def _line_text(name: str, fit: SlipFit) -> str:
    line = fit.beyond
    return (
        f"{name}: beyond, {line.pairs} pairs, {line.missions} missions in all, {_with(line.intercept_d, 0)} d + "
        f"{_with(line.per_day, 3)} a day, shape {_with(line.shape, 2)}, zero {_with(line.zero, 3)}, "
        f"fit p = {line.goodness.p_value:.2f}"
    )


def _with(one: Interval, digits: int) -> str:
    return f"{one.value:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"


def _share(one: Proportion) -> str:
    return f"{one.value:.1%} ({one.lo:.1%} to {one.hi:.1%})"


def _days(value: float, digits: int) -> str:
    return f"{value:.{digits}f} d"


def _percent(share: float, digits: int) -> str:
    return f"{100.0 * share:.{digits}f} %"
