"""Published speeds, periods and angles that need no mission: textbook transfers, budgets, the Moon's motion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.transfer import LunarOrbit, Parking, departure_table
from sim.validation.published import About, PublishedCase, between, near, read_published

Body: TypeAlias = Literal["earth", "moon"]


def orbit_cases() -> Iterator[PublishedCase]:
    """Return published speeds and periods that need no mission: textbook transfers, budgets, the Moon's motion."""
    said = read_published("orbits")
    for row in said["rows"]:
        ours = _ORBITS[row["find"]](*row.get("with", ()))
        about = About(row["id"], "replay", row["source"], row["quantity"], row["why"])
        theirs: float | Sequence[float] = row["value"]
        if isinstance(theirs, Sequence) and row.get("range"):
            yield between(about, ours, float(theirs[0]), float(theirs[1]))
        else:
            yield near(about, ours, theirs, row["tolerance"])


def _change_altitude(body: Body, from_km: float, to_km: float) -> float:
    from sim.physics.orbits import change_altitude

    return change_altitude(body, from_km, to_km).dv_m_s


def _change_altitude_h(body: Body, from_km: float, to_km: float) -> float:
    from sim.physics.orbits import change_altitude

    return 24.0 * change_altitude(body, from_km, to_km).duration_d


def _raise_apogee(body: Body, altitude_km: float, apogee_km: float) -> float:
    from sim.physics.orbits import change_apsides

    return change_apsides(body, (altitude_km, altitude_km), (altitude_km, apogee_km)).dv_m_s


def _change_plane(body: Body, altitude_km: float, angle_deg: float) -> float:
    from sim.physics.orbits import change_plane

    return change_plane(body, altitude_km, angle_deg).dv_m_s


def _node_drift(altitude_km: float, inclination_deg: float) -> float:
    from sim.physics.windows import node_drift_deg_d

    return node_drift_deg_d(Parking(altitude_km, inclination_deg))


def _departure(altitude_km: float, inclination_deg: float, tof_h: float, year: int) -> float:
    days = np.arange(epoch_from_iso(f"{year}-01-01"), epoch_from_iso(f"{year + 1}-01-01"), 1.0)
    parking = Parking(altitude_km, inclination_deg)
    best = departure_table(load_ephemeris(), days, np.array([tof_h]), parking, LunarOrbit(100.0, 100.0)).best()
    return float(np.nanmean(best.tli_dv_m_s))


def _capture_mean(tof_h: float, year: int) -> float:
    days = np.arange(epoch_from_iso(f"{year}-01-01"), epoch_from_iso(f"{year + 1}-01-01"), 1.0)
    best = departure_table(
        load_ephemeris(), days, np.array([tof_h]), Parking(407.0, 28.5), LunarOrbit(100.0, 100.0)
    ).best()
    return float(np.nanmean(best.loi_dv_m_s))


def _declination(year: int) -> float:
    table = load_ephemeris()
    days = np.arange(epoch_from_iso(f"{year}-01-01"), epoch_from_iso(f"{year + 1}-01-01"), 0.1)
    moon_km, _ = table.moon(days)
    pole = table.axes_of_date(days)[:, 2]
    sines = np.einsum("ij,ij->i", moon_km, pole) / np.linalg.norm(moon_km, axis=1)
    return float(np.degrees(np.arcsin(sines.max())))


def _halo_period() -> float:
    from sim.physics.lunar_legs import NRHO_PERIOD_D

    return NRHO_PERIOD_D


_ORBITS: Final[Mapping[str, Any]] = {
    "change altitude": _change_altitude,
    "change altitude, time": _change_altitude_h,
    "raise apogee": _raise_apogee,
    "change plane": _change_plane,
    "node drift": _node_drift,
    "departure": _departure,
    "capture": _capture_mean,
    "declination": _declination,
    "halo period": _halo_period,
}
"""What each name in `cases/orbits.yaml` computes."""
