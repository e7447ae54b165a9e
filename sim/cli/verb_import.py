"""`ilrs import`: the plan of another tool as a scenario, with what was taken, changed and left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json
from sim.cli.printing import aligned, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.front.importing import Imported
    from sim.interchange.agreement import DateDifference

_SHOWN = 5
"""Places told of one rule, and differences told; --json has all."""


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("-o", "--output", "target", required=True, metavar="PLAN.yaml", help="The scenario to write.")
@click.option(
    "--from",
    "kind",
    type=click.Choice(["mspdi", "xer", "pmxml", "csv", "psplib", "patterson", "spacenet"]),
    help="What FILE is [default: by its content].",
)
@click.option("--goal", "goals", multiple=True, metavar="NAME=ID[@DATE]", help="A goal: what it needs, by when.")
@click.option("--start", metavar="DATE", help="When the plan starts, where the file does not say it.")
@click.option("--as-of", "as_of", metavar="DATE", help="The data date of the progress, where the file does not say it.")
@click.option("--calendar", metavar="NAME|FILE", help="Working times of a table: a name, or a file with calendars.")
@click.option("--slip", metavar="AGENCY/KIND", help="Every activity slips as the class does; see `ilrs guesses`.")
@click.option("--spread", metavar="80%..140%", help="Every duration spreads from so much of its plan to so much.")
@click.option("--risks", metavar="CSV", help="A register of risks: name, probability, effect, activities.")
@click.option("--encoding", metavar="NAME", help="The code page of an XER file, such as cp1251 [default: found out].")
@click.option("--force", is_flag=True, help="Write over a scenario that is there already.")
@as_json("the report")
@click.pass_context
def command(ctx: click.Context, /, file: Path, target: str, force: bool, json_: bool, **said: Any) -> None:
    """Bring in a plan: MS Project XML, Primavera XER or XML, a table, PSPLIB, Patterson, SpaceNet.

    The scenario keeps the planner's ids as `code`. The report says what was taken, what is read otherwise here, what
    was left out, and whether our dates are the file's own.
    """
    from sim.front.importing import import_plan

    imported = import_plan(file, target, _wishes(said), said["risks"], force=force)
    if json_:
        print_json(_as_json(imported))
    else:
        click.echo("\n".join(_as_text(file, imported)))
    if not imported.right:
        ctx.exit(1)


def _wishes(said: Mapping[str, Any]) -> Any:
    from sim.interchange.bringing import Wishes, read_calendars, read_goal, read_slip, read_spread
    from sim.interchange.drafting import DraftSpread
    from sim.problems import InputError
    from sim.units import UnitError, parse_date

    if said["slip"] and said["spread"]:
        raise click.UsageError("--slip and --spread both spread the durations; say one of them")
    dates = {}
    for word in ("start", "as_of"):
        try:
            dates[word] = parse_date(said[word]) if said[word] else None
        except UnitError as error:
            raise InputError(f"--{word.replace('_', '-')}: {error.message}; {error.hint}") from None
    spread = (
        read_slip(said["slip"]) if said["slip"] else read_spread(said["spread"]) if said["spread"] else DraftSpread()
    )
    return Wishes(
        said["kind"] or "",
        tuple(read_goal(text) for text in said["goals"]),
        dates["start"],
        dates["as_of"],
        read_calendars(said["calendar"]) if said["calendar"] else {},
        spread,
        said["encoding"],
    )


def _as_json(imported: Imported) -> Mapping[str, object]:
    agreement = imported.agreement
    return {
        "written": str(imported.target),
        "kind": imported.brought.kind,
        "counts": dict(imported.brought.counts),
        "notes": [
            {"kind": remark.kind, "rule": remark.rule, "places": remark.places} for remark in imported.brought.notes
        ],
        "dates": None
        if agreement is None
        else {
            "same": agreement.same,
            "of": agreement.of,
            "planned_only": agreement.planned_only,
            "first_differences": [
                {
                    "code": one.code,
                    "place": one.place,
                    "file": _pair(one.theirs),
                    "here": _pair(one.ours),
                    "why": one.why,
                }
                for one in agreement.differences
            ],
        },
        "finish": imported.finish.isoformat(timespec="minutes") if imported.finish else None,
        "health": [{"what": one.what, "activities": list(one.of)} for one in imported.health],
        "without_spread": imported.without_spread,
        "problems": [problem.as_json() for problem in imported.problems],
    }


def _pair(dates: Any) -> list[str | None]:
    return [at.isoformat(timespec="minutes") if at is not None else None for at in dates]


def _as_text(file: Path, imported: Imported) -> Iterator[str]:
    from sim.problems import counted, printable

    brought = imported.brought
    said = ", ".join(f"{number:,} {_form(number, what)}" for what, number in brought.counts.items() if number)
    yield printable(f"{file}: {brought.kind}: {said}")
    yield f"written to {imported.target}"
    for kind in ("taken", "changed", "left out"):
        remarks = [remark for remark in brought.notes if remark.kind == kind]
        if remarks:
            yield ""
            yield {"taken": "Taken", "changed": "Read otherwise here", "left out": "Left out"}[kind]
        for remark in remarks:
            yield printable(f"  {remark.rule}{_places(remark.places)}")
    yield ""
    yield from _dates(imported)
    if imported.health:
        yield ""
        yield "A reviewer of the schedule would ask about"
        rows = [(one.what, str(len(one.of)), ", ".join(one.of[:_SHOWN]) + (", ..." if len(one.of) > _SHOWN else ""))
                for one in imported.health]  # fmt: skip
        yield from (f"  {line}" for line in aligned(("what", "number", "activities"), rows, right=(1,)))
    if imported.without_spread:
        yield ""
        yield "No duration has a spread: every chance is 0 or 100 % until --spread, --slip or --risks gives one."
    yield ""
    errors = [problem for problem in imported.problems if problem.severity == "error"]
    yield from (problem.text() for problem in errors)
    warnings = len(imported.problems) - len(errors)
    if errors:
        yield f"{imported.target} was written, and `ilrs check` refuses it: {counted(len(errors), 'error')}"
    elif warnings:
        yield f"{counted(warnings, 'warning')}; `ilrs check {imported.target}` lists them"
    else:
        yield f"`ilrs check {imported.target}` finds nothing wrong"


def _form(number: int, what: str) -> str:
    """Return the form of a noun that goes with a number: `1 activity`, `12 activities`."""
    return what if number != 1 else "activity" if what == "activities" else what.removesuffix("s")


def _places(places: list[str]) -> str:
    if not places:
        return ""
    more = f", and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f" ({len(places)}): {'; '.join(places[:_SHOWN])}{more}" if len(places) > 1 else f": {places[0]}"


def _dates(imported: Imported) -> Iterator[str]:
    from sim.problems import printable

    agreement, network = imported.agreement, imported.brought.network
    if agreement is None or network is None:
        return
    yield agreement.text()
    for one in agreement.differences[:_SHOWN]:
        yield printable(f"  {one.code}: {_told(one)}")
    more = len(agreement.differences) - _SHOWN
    if more > 0:
        yield f"  and {more} more that differ first"
    if network.finish and imported.finish:
        same = imported.finish == network.finish
        here = "here too" if same else f"here {imported.finish:%Y-%m-%d %H:%M}"
        yield f"the plan ends {network.finish:%Y-%m-%d %H:%M} in the file, {here}"


def _told(one: DateDifference) -> str:
    theirs = " to ".join(f"{at:%Y-%m-%d %H:%M}" if at else "?" for at in one.theirs)
    ours = " to ".join(f"{at:%Y-%m-%d %H:%M}" for at in one.ours)
    return f"{theirs} in the file, {ours} here; {one.why}"
