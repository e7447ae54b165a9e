"""Laws fitted by greatest likelihood: Weibull, lognormal stand-downs, growth with experience; and how well they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, gamma, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from sim.analysis.estimates import Estimate, Proportion, clopper_pearson

Floats = NDArray[np.float64]

RESAMPLES: Final = 200
SEED: Final = 2035


@dataclass(frozen=True, slots=True)
class Goodness:
    """Kolmogorov and Smirnov's distance, and how often data of the fitted law itself lie farther from it."""

    statistic: float
    p_value: float


def fit_weibull(values: Floats, still_open: NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Return shape and scale of greatest likelihood for values above 0, shape (n,).

    Where `still_open`, shape (n,), is true, the value is the least it can be (censored on the right).
    `scipy.stats.weibull_min.fit` gives the same to four digits, some 25 times slower; the tests compare with it.
    Source: Cohen, Technometrics 7 (1965) 579-588: the likelihood has one root in the shape. Raises ValueError when
    fewer than two of the values that are not open differ.
    """
    known = values if still_open is None else values[~still_open]
    if known.size < 2 or values.min() <= 0.0 or np.ptp(known) == 0.0:
        raise ValueError("a Weibull distribution needs two different values above 0 or more")
    logs = np.log(values / values.max())
    mean_log = float(np.mean(logs if still_open is None else logs[~still_open]))

    def slope(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float((powers * logs).sum() / powers.sum() - 1.0 / shape - mean_log)

    shape = float(optimize.brentq(slope, 1e-2, 1e3))
    scale = float(values.max() * (np.exp(shape * logs).sum() / known.size) ** (1.0 / shape))
    return shape, scale


def shape_of_variation(variation: float) -> float:
    """Return the Weibull shape whose coefficient of variation this is."""

    def excess(shape: float) -> float:
        return float(np.sqrt(gamma(1.0 + 2.0 / shape) / gamma(1.0 + 1.0 / shape) ** 2 - 1.0)) - variation

    return float(optimize.brentq(excess, 0.2, 20.0))


def weibull_ppf(u: Floats, zero: float, shape: float, scale: float) -> Floats:
    """Return quantiles of a law that is 0 for a share `zero` and Weibull's for the rest."""
    rest = np.clip((u - zero) / (1.0 - zero), 0.0, 1.0)
    return np.asarray(scale * (-np.log1p(-rest)) ** (1.0 / shape), dtype=np.float64)


def goodness_of_weibull(values: Floats, resamples: int = RESAMPLES) -> Goodness:
    """Test values, shape (n,), against the Weibull law fitted to them, by drawing from it and fitting again."""

    def distance(some: Floats) -> float:
        shape, scale = fit_weibull(some)
        return float(stats.kstest(some, stats.weibull_min(shape, scale=scale).cdf).statistic)

    shape, scale = fit_weibull(values)
    return resampled(values, distance, lambda rng: scale * rng.weibull(shape, values.size), resamples)


def resampled(
    values: Floats, distance: Callable[[Floats], float], draw: Callable[[Any], Floats], resamples: int = RESAMPLES
) -> Goodness:
    """Return how far values lie from their law, and how often values drawn by `draw` lie as far or farther.

    Without `resamples` the share is nan.
    """
    rng = np.random.default_rng(SEED)
    found = distance(values)
    if resamples == 0:
        return Goodness(found, float("nan"))
    farther = sum(distance(draw(rng)) >= found for _ in range(resamples))
    return Goodness(found, (farther + 1) / (resamples + 1))


@dataclass(frozen=True, slots=True)
class StandDownFit:
    """A lognormal law of the days a vehicle stays on the ground after a failure."""

    n: int
    median_d: Estimate
    p90_d: Estimate
    goodness: Goodness


def fit_stand_down(days: Floats) -> StandDownFit:
    """Fit a lognormal law to the days vehicles stayed on the ground, shape (n,). Raises ValueError below 4 values."""
    if days.size < 4 or days.min() <= 0.0:
        raise ValueError("a distribution of stand-downs needs 4 lengths above 0 or more")
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
        Estimate(exp(middle), exp(middle - half), exp(middle + half)),
        Estimate(exp(middle + spread * tail / n**0.5), exp(middle + low), exp(middle + high)),
        resampled(logs, distance, lambda rng: rng.normal(middle, spread, n)),
    )


@dataclass(frozen=True, slots=True)
class GrowthFit:
    """Failure rates by flight number, and the curve mature + (first - mature) exp(-(k - 1) / flights) through them."""

    early: tuple[Proportion, ...]
    mature: Proportion
    first: float
    flights: float
    p_value: float
    """Chance of counts at least as far from the curve (deviance, chi-squared); nan without early flights enough."""


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
