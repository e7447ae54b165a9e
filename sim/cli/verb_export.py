"""`ilrs export`: a plan or a run for another tool: MS Project XML, a table, a workbook, a calendar; or a flight."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json


@click.command("export")
@click.argument("kind", type=click.Choice(["mspdi", "csv", "xlsx", "ics", "kml", "oem", "opm", "czml", "gmat"]))
@click.argument("source", metavar="SCENARIO|RUN")
@click.option("-o", "--output", "target", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option(
    "--flight",
    metavar="MISSION[.LAUNCH]",
    help="Which computed flight, for oem, opm, czml, gmat; for kml, whose ground track.",
)
@click.option("--body", type=click.Choice(["earth", "moon"]), help="Which globe, for kml; the Moon if anything lands.")
@click.option("--leg", metavar="NAME", help="Which leg, for opm of a flight whose burns are typed in.")
@click.option("--burns", type=click.Choice(["plan", "refined"]), help="Sizes of burns in opm; the plan's if not said.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@as_json("what was written")
def command(
    kind: str,
    source: str,
    target: Path,
    flight: str | None,
    body: str | None,
    leg: str | None,
    burns: str | None,
    force: bool,
    json_: bool,
) -> None:
    """Write a plan, or a run with its P50 and P80, for another tool.

    mspdi is MS Project XML with the plan as baseline 0, P50 as 1, P80 as 2; csv and xlsx are tables of the activities;
    ics holds milestones, launches and goals; kml is a map of sites, landings and the ground track of a flight.
    oem and opm are orbit messages of CCSDS for one flight whose transfer is computed: its states, or its first state
    with its burns (opm also where every burn is typed in); as XML where the file's name ends in .xml. czml is a scene
    of it for Cesium, gmat a script that flies it.
    """
    from sim.front.exporting import FLIGHT_KINDS, export
    from sim.problems import InputError, counted

    if body is not None and kind != "kml":
        raise InputError(f"--body: is for kml, not for {kind}")
    if kind != "opm" and (leg is not None or burns is not None):
        raise InputError(f"--{'leg' if leg is not None else 'burns'}: is for opm, not for {kind}")
    if kind == "opm":
        _burns(source, target, flight, leg, refined=burns == "refined", force=force, json_=json_)
        return
    if kind in FLIGHT_KINDS:
        _flight(kind, source, target, flight, force=force, json_=json_)
        return
    if flight is not None and kind != "kml":
        raise InputError(f"--flight: is for kml, opm, {', '.join(FLIGHT_KINDS)}, not for {kind}")

    plan = export(kind, source, target, flight=flight, body=body, force=force)
    links = sum(len(one.needs) for one in plan.activities)
    held = sum(one.kind != "activity" or one.unlinked > 0 for one in plan.activities)
    told = {"written": str(target), "kind": kind, "from": plan.run, "activities": len(plan.activities), "links": links,
            "held_by_date": held}  # fmt: skip
    if json_:
        print_json(told)
        return
    held_by = f"{counted(len(plan.activities), 'activity', 'activities')}, {counted(links, 'link')}"
    click.echo(f"{target}: {counted(len(plan.launches), 'launch', 'launches') if kind == 'kml' else held_by}")
    click.echo(plan.run)
    if held and kind == "mspdi":
        what = counted(held, "line waits", "lines wait")
        click.echo(f"{what} for what is no link there, such as a launch: held by its date in the plan")
    if kind in ("mspdi", "csv", "xlsx") and any(any(one.likely) for one in plan.activities):
        click.echo("P50 and P80 are of each activity on its own: those of linked ones need not fit together")


def _flight(kind: str, source: str, target: Path, flight: str | None, *, force: bool, json_: bool) -> None:
    """Write one computed flight and say what was written."""
    from sim.front.exporting import export_flight
    from sim.problems import counted

    message = export_flight(kind, source, target, flight=flight, force=force)
    out = message.flight
    states = sum(len(arc.time_s) for arc in out.arcs)
    burns = len(message.own_burns())
    told = {"written": str(target), "kind": kind, "from": message.source, "flight": out.name, "object": out.designator,
            "injected": message.epoch(0.0), "states": states, "burns": burns}  # fmt: skip
    if json_:
        print_json(told)
        return
    held = counted(states, "state") if kind != "gmat" else counted(burns, "burn")
    click.echo(f"{target}: {out.name}, injected {message.epoch(0.0)} TDB, {held}")
    for text in (message.source, *out.notes[1:]):
        click.echo(text)


def _burns(
    source: str, target: Path, flight: str | None, leg: str | None, *, refined: bool, force: bool, json_: bool
) -> None:
    """Write a flight with its burns and say what they add up to."""
    from math import hypot

    from sim.front.exporting import export_burns
    from sim.problems import counted

    opm = export_burns(source, target, flight=flight, leg=leg, refined=refined, force=force)
    dv_m_s = sum(1e3 * hypot(*one.dv_km_s) for one in opm.burns)
    used_kg = sum(one.propellant_kg for one in opm.burns)
    epoch = opm.epoch.isoformat(timespec="milliseconds")
    told = {"written": str(target), "kind": "opm", "from": opm.comments[0], "flight": opm.name,
            "object": opm.designator, "epoch": epoch, "burns": len(opm.burns), "dv_m_s": dv_m_s,
            "propellant_kg": used_kg}  # fmt: skip
    if json_:
        print_json(told)
        return
    click.echo(f"{target}: {opm.name}, {epoch} TDB, {counted(len(opm.burns), 'burn')}")
    click.echo(f"{dv_m_s:,.1f} m/s, {used_kg:,.2f} kg of propellant")
    for text in opm.comments:
        click.echo(text)
