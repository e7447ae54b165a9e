"""Sense of the base and the goals: a place to stand, a mission that delivers, power, and a date that can be met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.earliest import Bound, chain_of, root_of, supply_bounds
from sim.scenario.names import section
from sim.scenario.order import Earliest, NeedNetwork
from sim.scenario.schema import Element, Station
from sim.scenario.text import Path
from sim.units import format_date, format_quantity


def check_sites(case: Draft) -> Iterator[Problem]:
    """A place says where it is, and elements have somewhere to stand."""
    base = case.scenario.base
    if base is not None and not case.scenario.places[base.at].surface:
        message = f"{base.at} is not on the ground"
        yield case.problem(("base", "at"), Code.VALUE, message, "take a place with surface: true")
    for name, element in case.scenario.elements.items():
        if element.at is None and base is None:
            message = "it has no place: there is no base"
            yield case.problem(("elements", name), Code.MISSING_KEY, message, "give it at:, or add base:", key=True)
    for name, place in case.scenario.places.items():
        orbit = place.altitude is not None or (place.periapsis is not None and place.apoapsis is not None)
        if place.surface and (place.latitude is None or place.longitude is None):
            yield case.problem(
                ("places", name), Code.MISSING_KEY, "a site needs latitude and longitude", "add them", key=True
            )
        elif not place.surface and not orbit:
            hint = "give altitude, or periapsis and apoapsis"
            yield case.problem(("places", name), Code.MISSING_KEY, "an orbit needs its height", hint, key=True)
        for key, height_m in (("altitude", place.altitude), ("periapsis", place.periapsis)):
            if not place.surface and height_m == 0.0:
                message = f"an orbit lies above the ground, and this {key} is 0"
                yield case.problem(("places", name, key), Code.OUT_OF_RANGE, message, "for example 100 km")
        if place.periapsis is not None and place.apoapsis is not None and place.periapsis > place.apoapsis:
            message = "the periapsis lies above the apoapsis"
            yield case.problem(("places", name, "periapsis"), Code.VALUE, message, "swap them")


def check_counterparts(case: Draft) -> Iterator[Problem]:
    """No two goals of a scenario count as the same: either would do, and the choice would be ours."""
    goals = case.scenario.goals
    for name, goal in goals.items():
        others = [other for other, one in goals.items() if other != name and goal.counts_as in (other, one.counts_as)]
        if goal.counts_as is not None and others:
            path: Path = ("goals", name, "counts_as")
            message = f"it counts as '{goal.counts_as}', and so does the goal '{others[0]}'"
            yield case.problem(path, Code.DUPLICATE_KEY, message, "give one of them another counts_as, or none")


def check_goals(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """A goal can be met before the calendar ends (error) and by its date (warning), if nothing goes wrong."""
    earliest = network.earliest_days
    for name, goal in case.scenario.goals.items():
        root = root_of(name, earliest)
        path: Path = ("goals", name)
        never = network.events[root].never
        bounds = [_by_chain(name, earliest), *supply_bounds(case.scenario, network, name)]
        latest = max(bounds, key=lambda bound: bound.day)
        if earliest[name].day == math.inf:
            message = f"it can never be met: {never}"
            yield case.problem(path, Code.GOAL_UNREACHABLE, message, _remedy(never), key=True)
        elif latest.day > network.calendar.length_d:
            message = f"it can never be met: {latest.why} before the calendar ends"
            hint = f"{latest.remedy}, or move the calendar's end"
            yield case.problem(path, Code.GOAL_UNREACHABLE, message, hint, key=True)
        elif latest.day > network.calendar.to_days(goal.by) + WHOLE_DAY_D:
            message = f"it cannot be met by {format_date(goal.by)}: not before {network.calendar.iso(latest.day)}"
            hint = f"{latest.cause} sets that date; {latest.remedy}, or move the goal"
            yield case.problem((*path, "by"), Code.GOAL_UNREACHABLE, message, hint, "warning")


WHOLE_DAY_D: Final = 1.0 - 1e-6
"""A goal wanted by a day may be reached until that day ends."""
_LONGEST: Final = 5  # names of a chain in a message


def _by_chain(name: str, earliest: Mapping[str, Earliest]) -> Bound:
    """Return the bound that the longest chain of needs sets."""
    chain = chain_of(name, earliest) or [name]
    heads = list(dict.fromkeys(event.partition(".")[0] for event in chain))
    shown = [*heads[:_LONGEST], *(["..."] if len(heads) > _LONGEST else [])]
    cause = chain[0] if len(heads) == 1 else f"{chain[0]} ({' -> '.join(shown)})"
    return Bound(earliest[name].day, cause, f"{chain[0]} is not there", "plan it earlier")


def _remedy(never: str) -> str:
    return "let a mission carry it" if "delivers" in never else "need something else"


def _stands_already(case: Draft, name: str) -> bool:
    """Whether a station needs no delivery: its tank is filled where it is."""
    station = case.scenario.stations.get(name)
    return station is not None and station.tank is not None


def check_deliveries(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """Every element and station is delivered by a mission (warning)."""
    for kind in ("elements", "stations"):
        for name in section(case.layered.values, kind):
            if network.carrier(name) is None and not _stands_already(case, name):
                hint = "put it into the cargo of a mission, or remove it"
                message = "no mission delivers it"
                yield case.problem((kind, name), Code.UNDELIVERED, message, hint, "warning", key=True)


def check_destinations(case: Draft) -> Iterator[Problem]:
    """What a mission delivers ends up where it is to stand."""
    scenario = case.scenario
    parts: dict[str, Element | Station] = {**scenario.elements, **scenario.stations}
    for name, mission in scenario.missions.items():
        if not mission.route or isinstance(mission.cargo, dict):
            continue
        end = mission.route[-1]
        for index, item in enumerate(mission.cargo):
            place = parts[item].at or (scenario.base.at if scenario.base is not None else end)
            if place != end:
                message = f"{item} stands at {place}, and this mission ends at {end}"
                hint = f"lead the route to {place}, or let {item} stand at {end}"
                yield case.problem(("missions", name, "cargo", index), Code.VALUE, message, hint)


def check_power(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """All supply together, in full sunlight, carries the demand of what a goal needs, with its margin."""
    delivered = [item for name, item in case.scenario.elements.items() if network.carrier(name)]
    supply = sum(item.supply.constant + item.supply.solar for item in delivered if item.supply)
    for name, goal in case.scenario.goals.items():
        if goal.power_margin is None:
            continue
        needed = network.needed(name) & case.scenario.elements.keys()
        demand = sum(case.scenario.elements[item].demand for item in needed) * (1 + goal.power_margin)
        if demand > supply:
            message = f"{format_quantity(demand, 'power')} with margin are needed, and all supply together is"
            message += f" {format_quantity(supply, 'power')} in full sunlight"
            hint = "deliver more supply, or ask for less"
            yield case.problem(("goals", name, "power_margin"), Code.POWER_SHORT, message, hint)


CHECKS = (check_sites, check_destinations, check_counterparts)
