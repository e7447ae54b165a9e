"""What lies there already: a scenario to check, a folder that an earlier run, sweep or history left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.front.arguments import Day, Values, day_of, names_of, settings_of
from sim.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from sim.front.forecast_history import ForecastHistory
    from sim.front.study import Study
    from sim.front.sweeps import Search, Sweep


def check(
    file: str | Path,
    variant: str | Iterable[str] = (),
    set: Values | None = None,  # noqa: A002
    *,
    as_of: Day | None = None,
    flights: bool = False,
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a scenario, warnings too; with `flights` every flight's mass is closed."""
    from sim.scenario.load import check_scenario, load_scenario

    variants, sets, day = names_of(variant), settings_of(set), day_of(as_of)
    found = check_scenario(file, variants, sets, day)
    if not flights or any(problem.severity == "error" for problem in found):
        return found
    from sim.campaign.compile import compile_campaign

    try:
        compile_campaign(load_scenario(file, variants, sets, day))
    except ScenarioError as error:
        return (*error.problems, *found)
    return found


def open_folder(folder: str | Path) -> Study | Sweep | Search | ForecastHistory:
    """Read a finished run as a `Study`, a sweep as a `Sweep`, a search as a `Search`, a history as a
    `ForecastHistory`.

    Raises:
        FolderError: if the folder is none of them, is not finished, or was altered.
    """
    from sim.study.history import is_history, read_history
    from sim.study.manifest import is_search, is_sweep

    if is_history(Path(folder)):
        from sim.front.forecast_history import ForecastHistory

        return ForecastHistory(Path(folder), read_history(Path(folder)))

    if is_sweep(Path(folder)):
        from sim.front.sweeps import read, read_search

        return read_search(Path(folder)) if is_search(Path(folder)) else read(Path(folder))
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
