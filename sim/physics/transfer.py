"""Transfers from a parking orbit to the Moon, fast: a conic to the Moon's place, corrected for what a conic
leaves out.

One conic costs a fraction of a microsecond; the refined transfer (`refine`) is the truth it was corrected by.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sin, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.physics.coefficients import fits
from sim.physics.conic import TransferPlan, sky_from, sweep
from sim.physics.constants import (
    DAY_S,
    EARTH_MU_KM3_S2,
    EARTH_RADIUS_KM,
    HOUR_S,
    MOON_RADIUS_KM,
)
from sim.physics.limits import TOF_LIMITS_H, PhysicsError, require_between
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable, FloatArray

__all__ = [
    "BRANCHES",
    "TOF_LIMITS_H",
    "BestDepartures",
    "DepartureTable",
    "LunarOrbit",
    "Parking",
    "PlaneChange",
    "Solution",
    "Transfer",
    "departure_table",
    "find_transfer",
    "plane_change_dv_m_s",
]

BRANCHES: tuple[Literal["asc"], Literal["desc"]] = (
    "asc",
    "desc",
)  # the Moon is reached northbound or southbound
PlaneChange = Literal["refuse", "pay"]


@dataclass(frozen=True, slots=True)
class DepartureTable:
    """Transfers by departure (n), time of flight (k) and branch (2: asc, desc); nan where there is
    none.

    `tli_dv_m_s`, `loi_dv_m_s`: (n, k, 2). `c3_km2_s2`, `arrive_d`, `moon_declination_deg`, `plane_dv_m_s`:
    (n, k); the last is the plane change in the parking orbit that was asked for to make the transfer
    possible, 0 where none is needed.
    """

    depart_d: FloatArray
    tof_h: FloatArray
    arrive_d: FloatArray
    moon_declination_deg: FloatArray
    c3_km2_s2: FloatArray
    plane_dv_m_s: FloatArray
    tli_dv_m_s: FloatArray
    loi_dv_m_s: FloatArray

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Say where (n, k) a transfer exists."""
        return np.asarray(np.isfinite(self.tli_dv_m_s).any(axis=2))

    @property
    def total_dv_m_s(self) -> FloatArray:
        """Return plane change, TLI and LOI together, (n, k, 2)."""
        return self.tli_dv_m_s + self.loi_dv_m_s + self.plane_dv_m_s[:, :, None]

    def best(self) -> BestDepartures:
        """Return for each departure the time of flight and branch of the least total dv; nan where there is
        none.
        """
        rows, count = len(self.depart_d), len(self.tof_h)
        total = np.where(np.isnan(self.total_dv_m_s), np.inf, self.total_dv_m_s).reshape(rows, -1)
        choice = np.argmin(total, axis=1)
        tof, branch = np.divmod(choice, 2)
        row = np.arange(rows)
        found = np.isfinite(total[row, choice])
        none = np.where(found, 0.0, np.nan)
        return BestDepartures(
            depart_d=self.depart_d,
            arrive_d=self.arrive_d[row, tof] + none,
            tof_h=self.tof_h[np.minimum(tof, count - 1)] + none,
            branch=np.where(found, branch, -1),
            c3_km2_s2=self.c3_km2_s2[row, tof] + none,
            plane_dv_m_s=self.plane_dv_m_s[row, tof] + none,
            tli_dv_m_s=self.tli_dv_m_s[row, tof, branch],
            loi_dv_m_s=self.loi_dv_m_s[row, tof, branch],
        )


@dataclass(frozen=True, slots=True)
class BestDepartures:
    """The cheapest transfer of each departure, shapes (n,); nan (and branch -1) where there is none."""

    depart_d: FloatArray
    arrive_d: FloatArray
    tof_h: FloatArray
    branch: npt.NDArray[np.intp]
    c3_km2_s2: FloatArray
    plane_dv_m_s: FloatArray
    tli_dv_m_s: FloatArray
    loi_dv_m_s: FloatArray


