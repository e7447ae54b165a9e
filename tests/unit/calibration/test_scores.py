"""Scores against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.calibration.scores import crps, pinball, pinball_of_point, pinball_of_sample


@pytest.mark.parametrize("actual", [-2.0, 0.0, 0.7])
def test_the_crps_of_a_normal_law_is_its_closed_form(actual: float) -> None:
    """Truth: Gneiting and Raftery (2007), equation 22; 20,000 midpoints of the quantile function."""
    sample = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    exact = actual * (2 * stats.norm.cdf(actual) - 1) + 2 * stats.norm.pdf(actual) - 1 / math.sqrt(math.pi)
    assert crps(sample, actual) == pytest.approx(exact, abs=1e-3)


def test_the_crps_of_one_date_is_its_error() -> None:
    assert crps([10.0], 25.0) == pytest.approx(15.0)


def test_the_crps_of_a_sample_is_its_definition() -> None:
    """Truth: E|X - y| - E|X - X'| / 2 over all pairs."""
    x = np.random.default_rng(1).normal(size=60)
    table = np.abs(x[:, None] - x[None, :]).mean()
    assert crps(x, 0.3) == pytest.approx(np.abs(x - 0.3).mean() - 0.5 * table, abs=1e-12)


def test_pinball_costs_lateness_by_the_share_and_earliness_by_the_rest() -> None:
    """Truth: Koenker and Bassett (1978)."""
    assert pinball(100.0, 110.0, 0.9) == pytest.approx(9.0)
    assert pinball(100.0, 90.0, 0.9) == pytest.approx(1.0)


def test_the_quantile_that_is_asked_for_costs_least() -> None:
    values = np.arange(1.0, 1001.0)
    loss = {q: np.mean([pinball(q, value, 0.9) for value in values]) for q in (800.0, 900.0, 950.0)}
    assert min(loss, key=loss.__getitem__) == 900.0


def test_a_sample_of_one_date_scores_like_that_date() -> None:
    assert pinball_of_sample([50.0, 50.0], 80.0) == pytest.approx(pinball_of_point(50.0, 80.0))
