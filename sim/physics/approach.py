"""The approach to the Moon: B-plane and perilune from a state, and from what is asked."""

from __future__ import annotations

from math import asinh, sqrt
from typing import NamedTuple

import numpy as np

from sim.physics.compiled import compiled
from sim.physics.constants import MOON_MU_KM3_S2
from sim.physics.states import FloatArray


class Wish(NamedTuple):
    """What a transfer must do, for compiled code: km, s, radians; `tilt` is the cosine of lunar
    inclination.
    """

    tof_s: float
    parking_km: float
    inclination: float
    perilune_km: float
    tilt: float
    branch: float  # +1 northbound at the Moon, -1 southbound
    side: float  # +1 A, -1 B
    climb: float = 0.0  # flight-path angle at departure; that of entry, with its sign changed, for a way home


@compiled
def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product; numpy's own takes seconds to compile."""
    out = np.empty(3)
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]
    return out


@compiled
def _dot(a: FloatArray, b: FloatArray) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@compiled
def b_axes(incoming: FloatArray, lunar_pole: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return T and R of the B-plane: T across the pole's plane, R completing the triad. Source: Kizner 1961."""
    across = _cross(incoming, lunar_pole)
    across /= sqrt(across[0] ** 2 + across[1] ** 2 + across[2] ** 2)
    return across, _cross(incoming, across)


@compiled
def b_target(
    incoming: FloatArray, lunar_pole: FloatArray, down: FloatArray, excess2: float, wish: Wish
) -> tuple[float, float]:
    """Return B.T and B.R of the perilune and the plane that are wanted."""
    size = wish.perilune_km * sqrt(1.0 + 2.0 * MOON_MU_KM3_S2 / (wish.perilune_km * excess2))
    # the angular momentum h lies in the B-plane with h.pole = tilt; a tilt beyond reach becomes the nearest
    # one
    spin_down = min(1.0, max(-1.0, wish.tilt / _dot(down, lunar_pole)))
    spin_across = wish.side * sqrt(1.0 - spin_down * spin_down)
    return -size * spin_down, size * spin_across


@compiled
def _shape(relative: FloatArray) -> tuple[float, float]:
    """Return excess speed squared (kept positive) and eccentricity of a state relative to the Moon."""
    apart = sqrt(relative[0] ** 2 + relative[1] ** 2 + relative[2] ** 2)
    speed2 = relative[3] ** 2 + relative[4] ** 2 + relative[5] ** 2
    excess2 = max(speed2 - 2.0 * MOON_MU_KM3_S2 / apart, 1e-3)
    closing = relative[0] * relative[3] + relative[1] * relative[4] + relative[2] * relative[5]
    spin2 = apart * apart * speed2 - closing * closing
    return excess2, sqrt(1.0 + spin2 * excess2 / MOON_MU_KM3_S2**2)


@compiled
def since_perilune(relative: FloatArray) -> float:
    """Return the time in s since perilune on the hyperbola of a state. Source: hyperbolic Kepler's equation."""
    excess2, ecc = _shape(relative)
    axis = MOON_MU_KM3_S2 / excess2
    closing = relative[0] * relative[3] + relative[1] * relative[4] + relative[2] * relative[5]
    turn = closing / (ecc * sqrt(MOON_MU_KM3_S2 * axis))
    return float((ecc * turn - asinh(turn)) * sqrt(axis / MOON_MU_KM3_S2) * axis)


@compiled
def read_approach(lunar_pole: FloatArray, wish: Wish, relative: FloatArray, time_s: float, out: FloatArray) -> None:
    """Fill `_arrive`'s result from a state relative to the Moon. Source: Vallado 2013, section 12.5
    (B-plane).
    """
    excess2, ecc = _shape(relative)
    place, speed = relative[:3], relative[3:]
    spin = _cross(place, speed)
    size = sqrt(spin[0] ** 2 + spin[1] ** 2 + spin[2] ** 2)
    spin /= size
    apart = sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    toward = _cross(speed, spin) * (size / MOON_MU_KM3_S2) - place / apart
    toward /= sqrt(toward[0] ** 2 + toward[1] ** 2 + toward[2] ** 2)
    incoming = toward / ecc + _cross(spin, toward) * sqrt(1.0 - 1.0 / (ecc * ecc))
    across, down = b_axes(incoming, lunar_pole)
    want_across, want_down = b_target(incoming, lunar_pole, down, excess2, wish)
    offset = _cross(incoming, spin) * (size / sqrt(excess2))
    perilune_s = time_s - since_perilune(relative)
    out[0] = _dot(offset, across) - want_across
    out[1] = _dot(offset, down) - want_down
    out[2] = (perilune_s - wish.tof_s) * sqrt(excess2)
    out[3], out[4], out[5] = excess2, MOON_MU_KM3_S2 / excess2 * (ecc - 1.0), perilune_s
