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
    help="Folder of the report [default: the run folder; for several, `comparison` beside the first].",
)
@as_json("the path and what is found")
def command(folders: tuple[Path, ...], out: Path | None, json_: bool) -> None:
    """Draw the dashboard of run folders again; several folders stand side by side in one page."""
    import json

    from dashboards.report import write_report
    from sim.study.store import read_study, require_writable
    from sim.study.summary import findings_of, summarize

    target = out or (folders[0] if len(folders) == 1 else folders[0].parent / "comparison")
    studies = [read_study(folder) for folder in folders]
    require_writable(target)
    findings = [findings_of(study) for study in studies]
    path = write_report(findings, target)
    if json_:
        runs = [summarize(study, found) for study, found in zip(studies, findings, strict=True)]
        click.echo(json.dumps({"report": str(path), "runs": runs}, indent=1, ensure_ascii=False))
    else:
        click.echo(str(path))
