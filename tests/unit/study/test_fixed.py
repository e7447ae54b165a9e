"""Fixed figures are varied over the right ranges, and move a goal as far as arithmetic says."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.sampling import RANDOM
from sim.scenario.load import load_scenario
from sim.study.engines import Here
from sim.study.fixed import Ends, FixedSwing, ends_of, vary_fixed

PLAN = """
format: 1
name: fixed
about: A wait, a fixed time and a random one; every figure is made up.
source: made up for the tests
confidence: low
calendar: {start: 2030-01-01, as_of: 2030-06-01, end: 2040-01-01}
slips:
  late:
    rows: [{up_to: 10 yr, slip: {weibull: {shape: 2, scale: 100 d, zero: 10 %}}}]
    beyond: {intercept: 10 d, per_day: 0.1, shape: 2, zero: 10 %}
  unused: {beyond: {intercept: 10 d, per_day: 0.1, shape: 2, zero: 10 %}}
risks:
  trouble: {probability: 40 %, stretches: {fixed: 1.5}}
activities:
  fixed: {kind: development, not_before: 2031-01-01, duration: 100 d}
  trusted: {kind: development, duration: 100 d, source: made up, confidence: high}
  random: {kind: development, needs: [fixed, trusted], duration: {uniform: [10 d, 20 d]}}
  slipping: {kind: development, finish: 2031-01-01, slip: {by_lead: late}}
  elsewhere: {kind: development, duration: 100 d}
goals:
  ready: {by: 2032-01-01, needs: [random]}
  slid: {by: 2032-01-01, needs: [slipping]}
"""


def ends(text: str, folder: Path, goal: str = "ready") -> dict[str, Ends]:
    file = folder / "fixed.yaml"
    file.write_text(text, encoding="utf-8")
    loaded = load_scenario(file)
    return {one.name: one for one in ends_of(loaded, compile_campaign(loaded), goal)}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ends]:
    return ends(PLAN, tmp_path_factory.mktemp("fixed"))


def test_a_range_is_assumed_from_the_confidence_of_the_figure(found: dict[str, Ends]) -> None:
    assert (found["activities.fixed.duration"].low, found["activities.fixed.duration"].high) == ("70 d", "130 d")
    assert (found["activities.trusted.duration"].low, found["activities.trusted.duration"].high) == ("95 d", "105 d")


def test_a_planned_date_moves_by_days_and_not_before_the_day_of_knowledge(found: dict[str, Ends]) -> None:
    date = found["activities.fixed.not_before"]
    assert (date.low, date.high) == ("2030-06-01", "2032-01-01")


def test_a_range_that_the_scenario_states_is_taken(tmp_path: Path) -> None:
    sweep = "sweep: {vary: {activities.fixed.duration: [90 d, 95 d, 120 d]}}\n"
    one = ends(PLAN + sweep, tmp_path)["activities.fixed.duration"]
    assert (one.low, one.high, one.stated) == ("90 d", "120 d", True)


def test_of_a_law_in_a_table_what_has_a_unit_moves_and_its_shape_stays(tmp_path: Path) -> None:
    law = ends(PLAN, tmp_path, "slid")["slips.late.rows[0].slip"]
    assert law.low == "{weibull: {shape: 2, scale: 70 d, zero: 10 %}}"


def test_what_is_drawn_and_what_the_goal_does_not_wait_for_is_left_out(found: dict[str, Ends]) -> None:
    assert not {"activities.random.duration", "activities.elsewhere.duration"} & found.keys()
    assert not any(name.startswith(("goals", "slips", "calendar")) for name in found)


def swings(found: dict[str, Ends], folder: Path, *names: str, goal: str = "ready") -> dict[str, FixedSwing]:
    file = folder / "fixed.yaml"
    file.write_text(PLAN, encoding="utf-8")
    wanted = [found[name] for name in names]
    made = vary_fixed(load_scenario(file), wanted, goal, seed=1, sampling=RANDOM, replications=20, engine=Here())
    return {one.ends.name: one for one in made}


def test_a_date_moves_a_goal_by_its_range_with_no_noise(found: dict[str, Ends], tmp_path: Path) -> None:
    """All work follows the start: from 2030-06-01 to 2032-01-01 are 579 days."""
    (swing,) = swings(found, tmp_path, "activities.fixed.not_before").values()
    assert swing.apart is not None
    assert swing.apart.value == pytest.approx(579.0)
    assert swing.apart.sd == pytest.approx(0.0, abs=1e-6)


def test_a_law_of_slip_moves_a_goal_to_both_sides_alike(tmp_path: Path) -> None:
    found = ends(PLAN, tmp_path, "slid")
    (swing,) = swings(found, tmp_path, "slips.late.rows[0].slip", goal="slid").values()
    assert swing.high_d is not None
    assert swing.low_d == pytest.approx(-swing.high_d)
    assert swing.high_d > 0.0


def test_the_figure_that_moves_most_comes_first(found: dict[str, Ends], tmp_path: Path) -> None:
    made = swings(found, tmp_path, "activities.trusted.duration", "activities.fixed.not_before")
    assert next(iter(made)) == "activities.fixed.not_before"


def test_an_end_that_cannot_be_run_says_why(found: dict[str, Ends], tmp_path: Path) -> None:
    """The calendar ends in 2040: a start in 2045 meets the goal never."""
    far = found["activities.fixed.not_before"]
    late = Ends(far.path, far.value, far.low, "2045-01-01", "", "", False, far.low_set, (far.high_set[0], "2045-01-01"))
    (swing,) = swings({"late": late}, tmp_path, "late").values()
    assert swing.high_d is None
    assert "never" in swing.refused
