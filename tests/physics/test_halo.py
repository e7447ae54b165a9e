"""Halo orbits against published members of the family, and flybys against truth made apart from this code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.physics.epochs import epoch_from_iso
from sim.physics.field import coast, field_from
from sim.physics.flyby import FlybyLeg, Revolutions, find_flyby
from sim.physics.halo import RESONANT_PERIOD_D, HaloPath, carry, halo_orbit
from sim.physics.halo_shuttle import find_shuttle
from sim.physics.limits import PhysicsError
from sim.physics.places import EntryInterface, Parking
from sim.physics.states import EphemerisTable

FLYBY_TOTAL_M_S = 20.0  # two halo orbits of one family at one phase differ by so much in the ephemeris
HALF_A_DAY_D = 0.5
PERILUNE_D = epoch_from_iso("2031-03-05T00:47:00")


@pytest.fixture(scope="module")
def path(table: EphemerisTable) -> HaloPath:
    return carry(table, halo_orbit(), PERILUNE_D)


def test_the_resonant_orbit_has_its_published_size() -> None:
    """Source: three-body figures of the 9:2 southern L2 orbit computed apart: 6.5624 d, perilune 3,249 km, Jacobi
    3.0465; an open orbit library quotes C 3.0472 for its neighbour.
    """
    orbit = halo_orbit()
    assert orbit.period_d == pytest.approx(RESONANT_PERIOD_D, abs=1e-6)
    assert orbit.perilune_km == pytest.approx(3249.0, abs=1.0)
    assert orbit.jacobi == pytest.approx(3.0465, abs=1e-4)


@pytest.mark.parametrize("perilune_km", [2500.0, 5000.0, 12_000.0])
def test_a_member_is_found_by_its_perilune(perilune_km: float) -> None:
    orbit = halo_orbit(perilune_km=perilune_km)
    assert orbit.perilune_km == pytest.approx(perilune_km, abs=0.1)
    assert halo_orbit(period_d=orbit.period_d).perilune_km == pytest.approx(perilune_km, abs=0.5)


def test_a_perilune_in_the_ground_is_refused() -> None:
    with pytest.raises(PhysicsError, match="must lie between 2200 and 12500 km"):
        halo_orbit(perilune_km=1000.0)


def test_a_carried_orbit_passes_perilune_when_asked(path: HaloPath) -> None:
    assert np.abs(path.perilune_d - PERILUNE_D).min() * 24.0 < 0.1


def test_a_carried_orbit_keeps_the_size_of_its_family(path: HaloPath, table: EphemerisTable) -> None:
    """Source: carried members computed apart have perilunes of 2,780 to 4,130 km; apolune of the family 71,222 km."""
    away = np.linalg.norm(path.states[:, :3] - table.moon(path.epoch_d)[0], axis=1)
    assert 2600.0 < away.min() < 4200.0
    assert 64_000.0 < away.max() < 78_000.0


def test_a_carried_orbit_needs_no_burn(path: HaloPath, table: EphemerisTable) -> None:
    """Truth: flown freely from one knot over an apolune it comes to where the path is held."""
    start = int(np.argmin(np.abs(path.epoch_d - (PERILUNE_D + 1.0))))
    end = int(np.argmin(np.abs(path.epoch_d - (PERILUNE_D + 5.0))))
    span_s = (path.epoch_d[end] - path.epoch_d[start]) * 86_400.0
    flown = coast(field_from(table, float(path.epoch_d[start])), path.states[start], float(span_s), 4000)[1][-1]
    assert np.linalg.norm(flown[:3] - path.states[end, :3]) < 1.0


@pytest.fixture(scope="module")
def out(table: EphemerisTable, tmp_path_factory: pytest.TempPathFactory) -> FlybyLeg:
    """Return the way out of one revolution of 2031, searched and kept in a cache of its own."""
    around = Revolutions(halo_orbit(), PERILUNE_D)
    cache = tmp_path_factory.mktemp("flybys")
    found = find_flyby(table, around, PERILUNE_D, Parking(200.0, 28.5), cache)
    assert found == find_flyby(table, around, PERILUNE_D, Parking(200.0, 28.5), cache)
    assert found is not None
    return found


def test_a_way_out_costs_what_the_full_field_says(out: FlybyLeg) -> None:
    """Truth: n-body optimum of the same revolution, made apart with DE440: flyby 155.75 and insertion 244.0 m/s, TLI
    3138.16 m/s, 6.42 d, flyby 2.9 h after perilune.
    """
    assert out.total_m_s == pytest.approx(399.75, abs=FLYBY_TOTAL_M_S)
    assert out.earth_dv_m_s == pytest.approx(3138.16, abs=3.0)
    assert out.duration_d == pytest.approx(6.415, abs=HALF_A_DAY_D)
    assert 2.0 < (out.flyby_d - PERILUNE_D) * 24.0 < 5.0


def test_a_way_home_costs_what_the_full_field_says(table: EphemerisTable, tmp_path: Path) -> None:
    """Truth: as above, home: 390.48 m/s, 6.1 d, flyby 3.5 h before perilune, entry at -6.2 deg."""
    around = Revolutions(halo_orbit(), PERILUNE_D)
    home = find_flyby(table, around, PERILUNE_D, EntryInterface(-6.2), tmp_path)
    assert home is not None
    assert home.total_m_s == pytest.approx(390.48, abs=FLYBY_TOTAL_M_S)
    assert home.duration_d == pytest.approx(6.10, abs=HALF_A_DAY_D)
    assert -5.0 < (home.flyby_d - PERILUNE_D) * 24.0 < -2.0
    assert home.halo_d < home.flyby_d < home.earth_d


@pytest.mark.parametrize(("up", "truth_m_s"), [(True, 714.75), (False, 708.48)])
def test_a_way_between_halo_and_low_orbit_costs_what_the_full_field_says(
    up: bool, truth_m_s: float, table: EphemerisTable, tmp_path: Path
) -> None:
    """Truth: n-body optimum of half a day made apart with DE440, the halo joined 0.518 d from perilune."""
    perilune_d = epoch_from_iso("2031-02-26T06:27:30")
    around = Revolutions(halo_orbit(), perilune_d)
    leg = find_shuttle(table, around, perilune_d, duration_d=0.5, up=up, cache=tmp_path)
    assert leg is not None
    assert leg.total_m_s == pytest.approx(truth_m_s, abs=FLYBY_TOTAL_M_S)
    assert (leg.halo_d - perilune_d) * (1.0 if up else -1.0) == pytest.approx(0.518, abs=0.05)
    assert abs(leg.halo_d - leg.low_d) == pytest.approx(0.5)


def test_revolutions_follow_each_other_by_the_period() -> None:
    around = Revolutions(halo_orbit(), PERILUNE_D)
    found = around.within(PERILUNE_D + 1.0, PERILUNE_D + 20.5)
    assert np.diff(found) == pytest.approx(RESONANT_PERIOD_D, abs=1e-6)
    assert len(found) == 3
