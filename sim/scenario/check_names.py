"""Sense of names: nothing is called like something else, and a numbered flight is one that flies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import ceil, inf
from typing import Final

from sim.clock import Calendar
from sim.problems import Code, Problem
from sim.scenario.case import Case
from sim.scenario.names import NEEDS, find
from sim.scenario.schema import Mission, Scenario
from sim.scenario.schema.staging import Operation
from sim.scenario.text import Path

MOST_REPEATS: Final = 60
"""Flights of a repeating mission that does not say how many."""
_NEEDED: Final = {
    "activities": "activity", "elements": "element", "stations": "station", "missions": "mission", "goals": "goal",
}  # fmt: skip
_EVENTS: Final = ("launched", "landed", "arrived", "returned", "home", "stayed", "filled")
_NUMBERED: Final = re.compile(r"([a-z0-9-]+)-([1-9][0-9]*)(\..*)?")


def count_flights(scenario: Scenario, mission: Mission) -> int:
    """Return how many times a mission flies at the most as one of a series; 0 where it does not repeat."""
    if mission.every is None:
        return 0
    if mission.repeats is not None:
        return mission.repeats
    calendar = Calendar(scenario.calendar.start, scenario.calendar.end)
    goal = scenario.goals.get(mission.from_ or "")
    dates = [date for date in (mission.not_before, scenario.calendar.as_of) if date is not None]
    start_d = calendar.to_days(goal.by) if goal is not None else max([0.0, *map(calendar.to_days, dates)])
    return min(max(ceil((calendar.length_d - start_d) / max(mission.every.mode, 1.0)), 1), MOST_REPEATS)


def check_operation_names(case: Case) -> Iterator[Problem]:
    """The steps of a flight are called differently, and not like what happens to every flight."""
    for name, mission in case.scenario.missions.items():
        yield from _repeated(case, mission.operations, ("missions", name, "operations"))
    for name, station in case.scenario.stations.items():
        if station.tank is not None and station.tank.filled_by is not None:
            path: Path = ("stations", name, "tank", "filled_by", "operations")
            yield from _repeated(case, station.tank.filled_by.operations, path)


def _repeated(case: Case, steps: list[Operation], path: Path) -> Iterator[Problem]:
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


def check_shared_names(case: Case) -> Iterator[Problem]:
    """What can be needed has a name of its own, numbered flights included."""
    taken: dict[str, tuple[str, Path]] = {}
    for kind, noun in _NEEDED.items():
        for name in getattr(case.scenario, kind):
            path: Path = (kind, name)
            if name in taken:
                yield _taken(case, name, path, *taken[name])
            taken.setdefault(name, (noun, path))
    for name, mission in case.scenario.missions.items():
        for number in range(1, count_flights(case.scenario, mission) + 1):
            flight = f"{name}-{number}"
            if flight in taken:
                yield _taken(
                    case, flight, taken[flight][1], f"flight {number} of the mission {name}", ("missions", name)
                )


def _taken(case: Case, name: str, path: Path, noun: str, other: Path) -> Problem:
    place = case.layered.key_mark(other)
    message = f"'{name}' is already the name of {'an' if noun[0] in 'ae' else 'a'} {noun}"
    if noun.startswith("flight"):
        message = f"'{name}' is already the name of {noun}"
    message += f" ({place.text()})" if place else ""
    return case.problem(path, Code.DUPLICATE_KEY, message, "a need could mean either: rename one", key=True)


def check_numbered_flights(case: Case) -> Iterator[Problem]:
    """A flight of a series that is needed is one of those that fly before the calendar ends."""
    counts = {name: count_flights(case.scenario, one) for name, one in case.scenario.missions.items() if one.every}
    for pattern in (*NEEDS, "missions.*.launches.*.after"):
        for path, need in find(case.layered.values, pattern):
            match = _NUMBERED.fullmatch(need) if isinstance(need, str) else None
            if match and counts.get(match[1], inf) < int(match[2]):
                count = counts[match[1]]
                message = f"{match[1]} flies {count} times at the most before the calendar ends"
                hint = f"need {match[1]}-{count} or an earlier one, or say how often it flies with repeats"
                yield case.problem(path, Code.NO_SUCH_NAME, message, hint)
