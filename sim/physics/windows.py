"""Tables of departures that are possible: launch on demand, and a stack that waits in orbit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.physics.constants import DAY_S, EARTH_J2, EARTH_MU_KM3_S2, EARTH_RADIUS_KM
from sim.physics.frames import sidereal_time_rad
from sim.physics.intervals import Intervals, crossings_d, intervals_above
from sim.physics.limits import require_between, require_reachable_inclination, require_span
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable, FloatArray

_TILTED_DEG = (0.1, 179.9)  # an orbit in the equator has no node
SIDEREAL_DAY_D = 86_164.0905 / DAY_S  # d; IERS Conventions 2010


@dataclass(frozen=True, slots=True)
class LaunchTable:
    """Launch opportunities sorted by time, shapes (n,): azimuth from north by east, node and branch (0
    asc, 1 desc).
    """

    launch_d: FloatArray
    azimuth_deg: FloatArray
    raan_deg: FloatArray
    branch: npt.NDArray[np.intp]


def launches_on_demand(
    table: EphemerisTable,
    first_d: float,
    last_d: float,
    *,
    latitude_deg: float,
    longitude_deg: float,
    inclination_deg: float,
    tof_h: float = 108.0,
    coast_h: float = 1.5,
) -> LaunchTable:
    """Return the launches between two epochs that reach a plane through the Moon's place at arrival.

    Each day the site passes through each branch's plane twice, northbound and southbound; `coast_h` is the
    time from launch to TLI. Days on which the Moon's declination at arrival is above the inclination give
    none. Raises PhysicsError when the inclination is below the site's latitude and outside the ephemeris.
    Source: spherical triangle of site, node and equator: sin(dl) = tan(lat) / tan(i), sin(az) = cos(i) /
    cos(lat).
    """
    require_span(first_d, last_d)
    require_between("inclination", inclination_deg, *_TILTED_DEG, "deg")
    require_reachable_inclination(inclination_deg, latitude_deg)
    ways = [
        _launches(table, (first_d, last_d), np.radians(longitude_deg), (coast_h + tof_h) / 24.0, way)
        for way in _ways(latitude_deg, inclination_deg)
    ]
    launch, azimuth, raan, branch = (np.concatenate(column) for column in zip(*ways, strict=True))
    order = np.argsort(launch, kind="stable")
    return LaunchTable(launch[order], azimuth[order], raan[order], branch[order].astype(np.intp))


@dataclass(frozen=True, slots=True)
class _Way:
    """One pass of a site through the plane of one branch: azimuth, and the site's angle past the node."""

    azimuth_deg: float
    past_node_rad: float
    inclination_rad: float
    branch: int


def _ways(latitude_deg: float, inclination_deg: float) -> list[_Way]:
    lat, inc = np.radians(latitude_deg), np.radians(inclination_deg)
    eastward = np.clip(np.cos(inc) / np.cos(lat), -1.0, 1.0)
    azimuth = float(np.degrees(np.arcsin(eastward)))
    past = float(np.arcsin(np.clip(np.tan(lat) / np.tan(inc), -1.0, 1.0)))
    passes = [(azimuth % 360.0, past), (180.0 - azimuth, np.pi - past)]
    passes = passes[:1] if 1.0 - abs(eastward) < 1e-9 else passes
    return [_Way(*one, float(inc), branch) for one in passes for branch in (0, 1)]


