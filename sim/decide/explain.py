"""Why nothing is possible: a smallest set of statements that cannot hold together, and the least change that helps.

A statement is something the user said that only takes possibilities away: a number of vehicles, a capacity, a
deadline. Physics and balances are background and are never blamed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.decide.keyed import changed
from sim.decide.proof import Proof

SHORTENING: Final = 0.6
"""Share of the time of an explanation that goes to the conflict; the rest is for its repairs."""
S = TypeVar("S", bound=Hashable)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Statement:
    """Something the user said that takes possibilities away."""

    key: str
    """Dotted key in the problem, `vehicles.ship.count`."""
    value: Hashable
    free: Hashable
    """The value that takes nothing away."""
    whole: bool
    """Whether only whole numbers make sense."""

    @property
    def text(self) -> str:
        """Return it as the user said it."""
        value = self.value
        if isinstance(value, tuple):
            return f"{self.key} {', '.join(map(str, value))}"
        return f"{self.key} {value:g}" if isinstance(value, (int, float)) else f"{self.key} {value}"


@dataclass(frozen=True, slots=True)
class Repair:
    """One statement changed by the least that helps, and what the best plan is then."""

    key: str
    value: object
    proof: Proof


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why nothing is possible, and what would help."""

    conflict: Conflict[Statement]
    repairs: tuple[Repair, ...]

    @property
    def text(self) -> str:
        """Return the conflict in one sentence."""
        said = " and ".join(one.text for one in self.conflict.statements)
        return f"cannot hold together: {said}"

    def as_json(self) -> dict[str, object]:
        """Return the conflict and the nearest repairs."""
        return {
            "conflict": [one.key for one in self.conflict.statements],
            "smallest": self.conflict.smallest,
            "shortened": self.conflict.shortened,
            "nearest": [{"set": {one.key: one.value}, **one.proof.as_json()} for one in self.repairs],
        }


def explain(
    problem: P,
    statements: Sequence[Statement],
    exists: Callable[[P], bool | None],
    price: Callable[[P], Proof],
    *,
    seconds: float = 10.0,
) -> Explanation | None:
    """Return a smallest conflict among the statements of a problem, and the least change of each that helps.

    None when the statements are not to blame, or when it is not proven that no plan exists.
    """

    def holds(kept: frozenset[Statement]) -> bool | None:
        freed = problem
        for one in statements:
            if one not in kept:
                freed = changed(freed, one.key, one.free)
        return exists(freed)

    conflict = find_conflict(statements, holds, seconds=seconds)
    if conflict is None:
        return None
    repairs = (_repair(problem, one, exists, price) for one in conflict.statements)
    return Explanation(conflict, tuple(one for one in repairs if one is not None))


def _repair(
    problem: P, one: Statement, exists: Callable[[P], bool | None], price: Callable[[P], Proof]
) -> Repair | None:
    def works(value: object) -> bool:
        return exists(changed(problem, one.key, whole(value))) is True

    def whole(value: object) -> object:
        return int(value) if one.whole and isinstance(value, float) and np.isfinite(value) else value

    if isinstance(one.value, (int, float)) and isinstance(one.free, (int, float)):
        found = whole(least_change(float(one.value), float(one.free), works, whole=one.whole))
    else:
        found = one.free if works(one.free) else None
    return None if found is None else Repair(one.key, found, price(changed(problem, one.key, found)))


@dataclass(frozen=True, slots=True)
class Conflict(Generic[S]):
    """Statements that cannot hold together; without any one of them the rest can."""

    statements: tuple[S, ...]
    smallest: bool
    """Whether no conflict of fewer statements exists; else it is only irreducible."""
    shortened: bool = True
    """Whether every statement in it was shown to matter; False when the time ran out."""


