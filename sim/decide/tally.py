"""What was simulated of each package so far, with the same luck for all, and what is sure of it at whatever look.

The chance that any verdict on a simulated package is ever wrong is at most `RISK`, shared equally among all packages.
See docs/formulations.md.

An interval at one number of replications fails more often than it says when it is looked at again and again. The
confidence sequences here hold at all numbers of replications together, so replications can be added until a question
is settled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaln, expit, xlog1py, xlogy

from sim.analysis.estimates import Estimate, Proportion, wilson
from sim.decide.packages import Lattice, PackageOrder

_MOST_PAIRS: Final = 10**9
"""More pairs than anybody runs."""

RISK: Final = 0.05
"""Chance that any of all verdicts is wrong."""
FIRST: Final = 50
"""Replications of a first look: a large plan takes as long to compile as these to simulate."""
APART: Final = 0.02
"""Indifference zone: chances closer than this to a level, or to each other, need not be told apart."""


@lru_cache(maxsize=65536)
def share(met: int, tried: int, risk: float) -> Estimate:
    """Return the share of successes; the chance that the limits ever miss the truth is at most `risk`.

    Source: Robbins, Annals of Mathematical Statistics 41 (1970) 1397-1409, with a uniform mixture: by Ville's
    inequality the mean of the likelihood over all shares exceeds the likelihood of the true one by a factor of
    1 / risk at any time with a chance of at most `risk`. Recalled.
    """
    if not tried:
        return Estimate(0.5, 0.0, 1.0)
    value = met / tried
    mixed = float(betaln(met + 1, tried - met + 1)) + math.log(risk)

    def over(p: float) -> float:
        return float(xlogy(met, p) + xlog1py(tried - met, -p)) - mixed

    low = 0.0 if met == 0 else float(brentq(over, 1e-300, value, xtol=1e-12)) if over(value) > 0 else value
    high = 1.0 if met == tried else float(brentq(over, value, 1.0 - 1e-16, xtol=1e-12)) if over(value) > 0 else value
    return Estimate(value, low, high)


def paired(only_first: int, only_second: int, tried: int, risk: float) -> Estimate:
    """Return the first share less the second, from pairs; half the risk goes to how often they differ.

    Among pairs that differ, which of the two succeeded is a coin; the sign test of McNemar, at all looks.
    """
    differ = only_first + only_second
    often, wins = share(differ, tried, risk / 2.0), share(only_first, differ, risk / 2.0)
    lean_low, lean_high = 2.0 * wins.low - 1.0, 2.0 * wins.high - 1.0
    low = lean_low * (often.high if lean_low < 0.0 else often.low)
    high = lean_high * (often.high if lean_high > 0.0 else often.low)
    return Estimate((only_first - only_second) / max(tried, 1), low, high)


def pairs_to_tell(only_first: int, only_second: int, tried: int, risk: float) -> int | None:
    """Return how many pairs would show that the first share is larger, did they go on as so far; None if it is not."""
    if only_first <= only_second:
        return None
    low, high = 1.0, 2.0
    while not _told(only_first, only_second, tried, risk, high):
        low, high = high, 2.0 * high
        if high * tried > _MOST_PAIRS:
            return None
    while high - low > 0.05 * low:
        middle = (low + high) / 2.0
        low, high = (low, middle) if _told(only_first, only_second, tried, risk, middle) else (middle, high)
    return math.ceil(high * tried)


def _told(only_first: int, only_second: int, tried: int, risk: float, times: float) -> bool:
    first, second, pairs = (round(times * one) for one in (only_first, only_second, tried))
    return paired(first, second, pairs, risk).low > 0.0


def replications_to_tell(value: float, level: float, risk: float) -> int | None:
    """Return about how many replications settle on which side of a level a share lies; None when they are equal.

    The width of `share` for many replications, Source: its normal limit (Laplace's method).
    """
    apart = abs(value - level)
    if apart < 1e-6:
        return None
    spread = max(value * (1.0 - value), 1e-4) / apart**2
    n = spread
    for _ in range(20):
        looks = n / (2.0 * math.pi * max(value * (1.0 - value), 1e-4))
        n = spread * (2.0 * math.log(1.0 / risk) + math.log(max(looks, 2.0)))
    return math.ceil(n)


Floats: TypeAlias = NDArray[np.float64]
Verdict: TypeAlias = Literal["meets", "misses", "tie", "doubt"]


@dataclass(frozen=True, slots=True)
class Request:
    """Replications `first` to `first + count - 1` of one package."""

    option: int
    first: int
    count: int


Simulate: TypeAlias = Callable[[Sequence[Request]], Sequence["Floats | None"]]
"""Gives for each request how many days after its date the goal is reached, infinity for never; None if invalid."""


class Tally:
    """Replications by package, shape (replications,) each, as they come in."""

    def __init__(
        self,
        lattice: Lattice,
        simulate: Simulate,
        *,
        most: int,
        budget: int,
        first: int = FIRST,
        risk: float = RISK,
        on_progress: Callable[[int], None] = lambda _spent: None,
    ) -> None:
        """`most` replications at most are spent on one package, and `budget` in all."""
        self.lattice, self.order = lattice, PackageOrder(lattice)
        self.most, self.budget, self.first, self.risk = most, budget, min(first, most), risk
        self.late_d: dict[int, Floats] = {}
        """By package, days after the goal's date in each replication."""
        self.invalid: set[int] = set()
        self._simulate, self._on_progress = simulate, on_progress
        self._counted: dict[tuple[int, int], int] = {}

    def look(self, wanted: Mapping[int, int]) -> list[int]:
        """Bring packages to so many replications while the budget lasts; return those of them that have outcomes.

        What speaks against the order of the levers is counted.
        """
        requests = self._affordable(
            Request(number, self.tried(number), count - self.tried(number))
            for number, count in wanted.items()
            if count > self.tried(number) and number not in self.invalid
        )
        if requests:
            for request, late_d in zip(requests, self._simulate(requests), strict=True):
                if late_d is None:
                    self.invalid.add(request.option)
                else:
                    known = self.late_d.get(request.option, np.empty(0))
                    self.late_d[request.option] = np.concatenate([known, late_d])
            self._test(sorted({request.option for request in requests} & self.late_d.keys()))
            self._on_progress(self.replications)
        return [number for number in wanted if number in self.late_d]

    def _affordable(self, requests: Iterable[Request]) -> list[Request]:
        """Return requests until the budget is spent; a first look is whole or not taken, others are cut short."""
        found, left = [], self.budget - self.replications
        for one in requests:
            count = min(one.count, left) if one.first else one.count
            if 0 < count <= left:
                found.append(Request(one.option, one.first, count))
                left -= count
        return found

    def _test(self, changed: Sequence[int]) -> None:
        seen = list(self.late_d)
        pairs = (pair for one in changed for pair in self.order.steps(one, seen))
        for less, more, lever in dict.fromkeys(pairs):
            since, until = self._counted.get((less, more), 0), min(self.tried(less), self.tried(more))
            met_less, met_more = (self.late_d[one][since:until] <= 0.0 for one in (less, more))
            self.order.pairs[lever] += until - since
            self.order.against[lever] += np.count_nonzero(met_less & ~met_more)
            self._counted[less, more] = until

    # --- what is known of one package, and of two -------------------------------------------------------------------

    def tried(self, number: int) -> int:
        """Return the replications of a package so far."""
        return self.late_d[number].size if number in self.late_d else 0

    @property
    def replications(self) -> int:
        """Return all replications so far."""
        return sum(one.size for one in self.late_d.values())

    def met(self, number: int, until: int | None = None) -> int:
        """Return in how many replications, of the first `until`, a package reached the goal by its date."""
        return int(np.count_nonzero(self.late_d[number][:until] <= 0.0)) if number in self.late_d else 0

    def chance(self, number: int) -> Proportion:
        """Return the chance of a simulated package with its interval at the last look alone."""
        return wilson(self.met(number), self.tried(number))

    @property
    def risk_each(self) -> float:
        """Return the risk of one package: half goes to chances, half to comparisons of two."""
        return self.risk / (2.0 * len(self.lattice))

    def verdict(self, number: int, level: float) -> Verdict:
        """Return what is sure of the chance of a package, at all looks together."""
        if number in self.invalid:
            return "misses"
        band = share(self.met(number), self.tried(number), self.risk_each)
        if band.low >= level:
            return "meets"
        if band.high < level:
            return "misses"
        return "tie" if band.within(level, APART) else "doubt"

    def difference(self, first: int, second: int) -> Estimate:
        """Return the chance of the first less that of the second, from their common replications."""
        n = min(self.tried(first), self.tried(second))
        if not n:
            return Estimate(0.0, -1.0, 1.0)
        one, two = (self.late_d[number][:n] <= 0.0 for number in (first, second))
        each = self.risk / (len(self.lattice) * max(len(self.lattice) - 1, 1))
        return paired(int(np.count_nonzero(one & ~two)), int(np.count_nonzero(two & ~one)), n, each)

    def guess(self) -> Floats:
        """Return the chance that each package seems to have; it orders what is looked at, and decides nothing.

        The odds are taken to grow with the days that the levers bring alone, added up, and with each lever by itself
        (ridge regression of what was looked at), and never to fall where more is no worse; a package's own
        replications count beside that as many more.
        """
        lattice, looked, days = self.lattice, list(self.late_d), self._days_alone()
        tried, met = np.array([[self.tried(one), self.met(one)] for one in looked], dtype=float).reshape(-1, 2).T
        places = [(lever, pull) for lever, size in enumerate(lattice.sizes) for pull in range(1, size)]
        each = np.array([lattice.pulls[lever, looked] == pull for lever, pull in places], dtype=float)
        alone = sum(gain[lattice.pulls[lever, looked]] for lever, gain in enumerate(days))
        known = np.vstack([np.ones(len(looked)), alone, *each])
        held = np.diag([1e-6, 1e-6, *[float(self.first)] * len(places)])
        found = np.linalg.solve(known * tried @ known.T + held, known * tried @ np.log((met + 1) / (tried - met + 1)))
        odds = np.full(len(lattice), found[0])
        rest = dict(zip(places, found[2:], strict=True))
        for lever, gain in enumerate(days):
            added = found[1] * gain + np.array([0.0, *(rest[lever, pull] for pull in range(1, gain.size))])
            odds += (np.maximum.accumulate(added) if lattice.directed[lever] else added)[lattice.pulls[lever]]
        chance: Floats = expit(odds)
        chance[looked] = (met + self.first * chance[looked]) / (tried + self.first)
        return chance

    def _days_alone(self) -> list[Floats]:
        """Return for each lever the days that it brings alone by how far it is pulled, in units of the most."""
        gains = [np.zeros(size) for size in self.lattice.sizes]
        nothing, *singles = self.lattice.alone()
        if nothing in self.late_d:
            far = max(float(one[np.isfinite(one)].max(initial=0.0)) for one in self.late_d.values())
            for number in (one for one in singles if one in self.late_d):
                n = min(self.tried(number), self.tried(nothing))
                here, there = (np.minimum(self.late_d[one][:n], far) for one in (nothing, number))
                lever = int(np.flatnonzero(self.lattice.pulls[:, number])[0])
                gains[lever][self.lattice.pulls[lever, number]] = float(np.mean(here - there))
        most = max((float(np.abs(gain).max()) for gain in gains), default=0.0)
        return [gain / most for gain in gains] if most > 0.0 else gains
