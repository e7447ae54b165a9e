"""Ways home that end at a place: the plane and the hour of arrival that bring a landing site under the flight."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from math import acos, asin, cos, degrees, radians, sin

import numpy as np

from sim.physics.constants import EARTH_MEAN_RADIUS_KM, HOUR_S
from sim.physics.landfall import Landfall
from sim.physics.limits import RETURN_TOF_LIMITS_H, PhysicsError, require_between
from sim.physics.places import EntryInterface, LunarOrbit
from sim.physics.refine import Side
from sim.physics.returns import NEAR_D, Return, Returns, WayHome, find_returns, nearest_said
from sim.physics.states import EphemerisTable, FloatArray

SIDEREAL_DEG_H = 360.0 / (86_164.0905 / HOUR_S)  # Earth's rotation; IERS Conventions 2010
LONGEST_RANGE_KM = 12_000.0
_SIDES: tuple[Side, Side] = ("A", "B")
_COURSE_STEP_DEG = 1.0
_COURSES_DEG = np.arange(-89.5, 90.0, _COURSE_STEP_DEG)
_SLACK_H = 0.15  # the conic's hour of arrival is good to some minutes
_NEAR_STEP_D = 0.25
_ROUNDS = 12
_CLOSE_DEG = 1e-3  # 0.1 km
_NUDGES = (np.array([0.02, 0.0]), np.array([0.0, 0.01]))  # degrees of course, hours


@dataclass(frozen=True, slots=True)
class LandingSite:
    """Where to land: degrees north and east on a round Earth, the way from the entry interface along the
    ground, and the seconds it takes.
    """

    latitude_deg: float
    longitude_deg: float
    range_km: float
    descent_s: float

    def __post_init__(self) -> None:
        require_between("latitude of the site", self.latitude_deg, -90.0, 90.0, "deg")
        require_between("longitude of the site", self.longitude_deg, -360.0, 360.0, "deg")
        require_between("range from entry to the site", self.range_km, 0.0, LONGEST_RANGE_KM, "km")
        require_between("time from entry to the site", self.descent_s, 0.0, 2.0 * HOUR_S, "s")


@dataclass(frozen=True, slots=True)
class Approach:
    """Ways home from one departure to one site, with a span of times of flight in hours."""

    table: EphemerisTable
    depart_d: float
    tofs_h: tuple[float, float]
    angle_deg: float
    orbit: LunarOrbit
    site: LandingSite

    @property
    def level(self) -> float:
        """Return the cosine of the Moon's declination at departure."""
        return cos(radians(self.declination_deg))

    @property
    def declination_deg(self) -> float:
        """Return the Moon's declination at departure."""
        moon, pole = self.table.moon(self.depart_d)[0][0], self.table.axes_of_date(self.depart_d)[0, 2]
        return degrees(asin(float(moon @ pole / np.linalg.norm(moon))))

    def plane(self, course_deg: float) -> tuple[float, str]:
        """Return inclination and branch of a course at the Moon, from east by north of the flight run backwards."""
        return degrees(acos(self.level * cos(radians(course_deg)))), "asc" if course_deg >= 0.0 else "desc"

    def fast(self, course_deg: FloatArray, tof_h: float, side: Side) -> FloatArray:
        """Return latitude, longitude and azimuth (n, 3) in degrees where the conics of some courses meet the air."""
        inclination_deg = np.degrees(np.arccos(self.level * np.cos(np.radians(course_deg))))
        way = WayHome(self.table, self.depart_d, tof_h, self.angle_deg, self.orbit, "asc", side)
        return way.fast_entries(inclination_deg, np.where(course_deg >= 0.0, 1.0, -1.0))


def descent_s(range_km: float) -> float:
    """Return how long a capsule takes from the entry interface to the ground, in s.

    Source: a line through Apollo 11 (2,780 km, 15.5 min) and Chang'e-5 (6,500 km, 25 min), parachutes included.
    """
    return 525.0 + 0.15 * range_km


