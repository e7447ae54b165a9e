"""What can be needed: the names of everything that happens, told once for checks, plans and compilation.

An event has a name of its own and may have others: an activity `design` is done as `design` and as `design.done`; a
flight arrives as its own name, as `.landed` and as `.arrived`. A mission that repeats flies as NAME-1, NAME-2, ...,
and NAME alone is its first flight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Any, Final

from sim.clock import Calendar
from sim.problems import Code, Problem, suggest
from sim.scenario.layered import Layered
from sim.scenario.names import NEEDS, find, needed_events, section
from sim.scenario.relations import LAG_CALENDARS, event_of
from sim.scenario.schema import Mission, Scenario
from sim.scenario.text import Path, path_text

MOST_REPEATS: Final = 60
"""Flights of a repeating mission that does not say how many."""
MOST_STATED: Final = 200
"""Flights that a mission may say it repeats."""
ENDS: Final[Mapping[str, str]] = {
    "activities": "done",
    "elements": "operational",
    "stations": "operational",
    "goals": "reached",
    "groups": "done",
}
"""Blocks whose name stands for their end, and the word that says the same."""


STARTING: Final = ("activities", "groups")
"""Blocks whose start can be needed too."""


def start_name(name: str) -> str:
    """Return the name of the start of an activity or a group."""
    return f"{name}.started"


def end_names(block: str, name: str) -> tuple[str, ...]:
    """Return the names of the end of an activity, element, station or goal, its own first."""
    return name, f"{name}.{ENDS[block]}"


def filled_name(station: str) -> str:
    """Return the name of the event that a station's tank is full."""
    return f"{station}.filled"


def delivery_names(item: str) -> tuple[str, ...]:
    """Return the names by which the arrival of an element's mission can be needed."""
    return f"{item}.landed", f"{item}.delivered"


