"""Where a flight meets the Earth's air: latitude, longitude and azimuth."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, sqrt

import numpy as np

from sim.physics.approach import Wish
from sim.physics.compiled import compiled
from sim.physics.frames import sidereal_time_rad
from sim.physics.refine import departure_state, first_aim
from sim.physics.states import EphemerisTable, FloatArray


@dataclass(frozen=True, slots=True)
class Landfall:
    """Where a flight meets the air: geocentric latitude, longitude east, azimuth from north by east."""

    latitude_deg: float
    longitude_deg: float
    azimuth_deg: float


def landfall(table: EphemerisTable, epoch_d: float, state: FloatArray) -> Landfall:
    """Return where on the Earth a state (6,) in GCRS axes stands, and which way it heads."""
    found = np.empty(3)
    over_ground(table.axes_of_date(epoch_d)[0], state, found)
    return Landfall(float(found[0]), float(longitude_deg(found[1], epoch_d)), float(found[2]))


def longitude_deg(ascension_deg: FloatArray, epoch_d: float) -> FloatArray:
    """Return the longitude east, -180 to 180 degrees, of a right ascension of date."""
    turned = ascension_deg - np.degrees(sidereal_time_rad(np.array([epoch_d]))[0])
    return np.asarray((turned + 180.0) % 360.0 - 180.0)


@compiled
def over_ground(axes: FloatArray, state: FloatArray, out: FloatArray) -> None:
    """Fill latitude, right ascension of date and azimuth from north by east, degrees, of a state (6,)."""
    x, y, z = axes @ state[:3]
    u, v, w = axes @ state[3:]
    flat, size = sqrt(x * x + y * y), sqrt(x * x + y * y + z * z)
    eastward, outward = (x * v - y * u) / flat, (x * u + y * v) / flat
    out[0] = np.degrees(np.arcsin(z / size))
    out[1] = np.degrees(atan2(y, x))
    out[2] = np.degrees(atan2(eastward, (flat * w - z * outward) / size)) % 360.0


@compiled
def entries_of(
    axes: FloatArray, pole: FloatArray, moon: FloatArray, wish: Wish, ways: FloatArray, drift: FloatArray
) -> FloatArray:
    """Fill `over_ground` (n, 3) of conics backwards: `ways` (n, 2) holds the mirrored inclination and the branch,
    `drift` (2,) what is added to node and argument of latitude.
    """
    out, aim, state = np.empty((len(ways), 3)), np.empty(3), np.empty(6)
    for row in range(len(ways)):
        mine = Wish(
            wish.tof_s,
            wish.parking_km,
            ways[row, 0],
            wish.perilune_km,
            wish.tilt,
            ways[row, 1],
            wish.side,
            wish.climb,
        )
        first_aim(axes, pole, mine, moon, aim)
        aim[0] += drift[0]
        aim[1] -= drift[1]
        departure_state(mine, axes, aim, state)
        for axis in range(3):
            state[3 + axis] *= -1.0
        over_ground(axes, state, out[row])
    return out
