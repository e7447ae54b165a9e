"""Fitted laws as a catalogue file with their source, and in words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import yaml

from sim.analysis.estimates import Estimate, Proportion
from sim.calibration.class_fit import ClassCalibration, about_classes, class_block, describe_classes
from sim.calibration.launch_log import LogFit, VehicleRecord
from sim.calibration.laws import Calibrated, Fit
from sim.calibration.slip import SlipFit
from sim.calibration.weibull import GrowthFit, StandDownFit
from sim.problems import InputError, plural, printable, suggest

PRIOR_WEIGHT: Final = 20
_WAYS: Final = {
    StandDownFit: "name its launcher with --launcher NAME",
    Proportion: "name its launch site with --site NAME",
    LogFit: "name a launcher with --launcher NAME to have its record written",
}
"""What writes a fit that belongs to something else."""
LEAST_P: Final = 0.05
"""A fit with a smaller p fails its test."""


def catalogue_text(fitted: Sequence[Calibrated], *, site: str | None = None, launcher: str | None = None) -> str:
    """Return the laws as a catalogue file.

    Scrubs, stand-downs and records are values of a launch site and of a launcher; they are written under the names
    given, and as remarks where none is.
    """
    blocks: dict[str, dict[str, Any]] = {}
    remarks = ["# Made by `ilrs calibrate`; intervals are 95 %, over missions where they repeat."]
    for one in fitted:
        # A law by class keeps its figures and scores in its block.
        said = describe(one)[:1] if isinstance(one.fit, ClassCalibration) else describe(one)
        remarks += [f"# {line}" for line in said]
        found = _blocks(one, site, launcher)
        remarks += [] if found else [f"# {one.name}: not written; {_WAYS[type(one.fit)]}"]
        for kind, name, block in found:
            _add(blocks, kind, name, block)
    return "\n".join([*remarks, _dumped(blocks)])


def _dumped(blocks: dict[str, dict[str, Any]]) -> str:
    """Return the blocks as YAML; rows of figures stand on their lines, the rest is spread out."""
    by_class = any("classes" in law for law in blocks.get("slips", {}).values())
    style = None if by_class else False
    return yaml.safe_dump(blocks, sort_keys=False, allow_unicode=True, width=116, default_flow_style=style)


def _add(blocks: dict[str, dict[str, Any]], kind: str, name: str, block: dict[str, Any]) -> None:
    """Add a block; a launcher may have its record from one table and its stand-down from another."""
    there = blocks.setdefault(kind, {}).setdefault(name, {})
    twice = sorted((there.keys() & block.keys()) - {"sources"})
    if twice:
        raise InputError(f"two tables give {kind}.{name}.{twice[0]}; calibrate them one by one, or rename a table")
    sources = {**there.get("sources", {}), **block.get("sources", {})}
    there.update(block)
    if sources:
        there["sources"] = sources


def _blocks(one: Calibrated, site: str | None, launcher: str | None) -> list[tuple[str, str, dict[str, Any]]]:
    said = _provenance(one)
    if isinstance(one.fit, SlipFit):
        return [("slips", one.name, {**said, **_slip_block(one.fit)})]
    if isinstance(one.fit, ClassCalibration):
        return [("slips", one.name, {"about": about_classes(one.fit), **said, **class_block(one.fit, one.name)})]
    if isinstance(one.fit, GrowthFit):
        guessed = {"weight": {"source": "estimate", "confidence": "low", "access": "estimate"}}
        return [("priors", one.name, {**said, "sources": guessed, **_growth_block(one.fit)})]
    if isinstance(one.fit, StandDownFit) and launcher:
        law = {"median": _days(one.fit.median_d.value, 0), "p90": _days(one.fit.p90_d.value, 0)}
        return [("launchers", launcher, {"stand_down": {"lognormal": law}, "sources": {"stand_down": said}})]
    if isinstance(one.fit, Proportion) and site:
        return [("launch_sites", site, {"scrub": _percent(one.fit.value, 1), "sources": {"scrub": said}})]
    return _log_blocks(one, one.fit, said, launcher) if isinstance(one.fit, LogFit) else []


def _provenance(one: Calibrated) -> dict[str, str]:
    """Return source and confidence: low for a law that fails its own test, and the source says so."""
    failed = [p for p in _p_values(one.fit) if p < LEAST_P]
    if not failed:
        return {"source": one.source, "confidence": "medium", "access": "computed"}
    said = f"{one.source}; the law fails its goodness-of-fit test (p = {min(failed):.3f})"
    return {"source": said, "confidence": "low", "access": "computed"}


def _p_values(fit: Fit) -> list[float]:
    if isinstance(fit, SlipFit):
        return [*(row.goodness.p_value for row in fit.rows), fit.beyond.goodness.p_value]
    if isinstance(fit, StandDownFit):
        return [fit.goodness.p_value]
    growth = fit.growth if isinstance(fit, LogFit) else fit
    return [growth.p_value] if isinstance(growth, GrowthFit) else []


def _log_blocks(
    one: Calibrated, fit: LogFit, said: dict[str, str], launcher: str | None
) -> list[tuple[str, str, dict[str, Any]]]:
    blocks: list[tuple[str, str, dict[str, Any]]] = []
    if launcher:
        record = _record_of(fit, launcher)
        text = {"flights": record.flights, "failures": record.failures, **said, "confidence": "medium"}
        blocks.append(("launchers", launcher, {"record": text}))
    if fit.growth:
        guessed = {"weight": {"source": "estimate", "confidence": "low", "access": "estimate"}}
        blocks.append(("priors", one.name, {**said, "sources": guessed, **_growth_block(fit.growth)}))
    return blocks


def _record_of(fit: LogFit, launcher: str) -> VehicleRecord:
    """Return the record of the vehicle that a launcher's name means, or of the only vehicle."""
    if len(fit.records) == 1:
        return fit.records[0]
    known = {re.sub(r"[^a-z0-9]+", "-", record.vehicle.lower()).strip("-"): record for record in fit.records}
    if launcher not in known:
        raise InputError(f"--launcher {launcher}: the log has no such vehicle; {suggest(launcher, known)}")
    return known[launcher]


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
        rows = [_row_text(one.name, row) for row in fit.rows]
        return [*rows, _line_text(one.name, fit), *_arrivals_text(one.name, fit), *_failed_text(one)]
    if isinstance(fit, ClassCalibration):
        return describe_classes(one.name, fit)
    if isinstance(fit, StandDownFit):
        return [
            f"{one.name}: {fit.n} stand-downs, median {_with(fit.median_d, 0)} d, P90 {_with(fit.p90_d, 0)} d, "
            f"lognormal, fit p = {fit.goodness.p_value:.2f}",
            *_failed_text(one),
        ]
    if isinstance(fit, Proportion):
        return [f"{one.name}: scrubbed {fit.k} of {fit.n} attempts, {_share(fit)}"]
    if isinstance(fit, LogFit):
        return [*_log_text(one.name, fit), *_failed_text(one)]
    return [*_growth_text(one.name, fit), *_failed_text(one)]


