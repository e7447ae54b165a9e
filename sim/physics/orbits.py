"""The one door to poliastro (or boinor, its continuation) and astropy: ephemerides, manoeuvres, frames;
always offline.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import erfa  # type: ignore[import-untyped]
import numpy as np
from astropy import units
from astropy.coordinates import get_body_barycentric_posvel, solar_system_ephemeris
from astropy.time import Time
from astropy.utils import data as astropy_data
from astropy.utils import iers

from sim.physics.constants import AU_KM, DAY_S, J2000_JD
from sim.physics.ephemeris import EphemerisTable, FloatArray
from sim.physics.limits import PhysicsError


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

    Source: ERFA moon98 (Meeus 1998 after Chapront ELP-2000/82), epv00 (Bretagnon & Francou 1988); pnm06a (IAU
    2006/2000A). Raises PhysicsError when the kernel cannot be read or covers none of the span.
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
    """Axes at daily knots, linear between: nutation's 13.7 d term of 0.2 arc seconds bends by 0.01 arc
    seconds a day.
    """
    knots = np.arange(epoch_d[0], epoch_d[-1] + 1.0)
    exact = np.asarray(erfa.pnm06a(J2000_JD, knots), dtype=np.float64).reshape(-1, 9)
    return np.stack([np.interp(epoch_d, knots, column) for column in exact.T], axis=-1).reshape(-1, 3, 3)


def _builtin(epoch_d: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    moon = erfa.moon98(J2000_JD, epoch_d)
    earth, _ = erfa.epv00(J2000_JD, epoch_d)
    to_km_s = AU_KM / DAY_S
    return moon["p"] * AU_KM, moon["v"] * to_km_s, -earth["p"] * AU_KM, -earth["v"] * to_km_s


def _from_kernel(
    epoch_d: FloatArray, kernel: Path
) -> tuple[FloatArray, tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    inside = epoch_d[_covered(epoch_d, kernel)]
    if len(inside) < 2:
        raise PhysicsError(f"the ephemeris kernel {kernel.name} covers none of 2000 to 2060")
    with solar_system_ephemeris.set(str(kernel)):
        when = Time(J2000_JD, inside, format="jd", scale="tdb")
        states = {body: get_body_barycentric_posvel(body, when) for body in ("earth", "moon", "sun")}
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
        raise PhysicsError(f"the ephemeris kernel {kernel} cannot be read") from None
    return slice(int(np.searchsorted(epoch_d, first)), int(np.searchsorted(epoch_d, last, side="right")))


def _difference(body: object, earth: object, part: int) -> FloatArray:
    unit = units.km if part == 0 else units.km / units.s
    away = body - earth  # type: ignore[operator]
    return np.ascontiguousarray(away.xyz.to_value(unit).T, dtype=np.float64)
