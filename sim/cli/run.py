"""`ilrs run`: simulate a scenario many times, say the answer, write its dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json, scenario_options, split_names

if TYPE_CHECKING:
    from sim.analysis.findings import Findings
    from sim.campaign.plan import Campaign
    from sim.cli.progress import Reporter
    from sim.study.store import Study


@click.command("run")
@click.argument("file", metavar="FILE")
@click.option("-n", "--replications", default=500, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    help="Worker processes [default: one for each processor]; the result does not depend on it.",
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Run folder [default: runs/SCENARIO-KEY-sSEED].")
@scenario_options
@as_json("the summary")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(
    file: str,
    replications: int,
    seed: int,
    jobs: int | None,
    out: Path | None,
    sets: tuple[str, ...],
    variants: tuple[str, ...],
    json_: bool,
    quiet: bool,
) -> None:
    """Simulate a scenario many times and say when its goals are reached.

    FILE is a scenario or the name of a shipped one, such as ilrs-2035. The same command goes on where an
    interrupted run stopped.
    """
    from sim.cli.progress import reporter
    from sim.study.store import require_writable

    require_writable(out or Path("runs"))
    with reporter(quiet=quiet or json_) as progress:
        campaign = _compile(file, split_names(variants), sets, progress)
        study = _simulate(campaign, replications, seed, jobs, out, progress)
        progress.say("drawing the dashboard")
        findings, page = _conclude(study)
    if json_:
        _print_json(study, findings)
    else:
        from sim.cli.answer import answer

        click.echo(answer(study, findings, page))


def _compile(file: str, variants: tuple[str, ...], sets: tuple[str, ...], progress: Reporter) -> Campaign:
    from sim.scenario.load import load_scenario

    loaded = load_scenario(file, variants=variants, sets=sets)
    if loaded.warnings:
        progress.say(f"{len(loaded.warnings)} warnings; `ilrs check {file}` lists them")
    progress.say("computing transfers and closing the mass of every flight")
    from sim.campaign.compile import compile_campaign

    return compile_campaign(loaded)


def _simulate(
    campaign: Campaign, replications: int, seed: int, jobs: int | None, out: Path | None, progress: Reporter
) -> Study:
    from sim.study.runner import run_study

    return run_study(campaign, replications=replications, seed=seed, jobs=jobs, folder=out, on_progress=progress.update)


def _conclude(study: Study) -> tuple[Findings, Path]:
    from dashboards.report import write_report
    from sim.study.summary import findings_of, summarize, write_summary

    findings = findings_of(study)
    write_summary(study, summarize(study, findings))
    return findings, write_report([findings], study.folder)


def _print_json(study: Study, findings: Findings) -> None:
    import json

    from sim.study.summary import summarize

    click.echo(json.dumps(summarize(study, findings), indent=1, ensure_ascii=False))
