"""What poliastro (or boinor) and astropy say of the sky by their own full chains: truths to hold ours against."""

from __future__ import annotations

import importlib
import warnings
from typing import Literal

import numpy as np

from sim.physics import orbits
from sim.physics.constants import J2000_JD
from sim.physics.orbits import offline
from sim.physics.states import FloatArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # astropy 5 has words about numpy's layout when it is loaded
    from astropy import units
    from astropy.coordinates import AltAz, EarthLocation, get_body
    from astropy.time import Time


def moon_fixed_direction(epoch_d: float, direction: FloatArray) -> FloatArray:
    """Return a direction (3,) of ICRS axes in poliastro's MoonFixed axes: a check on `frames.moon_axes`."""
    package = orbits.package_name().split()[0]
    with offline():
        fixed = importlib.import_module(f"{package}.frames.fixed").MoonFixed
        when = Time(J2000_JD, epoch_d, format="jd", scale="tdb")
        ascension, declination, prime = fixed.rot_elements_at_epoch(when)
        turn = [
            _turn(float(prime.to_value(units.rad)), 2),
            _turn(np.pi / 2.0 - float(declination.to_value(units.rad)), 0),
            _turn(np.pi / 2.0 + float(ascension.to_value(units.rad)), 2),
        ]
    return np.asarray(turn[0] @ turn[1] @ turn[2] @ direction)


def moon_altaz_deg(latitude_deg: float, longitude_deg: float, epoch_d: FloatArray) -> FloatArray:
    """Return the Moon's elevation (n,) at a place by astropy's full chain: a check on `tracking.moon_elevation_deg`.

    Earth-orientation data older than the epoch are used as they are.
    """
    with offline():
        when = Time(J2000_JD, epoch_d, format="jd", scale="tdb")
        place = EarthLocation.from_geodetic(longitude_deg * units.deg, latitude_deg * units.deg)
        frame = AltAz(obstime=when, location=place)
        return np.asarray(get_body("moon", when, location=place).transform_to(frame).alt.to_value(units.deg))


def _turn(angle_rad: float, axis: Literal[0, 2]) -> FloatArray:
    """Rotation of axes about x (0) or z (2)."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    if axis == 0:
        return np.array([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]])
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
