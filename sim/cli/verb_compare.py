"""`ilrs compare`: scenarios, runs and variants side by side, paired replication by replication."""

from __future__ import annotations

from typing import Any

import click

from sim.cli.changes_text import changes_told, idle_told
from sim.cli.options import (
    arguments_as_options,
    as_json,
    as_of_option,
    engine_options,
    language_option,
    seed_option,
    workers_of,
)
from sim.cli.printing import json_text, say_cause, say_chance
from sim.problems import counted

_MOST = 26
_INPUTS_SHOWN = 20


@click.command("compare")
@click.argument("things", nargs=-1, required=True, metavar="A B ...")
@click.option("--goal", help="Only this goal; where the names differ, one for each: ilrs-basic=base-basic.")
@click.option("-n", "--replications", type=click.IntRange(1, 5_000_000), default=500, show_default=True)
@seed_option
@as_of_option
@engine_options
@click.option("--report", "report", is_flag=True, help="Also draw a page for each run and one that compares them.")
@click.option(
    "--changes",
    is_flag=True,
    help="Of two: what each input that differs moves, one after another, by paired runs; kept for the next time.",
)
@language_option
@as_json("the comparison", quiet=True)
def command(things: tuple[str, ...], goal: str | None, report: bool, json_: bool, quiet: bool, **options: Any) -> None:
    """Compare what scenarios promise: chance, P50 and P80 with paired intervals, slip by cause, what differs.

    A, B and more are run folders, scenarios, or variants: FILE@VARIANT, FILE@ONE+OTHER, or @VARIANT of the first.
    Scenarios are run first (or read, where the run is there), all with the same luck. Differences are B less A. Goals
    pair by their names, or by the `counts_as` of both; who has no such goal is left out, by name.
    """
    from sim.front import compare
    from sim.front.progress import reporter

    if not 2 <= len(things) <= _MOST:
        raise click.UsageError(f"two to {_MOST} things can be compared, not {len(things)}")
    if options["changes"] and len(things) > 2:
        raise click.UsageError("--changes tells the way from one study to one other: name two")
    with reporter(quiet=quiet or json_) as progress, arguments_as_options():
        found = compare(
            *things,
            goal=goal,
            replications=options["replications"],
            seed=options["seed"],
            as_of=options["as_of"],
            progress=progress,
            **workers_of(options),
        )
        if options["changes"]:
            found.changes(progress=progress, **workers_of(options))
        said = dict(found.document)
        if report:
            progress.say("drawing the pages")
            said["report"] = str(found.report())
    click.echo(json_text(said) if json_ else "\n".join(_told(said)))


def _told(said: dict[str, Any]) -> list[str]:
    lines = [
        f"{label}: {one['name']} ({one['scenario']}, {counted(one['replications'], 'replication')}, {one['folder']})"
        for label, one in said["studies"].items()
    ]
    counts = {label: one["replications"] for label, one in said["studies"].items()}
    lines += [f"left out: {name}: {why}" for name, why in said.get("left_out", {}).items()]
    for title, goal in said["goals"].items():
        lines += ["", title, *_goal(goal, {label: counts[label] for label in said["studies"] if label in goal})]
        missing = [said["studies"][label]["name"] for label in goal.get("left_out", [])]
        lines += [f"  left out, for want of this goal: {', '.join(missing)}"] if missing else []
    lines += ["", *_inputs(said["input"], list(said["studies"]))]
    if "changes" in said:
        lines += ["", *changes_told(said["changes"])]
    elif len(said["studies"]) == 2 and said["input"]:
        lines.append("  --changes tells what each of them moves")
    if "report" in said:
        lines += ["", f"Dashboard: {said['report']}"]
    return [*lines, "", "Replications are paired by the same luck; intervals are 95 %, sampling error only."]


def _goal(goal: dict[str, Any], counts: dict[str, int]) -> list[str]:
    """Say what is found of a goal; `counts` are the replications of each study, by its label."""
    labels = list(counts)
    lines = []
    base, same = goal.get("base", labels[0]), len({goal[label]["goal"] for label in labels}) == 1
    for label in labels:
        one = goal[label]
        low, high = one["interval"]
        chance = say_chance(one["probability"], low, high, counts[label])
        dates = f"P50 {one['p50'] or 'not reached'}, P80 {one['p80'] or 'not reached'}"
        figures = _over_figures(one.get("over_figures"))
        named = "" if same else f"{one['goal']} "
        lines.append(f"  {label}: {named}by {one['by']} {chance} ({low:.1%} to {high:.1%}{figures}), {dates}")
    differences = goal.get("differences") or {"B": goal}
    for label, one in differences.items():
        lines += [f"  {label} less {base}: {', '.join(_differences(one))}"]
        lines += [f"    {line}" for line in idle_told(one["nothing_moves"])] if "nothing_moves" in one else []
    causes = dict.fromkeys(cause for label in labels for cause in goal[label]["slip_by_cause_d"])
    lines.append("  mean days against each one's own plan, by cause:")
    for cause in causes:
        days = [goal[label]["slip_by_cause_d"].get(cause, 0.0) for label in labels]
        if any(map(round, days)):
            told = (f"{label} {_days(day)}" for label, day in zip(labels, days, strict=True))
            lines.append(f"    {say_cause(cause):26} {', '.join(told)}")
    return lines


def _over_figures(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    low, high = found["probability"]
    return f"; {found['level']:.0%} range over the figures {low:.1%} to {high:.1%}"


def _differences(one: dict[str, Any]) -> list[str]:
    low, high = one["probability_interval"]
    parts = [f"chance {100 * one['probability_difference']:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"]
    for key, name in (("p50", "P50"), ("p80", "P80")):
        value, bounds = one[f"{key}_difference_d"], one[f"{key}_interval_d"]
        known = f"{_days(value)} ({_days(bounds[0])} to {_days(bounds[1])})"
        parts.append(f"{name} {'unknown: not reached' if value is None else known}")
    if one["difference_d"] is not None:
        low, high = one["interval_d"]
        correlated = "" if one["correlation"] is None else f", correlation {one['correlation']:.2f}"
        parts.append(
            f"mean {_days(one['difference_d'])} ({_days(low)} to {_days(high)}) over the {one['pairs']} of "
            f"{counted(one['replications'], 'pair')} in which both reach it{correlated}"
        )
    return parts


def _days(value: float | None) -> str:
    return "unknown" if value is None else f"{round(value) or 0:+d} d"


def _inputs(items: list[dict[str, Any]], labels: list[str]) -> list[str]:
    lines = [f"values of the input that differ: {len(items)}"]
    for item in items[:_INPUTS_SHOWN]:
        groups: dict[str | None, list[str]] = {}
        for label in labels:
            groups.setdefault(item[label], []).append(label)
        values = (f"{', '.join(group)} {'-' if value is None else value}" for value, group in groups.items())
        lines.append(f"  {item['path']}: {'; '.join(values)}")
    if len(items) > _INPUTS_SHOWN:
        lines.append(f"  and {len(items) - _INPUTS_SHOWN} more; --json lists them all")
    return lines
