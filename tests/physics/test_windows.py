"""Windows: launch on demand, stacks that wait."""

from __future__ import annotations

import numpy as np
import pytest

from sim.physics.epochs import epoch_from_iso
from sim.physics.limits import PhysicsError
from sim.physics.places import LunarOrbit, Parking
from sim.physics.states import EphemerisTable
from sim.physics.windows import (
    StackTable,
    launches_on_demand,
    node_drift_deg_d,
    node_rad,
    stack_departures,
)

LLO = LunarOrbit(100.0, 100.0)
WENCHANG = {"latitude_deg": 19.61, "longitude_deg": 110.95}
MINUTE_D = 1.0 / 1440.0


def waiting(table: EphemerisTable, year: int, altitude_km: float, inclination_deg: float) -> StackTable:
    span = (epoch_from_iso(f"{year}-01-01"), epoch_from_iso(f"{year + 1}-01-01"))
    return stack_departures(table, *span, parking=Parking(altitude_km, inclination_deg), target=LLO, raan_deg=0.0)


def test_the_node_of_the_space_station_regresses_five_degrees_a_day() -> None:
    """Published: ISS (about 408 km, 51.6 deg) regresses 5.0 deg a day (Wertz, Space Mission Analysis and
    Design).
    """
    assert node_drift_deg_d(Parking(408.0, 51.6)) == pytest.approx(-5.0, abs=0.05)


def test_a_sun_synchronous_orbit_keeps_up_with_the_sun() -> None:
    """Published: 800 km at 98.6 deg is sun-synchronous, +0.9856 deg a day (SMAD, table on Sun-synchronous
    orbits).
    """
    assert node_drift_deg_d(Parking(800.0, 98.6)) == pytest.approx(0.9856, abs=0.01)


@pytest.mark.parametrize(
    ("year", "altitude_km", "inclination_deg", "mean_d"),
    [(2035, 200.0, 28.5, 8.64), (2030, 400.0, 28.5, 8.90), (2026, 400.0, 51.6, 9.92), (2035, 300.0, 41.5, 9.21)],
)
def test_a_waiting_stack_departs_every_eight_to_ten_days(
    table: EphemerisTable, year: int, altitude_km: float, inclination_deg: float, mean_d: float
) -> None:
    """Truth: node crossings found with DE440 by other code; NTRS 19900065954 says 9 d on average for
    Freedom.
    """
    assert waiting(table, year, altitude_km, inclination_deg).mean_gap_d == pytest.approx(mean_d, abs=0.06)


def test_gaps_grow_to_three_weeks_below_the_moons_declination(table: EphemerisTable) -> None:
    """Truth: 19.6 deg in 2026, when the Moon reaches 28.4 deg: gaps to 20.3 d by other code."""
    gaps_d = np.diff(waiting(table, 2026, 200.0, 19.6).best_d)
    assert gaps_d.max() == pytest.approx(20.3, abs=0.2)
    assert gaps_d.min() > 9.0


def test_the_first_windows_of_2035_fall_where_others_found_them(table: EphemerisTable) -> None:
    """Truth: plane crossings for 400 km, 51.6 deg, node 0 on 1 January, 108 h, with DE440 by other code."""
    found = waiting(table, 2035, 400.0, 51.6)
    others = ["2035-01-07T06:43", "2035-01-16T19:05", "2035-01-26T20:43", "2035-02-06T17:47", "2035-02-16T14:53"]
    assert found.best_d[:5] == pytest.approx([epoch_from_iso(text) for text in others], abs=2.0 * MINUTE_D)


def test_a_window_is_open_for_some_hours_about_its_best_time(table: EphemerisTable) -> None:
    """Truth: a plane within 1 deg lasts 3.5 to 11 h at 28.5 deg; shorter where the orbit crosses steeply."""
    found = waiting(table, 2035, 200.0, 28.5)
    width_h = (found.close_d - found.open_d) * 24.0
    assert (found.open_d < found.best_d).all()
    assert (found.best_d < found.close_d).all()
    assert 2.5 < np.median(width_h) < 11.0
    assert (found.open_d[1:] >= found.close_d[:-1]).all()


