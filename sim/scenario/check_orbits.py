"""Sense of orbits and legs: planes that a site can reach, and transfers that can be computed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import pairwise
from math import ceil, degrees
from typing import Final

from sim.physics.limits import FIRST_DAY, LAST_DAY, RETURN_TOF_LIMITS_H, TOF_LIMITS_H
from sim.physics.places import HIGHEST_APOLUNE_KM, PARKING_LIMITS_KM
from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.schema import Leg, Place, Scenario
from sim.scenario.text import Path
from sim.units import format_date, format_quantity, parse_date

GEODETIC_DEG: Final = 0.2
"""How far an inclination may lie below a stated latitude: a latitude on a map is up to 0.19 degrees larger than the
angle at the Earth's centre, which bounds the inclination, and both are rounded.

Source: WGS 84, flattening 1/298.257: f sin(2 latitude), at most 0.19 degrees.
"""
ROUNDED_DEG: Final = 0.1
"""The same on the Moon, which is round: stated figures are rounded."""
LOWEST_LANDING_M_S: Final = 1500.0
"""No way between a lunar orbit and the ground takes less; an orbit that grazes the ground flies at 1,680 m/s.

Source: circular speed at 1,737.4 km about the Moon, with a margin of a tenth for what is rounded or left out.
"""


def check_launch_latitudes(case: Draft) -> Iterator[Problem]:
    """An orbit is no less inclined than the site it is launched from is far from the equator."""
    scenario = case.scenario
    for name, mission in scenario.missions.items():
        if mission.flown is None and mission.route:
            for key, launch in mission.launches.items():
                path: Path = ("missions", name, "launches", key)
                yield from _launch_problems(case, launch.launcher, mission.route[0], path)
    for name, station in scenario.stations.items():
        filling = station.tank.filled_by if station.tank is not None else None
        if filling is not None and filling.launcher is not None:
            path = ("stations", name, "tank", "filled_by", "launcher")
            yield from _launch_problems(case, filling.launcher, station.at, path)


def _launch_problems(case: Draft, launcher: str, orbit: str, path: Path) -> Iterator[Problem]:
    scenario, place = case.scenario, case.scenario.places[orbit]
    if place.body != "earth" or place.surface or place.inclination is None:
        return
    for pad in scenario.launchers[launcher].pads:
        site = pad.partition(".")[0]
        latitude_deg = degrees(scenario.launch_sites[site].latitude)
        if not _reaches(place.inclination, latitude_deg, GEODETIC_DEG):
            message = f"{launcher} launches from {site} at {_side(latitude_deg)}, and {orbit} is inclined by"
            message += f" {degrees(place.inclination):g} deg: no launch from there reaches it"
            yield case.problem(path, Code.OUT_OF_RANGE, message, _least_hint(orbit, latitude_deg), key=True)
            return


def _reaches(inclination_rad: float, latitude_deg: float, slack_deg: float) -> bool:
    """Whether the ground track of an orbit goes as far from the equator as a site lies.

    Source: spherical geometry: an orbit's ground track never passes poleward of min(i, 180 - i).
    """
    inclination_deg = degrees(inclination_rad) % 360.0
    return min(inclination_deg, 180.0 - inclination_deg) >= abs(latitude_deg) - slack_deg


def _side(latitude_deg: float) -> str:
    return f"{abs(latitude_deg):g} deg {'north' if latitude_deg >= 0.0 else 'south'}"


def _least_hint(orbit: str, latitude_deg: float) -> str:
    least, most = abs(latitude_deg), 180.0 - abs(latitude_deg)
    return f"the least inclination is {least:g} deg (the most {most:g} deg): change {orbit} or the site"


def check_landing_planes(case: Draft) -> Iterator[Problem]:
    """An orbit that one lands from, or climbs to, passes over the site."""
    for name, leg in case.scenario.legs.items():
        ends = [(end, case.scenario.places[end]) for end in (leg.from_, leg.to)]
        (orbit, above), (site, ground) = sorted(ends, key=lambda end: end[1].surface)
        latitude, inclination = ground.latitude, above.inclination
        if above.surface or not ground.surface or above.body != ground.body or latitude is None or inclination is None:
            continue
        latitude_deg = degrees(latitude)
        if not _reaches(inclination, latitude_deg, GEODETIC_DEG if above.body == "earth" else ROUNDED_DEG):
            message = f"{orbit} is inclined by {degrees(inclination):g} deg and never passes over {site}"
            message += f" at {_side(latitude_deg)}"
            yield case.problem(("legs", name), Code.OUT_OF_RANGE, message, _least_hint(orbit, latitude_deg), key=True)


def check_leg_kinds(case: Draft) -> Iterator[Problem]:
    """What a leg says fits the places between which it leads."""
    for name, leg in case.scenario.legs.items():
        start, end = case.scenario.places[leg.from_], case.scenario.places[leg.to]
        path: Path = ("legs", name)
        if leg.from_ == leg.to:
            yield case.problem((*path, "to"), Code.VALUE, "the leg ends where it starts", "lead it to another place")
        elif leg.transfer == "computed" and is_way_home(start, end):
            yield from _way_home_problems(case, name, leg)
        elif leg.transfer == "computed" and not _is_transfer(start, end):
            message = "a computed transfer leads from an orbit about the Earth to one about the Moon, or from there to"
            message += " the ground of the Earth, and this leg"
            message += f" leads from {_where(leg.from_, start)} to {_where(leg.to, end)}"
            hint = "remove transfer: computed and write the burns, for example burns: [{dv: 1.9 km/s}]"
            yield case.problem((*path, "transfer"), Code.VALUE, message, hint)
        elif leg.transfer == "computed":
            yield from _transfer_problems(case, name, leg)
        if (leg.light or leg.light_for > 0.0) and not (end.surface and end.body == "moon"):
            key = "light" if leg.light else "light_for"
            message = f"the Sun is asked for on arrival, and {leg.to} is no site on the Moon"
            yield case.problem((*path, key), Code.VALUE, message, f"remove {key}, or lead the leg to a site")


def _is_transfer(start: Place, end: Place) -> bool:
    orbits = not start.surface and not end.surface
    return orbits and (start.body, end.body) == ("earth", "moon")


def is_way_home(start: Place, end: Place) -> bool:
    """Say whether a leg leads from an orbit about the Moon to the ground of the Earth."""
    return not start.surface and start.body == "moon" and end.surface and end.body == "earth"


def _where(name: str, place: Place) -> str:
    body = {"earth": "the Earth", "moon": "the Moon"}[place.body]
    return f"{name} ({'on' if place.surface else 'about'} {body})"


def _transfer_problems(case: Draft, name: str, leg: Leg) -> Iterator[Problem]:
    """Tell what a transfer cannot be computed for: the parking orbit, and the time of flight."""
    place, path = case.scenario.places[leg.from_], ("places", leg.from_)
    low, high = PARKING_LIMITS_KM
    hint = f"for example {leg.from_}: {{body: earth, altitude: 200 km, inclination: 28.5 deg}}"
    if place.altitude is None:
        message = f"a computed transfer leaves from a circular orbit, and {leg.from_} has no altitude"
        yield case.problem(("legs", name, "from"), Code.VALUE, message, hint)
    elif not low <= place.altitude / 1e3 <= high:
        message = f"{name} is a computed transfer, which leaves from an orbit of {low:g} to {high:g} km:"
        message += f" {leg.from_} lies at {place.altitude / 1e3:g} km"
        yield case.problem((*path, "altitude"), Code.OUT_OF_RANGE, message, hint)
    if place.inclination is None:
        message = f"{name} is a computed transfer, which needs the inclination of {leg.from_}"
        yield case.problem(path, Code.MISSING_KEY, message, hint, key=True)
    yield from _too_high(case, name, leg.to, "ends in")
    yield from _untimely(case, name, leg, TOF_LIMITS_H)


def _way_home_problems(case: Draft, name: str, leg: Leg) -> Iterator[Problem]:
    """Tell what a way home cannot be computed for: the orbit it leaves, and the time of flight."""
    place = case.scenario.places[leg.from_]
    if place.altitude is None and place.periapsis is None:
        message = f"a computed way home leaves an orbit about the Moon, and {leg.from_} has no altitude"
        hint = f"for example {leg.from_}: {{body: moon, altitude: 100 km, inclination: 90 deg}}"
        yield case.problem(("legs", name, "from"), Code.VALUE, message, hint)
    yield from _too_high(case, name, leg.from_, "leaves")
    yield from _untimely(case, name, leg, RETURN_TOF_LIMITS_H)


def _too_high(case: Draft, name: str, orbit: str, how: str) -> Iterator[Problem]:
    """Tell that an orbit about the Moon goes up too high for a computed transfer."""
    place = case.scenario.places[orbit]
    highest_m = max(place.altitude or 0.0, place.apoapsis or 0.0)
    if highest_m > HIGHEST_APOLUNE_KM * 1e3:
        message = f"{name} is a computed transfer, which {how} an orbit of {HIGHEST_APOLUNE_KM:g} km at the most:"
        message += f" {orbit} goes up to {highest_m / 1e3:g} km"
        key = "altitude" if place.altitude is not None else "apoapsis"
        yield case.problem(("places", orbit, key), Code.OUT_OF_RANGE, message, "take a lower orbit, or write the burns")


def _untimely(case: Draft, name: str, leg: Leg, limits_h: tuple[float, float]) -> Iterator[Problem]:
    """Tell which times of flight lie outside what is computed."""
    shortest, longest = limits_h
    for index, value in enumerate(leg.tof):
        if not shortest - 1e-9 <= value * 24.0 <= longest + 1e-9:
            message = f"a time of flight of {format_quantity(value, 'duration')} lies outside"
            message += f" {shortest / 24.0:.3g} to {longest / 24.0:.3g} d, for which transfers are computed"
            hint = "for example tof: [84 h, 132 h]; a slower way is told by its burns, without transfer: computed"
            yield case.problem(("legs", name, "tof", index), Code.OUT_OF_RANGE, message, hint)


def check_landing_burns(case: Draft) -> Iterator[Problem]:
    """A way between a lunar orbit and the ground takes about 1.7 km/s at least (warning)."""
    for name, leg in case.scenario.legs.items():
        ends = [case.scenario.places[leg.from_], case.scenario.places[leg.to]]
        total_m_s = sum(burn.dv for burn in leg.burns)
        if not leg.burns or any(end.body != "moon" for end in ends) or ends[0].surface == ends[1].surface:
            continue
        if total_m_s < LOWEST_LANDING_M_S:
            message = f"the burns add up to {total_m_s:g} m/s; between an orbit about the Moon and its ground"
            message += " it takes 1.7 km/s at least"
            hint = "check the unit, or add the burns that are missing"
            yield case.problem(("legs", name, "burns"), Code.OUT_OF_RANGE, message, hint, "warning", key=True)


def check_transfer_order(case: Draft) -> Iterator[Problem]:
    """A computed transfer is the first leg of a mission: from later ones no day is looked for."""
    for name, mission in case.scenario.missions.items():
        if mission.flown is not None:
            continue
        way_home = [*mission.route[-1:], *mission.back] if mission.back else []
        for key, route in (("route", mission.route), ("back", way_home)):
            for index, (start, end) in enumerate(pairwise(route)):
                leg = _leg(case.scenario, start, end)
                if leg is not None and _is_computed(case.scenario, leg) and (key == "back" or index > 0):
                    message = f"the way from {start} to {end} is a computed transfer and not the first leg"
                    hint = f"begin the route at {start}, or write the burns of that leg"
                    at = index if key == "back" else index + 1
                    yield case.problem(("missions", name, key, at), Code.VALUE, message, hint)


def _leg(scenario: Scenario, start: str, end: str) -> Leg | None:
    """Return the leg that a mission flies from one place to the next: the first that leads there."""
    return next((leg for leg in scenario.legs.values() if (leg.from_, leg.to) == (start, end)), None)


def _is_computed(scenario: Scenario, leg: Leg) -> bool:
    return leg.transfer == "computed" and _is_transfer(scenario.places[leg.from_], scenario.places[leg.to])


def _looks_up(scenario: Scenario, leg: Leg) -> bool:
    """Whether a leg is computed from the ephemeris: a way out or a way home."""
    ends = (scenario.places[leg.from_], scenario.places[leg.to])
    return leg.transfer == "computed" and (_is_transfer(*ends) or is_way_home(*ends))


def check_ephemeris(case: Draft) -> Iterator[Problem]:
    """The calendar lies within the ephemeris where transfers, light or tracking are computed."""
    spec = case.scenario.calendar
    reason, longest_d = _computed(case.scenario)
    if not reason:
        return
    first, last = parse_date(FIRST_DAY), parse_date(LAST_DAY) - datetime.timedelta(days=ceil(longest_d))
    if spec.start < first:
        message = f"it starts on {format_date(spec.start)}, and {reason} from {format_date(first)} on"
        yield case.problem(("calendar", "start"), Code.OUT_OF_RANGE, message, "start it later")
    if spec.end > last:
        message = f"it ends on {format_date(spec.end)}, and {reason} until {format_date(last)}"
        yield case.problem(("calendar", "end"), Code.OUT_OF_RANGE, message, "end it earlier")


def _computed(scenario: Scenario) -> tuple[str, float]:
    """Say what of a scenario is computed from the ephemeris, and how many days beyond the calendar it looks."""
    routes = [[*m.route, *m.back] for m in scenario.missions.values() if m.flown is None]
    flown = [_leg(scenario, *way) for route in routes for way in pairwise(route)]
    legs = [leg for leg in flown if leg is not None]
    voyages_d = [max(leg.tof, default=0.0) for leg in legs if _looks_up(scenario, leg)]
    if voyages_d:
        return "transfers are computed", min(max(voyages_d), TOF_LIMITS_H[1] / 24.0)
    if any(leg.light for leg in legs):
        return "the light at a landing is computed", 0.0
    base = scenario.places[scenario.base.at] if scenario.base is not None else None
    if base is not None and base.surface and base.body == "moon":
        return "the light at the base is computed", 0.0
    if scenario.ground is not None and scenario.ground.critical and scenario.ground.stations:
        return "what the ground stations see is computed", 0.0
    return "", 0.0


CHECKS = (
    check_launch_latitudes,
    check_landing_planes,
    check_leg_kinds,
    check_landing_burns,
    check_transfer_order,
    check_ephemeris,
)
