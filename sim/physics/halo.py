"""Halo orbits: found in the circular three-body problem, carried into the ephemeris by multiple shooting.

Three-body units: the Earth-Moon distance, the sum of both masses, and a month of 2 pi.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from sim.physics.compiled import compiled
from sim.physics.constants import (
    DAY_S,
    EARTH_MU_KM3_S2,
    MOON_MEAN_DISTANCE_KM,
    MOON_MU_KM3_S2,
    SYNODIC_MONTH_D,
)
from sim.physics.field import Field, coast, field_from
from sim.physics.limits import PhysicsError, require_between
from sim.physics.states import EphemerisTable, FloatArray

MASS_RATIO = MOON_MU_KM3_S2 / (EARTH_MU_KM3_S2 + MOON_MU_KM3_S2)
MONTH_D = 2.0 * pi * sqrt(MOON_MEAN_DISTANCE_KM**3 / (EARTH_MU_KM3_S2 + MOON_MU_KM3_S2)) / DAY_S
RESONANT_PERIOD_D = SYNODIC_MONTH_D * 2.0 / 9.0  # 9:2 synodic resonance, Gateway's reference trajectory (NASA)
# where arcs meet, in shares of a revolution from perilune: not close to it, where minutes are thousands of kilometres
_KNOTS = np.array([-0.428, -0.2857, -0.1428, 0.1428, 0.2857, 0.428])
PERILUNES_KM, PERIODS_D = (2_200.0, 12_500.0), (6.15, 9.1)  # members that stay near-rectilinear, above the ground
_STEPS = 4000
_ROUNDS = 15
_KM, _KM_S = 1e-4, 1e-9  # how well arcs meet
# x, z and y' at apolune of the southern orbit about the far point with the resonant period: a start of the correction
_START = (1.022_03, -0.182_10, -0.103_27)


@dataclass(frozen=True, slots=True)
class ThreeBodyOrbit:
    """Describes a periodic orbit symmetric in the xz plane: its states (6,) there, at apolune and perilune, its period.

    Three-body units; x from Earth to Moon, z along the Moon's orbit normal, the origin in the centre of mass.
    """

    state: FloatArray
    near: FloatArray
    period: float

    @property
    def period_d(self) -> float:
        """Return the period in days of the mean month."""
        return self.period * MONTH_D / (2.0 * pi)

    @property
    def perilune_km(self) -> float:
        """Return the distance from the Moon's centre at perilune."""
        x, z = self.near[0] - 1.0 + MASS_RATIO, self.near[2]
        return MOON_MEAN_DISTANCE_KM * float(np.hypot(x, z))

    @property
    def jacobi(self) -> float:
        """Return Jacobi's constant. Source: Szebehely 1967, section 1.5."""
        x, _, z = self.state[:3]
        to_earth, to_moon = np.hypot(x + MASS_RATIO, z), np.hypot(x - 1.0 + MASS_RATIO, z)
        potential = x * x + 2.0 * (1.0 - MASS_RATIO) / to_earth + 2.0 * MASS_RATIO / to_moon
        return float(potential - self.state[3:] @ self.state[3:])


def halo_orbit(*, period_d: float | None = None, perilune_km: float | None = None) -> ThreeBodyOrbit:
    """Return the southern near-rectilinear halo orbit about the far point (L2) with a period, or a perilune distance.

    Without either the 9:2 resonant one. Raises PhysicsError where the family has no such member near the Moon.
    Source: differential correction (Howell 1984): x' and z' vanish at the next crossing of y = 0.
    """
    if perilune_km is not None:
        require_between("perilune of a halo orbit, from the Moon's centre,", perilune_km, *PERILUNES_KM, "km")
    if period_d is not None:
        require_between("period of a halo orbit", period_d, *PERIODS_D, "d")
    if perilune_km is None:
        wanted, read = RESONANT_PERIOD_D if period_d is None else period_d, "period_d"
    else:
        wanted, read = perilune_km, "perilune_km"
    below, above = _halo(-0.1821), _halo(-0.1815)
    for _ in range(40):
        rate = (getattr(above, read) - getattr(below, read)) / (above.state[2] - below.state[2])
        step = (wanted - getattr(above, read)) / rate
        below, above = above, _halo(float(above.state[2] + np.clip(step, -0.004, 0.004)), above)
        if abs(getattr(above, read) - wanted) < 1e-7 * wanted:
            return above
    what = f"{read.replace('_', ' (')})"
    raise PhysicsError(
        f"no near-rectilinear halo orbit has a {what} of {wanted:g}; perilunes go from 3,000 to 17,000 km"
    )