def flight_events(
    flight: str, *, returns: bool, stays: bool, launches: Iterable[str], steps: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return the names of each event of a flight, its own first, by the word that stands for the event."""
    found: dict[str, tuple[str, ...]] = {
        "arrived": (flight, f"{flight}.landed", f"{flight}.arrived"),
        "launched": (f"{flight}.launched",),
    }
    if returns:
        found["returned"] = (f"{flight}.returned", f"{flight}.home")
    if stays:
        found["stayed"] = (f"{flight}.stayed",)
    for launch in launches:
        for word in ("launched", "arrived"):
            found[f"{launch}.{word}"] = (f"{flight}.{launch}.{word}",)
    return found | {f"op.{step}": (f"{flight}.{step}",) for step in steps}


def events_of(flight: str, mission: Mission) -> dict[str, tuple[str, ...]]:
    """Return the names of each event of a flight of a mission, its own first, by the word for the event."""
    return flight_events(
        flight,
        returns=bool(mission.back),
        stays=mission.crew is not None and mission.crew.stay > 0.0,
        launches=mission.launches,
        steps=(step.name for step in mission.operations),
    )


def flight_names(name: str, count: int) -> list[str]:
    """Return the flights of a mission: itself, or its numbered ones where it repeats."""
    return [f"{name}-{number}" for number in range(1, count + 1)] if count else [name]


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


def event_names(values: Mapping[str, Any]) -> set[str]:
    """Return all that can be needed in values of any shape: `cz10-dev`, `command-hub.operational`, `ilrs-1.landed`.

    A repeating mission that does not say how often has its most flights; how many fit is seen with the dates.
    """
    names = {event for block in ENDS for name in section(values, block) for event in end_names(block, name)}
    names.update(start_name(name) for block in STARTING for name in section(values, block))
    names.update(filled_name(str(path[1])) for path, _ in find(values, "stations.*.tank.filled_by"))
    for name, mission in section(values, "missions").items():
        names |= _mission_names(name, mission if isinstance(mission, dict) else {})
    return names


def _mission_names(name: str, mission: dict[str, Any]) -> set[str]:
    repeats = mission.get("repeats")
    count = min(repeats, MOST_STATED) if isinstance(repeats, int) else MOST_REPEATS
    flights = {name, *flight_names(name, count if "every" in mission else 0)}
    events: set[str] = set()
    for flight in flights:
        named = flight_events(
            flight,
            returns=bool(mission.get("back")),
            stays=bool(section(mission, "crew").get("stay")),
            launches=section(mission, "launches"),
            steps=[str(step) for _, step in find(mission, "operations.#.name")],
        )
        events.update(event for names in named.values() for event in names)
    cargo = mission.get("cargo") if mission.get("reserve") is not True else None
    items = [item for item in cargo if isinstance(item, str)] if isinstance(cargo, list) else []
    return events | {event for item in items for event in delivery_names(item)}


def needs_outside_work(scenario: Scenario) -> Iterator[str]:
    """Return every need of a scenario but those of its activities."""
    blocks = (scenario.goals, scenario.missions, scenario.elements, scenario.stations, scenario.launchers)
    lists = [one.needs for block in (*blocks, scenario.spacecraft) for one in block.values()]
    lists += [pad.needs for site in scenario.launch_sites.values() for pad in site.pads.values()]
    lists += [step.needs for mission in scenario.missions.values() for step in mission.operations]
    for station in scenario.stations.values():
        filling = station.tank.filled_by if station.tank is not None else None
        if filling is not None:
            lists += [filling.needs, *(step.needs for step in filling.operations)]
    if scenario.ground is not None and scenario.ground.navigation is not None:
        lists.append(scenario.ground.navigation.needs)
    return (need for needs in lists for need in needs)


def _all_needs(scenario: Scenario) -> Iterator[str]:
    yield from needs_outside_work(scenario)
    for one in scenario.activities.values():
        yield from (*one.needs, *one.ends_after)


def needed_groups(scenario: Scenario) -> set[str]:
    """Return the groups that something needs, as a whole or their start."""
    heads = {(event_of(need) or "").partition(".")[0] for need in _all_needs(scenario)} if scenario.groups else set()
    return heads & scenario.groups.keys()


def needed_starts(scenario: Scenario) -> set[str]:
    """Return the activities and groups whose start something needs."""
    events = (event_of(need) or "" for need in _all_needs(scenario))
    return {event.removesuffix(".started") for event in events if event.endswith(".started")}


def check_needs(layered: Layered) -> Iterator[Problem]:
    """Refuse needs that nothing fulfils, and lags in calendars that there are not."""
    events = event_names(layered.values)
    after = {path for path, _ in find(layered.values, "missions.*.launches.*.after")}
    for path, event in needed_events(layered.values):
        local: set[str] = set()
        if path in after:
            launches = section(section(layered.values, "missions")[str(path[1])], "launches")
            local = {f"{name}.{word}" for name in launches for word in ("launched", "arrived")}
        if event not in events and event not in local:
            yield _no_event(layered, path, event, events | local)
    known = {*LAG_CALENDARS, *section(layered.values, "calendars")}
    for pattern in NEEDS:
        for path, need in find(layered.values, pattern):
            name = need.get("calendar") if isinstance(need, dict) else None
            if isinstance(name, str) and name not in known:
                message, where = f"there is no working calendar '{name[:80]}'", (*path, "calendar")
                hint = suggest(name, known)
                yield Problem(layered.mark(where), path_text(where), Code.NO_SUCH_NAME, "error", message, hint)


def _no_event(layered: Layered, path: Path, name: str, events: set[str]) -> Problem:
    head = name.partition(".")[0]
    words = sorted(event for event in events if event == head or event.startswith(f"{head}."))
    hint = f"{head} has: {', '.join(words[:8])}" if words else suggest(name, events)
    message = f"nothing here is called '{name[:80]}'"
    return Problem(layered.mark(path), path_text(path), Code.NO_SUCH_NAME, "error", message, hint)
