"""Derive the coefficients of `sim.physics.correction` from transfers integrated in the full field, and test
them.

Prints the two coefficient arrays and their errors on transfers of other dates, altitudes and inclinations.
Run from the repository's root: python -m benchmarks.derive_correction [transfers]
"""

from __future__ import annotations

import sys
from math import cos, radians, sin, sqrt

import numpy as np

from sim.physics.conic import solve_conic
from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM, HOUR_S, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.correction import TERMS, Encounter, departure_sine, fill_terms
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.refine import RefinedSolution, refine_transfer
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import LunarOrbit, Parking


def sample(
    table: EphemerisTable, seed: int, count: int, years: tuple[str, str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Refined transfers at random: terms (n, 26), differences of TLI (m/s) and of excess speed squared, and
    speeds."""
    chance = np.random.default_rng(seed)
    rows: list[FloatArray] = []
    values: list[tuple[float, float]] = []
    speeds: list[tuple[float, float]] = []
    while len(rows) < count:
        depart_d = chance.uniform(epoch_from_iso(years[0]), epoch_from_iso(years[1]))
        tof_h, parking = (
            chance.uniform(60.0, 144.0),
            Parking(chance.uniform(180, 500), chance.uniform(19.5, 52)),
        )
        low = 100.0 if chance.random() < 0.4 else 15.0 * 200.0 ** chance.random()  # to 3000 km, as many per decade
        tilt_deg = 90.0 if chance.random() < 0.6 else chance.uniform(0.0, 180.0)
        orbit = LunarOrbit(low, low, tilt_deg)
        for found in refine_transfer(table, depart_d, tof_h, parking, orbit).solutions:
            terms, tli_m_s, excess2 = conic(table, depart_d, tof_h, parking, orbit, found)
            fall2 = 2.0 * MOON_MU_KM3_S2 / (MOON_RADIUS_KM + low)
            true2 = (1e-3 * found.loi_dv_m_s + sqrt(0.5 * fall2)) ** 2 - fall2
            rows.append(terms)
            values.append((found.tli_dv_m_s - tli_m_s, true2 - excess2))
            speeds.append((excess2, fall2))
    return np.array(rows), np.array(values), np.array(speeds)


def conic(
    table: EphemerisTable,
    depart_d: float,
    tof_h: float,
    parking: Parking,
    orbit: LunarOrbit,
    found: RefinedSolution,
) -> tuple[FloatArray, float, float]:
    """The plain conic beside a refined solution: its terms, its TLI and its excess speed squared."""
    arrive_d = depart_d + tof_h / 24.0
    moon, speed = (part[0] for part in table.moon(arrive_d))
    sun, pole = table.sun(arrive_d)[0][0], table.axes_of_date(arrive_d)[0, 2]
    reach, perigee = float(np.linalg.norm(moon)), EARTH_RADIUS_KM + parking.altitude_km
    out, recede = moon / reach, float(moon @ speed) / reach
    rise = float(out @ pole)
    level = sqrt(1.0 - rise * rise)
    east = np.cross(pole, out) / level
    north = np.cross(out, east)
    perigee_speed, radial, across, _ = solve_conic(reach, perigee, tof_h * HOUR_S)
    way = 1.0 if found.branch == "asc" else -1.0
    eastward = min(1.0, max(-1.0, cos(radians(parking.inclination_deg)) / level))
    flight = eastward * east + way * sqrt(1.0 - eastward**2) * north
    drift = speed - recede * out
    spin = reach * across / EARTH_MU_KM3_S2
    cosine, sine = spin * across - 1.0, spin * radial
    bend = sqrt(cosine**2 + sine**2)
    sunward = sun / np.linalg.norm(sun)
    excess = across * flight + radial * out - speed
    excess2, perilune_km = float(excess @ excess), MOON_RADIUS_KM + orbit.perilune_km
    meeting = Encounter(
        tof_s=tof_h * HOUR_S,
        reach_km=reach,
        recede_km_s=recede,
        perigee_km=perigee,
        perigee_km_s=perigee_speed,
        departure_sine=departure_sine(sin(radians(parking.inclination_deg)), rise, way, cosine / bend, sine / bend),
        alike=float(flight @ drift / np.linalg.norm(drift)),
        sun_out=float(sunward @ out),
        sun_along=float(sunward @ flight),
        lunar_tilt=cos(radians(orbit.inclination_deg)),
        miss_km=sqrt(perilune_km * (perilune_km + 2.0 * MOON_MU_KM3_S2 / excess2)),
    )
    terms = np.empty(TERMS)
    fill_terms(meeting, terms)
    return terms, 1e3 * (perigee_speed - sqrt(EARTH_MU_KM3_S2 / perigee)), excess2


def report(name: str, fit: FloatArray, data: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    """Print the errors of a fit on a sample, m/s."""
    terms, values, speeds = data
    tli = terms @ fit[:, 0] - values[:, 0]
    arrival = [np.sqrt(speeds[:, 0] + change + speeds[:, 1]) for change in (terms @ fit[:, 1], values[:, 1])]
    loi = 1e3 * (arrival[0] - arrival[1])
    for what, error in (("TLI", tli), ("LOI", loi)):
        rms, worst = np.sqrt(np.mean(error**2)), np.abs(error).max()
        print(f"# {name}, {len(error)} solutions: {what} rms {rms:.2f}, max {worst:.2f} m/s")


def main() -> None:
    """Fit on 2021-2045, test on other random transfers there and on 2046-2059."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    table = load_ephemeris()
    terms, values, speeds = sample(table, 1, count, ("2021-01-01", "2046-01-01"))
    fit = np.asarray(np.linalg.lstsq(terms, values, rcond=None)[0], dtype=np.float64)
    for name, column in (("TLI_COEFFICIENTS", 0), ("EXCESS_COEFFICIENTS", 1)):
        print(f"{name} = np.array({[float(f'{value:.6g}') for value in fit[:, column]]})")
    report("fitted", fit, (terms, values, speeds))
    report("held out 2021-2045", fit, sample(table, 2, count // 4, ("2021-01-01", "2046-01-01")))
    report("held out 2046-2059", fit, sample(table, 3, count // 4, ("2046-01-01", "2060-01-01")))


if __name__ == "__main__":
    main()
