"""Packages of levers in the order of more and less, and whether that order holds in what was simulated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from sim.study.chunks import Case
from sim.study.design import VARIANTS
from sim.study.levers import Lever, Package

MOST_PACKAGES: Final = 2_000_000
"""Packages whose costs and pulls fit into some hundred megabytes; few of them are ever simulated."""
MOST_AGAINST: Final = 0.01
"""Share of pairs in which pulling more did worse, above which a lever is no longer taken to be monotone."""
DOUBT: Final = 0.01
"""Chance of so many pairs against it, were the share just that, below which a lever is refuted: one pair is luck."""
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Pulls = NDArray[np.int16]


class Lattice:
    """Packages by number, the cheapest first: what each costs, and how far it pulls each lever."""

    def __init__(self, costs: Floats, pulls: Pulls, directed: Sequence[bool]) -> None:
        """`pulls` has shape (levers, packages): 0 as it is, 1, 2 ... further; `directed` has a word for each lever."""
        self.costs = costs
        self.pulls = np.ascontiguousarray(pulls, dtype=np.int16)
        self.directed = np.array(directed, dtype=bool)
        self.sizes = tuple(int(row.max(initial=0)) + 1 for row in self.pulls)
        self._numbers = np.full(math.prod(self.sizes), -1, dtype=np.int64)
        self._numbers[np.ravel_multi_index(tuple(self.pulls), self.sizes)] = np.arange(costs.size)

    def __len__(self) -> int:
        return int(self.costs.size)

    def number_of(self, pulls: Sequence[int]) -> int | None:
        """Return the package that pulls just so; None where there is none."""
        found = int(self._numbers[np.ravel_multi_index(tuple(map(int, pulls)), self.sizes)])
        return None if found < 0 else found

    def further(self, number: int) -> dict[int, tuple[int, int]]:
        """Return the packages that pull one lever further than this one, with (lever, how far)."""
        here = [int(row[number]) for row in self.pulls]
        found = {}
        for lever, size in enumerate(self.sizes):
            for pull in range(here[lever] + 1, size):
                other = self.number_of([*here[:lever], pull, *here[lever + 1 :]])
                if other is not None:
                    found[other] = lever, pull
        return found

    def alone(self) -> list[int]:
        """Return nothing pulled, then each lever alone, as far as it goes: numbers in their order."""
        nothing = self.number_of([0] * len(self.sizes))
        return [] if nothing is None else [nothing, *sorted(self.further(nothing))]

    def pilot(self) -> list[int]:
        """Return the packages that test each lever: none, each alone, all, and all but each, as far as they exist."""
        most = [size - 1 if one else 0 for size, one in zip(self.sizes, self.directed, strict=True)]
        wanted = [[0] * len(most), most]
        for lever in map(int, np.flatnonzero(self.directed)):
            wanted += [[most[lever] if one == lever else 0 for one in range(len(most))]]
            wanted += [[0 if one == lever else pull for one, pull in enumerate(most)]]
        return sorted({number for one in wanted if (number := self.number_of(one)) is not None})


class Packages:
    """Every package of some levers, the cheapest first, each made when it is asked for."""

    def __init__(self, levers: Sequence[Lever]) -> None:
        """Raise ValueError if there are more than `MOST_PACKAGES`."""
        sizes = [len(lever.texts) + 1 for lever in levers]
        if math.prod(sizes) > MOST_PACKAGES:
            raise ValueError(
                f"the levers make {math.prod(sizes):,} packages, more than {MOST_PACKAGES:,}; "
                "leave out values, or levers that `ilrs seek` on each alone shows to do little"
            )
        self.levers = tuple(levers)
        self._ranked = [sorted(range(len(one.costs)), key=one.costs.__getitem__) for one in levers]
        pulls = np.indices(sizes, dtype=np.int16).reshape(len(sizes), -1)
        costs = np.zeros(pulls.shape[1])
        for lever, row in zip(levers, pulls, strict=True):
            costs += np.array([0.0, *sorted(lever.costs)])[row]
        costs = np.round(costs, 9)
        order = np.lexsort((np.count_nonzero(pulls, axis=0), costs))
        self.lattice = Lattice(costs[order], pulls[:, order], [one.path != VARIANTS for one in levers])

    def __len__(self) -> int:
        return len(self.lattice)

    def __getitem__(self, number: int) -> Package:
        pulled = [
            (lever, ranked[pull - 1])
            for lever, ranked, pull in zip(self.levers, self._ranked, self.lattice.pulls[:, number], strict=True)
            if pull
        ]
        texts = [(lever.path, lever.texts[place]) for lever, place in pulled]
        variants = tuple(text for path, text in texts if path == VARIANTS)
        settings = tuple(pair for pair in texts if pair[0] != VARIANTS)
        return Package(Case(number, variants, settings), math.fsum(lever.costs[place] for lever, place in pulled))

    def alone(self) -> list[int]:
        """Return the packages that pull one lever."""
        return self.lattice.alone()[1:]

    def together(self, first: int, second: int) -> int:
        """Return the package that pulls what either of two does, each lever as far as the one that pulls it more."""
        both = np.maximum(self.lattice.pulls[:, first], self.lattice.pulls[:, second])
        found = self.lattice.number_of([int(one) for one in both])
        return first if found is None else found


@dataclass(frozen=True, slots=True)
class LeverTest:
    """Pairs of replications with the same luck that differ in how far one lever is pulled."""

    lever: int
    pairs: int
    against: int
    """Pairs in which pulling more missed and pulling less met."""
    monotone: bool
    """Whether more of it is taken to be no worse."""


class PackageOrder:
    """Which packages pull at least as much as others; levers that the pairs speak against count as unlike."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.pairs = np.zeros(len(lattice.sizes), dtype=np.int64)
        self.against = np.zeros(len(lattice.sizes), dtype=np.int64)
        self.broken = False

    @property
    def monotone(self) -> Bools:
        """Return which levers are taken to be monotone: those said to have a direction, tested, and not refuted."""
        if self.broken:
            return np.zeros_like(self.lattice.directed)
        rest = self.pairs - self.against
        beyond = betainc(np.maximum(self.against, 1), rest + 1, MOST_AGAINST)
        chance = np.where(self.against > 0, beyond, 1.0)  # of so many against, were it 1 %
        kept: Bools = self.lattice.directed & (self.pairs > 0) & (chance >= DOUBT)
        return kept

    def below(self, option: int) -> Bools:
        """Return which packages pull no more than this one, itself included."""
        found = np.ones(len(self.lattice), dtype=bool)
        for row, monotone in zip(self.lattice.pulls, self.monotone, strict=True):
            found &= row <= row[option] if monotone else row == row[option]
        return found

    def widest(self, among: Bools, seems: Floats, most: int) -> list[int]:
        """Return up to `most` of `among` that together pull no less than all of it, those that seem best first."""
        waiting = np.flatnonzero(among)
        weight = self.lattice.pulls.sum(axis=0)[waiting]
        waiting = waiting[np.lexsort((waiting, -weight, -seems[waiting]))]
        found: list[int] = []
        while waiting.size and len(found) < most:
            found.append(int(waiting[0]))
            waiting = waiting[~self.below(found[-1])[waiting]]
        return found

    def steps(self, option: int, others: Sequence[int]) -> list[tuple[int, int, int]]:
        """Return (less, more, lever) for `option` with each of `others` from which it differs in one directed lever."""
        pulls = self.lattice.pulls
        differ = pulls[:, list(others)] != pulls[:, [option]]
        found = []
        for place in map(int, np.flatnonzero(differ.sum(axis=0) == 1)):
            other, lever = others[place], int(np.flatnonzero(differ[:, place])[0])
            if self.lattice.directed[lever]:
                more = pulls[lever, option] > pulls[lever, other]
                found.append((other, option, lever) if more else (option, other, lever))
        return found

    def tests(self) -> tuple[LeverTest, ...]:
        """Return what was tested of each lever."""
        kept = self.monotone
        return tuple(
            LeverTest(lever, int(self.pairs[lever]), int(self.against[lever]), bool(kept[lever]))
            for lever in range(kept.size)
        )
