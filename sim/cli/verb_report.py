"""`ilrs report`: draw the dashboard of studies that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import as_json, language_option
from sim.cli.printing import print_json


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
@click.option(
    "--replication",
    "replications",
    type=click.IntRange(min=0),
    multiple=True,
    metavar="N",
    help="Show this replication on the page of the campaign too, beside the kept ones; may be given again.",
)
@click.option(
    "--partners",
    is_flag=True,
    help="Also simulate each run without each of its partners, and keep what that does in the run folder.",
)
@click.option(
    "--what-if",
    "what_if",
    is_flag=True,
    help="First simulate each lever and each risk of the scenario with the same luck; kept in the run folder.",
)
@click.option("--brief", is_flag=True, help="Write one A4 page for a board instead, as HTML and, with a browser, PDF.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Worker processes [default: one for each processor].")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@language_option
@as_json("the paths and what is found")
def command(folders: tuple[Path, ...], out: Path | None, json_: bool, **options: Any) -> None:
    """Draw the dashboard of run, sweep, seek and history folders again, a page each.

    Beside that of a run stands `campaign.html`: its kept replications day by day.

    Of several runs also one that compares them, written into -o or into the folder `comparison` beside the first run
    folder.

    With --what-if, a report says what each lever of the scenario's `seek` block buys and what each of its risks costs,
    before and after the lever that lessens it.
    """
    from sim.front import draw, open_run
    from sim.front.progress import reporter

    with reporter(quiet=options["quiet"] or json_) as progress:
        if options["what_if"]:
            for folder in folders:
                open_run(folder).what_if(jobs=options["jobs"], progress=progress)
        if options["brief"]:
            _write_briefs(folders, out, json_=json_)
            return
        told = draw(
            folders,
            out,
            single_file=options["single_file"],
            export=options["suffix"],
            replications=options["replications"],
            partners=options["partners"],
            jobs=options["jobs"],
            progress=progress,
        )
    if json_:
        print_json(told)
        return
    pages = [str(one[name]) for name in ("report", "comparison") for one in told if name in one]
    apart = [f"no page compares them: {one['not_compared']}" for one in told if "not_compared" in one]
    click.echo("\n".join(dict.fromkeys([*pages, *apart])))


def _write_briefs(folders: tuple[Path, ...], out: Path | None, *, json_: bool) -> None:
    """Write a page for the board of each run, below `out` by its own name where there are several."""
    from sim.front import open_run

    places = [out if out is None or len(folders) == 1 else out / folder.resolve().name for folder in folders]
    briefs = [open_run(folder).brief(place) for folder, place in zip(folders, places, strict=True)]
    if json_:
        print_json([{"page": str(one.page), "pdf": None if one.pdf is None else str(one.pdf)} for one in briefs])
        return
    for one in briefs:
        click.echo(str(one.page))
        click.echo(str(one.pdf) if one.pdf is not None else f"no PDF: {one.lacking}")
