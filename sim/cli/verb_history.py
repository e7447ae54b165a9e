"""`ilrs history`: how the forecast moved with what became known, day by day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    as_json,
    engine_of,
    engine_options,
    language_option,
    scenario_options,
    seed_option,
    split_names,
    typed,
)
from sim.cli.printing import aligned, print_json
from sim.problems import counted

if TYPE_CHECKING:
    from sim.study.history import GoalHistory, History


@click.command("history")
@click.argument("file", metavar="FILE")
@click.option("--every", metavar="3mo", help="Days of knowledge this far apart: d, wk, mo or yr [default: 6mo].")
@click.option("--on", "days", metavar="DATE,DATE", help="These days of knowledge instead.")
@click.option("--goal", metavar="G", help="Only this goal.")
@click.option(
    "-n", "--replications", type=click.IntRange(min=1), default=300, show_default=True, help="Replications of each day."
)
@seed_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder [default: runs/SCENARIO-history-KEY].")
@scenario_options
@engine_options
@language_option
@as_json("the forecasts", quiet=True)
def command(file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Forecast a scenario afresh on each of several days, with what was known then, and draw the milestone trend.

    FILE is a scenario or the name of a shipped one; what was said when stands in it (`said`). Without --on the days
    run from the calendar's start to its day of knowledge. Each day's forecast is a run folder below one folder, and the
    same command goes on where it stopped.
    """
    from sim.front.forecast_history import forecast
    from sim.front.progress import reporter
    from sim.study.sweep import Start

    if options["every"] and options["days"]:
        raise click.UsageError("--every and --on both name the days; give one of them")
    start = Start(file, split_names(variants), sets)
    with reporter(quiet=options["quiet"] or options["json_"]) as progress, engine_of(options) as engine:
        found = forecast(
            start,
            engine,
            progress,
            every=options["every"] or "6mo",
            on=options["days"] or "",
            replications=options["replications"],
            seed=options["seed"],
            folder=options["out"],
            command=typed(),
        )
        history, folder = found.record, found.folder
        goals = _chosen(history, options["goal"])
        progress.say("drawing the trend")
        page = found.report()
    if options["json_"]:
        print_json(document(history, goals, folder, page))
    else:
        click.echo("\n".join(_told(history, goals, folder, page)))


def _chosen(history: History, name: str | None) -> tuple[GoalHistory, ...]:
    """Return the goals that are asked for."""
    from sim.problems import suggest

    names = [goal.name for goal in history.goals]
    if name is not None and name not in names:
        raise click.BadParameter(f"no goal is called {name[:80]!r}: {suggest(name, names)}", param_hint="--goal")
    return tuple(goal for goal in history.goals if name in (None, goal.name))


def document(history: History, goals: tuple[GoalHistory, ...], folder: Path, page: Path) -> dict[str, Any]:
    """Return what `--json` prints; dates are ISO, null is *not reached by the calendar's end*."""
    return {
        "scenario": history.scenario,
        "seed": history.seed,
        "replications": history.replications,
        "folder": str(folder),
        "days": list(history.days),
        "goals": {
            goal.name: {
                "title": goal.title or None,
                "forecasts": [
                    {
                        "known_on": one.known_on,
                        "by": one.by,
                        "probability": one.probability,
                        "interval": [one.low, one.high],
                        "p10": one.p10,
                        "p50": one.p50,
                        "p80": one.p80,
                        "planned": one.planned,
                    }
                    for one in goal.forecasts
                ],
            }
            for goal in goals
        },
        "became_known": [{"by": one.known_on, "said": list(one.said), "more": one.more} for one in history.news],
        "report": str(page),
    }


def _told(history: History, goals: tuple[GoalHistory, ...], folder: Path, page: Path) -> list[str]:
    runs = counted(history.replications, "replication")
    lines = [
        f"{history.scenario} as it was known on {counted(len(history.days), 'day')}, {runs} each, "
        f"seed {history.seed}, {folder}"
    ]
    head = ("known on", "official", "plan", "chance", "95 % interval", "P10", "P50", "P80")
    for goal in goals:
        named = f"{goal.title} ({goal.name})" if goal.title else goal.name
        rows = [
            (
                one.known_on,
                one.by,
                one.planned or "not reached",
                f"{one.probability:.1%}",
                f"{one.low:.1%} to {one.high:.1%}",
                *(date or "not reached" for date in (one.p10, one.p50, one.p80)),
            )
            for one in goal.forecasts
        ]
        lines += ["", named, *aligned(head, rows, right=(3,))]
    lines += ["", *(line for one in history.news for line in _news(one.known_on, one.said, one.more))]
    return [*lines, "", f"Dashboard: {page}", "", "All days saw the same luck; intervals are sampling error only."]


def _news(day: str, said: tuple[str, ...], more: int) -> list[str]:
    if not said and not more:
        return []
    besides = f"{counted(more, 'other value')}" if more else ""
    return [f"by {day}: {'; '.join([*said, *([besides] if besides else [])])}"]
