"""Sense: what a scenario says must be possible. One function per check, the remedy in its message."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sim.problems import Code, Problem, Severity
from sim.scenario.layers import Layered
from sim.scenario.names import section
from sim.scenario.order import Network, check_cycles, earliest_days, root_of
from sim.scenario.schema import Element, Mission, Scenario, Station
from sim.scenario.text import Path, path_text
from sim.units import format_date, format_quantity

_SCALED: Final = 1.1  # capacity to TLI grows a little where the departure asks for less energy than was published


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario of the right shape, with the places of its values."""

    scenario: Scenario
    layered: Layered

    def problem(
        self, path: Path, code: Code, message: str, hint: str, severity: Severity = "error", *, key: bool = False
    ) -> Problem:
        """Say what is wrong at a path."""
        mark = self.layered.key_mark(path) if key else self.layered.mark(path)
        return Problem(mark, path_text(path), code, severity, message, hint)


def check_sense(scenario: Scenario, layered: Layered) -> list[Problem]:
    """Give everything in a scenario of the right shape and with the right names that cannot be."""
    case, network = Case(scenario, layered), Network(scenario)
    problems = check_blocks(scenario, layered)
    if not any(problem.code in (Code.CYCLE, Code.DATE_ORDER) for problem in problems):
        problems += check_goals(case, network)
    problems += check_deliveries(case, network)
    problems += check_power(case, network)
    return problems


def check_blocks(scenario: Scenario, layered: Layered) -> list[Problem]:
    """Give what is wrong within single blocks and in circles of needs; holds for a part of a scenario too."""
    case = Case(scenario, layered)
    problems = [problem for check in CHECKS for problem in check(case)]
    return problems + list(check_cycles(Network(scenario), layered))


# --- dates ----------------------------------------------------------------------------------------------------------


def check_calendar(case: Case) -> Iterator[Problem]:
    """The calendar runs forward and holds the day of knowledge and the dates of the goals."""
    spec = case.scenario.calendar
    if spec.end <= spec.start:
        message = f"the calendar ends on {format_date(spec.end)}, not after its start on {format_date(spec.start)}"
        yield case.problem(("calendar", "end"), Code.DATE_ORDER, message, "move start or end")
        return
    if spec.as_of is not None and spec.as_of > spec.end:
        yield case.problem(("calendar", "as_of"), *_outside(spec.as_of, case))
    for name, goal in case.scenario.goals.items():
        if not spec.start <= goal.by <= spec.end:
            yield case.problem(("goals", name, "by"), *_outside(goal.by, case))


def _outside(date: datetime.datetime, case: Case) -> tuple[Code, str, str]:
    spec = case.scenario.calendar
    message = f"{format_date(date)} lies outside the calendar, {format_date(spec.start)} to {format_date(spec.end)}"
    return Code.OUTSIDE_CALENDAR, message, "move the date, or the calendar's start or end"


def check_plans(case: Case) -> Iterator[Problem]:
    """Plans beyond the calendar's end are never seen (warning)."""
    end = case.scenario.calendar.end
    plans: list[tuple[Path, datetime.datetime | None]] = []
    for name, mission in case.scenario.missions.items():
        plans.append((("missions", name, "not_before"), mission.not_before))
    for name, activity in case.scenario.activities.items():
        plans.append((("activities", name, "finish"), activity.finish))
    for path, date in plans:
        if date is not None and date > end:
            code, message, hint = _outside(date, case)
            yield case.problem(path, code, f"{message}: it is never seen", hint, "warning")


def check_facts(case: Case) -> Iterator[Problem]:
    """What has happened has happened before the day of knowledge, and in its order."""
    spec = case.scenario.calendar
    known = spec.as_of or spec.end
    for name, activity in case.scenario.activities.items():
        if activity.done is not None and activity.done > known:
            yield case.problem(("activities", name, "done"), *_not_yet(activity.done, known))
    for name, mission in case.scenario.missions.items():
        flown = mission.flown
        if flown is None:
            continue
        if flown.launched > known:
            yield case.problem(("missions", name, "flown", "launched"), *_not_yet(flown.launched, known))
        if flown.arrived is not None and flown.arrived < flown.launched:
            message = f"it arrived before it was launched on {format_date(flown.launched)}"
            yield case.problem(("missions", name, "flown", "arrived"), Code.DATE_ORDER, message, "swap the dates")


def _not_yet(date: datetime.datetime, known: datetime.datetime) -> tuple[Code, str, str]:
    message = f"{format_date(date)} lies after {format_date(known)}, the last day that is known"
    return Code.DATE_ORDER, message, "write it as a plan, or move calendar.as_of"


def check_activity_dates(case: Case) -> Iterator[Problem]:
    """An activity does not end before it may begin."""
    for name, activity in case.scenario.activities.items():
        if activity.not_before is None or activity.finish is None:
            continue
        start = activity.not_before.mode()
        if start > activity.finish:
            message = f"it ends before it may begin on {format_date(start)}"
            yield case.problem(("activities", name, "finish"), Code.DATE_ORDER, message, "swap the dates")


