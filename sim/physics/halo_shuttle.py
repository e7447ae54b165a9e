"""Legs between a polar orbit close to the Moon and a halo orbit, both ways: two burns, the flight time given."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from sim.physics.constants import DAY_S, MOON_MU_KM3_S2, MOON_RADIUS_KM
from sim.physics.field import field_from
from sim.physics.flyby import Revolutions, find_once, reach_place
from sim.physics.frames import moon_axes
from sim.physics.halo import HaloPath
from sim.physics.limits import require_above_surface, require_between
from sim.physics.states import EphemerisTable, FloatArray

DURATIONS_D = (0.3, 4.0)
_DEAR_M_S = 5000.0  # charged where no flight is found
_LEAVING_KM_S = 2.28  # just after the burn at 100 km, nearly a parabola
# where the search starts: the low orbit's node, from the Moon's x axis, and the burn's argument of latitude, degrees:
# near the pole over which the halo passes perilune; both are smooth across the pole, where a latitude is not
_STARTS = ((90.0, 80.0), (90.0, 95.0))
_SIZES = np.array([15.0, 8.0, 0.03])


@dataclass(frozen=True, slots=True)
class ShuttleLeg:
    """Describes one way between a polar orbit close to the Moon and a halo orbit: two burns and their epochs."""

    low_d: float
    halo_d: float
    low_dv_m_s: float
    halo_dv_m_s: float

    @property
    def total_m_s(self) -> float:
        """Return both burns together."""
        return self.low_dv_m_s + self.halo_dv_m_s


def find_shuttle(
    table: EphemerisTable,
    around: Revolutions,
    perilune_d: float,
    *,
    altitude_km: float = 100.0,
    duration_d: float = 0.5,
    up: bool,
    cache: Path | None = None,
) -> ShuttleLeg | None:
    """Return the cheapest way up to the halo, or down from it, in a revolution, found once and kept; None for none.

    The low orbit is circular and polar, its node free, the phase in the halo free. Raises PhysicsError outside the
    ephemeris and for flights shorter or longer than `DURATIONS_D`.
    Source: n-body legs joined end to end; the optimum by Nelder and Mead 1965. Down is up in the mirrored sky.
    """
    require_above_surface("altitude of the low orbit", altitude_km, "Moon")
    require_between(
        "flight between a halo orbit and a low one",
        24.0 * duration_d,
        24.0 * DURATIONS_D[0],
        24.0 * DURATIONS_D[1],
        "h",
    )

    def search(halo: HaloPath, near_d: float) -> ShuttleLeg | None:
        radius_km = MOON_RADIUS_KM + altitude_km
        if up:
            return _Climb(table, halo, near_d, radius_km, duration_d, 1.0).best()
        sky = table.around(perilune_d - 14.0, perilune_d + 14.0).mirrored()
        return _Climb(sky, halo.mirrored(), -near_d, radius_km, duration_d, -1.0).best()

    return find_once(ShuttleLeg, table, around, perilune_d, f"{altitude_km} {duration_d} {up}", search, cache)


@dataclass(frozen=True, slots=True)
class _Climb:
    """What is searched: a sky, a halo and its perilune, the low orbit, the time, and which way time runs in truth."""

    table: EphemerisTable
    halo: HaloPath
    perilune_d: float
    radius_km: float
    duration_d: float
    sense: float

    def best(self) -> ShuttleLeg | None:
        """Return the cheapest leg."""
        starts = [np.array([self.sense * node, argument, 1.025 * self.duration_d]) for node, argument in _STARTS]
        cost, values = min((self._sought(one, _SIZES, 150) for one in starts), key=lambda one: one[0])
        cost, values = self._sought(values, 0.5 * _SIZES, 150)  # a simplex that has shrunk on a slope starts afresh
        flown = self._fly(values) if cost < _DEAR_M_S else None
        if flown is None:
            return None
        halo_d = self.perilune_d + float(values[2])
        return ShuttleLeg(self.sense * (halo_d - self.duration_d), self.sense * halo_d, *flown)

    def _sought(self, first: FloatArray, sizes: FloatArray, evaluations: int) -> tuple[float, FloatArray]:
        simplex = np.vstack([first, first + np.diag(sizes)])
        options: Any = {"initial_simplex": simplex, "xatol": 1e-3, "fatol": 0.05, "maxfev": evaluations}
        done = minimize(self.cost, first, method="Nelder-Mead", options=options)
        return float(done.fun), np.asarray(done.x)

    def cost(self, values: FloatArray) -> float:
        """Return both burns, m/s."""
        flown = self._fly(values)
        return _DEAR_M_S if flown is None else sum(flown)

    def _fly(self, values: FloatArray) -> tuple[float, float] | None:
        """Return the burns of a way from a place of the low orbit to a place on the halo."""
        if abs(float(values[2]) - self.duration_d) > 1.0:
            return None
        halo_d = self.perilune_d + float(values[2])
        low_d = halo_d - self.duration_d
        axes = moon_axes(np.array([self.sense * low_d]))[0]
        node, argument = np.radians(values[:2])
        rising = cos(node) * axes[0] + sin(node) * axes[1]
        out = cos(argument) * rising + sin(argument) * axes[2]
        along = cos(argument) * axes[2] - sin(argument) * rising
        moon, speed = (part[0] for part in self.table.moon(low_d))
        here = np.concatenate([moon + self.radius_km * out, speed + _LEAVING_KM_S * along])
        target = self.halo.state(self.table, halo_d)
        leave, reach, close = reach_place(field_from(self.table, low_d), here, target[:3], self.duration_d * DAY_S)
        if not close:
            return None
        circular = sqrt(MOON_MU_KM3_S2 / self.radius_km) * along
        burn = float(np.linalg.norm(leave - speed - circular))
        return 1e3 * burn, 1e3 * float(np.linalg.norm(target[3:] - reach[3:]))
