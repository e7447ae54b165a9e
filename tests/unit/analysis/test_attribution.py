"""Days by cause add up, and indices are what their definitions say."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.attribution import Attribution, attribute, rank_subjects, significance_interval, subject_days
from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Subject
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.scenario.load import load_scenario
from tests.unit.analysis.by_hand import goal_at, outline_by_hand, sample_by_hand

INF = math.inf
ROUNDING_D = 1e-9
"""Sums of a few terms below 1e4 days."""

OUTLINE = outline_by_hand(
    milestones=("step.done", "other.done", "goal.reached"),
    subjects=(
        Subject("step", "activity", "", False, 0),
        Subject("other", "activity", "", False, 1),
        Subject("goal", "goal", "", False, 2),
    ),
    goals=(goal_at(2),),
)


def _sample(dates: list[float], causes: list[tuple[float, float, float]], on_chain: list[bool]) -> Sample:
    return sample_by_hand(
        reached_d=[(goal - 10.0, 50.0, goal) for goal in dates],
        start_d=[(20.0, 0.0, goal) for goal in dates],
        by_cause_d=causes,
        on_chain=[[[step, not step, True]] for step in on_chain],
    )


NOMINAL = _sample([380.0], [(330.0, 50.0, 0.0)], [True])
SAMPLE = _sample(
    [400.0, 500.0, 600.0, INF],
    [(300.0, 100.0, 0.0), (350.0, 150.0, 0.0), (400.0, 200.0, 0.0), (700.0, 300.0, 0.0)],
    [True, True, True, False],
)


@pytest.fixture(scope="module")
def found() -> Attribution:
    return attribute(OUTLINE, SAMPLE, NOMINAL, "goal")


@pytest.mark.parametrize("column", ["plan_d", "mean_d", "slip_d"])
def test_every_column_adds_up_to_its_total(found: Attribution, column: str) -> None:
    parts = math.fsum(getattr(row, column) for row in found.rows)
    assert parts == pytest.approx(getattr(found.total, column), abs=ROUNDING_D)


def test_the_total_is_the_mean_date_less_the_planned_one(found: Attribution) -> None:
    """By hand: (400 + 500 + 600 + 1000) / 4 - 380; what is not reached counts up to the calendar's end."""
    assert found.total.slip_d == pytest.approx(625.0 - 380.0, abs=ROUNDING_D)
    assert (found.mean_d, found.plan_d, found.censored) == (625.0, 380.0, 1)


def test_causes_come_by_slip_and_without_those_that_never_appear(found: Attribution) -> None:
    assert [row.cause for row in found.rows] == ["window", "development"]


def test_the_interval_of_a_cause_is_students(found: Attribution) -> None:
    """Slips of window are 50, 100, 150, 250: mean 137.5, sd 85.391, t(0.975; 3) = 3.1824 (any table)."""
    window = found.rows[0]
    assert (window.low_d, window.high_d) == pytest.approx((137.5 - 135.88, 137.5 + 135.88), abs=0.01)


def test_one_replication_has_no_interval() -> None:
    found = attribute(OUTLINE, NOMINAL, NOMINAL, "goal")
    assert found.total.low_d is None
    assert found.total.slip_d == 0.0


def test_a_plan_that_is_never_done_counts_up_to_the_calendars_end() -> None:
    nominal = _sample([INF], [(1000.0, 0.0, 0.0)], [True])
    found = attribute(OUTLINE, SAMPLE, nominal, "goal")
    assert (found.planned, found.plan_d) == (False, 1000.0)
    assert found.total.slip_d == pytest.approx(math.fsum(row.slip_d for row in found.rows), abs=ROUNDING_D)


def test_an_unknown_goal_is_refused() -> None:
    with pytest.raises(KeyError):
        attribute(OUTLINE, SAMPLE, NOMINAL, "nowhere")


def test_days_of_a_subject_run_from_its_release_to_its_end() -> None:
    days = subject_days(OUTLINE, SAMPLE)
    np.testing.assert_array_equal(days[:, 0], [370.0, 470.0, 570.0, INF])
    np.testing.assert_array_equal(days[:, 1], [50.0] * 4)


