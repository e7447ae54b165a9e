"""Legs between the Earth and a halo orbit by a powered flyby of the Moon, out and, run backwards, home."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from math import ceil, cos, floor, pi, radians, sqrt
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from scipy.optimize import minimize

from sim.physics.approach import Wish
from sim.physics.compiled import compiled, sources_digest
from sim.physics.constants import DAY_S, EARTH_MU_KM3_S2, EARTH_RADIUS_KM, HOUR_S, MOON_RADIUS_KM
from sim.physics.ephemeris import cache_folder, read_arrays, write_arrays
from sim.physics.field import Field, coast, field_from
from sim.physics.frames import moon_axes
from sim.physics.halo import HaloPath, ThreeBodyOrbit, carry
from sim.physics.places import EntryInterface, Parking
from sim.physics.refine import correct_aim, departure_state
from sim.physics.returns import ENTRY_RADIUS_KM
from sim.physics.states import EphemerisTable, FloatArray

FLYBY_KM = 100.0
# a perilune of the resonant orbit, 2030-01-18T00:30 TDB: full moons then fall a quarter of a revolution from one
PERILUNE_D = 10_974.5208
_STEPS = 3000
_DEAR_M_S = 5000.0  # charged where no flight is found
# where the search starts: hours of flyby after the halo's perilune, hours to or from the Earth, days on to the halo
_START = (3.6, 120.0, 0.9)
_PLANES_DEG = (50.0, 70.0, 90.0, 110.0, 130.0)
_SIZES = np.array([0.6, 8.0, 10.0, 0.12, 8.0])
_TRIES = 2  # starts that are followed to their optimum
_EVALUATIONS = 300
_SLOWED = 0.945  # of the speed past the Moon, about what the burn there leaves
_INJECTION_M_S = 10_900.0  # taken off the speed after injection, so that what is minimised is of the size of the burns


@dataclass(frozen=True, slots=True)
class FlybyLeg:
    """Describes one way between the Earth and a halo orbit: three burns and their epochs.

    `earth_dv_m_s` is trans-lunar injection on the way out, 0 on the way home; `earth_d` is its epoch, or that of entry.
    """

    earth_d: float
    flyby_d: float
    halo_d: float
    earth_dv_m_s: float
    flyby_dv_m_s: float
    halo_dv_m_s: float
    earth_speed_m_s: float
    inclination_deg: float

    @property
    def total_m_s(self) -> float:
        """Return flyby and halo burns together, without the injection."""
        return self.flyby_dv_m_s + self.halo_dv_m_s

    @property
    def duration_d(self) -> float:
        """Return the days from one end to the other."""
        return abs(self.halo_d - self.earth_d)


def flyby_out(table: EphemerisTable, halo: HaloPath, perilune_d: float, parking: Parking) -> FlybyLeg | None:
    """Return the cheapest way out in one revolution of the halo: injection, flyby just after a perilune, insertion.

    None where none is found. Raises PhysicsError outside the ephemeris.
    Source: patched by hand from n-body legs; the optimum by Nelder and Mead 1965 from several planes.
    """
    start = EARTH_RADIUS_KM + parking.altitude_km
    search = _Search(table, halo, perilune_d, start, 0.0, radians(parking.inclination_deg), 1.0)
    best = search.best()
    return None if best is None else search.leg(best)


def flyby_home(table: EphemerisTable, halo: HaloPath, perilune_d: float, entry: EntryInterface) -> FlybyLeg | None:
    """Return the cheapest way home in one revolution of the halo, the plane of the return free unless it is given.

    It is the way out in the mirrored sky: the flyby lies just before the perilune. Else as `flyby_out`.
    """
    given = None if entry.inclination_deg is None else pi - radians(entry.inclination_deg)
    sky, path = table.around(perilune_d - 14.0, perilune_d + 14.0).mirrored(), halo.mirrored()
    search = _Search(sky, path, -perilune_d, ENTRY_RADIUS_KM, -radians(entry.angle_deg), given, -1.0)
    best = search.best()
    return None if best is None else search.leg(best)


@dataclass(frozen=True, slots=True)
class Revolutions:
    """Names the revolutions of a halo orbit: the orbit, and one of the times at which it passes perilune."""

    orbit: ThreeBodyOrbit
    perilune_d: float = PERILUNE_D

    def within(self, first_d: float, last_d: float) -> list[float]:
        """Return the times of perilune between two epochs; in the ephemeris they differ by hours."""
        first = ceil((first_d - self.perilune_d) / self.orbit.period_d)
        last = floor((last_d - self.perilune_d) / self.orbit.period_d)
        return [self.perilune_d + number * self.orbit.period_d for number in range(first, last + 1)]


def find_flyby(
    table: EphemerisTable,
    around: Revolutions,
    perilune_d: float,
    start: Parking | EntryInterface,
    cache: Path | None = None,
) -> FlybyLeg | None:
    """Return the cheapest way out (from a parking orbit) or home (to an entry) in a revolution, found once and kept.

    None where none is found. Raises PhysicsError outside the ephemeris.
    """

    def search(halo: HaloPath, near_d: float) -> FlybyLeg | None:
        if isinstance(start, Parking):
            return flyby_out(table, halo, near_d, start)
        return flyby_home(table, halo, near_d, start)

    return find_once(FlybyLeg, table, around, perilune_d, str(start), search, cache)


Leg = TypeVar("Leg")


def find_once(
    kind: type[Leg],
    table: EphemerisTable,
    around: Revolutions,
    perilune_d: float,
    asked: str,
    search: Callable[[HaloPath, float], Leg | None],
    cache: Path | None,
) -> Leg | None:
    """Return what a search finds in a revolution of a halo orbit, or what the cache keeps of it; None for nothing.

    `kind` is a dataclass of floats with `halo_d` among them, `asked` names what is searched, and `search` takes the
    halo orbit carried into the ephemeris and its perilune next to `perilune_d`. Raises PhysicsError outside the
    ephemeris.
    """
    said = f"{kind.__name__} {asked} {around.orbit.period_d:.9f} {perilune_d:.6f}"
    said += f" {float(table.moon(perilune_d)[0][0, 0]):.3f} {sources_digest()}"
    path = (cache or cache_folder()) / "flybys" / f"{hashlib.sha256(said.encode()).hexdigest()[:20]}.npz"
    names = [field.name for field in fields(cast("Any", kind))]
    kept = read_arrays(path)
    if kept is None or set(kept) != set(names):
        halo = carry(table, around.orbit, perilune_d)
        found = search(halo, float(halo.perilune_d[np.argmin(np.abs(halo.perilune_d - perilune_d))]))
        kept = {name: np.array(getattr(found, name, np.nan)) for name in names}
        write_arrays(path, kept)
    return None if np.isnan(kept["halo_d"]) else kind(**{name: float(kept[name]) for name in names})


@dataclass(frozen=True, slots=True)
class _Search:
    """What is searched: a sky, a halo and its perilune, the start at the Earth, and which way time runs in truth."""

    table: EphemerisTable
    halo: HaloPath
    perilune_d: float
    start_km: float
    climb: float
    inclination: float | None
    sense: float

    def best(self) -> tuple[FloatArray, float, float] | None:
        """Return the cheapest parameters with their branch and side."""
        found: list[tuple[float, tuple[FloatArray, float, float]]] = []
        for branch in (1.0, -1.0):
            for side in (1.0, -1.0):
                for plane_deg in _PLANES_DEG:
                    first = np.array([*_START[:2], plane_deg, _START[2], 140.0])
                    cost = self.cost(first, branch, side)
                    found.append((cost, (first, branch, side)))
        found.sort(key=lambda one: one[0])
        finished = [self._polish(*start) for cost, start in found[:_TRIES] if cost < _DEAR_M_S]
        return min(finished, key=lambda one: one[0])[1] if finished else None

    def _polish(self, first: FloatArray, branch: float, side: float) -> tuple[float, tuple[FloatArray, float, float]]:
        size = 5 if self.inclination is None else 4
        simplex = np.vstack([first[:size], first[:size] + np.diag(_SIZES[:size])])

        def cost(values: FloatArray) -> float:
            return self.cost(np.concatenate([values, first[size:]]), branch, side)

        options: Any = {"initial_simplex": simplex, "xatol": 1e-3, "fatol": 0.05, "maxfev": _EVALUATIONS}
        done = minimize(cost, first[:size], method="Nelder-Mead", options=options)
        return float(done.fun), (np.concatenate([done.x, first[size:]]), branch, side)

    def cost(self, values: FloatArray, branch: float, side: float) -> float:
        """Return what is minimised: all burns, m/s."""
        legs = self._fly(values, branch, side)
        return _DEAR_M_S if legs is None else legs[0]

    def leg(self, best: tuple[FloatArray, float, float]) -> FlybyLeg:
        """Return the flight of some parameters."""
        values = best[0]
        flown = self._fly(*best)
        assert flown is not None, "the best of a search was flown before"
        _, earth_km_s, flyby_m_s, halo_m_s, inclination = flown
        flyby_d = self.perilune_d + values[0] / 24.0
        out = self.sense > 0.0
        circular = sqrt(EARTH_MU_KM3_S2 / self.start_km)
        return FlybyLeg(
            self.sense * (flyby_d - values[1] / 24.0),
            self.sense * flyby_d,
            self.sense * (flyby_d + values[3]),
            1e3 * (earth_km_s - circular) if out else 0.0,
            flyby_m_s,
            halo_m_s,
            1e3 * earth_km_s,
            float(np.degrees(inclination if out else pi - inclination)),
        )

    def _fly(self, values: FloatArray, branch: float, side: float) -> tuple[float, float, float, float, float] | None:
        flyby_h, earth_h, plane_deg, halo_leg_d, incline_deg = (float(one) for one in values)
        if not (60.0 < earth_h < 170.0 and 0.2 < halo_leg_d < 2.0 and 5.0 < plane_deg < 175.0 and abs(flyby_h) < 24.0):
            return None
        flyby_d = self.perilune_d + flyby_h / 24.0
        inclination = radians(incline_deg) if self.inclination is None else self.inclination
        if not 0.05 < inclination < pi - 0.05:
            return None
        wish = Wish(
            earth_h * HOUR_S,
            self.start_km,
            inclination,
            MOON_RADIUS_KM + FLYBY_KM,
            cos(radians(plane_deg)),
            branch,
            side,
            self.climb,
        )
        start_d = flyby_d - earth_h / 24.0
        field, axes = field_from(self.table, start_d), self.table.axes_of_date(start_d)[0]
        pole = np.ascontiguousarray(moon_axes(np.array([self.sense * flyby_d]))[0, 2])
        aim, arrival, _, miss = correct_aim(field, axes, pole, wish)
        if miss > 1.0:
            return None
        state = np.empty(6)
        departure_state(wish, axes, aim, state)
        here = coast(field, state, float(arrival[5]), _STEPS)[1][-1]
        target = self.halo.state(self.table, flyby_d + halo_leg_d)
        moon_km_s = self.table.moon(flyby_d)[1][0]
        guess = np.concatenate([here[:3], moon_km_s + _SLOWED * (here[3:] - moon_km_s)])
        leave, reach, close = reach_place(field_from(self.table, flyby_d), guess, target[:3], halo_leg_d * DAY_S)
        if not close:
            return None
        flyby_m_s = 1e3 * float(np.linalg.norm(leave - here[3:]))
        halo_m_s = 1e3 * float(np.linalg.norm(target[3:] - reach[3:]))
        earth_m_s = 1e3 * float(aim[2]) - _INJECTION_M_S if self.sense > 0.0 else 0.0
        return earth_m_s + flyby_m_s + halo_m_s, float(aim[2]), flyby_m_s, halo_m_s, inclination


@compiled
def reach_place(
    field: Field, here: FloatArray, target: FloatArray, span_s: float
) -> tuple[FloatArray, FloatArray, bool]:
    """Return the velocity with which a flight leaves a place to be at another (3,) in a time, and its state (6,) there.

    Newton's steps from a state (6,) there that is about right; false where they do not end.
    """
    start = here.copy()
    end = coast(field, start, span_s, 3000)[1][-1]
    slopes = np.empty((3, 3))
    for _ in range(25):
        miss = end[:3] - target
        size = sqrt(miss[0] ** 2 + miss[1] ** 2 + miss[2] ** 2)
        if size < 0.01:
            return start[3:].copy(), end, True
        for column in range(3):
            nudged = start.copy()
            nudged[3 + column] += 1e-7
            slopes[:, column] = (coast(field, nudged, span_s, 3000)[1][-1][:3] - end[:3]) / 1e-7
        step = np.linalg.solve(slopes, miss)
        length = sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2)
        share = min(1.0, 0.08 / length)
        for _ in range(5):
            tried = start.copy()
            tried[3:] -= share * step
            end = coast(field, tried, span_s, 3000)[1][-1]
            left = end[:3] - target
            if left[0] ** 2 + left[1] ** 2 + left[2] ** 2 < size * size:
                break
            share *= 0.4
        start = tried
    return start[3:].copy(), end, False
