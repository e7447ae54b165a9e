"""The only files that are ever read: those under the scenario's own folder, and those that ship."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PureWindowsPath
from typing import Final

from sim.problems import Code, Mark, Problem, did_you_mean
from sim.scenario.text import LARGEST_FILE


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


SHIPPED_NAME: Final = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class Tree:
    """The folders that may be read: the scenario's own and the shipped one."""

    home: Path
    shipped: Path

    def find(self, wanted: str, beside: Path, mark: Mark, path: str, code: Code = Code.EXTENDS) -> Path | Problem:
        """Return the file that a relative path means, seen from `beside`, or say why it cannot be read.

        What is not found beside the file is looked for in the shipped folder, where scenarios may be called by
        name alone (`ilrs-2035`). Links are followed before the file is compared with the tree, so none leads out
        of it.
        """
        if Path(wanted).is_absolute() or PureWindowsPath(wanted).drive or "\\" in wanted or "\0" in wanted:
            hint = "write it relative to this file, with / between folders"
            return Problem(mark, path, code, "error", f"'{wanted[:80]}' is not a relative path", hint)
        outside = False
        for place in self._places(wanted, beside, named=path == "extends"):
            found = _resolved(place)
            if found and self._holds(found):
                return found
            outside = outside or found is not None or not self._holds(place.resolve())
        if outside:
            message = f"'{wanted[:80]}' leads out of the scenario's folder"
            hint = "put the file into the folder of the scenario or below"
            return Problem(mark, path, code, "error", message, hint)
        near = did_you_mean(wanted, [*self._names(beside), *self._names(self.shipped)])
        return Problem(mark, path, Code.FILE_MISSING, "error", f"there is no file '{wanted[:80]}'", near)

    def _places(self, wanted: str, beside: Path, *, named: bool) -> list[Path]:
        by_name = [self.shipped / f"{wanted}.yaml"] if named and SHIPPED_NAME.fullmatch(wanted) else []
        return [beside / wanted, self.shipped / wanted, *by_name]

    @staticmethod
    def _names(folder: Path) -> list[str]:
        """Return the files of a folder and those one folder below."""
        found = (path for pattern in ("*.yaml", "*.csv", "*/*.yaml") for path in islice(folder.glob(pattern), 200))
        return sorted(path.relative_to(folder).as_posix() for path in found)

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(folder.resolve()) for folder in (self.home, self.shipped))


def read_bytes(path: Path, shown: str) -> bytes | Problem:
    """Return the content of a plain file of at most `LARGEST_FILE` bytes, or say why it cannot be read."""
    mark = Mark(shown)
    try:
        if not path.is_file():
            missing = not path.exists()
            message = "there is no such file" if missing else "this is not a plain file"
            code = Code.FILE_MISSING if missing else Code.FILE_UNREADABLE
            return Problem(mark, "", code, "error", message, "give the path of a scenario file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Problem(mark, "", Code.FILE_UNREADABLE, "error", f"the file cannot be read: {reason}", "")
    if len(data) > LARGEST_FILE:
        message = f"the file is larger than {LARGEST_FILE // 1_000_000} MB"
        return Problem(mark, "", Code.FILE_TOO_LARGE, "error", message, "split it, or remove what is no scenario")
    return data


def _resolved(path: Path) -> Path | None:
    try:
        found = path.resolve(strict=True)
        return found if found.is_file() else None
    except (OSError, ValueError, RuntimeError):  # RuntimeError: a circle of links, before Python 3.13
        return None
