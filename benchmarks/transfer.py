"""Measure the transfer physics beside its yardsticks, in one run, on this machine: ratios, then seconds.

Yardsticks: the Lambert kernel of boinor (or poliastro) in a compiled loop, and pykep's where it is installed. From the
repository's root: python -m benchmarks.transfer
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numba
import numpy as np

from sim.physics import orbits
from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.landing import Approach, LandingSite, find_site_returns
from sim.physics.places import EntryInterface
from sim.physics.refine import refine_transfer
from sim.physics.returns import refine_returns, return_table
from sim.physics.states import EphemerisTable, FloatArray
from sim.physics.transfer import LunarOrbit, Parking, departure_table

TOFS_H = [60.0, 72.0, 84.0, 96.0, 108.0, 120.0, 132.0, 144.0]
PARKING, TARGET = Parking(200.0, 28.5), LunarOrbit(100.0, 100.0)
ROUNDS = 15


def main() -> None:
    """Print one line a measurement."""
    table = load_ephemeris()
    departs = np.arange(epoch_from_iso("2022-01-01"), epoch_from_iso("2037-01-01"), 0.25)
    cases = lambert_cases(table, departs[::7])
    pykep = pykep_lambert(cases)
    jobs: list[tuple[Callable[[], object], int]] = [
        (lambda: departure_table(table, departs[::7], TOFS_H, PARKING, TARGET), len(cases[2])),
        (compiled_lambert(cases), len(cases[2])),
        *([(pykep, len(cases[2]))] if pykep else []),
    ]
    ours, theirs, *others = per_second(*jobs)
    print(f"yardstick: Lambert kernel of {orbits.package_name()} in a compiled loop: {theirs:,.0f} a second")
    print(f"fast transfer, conics:        {ours / theirs:6.2f} x the yardstick ({ours:,.0f} a second)")
    print(f"fast transfer, both branches: {2 * ours / theirs:6.2f} x the yardstick ({2 * ours:,.0f} a second)")
    for rate in others:
        print(f"fast transfer, conics:        {ours / rate:6.2f} x pykep's lambert_problem ({rate:,.0f} a second)")
    if not others:
        print("pykep: not installed, not compared")
    report_tables(table, departs, theirs)
    report_returns(table, departs, theirs)
    report_refined(table)


def per_second(*jobs: tuple[Callable[[], object], int]) -> list[float]:
    """Rates of jobs: each the best of some rounds in which they take turns, after one that compiles."""
    for work, _ in jobs:
        work()
    rounds = [[seconds(work) for work, _ in jobs] for _ in range(ROUNDS)]
    return [count / min(times) for (_, count), times in zip(jobs, zip(*rounds, strict=True), strict=True)]


def seconds(work: Callable[[], object]) -> float:
    """Seconds one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def lambert_cases(table: EphemerisTable, departs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Places at both ends (n, 3) km and times (n,) s, from a parking orbit nearly opposite to the Moon."""
    tofs_h = np.tile(TOFS_H, len(departs))
    arrive_d = np.repeat(departs, len(TOFS_H)) + tofs_h / 24.0
    moon = table.moon(arrive_d)[0]
    out = moon / np.linalg.norm(moon, axis=1)[:, None]
    aside = np.cross(out, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside, axis=1)[:, None]
    radius_km = EARTH_RADIUS_KM + PARKING.altitude_km
    angle = np.radians(np.random.default_rng(1).uniform(160.0, 175.0, len(moon)))[:, None]
    return radius_km * (np.cos(angle) * out + np.sin(angle) * aside), moon, tofs_h * 3600.0


def compiled_lambert(cases: tuple[FloatArray, FloatArray, FloatArray]) -> Callable[[], object]:
    """The library's own kernel, called in a compiled loop."""
    kernel = importlib.import_module(f"{orbits.package_name().split()[0]}.core.iod").izzo
    starts, ends, tofs_s = cases
    out = np.empty(len(tofs_s))

    def loop(starts: FloatArray, ends: FloatArray, tofs_s: FloatArray, out: FloatArray) -> None:
        for index in range(len(tofs_s)):
            begin, _ = kernel(EARTH_MU_KM3_S2, starts[index], ends[index], tofs_s[index], 0, True, True, 35, 1e-8)
            out[index] = begin[0]

    fast: Any = numba.njit(loop)
    return lambda: fast(starts, ends, tofs_s, out)


def pykep_lambert(cases: tuple[FloatArray, FloatArray, FloatArray]) -> Callable[[], object] | None:
    """Pykep's compiled solver, called from Python; its extension alone, since the package around it may not load."""
    found = importlib.util.find_spec("pykep")
    if found is None or not found.submodule_search_locations:
        return None
    package: Any = types.ModuleType("pykep")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["pykep"] = package
    try:
        solve = importlib.import_module("pykep.core").lambert_problem
    except (ImportError, OSError, AttributeError):
        return None
    rows = list(zip(cases[0].tolist(), cases[1].tolist(), cases[2].tolist(), strict=True))
    return lambda: [solve(start, end, tof_s, EARTH_MU_KM3_S2, False, 0) for start, end, tof_s in rows]


def report_tables(table: EphemerisTable, departs: FloatArray, yardstick: float) -> None:
    """A table of fifteen years."""
    solutions = len(departs) * len(TOFS_H) * 2
    made_s = min(seconds(lambda: departure_table(table, departs, TOFS_H, PARKING, TARGET)) for _ in range(ROUNDS))
    print(
        f"15 years, 6-hourly, 8 times of flight, 2 branches: {made_s * yardstick / solutions:6.2f} x"
        f" the yardstick's time for as many ({made_s:.3f} s)"
    )


def report_returns(table: EphemerisTable, departs: FloatArray, yardstick: float) -> None:
    """Ways home: fast ones in a given plane and over fifteen years, in the cheapest plane, refined, and to a site."""
    solutions = len(departs) * len(TOFS_H) * 2
    plane = EntryInterface(-6.2, 45.0)
    made_s = min(seconds(lambda: return_table(table, departs, TOFS_H, plane, TARGET)) for _ in range(ROUNDS))
    print(
        f"returns of 15 years, 6-hourly, 8 times of flight, 2 branches: {solutions / made_s / yardstick:6.2f} x the"
        f" yardstick ({solutions / made_s:,.0f} a second, {made_s:.3f} s)"
    )
    free_s = seconds(lambda: return_table(table, departs[::30], TOFS_H, EntryInterface(-6.2), TARGET))
    print(f"the same in the cheapest plane: {free_s / (solutions / 30) * solutions:.2f} s for as many")
    dates = np.linspace(epoch_from_iso("2025-01-05"), epoch_from_iso("2040-01-05"), 60)
    spent_s = min(
        seconds(lambda: [refine_returns(table, float(date), 96.0, plane, TARGET) for date in dates])
        for _ in range(ROUNDS)
    )
    asked_for = 4 * len(dates)
    count = sum(len(refine_returns(table, float(date), 96.0, plane, TARGET).solutions) for date in dates)
    print(f"refined return: {spent_s / count * 1e3:.2f} ms a solution, {asked_for - count} of {asked_for} not found")
    site = LandingSite(42.3, 112.0, 6500.0, 1500.0)
    asked = [Approach(table, float(date), (84.0, 108.0), -6.0, TARGET, site) for date in dates]
    fast_s = seconds(lambda: [find_site_returns(one, explain=False) for one in asked])
    print(f"return to a site, fast: {fast_s / len(asked) * 1e3:.1f} ms a departure")


def report_refined(table: EphemerisTable) -> None:
    """One refined solution beside one fast one."""
    dates = np.linspace(epoch_from_iso("2025-01-05"), epoch_from_iso("2040-01-05"), 60)
    found = [refine_transfer(table, float(date), 108.0, PARKING, TARGET) for date in dates]
    count = sum(len(one.solutions) + len(one.failures) for one in found)
    failed = sum(len(one.failures) for one in found)
    spent_s = min(
        seconds(lambda: [refine_transfer(table, float(date), 108.0, PARKING, TARGET) for date in dates])
        for _ in range(ROUNDS)
    )
    print(f"refined transfer: {spent_s / count * 1e3:.2f} ms a solution, {failed} of {count} not found")


if __name__ == "__main__":
    main()
