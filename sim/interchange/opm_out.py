"""A flight as an orbit message with its burns (CCSDS OPM): of a computed flight, or of one whose burns are typed in.

Source: CCSDS 502.0-B-2, Orbit Data Messages; CCSDS 505.0-B-2, XML for Navigation Data Messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from sim.campaign.sequence import Yard
from sim.interchange.ccsds import (
    AXES,
    FRAME,
    OutMessage,
    add_fields,
    add_state,
    as_lines,
    as_xml,
    numbers,
    plain_ascii,
)
from sim.interchange.plan_draft import slug
from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.epochs import epoch_from_iso
from sim.physics.frames import moon_axes
from sim.physics.states import FloatArray
from sim.problems import InputError, suggest
from sim.scenario.schema import Manoeuvre, Mission, Place, Scenario


@dataclass(frozen=True, slots=True)
class OpmBurn:
    """An impulse with its axes: RTN, or TNW where all that is known is its size."""

    about: str
    epoch: datetime.datetime
    """TDB."""
    axes: str
    dv_km_s: FloatArray
    propellant_kg: float
    dropped_kg: float


@dataclass(frozen=True, slots=True)
class Opm:
    """What a message says: a state, a mass, the burns, and where they come from."""

    name: str
    designator: str
    centre: str
    epoch: datetime.datetime
    state: FloatArray
    mass_kg: float
    burns: tuple[OpmBurn, ...]
    comments: tuple[str, ...]
    made: datetime.datetime

    @property
    def meta(self) -> dict[str, str]:
        """Return the object, the centre, the axes and the clock."""
        head = {"OBJECT_NAME": plain_ascii(self.name), "OBJECT_ID": self.designator, "CENTER_NAME": self.centre}
        return head | FRAME


def computed_opm(message: OutMessage, *, refined: bool) -> Opm:
    """Return a computed flight: sizes and propellant of its burns as in the plan, or as flown in the full field."""
    flight = message.flight
    burns = message.own_burns() if refined else flight.planned
    said = "sizes of burns and propellant as flown in the full field" if refined else (
        "sizes of burns and propellant are the plan's, directions those of the flight in the full field"
    )  # fmt: skip
    return Opm(
        flight.name,
        flight.designator,
        "EARTH",
        flight.moment(0.0),
        message.first_state(),
        flight.mass_kg,
        tuple(
            OpmBurn(
                one.about,
                flight.moment(one.time_s),
                "RTN",
                rtn_axes(one.before) @ one.dv_km_s,
                one.propellant_kg,
                one.dropped_kg,
            )
            for one in burns
        ),
        (*message.comments, said, *flight.later),
        message.made,
    )


def rtn_axes(state: FloatArray) -> FloatArray:
    """Return the radial, transverse and normal directions (3, 3) of a state, as rows."""
    radial = state[:3] / np.linalg.norm(state[:3])
    normal = np.cross(state[:3], state[3:])
    normal /= np.linalg.norm(normal)
    return np.array([radial, np.cross(normal, radial), normal])


# --- burns that are typed in ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SequenceFlight:
    """A mission whose every burn is typed in, the moment it starts in the plan, and what a message says of it."""

    scenario: Scenario
    name: str
    start: datetime.datetime
    leg: str | None
    """Which of its legs; all of them where it is None."""
    source: str
    made: datetime.datetime


def sequence_opm(flight: SequenceFlight) -> Opm:
    """Return a flight whose every burn is typed in; raises InputError where no leg tells the orbit it starts in.

    A burn says by its `about` to which leg it belongs. Of the orbit at its start size and inclination are known.
    """
    scenario, mission = flight.scenario, flight.scenario.missions[flight.name]
    wanted = [one for one in mission.sequence if flight.leg is None or slug(one.about or "") == flight.leg]
    leg = scenario.legs.get(slug(wanted[0].about or "")) if wanted else None
    place = scenario.places[leg.from_] if leg is not None else None
    if leg is None or place is None or place.surface:
        names = [name for name, one in scenario.legs.items() if not scenario.places[one.from_].surface]
        asked = f"--leg: {flight.leg[:80]!r} has no burns in {flight.name}" if flight.leg else (
            f"{flight.name}: no orbit is known in which its first burn is done"
        )  # fmt: skip
        hint = suggest(flight.leg, names) if flight.leg and names else ""
        raise InputError(f"{asked}; the `about` of a burn names its leg, which begins in an orbit; {hint}".rstrip("; "))
    first = flight.start + datetime.timedelta(days=wanted[0].after)
    burns, mass_kg = _burns(scenario, mission, wanted, flight.start)
    year = first.year
    comments = (
        flight.source,
        f"flight {flight.name} as in the plan, if nothing slips and nothing fails; every burn is typed in",
        f"state on a circle of the size of {leg.from_} at its lowest altitude, at its ascending node on the X axis:"
        " the plan knows neither node nor place in the orbit",
        "directions of burns are not in the plan: MAN_DV_1 is the size, along the velocity",
        "OBJECT_ID is provisional: the year and the number of the flight in the plan",
    )
    number = list(scenario.missions).index(flight.name) + 1
    state, centre = _circle(place, first), place.body.upper()
    return Opm(
        flight.name, f"{year}-{number:03d}A", centre, first, state, mass_kg, burns, comments, flight.made
    )  # fmt: skip


def _burns(
    scenario: Scenario, mission: Mission, wanted: list[Manoeuvre], start: datetime.datetime
) -> tuple[tuple[OpmBurn, ...], float]:
    """Return the burns with the propellant they take, and the mass before the first."""
    names = list(dict.fromkeys(name for step in mission.sequence for name in step.fly))
    yard, found, mass_kg = Yard(dict(scenario.spacecraft), names, scenario.g0_m_s2), list[OpmBurn](), 0.0
    for step in mission.sequence:
        loaded_kg = sum(step.load.values()) - sum(step.unload.values())
        full_kg = {name: yard.parts[name].propellant_kg for name in step.fly}
        before_kg = sum(yard.parts[name].mass_kg for name in step.fly) + loaded_kg
        yard.fly(step)
        if not any(step is one for one in wanted):
            continue
        mass_kg = mass_kg if found else before_kg
        used_kg = sum(full_kg.values()) - sum(yard.parts[name].propellant_kg for name in step.fly)
        dropped_kg = sum(yard.parts[text.split()[1]].mass_kg for text in step.do if text.startswith("drop"))
        at = start + datetime.timedelta(days=step.after)
        dv_km_s = np.array([1e-3 * step.dv, 0.0, 0.0])
        found.append(OpmBurn(step.about or "burn", at, "TNW", dv_km_s, used_kg, dropped_kg))
    return tuple(found), mass_kg


def _circle(place: Place, at: datetime.datetime) -> FloatArray:
    """Return a state on a circle about the body of an orbit, in ICRF axes, km and km/s."""
    moon = place.body == "moon"
    radius_km, mu_km3_s2 = (MOON_RADIUS_KM, MOON_MU_KM3_S2) if moon else (EARTH_RADIUS_KM, EARTH_MU_KM3_S2)
    lowest_m = place.altitude if place.altitude is not None else place.periapsis
    far_km = radius_km + 1e-3 * (lowest_m or 0.0)
    speed_km_s, tilt_rad = sqrt(mu_km3_s2 / far_km), place.inclination or 0.0
    axes = moon_axes(np.array([epoch_from_iso(at.isoformat())]))[0] if moon else np.eye(3)
    away = far_km * axes[0]
    along = speed_km_s * (np.cos(tilt_rad) * axes[1] + np.sin(tilt_rad) * axes[2])
    return np.concatenate([away, along])


# --- the message ------------------------------------------------------------------------------------------------------


def opm_bytes(opm: Opm, *, xml: bool) -> bytes:
    """Return the state before the first own burn, the mass, and the burns."""
    return as_xml("opm", opm.comments, opm.made, [_segment(opm)]) if xml else (
        as_lines("OPM", opm.comments, opm.made, _lines(opm))
    )  # fmt: skip


def _lines(opm: Opm) -> Iterator[str]:
    yield from (f"{key} = {text}" for key, text in opm.meta.items())
    yield ""
    yield f"EPOCH = {_time(opm.epoch)}"
    yield from (f"{key} = {text}" for key, text in zip(AXES, numbers(opm.state), strict=True))
    yield f"MASS = {opm.mass_kg:.3f}"
    for burn in opm.burns:
        yield ""
        yield from (f"COMMENT {plain_ascii(text)}" for text in _about(burn))
        yield from (f"{key} = {text}" for key, text, _ in _manoeuvre(burn))


def _segment(opm: Opm) -> Element:
    segment = Element("segment")
    add_fields(SubElement(segment, "metadata"), opm.meta)
    data = SubElement(segment, "data")
    add_state(data, _time(opm.epoch), opm.state)
    SubElement(SubElement(data, "spacecraftParameters"), "MASS", units="kg").text = f"{opm.mass_kg:.3f}"
    for burn in opm.burns:
        block = SubElement(data, "maneuverParameters")
        for text in _about(burn):
            SubElement(block, "COMMENT").text = plain_ascii(text)
        for key, text, unit in _manoeuvre(burn):
            SubElement(block, key, {"units": unit} if unit else {}).text = text
    return segment


def _time(at: datetime.datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _about(burn: OpmBurn) -> Iterator[str]:
    yield burn.about
    if burn.propellant_kg <= 0.0:
        yield "the plan does not say which engine burns: no propellant is counted"
    if burn.dropped_kg > 0.0:
        yield f"{burn.dropped_kg:.1f} kg of empty stages are dropped besides and are not in MAN_DELTA_MASS"


def _manoeuvre(burn: OpmBurn) -> Iterator[tuple[str, str, str]]:
    """Yield the keys of a burn with their units."""
    yield "MAN_EPOCH_IGNITION", _time(burn.epoch), ""
    yield "MAN_DURATION", "0.0", "s"
    yield "MAN_DELTA_MASS", f"{-burn.propellant_kg:.3f}", "kg"
    yield "MAN_REF_FRAME", burn.axes, ""
    for axis, dv_km_s in enumerate(burn.dv_km_s, 1):
        yield f"MAN_DV_{axis}", f"{dv_km_s:.9f}", "km/s"
