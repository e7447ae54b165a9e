"""Several studies on one page."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from dashboards.comparison import compose_comparison
from dashboards.figures.side_by_side import Contender, draw_dates, draw_families, family_days
from dashboards.report import write_report
from sim.analysis.findings import Findings
from tests.unit.dashboards.sample import sample_findings

ROUNDING_D = 0.1
"""Bars are sent with two digits."""


@pytest.fixture(scope="module")
def studies() -> tuple[Findings, Findings]:
    first = sample_findings()
    sooner = dataclasses.replace(first.goals[1], name="ilrs-basic")
    return first, dataclasses.replace(first, scenario="second-pad", identity="77" * 24, goals=(sooner,))


@pytest.fixture(scope="module")
def contenders(studies: tuple[Findings, Findings]) -> tuple[Contender, ...]:
    return tuple(Contender(one.scenario, one, one.goals[0]) for one in studies)


def test_families_add_up_to_the_slip(contenders: tuple[Contender, ...]) -> None:
    goal = contenders[0].goal
    assert sum(family_days(goal).values()) == pytest.approx(goal.total_slip_d, abs=ROUNDING_D)


def test_bars_of_a_study_add_up_to_its_mark(contenders: tuple[Contender, ...]) -> None:
    figure = draw_families(contenders).figure
    assert figure is not None
    data = json.loads(figure.to_json())["data"]
    bars = [trace["x"] for trace in data if trace["type"] == "bar"]
    (marks,) = [trace["x"] for trace in data if trace["type"] == "scatter"]
    assert [sum(column) for column in zip(*bars, strict=True)] == pytest.approx(marks, abs=ROUNDING_D)


def test_the_sooner_study_is_named_first(contenders: tuple[Contender, ...]) -> None:
    assert draw_dates(contenders).title.startswith("second-pad is first to even odds")


def test_studies_of_one_scenario_are_told_apart(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison((studies[0], dataclasses.replace(studies[0], seed=7)))
    assert len({tile.label for tile in page.tiles}) == 2


def test_different_seeds_are_said_not_to_be_paired(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison((studies[0], dataclasses.replace(studies[1], seed=7)))
    assert "do not share their luck" in page.sections[-1].cards[0].title


def test_studies_without_a_common_goal_are_refused(studies: tuple[Findings, Findings]) -> None:
    other = dataclasses.replace(studies[0], goals=studies[0].goals[1:2])
    with pytest.raises(ValueError, match="no goal in common"):
        compose_comparison((studies[1], other))


def test_several_studies_are_written_as_one_page(studies: tuple[Findings, Findings], tmp_path: Path) -> None:
    page = write_report(studies, tmp_path, single_file=False).read_text(encoding="utf-8")
    assert "second-pad" in page
    assert page.count("data-figure=") == 3


def test_no_study_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least two"):
        write_report([], tmp_path)
    assert list(tmp_path.iterdir()) == []
