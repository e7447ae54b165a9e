"""How Earth and Moon are turned: sidereal time, a station's place, the Moon's axes."""

from __future__ import annotations

import numpy as np

from sim.physics.constants import EARTH_FLATTENING, EARTH_RADIUS_KM
from sim.physics.states import FloatArray

_TURN_RAD = 2.0 * np.pi
_ARCSEC_RAD = np.pi / 648_000.0
# TT - UT1 in seconds at epochs (days since J2000); observed to 2026 (Espenak & Meeus 2006, IERS Bulletin A), held
# after: under 1 s by 2035
_DELTA_T = np.array([
    [-12_784.0, 35.73], [-10_958.0, 40.18], [-9132.0, 45.48], [-7305.0, 50.54], [-5479.0, 54.34], [-3653.0, 56.86],
    [-1826.0, 60.79], [0.0, 63.83], [1826.0, 64.69], [3653.0, 66.07], [5479.0, 67.64], [7305.0, 69.36], [9497.0, 69.11],
])  # fmt: skip


def sidereal_time_rad(epoch_d: FloatArray) -> FloatArray:
    """Return Greenwich mean sidereal time (n,) in radians, from 0 to a full turn; no Earth-orientation table is
    needed.

    Source: Capitaine, Wallace & Chapront 2003, A&A 412:567 (GMST06); UT1 from TT - UT1 as tabled above.
    """
    ut1_d = epoch_d - np.interp(epoch_d, _DELTA_T[:, 0], _DELTA_T[:, 1]) / 86_400.0
    century = epoch_d / 36_525.0
    turned = 0.779_057_273_264_0 + 0.002_737_811_911_354_48 * ut1_d + ut1_d % 1.0
    drift = 0.014506 + century * (4612.156534 + century * (1.3915817 - century * 0.00000044))
    return np.asarray((_TURN_RAD * turned + drift * _ARCSEC_RAD) % _TURN_RAD)


def station_axes(latitude_deg: float, longitude_deg: float) -> tuple[FloatArray, FloatArray]:
    """Return a station's place (3,) in km and its zenith (3,), Earth-fixed, at sea level on the ellipsoid.

    Source: WGS 84 closed form, geodetic to Cartesian.
    """
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    squash = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    curve_km = EARTH_RADIUS_KM / np.sqrt(1.0 - squash * np.sin(lat) ** 2)
    zenith = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return curve_km * zenith * np.array([1.0, 1.0, 1.0 - squash]), zenith


def spin(angle_rad: FloatArray, fixed: FloatArray) -> FloatArray:
    """Turn an Earth-fixed vector (3,) about the pole by angles (n,): shape (n, 3)."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    x, y, z = fixed
    return np.stack([cos * x - sin * y, sin * x + cos * y, np.full_like(cos, z)], axis=-1)


def moon_axes(epoch_d: FloatArray) -> FloatArray:
    """Return the rotation (n, 3, 3) from GCRS axes to the Moon's mean-Earth/polar axes; rows are its x, y and
    pole.

    Good to 0.02 deg. Source: IAU WGCCRE report 2009, Archinal et al. 2011, table 2 (Moon, E1 to E13).
    """
    ascension, declination, prime = (np.radians(angle) for angle in _moon_angles_deg(epoch_d))
    pole = np.stack(
        [
            np.cos(declination) * np.cos(ascension),
            np.cos(declination) * np.sin(ascension),
            np.sin(declination),
        ],
        axis=-1,
    )
    node = np.stack([-np.sin(ascension), np.cos(ascension), np.zeros_like(ascension)], axis=-1)
    beyond = np.cross(pole, node)
    cos, sin = np.cos(prime)[:, None], np.sin(prime)[:, None]
    return np.stack([cos * node + sin * beyond, cos * beyond - sin * node, pole], axis=-2)


# angle at J2000 and rate per day, degrees; terms in right ascension (sin), declination (cos) and prime
# meridian (sin)
_E = np.array(
    [
        [125.045, -0.0529921, -3.8787, 1.5419, 3.5610],
        [250.089, -0.1059842, -0.1204, 0.0239, 0.1208],
        [260.008, 13.0120009, 0.0700, -0.0278, -0.0642],
        [176.625, 13.3407154, -0.0172, 0.0068, 0.0158],
        [357.529, 0.9856003, 0.0, 0.0, 0.0252],
        [311.589, 26.4057084, 0.0072, -0.0029, -0.0066],
        [134.963, 13.0649930, 0.0, 0.0009, -0.0047],
        [276.617, 0.3287146, 0.0, 0.0, -0.0046],
        [34.226, 1.7484877, 0.0, 0.0, 0.0028],
        [15.134, -0.1589763, -0.0052, 0.0008, 0.0052],
        [119.743, 0.0036096, 0.0, 0.0, 0.0040],
        [239.961, 0.1643573, 0.0, 0.0, 0.0019],
        [25.053, 12.9590088, 0.0043, -0.0009, -0.0044],
    ]
)


def _moon_angles_deg(epoch_d: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    century = epoch_d / 36_525.0
    angle = np.radians(_E[:, 0] + epoch_d[:, None] * _E[:, 1])
    sines, cosines = np.sin(angle), np.cos(angle)
    ascension = 269.9949 + 0.0031 * century + sines @ _E[:, 2]
    declination = 66.5392 + 0.0130 * century + cosines @ _E[:, 3]
    prime = 38.3213 + 13.17635815 * epoch_d - 1.4e-12 * epoch_d**2 + sines @ _E[:, 4]
    return ascension, declination, prime
