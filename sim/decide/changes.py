"""What an answer changes in a scenario: as settings to replay it, and as a file that extends the old one."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim import __version__
from sim.decide.facts import Facts
from sim.decide.loads import ManifestPlan
from sim.problems import InputError, printable
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.tree import shipped_folder
from sim.scenario.writing import flow
from sim.study.files import FolderError, folder_errors


@dataclass(frozen=True, slots=True)
class Change:
    """What one mission is to be: None for a mission that no longer flies."""

    mission: str
    values: Mapping[str, Any] | None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why, by key."""

    def settings(self) -> Iterator[str]:
        """Yield it as `--set` takes it."""
        if self.values is None:
            yield f"missions.{self.mission}=null"
        elif "like" in self.values:
            yield f"missions.{self.mission}={flow(dict(self.values))}"
        else:
            for key, value in self.values.items():
                yield f"missions.{self.mission}.{key}={flow(value)}"


def changes_of(facts: Facts, plan: ManifestPlan) -> tuple[Change, ...]:
    """Return what a plan changes in its scenario, nothing where it is the plan as it is."""
    scenario = facts.loaded.scenario
    was = {flight.vehicle: flight for flight in facts.present.flights}
    flown = {facts.slots[one.vehicle].mission: one for one in plan.flights}
    came_from = {load: name for name in facts.question.missions for load in scenario.missions[name].cargo}
    found: list[Change] = []
    for mission in dict.fromkeys(slot.mission for slot in facts.slots.values()):
        flight = flown.get(mission)
        if flight is None:
            if mission in scenario.missions:
                found.append(Change(mission, None, {"": "its loads fly on others"}))
            continue
        slot, values, reasons = facts.slots[flight.vehicle], dict[str, Any](), dict[str, str]()
        new = mission not in scenario.missions
        if new:
            values["like"] = slot.like
            reasons["like"] = "one flight more"
        spec = scenario.missions[slot.like]
        before = was.get(flight.vehicle)
        if new or before is None or before.leaves != flight.leaves:
            values["not_before"] = facts.iso(flight.leaves)
            if not new and spec.not_before is not None:
                reasons["not_before"] = f"{spec.not_before.date().isoformat()} before"
        if slot.stack:
            stack, key = facts.question.stacks[slot.stack], next(iter(spec.launches))
            values["launches"] = {key: {"launcher": stack.launcher, "carries": list(stack.carries)}}
            reasons["launches"] = f"on {slot.stack}"
        old = [] if new else list(spec.cargo)
        if set(old) != set(flight.carries) or new:
            values["cargo"] = [*(load for load in old if load in flight.carries),
                               *(load for load in flight.carries if load not in old)]  # fmt: skip
            reasons["cargo"] = _moved(flight.carries, old, came_from)
        if values:
            found.append(Change(mission, values, reasons))
    return tuple(found)


def _moved(carries: Sequence[str], old: Sequence[str], came_from: Mapping[str, str]) -> str:
    by_mission: dict[str, list[str]] = {}
    for load in carries:
        if load not in old:
            by_mission.setdefault(came_from[load], []).append(load)
    came = [f"{', '.join(loads)} from {mission}" for mission, loads in by_mission.items()]
    gone = [load for load in old if load not in carries]
    return "; ".join([*came, *([f"without {', '.join(gone)}"] if gone else [])])


