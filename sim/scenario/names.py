"""Every name in a scenario: what may be referred to, and from where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sim.problems import Code, Problem, suggest
from sim.scenario.layered import Layered
from sim.scenario.relations import event_of
from sim.scenario.text import Path, path_text

Values = Mapping[str, Any]

REFERENCES: Final = (
    ("activities.*.calendar", "calendars"),
    ("activities.*.group", "groups"),
    ("activities.*.partner", "partners"),
    ("activities.*.parties.#", "partners"),
    ("activities.*.slip.by_lead", "slips"),
    ("activities.*.slip.model", "slips"),
    ("activities.*.uses.*", "resources"),
    ("base.at", "places"),
    ("base.calendar", "calendars"),
    ("calendar.working", "calendars"),
    ("elements.*.at", "places"),
    ("elements.*.partner", "partners"),
    ("ground.stations.*.partner", "partners"),
    ("groups.*.group", "groups"),
    ("launch_sites.*.calendar", "calendars"),
    ("launch_sites.*.partner", "partners"),
    ("launchers.*.pads.#", "pads"),
    ("launchers.*.partner", "partners"),
    ("launchers.*.record.prior", "priors"),
    ("legs.*.from", "places"),
    ("legs.*.to", "places"),
    ("missions.*.back.#", "places"),
    ("missions.*.cargo.#", "elements"),
    ("missions.*.launches.*.carries.#", "spacecraft"),
    ("missions.*.launches.*.launcher", "launchers"),
    ("missions.*.partner", "partners"),
    ("missions.*.refuel.at", "stations"),
    ("missions.*.refuel.stage", "stages"),
    ("missions.*.rendezvous.at", "places"),
    ("missions.*.rendezvous.goes_on.#", "spacecraft"),
    ("missions.*.route.#", "places"),
    ("missions.*.sequence.#.fly.#", "spacecraft"),
    ("missions.*.slip.by_lead", "slips"),
    ("missions.*.slip.model", "slips"),
    ("missions.*.substitute", "missions"),
    ("optimise.apart.#.#", "elements"),
    ("optimise.free.cargo.#", "missions"),
    ("optimise.free.flights.like", "missions"),
    ("optimise.free.optional.#", "elements"),
    ("optimise.free.stacks.*.carries.#", "spacecraft"),
    ("optimise.free.stacks.*.launcher", "launchers"),
    ("optimise.goal", "goals"),
    ("optimise.keep.*", "missions"),
    ("optimise.keep.*.#", "elements"),
    ("optimise.together.#.#", "elements"),
    ("partners.*.calendar", "calendars"),
    ("partners.*.successor.partner", "partners"),
    ("risks.*.stretches.*", "activities"),
    ("seek.goal", "goals"),
    ("slips_hold.#", "risks"),
    ("spacecraft.*.ascent.prior", "priors"),
    ("spacecraft.*.capture.prior", "priors"),
    ("spacecraft.*.cruise.prior", "priors"),
    ("spacecraft.*.landing.prior", "priors"),
    ("spacecraft.*.partner", "partners"),
    ("stations.*.at", "places"),
    ("stations.*.partner", "partners"),
    ("stations.*.tank.filled_by.launcher", "launchers"),
)
"""Where a name stands that refers to a block (`*` any key, `#` any item of a list), and in which section."""

NEEDS: Final = (
    "activities.*.needs.#",
    "activities.*.ends_after.#",
    "elements.*.needs.#",
    "goals.*.needs.#",
    "ground.navigation.needs.#",
    "launch_sites.*.pads.*.needs.#",
    "launchers.*.needs.#",
    "missions.*.from",
    "missions.*.needs.#",
    "missions.*.operations.#.needs.#",
    "spacecraft.*.needs.#",
    "stations.*.needs.#",
    "stations.*.tank.filled_by.needs.#",
    "stations.*.tank.filled_by.operations.#.needs.#",
)
"""Where a need stands."""

_NOUNS: Final = {
    "activities": "activity",
    "calendars": "working calendar",
    "elements": "element or station",
    "goals": "goal",
    "groups": "group",
    "launchers": "launcher",
    "missions": "mission",
    "pads": "pad",
    "partners": "partner",
    "places": "place",
    "priors": "prior",
    "resources": "resource",
    "risks": "risk",
    "slips": "slip model",
    "spacecraft": "spacecraft",
    "stages": "stage",
    "stations": "station",
}
_SECTIONS: Final = {"pads": "launch_sites", "stages": "spacecraft"}


def find(values: Any, pattern: str) -> list[tuple[Path, Any]]:
    """Return what stands at a pattern of keys, with its path."""
    found: list[tuple[Path, Any]] = [((), values)]
    for part in pattern.split("."):
        if part == "#":
            inner = ((path, enumerate(value)) for path, value in found if isinstance(value, list))
            found = [((*path, index), item) for path, items in inner for index, item in items]
        elif part == "*":
            named = ((path, value) for path, value in found if isinstance(value, dict))
            found = [((*path, key), item) for path, value in named for key, item in value.items()]
        else:
            found = [((*p, part), value[part]) for p, value in found if isinstance(value, dict) and part in value]
        if not found:
            break
    return found


def needed_events(values: Values) -> Iterator[tuple[Path, str]]:
    """Return every event that is needed anywhere, by the name it is called there, with its path."""
    for pattern in (*NEEDS, "missions.*.launches.*.after"):
        for path, value in find(values, pattern):
            event = event_of(value)
            if event is not None:
                yield (*path, "after") if isinstance(value, dict) else path, event


def section(values: Values, name: str) -> dict[str, Any]:
    """Return a section of a scenario, empty where there is none."""
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _known(values: Values, kind: str) -> set[str]:
    if kind == "pads":
        return {f"{path[1]}.{path[3]}" for path, _ in find(values, "launch_sites.*.pads.*")}
    if kind == "stages":
        return {f"{path[1]}.{path[3]}" for path, _ in find(values, "spacecraft.*.stages.*")}
    if kind == "elements":
        return {*section(values, "elements"), *section(values, "stations")}
    return set(section(values, kind))


def check_references(layered: Layered) -> Iterator[Problem]:
    """Refuse names of blocks that do not exist."""
    known = {kind: _known(layered.values, kind) for _, kind in REFERENCES}
    for pattern, kind in REFERENCES:
        for path, value in find(layered.values, pattern):
            name = path[-1] if pattern.endswith(".*") else value
            if isinstance(name, str) and name not in known[kind]:
                mark = layered.key_mark(path) if name is path[-1] else layered.mark(path)
                message = f"there is no {_NOUNS[kind]} '{name[:80]}'"
                add = f"add it under {_SECTIONS.get(kind, kind)}"
                near = suggest(name, known[kind])
                hint = near if near.startswith("did") else ", or ".join(filter(None, (near, add)))
                yield Problem(mark, path_text(path), Code.NO_SUCH_NAME, "error", message, hint)


def is_needed(values: Values, name: str) -> bool:
    """Tell whether anything needs what has this name, or one of its events."""
    return any(event.partition(".")[0] == name for _, event in needed_events(values))
