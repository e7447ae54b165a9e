"""The report of a study: the answer first, then the four questions of a schedule risk analysis, then the campaign.

Source of the four questions: GAO Schedule Assessment Guide (GAO-16-89G), best practice 8, "Conducting a schedule
risk analysis": how likely is the date, how much contingency does a chosen certainty need, which risks, which paths.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from dashboards import formats
from dashboards.card import Card, Page, Section
from dashboards.comparison_page import Entry, compose_comparison
from dashboards.figures.bat import draw_bat, draw_bat_zoom, has_journeys
from dashboards.figures.chain import draw_chain, has_chain
from dashboards.figures.cost_and_date import draw_joint, joint_of
from dashboards.figures.coverage import draw_calendar
from dashboards.figures.crew import draw_crew, find_visits
from dashboards.figures.critical_paths import draw_paths
from dashboards.figures.depot import draw_depot
from dashboards.figures.facilities import draw_facilities
from dashboards.figures.gantt import draw_gantt
from dashboards.figures.light_calendar import draw_light
from dashboards.figures.manifest_table import draw_manifest
from dashboards.figures.margin import draw_margin
from dashboards.figures.mass import draw_mass
from dashboards.figures.openings import draw_openings
from dashboards.figures.pads import draw_pads, uses_pads
from dashboards.figures.partners import draw_partners
from dashboards.figures.power import draw_power
from dashboards.figures.register import draw_register
from dashboards.figures.scurve import draw_goals, draw_scurve
from dashboards.figures.waterfall import draw_causes
from dashboards.first_screen import headline, panels, tiles, verdict
from dashboards.flight import FLIGHT_FILE, flight_links
from dashboards.page import PLOTLY_FILE, render_each
from dashboards.setting import Setting, shown_cover, shown_light
from dashboards.translation import _, in_each_language, spoken, term
from sim.analysis.findings import Findings, GoalFinding
from sim.model.tracing import Trace
from sim.problems import printable
from sim.study.grounds import Grounds

REPORT_FILE = "report.html"
CAMPAIGN_FILE = "campaign.html"
_PLAIN_NAME = 60
"""Letters up to which a goal's description can stand in the headline."""
_LEAST_NAME = 6
_CLAUSE = re.compile(r"[.;:,(](?=\s|$)| as (?=the |an? )")
"""Where a description can be cut."""


def write_report(
    findings: Sequence[Findings],
    folder: Path,
    *,
    single_file: bool = True,
    setting: Setting | None = None,
    flight: Callable[[], Page | None] | None = None,
    film: Callable[[], Page | None] | None = None,
    command: str = "",
    grounds: Grounds | None = None,
) -> Path:
    """Write the report of one study, or the comparison of several, into `folder` and return the page's path.

    A `flight` and a `film` become pages of their own beside it, linked; `command` is what made the study, `grounds`
    what it rests on. The page appears whole or not at all. With `single_file` plotly.js is inside it, else beside it.
    Raises ValueError when there is no study, or one without a goal; OSError when the folder cannot be written.
    """
    if len(findings) != 1:
        return write_page(
            lambda: compose_comparison([Entry(found) for found in findings]), folder, single_file=single_file
        )
    beside = [
        (pages, name) for one, name in ((film, CAMPAIGN_FILE), (flight, FLIGHT_FILE)) if (pages := _composed(one))
    ]

    def compose() -> Page:
        links = tuple((_spoken(pages).headline, name) for pages, name in beside)
        return compose_page(findings[0], setting, links, command=command, grounds=grounds)

    for pages, name in beside:
        write_page(partial(_spoken, pages), folder, name=name, single_file=single_file)
    return write_page(compose, folder, single_file=single_file)


def _composed(compose: Callable[[], Page | None] | None) -> dict[str, Page]:
    """Return a page in each language; empty where there is none."""
    pages = in_each_language(compose) if compose is not None else {}
    return {code: page for code, page in pages.items() if page is not None}


def _spoken(pages: Mapping[str, Page]) -> Page:
    return pages[spoken()]