def check_memberships(case: Case) -> Iterator[Problem]:
    """A partner does not leave before it joins."""
    for name, partner in case.scenario.partners.items():
        leaves = partner.withdraws
        mode = getattr(leaves, "mode", None)
        if partner.joins is None or not callable(mode):
            continue
        if mode() < partner.joins.mode():
            message = f"it leaves before it joins on {format_date(partner.joins.mode())}"
            yield case.problem(("partners", name, "withdraws"), Code.DATE_ORDER, message, "swap the dates")


def check_bars(case: Case) -> Iterator[Problem]:
    """A time in which a partner is barred ends after it began."""
    for name, partner in case.scenario.partners.items():
        if partner.barred is not None and partner.barred.until <= partner.barred.from_:
            message = f"it ends before it begins on {format_date(partner.barred.from_)}"
            yield case.problem(("partners", name, "barred", "until"), Code.DATE_ORDER, message, "swap the dates")


def check_times_of_flight(case: Case) -> Iterator[Problem]:
    """A time of flight is one value, or the shortest and the longest."""
    for name, leg in case.scenario.legs.items():
        path: Path = ("legs", name, "tof")
        if len(leg.tof) > 2 or (len(leg.tof) == 2 and leg.tof[0] >= leg.tof[1]):
            message = "this is not the shortest and the longest time of flight"
            yield case.problem(path, Code.VALUE, message, "for example tof: [84 h, 132 h]")
        if leg.transfer == "computed" and not leg.tof:
            message = "a computed transfer needs a time of flight"
            yield case.problem(("legs", name), Code.MISSING_KEY, message, "for example tof: [84 h, 132 h]", key=True)


def check_slip_rows(case: Case) -> Iterator[Problem]:
    """Rows of a slip law reach further and further ahead."""
    for name, law in case.scenario.slips.items():
        for index, (first, second) in enumerate(pairwise(law.rows)):
            if second.up_to <= first.up_to:
                path: Path = ("slips", name, "rows", index + 1, "up_to")
                yield case.problem(path, Code.VALUE, "this row reaches no further than the one before", "sort the rows")


# --- flights --------------------------------------------------------------------------------------------------------


def check_missions(case: Case) -> Iterator[Problem]:
    """A mission has flown, or says how it will fly."""
    for name, mission in case.scenario.missions.items():
        if mission.flown is None and not mission.operations and not (mission.launches and mission.route):
            message = "it says neither that it has flown nor how it will fly"
            hint = "give launches and a route, or flown"
            yield case.problem(("missions", name), Code.MISSING_KEY, message, hint, key=True)


def check_routes(case: Case) -> Iterator[Problem]:
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
    return f"{said}add a leg {{from: {start}, to: {end}, ...}} under legs"


def check_meetings(case: Case) -> Iterator[Problem]:
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


def check_substitutes(case: Case) -> Iterator[Problem]:
    """What flies in place of another mission is held in reserve."""
    for name, mission in case.scenario.missions.items():
        path: Path = ("missions", name)
        if mission.on_loss == "substitute" and mission.substitute is None:
            message, hint = "no mission is named to fly in its place", "add substitute: NAME"
            yield case.problem((*path, "on_loss"), Code.MISSING_KEY, message, hint)
        if mission.substitute is not None and not case.scenario.missions[mission.substitute].reserve:
            message, hint = f"{mission.substitute} flies anyway", f"add reserve: true to {mission.substitute}"
            yield case.problem((*path, "substitute"), Code.VALUE, message, hint)


def check_refuelling(case: Case) -> Iterator[Problem]:
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
            yield case.problem((*path, "propellant"), Code.OVER_CAPACITY, message, "take less, or a larger tank")


def check_cargo(case: Case) -> Iterator[Problem]:
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
            message += f" that {', '.join(carried)} can carry"
            hint = "carry less, or fly another spacecraft"
            yield case.problem(("missions", name, "cargo"), Code.OVER_CAPACITY, message, hint, key=True)


def _cargo_kg(scenario: Scenario, mission: Mission) -> float:
    if isinstance(mission.cargo, dict):
        return sum(mission.cargo.values())
    parts: dict[str, Element | Station] = {**scenario.elements, **scenario.stations}
    return sum(parts[item].mass for item in mission.cargo)


def check_crews(case: Case) -> Iterator[Problem]:
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


def check_lifts(case: Case) -> Iterator[Problem]:
    """A launcher has a capacity to where it is sent, and what it carries is not far over it.

    Exactly what a launcher lifts on the day is computed when the scenario is compiled.
    """
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
                hint = "carry less, or take a stronger launcher"
                yield case.problem(path, Code.OVER_CAPACITY, message, hint, key=True)


