"""Sun, Earth and Moon in the sky of lunar sites and ground stations, against published geometry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.physics.epochs import epoch_from_iso
from sim.physics.frames import moon_axes, sidereal_time_rad
from sim.physics.light import (
    Site,
    earth_intervals,
    horizon_at,
    light_intervals,
    lit,
    see_earth,
    see_sun,
)
from sim.physics.states import EphemerisTable
from sim.physics.tracking import TrackingSite, cover_intervals, moon_elevation_deg
from tests.physics import libraries

POLE = Site(-90.0, 0.0)
JIAMUSI = TrackingSite("jiamusi", 46.5, 130.8)
KASHGAR = TrackingSite("kashgar", 38.4, 76.7)
NEUQUEN = TrackingSite("neuquen", -38.2, -70.15)


def hours(first: str, last: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(epoch_from_iso(first), epoch_from_iso(last), 1.0 / 24.0)


def test_the_sun_at_the_pole_stays_within_the_tilt_of_the_axis(table: EphemerisTable) -> None:
    """Published: axis tilt 1.54 deg (airandspace.si.edu); physical libration and nutation add 0.05 deg."""
    highest = see_sun(table, POLE, hours("2026-01-01", "2041-01-01")).elevation_deg.max()
    assert highest == pytest.approx(1.54, abs=0.06)


@pytest.mark.parametrize("colatitude_deg", [0.1, 0.53, 1.26])
def test_away_from_the_pole_the_sun_stands_higher_by_the_colatitude(
    table: EphemerisTable, colatitude_deg: float
) -> None:
    """Truth: spherical geometry; the extremes need not fall at the same hour, hence 0.01 deg."""
    epoch_d = hours("2026-01-01", "2041-01-01")
    highest = [see_sun(table, Site(lat, 0.0), epoch_d).elevation_deg.max() for lat in (-90.0, -90.0 + colatitude_deg)]
    assert highest[1] - highest[0] == pytest.approx(colatitude_deg, abs=0.01)


def test_libration_is_as_wide_as_known(table: EphemerisTable) -> None:
    """Published: libration in latitude +-6.9 deg, in longitude +-8.1 deg (Explanatory Supplement).

    The Earth's height at the pole is its sub-latitude, at latitude 0 and longitude 90 deg east its sub-
    longitude; the radius of the Moon takes up to 0.27 deg off either.
    """
    epoch_d = hours("2026-01-01", "2045-01-01")
    at_pole = see_earth(table, POLE, epoch_d).elevation_deg
    at_limb = see_earth(table, Site(0.0, 90.0), epoch_d).elevation_deg
    assert at_pole.max() == pytest.approx(6.9 - 0.27, abs=0.1)
    assert at_limb.max() == pytest.approx(8.1 - 0.27, abs=0.2)


def test_the_earth_is_up_half_of_the_time_at_the_pole(table: EphemerisTable) -> None:
    """Published: the Moon's latitude libration has the draconic month of 27.2122 d: it rises once in each,
    give or take some days for where the perigee stands: 0.05 d in the mean of 200.

    Half of the time less the parallax of the Moon's radius, 0.27 of 6.7 deg: 0.487 by DE440.
    """
    seen = earth_intervals(table, POLE, epoch_from_iso("2026-01-01"), epoch_from_iso("2041-01-01"))
    assert seen.fraction == pytest.approx(0.49, abs=0.01)
    assert np.diff(seen.open_d).mean() == pytest.approx(27.2122, abs=0.05)


def test_the_pole_is_lit_for_half_a_lunar_year(table: EphemerisTable) -> None:
    """Truth: the lunar year of seasons is 346.6 d, the eclipse year; the disc's half-width lengthens the
    light.
    """
    light = light_intervals(table, POLE, epoch_from_iso("2026-01-01"), epoch_from_iso("2041-01-01"))
    dawns = light.open_d[1:]
    assert np.diff(dawns[np.concatenate([[True], np.diff(dawns) > 100.0])]).mean() == pytest.approx(346.6, abs=0.5)
    assert light.fraction == pytest.approx(0.55, abs=0.01)


def test_a_flat_horizon_of_half_a_degree_shortens_the_light(table: EphemerisTable) -> None:
    first_d, last_d = epoch_from_iso("2030-01-01"), epoch_from_iso("2034-01-01")
    flat, raised = (
        light_intervals(table, Site(-89.5, 222.0, (height,)), first_d, last_d).fraction for height in (0.0, 0.5)
    )
    assert raised < flat - 0.05


def test_a_mast_lowers_the_horizon_by_its_height_over_the_distance() -> None:
    """Truth: plane trigonometry, atan(10 m / 10 km) = 0.0573 deg."""
    site = Site(-89.5, 222.0, (1.0,), mast_m=10.0, horizon_km=10.0)
    assert horizon_at(site, np.array([0.0, 123.0])) == pytest.approx(1.0 - 0.0573, abs=1e-4)


@given(azimuth_deg=st.floats(-720.0, 720.0))
@settings(max_examples=50, deadline=None)
def test_a_horizon_repeats_with_the_full_circle(azimuth_deg: float) -> None:
    site = Site(-89.5, 222.0, (0.0, 3.0, 1.0, 2.0))
    there, again = horizon_at(site, np.array([azimuth_deg, azimuth_deg + 360.0]))
    assert there == pytest.approx(again, abs=1e-9)


def test_a_ridge_in_one_direction_hides_the_sun_only_there(table: EphemerisTable) -> None:
    epoch_d = hours("2034-06-01", "2034-08-01")
    mask = tuple(30.0 if 4 <= sector < 8 else -5.0 for sector in range(36))
    ridge = Site(-89.9, 0.0, mask)
    azimuth_deg = see_sun(table, ridge, epoch_d).azimuth_deg
    seen = lit(table, ridge, epoch_d)
    assert not seen[(azimuth_deg > 40.0) & (azimuth_deg < 70.0)].any()
    assert seen[(azimuth_deg > 90.0) & (azimuth_deg < 350.0)].all()


def test_the_moons_axes_are_those_of_poliastro() -> None:
    """Truth: MoonFixed of poliastro / boinor (IAU 2009), another implementation of the same report."""
    for epoch_d in (7800.25, 12345.0, 21900.75):
        ours = moon_axes(np.array([epoch_d]))[0]
        theirs = np.array([libraries.moon_fixed_direction(epoch_d, axis) for axis in np.eye(3)]).T
        assert np.degrees(np.abs(ours - theirs).max()) < 1e-6


@pytest.mark.parametrize(
    ("year", "published_deg"),
    [(2025, 28.7), (2026, 28.4), (2030, 23.5), (2034, 18.6), (2035, 19.3), (2040, 26.9)],
)
def test_the_moons_declination_follows_the_node(table: EphemerisTable, year: int, published_deg: float) -> None:
    """Published: major standstill 2025 at 28.5 to 28.7 deg, minor in 2034 at 18.1 to 18.6; others from DE440.

    Those refer to the equator of J2000, ours to that of date: up to 0.1 deg apart by 2040.
    """
    epoch_d = hours(f"{year}-01-01", f"{year + 1}-01-01")
    moon = np.einsum("ni,ni->n", table.axes_of_date(epoch_d)[:, 2], table.moon(epoch_d)[0])
    declination_deg = np.degrees(np.arcsin(moon / np.linalg.norm(table.moon(epoch_d)[0], axis=1)))
    assert np.abs(declination_deg).max() == pytest.approx(published_deg, abs=0.1)


def test_sidereal_time_agrees_with_the_almanac() -> None:
    """Published: GMST at 2000-01-01T12h UT1 is 18h 41m 50.548s (Astronomical Almanac); UT1 was TT - 63.83
    s.
    """
    at_noon_ut1_d = 63.83 / 86_400.0
    published_rad = np.radians((18.0 + 41.0 / 60.0 + 50.54841 / 3600.0) * 15.0)
    assert sidereal_time_rad(np.array([at_noon_ut1_d]))[0] == pytest.approx(published_rad, abs=2e-6)


@pytest.mark.parametrize(
    ("station", "share"), [(JIAMUSI, 0.40), (KASHGAR, 0.42), (NEUQUEN, 0.42)], ids=lambda value: str(value)[:12]
)
def test_one_station_sees_the_moon_two_fifths_of_the_time(
    table: EphemerisTable, station: TrackingSite, share: float
) -> None:
    """Truth: AltAz of astropy with DE440, January 2035, above 10 deg; rounded to 0.01 there."""
    seen = cover_intervals(table, [station], epoch_from_iso("2035-01-01"), epoch_from_iso("2035-02-01"))
    assert seen.fraction == pytest.approx(share, abs=0.015)


def test_three_stations_on_two_continents_cover_nearly_all(table: EphemerisTable) -> None:
    """Truth: AltAz of astropy with DE440: 0.970 in January 2035 above 10 deg."""
    seen = cover_intervals(
        table, [JIAMUSI, KASHGAR, NEUQUEN], epoch_from_iso("2035-01-01"), epoch_from_iso("2035-02-01")
    )
    assert seen.fraction == pytest.approx(0.970, abs=0.005)


def test_the_moons_height_agrees_with_astropy(table: EphemerisTable) -> None:
    """Truth: astropy's AltAz without air, with what Earth-orientation data there is; 0.02 deg for UT1 and 6
    km.
    """
    epoch_d = epoch_from_iso("2024-03-05") + np.linspace(0.0, 3.0, 13)
    theirs = libraries.moon_altaz_deg(JIAMUSI.latitude_deg, JIAMUSI.longitude_deg, epoch_d)
    assert moon_elevation_deg(table, JIAMUSI, epoch_d) == pytest.approx(theirs, abs=0.02)


def test_a_station_at_the_south_pole_sees_the_moon_half_of_each_month(table: EphemerisTable) -> None:
    """Truth: the Moon is south of the equator half of a sidereal month; parallax (0.95 deg) takes some."""
    pole = TrackingSite("pole", -90.0, 0.0)
    seen = cover_intervals(table, [pole], epoch_from_iso("2030-01-01"), epoch_from_iso("2031-01-01"), minimum_deg=0.0)
    assert 0.44 < seen.fraction < 0.50
