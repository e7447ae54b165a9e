"""Imports run from right to left through the layers, and third-party packages stay where they belong."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests import layers


def test_no_import_breaks_the_layers(project_root: Path) -> None:
    """Source: the layer drawing on the first page of CONTRIBUTING.md."""
    assert layers.find_breaks(project_root) == []


def test_no_modules_import_each_other_in_a_circle(project_root: Path) -> None:
    assert layers.find_circles(project_root) == []


@pytest.mark.parametrize(
    "hidden",
    ["from sim.a import f", "def g() -> None:\n    import sim.a", "if TYPE_CHECKING:\n    from sim.a import f"],
)
def test_a_planted_circle_is_found_however_it_is_hidden(hidden: str) -> None:
    (found,) = layers.circles_in({"sim/a.py": "from sim import b", "sim/b.py": hidden, "sim/c.py": "import sim.a"})
    assert found in ("sim.a -> sim.b -> sim.a", "sim.b -> sim.a -> sim.b")


def test_every_module_of_sim_has_a_layer(project_root: Path) -> None:
    """A new folder without a place in the order would escape the check above."""
    known = {name for names in layers.LAYERS for name in names}
    found = {f"sim.{path.stem}" for path in (project_root / "sim").iterdir() if _is_module(path)}
    assert found - {"sim.__init__", "sim.__main__"} <= known


@pytest.mark.parametrize(
    ("module", "source", "culprit"),
    [
        ("sim.physics.transfer", "from sim.model import world", "sim.model.world"),
        ("sim.scenario.load", "from sim import campaign", "sim.campaign"),
        ("sim.model.world", "import sim.study.store", "sim.study.store"),
        ("sim.analysis.compare", "from ..study import store", "sim.study.store"),
        ("sim.units", "from . import physics", "sim.physics"),
        ("sim.campaign.compile", "def f() -> None:\n    from dashboards import page", "dashboards.page"),
        ("sim.physics.windows", "from astropy.time import Time", "astropy.time.Time"),
        ("dashboards.page", "import simpy", "simpy"),
        ("sim.campaign.compile", "from pydantic import BaseModel", "pydantic.BaseModel"),
        ("sim.model.world", "from pathlib import Path", "pathlib.Path"),
        ("sim.model.world", "import pandas as pd", "pandas"),
        ("sim.model.world", "def f() -> None:\n    import plotly", "plotly"),
        ("sim.study.store", "import click", "click"),
        ("sim.scenario.schema", "import numpy as np", "numpy"),
        ("sim.cli.verb_run", "import pandas", "pandas"),
        ("sim.cli.verb_run", "def f() -> None:\n    from sim.study import runner", "sim.study.runner"),
        ("sim.front.model", "import pandas", "pandas"),
        ("dashboards.page", "from sim.front import load", "sim.front.load"),
    ],
)
def test_a_planted_break_is_found_with_its_place(module: str, source: str, culprit: str) -> None:
    place = module.replace(".", "/") + ".py"
    (found,) = layers.breaks_in(source, module, place)
    line = len(source.splitlines())
    assert found.startswith(f"{place}:{line}: {module} imports {culprit}; ")


def test_a_planted_open_in_the_model_is_found() -> None:
    (found,) = layers.breaks_in("x = 1\nopen('a')", "sim.model.world", "sim/model/world.py")
    assert found == "sim/model/world.py:2: sim.model.world opens a file"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sim.model.world", "import simpy\nfrom sim.campaign.compile import Campaign"),
        ("sim.physics.orbits", "from astropy.time import Time"),
        ("sim.physics.transfer", "from . import constants"),
        ("sim.cli.verb_show", "def run() -> None:\n    import numpy\n    from sim.study import runner"),
        ("sim.cli.verb_run", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sim.study import runner"),
        ("sim.cli.verb_run", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy"),
        ("dashboards.figures.gantt", "import plotly.graph_objects as go"),
    ],
)
def test_an_allowed_import_is_let_through(module: str, source: str) -> None:
    assert layers.breaks_in(source, module, module.replace(".", "/") + ".py") == []


def test_a_relative_import_in_a_package_starts_at_the_package() -> None:
    (found,) = layers.breaks_in("from ..cli import main", "sim.model", "sim/model/__init__.py")
    assert "sim.cli.main" in found


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py")))


def test_no_two_modules_share_a_name(project_root: Path) -> None:
    """Who is told a file's name finds one file."""
    files = [path for package in ("sim", "dashboards") for path in (project_root / package).rglob("*.py")]
    names = Counter(path.name for path in files)
    assert {name for name, count in names.items() if count > 1} == {"__init__.py"}


def test_no_two_public_classes_share_a_name(project_root: Path) -> None:
    places = defaultdict(list)
    for package in ("sim", "dashboards"):
        for path in sorted((project_root / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(path.relative_to(project_root).as_posix())
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