def settings_of(facts: Facts, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return changes as `--set` takes them."""
    block = (f"optimise.{key}={flow(value)}" for key, value in _block_changes(facts, changes))
    return (*block, *(setting for change in changes for setting in change.settings()))


def _block_changes(facts: Facts, changes: Sequence[Change]) -> Iterator[tuple[str, Any]]:
    """Yield what the block `optimise` is to say where it names missions that no longer fly, or there are more."""
    block = facts.loaded.scenario.optimise
    gone = {one.mission for one in changes if one.values is None}
    new = [one.mission for one in changes if one.values is not None and "like" in one.values]
    if block is None or not (gone or new):
        return
    if block.free.cargo is not None:
        yield "free.cargo", [name for name in (*block.free.cargo, *new) if name not in gone]
    for name in block.costs:
        if name in gone:
            yield f"costs.{name}", None


def write_better(facts: Facts, changes: Sequence[Change], out: Path, words: str, command: str) -> None:
    """Write a scenario that extends the old one and holds only what differs, and read it.

    Raises:
        FolderError: if it cannot be written.
    """
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    source = f"optimised by ilrs {__version__}, {today}"
    made = f"Written by `{printable(command)}`, " if command else "Written by "
    text = file_text(facts, changes, out, f"{made}ilrs {__version__}, {today}: {words}.", source)
    with folder_errors(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8", newline="\n")
    load_scenario(out)


def require_place(file: str | Path, out: Path, *, force: bool) -> None:
    """Refuse to write over a file, or to a folder from which the old scenario cannot be extended.

    Raises:
        FolderError: with the way out.
    """
    if (out.exists() or out.is_symlink()) and not force:
        raise FolderError(out, "is there already", "choose another name, or say --force")
    if parent_of(str(file), out).startswith(".."):
        hint = f"write into {Path(file).parent}, or into a folder above it"
        raise FolderError(
            out, f"a scenario can extend only what lies in its folder or below, and {file} does not", hint
        )


def file_text(facts: Facts, changes: Sequence[Change], out: Path, header: str, source: str) -> str:
    """Return a scenario that extends the old one and holds only what differs."""
    file = str(facts.start.file)
    lines = [f"# {header}", "format: 1", f"extends: {flow(parent_of(file, out))}"]
    if facts.loaded.scenario.about:
        lines.append(f"about: {flow(facts.loaded.scenario.about)}")
    if changes:
        lines.append("missions:")
    for change in changes:
        if change.values is None:
            lines.append(f"  {change.mission}: null  # {change.reasons.get('', '')}".rstrip())
            continue
        lines.append(f"  {change.mission}:")
        for key, value in change.values.items():
            reason = change.reasons.get(key, "")
            lines.append(f"    {key}: {flow(value)}" + (f"  # {reason}" if reason else ""))
        note = {"source": source, "confidence": "low", "access": "computed"}
        told = {key: note for key in change.values if key in ("not_before", "cargo", "launches")}
        if told:
            lines.append(f"    sources: {flow(told)}")
    for key, value in _block_changes(facts, changes):
        words = key.split(".")
        lines.append(f"optimise: {{{words[0]}: {{{words[1]}: {flow(value)}}}}}")
    lines += _variant_lines(facts, file, changes)
    return "\n".join(lines) + "\n"


def parent_of(file: str, out: Path) -> str:
    """Return how the new file names its parent: a shipped one by its place there, others from where it lies."""
    given = Path(file)
    if not given.exists():
        return f"{file}.yaml"
    shipped = shipped_folder().resolve()
    whole = given.resolve()
    if whole.is_relative_to(shipped):
        return whole.relative_to(shipped).as_posix()
    return Path(os.path.relpath(whole, out.resolve().parent)).as_posix()


def _variant_lines(facts: Facts, file: str, changes: Sequence[Change]) -> list[str]:
    """Return variants that give missions another cargo, said anew for the loads where they are now."""
    scenario = facts.loaded.scenario
    moved = {one.mission: list(one.values["cargo"]) for one in changes if one.values and "cargo" in one.values}
    if not moved:
        return []
    lines: list[str] = []
    for name in facts.loaded.layered.variants:
        try:
            other = load_scenario(file, [name])
        except InputError:
            continue  # it is wrong as it is; `ilrs check` says so
        cargoes = [one for one in facts.question.missions if _says_cargo(other, one)]
        inner = _cargo_in_variant(facts, scenario, other.scenario, moved, cargoes)
        if inner:
            lines += [f"  {name}:", "    missions:", *(f"      {one}: {{cargo: {flow(load)}}}" for one, load in inner)]
    return ["variants:", *lines] if lines else []


def _says_cargo(loaded: Loaded, mission: str) -> bool:
    """Tell whether a variant that was chosen says what a mission carries."""
    return any(
        path[:3] == ("missions", mission, "cargo") and origin.startswith("variant ")
        for path, origin in loaded.layered.origins.items()
    )


def _cargo_in_variant(
    facts: Facts, scenario: Scenario, other: Scenario, moved: Mapping[str, list[str]], named: Sequence[str]
) -> list[tuple[str, list[str]]]:
    """Return what missions carry in a variant: their new loads without those it takes away, with those it adds."""
    free = facts.question.missions
    before = {load: one for one in free for load in scenario.missions[one].cargo}
    after = {load: one for one in free if one in other.missions for load in other.missions[one].cargo}
    gone, added = before.keys() - after.keys(), {load: one for load, one in after.items() if load not in before}
    found = []
    for mission in dict.fromkeys([*named, *moved]):
        base = moved.get(mission, list(scenario.missions[mission].cargo) if mission in scenario.missions else [])
        cargo = [load for load in base if load not in gone]
        cargo += [load for load, one in added.items() if one == mission]
        if mission in named or cargo != base:
            found.append((mission, cargo))
    return found
