"""The figures whose JSON is kept under `tests/golden/figures`, all drawn from the made-up study.

After a wanted change of a figure: `python -m tests.unit.dashboards.golden`, and read the difference before a commit.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.card import Card
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.report import compose_page
from dashboards.sweep_page import compose_sweep
from sim.analysis.find import joint_finding
from sim.analysis.findings import Findings
from tests.unit.dashboards.sample import sample_findings, sample_setting, sample_trace_with_depot
from tests.unit.dashboards.test_sweeps import sample_sweep

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "figures"
DIGITS = 9
"""Digits that are kept: what differs beyond them is rounding of another machine's sums."""


def golden_cards() -> Mapping[str, Card]:
    """Return the cards that have a figure, by page and id."""
    findings = sample_findings()
    luck = np.random.default_rng(11).normal(5300.0, 200.0, findings.replications)
    goal = findings.goals[0].name
    findings = _with_cost(findings, luck)
    pages = {
        "report": compose_page(findings, sample_setting()),
        "comparison": compose_comparison([Entry(findings, {goal: luck}), Entry(findings, {goal: luck + 30.0})]),
        "sweep": compose_sweep(sample_sweep(), FOLDER),
    }
    return {
        f"{name}-{card.id}": card
        for name, page in pages.items()
        for section in page.sections
        for card in section.cards
        if card.figure is not None
    }


def _with_cost(findings: Findings, luck: NDArray[np.float64]) -> Findings:
    joint = joint_finding(findings.goals[0].name, luck, 100.0 + 0.02 * luck, 0.7)
    traces = (*findings.traces, sample_trace_with_depot())
    return dataclasses.replace(findings, joint=(joint,), traces=traces)


def figure_text(card: Card) -> str:
    """Return a card's figure as one line of JSON with sorted keys and rounded numbers."""
    assert card.figure is not None
    figure = json.loads(card.figure.to_json())
    return json.dumps({"title": card.title, "figure": _rounded(figure)}, separators=(",", ":"), sort_keys=True) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float) and math.isfinite(value) and value:
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value


def write_golden() -> None:
    """Replace all kept figures by those of now."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, card in golden_cards().items():
        (FOLDER / f"{name}.json").write_text(figure_text(card), encoding="utf-8")


if __name__ == "__main__":
    write_golden()
