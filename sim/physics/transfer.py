"""Transfers from a parking orbit to the Moon, fast: a conic to the Moon's place, corrected for what a conic
leaves out.

One conic costs a fraction of a microsecond; the refined transfer (`refine`) is the truth it was corrected by.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin, sqrt
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.physics.compiled import compiled
from sim.physics.constants import (
    DAY_S,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_MU_KM3_S2,
    MOON_RADIUS_KM,
)
from sim.physics.correction import (
    TERMS,
    Encounter,
    corrected_excess2,
    departure_sine,
    fill_terms,
    tli_fix_m_s,
)
from sim.physics.ephemeris import EphemerisTable, FloatArray
from sim.physics.limits import PhysicsError, require_between
from sim.physics.places import LunarOrbit, Parking

__all__ = [
    "BRANCHES",
    "TOF_LIMITS_H",
    "BestDepartures",
    "DepartureTable",
    "LunarOrbit",
    "Parking",
    "PlaneChange",
    "Solution",
    "Transfer",
    "departure_table",
    "find_transfer",
    "plane_change_dv_m_s",
    "sky_from",
    "solve_conic",
]

BRANCHES: tuple[Literal["asc"], Literal["desc"]] = (
    "asc",
    "desc",
)  # the Moon is reached northbound or southbound
TOF_LIMITS_H = (60.0, 144.0)  # h; what the correction was derived for
PlaneChange = Literal["refuse", "pay"]


@dataclass(frozen=True, slots=True)
class DepartureTable:
    """Holds transfers by departure (n), time of flight (k) and branch (2: asc, desc); nan where there is
    none.

    `tli_dv_m_s`, `loi_dv_m_s`: (n, k, 2). `c3_km2_s2`, `arrive_d`, `moon_declination_deg`, `plane_dv_m_s`:
    (n, k); the last is the plane change in the parking orbit that was asked for to make the transfer
    possible, 0 where none is needed.
    """

    depart_d: FloatArray
    tof_h: FloatArray
    arrive_d: FloatArray
    moon_declination_deg: FloatArray
    c3_km2_s2: FloatArray
    plane_dv_m_s: FloatArray
    tli_dv_m_s: FloatArray
    loi_dv_m_s: FloatArray

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Say where (n, k) a transfer exists."""
        return np.asarray(np.isfinite(self.tli_dv_m_s).any(axis=2))

    @property
    def total_dv_m_s(self) -> FloatArray:
        """Give plane change, TLI and LOI together, (n, k, 2)."""
        return self.tli_dv_m_s + self.loi_dv_m_s + self.plane_dv_m_s[:, :, None]

    def best(self) -> BestDepartures:
        """Give for each departure the time of flight and branch of the least total dv; nan where there is
        none.
        """
        rows, count = len(self.depart_d), len(self.tof_h)
        total = np.where(np.isnan(self.total_dv_m_s), np.inf, self.total_dv_m_s).reshape(rows, -1)
        choice = np.argmin(total, axis=1)
        tof, branch = np.divmod(choice, 2)
        row = np.arange(rows)
        found = np.isfinite(total[row, choice])
        none = np.where(found, 0.0, np.nan)
        return BestDepartures(
            depart_d=self.depart_d,
            arrive_d=self.arrive_d[row, tof] + none,
            tof_h=self.tof_h[np.minimum(tof, count - 1)] + none,
            branch=np.where(found, branch, -1),
            c3_km2_s2=self.c3_km2_s2[row, tof] + none,
            plane_dv_m_s=self.plane_dv_m_s[row, tof] + none,
            tli_dv_m_s=self.tli_dv_m_s[row, tof, branch],
            loi_dv_m_s=self.loi_dv_m_s[row, tof, branch],
        )


@dataclass(frozen=True, slots=True)
class BestDepartures:
    """Holds the cheapest transfer of each departure, shapes (n,); nan (and branch -1) where there is none."""

    depart_d: FloatArray
    arrive_d: FloatArray
    tof_h: FloatArray
    branch: npt.NDArray[np.intp]
    c3_km2_s2: FloatArray
    plane_dv_m_s: FloatArray
    tli_dv_m_s: FloatArray
    loi_dv_m_s: FloatArray


