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
    """Draw the dashboard of run folders again, one page for each; of several, also a page that compares them.

    The comparison is written into -o, or into the folder `comparison` beside the first run folder.
    """
    import json

    from dashboards.studies import compare_studies, report_study
    from sim.study.store import read_study, require_writable
    from sim.study.summary import findings_of, summarize

    targets = [_target(folder, out, alone=len(folders) == 1) for folder in folders]
    studies = [read_study(folder) for folder in folders]
    beside = out or folders[0].resolve().parent / "comparison"
    for target in [*targets, *([beside] if len(folders) > 1 else [])]:
        require_writable(target)
    findings = [findings_of(study) for study in studies]
    pages = [
        report_study(study, found, target, single_file=single_file, export=suffix)
        for study, found, target in zip(studies, findings, targets, strict=True)
    ]
    compared = compare_studies(studies, findings, pages, beside, single_file=single_file) if len(folders) > 1 else None
    if not json_:
        click.echo("\n".join(str(page) for page in [*pages, *([compared] if compared else [])]))
        return
    runs = [summarize(study, found) for study, found in zip(studies, findings, strict=True)]
    more = {"comparison": str(compared)} if compared else {}
    told = [{"report": str(page), **more, **run} for page, run in zip(pages, runs, strict=True)]
    click.echo(json.dumps(told, indent=1, ensure_ascii=False))


def _target(folder: Path, out: Path | None, *, alone: bool) -> Path:
    """Give the folder of a report; below a common one, the run folder's own name tells them apart."""
    if out is None:
        return folder
    return out if alone else out / folder.resolve().name
