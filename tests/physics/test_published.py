"""Flown missions against what was published of them; where we disagree it is said by how much."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pytest

from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM
from sim.physics.epochs import epoch_from_iso
from sim.physics.orbits import build_ephemeris
from sim.physics.refine import RefinedTransfer, refine_transfer
from sim.physics.states import EphemerisTable
from sim.physics.transfer import LunarOrbit, Parking


@dataclass(frozen=True)
class Mission:
    arrive: str  # lunar insertion, UTC read as TDB: 69 s of the Moon's way change nothing here
    tof_h: float
    parking: Parking
    orbit: LunarOrbit


# insertion times and times of flight as published; inclinations of the Chinese parking orbits are assumed
# 28.5 deg
CHANGE_3 = Mission("2013-12-06T09:47:00", 112.0, Parking(210.0, 28.5), LunarOrbit(100.0, 100.0))
CHANGE_4 = Mission("2018-12-12T08:45:00", 110.0, Parking(200.0, 28.5), LunarOrbit(100.0, 400.0))
CHANGE_5 = Mission("2020-11-28T12:58:00", 112.0, Parking(200.0, 28.5), LunarOrbit(200.0, 5500.0))
CHANGE_6 = Mission("2024-05-08T02:12:00", 112.2, Parking(200.0, 28.5), LunarOrbit(200.0, 8600.0))
LRO = Mission("2009-06-23T09:47:00", 107.9, Parking(185.0, 28.5), LunarOrbit(216.0, 3081.0))
IM_1 = Mission("2024-02-21T14:00:00", 143.9, Parking(225.0, 28.5), LunarOrbit(92.0, 92.0))


def fly(table: EphemerisTable, mission: Mission) -> RefinedTransfer:
    depart_d = epoch_from_iso(mission.arrive) - mission.tof_h / 24.0
    found = refine_transfer(table, depart_d, mission.tof_h, mission.parking, mission.orbit)
    assert found.feasible
    return found


def perigee_speed_m_s(perigee_km: float, apogee_km: float) -> float:
    """Speed at perigee of an ellipse given by altitudes. Source: vis-viva."""
    low, high = EARTH_RADIUS_KM + perigee_km, EARTH_RADIUS_KM + apogee_km
    return 1e3 * sqrt(2.0 * EARTH_MU_KM3_S2 * high / (low * (low + high)))


ENERGY_M_S = 3.0  # at perigee; 1 m/s is 4 000 to 6 000 km of apogee, which is published to 2 000 to 10 000 km


@pytest.mark.parametrize(
    ("mission", "published_km"),
    [(CHANGE_3, 368_000.0), (CHANGE_4, 420_000.0), (CHANGE_5, 410_000.0), (CHANGE_6, 380_000.0)],
    ids=["Chang'e-3", "Chang'e-4", "Chang'e-5", "Chang'e-6"],
)
def test_chinese_transfers_left_with_our_energy(table: EphemerisTable, mission: Mission, published_km: float) -> None:
    """Published apogees: CNSA statements, 210 x 368 000, 200 x 420 000, about 410 000, about 380 000 km
    (recalled).

    Flight times read: 112 h (globaltimes, Chang'e-3; tellerreport, Chang'e-5), 110 h (seradata, Chang'e-4).
    We give 0.2 % more for Chang'e-3, 2 % less for Chang'e-4, the same for Chang'e-5 and 3 % less for
    Chang'e-6.
    """
    ours_m_s = [sqrt(EARTH_MU_KM3_S2 / (EARTH_RADIUS_KM + mission.parking.altitude_km)) * 1e3 + one.tli_dv_m_s
                for one in fly(table, mission).solutions]  # fmt: skip
    published_m_s = perigee_speed_m_s(mission.parking.altitude_km, published_km)
    assert np.mean(ours_m_s) == pytest.approx(published_m_s, abs=ENERGY_M_S)


def apollo_table(day: str) -> EphemerisTable:
    first_d = epoch_from_iso(day) - 2.0
    return build_ephemeris(first_d, first_d + 12.0, 0.25, None)


def test_apollo_11_left_with_our_energy() -> None:
    """Published: C3 -1.39 km2/s2, NASA SP-4029 (recalled); TLI cut-off 16:22:03 UTC (thisdayinaviation.com,
    read).

    0.05 km2/s2 are worth 2.3 m/s of TLI; we give -1.41 to -1.43.
    """
    mission = Mission("1969-07-19T17:21:50", 73.0, Parking(186.0, 32.5), LunarOrbit(111.0, 314.0, 178.0))
    found = fly(apollo_table("1969-07-16"), mission)
    assert np.mean([one.c3_km2_s2 for one in found.solutions]) == pytest.approx(-1.39, abs=0.05)


def test_apollo_11_braked_by_our_speed() -> None:
    """Published: LOI-1 2917.5 ft/s = 889 m/s into 111 x 314 km, NASA SP-4029 (recalled).

    The branch flown is not in the source: the published value lies between ours, widened by 2 % of burn loss.
    """
    mission = Mission("1969-07-19T17:21:50", 73.0, Parking(186.0, 32.5), LunarOrbit(111.0, 314.0, 178.0))
    found = fly(apollo_table("1969-07-16"), mission)
    ours = [one.loi_dv_m_s for one in found.solutions]
    assert min(ours) * 0.98 < 889.0 < max(ours) * 1.02


def test_lro_braked_harder_than_an_impulse_would() -> None:
    """Published: 567 m/s in a 40 min burn into 220 x 3100 km (dv recalled, burn and orbit
    lroc.sese.asu.edu/news/147, read).

    We disagree by 7 to 9 %: an impulse has no burn loss and no plane change.
    """
    found = fly(build_ephemeris(epoch_from_iso("2009-06-15"), epoch_from_iso("2009-06-28"), 0.25, None), LRO)
    best = found.solutions[0].loi_dv_m_s
    assert 0.90 < best / 567.0 < 0.95


def test_im_1_braked_as_published(table: EphemerisTable) -> None:
    """Published: 800 m/s into 92 km circular (IM release, tippgazette, read). We are 1 to 4 % above.

    A correction burn of 21 m/s on the way, not modelled, is of that size.
    """
    assert fly(table, IM_1).solutions[0].loi_dv_m_s == pytest.approx(800.0, rel=0.04)


def test_chandrayaan_3_left_with_our_energy(table: EphemerisTable) -> None:
    """Published: 288 x 369 328 km after TLI (tribuneindia.com 537797, read), C3 -2.085 km2/s2. We differ by
    0.035.

    TLI 2023-07-31T18:32 and insertion 2023-08-05T13:42 (ISRO, recalled); perigee 236 km, inclination 21.4 deg
    assumed 28.5 because the Moon stood beyond it for a tangential departure.
    """
    mission = Mission("2023-08-05T13:42:00", 115.0, Parking(236.0, 28.5), LunarOrbit(164.0, 18_074.0))
    mean_c3 = np.mean([one.c3_km2_s2 for one in fly(table, mission).solutions])
    published_c3 = -2.0 * EARTH_MU_KM3_S2 / (2.0 * EARTH_RADIUS_KM + 288.0 + 369_328.0)
    assert mean_c3 == pytest.approx(published_c3, abs=0.05)
