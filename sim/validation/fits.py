"""Laws fitted to what happened: slip by lead time, scrubs, stand-downs and failures by flight number.

Every fit carries intervals and a goodness of fit. Resampling is over missions, not forecasts: forecasts of one mission
repeat each other. The seed of the resampling is fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, gamma, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from sim.analysis.estimates import Proportion, clopper_pearson

Floats = NDArray[np.float64]

ROW_LIMITS_D: Final = (90.0, 180.0, 360.0)
LEAST_IN_ROW: Final = 20
"""Pairs below which a row of lead times has no law of its own."""
RESAMPLES: Final = 200
_LEAST_LATE: Final = 3
_SEED: Final = 2035


@dataclass(frozen=True, slots=True)
class Interval:
    """A fitted figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Goodness:
    """Kolmogorov and Smirnov's distance, and how often data of the fitted law itself lie farther from it."""

    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Forecasts: how far ahead each was made and how late what it forecast came, shape (n,) each."""

    mission: tuple[str, ...]
    lead_d: Floats
    slip_d: Floats

    def chosen(self, keep: NDArray[np.bool_]) -> Pairs:
        """Give the pairs that `keep`, shape (n,), marks."""
        names = tuple(name for name, kept in zip(self.mission, keep, strict=True) if kept)
        return Pairs(names, self.lead_d[keep], self.slip_d[keep])


@dataclass(frozen=True, slots=True)
class RowFit:
    """The law of one row of lead times: a share of zeros, the rest after Weibull."""

    up_to_d: float
    pairs: int
    zero: Interval
    shape: Interval
    scale_d: Interval
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class LineFit:
    """The line of the mean slip over the lead, and the Weibull shape of the spread about it."""

    pairs: int
    missions: int
    intercept_d: Interval
    per_day: Interval
    shape: Interval
    zero: Interval
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class SlipFit:
    """Slip by lead time: rows where there are pairs enough, the line beyond them."""

    rows: tuple[RowFit, ...]
    beyond: LineFit

    def mean_d(self, lead_d: float) -> float:
        """Give the mean slip of something planned so far ahead."""
        for row in self.rows:
            if lead_d <= row.up_to_d:
                return (1.0 - row.zero.value) * row.scale_d.value * gamma(1.0 + 1.0 / row.shape.value)
        return max(0.0, self.beyond.intercept_d.value + self.beyond.per_day.value * lead_d)

    def ppf(self, lead_d: float, u: Floats) -> Floats:
        """Give the slip below which the shares `u`, shape (m,), lie."""
        for row in self.rows:
            if lead_d <= row.up_to_d:
                return weibull_ppf(u, row.zero.value, row.shape.value, row.scale_d.value)
        line = self.beyond
        scale_d = self.mean_d(lead_d) / ((1.0 - line.zero.value) * gamma(1.0 + 1.0 / line.shape.value))
        return weibull_ppf(u, line.zero.value, line.shape.value, scale_d)


@dataclass(frozen=True, slots=True)
class StandDownFit:
    """A lognormal law of the days a vehicle stays on the ground after a failure."""

    n: int
    median_d: Interval
    p90_d: Interval
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class GrowthFit:
    """Failure rates by flight number, and the curve mature + (first - mature) exp(-(k - 1) / flights) through them."""

    early: tuple[Proportion, ...]
    mature: Proportion
    first: float
    flights: float
    p_value: float
    """Chance of counts at least as far from the curve (deviance, chi-squared); nan without early flights enough."""


def fit_slip(pairs: Pairs, *, resamples: int = RESAMPLES) -> SlipFit:
    """Fit slip by lead time.

    Rows up to 90, 180 and 360 days ahead get a law of their own while each has pairs enough; early arrivals count as
    not late. The line goes through all pairs: with rows through the slips as they are, without rows early arrivals
    count as zero. The spread beyond the rows is Weibull's by maximum likelihood where there are pairs enough, else the
    one with the coefficient of variation of the late pairs about the line. Without `resamples` intervals and goodness
    are nan. Raises ValueError for fewer than 5 pairs.
    """
    if pairs.lead_d.size < 5:
        raise ValueError(f"a law of slip needs 5 pairs of dates or more, not {pairs.lead_d.size}")
    limits = _rows_of(pairs)
    low = -np.inf
    rows = []
    for limit in limits:
        rows.append(_fit_row(pairs.chosen((pairs.lead_d > low) & (pairs.lead_d <= limit)), limit, resamples))
        low = limit
    return SlipFit(tuple(rows), _fit_line(pairs, low, resamples))


def _rows_of(pairs: Pairs) -> tuple[float, ...]:
    low = -np.inf
    limits: list[float] = []
    for limit in ROW_LIMITS_D:
        if np.count_nonzero((pairs.lead_d > low) & (pairs.lead_d <= limit)) < LEAST_IN_ROW:
            break
        limits.append(limit)
        low = limit
    return tuple(limits)


def _fit_row(pairs: Pairs, limit: float, resamples: int) -> RowFit:
    zero, shape, scale_d = _bootstrap(pairs, _weibull_with_zeros, resamples)
    late = pairs.slip_d[pairs.slip_d > 0.0]
    return RowFit(limit, pairs.lead_d.size, zero, shape, scale_d, goodness_of_weibull(late, resamples))


def _weibull_with_zeros(pairs: Pairs) -> tuple[float, float, float]:
    late = pairs.slip_d[pairs.slip_d > 0.0]
    return (1.0 - late.size / pairs.slip_d.size, *fit_weibull(late))


def _fit_line(pairs: Pairs, low: float, resamples: int) -> LineFit:
    with_rows = np.isfinite(low)

    def fit(some: Pairs) -> tuple[float, float, float, float]:
        if np.ptp(some.lead_d) == 0.0:
            raise ValueError("a line of slip needs plans made different times ahead")
        slips = some.slip_d if with_rows else np.maximum(some.slip_d, 0.0)
        per_day, intercept = np.polyfit(some.lead_d, slips, 1)
        zero, shape = _spread(some, low, float(intercept), float(per_day))
        return float(intercept), float(per_day), shape, zero

    intercept, per_day, shape, zero = _bootstrap(pairs, fit, resamples)
    beyond = _beyond(pairs, low)
    beyond = beyond.chosen(beyond.slip_d > 0.0)
    ratio = beyond.slip_d if with_rows else beyond.slip_d / (intercept.value + per_day.value * beyond.lead_d)
    return LineFit(
        int(np.count_nonzero(pairs.lead_d > low)),
        len(set(pairs.mission)),
        intercept,
        per_day,
        shape,
        zero,
        goodness_of_weibull(ratio, resamples),
    )


def _beyond(pairs: Pairs, low: float) -> Pairs:
    """Give the pairs beyond the rows, or all where hardly any came late there."""
    keep = pairs.lead_d > low
    return pairs.chosen(keep) if np.count_nonzero(keep & (pairs.slip_d > 0.0)) >= _LEAST_LATE else pairs


def _spread(pairs: Pairs, low: float, intercept_d: float, per_day: float) -> tuple[float, float]:
    """Give the share of zeros and the shape of the rest, beyond the rows."""
    beyond = _beyond(pairs, low)
    late = beyond.chosen(beyond.slip_d > 0.0)
    zero = 1.0 - late.slip_d.size / beyond.slip_d.size if beyond.slip_d.size else 0.0
    if np.isfinite(low) and late.slip_d.size >= LEAST_IN_ROW:
        return zero, fit_weibull(late.slip_d)[0]
    if late.slip_d.size < _LEAST_LATE:
        raise ValueError(f"a law of slip needs {_LEAST_LATE} pairs or more that came late")
    ratio = late.slip_d / np.maximum(intercept_d + per_day * late.lead_d, 1.0)
    return zero, shape_of_variation(float(ratio.std(ddof=1) / ratio.mean()))


def fit_weibull(values: Floats) -> tuple[float, float]:
    """Give shape and scale of greatest likelihood for values above 0, shape (n,).

    Source: Cohen, Technometrics 7 (1965) 579-588: the likelihood has one root in the shape. Raises ValueError when
    fewer than two values differ.
    """
    if values.size < 2 or values.min() <= 0.0 or np.ptp(values) == 0.0:
        raise ValueError("a Weibull law needs two different values above 0 or more")
    logs = np.log(values / values.max())

    def slope(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float((powers * logs).sum() / powers.sum() - 1.0 / shape - logs.mean())

    shape = float(optimize.brentq(slope, 1e-2, 1e3))
    scale = float(values.max() * np.mean(np.exp(shape * logs)) ** (1.0 / shape))
    return shape, scale


def shape_of_variation(variation: float) -> float:
    """Give the Weibull shape whose coefficient of variation this is."""

    def excess(shape: float) -> float:
        return float(np.sqrt(gamma(1.0 + 2.0 / shape) / gamma(1.0 + 1.0 / shape) ** 2 - 1.0)) - variation

    return float(optimize.brentq(excess, 0.2, 20.0))


def weibull_ppf(u: Floats, zero: float, shape: float, scale: float) -> Floats:
    """Give quantiles of a law that is 0 for a share `zero` and Weibull's for the rest."""
    rest = np.clip((u - zero) / (1.0 - zero), 0.0, 1.0)
    return np.asarray(scale * (-np.log1p(-rest)) ** (1.0 / shape), dtype=np.float64)


