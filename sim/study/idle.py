"""Why a change moves nothing: what each goal needs, through the network of needs, and whose work that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.text import Path
from sim.study.contents import RESOLVED
from sim.study.differences import changed_blocks, inputs_of
from sim.study.fixed import needed_blocks
from sim.study.store import StudyTables

_WORK: Final = ("activities", "missions", "elements", "stations")
"""Blocks that have a partner, and are done or not."""
_AS_ONE_D: Final = 1.0
"""Days by which two dates may lie apart and still be called the same."""


@dataclass(frozen=True, slots=True)
class Resting:
    """What a goal needs of all that changed."""

    goal: str
    names: tuple[str, ...]
    """Activities, missions, elements and other blocks; empty where it needs none."""


@dataclass(frozen=True, slots=True)
class Idle:
    """Why a study moves nothing of a goal: what it changes, and which goals rest on that."""

    changed: tuple[str, ...]
    """Blocks that differ."""
    goal: Resting
    others: tuple[Resting, ...]
    """The other goals of the first study."""


def idle_reason(first: StudyTables, second: StudyTables, goal: str, theirs: str) -> Idle | None:
    """Return why a goal comes as it did; None where it does not, or nothing differs that could move it.

    Raises:
        ScenarioError: if a resolved scenario cannot be read.
    """
    if not _is_same(first, second, goal, theirs):
        return None
    loaded = [load_scenario(study.folder / RESOLVED) for study in (first, second)]
    blocks = changed_blocks(*(inputs_of(one.layered) for one in loaded))
    if not blocks:
        return None
    changed = {block.path[:2] for block in blocks if block.path[0] != "goals"}
    scenarios = [one.scenario for one in loaded]
    names = [line.name for line in first.outline.goals]
    rests = {name: Resting(name, tuple(_rests(scenarios, name, changed))) for name in names}
    others = tuple(rests[name] for name in names if name != goal)
    return Idle(tuple(block.name for block in blocks), rests[goal], others)


def _is_same(first: StudyTables, second: StudyTables, goal: str, theirs: str) -> bool:
    """Tell whether a goal comes within a day of the same date in every replication that both have."""
    if first.outline.start_iso != second.outline.start_iso:
        return False
    count = min(first.manifest.replications, second.manifest.replications)
    one, two = (
        study.sample.reached_d[:count, next(line.reached for line in study.outline.goals if line.name == name)]
        for study, name in ((first, goal), (second, theirs))
    )
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - two)
    return bool(np.all((apart < _AS_ONE_D) | (np.isinf(one) & np.isinf(two))))


def _rests(scenarios: Iterable[Scenario], goal: str, changed: set[Path]) -> Iterator[str]:
    """Yield what a goal needs of all that changed, in either scenario: blocks, and work of partners that changed."""
    partners = {str(path[1]) for path in changed if path[0] == "partners" and len(path) > 1}
    found: dict[str, None] = {}
    for scenario in scenarios:
        if goal not in scenario.goals:
            continue
        for path in sorted(needed_blocks(scenario, goal), key=lambda path: list(map(str, path))):
            if path in changed or (_whose(scenario, path) & partners):
                found[".".join(map(str, path[1:]))] = None
    yield from found


def _whose(scenario: Scenario, path: Path) -> set[str]:
    """Return the partners who still have to do what stands at a path; nobody, where it is done."""
    if path[0] not in _WORK:
        return set()
    item = getattr(scenario, str(path[0])).get(path[1])
    if item is None or getattr(item, "done", None) is not None or getattr(item, "flown", None) is not None:
        return set()
    named = [getattr(item, "partner", None), *(getattr(item, "parties", None) or ())]
    return {str(one) for one in named if one}
