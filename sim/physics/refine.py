"""Transfers refined: integrated in the field of Earth, Moon and Sun and corrected until they meet the Moon as
asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, cos, pi, sin, sqrt
from typing import Literal

import numpy as np

from sim.physics.approach import Wish, b_axes, b_target, read_approach, since_perilune
from sim.physics.compiled import compiled
from sim.physics.conic import perigee_below, solve_conic, speed_at
from sim.physics.constants import (
    DAY_S,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_MU_KM3_S2,
    MOON_RADIUS_KM,
)
from sim.physics.field import Field, coast, field_from, first_slope, moon_state, next_span, step
from sim.physics.frames import moon_axes
from sim.physics.limits import require_between
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import BRANCHES, TOF_LIMITS_H, find_transfer

Side = Literal["A", "B"]  # of the Moon's pole, on which the approach passes
_STEPS = 2000  # of the integrator; a transfer takes about 100
_ROUNDS = 25  # of the corrector; it converges in 4 to 8
_GRAZE_DEG = 1.0  # a perilune passed on the far side stands that far above or below the Moon's centre
_FAR_KM = 40_000.0  # where the first rounds read the approach: before the Moon's own bend can mislead them


@dataclass(frozen=True, slots=True)
class RefinedSolution:
    """One transfer flown in the full field: where it leaves, what it costs, how well it arrives.

    `raan_deg` and `argument_deg` (of latitude, at TLI) refer to the true equator and equinox of date;
    `state_km_km_s` (6,) is the state after TLI in GCRS axes. `perilune_km` is the altitude reached,
    `perilune_d` its epoch.
    """

    branch: str
    side: Side
    tli_dv_m_s: float
    loi_dv_m_s: float
    c3_km2_s2: float
    raan_deg: float
    argument_deg: float
    perilune_km: float
    perilune_d: float
    rounds: int
    state_km_km_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RefineFailure:
    """A solution that was looked for and not found, and why."""

    branch: str
    side: Side
    reason: str


@dataclass(frozen=True, slots=True)
class RefinedTransfer:
    """The solutions, cheapest first, and the failures; `reason` says why there are none at all."""

    solutions: tuple[RefinedSolution, ...]
    failures: tuple[RefineFailure, ...]
    reason: str

    @property
    def feasible(self) -> bool:
        """Say whether any solution was found."""
        return bool(self.solutions)


def refine_transfer(
    table: EphemerisTable,
    depart_d: float,
    tof_h: float,
    parking: Parking,
    target: LunarOrbit,
) -> RefinedTransfer:
    """Return the transfer in both branches and on both sides of the Moon, in the field of Earth (J2), Moon and
    Sun.

    TLI is tangential at the parking radius, its node and argument of latitude free; perilune lies at the
    target's altitude, `tof_h` after TLI, in a plane of the target's inclination. Raises PhysicsError as
    `find_transfer`.
    Source: B-plane targeting (Kizner 1961) by Newton's method with differences.
    """
    require_between("time of flight", tof_h, *TOF_LIMITS_H, "h")
    fast = find_transfer(table, depart_d, tof_h, parking, target)
    if not fast.feasible:
        return RefinedTransfer((), (), fast.reason)
    solutions, failures = [], []
    for branch in BRANCHES:
        for side in ("A", "B"):
            found = _refine(table, depart_d, tof_h, parking, target, branch, side)
            if isinstance(found, RefinedSolution):
                solutions.append(found)
            else:
                failures.append(found)
    solutions.sort(key=lambda one: one.tli_dv_m_s + one.loi_dv_m_s)
    reason = "" if solutions else "; ".join(failure.reason for failure in failures)
    return RefinedTransfer(tuple(solutions), tuple(failures), reason)


def fly_transfer(table: EphemerisTable, depart_d: float, solution: RefinedSolution) -> tuple[FloatArray, FloatArray]:
    """Return the path of a solution from TLI to perilune: epochs (m,) and GCRS states (m, 6) in km and km/s."""
    span_s = (solution.perilune_d - depart_d) * DAY_S
    time_s, states = coast(field_from(table, depart_d), np.array(solution.state_km_km_s), span_s, _STEPS)
    return depart_d + time_s / DAY_S, states


def _refine(
    table: EphemerisTable,
    depart_d: float,
    tof_h: float,
    parking: Parking,
    target: LunarOrbit,
    branch: str,
    side: Side,
) -> RefinedSolution | RefineFailure:
    field, axes = field_from(table, depart_d), table.axes_of_date(depart_d)[0]
    arrive_d = depart_d + tof_h / 24.0
    wish = Wish(
        tof_s=tof_h * HOUR_S,
        parking_km=EARTH_RADIUS_KM + parking.altitude_km,
        inclination=float(np.radians(parking.inclination_deg)),
        perilune_km=MOON_RADIUS_KM + target.perilune_km,
        tilt=cos(np.radians(target.inclination_deg)),
        branch=1.0 if branch == "asc" else -1.0,
        side=1.0 if side == "A" else -1.0,
    )
    lunar_pole = np.ascontiguousarray(moon_axes(np.array([arrive_d]))[0, 2])
    aim, arrival, rounds, miss = correct_aim(field, axes, lunar_pole, wish)
    if miss > 1.0:
        spare_deg = _spare_deg(table, arrive_d, parking)
        return RefineFailure(branch, side, _complaint(branch, side, rounds, miss, spare_deg))
    return _solution(wish, target, axes, aim, arrival, int(rounds), depart_d, branch, side)


def _spare_deg(table: EphemerisTable, arrive_d: float, parking: Parking) -> float:
    """How far below the highest reach of the inclination the Moon stands at arrival."""
    moon, pole = table.moon(arrive_d)[0][0], table.axes_of_date(arrive_d)[0, 2]
    declination_deg = float(np.degrees(np.arcsin(moon @ pole / np.linalg.norm(moon))))
    return min(parking.inclination_deg, 180.0 - parking.inclination_deg) - abs(declination_deg)


def _complaint(branch: str, side: Side, rounds: float, miss: float, spare_deg: float) -> str:
    said = f"{branch} {side}: no convergence in {rounds:.0f} rounds; the approach misses by {miss:.0f} km"
    if spare_deg < _GRAZE_DEG:
        said += f"; the Moon's declination is {spare_deg:.2f} deg from the last that the inclination reaches"
    return said


def _solution(
    wish: Wish,
    target: LunarOrbit,
    axes: FloatArray,
    aim: FloatArray,
    arrival: FloatArray,
    rounds: int,
    depart_d: float,
    branch: str,
    side: Side,
) -> RefinedSolution:
    state = np.empty(6)
    departure_state(wish, axes, aim, state)
    perilune_km, apolune_km = wish.perilune_km, MOON_RADIUS_KM + target.apolune_km
    orbit_km_s = sqrt(2.0 * MOON_MU_KM3_S2 * apolune_km / (perilune_km * (perilune_km + apolune_km)))
    speed_km_s = sqrt(arrival[3] + 2.0 * MOON_MU_KM3_S2 / perilune_km)
    return RefinedSolution(
        branch=branch,
        side=side,
        tli_dv_m_s=1e3 * (float(aim[2]) - sqrt(EARTH_MU_KM3_S2 / wish.parking_km)),
        loi_dv_m_s=1e3 * (speed_km_s - orbit_km_s),
        c3_km2_s2=float(aim[2]) ** 2 - 2.0 * EARTH_MU_KM3_S2 / wish.parking_km,
        raan_deg=float(np.degrees(aim[0])) % 360.0,
        argument_deg=float(np.degrees(aim[1])) % 360.0,
        perilune_km=float(arrival[4]) - MOON_RADIUS_KM,
        perilune_d=depart_d + float(arrival[5]) / DAY_S,
        rounds=rounds,
        state_km_km_s=tuple(float(part) for part in state),
    )


@compiled
def correct_aim(
    field: Field, axes: FloatArray, lunar_pole: FloatArray, wish: Wish
) -> tuple[FloatArray, FloatArray, int, float]:
    """Newton on (node, argument of latitude, perigee speed): the aim, its arrival, the rounds and the miss in
    km.

    The first rounds read the approach far out; once it is nearly right, at perilune itself.
    """
    aim, trial, shift = np.empty(3), np.empty(3), np.empty(3)
    here, there = np.empty(6), np.empty(6)
    jacobian = np.empty((3, 3))
    nudge = (3e-6, 3e-6, 3e-7)
    moon = np.empty(6)
    moon_state(field, wish.tof_s, moon)
    first_aim(axes, lunar_pole, wish, moon, aim)
    near_km = _FAR_KM
    _arrive(field, axes, lunar_pole, wish, aim, near_km, here)
    miss = _size(here)
    rounds = 0
    while rounds < _ROUNDS:
        if near_km > 0.0 and miss < 300.0:
            near_km = 0.0
            _arrive(field, axes, lunar_pole, wish, aim, near_km, here)
            miss = _size(here)
        if near_km == 0.0 and miss < 0.02:
            break
        rounds += 1
        for column in range(3):
            trial[:] = aim
            trial[column] += nudge[column]
            _arrive(field, axes, lunar_pole, wish, trial, near_km, there)
            for row in range(3):
                jacobian[row, column] = (there[row] - here[row]) / nudge[column]
        if not _solve(jacobian, here, shift):
            break
        share = min(1.0, 50_000.0 / miss)
        for _ in range(6):
            for row in range(3):
                trial[row] = aim[row] - share * shift[row]
            _arrive(field, axes, lunar_pole, wish, trial, near_km, there)
            if _size(there) < miss:
                break
            share *= 0.4
        aim[:] = trial
        here[:] = there
        miss = _size(here)
    return aim, here, rounds, miss if near_km == 0.0 else max(miss, 2.0)


@compiled
def _size(arrival: FloatArray) -> float:
    return sqrt(arrival[0] ** 2 + arrival[1] ** 2 + arrival[2] ** 2)


@compiled
def _solve(matrix: FloatArray, wanted: FloatArray, out: FloatArray) -> bool:
    """Fill the solution of three linear equations by Cramer's rule; false when they are singular."""
    a, b, c = matrix[0], matrix[1], matrix[2]
    m0, m1, m2 = b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]
    det = a[0] * m0 + a[1] * m1 + a[2] * m2
    if det == 0.0 or not np.isfinite(det):
        return False
    x, y, z = wanted[0], wanted[1], wanted[2]
    n0, n1, n2 = a[2] * c[1] - a[1] * c[2], a[0] * c[2] - a[2] * c[0], a[1] * c[0] - a[0] * c[1]
    o0, o1, o2 = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    out[0] = (m0 * x + n0 * y + o0 * z) / det
    out[1] = (m1 * x + n1 * y + o1 * z) / det
    out[2] = (m2 * x + n2 * y + o2 * z) / det
    return True


