"""Intervals agree with published ones, and censored values are counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.analysis import estimates

ROUNDING = 1e-12
PRINTED_4 = 0.5e-4
"""The sources print four decimals."""
HANDBOOK_SOLVER = 1e-6
"""The e-Handbook prints six decimals that a spreadsheet's solver found; the upper one is 0.9e-6 too high."""


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_printed_intervals(k: int, n: int, low: float, high: float) -> None:
    """Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, Table I, method 3."""
    share = estimates.wilson(k, n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=PRINTED_4)
    assert share.value == k / n


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_clopper_pearson_gives_newcombes_printed_intervals(k: int, n: int, low: float, high: float) -> None:
    """Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, Table I, method 5."""
    share = estimates.clopper_pearson(k, n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=PRINTED_4)


def test_clopper_pearson_gives_the_e_handbooks_limits_for_4_defects_in_20() -> None:
    """Source: NIST/SEMATECH e-Handbook of Statistical Methods 7.2.4.2, 90 % limits."""
    share = estimates.clopper_pearson(4, 20, level=0.90)
    assert (share.low, share.high) == pytest.approx((0.071354, 0.401029), abs=HANDBOOK_SOLVER)


def test_wilson_of_all_successes_ends_at_one() -> None:
    """By symmetry with 0 of 20, whose interval Newcombe prints as [0, 0.1611]."""
    share = estimates.wilson(20, 20)
    assert share.high == 1.0
    assert share.low == pytest.approx(1.0 - 0.1611, abs=PRINTED_4)


PUBLISHED_RANKS = [
    (1000, 0.7, 671, 729, 0.9546),
    (1000, 0.8, 775, 825, 0.9519),
    (2000, 0.5, 956, 1045, 0.9534),
    (2000, 0.7, 1360, 1441, 0.9519),
    (2000, 0.8, 1565, 1636, 0.9529),
    (10000, 0.8, 7921, 8079, 0.9517),
]


@pytest.mark.parametrize(("n", "q", "lower", "upper", "coverage"), PUBLISHED_RANKS)
def test_ranks_have_the_binomial_tails(n: int, q: float, lower: int, upper: int, coverage: float) -> None:
    """Source: the formula of Hahn and Meeker, Statistical Intervals, worked out apart from this program."""
    assert estimates.quantile_ranks(n, q) == (lower, upper)
    assert estimates.rank_coverage(n, q, lower, upper) == pytest.approx(coverage, abs=PRINTED_4)


def test_hahn_and_meekers_own_ranks_have_the_coverage_they_print() -> None:
    """Source: Hahn and Meeker, n = 100 and q = 0.9: ranks 85 and 97 cover 0.9523."""
    assert estimates.rank_coverage(100, 0.9, 85, 97) == pytest.approx(0.9523, abs=PRINTED_4)


def test_equal_tails_are_no_wider_and_cover_no_less_than_hahn_and_meekers_ranks() -> None:
    """Their ranks 85 and 97 let the lower tail grow to 4 %; ours keep both tails within 2.5 %."""
    lower, upper = estimates.quantile_ranks(100, 0.9)
    assert upper - lower <= 97 - 85
    assert estimates.rank_coverage(100, 0.9, lower, upper) >= 0.9523


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (1, 3), (50, 500), (499, 500), (123_456, 1_000_000)])
def test_intervals_of_a_share_are_those_of_scipys_binomial_test(k: int, n: int, level: float) -> None:
    """`scipy.stats` has the same intervals, and takes longer to load than an answer to make."""
    test = stats.binomtest(k, n)
    pairs = (
        (estimates.wilson(k, n, level=level), test.proportion_ci(level, "wilson")),
        (estimates.clopper_pearson(k, n, level=level), test.proportion_ci(level, "exact")),
    )
    for share, theirs in pairs:
        assert (share.low, share.high) == pytest.approx((theirs.low, theirs.high), rel=ROUNDING, abs=ROUNDING)


@pytest.mark.parametrize("q", [0.003, 0.1, 0.5, 0.8])
@pytest.mark.parametrize("n", [1, 5, 37, 500, 10_000, 1_000_000])
def test_ranks_and_their_coverage_are_those_of_scipys_binomial_distribution(n: int, q: float) -> None:
    lower, upper = estimates.quantile_ranks(n, q)
    assert [lower, upper - 1] == [stats.binom.ppf(tail, n, q) for tail in (0.025, 0.975)]
    coverage = float(np.diff(stats.binom.cdf((lower - 1, upper - 1), n, q))[0])
    assert estimates.rank_coverage(n, q, lower, upper) == pytest.approx(coverage, abs=ROUNDING)


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    values = np.array([3.0, 1.0, 3.0, np.inf, 3.0, 0.0, np.inf])
    assert estimates.ranks_of(values).tolist() == stats.rankdata(values).tolist()


def test_quantile_and_its_bounds_are_order_statistics() -> None:
    """With the values 1..1000 each value is its own rank."""
    shuffled = np.random.default_rng(1).permutation(np.arange(1.0, 1001.0))
    p70 = estimates.quantile(shuffled, 0.7)
    assert (p70.low, p70.value, p70.high) == (671.0, 700.0, 729.0)


