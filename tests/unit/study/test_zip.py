"""Sweeps over rows: values that go together, as lists side by side or as cases written out."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.study.design import cases_of
from sim.study.sweep_plan import read_plan

HEAD = """
format: 1
name: pairs
source: made up
confidence: low
calendar: {start: 2030-01-01, end: 2034-01-01}
goals: {ready: {by: 2030-10-31, needs: [lander]}}
partners: {us: {budget: {per_year: 100}}}
activities: {lander: {duration: 100 d, cost: 10, partner: us}}
sweep:
  design: zip
"""
LISTS = """
  vary:
    activities.lander.duration: [200 d, 100 d, 80 d]
    activities.lander.cost: [5, 10, 40]
"""
ROWS = """
  rows:
    - {activities.lander.duration: 200 d, activities.lander.cost: 5}
    - {activities.lander.duration: 80 d}
"""


def settings(tmp_path: Path, text: str, *vary: str) -> list[tuple[str, ...]]:
    file = tmp_path / "pairs.yaml"
    file.write_text(HEAD + text, "utf-8")
    plan = read_plan(load_scenario(file), vary=vary)
    cases = cases_of(plan.factors, plan.design, plan.cases)
    assert len(cases) == plan.case_count
    return [tuple(text for _, text in case.settings) for case in cases]


def test_a_zip_goes_along_its_lists(tmp_path: Path) -> None:
    assert settings(tmp_path, LISTS) == [("200 d", "5"), ("100 d", "10"), ("80 d", "40")]


def test_what_a_row_leaves_out_stays_as_it_is(tmp_path: Path) -> None:
    assert settings(tmp_path, ROWS) == [("200 d", "5"), ("80 d",)]


def test_lists_of_unlike_length_are_refused_with_their_lengths(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"duration has 3, activities\.lander\.cost has 2"):
        settings(tmp_path, LISTS.replace("[5, 10, 40]", "[5, 10]"))


def test_a_range_in_a_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="a zip takes lists"):
        settings(tmp_path, LISTS.replace("[5, 10, 40]", "{uniform: [5, 10]}"))


def test_a_factor_of_the_command_line_must_fit_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="the lists of a zip are of one length"):
        settings(tmp_path, LISTS, "activities.lander.kind=[work]")


def test_a_path_of_a_row_that_leads_nowhere_is_named_with_its_line(tmp_path: Path) -> None:
    settings(tmp_path, ROWS.replace("lander.duration: 80 d", "landr.duration: 80 d"))
    said = CliRunner().invoke(main, ["check", str(tmp_path / "pairs.yaml")])
    assert "pairs.yaml:15:8: sweep.rows.activities.landr.duration" in said.output
