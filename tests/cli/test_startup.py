"""Asking for help or checking a scenario loads none of the heavy libraries."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "pandas", "scipy", "numba", "astropy", "boinor", "poliastro", "plotly", "simpy", "pyarrow")

CALL = """
import sys
from sim.cli import main
sys.argv = {argv!r}
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def _loaded_after(program: str) -> set[str]:
    """Return which heavy libraries a fresh interpreter has loaded after running `program`."""
    report = f"import json, sys\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", f"{program}\n{report}"], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["ilrs", "sim", "sim.units", "sim.cli", "sim.scenario.load"])
def test_an_import_at_the_edge_loads_no_heavy_library(module: str) -> None:
    """Source: ARCHITECTURE, who may import whom: the edge imports nothing heavier than pydantic and yaml."""
    assert _loaded_after(f"import {module}") == set()


@pytest.mark.parametrize("verb", ["", "run", "check", "transfer", "windows", "site", "track"])
def test_help_loads_no_heavy_library(verb: str) -> None:
    """Source: ARCHITECTURE, who may import whom: `--help` answers at once."""
    assert _loaded_after(CALL.format(argv=["ilrs", *verb.split(), "--help"])) == set()


def test_the_version_loads_no_heavy_library() -> None:
    assert _loaded_after(CALL.format(argv=["ilrs", "--version"])) == set()


@pytest.mark.parametrize("arguments", [["list", "sources"], ["show", "tutorial"], ["schema"], ["check", "tutorial"]])
def test_looking_at_a_scenario_loads_no_heavy_library(arguments: list[str]) -> None:
    assert _loaded_after(CALL.format(argv=["ilrs", *arguments])) == set()


def test_the_measure_sees_a_heavy_library() -> None:
    """Were this empty too, the tests above could not fail."""
    assert "numpy" in _loaded_after("import numpy")
