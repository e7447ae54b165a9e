"""`ilrs seek`: what would it take to reach a goal with the chance that is wanted?"""

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
    from sim.study.seek import Found, Trial


@click.command("seek")
@click.argument("file", metavar="FILE")
@click.option("--goal", metavar="G", help="The goal [default: the file's seek block, or its first goal].")
@click.option("--confidence", metavar="70%", help="The chance wanted [default: the file's seek block, or the goal's].")
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
    {name: 2}}`. Cheap packages are tried first, and replications are spent only where they decide. Says how sure the
    answer is, and says so when nothing does.
    """
    from sim.front import load
    from sim.front.progress import reporter

    where = workers_of(options)
    with reporter(quiet=options["quiet"] or options["json_"]) as progress, arguments_as_options():
        search = load(file, split_names(variants), sets, as_of=options["as_of"]).seek(
            options["goal"],
            confidence=options["confidence"],
            most=options["most"],
            seed=options["seed"],
            folder=options["out"],
            progress=progress,
            command=typed(),
            **where,
        )
    said = json_text(search.document) if options["json_"] else "\n".join(_told(search.found))
    click.echo(said)


def _told(found: Found) -> list[str]:
    wanted = f"{found.plan.goal} by its date with a chance of {found.plan.confidence:.0%}"
    runs = counted(sum(one.tried for one in found.trials), "replication")
    tried = f"{len(found.trials)} of {counted(found.packages, 'package')} tried, {runs}"
    if found.answer is not None:
        lines = [
            f">>> {wanted}: {found.answer.package.text}, for a cost of {found.answer.package.cost:g}",
            f"    {_chance(found.answer)}; sure to {found.sure:.1%} that it does and nothing cheaper does",
        ]
    elif found.best is not None:
        lines = [
            f">>> {wanted}: nothing does. None of the packages of these levers reaches it.",
            f"    The best, {found.best.package.text} (cost {found.best.package.cost:g}): {_chance(found.best)}",
            f"    sure to {found.sure:.1%} that nothing does",
        ]
    else:
        lines = [f">>> {wanted}: no package makes a valid scenario"]
    if found.gain is not None:
        gain = found.gain
        interval = f"({100 * gain.lo:+.1f} to {100 * gain.hi:+.1f})"
        lines.append(f"    against the plan as it is: {100 * gain.value:+.1f} points {interval}")
    for one in found.doubtful[:5]:
        lines.append(f"    in doubt: {one.package.text} (cost {one.package.cost:g}): {_chance(one)}")
    invalid = [one for one in found.trials if one.failed]
    for one in invalid[:3]:
        lines.append(f"    invalid: {one.package.text}: {one.failed.splitlines()[0]}")
    return [*lines, f"    {tried}; {found.folder}", "", "Intervals and sureness are sampling error only."]


def _chance(trial: Trial) -> str:
    chance = trial.chance
    return f"{chance.value:.1%} (95 % interval {chance.lo:.1%} to {chance.hi:.1%}, {trial.tried} replications)"
