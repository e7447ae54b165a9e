"""Conics to the Moon's place, compiled: the arithmetic of the fast transfer, and what a conic leaves out.

The corrections are a fit to transfers integrated in the full field: sums over the same terms, of the perigee speed in
m/s and of the squared speed far from the Moon in km2/s2. Their coefficients stand in `coefficients`.
"""

from __future__ import annotations

from math import atan2, cos, sin, sqrt, tan
from typing import NamedTuple

import numpy as np

from sim.physics.compiled import compiled
from sim.physics.constants import (
    DAY_S,
    EARTH_J2,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_MEAN_DISTANCE_KM,
    MOON_MU_KM3_S2,
)
from sim.physics.states import EphemerisTable, FloatArray, hermite

TERMS = 26


class Encounter(NamedTuple):
    """One conic's meeting with the Moon: km, s; the cosines are pure numbers."""

    tof_s: float
    reach_km: float  # of the Moon, at arrival
    recede_km_s: float  # the Moon's own speed outward
    perigee_km: float
    perigee_km_s: float
    departure_sine: float  # of the latitude at TLI
    alike: float  # cosine between the flight's and the Moon's motion across the line of sight
    sun_out: float  # cosine between the Sun and the Moon's direction
    sun_along: float  # cosine between the Sun and the flight's motion across
    lunar_tilt: float  # cosine of the lunar orbit's inclination
    miss_km: float  # distance at which the approach would pass the Moon if it did not pull


@compiled
def fill_terms(meeting: Encounter, out: FloatArray) -> None:
    """Fill the terms (26,): powers of time of flight, distance and its rate; the Sun's tide; side of
    approach; J2.
    """
    x = (meeting.tof_s / HOUR_S - 100.0) / 40.0
    y = (meeting.reach_km - MOON_MEAN_DISTANCE_KM) / 25_000.0
    z = meeting.recede_km_s / 0.06
    out[0], out[1], out[2], out[3] = 1.0, x, y, z
    out[4], out[5], out[6], out[7], out[8], out[9] = x * x, x * y, x * z, y * y, y * z, z * z
    out[10], out[11], out[12] = x * x * x, x * x * y, x * x * z
    tide, shear = meeting.sun_out**2, meeting.sun_out * meeting.sun_along
    out[13], out[14], out[15], out[16] = tide, shear, x * tide, x * shear
    width = meeting.miss_km / 5_500.0  # that of a 100 km perilune, about
    tilt, alike = meeting.lunar_tilt * width, meeting.alike
    out[17], out[18], out[19], out[20], out[21], out[22] = (
        tilt,
        x * tilt,
        y * tilt,
        alike,
        x * alike,
        tilt * alike,
    )
    out[24], out[25] = width * width - 1.0, x * (width * width - 1.0)
    out[23] = _bulge_m_s(meeting.perigee_km, meeting.perigee_km_s, meeting.departure_sine)


@compiled
def _bulge_m_s(perigee_km: float, perigee_km_s: float, departure_sine: float) -> float:
    """Speed that the Earth's flattening adds at perigee for the same energy far out, m/s.

    Source: potential of J2 (Vallado 2013, section 8.6.1) in the energy integral.
    """
    swell = EARTH_J2 * EARTH_MU_KM3_S2 * EARTH_RADIUS_KM**2 / perigee_km**3
    return 1e3 * swell * (1.0 - 3.0 * departure_sine**2) / (2.0 * perigee_km_s)


@compiled
def fixes(terms: FloatArray, fit: FloatArray) -> tuple[float, float]:
    """Return what to add to the conic's TLI (m/s) and to its excess speed squared (km2/s2), by a fit (2, terms).

    Four sums side by side: a single chain of additions would cost more than the conic itself.
    """
    tli_even, tli_odd, excess_even, excess_odd = 0.0, 0.0, 0.0, 0.0
    for index in range(0, TERMS, 2):
        even, odd = terms[index], terms[index + 1]
        tli_even += fit[0, index] * even
        tli_odd += fit[0, index + 1] * odd
        excess_even += fit[1, index] * even
        excess_odd += fit[1, index + 1] * odd
    return tli_even + tli_odd, excess_even + excess_odd


