"""Derive the coefficients of `sim.physics.coefficients` from flights integrated in the full field, and test them.

Prints each family's two rows and their errors on flights of other dates, altitudes and inclinations. Run from the
repository's root: python -m benchmarks.derive_correction [flights a family] [families]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt

import numpy as np

from sim.physics.conic import TERMS, Encounter, departure_sine, fill_terms, perigee_below, solve_conic, speed_at
from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM, HOUR_S, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.places import EntryInterface, LunarOrbit, Parking
from sim.physics.refine import refine_transfer
from sim.physics.returns import ENTRY_RADIUS_KM, refine_returns
from sim.physics.states import EphemerisTable, FloatArray

Data = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Family:
    """Flights that share coefficients: which way, times of flight and inclinations to draw from."""

    home: bool
    tof_h: tuple[float, float]
    inclination_deg: tuple[float, float]


FAMILIES = {
    "WAY_OUT": Family(False, (60.0, 144.0), (19.5, 52.0)),
    "WAY_OUT_LONG": Family(False, (140.0, 170.0), (5.0, 90.0)),
    "WAY_OUT_RETROGRADE": Family(False, (60.0, 110.0), (90.0, 175.0)),
    "WAY_OUT_RETROGRADE_LONG": Family(False, (96.0, 170.0), (90.0, 175.0)),
    "WAY_HOME": Family(True, (54.0, 102.0), (5.0, 90.0)),
    "WAY_HOME_LONG": Family(True, (94.0, 170.0), (5.0, 90.0)),
    "WAY_HOME_RETROGRADE": Family(True, (54.0, 102.0), (90.0, 175.0)),
    "WAY_HOME_RETROGRADE_LONG": Family(True, (94.0, 170.0), (90.0, 175.0)),
}


@dataclass(frozen=True, slots=True)
class Flight:
    """What one refined flight gives to the fit: how it leaves the Earth (backwards, for a way home), and its costs."""

    way: float
    speed_m_s: float
    burn_m_s: float


def sample(table: EphemerisTable, family: Family, seed: int, count: int, years: tuple[str, str]) -> Data:
    """Refined flights at random: terms (n, 26), differences of speed (m/s) and of excess speed squared, and speeds."""
    chance = np.random.default_rng(seed)
    rows: list[FloatArray] = []
    values: list[tuple[float, float]] = []
    speeds: list[tuple[float, float]] = []
    sky = table.mirrored() if family.home else table
    while len(rows) < count:
        moon_d = chance.uniform(epoch_from_iso(years[0]), epoch_from_iso(years[1]))
        tof_h = chance.uniform(*family.tof_h)
        low = 100.0 if chance.random() < 0.4 else 15.0 * 200.0 ** chance.random()  # to 3000 km, as many per decade
        orbit = LunarOrbit(low, low, 90.0 if chance.random() < 0.6 else chance.uniform(0.0, 180.0))
        inclination_deg = chance.uniform(*family.inclination_deg)
        if family.home:
            entry = EntryInterface(chance.uniform(-8.0, -5.0), inclination_deg)
            start = (ENTRY_RADIUS_KM, pi - radians(inclination_deg), -radians(entry.angle_deg))
            flights = ways_home(table, moon_d, tof_h, entry, orbit)
        else:
            parking = Parking(chance.uniform(180.0, 500.0), inclination_deg)
            start = (EARTH_RADIUS_KM + parking.altitude_km, radians(inclination_deg), 0.0)
            flights = ways_out(table, moon_d, tof_h, parking, orbit)
        for flight in flights:
            terms, speed_m_s, excess2 = conic(sky, -moon_d if family.home else moon_d, tof_h, start, orbit, flight)
            fall2 = 2.0 * MOON_MU_KM3_S2 / (MOON_RADIUS_KM + low)
            true2 = (1e-3 * flight.burn_m_s + sqrt(0.5 * fall2)) ** 2 - fall2
            rows.append(terms)
            values.append((flight.speed_m_s - speed_m_s, true2 - excess2))
            speeds.append((excess2, fall2))
    return np.array(rows), np.array(values), np.array(speeds)


def ways_out(
    table: EphemerisTable, moon_d: float, tof_h: float, parking: Parking, orbit: LunarOrbit
) -> Iterator[Flight]:
    """Refined transfers that reach the Moon at an epoch."""
    circular_m_s = 1e3 * sqrt(EARTH_MU_KM3_S2 / (EARTH_RADIUS_KM + parking.altitude_km))
    for one in refine_transfer(table, moon_d - tof_h / 24.0, tof_h, parking, orbit).solutions:
        yield Flight(1.0 if one.branch == "asc" else -1.0, circular_m_s + one.tli_dv_m_s, one.loi_dv_m_s)


def ways_home(
    table: EphemerisTable, moon_d: float, tof_h: float, entry: EntryInterface, orbit: LunarOrbit
) -> Iterator[Flight]:
    """Refined returns that leave the Moon at an epoch; backwards a southbound entry meets the Moon southbound."""
    for one in refine_returns(table, moon_d, tof_h, entry, orbit).solutions:
        yield Flight(1.0 if one.branch == "asc" else -1.0, one.entry_speed_m_s, one.tei_dv_m_s)


def conic(
    sky: EphemerisTable,
    moon_d: float,
    tof_h: float,
    start: tuple[float, float, float],
    orbit: LunarOrbit,
    flight: Flight,
) -> tuple[FloatArray, float, float]:
    """The plain conic beside a refined flight: its terms, its speed at the Earth (m/s) and its excess speed squared.

    `start`: radius, inclination and flight-path angle at the Earth, km and radians, in the sky that is flown through.
    """
    moon, speed = (part[0] for part in sky.moon(moon_d))
    sun, pole = sky.sun(moon_d)[0][0], sky.axes_of_date(moon_d)[0, 2]
    radius_km, inclination, climb = start
    reach = float(np.linalg.norm(moon))
    out, recede = moon / reach, float(moon @ speed) / reach
    rise = float(out @ pole)
    level = sqrt(1.0 - rise * rise)
    east = np.cross(pole, out) / level
    north = np.cross(out, east)
    perigee, _, since_s = perigee_below(reach, radius_km, climb)
    perigee_speed, radial, across, _ = solve_conic(reach, perigee, tof_h * HOUR_S + since_s)
    eastward = min(1.0, max(-1.0, cos(inclination) / level))
    toward = eastward * east + flight.way * sqrt(1.0 - eastward**2) * north
    drift = speed - recede * out
    spin = reach * across / EARTH_MU_KM3_S2
    cosine, sine = spin * across - 1.0, spin * radial
    bend = sqrt(cosine**2 + sine**2)
    sunward = sun / np.linalg.norm(sun)
    excess = across * toward + radial * out - speed
    excess2, perilune_km = float(excess @ excess), MOON_RADIUS_KM + orbit.perilune_km
    tilt = cos(radians(orbit.inclination_deg))
    meeting = Encounter(
        tof_s=tof_h * HOUR_S,
        reach_km=reach,
        recede_km_s=recede,
        perigee_km=perigee,
        perigee_km_s=perigee_speed,
        departure_sine=departure_sine(sin(inclination), rise, flight.way, cosine / bend, sine / bend),
        alike=float(toward @ drift / np.linalg.norm(drift)),
        sun_out=float(sunward @ out),
        sun_along=float(sunward @ toward),
        lunar_tilt=-tilt if climb else tilt,
        miss_km=sqrt(perilune_km * (perilune_km + 2.0 * MOON_MU_KM3_S2 / excess2)),
    )
    terms = np.empty(TERMS)
    fill_terms(meeting, terms)
    return terms, 1e3 * (speed_at(radius_km, perigee, perigee_speed) if climb else perigee_speed), excess2


def report(name: str, fit: FloatArray, data: Data) -> None:
    """Print the errors of a fit on a sample, m/s."""
    terms, values, speeds = data
    start = terms @ fit[:, 0] - values[:, 0]
    moon = [np.sqrt(speeds[:, 0] + change + speeds[:, 1]) for change in (terms @ fit[:, 1], values[:, 1])]
    burn = 1e3 * (moon[0] - moon[1])
    for what, error in (("speed at the Earth", start), ("burn at the Moon", burn)):
        rms, worst = np.sqrt(np.mean(error**2)), np.abs(error).max()
        print(f"# {name}, {len(error)} flights: {what} rms {rms:.2f}, max {worst:.2f} m/s")


def main() -> None:
    """Fit on 2021-2045, test on other random flights there and on 2046-2059."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    table = load_ephemeris()
    for name in sys.argv[2:] or FAMILIES:
        family = FAMILIES[name]
        terms, values, speeds = sample(table, family, 1, count, ("2021-01-01", "2046-01-01"))
        fit = np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], dtype=np.float64)
        print(f"{name} = np.array({[[float(f'{value:.6g}') for value in column] for column in fit.T]})")
        report("fitted", fit, (terms, values, speeds))
        report("held out 2021-2045", fit, sample(table, family, 2, count // 4, ("2021-01-01", "2046-01-01")))
        report("held out 2046-2059", fit, sample(table, family, 3, count // 4, ("2046-01-01", "2060-01-01")))


if __name__ == "__main__":
    main()