def goodness_of_weibull(values: Floats, resamples: int = RESAMPLES) -> Goodness:
    """Test values, shape (n,), against the Weibull law fitted to them, by drawing from it and fitting again."""

    def distance(some: Floats) -> float:
        shape, scale = fit_weibull(some)
        return float(stats.kstest(some, stats.weibull_min(shape, scale=scale).cdf).statistic)

    shape, scale = fit_weibull(values)
    return _resampled(values, distance, lambda rng: scale * rng.weibull(shape, values.size), resamples)


def fit_stand_down(days: Floats) -> StandDownFit:
    """Fit a lognormal law to the days vehicles stayed on the ground, shape (n,). Raises ValueError below 4 values."""
    if days.size < 4 or days.min() <= 0.0:
        raise ValueError("a law of stand-downs needs 4 lengths above 0 or more")
    logs = np.log(days)
    middle, spread, n = float(logs.mean()), float(logs.std(ddof=1)), days.size
    half = float(stats.t.ppf(0.975, n - 1)) * spread / n**0.5
    # The noncentral t gives the exact bounds of a normal quantile. Source: Hahn and Meeker, Statistical Intervals.
    tail = float(stats.norm.ppf(0.9)) * n**0.5
    low, high = (float(stats.nct.ppf(q, n - 1, tail)) * spread / n**0.5 for q in (0.025, 0.975))

    def distance(some: Floats) -> float:
        return float(stats.kstest((some - some.mean()) / some.std(ddof=1), stats.norm.cdf).statistic)

    return StandDownFit(
        n,
        Interval(exp(middle), exp(middle - half), exp(middle + half)),
        Interval(exp(middle + spread * tail / n**0.5), exp(middle + low), exp(middle + high)),
        _resampled(logs, distance, lambda rng: rng.normal(middle, spread, n)),
    )


