"""`ilrs sweep`: run a scenario over many values of some of its keys, on this machine or a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import (
    as_json,
    engine_options,
    label_option,
    model_options,
    reporting,
    sampling_option,
    split_names,
    typed,
    workers_of,
)
from sim.cli.printing import print_json
from sim.problems import counted, plural

if TYPE_CHECKING:
    from sim.front import Sweep

SOME_FAILED = 4
_SHOWN = 12


@click.command("sweep")
@click.argument("file", metavar="FILE")
@click.option(
    "--design",
    type=click.Choice(["grid", "lhs", "sobol", "saltelli", "tornado", "zip"]),
    help="Which cases; saltelli gives Sobol indices, tornado one factor at a time, zip pairs values [default: the "
    "file's, or sobol].",
)
@click.option("--cases", type=click.IntRange(1, 1_000_000), help="Points of the design [default: the file's, or 64].")
@click.option(
    "-n", "--replications", type=click.IntRange(1), help="Replications of each case [default: the file's, or 200]."
)
@click.option(
    "--vary", multiple=True, metavar="KEY.PATH=VALUES", help="Vary a key: '[a, b]' or '{uniform: [90 d, 240 d]}'."
)
@click.option("--only", is_flag=True, help="Vary what --vary says and nothing else, whatever the file varies.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Root seed [default: the file's, or 2035].")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Sweep folder [default: runs/SCENARIO-sweep-KEY].")
@click.option("--yes", is_flag=True, help="Start a sweep that is refused for its size.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first case that fails.")
@model_options
@label_option
@sampling_option
@engine_options
@as_json("the cases and what they show", quiet=True)
@click.pass_context
def command(ctx: click.Context, /, file: str, sets: tuple[str, ...], variants: tuple[str, ...], **options: Any) -> None:
    """Run every case of a design over dotted paths of a scenario, all cases with the same luck.

    FILE has a block `sweep: {vary: {key.path: [values]}}`, and --vary adds keys to it or replaces their values; with
    --only it stands alone. The same command goes on where it stopped, and a larger Sobol design reuses what is there.
    Exit code 4: some cases failed, the others are there.
    """
    from sim.front import load

    if options["only"] and not options["vary"]:
        raise click.UsageError("--only belongs to --vary: it leaves out what the file varies")
    where = workers_of(options)
    with reporting(options) as progress:
        progress.say("reading the scenario")
        sweep = load(file, split_names(variants), sets, as_of=options["as_of"]).sweep(
            options["vary"],
            only=options["only"],
            design=options["design"],
            cases=options["cases"],
            replications=options["replications"],
            seed=options["seed"],
            sampling=options["sampling"],
            folder=options["out"],
            large=options["yes"],
            fail_fast=options["fail_fast"],
            label=options["label"],
            progress=progress,
            command=typed(),
            **where,
        )
    if options["json_"]:
        print_json(sweep.document)
    else:
        click.echo("\n".join(_told(sweep)))
    if sweep.failed:
        ctx.exit(SOME_FAILED)


def _told(sweep: Sweep) -> list[str]:
    said = sweep.document
    done = sum(case["status"] == "done" for case in said["cases"])
    count, each = counted(len(said["cases"]), "case"), counted(said["replications"], "replication")
    lines = [
        f"{said['name']}: {done} of {count} done, {said['failed']} failed; {said['design']}, {each} each, "
        f"seed {said['seed']}, {sweep.folder}",
    ]
    for index, (goal, found) in enumerate(said["sensitivity"].items()):
        cases = [] if index else _goal_lines(goal, said["cases"])  # of the first goal; --json has them all
        lines += ["", f"{goal}", *cases, *_sensitivity_lines(found)]
    failed = [case for case in said["cases"] if case["status"] == "failed"]
    if failed:
        lines += ["", "failed:", *(f"  case {case['number']}: {case['reason'].splitlines()[0]}" for case in failed[:5])]
        again = plural(len(failed), "it", f"each of the {len(failed)}")
        lines += [f"  `ilrs status {sweep.folder}` says how to run {again} again"]
    return [*lines, "", "All cases saw the same luck; intervals are sampling error only."]


def _goal_lines(goal: str, cases: list[dict[str, Any]]) -> list[str]:
    rows = [case for case in cases if goal in case.get("goals", {})]
    rows.sort(key=lambda case: case["goals"][goal]["mean_d"])
    shown = rows if len(rows) <= _SHOWN else [*rows[: _SHOWN // 2], None, *rows[-_SHOWN // 2 :]]
    lines = ["  case  chance   P50         P80"]
    for case in shown:
        if case is None:
            lines.append(f"  ... {counted(len(rows) - _SHOWN, 'case')} between the earliest and the latest")
            continue
        one = case["goals"][goal]
        values = ", ".join([*case["variants"], *(f"{_short(path)}={text}" for path, text in case["set"].items())])
        dates = f"{one['p50'] or 'not reached':11} {one['p80'] or 'not reached':11}"
        lines.append(f"  {case['number']:4}  {one['probability']:6.1%}   {dates} {values}")
    return lines


def _short(path: str) -> str:
    """Return the end of a path, which tells most of them apart."""
    return ".".join(path.split(".")[-2:])


def _sensitivity_lines(found: dict[str, Any]) -> list[str]:
    lines = []
    for path, one in found.get("indices", {}).items():
        low, high = one["total_interval"]
        first = f"{one['first']:.2f} alone"
        lines.append(f"  {path}: {first}, {one['total']:.2f} with interactions (95 % interval {low:.2f} to {high:.2f})")
    for path, ends in found.get("swings", {}).items():
        said = (f"{value}: {end['days']:+.0f} d ({end['interval'][0]:+.0f} to {end['interval'][1]:+.0f})"
                for value, end in ends.items())  # fmt: skip
        lines.append(f"  {path}: {'; '.join(said)}")
    for path, one in found.get("ranks", {}).items():
        if one["value"] is not None:
            low, high = one["interval"]
            lines.append(f"  {path}: rank correlation {one['value']:+.2f} (95 % interval {low:+.2f} to {high:+.2f})")
    return [f"  {found['measure']}:", *lines] if lines else []