def touchdown(entry: FloatArray, site: LandingSite) -> FloatArray:
    """Return latitude and longitude (n, 2) in degrees where flights come down that fly the site's range in their plane.

    `entry` (n, 3): latitude, longitude and azimuth. Source: great circle; the Earth turns eastward meanwhile.
    """
    arc, (north, _, azimuth) = site.range_km / EARTH_MEAN_RADIUS_KM, np.radians(entry.T)
    sine = np.clip(np.sin(north) * cos(arc) + np.cos(north) * sin(arc) * np.cos(azimuth), -1.0, 1.0)
    turn = np.arctan2(np.sin(azimuth) * sin(arc) * np.cos(north), cos(arc) - np.sin(north) * sine)
    east_deg = entry[:, 1] + np.degrees(turn) - SIDEREAL_DEG_H * site.descent_s / HOUR_S
    return np.stack([np.degrees(np.arcsin(sine)), (east_deg + 180.0) % 360.0 - 180.0], axis=-1)


def find_site_returns(asked: Approach, *, refined: bool = False, explain: bool = True) -> Returns:
    """Return the ways home that bring a site under the flight, cheapest first: fast ones, or refined.

    A site fixes the plane and the hour of arrival, so the time of flight is a span. Where there is none, the answer
    says whether the plane or the time binds, and the nearest that works (with `explain`). Raises PhysicsError outside
    the ephemeris and for times of flight outside `RETURN_TOF_LIMITS_H`.
    """
    for hours in asked.tofs_h:
        require_between("time of flight", hours, *RETURN_TOF_LIMITS_H, "h")
    if asked.tofs_h[1] < asked.tofs_h[0]:
        raise PhysicsError(f"the span of times of flight ends before it starts: {asked.tofs_h[0]:g} to"
                           f" {asked.tofs_h[1]:g} h")  # fmt: skip
    asked.table.require([asked.depart_d, asked.depart_d + asked.tofs_h[1] / 24.0])
    starts = [(course, tof, side) for course, side in _courses(asked) for tof in _times_h(asked, course, side)]
    found = [one for start in starts if (one := _way(asked, *start, refined=refined)) is not None]
    low, high = asked.tofs_h
    found = [one for one in found if low - 1e-6 <= (one.entry_d - asked.depart_d) * 24.0 <= high + 1e-6]
    found.sort(key=lambda one: one.tei_dv_m_s)
    if found or not explain:
        return Returns(tuple(found), asked.declination_deg)
    late = _late(asked)
    limit, reason = ("time", late) if late else ("plane", _far(asked))
    nearest_d = _nearest(asked)
    return Returns((), asked.declination_deg, limit, reason + nearest_said(nearest_d), nearest_d)


def _courses(asked: Approach) -> list[tuple[float, Side]]:
    """Return the courses, in degrees, whose plane holds the site's latitude at the site's range, by side: the conic's.

    The grid of courses misses a pair of roots closer than its step: planes that only graze the latitude.
    """
    middle_h = sum(asked.tofs_h) / 2.0
    entries = [(side, asked.fast(_COURSES_DEG, middle_h, side)) for side in _SIDES]
    return [(course, side) for side, entry in entries for course in _roots(entry, asked.site)]


def _roots(entry: FloatArray, site: LandingSite) -> list[float]:
    over = touchdown(entry, site)[:, 0] - site.latitude_deg
    at = np.flatnonzero(over[:-1] * over[1:] <= 0.0)
    return [float(_COURSES_DEG[i] - _COURSE_STEP_DEG * over[i] / (over[i + 1] - over[i] or 1.0)) for i in at]


def _times_h(asked: Approach, course_deg: float, side: Side, span_h: tuple[float, float] | None = None) -> list[float]:
    """Return the times of flight within a span at which the site's meridian is there: the conic's."""
    low_h, high_h = span_h or asked.tofs_h
    middle_h = 0.5 * (low_h + high_h)
    for _ in range(3):
        down = touchdown(asked.fast(np.array([course_deg]), middle_h, side), asked.site)
        ahead_deg = float(down[0, 1]) - asked.site.longitude_deg
        middle_h += ((ahead_deg + 180.0) % 360.0 - 180.0) / SIDEREAL_DEG_H
    day_h = 360.0 / SIDEREAL_DEG_H
    first = int(np.ceil((low_h - _SLACK_H - middle_h) / day_h))
    last = int(np.floor((high_h + _SLACK_H - middle_h) / day_h))
    return [middle_h + number * day_h for number in range(first, last + 1)]


