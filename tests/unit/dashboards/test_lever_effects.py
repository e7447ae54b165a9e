"""What moves a sweep's date, and which figure to go and find out first."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from dashboards.answers import Answer, GoalAnswers, SweepAnswers
from dashboards.card import Card
from dashboards.figures.guess_table import draw_guesses
from dashboards.figures.movers import draw_movers
from dashboards.figures.response import draw_response
from dashboards.lever_axis import AS_IS, VARIANTS, LeverAxis, levers_of
from dashboards.lever_effects import rank_guesses, rank_influences, share_between
from dashboards.sweep_page import answers_of, compose_sweep
from sim.analysis.estimates import Estimate, Mean
from sim.analysis.indices import Swing
from sim.analysis.sensitivity import Correlation
from sim.scenario.load import load_scenario
from sim.scenario.provenance import Note
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan
from tests.unit.dashboards.test_sweeps import sample_sweep

FAR, NEAR = "launchers.cz-10.production.every", "activities.cz9-dev.finish"
SWEEPING = Path(__file__).resolve().parents[1] / "study" / "sweeping.yaml"


def goal_with(
    answers: tuple[Answer, ...] = (), *, swings: tuple[Swing, ...] = (), ranks: dict[str, float] | None = None
) -> GoalAnswers:
    """Return a goal whose levers have these rank correlations, each surely not zero, or these swings."""
    found = tuple((path, Correlation(20, value, value - 0.1, value + 0.1)) for path, value in (ranks or {}).items())
    return GoalAnswers("base", 5000.0, answers, (), swings, found)


def case(number: int, mean_d: float, **values: str) -> Answer:
    return Answer(number, values, Estimate(0.5, 0.4, 0.6), mean_d, mean_d, mean_d, mean_d - 9.0, mean_d + 9.0)


def sweep_with(goal: GoalAnswers, notes: dict[str, Note], *levers: str) -> SweepAnswers:
    """Return a sweep of one goal over levers of two values."""
    made = tuple(LeverAxis(path, ("1", "2"), (1.0, 2.0), numeric=True) for path in levers)
    return dataclasses.replace(sample_sweep(), goals=(goal,), levers=made, notes=notes)


@pytest.fixture
def apart() -> tuple[Answer, ...]:
    """Return two cases 200 d apart: their standard deviation is 100 d times the root of two."""
    return (case(0, 5000.0, **{FAR: "1", NEAR: "1"}), case(1, 5200.0, **{FAR: "2", NEAR: "2"}))


def test_days_are_the_spread_of_the_cases_times_the_rank_correlation(apart: tuple[Answer, ...]) -> None:
    goal = goal_with(apart, ranks={FAR: -0.8})
    (found, _) = rank_influences(sweep_with(goal, {}, FAR, NEAR), goal)
    assert found.moves_d == pytest.approx(0.8 * 100.0 * 2**0.5)


def test_a_doubtful_figure_stands_before_a_sure_one_that_moves_more(apart: tuple[Answer, ...]) -> None:
    """0.8 with high confidence weighs 0.16, 0.5 with low confidence 0.5."""
    goal = goal_with(apart, ranks={FAR: 0.8, NEAR: 0.5})
    notes = {FAR: Note("a table", "high"), NEAR: Note("estimate", "low")}
    assert [one.influence.path for one in rank_guesses(sweep_with(goal, notes, FAR, NEAR), goal)] == [NEAR, FAR]


def test_a_figure_without_stated_confidence_says_so_and_lies_between_medium_and_low(apart: tuple[Answer, ...]) -> None:
    goal = goal_with(apart, ranks={FAR: 0.8})
    sweep = sweep_with(goal, {}, FAR)
    (guess,) = rank_guesses(sweep, goal)
    assert guess.weight_d == pytest.approx(0.75 * guess.influence.moves_d)
    assert shown(draw_guesses(sweep, goal))[0][2] == "not stated"


def test_a_choice_of_variants_is_no_figure(apart: tuple[Answer, ...]) -> None:
    goal = goal_with(apart, ranks={FAR: 0.8, VARIANTS: 0.9})
    cases = tuple(dataclasses.replace(one, values={**one.values, VARIANTS: one.values[FAR]}) for one in apart)
    sweep = sweep_with(dataclasses.replace(goal, answers=cases), {}, FAR, VARIANTS)
    assert [one.influence.path for one in rank_guesses(sweep, sweep.goals[0])] == [FAR]


def test_a_figure_that_is_not_told_from_zero_is_faint(apart: tuple[Answer, ...]) -> None:
    goal = goal_with(apart, ranks={FAR: 0.8, NEAR: 0.05})
    card = draw_guesses(sweep_with(goal, {}, FAR, NEAR), goal)
    assert card is not None
    assert card.shown is not None
    assert card.shown.faded == {1}


def test_levers_without_order_are_ranked_by_what_lies_between_their_values() -> None:
    """All of the variance lies between the two values of the first lever, none between those of the second."""
    answers = tuple(case(i, 5000.0 + 100.0 * (i % 2), a="xy"[i % 2], b="uv"[i // 2]) for i in range(4))
    first, second = (
        LeverAxis("a", ("x", "y"), (0.0, 1.0), numeric=False),
        LeverAxis("b", ("u", "v"), (0.0, 1.0), numeric=False),
    )
    assert share_between(first, answers) == pytest.approx(1.0)
    assert share_between(second, answers) < 0.0


def swing(path: str, **days: float) -> Swing:
    return Swing(path, tuple((text, Mean(value, value - 5.0, value + 5.0, 50, 1.0)) for text, value in days.items()))


def test_a_tornado_draws_the_latest_of_three_values() -> None:
    goal = goal_with(swings=(swing("a.b", early=-20.0, same=0.0, late=218.0),))
    card = draw_movers(sweep_with(goal, {}, "a.b"), goal)
    assert card is not None
    assert card.figure is not None
    bars = [trace["x"] for trace in json.loads(card.figure.to_json())["data"] if trace["type"] == "bar"]
    assert bars == [[-20.0], [218.0]]


def test_a_panel_of_a_tornado_shows_only_the_cases_of_its_own_lever() -> None:
    values = [{}, {"a.b.c": "1"}, {"a.b.d": "5"}, {"a.b.d": "6"}]
    levers = levers_of(values)
    answers = tuple(
        case(i, 5000.0 + i, **{lever.path: one.get(lever.path, AS_IS) for lever in levers})
        for i, one in enumerate(values)
    )
    goal = goal_with(answers, swings=(swing("a.b.d", low=3.0), swing("a.b.c", low=1.0)))
    figure = draw_response(dataclasses.replace(sample_sweep(), goals=(goal,), levers=levers), goal).figure
    assert figure is not None
    dots = [len(trace["x"]) for trace in json.loads(figure.to_json())["data"] if trace["mode"] == "markers"]
    assert dots == [3, 2]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> SweepAnswers:
    """Return a real sweep over a number and a date."""
    loaded = load_scenario(SWEEPING)
    dates = "activities.first.not_before=[2030-01-01, 2030-03-01, 2030-06-01]"
    plan = read_plan(loaded, vary=[dates], design="sobol", cases=16, replications=20)
    return answers_of(run_sweep(Start(SWEEPING), plan, jobs=1, folder=tmp_path_factory.mktemp("runs") / "sweep"))


def test_a_date_has_a_rank_among_the_levers(answered: SweepAnswers) -> None:
    """Five months before anything begins move the date more than fifty days at its end."""
    assert answered.goals[0].ranks[0][0] == "activities.first.not_before"


def test_confidence_comes_from_the_block_nearest_to_the_path(answered: SweepAnswers) -> None:
    """The scenario says `confidence: low` once, for the whole file."""
    assert answered.notes["activities.first.not_before"].confidence == "low"


def test_the_page_names_one_strongest_lever(answered: SweepAnswers, tmp_path: Path) -> None:
    page = compose_sweep(answered, tmp_path)
    cards = {card.id: card for section in page.sections for card in section.cards}
    assert "first, not before" in page.verdict
    assert cards["movers"].title.startswith("first, not before")
    assert shown(cards["guesses"])[0][0] == "first, not before"


def shown(card: Card | None) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a card's open table."""
    assert card is not None
    assert card.shown is not None
    return card.shown.rows