@dataclass(frozen=True, slots=True)
class Solution:
    """Describes one way to fly a transfer."""

    branch: str
    tli_dv_m_s: float
    loi_dv_m_s: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """Describes a transfer with all its solutions, the cheapest on top; infeasible ones say why and hold
    nan.
    """

    feasible: bool
    reason: str
    tli_dv_m_s: float
    loi_dv_m_s: float
    plane_dv_m_s: float
    c3_km2_s2: float
    arrive_d: float
    moon_declination_deg: float
    solutions: tuple[Solution, ...]


class Plan(NamedTuple):
    """Carries a parking and a target orbit into compiled code: km and radians."""

    parking_km: float
    inclination: float
    perilune_km: float
    apolune_km: float
    lunar_tilt: float
    pay: bool


class Sky(NamedTuple):
    """Carries an ephemeris into compiled code: its arrays and its step in seconds."""

    moon_km: FloatArray
    moon_km_s: FloatArray
    sun_km: FloatArray
    equator: FloatArray
    step_s: float


def departure_table(
    table: EphemerisTable,
    depart_d: npt.ArrayLike,
    tof_h: npt.ArrayLike,
    parking: Parking,
    target: LunarOrbit,
    *,
    plane_change: PlaneChange = "refuse",
) -> DepartureTable:
    """Give TLI and LOI of every departure (n,) with every time of flight (k,), both branches.

    Where the Moon's declination at arrival is above the inclination no transfer exists in the plane: nan,
    unless `plane_change` is "pay", which turns the parking orbit at its node first. Raises PhysicsError
    outside the ephemeris and for times of flight outside `TOF_LIMITS_H`.
    """
    departs = np.atleast_1d(np.asarray(depart_d, dtype=np.float64))
    tofs = np.atleast_1d(np.asarray(tof_h, dtype=np.float64))
    if not len(tofs):
        raise PhysicsError("a departure table needs at least one time of flight")
    for hours in tofs:
        require_between("time of flight", float(hours), *TOF_LIMITS_H, "h")
    arrive_d = departs[:, None] + tofs / 24.0
    table.require(departs)
    table.require(arrive_d)
    grid = _sweep(
        sky_from(table),
        (departs - table.first_d) * DAY_S,
        tofs * HOUR_S,
        _plan(parking, target, plane_change),
    )
    return DepartureTable(
        depart_d=departs,
        tof_h=tofs,
        arrive_d=arrive_d,
        moon_declination_deg=grid[:, :, 0],
        c3_km2_s2=grid[:, :, 1],
        plane_dv_m_s=grid[:, :, 2],
        tli_dv_m_s=grid[:, :, 3:5],
        loi_dv_m_s=grid[:, :, 5:7],
    )


def find_transfer(
    table: EphemerisTable,
    depart_d: float,
    tof_h: float,
    parking: Parking,
    target: LunarOrbit,
    *,
    plane_change: PlaneChange = "refuse",
) -> Transfer:
    """Give one transfer with its solutions and, when there is none, the reason; raises as
    `departure_table`.
    """
    grid = departure_table(table, [depart_d], [tof_h], parking, target, plane_change=plane_change)
    solutions = sorted(
        (
            Solution(branch, float(grid.tli_dv_m_s[0, 0, i]), float(grid.loi_dv_m_s[0, 0, i]))
            for i, branch in enumerate(BRANCHES)
            if np.isfinite(grid.tli_dv_m_s[0, 0, i])
        ),
        key=lambda solution: solution.tli_dv_m_s + solution.loi_dv_m_s,
    )
    declination_deg = float(grid.moon_declination_deg[0, 0])
    best = solutions[0] if solutions else Solution("", float("nan"), float("nan"))
    return Transfer(
        feasible=bool(solutions),
        reason="" if solutions else _refusal(declination_deg, parking),
        tli_dv_m_s=best.tli_dv_m_s,
        loi_dv_m_s=best.loi_dv_m_s,
        plane_dv_m_s=float(grid.plane_dv_m_s[0, 0]),
        c3_km2_s2=float(grid.c3_km2_s2[0, 0]),
        arrive_d=float(grid.arrive_d[0, 0]),
        moon_declination_deg=declination_deg,
        solutions=tuple(solutions),
    )


