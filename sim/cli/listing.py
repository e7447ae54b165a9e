"""What `ilrs list` can list: blocks of a scenario by kind, with the figures that matter; the words of the language."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.scenario.layered import Layered
    from sim.scenario.provenance import Note
    from sim.scenario.text import Path


@dataclass(frozen=True, slots=True)
class BlockKind:
    """Blocks of one kind: where they stand (`*` is any name), and the figures shown, as `heading=key.path|or this`."""

    name: str
    about: str
    where: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A named block with the notes on its figures: on the whole first, then on single keys."""

    name: str
    path: Path
    values: Mapping[str, Any]
    origin: str
    note: Note
    inner: tuple[tuple[str, Note], ...]


KINDS: Final = (
    BlockKind("goals", "what is to be reached, and by when", ("goals",), ("by", "confidence", "power_margin", "needs")),
    BlockKind("partners", "who takes part", ("partners",), ("joins", "withdraws", "successor")),
    BlockKind(
        "activities",
        "work that must be finished first",
        ("activities",),
        ("kind", "partner", "plan=done|finish|duration", "slip", "needs"),
    ),
    BlockKind("groups", "work that belongs together", ("groups",), ("title", "code", "group")),
    BlockKind("calendars", "when people work", ("calendars",), ("days", "hours", "holidays", "closed", "seasons")),
    BlockKind("resources", "what activities share while they run", ("resources",), ("title", "capacity")),
    BlockKind("risks", "what stretches many activities at once", ("risks",), ("probability", "stretches")),
    BlockKind("slips", "models of how late plans come", ("slips",), ("rows", "beyond")),
    BlockKind("priors", "what is known of a class of vehicles", ("priors",), ("early", "mature", "weight")),
    BlockKind(
        "sites",
        "launch sites",
        ("launch_sites",),
        ("latitude", "longitude", "partner", "scrub", "recycle"),
    ),
    BlockKind("pads", "launch pads", ("launch_sites", "*", "pads"), ("turnaround", "available", "needs")),
    BlockKind(
        "launchers",
        "launch vehicles",
        ("launchers",),
        ("partner", "tli=to.tli", "leo=to.leo", "record=record|reliability", "every=production.every", "pads"),
    ),
    BlockKind(
        "spacecraft",
        "what flies after launch",
        ("spacecraft",),
        ("kind", "partner", "dry", "stages", "cargo", "crew", "landing"),
    ),
    BlockKind(
        "places",
        "orbits and sites",
        ("places",),
        ("body", "altitude=altitude|periapsis", "apoapsis", "inclination", "latitude", "longitude"),
    ),
    BlockKind("legs", "ways between places", ("legs",), ("from", "to", "transfer", "tof", "burns")),
    BlockKind(
        "stations",
        "stations in lunar orbit",
        ("stations",),
        ("at", "mass", "partner", "ports", "research", "commissioning"),
    ),
    BlockKind(
        "elements",
        "parts of the base",
        ("elements",),
        ("mass", "partner", "demand", "supply", "assembly", "commissioning"),
    ),
    BlockKind(
        "missions",
        "flights",
        ("missions",),
        ("partner", "date=flown.launched|not_before|every", "launcher=launches.*.launcher", "route", "cargo", "crew"),
    ),
    BlockKind("antennas", "ground stations", ("ground", "stations"), ("latitude", "longitude", "partner")),
)


def items(kind: BlockKind, layered: Layered) -> list[Item]:
    """Return the blocks of a kind with the notes on their figures."""
    from sim.scenario.provenance import note_at, notes_of

    notes = notes_of(layered.values)
    return [
        Item(
            ".".join(str(part) for step, part in zip((*kind.where, "*"), path, strict=True) if step == "*"),
            path,
            values,
            layered.origins.get(path, ""),
            note_at(path, notes),
            tuple(_inner(path, notes)),
        )
        for path, values in blocks(layered.values, kind.where)
    ]


