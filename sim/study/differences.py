"""What differs between the inputs of studies: values with their sources, and the blocks that came, went or changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Final, Literal

from sim.scenario.layered import Layered
from sim.scenario.load import load_scenario
from sim.scenario.provenance import note_at, notes_of, without_remarks
from sim.scenario.schema_lookup import holds_blocks
from sim.scenario.text import Path, path_text
from sim.scenario.writing import flow, leaves
from sim.study.contents import RESOLVED

Way = Literal["changed", "added", "left out"]
_SILENT: Final = ("sweep", "seek", "optimise", "name", "format")
"""Blocks of which a difference changes no date; nor does one of remarks."""
_FIT: Final = ("data", "scores", "command")
_SILENT_LAST: Final = "counts_as"


@dataclass(frozen=True, slots=True)
class Input:
    """A value of a resolved scenario: its path, what it says, and the source it rests on."""

    path: Path
    text: str
    source: str = ""

    @property
    def block(self) -> Path:
        """Return the path of the block that it stands in."""
        return block_of(self.path)


@dataclass(frozen=True, slots=True)
class InputChange:
    """A value that is not the same in two scenarios; None where one has no such value."""

    before: Input | None
    after: Input | None

    @property
    def path(self) -> Path:
        """Return the path of the value."""
        one = self.before or self.after
        return one.path if one is not None else ()

    @property
    def name(self) -> str:
        """Return the dotted path."""
        return path_text(self.path)


@dataclass(frozen=True, slots=True)
class ChangedBlock:
    """Changes that stand in one block of a scenario."""

    path: Path
    way: Way
    changes: tuple[InputChange, ...]

    @property
    def name(self) -> str:
        """Return the dotted path."""
        return path_text(self.path)


def read_inputs(folder: FilePath) -> dict[str, Input]:
    """Return the values of a study that decide dates, by dotted path; titles, remarks and sources are left out.

    Raises:
        ScenarioError: if its resolved scenario cannot be read.
    """
    return inputs_of(load_scenario(folder / RESOLVED).layered)


def inputs_of(layered: Layered) -> dict[str, Input]:
    """Return the values of a scenario that decide dates, by dotted path."""
    notes = notes_of(layered.values)
    deciding = replace(layered, values=without_remarks(layered.values))
    return {
        leaf.name: Input(leaf.path, flow(leaf.value), note_at(leaf.path, notes).source)
        for leaf in leaves(deciding)
        if leaf.path and leaf.path[0] not in _SILENT and leaf.path[-1] != _SILENT_LAST and not _of_a_fit(leaf.path)
    }


def _of_a_fit(path: Path) -> bool:
    """Tell whether a value says how a law was fitted, which decides nothing."""
    return path[0] == "slips" and len(path) > 2 and path[2] in _FIT


def paths_that_differ(inputs: Sequence[Mapping[str, Input]]) -> list[str]:
    """Return the dotted paths whose values are not the same in all scenarios, in their order."""
    paths = dict.fromkeys(path for values in inputs for path in values)
    return [path for path in paths if len({text_at(values, path) for values in inputs}) > 1]


def text_at(values: Mapping[str, Input], path: str) -> str | None:
    """Return what a scenario says at a dotted path; None where it says nothing."""
    found = values.get(path)
    return None if found is None else found.text


def block_of(path: Path) -> Path:
    """Return the path of the block that a value stands in: `missions.ilrs-1`, `ground.stations.kashi`, `base`."""
    depth = next((depth for depth in range(1, len(path)) if holds_blocks(path[:depth])), None)
    return path[: depth + 1] if depth is not None else path[:1]


def changed_blocks(before: Mapping[str, Input], after: Mapping[str, Input]) -> tuple[ChangedBlock, ...]:
    """Return the blocks that differ between two scenarios, in their order, each with its values that differ."""
    grouped: dict[Path, list[InputChange]] = {}
    for change in _changes(before, after):
        grouped.setdefault(block_of(change.path), []).append(change)
    there = [{one.block for one in values.values()} for values in (before, after)]
    return tuple(ChangedBlock(path, _way(path, *there), tuple(changes)) for path, changes in grouped.items())


def _changes(before: Mapping[str, Input], after: Mapping[str, Input]) -> list[InputChange]:
    """Return every value that differs; a value that became a mapping, or was one, is one change."""
    found = [InputChange(before.get(path), after.get(path)) for path in paths_that_differ((before, after))]
    whole = {change.path for change in found}
    inside: dict[Path, list[InputChange]] = {}
    for change in found:
        outer = next((change.path[:n] for n in range(1, len(change.path)) if change.path[:n] in whole), None)
        if outer is not None:
            inside.setdefault(outer, []).append(change)
    hidden = {change.path for some in inside.values() for change in some}
    return [_joined(change, inside.get(change.path, [])) for change in found if change.path not in hidden]


def _joined(change: InputChange, inside: Sequence[InputChange]) -> InputChange:
    """Return a change with what stands inside it in the scenario that has a mapping there."""
    if not inside:
        return change
    sides = [
        [one for one in some if one is not None] for some in zip(*((c.before, c.after) for c in inside), strict=True)
    ]
    before, after = (
        one if one is not None else _mapping(change.path, held)
        for one, held in zip((change.before, change.after), sides, strict=True)
    )
    return InputChange(before, after)


def _mapping(path: Path, held: Sequence[Input]) -> Input | None:
    if not held:
        return None
    said = ", ".join(f"{path_text(one.path[len(path) :])}: {one.text}" for one in held)
    return Input(path, f"{{{said}}}", held[0].source)


def single_changes(blocks: Sequence[ChangedBlock]) -> Iterator[ChangedBlock]:
    """Yield blocks that came or went whole, and of those that changed each value by itself."""
    for block in blocks:
        if block.way == "changed":
            yield from (replace(block, path=change.path, changes=(change,)) for change in block.changes)
        else:
            yield block


def _way(path: Path, before: set[Path], after: set[Path]) -> Way:
    return "added" if path not in before else "left out" if path not in after else "changed"