def _wet_kg(scenario: Scenario) -> Callable[[str], float]:
    def wet(name: str) -> float:
        craft = scenario.spacecraft[name]
        return craft.dry + sum(stage.dry + stage.propellant for stage in craft.stages.values())

    return wet


def check_pads(case: Case) -> Iterator[Problem]:
    """A launcher has a pad that is there before the calendar ends."""
    end = case.scenario.calendar.end
    for name, launcher in case.scenario.launchers.items():
        pads = [case.scenario.launch_sites[site].pads[pad] for site, pad in (p.split(".", 1) for p in launcher.pads)]
        if not any(pad.available is None or pad.available <= end for pad in pads):
            message = f"none of its pads is there before the calendar ends on {format_date(end)}"
            yield case.problem(("launchers", name, "pads"), Code.NO_PAD, message, "give it another pad")


def check_owners(case: Case) -> Iterator[Problem]:
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


# --- the base and the goals -----------------------------------------------------------------------------------------


def check_sites(case: Case) -> Iterator[Problem]:
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
        if place.periapsis is not None and place.apoapsis is not None and place.periapsis > place.apoapsis:
            message = "the periapsis lies above the apoapsis"
            yield case.problem(("places", name, "periapsis"), Code.VALUE, message, "swap them")


def check_goals(case: Case, network: Network) -> Iterator[Problem]:
    """A goal can be met before the calendar ends (error) and by its date (warning), if nothing goes wrong."""
    earliest = earliest_days(network)
    for name, goal in case.scenario.goals.items():
        found = earliest[name]
        root = root_of(name, earliest)
        path: Path = ("goals", name)
        never = network.events[root].never
        if found.day == math.inf:
            message = f"it can never be met: {never}"
            yield case.problem(path, Code.GOAL_UNREACHABLE, message, _remedy(never), key=True)
        elif found.day > network.calendar.length_d:
            message = f"it can never be met: {root} is not there before the calendar ends"
            hint = "plan it earlier, or move the calendar's end"
            yield case.problem(path, Code.GOAL_UNREACHABLE, message, hint, key=True)
        elif found.day > network.calendar.to_days(goal.by):
            message = f"it cannot be met by {format_date(goal.by)}: not before {network.calendar.iso(found.day)}"
            hint = f"{root} sets that date; plan it earlier, or move the goal"
            yield case.problem((*path, "by"), Code.GOAL_UNREACHABLE, message, hint, "warning")


def _remedy(never: str) -> str:
    return "let a mission carry it" if "delivers" in never else "need something else"


def _stands_already(case: Case, name: str) -> bool:
    """Whether a station needs no delivery: its tank is filled where it is."""
    station = case.scenario.stations.get(name)
    return station is not None and station.tank is not None


def check_deliveries(case: Case, network: Network) -> Iterator[Problem]:
    """Every element and station is delivered by a mission (warning)."""
    for kind in ("elements", "stations"):
        for name in section(case.layered.values, kind):
            if network.carrier(name) is None and not _stands_already(case, name):
                hint = "put it into the cargo of a mission, or remove it"
                message = "no mission delivers it"
                yield case.problem((kind, name), Code.UNDELIVERED, message, hint, "warning", key=True)


def check_power(case: Case, network: Network) -> Iterator[Problem]:
    """All supply together, in full sunlight, carries the demand of what a goal needs, with its margin."""
    delivered = [item for name, item in case.scenario.elements.items() if network.carrier(name)]
    supply = sum(item.supply.constant + item.supply.solar for item in delivered if item.supply)
    for name, goal in case.scenario.goals.items():
        if goal.power_margin is None:
            continue
        needed = _needed(network, name) & case.scenario.elements.keys()
        demand = sum(case.scenario.elements[item].demand for item in needed) * (1 + goal.power_margin)
        if demand > supply:
            message = f"{format_quantity(demand, 'power')} with margin are needed, and all supply together is"
            message += f" {format_quantity(supply, 'power')} in full sunlight"
            hint = "deliver more supply, or ask for less"
            yield case.problem(("goals", name, "power_margin"), Code.POWER_SHORT, message, hint)


def _needed(network: Network, name: str) -> set[str]:
    graph, seen, open_ = network.graph(), set[str](), [name]
    while open_:
        current = open_.pop()
        if current not in seen:
            seen.add(current)
            open_ += [need for need, _ in graph[current]]
    return seen


CHECKS: Final[tuple[Callable[[Case], Iterator[Problem]], ...]] = (
    check_calendar,
    check_plans,
    check_facts,
    check_activity_dates,
    check_memberships,
    check_bars,
    check_times_of_flight,
    check_slip_rows,
    check_missions,
    check_routes,
    check_meetings,
    check_substitutes,
    check_refuelling,
    check_cargo,
    check_crews,
    check_lifts,
    check_pads,
    check_owners,
    check_sites,
)
