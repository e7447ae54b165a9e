"""The page of a sweep: how the goal answers to its levers, which of them matter, and every case that was run."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path

import yaml

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers, read_answers
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.sweep import (
    calendar_of,
    draw_heat,
    draw_movers,
    draw_parallel,
    draw_response,
    ranked_levers,
    short_path,
)
from dashboards.report import REPORT_FILE, write_page
from dashboards.studies import address_from
from sim.problems import InputError
from sim.study.cases import resolved_name
from sim.study.ledger import Sweep, read_sweep

_LISTED = 20
"""Cases that stand open in the list, the soonest; the data tables hold all."""
_REPORTS = "reports"


def report_sweep(folder: Path, target: Path, *, single_file: bool = True) -> Path:
    """Write the page of a sweep folder into `target` and return its path.

    A case whose own study lies in `reports/<number>` of the sweep folder is linked to its report. Raises FolderError
    when the folder cannot be read, InputError when no case has an answer; OSError when `target` cannot be written.
    """
    sweep = read_sweep(folder)
    return write_page(compose_sweep(answers_of(sweep), target), target, single_file=single_file)


def answers_of(sweep: Sweep) -> SweepAnswers:
    """Read a sweep's answers, with the command that runs each case alone.

    Raises FolderError when the folder cannot be read, InputError when no case has an answer.
    """
    resolved = yaml.safe_load((sweep.folder / resolved_name(())).read_text(encoding="utf-8"))
    start = datetime.datetime.fromisoformat(str(resolved["calendar"]["start"]))
    answers = read_answers(sweep, start, {one.case.number: _command(sweep, one.case.number) for one in sweep.planned})
    if not answers.goals:
        raise InputError(f"{sweep.folder}: no case of this sweep has an answer yet; `ilrs status` says why")
    return answers


def compose_sweep(sweep: SweepAnswers, target: Path) -> Page:
    """Return the page of a sweep; the first goal is drawn whole, of the others what moves them."""
    goal = sweep.goals[0]
    heat, movers = draw_heat(sweep, goal), draw_movers(sweep, goal)
    sections = (
        Section("response-of", "How does the date answer?", "Response", (draw_response(sweep, goal),)),
        Section("movers-of", "Which levers move it?", "Levers", _movers(sweep, movers)),
        Section("pairs", "Two levers together", "Pairs", (heat,) if heat is not None else ()),
        Section("all", "All levers at once", "Cases", (draw_parallel(sweep, goal), _list(sweep, goal, target))),
    )
    return Page(
        title=f"Sweep of {sweep.scenario} · ilrs",
        headline=_headline(goal),
        verdict=_verdict(sweep, goal),
        about=(
            f"{sweep.design} design over {len(sweep.levers)} levers of {sweep.scenario}, {sweep.replications:,} runs a "
            f"case with the same luck (seed {sweep.seed})."
        ),
        tiles=_tiles(sweep, goal),
        sections=tuple(section for section in sections if section.cards),
        footer=(
            "Intervals cover sampling error only (95 %, two-sided); they say nothing about values outside the ranges "
            "that were swept.",
            f"Sweep {sweep.key}, seed {sweep.seed}.",
        ),
    )


def _headline(goal: GoalAnswers) -> str:
    low, high = (pick(one.chance.value for one in goal.answers) for pick in (min, max))
    chances = formats.percent(low) if low == high else f"{formats.percent(low)} to {formats.percent(high)}"
    spread = max(one.mean_d for one in goal.answers) - min(one.mean_d for one in goal.answers)
    return (
        f"{formats.shorten(goal.goal, 50)}: {chances} chance by its date over {len(goal.answers)} cases, mean dates "
        f"{formats.duration(spread)} apart"
    )


def _verdict(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    calendar = calendar_of(sweep)
    dated = [one for one in goal.answers if one.p50_d is not None]
    strongest = short_path(ranked_levers(sweep, goal)[0].path) if sweep.levers else ""
    if not dated:
        return f"No case reaches the goal in half of its runs. What its mean date follows most is {strongest}."
    first, last = (pick(dated, key=lambda one: one.p50_d or 0.0) for pick in (min, max))
    return (
        f"Even odds come between {formats.month(calendar, first.p50_d)} (case {first.number}) and "
        f"{formats.month(calendar, last.p50_d)} (case {last.number}). What the mean date follows most is {strongest}."
    )


def _tiles(sweep: SweepAnswers, goal: GoalAnswers) -> tuple[Tile, ...]:
    calendar = calendar_of(sweep)
    best = max(goal.answers, key=lambda one: (one.chance.value, -one.mean_d))
    soonest = min(goal.answers, key=lambda one: one.mean_d)
    failed = Tile("Failed", str(len(sweep.failed)), "cases that could not be run", theme.VERMILLION)
    return (
        Tile("Cases", f"{len(goal.answers)} of {sweep.planned}", f"{sweep.design} design", theme.GREY),
        Tile(f"Best case, {best.number}", formats.percent(best.chance.value), _values(sweep, best), theme.BLUE),
        Tile(
            f"Soonest case, {soonest.number}",
            formats.month(calendar, soonest.p50_d),
            f"even odds (P50); {_values(sweep, soonest)}",
            theme.GREEN,
        ),
        Tile("Wanted by", formats.day(calendar, goal.by_d), formats.shorten(goal.goal, 60), theme.SOFT),
        *((failed,) if sweep.failed else ()),
    )


def _values(sweep: SweepAnswers, answer: Answer) -> str:
    levers = sweep.levers[:3]
    return ", ".join(f"{short_path(one.path, 24)} {formats.shorten(answer.values[one.path], 18)}" for one in levers)


def _movers(sweep: SweepAnswers, first: Card | None) -> tuple[Card, ...]:
    """Return what moves the first goal, and the table of what moves each goal most: the guesses that matter."""
    rows = []
    for goal in sweep.goals:
        for path, kind, value, low, high in _influence(goal):
            rows.append((goal.goal, path, kind, formats.trim(value, 2), formats.trim(low, 2), formats.trim(high, 2)))
    if not rows:
        return (first,) if first is not None else ()
    guesses = Card(
        id="guesses",
        title=f"What is worth knowing better: {_worth(sweep)}",
        reading=(
            "How to read: for each goal the levers that move its mean date most, by the measure that the design "
            "allows. Where a lever's value is an estimate, better knowledge of it would narrow the date most."
        ),
        shown=Table(("goal", "lever", "measure", "value", "low 95 %", "high 95 %"), tuple(rows), frozenset({3, 4, 5})),
    )
    return (first, guesses) if first is not None else (guesses,)


def _influence(goal: GoalAnswers) -> list[tuple[str, str, float | None, float | None, float | None]]:
    if goal.indices:
        ranked = sorted(goal.indices, key=lambda one: -one.total)
        return [(one.name, "total Sobol index", one.total, one.total_lo, one.total_hi) for one in ranked[:4]]
    if goal.swings:
        swings = [(swing.name, max(swing.ends, key=lambda end: abs(end[1].value))[1]) for swing in goal.swings[:4]]
        return [(name, "swing, d", mean.value, mean.lo, mean.hi) for name, mean in swings]
    return [
        (path, "rank correlation", one.value, one.lo, one.hi) for path, one in goal.ranks[:4] if one.value is not None
    ]


def _worth(sweep: SweepAnswers) -> str:
    tops = [(_influence(goal)[0][0], goal.goal) for goal in sweep.goals if _influence(goal)]
    return formats.listing([f"{short_path(path)} for {formats.shorten(goal, 24)}" for path, goal in tops[:3]])


def _list(sweep: SweepAnswers, goal: GoalAnswers, target: Path) -> Card:
    calendar = calendar_of(sweep)
    ranked = sorted(goal.answers, key=lambda one: one.mean_d)
    rows = tuple(
        (
            f"case {one.number}",
            formats.chance(one.chance),
            formats.month(calendar, one.p50_d),
            formats.month(calendar, one.p80_d),
            sweep.commands[one.number],
        )
        for one in ranked[:_LISTED]
    )
    own = [sweep.folder / _REPORTS / str(one.number) / REPORT_FILE for one in ranked[:_LISTED]]
    links = tuple(address_from(target, page) for page in own)
    made = sum(bool(link) for link in links)
    return Card(
        id="cases",
        title=f"The {len(rows)} soonest of {len(goal.answers)} cases; {made or 'none'} of them "
        f"ha{'s' if made == 1 else 've'} a report of {'its' if made == 1 else 'their'} own",
        reading=(
            "How to read: the command runs one case alone, from the folder above the sweep, and writes its report; "
            "after that, drawing this page again links the case to it."
        ),
        shown=Table(("case", "chance by its date", "P50", "P80", "command"), rows, links=links),
    )


def _command(sweep: Sweep, number: int) -> str:
    case = next(one.case for one in sweep.planned if one.case.number == number)
    name = sweep.folder.resolve().name
    words = ["ilrs", "run", f"{name}/{resolved_name(case.variants)}"]
    words += [word for text in case.sets for word in ("-S", text)]
    words += ["-n", str(sweep.manifest.replications), "--seed", str(sweep.manifest.seed)]
    return shlex.join([*words, "-o", f"{name}/{_REPORTS}/{number}"])