def blocks(values: Any, where: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Return every block below a key path in which `*` stands for any name."""
    if not isinstance(values, dict):
        return
    if not where:
        yield from (((*path, name), block) for name, block in values.items() if isinstance(block, dict))
        return
    for key in values if where[0] == "*" else [where[0]]:
        yield from blocks(values.get(key), where[1:], (*path, key))


def _inner(path: Path, notes: Mapping[Path, Note]) -> Iterator[tuple[str, Note]]:
    """Return the notes on keys of a block; blocks that are listed on their own keep theirs."""
    from sim.scenario.text import path_text

    for other, note in notes.items():
        if len(other) > len(path) and other[: len(path)] == path and "pads" not in other[len(path) : -1]:
            yield path_text(other[len(path) :]), note


def cell(values: Any, column: str) -> str:
    """Write the figure of a column as the scenario says it; empty text where it says nothing."""
    from sim.scenario.writing import flow

    for choice in column.rpartition("=")[2].split("|"):
        found = [value for value in _reach(values, choice.split(".")) if value not in (None, {}, [])]
        if found:
            return ", ".join(value if isinstance(value, str) else flow(_bare(value)).strip("[]") for value in found)
    return ""


def heading(column: str) -> str:
    """Return the heading of a column."""
    return column.partition("=")[0]


def _reach(values: Any, keys: list[str]) -> Iterator[Any]:
    if not keys:
        yield values
    elif isinstance(values, dict):
        for key in values if keys[0] == "*" else [keys[0]]:
            yield from _reach(values.get(key), keys[1:])


def _bare(value: Any) -> Any:
    """Leave the notes out: they have columns of their own."""
    if isinstance(value, dict):
        notes = ("source", "confidence", "access", "sources", "about")
        return {key: _bare(item) for key, item in value.items() if key not in notes}
    return [_bare(item) for item in value] if isinstance(value, list) else value


Table = tuple[list[str], list[list[str]], list[dict[str, Any]]]


def _of(objects: list[dict[str, Any]]) -> Table:
    """Make a table of flat objects."""
    head = list(objects[0]) if objects else []
    return (
        head,
        [[", ".join(one[key]) if isinstance(one[key], list) else str(one[key]) for key in head] for one in objects],
        objects,
    )


def _problems() -> Table:
    from sim.problems import Code

    return _of([{"code": str(code), "meaning": code.meaning} for code in Code])


def _distributions() -> Table:
    from sim.scenario.known_distributions import DISTRIBUTIONS

    return _of(
        [
            {"law": name, "written": one.written, "meaning": one.meaning, "for": one.use}
            for name, one in DISTRIBUTIONS.items()
        ]
    )


def _units() -> Table:
    from sim.units import KINDS, format_quantity

    def bound(value: float, kind: str) -> str:
        return format_quantity(value, kind) if math.isfinite(value) else ""

    return _of(
        [
            {
                "quantity": name,
                "units": list(kind.units),
                "example": kind.example,
                "least": bound(kind.low, name),
                "most": bound(kind.high, name),
            }
            for name, kind in KINDS.items()
        ]
    )


def _scenarios() -> Table:
    from sim.scenario.tree import shipped_names

    objects = [_scenario(name) for name in shipped_names()]
    return (
        ["name", "about", "variants"],
        [[one["name"], one["about"], ", ".join(one["variants"])] for one in objects],
        objects,
    )


def _scenario(name: str) -> dict[str, Any]:
    """Tell of a shipped scenario what its own file says."""
    from sim.scenario.text import plain, read_text
    from sim.scenario.tree import shipped_folder

    root, _ = read_text((shipped_folder() / f"{name}.yaml").read_bytes(), name)
    said = plain(root) if root else {}
    parents = said.get("extends", [])
    return {
        "name": name,
        "extends": [parents] if isinstance(parents, str) else parents,
        "variants": list(said.get("variants", {})),
        "about": " ".join(str(said.get("about", "")).split()),
    }


TABLES: Final[Mapping[str, Callable[[], Table]]] = {
    "scenarios": _scenarios,
    "distributions": _distributions,
    "units": _units,
    "problems": _problems,
}
"""Tables that depend on no scenario."""
