"""What can share luck: the random values of a scenario by their dotted paths, and the groups they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.chance.correlation import Group, Kin, Member
from sim.scenario.schema import Scenario, SlipByClass
from sim.scenario.text import Path

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "slip": ("activities.{}.slip", "missions.{}.slip"),
    "duration": ("activities.{}.duration",),
    "not-before": ("activities.{}.not_before",),
    "risk-factor": ("risks.{}.stretches",),
    "joins": ("partners.{}.joins",),
    "leaves": ("partners.{}.withdraws",),
    "handover": ("partners.{}.successor.after",),
    "production": ("launchers.{}.production.every",),
    "integration": ("launchers.{}.integration",),
    "stand-down": ("launchers.{}.stand_down",),
    "every": ("missions.{}.every",),
    "rebuild": ("missions.{}.rebuild",),
    "rendezvous": ("missions.{}.rendezvous.duration",),
    "refuel": ("missions.{}.refuel.duration",),
    "commissioning": ("elements.{}.commissioning", "stations.{}.commissioning"),
    "test-repair": ("elements.{}.tests.repair",),
    "breakdown": ("elements.{}.failures.every",),
    "repair": ("elements.{}.failures.repair",),
    "risk": ("risks.{}.stretches.{}",),
}
"""Kinds of streams, and the paths of the values that are drawn from them."""

_OF_LAUNCHER: Final = ("integration", "stand-down")
_JOINABLE: Final = re.compile(
    "|".join(re.escape(path).replace(r"\{\}", "[^.]+") for paths in KINDS.values() for path in paths)
)


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
    if not isinstance(value, dict):
        return
    for key in value if parts[0] == "*" else [parts[0]]:
        if key in value:
            yield from _matches(value[key], parts[1:], (*path, key))


def random_paths(values: Mapping[str, Any]) -> list[str]:
    """Return the dotted paths of all values that are drawn and random."""
    patterns = dict.fromkeys(path.replace("{}", "*") for paths in KINDS.values() for path in paths)
    found = (path for pattern in patterns for path in matches(values, pattern))
    return [".".join(map(str, path)) for path in found if is_random(value_at(values, path))]


def value_at(values: Any, path: Path) -> Any:
    """Return the value at a path that is there."""
    for part in path:
        values = values[part]
    return values


def is_random(value: Any) -> bool:
    """Tell whether what a scenario says is a law of chance, or factors of which one is."""
    if not isinstance(value, dict) or not value or "fixed" in value:
        return False
    named = value.keys() & {"by_lead", "class", "per_year"}
    return bool(named) or any(isinstance(item, dict | list) or key == "empirical" for key, item in value.items())


def joined(scenario: Scenario, values: Mapping[str, Any]) -> tuple[dict[str, frozenset[str]], dict[str, Group]]:
    """Return the groups of each dotted path that is in one, and the groups by name."""
    by_path: dict[str, set[str]] = {}
    groups = {}
    for name, block in scenario.correlations.items():
        found = {".".join(map(str, path)) for wanted in block.of for path in matches(values, wanted)}
        inside = [path for path in found if can_join(path) and is_random(value_at(values, tuple(path.split("."))))]
        for path in inside:
            by_path.setdefault(path, set()).add(name)
        groups[name] = Group(name, block.coefficient, len(inside))
    return {path: frozenset(names) for path, names in by_path.items()}, groups


def slips_by_class(scenario: Scenario) -> Iterator[tuple[str, SlipByClass, bool]]:
    """Give (dotted path, slip, whether it has happened) of everything that slips by class."""
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


def members_of(scenario: Scenario, values: Mapping[str, Any]) -> tuple[list[Member], dict[str, Group]]:
    """Return everything that shares luck, by path, and the groups; what has happened counts as observed."""
    by_path, groups = joined(scenario, values)
    members = {path: Member(path, names) for path, names in by_path.items()}
    for path, slip, happened in slips_by_class(scenario):
        names = by_path.get(path, frozenset[str]())
        members[path] = Member(path, names, kin_of(scenario, path, slip), 0.0 if happened else None)
    return list(members.values()), groups


def path_of(stream: str, scenario: Scenario) -> str:
    """Return the dotted path of the value that is drawn from a stream; empty for streams that cannot share luck."""
    kind, _, rest = stream.partition("/")
    name, _, more = rest.partition("/")
    if kind in _OF_LAUNCHER:
        mission = scenario.missions.get(_series(name, scenario.missions))
        launch = mission.launches.get(more) if mission is not None else None
        return KINDS[kind][0].format(launch.launcher) if launch is not None else ""
    for pattern in KINDS.get(kind, ()):
        if pattern.count("{}") == 1 + bool(more):
            block = getattr(scenario, pattern.partition(".")[0])
            found = name if name in block else _series(name, scenario.missions)
            if found in block:
                return pattern.format(found, more) if more else pattern.format(found)
    return ""


def _series(flight: str, missions: Mapping[str, Any]) -> str:
    """Return the mission of a flight: itself, or the one that repeats."""
    return flight if flight in missions else flight.rpartition("-")[0]
