"""The page of the campaign, moving: who is where on each day of single replications, and what happens then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from dashboards import formats, theme
from dashboards.base_plan import base_of, cargo_of, kind_names, power_of, states_of
from dashboards.campaign_film import Json, film_of, parting_of, spots_of
from dashboards.card import Card, Page, Scene, Section, Table
from dashboards.event_words import sentence_of
from dashboards.page import variable_of
from dashboards.report import REPORT_FILE
from dashboards.setting import setting_of
from dashboards.translation import _, term
from sim.analysis.findings import Findings
from sim.analysis.outline import Outline
from sim.analysis.story import Narrator, merge
from sim.campaign.plan import Campaign
from sim.model.tracing import Trace
from sim.scenario.load import Loaded

SCRIPTS: Final = ("scene.js", "sketch.js", "base_plan.js", "campaign.js")
DAYS: Final = 2
"""Decimals of a day in a story."""


def compose_campaign(
    findings: Findings,
    outline: Outline,
    *,
    known: tuple[Campaign, Loaded] | None = None,
    more: Sequence[Trace] = (),
) -> Page | None:
    """Return the page of the kept replications and of `more`; None when nothing flies in any of them.

    The base is drawn where the compiled campaign and its scenario are `known` and have one.
    """
    traces = [trace for trace in (*findings.traces, *more) if trace.moves or trace.events]
    titles = {bar.name: bar.called for bar in findings.bars}

    def called(name: str) -> str:
        return term("title", titles.get(name, name))

    stations = _stations(known[0]) if known is not None else frozenset()
    cargo = cargo_of(known[0], called) if known is not None else {}
    films = [film_of(trace, findings.places, findings.end_d, called, stations, cargo) for trace in traces]
    for film, trace in zip(films, traces, strict=True):
        film["name"] = run_label(trace)
        film["story"] = _story(findings, outline, traces[0], trace, called)
    if not any(film["crafts"] for film in films):
        return None
    base = _base(findings, *known, traces, films) if known is not None else None
    spots, lanes = spots_of(findings.places, films)
    pairs = combinations(range(len(traces)), 2)
    data: Json = {
        "start": findings.start_iso[:10],
        "end": findings.end_d,
        "known": findings.known_until_d,
        "first": _first_day(films),
        "base": base,
        "lanes": lanes,
        "spots": spots,
        "goals": [
            {"name": goal.name, "label": formats.shorten(formats.called(goal), 60), "by": goal.by_d}
            for goal in findings.goals
        ],
        "runs": films,
        "partings": {f"{a}-{b}": parting_of(traces[a], traces[b], called) for a, b in pairs},
        "kinds": {kind: [variable_of(theme.vehicle_style(kind)[0]), name] for kind, name in _kinds().items()},
        "opens": next((number for number, trace in enumerate(traces) if trace.title == "P50"), 0),
        "words": words(),
    }
    return Page(
        title=f"{findings.scenario} · ilrs",
        headline=_("The campaign day by day"),
        verdict=_(
            "Each film is one run of the campaign, not a forecast: what could happen, with its luck and its failures. "
            "Choose a run, move the slider or press play; put a second run beside it to see where they part."
        ),
        about="",
        tiles=(),
        sections=(
            Section("logs", _("Everything that happens, as tables"), _("Tables"), _logs(findings, traces, called)),
        ),
        footer=(
            _(
                "Vehicles are drawn at the height of the place they are at; between two places they move evenly with "
                "time. Widths and heights are not to scale."
            ),
        ),
        links=((_("Report"), REPORT_FILE),),
        scene=Scene(data=data, scripts=SCRIPTS, style="campaign.css"),
    )


def _base(
    findings: Findings, campaign: Campaign, loaded: Loaded, traces: Sequence[Trace], films: Sequence[Json]
) -> Json | None:
    """Return the base as every run has it, and put into the films the states of its elements and its power."""
    if campaign.base is None:
        return None
    setting = setting_of(campaign)
    base = base_of(campaign, findings, setting.nights, setting.cover, loaded.scenario.places)
    if not base["elements"]:
        return None
    for film, trace in zip(films, traces, strict=True):
        film["states"] = states_of(campaign, findings, trace)
        film["power"] = power_of(trace)
    return {**base, "kinds": kind_names()}


def run_label(trace: Trace) -> str:
    """Return what the page calls a run: nominal, a quantile with its replication's number, or the number."""
    if trace.replication is None:
        return _("Nominal run: nothing fails, nothing slips")
    if trace.title.startswith("P"):
        return _("{quantile} run (replication {number})").format(quantile=trace.title, number=trace.replication)
    return _("Replication {number}").format(number=trace.replication)


