"""`ilrs run`: simulate a scenario many times, say the answer in plain words, write its dashboard."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    arguments_as_options,
    as_json,
    engine_options,
    label_option,
    language_option,
    model_options,
    sampling_option,
    seed_option,
    split_names,
    told_of_warnings,
    typed,
    workers_of,
)
from sim.cli.printing import aligned, percent, print_json, say_chance
from sim.problems import counted, plural

if TYPE_CHECKING:
    from sim.analysis.findings import Findings, GoalFinding, SubjectDelay
    from sim.clock import Calendar
    from sim.front import Study

_SAID = (50, 80)
"""Quantiles of the headline, in percent."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
@seed_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Run folder [default: runs/SCENARIO-KEY-sSEED].")
@click.option(
    "--shared",
    metavar="URL",
    envvar="ILRS_SHARED",
    help="Workers write their tables below this folder that all of them see: file:///mnt/studies, s3://bucket/studies "
    "[default: $ILRS_SHARED, or they send them back].",
)
@click.option("--yes", is_flag=True, help="Start a run that is refused for its size.")
@model_options
@label_option
@sampling_option
@engine_options
@language_option
@as_json("the summary", quiet=True)
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
                sampling=options["sampling"],
                folder=out,
                until_precise=options["until_precise"],
                quantile=options["quantile"],
                shared=options["shared"],
                large=options["yes"],
                label=options["label"],
                progress=progress,
                command=typed(),
                **workers_of(options),
            )
        progress.say("drawing the dashboard")
        page = study.report()
    if json_:
        print_json(study.summary())
    else:
        click.echo(answer(study, page))


def answer(study: Study, page: Path) -> str:
    """Say the chance and the dates of every goal, what costs most days, and where the dashboard is."""
    findings, calendar = study.findings, study.calendar
    lines = [
        f"{findings.called}: {counted(findings.replications, 'replication')}, seed {findings.seed}, "
        f"{study.manifest.wall_s:.1f} s, {study.folder}",
        "",
    ]
    for index, goal in enumerate(findings.goals):
        lines += _headline(goal, findings, calendar) if index == 0 else [_sentence(goal, findings, calendar)]
    lines += ["", *_table(findings, calendar), "", *_notes(findings, study.manifest.precision), f"Dashboard: {page}"]
    return "\n".join(lines)


def _headline(goal: GoalFinding, findings: Findings, calendar: Calendar) -> list[str]:
    by_share = {round(one.share * 100): one for one in goal.quantiles}
    p50, p80 = (_month(by_share[share].value, calendar) for share in _SAID)
    lines = [
        f">>> {_sentence(goal, findings, calendar)}",
        f"    P50 {p50} (half of the replications have it by then), P80 {p80} (four in five)",
        *_ranges(goal, calendar),
    ]
    costs = [one for one in goal.delays if one.net_d >= 0.5][:3]
    if costs:
        lines.append(f"    What costs most days against the plan, in the mean: {_costs(costs)}")
    if goal.censored:
        share = goal.censored / findings.replications
        runs = counted(findings.replications, "replication")
        lines.append(
            f"    {goal.censored} of {runs} ({percent(share)}) {plural(goal.censored, 'does', 'do')} not reach"
            f" it by the calendar's end, {_day(findings.end_d, calendar)}"
        )
    return [*lines, ""] if len(findings.goals) > 1 else lines


def _sentence(goal: GoalFinding, findings: Findings, calendar: Calendar) -> str:
    chance, over = goal.probability, goal.over_figures
    apart = f"95 % interval {percent(chance.low)} to {percent(chance.high)}"
    if over is not None:
        low, high = percent(over.low), percent(over.high)
        apart += f", sampling; over the figures' own uncertainty {low} to {high}"
    said = say_chance(chance.value, chance.low, chance.high, findings.replications)
    if not chance.k and goal.earliest_d is not None:
        said += f"; earliest {_month(goal.earliest_d, calendar)}"
    return f"{goal.name} by {_day(goal.by_d, calendar)}: {said} ({apart})"


def _ranges(goal: GoalFinding, calendar: Calendar) -> list[str]:
    """Say between which months P50 and P80 lie over the drawn figures."""
    found = goal.over_figures.quantiles if goal.over_figures is not None else ()
    told = [
        f"P{one.share * 100:.0f} {_month(one.low, calendar)} to {_month(one.high, calendar)}"
        for one in found
        if round(one.share * 100) in _SAID
    ]
    return [f"    80 % range over the figures' own uncertainty: {', '.join(told)}"] if told else []


def _table(findings: Findings, calendar: Calendar) -> list[str]:
    dates = ("plan", "P10", "P50", "P80", "P90", "not reached")
    over = ("over figures",) if any(goal.over_figures for goal in findings.goals) else ()
    rows = [("goal", "wanted by", "chance", "95 % interval", *over, *dates)]
    for goal in findings.goals:
        chance = goal.probability
        share = f"{chance.k:,} of {chance.n:,}" if chance.k in (0, chance.n) else percent(chance.value)
        found = (share, f"{percent(chance.low)} .. {percent(chance.high)}")
        quantiles = (_iso(one.value, calendar) for one in goal.quantiles)
        ranges = (_range(goal),) if over else ()
        plan = (_iso(goal.nominal_d, calendar), *quantiles, str(goal.censored))
        rows.append((goal.name, calendar.iso(goal.by_d), *found, *ranges, *plan))
    return list(aligned(rows[0], rows[1:]))


def _range(goal: GoalFinding) -> str:
    over = goal.over_figures
    return "-" if over is None else f"{percent(over.low)} .. {percent(over.high)}"


def _notes(findings: Findings, precision: str | None) -> list[str]:
    lines = [] if precision is None else [f"Precision: {precision}."]
    lines += [
        f"N = {findings.replications}; intervals are sampling error only: they do not say how good the "
        "scenario's figures are.",
        *_drawn(findings),
    ]
    if findings.figures:
        figures = counted(findings.figures, "figure")
        are = plural(findings.guesses, "is an estimate", "are estimates")
        lines.append(f"{findings.guesses} of the {figures} with a source {are}.")
    return lines


def _drawn(findings: Findings) -> list[str]:
    """Say which of the ranges over the drawn figures are not known, and why."""
    if not findings.drawn:
        return ["None of the figures is drawn: how far their own uncertainty moves a chance is not told."]
    unknown = [goal.name for goal in findings.goals if goal.over_figures is None]
    if not unknown:
        drawn = counted(findings.drawn, "figure")
        return [f"Ranges over the figures' own uncertainty hold 80 % of the draws of {drawn}; N does not narrow them."]
    return [f"Too few replications to tell how far the figures' own uncertainty moves {', '.join(unknown)}."]


def _costs(costs: Iterable[SubjectDelay]) -> str:
    return ", ".join(f"{one.called} ({one.net_d:.0f} d)" for one in costs)


def _day(day: float, calendar: Calendar) -> str:
    date = datetime.date.fromisoformat(calendar.iso(day))
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def _month(day: float | None, calendar: Calendar) -> str:
    if day is None:
        return f"after {_day(calendar.length_d, calendar)}"
    date = datetime.date.fromisoformat(calendar.iso(day))
    return f"{MONTHS[date.month - 1]} {date.year}"


def _iso(day: float | None, calendar: Calendar) -> str:
    return "-" if day is None else calendar.iso(day)
