"""The cheapest package for each chance that is wanted, with replications spent only where they decide.

Ranking and selection with a standard: packages are kept while they may be the answer to some level and dropped when
they surely are not. All see the same luck. The chance that any verdict on a simulated package is wrong, at whatever
look, is at most `RISK`, shared equally among all packages.

Source: the frame is that of Kim and Nelson, ACM TOMACS 11 (2001) 251-273 (sequential elimination, common random
numbers, an indifference zone) and of Andradottir and Kim, Naval Research Logistics 57 (2010) 403-421 (feasibility),
with confidence sequences of shares in place of their normal boundaries; recalled. See docs/formulations.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Estimate, Proportion, Quantile, quantiles, wilson
from sim.decide.packages import LeverTest, Option, Order
from sim.decide.sureness import paired, replications_to_tell, share

RISK: Final = 0.05
"""Chance that any of all verdicts is wrong."""
FIRST: Final = 100
"""Replications of a first look."""
STAGES: Final = (400, 1600, 6400, 25600, 102400)
"""Replications to which all that is in doubt is brought before any gets more."""
AUDIT: Final = 20
"""One in so many packages that were ruled out unseen is simulated after all."""
AUDITED: Final = 8
"""Of those, so many at most for each level."""
BRACKETS: Final = 64
"""Packages that pull most of all are looked at first, where they are no more than this: they may end the search."""
APART: Final = 0.02
"""Indifference zone: chances closer than this to a level, or to each other, need not be told apart."""

Floats: TypeAlias = NDArray[np.float64]
Verdict: TypeAlias = Literal["meets", "misses", "tie", "doubt"]


@dataclass(frozen=True, slots=True)
class Request:
    """Replications `first` to `first + count - 1` of one option."""

    option: int
    first: int
    count: int


Simulate: TypeAlias = Callable[[Sequence[Request]], Sequence["Floats | None"]]
"""For each request, how many days after its date the goal is reached, infinity for never; None if invalid."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A package of which it is not settled whether it meets a level."""

    option: int
    chance: Proportion
    more: int | None
    """About how many more replications would settle it if its chance is what it seems; None when it seems equal."""


@dataclass(frozen=True, slots=True)
class LevelAnswer:
    """The cheapest package for one level."""

    level: float
    state: Literal["found", "in doubt", "nothing"]
    """Found: it surely meets the level. In doubt: none surely does, some may. Nothing: all surely miss."""
    option: int | None
    """The cheapest that surely meets the level, or else the best there is."""
    chance: Proportion | None
    late_d: Quantile | None
    """Days after the date by which the option has this chance: what can be promised."""
    doubtful: tuple[Doubtful, ...]
    """Packages that would be the answer if they met the level."""
    ties: tuple[int, ...]
    """Packages of the same cost that cannot be told from the answer."""
    unseen: int
    """Packages that could be the answer and were never looked at, for the search ended before."""


@dataclass(frozen=True, slots=True)
class Step:
    """A package that no cheaper one is seen to be as good as."""

    option: int
    chance: Proportion


@dataclass(frozen=True, slots=True)
class Frontier:
    """What was found: the answer of each level, the steps of cost against chance, and what it took."""

    levels: tuple[LevelAnswer, ...]
    steps: tuple[Step, ...]
    looked: dict[int, Proportion]
    replications: int
    unseen: int
    """Packages ruled out because one that pulls more surely misses."""
    tests: tuple[LeverTest, ...]
    interrupted: bool


def select(
    options: Sequence[Option],
    directed: Sequence[bool],
    simulate: Simulate,
    levels: Sequence[float],
    *,
    most: int = 6400,
    first: int = FIRST,
    apart: float = APART,
    risk: float = RISK,
    outline: int = 0,
    budget: int | None = None,
    on_progress: Callable[[int, int], None] = lambda _looked, _replications: None,
) -> Frontier:
    """Return the cheapest option for each level; at most `most` replications are spent on one option, `first` at its
    first look.

    `directed` says of each lever whether more of it should be no worse; that is tested before it is used. `outline`
    replications are spent on every option for the steps, however dear; 0 leaves out those ruled out unseen. No look
    begins once `budget` replications are spent in all; what is open then is said.
    Ctrl-C ends the search with what is known.
    """
    search = _Search(
        options,
        Order(options, directed),
        simulate,
        tuple(levels),
        most,
        min(first, most),
        apart,
        risk,
        budget or sys.maxsize,
        on_progress,
    )
    try:
        search.run(outline)
    except KeyboardInterrupt:
        search.interrupted = True
    return search.frontier()


