"""Sense of missions: a way to fly, room on board, a launcher that lifts it, a pad that takes it, waits that end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from sim.physics.injection import injection_dv_m_s, mass_ratio, upper_stage_kg
from sim.physics.limits import PhysicsError
from sim.physics.places import PARKING_LIMITS_KM
from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.schema import Element, Launch, Launcher, Mission, Scenario, Station
from sim.scenario.text import Path
from sim.scenario.working import least
from sim.units import format_date, format_quantity

_SCALED: Final = 1.1  # capacity to TLI grows a little where the departure asks for less energy than was published

_ROUNDING_D = 1e-6


def check_missions(case: Draft) -> Iterator[Problem]:
    """A mission has flown, or says how it will fly."""
    for name, mission in case.scenario.missions.items():
        told = mission.operations or mission.sequence
        if mission.flown is None and not told and not (mission.launches and mission.route):
            message = "it says neither that it has flown nor how it will fly"
            hint = "give launches and a route, or flown"
            yield case.problem(("missions", name), Code.MISSING_KEY, message, hint, key=True)


def check_routes(case: Draft) -> Iterator[Problem]:
    """A leg leads from each place of a route to the next."""
    known = {(leg.from_, leg.to) for leg in case.scenario.legs.values()}
    for name, mission in case.scenario.missions.items():
        way_home = [*mission.route[-1:], *mission.back] if mission.back else []
        for key, route in (("route", mission.route), ("back", way_home)):
            for index, (start, end) in enumerate(pairwise(route)):
                if (start, end) not in known:
                    at = index + 1 if key == "route" else index
                    hint = _leg_hint(start, end, known)
                    message = f"no leg leads from {start} to {end}"
                    yield case.problem(("missions", name, key, at), Code.NO_LEG, message, hint)


def _leg_hint(start: str, end: str, known: set[tuple[str, str]]) -> str:
    onward = sorted(to for origin, to in known if origin == start)
    said = f"from {start} legs lead to {', '.join(onward)}; " if onward else ""
    return f"{said}add a leg {{from: {start}, to: {end}, burns: [{{dv: ...}}], tof: [...]}} under legs"


def check_meetings(case: Draft) -> Iterator[Problem]:
    """Launches that meet do so on the route, with spacecraft that they carry."""
    for name, mission in case.scenario.missions.items():
        meeting = mission.rendezvous
        if meeting is None:
            continue
        path: Path = ("missions", name, "rendezvous")
        if mission.route and meeting.at not in mission.route:
            message, hint = f"{meeting.at} is not on the route", f"one of {', '.join(mission.route)}"
            yield case.problem((*path, "at"), Code.NO_LEG, message, hint)
        carried = {craft for launch in mission.launches.values() for craft in launch.carries}
        for index, craft in enumerate(meeting.goes_on):
            if craft not in carried:
                message, hint = f"no launch carries {craft}", f"one of {', '.join(sorted(carried))}"
                yield case.problem((*path, "goes_on", index), Code.NO_SUCH_NAME, message, hint)


def check_substitutes(case: Draft) -> Iterator[Problem]:
    """What flies in place of another mission is held in reserve."""
    for name, mission in case.scenario.missions.items():
        path: Path = ("missions", name)
        if mission.on_loss == "substitute" and mission.substitute is None:
            message, hint = "no mission is named to fly in its place", "add substitute: NAME"
            yield case.problem((*path, "on_loss"), Code.MISSING_KEY, message, hint)
        if mission.substitute is not None and not case.scenario.missions[mission.substitute].reserve:
            message, hint = f"{mission.substitute} flies anyway", f"add reserve: true to {mission.substitute}"
            yield case.problem((*path, "substitute"), Code.VALUE, message, hint)


def check_reserves(case: Draft) -> Iterator[Problem]:
    """What is held in reserve stands in for some mission (warning)."""
    wanted = {mission.substitute for mission in case.scenario.missions.values()}
    for name, mission in case.scenario.missions.items():
        if mission.reserve and name not in wanted:
            message = "it never flies: it is held in reserve, and no mission has it as substitute"
            hint = f"add on_loss: substitute and substitute: {name} to the mission it is for, or remove reserve"
            yield case.problem(("missions", name, "reserve"), Code.VALUE, message, hint, "warning")


def check_refuelling(case: Draft) -> Iterator[Problem]:
    """Propellant is taken on at a station on the way that can hold it."""
    for name, mission in case.scenario.missions.items():
        refuel = mission.refuel
        if refuel is None:
            continue
        station, path = case.scenario.stations[refuel.at], ("missions", name, "refuel")
        if station.at not in mission.route:
            message, hint = f"{refuel.at} is at {station.at}, which is not on the route", "add it to the route"
            yield case.problem((*path, "at"), Code.NO_LEG, message, hint)
        room = station.tank.capacity if station.tank else 0.0
        if refuel.propellant > room:
            message = f"{format_quantity(refuel.propellant, 'mass')} from a tank of {format_quantity(room, 'mass')}"
            message += _too_much(refuel.propellant, room)
            yield case.problem((*path, "propellant"), Code.OVER_CAPACITY, message, "take less, or a larger tank")


def check_cargo(case: Draft) -> Iterator[Problem]:
    """The cargo fits into the spacecraft that carry it."""
    craft = case.scenario.spacecraft
    for name, mission in case.scenario.missions.items():
        if mission.flown is not None or not mission.launches or not mission.cargo:
            continue
        carried = [c for launch in mission.launches.values() for c in launch.carries]
        room = sum(craft[c].cargo for c in carried)
        mass = _cargo_kg(case.scenario, mission)
        if mass > room * (1 + 1e-9):
            message = f"the cargo of {format_quantity(mass, 'mass')} is over the {format_quantity(room, 'mass')}"
            message += f" that {', '.join(carried)} can carry{_too_much(mass, room)}"
            hint = "carry less, or fly another spacecraft"
            yield case.problem(("missions", name, "cargo"), Code.OVER_CAPACITY, message, hint, key=True)


def _too_much(mass_kg: float, room_kg: float) -> str:
    return f": {math.ceil((mass_kg - room_kg) * (1 - 1e-9))} kg too much"


def _cargo_kg(scenario: Scenario, mission: Mission) -> float:
    if isinstance(mission.cargo, dict):
        return sum(mission.cargo.values())
    parts: dict[str, Element | Station] = {**scenario.elements, **scenario.stations}
    return sum(parts[item].mass for item in mission.cargo)


def check_crews(case: Draft) -> Iterator[Problem]:
    """There is a seat for everybody."""
    for name, mission in case.scenario.missions.items():
        crew = mission.crew
        if crew is None:
            continue
        path: Path = ("missions", name, "crew")
        seats = [case.scenario.spacecraft[c].crew for launch in mission.launches.values() for c in launch.carries]
        if mission.launches and crew.number > max(seats, default=0):
            message = f"{crew.number} people and {max(seats, default=0)} seats"
            yield case.problem((*path, "number"), Code.OVER_CAPACITY, message, "send fewer, or another ship")
        if crew.down > crew.number:
            message = f"{crew.down} go down of {crew.number} on board"
            yield case.problem((*path, "down"), Code.VALUE, message, "down counts among number")


def check_seats_down(case: Draft) -> Iterator[Problem]:
    """Who goes down has a seat in a spacecraft that goes down."""
    craft, places = case.scenario.spacecraft, case.scenario.places
    for name, mission in case.scenario.missions.items():
        down = mission.crew.down if mission.crew is not None else 0
        if not down or not mission.launches or not mission.route or not places[mission.route[-1]].surface:
            continue
        meeting = mission.rendezvous
        carried = [c for launch in mission.launches.values() for c in launch.carries]
        onward = meeting.goes_on if meeting is not None and meeting.goes_on else carried
        landers = [c for c in onward if c in craft and craft[c].kind == "lander"] or onward
        seats = max((craft[c].crew for c in landers if c in craft), default=0)
        if down > seats:
            message = f"{down} go down, and {', '.join(landers)} has {seats or 'no'} seats"
            hint = f"give it seats (crew: {down}), let another lander go on, or send fewer down"
            yield case.problem(("missions", name, "crew", "down"), Code.OVER_CAPACITY, message, hint)


def check_lifts(case: Draft) -> Iterator[Problem]:
    """A launcher has a capacity to where it is sent, and what it carries is not far over it.

    Exactly what a launcher lifts on the day is computed when the scenario is compiled.
    """
    yield from _contradicting_lifts(case)
    for name, mission in case.scenario.missions.items():
        for key, launch in mission.launches.items() if mission.flown is None else ():
            path: Path = ("missions", name, "launches", key)
            launcher = case.scenario.launchers[launch.launcher]
            if launch.to not in launcher.to:
                message = f"{launch.launcher} has no capacity to '{launch.to}'"
                hint = f"known: {', '.join(launcher.to)}; or add it under launchers.{launch.launcher}.to"
                yield case.problem((*path, "to"), Code.OVER_CAPACITY, message, hint)
                continue
            alone = len(mission.launches) == 1
            mass = sum(map(_wet_kg(case.scenario), launch.carries))
            mass += _cargo_kg(case.scenario, mission) if alone else 0.0
            if mass > launcher.to[launch.to] * _SCALED:
                message = f"{format_quantity(mass, 'mass')} is over what {launch.launcher} lifts to {launch.to}"
                message += f", {format_quantity(launcher.to[launch.to], 'mass')}"
                message += _too_much(mass, launcher.to[launch.to])
                hint = "carry less, or take a stronger launcher"
                yield case.problem(path, Code.OVER_CAPACITY, message, hint, key=True)
            yield from _meeting_lift(case, mission, launch, path)


def _meeting_lift(case: Draft, mission: Mission, launch: Launch, path: Path) -> Iterator[Problem]:
    """What meets in an orbit about the Earth is lifted there, and not to the Moon (warning)."""
    at = mission.rendezvous.at if mission.rendezvous is not None else ""
    place = case.scenario.places.get(at)
    if launch.to == "tli" and place is not None and place.body == "earth" and not place.surface:
        launcher = case.scenario.launchers[launch.launcher]
        message = f"the launches meet in {at}, and {launch.launcher} is asked for its capacity to tli"
        hint = f"add to: {at}" if at in launcher.to else f"add a capacity to {at} to the launcher, and to: {at} here"
        yield case.problem(path, Code.VALUE, message, hint, "warning", key=True)


def _contradicting_lifts(case: Draft) -> Iterator[Problem]:
    """The two capacities of a launcher and its isp go together where days of computed injections are asked for."""
    scenario = case.scenario
    told: set[str] = set()
    for mission in scenario.missions.values():
        for launch in mission.launches.values() if mission.flown is None and mission.route else ():
            launcher, origin = scenario.launchers[launch.launcher], scenario.places[mission.route[0]]
            tli_kg, stage = launcher.to.get("tli"), launcher.upper_stage
            parked = PARKING_LIMITS_KM[0] <= (origin.altitude or 0.0) / 1e3 <= PARKING_LIMITS_KM[1]
            if launch.to != "tli" or tli_kg is None or stage is None or launch.launcher in told or not parked:
                continue
            try:
                ratio = mass_ratio(injection_dv_m_s((origin.altitude or 0.0) / 1e3), stage.isp)
                upper_stage_kg(launcher.to.get("leo"), tli_kg, stage.isp, ratio)
            except PhysicsError as error:
                told.add(launch.launcher)
                path: Path = ("launchers", launch.launcher, "to")
                yield case.problem(path, Code.VALUE, str(error), "check leo, tli and isp", key=True)


def _wet_kg(scenario: Scenario) -> Callable[[str], float]:
    def wet(name: str) -> float:
        craft = scenario.spacecraft[name]
        return craft.dry + sum(stage.dry + stage.propellant for stage in craft.stages.values())

    return wet


def check_pads(case: Draft) -> Iterator[Problem]:
    """A launcher has a pad that is there before the calendar ends."""
    end = case.scenario.calendar.end
    for name, launcher in case.scenario.launchers.items():
        pads = [case.scenario.launch_sites[site].pads[pad] for site, pad in (p.split(".", 1) for p in launcher.pads)]
        if not any(pad.available is None or pad.available <= end for pad in pads):
            message = f"none of its pads is there before the calendar ends on {format_date(end)}"
            yield case.problem(("launchers", name, "pads"), Code.NO_PAD, message, "give it another pad")


def check_owners(case: Draft) -> Iterator[Problem]:
    """Who flies a mission owns its launchers."""
    for name, mission in case.scenario.missions.items():
        if mission.flown is not None or mission.partner is None:
            continue
        for key, launch in mission.launches.items():
            owner = case.scenario.launchers[launch.launcher].partner
            if owner is not None and owner != mission.partner:
                path: Path = ("missions", name, "launches", key, "launcher")
                message = f"{launch.launcher} belongs to {owner}, but {mission.partner} flies this mission"
                hint = f"let {owner} fly it, or take a launcher of {mission.partner}"
                yield case.problem(path, Code.NOT_OWNER, message, hint)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Days that lie between the first and the last launch of a mission at the least, why, and what would help."""

    least_d: float
    why: str
    remedy: str


