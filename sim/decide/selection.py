"""The cheapest package for each chance that is wanted, with replications spent only where they decide.

Ranking and selection with a standard: packages are kept while they may be the answer to some level and dropped when
they surely are not, by what `sim.decide.tally` is sure of. What is best for its cost, in chance and in date, is a
staircase: all that is compared there has the same replications, in pairs.

Source: the frame is that of Kim and Nelson, ACM TOMACS 11 (2001) 251-273 (sequential elimination, common random
numbers, an indifference zone) and of Andradottir and Kim, Naval Research Logistics 57 (2010) 403-421 (feasibility),
with confidence sequences of shares in place of their normal boundaries; recalled. See docs/formulations.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.analysis.estimates import Estimate, quantile
from sim.decide.packages import Bools, Floats
from sim.decide.tally import APART, RISK, Tally, paired, pairs_to_tell, replications_to_tell, share

STAGES: Final = (400, 1600, 6400, 25600, 102400)
"""Replications to which all that is in doubt is brought before any gets more."""
AUDIT: Final = 20
"""One in so many packages that were ruled out unseen is simulated after all."""
AUDITED: Final = 8
"""Of those, so many at most for each level."""
AT_ONCE: Final = 64
"""Packages that are looked at before it is asked again which are open."""
_HOPEFUL: Final = 4
"""Packages that seem to be the answer, the cheapest first, that are looked at together."""
FOUND, IN_DOUBT, NOTHING = "found", "in doubt", "nothing"


@dataclass(frozen=True, slots=True)
class Step:
    """A package that is seen to be better than all that cost no more."""

    option: int
    gain: Estimate
    """Share of replications in which it does what the last sure step before it does not, less the reverse."""
    sure: bool
    """Whether it surely is better than that step; else the two are a tie so far."""
    more: int | None
    """About how many more replications of both would tell, if the gain is what it seems; None when it seems none."""


def frontier_of(
    numbers: Iterable[int], costs: Floats, late_d: Mapping[int, Floats], dates_d: Mapping[int, Floats], share: float
) -> tuple[list[int], list[int]]:
    """Return by growing cost the packages that are surer than all that cost no more, and those that are sooner.

    Sooner is the day that is kept with the chance `share`. All have the same number of replications.
    """
    found = list(numbers)
    chance = {number: float(np.count_nonzero(late_d[number] <= 0.0)) for number in found}
    day = {number: _day(dates_d[number], share) for number in found}
    return _rising(found, costs, chance), _rising(found, costs, {number: -one for number, one in day.items()})


def _rising(numbers: Sequence[int], costs: Floats, good: Mapping[int, float]) -> list[int]:
    found: list[int] = []
    for number in sorted(numbers, key=lambda one: (costs[one], -good[one], one)):
        if not found or good[number] > good[found[-1]]:
            found.append(number)
    return found


def _day(dates_d: Floats, share: float) -> float:
    value = quantile(dates_d, share).value
    return math.inf if value is None else value


def surer_steps(chain: Sequence[int], late_d: Mapping[int, Floats], compared: int) -> tuple[Step, ...]:
    """Return each package of a chain with its gain in the chance by the date."""
    return _steps(chain, lambda one, two: (late_d[one] <= 0.0, late_d[two] <= 0.0), compared)


def sooner_steps(chain: Sequence[int], dates_d: Mapping[int, Floats], share: float, compared: int) -> tuple[Step, ...]:
    """Return each package of a chain with its gain in the chance by the day that the step before it keeps."""

    def won(one: int, two: int) -> tuple[Bools, Bools]:
        day = min(_day(dates_d[two], share), 1e300)
        return dates_d[one] <= day, dates_d[two] <= day

    return _steps(chain, won, compared)


def compared_pair(one: Bools, two: Bools, compared: int) -> Estimate:
    """Return the share in which one succeeds, less that of two; the risk is shared by all pairs of so many packages."""
    return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), one.size, _risk(compared))


def _risk(compared: int) -> float:
    return RISK / max(compared * (compared - 1), 1)


def _steps(chain: Sequence[int], won: Callable[[int, int], tuple[Bools, Bools]], compared: int) -> tuple[Step, ...]:
    """Compare each package with the last that is sure."""
    found: list[Step] = []
    last = chain[0] if chain else 0
    for number in chain:
        if not found:
            found.append(Step(number, Estimate(0.0, 0.0, 0.0), sure=True, more=None))
            continue
        one, two = won(number, last)
        gain = compared_pair(one, two, compared)
        sure = gain.low > 0.0
        found.append(Step(number, gain, sure, None if sure else _more(one, two, _risk(compared))))
        last = number if sure else last
    return tuple(found)


def _more(one: Bools, two: Bools, risk: float) -> int | None:
    """Return about how many more pairs would tell that one is better than two."""
    won, lost = int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one))
    wanted = pairs_to_tell(won, lost, one.size, risk)
    return None if wanted is None else max(wanted - one.size, 1)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A package of which it is not settled whether it meets a level."""

    option: int
    more: int | None
    """About how many more replications would settle it if its chance is what it seems; None when it seems equal."""


