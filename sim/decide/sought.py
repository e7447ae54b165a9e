"""What a search found: the cheapest package of each level, what can be promised for which cost, what a lever does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scipy.special import betaincc

from sim.analysis.compare import ProbabilityDifference
from sim.analysis.estimates import Proportion, Quantile, wilson
from sim.analysis.indices import Swing
from sim.clock import Calendar
from sim.decide.packages import LeverTest
from sim.decide.selection import RISK
from sim.study.levers import Package, SeekPlan


@dataclass(frozen=True, slots=True)
class Trial:
    """What is known of one package."""

    package: Package
    met: int
    """Replications in which the goal is reached by its date."""
    tried: int
    posterior: float
    """Chance that the package meets the confidence, given the replications and a flat prior."""
    failed: str = ""
    """Why the scenario is invalid with it; empty when it is not."""
    dates: tuple[Quantile, ...] = ()
    """Day by which the goal is reached, for each of the search's shares."""

    @property
    def chance(self) -> Proportion:
        """Return the chance of reaching the goal by its date, with its interval."""
        return wilson(self.met, self.tried)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A package that would be the answer if it met the level."""

    trial: Trial
    more: int | None
    """About how many more replications of it would settle that; None where it seems equal to the level."""


@dataclass(frozen=True, slots=True)
class Level:
    """The answer for one chance."""

    level: float
    state: Literal["found", "in doubt", "nothing"]
    """Found: the answer surely meets the level. In doubt: some may. Nothing: all surely miss."""
    answer: Trial | None
    """The cheapest package that surely meets the level."""
    nearest: Trial | None
    """Without an answer, the package with the highest chance."""
    doubts: tuple[Doubt, ...]
    ties: tuple[Trial, ...]
    """Packages that cost what the answer costs and cannot be told from it."""
    unseen: int
    """Packages that could be the answer and were never looked at, for the replications ended."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of a search."""

    plan: SeekPlan
    scenario: str
    title: str
    """Of the goal, for people; its name where it has none."""
    seed: int
    folder: Path
    calendar: Calendar
    by_d: float
    """Date of the goal in the plan as it is."""
    shares: tuple[float, ...]
    """Of the dates of each trial."""
    levels: tuple[Level, ...]
    trials: tuple[Trial, ...]
    packages: int
    steps: tuple[int, ...]
    """Trials that no cheaper one is seen to match, neither in chance nor in the date of the confidence."""
    swings: tuple[Swing, ...]
    """What each lever does alone, in days of the mean date against the plan as it is."""
    tests: tuple[LeverTest, ...]
    ruled_out: int
    """Packages left out because one that pulls more surely misses."""
    gain: ProbabilityDifference | None
    """Chance with the answer (or with the best package) less that of the plan as it is, paired."""
    replications: int
    budget: int
    interrupted: bool

    @property
    def level(self) -> Level:
        """Return the answer for the confidence that counts."""
        return next(one for one in self.levels if one.level == self.plan.confidence)

    @property
    def answer(self) -> Trial | None:
        """Return the cheapest package that meets the confidence; None when none surely does."""
        return self.level.answer

    @property
    def best(self) -> Trial | None:
        """Return the trial with the highest chance; of several, the cheapest."""
        valid = [one for one in self.trials if one.tried]
        return max(valid, key=lambda one: (one.chance.value, -one.package.cost), default=None)

    @property
    def sure(self) -> float:
        """Return how sure the answer is: 95 % where all verdicts stand, less what is in doubt."""
        doubtful = sum(one.trial.posterior for one in self.level.doubts)
        return max(0.0, 1.0 - RISK - doubtful) if not self.level.unseen else 0.0

    @property
    def promises(self) -> tuple[Trial, ...]:
        """Return the trials that bring the date of the confidence forward, from the plan as it is to the earliest."""
        place = self.shares.index(self.plan.confidence)
        return tuple(sooner([one for one in self.trials if one.tried], place))

    def day_of(self, trial: Trial, share: float) -> Quantile:
        """Return the day by which a trial reaches the goal with a chance."""
        return trial.dates[self.shares.index(share)]


def sooner(trials: list[Trial], place: int) -> list[Trial]:
    """Return trials by growing cost, each with an earlier date (number `place` of its dates) than all cheaper ones."""
    found: list[Trial] = []
    ordered = sorted(trials, key=lambda one: (one.package.cost, _day(one, place)))
    for one in ordered:
        if not found or _day(one, place) < _day(found[-1], place):
            found.append(one)
    return found


def _day(trial: Trial, place: int) -> float:
    value = trial.dates[place].value
    return float("inf") if value is None else value


def chance_that_it_meets(met: int, tried: int, confidence: float) -> float:
    """Return the posterior chance that the probability of success is at least `confidence`, from a flat prior.

    Source: Bayes (1763): after `met` successes of `tried`, the probability is Beta(met + 1, tried - met + 1).
    """
    return float(betaincc(met + 1, tried - met + 1, confidence))
