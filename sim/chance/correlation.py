"""Shared luck: random values whose normal scores are correlated, some of them observed already.

A Gaussian copula: the score of a value is the normal quantile of its draw, so that correlating scores leaves every
value its own law. What has been observed conditions the scores of the rest, in closed form.

Source: Nelsen, An Introduction to Copulas (2006), section 2; Anderson, An Introduction to Multivariate Statistical
Analysis (2003), section 2.5, for the conditional normal law.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Together:
    """Streams whose draws are correlated: score = offset + weights @ scores of the sources, draw by draw.

    The scores are normal quantiles of the draws, so every draw stays uniform unless an offset says what is known.
    """

    members: tuple[int, ...]
    sources: tuple[int, ...]
    """Streams whose independent draws are mixed; members may be among them."""
    offsets: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    """Shape (members, sources)."""


@dataclass(frozen=True, slots=True)
class FigureName:
    """What a drawn figure is: location or spread of the slips of a class."""

    law: str
    what: str
    agency: str
    kind: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that are drawn once a replication, jointly normal: figure = best + weights @ scores of the streams."""

    streams: tuple[int, ...] = ()
    best: tuple[float, ...] = ()
    weights: tuple[tuple[float, ...], ...] = ()
    """Shape (figures, streams)."""
    names: tuple[FigureName, ...] = ()


@dataclass(frozen=True, slots=True)
class JointDraws:
    """All that the streams of a campaign share."""

    together: tuple[Together, ...] = ()
    figures: Figures = field(default_factory=Figures)


LEAST_PIVOT = 1e-9
"""Share of its variance that a value must keep for itself, or its luck is all decided by the others."""

ROUNDING = 1e-12
"""Covariance that is left over from sums which cancel."""

Sparse = list[dict[int, float]]
"""Rows of a lower triangular matrix, their weights that are not 0 by column."""


@dataclass(frozen=True, slots=True)
class SharedGroup:
    """Values that the scenario names together, with the coefficient of every pair of them."""

    name: str
    coefficient: float
    size: int


@dataclass(frozen=True, slots=True)
class Kin:
    """The programme a value belongs to, and how the values of its law are correlated."""

    law: str
    programme: str
    shared: bool
    """Whether the scenario names the programme, so that others may belong to it."""
    within: float
    across: float

    @property
    def law_factor(self) -> str:
        """Name of the factor that all values of the law share."""
        return f"luck/{self.law}"

    @property
    def programme_factor(self) -> str:
        """Name of the factor that the values of the programme share."""
        return f"luck/{self.law}/{self.programme}"


@dataclass(frozen=True, slots=True)
class Member:
    """A random value that shares luck."""

    name: str
    groups: frozenset[str] = frozenset()
    kin: Kin | None = None
    observed: float | None = None
    """Its normal score, when it has happened."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Scores that move together: score = offset + weights @ (independent scores of the sources).

    Sources are shared factors, by name, and then the members themselves, whose own independent score comes last.
    """

    factors: tuple[str, ...]
    members: tuple[int, ...]
    """Places in the sequence of members, without those that have been observed."""
    offsets: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    """Shape (members, factors + members)."""


def group_factor(name: str) -> str:
    """Return the name of the factor that the values of a group share."""
    return f"correlation/{name}"


class ImpossibleError(ValueError):
    """Coefficients that no random values can have; `members` are the places of those that show it."""

    def __init__(self, members: tuple[int, ...]) -> None:
        super().__init__("the coefficients contradict each other")
        self.members = members


class AmbiguousError(ValueError):
    """Two groups of one size give a pair different coefficients."""

    def __init__(self, first: str, second: str, pair: tuple[int, int]) -> None:
        super().__init__(f"{first} and {second} give the same pair different coefficients")
        self.first, self.second, self.pair = first, second, pair


def entwine(members: Sequence[Member], groups: Mapping[str, SharedGroup]) -> tuple[Bundle, ...]:
    """Return the bundles of members that are correlated at all; raises ImpossibleError and AmbiguousError."""
    return _entwined(tuple(members), tuple(groups.items()))


@lru_cache(8)
def _entwined(members: tuple[Member, ...], named: tuple[tuple[str, SharedGroup], ...]) -> tuple[Bundle, ...]:
    groups = dict(named)
    pairs = {
        (i, j): value for i, j in combinations(range(len(members)), 2) if (value := _pair(members, groups, i, j)) != 0.0
    }
    return tuple(_bundle(members, part, pairs) for part in _parts(len(members), pairs))


def _pair(members: Sequence[Member], groups: Mapping[str, SharedGroup], i: int, j: int) -> float:
    """Return the coefficient of two members: of the smallest group that names both, else of their law."""
    first, second = members[i], members[j]
    named = (groups[name] for name in first.groups & second.groups)
    shared = sorted(named, key=lambda group: (group.size, group.name))
    if shared:
        for other in shared[1:]:
            if other.size == shared[0].size and other.coefficient != shared[0].coefficient:
                raise AmbiguousError(shared[0].name, other.name, (i, j))
        return shared[0].coefficient
    one, two = first.kin, second.kin
    if one is None or two is None or one.law != two.law:
        return 0.0
    return one.within if one.programme == two.programme else one.across