def _halo(height: float, near: ThreeBodyOrbit | None = None) -> ThreeBodyOrbit:
    """Return the member whose apolune lies at a height z, by Newton's steps in x and y'."""
    x, speed = (_START[0], _START[2]) if near is None else (float(near.state[0]), float(near.state[4]))
    for _ in range(30):
        end, time = _half(x, height, speed)
        miss = end[[3, 5]]
        if np.abs(miss).max() < 1e-11:
            return ThreeBodyOrbit(np.array([x, 0.0, height, 0.0, speed, 0.0]), end, 2.0 * time)
        nudge = 1e-7
        slopes = np.column_stack(
            [(_half(x + nudge, height, speed)[0][[3, 5]] - miss), (_half(x, height, speed + nudge)[0][[3, 5]] - miss)]
        )
        step = np.linalg.solve(slopes / nudge, miss)
        step *= min(1.0, 0.02 / max(np.abs(step).max(), 1e-12))
        x, speed = x - float(step[0]), speed - float(step[1])
    raise PhysicsError("the halo orbit does not close; its perilune lies outside the family")


def _half(x: float, height: float, speed: float) -> tuple[FloatArray, float]:
    """Return the state at the next crossing of the xz plane, and when."""

    def plane(_: float, state: FloatArray) -> float:
        return float(state[1])

    plane.terminal, plane.direction = True, -np.sign(speed)  # type: ignore[attr-defined]
    start = np.array([x, 0.0, height, 0.0, speed, 0.0])
    found = solve_ivp(slope, (0.0, 6.0), start, method="DOP853", rtol=1e-12, atol=1e-13, events=plane)
    if found.t_events is None or found.y_events is None or not len(found.t_events[0]):
        raise PhysicsError("the halo orbit does not come back to its plane of symmetry")
    return found.y_events[0][-1], float(found.t_events[0][-1])


def slope(_: float, state: FloatArray) -> FloatArray:
    """Return the derivative (6,) of a state in the rotating frame. Source: Szebehely 1967, section 1.5."""
    x, y, z, u, v, w = state
    earth = (1.0 - MASS_RATIO) / ((x + MASS_RATIO) ** 2 + y * y + z * z) ** 1.5
    moon = MASS_RATIO / ((x - 1.0 + MASS_RATIO) ** 2 + y * y + z * z) ** 1.5
    return np.array(
        [
            u,
            v,
            w,
            2.0 * v + x - earth * (x + MASS_RATIO) - moon * (x - 1.0 + MASS_RATIO),
            -2.0 * u + y - (earth + moon) * y,
            -(earth + moon) * z,
        ]
    )


@dataclass(frozen=True, slots=True)
class HaloPath:
    """Holds a halo orbit in the ephemeris: geocentric states (m, 6) in GCRS axes at epochs (m,), and perilunes (p,)."""

    epoch_d: FloatArray
    states: FloatArray
    perilune_d: FloatArray

    def mirrored(self) -> HaloPath:
        """Return the same path run backwards, as `EphemerisTable.mirrored` does the sky."""
        backwards = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
        states = np.ascontiguousarray((self.states * backwards)[::-1])
        return HaloPath(-self.epoch_d[::-1], states, -self.perilune_d[::-1])

    def state(self, table: EphemerisTable, epoch_d: float) -> FloatArray:
        """Return the geocentric state (6,) at an epoch, flown from the nearest one that is held."""
        left = int(np.clip(np.searchsorted(self.epoch_d, epoch_d, side="right") - 1, 0, len(self.epoch_d) - 1))
        span_s = (epoch_d - float(self.epoch_d[left])) * DAY_S
        if span_s <= 0.0:
            return np.asarray(self.states[left])  # the first that is held, or the very one
        return np.asarray(coast(field_from(table, float(self.epoch_d[left])), self.states[left], span_s, _STEPS)[1][-1])


def carry(table: EphemerisTable, orbit: ThreeBodyOrbit, perilune_d: float) -> HaloPath:
    """Return an orbit carried into the ephemeris for three revolutions, the middle one about a perilune.

    The orbit is laid into the pulsating frame of Earth and Moon; arcs are then corrected until they meet, changed as
    little as can be, and laid again by as much earlier as the perilune then comes late. Raises PhysicsError outside the
    ephemeris and where they do not meet.
    Source: multiple shooting with the minimum-norm step (Gomez et al. 2001).
    """
    laid_d = perilune_d
    for _ in range(2):
        path = _corrected(table, orbit, laid_d)
        laid_d -= float(path.perilune_d[np.argmin(np.abs(path.perilune_d - perilune_d))]) - perilune_d
    return _corrected(table, orbit, laid_d)


def _corrected(table: EphemerisTable, orbit: ThreeBodyOrbit, perilune_d: float) -> HaloPath:
    epochs, states = _laid(table, orbit, perilune_d)
    field, times = field_from(table, float(epochs[0])), (epochs - epochs[0]) * DAY_S
    scale = np.array([100.0] * 3 + [1e-3] * 3)
    for _ in range(_ROUNDS):
        ends, slopes = _shoot(field, times, states)
        miss = ends - states[1:]
        if np.abs(miss[:, :3]).max() < _KM and np.abs(miss[:, 3:]).max() < _KM_S:
            return _path(table, epochs, states)
        step = _least_step(slopes * scale[None, None, :] / scale[None, :, None], miss / scale)
        states = states - scale * step
    raise PhysicsError("the halo orbit could not be carried into the ephemeris: its arcs do not meet")