def check_waits(case: Draft) -> Iterator[Problem]:
    """The first to arrive at a meeting can wait for the last, whose vehicle and pad take their time (warning)."""
    for name, mission in case.scenario.missions.items():
        meeting = mission.rendezvous
        if meeting is None or mission.flown is not None or len(mission.launches) < 2:
            continue
        gaps = list(_gaps(case.scenario, mission))
        longest = max(gaps, key=lambda gap: gap.least_d, default=None)
        if longest is not None and longest.least_d > meeting.wait + _ROUNDING_D:
            message = f"who comes first waits for {format_quantity(meeting.wait, 'duration')}, and the last comes"
            message += f" {format_quantity(longest.least_d, 'duration')} later at the least: {longest.why};"
            message += " it waits in vain, every time"
            hint = f"let it wait longer, or {longest.remedy}"
            yield case.problem(("missions", name, "rendezvous", "wait"), Code.VALUE, message, hint, "warning")


def _gaps(scenario: Scenario, mission: Mission) -> Iterator[_Gap]:
    """List what keeps the launches of a mission apart; ways of unlike length bring them together by as much."""
    shortest_d, longest_d = _way_d(scenario, mission)
    nearer_d = longest_d - shortest_d
    numbers: dict[str, int] = {}
    for launch in mission.launches.values():
        numbers[launch.launcher] = numbers.get(launch.launcher, 0) + 1
        launcher = scenario.launchers[launch.launcher]
        after, _, what = (launch.after or "").partition(".")
        if after in mission.launches and what in ("arrived", "launched"):
            apart_d = max(launch.spacing, least(launcher.integration))
            apart_d += shortest_d if what == "arrived" else -nearer_d
            why = f"{launch.launcher} is made ready after {launch.after}"
            yield _Gap(apart_d, why, "do not launch one after the other")
    for name, count in numbers.items():
        yield _pad_gap(scenario, name, count, nearer_d)
        yield _line_gap(scenario.launchers[name], name, count, nearer_d)


