"""Scores against their closed forms, and cases against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.validation.case import About, at_most, between, document, holds, near, share_tolerance
from sim.validation.scores import crps, pinball, pinball_of_point, pinball_of_sample

ABOUT = About("id", "kind", "source", "quantity", "note")


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


def test_a_case_is_missed_just_beyond_its_tolerance() -> None:
    assert near(ABOUT, 1.1, 1.0, 0.11).met
    assert not near(ABOUT, 1.1, 1.0, 0.09).met


def test_a_case_of_several_figures_is_missed_by_one_of_them() -> None:
    assert not near(ABOUT, [1.0, 2.2], [1.0, 2.0], 0.1).met


def test_a_case_of_another_number_of_figures_is_missed() -> None:
    assert not near(ABOUT, [1.0], [1.0, 2.0], 0.1).met


def test_a_figure_that_is_not_a_number_is_missed() -> None:
    assert not near(ABOUT, math.nan, 1.0, 10.0).met
    assert not at_most(ABOUT, math.nan, 1.0).met
    assert not between(ABOUT, math.nan, 0.0, 1.0).met


def test_one_sided_cases_and_ranges_hold_their_ends() -> None:
    assert at_most(ABOUT, 2.0, 2.0).met
    assert not at_most(ABOUT, 2.1, 2.0).met
    assert holds(ABOUT, 1.0, 3.0, 3.0).met
    assert not holds(ABOUT, 1.0, 3.0, 3.1).met


def test_the_tolerance_of_a_share_is_four_standard_errors() -> None:
    """Truth: sqrt(p (1 - p) / n)."""
    assert share_tolerance(0.5, 10_000) == pytest.approx(0.02)


def test_a_document_has_the_promised_keys() -> None:
    case = document([near(ABOUT, 1.0, 1.0, 0.1)])["cases"][0]
    assert list(case) == ["id", "kind", "source", "quantity", "ours", "theirs", "tolerance", "met", "note"]
