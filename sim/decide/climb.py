"""From nothing pulled to everything pulled, one lever at a time: what brings the date forward most for its cost.

A greedy path: it finds good packages with few looks, and proves nothing of those it leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from sim.decide.packages import Lattice

_AT_ONCE: Final = 2
"""Levers that are looked at together, so that workers share them."""


def climb(
    lattice: Lattice,
    look: Callable[[Sequence[int]], Sequence[int]],
    gain_d: Callable[[int, int], float],
) -> list[int]:
    """Return the packages of the path; it ends where no lever brings the date forward.

    `look` simulates packages and returns those that have outcomes; `gain_d` is the days by which the second of two
    is sooner. A lever is not looked at again at a step where its gain of an earlier one is below the best of this
    step: gains mostly shrink as others are pulled.
    """
    here = lattice.alone()[0]
    path = [here] if look([here]) else []
    known: dict[tuple[int, int], float] = {}
    while path:
        further = lattice.further(here)
        waiting = sorted(further, key=lambda number: (-known.get(further[number], math.inf), number))
        best, best_rate = here, 0.0
        while waiting and known.get(further[waiting[0]], math.inf) > best_rate:
            batch, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            for number in look(batch):
                cost = float(lattice.costs[number] - lattice.costs[here])
                rate = known[further[number]] = _rate(gain_d(here, number), cost)
                if rate > best_rate:
                    best, best_rate = number, rate
        if best == here:
            break
        path.append(best)
        here = best
    return path


def _rate(gain_d: float, cost: float) -> float:
    return gain_d if gain_d <= 0.0 else gain_d / cost if cost > 0.0 else math.inf