def plane_change_dv_m_s(parking: Parking, angle_deg: float) -> float:
    """Give the cost of turning a circular parking orbit by an angle. Source: 2 v sin(angle / 2), vector
    triangle.
    """
    speed_km_s = sqrt(EARTH_MU_KM3_S2 / (EARTH_RADIUS_KM + parking.altitude_km))
    return 2e3 * speed_km_s * sin(np.radians(abs(angle_deg)) / 2.0)


def _refusal(declination_deg: float, parking: Parking) -> str:
    reach_deg = min(parking.inclination_deg, 180.0 - parking.inclination_deg)
    cost_m_s = plane_change_dv_m_s(parking, abs(declination_deg) - reach_deg)
    return (
        f"the Moon's declination at arrival, {declination_deg:.2f} deg, is beyond the inclination of"
        f" {parking.inclination_deg:g} deg; a plane change of {abs(declination_deg) - reach_deg:.2f} deg"
        f" ({cost_m_s:.0f} m/s) would reach it"
    )


def sky_from(table: EphemerisTable) -> Sky:
    """Give an ephemeris in the form that compiled code reads."""
    step_s = float(table.epoch_d[1] - table.epoch_d[0]) * DAY_S
    moon = (table.moon_position_km, table.moon_velocity_km_s)
    return Sky(*moon, table.sun_position_km, table.equator_of_date, step_s)


def _plan(parking: Parking, target: LunarOrbit, plane_change: PlaneChange) -> Plan:
    return Plan(
        parking_km=EARTH_RADIUS_KM + parking.altitude_km,
        inclination=float(np.radians(parking.inclination_deg)),
        perilune_km=MOON_RADIUS_KM + target.perilune_km,
        apolune_km=MOON_RADIUS_KM + target.apolune_km,
        lunar_tilt=float(np.cos(np.radians(target.inclination_deg))),
        pay=plane_change == "pay",
    )


@compiled
def _sweep(sky: Sky, starts_s: FloatArray, tofs_s: FloatArray, plan: Plan) -> FloatArray:
    """Fill (n, k, 7): declination deg, c3, plane dv, TLI asc, TLI desc, LOI asc, LOI desc; dv in m/s."""
    out = np.full((len(starts_s), len(tofs_s), 7), np.nan)
    terms = np.empty(TERMS)
    for row in range(len(starts_s)):
        for column in range(len(tofs_s)):
            _fly(
                sky,
                (starts_s[row] + tofs_s[column]) / sky.step_s,
                tofs_s[column],
                plan,
                terms,
                out[row, column],
            )
    return out


Vector = tuple[float, float, float]


@compiled
def _moon_at(sky: Sky, left: int, share: float) -> tuple[Vector, Vector]:
    x, u = _cubic(sky.moon_km, sky.moon_km_s, left, share, sky.step_s, 0)
    y, v = _cubic(sky.moon_km, sky.moon_km_s, left, share, sky.step_s, 1)
    z, w = _cubic(sky.moon_km, sky.moon_km_s, left, share, sky.step_s, 2)
    return (x, y, z), (u, v, w)


@compiled
def _cubic(
    places: FloatArray, speeds: FloatArray, left: int, share: float, step_s: float, axis: int
) -> tuple[float, float]:
    """Hermite cubic of one coordinate, as in `ephemeris`."""
    rise = places[left + 1, axis] - places[left, axis]
    start, end = speeds[left, axis] * step_s, speeds[left + 1, axis] * step_s
    second, third = 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise
    place = places[left, axis] + share * (start + share * (second + share * third))
    return place, (start + share * (2.0 * second + 3.0 * share * third)) / step_s