def _pad_gap(scenario: Scenario, name: str, count: int, nearer_d: float) -> _Gap:
    """Launches from one pad follow each other by its turnaround and the next vehicle's integration."""
    launcher = scenario.launchers[name]
    turned_d = min(
        least(scenario.launch_sites[site].pads[pad].turnaround)
        for site, _, pad in (path.partition(".") for path in launcher.pads)
    )
    rounds = ceil(count / len(launcher.pads)) - 1
    why = f"{count} of {name} launch from {len(launcher.pads)} pad{'s' if len(launcher.pads) > 1 else ''}"
    return _Gap(rounds * (turned_d + least(launcher.integration)) - nearer_d, why, "add a pad")


def _line_gap(launcher: Launcher, name: str, count: int, nearer_d: float) -> _Gap:
    """What is not in store when the first vehicle is taken has to be made, while that one is made ready and flies."""
    line = launcher.production
    made = max(count - max(line.ready, line.stock), 0)
    meanwhile_d = launcher.integration.mode - least(launcher.integration)
    why = f"{made} of {count} vehicles {name} are still to be made"
    return _Gap(made * least(line.every) - meanwhile_d - nearer_d, why, "keep more in store (production.stock)")


def _way_d(scenario: Scenario, mission: Mission) -> tuple[float, float]:
    """Return the days from launch to the meeting, at the least and at the most."""
    at = mission.rendezvous.at if mission.rendezvous is not None else ""
    last = mission.route.index(at) if at in mission.route else 0
    legs = {(leg.from_, leg.to): leg for leg in reversed(scenario.legs.values())}
    flown = [legs[way] for way in pairwise(mission.route[: last + 1]) if way in legs]
    ranges = [(min(leg.tof, default=0.0), max(leg.tof, default=0.0)) for leg in flown]
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


CHECKS = (
    check_missions,
    check_routes,
    check_meetings,
    check_waits,
    check_substitutes,
    check_reserves,
    check_refuelling,
    check_cargo,
    check_crews,
    check_seats_down,
    check_lifts,
    check_pads,
    check_owners,
)
