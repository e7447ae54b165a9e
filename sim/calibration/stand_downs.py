"""How long a vehicle stays on the ground after a failure: a lognormal law."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from scipy import stats

from sim.calibration.weibull import Floats, Goodness, Interval, resampled


@dataclass(frozen=True, slots=True)
class StandDownFit:
    """A lognormal law of the days a vehicle stays on the ground after a failure."""

    n: int
    median_d: Interval
    p90_d: Interval
    goodness: Goodness


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
        resampled(logs, distance, lambda rng: rng.normal(middle, spread, n)),
    )
