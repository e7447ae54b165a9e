"""The one door to poliastro (or boinor, its continuation) and astropy: ephemerides, manoeuvres, frames;
always offline.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.physics.constants import AU_KM, DAY_S, EARTH_RADIUS_KM, J2000_JD, MOON_RADIUS_KM
from sim.physics.limits import PhysicsError, require_above_surface, require_between
from sim.physics.states import EphemerisTable, FloatArray, interpolate_states

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # astropy 5 has words about numpy's layout when it is loaded
    import erfa  # type: ignore[import-untyped]
    from astropy import units
    from astropy.coordinates import (
        get_body_barycentric_posvel,
        solar_system_ephemeris,
    )
    from astropy.time import Time
    from astropy.utils import data as astropy_data
    from astropy.utils import iers

Body = Literal["earth", "moon"]
_RADIUS_KM = {"earth": EARTH_RADIUS_KM, "moon": MOON_RADIUS_KM}


@contextmanager
def offline() -> Iterator[None]:
    """Keep astropy from the network, from refusing old Earth-orientation tables, and from warning about
    either.
    """
    settings = (
        iers.conf.set_temp("auto_download", False),
        iers.conf.set_temp("auto_max_age", None),
        iers.conf.set_temp("iers_degraded_accuracy", "ignore"),
        astropy_data.conf.set_temp("allow_internet", False),
    )
    with settings[0], settings[1], settings[2], settings[3], warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def build_ephemeris(first_d: float, last_d: float, step_d: float, kernel: Path | None) -> EphemerisTable:
    """Sample Moon and Sun at even steps into a table: the built-in series, or a JPL kernel within its span.

    Source: ERFA moon98 (Meeus 1998 after Chapront ELP-2000/82), epv00 (Bretagnon & Francou 1988); pnm00b (IAU
    2000B). Raises PhysicsError when the kernel cannot be read or covers none of the span.
    """
    epoch_d = np.arange(first_d, last_d + 0.5 * step_d, step_d)
    with offline():
        if kernel is None:
            states = _builtin(epoch_d)
        else:
            epoch_d, states = _from_kernel(epoch_d, kernel)
        axes = _axes_of_date(epoch_d)
    return EphemerisTable(epoch_d, *states, axes)


def _axes_of_date(epoch_d: FloatArray) -> FloatArray:
    """Axes at daily knots, linear between: nutation's 13.7 d term of 0.2 arc seconds bends by 0.01 a day."""
    knots = np.arange(epoch_d[0], epoch_d[-1] + 1.0)
    exact = np.asarray(erfa.pnm00b(J2000_JD, knots), dtype=np.float64).reshape(-1, 9)
    return np.stack([np.interp(epoch_d, knots, column) for column in exact.T], axis=-1).reshape(-1, 3, 3)