def words() -> Json:
    """Return the texts that the script puts in; it fills what stands in braces."""
    return {
        "adaptive": _("as things happen: slow while something flies"),
        "aloft": _("Where everything is on this day"),
        "atPlace": _("{name} ({vehicle}) is here: {place}. {load}."),
        "carries": _("{text} Cargo: {cargo}."),
        "earth": _("Earth"),
        "nobody": _("Nothing flies, and nothing stands on a pad."),
        "onPad": _("{name} ({vehicle}) stands on its pad: {place}. {load}."),
        "onWay": _("{name} ({vehicle}) is on its way, day {n} of {all}: {from} to {to}. {load}."),
        "beside": _("Beside it"),
        "dayASecond": _("a day a second"),
        "dayBack": _("One day back"),
        "dayBackShort": _("- 1 d"),
        "dayOn": _("One day on"),
        "dayOnShort": _("+ 1 d"),
        "earlier": _("To the event before"),
        "earlierShort": _("Event before"),
        "goThere": _("Go there"),
        "goal": _("Goal"),
        "hangs": _("{since} to {until}: {why}"),
        "hangsTitle": _("What the date of the goal hangs on today"),
        "hint": _(
            "Slider: arrow keys move by a day, Page Up and Page Down by a month, Shift with an arrow to the next "
            "event, Home and End to the ends; the space bar plays. Strip: lines are landings on the Moon, crosses "
            "losses, diamonds goals, red bars stand-downs."
        ),
        "isLost": _("{name}: lost"),
        "isReached": _("It was reached on {date}."),
        "join": _(" · "),
        "kilograms": _("{n} kg"),
        "kilowatts": _("{n} kW"),
        "landed": _("landed: {n}"),
        "landedMass": _("Landings on the Moon: {n}, with {mass}"),
        "later": _("To the next event"),
        "laterShort": _("Next event"),
        "logTitle": _("What happened, latest first"),
        "lost": _("lost: {n}"),
        "monthASecond": _("a month a second"),
        "next": _("Next, in {n} d: {text}"),
        "none": _("nothing"),
        "onDay": _("{date}: {text}"),
        "parts": _("These two runs are alike until {date}."),
        "partsHow": _("Then, {first}: {here} But {second}: {there}"),
        "pause": _("Pause"),
        "pauseLabel": _("Stop the time"),
        "people": _("people: {n}"),
        "peopleAway": _("People away from Earth: {n}"),
        "play": _("Play"),
        "playLabel": _("Let the time run"),
        "reached": _("Goals reached: {n} of {all}"),
        "same": _("These two runs are alike to their end."),
        "show": _("Show"),
        "sketch": _("Sketch of Earth and Moon on {date}, {run}"),
        "slider": _("Day of the campaign"),
        "speed": _("Speed"),
        "standDown": _("{launcher} stands down until {date}"),
        "tonnes": _("{n} t"),
        "watts": _("{n} W"),
        "weekASecond": _("a week a second"),
        "yearASecond": _("a year a second"),
    } | _base_words()


