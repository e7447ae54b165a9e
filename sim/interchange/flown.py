"""A computed flight of a plan as other tools want it: flown again in the full field, its states on a list of epochs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import Final

import numpy as np

from sim.campaign.flights import Tanks
from sim.campaign.plan import FlightStep
from sim.campaign.sheet import TOGETHER, PlannedTransfer
from sim.physics.constants import DAY_S, EARTH_MU_KM3_S2, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.field import Field, coast, field_from, moon_state
from sim.physics.limits import PhysicsError
from sim.physics.refine import RefinedSolution, fly_transfer, refine_transfer
from sim.physics.states import EphemerisTable, FloatArray

_J2000: Final = datetime.datetime(2000, 1, 1, 12)
_SHARE: Final = 0.12
"""Of the time in which the way bends, from line to line: Hermite of degree 7 is within 1 m and 1 mm/s."""
_LONGEST_S: Final = 3600.0
_STEPS: Final = 2000


@dataclass(frozen=True, slots=True)
class OutArc:
    """A free flight between two burns, in ICRF axes about its centre."""

    centre: str
    """EARTH or MOON."""
    about: str
    time_s: FloatArray
    """Seconds after the injection, whole milliseconds, rising; shape (n,)."""
    states: FloatArray
    """Places in km and velocities in km/s, shape (n, 6)."""


@dataclass(frozen=True, slots=True)
class OutBurn:
    """An impulse: when, in seconds after the injection, how much in ICRF axes (km/s), and the propellant it takes."""

    about: str
    time_s: float
    dv_km_s: FloatArray
    before: FloatArray
    """Geocentric state before it, km and km/s, shape (6,)."""
    centre: str
    """EARTH or MOON: whose orbit it changes."""
    about_centre: FloatArray
    """State before it about that body, km and km/s, shape (6,)."""
    propellant_kg: float
    dropped_kg: float
    """Empty stages that are left behind."""
    isp_s: float
    by_launcher: bool


@dataclass(frozen=True, slots=True)
class OutFlight:
    """One flight from its parking orbit about the Earth to its orbit about the Moon, both burns in it."""

    name: str
    mission: str
    designator: str
    """A provisional one: year of the injection and number in the plan."""
    injected_d: float
    """TDB epoch of the injection, days since J2000."""
    mass_kg: float
    """Before its own first burn."""
    burns: tuple[OutBurn, ...]
    arcs: tuple[OutArc, ...]
    notes: tuple[str, ...]
    planned: tuple[OutBurn, ...]
    """Its own burns up to the insertion, with the sizes and the propellant of the plan."""
    later: tuple[str, ...]
    """What of the plan is not among them."""

    def moment(self, time_s: float) -> datetime.datetime:
        """Return the TDB date and time that many seconds after the injection, to a millisecond."""
        whole = round(self.injected_d * DAY_S * 1e3) + round(time_s * 1e3)
        return _J2000 + datetime.timedelta(milliseconds=whole)


def flight_name(planned: PlannedTransfer) -> str:
    """Return the name by which a flight is asked for: the mission, and the launch where it is not the whole stack."""
    return planned.mission if planned.flight == TOGETHER else f"{planned.mission}.{planned.flight}"


def flown(table: EphemerisTable, start_d: float, planned: PlannedTransfer, number: int) -> OutFlight:
    """Return a flight flown again in the field of Earth, Moon and Sun.

    `start_d` is the epoch of day 0 of the plan, `number` the flight's place in its year. Raises PhysicsError where no
    transfer in the full field is found.
    """
    injected_d = start_d + planned.leaves_d
    found = refine_transfer(table, injected_d, planned.tof_h, planned.parking, planned.target)
    if not found.feasible:
        raise PhysicsError(f"{flight_name(planned)} could not be flown in the full field: {found.reason}")
    best = found.solutions[0]
    field = field_from(table, injected_d)
    nodes_d, nodes = fly_transfer(table, injected_d, best)
    way = _Way(field, (nodes_d - injected_d) * DAY_S, nodes)
    out = way.listed(float(np.floor((best.perilune_d - injected_d) * DAY_S * 1e3) / 1e3))
    end_s, arrival = float(out.time_s[-1]), out.states[-1]
    burns = _burns(table, injected_d, end_s, arrival, best, planned)
    after = arrival.copy()
    after[3:] += burns[1].dv_km_s
    axis_km = MOON_RADIUS_KM + 0.5 * (best.perilune_km + planned.target.apolune_km)
    period_s = 2.0 * pi * sqrt(axis_km**3 / MOON_MU_KM3_S2)
    times_s, states = coast(field._replace(start_s=field.start_s + end_s), after, period_s, _STEPS)
    about_moon = _Way(field, times_s + end_s, states).listed(end_s + float(np.floor(period_s * 1e3) / 1e3))
    moon = np.hstack(table.moon(injected_d + about_moon.time_s / DAY_S))
    orbit = OutArc("MOON", "one turn about the Moon", about_moon.time_s, about_moon.states - moon)
    year = (_J2000 + datetime.timedelta(days=injected_d)).year
    return OutFlight(
        flight_name(planned),
        planned.mission,
        f"{year}-{number:03d}A",
        injected_d,
        planned.stack.mass_kg,
        burns,
        (out, orbit),
        _notes(planned, best),
        _planned(planned, way, burns),
        _later(planned),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """A way at the integrator's own steps, which any moment between them is integrated from."""

    field: Field
    time_s: FloatArray
    states: FloatArray

    def at(self, time_s: float) -> FloatArray:
        before = int(np.searchsorted(self.time_s, time_s, side="right")) - 1
        span_s = time_s - float(self.time_s[before])
        if span_s <= 0.0:
            return np.asarray(self.states[before])
        later = self.field._replace(start_s=self.field.start_s + float(self.time_s[before]))
        return np.asarray(coast(later, self.states[before], span_s, _STEPS)[1][-1])

    def listed(self, end_s: float) -> OutArc:
        """Return the states from the first step to the end, closer together where the way bends more."""
        time_s, times_s, states = float(self.time_s[0]), list[float](), list[FloatArray]()
        moon = np.empty(6)
        while True:
            state = self.at(time_s)
            times_s.append(time_s)
            states.append(state)
            if time_s >= end_s:
                return OutArc("EARTH", "from the injection to perilune", np.array(times_s), np.array(states))
            moon_state(self.field, time_s, moon)
            earth_s, moon_s = _bend_s(state, EARTH_MU_KM3_S2), _bend_s(state - moon, MOON_MU_KM3_S2)
            step_s = min(_LONGEST_S, _SHARE * min(earth_s, moon_s))
            last = end_s - time_s < 1.5 * step_s
            time_s = end_s if last else round(time_s + step_s, 3)


