"""Scores of forecasts: how often an interval holds, and two proper scores, CRPS and the pinball loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

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
