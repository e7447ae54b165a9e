"""Stretches of time in which something holds: from masks over even samples, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.physics.states import FloatArray

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Intervals:
    """Sorted, disjoint intervals [open_d, close_d] in epoch days, inside the span that was looked
    at.
    """

    open_d: FloatArray
    close_d: FloatArray
    first_d: float
    last_d: float

    @property
    def fraction(self) -> float:
        """Return the share of the span that the intervals cover, from 0 to 1."""
        span_d = self.last_d - self.first_d
        return float((self.close_d - self.open_d).sum() / span_d) if span_d > 0.0 else 0.0

    @property
    def longest_d(self) -> float:
        """Return the longest interval in days, 0 when there is none."""
        return float((self.close_d - self.open_d).max(initial=0.0))

    @property
    def longest_gap_d(self) -> float:
        """Return the longest time in days without an interval; the whole span when there is none."""
        starts = np.concatenate([[self.first_d], self.close_d])
        ends = np.concatenate([self.open_d, [self.last_d]])
        return float((ends - starts).max())

    def holds(self, epoch_d: FloatArray) -> BoolArray:
        """Say which epochs (n,) lie inside an interval."""
        index = np.searchsorted(self.open_d, epoch_d, side="right") - 1
        inside = epoch_d <= np.append(self.close_d, -np.inf)[index]
        return np.asarray((index >= 0) & inside)

    def both(self, other: Intervals) -> Intervals:
        """Return the intervals in which this and the other hold, over the span that both looked at."""
        edges = np.unique(np.concatenate([self.open_d, self.close_d, other.open_d, other.close_d]))
        middle = 0.5 * (edges[1:] + edges[:-1])
        inside = self.holds(middle) & other.holds(middle)
        starts = inside & ~np.concatenate([[False], inside[:-1]])
        ends = inside & ~np.concatenate([inside[1:], [False]])
        first_d, last_d = max(self.first_d, other.first_d), min(self.last_d, other.last_d)
        return Intervals(edges[:-1][starts], edges[1:][ends], first_d, last_d)


def crossings_d(epoch_d: FloatArray, height: FloatArray) -> FloatArray:
    """Return the epochs at which a sampled `height` (n,) passes through zero, found by straight lines."""
    above = height > 0.0
    turn = np.flatnonzero(above[1:] != above[:-1])
    share = height[turn] / (height[turn] - height[turn + 1])
    return np.asarray(epoch_d[turn] + share * (epoch_d[turn + 1] - epoch_d[turn]))


def intervals_above(epoch_d: FloatArray, height: FloatArray) -> Intervals:
    """Return the intervals in which a sampled `height` (n,) is above zero."""
    above, crossing = height > 0.0, crossings_d(epoch_d, height)
    first, last = float(epoch_d[0]), float(epoch_d[-1])
    edges = np.concatenate([[first] if above[0] else [], crossing, [last] if above[-1] else []])
    return Intervals(edges[0::2], edges[1::2], first, last)
