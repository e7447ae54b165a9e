"""`ilrs check`: everything that is wrong with scenarios, without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json, model_options, split_names
from sim.cli.printing import print_json
from sim.problems import counted

if TYPE_CHECKING:
    from sim.problems import Problem


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@model_options
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--flights", is_flag=True, help="Also compute transfers and close every flight's mass (slower).")
@as_json("the problems")
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    sets: tuple[str, ...],
    variants: tuple[str, ...],
    as_of: str | None,
    strict: bool,
    flights: bool,
    json_: bool,
) -> None:
    """Say everything that is wrong with scenarios, each with its place and the way out."""
    from sim.front import check

    found = {file: check(file, split_names(variants), sets, as_of=as_of, flights=flights) for file in files}
    every = [problem for problems in found.values() for problem in problems]
    if json_:
        print_json([problem.as_json() for problem in every])
    else:
        _print_lines(found)
    if any(strict or problem.severity == "error" for problem in every):
        ctx.exit(1)


def _print_lines(found: dict[str, tuple[Problem, ...]]) -> None:
    for file, problems in found.items():
        for problem in problems:
            click.echo(problem.text(), err=True)
        if not any(problem.severity == "error" for problem in problems):
            warnings = f", {counted(len(problems), 'warning')}" if problems else ""
            click.echo(f"{file}: no error{warnings}")
