"""Which input moves an outcome how much, from the cases of a sweep: Sobol indices, tornado, effects of each value.

What goes in is one number for each case, such as the mean date of a goal; since all cases saw the same luck, most
of the noise of the replications cancels. Intervals are bootstraps over the points of the design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.analysis.estimates import Estimate, Mean, paired_mean

RESAMPLES = 1000
FEWEST_POINTS = 4
"""Points of a Saltelli design below which no index is given."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """Shares of the variance that one input explains alone (`first`) and with all its interactions (`total`).

    A sampled index may come out a little below 0 or above 1.
    """

    name: str
    first: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class Swing:
    """What one input does alone: the outcome at each of its values less the outcome of the base case."""

    name: str
    ends: tuple[tuple[str, Mean], ...]
    """(value, paired difference to the base case)."""

    @property
    def width(self) -> float:
        """Return the distance between the largest and the smallest outcome, the base case among them."""
        values = [0.0, *(mean.value for _, mean in self.ends)]
        return max(values) - min(values)


def sobol_indices(
    names: Sequence[str],
    f_a: ArrayLike,
    f_b: ArrayLike,
    f_ab: ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[SobolIndex, ...]:
    """Return the indices of each input, the largest total first, with percentile bootstrap intervals.

    `f_a` and `f_b` have shape (n,), `f_ab` shape (len(names), n): row i is A with the column of input i taken
    from B. Points with a value that is not finite are left out whole.

    Source: first order, Saltelli et al., Computer Physics Communications 181 (2010) 259-270, table 2 (b); total,
    Jansen, Computer Physics Communications 117 (1999) 35-43.

    Raises:
        ValueError: if the shapes do not fit, or fewer than `FEWEST_POINTS` points are finite.
    """
    a, b, ab = (np.asarray(values, float) for values in (f_a, f_b, f_ab))
    if a.ndim != 1 or a.shape != b.shape or ab.shape != (len(names), a.size):
        raise ValueError(f"{len(names)} inputs: {a.shape}, {b.shape} and {ab.shape} do not fit")
    kept = np.isfinite(a) & np.isfinite(b) & np.isfinite(ab).all(axis=0)
    if np.count_nonzero(kept) < FEWEST_POINTS:
        raise ValueError(f"{np.count_nonzero(kept)} points are too few for indices; {FEWEST_POINTS} are the least")
    a, b, ab = a[kept], b[kept], ab[:, kept]
    first, total = _indices(a, b, ab)
    rng = np.random.default_rng(seed)
    picks = [rng.integers(0, a.size, a.size) for _ in range(resamples)]
    again = np.array([_indices(a[pick], b[pick], ab[:, pick]) for pick in picks])  # (resamples, 2, inputs)
    tail = (1.0 - level) / 2.0
    low, high = np.nanquantile(again, tail, axis=0), np.nanquantile(again, 1.0 - tail, axis=0)
    found = [
        SobolIndex(name, *(Estimate(*map(float, ends)) for ends in zip(both, low[:, row], high[:, row], strict=True)))
        for row, (name, *both) in enumerate(zip(names, first, total, strict=True))
    ]
    return tuple(sorted(found, key=lambda one: -one.total.value))


def tornado(base: ArrayLike, ends: Sequence[tuple[str, str, ArrayLike]], *, level: float = 0.95) -> tuple[Swing, ...]:
    """Return the swing of each input, the widest first; `ends` holds (input, value, outcome by replication).

    Outcomes have shape (n,) and are finite: a date that is not reached counts as the calendar's end.

    Raises:
        ValueError: if a column is not as long as that of the base case.
    """
    by_name: dict[str, list[tuple[str, Mean]]] = {}
    for name, value, outcome in ends:
        by_name.setdefault(name, []).append((value, paired_mean(outcome, base, level=level)))
    swings = [Swing(name, tuple(found)) for name, found in by_name.items()]
    return tuple(sorted(swings, key=lambda one: -one.width))


def _indices(a: Floats, b: Floats, ab: Floats) -> tuple[Floats, Floats]:
    both = np.concatenate([a, b])
    variance = both.var()
    if variance == 0.0:
        nothing = np.zeros(len(ab))
        return nothing, nothing
    centred = b - both.mean()  # does not change the expectation, and takes most of the variance away
    first: Floats = np.mean(centred * (ab - a), axis=1) / variance
    total: Floats = 0.5 * np.mean((a - ab) ** 2, axis=1) / variance
    return first, total
