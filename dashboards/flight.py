"""The page of flights: every mission of a plan, its launches, burns and way, chosen one at a time by the reader."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.flight_scenes import draw_scenes
from dashboards.figures.flight_way import draw_ways
from dashboards.figures.manifest_table import launch_columns
from dashboards.figures.porkchop import Chosen, draw_porkchop, sweep_departures
from dashboards.figures.trajectory import AskedTransfer, Track, fly
from dashboards.translation import _, plural, term
from sim.analysis.findings import Findings, ManifestRow
from sim.campaign.plan import Campaign
from sim.campaign.sheet import TOGETHER, LegLine, MissionSheet, PlannedTransfer, SheetLine, SheetWriter
from sim.clock import Calendar
from sim.model.sample import Sample
from sim.model.tracing import Trace, days_left
from sim.physics.ephemeris import load_ephemeris
from sim.physics.epochs import epoch_from_iso
from sim.physics.limits import PhysicsError
from sim.physics.transfer import DepartureTable
from sim.problems import InputError
from sim.scenario.load import Loaded

FLIGHT_FILE: Final = "flights.html"
_SAME_D: Final = 0.5
"""Days from launch to arrival that are not told."""
_MOST: Final = 120
"""Missions of one page; of more, the soonest."""


@dataclass(frozen=True, slots=True)
class FlownFlights:
    """All flights of a plan in the nominal run, reckoned once: the page is written from it in each language."""

    findings: Findings
    sheets: Mapping[str, MissionSheet]
    """By mission, as tracks are."""
    tracks: Mapping[str, Track]
    next: tuple[str, Chosen, DepartureTable] | None
    """Mission, departure and costs around it of the next computed transfer."""
    trace: Trace | None


def fly_flights(
    campaign: Campaign, loaded: Loaded, findings: Findings, nominal: Sample, trace: Trace | None
) -> FlownFlights | None:
    """Return the flights of a plan; None when there is none. `nominal`, a row, and `trace` are the nominal run.

    Paths to the Moon are integrated in the field of Earth, Moon and Sun.
    """
    names = name_flights(findings)
    if not names:
        return None
    writer = SheetWriter(loaded.scenario, campaign, nominal.reached_d.reshape(-1), days_left(campaign, trace))
    sheets = {sheet.name: sheet for sheet in writer.write() if sheet.name in names}
    transfers = [one for one in writer.transfers() if one.mission in names and math.isfinite(one.leaves_d)]
    return FlownFlights(
        findings, sheets, _fly_all(campaign, transfers, names), _next(campaign, transfers, names), trace
    )


def compose_flights(flown: FlownFlights) -> Page:
    """Return the page of all flights."""
    findings, sheets, trace = flown.findings, flown.sheets, flown.trace
    rows, names = _rows_by_mission(findings), name_flights(findings)
    tracks = {names[mission]: track for mission, track in flown.tracks.items()}
    cards: list[Card] = []
    for number, (mission, name) in enumerate(names.items()):
        cards.append(_launches(findings, rows[mission], sheets.get(mission), number, name))
        cards += _burns(sheets.get(mission), number, name)
    ways = draw_ways(findings, trace, names) if trace is not None else None
    return Page(
        title=_("Flights of {scenario}").format(scenario=findings.scenario) + " · ilrs",
        headline=_headline(names, rows),
        verdict=_(
            "Choose a flight in the menu above: its launches and dates, what each stage burns and has left, and its "
            "way. Burns, masses and ways are those of the nominal run, in which nothing slips."
        ),
        about=_("Times of departure are TDB (barycentric dynamical time), about 69 s ahead of UTC."),
        tiles=_tiles(findings, rows),
        sections=(
            Section("flight", _("The flight"), _("Flight"), tuple(cards)),
            Section("ways", _("Its way"), _("Way"), (*((ways,) if ways is not None else ()), *draw_scenes(tracks))),
            Section("next", _("The next departure"), _("Next"), _porkchop(flown, names)),
        ),
        footer=(
            _(
                "Paths are integrated in the field of Earth, Moon and Sun; the campaign uses a fast transfer that "
                "differs by tens of m/s."
            ),
            _("Scenario {scenario}, identity {identity}.").format(
                scenario=findings.scenario, identity=findings.identity
            ),
        ),
        links=((_("the report"), "report.html"),),
        choice=_("Flight"),
    )


def name_flights(findings: Findings) -> dict[str, str]:
    """Return what the reader chooses a mission by, by the mission's name: those ahead first, in order of launch."""
    called = {bar.name: bar.called for bar in findings.bars if bar.kind == "mission"}
    rows = sorted(findings.manifest, key=lambda row: (row.entry.fact, row.nominal_d or math.inf))
    names = list(dict.fromkeys(row.entry.mission for row in rows))[:_MOST]
    shown = [formats.shorten(term("title", called.get(name, name)), 60) for name in names]
    return {
        name: text if shown.count(text) == 1 else f"{text} ({name})" for name, text in zip(names, shown, strict=True)
    }