def find_conflict(
    statements: Sequence[S], holds: Callable[[frozenset[S]], bool | None], *, seconds: float = 10.0
) -> Conflict[S] | None:
    """Return a smallest set of statements that cannot hold together, or None when nothing of theirs is to blame.

    `holds` says whether a plan exists that keeps the given statements, all others being dropped; None stands for
    "not known", and is taken as yes, so that a conflict is always a proven one.

    Source: deletion filter, Chinneck and Dravnieks, ORSA Journal on Computing 3 (1991) 157-168; smallest sets by
    implicit hitting sets, Ignatiev et al., Smallest MUS Extraction with Minimal Hitting Set Dualization (CP 2015);
    both recalled.
    """
    until = time.monotonic() + seconds
    whole = frozenset(statements)
    if holds(whole) is not False or holds(frozenset()) is False:
        return None
    core, shortened = _delete(statements, holds, until)
    least = _smallest(statements, holds, core, until) if shortened else None
    chosen = core if least is None else least
    return Conflict(tuple(one for one in statements if one in chosen), least is not None, shortened)


def _delete(
    statements: Sequence[S], holds: Callable[[frozenset[S]], bool | None], until: float
) -> tuple[frozenset[S], bool]:
    """Return an irreducible conflict, and whether there was time to make it one."""
    core = frozenset(statements)
    for one in statements:
        if time.monotonic() > until:
            return core, False
        if holds(core - {one}) is False:
            core -= {one}
    return core, True


def _smallest(
    statements: Sequence[S], holds: Callable[[frozenset[S]], bool | None], core: frozenset[S], until: float
) -> frozenset[S] | None:
    """Return a conflict of the fewest statements; None when the time ran out before that was proven.

    Every set that can hold leaves out at least one statement of every conflict: a conflict hits each rest.
    """
    rests: list[frozenset[S]] = []
    while time.monotonic() < until:
        hitting = _least_hitting(statements, rests)
        if len(hitting) >= len(core):
            return core
        if holds(hitting) is False:
            return hitting
        kept = hitting
        for one in statements:
            if one not in kept and holds(kept | {one}) is not False:
                kept |= {one}
        rests.append(frozenset(statements) - kept)
    return None


def _least_hitting(statements: Sequence[S], rests: Collection[frozenset[S]]) -> frozenset[S]:
    if not rests:
        return frozenset()
    rows = np.array([[one in rest for one in statements] for rest in rests], dtype=float)
    size = len(statements)
    solved = milp(
        np.ones(size),
        constraints=LinearConstraint(rows, 1.0, np.inf),
        integrality=np.ones(size, dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
    )
    shares = np.zeros(size) if solved.x is None else solved.x
    return frozenset(one for one, share in zip(statements, shares, strict=True) if share > 0.5)


def least_change(value: float, free: float, works: Callable[[float], bool | None], *, whole: bool) -> float | None:
    """Return the value nearest to `value`, on the way to `free`, with which a plan exists; None when there is none.

    What works stays possible towards `free`, which may be infinite. Whole numbers are exact; others are found to
    three figures and rounded to the side that works.
    """
    ends = _bracket(value, free, works)
    if ends is None:
        return None
    bad, good = ends
    while abs(good - bad) > (1.0 if whole else max(abs(good), abs(bad)) * 1e-4):
        middle = (good + bad) / 2.0
        if whole:
            middle = float(np.floor(middle)) if good > bad else float(np.ceil(middle))
        if works(middle):
            good = middle
        else:
            bad = middle
    return good if whole else _rounded(good, works)


def _bracket(value: float, free: float, works: Callable[[float], bool | None]) -> tuple[float, float] | None:
    """Return a value that does not work and one that does."""
    if np.isfinite(free):
        return (value, free) if works(free) else None
    bad = value
    for good in _growing(value):
        if works(good):
            return bad, good
        bad = good
    return None


def _growing(value: float) -> Iterator[float]:
    step = max(1.0, abs(value))
    for _ in range(10):
        yield value + step
        step *= 2.0


def _rounded(good: float, works: Callable[[float], bool | None]) -> float:
    """Return a number of three figures beside `good` that works, or else `good` itself."""
    if not good:
        return good
    unit = 10.0 ** (math.floor(math.log10(abs(good))) - 2)
    near = (float(f"{side(good / unit) * unit:.3g}") for side in (round, math.floor, math.ceil))
    return next((one for one in near if works(one)), good)
