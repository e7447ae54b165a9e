"""Tables of departures that are possible: when a launch site turns into the plane of a transfer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.physics.constants import DAY_S
from sim.physics.ephemeris import EphemerisTable, FloatArray
from sim.physics.frames import sidereal_time_rad
from sim.physics.limits import require_between, require_reachable_inclination

SIDEREAL_DAY_D = 86_164.0905 / DAY_S  # d; IERS Conventions 2010


@dataclass(frozen=True, slots=True)
class LaunchTable:
    """Holds launch opportunities sorted by time, shapes (n,): azimuth from north by east, node and branch (0
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
    """Give the launches between two epochs that reach a plane through the Moon's place at arrival.

    Each day the site passes through each branch's plane twice, northbound and southbound; `coast_h` is the
    time from launch to TLI. Days on which the Moon's declination at arrival is above the inclination give
    none. Raises PhysicsError when the inclination is below the site's latitude and outside the ephemeris.
    Source: spherical triangle of site, node and equator: sin(dl) = tan(lat) / tan(i), sin(az) = cos(i) /
    cos(lat).
    """
    require_between("inclination", inclination_deg, 0.0, 180.0, "deg")
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
    """Give the node's right ascension (n,) of the plane of that inclination through the Moon; nan where there
    is none.

    Source: spherical triangle, sin(u) = sin(dec) / sin(i); branch 0 meets the Moon northbound, 1 southbound.
    """
    moon = np.einsum("nij,nj->ni", table.axes_of_date(arrive_d), table.moon(arrive_d)[0])
    ascension = np.arctan2(moon[:, 1], moon[:, 0])
    ratio = moon[:, 2] / np.linalg.norm(moon, axis=1) / np.sin(inclination_rad)
    along = np.arcsin(np.where(np.abs(ratio) <= 1.0, ratio, np.nan))
    along = along if branch == 0 else np.pi - along
    return np.asarray(
        (ascension - np.arctan2(np.cos(inclination_rad) * np.sin(along), np.cos(along))) % (2.0 * np.pi)
    )
