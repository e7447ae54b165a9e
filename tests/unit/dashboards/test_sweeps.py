"""The page of a sweep says what its cases say, and makes nothing up between them."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path

import pytest

from dashboards import theme
from dashboards.answers import Answer, GoalAnswers, LeverAxis, SweepAnswers, nearest
from dashboards.figures.heat import draw_heat
from dashboards.figures.parallel import draw_parallel
from dashboards.figures.response import draw_response
from dashboards.lever_effects import rank_levers
from dashboards.page import render_page
from dashboards.sweep_page import compose_sweep
from sim.analysis.estimates import Estimate
from sim.analysis.indices import SobolIndex
from tests.unit.dashboards.sample import HOSTILE

EVERY = ("60 d", "120 d", "180 d")
SCRUB = ("5 %", "40 %")


def answer(number: int, every: str, scrub: str) -> Answer:
    """Return a case in which 60 days of production are 200 days of the goal, and scrubs nothing."""
    chance = {"60 d": 0.9, "120 d": 0.7, "180 d": 0.3}[every]
    mean_d = 5000.0 + 200.0 * EVERY.index(every)
    return Answer(
        number,
        {"launchers.cz-10.production.every": every, HOSTILE: scrub},
        Estimate(chance, chance - 0.05, chance + 0.05),
        mean_d - 50.0,
        mean_d + 300.0,
        mean_d,
        mean_d - 20.0,
        mean_d + 20.0,
    )


@pytest.fixture
def sweep() -> SweepAnswers:
    return sample_sweep()


def sample_sweep() -> SweepAnswers:
    """Return a grid of six cases over two levers, one with a hostile name."""
    answers = tuple(answer(2 * i + j, every, scrub) for i, every in enumerate(EVERY) for j, scrub in enumerate(SCRUB))
    index = SobolIndex("launchers.cz-10.production.every", Estimate(0.8, 0.6, 0.95), Estimate(0.9, 0.7, 1.0))
    return SweepAnswers(
        scenario=HOSTILE,
        design="grid",
        replications=100,
        seed=3,
        key="77" * 8,
        levers=(
            LeverAxis("launchers.cz-10.production.every", EVERY, (60.0, 120.0, 180.0), numeric=True),
            LeverAxis(HOSTILE, SCRUB, (5.0, 40.0), numeric=True),
        ),
        goals=(GoalAnswers("ilrs-basic", 5112.0, answers, (index,), (), ()),),
        failed=((9, "no such key"),),
        planned=7,
        commands={one.number: f"ilrs run x --seed {one.number}" for one in answers},
        start=datetime.datetime(2022, 1, 1),
        folder=Path("nowhere"),
    )


def test_the_lever_that_moves_the_date_stands_first(sweep: SweepAnswers) -> None:
    assert rank_levers(sweep, sweep.goals[0])[0].path == "launchers.cz-10.production.every"


def test_a_wish_between_cases_names_the_nearest_one(sweep: SweepAnswers) -> None:
    """Without case 3 (120 d, 40 %), half a range away lie 60 d and 180 d at 40 %, a whole range 120 d at 5 %."""
    answers = [one for one in sweep.goals[0].answers if one.number not in (1, 3)]
    found, exact = nearest(answers, sweep.levers, {"launchers.cz-10.production.every": "120 d", HOSTILE: "40 %"})
    assert (found.number, exact) == (5, False)


def test_a_wish_that_was_run_is_found_exactly(sweep: SweepAnswers) -> None:
    for one in sweep.goals[0].answers:
        assert nearest(sweep.goals[0].answers, sweep.levers, one.values) == (one, True)


def test_the_heat_map_holds_the_chances_of_the_cases(sweep: SweepAnswers) -> None:
    card = draw_heat(sweep, sweep.goals[0])
    assert card is not None
    assert card.figure is not None
    cells = json.loads(card.figure.to_json())["data"][0]["z"]
    assert cells == [[90.0, 70.0, 30.0], [90.0, 70.0, 30.0]]


def test_a_number_that_the_line_crosses_stands_on_ground_of_its_own_and_no_other_does(sweep: SweepAnswers) -> None:
    """The middle column is at 70 % itself."""
    card = draw_heat(sweep, sweep.goals[0])
    assert card is not None
    assert card.figure is not None
    lifted = [(one.x, one.y, one.text, one.bgcolor) for one in card.figure.layout.annotations]
    assert lifted == [(1, 0, "70 %", theme.CARD), (1, 1, "70 %", theme.CARD)]


def test_where_there_is_no_line_no_number_is_lifted(sweep: SweepAnswers) -> None:
    answers = tuple(
        dataclasses.replace(one, chance=Estimate(max(one.chance.value, 0.7), 0.6, 1.0))
        for one in sweep.goals[0].answers
    )
    card = draw_heat(sweep, dataclasses.replace(sweep.goals[0], answers=answers))
    assert card is not None
    assert card.figure is not None
    assert card.figure.layout.annotations == ()


def test_cases_that_form_no_grid_get_no_heat_map(sweep: SweepAnswers) -> None:
    few = sweep.goals[0].answers[:3]
    assert draw_heat(sweep, GoalAnswers("ilrs-basic", 5112.0, few, (), (), ())) is None


def test_every_case_is_a_dot_in_every_panel(sweep: SweepAnswers) -> None:
    figure = draw_response(sweep, sweep.goals[0]).figure
    assert figure is not None
    dots = [trace["x"] for trace in json.loads(figure.to_json())["data"] if trace["mode"] == "markers"]
    assert [len(x) for x in dots] == [6, 6]


def test_cases_outside_a_brush_lose_their_colour(sweep: SweepAnswers) -> None:
    figure = draw_parallel(sweep, sweep.goals[0], frozenset({0, 1})).figure
    assert figure is not None
    lines = {
        trace["line"]["color"]: sum(v is None for v in trace["x"]) for trace in json.loads(figure.to_json())["data"]
    }
    assert lines["#0072B2"] == 2


def test_the_page_of_a_sweep_escapes_names_and_counts_failures(sweep: SweepAnswers, tmp_path: Path) -> None:
    page = compose_sweep(sweep, tmp_path)
    html = render_page(page, single_file=False).html
    assert HOSTILE not in html
    assert [tile.value for tile in page.tiles if tile.label == "Failed"] == ["1"]


def test_a_goal_is_called_by_its_title_and_its_key_is_told(sweep: SweepAnswers, tmp_path: Path) -> None:
    titled = dataclasses.replace(sweep.goals[0], title=HOSTILE)
    page = compose_sweep(dataclasses.replace(sweep, goals=(titled,)), tmp_path)
    assert page.headline.startswith(HOSTILE[:40])
    assert "ilrs-basic" in page.about
    assert HOSTILE not in render_page(page, single_file=False).html


def test_a_case_with_a_report_of_its_own_is_linked(sweep: SweepAnswers, tmp_path: Path) -> None:
    own = tmp_path / "sweep" / "reports" / "0"
    own.mkdir(parents=True)
    (own / "report.html").write_text("", encoding="utf-8")
    html = render_page(
        compose_sweep(dataclasses.replace(sweep, folder=tmp_path / "sweep"), tmp_path / "out"), single_file=False
    ).html
    assert 'href="../sweep/reports/0/report.html"' in html


def flat(sweep: SweepAnswers) -> SweepAnswers:
    """Return the sweep with a chance of nothing in every case."""
    (goal, *others) = sweep.goals
    none = Estimate(0.0, 0.0, 0.04)
    cases = tuple(dataclasses.replace(one, chance=none, p70_d=one.mean_d + 100.0) for one in goal.answers)
    return dataclasses.replace(sweep, goals=(dataclasses.replace(goal, answers=cases), *others))


def test_where_the_chance_is_the_same_everywhere_the_grid_shows_dates(sweep: SweepAnswers) -> None:
    one = flat(sweep)
    card = draw_heat(one, one.goals[0])
    assert card is not None
    assert card.figure is not None
    assert card.figure.data[0].text[0][0] == "Jul 2035"  # day 4950 of a calendar that starts on 29 December 2021
    assert "chance" not in card.title


def test_where_the_chance_is_the_same_everywhere_lines_run_to_p50_and_p70(sweep: SweepAnswers) -> None:
    one = flat(sweep)
    figure = draw_parallel(one, one.goals[0]).figure
    assert figure is not None
    words = [note.text for note in figure.layout.annotations]
    assert ("P50" in words, "P70" in words, "chance" in words) == (True, True, False)


def test_a_lever_is_called_by_the_title_of_its_block(sweep: SweepAnswers) -> None:
    path = "launchers.cz-10.production.every"
    one = dataclasses.replace(sweep, names={path: "Long March 10, production every"})
    panels = draw_response(one, one.goals[0]).figure
    assert panels is not None
    assert "Long March 10, production every" in [note.text for note in panels.layout.annotations]


def test_the_axis_of_a_lever_has_its_unit(sweep: SweepAnswers) -> None:
    panels = draw_response(sweep, sweep.goals[0]).figure
    assert panels is not None
    assert panels.layout.xaxis.title.text == "d"
