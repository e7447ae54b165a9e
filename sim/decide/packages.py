"""Packages of levers in the order of more and less, and whether that order holds in what was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

MOST_AGAINST: Final = 0.01
"""Share of pairs in which pulling more did worse, above which a lever is no longer taken to be monotone."""
DOUBT: Final = 0.01
"""Chance of so many pairs against it, were the share just that, below which a lever is refuted: one pair is luck."""
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Option:
    """One package: what it costs, and how far each lever is pulled in it."""

    cost: float
    pulls: tuple[int, ...]
    """For each lever 0 as it is, 1, 2 ... pulled further."""


@dataclass(frozen=True, slots=True)
class LeverTest:
    """Pairs of replications with the same luck that differ in how far one lever is pulled."""

    lever: int
    pairs: int
    against: int
    """Pairs in which pulling more missed and pulling less met."""
    monotone: bool
    """Whether more of it is taken to be no worse."""


class Order:
    """Which packages pull at least as much as others; levers that the pairs speak against count as unlike."""

    def __init__(self, options: Sequence[Option], directed: Sequence[bool]) -> None:
        self.pulls = np.array([one.pulls for one in options], dtype=np.int64).reshape(len(options), len(directed))
        self.directed = np.array(directed, dtype=bool)
        self.pairs = np.zeros(len(directed), dtype=np.int64)
        self.against = np.zeros(len(directed), dtype=np.int64)
        self.broken = False

    @property
    def monotone(self) -> Bools:
        """Return which levers are taken to be monotone: those said to have a direction, tested, and not refuted."""
        if self.broken:
            return np.zeros_like(self.directed)
        rest = self.pairs - self.against
        beyond = betainc(np.maximum(self.against, 1), rest + 1, MOST_AGAINST)
        chance = np.where(self.against > 0, beyond, 1.0)  # of so many against, were it 1 %
        kept: Bools = self.directed & (self.pairs > 0) & (chance >= DOUBT)
        return kept

    def below(self, option: int) -> Bools:
        """Return which packages pull no more than this one, itself included."""
        return self._compared(self.pulls <= self.pulls[option], option)

    def maximal(self, among: Bools) -> list[int]:
        """Return those of `among` that no other of them pulls more than."""
        numbers = np.flatnonzero(among)
        return [int(one) for one in numbers if not self._above(int(one))[among].any()]

    def _above(self, option: int) -> Bools:
        unlike: Bools = np.any(self.pulls != self.pulls[option], axis=1)
        above: Bools = self._compared(self.pulls >= self.pulls[option], option) & unlike
        return above

    def _compared(self, side: Bools, option: int) -> Bools:
        same = self.pulls == self.pulls[option]
        found: Bools = np.all(np.where(self.monotone, side, same), axis=1)
        return found

    def steps(self, option: int, others: Sequence[int]) -> list[tuple[int, int, int]]:
        """Return (less, more, lever) for `option` with each of `others` from which it differs in one directed lever."""
        differ = self.pulls[list(others)] != self.pulls[option]
        found = []
        for place in map(int, np.flatnonzero(differ.sum(axis=1) == 1)):
            other, lever = others[place], int(np.flatnonzero(differ[place])[0])
            if self.directed[lever]:
                more = self.pulls[option, lever] > self.pulls[other, lever]
                found.append((other, option, lever) if more else (option, other, lever))
        return found

    def pilot(self) -> list[int]:
        """Return the packages that test each lever: none, each alone, all, and all but each, as far as they exist."""
        most = np.where(self.directed, self.pulls.max(axis=0), 0)
        wanted = [np.zeros_like(most), most]
        for lever in np.flatnonzero(self.directed):
            alone, without = np.zeros_like(most), most.copy()
            alone[lever], without[lever] = most[lever], 0
            wanted += [alone, without]
        found = [np.flatnonzero((self.pulls == one).all(axis=1)) for one in wanted]
        return sorted({int(one[0]) for one in found if one.size})

    def tests(self) -> tuple[LeverTest, ...]:
        """Return what was tested of each lever."""
        kept = self.monotone
        return tuple(
            LeverTest(lever, int(self.pairs[lever]), int(self.against[lever]), bool(kept[lever]))
            for lever in range(self.directed.size)
        )
