"""Sampling error of replications that are drawn in blocks.

The replications of a block share one Latin hypercube, so they are not independent of each other; blocks are. What a
block found is therefore one observation, and an interval rests on how much blocks differ: the cluster estimate of
survey sampling, with which a last, partial block counts by its size.

Source: McKay, Beckman and Conover (1979) for the design; Cochran, Sampling Techniques (1977), section 9A.2, for the
variance of a ratio over clusters; Korn and Graubard, Survey Methodology 24 (1998) 193-201, for the effective size of a
share with the degrees of freedom of the clusters.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

FEWEST = 8
"""Blocks below which their differences say too little; replications then count as independent, which is no narrower."""
MOST = 1024
"""Blocks that are told apart; of more, neighbours are put together."""
KNOWN_TO = 3.0
"""Replications by which a share is never known better: blocks that agree by luck hide as many (the rule of three)."""

Labels = NDArray[np.int64]
Floats = NDArray[np.float64]


def blocks_of(replications: int, size: int) -> Labels | None:
    """Return the block of each of the replications 0, 1, ..., shape (n,), or None where they count as independent.

    Blocks hold `size` replications; size 1 is plain random sampling.
    """
    count = -(-replications // size)
    if size == 1 or count < FEWEST:
        return None
    return np.arange(replications, dtype=np.int64) // (size * -(-count // MOST))


def degrees(blocks: Labels) -> int:
    """Return the degrees of freedom that the blocks leave for an interval."""
    return int(np.unique(blocks).size) - 1


def mean_variance(values: Floats, blocks: Labels) -> float:
    """Return the variance of the mean of `values`, shape (n,), from their blocks, shape (n,).

    Raises:
        ValueError: if there are fewer than two blocks.
    """
    labels, place, sizes = np.unique(blocks, return_inverse=True, return_counts=True)
    return float(_variance(np.bincount(place, values, labels.size)[:, None], sizes)[0])


def effective_sizes(values: Floats, ends: Floats, blocks: Labels, level: float) -> Floats:
    """Return, for the share of `values`, shape (n,), up to each of the sorted `ends`, shape (k,), how many independent
    replications would know it as well.

    Where all or none lie below, blocks say nothing of the error, and it is the number of replications.
    """
    labels, place, sizes = np.unique(blocks, return_inverse=True, return_counts=True)
    count, t = values.size, _student(labels.size - 1, level)
    cells = place * (ends.size + 1) + np.searchsorted(ends, values)
    below = np.bincount(cells, minlength=labels.size * (ends.size + 1)).reshape(labels.size, -1).cumsum(axis=1)[:, :-1]
    share = below.sum(axis=0) / count
    variance = np.maximum(_variance(below, sizes), (KNOWN_TO / (t * count)) ** 2)
    z = float(special.ndtri((1.0 + level) / 2.0))
    found: Floats = np.where((share > 0.0) & (share < 1.0), share * (1.0 - share) / variance * (z / t) ** 2, count)
    return found


def widening(values: Floats, blocks: Labels, level: float) -> float:
    """Return the factor by which the interval of a mean of `values`, shape (n,), is wider for their blocks.

    1 where they do not vary.
    """
    plain = float(values.var(ddof=1)) / values.size
    if plain == 0.0:
        return 1.0
    t = _student(degrees(blocks), level)
    variance = max(mean_variance(values, blocks), (KNOWN_TO / (t * values.size)) ** 2)
    return math.sqrt(variance / plain) * t / float(special.ndtri((1.0 + level) / 2.0))


def _variance(sums: NDArray[Any], sizes: Labels) -> Floats:
    """Return the variance of the means over all blocks: sums of shape (blocks, k), sizes of shape (blocks,)."""
    if sizes.size < 2:
        raise ValueError("an interval needs two blocks or more")
    count = sizes.sum()
    apart = sums - sums.sum(axis=0) / count * sizes[:, None]
    variance: Floats = sizes.size / (sizes.size - 1) * (apart**2).sum(axis=0) / count**2
    return variance


def _student(free: int, level: float) -> float:
    return float(special.stdtrit(free, (1.0 + level) / 2.0))