def _bend_s(state: FloatArray, mu_km3_s2: float) -> float:
    """Return the time in which a way past a body bends: that of its pull, or of passing by where this is shorter."""
    far_km, speed_km_s = float(np.linalg.norm(state[:3])), float(np.linalg.norm(state[3:]))
    return min(sqrt(far_km**3 / mu_km3_s2), far_km / speed_km_s)


def _burns(
    table: EphemerisTable,
    injected_d: float,
    end_s: float,
    arrival: FloatArray,
    best: RefinedSolution,
    planned: PlannedTransfer,
) -> tuple[OutBurn, OutBurn]:
    """Return injection and capture, both along the velocity: about the Earth, and about the Moon."""
    leaving = np.array(best.state_km_km_s)
    forward = leaving[3:] / np.linalg.norm(leaving[3:])
    tli_km_s = 1e-3 * best.tli_dv_m_s * forward
    parked = leaving.copy()
    parked[3:] -= tli_km_s
    moon = np.hstack(table.moon(injected_d + end_s / DAY_S))[0]
    closing = arrival[3:] - moon[3:]
    loi_km_s = -1e-3 * best.loi_dv_m_s * closing / np.linalg.norm(closing)
    spent = _spent(planned, best)
    own = any(step.kind == "tli" for step in planned.steps)
    return (
        OutBurn(
            "trans-lunar injection", 0.0, tli_km_s, parked, "EARTH", parked, *spent.get("tli", (0.0, 0.0, 0.0)), not own
        ),
        OutBurn(
            "lunar orbit insertion",
            end_s,
            loi_km_s,
            arrival,
            "MOON",
            arrival - moon,
            *spent.get("loi", (0.0, 0.0, 0.0)),
            False,
        ),
    )


def _spent(planned: PlannedTransfer, best: RefinedSolution) -> dict[str, tuple[float, float, float]]:
    """Return the propellant, the empty stages dropped (kg) and the isp (s) of injection and insertion, as flown."""
    flown = _taken(planned, best.tli_dv_m_s, best.loi_dv_m_s)
    return {step.kind: taken for step, taken in flown if step.kind in ("tli", "loi")}