def _parts(count: int, pairs: Mapping[tuple[int, int], float]) -> Iterator[list[int]]:
    """Return the sets of members that are correlated with each other, directly or through others."""
    root = list(range(count))

    def find(item: int) -> int:
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item

    for first, second in pairs:
        one, two = sorted((find(first), find(second)))
        root[two] = one
    parts: dict[int, list[int]] = {}
    for item in range(count):
        parts.setdefault(find(item), []).append(item)
    yield from (part for part in parts.values() if len(part) > 1)


def _bundle(members: Sequence[Member], part: list[int], pairs: Mapping[tuple[int, int], float]) -> Bundle:
    """Return how a set of correlated members is drawn.

    Where shared factors explain the coefficients, a member's draw depends on them and on itself, so that another
    member changes nothing for it. Otherwise each depends on those before it.
    """
    known = [item for item in part if members[item].observed is not None]
    drawn = [item for item in part if members[item].observed is None]
    loads = _loads(members, part, pairs)
    factors = tuple(dict.fromkeys(name for load in loads.values() for name in load))

    def covariance(one: int | str, two: int | str) -> float:
        if one == two:
            return 1.0
        if isinstance(one, str) or isinstance(two, str):
            name, item = (one, two) if isinstance(one, str) else (two, one)
            return 0.0 if isinstance(item, str) else loads[item].get(str(name), 0.0)
        return pairs.get((min(one, two), max(one, two)), 0.0)

    order: list[int | str] = [*known, *factors, *drawn]
    root = lower_root(order, covariance)
    scores = _solve(root, [members[item].observed or 0.0 for item in known])
    first, rows = len(known), root[len(known) + len(factors) :]
    offsets = tuple(math.fsum(row.get(place, 0.0) * score for place, score in enumerate(scores)) for row in rows)
    weights = tuple(tuple(row.get(place, 0.0) for place in range(first, len(order))) for row in rows)
    return Bundle(factors, tuple(drawn), offsets, weights)


def _loads(
    members: Sequence[Member], part: list[int], pairs: Mapping[tuple[int, int], float]
) -> dict[int, dict[str, float]]:
    """Return the weight of each shared factor in each member; empty where factors cannot explain the coefficients."""
    values = {pairs.get(pair, 0.0) for pair in combinations(part, 2)}
    groups = {members[item].groups for item in part}
    if len(groups) == 1 and len(next(iter(groups))) == 1 and len(values) == 1 and min(values) > 0.0:
        name = group_factor(next(iter(next(iter(groups)))))
        return {item: {name: math.sqrt(min(values))} for item in part}
    if any(members[item].groups for item in part):
        return {item: {} for item in part}
    return {item: _law_loads(members[item].kin) for item in part}


def _law_loads(kin: Kin | None) -> dict[str, float]:
    assert kin is not None  # what is in no group is correlated through its law
    found = {kin.law_factor: math.sqrt(kin.across)}
    if kin.shared:
        found[kin.programme_factor] = math.sqrt(max(kin.within - kin.across, 0.0))
    return {factor: load for factor, load in found.items() if load > 0.0}


def lower_root(order: Sequence[int | str], covariance: Callable[[int | str, int | str], float]) -> Sparse:
    """Return the lower triangular root of a covariance matrix (Cholesky), row by row; raises ImpossibleError."""
    root: Sparse = []
    for i, one in enumerate(order):
        row: dict[int, float] = {}
        for j in range(i):
            other = root[j]
            rest = covariance(one, order[j]) - sum(weight * other.get(k, 0.0) for k, weight in row.items())
            if abs(rest) > ROUNDING:
                row[j] = rest / other[j]
        left = covariance(one, one) - sum(weight * weight for weight in row.values())
        if not left > LEAST_PIVOT:
            behind = _behind(i, [*root, row])
            raise ImpossibleError(tuple(item for item in (order[n] for n in behind) if isinstance(item, int)))
        row[i] = math.sqrt(left)
        root.append(row)
    return root


def _behind(last: int, root: Sparse) -> list[int]:
    """Return the rows that a row depends on, directly or through others, and the row itself."""
    found, open_ = {last}, [last]
    while open_:
        new = root[open_.pop()].keys() - found
        found.update(new)
        open_ += new
    return sorted(found)


def _solve(root: Sparse, values: Sequence[float]) -> list[float]:
    """Return x with root x = values, for the first rows of a lower triangular matrix."""
    found: list[float] = []
    for place, (row, value) in enumerate(zip(root, values, strict=False)):
        found.append((value - sum(weight * found[k] for k, weight in row.items() if k < place)) / row[place])
    return found
