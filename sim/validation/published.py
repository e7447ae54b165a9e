"""The published figures that ship with the simulator, each file with its source."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml


def read_published(name: str) -> Any:
    """Read one of the files of published figures, `cases/<name>.yaml`."""
    text = resources.files("sim.validation").joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
