"""Plans under chance: the same luck for all, goal by goal, the surest of several, and where each one breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Estimate, Proportion, Quantile, quantiles, wilson
from sim.campaign.causes import CAUSES
from sim.campaign.plan import Campaign
from sim.decide.facts import Facts
from sim.decide.optimum import Document, Optimum, iso_or_none
from sim.decide.tally import paired
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk

CHUNK: Final = 50
RISK: Final = 0.05
"""Chance that the surest plan is dropped, or that any paired difference lies outside its limits, at all looks."""
LEVELS: Final = (0.5, 0.7, 0.8)

Floats: TypeAlias = NDArray[np.float64]
Listener: TypeAlias = Callable[[int], None]
"""Told how many replications more are done."""


@dataclass(frozen=True, slots=True)
class GoalChance:
    """A goal in one plan under chance."""

    goal: str
    by_d: float
    chance: Proportion
    quantiles: tuple[Quantile, ...]
    """Days by which it is reached with the chances `LEVELS`."""

    @property
    def p70(self) -> float | None:
        """Return the day by which it is reached with 70 %; None for never."""
        return self.quantiles[LEVELS.index(0.7)].value


@dataclass(slots=True)
class Trials:
    """Replications of one plan; more are added as they are needed."""

    campaign: Campaign
    seed: int
    parts: list[Sample] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many replications there are."""
        return sum(part.size for part in self.parts)

    def bring_to(self, count: int, on_done: Listener = lambda _: None) -> None:
        """Simulate until there are `count` replications."""
        while self.count < count:
            more = min(CHUNK, count - self.count)
            self.parts.append(simulate_chunk(self.campaign, self.seed, self.count, more))
            on_done(more)

    def days(self, goal: str) -> Floats:
        """Return the day on which each replication reaches a goal, infinity for never; shape (replications,)."""
        milestone = self.campaign.goals[self._number(goal)].reached
        return np.concatenate([np.empty(0), *(one.reached_d[:, milestone] for one in self.parts)])

    def met(self, goal: str) -> NDArray[np.bool_]:
        """Return for each replication whether a goal is reached by its date."""
        found: NDArray[np.bool_] = self.days(goal) <= self.campaign.goals[self._number(goal)].by_d
        return found

    def chance(self, goal: str) -> GoalChance:
        """Return the chance of a goal and its dates."""
        days, by_d = self.days(goal), self.campaign.goals[self._number(goal)].by_d
        chance = wilson(int(np.count_nonzero(days <= by_d)), days.size)
        return GoalChance(goal, by_d, chance, tuple(quantiles(days, LEVELS)))

    def breaks(self, goal: str) -> tuple[tuple[str, float], ...]:
        """Return what dates the goal where it misses its date: (name, share of those replications), most first."""
        number, missed = self._number(goal), np.flatnonzero(~self.met(goal))
        goals = {one.subject for one in self.campaign.goals}
        on_chain = np.concatenate([one.on_chain[:, number] for one in self.parts])
        chains = (np.flatnonzero(on_chain[one]) for one in missed)
        counted = Counter(int(subject) for chain in chains for subject in chain if int(subject) not in goals)
        names = [one.name for one in self.campaign.subjects]
        return tuple((names[subject], times / missed.size) for subject, times in counted.most_common())

    def slip_d(self, goal: str, nominal: Sample) -> Mapping[str, float]:
        """Return the mean days that each cause adds to the plan's date of a goal; what is not reached counts as long
        as the calendar lasts.
        """
        number = self._number(goal)
        by_cause_d = np.concatenate([one.by_cause_d[:, number] for one in self.parts])
        mean_d = by_cause_d.mean(axis=0) - nominal.by_cause_d[number]
        return {str(cause): float(days) for cause, days in zip(CAUSES, mean_d, strict=True) if abs(days) >= 0.5}

    def _number(self, goal: str) -> int:
        return next(number for number, one in enumerate(self.campaign.goals) if one.name == goal)


