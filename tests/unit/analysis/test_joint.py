"""Cost and date together agree with what can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.find import POINTS, joint_finding

DATES = np.array([10.0, 20.0, 30.0, 40.0, math.inf])
COST = np.array([5.0, 1.0, 2.0, 3.0, 9.0])


def test_the_unreached_have_no_point_and_are_counted() -> None:
    found = joint_finding("g", DATES, COST, 0.6)
    assert found.t_d == (10.0, 20.0, 30.0, 40.0)
    assert (found.unreached, found.of) == (1, 1)


def test_the_frontier_keeps_the_wanted_share_and_no_less_would_do() -> None:
    """Three of five are wanted: by day 30 they cost at most 5, by day 40 three of the four cost at most 3."""
    found = joint_finding("g", DATES, COST, 0.6)
    assert list(zip(found.frontier_t_d, found.frontier_cost, strict=True)) == [(30.0, 5.0), (40.0, 3.0)]


def test_every_point_of_a_frontier_holds_with_the_wanted_chance() -> None:
    rng = np.random.default_rng(1)
    dates, cost = rng.gamma(3.0, 100.0, 999), rng.gamma(2.0, 10.0, 999)
    dates[dates > 700.0] = math.inf
    found = joint_finding("g", dates, cost, 0.7)
    for day, limit in zip(found.frontier_t_d, found.frontier_cost, strict=True):
        assert np.mean((dates <= day) & (cost <= limit)) >= 0.7
        assert np.mean((dates <= day) & (cost < limit)) < 0.7


def test_a_goal_reached_too_rarely_has_no_frontier() -> None:
    assert joint_finding("g", DATES, COST, 0.9).frontier_t_d == ()


def test_a_goal_never_reached_has_no_points_and_no_correlation() -> None:
    found = joint_finding("g", np.full(3, math.inf), np.ones(3), 0.5)
    assert (found.t_d, found.correlation, found.unreached) == ((), None, 3)


@pytest.mark.parametrize("n", [POINTS, POINTS + 1, 10 * POINTS + 1])
def test_no_more_points_than_a_screen_can_tell_apart(n: int) -> None:
    found = joint_finding("g", np.arange(float(n)), np.ones(n), 0.5)
    assert len(found.t_d) <= POINTS
    assert found.of == math.ceil(n / POINTS)
