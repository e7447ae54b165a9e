"""What a conic to the Moon leaves out, as a fit to transfers integrated in the full field.

Both corrections are sums over the same terms: of the perigee speed in m/s, and of the squared speed far from
the Moon in km2/s2. The coefficients stand in `coefficients`.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from sim.physics.compiled import compiled
from sim.physics.constants import (
    EARTH_J2,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_MEAN_DISTANCE_KM,
)
from sim.physics.states import FloatArray

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
