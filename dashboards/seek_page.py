"""The page of a search: what would it take, what can be promised for which cost, and what each lever does."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.frontier import draw_chances, draw_promises, name_package
from dashboards.figures.movers import draw_tornado
from dashboards.report import write_page
from sim.decide.selection import Level
from sim.decide.sought import Found, Trial
from sim.problems import counted
from sim.study.design import VARIANTS

_MOST_ROWS = 100
"""Of one level."""


def report_search(found: Found, target: Path, *, single_file: bool = True) -> Path:
    """Write the page of a search into `target` and return its path; raises OSError when it cannot be written."""
    return write_page(compose_search(found), target, single_file=single_file)


def compose_search(found: Found) -> Page:
    """Return the page of a search."""
    levers = (draw_tornado(found.swings),) if found.swings else ()
    sections = (
        Section("take", "What would it take?", "Packages", (_levels_card(found), draw_chances(found))),
        Section("promise", "What can be promised, for which cost?", "Dates", (draw_promises(found),)),
        Section("levers", "What does each lever do?", "Levers", (*levers, _tests_card(found))),
    )
    return Page(
        title=f"Levers of {found.scenario} · ilrs",
        headline=_headline(found),
        verdict=_verdict(found),
        about=(
            f"{counted(found.packages, 'package')} of the levers that {found.scenario} names; {len(found.trials)} were "
            f"simulated with the same luck (seed {found.seed}), with {found.replications:,} replications of "
            f"{found.budget:,}. Costs are as the scenario states them. Commands call the goal {found.plan.goal}."
        ),
        tiles=_tiles(found),
        sections=sections,
        footer=(
            "Intervals cover sampling error only (95 %, two-sided). The cheapest package of a level is chosen with a "
            "risk of at most 5 % that any verdict on a simulated package is wrong, however often one looks; packages "
            "left out unseen rest on pairs that showed that pulling more is not worse.",
            f"Folder {found.folder}, seed {found.seed}.",
        ),
    )


def _wanted(found: Found) -> str:
    by = formats.day(found.calendar, found.by_d)
    return f"{formats.shorten(found.title, 70)} by {by} with {found.plan.confidence:.0%}"


def _headline(found: Found) -> str:
    if found.answer is not None:
        return f"{_wanted(found)}: for a cost of {found.answer.package.cost:g}"
    if found.level.state == "in doubt":
        return f"{_wanted(found)}: not settled"
    return f"{_wanted(found)}: no package does; the best reaches {formats.percent(found.best.chance.value)}"


def _verdict(found: Found) -> str:
    steps, share = [found.row(one.option) for one in found.sooner if one.sure], found.plan.confidence
    days = [
        f"{formats.month(found.calendar, found.day_of(one, share).value)} "
        f"{f'for a cost of {one.package.cost:g}' if one.package.pulls else 'as it is'}"
        for one in steps
    ]
    promised = f"With {share:.0%} promise {formats.listing(days)}."
    if found.answer is None:
        return promised
    return f"{name_package(found.answer.package)}. {promised}"


def _tiles(found: Found) -> tuple[Tile, ...]:
    share, calendar = found.plan.confidence, found.calendar
    as_it_is, best, last = found.as_it_is, found.best, found.soonest
    name = f"P{100 * share:g}"
    return (
        Tile("Chance as it is", formats.percent(as_it_is.chance.value), _ends(as_it_is), theme.SKY),
        Tile("Highest chance", formats.percent(best.chance.value), _best_for(found), theme.BLUE),
        Tile(f"{name} as it is", formats.month(calendar, found.day_of(as_it_is, share).value), "", theme.ORANGE),
        Tile(
            f"Earliest {name}",
            formats.month(calendar, found.day_of(last, share).value),
            f"for a cost of {last.package.cost:g}" if last.package.pulls else "no package is surely sooner",
            theme.GREEN,
        ),
    )


def _best_for(found: Found) -> str:
    tied = f"; {counted(len(found.as_good), 'cheaper package')} not told from it" if found.as_good else ""
    return f"for a cost of {found.best.package.cost:g}{tied}"


def _ends(trial: Trial) -> str:
    return f"{formats.percent(trial.chance.low)} to {formats.percent(trial.chance.high)}"


def _levels_card(found: Found) -> Card:
    rows = tuple(row for level in found.levels for row in _rows(found, level))
    return Card(
        id="levels",
        title=_levels_title(found),
        reading=(
            "How to read: for each chance that is wanted, the cheapest package that surely has it; below it what is "
            "not settled, with about how many more replications would tell, and what is as good for the same cost."
        ),
        shown=Table(
            ("package", "wanted", "what", "cost", "chance by the date"),
            rows,
            frozenset({3}),
            frozenset({1, 3}),
            stacked=True,
        ),
    )


def _levels_title(found: Found) -> str:
    settled = sum(level.state != "in doubt" for level in found.levels)
    if len(found.levels) > 1:
        return f"{settled} of {counted(len(found.levels), 'chance')} settled"
    shown = found.answer or found.best
    does = {"found": "the cheapest package that surely has it", "nothing": "no package has it; the nearest"}
    said = does.get(found.level.state, "not settled; the best so far")
    return f"{found.level.level:.0%}: {said}, {formats.percent(shown.chance.value)}, costs {shown.package.cost:g}"


def _rows(found: Found, level: Level) -> list[tuple[str, ...]]:
    wanted, answer = f"{level.level:.0%}", found.answer_of(level)
    if answer is not None:
        rows = [_row(wanted, "cheapest", answer)]
    else:
        said = "nothing does; the nearest" if level.state == "nothing" else "not settled; the best so far"
        rows = [_row(wanted, said, found.best)]
        rows += [_row(wanted, "cheaper, and not told from it", found.row(one)) for one in found.as_good]
    for doubt in level.doubts:
        more = "seems equal" if doubt.more is None else f"some {doubt.more:,} more would settle it"
        rows.append(_row(wanted, f"in doubt; {more}", found.trial(doubt.option)))
    rows += [_row(wanted, "as good for the same cost", found.trial(tie)) for tie in level.ties]
    if level.unseen:
        rows.append((counted(level.unseen, "package"), wanted, "not looked at: the replications ended", "", ""))
    if len(rows) > _MOST_ROWS:
        left = len(rows) - _MOST_ROWS
        rows = [*rows[:_MOST_ROWS], (f"and {left} more: see summary.json", wanted, "", "", "")]
    return rows


def _row(wanted: str, what: str, trial: Trial) -> tuple[str, ...]:
    chance = trial.chance
    interval = f"{formats.percent(chance.value)} ({_ends(trial)}, {trial.tried:,} runs)"
    return (name_package(trial.package), wanted, what, f"{trial.package.cost:g}", interval)


def _tests_card(found: Found) -> Card:
    rows = []
    for test in found.tests:
        lever = found.plan.levers[test.lever]
        if lever.path == VARIANTS:
            continue
        used = "taken to be no worse" if test.monotone else "not assumed"
        rows.append((lever.path, f"{test.pairs:,}", f"{test.against:,}", used))
    assumed = sum(test.monotone for test in found.tests)
    return Card(
        id="more-of-it",
        title=f"More of a lever is taken to be no worse for {assumed} of {counted(len(rows), 'lever')}",
        reading=(
            "How to read: pairs of runs with the same luck that differ in one lever only, and in how many of them "
            "pulling it further missed what pulling it less reached. A lever is used to leave packages out only where "
            "that is not surely above 1 % of the pairs. A variant has no more and less, and is never inferred."
        ),
        shown=Table(("lever", "pairs", "against", "more of it"), tuple(rows), frozenset({1, 2}), stacked=True),
    )
