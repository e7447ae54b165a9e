"""The launch manifest: a real table, so that it can be searched, copied, printed and read aloud."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dashboards import formats
from dashboards.card import Card, Table
from dashboards.translation import _, plural, term
from sim.analysis.estimates import wilson
from sim.analysis.findings import Findings, ManifestRow
from sim.clock import Calendar

_FAR_D = 1e9


def launch_columns() -> tuple[str, ...]:
    """Return the headings of what is told of a launch, from its dates to its reserves."""
    return (
        _("nominal"),
        "P10",
        "P50",
        "P90",
        _("vehicle"),
        _("pad"),
        _("payload"),
        _("mass"),
        _("spare lift"),
        _("spare propellant"),
    )


def draw_manifest(findings: Findings, flights: Mapping[str, str] | None = None) -> Card:
    """Return every launch with its dates, vehicle, margins and the chance that it leaves as planned.

    `flights` are the addresses of the missions on the page of flights.
    """
    calendar = findings.calendar
    rows = sorted(findings.manifest, key=_when)
    called = {bar.name: formats.called(bar) for bar in findings.bars if bar.kind == "mission"}
    columns = (
        _("mission"),
        *launch_columns(),
        _("as planned"),
    )
    table = Table(
        columns,
        tuple(_row(row, calendar, findings.replications, called) for row in rows),
        numeric=frozenset({8, 9, 10, 11}),
        unbroken=frozenset({1, 2, 3, 4, 5}),
        faded=frozenset(i for i, row in enumerate(rows) if row.entry.fact),
        links=tuple((flights or {}).get(row.entry.mission, "") for row in rows),
    )
    return Card(
        id="manifest",
        title=_title(rows, called),
        reading=(
            _(
                "How to read: dates to the month, for none is known better. Spare lift and spare propellant are those "
                'of the nominal day. "As planned" is the chance of launching no later than 30 days after the planned '
                "date, with its 95 % interval (sampling error only, N = {replications}).{history}"
            ).format(replications=formats.number(findings.replications), history=_history(rows))
        ),
        shown=table,
    )


def _history(rows: list[ManifestRow]) -> str:
    return " " + _("Grey lines are history.") if any(row.entry.fact for row in rows) else ""


def _when(row: ManifestRow) -> tuple[float, str, str]:
    known = [t for t in (row.nominal_d, row.p50_d) if t is not None]
    return (known[0] if known else _FAR_D, row.entry.mission, row.entry.launch)


def _row(row: ManifestRow, calendar: Calendar, count: int, called: Mapping[str, str]) -> tuple[str, ...]:
    entry = row.entry
    name = term("title", called.get(entry.mission, entry.mission))
    if entry.launch not in {"", "main", entry.mission}:
        name = f"{name} · {entry.launch}"
    return (
        name,
        formats.month(calendar, row.nominal_d) if row.nominal_d is not None else formats.NONE,
        *_dates(row, calendar),
        entry.launcher,
        entry.pads,
        entry.payload,
        formats.tonnes(entry.mass_kg),
        formats.tonnes(entry.margin_kg),
        formats.tonnes(entry.propellant_margin_kg),
        _as_planned(row, count),
    )


def _dates(row: ManifestRow, calendar: Calendar) -> tuple[str, ...]:
    if row.entry.fact:
        return ("", _("launched"), "")
    dates = (row.p10_d, row.p50_d, row.p90_d)
    return tuple(formats.month(calendar, t) if t is not None else formats.never(calendar) for t in dates)


def _as_planned(row: ManifestRow, count: int) -> str:
    if math.isnan(row.by_plan) or row.entry.fact:
        return formats.NONE
    estimate = wilson(round(row.by_plan * count), count)
    return formats.chance(estimate)


def _title(rows: list[ManifestRow], called: Mapping[str, str]) -> str:
    ahead = [row for row in rows if not row.entry.fact]
    flown = len(rows) - len(ahead)
    start = plural("{count} launch lies ahead", "{count} launches lie ahead", len(ahead)).format(count=len(ahead))
    if flown:
        start = plural("{start}, {count} is flown", "{start}, {count} are flown", flown).format(
            start=start, count=flown
        )
    margins = [(row.entry.margin_kg, row) for row in ahead if not math.isnan(row.entry.margin_kg)]
    if not margins:
        return start
    least, row = min(margins, key=lambda pair: pair[0])
    name = formats.shorten(term("title", called.get(row.entry.mission, row.entry.mission)), 40)
    return _("{start}; the tightest is {name}, with {tonnes} to spare on its launcher").format(
        start=start, name=name, tonnes=formats.tonnes(least)
    )
