"""Ways home: from an orbit about the Moon to the edge of the Earth's air, fast and refined.

Flown backwards, a way home is a way out: the same conic, correction and integrator serve, in a mirrored sky.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import acos, atan2, cos, degrees, pi, radians, sqrt

import numpy as np
import numpy.typing as npt

from sim.physics.approach import Wish
from sim.physics.coefficients import fits
from sim.physics.conic import TransferPlan, sky_from, sweep
from sim.physics.constants import (
    DAY_S,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_MU_KM3_S2,
    MOON_RADIUS_KM,
)
from sim.physics.epochs import iso_from_epoch
from sim.physics.field import coast, field_from
from sim.physics.frames import moon_axes
from sim.physics.landfall import Landfall, entries_of, landfall, longitude_deg
from sim.physics.limits import RETURN_TOF_LIMITS_H, PhysicsError, require_between
from sim.physics.places import ENTRY_ALTITUDE_KM, EntryInterface, LunarOrbit
from sim.physics.refine import Side, correct_aim, departure_state
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import BRANCHES

ENTRY_RADIUS_KM = EARTH_RADIUS_KM + ENTRY_ALTITUDE_KM
NEAR_D = 28.0
_STEPS = 2000
_PLANES = 61  # inclinations that are tried where any will do; between them the burn changes by less than 0.2 m/s
_BACKWARDS = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
# how far the node and the entry of a flight lie beyond the conic's, by powers of (hours - 100) / 40: a fit to 1,200
# refined flights of 2021-2045, 54-170 h, inclinations of 35-88 deg
_DRIFT_DEG = np.array([[-2.007, -0.77, 0.50], [0.336, -0.297, -0.045]])


@dataclass(frozen=True, slots=True)
class ReturnTable:
    """Returns by departure (n), time of flight (k) and branch (2: asc, desc; northbound or southbound at entry).

    `tei_dv_m_s`, `entry_speed_m_s` (inertial), `inclination_deg` of the return: (n, k, 2), nan where there is none.
    `moon_declination_deg` at departure: (n, k).
    """

    depart_d: FloatArray
    tof_h: FloatArray
    moon_declination_deg: FloatArray
    tei_dv_m_s: FloatArray
    entry_speed_m_s: FloatArray
    inclination_deg: FloatArray

    def best(self) -> tuple[FloatArray, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return for each departure (n,) the least burn in m/s, inf where there is none, and its column and branch."""
        burns = np.where(np.isnan(self.tei_dv_m_s), np.inf, self.tei_dv_m_s).reshape(len(self.depart_d), -1)
        choice = np.argmin(burns, axis=1)
        column, branch = np.divmod(choice, 2)
        return burns[np.arange(len(burns)), choice], column, branch


@dataclass(frozen=True, slots=True)
class Return:
    """One way home; `side` and what follows `entry` only when it is refined.

    `node_deg` is the lunar orbit's ascending node on the Moon's equator, from that equator's node on the GCRS equator.
    `state_km_km_s` (6,) is the state at entry, `burn_state_km_km_s` that after the burn, both geocentric in GCRS axes.
    """

    branch: str
    tei_dv_m_s: float
    entry_speed_m_s: float
    inclination_deg: float
    depart_d: float
    entry_d: float
    entry: Landfall
    side: str = ""
    node_deg: float = float("nan")
    rounds: int = 0
    state_km_km_s: tuple[float, ...] = ()
    burn_state_km_km_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Returns:
    """The ways home, cheapest first; without any, `reason` says why and which `limit` binds."""

    solutions: tuple[Return, ...]
    moon_declination_deg: float
    limit: str = ""
    reason: str = ""
    nearest_d: float = float("nan")
    """The departure nearest in time that works, where one was looked for and found."""


def return_table(
    table: EphemerisTable, depart_d: npt.ArrayLike, tof_h: npt.ArrayLike, entry: EntryInterface, orbit: LunarOrbit
) -> ReturnTable:
    """Return the burn for home and the entry speed of every departure (n,) with every time of flight (k,).

    The burn is tangential at perilune, the orbit's node and argument of latitude free. Without an inclination of the
    return the cheapest prograde one of each departure is taken. Raises PhysicsError outside the ephemeris and for
    times of flight outside `RETURN_TOF_LIMITS_H`.
    """
    departs = np.atleast_1d(np.asarray(depart_d, dtype=np.float64))
    tofs = np.atleast_1d(np.asarray(tof_h, dtype=np.float64))
    if not len(tofs):
        raise PhysicsError("a table of returns needs at least one time of flight")
    for hours in tofs:
        require_between("time of flight", float(hours), *RETURN_TOF_LIMITS_H, "h")
    table.require(departs)
    table.require(departs + tofs.max() / 24.0)
    back = _mirrored(table, float(departs.min()), float(departs.max()))
    if entry.inclination_deg is not None:
        return _sweep(back, departs, tofs, entry, orbit)
    return _cheapest_plane(back, departs, tofs, entry, orbit)


