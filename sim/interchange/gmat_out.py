"""A computed flight as a script of GMAT: a craft, its tanks and burns, the field it flies in, and the sequence.

Source of the forms: GMAT User Guide R2022a, reference of resources and commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from sim.interchange.ccsds import OutMessage, plain_ascii
from sim.interchange.flown import OutBurn
from sim.physics.constants import DAY_S, G0_M_S2
from sim.physics.states import FloatArray

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AXES: Final = ("X", "Y", "Z", "VX", "VY", "VZ")
_LONGEST_NAME: Final = 40
_FIELD: Final = """\
Create ForceModel Field
GMAT Field.CentralBody = Earth
GMAT Field.PrimaryBodies = {Earth}
GMAT Field.GravityField.Earth.Degree = 2
GMAT Field.GravityField.Earth.Order = 0
GMAT Field.GravityField.Earth.PotentialFile = 'JGM2.cof'
GMAT Field.PointMasses = {Luna, Sun}
GMAT Field.Drag = None
GMAT Field.SRP = Off

Create Propagator Way
GMAT Way.FM = Field
GMAT Way.Type = PrinceDormand78
GMAT Way.InitialStepSize = 60
GMAT Way.Accuracy = 1e-12
GMAT Way.MinStep = 0
GMAT Way.MaxStep = 3600"""
"""Earth with its flattening, Moon and Sun as points: the field in which the flight was computed."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A burn with the names of its resources, and what the craft weighs before it."""

    burn: OutBurn
    name: str
    tank: str
    """Empty where the plan does not say which engine burns."""
    mass_kg: float

    @property
    def isp_s(self) -> float:
        """Return the isp that takes just this propellant, also where several engines share the burn."""
        dv_m_s = 1e3 * float(np.linalg.norm(self.burn.dv_km_s))
        return dv_m_s / (G0_M_S2 * log(self.mass_kg / (self.mass_kg - self.burn.propellant_kg)))


def gmat_bytes(message: OutMessage) -> bytes:
    """Return the script that flies a flight: first its resources, each created once, then the sequence."""
    return "".join(f"{line};\n" if _is_code(line) else f"{line}\n" for line in _lines(message)).encode("ascii")


def _is_code(line: str) -> bool:
    return bool(line) and not line.startswith("%") and line != "BeginMissionSequence"


def _lines(message: OutMessage) -> Iterator[str]:
    craft, steps = _craft_name(message), _steps(message)
    yield from (f"% {plain_ascii(text)}" for text in message.comments)
    yield ""
    yield from _spacecraft(message, craft, steps)
    for step in steps:
        yield from _burn(step)
    yield from ("", *_FIELD.splitlines(), "", "BeginMissionSequence", "")
    yield from _sequence(message, craft, steps)


def _craft_name(message: OutMessage) -> str:
    """Return an identifier made from the flight's name; it begins as no word of the language does."""
    return f"Craft_{re.sub('[^A-Za-z0-9]+', '_', message.flight.name).strip('_')[:_LONGEST_NAME]}".rstrip("_")


def _steps(message: OutMessage) -> list[_Step]:
    mass_kg, found = message.flight.mass_kg, list[_Step]()
    for number, burn in enumerate(message.own_burns(), 1):
        burns_kg = 0.0 < burn.propellant_kg < mass_kg
        found.append(_Step(burn, f"Burn_{number}", f"Tank_{number}" if burns_kg else "", mass_kg))
        mass_kg -= burn.propellant_kg + burn.dropped_kg
    return found


def _spacecraft(message: OutMessage, craft: str, steps: list[_Step]) -> Iterator[str]:
    tanks = [step for step in steps if step.tank]
    yield f"Create Spacecraft {craft}"
    yield f"GMAT {craft}.DateFormat = TDBGregorian"
    yield f"GMAT {craft}.Epoch = '{_epoch(message)}'"
    yield f"GMAT {craft}.CoordinateSystem = EarthICRF"
    yield f"GMAT {craft}.DisplayStateType = Cartesian"
    for axis, value in zip(_AXES, message.first_state(), strict=True):
        yield f"GMAT {craft}.{axis} = {value:.9f}"
    yield f"GMAT {craft}.DryMass = {message.flight.mass_kg - sum(one.burn.propellant_kg for one in tanks):.3f}"
    if tanks:
        yield f"GMAT {craft}.Tanks = {{{', '.join(step.tank for step in tanks)}}}"
    for step in tanks:
        fuel_kg = step.burn.propellant_kg
        yield ""
        yield f"Create ChemicalTank {step.tank}"
        yield f"GMAT {step.tank}.AllowNegativeFuelMass = true"
        yield f"GMAT {step.tank}.FuelMass = {fuel_kg:.3f}"
        yield f"GMAT {step.tank}.FuelDensity = 1000"
        yield f"GMAT {step.tank}.Volume = {fuel_kg / 900.0:.3f}"


def _epoch(message: OutMessage) -> str:
    at = message.flight.moment(0.0)
    return f"{at.day:02d} {_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S}.{at.microsecond // 1000:03d}"


def _burn(step: _Step) -> Iterator[str]:
    name, burn = step.name, step.burn
    yield ""
    yield f"% {plain_ascii(burn.about)}"
    yield f"Create ImpulsiveBurn {name}"
    yield f"GMAT {name}.CoordinateSystem = Local"
    yield f"GMAT {name}.Origin = {'Luna' if burn.centre == 'MOON' else 'Earth'}"
    yield f"GMAT {name}.Axes = VNB"
    for number, value in enumerate(vnb_axes(burn.about_centre) @ burn.dv_km_s, 1):
        yield f"GMAT {name}.Element{number} = {value:.9f}"
    if not step.tank:
        yield f"GMAT {name}.DecrementMass = false"
        return
    yield f"GMAT {name}.DecrementMass = true"
    yield f"GMAT {name}.Tank = {{{step.tank}}}"
    yield f"GMAT {name}.Isp = {step.isp_s:.6f}"
    yield f"GMAT {name}.GravitationalAccel = {G0_M_S2}"


def vnb_axes(state: FloatArray) -> FloatArray:
    """Return the directions (3, 3) of velocity, orbit normal and their product, as rows."""
    along = state[3:] / np.linalg.norm(state[3:])
    normal = np.cross(state[:3], state[3:])
    normal /= np.linalg.norm(normal)
    return np.array([along, normal, np.cross(along, normal)])


def _sequence(message: OutMessage, craft: str, steps: list[_Step]) -> Iterator[str]:
    at_s, dropped_kg = 0.0, 0.0
    dry_kg = message.flight.mass_kg - sum(one.burn.propellant_kg for one in steps if one.tank)
    for step in steps:
        yield from _coast(craft, step.burn.time_s - at_s)
        yield f"Maneuver {step.name}({craft})"
        at_s = step.burn.time_s
        if step.burn.dropped_kg > 0.0:
            dropped_kg += step.burn.dropped_kg
            yield f"% {step.burn.dropped_kg:.1f} kg of empty stages are dropped"
            yield f"GMAT {craft}.DryMass = {dry_kg - dropped_kg:.3f}"
    yield from _coast(craft, float(message.flight.arcs[-1].time_s[-1]) - at_s)


def _coast(craft: str, span_s: float) -> Iterator[str]:
    if span_s > 0.0:
        yield f"Propagate Way({craft}) {{{craft}.ElapsedDays = {span_s / DAY_S:.12f}}}"