def fit_growth(flights: Sequence[int], failures: Sequence[int], mature: tuple[int, int]) -> GrowthFit:
    """Fit failures by flight number: counts of flights 1, 2, ... and, pooled, of mature ones (failures, flights)."""
    early = tuple(clopper_pearson(k, n) for k, n in zip(failures, flights, strict=True))
    late = clopper_pearson(*mature)
    if len(early) < 3:
        return GrowthFit(early, late, float("nan"), float("nan"), float("nan"))
    n, k, number = np.array(flights, float), np.array(failures, float), np.arange(len(early))

    def rates(at: Floats) -> Floats:
        first = 1.0 / (1.0 + np.exp(-at[0]))
        return np.asarray(late.value + (first - late.value) * np.exp(-number / np.exp(at[1])), dtype=np.float64)

    def deviance(at: Floats) -> float:
        p = np.clip(rates(at), 1e-9, 1.0 - 1e-9)
        short = stats.binom.logpmf(k, n, p) - stats.binom.logpmf(k, n, k / n)
        return float(-2.0 * np.sum(short))

    start = np.array([log(max(k[0], 0.5) / max(n[0] - k[0], 0.5)), 0.0])
    found = optimize.minimize(deviance, start, method="Nelder-Mead")
    first = float(1.0 / (1.0 + np.exp(-found.x[0])))
    p_value = float(stats.chi2.sf(found.fun, len(early) - 2))
    return GrowthFit(early, late, first, float(np.exp(found.x[1])), p_value)


def _resampled(
    values: Floats, distance: Callable[[Floats], float], draw: Callable[[Any], Floats], resamples: int = RESAMPLES
) -> Goodness:
    rng = np.random.default_rng(_SEED)
    found = distance(values)
    if resamples == 0:
        return Goodness(found, float("nan"))
    farther = sum(distance(draw(rng)) >= found for _ in range(resamples))
    return Goodness(found, (farther + 1) / (resamples + 1))


def _bootstrap(pairs: Pairs, fit: Callable[[Pairs], tuple[float, ...]], resamples: int) -> tuple[Interval, ...]:
    """Give each fitted figure with the interval of 2.5 to 97.5 % over resampled missions."""
    values = fit(pairs)
    if resamples == 0:
        return tuple(Interval(value, float("nan"), float("nan")) for value in values)
    rng = np.random.default_rng(_SEED)
    names = sorted(set(pairs.mission))
    rows_of = {name: np.flatnonzero([one == name for one in pairs.mission]) for name in names}
    found = []
    for _ in range(resamples):
        rows = np.concatenate([rows_of[names[index]] for index in rng.integers(0, len(names), len(names))])
        some = Pairs(tuple(pairs.mission[row] for row in rows), pairs.lead_d[rows], pairs.slip_d[rows])
        try:
            found.append(fit(some))
        except ValueError:  # a resample of one mission only has no spread to fit
            continue
    low, high = np.percentile(np.array(found), [2.5, 97.5], axis=0)
    return tuple(Interval(value, float(a), float(b)) for value, a, b in zip(values, low, high, strict=True))
