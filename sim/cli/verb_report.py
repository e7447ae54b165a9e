"""`ilrs report`: draw the dashboard of studies that are there."""

from __future__ import annotations

from pathlib import Path

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
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Worker processes [default: one for each processor].")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@language_option
@as_json("the paths and what is found")
def command(
    folders: tuple[Path, ...],
    out: Path | None,
    single_file: bool,
    suffix: str | None,
    replications: tuple[int, ...],
    partners: bool,
    jobs: int | None,
    quiet: bool,
    json_: bool,
) -> None:
    """Draw the dashboard of run, sweep, seek and history folders again, a page each.

    Beside that of a run stands `campaign.html`: its kept replications day by day.

    Of several runs also one that compares them, written into -o or into the folder `comparison` beside the first run
    folder.
    """
    from sim.front import draw
    from sim.front.progress import reporter

    with reporter(quiet=quiet) as progress:
        told = draw(
            folders,
            out,
            single_file=single_file,
            export=suffix,
            replications=replications,
            partners=partners,
            jobs=jobs,
            progress=progress,
        )
    if json_:
        print_json(told)
        return
    pages = [str(one[name]) for name in ("report", "comparison") for one in told if name in one]
    apart = [f"no page compares them: {one['not_compared']}" for one in told if "not_compared" in one]
    click.echo("\n".join(dict.fromkeys([*pages, *apart])))