def _launches(
    table: EphemerisTable, span_d: tuple[float, float], longitude_rad: float, ahead_d: float, way: _Way
) -> tuple[FloatArray, FloatArray, FloatArray, npt.NDArray[np.intp]]:
    """Launch times of one way: each day's passage, its plane found again at the time of launch."""
    first_d, last_d = span_d
    launch = np.arange(first_d - 1.0, last_d + 1.0, SIDEREAL_DAY_D)
    launch = launch[(launch >= table.first_d + 1.0) & (launch + ahead_d <= table.last_d - 1.0)]
    table.require([first_d, last_d + ahead_d])
    raan = np.full_like(launch, np.nan)
    for turn in range(4):  # the Moon moves 13 deg a day: each pass divides the error in time by about 27
        raan = node_rad(table, launch + ahead_d, way.inclination_rad, way.branch)
        site = sidereal_time_rad(launch) + longitude_rad
        lag = raan + way.past_node_rad - site
        lag = lag % (2.0 * np.pi) if turn == 0 else (lag + np.pi) % (2.0 * np.pi) - np.pi
        launch = launch + np.where(np.isnan(lag), 0.0, lag) / (2.0 * np.pi) * SIDEREAL_DAY_D
    inside = np.isfinite(raan) & (launch >= first_d) & (launch < last_d)
    launch, raan = _distinct(launch[inside], raan[inside])
    return (
        launch,
        np.full_like(launch, way.azimuth_deg),
        np.degrees(raan),
        np.full(len(launch), way.branch, dtype=np.intp),
    )