@dataclass(frozen=True, slots=True)
class Level:
    """The answer for one chance, in numbers of packages."""

    level: float
    state: str
    """Found: the option surely meets the level. In doubt: none surely does, some may. Nothing: all surely miss."""
    option: int | None
    """The cheapest that surely meets the level, or else the best there is."""
    doubts: tuple[Doubt, ...]
    """Packages that would be the answer if they met the level."""
    ties: tuple[int, ...]
    """Packages of the same cost that seem to meet the level too, and cannot be told from the answer."""
    unseen: int
    """Packages that could be the answer and were never looked at, for the replications ended."""


class Selection:
    """Looks for the cheapest package of every level; what it knows can be asked at any time."""

    def __init__(self, tally: Tally, levels: Sequence[float]) -> None:
        self.tally, self.levels = tally, tuple(levels)
        self._audited: dict[float, int] = {}
        self._shown: dict[float, float] = {}
        self._out: dict[float, tuple[bytes, set[int], Bools]] = {}

    def run(self) -> None:
        """Test the levers, then settle stage by stage, and simulate some of what was ruled out unseen."""
        self.tally.look(dict.fromkeys(self.tally.lattice.pilot(), self.tally.first))
        for stage in [*(one for one in STAGES if one < self.tally.most), self.tally.most]:
            self._settle(stage)
            self._audit(stage)

    def _settle(self, stage: int) -> None:
        tally = self.tally
        while tally.replications < tally.budget:
            seems = tally.guess()
            batch: dict[int, int] = {}
            for level in self.levels:
                until, numbers = self._batch(level, stage, seems)
                for number in numbers:
                    count = min(until, max(tally.first, 2 * tally.tried(number)))
                    batch[number] = max(batch.get(number, 0), count)
            before = tally.replications, len(tally.invalid)
            tally.look(dict(sorted(batch.items())))
            if before == (tally.replications, len(tally.invalid)):
                return  # nothing is open, or no more can be afforded

    def _batch(self, level: float, stage: int, seems: Floats) -> tuple[int, list[int]]:
        """Return what to look at next, and the replications up to which: what may end the search, then what may lower
        the cost of the answer, then what is left.

        Without an answer those that pull most of all are settled first: if they miss, everything does. Then the
        cheapest that seem to meet the level so clearly that it can be shown. When none does, those that pull most of
        what is open; what pulls less waits until they are settled, for if they miss, it does too, or until they have
        all their replications.
        """
        tally, order = self.tally, self.tally.order
        open_ = self.active(level)
        fresh = open_ & ~self._looked(stage)
        if stage >= tally.most:
            open_ = fresh
        widest = [number for number in order.widest(open_, seems, AT_ONCE) if tally.tried(number) < stage]
        if self.answer(level) is None and widest:
            return stage, widest
        hopeful = np.flatnonzero(open_ & ~self._looked(tally.most) & (seems >= self._clear(level)))[:_HOPEFUL]
        return (tally.most, [int(number) for number in hopeful]) if hopeful.size else (stage, widest)

    def _clear(self, level: float) -> float:
        """Return the least chance that all replications of one package would show to meet a level."""
        if level not in self._shown:
            low, high = level, 1.0
            while high - low > 1e-3:
                middle = (low + high) / 2.0
                shown = share(round(middle * self.tally.most), self.tally.most, self.tally.risk_each).low >= level
                low, high = (low, middle) if shown else (middle, high)
            self._shown[level] = high
        return self._shown[level]

    def _looked(self, stage: int) -> Bools:
        found = np.zeros(len(self.tally.lattice), dtype=bool)
        found[[number for number in self.tally.late_d if self.tally.tried(number) >= stage]] = True
        return found

    def _audit(self, stage: int) -> None:
        """Simulate some of what was ruled out unseen; one that surely meets the level ends all inference."""
        tally = self.tally
        for level in self.levels:
            unseen = [int(one) for one in np.flatnonzero(self.ruled_out(level)) if int(one) not in tally.late_d]
            left = AUDITED - self._audited.get(level, 0)
            if left > 0 and unseen:
                chosen = unseen[:: max(AUDIT, math.ceil(len(unseen) / left))]
                self._audited[level] = self._audited.get(level, 0) + len(chosen)
                tally.look(dict.fromkeys(chosen, tally.first))
        if any(
            self.ruled_out(level)[number] and tally.verdict(number, level) == "meets"
            for level in self.levels
            for number in tally.late_d
        ):
            tally.order.broken = True
            self._settle(stage)

    def ruled_out(self, level: float) -> Bools:
        """Return which packages pull no more than one that surely misses the level."""
        kept = self.tally.order.monotone.tobytes()
        known, missed, found = self._out.get(level, (b"", set(), np.zeros(0, dtype=bool)))
        if known != kept:
            missed, found = set(), np.zeros(len(self.tally.lattice), dtype=bool)
        for number in self.tally.late_d:
            if number not in missed and self.tally.verdict(number, level) == "misses":
                missed.add(number)
                found |= self.tally.order.below(number)
        self._out[level] = kept, missed, found
        return found

    def answer(self, level: float) -> int | None:
        """Return the cheapest package that surely meets the level; of several that cost the same, the surest."""
        tally = self.tally
        sure = [number for number in tally.late_d if tally.verdict(number, level) == "meets"]
        return min(sure, key=lambda one: (tally.lattice.costs[one], -tally.chance(one).value), default=None)

    def active(self, level: float) -> Bools:
        """Return the packages of which more replications could change the answer."""
        tally, best = self.tally, self.answer(level)
        limit = math.inf if best is None else float(tally.lattice.costs[best])
        found: Bools = (tally.lattice.costs <= limit) & ~self.ruled_out(level)
        found[list(tally.invalid)] = False
        for number in tally.late_d:
            if found[number]:
                found[number] = number != best and self._open(number, level, best)
        if best is not None:
            rivals = found & (tally.lattice.costs == limit)
            found[best] = any(rivals[number] for number in tally.late_d)
        return found

    def _open(self, number: int, level: float, best: int | None) -> bool:
        verdict = self.tally.verdict(number, level)
        if best is None or self.tally.lattice.costs[number] < self.tally.lattice.costs[best]:
            return verdict == "doubt"
        difference = self.tally.difference(number, best)  # settled when it is surely less sure, or as good
        return verdict != "misses" and not (difference.high < 0.0 or difference.within(0.0, APART))

    def known(self) -> tuple[Level, ...]:
        """Return what is known of every level."""
        return tuple(self._level(level) for level in self.levels)

    def _level(self, level: float) -> Level:
        tally, answer = self.tally, self.answer(level)
        costs = tally.lattice.costs
        limit = math.inf if answer is None else float(costs[answer])
        cheaper: Bools = (costs < limit) & ~self.ruled_out(level)
        cheaper[list(tally.invalid)] = False
        doubt = [n for n in sorted(tally.late_d) if cheaper[n] and tally.verdict(n, level) in ("doubt", "tie")]
        doubt.sort(key=lambda one: (-tally.chance(one).value, costs[one]))  # the likeliest first
        cheaper[list(tally.late_d)] = False
        unseen = int(np.count_nonzero(cheaper))
        best = max(tally.late_d, key=lambda one: (tally.chance(one).value, -costs[one]), default=None)
        return Level(
            level,
            FOUND if answer is not None else IN_DOUBT if doubt or unseen else NOTHING,
            best if answer is None else answer,
            tuple(Doubt(number, self._more(number, level)) for number in doubt),
            tuple(self._ties(answer, level)) if answer is not None else (),
            unseen,
        )

    def _more(self, number: int, level: float) -> int | None:
        chance = self.tally.chance(number)
        whole = replications_to_tell(chance.value, level, self.tally.risk_each)
        return None if whole is None else max(whole - chance.n, 1)

    def _ties(self, answer: int, level: float) -> list[int]:
        tally = self.tally
        return [
            number
            for number in tally.late_d
            if number != answer
            and tally.lattice.costs[number] == tally.lattice.costs[answer]
            and tally.verdict(number, level) != "misses"
            and tally.chance(number).value >= level - APART
            and tally.difference(number, answer).high >= 0.0
        ]
