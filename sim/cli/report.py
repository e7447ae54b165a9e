"""`ilrs report`: draw the dashboard of studies that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import as_json


@click.command("report")
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the report [default: the run folder]; of several, each gets a folder below it.",
)
@click.option(
    "--single-file/--folder",
    "single_file",
    default=True,
    show_default=True,
    help="Put plotly.js inside each page, or once beside them.",
)
@click.option(
    "--export",
    "suffix",
    type=click.Choice(["png", "svg"]),
    help="Also write every figure as a picture, below `figures`; needs the extra [export].",
)
@as_json("the paths and what is found")
def command(folders: tuple[Path, ...], out: Path | None, single_file: bool, suffix: str | None, json_: bool) -> None:
    """Draw the dashboard of run, sweep and history folders again, a page each; of several runs, also one to compare.

    The comparison is written into -o, or into the folder `comparison` beside the first run folder.
    """
    import json

    from sim.study.files import require_no_link
    from sim.study.history import is_history
    from sim.study.ledger import MARKER
    from sim.study.store import require_writable

    places = {folder: _target(folder, out, alone=len(folders) == 1) for folder in dict.fromkeys(folders)}
    sweeps = [folder for folder in places if (folder / MARKER).is_file()]
    histories = [folder for folder in places if is_history(folder)]
    runs = [folder for folder in places if folder not in sweeps and folder not in histories]
    beside = out or folders[0].resolve().parent / "comparison"
    for target in [*places.values(), *([beside] if len(runs) > 1 else [])]:
        require_writable(target)
    if out is None and len(runs) > 1:
        require_no_link(beside)  # it may have come with the run folders
    told = draw_runs(runs, places, beside, suffix, single_file=single_file)
    told += _sweeps(sweeps, places, single_file=single_file)
    told += _histories(histories, places, single_file=single_file)
    if json_:
        click.echo(json.dumps(told, indent=1, ensure_ascii=False))
        return
    pages = [str(one[name]) for name in ("report", "comparison") for one in told if name in one]
    click.echo("\n".join(dict.fromkeys(pages)))


def draw_runs(
    folders: list[Path], places: dict[Path, Path], beside: Path, export: str | None, *, single_file: bool
) -> list[dict[str, Any]]:
    """Draw studies; give the path of each page, of the comparison, and what was found."""
    if not folders:
        return []
    from dashboards.studies import compare_studies, report_study
    from sim.study.store import read_study
    from sim.study.summary import findings_in, findings_of, summarize

    if len(folders) == 1:  # alone, a study is told by what was found in it; compared, pair by pair
        found = [findings_in(folders[0])]
    else:
        found = [(study, findings_of(study)) for study in map(read_study, folders)]
    studies, findings = [study for study, _ in found], [one for _, one in found]
    pages = [
        report_study(study, found, places[folder], single_file=single_file, export=export)
        for folder, study, found in zip(folders, studies, findings, strict=True)
    ]
    compared = {}
    if len(studies) > 1:
        compared = {"comparison": str(compare_studies(studies, findings, pages, beside, single_file=single_file))}
    said = [summarize(study, one) for study, one in found]
    return [{"report": str(page), **compared, **one} for page, one in zip(pages, said, strict=True)]


def _sweeps(folders: list[Path], places: dict[Path, Path], *, single_file: bool) -> list[dict[str, Any]]:
    if not folders:
        return []
    from dashboards.sweeps import report_sweep

    return [
        {"report": str(report_sweep(folder, places[folder], single_file=single_file)), "folder": str(folder)}
        for folder in folders
    ]


def _histories(folders: list[Path], places: dict[Path, Path], *, single_file: bool) -> list[dict[str, Any]]:
    if not folders:
        return []
    from dashboards.history import report_history

    return [
        {"report": str(report_history(folder, places[folder], single_file=single_file)), "folder": str(folder)}
        for folder in folders
    ]


def _target(folder: Path, out: Path | None, *, alone: bool) -> Path:
    """Give the folder of a report; below a common one, the run folder's own name tells them apart."""
    if out is None:
        return folder
    return out if alone else out / folder.resolve().name
