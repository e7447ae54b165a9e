"""Cost and date of a goal together: neither limit says alone how sure a plan is that has both."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.analysis.compare import correlation
from sim.analysis.estimates import rank_of
from sim.analysis.findings import JointFinding

POINTS = 2000
"""Points kept of a scatter; more cannot be told apart on a screen."""
FRONTIER_STEPS = 60

Floats = NDArray[np.float64]


def joint_finding(goal: str, dates_d: Floats, cost: Floats, wanted: float) -> JointFinding:
    """Find how cost and date of a goal go together, shape (n,) each; a date of infinity was not reached.

    Raises:
        ValueError: if there is no replication.
    """
    if not dates_d.size:
        raise ValueError("cost and date need at least one replication")
    reached = np.flatnonzero(np.isfinite(dates_d))
    of = max(1, math.ceil(reached.size / POINTS))
    shown = reached[::of]
    ordered = np.sort(cost)
    frontier = _frontier(dates_d, cost, wanted)
    return JointFinding(
        goal=goal,
        t_d=tuple(dates_d[shown].tolist()),
        cost=tuple(cost[shown].tolist()),
        of=of,
        unreached=int(dates_d.size - reached.size),
        cost_p50=float(ordered[rank_of(cost.size, 0.5) - 1]),
        cost_p80=float(ordered[rank_of(cost.size, 0.8) - 1]),
        correlation=correlation(dates_d[reached], cost[reached]),
        wanted=wanted,
        frontier_t_d=tuple(day for day, _ in frontier),
        frontier_cost=tuple(limit for _, limit in frontier),
    )


def _frontier(dates_d: Floats, cost: Floats, wanted: float) -> list[tuple[float, float]]:
    """Return (date limit, least cost limit) pairs that at least the share `wanted` of all replications keep."""
    rank = rank_of(dates_d.size, wanted)
    order = np.argsort(dates_d, kind="stable")
    reached = int(np.isfinite(dates_d).sum())
    if reached < rank:
        return []
    kept = np.unique(np.linspace(rank, reached, min(FRONTIER_STEPS, reached - rank + 1)).astype(int))
    return [
        (float(dates_d[order[count - 1]]), float(np.partition(cost[order[:count]], rank - 1)[rank - 1]))
        for count in kept
    ]