def _sweep(
    back: EphemerisTable, departs: FloatArray, tofs: FloatArray, entry: EntryInterface, orbit: LunarOrbit
) -> ReturnTable:
    inclination_deg = entry.inclination_deg or 0.0
    plan = TransferPlan(
        parking_km=ENTRY_RADIUS_KM,
        inclination=pi - radians(inclination_deg),
        perilune_km=MOON_RADIUS_KM + orbit.perilune_km,
        apolune_km=MOON_RADIUS_KM + orbit.apolune_km,
        lunar_tilt=-cos(radians(orbit.inclination_deg)),
        pay=False,
        climb=-radians(entry.angle_deg),
        lead=0.0,
    )
    fit = fits(tofs, inclination_deg, home=True)
    grid = sweep(sky_from(back), (-departs - back.first_d) * DAY_S, tofs * HOUR_S, plan, fit)
    circular_m_s = 1e3 * sqrt(EARTH_MU_KM3_S2 / ENTRY_RADIUS_KM)
    burns = grid[:, :, 5:7]
    planes = np.where(np.isnan(burns), np.nan, inclination_deg)
    return ReturnTable(departs, tofs, grid[:, :, 0], burns, grid[:, :, 3:5] + circular_m_s, planes)


def _cheapest_plane(
    back: EphemerisTable, departs: FloatArray, tofs: FloatArray, entry: EntryInterface, orbit: LunarOrbit
) -> ReturnTable:
    """Take the best of many inclinations: even steps of the flight's eastward share at the Moon."""
    best = _sweep(back, departs, tofs, replace(entry, inclination_deg=90.0), orbit)
    reach = cos(radians(float(np.abs(best.moon_declination_deg).min())))
    for eastward in np.linspace(0.0, reach, _PLANES)[1:]:
        near = _sweep(back, departs, tofs, replace(entry, inclination_deg=degrees(acos(eastward))), orbit)
        better = np.nan_to_num(near.tei_dv_m_s, nan=np.inf) < best.tei_dv_m_s
        for mine, its in (
            (best.tei_dv_m_s, near.tei_dv_m_s),
            (best.entry_speed_m_s, near.entry_speed_m_s),
            (best.inclination_deg, near.inclination_deg),
        ):
            mine[better] = its[better]
    return best


def find_returns(
    table: EphemerisTable, depart_d: float, tof_h: float, entry: EntryInterface, orbit: LunarOrbit
) -> Returns:
    """Return the ways home from a departure, one a branch; raises as `return_table`."""
    grid = return_table(table, [depart_d], [tof_h], entry, orbit)
    declination_deg = float(grid.moon_declination_deg[0, 0])
    found = []
    for number, branch in enumerate(BRANCHES):
        costs = (grid.tei_dv_m_s, grid.entry_speed_m_s, grid.inclination_deg)
        burn_m_s, speed_m_s, inclination_deg = (float(values[0, 0, number]) for values in costs)
        if np.isfinite(burn_m_s):
            way = WayHome(table, depart_d, tof_h, entry.angle_deg, orbit, branch, "A")
            place = way.fast_entry(inclination_deg)
            entry_d = depart_d + tof_h / 24.0
            found.append(Return(branch, burn_m_s, speed_m_s, inclination_deg, depart_d, entry_d, place))
    found.sort(key=lambda one: one.tei_dv_m_s)
    if found:
        return Returns(tuple(found), declination_deg)
    nearest_d = _nearest(table, depart_d, tof_h, entry, orbit)
    said = _off_plane(declination_deg, entry) + nearest_said(nearest_d)
    return Returns((), declination_deg, "plane", said, nearest_d)


