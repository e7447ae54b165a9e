"""Differences between two scenarios whose replications are paired by common random numbers.

Replication i of the one and of the other saw the same luck, so differences are taken pair by pair. Values are
days, or any other outcome; one that was not reached is `+inf`. Intervals state sampling error only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.clusters import Labels, degrees, widening
from sim.analysis.estimates import Estimate, Mean, Quantile, as_pair, paired_mean, rank_of, wilson

RESAMPLES = 1000
"""Bootstrap resamples: the ends of a 95 % interval then rest on 25 resamples each."""
_RESAMPLED_AT_ONCE = 4_000_000
"""Values held in memory by one batch of resamples, 32 MB."""


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much larger the first of two paired columns is than the second.

    `mean` rests on the `pairs` in which both were reached, and is `None` when there are fewer than two;
    `only_first` and `only_second` count the pairs in which one alone was reached. `correlation` is Pearson's
    over the same pairs, `None` where a column does not vary.
    """

    n: int
    pairs: int
    only_first: int
    only_second: int
    mean: Mean | None
    correlation: float | None


@dataclass(frozen=True, slots=True)
class ProbabilityDifference(Estimate):
    """The first probability less the second, from pairs, with Newcombe's interval and McNemar's exact test.

    `only_first` and `only_second` count the discordant pairs: those in which one alone had the event.
    """

    n: int
    only_first: int
    only_second: int
    p_value: float


def compare_values(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, blocks: Labels | None = None
) -> PairedDifference:
    """Return the mean of `first - second`, shape (n,) each, with its paired t interval and their correlation.

    With `blocks`, shape (n,), both were drawn in these, and the interval rests on them.

    Raises:
        ValueError: if the columns are empty, hold NaN, or differ in length.
    """
    x, y = as_pair(first, second)
    has_x, has_y = np.isfinite(x), np.isfinite(y)
    both = has_x & has_y
    pairs = int(np.count_nonzero(both))
    held = None if blocks is None else blocks[both]
    told = pairs > 1 and (held is None or degrees(held) > 0)
    return PairedDifference(
        n=int(x.size),
        pairs=pairs,
        only_first=int(np.count_nonzero(has_x & ~has_y)),
        only_second=int(np.count_nonzero(has_y & ~has_x)),
        mean=paired_mean(x[both], y[both], level=level, blocks=held) if told else None,
        correlation=correlation(x[both], y[both]),
    )


def compare_probabilities(
    first: ArrayLike, second: ArrayLike, by: float, *, level: float = 0.95, blocks: Labels | None = None
) -> ProbabilityDifference:
    """Return P(first <= by) less P(second <= by), from pairs, shape (n,) each.

    With `blocks`, shape (n,), both were drawn in these, and the interval is as much wider or narrower as they say; the
    test counts pairs as independent, which blocks make no less sure.

    Source: Newcombe, Statistics in Medicine 17 (1998) 2635-2650, method 10; exact McNemar test, Fagerland et
    al., BMC Medical Research Methodology 13:91 (2013).

    Raises:
        ValueError: if the columns are empty, hold NaN, or differ in length.
    """
    x, y = as_pair(first, second)
    in_x, in_y = x <= by, y <= by
    both = int(np.count_nonzero(in_x & in_y))
    only_x = int(np.count_nonzero(in_x & ~in_y))
    only_y = int(np.count_nonzero(in_y & ~in_x))
    found = compare_counts(both, only_x, only_y, int(x.size) - both - only_x - only_y, level=level)
    if blocks is None:
        return found
    factor = widening(in_x.astype(np.float64) - in_y, blocks, level)
    ends = (found.value + factor * (end - found.value) for end in (found.low, found.high))
    low, high = (min(max(end, -1.0), 1.0) for end in ends)
    return replace(found, low=low, high=high)


def compare_counts(
    both: int, only_first: int, only_second: int, neither: int, *, level: float = 0.95
) -> ProbabilityDifference:
    """Return the difference of two paired probabilities from their table; see `compare_probabilities`.

    Raises:
        ValueError: if the table is empty or a count is negative.
    """
    if min(both, only_first, only_second, neither) < 0:
        raise ValueError("a count of pairs is not negative")
    n = both + only_first + only_second + neither
    one = wilson(both + only_first, n, level=level)
    two = wilson(both + only_second, n, level=level)
    phi = _newcombe_correlation(both, only_first, only_second, neither)
    value = (only_first - only_second) / n
    below = _combined(one.value - one.low, two.high - two.value, phi)
    above = _combined(one.high - one.value, two.value - two.low, phi)
    p_value = _mcnemar(only_first, only_second)
    return ProbabilityDifference(value, value - below, value + above, n, only_first, only_second, p_value)