def test_every_departure_of_a_waiting_stack_has_its_cost(table: EphemerisTable) -> None:
    """Range: TLI from 400 km 3070 to 3100 m/s, LOI 800 to 900 m/s at 108 h (truth of the refined
    transfers).
    """
    found = waiting(table, 2035, 400.0, 51.6)
    assert ((found.tli_dv_m_s > 3070.0) & (found.tli_dv_m_s < 3100.0)).all()
    assert ((found.loi_dv_m_s > 790.0) & (found.loi_dv_m_s < 900.0)).all()


def test_wenchang_has_four_launch_times_a_day(table: EphemerisTable) -> None:
    """Truth: two azimuths times two branches, spherical trigonometry; 68.9 and 111.1 deg for 28.5 deg."""
    first_d = epoch_from_iso("2035-03-05")
    found = launches_on_demand(table, first_d, first_d + 10.0, inclination_deg=28.5, **WENCHANG)
    assert 38 <= len(found.launch_d) <= 40  # the Moon moves on: a launch time slips 50 minutes a day
    assert set(np.round(found.azimuth_deg, 1)) == {68.9, 111.1}
    assert set(found.branch) == {0, 1}
    assert (np.diff(found.launch_d) > 0.0).all()


def test_a_launch_puts_the_site_and_the_moon_into_one_plane(table: EphemerisTable) -> None:
    """Truth: the plane's node from the Moon at arrival is the node the launch gives."""
    first_d = epoch_from_iso("2031-07-01")
    found = launches_on_demand(table, first_d, first_d + 5.0, inclination_deg=41.5, tof_h=100.0, **WENCHANG)
    ahead_d = (100.0 + 1.5) / 24.0
    for branch in (0, 1):
        mine = found.branch == branch
        wanted = np.degrees(node_rad(table, found.launch_d[mine] + ahead_d, np.radians(41.5), branch))
        assert (found.raan_deg[mine] - wanted + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.01)


def test_azimuths_merge_when_the_inclination_is_the_latitude(table: EphemerisTable) -> None:
    """Truth: spherical trigonometry: due east is then the only azimuth."""
    first_d = epoch_from_iso("2034-06-01")
    found = launches_on_demand(
        table, first_d, first_d + 10.0, latitude_deg=28.5, longitude_deg=-80.6, inclination_deg=28.5
    )
    assert found.azimuth_deg == pytest.approx(90.0)
    assert 18 <= len(found.launch_d) <= 20


def test_no_launch_when_the_moon_is_beyond_the_plane(table: EphemerisTable) -> None:
    """Truth: in 2025 the Moon passes 19.61 deg for about half of each month."""
    first_d = epoch_from_iso("2025-03-01")
    found = launches_on_demand(table, first_d, first_d + 27.3, inclination_deg=19.61, **WENCHANG)
    assert 0 < len(np.unique(np.floor(found.launch_d))) < 18


def test_an_inclination_below_the_sites_latitude_is_refused(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match=r"latitude 46 deg; it must lie between 46 and 134 deg"):
        launches_on_demand(table, 12_000.0, 12_010.0, latitude_deg=46.0, longitude_deg=63.3, inclination_deg=28.5)


def test_an_orbit_in_the_equator_is_refused(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match=r"inclination is 0 deg; it must lie between 0\.1 and 179\.9 deg"):
        stack_departures(table, 12_000.0, 12_010.0, parking=Parking(200.0, 0.0), target=LLO, raan_deg=0.0)


def test_a_span_too_short_for_a_window_has_none(table: EphemerisTable) -> None:
    span = (epoch_from_iso("2035-01-02"), epoch_from_iso("2035-01-03"))
    found = stack_departures(table, *span, parking=Parking(400.0, 51.6), target=LLO, raan_deg=0.0)
    assert len(found.best_d) == len(found.tli_dv_m_s) == 0
    assert np.isnan(found.mean_gap_d)
