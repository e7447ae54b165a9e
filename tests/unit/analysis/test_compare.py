"""Paired differences agree with published ones and know what was not reached."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis import compare

PRINTED_4 = 0.5e-4
"""The sources print four decimals."""


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [((36, 12, 2, 0), 0.0569, 0.3404), ((18, 12, 2, 18), 0.0562, 0.3290)],
)
def test_paired_probabilities_have_newcombes_printed_intervals(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    """Source: Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10."""
    difference = compare.compare_counts(*table)
    assert difference.value == pytest.approx(0.2, abs=1e-12)
    assert (difference.low, difference.high) == pytest.approx((low, high), abs=PRINTED_4)


def test_paired_probabilities_have_fagerlands_interval_and_exact_test() -> None:
    """Source: Fagerland et al. 2014 on the data of Bentur 2009: -0.507 to -0.026, exact McNemar 0.070."""
    difference = compare.compare_counts(1, 1, 7, 12)
    assert (difference.low, difference.high) == pytest.approx((-0.507, -0.026), abs=0.5e-3)
    assert difference.p_value == pytest.approx(0.070, abs=0.5e-3)


def test_probabilities_that_never_differ_have_no_significance() -> None:
    difference = compare.compare_probabilities([1.0, 2.0, 9.0], [1.0, 2.0, 9.0], by=5.0)
    assert difference.value == 0.0
    assert difference.low < 0.0 < difference.high
    assert difference.p_value == 1.0


def test_a_value_not_reached_is_not_reached_by_any_date() -> None:
    difference = compare.compare_probabilities([1.0, 1.0, np.inf], [1.0, np.inf, 1.0], by=5.0)
    assert (difference.only_first, difference.only_second) == (1, 1)


def test_mean_difference_of_pairs_is_the_paired_t_interval() -> None:
    """Source: Law, Simulation Modeling and Analysis, chapter 10, 90 % paired-t example: [1.65, 8.31]."""
    first = [126.97, 124.31, 126.68, 122.66, 127.23]
    second = [118.21, 120.22, 122.45, 122.68, 119.40]
    difference = compare.compare_values(first, second, level=0.90)
    assert difference.mean is not None
    assert (difference.mean.low, difference.mean.high) == pytest.approx((1.6491, 8.3069), abs=PRINTED_4)


def test_pairing_narrows_the_interval_by_the_shared_luck() -> None:
    """The variance of a paired difference is that of the independent one times 1 - correlation.

    With equal variances the ratio of half widths is sqrt(1 - r); both sides come from the same sample,
    so they agree to the difference of the two sample variances, under 2 %.
    """
    rng = np.random.default_rng(7)
    luck = rng.normal(size=2000)
    first = luck + 0.2 * rng.normal(size=2000) + 1.0
    second = luck + 0.2 * rng.normal(size=2000)
    paired = compare.compare_values(first, second)
    assert paired.mean is not None
    assert paired.correlation is not None
    independent_sd = math.sqrt(first.var(ddof=1) + second.var(ddof=1))
    assert paired.mean.sd / independent_sd == pytest.approx(math.sqrt(1.0 - paired.correlation), rel=0.02)


def test_mean_difference_rests_on_pairs_reached_in_both_and_counts_the_rest() -> None:
    difference = compare.compare_values([5.0, 7.0, np.inf, 1.0, np.inf], [1.0, 2.0, 3.0, np.inf, np.inf])
    assert (difference.n, difference.pairs) == (5, 2)
    assert (difference.only_first, difference.only_second) == (1, 1)
    assert difference.mean is not None
    assert difference.mean.value == 4.5


def test_no_mean_difference_is_made_up_where_nothing_was_reached() -> None:
    difference = compare.compare_values([np.inf, np.inf], [1.0, 2.0])
    assert difference.mean is None
    assert difference.correlation is None


def test_a_constant_shift_is_found_exactly_by_every_resample() -> None:
    second = np.random.default_rng(5).exponential(size=300).round(6)
    difference = compare.compare_quantiles(second + 16.0, second, 0.8)
    assert difference.value == pytest.approx(16.0, abs=1e-12)
    assert (difference.low, difference.high) == pytest.approx((16.0, 16.0), abs=1e-12)


def test_the_bootstrap_has_the_width_theory_gives_independent_uniform_columns() -> None:
    """The q quantile of n uniforms has variance q (1 - q) / n, and so has each of two independent columns.

    Tolerance: 1,000 resamples know the standard deviation to 2 %, and n = 4,000 estimates the density at the
    quantile to about 10 %.
    """
    rng = np.random.default_rng(11)
    difference = compare.compare_quantiles(rng.uniform(size=4000), rng.uniform(size=4000), 0.8)
    assert difference.low is not None
    assert difference.high is not None
    theory = 2.0 * 1.96 * math.sqrt(2.0 * 0.8 * 0.2 / 4000)
    assert difference.high - difference.low == pytest.approx(theory, rel=0.15)


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=200), rng.normal(size=200)
    assert compare.compare_quantiles(first, second, 0.5) == compare.compare_quantiles(first, second, 0.5)


def test_a_quantile_not_reached_in_one_column_leaves_the_difference_unknown() -> None:
    difference = compare.compare_quantiles([1.0, 2.0, 3.0, np.inf], [1.0, 2.0, 3.0, 4.0], 0.9)
    assert difference.value is None


def test_resamples_that_know_no_difference_count_against_both_bounds() -> None:
    """Two columns reached in 52 % miss their median together in far more than 2.5 % of resamples."""
    reached = np.append(np.arange(52.0), np.full(48, np.inf))
    difference = compare.compare_quantiles(reached + 3.0, reached, 0.5)
    assert difference.value == 3.0
    assert difference.low is None
    assert difference.high is None
