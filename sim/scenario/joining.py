"""What can share luck: the random values of a scenario by their dotted paths, and the groups they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.chance.correlation import Kin, Member, SharedGroup
from sim.scenario.schema import Scenario, SlipByClass
from sim.scenario.text import Path

JOINABLE: Final = (
    "activities.*.slip",
    "missions.*.slip",
    "activities.*.duration",
    "activities.*.remaining",
    "activities.*.needs.*.lag",
    "activities.*.ends_after.*.lag",
    "activities.*.not_before",
    "risks.*.stretches",
    "partners.*.joins",
    "partners.*.withdraws",
    "partners.*.successor.after",
    "launchers.*.production.every",
    "launchers.*.integration",
    "launchers.*.stand_down",
    "missions.*.every",
    "missions.*.rebuild",
    "missions.*.rendezvous.duration",
    "missions.*.refuel.duration",
    "elements.*.commissioning",
    "stations.*.commissioning",
    "elements.*.tests.repair",
    "elements.*.failures.every",
    "elements.*.failures.repair",
    "risks.*.stretches.*",
)
"""Where random values stand that can share luck; `*` stands for any name, or for any place in a list."""

_JOINABLE: Final = re.compile("|".join(re.escape(path).replace(r"\*", "[^.]+") for path in JOINABLE))


def can_join(path: str) -> bool:
    """Tell whether a path is that of a value that is drawn."""
    return _JOINABLE.fullmatch(path) is not None


def matches(values: Any, wanted: str) -> list[Path]:
    """Return the paths that stand at a dotted path, in which `*` stands for any name."""
    return list(_matches(values, wanted.split("."), ()))


def _matches(value: Any, parts: list[str], path: Path) -> Iterator[Path]:
    if not parts:
        yield path
        return
    inner = value if isinstance(value, dict) else _numbered(value)
    for key in inner if parts[0] == "*" else [parts[0]]:
        if key in inner:
            yield from _matches(inner[key], parts[1:], (*path, key))


def _numbered(value: Any) -> dict[str, Any]:
    """Return the items of a list by their places, counted from 0 as in a path; nothing for what is no list."""
    return {str(number): item for number, item in enumerate(value)} if isinstance(value, list) else {}


def random_paths(values: Mapping[str, Any]) -> list[str]:
    """Return the dotted paths of all values that are drawn and random."""
    found = (path for pattern in JOINABLE for path in matches(values, pattern))
    return [".".join(map(str, path)) for path in found if is_random(value_at(values, path))]


def value_at(values: Any, path: Path) -> Any:
    """Return the value at a path that is there."""
    for part in path:
        values = values[int(part)] if isinstance(values, list) else values[part]
    return values


def is_random(value: Any) -> bool:
    """Tell whether what a scenario says is a distribution, or factors of which one is."""
    if not isinstance(value, dict) or not value or "fixed" in value:
        return False
    named = value.keys() & {"by_lead", "class", "per_year"}
    return bool(named) or any(isinstance(item, dict | list) or key == "empirical" for key, item in value.items())


def joined(scenario: Scenario, values: Mapping[str, Any]) -> tuple[dict[str, frozenset[str]], dict[str, SharedGroup]]:
    """Return the groups of each dotted path that is in one, and the groups by name."""
    by_path: dict[str, set[str]] = {}
    groups = {}
    for name, block in scenario.correlations.items():
        found = dict.fromkeys(".".join(map(str, path)) for wanted in block.of for path in matches(values, wanted))
        inside = [path for path in found if can_join(path) and is_random(value_at(values, tuple(path.split("."))))]
        for path in inside:
            by_path.setdefault(path, set()).add(name)
        groups[name] = SharedGroup(name, block.coefficient, len(inside))
    return {path: frozenset(names) for path, names in by_path.items()}, groups


def slips_by_class(scenario: Scenario) -> Iterator[tuple[str, SlipByClass, bool]]:
    """Return (dotted path, slip, whether it has happened) of everything that slips by class."""
    for name, activity in scenario.activities.items():
        if isinstance(activity.slip, SlipByClass):
            yield f"activities.{name}.slip", activity.slip, activity.done is not None
    for name, mission in scenario.missions.items():
        if isinstance(mission.slip, SlipByClass):
            yield f"missions.{name}.slip", mission.slip, mission.flown is not None


def model_of(scenario: Scenario, slip: SlipByClass) -> str:
    """Return the name of the class law of a slip: the one it names, or the only one; empty where there is none."""
    if slip.model is not None:
        return slip.model
    laws = [name for name, law in scenario.slips.items() if law.classes is not None]
    return laws[0] if len(laws) == 1 else ""


def kin_of(scenario: Scenario, path: str, slip: SlipByClass) -> Kin | None:
    """Return the programme of an item, and how items of its law are correlated."""
    name = model_of(scenario, slip)
    law = scenario.slips[name].classes if name in scenario.slips else None
    if law is None:
        return None
    within = max(law.programme_correlation.value, law.across_correlation)
    return Kin(name, slip.programme or path, slip.programme is not None, within, law.across_correlation)


def members_of(scenario: Scenario, values: Mapping[str, Any]) -> tuple[list[Member], dict[str, SharedGroup]]:
    """Return everything that shares luck, by path, and the groups; what has happened counts as observed."""
    by_path, groups = joined(scenario, values)
    members = {path: Member(path, names) for path, names in by_path.items()}
    for path, slip, happened in slips_by_class(scenario):
        names = by_path.get(path, frozenset[str]())
        members[path] = Member(path, names, kin_of(scenario, path, slip), 0.0 if happened else None)
    return list(members.values()), groups
