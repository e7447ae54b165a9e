"""Probabilities, quantiles and means with their intervals, from independent replications.

A value that was not reached within the calendar is `+inf`: it is counted, never dropped, and a quantile or a
bound that falls on one is `None`, because all that is known of it is that it lies beyond the calendar's end.
Every interval states sampling error only; it says nothing about how good the scenario's figures are.

Replications that were drawn in blocks are told with the block of each (`sim.analysis.clusters`); without blocks they
count as independent.

`scipy.stats` has the same intervals (the tests compare), and takes longer to load than an answer to make:
`scipy.special` is asked here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.analysis.clusters import Labels, degrees, effective_sizes, mean_variance

ECDF_POINTS = 400
"""Steps kept in a drawn distribution; more cannot be told apart on a screen."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with the ends of its two-sided interval."""

    value: float
    low: float
    high: float

    def within(self, middle: float, apart: float) -> bool:
        """Tell whether the whole interval lies no further than `apart` from `middle`."""
        return middle - apart <= self.low and self.high <= middle + apart


@dataclass(frozen=True, slots=True)
class Proportion(Estimate):
    """A probability estimated from `n` replications, of which `k` had the event."""

    k: int
    n: int


@dataclass(frozen=True, slots=True)
class Mean(Estimate):
    """A mean of `n` values with its Student interval; `sd` is the sample's standard deviation."""

    n: int
    sd: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which a `share` lies, with its interval; None stands for "not reached" or not known."""

    share: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A cumulative distribution over time: by `t_d` the `share` is reached, pointwise in [`low`, `high`].

    It ends where the last is reached: what is missing to 1 was not.
    """

    t_d: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def wilson(k: int, n: int, *, level: float = 0.95) -> Proportion:
    """Return the share `k / n` with its Wilson score interval.

    Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.

    Raises:
        ValueError: if not 0 <= k <= n, n < 1, or the level is not between 0 and 1.
    """
    _require_counts(k, n)
    low, high = _wilson_bounds(np.asarray(k / n), n, _require_level(level))
    return Proportion(k / n, float(low), float(high), k, n)


def one_in(chance: Estimate) -> int | None:
    """Return N of "fewer than 1 in N" for what never happened, or never failed to; None where both happened.

    N is that of the interval's end, rounded down to one digit: 0 of 500 are fewer than 1 in 100.
    """
    if 0.0 < chance.value < 1.0:
        return None
    rare = chance.high if chance.value <= 0.0 else 1.0 - chance.low
    if rare <= 0.0:
        return None
    digit = 10.0 ** math.floor(math.log10(1.0 / rare))
    return max(round(math.floor(1.0 / rare / digit) * digit), 1)