def test_criticality_is_the_share_on_the_chain_and_goals_are_left_out(found: Attribution) -> None:
    assert {row.name: row.found.criticality.value for row in found.subjects} == {"step": 0.75, "other": 0.25}


def test_significance_is_criticality_times_the_ratio_of_spreads(found: Attribution) -> None:
    """Step's days and the date differ by a constant, so their spreads are equal and SSI is CI; other never varies."""
    assert [row.name for row in found.subjects] == ["step", "other"]
    assert found.subjects[0].found.significance == pytest.approx(0.75)
    assert found.subjects[1].found.significance == 0.0


def test_the_interval_of_a_significance_is_a_point_where_the_index_cannot_vary() -> None:
    """SSI is exactly 1 when the subject is always critical and the date follows it day by day."""
    days = np.linspace(10.0, 90.0, 40)
    interval = significance_interval(np.ones(40, dtype=bool), days, days + 7.0, 1.0)
    assert interval == pytest.approx((1.0, 1.0), abs=1e-9)


def test_the_interval_of_a_significance_agrees_with_theory_where_there_is_one() -> None:
    """With equal spreads SSI is the criticality itself: a share of 0.5 of 400 has the interval 0.5 +- 0.049."""
    critical = np.arange(400) % 2 == 0
    days = np.random.default_rng(1).normal(100.0, 10.0, 400)
    low, high = significance_interval(critical, days, days + 5.0, 0.5)
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.01)  # 999 resamples place an end within 0.005


def test_a_date_without_spread_has_no_significance() -> None:
    dates = np.full(10, 30.0)
    assert significance_interval(np.ones(10, dtype=bool), np.arange(10.0), dates, None) == (None, None)


def test_criticality_of_a_network_is_the_published_one(tmp_path: Path) -> None:
    """Porta-Vac: E and H are critical with 0.607, D and G with 0.393, under triangular durations.

    Source: Anderson, Sweeney, Williams, An Introduction to Management Science, chapter 9 (network and three-point
    estimates); the shares from 20,000 runs of an independent sampler, 3 sigma 0.010.
    """
    file = tmp_path / "porta-vac.yaml"
    file.write_text(PORTA_VAC, encoding="utf-8")
    campaign = compile_campaign(load_scenario(file))
    outcomes = simulate_chunk(campaign, 1, 0, REPLICATIONS)
    rows = rank_subjects(outline_of(campaign, simulate_nominal(campaign)), outcomes, 0)
    shares = {row.name: row.found.criticality.value for row in rows}
    three_sigma = 3.0 * math.sqrt(0.607 * 0.393 / REPLICATIONS) + 0.010
    assert shares["e"] == shares["h"] == pytest.approx(0.607, abs=three_sigma)
    assert shares["d"] == shares["g"] == pytest.approx(0.393, abs=three_sigma)
    assert shares["j"] == 1.0


REPLICATIONS = 1500
PORTA_VAC = """
format: 1
name: porta-vac
source: test
confidence: low
calendar: {start: 2030-01-01, end: 2032-01-01}
activities:
  a: {kind: work, duration: {triangular: [28 d, 35 d, 84 d]}}
  b: {kind: work, duration: {triangular: [7 d, 10.5 d, 35 d]}}
  c: {kind: work, needs: [a], duration: {triangular: [14 d, 21 d, 28 d]}}
  d: {kind: work, needs: [a], duration: {triangular: [21 d, 28 d, 77 d]}}
  e: {kind: work, needs: [a], duration: {triangular: [14 d, 21 d, 28 d]}}
  f: {kind: work, needs: [c], duration: {triangular: [10.5 d, 14 d, 17.5 d]}}
  g: {kind: work, needs: [d], duration: {triangular: [10.5 d, 21 d, 31.5 d]}}
  h: {kind: work, needs: [b, e], duration: {triangular: [17.5 d, 24.5 d, 52.5 d]}}
  i: {kind: work, needs: [h], duration: {triangular: [10.5 d, 14 d, 17.5 d]}}
  j: {kind: work, needs: [f, g, i], duration: {triangular: [7 d, 14 d, 21 d]}}
goals:
  done: {by: 2030-06-01, needs: [j]}
"""
