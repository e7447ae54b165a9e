"""Findings agree with what can be counted by hand in a small sample."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from sim.analysis.estimates import replication_at
from sim.analysis.find import find
from sim.analysis.findings import Findings
from sim.campaign.plan import Delivery, ManifestEntry, Subject
from sim.model.sample import Sample
from tests.unit.analysis.by_hand import goal_at, outline_by_hand, sample_by_hand

INF = math.inf

OUTLINE = outline_by_hand(
    guesses=1,
    figures=2,
    milestones=("step", "goal"),
    subjects=(
        Subject("step", "activity", "", False, 0),
        Subject("goal", "goal", "", False, 1),
    ),
    goals=(goal_at(1, title="the goal"),),
    flights=(ManifestEntry("m", "main", "r", "p", "x", 1.0, 100.0, 0, False, 2.0, 3.0),),
    deliveries=(Delivery(0, 100.0, "a"), Delivery(1, 10.0, "b")),
    stations=("lab",),
)


def sample(dates: list[tuple[float, float]], causes: list[tuple[float, float, float]]) -> Sample:
    n = len(dates)
    return sample_by_hand(
        reached_d=dates,
        start_d=np.zeros((n, 2)),
        by_cause_d=causes,
        on_chain=[[[index < 2, True]] for index in range(n)],
        facility_days=np.arange(n, dtype=float).reshape(n, 1),
    )


DATES = [(100.0, 400.0), (150.0, 500.0), (120.0, 600.0), (200.0, INF)]
CAUSES = [(300.0, 100.0, 0.0), (350.0, 150.0, 0.0), (400.0, 200.0, 0.0), (700.0, 300.0, 0.0)]


@pytest.fixture(scope="module")
def findings() -> Findings:
    nominal = sample([(90.0, 380.0)], [(330.0, 50.0, 0.0)])
    return find(OUTLINE, sample(DATES, CAUSES), nominal, seed=1)


def test_the_chance_counts_the_date_itself_and_never_drops_the_unreached(findings: Findings) -> None:
    """400 and 500 of four are not later than 500: one half."""
    assert findings.goals[0].probability.value == 0.5
    assert (findings.goals[0].reached, findings.goals[0].censored) == (3, 1)


def test_slip_is_the_mean_over_all_replications_against_the_nominal_run(findings: Findings) -> None:
    """Development: (300 + 350 + 400 + 700) / 4 - 330 = 107.5; window: 187.5 - 50 = 137.5."""
    slips = {one.cause: one.mean_d for one in findings.goals[0].slip_by_cause}
    assert slips == {"window": 137.5, "development": 107.5}


def test_slips_by_cause_add_up_to_the_mean_slip(findings: Findings) -> None:
    """The unreached counts up to the calendar's end: (400 + 500 + 600 + 1000) / 4 - 380 = 245 days."""
    assert findings.goals[0].total_slip_d == 245.0
    assert sum(one.mean_d for one in findings.goals[0].slip_by_cause) == 245.0


def test_the_largest_cost_comes_first(findings: Findings) -> None:
    assert [one.cause for one in findings.goals[0].slip_by_cause] == ["window", "development"]


def test_a_quantile_beyond_the_calendar_is_none(findings: Findings) -> None:
    """Ranks ceil(4 q) of 400, 500, 600, never: P10 400, P50 500, P80 and P90 never."""
    assert [one.value for one in findings.goals[0].quantiles] == [400.0, 500.0, None, None]


def test_criticality_is_the_share_of_replications_on_the_chain(findings: Findings) -> None:
    assert [bar.criticality["goal"] for bar in findings.bars] == [0.5, 1.0]


def test_bars_end_with_the_milestone_of_their_subject(findings: Findings) -> None:
    step = findings.bars[0]
    assert (step.finish_p10_d, step.finish_p50_d, step.finish_p90_d) == (100.0, 120.0, 200.0)
    assert step.nominal_finish_d == 90.0
    assert findings.bars[1].reached == 0.75


def test_mass_grows_with_what_was_delivered(findings: Findings) -> None:
    """By day 1000 all four have the first 100 kg and three of four also the other 10 kg."""
    mass = findings.mass
    assert (mass.t_d[0], mass.t_d[-1]) == (0.0, 1000.0)
    assert (mass.p10_kg[-1], mass.p50_kg[-1], mass.nominal_kg[-1]) == (100.0, 110.0, 110.0)
    assert (mass.p90_kg[0], mass.nominal_kg[0]) == (0.0, 0.0)
    assert all(earlier < later for earlier, later in zip(mass.t_d, mass.t_d[1:], strict=False))


def test_a_launch_by_plan_may_be_thirty_days_late(findings: Findings) -> None:
    """Planned for day 100: 100 and 120 of 100, 150, 120, 200 are within 30 days."""
    assert findings.manifest[0].by_plan == 0.5


def test_a_flown_launch_has_no_chance() -> None:
    flown = dataclasses.replace(OUTLINE.flights[0], fact=True)
    outline = dataclasses.replace(OUTLINE, flights=(flown,))
    found = find(outline, sample(DATES, CAUSES), sample(DATES[:1], CAUSES[:1]), seed=1)
    assert math.isnan(found.manifest[0].by_plan)


def test_the_marking_replication_is_that_of_the_order_statistic() -> None:
    assert replication_at(np.array([100.0, 150.0, 120.0, 200.0]), 0.5) == 2
    assert replication_at(np.array([400.0, 500.0, 600.0, INF]), 0.9) == 3
