"""Motion in the field of Earth (with its flattening), Moon and Sun: an 8th-order integrator, compiled."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from scipy.integrate import DOP853

from sim.physics.compiled import compiled
from sim.physics.constants import (
    DAY_S,
    EARTH_J2,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    MOON_MU_KM3_S2,
    SUN_MU_KM3_S2,
)
from sim.physics.states import EphemerisTable, FloatArray, hermite

# Dormand-Prince 8(5,3). Source: Hairer, Norsett & Wanner 1993, section II.5; the numbers are scipy's
_A = np.ascontiguousarray(DOP853.A[:12, :12])
_B = np.ascontiguousarray(DOP853.B)
_C = np.ascontiguousarray(DOP853.C[:12])
_E3 = np.ascontiguousarray(DOP853.E3)
_E5 = np.ascontiguousarray(DOP853.E5)
_STAGES = 12
_hermite = compiled(hermite)


class Field(NamedTuple):
    """What moves a spacecraft, for compiled code: ephemeris arrays (km, km/s), the Earth's pole, the
    clock.
    """

    moon_km: FloatArray
    moon_km_s: FloatArray
    sun_km: FloatArray
    sun_km_s: FloatArray
    pole: FloatArray
    start_s: float  # of time zero, from the table's first epoch
    step_s: float  # of the table


def field_from(table: EphemerisTable, epoch_d: float) -> Field:
    """Return the field with its clock at zero at an epoch."""
    return Field(
        table.moon_position_km,
        table.moon_velocity_km_s,
        table.sun_position_km,
        table.sun_velocity_km_s,
        np.ascontiguousarray(table.axes_of_date(epoch_d)[0, 2]),
        (epoch_d - table.first_d) * DAY_S,
        float(table.epoch_d[1] - table.epoch_d[0]) * DAY_S,
    )


@compiled
def moon_state(field: Field, time_s: float, state: FloatArray) -> None:
    """Fill the Moon's geocentric state (6,) in km and km/s."""
    _interpolate(field.moon_km, field.moon_km_s, (field.start_s + time_s) / field.step_s, field.step_s, state)


@compiled
def _interpolate(places: FloatArray, speeds: FloatArray, where: float, step_s: float, state: FloatArray) -> None:
    left = min(max(int(where), 0), len(places) - 2)
    for axis in range(3):
        before, after = places[left, axis], places[left + 1, axis]
        place, speed = _hermite(before, after, speeds[left, axis], speeds[left + 1, axis], where - left, step_s)
        state[axis], state[3 + axis] = place, speed


@compiled
def _slope(field: Field, time_s: float, state: FloatArray, work: FloatArray, out: FloatArray) -> None:
    """Fill the derivative (6,) of a geocentric state: Earth, J2, and the tides of Moon and Sun.

    Source: Vallado 2013, sections 8.6.1 (J2) and 8.6.3 (third bodies: direct minus indirect term).
    """
    x, y, z = state[0], state[1], state[2]
    r2 = x * x + y * y + z * z
    r3 = r2 * sqrt(r2)
    height = x * field.pole[0] + y * field.pole[1] + z * field.pole[2]
    swell = 1.5 * EARTH_J2 * EARTH_MU_KM3_S2 * EARTH_RADIUS_KM**2 / (r2 * r3)
    along = swell * (5.0 * height * height / r2 - 1.0) - EARTH_MU_KM3_S2 / r3
    upward = -2.0 * swell * height
    for axis in range(3):
        out[axis] = state[3 + axis]
        out[3 + axis] = along * state[axis] + upward * field.pole[axis]
    where = (field.start_s + time_s) / field.step_s
    _interpolate(field.moon_km, field.moon_km_s, where, field.step_s, work)
    _pull(MOON_MU_KM3_S2, work, state, out)
    _interpolate(field.sun_km, field.sun_km_s, where, field.step_s, work)
    _pull(SUN_MU_KM3_S2, work, state, out)


