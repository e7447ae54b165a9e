"""`ilrs run`: simulate a scenario many times, say the answer, write its dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import (
    arguments_as_options,
    as_json,
    as_of_option,
    engine_options,
    scenario_options,
    split_names,
    told_of_warnings,
    typed,
    workers_of,
)
from sim.cli.printing import print_json


@click.command("run")
@click.argument("file", metavar="FILE")
@click.option(
    "-n",
    "--replications",
    type=click.IntRange(min=1),
    help="Replications, or the most to spend with --until-precise  [default: 500, or 128000].",
)
@click.option(
    "--until-precise",
    metavar="14d|2%",
    help="Go on until the 95 % interval of the first goal's P80 (or its chance) reaches no further than this.",
)
@click.option("--quantile", default=0.8, show_default=True, type=click.FloatRange(0.01, 0.99), help="Instead of P80.")
@click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Run folder [default: runs/SCENARIO-KEY-sSEED].")
@click.option(
    "--shared",
    metavar="URL",
    envvar="ILRS_SHARED",
    help="Workers write their tables below this folder that all of them see: file:///mnt/studies, s3://bucket/studies "
    "[default: $ILRS_SHARED, or they send them back].",
)
@click.option("--yes", is_flag=True, help="Start a run that is refused for its size.")
@scenario_options
@as_of_option
@engine_options
@as_json("the summary")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    file: str,
    seed: int,
    out: Path | None,
    sets: tuple[str, ...],
    variants: tuple[str, ...],
    json_: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Simulate a scenario many times and say when its goals are reached.

    FILE is a scenario or the name of a shipped one, such as ilrs-2035. The same command goes on where an
    interrupted run stopped.
    """
    from sim.front import load
    from sim.front.progress import reporter

    with reporter(quiet=quiet or json_) as progress:
        model = load(file, split_names(variants), sets, as_of=options["as_of"])
        if model.warnings:
            progress.say(told_of_warnings(len(model.warnings), file, model.as_of))
        with arguments_as_options():
            study = model.run(
                options["replications"],
                seed=seed,
                folder=out,
                until_precise=options["until_precise"],
                quantile=options["quantile"],
                shared=options["shared"],
                large=options["yes"],
                progress=progress,
                command=typed(),
                **workers_of(options),
            )
        progress.say("drawing the dashboard")
        page = study.report()
    if json_:
        print_json(study.summary())
    else:
        from sim.cli.run_answer import answer

        click.echo(answer(study, page))
