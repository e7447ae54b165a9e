"""`ilrs seek`: what would it take to reach a goal with the chance that is wanted, and what can be promised?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    as_json,
    engine_options,
    language_option,
    model_options,
    reporting,
    seed_option,
    split_names,
    typed,
    workers_of,
)
from sim.cli.printing import json_text
from sim.problems import counted

if TYPE_CHECKING:
    from sim.decide.selection import Level
    from sim.decide.sought import Found, Trial

_SHOWN = 4
"""Packages of one kind that are printed; the page and --json have all."""
_MOST_LINES = 100


@click.command("seek")
@click.argument("file", metavar="FILE")
@click.option("--goal", metavar="G", help="The goal [default: the file's seek block, or its first goal].")
@click.option("--confidence", metavar="70%", help="The chance wanted [default: the file's seek block, or the goal's].")
@click.option("--by", metavar="DATE", help="The date wanted [default: the goal's].")
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
@seed_option
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder [default: runs/SCENARIO-seek-KEY].")
@model_options
@engine_options
@language_option
@as_json("the answer", quiet=True)
def command(file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Find the cheapest levers that reach a goal by its date with the chance that is wanted.

    FILE names levers with values and costs: `seek: {levers: {key.path: {values: [a, b], costs: [1, 4]}}, variants:
    {name: 2}}`. Replications are spent where they decide. Says what is sure, what is in doubt and what would settle
    it; when nothing does, which chance is nearest, and which date can be promised for which cost. Draws a page with
    the frontier.
    """
    from sim.front import load

    where = workers_of(options)
    levels = tuple(one.strip() for one in (options["levels"] or "").split(",") if one.strip())
    with reporting(options) as progress:
        search = load(file, split_names(variants), sets, as_of=options["as_of"]).seek(
            options["goal"],
            by=options["by"],
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
    lines += _open(found, found.level)
    for level in found.levels:
        if level is not found.level:
            lines += [_other(found, level), *_open(found, level)]
    lines += ["", *_steps(found), ""]
    failed = [one for one in found.trials if one.failed]
    for one in failed[:_SHOWN]:
        lines.append(f"    invalid: {one.package.text}: {one.failed.splitlines()[0]}")
    lines += _cut(len(failed), "invalid package")
    return [*lines, *_spent(found), "", "Intervals and sureness are sampling error only."]


def _headline(found: Found) -> list[str]:
    level, answer = found.level, found.answer
    wanted = f"{found.plan.goal} by {_date(found, found.by_d)} with a chance of {found.plan.confidence:.0%}"
    if answer is not None:
        return [
            f">>> {wanted}: {answer.package.text}, for a cost of {answer.package.cost:g}",
            f"    {_chance(answer)}; {_sure(found)}",
            *_gain(found, answer),
        ]
    best = f"{found.best.package.text} (cost {found.best.package.cost:g}): {_chance(found.best)}"
    if level.state == "in doubt":
        said = [f">>> {wanted}: not settled; no package surely reaches it.", f"    The best so far, {best}"]
    else:
        said = [
            f">>> {wanted}: nothing does. None of the {found.packages:,} packages of these levers reaches it, "
            f"sure to {found.sure:.1%}.",
            f"    The nearest chance, {best}",
        ]
    return [*said, *_gain(found, found.best), *_as_good(found), _nearest_date(found)]


def _sure(found: Found) -> str:
    if found.level.unseen:
        return "it surely does, and something cheaper may"
    return f"sure to {found.sure:.1%} that it does and nothing cheaper does"


def _gain(found: Found, best: Trial) -> list[str]:
    gain = found.gain
    if gain is None or not best.package.pulls:
        return []
    interval = f"({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
    return [f"    against the plan as it is: {100 * gain.value:+.1f} points {interval}"]


def _as_good(found: Found) -> list[str]:
    if not found.as_good:
        return []
    least = found.row(found.as_good[0])
    others = f", and {counted(len(found.as_good) - 1, 'other')}" if len(found.as_good) > 1 else ""
    return [f"    cheaper, and not told from it: {least.package.text} (cost {least.package.cost:g}){others}"]


def _nearest_date(found: Found) -> str:
    last = found.soonest
    cost = f"for a cost of {last.package.cost:g}" if last.package.pulls else "as it is; no package is surely sooner"
    return f"    The nearest date with {found.plan.confidence:.0%}: {_promised(found, last)} {cost}"


def _other(found: Found, level: Level) -> str:
    answer = found.answer_of(level)
    if answer is not None:
        said = f"{answer.package.text}, for a cost of {answer.package.cost:g}; {_chance(answer)}"
    elif level.state == "nothing":
        said = "nothing does"
    else:
        said = f"not settled; the best so far, {found.best.package.text}: {_chance(found.best)}"
    return f"    with {level.level:.0%}: {said}"


def _open(found: Found, level: Level) -> list[str]:
    lines = []
    for doubt in level.doubts[:_SHOWN]:
        one = found.trial(doubt.option)
        more = "seems equal to it" if doubt.more is None else f"{_more(found, doubt.more)} would settle it"
        lines.append(f"    in doubt: {one.package.text} (cost {one.package.cost:g}): {_chance(one)}; {more}")
    lines += _cut(len(level.doubts), "package in doubt", "packages in doubt")
    for tie in level.ties[:_SHOWN]:
        lines.append(f"    as good for the same cost: {found.trial(tie).package.text}: {_chance(found.trial(tie))}")
    lines += _cut(len(level.ties), "as good", "as good")
    if level.unseen:
        lines.append(f"    {counted(level.unseen, 'cheaper package')} not looked at: the replications ended; raise -n")
    return lines


def _cut(count: int, one: str, many: str | None = None) -> list[str]:
    left = count - _SHOWN
    return (
        [f"    and {left} more {one if left == 1 else many or one + 's'}: see --json, or the page"] if left > 0 else []
    )


def _more(found: Found, count: int) -> str:
    """Return a number of replications, and about what they take."""
    took_s = count * found.s_each
    took = (
        f"{took_s / 3600:.0f} h" if took_s > 7200 else f"{took_s / 60:.0f} min" if took_s > 120 else f"{took_s:.0f} s"
    )
    return f"some {count:,} more replications ({took} of one worker, at this pace)"


def _steps(found: Found) -> list[str]:
    """Return what can be promised for which cost, one line for each package."""
    share = found.plan.confidence
    lines = [f"    At {share:.0%} promise, by cost ({found.compared} replications each, with the same luck):"]
    if len(found.trials) < found.packages:
        lines = [f"{lines[0][:-2]}; found by pulling what brings most for its cost, so better ones may exist):"]
    for step in found.sooner[:_MOST_LINES]:
        trial = found.row(step.option)
        tie = "" if step.sure else f"; not surely sooner than what is cheaper{_would(found, step.more)}"
        lines.append(
            f"    {trial.package.cost:>5g}  {_promised(found, trial)}, {trial.chance.value:.1%} by "
            f"{_date(found, found.by_d)}: {trial.package.text}{tie}"
        )
    if len(found.sooner) > _MOST_LINES:
        lines.append(f"    and {len(found.sooner) - _MOST_LINES} more: see --json, or the page")
    return lines


def _would(found: Found, more: int | None) -> str:
    return "" if more is None else f", {_more(found, more)} would tell"


def _promised(found: Found, trial: Trial) -> str:
    day = found.day_of(trial, found.plan.confidence)
    if day.value is None:
        return "no date before the calendar ends"
    ends = [_date(found, edge) if edge is not None else "?" for edge in (day.low, day.high)]
    return f"{_date(found, day.value)} ({ends[0]} to {ends[1]})"


def _spent(found: Found) -> list[str]:
    if len(found.trials) == found.packages:
        tried = f"All {counted(found.packages, 'package')} looked at"
    else:
        unseen = ", or not looked at as said above" if any(one.unseen for one in found.levels) else ""
        tried = (
            f"{len(found.trials):,} of {found.packages:,} packages looked at, the others left out: dearer than an "
            f"answer, or one that pulls more surely misses{unseen}"
        )
    lines = [f"    {tried}; {found.replications:,} of {found.budget:,} replications; {found.folder}"]
    if found.interrupted:
        lines.append("    Interrupted: this is what is known so far. The same command goes on where it stopped.")
    return lines


def _date(found: Found, day_d: float) -> str:
    return found.calendar.iso(day_d)


def _chance(trial: Trial) -> str:
    chance = trial.chance
    return f"{chance.value:.1%} (95 % interval {chance.low:.1%} to {chance.high:.1%}, {trial.tried} replications)"
