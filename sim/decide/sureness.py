"""How sure a chance is, however often one looks: confidence sequences of shares and of paired differences.

An interval at one number of replications fails more often than it says when it is looked at again and again. These
hold at all numbers of replications together, so replications can be added until a question is settled.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from scipy.optimize import brentq
from scipy.special import betaln, xlog1py, xlogy

from sim.analysis.estimates import Estimate

_MOST_PAIRS: Final = 10**9
"""More pairs than anybody runs."""


@lru_cache(maxsize=65536)
def share(met: int, tried: int, risk: float) -> Estimate:
    """Return the share of successes; the chance that the limits ever miss the truth is at most `risk`.

    Source: Robbins, Annals of Mathematical Statistics 41 (1970) 1397-1409, with a uniform mixture: by Ville's
    inequality the mean of the likelihood over all shares exceeds the likelihood of the true one by a factor of
    1 / risk at any time with a chance of at most `risk`. Recalled.
    """
    if not tried:
        return Estimate(0.5, 0.0, 1.0)
    value = met / tried
    mixed = float(betaln(met + 1, tried - met + 1)) + math.log(risk)

    def over(p: float) -> float:
        return float(xlogy(met, p) + xlog1py(tried - met, -p)) - mixed

    low = 0.0 if met == 0 else float(brentq(over, 1e-300, value, xtol=1e-12)) if over(value) > 0 else value
    high = 1.0 if met == tried else float(brentq(over, value, 1.0 - 1e-16, xtol=1e-12)) if over(value) > 0 else value
    return Estimate(value, low, high)


def paired(only_first: int, only_second: int, tried: int, risk: float) -> Estimate:
    """Return the first share less the second, from pairs; half the risk goes to how often they differ.

    Among pairs that differ, which of the two succeeded is a coin; the sign test of McNemar, at all looks.
    """
    differ = only_first + only_second
    often, wins = share(differ, tried, risk / 2.0), share(only_first, differ, risk / 2.0)
    lean_low, lean_high = 2.0 * wins.low - 1.0, 2.0 * wins.high - 1.0
    low = lean_low * (often.high if lean_low < 0.0 else often.low)
    high = lean_high * (often.high if lean_high > 0.0 else often.low)
    return Estimate((only_first - only_second) / max(tried, 1), low, high)


def pairs_to_tell(only_first: int, only_second: int, tried: int, risk: float) -> int | None:
    """Return how many pairs would show that the first share is larger, did they go on as so far; None if it is not."""
    if only_first <= only_second:
        return None
    low, high = 1.0, 2.0
    while not _told(only_first, only_second, tried, risk, high):
        low, high = high, 2.0 * high
        if high * tried > _MOST_PAIRS:
            return None
    while high - low > 0.05 * low:
        middle = (low + high) / 2.0
        low, high = (low, middle) if _told(only_first, only_second, tried, risk, middle) else (middle, high)
    return math.ceil(high * tried)


def _told(only_first: int, only_second: int, tried: int, risk: float, times: float) -> bool:
    first, second, pairs = (round(times * one) for one in (only_first, only_second, tried))
    return paired(first, second, pairs, risk).low > 0.0


def replications_to_tell(value: float, level: float, risk: float) -> int | None:
    """Return about how many replications settle on which side of a level a share lies; None when they are equal.

    The width of `share` for many replications, Source: its normal limit (Laplace's method).
    """
    apart = abs(value - level)
    if apart < 1e-6:
        return None
    spread = max(value * (1.0 - value), 1e-4) / apart**2
    n = spread
    for _ in range(20):
        looks = n / (2.0 * math.pi * max(value * (1.0 - value), 1e-4))
        n = spread * (2.0 * math.log(1.0 / risk) + math.log(max(looks, 2.0)))
    return math.ceil(n)
