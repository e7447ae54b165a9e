"""A plan on the map (KML 2.2): launch sites, landing sites, what happens there and when, and the track of a flight.

Source of the forms: OGC 07-147r2, KML 2.2. A file shows one globe; that of the Moon says so on its root element.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import degrees
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from sim.interchange.ccsds import OutMessage
from sim.interchange.mspdi_out import clean_text
from sim.interchange.out_plan import OutActivity, OutPlan
from sim.physics.constants import DAY_S
from sim.physics.frames import moon_axes, sidereal_time_rad
from sim.physics.states import FloatArray
from sim.scenario.schema import Mission, Scenario

_KML: Final = "http://www.opengis.net/kml/2.2"

Moment = datetime.datetime


@dataclass(frozen=True, slots=True)
class GroundVisit:
    """Something that happens at a place on the ground, and when it ends."""

    title: str
    start: Moment
    end: Moment | None
    """None for what stays."""
    likely: tuple[Moment | None, ...]
    """The start at P50 and P80."""


@dataclass(frozen=True, slots=True)
class GroundPlace:
    """A launch site, or a place on the ground of Earth or Moon."""

    name: str
    body: str
    """earth or moon."""
    latitude_deg: float
    longitude_deg: float
    visits: tuple[GroundVisit, ...]


def ground_places(scenario: Scenario, plan: OutPlan, home: Mapping[str, Moment]) -> tuple[GroundPlace, ...]:
    """Return what lies on the ground, with the launches, landings and elements there.

    `home` has the moment at which the people of a mission leave the ground, by mission.
    """
    visits: dict[str, list[GroundVisit]] = {}
    for one in plan.activities:
        for place, visit in _visits(scenario, one, home.get(one.name)):
            visits.setdefault(place, []).append(visit)
    sites = [(name, "earth", one.latitude, one.longitude) for name, one in scenario.launch_sites.items()]
    sites += [
        (name, one.body, one.latitude, one.longitude)
        for name, one in scenario.places.items()
        if one.surface and one.latitude is not None and one.longitude is not None
    ]
    return tuple(
        GroundPlace(name, body, degrees(north), degrees(east), tuple(visits.get(name, ())))
        for name, body, north, east in sites
    )


def _visits(scenario: Scenario, one: OutActivity, home: Moment | None) -> Iterator[tuple[str, GroundVisit]]:
    if one.start is None or one.finish is None:
        return
    starts, ends = (tuple(pair[edge] if pair else None for pair in one.likely) for edge in (0, 1))
    if one.kind == "element" and one.name in scenario.elements:
        base = scenario.base
        place = scenario.elements[one.name].at or (base.at if base is not None else "")
        yield place, GroundVisit(f"{one.title} in use", one.finish, None, ends)
    mission = _mission(scenario, one.name) if one.kind == "mission" else None
    if mission is None:
        return
    for site in dict.fromkeys(_launch_sites(scenario, mission)):
        yield site, GroundVisit(f"{one.title}: launch", one.start, one.start, starts)
    for place in mission.route[1:]:
        if scenario.places[place].surface:
            yield place, GroundVisit(f"{one.title}: landing", one.finish, home, ends)


def _mission(scenario: Scenario, name: str) -> Mission | None:
    """Return what is said of a mission; one that is flown several times has a number at the end of its name."""
    return scenario.missions.get(name) or scenario.missions.get(name.rpartition("-")[0])


def _launch_sites(scenario: Scenario, mission: Mission) -> Iterator[str]:
    """Yield the sites of the launches; where a launcher has pads at several, the runs choose one, and none is said."""
    for launch in mission.launches.values():
        sites = {pad.partition(".")[0] for pad in scenario.launchers[launch.launcher].pads}
        if len(sites) == 1:
            yield from sites


# --- the file ---------------------------------------------------------------------------------------------------------


def kml_bytes(plan: OutPlan, places: Sequence[GroundPlace], body: str, message: OutMessage | None) -> bytes:
    """Return the map of one body, earth or moon; with the ground track of a flight where one is given."""
    root = Element("kml", {"xmlns": _KML} | ({"hint": "target=moon"} if body == "moon" else {}))
    document = SubElement(root, "Document")
    _say(document, "name", plan.scenario)
    _say(document, "description", f"{plan.run}. Dates are days of the plan.")
    for place in places:
        if place.body == body:
            _place(document, place)
    if message is not None:
        _track(document, message, body)
    indent(root)
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _say(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = clean_text(text)


def _place(parent: Element, place: GroundPlace) -> None:
    folder = SubElement(parent, "Folder")
    _say(folder, "name", place.name)
    _point(folder, place, place.name, f"{place.latitude_deg:.4f} deg north, {place.longitude_deg:.4f} deg east")
    for visit in place.visits:
        told = [f"plan {visit.start.date()}"]
        told += [
            f"{name} {at.date()}" for name, at in zip(("P50", "P80"), visit.likely, strict=False) if at is not None
        ]
        _point(folder, place, visit.title, ", ".join(told), visit)


def _point(parent: Element, place: GroundPlace, name: str, about: str, visit: GroundVisit | None = None) -> None:
    mark = SubElement(parent, "Placemark")
    _say(mark, "name", name)
    _say(mark, "description", about)
    if visit is not None:
        span = SubElement(mark, "TimeSpan")
        SubElement(span, "begin").text = visit.start.date().isoformat()
        if visit.end is not None:
            SubElement(span, "end").text = visit.end.date().isoformat()
    east_deg = (place.longitude_deg + 180.0) % 360.0 - 180.0
    SubElement(SubElement(mark, "Point"), "coordinates").text = f"{east_deg:.6f},{place.latitude_deg:.6f},0"


def _track(parent: Element, message: OutMessage, body: str) -> None:
    """Write what a flight flies over: on the Earth its way out, on the Moon the turn after its capture."""
    arc = next((one for one in message.flight.arcs if one.centre == body.upper()), None)
    if arc is None:
        return
    mark = SubElement(parent, "Placemark")
    _say(mark, "name", f"ground track of {message.flight.name}")
    _say(mark, "description", f"{arc.about}; {'; '.join(message.flight.notes)}")
    lines = SubElement(mark, "MultiGeometry")
    epoch_d = message.flight.injected_d + arc.time_s / DAY_S
    for part in _parts(_below(arc.states[:, :3], epoch_d, body)):
        line = SubElement(lines, "LineString")
        SubElement(line, "tessellate").text = "1"
        SubElement(line, "coordinates").text = " ".join(f"{east:.6f},{north:.6f},0" for east, north in part)


def _below(places_km: FloatArray, epoch_d: FloatArray, body: str) -> FloatArray:
    """Return longitude and latitude (n, 2), degrees, of the ground under places about a body."""
    if body == "moon":
        x, y, z = np.einsum("nij,nj->in", moon_axes(epoch_d), places_km)
        turned_rad = np.arctan2(y, x)
    else:
        x, y, z = places_km.T
        turned_rad = np.arctan2(y, x) - sidereal_time_rad(epoch_d)
    east_deg = (np.degrees(turned_rad) + 180.0) % 360.0 - 180.0
    return np.stack([east_deg, np.degrees(np.arctan2(z, np.hypot(x, y)))], axis=-1)


def _parts(track_deg: FloatArray) -> Iterator[list[tuple[float, float]]]:
    """Yield a track in parts, none of which crosses the meridian of 180 degrees."""
    part = [(float(track_deg[0, 0]), float(track_deg[0, 1]))]
    for east, north in track_deg[1:].tolist():
        before_east, before_north = part[-1]
        if abs(east - before_east) > 180.0:
            edge = 180.0 if before_east > 0.0 else -180.0
            share = (edge - before_east) / (east + 2.0 * edge - before_east)
            middle = before_north + share * (north - before_north)
            yield [*part, (edge, middle)]
            part = [(-edge, middle)]
        part.append((east, north))
    yield part
