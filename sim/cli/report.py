"""`ilrs report`: draw the dashboard of studies that are there."""

from __future__ import annotations

from pathlib import Path

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
@as_json("the paths and what is found")
def command(folders: tuple[Path, ...], out: Path | None, json_: bool) -> None:
    """Draw the dashboard of run folders again, one page for each."""
    import json

    from dashboards.report import write_report
    from sim.study.store import read_study, require_writable
    from sim.study.summary import findings_of, summarize

    targets = [_target(folder, out, alone=len(folders) == 1) for folder in folders]
    studies = [read_study(folder) for folder in folders]
    for target in targets:
        require_writable(target)
    findings = [findings_of(study) for study in studies]
    pages = [write_report([found], target) for found, target in zip(findings, targets, strict=True)]
    if not json_:
        click.echo("\n".join(str(page) for page in pages))
        return
    runs = [summarize(study, found) for study, found in zip(studies, findings, strict=True)]
    told = [{"report": str(page), **run} for page, run in zip(pages, runs, strict=True)]
    click.echo(json.dumps(told, indent=1, ensure_ascii=False))


def _target(folder: Path, out: Path | None, *, alone: bool) -> Path:
    """Give the folder of a report; below a common one, the run folder's own name tells them apart."""
    if out is None:
        return folder
    return out if alone else out / folder.resolve().name
