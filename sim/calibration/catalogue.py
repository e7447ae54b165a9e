"""Fitted laws as a catalogue file with their source, and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import yaml

from sim.analysis.estimates import Proportion
from sim.calibration.growth import GrowthFit
from sim.calibration.laws import Calibrated
from sim.calibration.slip import SlipFit
from sim.calibration.stand_downs import StandDownFit
from sim.calibration.weibull import Interval

PRIOR_WEIGHT: Final = 20


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