@compiled
def _fly(sky: Sky, where: float, tof_s: float, plan: Plan, terms: FloatArray, out: FloatArray) -> None:
    """Fill one row of `_sweep` for an arrival `where` steps into the table."""
    left = min(int(where), len(sky.moon_km) - 2)
    moon, speed = _moon_at(sky, left, where - left)
    pole = (sky.equator[left, 2, 0], sky.equator[left, 2, 1], sky.equator[left, 2, 2])
    reach = sqrt(_dot(moon, moon))
    recede, rise = _dot(moon, speed) / reach, _dot(moon, pole) / reach
    level = sqrt(1.0 - rise * rise)
    out[0] = np.degrees(np.arcsin(rise))
    inclination, out[2] = _plane(plan, out[0])
    perigee_speed, radial, across, out[1] = solve_conic(reach, plan.parking_km, tof_s)
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
    orbit_speed = _perilune_speed(plan)
    for branch in range(2):
        way = 1.0 if branch == 0 else -1.0
        side = way * northward
        meeting = Encounter(
            tof_s,
            reach,
            recede,
            plan.parking_km,
            perigee_speed,
            departure_sine(sin(inclination), rise, way, cosine / bend, sine / bend),
            (eastward * speed_east + side * speed_north) / sqrt(speed_east**2 + speed_north**2),
            sun_out,
            eastward * _dot(sun, east) + side * _dot(sun, north),
            plan.lunar_tilt,
        )
        fill_terms(meeting, terms)
        excess2 = (radial - recede) ** 2 + (across * eastward - speed_east) ** 2 + (across * side - speed_north) ** 2
        arrival2 = corrected_excess2(excess2, terms) + 2.0 * MOON_MU_KM3_S2 / plan.perilune_km
        out[3 + branch] = 1e3 * (perigee_speed - parking_speed) + tli_fix_m_s(terms)
        out[5 + branch] = 1e3 * (sqrt(arrival2) - orbit_speed)


@compiled
def _plane(plan: Plan, declination_deg: float) -> tuple[float, float]:
    """Give the inclination to fly and the cost of reaching it: the plan's own and 0, a paid one, or nan."""
    need = abs(np.radians(declination_deg))
    reach = min(plan.inclination, np.pi - plan.inclination)
    if need <= reach:
        return plan.inclination, 0.0
    if not plan.pay:
        return plan.inclination, np.nan
    cost = 2e3 * sqrt(EARTH_MU_KM3_S2 / plan.parking_km) * sin(0.5 * (need - reach))
    return (need if plan.inclination < 0.5 * np.pi else np.pi - need), cost


@compiled
def _perilune_speed(plan: Plan) -> float:
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
def _sun_at(sky: Sky, left: int, share: float) -> Vector:
    """Direction of the Sun; straight between knots, since it moves a quarter of a degree from one to the
    next.
    """
    x = sky.sun_km[left, 0] + share * (sky.sun_km[left + 1, 0] - sky.sun_km[left, 0])
    y = sky.sun_km[left, 1] + share * (sky.sun_km[left + 1, 1] - sky.sun_km[left, 1])
    z = sky.sun_km[left, 2] + share * (sky.sun_km[left + 1, 2] - sky.sun_km[left, 2])
    size = sqrt(x * x + y * y + z * z)
    return x / size, y / size, z / size


@compiled
def solve_conic(reach: float, perigee: float, tof_s: float) -> tuple[float, float, float, float]:
    """Ellipse from perigee to `reach` in a given time: perigee speed, radial and transverse speed there, C3.

    The eccentric anomaly E at arrival is the one unknown, smooth through apogee: a = (R - p cos E) / (1 - cos
    E), e = (R - p) / (R - p cos E), t = sqrt(a^3 / mu) (E - e sin E). Newton's steps double the digits.
    Source: Kepler's equation; Battin 1999, section 4.3.
    """
    want = tof_s * sqrt(EARTH_MU_KM3_S2 / reach) / reach
    anomaly = min(max(0.9 + 2.15 * (want - 0.5), 0.9), 4.5)
    axis = ecc = sine = 0.0
    for _ in range(30):
        cosine, sine = cos(anomaly), sin(anomaly)
        gap, near = 1.0 - cosine, reach - perigee * cosine
        axis, ecc = near / gap, (reach - perigee) / near
        mean = anomaly - ecc * sine
        scaled = sqrt(axis / reach) * axis / reach
        slope = -1.5 * mean * sine * (reach - perigee) / (gap * near)
        slope += 1.0 - ecc * cosine + ecc * perigee * sine * sine / near
        step = (want / scaled - mean) / slope
        anomaly = min(max(anomaly + step, 0.3), 5.5)
        if abs(step) < 1e-9:
            break
    speed = sqrt(EARTH_MU_KM3_S2 * (2.0 / perigee - 1.0 / axis))
    radial = sqrt(EARTH_MU_KM3_S2 * axis) * ecc * sine / reach
    return speed, radial, perigee * speed / reach, -EARTH_MU_KM3_S2 / axis
