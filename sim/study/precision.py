"""When enough is enough: stop at the first fixed checkpoint at which a reported number is precise."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import probability_by, quantile, quantile_ranks

CHECKPOINTS = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_024_000)
"""Replications after which the interval is looked at: doubling, so that looking often does not flatter it."""
MOST = 128_000
"""Replications after which a study stops anyway, unless it is told another number."""


@dataclass(frozen=True, slots=True)
class Precision:
    """A bound on how far either end of a 95 % interval may lie from its number.

    With `within_d` the number is the `share` quantile of the first goal's date; with `within` it is the chance of
    reaching that goal by its date. One of the two is None.
    """

    share: float = 0.8
    within_d: float | None = None
    within: float | None = None

    @property
    def text(self) -> str:
        """Say what is wanted."""
        if self.within is not None:
            return f"the chance to {100 * self.within:g} points"
        return f"P{100 * self.share:g} to {self.within_d:g} d"

    def met_by(self, dates_d: NDArray[np.float64], by_d: float) -> bool:
        """Tell whether dates, shape (n,), are enough; also when the quantile surely lies beyond the calendar."""
        if self.within is not None:
            chance = probability_by(dates_d, by_d)
            return max(chance.high - chance.value, chance.value - chance.low) <= self.within
        found = quantile(dates_d, self.share)
        if found.low is None:
            return (
                quantile_ranks(dates_d.size, self.share)[0] > 0
            )  # even the lower bound is not reached by the calendar's end
        if found.value is None or found.high is None or self.within_d is None:
            return False
        return max(found.high - found.value, found.value - found.low) <= self.within_d


def read_precision(text: str, share: float = 0.8) -> Precision:
    """Read `14d`, `2wk` or `2%` (points of probability).

    Raises:
        ValueError: if it is neither a time nor points, not above zero, or points from 100 up.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(d|wk|%|points?)\s*", text)
    if found is None or float(found[1]) <= 0.0:
        raise ValueError(f"'{text:.40}' is neither a time such as 14d nor points of probability such as 2%")
    value = float(found[1])
    if found[2] in ("d", "wk"):
        return Precision(share, within_d=value * (7.0 if found[2] == "wk" else 1.0))
    if value >= 100.0:
        raise ValueError(f"'{text:.40}' is wider than any chance can be: say points below 100, such as 2%")
    return Precision(share, within=value / 100.0)


def checkpoints(most: int) -> tuple[int, ...]:
    """List the replications at which to look, the last being the most that may be spent."""
    return (*(count for count in CHECKPOINTS if count < most), most)
