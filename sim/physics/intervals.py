"""Stretches of time in which something holds: from masks over even samples, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.physics.ephemeris import FloatArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Intervals:
    """Holds sorted, disjoint intervals [open_d, close_d] in epoch days, inside the span that was looked
    at.
    """

    open_d: FloatArray
    close_d: FloatArray
    first_d: float
    last_d: float

    @property
    def fraction(self) -> float:
        """Give the share of the span that the intervals cover, from 0 to 1."""
        span_d = self.last_d - self.first_d
        return float((self.close_d - self.open_d).sum() / span_d) if span_d > 0.0 else 0.0

    @property
    def longest_d(self) -> float:
        """Give the longest interval in days, 0 when there is none."""
        return float((self.close_d - self.open_d).max(initial=0.0))

    @property
    def longest_gap_d(self) -> float:
        """Give the longest time in days without an interval; the whole span when there is none."""
        starts = np.concatenate([[self.first_d], self.close_d])
        ends = np.concatenate([self.open_d, [self.last_d]])
        return float((ends - starts).max())

    def next_d(self, epoch_d: float) -> float:
        """Give the first epoch at or after `epoch_d` inside an interval; infinity when none is left."""
        index = int(np.searchsorted(self.close_d, epoch_d, side="left"))
        return max(epoch_d, float(self.open_d[index])) if index < len(self.open_d) else float("inf")


def intervals_above(epoch_d: FloatArray, height: FloatArray) -> Intervals:
    """Give the intervals in which sampled `height` (n,) is above zero, its crossings found by straight
    lines.
    """
    above = height > 0.0
    turn = np.flatnonzero(above[1:] != above[:-1])
    share = height[turn] / (height[turn] - height[turn + 1])
    crossing = epoch_d[turn] + share * (epoch_d[turn + 1] - epoch_d[turn])
    first, last = float(epoch_d[0]), float(epoch_d[-1])
    edges = np.concatenate([[first] if above[0] else [], crossing, [last] if above[-1] else []])
    return Intervals(edges[0::2], edges[1::2], first, last)
