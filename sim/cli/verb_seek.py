"""`ilrs seek`: what would it take to reach a goal with the chance that is wanted, and what can be promised?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    arguments_as_options,
    as_json,
    as_of_option,
    engine_options,
    scenario_options,
    split_names,
    typed,
    workers_of,
)
from sim.cli.printing import json_text
from sim.problems import counted

if TYPE_CHECKING:
    from sim.decide.sought import Found, Level, Trial

_SHOWN = 4
"""Packages of one kind that are printed; the page and --json have all."""


@click.command("seek")
@click.argument("file", metavar="FILE")
@click.option("--goal", metavar="G", help="The goal [default: the file's seek block, or its first goal].")
@click.option("--confidence", metavar="70%", help="The chance wanted [default: the file's seek block, or the goal's].")
@click.option("--levels", metavar="50%,70%,...", help="More chances, answered by the same search.")
@click.option(
    "-n",
    "--replications",
    default=10_000,
    show_default=True,
    type=click.IntRange(100, 5_000_000),
    help="Replications in all; what is open then is said.",
)
@click.option(
    "--most",
    default=3200,
    show_default=True,
    type=click.IntRange(100, 5_000_000),
    help="Replications at most for one package.",
)
@click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**63 - 1))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder [default: runs/SCENARIO-seek-KEY].")
@scenario_options
@as_of_option
@engine_options
@as_json("the answer")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Find the cheapest levers that reach a goal by its date with the chance that is wanted.

    FILE names levers with values and costs: `seek: {levers: {key.path: {values: [a, b], costs: [1, 4]}}, variants:
    {name: 2}}`. Replications are spent where they decide. Says what is sure, what is in doubt and what would settle
    it; when nothing does, which chance is nearest, and which date can be promised for which cost. Draws a page with
    the frontier.
    """
    from sim.front import load
    from sim.front.progress import reporter

    where = workers_of(options)
    levels = tuple(one.strip() for one in (options["levels"] or "").split(",") if one.strip())
    with reporter(quiet=options["quiet"] or options["json_"]) as progress, arguments_as_options():
        search = load(file, split_names(variants), sets, as_of=options["as_of"]).seek(
            options["goal"],
            confidence=options["confidence"],
            levels=levels,
            most=options["most"],
            replications=options["replications"],
            seed=options["seed"],
            folder=options["out"],
            progress=progress,
            command=typed(),
            **where,
        )
        page = search.report()
    if options["json_"]:
        click.echo(json_text({**search.document, "page": str(page)}))
    else:
        click.echo("\n".join([*_told(search.found), f"Dashboard: {page}"]))
    if search.found.interrupted:
        raise click.exceptions.Exit(130)


def _told(found: Found) -> list[str]:
    lines = _headline(found)
    if found.gain is not None:
        gain = found.gain
        interval = f"({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
        lines.append(f"    against the plan as it is: {100 * gain.value:+.1f} points {interval}")
    lines += _open(found.level)
    for level in found.levels:
        if level is not found.level:
            lines += [_other(level), *_open(level)]
    lines += _promises(found)
    for one in [one for one in found.trials if one.failed][:_SHOWN]:
        lines.append(f"    invalid: {one.package.text}: {one.failed.splitlines()[0]}")
    return [*lines, *_spent(found), "", "Intervals and sureness are sampling error only."]


def _headline(found: Found) -> list[str]:
    level, by = found.level, _date(found, found.by_d)
    wanted = f"{found.plan.goal} by {by} with a chance of {found.plan.confidence:.0%}"
    if level.answer is not None:
        return [
            f">>> {wanted}: {level.answer.package.text}, for a cost of {level.answer.package.cost:g}",
            f"    {_chance(level.answer)}; sure to {found.sure:.1%} that it does and nothing cheaper does",
        ]
    if level.nearest is None:
        return [f">>> {wanted}: no package makes a valid scenario"]
    best = f"{level.nearest.package.text} (cost {level.nearest.package.cost:g}): {_chance(level.nearest)}"
    if level.state == "in doubt":
        return [f">>> {wanted}: not settled; no package surely reaches it.", f"    The best so far, {best}"]
    return [
        f">>> {wanted}: nothing does. None of the packages of these levers reaches it.",
        f"    The best, {best}",
        f"    sure to {found.sure:.1%} that nothing does",
    ]


def _other(level: Level) -> str:
    if level.answer is not None:
        said = f"{level.answer.package.text}, for a cost of {level.answer.package.cost:g}; {_chance(level.answer)}"
    elif level.state == "nothing" or level.nearest is None:
        said = "nothing does"
    else:
        said = f"not settled; the best so far, {level.nearest.package.text}: {_chance(level.nearest)}"
    return f"    with {level.level:.0%}: {said}"


def _open(level: Level) -> list[str]:
    lines = []
    for doubt in level.doubts[:_SHOWN]:
        more = "seems equal to it" if doubt.more is None else f"some {doubt.more:,} more would settle it"
        one = doubt.trial
        lines.append(f"    in doubt: {one.package.text} (cost {one.package.cost:g}): {_chance(one)}; {more}")
    if len(level.doubts) > _SHOWN:
        lines.append(f"    and {len(level.doubts) - _SHOWN} more in doubt")
    for tie in level.ties[:_SHOWN]:
        lines.append(f"    as good for the same cost: {tie.package.text}: {_chance(tie)}")
    if level.unseen:
        lines.append(f"    {counted(level.unseen, 'cheaper package')} not looked at: the replications ended; raise -n")
    return lines


def _promises(found: Found) -> list[str]:
    steps = found.promises
    share = found.plan.confidence
    said = [
        f"{_promised(found, one)} {'as it is' if not one.package.cost else f'for a cost of {one.package.cost:g}'}"
        for one in steps
    ]
    lines = [f"    At {share:.0%} promise {'; '.join(said)}."]
    return [*lines, *(f"      {one.package.cost:g}: {one.package.text}" for one in steps[1:])]


def _promised(found: Found, trial: Trial) -> str:
    day = found.day_of(trial, found.plan.confidence)
    if day.value is None:
        return "no date before the calendar ends"
    ends = [_date(found, edge) if edge is not None else "?" for edge in (day.low, day.high)]
    return f"{_date(found, day.value)} ({ends[0]} to {ends[1]})"


def _spent(found: Found) -> list[str]:
    tried = f"{len(found.trials)} of {counted(found.packages, 'package')} tried"
    left = found.packages - len(found.trials)
    unseen = f", {left} left out: dearer, or one that pulls more surely misses" if left else ""
    ended = "; interrupted" if found.interrupted else ""
    return [
        f"    {tried}{unseen}, {found.replications:,} of {counted(found.budget, 'replication')}{ended}; {found.folder}"
    ]


def _date(found: Found, day_d: float) -> str:
    return found.calendar.iso(day_d)


def _chance(trial: Trial) -> str:
    chance = trial.chance
    return f"{chance.value:.1%} (95 % interval {chance.low:.1%} to {chance.high:.1%}, {trial.tried} replications)"