@compiled
def first_aim(axes: FloatArray, lunar_pole: FloatArray, wish: Wish, moon: FloatArray, aim: FloatArray) -> None:
    """Fill a first aim: the conic to the Moon's centre gives the approach, the conic to its B-plane point the
    aim.
    """
    velocity, place = np.empty(3), moon[:3].copy()
    _conic_plane(axes, wish, place, aim, velocity)
    velocity -= moon[3:]
    excess2 = velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2
    incoming = velocity / sqrt(excess2)
    across, down = b_axes(incoming, lunar_pole)
    want_across, want_down = b_target(incoming, lunar_pole, down, excess2, wish)
    place += want_across * across + want_down * down
    _conic_plane(axes, wish, place, aim, velocity)


@compiled
def _conic_plane(axes: FloatArray, wish: Wish, place: FloatArray, aim: FloatArray, velocity: FloatArray) -> None:
    """Fill node, argument of latitude and perigee speed of the conic to a place, and its velocity there."""
    of_date = axes @ place
    reach = sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    perigee, passed, since_s = perigee_below(reach, wish.parking_km, wish.climb)
    speed, radial, across, _ = solve_conic(reach, perigee, wish.tof_s + since_s)
    rise = of_date[2] / reach / sin(wish.inclination)
    along = asin(min(1.0, max(-1.0, rise)))
    if wish.branch < 0.0:
        along = pi - along
    node = atan2(of_date[1], of_date[0]) - atan2(cos(wish.inclination) * sin(along), cos(along))
    spin = reach * across
    # true anomaly from the conic's eccentricity vector: e cos nu and e sin nu
    anomaly = atan2(radial * spin / EARTH_MU_KM3_S2, spin * spin / (EARTH_MU_KM3_S2 * reach) - 1.0)
    if anomaly < 0.0:
        anomaly += 2.0 * pi
    if wish.climb != 0.0:
        speed = speed_at(wish.parking_km, perigee, speed)
    aim[0], aim[1], aim[2] = node, along - anomaly + passed, speed
    outward, forward = np.empty(3), np.empty(3)
    _directions(axes, node, along, wish.inclination, outward, forward)
    for axis in range(3):
        velocity[axis] = radial * outward[axis] + across * forward[axis]


