"""Several studies on one page."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from dashboards.card import Card
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.figures.side_by_side import Contender, draw_dates, draw_families, family_days
from dashboards.page import render_page
from dashboards.report import write_report
from sim.analysis.findings import Findings, GoalFinding
from sim.study.differences import Input
from sim.study.pairing import PairingError
from tests.unit.dashboards.sample import sample_findings

ROUNDING_D = 0.1
"""Bars are sent with two digits."""


def with_goal(found: GoalFinding, **values: object) -> GoalFinding:
    """Return what is found of a goal, with other values of the goal itself."""
    return dataclasses.replace(found, goal=dataclasses.replace(found.goal, **values))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def studies() -> tuple[Findings, Findings]:
    first = sample_findings()
    sooner = with_goal(first.goals[1], name="ilrs-basic")
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


def test_goals_with_different_dates_name_them_in_the_tiles(studies: tuple[Findings, Findings]) -> None:
    first = with_goal(studies[0].goals[0], by_d=5112.0)
    later = with_goal(first, by_d=5477.5)
    both = [dataclasses.replace(studies[0], goals=(one,)) for one in (first, later)]
    tiles = compose_comparison([Entry(one) for one in both]).tiles
    assert [tile.detail.rpartition(" by ")[2] for tile in tiles] == ["Dec 2035", "Dec 2036"]


def test_studies_of_one_scenario_are_told_apart(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison([Entry(studies[0]), Entry(dataclasses.replace(studies[0], seed=7))])
    assert len({tile.label for tile in page.tiles}) == 2


def test_different_seeds_are_said_not_to_be_paired(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison([Entry(studies[0]), Entry(dataclasses.replace(studies[1], seed=7))])
    assert "do not share their luck" in page.sections[-1].cards[0].title


def test_studies_without_a_common_goal_are_not_compared(studies: tuple[Findings, Findings]) -> None:
    other = dataclasses.replace(studies[0], goals=studies[0].goals[1:2])
    with pytest.raises(PairingError, match="no two of these have a goal in common"):
        compose_comparison([Entry(studies[1]), Entry(other)])


def test_goals_of_other_names_are_compared_where_they_count_as_the_same(studies: tuple[Findings, Findings]) -> None:
    both = [
        dataclasses.replace(found, goals=(with_goal(found.goals[0], name=name, title=name, counts_as="basic-base"),))
        for found, name in zip(studies, ("ours", "theirs"), strict=True)
    ]
    assert compose_comparison([Entry(one) for one in both]).headline.startswith("Basic base, even odds:")


def test_who_lacks_the_goal_is_left_out_by_name(studies: tuple[Findings, Findings]) -> None:
    without = dataclasses.replace(studies[0], goals=studies[0].goals[1:2], scenario="no-base")
    page = compose_comparison([Entry(studies[0]), Entry(studies[1]), Entry(without)])
    assert "no-base is left out: it has no such goal." in page.verdict


def test_equals_are_called_equal_and_none_of_them_the_likeliest(studies: tuple[Findings, Findings]) -> None:
    twins = [dataclasses.replace(studies[0], scenario=name) for name in ("one", "two")]
    page = compose_comparison([Entry(twin) for twin in twins])
    title = next(section for section in page.sections if section.id == "likely").cards[0].title
    assert title.startswith("All are equally likely")


def test_equals_come_to_even_odds_together_and_none_of_them_first(studies: tuple[Findings, Findings]) -> None:
    twins = [Contender(name, studies[0], studies[0].goals[0]) for name in ("one", "two")]
    assert draw_dates(twins).title.startswith("All come to even odds in")


def test_every_study_of_seven_has_its_tile(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison([Entry(studies[0], name=f"variant-{number}") for number in range(7)])
    assert [tile.label for tile in page.tiles] == [f"variant-{number}" for number in range(7)]


def test_a_study_that_changes_nothing_says_so(studies: tuple[Findings, Findings]) -> None:
    goal, dates = studies[0].goals[0].name, np.linspace(5000.0, 6000.0, 50)
    page = compose_comparison([Entry(studies[0], {goal: dates}), Entry(studies[1], {goal: dates.copy()})])
    assert page.headline.endswith("reach it within a day of each other in every replication")


def paired(studies: tuple[Findings, Findings], shift_d: float) -> Card:
    dates = np.random.default_rng(5).normal(5200.0, 300.0, studies[0].replications)
    goal = studies[0].goals[0].name
    page = compose_comparison([Entry(studies[0], {goal: dates}), Entry(studies[1], {goal: dates + shift_d})])
    return next(section for section in page.sections if section.id == "when").cards[1]


def test_a_constant_shift_is_a_difference_without_width(studies: tuple[Findings, Findings]) -> None:
    """Equal luck and 40 days more: each pair differs by exactly 40 days, so the interval has no width."""
    table = paired(studies, 40.0).table
    assert table is not None
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert [row[name] for name in ("mean, d", "low 95 %", "high 95 %", "correlation")] == [
        "40.0",
        "40.0",
        "40.0",
        "1.00",
    ]


def test_pairs_that_never_arrive_are_counted(studies: tuple[Findings, Findings]) -> None:
    goal, n = studies[0].goals[0].name, 10
    first, second = np.full(n, 100.0), np.r_[np.full(6, 120.0), np.full(4, np.inf)]
    page = compose_comparison([Entry(studies[0], {goal: first}), Entry(studies[1], {goal: second})])
    table = next(section for section in page.sections if section.id == "when").cards[1].table
    assert table is not None
    assert table.rows[0][1:5] == ("10", "6", "0", "4")


def test_values_that_differ_are_listed_and_equal_ones_are_not(studies: tuple[Findings, Findings]) -> None:
    same = Input(("missions", "a", "y"), "[1, 2]")
    inputs = [{"y": same, "x": Input(("missions", "a", "x"), str(x), f"page {x}")} for x in (1, 2)]
    page = compose_comparison([Entry(study, inputs=one) for study, one in zip(studies, inputs, strict=True)])
    card = next(section for section in page.sections if section.id == "inputs-of").cards[0]
    assert card.shown is not None
    assert card.shown.rows == (("missions.a.x", "1", "2", "page 1", "page 2"),)


def test_links_lead_to_pages_beside_and_nowhere_else(studies: tuple[Findings, Findings]) -> None:
    page = compose_comparison(
        [Entry(studies[0], address="a%20b/report.html"), Entry(studies[1], address="javascript:1")]
    )
    html = render_page(page, single_file=False).html
    assert html.count('href="a%20b/report.html"') == 2
    assert "javascript:" not in html


def test_several_studies_are_written_as_one_page(studies: tuple[Findings, Findings], tmp_path: Path) -> None:
    page = write_report(studies, tmp_path, single_file=False).read_text(encoding="utf-8")
    assert "second-pad" in page
    assert page.count("data-figure=") == 4


def test_no_study_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least two"):
        write_report([], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_title_that_all_studies_give_the_goal_names_it_and_two_titles_do_not(
    studies: tuple[Findings, Findings],
) -> None:
    def headline(*titles: str) -> str:
        goals = [with_goal(found.goals[0], title=title) for found, title in zip(studies, titles, strict=True)]
        both = [dataclasses.replace(found, goals=(goal,)) for found, goal in zip(studies, goals, strict=True)]
        return compose_comparison([Entry(found) for found in both]).headline

    assert headline("The basic station", "The basic station").startswith("The basic station, even odds:")
    assert headline("The basic station", "Another").startswith("ilrs-basic, even odds:")


def test_values_that_both_have_stand_before_blocks_that_one_has(studies: tuple[Findings, Findings]) -> None:
    kept = [Input(("missions", "z", "not_before"), text) for text in ("1", "2")]
    gone = {f"elements.e{number}.mass": Input(("elements", f"e{number}", "mass"), "1 t") for number in range(50)}
    inputs = [gone | {"missions.z.not_before": kept[0]}, {"missions.z.not_before": kept[1]}]
    page = compose_comparison([Entry(study, inputs=one) for study, one in zip(studies, inputs, strict=True)])
    shown = next(section for section in page.sections if section.id == "inputs-of").cards[0].shown
    assert shown is not None
    assert [row[:2] for row in shown.rows] == [
        ("missions.z.not_before", "1"),
        ("elements", "50 blocks, among them e0, e1, e2 and e3"),
    ]
