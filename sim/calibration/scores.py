"""What a forecaster says of many dates, as samples with weights, and how it is judged: CRPS, pinball loss, coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.calibration.statements import Bools, Floats

SHARES = (0.1, 0.5, 0.9)
"""Quantiles the pinball loss is taken at."""


def crps(sample: ArrayLike, actual: float) -> float:
    """Return the continuous ranked probability score of a sample, shape (n,), in the unit of its values; 0 is perfect.

    For a single value it is the absolute error. Source: Gneiting and Raftery, Journal of the American Statistical
    Association 102 (2007) 359-378, equation 21: E|X - y| - E|X - X'| / 2.
    """
    x = np.sort(np.asarray(sample, dtype=np.float64))
    n = x.size
    # E|X - X'| of a sample from its order statistics, which needs no table of n by n.
    spread = 2.0 * float(((2.0 * np.arange(1, n + 1) - n - 1.0) * x).sum()) / (n * n)
    return float(np.abs(x - actual).mean()) - 0.5 * spread


def pinball(forecast: float, actual: float, share: float) -> float:
    """Return the pinball loss of a forecast of the quantile `share`; 0 is perfect.

    Source: Koenker and Bassett, Econometrica 46 (1978) 33-50.
    """
    late = actual - forecast
    return share * late if late >= 0.0 else (share - 1.0) * late


def pinball_of_sample(sample: ArrayLike, actual: float) -> float:
    """Return the mean pinball loss over P10, P50 and P90 of a sample, shape (n,)."""
    values = np.asarray(sample, dtype=np.float64)
    return float(np.mean([pinball(float(np.quantile(values, share)), actual, share) for share in SHARES]))


def pinball_of_point(forecast: float, actual: float) -> float:
    """Return the mean pinball loss of one date given for P10, P50 and P90 alike."""
    return float(np.mean([pinball(forecast, actual, share) for share in SHARES]))


LOW, HIGH = 0.1, 0.9
"""The interval that is judged, P10 to P90."""


@dataclass(frozen=True, slots=True)
class Predictive:
    """The slip of n dates: m possible values each, rising, and the share of all outcomes up to each, shape (n, m)."""

    value_d: Floats
    reached: Floats

    def quantile_d(self, share: float) -> Floats:
        """Return the slip up to which this share of all outcomes lies, shape (n,)."""
        place = (self.reached < share - 1e-12).sum(axis=1).clip(max=self.value_d.shape[1] - 1)
        return np.asarray(self.value_d[np.arange(len(place)), place], dtype=np.float64)

    def share_up_to(self, slip_d: Floats) -> Floats:
        """Return the share of outcomes up to a slip each, shape (n,): the probability integral transform."""
        # Half of the step at the value itself, so that the middle of a sample lies at one half.
        before = np.concatenate([np.zeros((len(slip_d), 1)), self.reached], axis=1)
        rows = np.arange(len(slip_d))
        below = before[rows, (self.value_d < slip_d[:, None]).sum(axis=1)]
        up_to = before[rows, (self.value_d <= slip_d[:, None]).sum(axis=1)]
        return np.asarray((below + up_to) / 2.0, dtype=np.float64)

    def crps_d(self, slip_d: Floats, still_open: Bools) -> Floats:
        """Return the continuous ranked probability score of each date, d, shape (n,); 0 is perfect.

        The integral of (F(x) - 1{x >= slip})^2 over x; of an open date only up to the least its slip can be, which is
        the score of both the forecast and the outcome cut there. Source: Gneiting and Raftery, Journal of the American
        Statistical Association 102 (2007) 359-378; Gneiting and Ranjan, Journal of Business and Economic Statistics 29
        (2011) 411-422, for the part of it up to a threshold.
        """
        x, y = self.value_d, slip_d[:, None]
        width = np.diff(x, axis=1)
        below = np.clip(y - x[:, :-1], 0.0, width)
        reached = self.reached[:, :-1]
        score = (reached**2 * below).sum(axis=1) + np.maximum(slip_d - x[:, -1], 0.0)
        after = ((1.0 - reached) ** 2 * (width - below)).sum(axis=1) + np.maximum(x[:, 0] - slip_d, 0.0)
        return np.asarray(score + np.where(still_open, 0.0, after), dtype=np.float64)


def of_points(slip_d: ArrayLike) -> Predictive:
    """Return what a forecaster says who names one slip for each date, shape (n,)."""
    value = np.asarray(slip_d, dtype=np.float64)[:, None]
    return Predictive(value, np.ones_like(value))


def of_samples(value_d: Floats, weight: Floats | None = None) -> Predictive:
    """Return what samples say, shape (n, m), in any order; `weight` (m,) adds up to 1, or all count the same."""
    share = np.full(value_d.shape[1], 1.0 / value_d.shape[1]) if weight is None else weight
    order = np.argsort(value_d, axis=1)
    return Predictive(np.take_along_axis(value_d, order, axis=1), np.cumsum(share[order], axis=1))


@dataclass(frozen=True, slots=True)
class Judged:
    """How each date came out, shape (n,): below P10, above P90, its score and its share (open: at least that)."""

    below: Bools
    above: Bools
    crps_d: Floats
    share: Floats

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Dates inside P10 to P90; an open one is inside until it is proved outside."""
        return ~(self.below | self.above)


def judge(said: Predictive, slip_d: Floats, still_open: Bools) -> Judged:
    """Judge forecasts of n dates by what happened, shape (n,) each."""
    below = (slip_d < said.quantile_d(LOW)) & ~still_open
    above = slip_d > said.quantile_d(HIGH)
    return Judged(below, above, said.crps_d(slip_d, still_open), said.share_up_to(slip_d))