@compiled
def departure_sine(inclination_sine: float, rise: float, northbound: float, cosine: float, sine: float) -> float:
    """Return the sine of latitude at perigee from that at arrival and the true anomaly's cosine and sine."""
    ratio = min(1.0, max(-1.0, rise / inclination_sine))
    along = northbound * sqrt(1.0 - ratio * ratio)
    return inclination_sine * (ratio * cosine - along * sine)


Vector = tuple[float, float, float]
_hermite = compiled(hermite)


class TransferPlan(NamedTuple):
    """A parking and a target orbit, for compiled code: km and radians."""

    parking_km: float
    inclination: float
    perilune_km: float
    apolune_km: float
    lunar_tilt: float
    pay: bool
    climb: float = 0.0  # flight-path angle at departure; that of entry, with its sign changed, for a way home
    lead: float = 1.0  # 1 where starts are those of the flight, 0 where they are the times at the Moon


class MoonTable(NamedTuple):
    """An ephemeris, for compiled code: its arrays and its step in seconds."""

    moon_km: FloatArray
    moon_km_s: FloatArray
    sun_km: FloatArray
    equator: FloatArray
    step_s: float


def sky_from(table: EphemerisTable) -> MoonTable:
    """Return an ephemeris in the form that compiled code reads."""
    step_s = float(table.epoch_d[1] - table.epoch_d[0]) * DAY_S
    moon = (table.moon_position_km, table.moon_velocity_km_s)
    return MoonTable(*moon, table.sun_position_km, table.equator_of_date, step_s)


@compiled
def sweep(sky: MoonTable, starts_s: FloatArray, tofs_s: FloatArray, plan: TransferPlan, fit: FloatArray) -> FloatArray:
    """Fill (n, k, 7): declination deg, c3, plane dv, TLI asc, TLI desc, LOI asc, LOI desc; dv in m/s.

    `fit` (k, 2, terms) are the coefficients of the correction.
    """
    out = np.full((len(starts_s), len(tofs_s), 7), np.nan)
    terms = np.empty(TERMS)
    for row in range(len(starts_s)):
        for column in range(len(tofs_s)):
            _fly(
                sky,
                (starts_s[row] + plan.lead * tofs_s[column]) / sky.step_s,
                tofs_s[column],
                plan,
                fit[column],
                terms,
                out[row, column],
            )
    return out


@compiled
def _moon_at(sky: MoonTable, left: int, share: float) -> tuple[Vector, Vector]:
    x, u = _moon_axis(sky, left, share, 0)
    y, v = _moon_axis(sky, left, share, 1)
    z, w = _moon_axis(sky, left, share, 2)
    return (x, y, z), (u, v, w)


@compiled
def _moon_axis(sky: MoonTable, left: int, share: float, axis: int) -> tuple[float, float]:
    places, speeds = sky.moon_km, sky.moon_km_s
    before, after = places[left, axis], places[left + 1, axis]
    return _hermite(before, after, speeds[left, axis], speeds[left + 1, axis], share, sky.step_s)


