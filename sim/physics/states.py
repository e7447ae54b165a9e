"""States of Moon and Sun at any moment: a table of knots, and cubics between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from sim.physics.constants import DAY_S
from sim.physics.epochs import iso_from_epoch
from sim.physics.limits import PhysicsError

FloatArray = npt.NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)


@dataclass(frozen=True, slots=True)
class EphemerisTable:
    """Geocentric states of Moon and Sun in GCRS axes, and the axes of date, at evenly spaced TDB
    epochs.

    Positions in km, velocities in km/s, shape (m, 3). `equator_of_date` (m, 3, 3): rows are the true equinox
    direction, its perpendicular in the equator, and the true pole of date, in GCRS axes.
    """

    epoch_d: FloatArray
    moon_position_km: FloatArray
    moon_velocity_km_s: FloatArray
    sun_position_km: FloatArray
    sun_velocity_km_s: FloatArray
    equator_of_date: FloatArray

    @property
    def first_d(self) -> float:
        """Return the first epoch that can be asked for."""
        return float(self.epoch_d[0])

    @property
    def last_d(self) -> float:
        """Return the last epoch that can be asked for."""
        return float(self.epoch_d[-1])

    def around(self, first_d: float, last_d: float) -> EphemerisTable:
        """Return the knots of some days alone, with four days more at both ends where there are any."""
        step_d = float(self.epoch_d[1] - self.epoch_d[0])
        left = max(int((first_d - 4.0 - self.first_d) / step_d), 0)
        part = slice(left, int((last_d + 4.0 - self.first_d) / step_d) + 2)
        return EphemerisTable(
            self.epoch_d[part],
            self.moon_position_km[part],
            self.moon_velocity_km_s[part],
            self.sun_position_km[part],
            self.sun_velocity_km_s[part],
            self.equator_of_date[part],
        )

    def mirrored(self) -> EphemerisTable:
        """Return the same sky run backwards: epochs change sign, and so do the velocities.

        Gravity does not tell past from future: a way home flown backwards is a way out in this sky.
        """
        return EphemerisTable(
            np.ascontiguousarray(-self.epoch_d[::-1]),
            np.ascontiguousarray(self.moon_position_km[::-1]),
            np.ascontiguousarray(-self.moon_velocity_km_s[::-1]),
            np.ascontiguousarray(self.sun_position_km[::-1]),
            np.ascontiguousarray(-self.sun_velocity_km_s[::-1]),
            np.ascontiguousarray(self.equator_of_date[::-1]),
        )

    def require(self, epoch_d: npt.ArrayLike) -> FloatArray:
        """Return the epochs as an array when all lie inside the table; raises PhysicsError naming the limit
        otherwise.
        """
        asked = np.asarray(epoch_d, dtype=np.float64)
        if asked.size and not (asked.min() >= self.first_d and asked.max() <= self.last_d):
            wrong = asked.min() if not asked.min() >= self.first_d else asked.max()
            raise PhysicsError(
                f"{_name(float(wrong))} is outside the ephemeris, which covers"
                f" {iso_from_epoch(self.first_d)} to {iso_from_epoch(self.last_d)} TDB"
            )
        return asked

    def moon(self, epoch_d: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the Moon's geocentric position (n, 3) in km and velocity (n, 3) in km/s; raises PhysicsError
        outside.
        """
        return self._state(epoch_d, self.moon_position_km, self.moon_velocity_km_s)

    def sun(self, epoch_d: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the Sun's geocentric position (n, 3) in km and velocity (n, 3) in km/s; raises PhysicsError
        outside.
        """
        return self._state(epoch_d, self.sun_position_km, self.sun_velocity_km_s)

    def axes_of_date(self, epoch_d: npt.ArrayLike) -> FloatArray:
        """Return the rotation (n, 3, 3) from GCRS axes to the true equator and equinox of date."""
        asked = np.atleast_1d(self.require(epoch_d))
        left, share = _locate(asked, self.epoch_d)
        weight = share[:, None, None]
        return (1.0 - weight) * self.equator_of_date[left] + weight * self.equator_of_date[left + 1]

    def _state(
        self, epoch_d: npt.ArrayLike, position: FloatArray, velocity: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        return interpolate_states(np.atleast_1d(self.require(epoch_d)), self.epoch_d, position, velocity)


def interpolate_states(
    asked_d: FloatArray, knot_d: FloatArray, position_km: FloatArray, velocity_km_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return positions and velocities (n, 3) between evenly spaced knots (m,), by `hermite`."""
    left, share = _locate(asked_d, knot_d)
    step_s, right = float(knot_d[1] - knot_d[0]) * DAY_S, left + 1
    ends = (position_km[left], position_km[right], velocity_km_s[left], velocity_km_s[right])
    return hermite(*ends, share[:, None], step_s)


def hermite(
    before: Number, after: Number, speed_before: Number, speed_after: Number, share: Number, step_s: float
) -> tuple[Number, Number]:
    """Return place and speed at a share of the step between two knots: the cubic through both ends' places and speeds.

    Takes numbers or arrays, in km and km/s or any other pair of units with seconds; `field` and `conic` compile it.
    Source: Hermite interpolation, Abramowitz & Stegun 25.2, written out.
    """
    rise = after - before
    start, end = speed_before * step_s, speed_after * step_s
    second, third = 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise
    place = before + share * (start + share * (second + share * third))
    return place, (start + share * (2.0 * second + 3.0 * share * third)) / step_s


def _locate(asked_d: FloatArray, knot_d: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Index of the knot before, and the share of the way to the next."""
    place = (asked_d - knot_d[0]) / (knot_d[1] - knot_d[0])
    left = np.clip(place.astype(np.intp), 0, len(knot_d) - 2)
    return left, place - left


def _name(epoch_d: float) -> str:
    try:
        return iso_from_epoch(epoch_d)
    except (OverflowError, ValueError):
        return f"epoch {epoch_d:g} d"
