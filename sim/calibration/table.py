"""Tables of what was planned and what happened, read from a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from sim.scenario.shipped import shipped_folder

Row: TypeAlias = Mapping[str, str]


def read_rows(path: Path) -> list[Row]:
    """Read a table with a heading; lines that start with `#` are remarks."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


def data_file(name: str) -> Path:
    """Give the path of a shipped table of planned and actual dates."""
    return shipped_folder() / "catalogue" / "data" / name


def source_of(path: Path) -> str:
    """Give the source a table states in its remarks."""
    remarks = [line.lstrip("# ").strip() for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    text = " ".join(remarks)
    return text.split("Source:", 1)[1].strip() if "Source:" in text else f"the table {path.name}"
