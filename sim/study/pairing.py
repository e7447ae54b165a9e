"""Which goals of several studies are one and the same: those of one name, and those that count as the same.

A goal counts as what its `counts_as` says, so that rivals can be held against each other: a base against a base, and
not against the first landing. What a study has no part in, it is left out of, by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.problems import InputError, suggest


class PairingError(InputError):
    """No two studies have a goal in common."""


@dataclass(frozen=True, slots=True)
class GoalName:
    """A goal as other studies may know it."""

    name: str
    counts_as: str = ""

    @property
    def roles(self) -> frozenset[str]:
        """Everything it may be paired by."""
        return frozenset((self.name, self.counts_as)) - {""}


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A goal of a comparison."""

    title: str
    picked: tuple[str | None, ...]
    """Its name in each study; None where a study has none."""


def pair_goals(names: Sequence[str], goals: Sequence[Sequence[GoalName]], wanted: str | None) -> tuple[GoalRow, ...]:
    """Return the goals that at least two studies have, those of most studies first; `names` are those of the studies.

    `wanted` is one name, or one for each study joined by `=`; of more names each study takes the first it has.

    Raises:
        PairingError: if no two studies have a goal in common; it says how to pair them.
    """
    if wanted is not None:
        return (_wanted(names, goals, wanted),)
    rows: list[GoalRow] = []
    placed: list[set[str]] = [set() for _ in goals]
    for first, known in enumerate(goals):
        for goal in known:
            if goal.name in placed[first]:
                continue
            others = list(zip(goals, placed, strict=True))[first + 1 :]
            picked = [*[None] * first, goal.name, *(_like(goal, other, done) for other, done in others)]
            if sum(one is not None for one in picked) > 1:
                rows.append(GoalRow(_title(goal, picked), tuple(picked)))
                for done, one in zip(placed, picked, strict=True):
                    done.update([one] if one is not None else [])
    if not rows:
        raise PairingError(_without_a_pair(names, goals))
    return tuple(sorted(rows, key=lambda row: -sum(one is not None for one in row.picked)))


def left_out(rows: Sequence[GoalRow]) -> tuple[int, ...]:
    """Return the numbers of the studies that have no goal of a comparison at all."""
    studies = range(len(rows[0].picked))
    return tuple(study for study in studies if all(row.picked[study] is None for row in rows))


def _like(goal: GoalName, others: Sequence[GoalName], placed: set[str]) -> str | None:
    """Return the goal of another study that is the same: by its name, or else by what both count as."""
    free = [one for one in others if one.name not in placed]
    by_name = [one.name for one in free if one.name == goal.name]
    by_role = [one.name for one in free if one.roles & goal.roles]
    return next(iter([*by_name, *by_role]), None)


def _title(goal: GoalName, picked: Sequence[str | None]) -> str:
    names = list(dict.fromkeys(one for one in picked if one is not None))
    return names[0] if len(names) == 1 else goal.counts_as or "=".join(names)


def _wanted(names: Sequence[str], goals: Sequence[Sequence[GoalName]], wanted: str) -> GoalRow:
    parts = [part.strip() for part in wanted.split("=")]
    each = [[part] for part in parts] if len(parts) == len(goals) > 1 else [_alike(parts, goals)] * len(goals)
    picked = [_first_of(some, known) for some, known in zip(each, goals, strict=True)]
    known = list(dict.fromkeys(goal.name for some in goals for goal in some))
    strange = next((part for part in parts if not any(_first_of([part], some) for some in goals)), None)
    if strange is not None:
        raise PairingError(f"--goal: no study has a goal '{strange:.60}'\n  {suggest(strange, known)}")
    if sum(one is not None for one in picked) < 2:
        raise PairingError(f"--goal {wanted:.80}: fewer than two studies have it\n{_told(names, goals)}\n  {_HINT}")
    return GoalRow("=".join(dict.fromkeys(parts)), tuple(picked))


def _alike(parts: Sequence[str], goals: Sequence[Sequence[GoalName]]) -> list[str]:
    """Return names, and after them what their goals count as."""
    said = (goal.counts_as for some in goals for goal in some if goal.name in parts and goal.counts_as)
    return list(dict.fromkeys([*parts, *said]))


def _first_of(parts: Sequence[str], known: Sequence[GoalName]) -> str | None:
    by_name = [goal.name for part in parts for goal in known if goal.name == part]
    by_role = [goal.name for part in parts for goal in known if goal.counts_as == part]
    return next(iter([*by_name, *by_role]), None)


_HINT = (
    "say which belong together: --goal GOAL_OF_THE_FIRST=GOAL_OF_THE_SECOND, or give both goals the same "
    "`counts_as: NAME` in their scenarios"
)


def _without_a_pair(names: Sequence[str], goals: Sequence[Sequence[GoalName]]) -> str:
    return f"no two of these have a goal in common\n{_told(names, goals)}\n  {_HINT}"


def _told(names: Sequence[str], goals: Sequence[Sequence[GoalName]]) -> str:
    lines = (
        f"  {name}: {', '.join(goal.name for goal in known) or 'no goals'}"
        for name, known in zip(names, goals, strict=True)
    )
    return "\n".join(dict.fromkeys(lines))
