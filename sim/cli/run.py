"""`ilrs run`: simulate a scenario many times, say the answer, write its dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, as_of_option, engine_of, engine_options, scenario_options, split_names, typed
from sim.problems import counted, plural

if TYPE_CHECKING:
    from sim.analysis.findings import Findings
    from sim.campaign.plan import Campaign
    from sim.cli.progress import Reporter
    from sim.study.precision import Precision
    from sim.study.store import Study

_COUNT, _MOST = 500, 128_000
"""Replications unless told otherwise: of a plain run, and the most of one that goes on until it is precise."""


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
    from sim.cli.progress import reporter
    from sim.study.engines import warm_up
    from sim.study.plan import require_meant_count
    from sim.study.runner import run_study
    from sim.study.store import require_writable

    require_writable(out or Path("runs"))
    precision = _precision(options["until_precise"], options["quantile"])
    replications = options["replications"] or (_MOST if precision else _COUNT)
    if not options["yes"]:
        require_meant_count(replications)
    if options["jobs"] != 1:
        warm_up()
    with reporter(quiet=quiet or json_) as progress:
        campaign = _compile(file, split_names(variants), sets, options["as_of"], progress)
        with engine_of(options) as engine:
            study = run_study(
                campaign,
                replications=replications,
                seed=seed,
                folder=out,
                engine=engine,
                precision=precision,
                on_progress=progress.update,
                shared=options["shared"],
                command=typed(),
            )
        progress.say("drawing the dashboard")
        findings, page = _conclude(study, campaign)
    if json_:
        _print_json(study, findings)
    else:
        from sim.cli.answer import answer

        click.echo(answer(study, findings, page))


def _compile(
    file: str, variants: tuple[str, ...], sets: tuple[str, ...], as_of: str | None, progress: Reporter
) -> Campaign:
    from sim.scenario.load import load_scenario

    loaded = load_scenario(file, variants=variants, sets=sets, as_of=as_of)
    if loaded.warnings:
        count, shown = len(loaded.warnings), f"{file} --as-of {as_of}" if as_of else file
        progress.say(f"{counted(count, 'warning')}; `ilrs check {shown}` lists {plural(count, 'it', 'them')}")
    progress.say("computing transfers and closing the mass of every flight")
    from sim.campaign.compile import compile_campaign

    return compile_campaign(loaded)


def _precision(text: str | None, share: float) -> Precision | None:
    from sim.study.precision import read_precision

    try:
        return read_precision(text, share) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--until-precise") from None


def _conclude(study: Study, campaign: Campaign) -> tuple[Findings, Path]:
    from dashboards.studies import report_study
    from sim.study.summary import findings_of, keep_findings, summarize, write_summary

    findings = findings_of(study)
    keep_findings(study, findings)
    write_summary(study, summarize(study, findings))
    return findings, report_study(study, findings, study.folder, campaign=campaign)


def _print_json(study: Study, findings: Findings) -> None:
    import json

    from sim.study.summary import summarize

    click.echo(json.dumps(summarize(study, findings), indent=1, ensure_ascii=False))
