"""`ilrs status`: how far runs and sweeps are."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json
from sim.problems import counted, printable

if TYPE_CHECKING:
    from sim.study.folders import Status

EVERY_S = 2.0


@click.command("status")
@click.argument("folders", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Tell again every two seconds until nobody is at it.")
@as_json("the status")
def command(folders: tuple[Path, ...], watch: bool, json_: bool) -> None:
    """Say how far runs and sweeps are: done, failed, left, the rate, the time to go.

    DIR is the folder of a run, a sweep or an optimisation; without one, all below runs/ are listed. Failed cases come
    with the reason, and the command that runs one again.
    """
    from sim.study.folders import ours_below, status_of

    named = folders or tuple(ours_below(Path("runs")))
    found = [status_of(folder) for folder in named]
    while watch and any(one.holder for one in found):
        for one in found:
            click.echo(printable(_line(one)), err=True)
        time.sleep(EVERY_S)
        found = [status_of(folder) for folder in named]
    if json_:
        said = [_document(one) for one in found]
        print_json(said[0] if len(folders) == 1 else said)
        return
    if not found:
        click.echo("no runs and no sweeps below runs/")
    for one in found:
        lines = [_line(one), *(_details(one) if folders else [])]
        click.echo("\n".join(printable(line) for text in lines for line in text.split("\n")))


def _line(one: Status) -> str:
    parts = [f"{one.done} of {counted(one.done + one.failed + one.left, one.unit.removesuffix('s'))} done"]
    parts += [f"{one.failed} failed"] if one.failed else []
    parts += [f"{one.per_s:.1f} a second"] if one.per_s and one.left else []
    parts += [f"{_span(one.to_go_s)} to go"] if one.to_go_s and one.holder else []
    return f"{one.folder}: {one.kind} of {one.name}, {one.state}: {', '.join(parts)}"


def _details(one: Status) -> list[str]:
    lines = [f"  held by {one.holder}"] if one.holder else []
    if one.left and not one.holder:
        lines.append(f"  go on with: {one.command or 'the same `ilrs run` command'}")
    for failure in one.failures:
        lines += [f"  case {failure.number}: {failure.reason}", f"    again: {failure.rerun}"]
    return lines


def _document(one: Status) -> dict[str, Any]:
    return {
        "folder": str(one.folder),
        "kind": one.kind,
        "scenario": one.scenario,
        "name": one.name,
        "state": one.state,
        "holder": one.holder,
        "unit": one.unit,
        "done": one.done,
        "failed": one.failed,
        "left": one.left,
        "per_s": one.per_s,
        "to_go_s": one.to_go_s,
        "command": one.command,
        "failures": [{"case": bad.number, "reason": bad.reason, "rerun": bad.rerun} for bad in one.failures],
    }


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