def flight_links(findings: Findings) -> dict[str, str]:
    """Return the address of each mission on the page of flights, relative to the report."""
    return {mission: f"{FLIGHT_FILE}#{quote(name, safe='')}" for mission, name in name_flights(findings).items()}


def _rows_by_mission(findings: Findings) -> dict[str, list[ManifestRow]]:
    rows: dict[str, list[ManifestRow]] = {}
    for row in findings.manifest:
        rows.setdefault(row.entry.mission, []).append(row)
    return rows


def _headline(names: Mapping[str, str], rows: Mapping[str, Sequence[ManifestRow]]) -> str:
    ahead = [name for name in names if not all(row.entry.fact for row in rows[name])]
    if not ahead:
        return plural("{count} flight, flown", "{count} flights, all flown", len(names)).format(count=len(names))
    text = plural(
        "{count} flight lies ahead: {first}", "{count} flights lie ahead; the next is {first}", len(ahead)
    )  # fmt: skip
    return text.format(count=len(ahead), first=names[ahead[0]])


def _tiles(findings: Findings, rows: Mapping[str, Sequence[ManifestRow]]) -> tuple[Tile, ...]:
    ahead = [row for members in rows.values() for row in members if not row.entry.fact]
    lifted = sum(row.entry.mass_kg for row in ahead if not math.isnan(row.entry.mass_kg))
    tight = [row for row in ahead if not math.isnan(row.entry.propellant_margin_kg)]
    least = min(tight, key=lambda row: row.entry.propellant_margin_kg, default=None)
    called = {bar.name: bar.called for bar in findings.bars}
    spare = () if least is None else (
        Tile(
            _("Least propellant to spare"),
            formats.tonnes(least.entry.propellant_margin_kg),
            formats.shorten(term("title", called.get(least.entry.mission, least.entry.mission)), 40),
            theme.VERMILLION,
        ),
    )  # fmt: skip
    return (
        Tile(_("Launches ahead"), formats.number(len(ahead)), _("in the plan"), theme.BLUE),
        Tile(_("Mass to be launched"), formats.tonnes(lifted), _("as it leaves the pad's launcher"), theme.BLUE),
        *spare,
    )


# --- tables of one mission ------------------------------------------------------------------------------------------


def _launches(
    findings: Findings, rows: Sequence[ManifestRow], sheet: MissionSheet | None, number: int, name: str
) -> Card:
    calendar = findings.calendar
    table = Table(
        (
            _("launch"),
            *launch_columns(),
        ),
        tuple(_launch_row(calendar, row) for row in rows),
        numeric=frozenset({8, 9, 10}),
        unbroken=frozenset({1, 2, 3, 4, 5}),
    )
    bar = next((one for one in findings.bars if (one.kind, one.name) == ("mission", rows[0].entry.mission)), None)
    about: list[str] = []
    if bar is not None:
        led_by = _("Led by {partner}.").format(partner=term("title", bar.led_by)) if bar.led_by else ""
        about = [text for text in (bar.about, led_by) if text]
    return Card(
        id=f"launches-{number}",
        title=_mission_title(calendar, rows, sheet, name),
        reading=" ".join(about) or _("The scenario says nothing more of this mission."),
        shown=table,
        run=name,
    )


def _launch_row(calendar: Calendar, row: ManifestRow) -> tuple[str, ...]:
    entry = row.entry
    days = (row.nominal_d, row.p10_d, row.p50_d, row.p90_d)
    dates = tuple(formats.month(calendar, day) if day is not None else formats.never(calendar) for day in days)
    if entry.fact:
        dates = (formats.month(calendar, row.nominal_d), "", _("launched"), "")
    return (
        entry.launch or entry.mission,
        *dates,
        entry.launcher,
        entry.pads,
        entry.payload,
        formats.tonnes(entry.mass_kg),
        formats.tonnes(entry.margin_kg),
        formats.tonnes(entry.propellant_margin_kg),
    )