def write_page(compose: Callable[[], Page], folder: Path, *, name: str = REPORT_FILE, single_file: bool = True) -> Path:
    """Write a page into `folder`, whole or not at all, and return its path.

    `compose` is called once for each language that the page is to hold. With `single_file` plotly.js is inside it,
    else beside it. Raises OSError when the folder cannot be written.
    """
    document = render_each(compose, single_file=single_file)
    folder.mkdir(parents=True, exist_ok=True)
    if document.script is not None:
        _write_whole(folder / PLOTLY_FILE, document.script)
    return _write_whole(folder / name, document.html)


def compose_page(
    findings: Findings,
    setting: Setting | None = None,
    links: tuple[tuple[str, str], ...] = (),
    *,
    command: str = "",
    grounds: Grounds | None = None,
) -> Page:
    """Return the page of one study: headline, tiles, sections and footer; the first goal is the one that counts.

    What the scenario sets before any luck (nights, windows, cover, tanks) is drawn when it is given. `command` is what
    made the study; where it is not known, the footer names one that does. Raises ValueError when the scenario has no
    goal.
    """
    if not findings.goals:
        raise ValueError(f"{findings.scenario}: a scenario without a goal has no report")
    goal, known = findings.goals[0], grounds or Grounds()
    flights = flight_links(findings) if FLIGHT_FILE in [address for _word, address in links] else {}
    return Page(
        title=f"{findings.called} · ilrs",
        headline=headline(findings, goal, name_goal(goal)),
        verdict=verdict(findings, goal),
        about=_about(findings),
        tiles=tiles(findings, goal),
        panels=panels(goal, known),
        sections=tuple(section for section in _sections(findings, goal, setting, flights, known) if section.cards),
        footer=_footer(findings, command),
        links=links,
    )


def _sections(
    findings: Findings, goal: GoalFinding, setting: Setting | None, flights: Mapping[str, str], grounds: Grounds
) -> tuple[Section, ...]:
    likely = [draw_scurve(findings, goal)]
    if len(findings.goals) > 1:
        likely.append(draw_goals(findings))
    joint = joint_of(findings, goal)
    if joint is not None:
        likely.append(draw_joint(findings, goal, joint))
    paths = [draw_paths(findings, goal)]
    if has_chain(findings, goal):
        paths.append(draw_chain(findings, goal))
    manifest = (draw_manifest(findings, flights),) if findings.manifest else ()
    return (
        Section("likely", _("How likely is the date?"), _("Likelihood"), tuple(likely)),
        Section("margin-for", _("How much margin buys which confidence?"), _("Margin"), (draw_margin(findings, goal),)),
        Section("risks", _("Which causes cost the time?"), _("Causes"), (draw_causes(findings, goal),)),
        Section(
            "grounds",
            _("What does it rest on, and what would move it?"),
            _("Grounds"),
            draw_register(findings, goal, grounds),
        ),
        Section("deciding", _("Which paths decide?"), _("Paths"), tuple(paths)),
        Section("campaign", _("Campaign"), _("Campaign"), (draw_gantt(findings, goal),) if findings.bars else ()),
        Section("partners-of", _("Who brings what?"), _("Partners"), draw_partners(findings, setting)),
        Section("flights", _("Flights"), _("Flights"), _flights(findings, setting)),
        Section("base", _("Base and orbit"), _("Base"), _base(findings, goal, setting)),
        Section("sky", _("Windows, light and tracking"), _("Sky"), _sky(findings, setting)),
        Section("launches", _("Launch manifest"), _("Launches"), manifest),
    )


def _flights(findings: Findings, setting: Setting | None) -> tuple[Card, ...]:
    cards: list[Card] = []
    for trace in findings.traces:
        if not trace.moves:
            continue
        cards += _of_run(trace, draw_bat(findings, trace))
        if has_journeys(trace):
            cards += _of_run(trace, draw_bat_zoom(findings, trace))
        if uses_pads(trace):
            cards += _of_run(trace, draw_pads(findings, trace))
        if trace.tanks:
            cards += _of_run(trace, draw_depot(findings, trace))
    return tuple(cards)


