"""The Moon seen from ground stations: elevation, and the time some station covers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.physics.frames import sidereal_time_rad, spin, station_axes
from sim.physics.intervals import Intervals, intervals_above
from sim.physics.limits import PhysicsError, require_between, require_span
from sim.physics.states import EphemerisTable, FloatArray


@dataclass(frozen=True, slots=True)
class TrackingSite:
    """A ground station on the Earth: degrees, geodetic latitude and longitude east."""

    name: str
    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        require_between(f"latitude of {self.name}", self.latitude_deg, -90.0, 90.0, "deg")
        require_between(f"longitude of {self.name}", self.longitude_deg, -360.0, 360.0, "deg")


def moon_elevation_deg(table: EphemerisTable, station: TrackingSite, epoch_d: FloatArray) -> FloatArray:
    """Return the elevation (n,) of the Moon's centre over a station, without refraction, in degrees; good to
    0.01 deg.

    Raises PhysicsError outside the ephemeris.
    """
    return _elevation_deg(station, sidereal_time_rad(epoch_d), _moon_of_date(table, epoch_d))


def cover_height_deg(
    table: EphemerisTable, stations: Sequence[TrackingSite], epoch_d: FloatArray, minimum_deg: float
) -> FloatArray:
    """Return the Moon's elevation above `minimum_deg` at the station (n,) that sees it highest."""
    if not stations:
        raise PhysicsError("coverage needs at least one station")
    angle, moon = sidereal_time_rad(epoch_d), _moon_of_date(table, epoch_d)
    return np.asarray(np.max([_elevation_deg(station, angle, moon) for station in stations], axis=0) - minimum_deg)


def cover_intervals(
    table: EphemerisTable,
    stations: Sequence[TrackingSite],
    first_d: float,
    last_d: float,
    *,
    minimum_deg: float = 10.0,
    step_d: float = 1.0 / 96.0,
) -> Intervals:
    """Return the intervals between two epochs in which a station has the Moon above `minimum_deg`."""
    require_between("minimum elevation", minimum_deg, 0.0, 90.0, "deg")
    require_span(first_d, last_d)
    epoch_d = np.linspace(first_d, last_d, max(2, int(np.ceil((last_d - first_d) / step_d)) + 1))
    return intervals_above(epoch_d, cover_height_deg(table, stations, epoch_d, minimum_deg))


def _moon_of_date(table: EphemerisTable, epoch_d: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("nij,nj->ni", table.axes_of_date(epoch_d), table.moon(epoch_d)[0]))


def _elevation_deg(station: TrackingSite, angle_rad: FloatArray, moon_km: FloatArray) -> FloatArray:
    """Elevation by mean sidereal time; the equation of the equinoxes (0.005 deg at most) is left out."""
    place, zenith = station_axes(station.latitude_deg, station.longitude_deg)
    away = moon_km - spin(angle_rad, place)
    rise = (away * spin(angle_rad, zenith)).sum(axis=-1)
    return np.asarray(np.degrees(np.arcsin(rise / np.linalg.norm(away, axis=-1))))
