"""A scenario to check, folders to read again, and pages of several: a report for each, one that compares the runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.front.arguments import Day, Values, day_of, names_of, settings_of
from sim.front.progress import Listening
from sim.front.study import Study
from sim.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from sim.front.forecast_history import ForecastHistory
    from sim.front.study import Study
    from sim.front.sweeps import Search, Sweep
    from sim.study.pairing import GoalRow


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


def draw(
    folders: Iterable[str | Path],
    out: str | Path | None = None,
    *,
    single_file: bool = True,
    export: str | None = None,
    replications: Sequence[int] = (),
    partners: bool = False,
    jobs: int | None = None,
    progress: Listening = None,
) -> list[dict[str, Any]]:
    """Draw the reports of run, sweep, search and history folders, and of several runs a page that compares them.

    Reports go into their own folders, or below `out`; the comparison into `out`, or into `comparison` beside the first.
    The page of a run's campaign shows `replications` beside the kept ones.
    Returns for each, runs first, the paths of its pages and what was found. With `partners` each run is simulated again
    without each of its partners, and what that does is kept in its folder and drawn.

    Raises:
        FolderError: if a folder cannot be read or written, or a run has no such replication.
        ExportError: if pictures are wanted and cannot be made here.
    """
    from sim.study.contents import SWEEP_MARKER as MARKER
    from sim.study.files import require_no_link
    from sim.study.history import is_history
    from sim.study.store import require_writable

    given = list(dict.fromkeys(Path(folder) for folder in folders))
    places = {folder: _target(folder, out, alone=len(given) == 1) for folder in given}
    sweeps = [folder for folder in places if (folder / MARKER).is_file()]
    histories = [folder for folder in places if is_history(folder)]
    runs = [folder for folder in places if folder not in sweeps and folder not in histories]
    beside = beside_of(given) if out is None else Path(out)
    for target in [*places.values(), *([beside] if len(runs) > 1 else [])]:
        require_writable(target)
    if out is None and len(runs) > 1:
        require_no_link(beside)  # it may have come with the run folders
    for folder in runs if partners else ():
        open_run(folder).leave(jobs=jobs, progress=progress)
    return [
        *draw_runs(runs, places, beside, export, single_file=single_file, replications=replications),
        *_draw_sweeps(sweeps, places, single_file=single_file),
        *_draw_histories(histories, places, single_file=single_file),
    ]


def beside_of(folders: list[Path]) -> Path:
    """Return where the comparison of run folders goes: beside the first of them."""
    return folders[0].resolve().parent / "comparison"


def draw_runs(
    folders: list[Path],
    places: dict[Path, Path],
    beside: Path,
    export: str | None = None,
    rows: Sequence[GoalRow] = (),
    *,
    single_file: bool = True,
    replications: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """Draw runs into their places and what compares them into `beside`; return the paths and what was found.

    `rows` are the goals to compare; without them they pair by name and by what they count as. Where no two runs have a
    goal in common, nothing compares them, and `not_compared` says why.
    """
    if not folders:
        return []
    from dashboards.study_pages import compare_studies
    from sim.study.pairing import PairingError

    # alone, a study is told by what was found in it; compared, pair by pair
    studies: list[Study] = [open_run(folder, rows=len(folders) > 1) for folder in folders]
    pages = [
        study.report(places[folder], single_file=single_file, export=export, replications=replications)
        for folder, study in zip(folders, studies, strict=True)
    ]
    compared = {}
    if len(studies) > 1:
        tables, findings = [study.tables for study in studies], [study.findings for study in studies]
        try:
            page = compare_studies(tables, findings, pages, beside, rows, single_file=single_file)
            compared = {"comparison": str(page)}
        except PairingError as error:
            compared = {"not_compared": str(error)}
    return [{"report": str(page), **compared, **study.summary()} for page, study in zip(pages, studies, strict=True)]


def _draw_sweeps(folders: list[Path], places: dict[Path, Path], *, single_file: bool) -> list[dict[str, Any]]:
    if not folders:
        return []
    from dashboards.seek_page import report_search
    from dashboards.sweep_page import report_sweep
    from sim.decide.sought import read_found
    from sim.study.manifest import is_search

    pages = [
        report_search(read_found(folder), places[folder], single_file=single_file)
        if is_search(folder)
        else report_sweep(folder, places[folder], single_file=single_file)
        for folder in folders
    ]
    return [{"report": str(page), "folder": str(folder)} for page, folder in zip(pages, folders, strict=True)]


def _draw_histories(folders: list[Path], places: dict[Path, Path], *, single_file: bool) -> list[dict[str, Any]]:
    if not folders:
        return []
    from dashboards.history_page import report_history

    return [
        {"report": str(report_history(folder, places[folder], single_file=single_file)), "folder": str(folder)}
        for folder in folders
    ]


def _target(folder: Path, out: str | Path | None, *, alone: bool) -> Path:
    """Return the folder of a report; below a common one, the run folder's own name tells them apart."""
    if out is None:
        return folder
    return Path(out) if alone else Path(out) / folder.resolve().name
