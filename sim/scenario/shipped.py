"""Where the scenarios that ship with the simulator stand."""

from __future__ import annotations

from pathlib import Path


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios: in the source tree, or inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    source = package.parent / "scenarios"
    if (package.parent / "pyproject.toml").is_file() and source.is_dir():
        return source
    return package / "_shipped" / "scenarios"


def shipped_names() -> list[str]:
    """Return the names of the shipped scenarios (files without `.yaml`, the catalogue left out), sorted."""
    folder = shipped_folder()
    paths = (path.relative_to(folder) for path in folder.rglob("*.yaml"))
    return sorted(path.with_suffix("").as_posix() for path in paths if path.parts[0] != "catalogue")
