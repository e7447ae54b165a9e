"""Sun and Earth seen from a place on the Moon: elevation, horizon mask, light and darkness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.physics.constants import MOON_RADIUS_KM
from sim.physics.frames import moon_axes
from sim.physics.intervals import BoolArray, Intervals, intervals_above
from sim.physics.limits import PhysicsError, require_between, require_span
from sim.physics.states import EphemerisTable, FloatArray

SUN_HALF_WIDTH_DEG = 0.266  # asin(695 700 km / 1 au); IAU 2015 B3 and 2012 B2


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the Moon: degrees (longitude east), its horizon and the height of its mast.

    The horizon is a list of elevations in degrees at even azimuths from north by east; one value is a flat
    horizon. A mast of `mast_m` metres lowers a horizon that lies at `horizon_km` by its height over that
    distance.
    """

    latitude_deg: float
    longitude_deg: float
    horizon_deg: tuple[float, ...] = (0.0,)
    mast_m: float = 0.0
    horizon_km: float = 10.0

    def __post_init__(self) -> None:
        require_between("latitude", self.latitude_deg, -90.0, 90.0, "deg")
        require_between("longitude", self.longitude_deg, -360.0, 360.0, "deg")
        if not self.horizon_deg:
            raise PhysicsError("a horizon needs at least one elevation in degrees; a flat one is (0.0,)")
        for elevation_deg in self.horizon_deg:
            require_between("horizon", elevation_deg, -90.0, 90.0, "deg")
        require_between("mast height", self.mast_m, 0.0, 1000.0, "m")
        require_between("distance of the horizon", self.horizon_km, 0.1, 500.0, "km")


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a body stands over a site: elevation and azimuth (from north by east) in degrees, shapes
    (n,).
    """

    elevation_deg: FloatArray
    azimuth_deg: FloatArray


def see_sun(table: EphemerisTable, site: Site, epoch_d: FloatArray) -> Sight:
    """Return where the Sun's centre stands; raises PhysicsError outside the ephemeris."""
    moon, sun = table.moon(epoch_d)[0], table.sun(epoch_d)[0]
    return _see(site, epoch_d, sun - moon)


def see_earth(table: EphemerisTable, site: Site, epoch_d: FloatArray) -> Sight:
    """Return where the Earth's centre stands; raises PhysicsError outside the ephemeris."""
    return _see(site, epoch_d, -table.moon(epoch_d)[0])


def horizon_at(site: Site, azimuth_deg: FloatArray) -> FloatArray:
    """Return the horizon's elevation in degrees at azimuths (n,), lowered by the mast."""
    mask = np.asarray(site.horizon_deg)
    step_deg = 360.0 / len(mask)
    around = np.arange(len(mask) + 1) * step_deg
    bare = np.interp(azimuth_deg % 360.0, around, np.append(mask, mask[0]))
    return np.asarray(bare - np.degrees(np.arctan2(site.mast_m * 1e-3, site.horizon_km)))


def light_height_deg(table: EphemerisTable, site: Site, epoch_d: FloatArray) -> FloatArray:
    """Return how far the Sun's upper limb stands above the horizon, in degrees (n,); positive is lit."""
    sun = see_sun(table, site, epoch_d)
    return sun.elevation_deg - horizon_at(site, sun.azimuth_deg) + SUN_HALF_WIDTH_DEG


def earth_height_deg(table: EphemerisTable, site: Site, epoch_d: FloatArray) -> FloatArray:
    """Return how far the Earth's centre stands above the horizon, in degrees (n,)."""
    earth = see_earth(table, site, epoch_d)
    return earth.elevation_deg - horizon_at(site, earth.azimuth_deg)


def lit(table: EphemerisTable, site: Site, epoch_d: FloatArray) -> BoolArray:
    """Say at which epochs (n,) any of the Sun's disc is above the horizon."""
    return light_height_deg(table, site, epoch_d) > 0.0


def light_intervals(
    table: EphemerisTable, site: Site, first_d: float, last_d: float, step_d: float = 1.0 / 24.0
) -> Intervals:
    """Return the intervals of light between two epochs; `fraction` and `longest_gap_d` are lit share and
    darkest spell.
    """
    epoch_d = _samples(first_d, last_d, step_d)
    return intervals_above(epoch_d, light_height_deg(table, site, epoch_d))


def earth_intervals(
    table: EphemerisTable, site: Site, first_d: float, last_d: float, step_d: float = 1.0 / 24.0
) -> Intervals:
    """Return the intervals between two epochs in which the Earth's centre is above the horizon."""
    epoch_d = _samples(first_d, last_d, step_d)
    return intervals_above(epoch_d, earth_height_deg(table, site, epoch_d))


def _samples(first_d: float, last_d: float, step_d: float) -> FloatArray:
    require_span(first_d, last_d)
    return np.linspace(first_d, last_d, max(2, int(np.ceil((last_d - first_d) / step_d)) + 1))


def _see(site: Site, epoch_d: FloatArray, from_moon_km: FloatArray) -> Sight:
    """Elevation and azimuth of a body given from the Moon's centre (n, 3), the site's own parallax
    counted.
    """
    lat, lon = np.radians(site.latitude_deg), np.radians(site.longitude_deg)
    zenith = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    fixed = np.einsum("nij,nj->ni", moon_axes(np.asarray(epoch_d)), from_moon_km) - MOON_RADIUS_KM * zenith
    up, over, across = fixed @ zenith, fixed @ north, fixed @ east
    elevation = np.degrees(np.arctan2(up, np.hypot(over, across)))
    return Sight(elevation, np.degrees(np.arctan2(across, over)) % 360.0)