@compiled
def _directions(
    axes: FloatArray, node: float, along: float, inclination: float, outward: FloatArray, forward: FloatArray
) -> None:
    """Fill the radial and forward directions (GCRS) at an argument of latitude on an orbit of date."""
    cos_n, sin_n, cos_u, sin_u = cos(node), sin(node), cos(along), sin(along)
    cos_i, sin_i = cos(inclination), sin(inclination)
    out = (cos_n * cos_u - sin_n * cos_i * sin_u, sin_n * cos_u + cos_n * cos_i * sin_u, sin_i * sin_u)
    ahead = (-cos_n * sin_u - sin_n * cos_i * cos_u, -sin_n * sin_u + cos_n * cos_i * cos_u, sin_i * cos_u)
    for axis in range(3):
        outward[axis] = axes[0, axis] * out[0] + axes[1, axis] * out[1] + axes[2, axis] * out[2]
        forward[axis] = axes[0, axis] * ahead[0] + axes[1, axis] * ahead[1] + axes[2, axis] * ahead[2]


@compiled
def departure_state(wish: Wish, axes: FloatArray, aim: FloatArray, state: FloatArray) -> None:
    """Fill the state after a tangential TLI (GCRS, km, km/s)."""
    outward, forward = np.empty(3), np.empty(3)
    _directions(axes, aim[0], aim[1], wish.inclination, outward, forward)
    level, up = aim[2] * cos(wish.climb), aim[2] * sin(wish.climb)
    for axis in range(3):
        state[axis] = wish.parking_km * outward[axis]
        state[3 + axis] = level * forward[axis] + up * outward[axis]


