"""Failure rates by flight number, and the curve through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy import optimize, stats

from sim.analysis.estimates import Proportion, clopper_pearson
from sim.calibration.weibull import Floats


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