def _nearest(table: EphemerisTable, depart_d: float, tof_h: float, entry: EntryInterface, orbit: LunarOrbit) -> float:
    """Return the departure nearest in time that works, within a month, in which the Moon passes every declination."""
    first_d = max(table.first_d, depart_d - NEAR_D)
    days = np.arange(first_d, min(depart_d + NEAR_D, table.last_d - tof_h / 24.0), 1.0 / 24.0)
    works = days[np.isfinite(return_table(table, days, [tof_h], entry, orbit).tei_dv_m_s[:, 0, 0])]
    return float(works[np.argmin(np.abs(works - depart_d))]) if len(works) else float("nan")


def nearest_said(nearest_d: float) -> str:
    """Say which departure works, as the end of a sentence."""
    if np.isnan(nearest_d):
        return f"; no departure within {NEAR_D:g} days works"
    return f"; the nearest departure that works is {iso_from_epoch(nearest_d)[:16]} TDB"


def _off_plane(declination_deg: float, entry: EntryInterface) -> str:
    least_deg = abs(declination_deg)
    return (
        f"the plane of the return holds the Moon, whose declination at departure is {declination_deg:.2f} deg: an"
        f" inclination of {entry.inclination_deg:g} deg does not reach it; the nearest that does is"
        f" {least_deg if (entry.inclination_deg or 0.0) < 90.0 else 180.0 - least_deg:.2f} deg"
    )


def refine_returns(
    table: EphemerisTable, depart_d: float, tof_h: float, entry: EntryInterface, orbit: LunarOrbit
) -> Returns:
    """Return the ways home in both branches and on both sides of the Moon, in the field of Earth (J2), Moon and Sun.

    The burn lies at perilune, tangential, in a plane of the orbit's inclination; entry `tof_h` later, at the angle and
    inclination that are asked for; without an inclination the cheapest is sought. Raises as `return_table`.
    Source: as `refine_transfer`, backwards.
    """
    fast = find_returns(table, depart_d, tof_h, entry, orbit)
    found: list[Return] = []
    sides: tuple[Side, Side] = ("A", "B")
    for one in fast.solutions:
        for side in sides:
            way = WayHome(table, depart_d, tof_h, entry.angle_deg, orbit, one.branch, side)
            flown = way.fly(one.inclination_deg) if entry.inclination_deg is not None else way.cheapest(one)
            found += [flown] if flown is not None else []
    found.sort(key=lambda one: one.tei_dv_m_s)
    if found or not fast.solutions:
        return replace(fast, solutions=tuple(found))
    spare_deg = (entry.inclination_deg or 90.0) - abs(fast.moon_declination_deg)
    reason = f"no convergence; the inclination is {spare_deg:.2f} deg above the least that works"
    return replace(fast, solutions=(), limit="plane", reason=reason)