@compiled
def _arrive(
    field: Field,
    axes: FloatArray,
    lunar_pole: FloatArray,
    wish: Wish,
    aim: FloatArray,
    near_km: float,
    out: FloatArray,
) -> None:
    """Fly an aim to the Moon and fill: the misses in B.T, B.R and along the path (km), excess speed squared,
    perilune
    radius and time. The approach is read `near_km` from the Moon, or at perilune when that comes first.
    """
    old, new, moon = np.empty(6), np.full(6, np.nan), np.full(6, np.nan)  # no step may be small enough
    stages, work = np.zeros((13, 6)), np.empty(12)
    departure_state(wish, axes, aim, old)
    first_slope(field, 0.0, old, stages, work)
    time_s, guess = 0.0, 30.0
    for _ in range(_STEPS):
        error = step(field, time_s, old, guess, stages, work, new)
        if error > 1.0:
            guess = next_span(guess, error)
            continue
        moon_state(field, time_s + guess, moon)
        moon[:] = new - moon
        closing = moon[0] * moon[3] + moon[1] * moon[4] + moon[2] * moon[5]
        apart2 = moon[0] ** 2 + moon[1] ** 2 + moon[2] ** 2
        late = time_s + guess > 0.5 * wish.tof_s
        if late and (apart2 < near_km * near_km or closing > 0.0 or time_s > 1.5 * wish.tof_s):
            break
        time_s += guess
        old[:] = new
        stages[0] = stages[12]
        guess = next_span(guess, error)
    if near_km == 0.0:
        # end the last step at perilune itself
        after = since_perilune(moon)
        if 0.0 < after < guess:
            guess -= after
            step(field, time_s, old, guess, stages, work, new)
            moon_state(field, time_s + guess, moon)
            moon[:] = new - moon
    read_approach(lunar_pole, wish, moon, time_s + guess, out)
