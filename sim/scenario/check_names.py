"""Sense of names: nothing is called like something else, and a numbered flight is one that flies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.events import count_flights, flight_names
from sim.scenario.names import needed_events
from sim.scenario.schema.sites import Operation
from sim.scenario.text import Path

_NEEDED: Final = {
    "activities": "activity", "elements": "element", "stations": "station", "missions": "mission", "goals": "goal",
    "groups": "group",
}  # fmt: skip
_EVENTS: Final = ("launched", "landed", "arrived", "returned", "home", "stayed", "filled")
_NUMBERED: Final = re.compile(r"([a-z0-9-]+)-([1-9][0-9]*)(\..*)?")


def check_operation_names(case: Draft) -> Iterator[Problem]:
    """The steps of a flight are called differently, and not like what happens to every flight."""
    for name, mission in case.scenario.missions.items():
        yield from _repeated(case, mission.operations, ("missions", name, "operations"))
    for name, station in case.scenario.stations.items():
        if station.tank is not None and station.tank.filled_by is not None:
            path: Path = ("stations", name, "tank", "filled_by", "operations")
            yield from _repeated(case, station.tank.filled_by.operations, path)


def _repeated(case: Draft, steps: list[Operation], path: Path) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, step in enumerate(steps):
        where = (*path, index, "name")
        if step.name in _EVENTS:
            message = f"every flight has an event '{step.name}' of its own"
            yield case.problem(
                where, Code.DUPLICATE_KEY, message, f"call the step otherwise, for example {step.name}-step"
            )
        elif step.name in first:
            place = case.layered.mark((*path, first[step.name], "name"))
            message = f"two steps are called '{step.name}', the first at {place.text() if place else '?'}"
            yield case.problem(where, Code.DUPLICATE_KEY, message, f"call this one {step.name}-2")
        first.setdefault(step.name, index)


def check_shared_names(case: Draft) -> Iterator[Problem]:
    """What can be needed has a name of its own, numbered flights included."""
    taken: dict[str, tuple[str, Path]] = {}
    for kind, noun in _NEEDED.items():
        for name in getattr(case.scenario, kind):
            path: Path = (kind, name)
            if name in taken:
                yield _taken(case, name, path, *taken[name])
            taken.setdefault(name, (noun, path))
    for name, mission in case.scenario.missions.items():
        count = count_flights(case.scenario, mission)
        for number, flight in enumerate(flight_names(name, count) if count else (), start=1):
            if flight in taken:
                yield _taken(
                    case, flight, taken[flight][1], f"flight {number} of the mission {name}", ("missions", name)
                )


def _taken(case: Draft, name: str, path: Path, noun: str, other: Path) -> Problem:
    place = case.layered.key_mark(other)
    message = f"'{name}' is already the name of {'an' if noun[0] in 'ae' else 'a'} {noun}"
    if noun.startswith("flight"):
        message = f"'{name}' is already the name of {noun}"
    message += f" ({place.text()})" if place else ""
    return case.problem(path, Code.DUPLICATE_KEY, message, "a need could mean either: rename one", key=True)


def check_numbered_flights(case: Draft) -> Iterator[Problem]:
    """A flight of a series that is needed is one of those that fly before the calendar ends."""
    counts = {name: count_flights(case.scenario, one) for name, one in case.scenario.missions.items() if one.every}
    for path, need in needed_events(case.layered.values):
        match = _NUMBERED.fullmatch(need)
        if match and counts.get(match[1], inf) < int(match[2]):
            count = counts[match[1]]
            message = f"{match[1]} flies {count} times at the most before the calendar ends"
            hint = f"need {match[1]}-{count} or an earlier one, or say how often it flies with repeats"
            yield case.problem(path, Code.NO_SUCH_NAME, message, hint)


CHECKS = (check_operation_names, check_shared_names, check_numbered_flights)
