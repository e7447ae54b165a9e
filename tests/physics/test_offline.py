"""No network, old Earth-orientation data, years to 2060: everything still answers, quietly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAP = """
import socket, sys, warnings
warnings.simplefilter("error")
def refuse(*args, **kwargs):
    raise SystemExit("the network was asked for")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
socket.create_connection = refuse
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty cache, filled by the first that needs it."""
    return tmp_path_factory.mktemp("cache")


def run_quietly(code: str, cache: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAP + code],
        env={**os.environ, "ILRS_CACHE": str(cache)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("year", [2021, 2060])
def test_a_transfer_is_found_without_network_or_warning(year: int, cache: Path) -> None:
    code = f"""
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.light import Site, light_intervals
from sim.physics.tracking import TrackingSite, cover_intervals
table, start = load_ephemeris(), epoch_from_iso("{year}-11-20")
print(round(light_intervals(table, Site(-89.5, 222.0), start, start + 30.0).fraction, 3))
print(round(cover_intervals(table, [TrackingSite("a", 46.5, 130.8)], start, start + 30.0).fraction, 3))
"""
    assert len(run_quietly(code, cache).split()) == 2


def test_poliastro_and_astropy_stay_off_the_network(cache: Path) -> None:
    code = """
import numpy as np
from sim.physics import orbits
from tests.physics import libraries
print(orbits.package_name())
print(libraries.moon_altaz_deg(46.5, 130.8, np.array([12784.0, 21900.0])))
print(libraries.moon_fixed_direction(21900.0, np.array([1.0, 0.0, 0.0])))
"""
    assert run_quietly(code, cache)


@pytest.mark.parametrize("module", ["constants", "rocket", "light", "tracking", "windows", "epochs", "ephemeris"])
def test_light_modules_load_no_compiler_and_no_astropy(module: str, cache: Path) -> None:
    code = f"""
import sim.physics.{module}
print([name for name in ("numba", "astropy", "scipy", "boinor", "poliastro") if name in sys.modules])
"""
    assert run_quietly(code, cache).strip() == "[]"
