"""`ilrs export`: a plan or a run for another tool: MS Project XML, a table, a workbook, a calendar."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json


@click.command("export")
@click.argument("kind", type=click.Choice(["mspdi", "csv", "xlsx", "ics"]))
@click.argument("source", metavar="SCENARIO|RUN")
@click.option("-o", "--output", "target", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@as_json("what was written")
def command(kind: str, source: str, target: Path, force: bool, json_: bool) -> None:
    """Write a plan, or a run with its P50 and P80, for another tool.

    mspdi is MS Project XML with the plan as baseline 0, P50 as 1, P80 as 2; csv and xlsx are tables of the activities;
    ics holds milestones, launches and goals.
    """
    from sim.front.exporting import export
    from sim.problems import counted

    plan = export(kind, source, target, force=force)
    links = sum(len(one.needs) for one in plan.activities)
    held = sum(one.kind != "activity" or one.unlinked > 0 for one in plan.activities)
    told = {"written": str(target), "kind": kind, "from": plan.run, "activities": len(plan.activities), "links": links,
            "held_by_date": held}  # fmt: skip
    if json_:
        print_json(told)
        return
    click.echo(f"{target}: {counted(len(plan.activities), 'activity', 'activities')}, {counted(links, 'link')}")
    click.echo(plan.run)
    if held and kind == "mspdi":
        what = counted(held, "line waits", "lines wait")
        click.echo(f"{what} for what is no link there, such as a launch: held by its date in the plan")
    if kind in ("mspdi", "csv", "xlsx") and any(any(one.likely) for one in plan.activities):
        click.echo("P50 and P80 are of each activity on its own: those of linked ones need not fit together")