def _mission_title(calendar: Calendar, rows: Sequence[ManifestRow], sheet: MissionSheet | None, name: str) -> str:
    if all(row.entry.fact for row in rows):
        return _("{flight}: launched in {date}").format(flight=name, date=formats.month(calendar, rows[0].nominal_d))
    if sheet is None or not math.isfinite(sheet.launch_d):
        return _("{flight}: not launched in the nominal run").format(flight=name)
    if not sheet.arrive_d >= sheet.launch_d + _SAME_D or not math.isfinite(sheet.arrive_d):
        return _("{flight}: launched in {date} in the nominal run").format(
            flight=name, date=formats.month(calendar, sheet.launch_d)
        )
    return _("{flight}: launched in {date} in the nominal run, there {days} after its last launch").format(
        flight=name,
        date=formats.month(calendar, sheet.launch_d),
        days=formats.duration(max(sheet.arrive_d - sheet.launch_d, 0.0)),
    )


def _burns(sheet: MissionSheet | None, number: int, name: str) -> Iterator[Card]:
    """Return the burns of a mission, leg by leg, and what its tanks hold in the end."""
    lines = [row for flight in (sheet.flights if sheet is not None else ()) for row in _burn_rows(flight)]
    if not lines:
        return
    total = sum(leg.dv_m_s for flight in sheet.flights for leg in flight.legs) if sheet is not None else 0.0
    yield Card(
        id=f"burns-{number}",
        title=_("Its spacecraft burn {speed} in all, after the launcher's own injection").format(
            speed=formats.speed(total)
        )
        if total
        else _("Its spacecraft burn nothing that the plan counts"),
        reading=_(
            "How to read: each burn in the order of the flight, as the nominal day needs it; at the end what is left "
            "in each tank. A stage that is empty is dropped."
        ),
        shown=Table(
            (_("flight"), _("leg"), _("burn"), _("how much")),
            tuple(lines),
            numeric=frozenset({3}),
            stacked=True,
        ),
        run=name,
    )


def _burn_rows(flight: SheetLine) -> Iterator[tuple[str, ...]]:
    called = _("together") if flight.name == TOGETHER else flight.name
    if math.isfinite(flight.launcher_dv_m_s):
        dv = formats.speed(flight.launcher_dv_m_s)
        yield called, _("from Earth"), _("injection, by the launcher"), dv
    for leg in flight.legs:
        for burn in leg.burns:
            yield called, _leg(leg), burn.about, formats.speed(burn.dv_m_s)
    for stage in flight.stages:
        yield called, _("at the end"), stage.stage, formats.tonnes(stage.propellant_left_kg)


def _leg(leg: LegLine) -> str:
    return _("{origin} to {destination}").format(
        origin=formats.place_name(leg.origin), destination=formats.place_name(leg.destination)
    )


# --- computed ways --------------------------------------------------------------------------------------------------


def _asked(campaign: Campaign, one: PlannedTransfer) -> AskedTransfer:
    return AskedTransfer(
        depart_d=epoch_from_iso(campaign.start_iso) + one.leaves_d,
        tof_h=one.tof_h,
        parking=one.parking,
        turned=one.parking,
        target=one.target,
        goal="",
    )


def _fly_all(
    campaign: Campaign, transfers: Sequence[PlannedTransfer], names: Mapping[str, str]
) -> dict[str, Track]:  # fmt: skip
    """Return the path of the first computed transfer of each mission, in the order of `names`."""
    table, tracks = load_ephemeris(), dict[str, Track]()
    for one in transfers:
        if one.mission in tracks:
            continue
        try:
            track = fly(table, _asked(campaign, one))
        except (PhysicsError, InputError):
            continue
        if track is not None:
            tracks[one.mission] = track
    return {mission: tracks[mission] for mission in names if mission in tracks}


def _next(
    campaign: Campaign, transfers: Sequence[PlannedTransfer], names: Mapping[str, str]
) -> tuple[str, Chosen, DepartureTable] | None:
    """Return what leaving on other days would cost, for the next flight that has a computed transfer."""
    order = {mission: place for place, mission in enumerate(names)}
    first = min(transfers, key=lambda one: (order[one.mission], one.leaves_d), default=None)
    if first is None:
        return None
    flight = _asked(campaign, first)
    chosen = Chosen(flight.depart_d, flight.tof_h)
    try:
        return first.mission, chosen, sweep_departures(load_ephemeris(), chosen, flight.parking, flight.target)
    except (PhysicsError, InputError):
        return None


def _porkchop(flown: FlownFlights, names: Mapping[str, str]) -> tuple[Card, ...]:
    if flown.next is None:
        return ()
    mission, chosen, grid = flown.next
    card = draw_porkchop(grid, chosen)
    return (replace(card, title=_("{flight}: {finding}").format(flight=names[mission], finding=card.title)),)
