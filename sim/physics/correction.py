"""What a conic to the Moon leaves out, as a fit to transfers integrated in the full field.

Both corrections are sums over the same terms: of the perigee speed in m/s, and of the squared speed far from
the Moon in km2/s2. `benchmarks/derive_correction.py` makes the coefficients and prints their error on
transfers it did not use.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

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
# from 20 000 transfers of 2021-2045: parking 180-500 km and 19.5-52 deg, 60-144 h, perilune 15-3000 km, all tilts;
# on 10 000 others, to 2059: TLI rms 0.2, max 1.1 m/s; LOI rms 1.0, max 5.1 m/s. Outside that range: parking to 2000 km
# no worse; inclinations to 100 deg LOI rms 1.6, max 5.5; retrograde to 160 deg rms 3.1, max 7.1 m/s
TLI_COEFFICIENTS: FloatArray = np.array(
    [
        -0.0420378,
        2.73126,
        -0.875268,
        0.330193,
        -0.759832,
        0.0939717,
        0.223316,
        0.00687673,
        -0.026823,
        0.00866738,
        -0.582777,
        0.593355,
        -0.266821,
        -0.698414,
        0.0164914,
        -0.335721,
        0.0742703,
        -1.93429,
        1.07387,
        -0.010329,
        -0.780963,
        1.08847,
        0.11218,
        0.985413,
        0.184534,
        -0.339029,
    ]
)
EXCESS_COEFFICIENTS: FloatArray = np.array(
    [
        -0.056849,
        0.0589042,
        -0.0147316,
        0.00349413,
        -0.0164957,
        -0.000374906,
        -0.000644419,
        -8.22022e-05,
        -0.000493239,
        -0.000605822,
        -0.0123307,
        0.0118261,
        -0.00465786,
        0.00229621,
        -0.019273,
        -0.00541964,
        -0.0114142,
        -0.00814989,
        0.0187454,
        -0.00306896,
        -0.0164565,
        0.0226284,
        -0.00419922,
        -0.000780456,
        0.00395857,
        -0.00722449,
    ]
)


class Encounter(NamedTuple):
    """Describes one conic's meeting with the Moon: km, s; the cosines are pure numbers."""

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
def fixes(terms: FloatArray) -> tuple[float, float]:
    """Return what to add to the conic's TLI (m/s) and to its excess speed squared (km2/s2).

    Four sums side by side: a single chain of additions would cost more than the conic itself.
    """
    tli_even, tli_odd, excess_even, excess_odd = 0.0, 0.0, 0.0, 0.0
    for index in range(0, TERMS, 2):
        even, odd = terms[index], terms[index + 1]
        tli_even += TLI_COEFFICIENTS[index] * even
        tli_odd += TLI_COEFFICIENTS[index + 1] * odd
        excess_even += EXCESS_COEFFICIENTS[index] * even
        excess_odd += EXCESS_COEFFICIENTS[index + 1] * odd
    return tli_even + tli_odd, excess_even + excess_odd


@compiled
def departure_sine(inclination_sine: float, rise: float, northbound: float, cosine: float, sine: float) -> float:
    """Return the sine of latitude at perigee from that at arrival and the true anomaly's cosine and sine."""
    ratio = min(1.0, max(-1.0, rise / inclination_sine))
    along = northbound * sqrt(1.0 - ratio * ratio)
    return inclination_sine * (ratio * cosine - along * sine)