Sure: TypeAlias = Literal["answer", "not surely worse", "surely worse"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan near the best, and how it fares under chance."""

    optimum: Optimum
    trials: Trials
    sure: Sure


@dataclass(frozen=True, slots=True)
class JudgedPool:
    """The plan as it is and those that may replace it, under the same luck."""

    before: Trials
    pool: tuple[Candidate, ...]
    """The best when nothing slips comes first; it may be the only one."""

    @property
    def chosen(self) -> Candidate:
        """Return the answer: the best when nothing slips, or where that is surely worse, the surest."""
        return next(one for one in self.pool if one.sure == "answer")

    @property
    def after(self) -> Trials:
        """Return the replications of the answer."""
        return self.chosen.trials

    @property
    def regret(self) -> float:
        """Return by how much any other plan can be surer than the answer, all comparisons holding with 95 %."""
        goal, rest = self.chosen.optimum.facts.question.goal, [one for one in self.pool if one is not self.chosen]
        each = RISK / max(1, len(rest))
        return max([0.0, *(difference(one.trials, self.after, goal, each).high for one in rest)])


def judge(plans: Sequence[Optimum], replications: int, seed: int, on_done: Listener = lambda _: None) -> JudgedPool:
    """Run the plan as it is and others that may replace it under the same luck, and choose among those.

    The answer is the first, which is best when nothing slips, unless it is surely worse than the surest.
    """
    facts = plans[0].facts
    goal = facts.question.goal
    trials = [Trials(one.campaign, seed) for one in plans if one.campaign is not None]
    best, kept = surest(trials, goal, replications, on_done)
    chosen = 0 if 0 in kept else best
    before = trials[0] if not plans[0].changes else Trials(facts.campaign, seed)
    for one in (before, trials[0], trials[chosen]):
        one.bring_to(replications, on_done)
    words: list[Sure] = [
        "answer" if number == chosen else "not surely worse" if number in kept else "surely worse"
        for number in range(len(plans))
    ]
    return JudgedPool(before, tuple(map(Candidate, plans, trials, words)))


def difference(after: Trials, before: Trials, goal: str, risk: float = RISK) -> Estimate:
    """Return by how much the chance of a goal differs, from replications with the same luck."""
    n = min(after.count, before.count)
    one, two = after.met(goal)[:n], before.met(goal)[:n]
    return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), n, risk)


def surest(
    plans: Sequence[Trials], goal: str, most: int, on_done: Listener = lambda _: None
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
        inside = [number for number in inside if difference(plans[number], plans[best], goal, risk).high >= 0.0]
        if count >= most or len(inside) == 1:
            return best, tuple(inside)
        count = min(2 * count, most)


def judged_json(found: Optimum, judged: JudgedPool | None) -> Document:
    """Return goals before and after, and the plans of the pool, as a document."""
    facts = found.facts
    goals = {goal.name: _goal_json(found, judged, goal.name) for goal in facts.campaign.goals}
    return {
        "goals": goals,
        "pool": [_candidate_json(one) for one in judged.pool] if judged else [],
        "regret": judged.regret if judged else None,
    }


def _goal_json(found: Optimum, judged: JudgedPool | None, goal: str) -> Document:
    facts = found.facts
    before, after = (iso_or_none(facts, day) for day in found.reached_d(goal))
    said: Document = {"before": before, "after": after}
    if judged is None:
        return said
    for word, trials in (("before", judged.before), ("after", judged.after)):
        said[f"chance_{word}"] = _chance_json(facts, trials.chance(goal))
    gain = difference(judged.after, judged.before, goal)
    return {**said, "difference": {"value": gain.value, "interval": [gain.low, gain.high]}}


def _chance_json(facts: Facts, chance: GoalChance) -> Document:
    dates = {
        f"P{round(100 * level)}": iso_or_none(facts, one.value)
        for level, one in zip(LEVELS, chance.quantiles, strict=True)
    }
    interval = [chance.chance.low, chance.chance.high]
    return {"value": chance.chance.value, "interval": interval, "replications": chance.chance.n, **dates}


def _candidate_json(one: Candidate) -> Document:
    optimum, goal = one.optimum, one.optimum.facts.question.goal
    chance = one.trials.chance(goal)
    said = _chance_json(optimum.facts, chance)
    return {
        "date": iso_or_none(optimum.facts, optimum.reached_d(goal)[1]),
        **optimum.spent(),
        "chance": said.pop("value"),
        **said,
        "kept": one.sure != "surely worse",
        "chosen": one.sure == "answer",
        "breaks": [{"name": name, "share": share} for name, share in one.trials.breaks(goal)[:6]],
        "changes": dict(optimum.moves()),
    }