def grid(*means_d: float) -> tuple[SweepAnswers, GoalAnswers]:
    """Return cases of a lever of two values, two cases each, whose mean dates are these."""
    path = "variants"
    cases = tuple(case(i, mean, **{path: "a" if i < 2 else "b"}) for i, mean in enumerate(means_d))
    goal = goal_with(cases)
    lever = LeverAxis(path, ("a", "b"), (0.0, 1.0), numeric=False)
    return dataclasses.replace(sample_sweep(), goals=(goal,), levers=(lever,)), goal


def test_values_far_apart_beside_their_scatter_are_told_from_zero() -> None:
    (found,) = rank_influences(*grid(5000.0, 5001.0, 5400.0, 5401.0))
    assert found.sure


def test_values_that_scatter_as_much_within_as_between_are_not() -> None:
    (found,) = rank_influences(*grid(5000.0, 5400.0, 5010.0, 5390.0))
    assert not found.sure


def test_a_figure_that_is_not_told_from_zero_is_not_to_be_found_out_first(apart: tuple[Answer, ...]) -> None:
    goal = goal_with(apart)
    unsure = dataclasses.replace(goal, ranks=((FAR, Correlation(20, 0.3, -0.1, 0.6)),))
    card = draw_guesses(sweep_with(unsure, {}, FAR), unsure)
    assert card is not None
    assert card.title == "These cases are too few to tell which figure moves the date; run more of them"
