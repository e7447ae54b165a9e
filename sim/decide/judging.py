"""Plans under chance: the same luck for all, goal by goal, and the surest of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Proportion, Quantile, quantiles, wilson
from sim.campaign.plan import Campaign
from sim.decide.sureness import Band, paired
from sim.model.simulate import simulate_chunk

CHUNK: Final = 50
RISK: Final = 0.05
"""Chance that the surest plan is dropped, or that any paired difference lies outside its limits, at all looks."""
LEVELS: Final = (0.5, 0.7, 0.8)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoalChance:
    """A goal in one plan under chance."""

    goal: str
    by_d: float
    chance: Proportion
    quantiles: tuple[Quantile, ...]
    """Days by which it is reached with the chances `LEVELS`."""


@dataclass(slots=True)
class Trials:
    """Replications of one plan; more are added as they are needed."""

    campaign: Campaign
    seed: int
    reached_d: list[Floats]
    """One array (goals,) for each replication."""

    def bring_to(self, count: int, on_done: Callable[[int], None] = lambda _: None) -> None:
        """Simulate until there are `count` replications."""
        milestones = [goal.reached for goal in self.campaign.goals]
        while len(self.reached_d) < count:
            first = len(self.reached_d)
            outcomes = simulate_chunk(self.campaign, self.seed, first, min(CHUNK, count - first))
            self.reached_d += [one.reached_d[milestones] for one in outcomes]
            on_done(len(outcomes))

    def met(self, goal: str) -> NDArray[np.bool_]:
        """Return for each replication whether a goal is reached by its date."""
        number = self._goal(goal)
        found: NDArray[np.bool_] = self._days(number) <= self.campaign.goals[number].by_d
        return found

    def chance(self, goal: str) -> GoalChance:
        """Return the chance of a goal and its dates."""
        number = self._goal(goal)
        days, by_d = self._days(number), self.campaign.goals[number].by_d
        chance = wilson(int(np.count_nonzero(days <= by_d)), days.size)
        return GoalChance(goal, by_d, chance, tuple(quantiles(days, LEVELS)))

    def _goal(self, goal: str) -> int:
        return next(number for number, one in enumerate(self.campaign.goals) if one.name == goal)

    def _days(self, number: int) -> Floats:
        return np.array([row[number] for row in self.reached_d])


def difference(after: Trials, before: Trials, goal: str, risk: float = RISK) -> Band:
    """Return by how much the chance of a goal differs, from replications with the same luck."""
    n = min(len(after.reached_d), len(before.reached_d))
    one, two = after.met(goal)[:n], before.met(goal)[:n]
    return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), n, risk)


def surest(
    plans: Sequence[Trials], goal: str, most: int, on_done: Callable[[int], None] = lambda _: None
) -> tuple[int, tuple[int, ...]]:
    """Return the plan with the best chance, and all that are not surely worse, by sequential elimination.

    All begin with some replications of the same luck; those that are surely worse than the best so far get no more,
    the others get twice as many, up to `most`. The chance that the truly surest is ever dropped is at most `RISK`,
    shared equally among all comparisons of two (Bonferroni); ties stay in.
    """
    inside, count = list(range(len(plans))), min(CHUNK, most)
    risk = RISK / max(1, len(plans) * (len(plans) - 1))
    while True:
        for number in inside:
            plans[number].bring_to(count, on_done)
        best = max(inside, key=lambda number: (int(np.count_nonzero(plans[number].met(goal)[:count])), -number))
        inside = [number for number in inside if difference(plans[number], plans[best], goal, risk).hi >= 0.0]
        if count >= most or len(inside) == 1:
            return best, tuple(inside)
        count = min(2 * count, most)