def _base(findings: Findings, goal: GoalFinding, setting: Setting | None) -> tuple[Card, ...]:
    cards: list[Card] = []
    if findings.mass.t_d:
        cards.append(draw_mass(findings, goal))
    for trace in findings.traces:
        if trace.power_t_d:
            cards += _of_run(trace, draw_power(findings, trace, setting.nights if setting is not None else None))
        if find_visits(findings, trace):
            cards += _of_run(trace, draw_crew(findings, trace))
    if findings.facility_days:
        cards.append(draw_facilities(findings, goal, setting))
    return tuple(cards)


def _of_run(trace: Trace, card: Card) -> tuple[Card, ...]:
    """Return a card of one kept replication; the first keeps its plain name, so that links to it hold."""
    run, title = formats.run_name(trace), trace.title.lower()
    plain = trace.replication is None or card.id.endswith(f"-{title}")
    return (replace(card, id=card.id if plain else f"{card.id}-{title}", run=run),)


def _sky(findings: Findings, setting: Setting | None) -> tuple[Card, ...]:
    """Return what holds for every run: open departures, light at the base, ground cover."""
    if setting is None:
        return ()
    calendar = findings.calendar
    cards: list[Card] = []
    if setting.openings:
        cards.append(draw_openings(calendar, setting))
    light, cover = shown_light(calendar, setting), shown_cover(calendar, setting)
    if light is not None:
        cards.append(replace(draw_light(light), wide=False))
    if cover is not None:
        cards.append(replace(draw_calendar(cover), id="coverage", wide=False))
    return tuple(cards)


def name_goal(goal: GoalFinding) -> str:
    """Return what a goal is called in a sentence: its title, or else the start of its description that makes sense.

    The goal's name where neither is there or short enough.
    """
    if goal.goal.title:
        return term("title", goal.goal.title)
    about = goal.goal.about.strip().rstrip(".")
    if "\n" in about:
        return goal.name
    for text in (about, _CLAUSE.split(about, maxsplit=1)[0].strip()):
        if _LEAST_NAME < len(text) <= _PLAIN_NAME:
            return text
    return goal.name


def _about(findings: Findings) -> str:
    known = ""
    if findings.known_until_d is not None:
        day = formats.day(findings.calendar, findings.known_until_d)
        known = " " + _("What had happened by {day} is fixed.").format(day=day)
    goal = findings.goals[0]
    about = goal.goal.about.strip()
    told = about if about.rstrip(".") != name_goal(goal) else ""
    told = told or term("title", goal.goal.title)
    meaning = f" {goal.name}: {told}" if told else ""
    return f"{findings.called}: {findings.about.strip()}{known}{meaning}"


def _footer(findings: Findings, command: str) -> tuple[str, ...]:
    versions = ", ".join(f"{package} {version}" for package, version in findings.versions)
    return (
        _(
            "Intervals cover sampling error only (N = {count}, 95 %, two-sided). They say how far the numbers would "
            "move with other random draws, not how far the model is from the world."
        ).format(count=formats.number(findings.replications)),
        _("{guesses} of {figures} figures in the scenario are estimates; the others carry a source.").format(
            guesses=formats.number(findings.guesses), figures=formats.number(findings.figures)
        ),
        _("Scenario {scenario}, identity {identity}, seed {seed}. Made with {versions}.").format(
            scenario=findings.scenario, identity=findings.identity, seed=findings.seed, versions=versions
        ),
        _again(findings, command),
    )


def _again(findings: Findings, command: str) -> str:
    """Return how to make a study again; every run folder holds its scenario as it was, variants and all."""
    same = _("The same scenario, seed and versions give the same numbers on any number of workers.")
    if command:
        return f"{same} " + _("To make it again: {command}").format(command=printable(command))
    resolved = f"ilrs run scenario.resolved.yaml -n {findings.replications} --seed {findings.seed}"
    return f"{same} " + _("To make it again, in its run folder: {command}").format(command=resolved)


def _write_whole(path: Path, text: str) -> Path:
    """Write a file so that a reader finds the old one or the new one, never half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path
