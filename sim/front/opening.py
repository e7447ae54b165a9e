"""What an earlier run or sweep left in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.front.study import Study
    from sim.front.sweeps import Sweep


def open_folder(folder: str | Path) -> Study | Sweep:
    """Read a finished run as a `Study`, or a sweep as a `Sweep`.

    Raises:
        FolderError: if the folder is neither, is not finished, or was altered.
    """
    from sim.study.manifest import is_sweep

    if is_sweep(Path(folder)):
        from sim.front.sweeps import read

        return read(Path(folder))
    return open_run(folder)


def open_run(folder: str | Path, *, rows: bool = False) -> Study:
    """Read a finished run; its tables are read when they are needed, or at once with `rows`.

    Raises:
        FolderError: if the folder is no run, is not finished, or was altered.
    """
    from sim.front.study import Study
    from sim.study.files import FolderError
    from sim.study.store import read_study, read_without_rows

    where = Path(folder)
    if where.is_file():
        raise FolderError(where, "is a file, not a run folder", f"simulate it first: ilrs run {where}")
    return Study(read_study(where) if rows else read_without_rows(where), rows=rows)
