"""The published figures that ship with the simulator, each file with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from sim.scenario.shipped import shipped_folder

Row: TypeAlias = Mapping[str, str]


def read_published(name: str) -> Any:
    """Read one of the files of published figures, `cases/<name>.yaml`."""
    text = resources.files("sim.validation").joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def read_rows(path: Path) -> list[Row]:
    """Read a table with a heading; lines that start with `#` are remarks."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


def data_file(name: str) -> Path:
    """Give the path of a shipped table of planned and actual dates."""
    return shipped_folder() / "catalogue" / "data" / name