def _builtin(epoch_d: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    to_km_s = AU_KM / DAY_S
    moon = erfa.moon98(J2000_JD, epoch_d)
    # the Sun's series is slow and its motion smooth: daily knots, off by 0.03 km between
    knots = np.arange(epoch_d[0], epoch_d[-1] + 2.0)
    earth, _ = erfa.epv00(J2000_JD, knots)
    sun_km, sun_km_s = interpolate_states(epoch_d, knots, -earth["p"] * AU_KM, -earth["v"] * to_km_s)
    return moon["p"] * AU_KM, moon["v"] * to_km_s, sun_km, sun_km_s


def _from_kernel(
    epoch_d: FloatArray, kernel: Path
) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    inside = epoch_d[_covered(epoch_d, kernel)]
    if len(inside) < 2:
        raise PhysicsError(f"the ephemeris kernel {kernel.name} covers none of 2000 to 2060")
    try:
        with solar_system_ephemeris.set(str(kernel)):
            when = Time(J2000_JD, inside, format="jd", scale="tdb")
            states = {body: get_body_barycentric_posvel(body, when) for body in ("earth", "moon", "sun")}
    except (OSError, ValueError, TypeError, KeyError):  # cut short, or a kernel without these bodies
        raise PhysicsError(
            f"the ephemeris kernel {kernel} cannot be read; it must be a whole JPL DE kernel (.bsp)"
        ) from None
    moon, sun = (
        tuple(_difference(states[body][part], states["earth"][part], part) for part in (0, 1))
        for body in ("moon", "sun")
    )
    return inside, (moon[0], moon[1], sun[0], sun[1])


def _covered(epoch_d: FloatArray, kernel: Path) -> slice:
    """Epochs inside every segment of the kernel, found from the file's own summary."""
    from jplephem.spk import SPK  # type: ignore[import-untyped]

    try:
        with SPK.open(str(kernel)) as spk:
            first = max(segment.start_jd for segment in spk.segments) - J2000_JD
            last = min(segment.end_jd for segment in spk.segments) - J2000_JD
    except (OSError, ValueError):
        raise PhysicsError(
            f"the ephemeris kernel {kernel} cannot be read; it must be a whole JPL DE kernel (.bsp)"
        ) from None
    return slice(int(np.searchsorted(epoch_d, first)), int(np.searchsorted(epoch_d, last, side="right")))


def _difference(body: object, earth: object, part: int) -> FloatArray:
    unit = units.km if part == 0 else units.km / units.s
    away = body - earth  # type: ignore[operator]
    return np.ascontiguousarray(away.xyz.to_value(unit).T, dtype=np.float64)


def package_name() -> str:
    """Return the package in use and its version: boinor where it is installed, otherwise poliastro, which it
    continues.
    """
    package = _package()
    return f"{package.__name__} {package.__version__}"


@dataclass(frozen=True, slots=True)
class ManoeuvreSum:
    """Burns about one body: the sum and each in m/s, and the days from the first to the last."""

    dv_m_s: float
    burns_m_s: tuple[float, ...]
    duration_d: float


def change_altitude(body: Body, from_km: float, to_km: float) -> ManoeuvreSum:
    """Return Hohmann's two burns between circular orbits at two altitudes; raises PhysicsError below the
    surface.

    Source: poliastro `Maneuver.hohmann`.
    """
    orbit = _orbit(body, from_km, from_km)
    final = (_RADIUS_KM[body] + _above(body, to_km)) * units.km
    with offline():
        return _described(_module("maneuver").Maneuver.hohmann(orbit, final))


def change_apsides(body: Body, before_km: tuple[float, float], after_km: tuple[float, float]) -> ManoeuvreSum:
    """Return the burns at the apses between two coplanar orbits with their apses in line, in the cheaper order.

    Altitudes are (periapsis, apoapsis). One burn, at periapsis, sets the new apoapsis; the other, half a turn
    away, the new periapsis. Circularising is a change to two equal altitudes. Source: poliastro
    `Maneuver.impulse`.
    """
    low = _orbit(body, *before_km)
    _orbit(body, *after_km)
    with offline():
        high = low.propagate(0.5 * low.period)
        ways = (_two_burns(low, body, after_km[::-1]), _two_burns(high, body, after_km))
    return min(ways, key=lambda way: way.dv_m_s)


def change_plane(body: Body, altitude_km: float, angle_deg: float) -> ManoeuvreSum:
    """Return the burn that turns a circular orbit's plane by an angle, at the node. Source: poliastro
    `Maneuver`.
    """
    require_between("plane change", angle_deg, -180.0, 180.0, "deg")
    orbit = _orbit(body, altitude_km, altitude_km)
    with offline():
        speed, normal = orbit.v, _unit(np.cross(orbit.r.value, orbit.v.value))
        angle = np.radians(angle_deg)
        size = np.linalg.norm(speed.value) * speed.unit
        turned = speed * np.cos(angle) + normal * size * np.sin(angle)
        return _described(_module("maneuver").Maneuver.impulse(turned - speed))


def change_phase(body: Body, altitude_km: float, ahead_deg: float, turns: int) -> ManoeuvreSum:
    """Return the two burns that gain an angle along a circular orbit within a number of turns of the phasing
    orbit.

    A negative angle waits to be overtaken. Raises PhysicsError when the phasing orbit would touch the
    surface.
    Source: phasing orbit of period T (1 - angle / (2 pi turns)), Vallado 2013, section 6.6.1; burns by
    poliastro.
    """
    if turns < 1:
        raise PhysicsError(f"phasing takes at least one turn; {turns} were given")
    orbit = _orbit(body, altitude_km, altitude_km)
    shorter = 1.0 - ahead_deg / (360.0 * turns)
    require_between("share of the period", shorter, 0.1, 4.0, "")
    radius_km = _RADIUS_KM[body] + altitude_km
    other_km = 2.0 * radius_km * shorter ** (2.0 / 3.0) - radius_km - _RADIUS_KM[body]
    require_above_surface("the phasing orbit's far side", other_km, body.title())
    with offline():
        burn = _retarget(orbit, body, other_km)
        period_d = float(orbit.apply_maneuver(burn).period.to_value(units.day))
        one = float(burn.get_total_cost().to_value(units.m / units.s))
    return ManoeuvreSum(2.0 * one, (one, one), turns * period_d)


def lambert_km_s(body: Body, start_km: FloatArray, end_km: FloatArray, tof_s: float) -> tuple[FloatArray, FloatArray]:
    """Return the velocities (3,) km/s at both ends of a conic between two places (3,) km in a time.

    Source: poliastro `iod.izzo.lambert` (Izzo 2015).
    """
    attractor = getattr(_module("bodies"), body.title())
    with offline():
        start, end = _module("iod.izzo").lambert(attractor.k, start_km * units.km, end_km * units.km, tof_s * units.s)
    return start.to_value(units.km / units.s), end.to_value(units.km / units.s)


@cache
def _package() -> Any:
    """The library; the first import takes a second or two, so it waits until it is asked for."""
    with offline():
        try:
            return importlib.import_module("boinor")
        except ImportError:
            return importlib.import_module("poliastro")


def _module(name: str) -> Any:
    with offline():
        return importlib.import_module(f"{_package().__name__}.{name}")


def _above(body: Body, altitude_km: float) -> float:
    require_above_surface("altitude", altitude_km, body.title())
    return altitude_km


def _orbit(body: Body, periapsis_km: float, apoapsis_km: float) -> Any:
    """An orbit at periapsis, in the body's own equator."""
    low, high = (_RADIUS_KM[body] + _above(body, height) for height in (periapsis_km, apoapsis_km))
    if high < low:
        raise PhysicsError(f"apoapsis altitude {apoapsis_km:g} km is below periapsis altitude {periapsis_km:g} km")
    angles = [0.0 * units.deg] * 4
    with offline():
        attractor = getattr(_module("bodies"), body.title())
        shape = (0.5 * (low + high) * units.km, (high - low) / (high + low) * units.one)
        return _module("twobody").Orbit.from_classical(attractor, *shape, *angles)


def _two_burns(orbit: Any, body: Body, opposite_km: tuple[float, float]) -> ManoeuvreSum:
    """Two burns half a turn apart, each setting the altitude of the side opposite to it."""
    first = _retarget(orbit, body, opposite_km[0])
    middle = orbit.apply_maneuver(first)
    half_turn = 0.5 * middle.period
    second = _retarget(middle.propagate(half_turn), body, opposite_km[1])
    burns = tuple(float(burn.get_total_cost().to_value(units.m / units.s)) for burn in (first, second))
    # without a second burn there is nothing to wait for
    wait_d = float(half_turn.to_value(units.day)) if min(burns) > 1e-6 else 0.0
    return ManoeuvreSum(sum(burns), burns, wait_d)


def _retarget(orbit: Any, body: Body, opposite_km: float) -> Any:
    """The impulse along the track, at an apsis, that puts the other side of the orbit at an altitude."""
    opposite = _RADIUS_KM[body] + _above(body, opposite_km)
    place, speed = orbit.r.to_value(units.km), orbit.v.to_value(units.km / units.s)
    here = float(np.linalg.norm(place))
    mu_km3_s2 = float(orbit.attractor.k.to_value(units.km**3 / units.s**2))
    wanted = np.sqrt(2.0 * mu_km3_s2 * opposite / (here * (here + opposite)))
    gain = (wanted - np.linalg.norm(speed)) * _unit(speed)
    return _module("maneuver").Maneuver.impulse(gain * units.km / units.s)


def _described(manoeuvre: Any) -> ManoeuvreSum:
    burns = tuple(float(np.linalg.norm(dv.to_value(units.m / units.s))) for _, dv in manoeuvre.impulses)
    duration_d = float(manoeuvre.get_total_time().to_value(units.day))
    return ManoeuvreSum(sum(burns), burns, duration_d)


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))