def _way(asked: Approach, course_deg: float, tof_h: float, side: Side, *, refined: bool) -> Return | None:
    """Return the flight that meets the site: that of the conic, or refined."""
    if refined:
        return _refined(asked, course_deg, tof_h, side)
    inclination_deg, branch = asked.plane(course_deg)
    tof_h = min(max(tof_h, asked.tofs_h[0]), asked.tofs_h[1])
    entry = EntryInterface(asked.angle_deg, inclination_deg)
    found = find_returns(asked.table, asked.depart_d, tof_h, entry, asked.orbit).solutions
    here = Landfall(*asked.fast(np.array([course_deg]), tof_h, side)[0].tolist())
    return next((replace(one, side=side, entry=here) for one in found if one.branch == branch), None)


def _refined(asked: Approach, course_deg: float, tof_h: float, side: Side) -> Return | None:
    """Return the flight that meets the site in the full field, by Newton's steps in course and time of flight."""
    found: Return | None = None

    def miss(unknown: FloatArray) -> FloatArray:
        nonlocal found
        inclination_deg, branch = asked.plane(float(unknown[0]))
        way = WayHome(asked.table, asked.depart_d, float(unknown[1]), asked.angle_deg, asked.orbit, branch, side)
        found = way.fly(inclination_deg)
        if found is None:
            return np.full(2, np.nan)
        north_deg, east_deg = touchdown(np.array([astuple(found.entry)]), asked.site)[0]
        off_deg = (east_deg - asked.site.longitude_deg + 180.0) % 360.0 - 180.0
        return np.array([north_deg - asked.site.latitude_deg, off_deg])

    unknown = np.array([course_deg, tof_h])
    for _ in range(_ROUNDS):
        here = miss(unknown)
        if np.abs(here).max() < _CLOSE_DEG:
            return found
        slopes = np.column_stack([(miss(unknown + nudge) - here) / nudge.sum() for nudge in _NUDGES])
        if not np.isfinite(slopes).all() or abs(np.linalg.det(slopes)) < 1e-9:
            return None
        step = np.linalg.solve(slopes, here)
        unknown = unknown - step * min(1.0, 10.0 / max(abs(step[0]), 1e-9))
        if not RETURN_TOF_LIMITS_H[0] <= unknown[1] <= RETURN_TOF_LIMITS_H[1]:
            return None
    return None


def _late(asked: Approach) -> str:
    """Say that the hour binds, and the nearest time of flight that works; nothing where none does."""
    low, high = asked.tofs_h
    starts = [
        (course, tof, side)
        for course, side in _courses(asked)
        for tof in _times_h(asked, course, side, RETURN_TOF_LIMITS_H)
    ]
    ways = [_way(asked, *start, refined=True) for start in starts]
    hours = [24.0 * (one.entry_d - one.depart_d) for one in ways if one is not None]
    if not hours:
        return ""
    nearest = min(hours, key=lambda tof: max(low - tof, tof - high))
    return (
        f"the site passes under the plane of the return at other hours: no time of flight from {low:g} to {high:g} h"
        f" meets it; the nearest that does is {nearest:.1f} h"
    )


def _far(asked: Approach) -> str:
    """Say that the plane binds, and the nearest range that works."""
    said = (
        f"no plane through the Moon, whose declination at departure is {asked.declination_deg:.2f} deg, brings the site"
        f" at {asked.site.latitude_deg:g} deg {asked.site.range_km:g} km beyond the entry"
    )
    entry = asked.fast(_COURSES_DEG, sum(asked.tofs_h) / 2.0, "A")
    ranges_km = sorted(np.arange(0.0, LONGEST_RANGE_KM, 100.0), key=lambda km: abs(km - asked.site.range_km))
    for range_km in ranges_km:
        if _roots(entry, replace(asked.site, range_km=float(range_km))):
            return f"{said}; the nearest range that works is {range_km:.0f} km"
    return said


def _nearest(asked: Approach) -> float:
    """Return the departure nearest in time that works, within a month; nan where none does."""
    for steps in range(1, int(NEAR_D / _NEAR_STEP_D)):
        for depart_d in (asked.depart_d - steps * _NEAR_STEP_D, asked.depart_d + steps * _NEAR_STEP_D):
            if asked.table.first_d <= depart_d <= asked.table.last_d - asked.tofs_h[1] / 24.0:
                other = replace(asked, depart_d=depart_d)
                if find_site_returns(other, refined=True, explain=False).solutions:
                    return depart_d
    return float("nan")