def _taken(
    planned: PlannedTransfer, tli_m_s: float, loi_m_s: float
) -> Iterator[tuple[FlightStep, tuple[float, float, float]]]:
    """Yield each step with its propellant, the empty stages dropped (kg) and the isp (s) of its first engine."""
    tanks = Tanks(planned.stack)
    for step in planned.steps if tanks.left_kg else ():
        before_kg, left_kg = tanks.stack.mass_kg, sum(tanks.left_kg.values())
        engine = next((stage for stage in tanks.stack.stages if stage.isp_s > 0.0 and stage.usable_kg > 0.0), None)
        tanks.take(step, tli_m_s, loi_m_s)
        used_kg = left_kg - sum(tanks.left_kg.values())
        dropped_kg = before_kg - tanks.stack.mass_kg - used_kg
        yield step, (used_kg, max(round(dropped_kg, 6), 0.0), engine.isp_s if engine else 0.0)


def _planned(planned: PlannedTransfer, way: _Way, flown: tuple[OutBurn, OutBurn]) -> tuple[OutBurn, ...]:
    """Return the burns of the transfer as the plan has them; those that are typed in are along the velocity."""
    sizes, found = {"tli": planned.tli_m_s, "loi": planned.loi_m_s}, list[OutBurn]()
    taken = dict(enumerate(part for _, part in _taken(planned, planned.tli_m_s, planned.loi_m_s)))
    days = iter(planned.burn_days)
    for number, step in _of_transfer(planned):
        spent = taken.get(number, (0.0, 0.0, 0.0))
        if step.kind in sizes:
            like = flown[0] if step.kind == "tli" else flown[1]
            dv_km_s = 1e-3 * sizes[step.kind] * like.dv_km_s / np.linalg.norm(like.dv_km_s)
            found.append(replace(like, dv_km_s=dv_km_s, propellant_kg=spent[0], dropped_kg=spent[1]))
        else:
            time_s = min(next(days, 0.0) * DAY_S, flown[1].time_s)
            state = way.at(time_s)
            dv_km_s = 1e-3 * step.dv_m_s * state[3:] / np.linalg.norm(state[3:])
            found.append(OutBurn(step.about, time_s, dv_km_s, state, "EARTH", state, *spent, by_launcher=False))
    return tuple(found)


def _of_transfer(planned: PlannedTransfer) -> Iterator[tuple[int, FlightStep]]:
    """Yield the burns of the leg that is computed, with their place among the steps."""
    leg = next((step.leg for step in planned.steps if step.kind == "loi"), "")
    yield from ((number, step) for number, step in enumerate(planned.steps) if leg and step.leg == leg)


def _later(planned: PlannedTransfer) -> tuple[str, ...]:
    """Return what is burnt on other legs, in words."""
    own = {number for number, _ in _of_transfer(planned)}
    others = [step for number, step in enumerate(planned.steps) if number not in own and step.dv_m_s > 0.0]
    legs = dict.fromkeys(step.leg for step in others)
    sums = ((leg, sum(step.dv_m_s for step in others if step.leg == leg)) for leg in legs)
    return tuple(
        f"burns of leg {leg}, {total_m_s:.1f} m/s in the plan, are not in this message" for leg, total_m_s in sums
    )


def _notes(planned: PlannedTransfer, best: RefinedSolution) -> tuple[str, ...]:
    names = [step.kind for step in planned.steps]
    between = planned.steps[: names.index("loi")] if "loi" in names else ()
    mending_m_s = sum(step.dv_m_s for step in between if step.kind in ("burn", "correction"))
    said = [
        f"flight {flight_name(planned)} as in the plan, if nothing slips and nothing fails",
        "integrated in the field of Earth with J2, Moon and Sun as points; burns are impulses; no arc is a conic",
        f"injection {best.tli_dv_m_s:.1f} m/s, insertion {best.loi_dv_m_s:.1f} m/s; the plan, which corrects conics,"
        f" has {planned.tli_m_s:.1f} and {planned.loi_m_s:.1f} m/s",
    ]
    if mending_m_s > 0.0:
        said.append(f"corrections on the way, {mending_m_s:.1f} m/s in the plan, are in no burn here")
    return tuple(said)
