"""The page of a sweep: how the goal answers to its levers, which of them matter, and every case that was run."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path

import yaml

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers, read_answers
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.guess_table import draw_guesses, say_measure
from dashboards.figures.heat import draw_heat
from dashboards.figures.movers import draw_movers
from dashboards.figures.parallel import calendar_of, draw_parallel, say_values
from dashboards.figures.response import draw_response
from dashboards.lever_axis import VARIANTS, LeverAxis, name_path, short_path, show_value, show_values, unit_of
from dashboards.lever_effects import rank_influences, rank_levers
from dashboards.report import REPORT_FILE, write_page
from dashboards.study_pages import address_from
from dashboards.translation import _, plural, term
from sim.problems import InputError
from sim.scenario.provenance import note_at, notes_of
from sim.scenario.schema_lookup import meaning_at
from sim.study.contents import resolved_name
from sim.study.files import read_plain
from sim.study.sweep_tables import SweepTables, read_sweep

_LISTED = 20
"""Cases that stand open in the list, the soonest; the data tables hold all."""
_SHOWN = 3
"""Levers whose values stand in the list of cases, the strongest."""
_REPORTS = "reports"
_VALUES = 6
"""Values of a lever that are all told."""


def report_sweep(folder: Path, target: Path, *, single_file: bool = True) -> Path:
    """Write the page of a sweep folder into `target` and return its path.

    A case whose own study lies in `reports/<number>` of the sweep folder is linked to its report. Raises FolderError
    when the folder cannot be read, InputError when no case has an answer; OSError when `target` cannot be written.
    """
    sweep = read_sweep(folder)
    answers = answers_of(sweep)
    return write_page(lambda: compose_sweep(answers, target), target, single_file=single_file)


def answers_of(sweep: SweepTables) -> SweepAnswers:
    """Read a sweep's answers, with the command that runs each case alone.

    Raises FolderError when the folder cannot be read, InputError when no case has an answer or all are alike.
    """
    resolved = yaml.safe_load(read_plain(sweep.folder / resolved_name(())))  # read_sweep has held it against its hash
    start = datetime.datetime.fromisoformat(str(resolved["calendar"]["start"]))
    commands = {one.case.number: _command(sweep, one.case.number) for one in sweep.planned}
    paths = dict.fromkeys(path for one in sweep.planned for path, _ in one.case.settings)
    notes = notes_of(resolved)
    said = {path: note_at(tuple(path.split(".")), notes) for path in paths}
    titles = {name: str(goal.get("title") or "") for name, goal in (resolved.get("goals") or {}).items()}
    names = {path: name_path(path, resolved) for path in paths}
    meanings = {path: meaning_at(path) for path in paths}
    answers = read_answers(sweep, start, commands, said, titles, names, meanings)
    if not answers.goals:
        raise InputError(f"{sweep.folder}: no case of this sweep has an answer yet; `ilrs status` says why")
    if not answers.levers:
        raise InputError(f"{sweep.folder}: its cases that are done have the same values; run more, with --cases")
    return answers


def compose_sweep(sweep: SweepAnswers, target: Path) -> Page:
    """Return the page of a sweep; the first goal is drawn whole, of the others what moves them."""
    goal = sweep.goals[0]
    movers = (draw_movers(sweep, goal), draw_guesses(sweep, goal))
    heat = draw_heat(sweep, goal)
    cases = (*_parallel(sweep, goal), _list(sweep, goal, target))
    sections = (
        Section("response-of", _("How does the date answer?"), _("Response"), (draw_response(sweep, goal),)),
        Section(
            "movers-of", _("Which levers move it, and which guess matters?"), _("Levers"), tuple(filter(None, movers))
        ),
        Section("pairs", _("Two levers together"), _("Pairs"), (heat,) if heat is not None else ()),
        Section("all", _("All cases"), _("Cases"), cases),
        Section("varied", _("What was varied"), _("Varied"), (_levers(sweep),)),
    )
    return Page(
        title=_("Sweep of {scenario}").format(scenario=sweep.called) + " · ilrs",
        headline=_headline(sweep, goal),
        verdict=_verdict(sweep, goal),
        about=(
            plural(
                "A {design} design over {count} lever of {scenario}, {runs} a case with the same luck (seed {seed}). "
                "Commands call the goal {goal}.",
                "A {design} design over {count} levers of {scenario}, {runs} a case with the same luck (seed {seed}). "
                "Commands call the goal {goal}.",
                len(sweep.levers),
            ).format(
                design=sweep.design,
                count=len(sweep.levers),
                scenario=sweep.called,
                runs=formats.runs(sweep.replications),
                seed=sweep.seed,
                goal=goal.goal,
            )
        ),
        tiles=_tiles(sweep, goal),
        sections=tuple(section for section in sections if section.cards),
        footer=(
            _(
                "Intervals cover sampling error only (95 %, two-sided); they say nothing about values outside the "
                "ranges that were swept."
            ),
            _("Sweep {key}, seed {seed}.").format(key=sweep.key, seed=sweep.seed),
        ),
    )


def _headline(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    name, by = formats.shorten(term("title", goal.called), 80), formats.day(calendar_of(sweep), goal.by_d)
    spread = formats.duration(max(one.mean_d for one in goal.answers) - min(one.mean_d for one in goal.answers))
    return _("{name} by {by}: {chances} chance over {count} cases, mean dates {spread} apart").format(
        name=name, by=by, chances=_chances(goal), count=len(goal.answers), spread=spread
    )


def _chances(goal: GoalAnswers) -> str:
    low, high = (formats.percent(pick(one.chance.value for one in goal.answers)) for pick in (min, max))
    if low == high:
        return low
    suffix = _("{number} %").format(number="")
    return formats.between(low.removesuffix(suffix) if "<" not in low else low, high)


def _verdict(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    calendar = calendar_of(sweep)
    dated = [one for one in goal.answers if one.p50_d is not None]
    follows = ""
    influences = rank_influences(sweep, goal)
    if influences:
        first = influences[0]
        follows = " " + _("What the mean date follows most is {lever}: {measure}.").format(
            lever=short_path(first.path, names=sweep.names), measure=say_measure(first)
        )
    if not dated:
        return _("No case reaches the goal in half of its runs.") + follows
    first_case, last_case = (pick(dated, key=lambda one: one.p50_d or 0.0) for pick in (min, max))
    dated_between = _("Even odds come between {month} (case {number}) and {later} (case {last}).").format(
        month=formats.month(calendar, first_case.p50_d),
        number=first_case.number,
        later=formats.month(calendar, last_case.p50_d),
        last=last_case.number,
    )
    return dated_between + follows


def _tiles(sweep: SweepAnswers, goal: GoalAnswers) -> tuple[Tile, ...]:
    calendar = calendar_of(sweep)
    best = max(goal.answers, key=lambda one: (one.chance.value, -one.mean_d))
    soonest, latest = (pick(goal.answers, key=lambda one: one.mean_d) for pick in (min, max))
    failed = Tile(_("Failed"), str(len(sweep.failed)), _("cases that could not be run"), theme.VERMILLION)
    return (
        Tile(
            _("Chance by {day}").format(day=formats.day(calendar, goal.by_d)),
            _chances(goal),
            _("best: case {number}, {values}").format(number=best.number, values=say_values(sweep, best))
            if best.chance.value
            else _("in every case"),
            theme.BLUE,
        ),
        Tile(
            _("Soonest, case {number}").format(number=soonest.number),
            formats.month(calendar, soonest.p50_d),
            _("even odds (P50); {values}").format(values=say_values(sweep, soonest)),
            theme.GREEN,
        ),
        Tile(
            _("Latest, case {number}").format(number=latest.number),
            formats.month(calendar, latest.p50_d),
            _("even odds (P50); {values}").format(values=say_values(sweep, latest)),
            theme.ORANGE,
        ),
        Tile(
            _("Cases"),
            _("{count} of {planned}").format(count=len(goal.answers), planned=sweep.planned),
            _("{design} design").format(design=sweep.design),
            theme.GREY,
        ),
        *((failed,) if sweep.failed else ()),
    )


def _parallel(sweep: SweepAnswers, goal: GoalAnswers) -> tuple[Card, ...]:
    """Return the lines of all cases; where each changes one lever alone, they would cross for nothing."""
    return () if goal.swings else (draw_parallel(sweep, goal),)


def _levers(sweep: SweepAnswers) -> Card:
    """Return every lever with its path, its meaning and the values that were tried."""
    rows = tuple(
        (
            short_path(lever.path, 80, sweep.names),
            "" if lever.path == VARIANTS else lever.path,
            sweep.meanings.get(lever.path, ""),
            unit_of(lever),
            _span(lever),
        )
        for lever in sweep.levers
    )
    return Card(
        id="levers",
        title=plural("{count} lever was varied", "{count} levers were varied", len(rows)).format(count=len(rows)),
        reading=_("How to read: the key is what `--set` and the sweep block of a scenario call the lever."),
        shown=Table((_("lever"), _("key"), _("what it means"), _("unit"), _("values")), rows, stacked=True),
    )


def _span(lever: LeverAxis) -> str:
    shown = show_values(lever)
    return formats.listing(shown) if len(shown) <= _VALUES else _("{first} to {last}, {count} values").format(
        first=shown[0], last=shown[-1], count=len(shown)
    )  # fmt: skip


def _list(sweep: SweepAnswers, goal: GoalAnswers, target: Path) -> Card:
    calendar = calendar_of(sweep)
    levers = () if goal.swings else tuple(rank_levers(sweep, goal)[:_SHOWN])
    ranked = sorted(goal.answers, key=lambda one: one.mean_d)
    rows = tuple(
        (
            _("case {number}").format(number=one.number),
            formats.chance(one.chance),
            formats.month(calendar, one.p50_d),
            formats.month(calendar, one.p80_d),
            *_told(sweep, one, levers),
        )
        for one in ranked[:_LISTED]
    )
    own = [sweep.folder / _REPORTS / str(one.number) / REPORT_FILE for one in ranked]
    links = tuple(address_from(target, page) for page in own)
    made = sum(bool(link) for link in links)
    reports = (
        plural("{count} has a report of its own", "{count} have a report of their own", made).format(count=made)
        if made
        else _("none has a report of its own")
    )
    told = (
        (_("what it changes"),) if goal.swings else tuple(short_path(lever.path, names=sweep.names) for lever in levers)
    )
    columns = (_("case"), _("chance by its date"), "P50", "P80", *told)
    commands = tuple((_("case {number}").format(number=one.number), sweep.commands[one.number]) for one in ranked)
    return Card(
        id="cases",
        title=f"{_most(rows, goal)}; {reports}",
        reading=(
            _(
                "How to read: a case that is underlined leads to its own report. To make one, run the case's command, "
                "in the data table below, from the folder above the sweep, and draw this page again."
            )
        ),
        shown=Table(columns, rows, unbroken=frozenset({0, 1, 2, 3}), links=links[:_LISTED], stacked=True),
        table=Table((_("case"), _("command")), commands, unbroken=frozenset({0}), links=links),
    )


def _told(sweep: SweepAnswers, one: Answer, levers: tuple[LeverAxis, ...]) -> tuple[str, ...]:
    """Return a case's values of some levers, or, where it changes few of them, what it changes."""
    return tuple(show_value(one.values[lever.path]) for lever in levers) or (say_values(sweep, one),)


def _most(rows: tuple[tuple[str, ...], ...], goal: GoalAnswers) -> str:
    count = len(goal.answers)
    return (
        _("The {shown} soonest of {count} cases").format(shown=len(rows), count=count)
        if len(rows) < count
        else _("All {count} cases, the soonest first").format(count=count)
    )


def _command(sweep: SweepTables, number: int) -> str:
    case = next(one.case for one in sweep.planned if one.case.number == number)
    name = sweep.folder.resolve().name
    words = ["ilrs", "run", f"{name}/{resolved_name(case.variants)}"]
    words += [word for text in case.sets for word in ("-S", text)]
    words += ["-n", str(sweep.manifest.replications), "--seed", str(sweep.manifest.seed)]
    return shlex.join([*words, "-o", f"{name}/{_REPORTS}/{number}"])