def compare_quantiles(
    first: ArrayLike,
    second: ArrayLike,
    q: float,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    blocks: Labels | None = None,
) -> Quantile:
    """Return the `q` quantile of `first` less that of `second`, shape (n,) each, resampling whole pairs.

    With `blocks`, shape (n,), both were drawn in these, and whole blocks are resampled.

    The same seed gives the same interval. What is not known because a quantile was not reached is None. A resample
    in which neither is reached knows no difference and counts against both bounds.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13, percentile interval.

    Raises:
        ValueError: if the columns are empty, hold NaN or differ in length, or q is not between 0 and 1.
    """
    x, y = as_pair(first, second)
    if not 0.0 < q < 1.0:
        raise ValueError(f"a quantile needs 0 < q < 1, not q = {q}")
    value = _difference(_quantile_rows(x[None, :], q), _quantile_rows(y[None, :], q))[0]
    found = _resample(x, y, q, resamples, np.random.default_rng(seed), blocks)
    low = _percentile(found, (1.0 - level) / 2.0)
    high = _percentile(-found, (1.0 - level) / 2.0)
    return Quantile(q, _known(value), _known(low), _known(-high))


def correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Return Pearson's correlation of two columns of finite values, shape (n,); None where one does not vary."""
    if x.size < 2 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _newcombe_correlation(both: int, only_first: int, only_second: int, neither: int) -> float:
    """Return phi of the two-by-two table, drawn towards zero when it is positive."""
    margins = (both + only_first) * (only_second + neither) * (both + only_second) * (only_first + neither)
    if margins == 0:
        return 0.0
    covariance = both * neither - only_first * only_second
    n = both + only_first + only_second + neither
    corrected = max(covariance - n / 2.0, 0.0) if covariance > 0 else covariance
    return corrected / math.sqrt(margins)


def _combined(first: float, second: float, phi: float) -> float:
    return math.sqrt(max(first * first - 2.0 * phi * first * second + second * second, 0.0))


def _mcnemar(only_first: int, only_second: int) -> float:
    discordant = only_first + only_second
    if discordant == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(only_first, discordant).pvalue)


def _resample(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    q: float,
    resamples: int,
    rng: np.random.Generator,
    blocks: Labels | None,
) -> NDArray[np.float64]:
    """Return the quantile difference of each resample, shape (resamples,), in batches that fit in memory."""
    n = x.size
    batch = max(1, _RESAMPLED_AT_ONCE // n)
    found = np.empty(resamples)
    whole = None if blocks is None else _rows_of(blocks)
    for start in range(0, resamples, batch):
        stop = min(start + batch, resamples)
        picks = rng.integers(0, n, size=(stop - start, n)) if whole is None else _whole_blocks(whole, stop - start, rng)
        found[start:stop] = _difference(_quantile_rows(x[picks], q), _quantile_rows(y[picks], q))
    return found


def _rows_of(blocks: Labels) -> NDArray[np.int64]:
    """Return the rows of each block of the commonest size, shape (blocks, size); a last, partial block is left out."""
    labels, sizes = np.unique(blocks, return_counts=True)
    size = int(sizes.max())
    return np.flatnonzero(np.isin(blocks, labels[sizes == size])).reshape(-1, size)


def _whole_blocks(rows: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the rows of `count` resamples of blocks, shape (count, blocks * size)."""
    return rows[rng.integers(0, len(rows), size=(count, len(rows)))].reshape(count, -1)


def _quantile_rows(rows: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """Return the `q` quantile of each row as an order statistic, as `estimates.quantiles` takes it."""
    rank = rank_of(rows.shape[1], q)
    return np.partition(rows, rank - 1, axis=1)[:, rank - 1]


def _difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract; where neither was reached there is no difference to know, which is NaN."""
    unknown = np.isinf(first) & np.isinf(second)
    return np.where(unknown, np.nan, first - np.where(unknown, 0.0, second))


def _percentile(found: NDArray[np.float64], tail: float) -> float:
    """Return the lower `tail` percentile, with what is not known taken to lie below everything."""
    worst = np.sort(np.where(np.isnan(found), -np.inf, found))
    return float(worst[math.floor(tail * (worst.size - 1))])


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
