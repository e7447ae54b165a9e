"""Missions that flew against the physics: departure energy, capture, and the time of flight they chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import acos, degrees, sqrt
from typing import Any, Final

import numpy as np

from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.epochs import epoch_from_iso
from sim.physics.lunar_legs import staging_leg
from sim.physics.places import EntryInterface
from sim.physics.refine import RefinedTransfer, refine_transfer
from sim.physics.returns import refine_returns
from sim.physics.states import EphemerisTable
from sim.physics.transfer import TOF_LIMITS_H, LunarOrbit, Parking, departure_table
from sim.validation.published import About, PublishedCase, at_most, holds, near, read_published

KIND: Final = "real flight"
_PERIGEE_M_S: Final = 3.0
_C3_KM2_S2: Final = 0.05
_BURN_LOSS: Final = 0.02
_CHEAP_M_S: Final = 10.0
_PLACE_DEG: Final = 0.3


@dataclass(frozen=True, slots=True)
class FlownMission:
    """One mission as it was published, with the transfer we find for its dates."""

    name: str
    parking: Parking
    orbit: LunarOrbit
    arrive_d: float
    tof_h: float
    table: EphemerisTable

    def refined(self) -> RefinedTransfer:
        """Find the transfer between its dates in the field of Earth, Moon and Sun."""
        return refine_transfer(self.table, self.arrive_d - self.tof_h / 24.0, self.tof_h, self.parking, self.orbit)

    def cost_m_s(self, tof_h: float) -> float:
        """Return departure and capture for another time of flight with the same arrival; infinite if there is none."""
        found = departure_table(
            self.table, np.array([self.arrive_d - tof_h / 24.0]), np.array([tof_h]), self.parking, self.orbit
        ).total_dv_m_s
        return float(np.nanmin(found)) if np.isfinite(found).any() else float("inf")


def flight_cases() -> Iterator[PublishedCase]:
    """Return departure energies, captures and times of flight of real missions."""
    said = read_published("flights")
    missions = {name: _flown(name, one) for name, one in said["missions"].items()}
    for row in said["apogee"]:
        yield _apogee(missions[row["mission"]], row)
    for row in said["energy"]:
        yield _energy(missions[row["mission"]], row)
    for row in said["capture"]:
        yield _capture(missions[row["mission"]], row)
    for row in said["time"]:
        yield _time(missions[row["mission"]], row)
    for name, row in said["return"].items():
        yield from _return(name, row)
    for name, row in said["ballistic"].items():
        low_d, high_d = staging_leg("TLI", "NRHO", "ballistic").tof_range_d
        note = "the table's range must hold the flight; it was read from Parker and Anderson (2013)"
        about = About(f"{name}-time", KIND, row["source"], "ballistic transfer to the halo orbit, d", note)
        yield holds(about, low_d, high_d, row["days"])


def _flown(name: str, said: Mapping[str, Any]) -> FlownMission:
    arrive_d = epoch_from_iso(said["arrive"])
    perilune_km, apolune_km = said["orbit_km"]
    return FlownMission(
        name,
        Parking(float(said["parking_km"]), float(said["inclination_deg"])),
        LunarOrbit(float(perilune_km), float(apolune_km), float(said.get("plane_deg", 90.0))),
        arrive_d,
        float(said["tof_h"]),
        _ephemeris(arrive_d),
    )


def _ephemeris(arrive_d: float) -> EphemerisTable:
    """Return Moon and Sun about an arrival; the table that ships begins in 2000, Apollo flew before."""
    from sim.physics.orbits import build_ephemeris

    return build_ephemeris(arrive_d - 8.0, arrive_d + 3.0, 0.25, None)


def _apogee(flown: FlownMission, row: Mapping[str, Any]) -> PublishedCase:
    altitude_km = flown.parking.altitude_km
    circular_m_s = 1e3 * sqrt(EARTH_MU_KM3_S2 / (EARTH_RADIUS_KM + altitude_km))
    ours = np.mean([circular_m_s + one.tli_dv_m_s for one in flown.refined().solutions])
    note = "1 m/s at perigee is 4 000 to 6 000 km of apogee, which is published to 2 000 to 10 000 km"
    about = About(f"{flown.name}-departure", KIND, row["source"], "speed at perigee after departure, m/s", note)
    return near(about, float(ours), _perigee_speed_m_s(altitude_km, row["value"]), _PERIGEE_M_S)


def _energy(flown: FlownMission, row: Mapping[str, Any]) -> PublishedCase:
    ours = np.mean([one.c3_km2_s2 for one in flown.refined().solutions])
    note = "0.05 km2/s2 are worth 2.3 m/s of departure"
    about = About(f"{flown.name}-c3", KIND, row["source"], "departure energy C3, km2/s2", note)
    return near(about, float(ours), row["value"], _C3_KM2_S2)


def _capture(flown: FlownMission, row: Mapping[str, Any]) -> PublishedCase:
    ours = [one.loi_dv_m_s for one in flown.refined().solutions]
    widening = row.get("relative", _BURN_LOSS)
    low, high = min(ours) * (1.0 - widening), max(ours) * (1.0 + widening)
    note = f"both ways to arrive, widened by {widening:.0%} for burn loss; which was flown is not in the source"
    if not low <= row["value"] <= high:
        turn_deg = _turn_deg(flown.orbit, float(np.mean(ours)), row["value"])
        note += (
            f". Missed: ours is an impulse in the plane of arrival; turning the plane by {turn_deg:.0f} deg as well "
            f"would cost what was published. {row.get('why', 'Why it was dearer is not in our source')}"
        )
    about = About(f"{flown.name}-capture", KIND, row["source"], "lunar orbit insertion, m/s", note)
    return holds(about, low, high, row["value"])


def _time(flown: FlownMission, row: Mapping[str, Any]) -> PublishedCase:
    hours = np.arange(TOF_LIMITS_H[0], TOF_LIMITS_H[1] + 1.0, 2.0)
    costs = [flown.cost_m_s(float(tof_h)) for tof_h in hours]
    cheapest_h = float(hours[int(np.argmin(costs))])
    above = flown.cost_m_s(flown.tof_h) - min(costs)
    note = (
        f"flown {flown.tof_h:g} h, cheapest for the same arrival {cheapest_h:g} h; {_CHEAP_M_S:g} m/s, a quarter of a "
        "percent, is what a planner gives for light, tracking and a round hour"
    )
    if above > _CHEAP_M_S:
        note += ". Missed: the flight was slower than cost asks for; why is not in the source"
    quantity = "cost of the flown time of flight above the cheapest, m/s"
    return at_most(About(f"{flown.name}-time", KIND, row["source"], quantity, note), above, 0.0, _CHEAP_M_S)


def _return(name: str, row: Mapping[str, Any]) -> Iterator[PublishedCase]:
    """Compare a flown way home: its burn, its speed at entry and, where it is published, the place."""
    depart_d, entry_d = epoch_from_iso(row["depart"]), epoch_from_iso(row["entry"])
    low_km, high_km = row["orbit_km"]
    entry, orbit = (
        EntryInterface(row["angle_deg"], row.get("inclination_deg")),
        LunarOrbit(low_km, high_km, row["plane_deg"]),
    )
    ways = refine_returns(_ephemeris(entry_d), depart_d, (entry_d - depart_d) * 24.0, entry, orbit).solutions
    burns = [one.tei_dv_m_s for one in ways]
    note = f"all ways home in that time, widened by {_BURN_LOSS:.0%} for burn loss and the orbit's plane"
    about = About(f"{name}-return", KIND, row["source"], "trans-Earth injection, m/s", note)
    yield holds(about, min(burns) * (1.0 - _BURN_LOSS), max(burns) * (1.0 + _BURN_LOSS), row["tei"])
    place = row.get("place_deg")
    one = ways[0] if place is None else min(ways, key=lambda way: abs(way.entry.latitude_deg - place[0]))
    note = "1 m/s is 40 s of flight"
    about = About(f"{name}-entry-speed", KIND, row["source"], "speed at the entry interface, m/s", note)
    yield near(about, one.entry_speed_m_s, row["entry_m_s"], _PERIGEE_M_S)
    if place is not None:
        note = "the inclination is the flown one; 0.25 deg of longitude are one minute"
        about = About(f"{name}-entry-place", KIND, row["source"], "latitude and longitude of entry, deg", note)
        yield near(about, (one.entry.latitude_deg, one.entry.longitude_deg), place, _PLACE_DEG)


def _perigee_speed_m_s(perigee_km: float, apogee_km: float) -> float:
    """Return the speed at perigee of an ellipse given by altitudes. Source: vis-viva."""
    low, high = EARTH_RADIUS_KM + perigee_km, EARTH_RADIUS_KM + apogee_km
    return 1e3 * sqrt(2.0 * EARTH_MU_KM3_S2 * high / (low * (low + high)))


def _turn_deg(orbit: LunarOrbit, impulse_m_s: float, published_m_s: float) -> float:
    """Return the turn of the plane that makes an impulse at perilune as dear as published. Source: law of cosines."""
    low, high = MOON_RADIUS_KM + orbit.perilune_km, MOON_RADIUS_KM + orbit.apolune_km
    after = 1e3 * sqrt(2.0 * MOON_MU_KM3_S2 * high / (low * (low + high)))
    before = after + impulse_m_s
    return degrees(acos((before**2 + after**2 - published_m_s**2) / (2.0 * before * after)))