def _growth_text(name: str, fit: GrowthFit) -> list[str]:
    text = [f"{name}: flight {number} {_share(rate)}" for number, rate in enumerate(fit.early, start=1)]
    text.append(f"{name}: mature {_share(fit.mature)}")
    if math.isfinite(fit.p_value):
        text.append(
            f"{name}: falls from {fit.first:.1%} by a factor e in {fit.flights:.2f} flights, fit p = {fit.p_value:.2f}"
        )
    return text


def _failed_text(one: Calibrated) -> list[str]:
    failed = [p for p in _p_values(one.fit) if p < LEAST_P]
    said = f"{one.name}: the law fails its goodness-of-fit test (p below {LEAST_P}), so that its confidence is low"
    return [said] if failed else []


def _arrivals_text(name: str, fit: SlipFit) -> list[str]:
    """Say what the law leaves out: who came early, and who has not come yet."""
    text, came = [], fit.arrivals
    if came.early:
        taken = f"the {'rows take' if fit.rows else 'law takes'} early for on time"
        text.append(
            f"{name}: {came.early} of {came.came} came early, by {came.early_mean_d:.0f} d in the mean; all "
            f"{came.came} together {_sooner_or_later(came.mean_d)}; {taken}"
        )
    if came.open:
        text.append(
            f"{name}: {came.open} not flown yet and late already: at least so late in the rows; the line takes "
            "that as the day they came, and is a lower bound"
        )
    if came.not_due:
        text.append(f"{name}: {came.not_due} not flown yet and not due: left out")
    return text


def _sooner_or_later(mean_d: float) -> str:
    return f"{abs(mean_d):.0f} d {'early' if mean_d < 0 else 'late'} in the mean"


def _log_text(name: str, fit: LogFit) -> list[str]:
    text = [_record_text(name, record) for record in fit.records]
    if fit.not_flown:
        text.append(f"{name}: {fit.not_flown} {plural(fit.not_flown, 'row')} without a launch: left out")
    text.append(f"{name}: flight numbers are counted from each vehicle's first launch in the log")
    if fit.growth:
        return [*text, *_growth_text(name, fit.growth)]
    text += [f"{name}: flight {number}, {k} of {n} failed" for number, (k, n) in enumerate(fit.by_number, start=1)]
    most = len(fit.by_number)
    few = f"no vehicle has more than {most} {plural(most, 'launch', 'launches')}, too few for a prior"
    return [*text, f"{name}: {few}"]


def _record_text(name: str, record: VehicleRecord) -> str:
    partial = f" ({record.partial} of them partial)" if record.partial else ""
    counts = f"{{flights: {record.flights}, failures: {record.failures}}}{partial}"
    text = f"{name}: {printable(record.vehicle)}, record {counts}"
    if record.gaps:
        gaps = record.gaps
        text += (
            f", {gaps.n} {plural(gaps.n, 'gap')} between launches, median {gaps.median_d:.0f} d "
            f"({gaps.shortest_d:.0f} to {gaps.longest_d:.0f} d)"
        )
    if record.after_failure_d:
        text += f", after a failure {', '.join(f'{gap:.0f}' for gap in record.after_failure_d)} d"
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


def _with(one: Estimate, digits: int) -> str:
    return f"{one.value:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"


def _share(one: Proportion) -> str:
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"


def _days(value: float, digits: int) -> str:
    return f"{value:.{digits}f} d"


def _percent(share: float, digits: int) -> str:
    return f"{100.0 * share:.{digits}f} %"
