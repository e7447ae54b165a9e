"""Pages of several folders at once: a report for each, and one that compares the runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.front.study import Study


def draw(
    folders: Iterable[str | Path],
    out: str | Path | None = None,
    *,
    single_file: bool = True,
    export: str | None = None,
) -> list[dict[str, Any]]:
    """Draw the reports of run, sweep, search and history folders, and of several runs a page that compares them.

    Reports go into their own folders, or below `out`; the comparison into `out`, or into `comparison` beside the first.
    Returns for each, runs first, the paths of its pages and what was found.

    Raises:
        FolderError: if a folder cannot be read or written.
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
    return [
        *draw_runs(runs, places, beside, export, single_file=single_file),
        *_draw_sweeps(sweeps, places, single_file=single_file),
        *_draw_histories(histories, places, single_file=single_file),
    ]


def beside_of(folders: list[Path]) -> Path:
    """Return where the comparison of run folders goes: beside the first of them."""
    return folders[0].resolve().parent / "comparison"


def draw_runs(
    folders: list[Path], places: dict[Path, Path], beside: Path, export: str | None = None, *, single_file: bool = True
) -> list[dict[str, Any]]:
    """Draw runs into their places and what compares them into `beside`; return the paths and what was found."""
    if not folders:
        return []
    from dashboards.study_pages import compare_studies
    from sim.front.opening import open_run

    # alone, a study is told by what was found in it; compared, pair by pair
    studies: list[Study] = [open_run(folder, rows=len(folders) > 1) for folder in folders]
    pages = [
        study.report(places[folder], single_file=single_file, export=export)
        for folder, study in zip(folders, studies, strict=True)
    ]
    compared = {}
    if len(studies) > 1:
        tables, findings = [study.tables for study in studies], [study.findings for study in studies]
        compared = {"comparison": str(compare_studies(tables, findings, pages, beside, single_file=single_file))}
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