@dataclass(slots=True)
class _Search:
    options: Sequence[Option]
    order: Order
    simulate: Simulate
    levels: tuple[float, ...]
    most: int
    first: int
    apart: float
    risk: float
    budget: int
    on_progress: Callable[[int, int], None]
    late_d: dict[int, Floats] = field(default_factory=dict)
    invalid: set[int] = field(default_factory=set)
    counted: dict[tuple[int, int], int] = field(default_factory=dict)
    audited: dict[float, int] = field(default_factory=dict)
    interrupted: bool = False
    costs: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.costs = np.array([one.cost for one in self.options])

    def run(self, outline: int) -> None:
        """Test the levers, then settle stage by stage, and simulate some of what was ruled out unseen."""
        self.look(dict.fromkeys(self.order.pilot(), self.first))
        for stage in [*(one for one in STAGES if one < self.most), self.most]:
            self._settle(stage)
            self._audit(stage)
        if outline:
            self.look({number: min(outline, self.most) for number in range(len(self.options))})

    def _settle(self, stage: int) -> None:
        while True:
            batch: dict[int, int] = {}
            for level in self.levels:
                for number in self._batch(level, stage):
                    batch[number] = min(stage, max(self.first, 2 * self.tried(number)))
            if not batch or self.replications >= self.budget:
                return
            self.look(batch)

    def _batch(self, level: float, stage: int) -> list[int]:
        """Return what to look at next: what pulls most of all, then of the cheaper half that is open.

        What pulls less waits until it is settled whether they meet the level, for if they miss, it does too; when
        all replications are spent on them, it waits no longer.
        """
        open_ = self.active(level)
        if stage >= self.most:
            open_ = [number for number in open_ if self.tried(number) < stage]
        if not open_:
            return []
        among = np.zeros(len(self.options), dtype=bool)
        among[open_] = True
        if self.answer(level) is None:
            tops = [number for number in self.order.maximal(among) if not self.tried(number)]
            if 0 < len(tops) <= BRACKETS:
                return tops
        among &= self.costs <= np.sort(self.costs[open_])[(len(open_) - 1) // 2]
        return [number for number in self.order.maximal(among) if self.tried(number) < stage]

    def _audit(self, stage: int) -> None:
        """Simulate some of what was ruled out unseen; one that surely meets the level ends all inference."""
        for level in self.levels:
            unseen = [number for number in self._ruled_out_numbers(level) if number not in self.late_d]
            left = AUDITED - self.audited.get(level, 0)
            if left > 0:
                chosen = unseen[:: max(AUDIT, math.ceil(len(unseen) / left))]
                self.audited[level] = self.audited.get(level, 0) + len(chosen)
                self.look(dict.fromkeys(chosen, self.first))
        if any(
            number in self.late_d and self.verdict(number, level) == "meets"
            for level in self.levels
            for number in self._ruled_out_numbers(level)
        ):
            self.order.broken = True
            self._settle(stage)

    def _ruled_out_numbers(self, level: float) -> list[int]:
        return [int(number) for number in np.flatnonzero(self.ruled_out(level))]

    def look(self, wanted: dict[int, int]) -> None:
        """Bring options to so many replications, and count what speaks against the order of the levers."""
        requests = self._affordable(
            Request(number, self.tried(number), count - self.tried(number))
            for number, count in sorted(wanted.items())
            if count > self.tried(number) and number not in self.invalid
        )
        if not requests:
            return
        for request, late_d in zip(requests, self.simulate(requests), strict=True):
            if late_d is None:
                self.invalid.add(request.option)
            else:
                known = self.late_d.get(request.option, np.empty(0))
                self.late_d[request.option] = np.concatenate([known, late_d])
        self._test({request.option for request in requests})
        self.on_progress(len(self.late_d), self.replications)

    def _affordable(self, requests: Iterable[Request]) -> list[Request]:
        """Return requests until the budget is spent; the last one may go beyond it."""
        found, spent = [], self.replications
        for one in requests:
            if spent >= self.budget:
                break
            found.append(one)
            spent += one.count
        return found

    def _test(self, changed: set[int]) -> None:
        seen = list(self.late_d)
        pairs = (pair for one in sorted(changed & self.late_d.keys()) for pair in self.order.steps(one, seen))
        for less, more, lever in dict.fromkeys(pairs):
            since = self.counted.get((less, more), 0)
            until = min(self.tried(less), self.tried(more))
            met_less, met_more = (self.late_d[one][since:until] <= 0.0 for one in (less, more))
            self.order.pairs[lever] += until - since
            self.order.against[lever] += np.count_nonzero(met_less & ~met_more)
            self.counted[less, more] = until

    def tried(self, number: int) -> int:
        """Return the replications of an option so far."""
        return self.late_d[number].size if number in self.late_d else 0

    @property
    def replications(self) -> int:
        """Return all replications so far."""
        return sum(one.size for one in self.late_d.values())

    def met(self, number: int) -> int:
        """Return in how many replications an option reached the goal by its date."""
        return int(np.count_nonzero(self.late_d[number] <= 0.0)) if number in self.late_d else 0

    def band(self, number: int) -> Estimate:
        """Return the chance of an option with limits that hold for all options at all looks."""
        return share(self.met(number), self.tried(number), self.risk_each)

    @property
    def risk_each(self) -> float:
        """Return the risk of one option: half goes to chances, half to comparisons of two."""
        return self.risk / (2.0 * len(self.options))

    def verdict(self, number: int, level: float) -> Verdict:
        """Return what is sure of a simulated option."""
        if number in self.invalid:
            return "misses"
        band = self.band(number)
        if band.low >= level:
            return "meets"
        if band.high < level:
            return "misses"
        return "tie" if band.within(level, self.apart) else "doubt"

    def ruled_out(self, level: float) -> NDArray[np.bool_]:
        """Return which options pull no more than one that surely misses the level."""
        found = np.zeros(len(self.options), dtype=bool)
        for number in self.late_d:
            if self.verdict(number, level) == "misses":
                found |= self.order.below(number)
        return found

    def answer(self, level: float) -> int | None:
        """Return the cheapest option that surely meets the level; of several that cost the same, the surest."""
        sure = [number for number in self.late_d if self.verdict(number, level) == "meets"]
        return min(sure, key=lambda one: (self.options[one].cost, -self.chance(one).value), default=None)

    def active(self, level: float) -> list[int]:
        """Return the options of which more replications could change the answer."""
        best = self.answer(level)
        limit = math.inf if best is None else self.options[best].cost
        out = self.ruled_out(level)
        found = [
            number
            for number, one in enumerate(self.options)
            if one.cost <= limit
            and number != best
            and number not in self.invalid
            and not out[number]
            and self._open(number, level, best)
        ]
        rivals = best is not None and any(self.options[one].cost == limit and one in self.late_d for one in found)
        return [*found, *([best] if rivals and best is not None else [])]

    def _open(self, number: int, level: float, best: int | None) -> bool:
        verdict = self.verdict(number, level)
        if best is not None and self.options[number].cost == self.options[best].cost:
            return verdict != "misses" and not self._told_apart(number, best)
        return verdict == "doubt"

    def _told_apart(self, number: int, best: int) -> bool:
        """Tell whether it is settled which of two is surer, or that they are as good as each other."""
        difference = self.difference(number, best)
        return difference.high < 0.0 or difference.within(0.0, self.apart)

    def difference(self, first: int, second: int) -> Estimate:
        """Return the chance of the first less that of the second, from their common replications."""
        n = min(self.tried(first), self.tried(second))
        if not n:
            return Estimate(0.0, -1.0, 1.0)
        one, two = (self.late_d[number][:n] <= 0.0 for number in (first, second))
        each = self.risk / (len(self.options) * max(len(self.options) - 1, 1))
        return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), n, each)

    def chance(self, number: int) -> Proportion:
        """Return the chance of a simulated option with its interval at the last look alone."""
        return wilson(self.met(number), self.tried(number))

    def frontier(self) -> Frontier:
        """Return what is known."""
        looked = {number: self.chance(number) for number in sorted(self.late_d)}
        unseen = len(self.options) - len(looked) - len(self.invalid)
        levels = tuple(self._level(level) for level in self.levels)
        return Frontier(
            levels, tuple(self._steps()), looked, self.replications, unseen, self.order.tests(), self.interrupted
        )

    def _level(self, level: float) -> LevelAnswer:
        answer = self.answer(level)
        limit = math.inf if answer is None else self.options[answer].cost
        out = self.ruled_out(level)
        doubt = [
            number
            for number, one in enumerate(self.options)
            if one.cost < limit and not out[number] and self.verdict(number, level) in ("doubt", "tie")
        ]
        best = max(self.late_d, key=lambda one: (self.chance(one).value, -self.options[one].cost), default=None)
        shown = best if answer is None else answer
        state: Literal["found", "in doubt", "nothing"] = (
            "found" if answer is not None else "in doubt" if doubt else "nothing"
        )
        return LevelAnswer(
            level,
            state,
            shown,
            None if shown is None else self.chance(shown),
            None if shown is None else quantiles(self.late_d[shown], (level,))[0],
            tuple(self._doubtful(number, level) for number in doubt if self.tried(number)),
            tuple(self._ties(answer, level)) if answer is not None else (),
            sum(not self.tried(number) for number in doubt),
        )

    def _doubtful(self, number: int, level: float) -> Doubtful:
        chance = self.chance(number)
        whole = replications_to_tell(chance.value, level, self.risk_each)
        return Doubtful(number, chance, None if whole is None else max(whole - chance.n, 1))

    def _ties(self, answer: int, level: float) -> list[int]:
        cost = self.options[answer].cost
        return [
            number
            for number in self.late_d
            if number != answer
            and self.options[number].cost == cost
            and self.verdict(number, level) != "misses"
            and self.difference(number, answer).high >= 0.0
        ]

    def _steps(self) -> list[Step]:
        ordered = sorted(self.late_d, key=lambda one: (self.options[one].cost, -self.chance(one).value))
        steps: list[Step] = []
        for number in ordered:
            chance = self.chance(number)
            if not steps or chance.value > steps[-1].chance.value:
                steps.append(Step(number, chance))
        return steps
