"""Net days: who passes lateness on to a goal, on a chain that is followed by hand."""

from __future__ import annotations

import math

import pytest

from sim.analysis.delays import delays
from sim.analysis.findings import SubjectDelay
from sim.analysis.outline import Outline
from sim.campaign.causes import CAUSES, DEVELOPMENT, FAILURE, PLAN
from sim.campaign.plan import GoalPlan, Subject
from sim.model.sample import Sample, empty_sample

END_D = 1000.0
INF = math.inf
OUTLINE = Outline(
    scenario="two",
    about="",
    identity="",
    start_iso="2030-01-01",
    end_d=END_D,
    as_of_d=0.0,
    guesses=0,
    figures=0,
    causes=CAUSES,
    milestones=("rocket", "flight", "goal"),
    subjects=(
        Subject("rocket", "activity", "", False, 0),
        Subject("flight", "mission", "", False, 1),
        Subject("goal", "goal", "", False, 2),
    ),
    goals=(GoalPlan("goal", "", 2, 2, 500.0, 0.7, (), math.nan),),
    flights=(),
    deliveries=(),
    places=(),
    stations=(),
)
"""A rocket is made, then a flight waits for its planned date, flies, and reaches the goal."""


def _sample(rows: list[tuple[float, float]], parts: list[dict[tuple[int, int], float]]) -> Sample:
    """Return replications in which the rocket ends on the first day, flight and goal on the second."""
    sample = empty_sample(len(rows), 3, 3, 1)
    for column in ("by_cause_d", "start_d", "facility_days", "cost", "crew_days"):
        getattr(sample, column)[:] = 0.0
    sample.on_chain[:] = True
    sample.parts[:], sample.part_d[:] = -1, 0.0
    for row, ((made_d, flown_d), kept) in enumerate(zip(rows, parts, strict=True)):
        sample.reached_d[row] = made_d, flown_d, flown_d
        for place, ((subject, cause), days) in enumerate(kept.items()):
            sample.parts[row, 0, place], sample.part_d[row, 0, place] = subject * len(CAUSES) + cause, days
    return sample


PLAN_ROW = _sample([(100.0, 300.0)], [{(0, DEVELOPMENT): 100.0, (1, PLAN): 200.0}])
"""The rocket is made on day 100 and the flight waits 200 days for its date."""


def _found(rows: list[tuple[float, float]], parts: list[dict[tuple[int, int], float]]) -> dict[str, SubjectDelay]:
    return {one.name: one for one in delays(OUTLINE, _sample(rows, parts), PLAN_ROW, 0)}


def test_lateness_that_uses_up_waiting_in_the_plan_costs_nothing() -> None:
    """The rocket is 150 days late, the flight waits 50 days instead of 200, and the goal comes on its day."""
    assert _found([(250.0, 300.0)], [{(0, DEVELOPMENT): 250.0, (1, PLAN): 50.0}]) == {}


def test_a_subject_passes_on_what_the_waiting_does_not_take() -> None:
    """The rocket is 260 days late, 200 of them are waiting that the plan holds: 60 reach the goal."""
    found = _found([(360.0, 360.0)], [{(0, DEVELOPMENT): 360.0}])
    assert {name: one.net_d for name, one in found.items()} == {"rocket": 60.0}


def test_a_later_subject_adds_its_own_days() -> None:
    """Rocket on its day, flight lost once and 80 days late: the days are the flight's."""
    found = _found([(100.0, 380.0)], [{(0, DEVELOPMENT): 100.0, (1, PLAN): 200.0, (1, FAILURE): 80.0}])
    assert [(one.name, one.net_d) for one in found.values()] == [("flight", 80.0)]


def test_waiting_takes_from_the_nearest_subject_before_it_first() -> None:
    """The rocket 300 days late, and 250 days of lateness where the flight ends: the flight gives back 50."""
    found = _found([(400.0, 550.0)], [{(0, DEVELOPMENT): 400.0, (1, FAILURE): 150.0}])
    assert {name: one.net_d for name, one in found.items()} == {"rocket": 250.0}


def test_net_days_add_up_to_the_mean_slip_and_the_unreached_counts_to_the_end() -> None:
    """Slips of 60 and, up to the calendar's end on day 1000, 700 days: 380 in the mean."""
    found = _found([(360.0, 360.0), (100.0, INF)], [{(0, DEVELOPMENT): 360.0}, {(1, FAILURE): 900.0}])
    assert sum(one.net_d for one in found.values()) == pytest.approx(380.0)


def test_a_goal_earlier_than_planned_has_negative_days() -> None:
    found = _found([(100.0, 270.0)], [{(0, DEVELOPMENT): 100.0, (1, PLAN): 170.0}])
    assert sum(one.net_d for one in found.values()) == pytest.approx(-30.0)


def test_the_causes_of_a_subject_share_its_days_by_what_each_takes_beyond_the_plan() -> None:
    """The flight is 400 days late: 300 beyond the plan by failure and 100 by development, so three to one."""
    kept = {(0, DEVELOPMENT): 100.0, (1, PLAN): 200.0, (1, FAILURE): 300.0, (1, DEVELOPMENT): 100.0}
    (flight,) = _found([(100.0, 700.0)], [kept]).values()
    assert {one.cause: one.net_d for one in flight.causes} == pytest.approx({"failure": 300.0, "development": 100.0})


def test_the_interval_of_net_days_is_that_of_their_mean() -> None:
    """60 and 160 days: mean 110, sd 70.71, t(0.975; 1) = 12.706, half width 12.706 x 70.71 / sqrt 2 = 635.3."""
    found = _found([(360.0, 360.0), (460.0, 460.0)], [{(0, DEVELOPMENT): 360.0}, {(0, DEVELOPMENT): 460.0}])
    low, high = found["rocket"].low_d, found["rocket"].high_d
    assert low is not None
    assert high is not None
    assert ((low + high) / 2, (high - low) / 2) == pytest.approx((110.0, 635.3), abs=0.1)


def test_what_is_not_among_the_longest_stretches_still_counts() -> None:
    found = _found([(100.0, 380.0)], [{(0, DEVELOPMENT): 100.0}])
    assert sum(part.net_d for part in found["flight"].causes) == pytest.approx(80.0)