@dataclass(frozen=True, slots=True)
class WayHome:
    """One way home before it is flown: departure, time, entry angle, orbit, branch and side of the Moon."""

    table: EphemerisTable
    depart_d: float
    tof_h: float
    angle_deg: float
    orbit: LunarOrbit
    branch: str
    side: Side

    def wish(self, inclination_deg: float) -> Wish:
        """Return what is asked of the flight backwards."""
        return Wish(
            tof_s=self.tof_h * HOUR_S,
            parking_km=ENTRY_RADIUS_KM,
            inclination=pi - radians(inclination_deg),
            perilune_km=MOON_RADIUS_KM + self.orbit.perilune_km,
            tilt=-cos(radians(self.orbit.inclination_deg)),
            branch=1.0 if self.branch == "asc" else -1.0,
            side=1.0 if self.side == "A" else -1.0,
            climb=-radians(self.angle_deg),
        )

    def fast_entries(self, inclination_deg: FloatArray, branch: FloatArray) -> FloatArray:
        """Return latitude, longitude and azimuth (n, 3) in degrees where conics that allow for the Moon's bend meet the
        air, by inclination (n,) and branch (n,; +1 asc, -1 desc): 0.6 deg rms along the flight, 0.3 across.
        """
        entry_d, late = self.depart_d + self.tof_h / 24.0, (self.tof_h - 100.0) / 40.0
        place, speed = self.table.moon(self.depart_d)
        drift = np.radians(_DRIFT_DEG @ (1.0, late, late * late))
        found = entries_of(
            self.table.axes_of_date(entry_d)[0],
            np.ascontiguousarray(moon_axes(np.array([self.depart_d]))[0, 2]),
            np.concatenate([place[0], -speed[0]]),
            self.wish(90.0),
            np.stack([pi - np.radians(inclination_deg), branch], axis=-1),
            drift,
        )
        found[:, 1] = longitude_deg(found[:, 1], entry_d)
        return found

    def fast_entry(self, inclination_deg: float) -> Landfall:
        """Return the same of this branch alone."""
        sign = np.array([1.0 if self.branch == "asc" else -1.0])
        return Landfall(*self.fast_entries(np.array([inclination_deg]), sign)[0].tolist())

    def fly(self, inclination_deg: float) -> Return | None:
        """Return the flight in a plane of that inclination; None where none is found."""
        entry_d = self.depart_d + self.tof_h / 24.0
        back = _mirrored(self.table, self.depart_d, entry_d)
        field, axes = field_from(back, -entry_d), back.axes_of_date(-entry_d)[0]
        pole = np.ascontiguousarray(moon_axes(np.array([self.depart_d]))[0, 2])
        wish = self.wish(inclination_deg)
        aim, arrival, rounds, miss = correct_aim(field, axes, pole, wish)
        if miss > 1.0:
            return None
        state = np.empty(6)
        departure_state(wish, axes, aim, state)
        burn = _BACKWARDS * coast(field, state, float(arrival[5]), _STEPS)[1][-1]
        depart_d = entry_d - float(arrival[5]) / DAY_S
        near_km, far_km = wish.perilune_km, MOON_RADIUS_KM + self.orbit.apolune_km
        orbit_km_s = sqrt(2.0 * MOON_MU_KM3_S2 * far_km / (near_km * (near_km + far_km)))
        return Return(
            self.branch,
            1e3 * (sqrt(arrival[3] + 2.0 * MOON_MU_KM3_S2 / near_km) - orbit_km_s),
            1e3 * float(aim[2]),
            inclination_deg,
            depart_d,
            entry_d,
            landfall(self.table, entry_d, _BACKWARDS * state),
            self.side,
            _lunar_node_deg(self.table, depart_d, burn),
            int(rounds),
            tuple((_BACKWARDS * state).tolist()),
            tuple(burn.tolist()),
        )

    def cheapest(self, near: Return) -> Return | None:
        """Return the flight in the cheapest plane near that of a fast solution: parabolas in its course at the Moon."""
        moon, pole = self.table.moon(self.depart_d)[0][0], self.table.axes_of_date(self.depart_d)[0, 2]
        level = sqrt(1.0 - float(moon @ pole / np.linalg.norm(moon)) ** 2)
        course = acos(min(1.0, cos(radians(near.inclination_deg)) / level))
        tried: dict[float, Return] = {}

        def cost(angle: float) -> float:
            angle = min(max(angle, 0.02), 0.5 * pi)
            flown = self.fly(degrees(acos(min(1.0, level * cos(angle)))))
            if flown is not None:
                tried[angle] = flown
            return flown.tei_dv_m_s if flown is not None else float("inf")

        width = 0.1
        for _ in range(3):
            left, middle, right = (cost(course + step) for step in (-width, 0.0, width))
            bend = left + right - 2.0 * middle
            if np.isfinite(bend) and bend > 0.0:
                course = min(max(course + 0.5 * width * (left - right) / bend, course - width), course + width)
            elif min(left, right) < middle:
                course += -width if left < right else width
            width *= 0.4
        cost(course)
        return min(tried.values(), key=lambda one: one.tei_dv_m_s, default=None)


def _mirrored(table: EphemerisTable, first_d: float, last_d: float) -> EphemerisTable:
    """Return the mirrored sky of some days alone: a whole one takes longer to turn round than a flight to fly."""
    table.require([first_d, last_d])
    return table.around(first_d, last_d).mirrored()


def _lunar_node_deg(table: EphemerisTable, epoch_d: float, state: FloatArray) -> float:
    """Return the ascending node of the orbit about the Moon that a geocentric state (6,) lies in."""
    moon, speed = table.moon(epoch_d)
    pole = moon_axes(np.array([epoch_d]))[0, 2]
    origin = np.array([-pole[1], pole[0], 0.0]) / np.hypot(pole[0], pole[1])
    node = np.cross(pole, np.cross(state[:3] - moon[0], state[3:] - speed[0]))
    return degrees(atan2(node @ np.cross(pole, origin), node @ origin)) % 360.0