def _base_words() -> Json:
    return {
        "assembled": _("set up, being tested or waiting for power"),
        "baseTitle": _("The base in plan: {place}"),
        "broken": _("broken down"),
        "delivered": _("delivered, not set up yet"),
        "element": _("element"),
        "elementTable": _("Elements of the base, one by one"),
        "elements": _(
            "Elements: {works} work, {assembled} are set up, {delivered} delivered, {broken} broken, of {all}"
        ),
        "elementsOf": _("Elements of the base, {run}"),
        "kilometres": _("{n} km"),
        "mapHint": _(
            "Directions and distances are true, from the base, with its north on top; rings mark distances, and are "
            "drawn closer together further out."
        ),
        "mapTitle": _("Landing sites around the base"),
        "mass": _("mass"),
        "not": _("not by the end"),
        "number": _("no."),
        "orLater": _("{from} or later"),
        "percent": _("{n} %"),
        "power": _("Power through the longest night: {supply} supplied, {demand} needed"),
        "schematic": _(
            "Schematic: the scenario says no positions inside the base. Rings follow the order in which elements are "
            "likely to work, from the middle outwards; a line shows that one works, a grey ground that the Sun is "
            "down. Years under an element: between them it begins to work in eight of ten runs (P10 to P90 of "
            "all runs)."
        ),
        "seen": _("Hours of this day in which ground stations see the Moon: {n} of 24"),
        "seldom": _("in few runs"),
        "siteAway": _("{site}, {distance}"),
        "span": _("{from} to {to}"),
        "sun": _("Hours of sun on this day: {n} of 24"),
        "today": _("on this day"),
        "waited": _("not there yet"),
        "works": _("works"),
        "worksHere": _("works in this run on"),
        "worksRange": _("P10 to P90 of all runs"),
        "worksShare": _("runs in which it works"),
    }


def _kinds() -> dict[str, str]:
    """Return what a page calls each class of vehicle."""
    return {
        "launcher": _("rocket on its pad"),
        "transfer-stage": _("transfer stage"),
        "orbiter": _("orbiter"),
        "relay": _("relay satellite"),
        "station": _("station"),
        "tanker": _("tanker"),
        "lander": _("lander"),
        "sample-return": _("sample return"),
        "ship": _("crew ship"),
    }


def _stations(campaign: Campaign) -> frozenset[str]:
    """Return the missions that bring what stays in orbit."""
    brought = {one for element in campaign.elements if not element.on_surface for one in element.delivered}
    return frozenset(campaign.subjects[campaign.milestones[one].subject].name for one in brought)


def _first_day(films: Sequence[Json]) -> float:
    days = [way[0] for film in films for craft in film["crafts"] for way in craft["ways"]]
    return min(days, default=0.0)


def _story(findings: Findings, outline: Outline, plan: Trace, trace: Trace, called: Callable[[str], str]) -> Json:
    """Return for each goal what its date hangs on, day by day: (since, until, sentence)."""
    unknown = np.full(len(outline.milestones), np.inf)
    told: Json = {}
    for goal in findings.goals:
        planned, chain = plan.chains.get(goal.name, ()), trace.chains.get(goal.name, ())
        narrator = Narrator(outline, trace.events, unknown, planned, unknown)
        stretches = [narrator.tell(segments) for segments in merge(chain)]
        told[goal.name] = [
            [
                round(one.since_d, DAYS),
                round(one.until_d, DAYS),
                f"{one.text.replace(one.subject, called(one.subject), 1)}.",
            ]
            for one in stretches
        ]
    return told


def _logs(findings: Findings, traces: Sequence[Trace], called: Callable[[str], str]) -> tuple[Card, ...]:
    calendar = findings.calendar
    return tuple(
        Card(
            id=f"log-{trace.title.lower().replace(' ', '-')}",
            title=run_label(trace),
            reading=_("Every event of this run, in order of time."),
            table=Table(
                (_("date"), _("what happens")),
                tuple(
                    (calendar.iso(event.t_d), sentence_of(event, called))
                    for event in sorted(trace.events, key=lambda event: event.t_d)
                ),
                unbroken=frozenset({0}),
            ),
            wide=False,
        )
        for trace in traces
    )
