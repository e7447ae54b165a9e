"""Probabilities, quantiles and means with their intervals, from independent replications.

A value that was not reached within the calendar is `+inf`: it is counted, never dropped, and a quantile or a
bound that falls on one is `None`, because all that is known of it is that it lies beyond the calendar's end.
Every interval states sampling error only; it says nothing about how good the scenario's figures are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

ECDF_POINTS = 400
"""Steps kept in a drawn distribution; more cannot be told apart on a screen."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """A probability estimated from `n` replications, of which `k` had the event."""

    k: int
    n: int
    value: float
    lo: float
    hi: float
    level: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile with the order statistics that bound it; `None` stands for "not reached".

    `rank_lo` and `rank_hi` are the 1-based ranks of the bounds, and `coverage` is the probability that an
    interval of these ranks holds the quantile. A rank of 0 or `n + 1` says that the sample is too small for a
    bound on that side; the bound is `None` then too.
    """

    q: float
    n: int
    value: float | None
    lo: float | None
    hi: float | None
    rank_lo: int
    rank_hi: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` values with its Student interval; `sd` is the sample's standard deviation."""

    n: int
    value: float
    sd: float
    lo: float
    hi: float
    level: float


@dataclass(frozen=True, slots=True)
class Ecdf:
    """A cumulative distribution, shape (m,) each: by `x` the share `p` is reached, pointwise in `[lo, hi]`.

    `reached` is the share that is finite: the curve ends there, and what is missing to 1 was not reached.
    """

    x: NDArray[np.float64]
    p: NDArray[np.float64]
    lo: NDArray[np.float64]
    hi: NDArray[np.float64]
    n: int
    reached: float


def wilson(k: int, n: int, *, level: float = 0.95) -> Proportion:
    """Return the share `k / n` with its Wilson score interval.

    Source: Newcombe, Statistics in Medicine 17 (1998) 857-872, method 3.

    Raises:
        ValueError: if not 0 <= k <= n, n < 1, or the level is not between 0 and 1.
    """
    _require_counts(k, n)
    lo, hi = _wilson_bounds(np.asarray(k / n), n, _require_level(level))
    return Proportion(k, n, k / n, float(lo), float(hi), level)


def clopper_pearson(k: int, n: int, *, level: float = 0.95) -> Proportion:
    """Return the share `k / n` with the exact binomial interval, never narrower than its level promises.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 7.2.4.2.

    Raises:
        ValueError: if not 0 <= k <= n, n < 1, or the level is not between 0 and 1.
    """
    _require_counts(k, n)
    tail = (1.0 - _require_level(level)) / 2.0
    lo = float(stats.beta.ppf(tail, k, n - k + 1)) if k > 0 else 0.0
    hi = float(stats.beta.ppf(1.0 - tail, k + 1, n - k)) if k < n else 1.0
    return Proportion(k, n, k / n, lo, hi, level)


def probability_by(values: ArrayLike, by: float, *, level: float = 0.95) -> Proportion:
    """Return the share of `values`, shape (n,), that is not later than `by`, with its Wilson interval."""
    x = _as_sample(values)
    return wilson(int(np.count_nonzero(x <= by)), x.size, level=level)


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
    lower = int(stats.binom.ppf(tail, n, q))
    upper = int(stats.binom.ppf(1.0 - tail, n, q)) + 1
    return lower, upper


def rank_coverage(n: int, q: float, lower: int, upper: int) -> float:
    """Return the probability that the order statistics of these 1-based ranks hold the `q` quantile.

    Source: Hahn and Meeker, Statistical Intervals, chapter 5: B(u-1; n, q) - B(l-1; n, q).
    """
    return float(stats.binom.cdf(upper - 1, n, q) - stats.binom.cdf(lower - 1, n, q))


def quantiles(values: ArrayLike, qs: Sequence[float], *, level: float = 0.95) -> tuple[Quantile, ...]:
    """Return the quantiles `qs` of `values`, shape (n,), each with its order-statistic interval.

    The estimate is the smallest value that at least the share `q` of the replications does not exceed.

    Raises:
        ValueError: if `values` is empty or holds NaN, or a q is not between 0 and 1.
    """
    x = np.sort(_as_sample(values))
    return tuple(_quantile_of_sorted(x, q, level) for q in qs)


def quantile(values: ArrayLike, q: float, *, level: float = 0.95) -> Quantile:
    """Return one quantile of `values`, shape (n,), with its order-statistic interval; see `quantiles`."""
    return quantiles(values, (q,), level=level)[0]


def mean(values: ArrayLike, *, level: float = 0.95) -> Mean:
    """Return the mean of `values`, shape (n,), with its Student interval.

    Raises:
        ValueError: if there are fewer than two values, or one is not finite: a mean has no censored form.
    """
    x = _as_sample(values)
    if x.size < 2 or not np.isfinite(x).all():
        raise ValueError("a mean needs two or more finite values; report a quantile where some were not reached")
    centre, sd = float(x.mean()), float(x.std(ddof=1))
    half = float(stats.t.ppf((1.0 + _require_level(level)) / 2.0, x.size - 1)) * sd / math.sqrt(x.size)
    return Mean(int(x.size), centre, sd, centre - half, centre + half, level)


def paired_mean(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Mean:
    """Return the mean of `first - second`, shape (n,) each, with the paired t interval.

    Source: Law, Simulation Modeling and Analysis, section 10.2.1.

    Raises:
        ValueError: if the columns differ in length, hold fewer than two pairs, or a value is not finite.
    """
    x, y = as_pair(first, second)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("paired differences need finite values; drop the pairs that were not reached, and say so")
    return mean(x - y, level=level)


def ecdf(values: ArrayLike, *, level: float = 0.95, points: int = ECDF_POINTS) -> Ecdf:
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
    lo, hi = _wilson_bounds(p, sample.size, _require_level(level))
    reached = float(below[-1] / sample.size) if x.size else 0.0
    return Ecdf(x[kept], p, lo, hi, int(sample.size), reached)


def as_pair(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both columns as arrays, shape (n,), or refuse them.

    Raises:
        ValueError: if they are empty, hold NaN, or are not of one length.
    """
    x, y = _as_sample(first), _as_sample(second)
    if x.size != y.size:
        raise ValueError(f"pairs need columns of one length, not {x.size} and {y.size}")
    return x, y


def _quantile_of_sorted(x: NDArray[np.float64], q: float, level: float) -> Quantile:
    n = int(x.size)
    lower, upper = quantile_ranks(n, q, level=level)
    rank = max(1, math.ceil(n * q - 1e-9))  # 0.7 * 10 is a hair above 7 in binary, and must not become 8
    return Quantile(
        q=q,
        n=n,
        value=_at_rank(x, rank),
        lo=_at_rank(x, lower),
        hi=_at_rank(x, upper),
        rank_lo=lower,
        rank_hi=upper,
        coverage=rank_coverage(n, q, lower, upper),
    )


def _at_rank(x: NDArray[np.float64], rank: int) -> float | None:
    if not 1 <= rank <= x.size:
        return None
    value = float(x[rank - 1])
    return value if math.isfinite(value) else None


def _wilson_bounds(p: NDArray[np.float64], n: int, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    z2 = float(stats.norm.ppf((1.0 + level) / 2.0)) ** 2
    centre = p + z2 / (2.0 * n)
    half = np.sqrt(z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)))
    scale = 1.0 + z2 / n
    lo = np.where(p <= 0.0, 0.0, (centre - half) / scale)  # exact at the ends, where rounding would leave 1e-17
    hi = np.where(p >= 1.0, 1.0, (centre + half) / scale)
    return lo, hi


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