def _distinct(launch: FloatArray, raan: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Drop a passage that was found twice."""
    order = np.argsort(launch)
    fresh = np.diff(launch[order], prepend=-np.inf) > 1e-3
    return launch[order][fresh], raan[order][fresh]


def node_rad(table: EphemerisTable, arrive_d: FloatArray, inclination_rad: float, branch: int) -> FloatArray:
    """Return the node's right ascension (n,) of the plane of that inclination through the Moon; nan where there
    is none.

    Source: spherical triangle, sin(u) = sin(dec) / sin(i); branch 0 meets the Moon northbound, 1 southbound.
    """
    moon = np.einsum("nij,nj->ni", table.axes_of_date(arrive_d), table.moon(arrive_d)[0])
    ascension = np.arctan2(moon[:, 1], moon[:, 0])
    ratio = moon[:, 2] / np.linalg.norm(moon, axis=1) / np.sin(inclination_rad)
    along = np.arcsin(np.where(np.abs(ratio) <= 1.0, ratio, np.nan))
    along = along if branch == 0 else np.pi - along
    return np.asarray((ascension - np.arctan2(np.cos(inclination_rad) * np.sin(along), np.cos(along))) % (2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class StackTable:
    """The departures of a stack waiting in orbit, sorted, shapes (n,): the best time is in the plane.

    Between `open_d` and `close_d` the orbit's plane is off the Moon's place at arrival by at most the
    tolerance; once each revolution inside there is a chance to leave. `branch` as in `transfer`; dv in m/s at
    the best time.
    """

    open_d: FloatArray
    close_d: FloatArray
    best_d: FloatArray
    tli_dv_m_s: FloatArray
    loi_dv_m_s: FloatArray
    branch: npt.NDArray[np.intp]

    @property
    def mean_gap_d(self) -> float:
        """Return the mean time between best times in days; nan for fewer than two windows."""
        return float(np.diff(self.best_d).mean()) if len(self.best_d) > 1 else float("nan")


def node_drift_deg_d(parking: Parking) -> float:
    """Return how fast the Earth's flattening turns a circular orbit's node, degrees a day (negative: westward).

    Source: first-order J2 theory, Vallado 2013, eq. 9-37.
    """
    radius_km = EARTH_RADIUS_KM + parking.altitude_km
    motion_rad_s = np.sqrt(EARTH_MU_KM3_S2 / radius_km**3)
    drift = -1.5 * EARTH_J2 * motion_rad_s * (EARTH_RADIUS_KM / radius_km) ** 2
    return float(np.degrees(drift * np.cos(np.radians(parking.inclination_deg))) * DAY_S)


def stack_departures(
    table: EphemerisTable,
    first_d: float,
    last_d: float,
    *,
    parking: Parking,
    target: LunarOrbit,
    raan_deg: float,
    tof_h: float = 108.0,
    tolerance_deg: float = 1.0,
) -> StackTable:
    """Return the departures between two epochs of a stack whose node stands at `raan_deg` at the first.

    The node regresses, the Moon comes round: the plane meets the Moon's place at arrival every 8 to 10 days,
    unevenly, and more rarely when the inclination is below the Moon's declination. The conic's plane is
    meant; the full field's is 0.5 to 3.5 deg of node, some 4 hours, away. Raises PhysicsError outside the
    ephemeris and as `departure_table`.
    Source: n . r = 0 with the orbit's normal n at departure and the Moon's place r at arrival.
    """
    require_span(first_d, last_d)
    require_between("inclination", parking.inclination_deg, *_TILTED_DEG, "deg")
    ahead_d = tof_h / 24.0
    table.require([first_d, last_d + ahead_d])
    epoch_d = np.linspace(first_d, last_d, max(2, int(np.ceil((last_d - first_d) / 0.02)) + 1))
    raan = np.radians(raan_deg + node_drift_deg_d(parking) * (epoch_d - first_d))
    off_deg = _off_plane_deg(table, epoch_d + ahead_d, raan, float(np.radians(parking.inclination_deg)))
    best_d = crossings_d(epoch_d, off_deg)
    near = intervals_above(epoch_d, tolerance_deg - np.abs(off_deg))
    open_d, close_d = _edges(best_d, near)
    branch = _branch(table, best_d + ahead_d, np.interp(best_d, epoch_d, raan), parking)
    tli, loi = _costs(table, best_d, tof_h, parking, target, branch)
    return StackTable(open_d, close_d, best_d, tli, loi, branch)


def _off_plane_deg(
    table: EphemerisTable, arrive_d: FloatArray, raan_rad: FloatArray, inclination_rad: float
) -> FloatArray:
    """Angle of the Moon's place above the plane of an orbit."""
    moon = np.einsum("nij,nj->ni", table.axes_of_date(arrive_d), table.moon(arrive_d)[0])
    moon /= np.linalg.norm(moon, axis=1)[:, None]
    tilt, upright = np.sin(inclination_rad), np.cos(inclination_rad)
    rise = tilt * (np.sin(raan_rad) * moon[:, 0] - np.cos(raan_rad) * moon[:, 1]) + upright * moon[:, 2]
    return np.asarray(np.degrees(np.arcsin(rise)))


def _edges(best_d: FloatArray, near: Intervals) -> tuple[FloatArray, FloatArray]:
    """Open and close of each window: where the tolerance ends, or half-way to the next best time."""
    index = np.searchsorted(near.open_d, best_d, side="right") - 1
    middle = 0.5 * (best_d[1:] + best_d[:-1])
    before = np.concatenate([[-np.inf], middle])[: len(best_d)]
    after = np.concatenate([middle, [np.inf]])[: len(best_d)]
    return np.maximum(near.open_d[index], before), np.minimum(near.close_d[index], after)


def _branch(
    table: EphemerisTable, arrive_d: FloatArray, raan_rad: FloatArray, parking: Parking
) -> npt.NDArray[np.intp]:
    """The branch whose plane through the Moon has the node at hand."""
    inclination_rad = float(np.radians(parking.inclination_deg))
    away = [np.cos(node_rad(table, arrive_d, inclination_rad, branch) - raan_rad) for branch in (0, 1)]
    return np.asarray(np.where(np.nan_to_num(away[0], nan=-2.0) >= np.nan_to_num(away[1], nan=-2.0), 0, 1))


def _costs(
    table: EphemerisTable,
    best_d: FloatArray,
    tof_h: float,
    parking: Parking,
    target: LunarOrbit,
    branch: npt.NDArray[np.intp],
) -> tuple[FloatArray, FloatArray]:
    """TLI and LOI of each departure in its branch."""
    from sim.physics.transfer import departure_table  # compiled code, loaded by those who need a cost

    grid = departure_table(table, best_d, [tof_h], parking, target)
    row = np.arange(len(best_d))
    return grid.tli_dv_m_s[row, 0, branch], grid.loi_dv_m_s[row, 0, branch]