@compiled
def _pull(mu: float, body: FloatArray, state: FloatArray, out: FloatArray) -> None:
    """Add a third body's pull relative to the Earth's own fall."""
    dx, dy, dz = body[0] - state[0], body[1] - state[1], body[2] - state[2]
    near2 = dx * dx + dy * dy + dz * dz
    far2 = body[0] * body[0] + body[1] * body[1] + body[2] * body[2]
    near, far = mu / (near2 * sqrt(near2)), mu / (far2 * sqrt(far2))
    out[3] += near * dx - far * body[0]
    out[4] += near * dy - far * body[1]
    out[5] += near * dz - far * body[2]


@compiled
def step(
    field: Field,
    time_s: float,
    state: FloatArray,
    span_s: float,
    stages: FloatArray,
    work: FloatArray,
    out: FloatArray,
) -> float:
    """Fill the state after `span_s` and give the error norm over the tolerance; `stages[0]` holds the slope
    here.

    `stages` (13, 6) and `work` (12,) are scratch; `stages[12]` ends as the slope at the new state.
    Tolerances: 1e-11 of the state, 1e-6 km and 1e-9 km/s at least. Source: error estimate as in scipy's
    DOP853 (Hairer's dop853.f).
    """
    for row in range(1, _STAGES):
        for axis in range(6):
            total = 0.0
            for column in range(row):
                total += _A[row, column] * stages[column, axis]
            work[6 + axis] = state[axis] + span_s * total
        _slope(field, time_s + _C[row] * span_s, work[6:], work[:6], stages[row])
    for axis in range(6):
        total = 0.0
        for row in range(_STAGES):
            total += _B[row] * stages[row, axis]
        out[axis] = state[axis] + span_s * total
    _slope(field, time_s + span_s, out, work[:6], stages[_STAGES])
    return _error(state, out, span_s, stages)


@compiled
def _error(state: FloatArray, out: FloatArray, span_s: float, stages: FloatArray) -> float:
    fifth = third = 0.0
    for axis in range(6):
        scale = (1e-6 if axis < 3 else 1e-9) + 1e-11 * max(abs(state[axis]), abs(out[axis]))
        five = three = 0.0
        for row in range(_STAGES + 1):
            five += _E5[row] * stages[row, axis]
            three += _E3[row] * stages[row, axis]
        fifth += (five / scale) ** 2
        third += (three / scale) ** 2
    if fifth == 0.0:
        return 0.0
    return span_s * fifth / sqrt(6.0 * (fifth + 0.01 * third))


@compiled
def first_slope(field: Field, time_s: float, state: FloatArray, stages: FloatArray, work: FloatArray) -> None:
    """Fill `stages[0]` with the slope at a state, as `step` needs it."""
    _slope(field, time_s, state, work[:6], stages[0])


@compiled
def next_span(span_s: float, error: float) -> float:
    """Return the span of the next try after a step with that error norm."""
    if error == 0.0:
        return 6.0 * span_s
    return span_s * min(6.0, max(0.2, 0.9 / sqrt(sqrt(sqrt(error)))))


@compiled
def coast(field: Field, state: FloatArray, span_s: float, limit: int) -> tuple[FloatArray, FloatArray]:
    """Return times (m,) in s and states (m, 6) along a free flight, at the integrator's own steps; m <=
    `limit`.
    """
    times, states = np.zeros(limit), np.zeros((limit, 6))
    stages, work = np.zeros((_STAGES + 1, 6)), np.zeros(12)
    states[0] = state
    first_slope(field, 0.0, state, stages, work)
    count, time_s, guess = 1, 0.0, 30.0
    while count < limit and time_s < span_s:
        guess = min(guess, span_s - time_s)
        error = step(field, time_s, states[count - 1], guess, stages, work, states[count])
        if error <= 1.0:
            time_s += guess
            times[count] = time_s
            stages[0] = stages[_STAGES]
            count += 1
        guess = next_span(guess, error)
    return times[:count], states[:count]