@compiled
def _fly(
    sky: MoonTable, where: float, tof_s: float, plan: TransferPlan, fit: FloatArray, terms: FloatArray, out: FloatArray
) -> None:
    """Fill one row of `sweep` for an arrival `where` steps into the table."""
    left = min(int(where), len(sky.moon_km) - 2)
    moon, speed = _moon_at(sky, left, where - left)
    pole = (sky.equator[left, 2, 0], sky.equator[left, 2, 1], sky.equator[left, 2, 2])
    reach = sqrt(_dot(moon, moon))
    recede, rise = _dot(moon, speed) / reach, _dot(moon, pole) / reach
    level = sqrt(1.0 - rise * rise)
    out[0] = np.degrees(np.arcsin(rise))
    inclination, out[2] = _plane(plan, out[0])
    perigee, _, since_s = perigee_below(reach, plan.parking_km, plan.climb)
    perigee_speed, radial, across, out[1] = solve_conic(reach, perigee, tof_s + since_s)
    if np.isnan(out[2]):
        return
    eastward = min(1.0, max(-1.0, cos(inclination) / level))  # of the flight's direction at the Moon
    northward = sqrt(1.0 - eastward * eastward)
    east, north = _level_axes(moon, pole, reach, level)
    speed_east, speed_north = _dot(east, speed), _dot(north, speed)
    sun = _sun_at(sky, left, where - left)
    sun_out = _dot(sun, moon) / reach
    spin = reach * across / EARTH_MU_KM3_S2
    cosine, sine = spin * across - 1.0, spin * radial  # of the true anomaly, times the eccentricity
    bend = sqrt(cosine * cosine + sine * sine)
    parking_speed = sqrt(EARTH_MU_KM3_S2 / plan.parking_km)
    start_speed = speed_at(plan.parking_km, perigee, perigee_speed) if plan.climb != 0.0 else perigee_speed
    orbit_speed, inclination_sine = _perilune_speed(plan), sin(inclination)
    for branch in range(2):
        way = 1.0 if branch == 0 else -1.0
        side = way * northward
        excess2 = (radial - recede) ** 2 + (across * eastward - speed_east) ** 2 + (across * side - speed_north) ** 2
        meeting = Encounter(
            tof_s,
            reach,
            recede,
            perigee,
            perigee_speed,
            departure_sine(inclination_sine, rise, way, cosine / bend, sine / bend),
            (eastward * speed_east + side * speed_north) / sqrt(speed_east**2 + speed_north**2),
            sun_out,
            eastward * _dot(sun, east) + side * _dot(sun, north),
            plan.lunar_tilt,
            sqrt(plan.perilune_km * (plan.perilune_km + 2.0 * MOON_MU_KM3_S2 / excess2)),
        )
        fill_terms(meeting, terms)
        tli_fix, excess_fix = fixes(terms, fit)
        # the fix is a few per cent of the excess; the floor only guards conics outside its validity
        arrival2 = max(excess2 + excess_fix, 0.01 * excess2) + 2.0 * MOON_MU_KM3_S2 / plan.perilune_km
        out[3 + branch] = 1e3 * (start_speed - parking_speed) + tli_fix
        out[5 + branch] = 1e3 * (sqrt(arrival2) - orbit_speed)


@compiled
def _plane(plan: TransferPlan, declination_deg: float) -> tuple[float, float]:
    """Return the inclination to fly and the cost of reaching it: the plan's own and 0, a paid one, or nan."""
    need = abs(np.radians(declination_deg))
    reach = min(plan.inclination, np.pi - plan.inclination)
    if need <= reach:
        return plan.inclination, 0.0
    if not plan.pay:
        return plan.inclination, np.nan
    cost = 2e3 * sqrt(EARTH_MU_KM3_S2 / plan.parking_km) * sin(0.5 * (need - reach))
    return (need if plan.inclination < 0.5 * np.pi else np.pi - need), cost


@compiled
def _perilune_speed(plan: TransferPlan) -> float:
    """Speed at perilune of the target orbit, km/s. Source: vis-viva."""
    near, far = plan.perilune_km, plan.apolune_km
    return sqrt(2.0 * MOON_MU_KM3_S2 * far / (near * (near + far)))


@compiled
def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@compiled
def _level_axes(moon: Vector, pole: Vector, reach: float, level: float) -> tuple[Vector, Vector]:
    """East and north at the Moon's place in the sky of the Earth's centre."""
    size = reach * level
    east = (
        (pole[1] * moon[2] - pole[2] * moon[1]) / size,
        (pole[2] * moon[0] - pole[0] * moon[2]) / size,
        (pole[0] * moon[1] - pole[1] * moon[0]) / size,
    )
    tip = _dot(moon, pole) / reach / reach
    north = (
        (pole[0] - tip * moon[0]) / level,
        (pole[1] - tip * moon[1]) / level,
        (pole[2] - tip * moon[2]) / level,
    )
    return east, north


