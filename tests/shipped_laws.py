"""The shipped laws of slip by class, made again by the command that each of them says.

`python -m tests.shipped_laws` rewrites them all after a change of the fit; with names, only those.
"""

from __future__ import annotations

import datetime
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from sim.calibration.catalogue import catalogue_text
from sim.calibration.laws import calibrate
from sim.calibration.statements import TableChoice
from sim.scenario.table import data_file
from sim.scenario.text import plain, read_text
from sim.scenario.tree import shipped_folder

_CATALOGUE = shipped_folder() / "catalogue"
FILES = (*sorted(_CATALOGUE.glob("slip-classes*.yaml")), *sorted((_CATALOGUE / "laws").glob("*.yaml")))


def read_block(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the one law of a file with its name."""
    root, _ = read_text(path.read_bytes(), str(path))
    assert root is not None, path
    ((name, block),) = plain(root)["slips"].items()
    return name, block


def choice_of(command: str) -> TableChoice:
    """Return what of its table a command takes."""
    words = shlex.split(command)
    values = [(one, words[at + 1]) for at, one in enumerate(words[:-1])]
    days = [datetime.date.fromisoformat(value) for option, value in values if option == "--as-of"]
    names = tuple(value for option, value in values if option == "--without-programme")
    return TableChoice("--without-stand-downs" in words, names, days[0] if days else None)


def remake(path: Path) -> None:
    """Write a law anew."""
    name, block = read_block(path)
    command = block["command"]
    table = data_file(block["data"]["table"])
    made = calibrate(table, name=name, choice=choice_of(command), fit_only="--fit-only" in command)
    schema = Path(os.path.relpath(_CATALOGUE.parents[1] / "sim" / "scenario" / "schema.json", path.parent)).as_posix()
    path.write_text(f"# yaml-language-server: $schema={schema}\n{catalogue_text([made])}", encoding="utf-8")


if __name__ == "__main__":
    for file in FILES:
        if not sys.argv[1:] or file.stem in sys.argv[1:]:
            remake(file)
            sys.stdout.write(f"{file.stem}: written\n")