@dataclass(frozen=True, slots=True)
class Solution:
    """One way to fly a transfer."""

    branch: str
    tli_dv_m_s: float
    loi_dv_m_s: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer with all its solutions, the cheapest on top; infeasible ones say why and hold
    nan.
    """

    feasible: bool
    reason: str
    tli_dv_m_s: float
    loi_dv_m_s: float
    plane_dv_m_s: float
    c3_km2_s2: float
    arrive_d: float
    moon_declination_deg: float
    solutions: tuple[Solution, ...]


def departure_table(
    table: EphemerisTable,
    depart_d: npt.ArrayLike,
    tof_h: npt.ArrayLike,
    parking: Parking,
    target: LunarOrbit,
    *,
    plane_change: PlaneChange = "refuse",
) -> DepartureTable:
    """Return TLI and LOI of every departure (n,) with every time of flight (k,), both branches.

    Where the Moon's declination at arrival is above the inclination no transfer exists in the plane: nan,
    unless `plane_change` is "pay", which turns the parking orbit at its node first. Raises PhysicsError
    outside the ephemeris and for times of flight outside `TOF_LIMITS_H`.
    """
    departs = np.atleast_1d(np.asarray(depart_d, dtype=np.float64))
    tofs = np.atleast_1d(np.asarray(tof_h, dtype=np.float64))
    if not len(tofs):
        raise PhysicsError("a departure table needs at least one time of flight")
    for hours in tofs:
        require_between("time of flight", float(hours), *TOF_LIMITS_H, "h")
    arrive_d = departs[:, None] + tofs / 24.0
    table.require(departs)
    table.require(arrive_d)
    grid = sweep(
        sky_from(table),
        (departs - table.first_d) * DAY_S,
        tofs * HOUR_S,
        _plan(parking, target, plane_change),
        fits(tofs, parking.inclination_deg, home=False),
    )
    return DepartureTable(
        depart_d=departs,
        tof_h=tofs,
        arrive_d=arrive_d,
        moon_declination_deg=grid[:, :, 0],
        c3_km2_s2=grid[:, :, 1],
        plane_dv_m_s=grid[:, :, 2],
        tli_dv_m_s=grid[:, :, 3:5],
        loi_dv_m_s=grid[:, :, 5:7],
    )


def find_transfer(
    table: EphemerisTable,
    depart_d: float,
    tof_h: float,
    parking: Parking,
    target: LunarOrbit,
    *,
    plane_change: PlaneChange = "refuse",
) -> Transfer:
    """Return one transfer with its solutions and, when there is none, the reason; raises as
    `departure_table`.
    """
    grid = departure_table(table, [depart_d], [tof_h], parking, target, plane_change=plane_change)
    solutions = sorted(
        (
            Solution(branch, float(grid.tli_dv_m_s[0, 0, i]), float(grid.loi_dv_m_s[0, 0, i]))
            for i, branch in enumerate(BRANCHES)
            if np.isfinite(grid.tli_dv_m_s[0, 0, i])
        ),
        key=lambda solution: solution.tli_dv_m_s + solution.loi_dv_m_s,
    )
    declination_deg = float(grid.moon_declination_deg[0, 0])
    best = solutions[0] if solutions else Solution("", float("nan"), float("nan"))
    return Transfer(
        feasible=bool(solutions),
        reason="" if solutions else _refusal(declination_deg, parking),
        tli_dv_m_s=best.tli_dv_m_s,
        loi_dv_m_s=best.loi_dv_m_s,
        plane_dv_m_s=float(grid.plane_dv_m_s[0, 0]),
        c3_km2_s2=float(grid.c3_km2_s2[0, 0]),
        arrive_d=float(grid.arrive_d[0, 0]),
        moon_declination_deg=declination_deg,
        solutions=tuple(solutions),
    )


def plane_change_dv_m_s(parking: Parking, angle_deg: float) -> float:
    """Return the cost of turning a circular parking orbit by an angle. Source: 2 v sin(angle / 2), vector
    triangle.
    """
    speed_km_s = sqrt(EARTH_MU_KM3_S2 / (EARTH_RADIUS_KM + parking.altitude_km))
    return 2e3 * speed_km_s * sin(np.radians(abs(angle_deg)) / 2.0)


def _refusal(declination_deg: float, parking: Parking) -> str:
    reach_deg = min(parking.inclination_deg, 180.0 - parking.inclination_deg)
    cost_m_s = plane_change_dv_m_s(parking, abs(declination_deg) - reach_deg)
    return (
        f"the Moon's declination at arrival, {declination_deg:.2f} deg, is beyond the inclination of"
        f" {parking.inclination_deg:g} deg; a plane change of {abs(declination_deg) - reach_deg:.2f} deg"
        f" ({cost_m_s:.0f} m/s) would reach it"
    )


def _plan(parking: Parking, target: LunarOrbit, plane_change: PlaneChange) -> TransferPlan:
    return TransferPlan(
        parking_km=EARTH_RADIUS_KM + parking.altitude_km,
        inclination=float(np.radians(parking.inclination_deg)),
        perilune_km=MOON_RADIUS_KM + target.perilune_km,
        apolune_km=MOON_RADIUS_KM + target.apolune_km,
        lunar_tilt=float(np.cos(np.radians(target.inclination_deg))),
        pay=plane_change == "pay",
    )
