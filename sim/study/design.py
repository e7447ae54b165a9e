"""Designs: which cases a sweep is made of, from factors that are dotted paths into a scenario.

A case is a set of `--set` texts and variants. A Sobol design of more cases begins with the cases of fewer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import Distribution, Uniform
from sim.problems import InputError
from sim.study.chunks import Case

GRID, LHS, SOBOL, SALTELLI, TORNADO, ZIP = "grid", "lhs", "sobol", "saltelli", "tornado", "zip"
DESIGNS = (GRID, LHS, SOBOL, SALTELLI, TORNADO, ZIP)
AS_IT_IS = ""
"""A value that a case leaves as it is in the file."""
VARIANTS = "variants"
"""Name of the factor that chooses among variants."""
TAIL = 0.1
"""A tornado sets a range to the quantiles of this share and of one less this share."""
MOST_CASES = 1_000_000
"""Cases of a grid that fit in memory."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """A factor with a few values, each the text of a `--set` (or the variants to use, joined by `+`)."""

    path: str
    texts: tuple[str, ...]

    def text_at(self, u: float) -> str:
        """Return the value for a number from 0 to 1, all being equally likely."""
        return self.texts[min(int(u * len(self.texts)), len(self.texts) - 1)]

    def levels(self, count: int) -> tuple[float, ...]:
        """Return a number for each value; `count` is for ranges."""
        del count
        return tuple((index + 0.5) / len(self.texts) for index in range(len(self.texts)))


@dataclass(frozen=True, slots=True)
class Range:
    """A factor with a law over numbers of one unit."""

    path: str
    law: Distribution
    unit: str
    """What follows the number, with the blank; empty for bare numbers."""

    def text_at(self, u: float) -> str:
        """Return the quantile of share `u`, from 0 to 1, as text."""
        from sim.scenario.schema import Spread  # a worker and a reader of studies need no scenario language

        return Spread(self.law, self.unit).text_at(u)

    def levels(self, count: int) -> tuple[float, ...]:
        """Return evenly spaced shares: with both ends of a uniform law, else the middles of equal parts."""
        if isinstance(self.law, Uniform) and count > 1:
            return tuple(index / (count - 1) for index in range(count))
        return tuple((index + 0.5) / count for index in range(count))


Factor = Choice | Range


def cases_of(factors: Sequence[Factor], design: str, count: int, *, levels: int = 5, seed: int = 0) -> list[Case]:
    """Make the cases of a design; `count` is the number of points, `levels` of steps of a range in a grid.

    Raises:
        ValueError: if the design is not known.
        InputError: if it is a grid of more than `MOST_CASES`.
    """
    if design == GRID:
        return [_case(number, factors, point) for number, point in enumerate(_grid(factors, levels))]
    if design == TORNADO:
        return list(_tornado(factors))
    if design == ZIP:
        return list(_zipped(factors))
    if design == SALTELLI:
        return list(_saltelli(factors, count, seed))
    if design == LHS:
        from scipy.stats import qmc  # half a second and more, which readers of folders need not wait for

        points = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(count)
    elif design == SOBOL:
        points = _sobol(len(factors), count, seed)
    else:
        raise ValueError(f"no design {design!r}; known are {', '.join(DESIGNS)}")
    return [_case(number, factors, point) for number, point in enumerate(points)]


def count_cases(factors: Sequence[Factor], design: str, count: int, *, levels: int = 5) -> int:
    """Count the cases that `cases_of` would make, without making them."""
    if design == GRID:
        return math.prod(len(factor.levels(levels)) for factor in factors)
    if design == TORNADO:
        return 1 + sum(len(factor.texts) if isinstance(factor, Choice) else 2 for factor in factors)
    if design == ZIP:
        return len(factors[0].texts) if factors and isinstance(factors[0], Choice) else 0
    return count * (len(factors) + 2) if design == SALTELLI else count


def _grid(factors: Sequence[Factor], levels: int) -> Iterator[tuple[float, ...]]:
    size = count_cases(factors, GRID, 0, levels=levels)
    if size > MOST_CASES:
        raise InputError(f"the grid has {size:,} cases, more than {MOST_CASES:,}; use --design sobol with --cases")
    return itertools.product(*(factor.levels(levels) for factor in factors))


def _zipped(factors: Sequence[Factor]) -> Iterator[Case]:
    """Return the first value of every factor together, then the second, and so on."""
    count = count_cases(factors, ZIP, 0)
    for number, share in enumerate(Choice("", ("",) * count).levels(0)):
        yield _case(number, factors, [share] * len(factors))


def _sobol(dimensions: int, count: int, seed: int) -> Points:
    """Return the first points of one scrambled sequence: a longer design begins with a shorter one."""
    from scipy.stats import qmc

    whole = 1 << max(count - 1, 0).bit_length()  # drawn in powers of two, where the sequence is balanced

    points: Points = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed)).random(whole)
    return points[:count]


def _saltelli(factors: Sequence[Factor], count: int, seed: int) -> Iterator[Case]:
    """Return, for each of `count` points, A, B and A with one column of B for each factor.

    Source: Saltelli et al., Computer Physics Communications 181 (2010) 259-270.
    """
    size = len(factors)
    both = _sobol(2 * size, count, seed)
    number = itertools.count()
    for first, second in zip(both[:, :size], both[:, size:], strict=True):
        yield _case(next(number), factors, first, "A")
        yield _case(next(number), factors, second, "B")
        for column, factor in enumerate(factors):
            mixed = first.copy()
            mixed[column] = second[column]
            yield _case(next(number), factors, mixed, f"AB:{factor.path}")


def _tornado(factors: Sequence[Factor]) -> Iterator[Case]:
    """Return the scenario as it is, then each factor alone at its low and at its high end."""
    yield Case(0, (), (), "base")
    number = itertools.count(1)
    for factor in factors:
        if isinstance(factor, Choice):
            ends = [(f"value {text}", text) for text in factor.texts]
        else:
            ends = [("low", factor.text_at(TAIL)), ("high", factor.text_at(1.0 - TAIL))]
        for word, text in ends:
            case = _case(next(number), (Choice(factor.path, (text,)),), (0.5,))
            yield Case(case.number, case.variants, case.settings, f"{word}:{factor.path}")


def _case(number: int, factors: Sequence[Factor], point: Sequence[float] | Points, role: str = "") -> Case:
    all_texts = [(factor.path, factor.text_at(float(u))) for factor, u in zip(factors, point, strict=True)]
    texts = [(path, text) for path, text in all_texts if text != AS_IT_IS]
    chosen = [text for path, text in texts if path == VARIANTS]
    variants = tuple(name for text in chosen for name in text.split("+") if name != "none")
    return Case(number, variants, tuple(pair for pair in texts if pair[0] != VARIANTS), role)
