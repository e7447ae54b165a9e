"""Give a plan or a run away: as MS Project XML, a table, a workbook or a calendar; or one of its flights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.front.plan import Plan
    from sim.front.study import Study
    from sim.interchange.ccsds import OutMessage
    from sim.interchange.opm_out import Opm, SequenceFlight
    from sim.interchange.out_plan import OutPlan
    from sim.interchange.outgoing import OutSource
    from sim.scenario.load import Loaded

KINDS = ("mspdi", "csv", "xlsx", "ics", "kml")
FLIGHT_KINDS = ("oem", "czml", "gmat")


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
    from sim.front.importing import refuse_taken, write_whole
    from sim.interchange.outgoing import outgoing

    _known(kind, KINDS)
    where = Path(target)
    refuse_taken(where, force=force)
    loaded, study = _loaded(source)
    made = _plan(loaded)
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
    from sim.front.importing import refuse_taken, write_whole

    where = Path(target)
    refuse_taken(where, force=force)
    loaded, study = _loaded(source)
    message = _message(loaded, study, _plan(loaded), flight)
    write_whole(where, _flight_bytes(_known(kind, FLIGHT_KINDS), message, where))
    return message


def _flight_bytes(kind: str, message: OutMessage, where: Path) -> bytes:
    if kind == "czml":
        from sim.interchange.czml_out import czml_bytes

        return czml_bytes(message)
    if kind == "gmat":
        from sim.interchange.gmat_out import gmat_bytes

        return gmat_bytes(message)
    from sim.interchange.ccsds import oem_bytes

    return oem_bytes(message, xml=_is_xml(where))


def export_burns(
    source: str | Path,
    target: str | Path,
    *,
    flight: str | None = None,
    leg: str | None = None,
    refined: bool = False,
    force: bool = False,
) -> Opm:
    """Write a flight with its burns as CCSDS OPM: a computed one, or one whose every burn is typed in.

    Burns have the sizes and the propellant of the plan, or with `refined` those of the flight in the full field. `leg`
    says which leg of a flight whose burns are typed in. Raises InputError as `export_flight`.
    """
    from sim.front.importing import refuse_taken, write_whole
    from sim.interchange.opm_out import computed_opm, opm_bytes, sequence_opm

    where = Path(target)
    refuse_taken(where, force=force)
    loaded, study = _loaded(source)
    plan = _plan(loaded)
    typed = _sequence(loaded, study, plan, flight, leg)
    opm = sequence_opm(typed) if typed is not None else (
        computed_opm(_message(loaded, study, plan, flight), refined=refined)
    )  # fmt: skip
    write_whole(where, opm_bytes(opm, xml=_is_xml(where)))
    return opm


def _sequence(
    loaded: Loaded, study: Study | None, plan: Plan, flight: str | None, leg: str | None
) -> SequenceFlight | None:
    """Return the flight whose every burn is typed in, if it is the one that is meant; raises InputError."""
    from datetime import timedelta
    from math import isfinite

    from sim.interchange.opm_out import SequenceFlight
    from sim.problems import InputError

    found = {
        plan.campaign.subjects[one.subject].name: one for one in plan.campaign.missions if one.sequence is not None
    }
    only = next(iter(found)) if flight is None and len(found) == 1 and not _computed(loaded) else flight
    if only not in found:
        if leg is not None:
            raise InputError("--leg: is for a flight whose every burn is typed in")
        return None
    day = float(plan.nominal.reached_d[found[only].launched])
    if not isfinite(day):
        raise InputError(f"{only} is never launched in the plan")
    start, calendar = plan.calendar.start + timedelta(days=day), loaded.scenario.calendar
    return SequenceFlight(loaded.scenario, only, start, leg, _made_of(loaded, study), calendar.as_of or calendar.start)


def _computed(loaded: Loaded) -> bool:
    return any(one.transfer == "computed" for one in loaded.scenario.legs.values())


def _is_xml(where: Path) -> bool:
    return where.suffix.lower() == ".xml"


def _known(kind: str, kinds: tuple[str, ...]) -> str:
    from sim.front.arguments import ArgumentError

    if kind not in kinds:
        raise ArgumentError("kind", f"no kind is called {kind!r}: {', '.join(kinds)}")
    return kind


def _plan(loaded: Loaded) -> Plan:
    from sim.front.plan import make_plan

    return make_plan(loaded)


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
    from sim.interchange.ccsds import OutMessage
    from sim.interchange.flown import flight_name, flown
    from sim.model.tracing import days_left
    from sim.physics.ephemeris import load_ephemeris
    from sim.physics.epochs import epoch_from_iso
    from sim.physics.limits import PhysicsError
    from sim.problems import InputError

    calendar = loaded.scenario.calendar
    writer = SheetWriter(
        loaded.scenario, plan.campaign, plan.nominal.reached_d, days_left(plan.campaign, plan.nominal.trace)
    )
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
