"""The first screen tells what to decide, and the page for a board is the same on one sheet."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from dashboards import brief, first_screen
from dashboards.figures.register import draw_register
from dashboards.page import render_page
from sim.analysis.estimates import ecdf, wilson
from sim.analysis.findings import Findings, GoalFinding
from sim.study.grounds import Assumption, Grounds, LeverGain, RiskEffect, Shift, WhatIf
from tests.unit.dashboards.sample import HOSTILE, sample_findings


def _lever(path: str, cost: float, mean_d: float, high_d: float) -> LeverGain:
    shift = Shift(mean_d, 2 * mean_d - high_d, high_d)
    return LeverGain(path, "taken", "", cost, shift, mean_d, 0.1, 0.05, 0.15, "")


CURVE = ecdf([4000.0, 5000.0])
LEVERS = (_lever("large", 10.0, -200.0, -100.0), _lever("cheap", 1.0, -50.0, -20.0), _lever("unsure", 1.0, -300.0, 5.0))
RISK = RiskEffect(HOSTILE, "", "25 %", ("cz9-dev",), "estimate", "low", Shift(80.0, 40.0, 120.0), "", None)
FIGURE = Assumption(f"a.{HOSTILE}", "25 %", "estimate", "low", "", "", 400.0, 400.0)
GROUNDS = Grounds((FIGURE,), (), WhatIf(200, LEVERS, (RISK,), CURVE, None, CURVE))


@pytest.fixture(scope="module")
def findings() -> Findings:
    return sample_findings()


@pytest.fixture(scope="module")
def goal(findings: Findings) -> GoalFinding:
    return findings.goals[0]


def test_what_never_happened_is_told_with_the_earliest_date(findings: Findings, goal: GoalFinding) -> None:
    never = dataclasses.replace(goal, probability=wilson(0, 500), earliest_d=5400.0)
    said = first_screen.headline(findings, never, "The base")
    assert said.startswith("The base by 31 Dec 2035: fewer than 1 in 100 (0 of 500), earliest Oct 2036; ")


def test_the_subjects_that_cost_most_come_with_who_leads_them(goal: GoalFinding) -> None:
    led = dataclasses.replace(goal, delays=tuple(dataclasses.replace(one, led_by="CNSA") for one in goal.delays))
    rows = first_screen.costs_panel(led).rows
    assert [row.text for row in rows][:2] == ["cz9-dev", "ilrs-4"]
    assert all(row.detail.startswith("CNSA: ") for row in rows)


def test_levers_that_buy_most_for_their_cost_come_first_and_unsure_ones_not_at_all() -> None:
    assert [one.path for one in first_screen.best_levers(list(LEVERS))] == ["cheap", "large"]


def test_without_levers_simulated_the_screen_names_the_command(goal: GoalFinding) -> None:
    assert "ilrs report DIR --what-if" in first_screen.panels(goal, Grounds())[1].foot


def test_both_uncertainties_stand_beside_the_chance(findings: Findings, goal: GoalFinding) -> None:
    detail = first_screen.tiles(findings, goal)[0].detail
    assert "(95 %, sampling)" in detail
    assert "over the figures (80 %)" in detail


def test_the_register_has_assumptions_levers_and_risks(findings: Findings, goal: GoalFinding) -> None:
    assert [card.id for card in draw_register(findings, goal, GROUNDS)] == ["assumptions", "levers", "risk-register"]


def test_names_on_the_first_screen_are_escaped(findings: Findings) -> None:
    page = render_page(brief.compose_brief(findings, GROUNDS), single_file=False).html
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_without_a_browser_the_page_is_there_and_the_reason_why_there_is_no_pdf(
    findings: Findings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", "")
    written = brief.write_brief(findings, GROUNDS, tmp_path)
    assert (written.page.is_file(), written.pdf) == (True, None)
    assert "BROWSER_PATH" in written.lacking