def clopper_pearson(k: int, n: int, *, level: float = 0.95) -> Proportion:
    """Return the share `k / n` with the exact binomial interval, never narrower than its level promises.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.4.2.

    Raises:
        ValueError: if not 0 <= k <= n, n < 1, or the level is not between 0 and 1.
    """
    _require_counts(k, n)
    tail = (1.0 - _require_level(level)) / 2.0
    low = float(special.betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(special.betaincinv(k + 1, n - k, 1.0 - tail)) if k < n else 1.0
    return Proportion(k / n, low, high, k, n)


def probability_by(values: ArrayLike, by: float, *, level: float = 0.95, blocks: Labels | None = None) -> Proportion:
    """Return the share of `values`, shape (n,), that is not later than `by`, with its Wilson interval.

    With `blocks` it is that of as many independent replications as would know the share as well; of none and of all
    it is the exact interval.
    """
    x = _as_sample(values)
    k = int(np.count_nonzero(x <= by))
    if blocks is None:
        return wilson(k, x.size, level=level)
    if k in (0, x.size):
        return clopper_pearson(k, x.size, level=level)
    size = effective_sizes(x, np.array([by]), blocks, _require_level(level))
    low, high = _wilson_bounds(np.array([k / x.size]), size, level)
    return Proportion(k / x.size, float(low[0]), float(high[0]), k, x.size)


def quantile_ranks(n: int, q: float, *, level: float = 0.95) -> tuple[int, int]:
    """Return the 1-based ranks (l, u) of the order statistics that bound the `q` quantile of `n` values.

    Each bound misses with probability (1 - level) / 2 at most, and u - l is the least that does so. A rank of
    0 or n + 1 means that no value of the sample bounds the quantile on that side.

    Source: Hahn and Meeker, Statistical Intervals, chapter 5: B(u-1; n, q) - B(l-1; n, q) >= level.

    Raises:
        ValueError: if n < 1, or q or the level is not between 0 and 1.
    """
    if n < 1 or not 0.0 < q < 1.0:
        raise ValueError(f"a quantile needs n >= 1 and 0 < q < 1, not n = {n} and q = {q}")
    tail = (1.0 - _require_level(level)) / 2.0
    return _binomial_quantile(tail, n, q), _binomial_quantile(1.0 - tail, n, q) + 1


def rank_coverage(n: int, q: float, lower: int, upper: int) -> float:
    """Return the probability that the order statistics of these 1-based ranks hold the `q` quantile.

    Source: Hahn and Meeker, Statistical Intervals, chapter 5: B(u-1; n, q) - B(l-1; n, q).
    """
    return _binomial_share(upper - 1, n, q) - _binomial_share(lower - 1, n, q)


def quantiles(
    values: ArrayLike, qs: Sequence[float], *, level: float = 0.95, blocks: Labels | None = None
) -> tuple[Quantile, ...]:
    """Return the quantiles `qs` of `values`, shape (n,), each with its order-statistic interval.

    The estimate is the smallest value that at least the share `q` of the replications does not exceed. With `blocks`
    the interval holds the values at the ends of the interval of that share (Woodruff's).

    Source: Woodruff, Journal of the American Statistical Association 47 (1952) 635-646.

    Raises:
        ValueError: if `values` is empty or holds NaN, or a q is not between 0 and 1.
    """
    sample = _as_sample(values)
    x = np.sort(sample)
    if blocks is None:
        return tuple(_quantile_of_sorted(x, q, level) for q in qs)
    return tuple(_quantile_of_blocks(sample, x, q, level, blocks) for q in qs)


def quantile(values: ArrayLike, q: float, *, level: float = 0.95, blocks: Labels | None = None) -> Quantile:
    """Return one quantile of `values`, shape (n,), with its order-statistic interval; see `quantiles`."""
    return quantiles(values, (q,), level=level, blocks=blocks)[0]


def rank_of(n: int, share: float) -> int:
    """Return the 1-based rank, of `n` values in order, of the smallest that at least `share` of them do not exceed."""
    return max(1, math.ceil(n * share - 1e-9))  # 0.7 * 10 is a hair above 7 in binary, and must not become 8


def replication_at(dates: NDArray[np.float64], share: float) -> int:
    """Return the row, of `dates` with shape (n,), that holds the order statistic of rank ceil(n * share).

    Rows of one date, and those that are infinite, stand in the order of their numbers.
    """
    rank = rank_of(dates.size, share)
    return int(np.argsort(dates, kind="stable")[rank - 1])


def mean(values: ArrayLike, *, level: float = 0.95, blocks: Labels | None = None) -> Mean:
    """Return the mean of `values`, shape (n,), with its Student interval, with `blocks` over these.

    Raises:
        ValueError: if there are fewer than two values, or one is not finite: a mean has no censored form.
    """
    x = _as_sample(values)
    if x.size < 2 or not np.isfinite(x).all():
        raise ValueError("a mean needs two or more finite values; report a quantile where some were not reached")
    centre, sd = float(x.mean()), float(x.std(ddof=1))
    error, free = sd / math.sqrt(x.size), x.size - 1
    if blocks is not None:
        error, free = math.sqrt(mean_variance(x, blocks)), degrees(blocks)
    half = float(special.stdtrit(free, (1.0 + _require_level(level)) / 2.0)) * error
    return Mean(centre, centre - half, centre + half, int(x.size), sd)


def paired_mean(first: ArrayLike, second: ArrayLike, *, level: float = 0.95, blocks: Labels | None = None) -> Mean:
    """Return the mean of `first - second`, shape (n,) each, with the paired t interval, with `blocks` over these.

    Source: Law, Simulation Modeling and Analysis, section 10.2.1.

    Raises:
        ValueError: if the columns differ in length, hold fewer than two pairs, or a value is not finite.
    """
    x, y = as_pair(first, second)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("paired differences need finite values; drop the pairs that were not reached, and say so")
    return mean(x - y, level=level, blocks=blocks)


def ecdf(values: ArrayLike, *, level: float = 0.95, points: int = ECDF_POINTS, blocks: Labels | None = None) -> Curve:
    """Return the cumulative distribution of `values`, shape (n,), with a pointwise Wilson band.

    At most `points` steps are kept, evenly spaced in probability, the first and the last always among them.

    Raises:
        ValueError: if `values` is empty or holds NaN, or fewer than two points are asked for.
    """
    if points < 2:
        raise ValueError(f"a distribution needs two points or more, not {points}")
    sample = _as_sample(values)
    x, counts = np.unique(sample[np.isfinite(sample)], return_counts=True)
    below = np.cumsum(counts)
    kept = _thin(below, points)
    p = below[kept] / sample.size
    size: int | NDArray[np.float64] = sample.size
    if blocks is not None:
        size = effective_sizes(sample, x[kept], blocks, _require_level(level))
    low, high = _wilson_bounds(p, size, _require_level(level))
    return Curve(*(tuple(column.tolist()) for column in (x[kept], p, low, high)))


def as_pair(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both columns as arrays, shape (n,), or refuse them.

    Raises:
        ValueError: if they are empty, hold NaN, or are not of one length.
    """
    x, y = _as_sample(first), _as_sample(second)
    if x.size != y.size:
        raise ValueError(f"pairs need columns of one length, not {x.size} and {y.size}")
    return x, y


def ranks_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the 1-based ranks of `values`, shape (n,); equal ones share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2.0)[place]


def _quantile_of_sorted(x: NDArray[np.float64], q: float, level: float) -> Quantile:
    n = int(x.size)
    lower, upper = quantile_ranks(n, q, level=level)
    return Quantile(q, _at_rank(x, rank_of(n, q)), _at_rank(x, lower), _at_rank(x, upper))


def _quantile_of_blocks(
    sample: NDArray[np.float64], x: NDArray[np.float64], q: float, level: float, blocks: Labels
) -> Quantile:
    if not 0.0 < q < 1.0:
        raise ValueError(f"a quantile needs n >= 1 and 0 < q < 1, not n = {x.size} and q = {q}")
    value = _at_rank(x, rank_of(x.size, q))
    finite = x[np.isfinite(x)]
    if not finite.size:
        return Quantile(q, None, None, None)
    end = np.array([value if value is not None else finite[-1]])
    low, high = _wilson_bounds(np.array([q]), effective_sizes(sample, end, blocks, _require_level(level)), level)
    lower, upper = math.floor(x.size * float(low[0])), math.floor(x.size * float(high[0])) + 1
    return Quantile(q, value, _at_rank(x, lower), _at_rank(x, upper))


def _binomial_share(k: int, n: int, q: float) -> float:
    """Return the chance of at most `k` of `n` with chance `q` each."""
    return 0.0 if k < 0 else 1.0 if k >= n else float(special.betainc(n - k, k + 1, 1.0 - q))


def _binomial_quantile(share: float, n: int, q: float) -> int:
    """Return the least count that at most `share` of the binomial distribution lies below."""
    k = math.ceil(special.bdtrik(share, n, q))
    return k - 1 if k > 0 and _binomial_share(k - 1, n, q) >= share else k


def _at_rank(x: NDArray[np.float64], rank: int) -> float | None:
    if not 1 <= rank <= x.size:
        return None
    value = float(x[rank - 1])
    return value if math.isfinite(value) else None


def _wilson_bounds(
    p: NDArray[np.float64], n: int | NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z2 = float(special.ndtri((1.0 + level) / 2.0)) ** 2
    centre = p + z2 / (2.0 * n)
    half = np.sqrt(z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)))
    scale = 1.0 + z2 / n
    low = np.where(p <= 0.0, 0.0, (centre - half) / scale)  # exact at the ends, where rounding would leave 1e-17
    high = np.where(p >= 1.0, 1.0, (centre + half) / scale)
    return low, high


def _thin(below: NDArray[np.int64], points: int) -> NDArray[np.int64]:
    """Return the indices to keep of a growing count, evenly spaced in the count."""
    if below.size <= points:
        return np.arange(below.size)
    wanted = np.linspace(below[0], below[-1], points)
    return np.unique(np.searchsorted(below, wanted))


def _as_sample(values: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"an estimate needs one column of values, not shape {x.shape}")
    if np.isnan(x).any():
        raise ValueError("NaN is no outcome: a value that was not reached is +inf")
    return x


def _require_counts(k: int, n: int) -> None:
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"a share needs 0 <= k <= n and n >= 1, not k = {k} and n = {n}")


def _require_level(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    return level