def test_quantile_interval_holds_the_truth_as_often_as_it_says() -> None:
    """The share of 2,000 samples of 200 exponentials whose interval holds the true P80 is the coverage.

    Tolerance: four standard errors of a share of 2,000.
    """
    draws = np.random.default_rng(2035).exponential(size=(2000, 200))
    truth = -math.log(1.0 - 0.8)
    found = [estimates.quantile(row, 0.8) for row in draws]
    held = np.mean([q.low is not None and q.high is not None and q.low <= truth <= q.high for q in found])
    coverage = estimates.rank_coverage(200, 0.8, *estimates.quantile_ranks(200, 0.8))
    assert held == pytest.approx(coverage, abs=4.0 * math.sqrt(coverage * (1.0 - coverage) / 2000))


def test_a_quantile_beyond_the_reached_share_is_none() -> None:
    values = np.append(np.arange(600.0), np.full(400, np.inf))
    p50, p80 = estimates.quantiles(values, (0.5, 0.8))
    assert p50.value == 499.0
    assert p80.value is None
    assert p80.low is None


def test_an_upper_bound_beyond_the_reached_share_is_none_while_the_quantile_is_known() -> None:
    values = np.append(np.arange(510.0), np.full(490, np.inf))
    p50 = estimates.quantile(values, 0.5)
    assert p50.value == 499.0
    assert p50.low is not None
    assert p50.high is None


def test_a_sample_too_small_to_bound_a_quantile_says_so() -> None:
    """With five values the largest one exceeds P80 with probability 1 - 0.8**5 = 67 %, far from 97.5 %."""
    p80 = estimates.quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.8)
    assert estimates.quantile_ranks(5, 0.8)[1] == 6
    assert p80.high is None


def test_values_not_reached_count_against_a_probability() -> None:
    share = estimates.probability_by([1.0, 2.0, np.inf, np.inf], by=5.0)
    assert (share.k, share.n) == (2, 4)


def test_paired_t_gives_rossettis_interval() -> None:
    """Source: Rossetti, KSL Book, Table 5.5; the exact interval of its data, which it prints rounded."""
    first = [52.56, 48.77, 53.49, 50.60, 51.60, 51.77, 51.09, 53.51, 47.44, 47.94]
    second = [49.92, 47.08, 50.62, 48.45, 49.20, 49.33, 48.81, 50.64, 46.08, 46.45]
    difference = estimates.paired_mean(first, second)
    assert difference.value == pytest.approx(2.219, abs=0.5e-3)
    assert difference.sd == pytest.approx(0.5441, abs=PRINTED_4)
    assert (difference.low, difference.high) == pytest.approx((1.8298, 2.6082), abs=PRINTED_4)


def test_paired_t_gives_laws_interval() -> None:
    """Source: Law, Simulation Modeling and Analysis, chapter 10, 90 % paired-t example: [1.65, 8.31]."""
    first = [126.97, 124.31, 126.68, 122.66, 127.23]
    second = [118.21, 120.22, 122.45, 122.68, 119.40]
    difference = estimates.paired_mean(first, second, level=0.90)
    assert difference.value == pytest.approx(4.978, abs=0.5e-3)
    assert (difference.low, difference.high) == pytest.approx((1.6491, 8.3069), abs=PRINTED_4)


def test_distribution_is_thinned_and_keeps_both_ends() -> None:
    values = np.random.default_rng(3).normal(size=20_000)
    curve = estimates.ecdf(values)
    assert len(curve.t_d) <= estimates.ECDF_POINTS
    assert (curve.t_d[0], curve.t_d[-1]) == (values.min(), values.max())
    assert curve.share[-1] == 1.0


def test_thinned_distribution_keeps_exact_probabilities() -> None:
    values = np.random.default_rng(3).normal(size=5_000)
    curve = estimates.ecdf(values, points=50)
    assert list(curve.share) == [np.count_nonzero(values <= x) / 5_000 for x in curve.t_d]


def test_distribution_band_is_the_wilson_interval_at_each_point() -> None:
    curve = estimates.ecdf(np.arange(20.0))
    share = estimates.wilson(5, 20)
    assert (curve.low[4], curve.high[4]) == pytest.approx((share.low, share.high), abs=1e-15)


def test_distribution_ends_at_the_share_that_was_reached() -> None:
    curve = estimates.ecdf([1.0, 2.0, 2.0, np.inf])
    assert curve.t_d == (1.0, 2.0)
    assert curve.share == (0.25, 0.75)


def test_distribution_of_nothing_reached_is_empty() -> None:
    curve = estimates.ecdf([np.inf, np.inf])
    assert curve.t_d == curve.share == ()


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN is no outcome"):
        estimates.quantile([1.0, np.nan], 0.5)


def test_an_empty_column_is_refused() -> None:
    with pytest.raises(ValueError, match="one column of values"):
        estimates.ecdf([])


def test_a_mean_over_values_not_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        estimates.mean([1.0, np.inf])


def test_columns_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        estimates.paired_mean([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("k", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="a share needs"):
        estimates.wilson(k, n)
