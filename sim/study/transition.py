"""From one scenario to another, one input after another: scenarios in between that make sense, in a stated order.

An input that makes no sense before others have changed waits for them; what makes sense only together is one step.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sim.campaign.compile import compile_campaign
from sim.campaign.sky import Shared
from sim.problems import InputError, plural
from sim.scenario.load import load_from, load_scenario, read_resolved
from sim.scenario.paths import without_studies
from sim.scenario.text import Path
from sim.scenario.writing import document
from sim.study.contents import RESOLVED
from sim.study.differences import ChangedBlock, changed_blocks, inputs_of, single_changes
from sim.study.store import StudyTables

MOST_STEPS: Final = 24
"""Steps that a reader can follow; where more inputs differ, those of one kind are changed together."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: what it changes, and the scenario after it; the last step has no text, as it is the second study."""

    title: str
    changes: tuple[str, ...]
    """Dotted paths of the values and blocks that change."""
    values: int
    """How many values that are."""
    text: str


@dataclass(slots=True)
class _Mixer:
    """Lays inputs of the second scenario over the first, and tells whether the result makes sense."""

    first: Mapping[str, Any]
    second: Mapping[str, Any]
    goals: Sequence[tuple[str, str]]
    """Names of each compared goal in both."""
    taken: list[ChangedBlock] = field(default_factory=list)
    tried: int = 0
    _shared: Shared = field(default_factory=Shared)

    def take(self, blocks: Sequence[ChangedBlock]) -> bool:
        """Change some more, if the scenario still makes sense then."""
        try:
            self.tried += 1
            loaded = load_from(read_resolved(self.text([*self.taken, *blocks]), RESOLVED))
            if not all(one in loaded.scenario.goals or two in loaded.scenario.goals for one, two in self.goals):
                return False
            compile_campaign(loaded, self._shared)
        except InputError:
            return False
        self.taken += blocks
        return True

    def take_most(self, blocks: Sequence[ChangedBlock]) -> list[ChangedBlock]:
        """Change as many of some as make sense, and return those, halving what does not."""
        if not blocks:
            return []
        if self.take(blocks):
            return list(blocks)
        if len(blocks) == 1:
            return []
        middle = len(blocks) // 2
        return [*self.take_most(blocks[:middle]), *self.take_most(blocks[middle:])]

    def text(self, blocks: Sequence[ChangedBlock]) -> str:
        """Return the first scenario with some of its inputs those of the second."""
        mixed = copy.deepcopy(dict(self.first))
        for block in blocks:
            _lay(mixed, self.second, _settable(block.path))
        return document({**without_studies(mixed), "name": str(self.first.get("name", ""))})


def transitions(
    first: StudyTables, second: StudyTables, goals: Sequence[tuple[str, str]], on_try: Callable[[int], None]
) -> tuple[Transition, ...]:
    """Return the steps from the scenario of one study to that of another, in the order of the first scenario.

    Raises:
        ScenarioError: if a resolved scenario cannot be read.
    """
    one, two = (load_scenario(study.folder / RESOLVED).layered for study in (first, second))
    blocks = changed_blocks(inputs_of(one), inputs_of(two))
    single = list(single_changes(blocks))
    mixer = _Mixer(one.values, two.values, goals)
    found = list(_one_by_one(mixer, single, on_try) if len(single) <= MOST_STEPS else _by_kind(mixer, blocks, on_try))
    if not found:
        return ()
    return (*found[:-1], Transition(found[-1].title, found[-1].changes, found[-1].values, ""))


def _one_by_one(mixer: _Mixer, blocks: Sequence[ChangedBlock], on_try: Callable[[int], None]) -> Iterator[Transition]:
    """Yield a step for each input, those that have to wait for others after them, and at last what is left together."""
    left, moved = list(blocks), True
    while left and moved:
        moved = False
        for block in list(left):
            on_try(mixer.tried)
            if mixer.take([block]):
                left.remove(block)
                moved = True
                yield _step(block.name, [block], mixer)
    if left:
        yield _step(_together(left), left, mixer)


def _by_kind(mixer: _Mixer, blocks: Sequence[ChangedBlock], on_try: Callable[[int], None]) -> Iterator[Transition]:
    """Yield a step for all inputs of one kind that make sense, kind by kind, and at last what is left together."""
    left, moved, steps = list(blocks), True, 0
    while left and moved and steps < MOST_STEPS - 1:
        moved = False
        for kind in dict.fromkeys(str(block.path[0]) for block in left):
            on_try(mixer.tried)
            taken = mixer.take_most([block for block in left if block.path[0] == kind])
            if taken and steps < MOST_STEPS - 1:
                left = [block for block in left if block not in taken]
                moved, steps = True, steps + 1
                yield _step(_titled(kind, taken), taken, mixer)
    if left:
        yield _step(_together(left), left, mixer)


def _step(title: str, blocks: Sequence[ChangedBlock], mixer: _Mixer) -> Transition:
    values = sum(len(block.changes) for block in blocks)
    return Transition(title, tuple(block.name for block in blocks), values, mixer.text(mixer.taken))


def _titled(kind: str, blocks: Sequence[ChangedBlock]) -> str:
    if len(blocks) == 1:
        return blocks[0].name
    names = [".".join(map(str, block.path[1:])) for block in blocks]
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{kind}: {', '.join(names[:2])}{more}" if len(names) != 2 else f"{kind}: {' and '.join(names)}"


def _together(blocks: Sequence[ChangedBlock]) -> str:
    if len(blocks) == 1:
        return blocks[0].name
    if len(blocks) <= 4:
        return f"{', '.join(block.name for block in blocks[:-1])} and {blocks[-1].name}, together"
    kinds = list(dict.fromkeys(str(block.path[0]) for block in blocks))
    more = f" and {len(kinds) - 4} more" if len(kinds) > 4 else ""
    return f"all that is left, together ({len(blocks)} {plural(len(blocks), 'block')}: {', '.join(kinds[:4])}{more})"


def _settable(path: Path) -> Path:
    """Return the part of a path that can be set: a list is set whole."""
    depth = next((depth for depth, part in enumerate(path) if isinstance(part, int)), len(path))
    return path[:depth]


def _lay(mixed: dict[str, Any], other: Mapping[str, Any], path: Path) -> None:
    """Let a path of a scenario be what it is in another: set, or gone."""
    found: Any = other
    for part in path:
        found = found.get(part, _GONE) if isinstance(found, dict) else _GONE
    inner = mixed
    for part in path[:-1]:
        if not isinstance(inner.get(str(part)), dict):
            if found is _GONE:
                return
            inner[str(part)] = {}
        inner = inner[str(part)]
    if found is _GONE:
        inner.pop(str(path[-1]), None)
    else:
        inner[str(path[-1])] = copy.deepcopy(found)


_GONE: Final = object()
