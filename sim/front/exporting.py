"""Give a plan or a run away: as MS Project XML, a table, a workbook or a calendar; or one of its flights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.front.plan import Plan
    from sim.front.study import Study
    from sim.interchange.ccsds import OutMessage
    from sim.interchange.out_plan import OutPlan
    from sim.interchange.outgoing import OutSource
    from sim.scenario.load import Loaded

KINDS = ("mspdi", "csv", "xlsx", "ics", "kml")
FLIGHT_KINDS = ("oem", "opm", "czml", "gmat")


def export(
    kind: str,
    source: str | Path,
    target: str | Path,
    *,
    flight: str | None = None,
    body: str | None = None,
    force: bool = False,
) -> OutPlan:
    """Write a scenario's plan, or a run with its quantiles, into a file for another tool; return what was written.

    `body` (earth or moon) says which globe a map is of, `flight` whose ground track is on it.
    Raises InputError for a source that cannot be read, and for a target that is there already unless `force` is said.
    """
    from sim.front.arguments import ArgumentError
    from sim.front.importing import refuse_taken, write_whole
    from sim.front.plan import make_plan
    from sim.interchange.outgoing import outgoing

    if kind not in KINDS:
        raise ArgumentError("kind", f"no kind is called {kind!r}: {', '.join(KINDS)}")
    where = Path(target)
    refuse_taken(where, force=force)
    loaded, study = _loaded(source)
    made = make_plan(loaded)
    plan = outgoing(_source(loaded, study, made))
    data = _map(loaded, study, made, plan, body, flight) if kind == "kml" else _bytes(kind, plan)
    write_whole(where, data)
    return plan


def export_flight(
    kind: str, source: str | Path, target: str | Path, *, flight: str | None = None, force: bool = False
) -> OutMessage:
    """Write a computed flight of a plan into a file for a flight-dynamics tool; return what was written.

    `flight` is `MISSION` or `MISSION.LAUNCH`; it may be left out where there is only one. A target that ends in .xml
    is written as XML. Raises InputError as `export`, and for a flight that the plan does not have.
    """
    from sim.front.arguments import ArgumentError
    from sim.front.importing import refuse_taken, write_whole
    from sim.front.plan import make_plan
    from sim.interchange.ccsds import oem_bytes, opm_bytes

    if kind not in FLIGHT_KINDS:
        raise ArgumentError("kind", f"no kind is called {kind!r}: {', '.join(FLIGHT_KINDS)}")
    where = Path(target)
    refuse_taken(where, force=force)
    loaded, study = _loaded(source)
    message = _message(loaded, study, make_plan(loaded), flight)
    if kind == "czml":
        from sim.interchange.czml_out import czml_bytes

        write_whole(where, czml_bytes(message))
    elif kind == "gmat":
        from sim.interchange.gmat_out import gmat_bytes

        write_whole(where, gmat_bytes(message))
    else:
        xml = where.suffix.lower() == ".xml"
        write_whole(where, (oem_bytes if kind == "oem" else opm_bytes)(message, xml=xml))
    return message


def _map(loaded: Loaded, study: Study | None, made: Plan, plan: OutPlan, body: str | None, flight: str | None) -> bytes:
    """Return the map of a body: the Moon where something of the plan stands on it, else the Earth."""
    from datetime import timedelta

    from sim.interchange.kml_out import ground_places, kml_bytes

    days = made.nominal.reached_d
    left = {made.campaign.subjects[one.subject].name: float(days[one.stayed]) for one in made.campaign.missions
            if one.stayed >= 0 and days[one.stayed] < float("inf")}  # fmt: skip
    home = {name: made.calendar.start + timedelta(days=day) for name, day in left.items()}
    places = ground_places(loaded.scenario, plan, home)
    shown = body or ("moon" if any(one.body == "moon" for one in places) else "earth")
    message = _message(loaded, study, made, flight) if flight is not None else None
    return kml_bytes(plan, places, shown, message)


def _message(loaded: Loaded, study: Study | None, plan: Plan, flight: str | None) -> OutMessage:
    from datetime import timedelta

    from sim.campaign.sheet import SheetWriter
    from sim.front.plan import days_left
    from sim.interchange.ccsds import OutMessage
    from sim.interchange.flown import flight_name, flown
    from sim.physics.ephemeris import load_ephemeris
    from sim.physics.epochs import epoch_from_iso
    from sim.physics.limits import PhysicsError
    from sim.problems import InputError

    calendar = loaded.scenario.calendar
    writer = SheetWriter(loaded.scenario, plan.campaign, plan.nominal.reached_d, days_left(plan.campaign, plan.nominal))
    found = writer.transfers()
    chosen = _chosen([flight_name(one) for one in found], flight)
    years = [(plan.calendar.start + timedelta(days=one.leaves_d)).year for one in found]
    start_d = epoch_from_iso(calendar.start.isoformat())
    try:
        out = flown(load_ephemeris(), start_d, found[chosen], years[: chosen + 1].count(years[chosen]))
    except PhysicsError as error:
        raise InputError(f"{loaded.scenario.name}: {error}") from None
    return OutMessage(out, calendar.as_of or calendar.start, _made_of(loaded, study))


def _chosen(names: list[str], flight: str | None) -> int:
    """Return which of the computed flights is meant; raises InputError."""
    from sim.problems import InputError, suggest

    if not names:
        raise InputError("no flight of this plan is computed: a leg says `transfer: computed`, and it must leave")
    if flight is None and len(names) > 1:
        raise InputError(f"--flight: a message holds one flight; say which: {', '.join(names[:12])}")
    if flight is not None and flight not in names:
        alike = [number for number, name in enumerate(names) if name.partition(".")[0] == flight]
        if len(alike) == 1:
            return alike[0]
        raise InputError(f"--flight: no computed flight is called {flight[:80]!r}; {suggest(flight, names)}")
    return names.index(flight) if flight is not None else 0


def _bytes(kind: str, plan: OutPlan) -> bytes:
    if kind == "mspdi":
        from sim.interchange.mspdi_out import mspdi_bytes

        return mspdi_bytes(plan)
    if kind == "xlsx":
        from sim.interchange.workbook_out import xlsx_bytes

        return xlsx_bytes(plan)
    from sim.interchange.tables_out import csv_bytes, ics_bytes

    return {"csv": csv_bytes, "ics": ics_bytes}[kind](plan)


def _source(loaded: Loaded, study: Study | None, plan: Plan) -> OutSource:
    """Return what a scenario, or the folder of a run, tells."""
    from sim.interchange.outgoing import OutSource
    from sim.scenario.provenance import figures_of

    runs = study.tables.sample if study is not None else None
    made_of, figures = _made_of(loaded, study), figures_of(loaded.layered)
    return OutSource(loaded.scenario, plan.campaign, plan.calendar, plan.floats, plan.nominal, made_of, runs, figures)


def _loaded(source: str | Path) -> tuple[Loaded, Study | None]:
    from sim.scenario.load import load_scenario

    folder = Path(source)
    study = _study(folder) if folder.is_dir() else None
    return load_scenario(folder / "scenario.resolved.yaml" if study is not None else source), study


def _made_of(loaded: Loaded, study: Study | None) -> str:
    """Return what is given away, in words."""
    run = f"scenario {loaded.scenario.name}: the plan, if nothing slips and nothing fails"
    if study is not None:
        run = f"run of {study.name}: {study.replications} replications, seed {study.seed}"
    if loaded.scenario.calendar.as_of is not None:
        run += f", as known on {loaded.scenario.calendar.as_of:%Y-%m-%d}"
    return run


def _study(folder: Path) -> Study:
    from sim.front.pages import open_run

    return open_run(folder, rows=True)
