"""Facts about whole replications, on the shipped baseline and on a small outpost."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.causes import CAUSES
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate, simulate_chunk, simulate_nominal
from sim.model.tracing import Verb
from sim.scenario.load import load_scenario

DATA = Path(__file__).parents[2] / "data"
SUM_TOLERANCE_D = 1e-9
"""A walk adds a few dozen floats of up to 1e4 days: rounding stays below 1e-10."""


@pytest.fixture(scope="module")
def baseline() -> Campaign:
    return compile_campaign(load_scenario("ilrs-2035"))


@pytest.fixture(scope="module")
def outpost() -> Campaign:
    return compile_campaign(load_scenario(DATA / "outpost.yaml"))


@pytest.fixture(scope="module")
def replications(baseline: Campaign) -> Sample:
    return simulate_chunk(baseline, 2035, 0, 200)


def _dates(campaign: Campaign, outcome: Sample) -> np.ndarray:
    return np.array([min(outcome.reached_d[goal.reached], campaign.end_d) for goal in campaign.goals])


def test_days_by_cause_add_up_to_the_date_of_every_goal_in_200_replications(
    baseline: Campaign, replications: Sample
) -> None:
    for outcome in replications:
        np.testing.assert_allclose(outcome.by_cause_d.sum(axis=1), _dates(baseline, outcome), atol=SUM_TOLERANCE_D)


def test_slip_by_cause_adds_up_to_the_slip_of_every_goal_in_200_replications(
    baseline: Campaign, replications: Sample
) -> None:
    nominal = simulate_nominal(baseline)
    for outcome in replications:
        slip_d = _dates(baseline, outcome) - _dates(baseline, nominal)
        by_cause_d = (outcome.by_cause_d - nominal.by_cause_d).sum(axis=1)
        np.testing.assert_allclose(by_cause_d, slip_d, atol=SUM_TOLERANCE_D)


def test_no_cause_ever_takes_less_than_no_time(replications: Sample) -> None:
    assert min(outcome.by_cause_d.min() for outcome in replications) >= 0.0


def test_a_chain_tells_contiguous_days_from_the_start_to_the_goal(baseline: Campaign) -> None:
    for number in range(5):
        outcome = simulate(baseline, 7, number, traced=True)
        assert outcome.trace is not None
        for goal in baseline.goals:
            chain = outcome.trace.chains[goal.name]
            assert chain[0].start_d == 0.0
            assert all(one.end_d == two.start_d for one, two in pairwise(chain))
            assert chain[-1].end_d == min(outcome.reached_d[goal.reached], baseline.end_d)


def test_the_same_key_gives_the_same_replication_alone_and_in_a_chunk(baseline: Campaign) -> None:
    together = simulate_chunk(baseline, 3, 10, 5)[3]
    alone = simulate(baseline, 3, 13)
    np.testing.assert_array_equal(together.reached_d, alone.reached_d)
    np.testing.assert_array_equal(together.by_cause_d, alone.by_cause_d)


def test_another_seed_gives_other_replications(baseline: Campaign) -> None:
    assert not np.array_equal(simulate(baseline, 1, 0).reached_d, simulate(baseline, 2, 0).reached_d)


def test_what_happened_before_the_day_of_knowledge_is_the_same_in_every_replication(
    baseline: Campaign, replications: Sample
) -> None:
    """Change 6 left on 2024-05-03 and Luna-25 was lost; 856 days from 2021-12-29."""
    names = [milestone.name for milestone in baseline.milestones]
    flown, lost = names.index("change-6.launched"), names.index("luna-25")
    assert {float(outcome.reached_d[flown]) for outcome in replications} == {856.0}
    assert {float(outcome.reached_d[lost]) for outcome in replications} == {float("inf")}


def test_what_has_not_happened_by_the_day_of_knowledge_never_happens_before_it(
    baseline: Campaign, replications: Sample
) -> None:
    fact = np.array([baseline.subjects[milestone.subject].fact for milestone in baseline.milestones])
    for outcome in replications:
        assert outcome.reached_d[~fact].min() >= baseline.as_of_d


def test_no_element_works_before_it_has_landed(outpost: Campaign) -> None:
    for outcome in simulate_chunk(outpost, 1, 0, 100):
        for element in outpost.elements:
            for delivery in element.delivered:
                assert outcome.reached_d[element.operational] >= outcome.reached_d[delivery]


def test_nothing_is_reached_before_what_it_needs(baseline: Campaign, replications: Sample) -> None:
    wants = [(goal.reached, goal.needs) for goal in baseline.goals]
    wants += [(mission.arrived, mission.needs) for mission in baseline.missions]
    wants += [(activity.done, activity.needs) for activity in baseline.activities if not activity.fact]
    wants += [(element.operational, element.needs) for element in baseline.elements]
    for outcome in replications[:50]:
        for reached, needs in wants:
            for need in needs:
                assert outcome.reached_d[reached] >= outcome.reached_d[need]


def test_launches_from_one_pad_stand_apart_by_at_least_the_shortest_turnaround_and_integration(
    outpost: Campaign,
) -> None:
    """Turnaround triangular from 40 d and integration from 20 d, as the scenario says."""
    for number in range(30):
        story = simulate(outpost, 5, number, traced=True).trace
        assert story is not None
        days = [event.t_d for event in story.events if event.verb in (Verb.LAUNCHES, Verb.IS_LOST_AT_LAUNCH)]
        assert np.diff(sorted(days)).min() >= 60.0


def test_after_a_launch_failure_the_family_does_not_fly_during_its_stand_down(outpost: Campaign) -> None:
    failures = 0
    for number in range(60):
        story = simulate(outpost, 11, number, traced=True).trace
        assert story is not None
        for event in story.events:
            if event.verb is Verb.IS_LOST_AT_LAUNCH:
                failures += 1
                until_d = event.t_d + event.stand_down_d
                quiet = [e for e in story.events if "launch" in e.verb and event.t_d < e.t_d < until_d]
                assert not quiet
    assert failures > 0


def test_without_uncertainty_every_replication_equals_the_plan(outpost: Campaign) -> None:
    calm = load_scenario(
        DATA / "outpost.yaml",
        sets=[
            "activities.dev.slip=0 d",
            "activities.reactor-dev.duration=5 yr",
            "risks.trouble.probability=0 %",
            "launch_sites.wenchang.scrub=0 %",
            "launch_sites.wenchang.pads.a.turnaround=50 d",
            "partners.ros.withdraws=never",
            "launchers.big.record=null",
            "launchers.big.reliability=100 %",
            "launchers.big.production.every=120 d",
            "launchers.big.integration=30 d",
            "spacecraft.cargo-lander.landing=null",
            "spacecraft.lanyue.landing=null",
        ],
    )
    campaign = compile_campaign(calm)
    nominal = simulate_nominal(campaign)
    for outcome in simulate_chunk(campaign, 1, 0, 5):
        np.testing.assert_array_equal(outcome.reached_d, nominal.reached_d)


def test_changing_one_duration_leaves_the_luck_of_everything_else_alone(outpost: Campaign) -> None:
    other = compile_campaign(load_scenario(DATA / "outpost.yaml", sets=["elements.reactor.commissioning=200 d"]))
    names = [milestone.name for milestone in outpost.milestones]
    for one, two in zip(simulate_chunk(outpost, 4, 0, 40), simulate_chunk(other, 4, 0, 40), strict=True):
        for name in ("dev", "reactor-dev", "cargo-1", "cargo-3", "crew.launched"):
            assert one.reached_d[names.index(name)] == two.reached_d[names.index(name)]


def test_every_cause_on_the_list_has_one_name() -> None:
    assert len(set(CAUSES)) == len(CAUSES) == 21
