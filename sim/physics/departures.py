"""Departure tables kept on disk: the same question is computed once."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.physics.ephemeris import cache_folder, read_arrays, write_arrays
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import DepartureTable, PlaneChange, departure_table


def load_departures(
    table: EphemerisTable,
    depart_d: npt.ArrayLike,
    tof_h: npt.ArrayLike,
    parking: Parking,
    target: LunarOrbit,
    *,
    plane_change: PlaneChange = "refuse",
    cache: Path | None = None,
) -> DepartureTable:
    """Return `departure_table`'s answer, from the disk cache when this question was asked before.

    The key is made of the question, of the ephemeris and of the code that answers; a damaged file is computed
    again. `cache` is a folder, by default `cache_folder()`.
    """
    departs = np.atleast_1d(np.asarray(depart_d, dtype=np.float64))
    tofs = np.atleast_1d(np.asarray(tof_h, dtype=np.float64))
    key = _key(table, departs, tofs, f"{astuple(parking)} {astuple(target)} {plane_change}")
    path = (cache or cache_folder()) / f"departures-{key}.npz"
    found = _read(path, (len(departs), len(tofs)))
    if found is None:
        found = departure_table(table, departs, tofs, parking, target, plane_change=plane_change)
        write_arrays(path, {field.name: getattr(found, field.name) for field in fields(found)})
    return found


def _read(path: Path, shape: tuple[int, int]) -> DepartureTable | None:
    arrays = read_arrays(path)
    if arrays is None or set(arrays) != {field.name for field in fields(DepartureTable)}:
        return None
    return DepartureTable(**arrays) if arrays["tli_dv_m_s"].shape == (*shape, 2) else None


def _key(table: EphemerisTable, departs: FloatArray, tofs: FloatArray, said: str) -> str:
    digest = hashlib.sha256(f"{said} {len(table.epoch_d)}".encode())
    # a kernel differs from the built-in series by kilometres everywhere: a sample tells them apart
    for values in (departs, tofs, table.epoch_d[::997], table.moon_position_km[::997], table.sun_position_km[::997]):
        digest.update(np.ascontiguousarray(values).tobytes())
    for name in ("transfer", "coefficients", "conic", "correction", "constants", "ephemeris"):
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:20]