def _laid(table: EphemerisTable, orbit: ThreeBodyOrbit, perilune_d: float) -> tuple[FloatArray, FloatArray]:
    """Return epochs (m,) and geocentric states (m, 6) of the orbit in the frame that turns and pulsates with the Moon.

    Its clock is the angle that the Moon has gone since perilune; the velocity comes by differences of half a minute.
    Source: the elliptic three-body problem, Szebehely 1967, section 10.3.
    """
    knots = perilune_d + np.arange(-2.0 * orbit.period_d, 2.0 * orbit.period_d, 0.05)
    table.require(knots[[0, -1]])
    out = table.moon(knots)[0]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    chords = np.linalg.norm(np.diff(out, axis=0), axis=1)
    gone = np.concatenate([[0.0], np.cumsum(2.0 * np.arcsin(0.5 * chords))])
    course = CubicSpline(knots, gone - np.interp(perilune_d, knots, gone))
    shares = (np.arange(-2, 2)[:, None] + _KNOTS).ravel()[len(_KNOTS) // 2 :]
    epochs = np.interp(shares * orbit.period, course(knots), knots)
    asked = (epochs[:, None] + np.array([-30.0, 0.0, 30.0]) / DAY_S).ravel()
    around = _course(orbit.state.tobytes(), orbit.period)((course(asked) / orbit.period + 0.5) % 1.0 * orbit.period)
    moon, speed = table.moon(asked)
    reach = np.linalg.norm(moon, axis=1, keepdims=True)
    normal = np.cross(moon, speed)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    axes = np.stack([moon / reach, np.cross(normal, moon / reach), normal], axis=1)
    away = around[:3].T - np.array([1.0 - MASS_RATIO, 0.0, 0.0])
    places = (moon + reach * np.einsum("nij,ni->nj", axes, away)).reshape(-1, 3, 3)
    return epochs, np.concatenate([places[:, 1], (places[:, 2] - places[:, 0]) / 60.0], axis=1)


@lru_cache(maxsize=8)
def _course(state: bytes, period: float):  # type: ignore[no-untyped-def]
    """Return the orbit as a function of three-body time."""
    start = np.frombuffer(state)
    return solve_ivp(slope, (0.0, period), start, method="DOP853", rtol=1e-12, atol=1e-13, dense_output=True).sol


@compiled
def _shoot(field: Field, times: FloatArray, states: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where each arc ends (m - 1, 6), and how that changes with its start (m - 1, 6, 6)."""
    count = len(times) - 1
    ends, slopes = np.empty((count, 6)), np.empty((count, 6, 6))
    for arc in range(count):
        there = Field(
            field.moon_km,
            field.moon_km_s,
            field.sun_km,
            field.sun_km_s,
            field.pole,
            field.start_s + times[arc],
            field.step_s,
        )
        span = times[arc + 1] - times[arc]
        ends[arc] = coast(there, states[arc], span, _STEPS)[1][-1]
        for column in range(6):
            start = states[arc].copy()
            nudge = 1.0 if column < 3 else 1e-5
            start[column] += nudge
            slopes[arc, :, column] = (coast(there, start, span, _STEPS)[1][-1] - ends[arc]) / nudge
    return ends, slopes


def _least_step(slopes: FloatArray, miss: FloatArray) -> FloatArray:
    """Return the smallest change of all states (m, 6) that makes the arcs meet to first order."""
    arcs = len(miss)
    matrix = np.zeros((6 * arcs, 6 * (arcs + 1)))
    for arc in range(arcs):
        rows = slice(6 * arc, 6 * arc + 6)
        matrix[rows, rows] = slopes[arc]
        matrix[rows, 6 * arc + 6 : 6 * arc + 12] = -np.eye(6)
    return np.asarray(np.linalg.lstsq(matrix, miss.ravel(), rcond=None)[0].reshape(-1, 6))


def _path(table: EphemerisTable, epochs: FloatArray, states: FloatArray) -> HaloPath:
    """Return the corrected path at the integrator's steps, and its perilunes."""
    times, flown = [], []
    for start_d, state, end_d in zip(epochs[:-1].tolist(), states, epochs[1:].tolist(), strict=False):
        time_s, path = coast(field_from(table, start_d), state, (end_d - start_d) * DAY_S, _STEPS)
        times.append(start_d + time_s[:-1] / DAY_S)
        flown.append(path[:-1])
    epoch_d, path = np.concatenate(times), np.concatenate(flown)
    moon_km, moon_km_s = table.moon(epoch_d)
    away, speed = path[:, :3] - moon_km, path[:, 3:] - moon_km_s
    closing = np.einsum("ij,ij->i", away, speed)
    near = np.flatnonzero((closing[:-1] < 0.0) & (closing[1:] >= 0.0))
    share = -closing[near] / (closing[near + 1] - closing[near])
    return HaloPath(epoch_d, path, epoch_d[near] + share * (epoch_d[near + 1] - epoch_d[near]))