@compiled
def _sun_at(sky: MoonTable, left: int, share: float) -> Vector:
    """Direction of the Sun; straight between knots, since it moves a quarter of a degree from one to the
    next.
    """
    x = sky.sun_km[left, 0] + share * (sky.sun_km[left + 1, 0] - sky.sun_km[left, 0])
    y = sky.sun_km[left, 1] + share * (sky.sun_km[left + 1, 1] - sky.sun_km[left, 1])
    z = sky.sun_km[left, 2] + share * (sky.sun_km[left + 1, 2] - sky.sun_km[left, 2])
    size = sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


@compiled
def perigee_below(reach: float, start: float, climb: float) -> tuple[float, float, float]:
    """Return the perigee of a flight that leaves a radius at a flight-path angle, the true anomaly there and the
    seconds since perigee; the radius itself, 0 and 0 for a tangential departure.

    The flight is nearly a parabola: its apogee, about as far as the Moon, moves the perigee by 0.4 km.
    Source: p = r (2 - r / a) cos(climb)^2, e = sqrt(1 - p / a); Barker's equation for the time.
    """
    if climb == 0.0:
        return start, 0.0, 0.0
    axis = 0.55 * reach
    width = start * (2.0 - start / axis) * cos(climb) ** 2
    ecc = sqrt(1.0 - width / axis)
    anomaly = atan2(sqrt(width) * tan(climb) * sqrt(width) / start, width / start - 1.0)
    half = tan(0.5 * anomaly)
    since_s = 0.5 * width * sqrt(width / EARTH_MU_KM3_S2) * (half + half**3 / 3.0)
    return width / (1.0 + ecc), anomaly, since_s


@compiled
def speed_at(radius: float, perigee: float, perigee_speed: float) -> float:
    """Return the speed at a radius of a flight known at its perigee. Source: vis-viva."""
    return sqrt(perigee_speed * perigee_speed + 2.0 * EARTH_MU_KM3_S2 * (1.0 / radius - 1.0 / perigee))


@compiled
def solve_conic(reach: float, perigee: float, tof_s: float) -> tuple[float, float, float, float]:
    """Ellipse from perigee to `reach` in a given time: perigee speed, radial and transverse speed there, C3.

    The eccentric anomaly E at arrival is the one unknown, smooth through apogee: a = (R - p cos E) / (1 - cos E),
    e = (R - p) / (R - p cos E), t = sqrt(a^3 / mu) (E - e sin E). Newton's steps square the error, so one of 3e-4
    leaves 1e-7, worth 1e-5 m/s. Source: Kepler's equation; Battin 1999, section 4.3.
    """
    want = tof_s * sqrt(EARTH_MU_KM3_S2 / reach) / reach
    # the parabola arrives at 0.47; the cubic is fitted to E from 0.9 to 3.6 and off by at most 0.02
    root = sqrt(max(want - 0.465, 1e-3))
    anomaly = -0.5797 + root * (7.7019 + root * (-4.9994 + root * 1.3819))
    step, axis, ecc, sine = 1.0, 0.0, 0.0, 0.0
    for _ in range(30):
        cosine, sine = cos(anomaly), sin(anomaly)
        gap, near = 1.0 - cosine, reach - perigee * cosine
        axis, ecc = near / gap, (reach - perigee) / near
        if abs(step) < 3e-4:
            break
        mean = anomaly - ecc * sine
        share = axis / reach
        slope = 1.0 - ecc * cosine + ecc * sine * (perigee * sine - 1.5 * mean * near / gap) / near
        step = (want / (share * sqrt(share)) - mean) / slope
        anomaly = min(max(anomaly + step, 0.3), 5.5)
    speed = sqrt(EARTH_MU_KM3_S2 * (2.0 / perigee - 1.0 / axis))
    radial = sqrt(EARTH_MU_KM3_S2 * axis) * ecc * sine / reach
    return speed, radial, perigee * speed / reach, -EARTH_MU_KM3_S2 / axis
