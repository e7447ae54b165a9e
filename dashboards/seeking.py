"""The page of a search: what would it take, what can be promised for which cost, and what each lever does."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.frontier import draw_chances, draw_promises
from dashboards.figures.movers import draw_tornado
from dashboards.report import write_page
from sim.decide.sought import Found, Level, Trial
from sim.problems import counted
from sim.study.design import VARIANTS


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
    level = found.level
    if level.answer is not None:
        return f"{_wanted(found)}: for a cost of {level.answer.package.cost:g}"
    if level.state == "in doubt":
        return f"{_wanted(found)}: not settled"
    best = found.best
    return f"{_wanted(found)}: no package does" + (
        f"; the best reaches {formats.percent(best.chance.value)}" if best is not None else ""
    )


def _verdict(found: Found) -> str:
    level = found.level
    steps, share = found.promises, found.plan.confidence
    days = [
        f"{formats.month(found.calendar, found.day_of(one, share).value)} "
        f"{'as it is' if not one.package.cost else f'for a cost of {one.package.cost:g}'}"
        for one in steps
    ]
    promised = f"With {share:.0%} promise {formats.listing(days)}."
    if level.answer is None:
        return promised
    return f"{level.answer.package.text}. {promised}"


def _tiles(found: Found) -> tuple[Tile, ...]:
    share, calendar = found.plan.confidence, found.calendar
    first, last = found.promises[0], found.promises[-1]
    as_it_is = next(one for one in found.trials if not one.package.case.settings and not one.package.case.variants)
    best = found.best or as_it_is
    name = f"P{100 * share:g}"
    return (
        Tile("Chance as it is", formats.percent(as_it_is.chance.value), _ends(as_it_is), theme.SKY),
        Tile("Highest chance", formats.percent(best.chance.value), f"for a cost of {best.package.cost:g}", theme.BLUE),
        Tile(f"{name} as it is", formats.month(calendar, found.day_of(first, share).value), "", theme.ORANGE),
        Tile(
            f"Earliest {name}",
            formats.month(calendar, found.day_of(last, share).value),
            f"for a cost of {last.package.cost:g}",
            theme.GREEN,
        ),
    )


def _ends(trial: Trial) -> str:
    return f"{formats.percent(trial.chance.low)} to {formats.percent(trial.chance.high)}"


def _levels_card(found: Found) -> Card:
    rows = tuple(row for level in found.levels for row in _rows(level))
    settled = sum(level.state != "in doubt" for level in found.levels)
    return Card(
        id="levels",
        title=f"{settled} of {counted(len(found.levels), 'chance')} settled",
        reading=(
            "How to read: for each chance that is wanted, the cheapest package that surely has it; below it what is "
            "not settled, with about how many more replications would tell, and what is as good for the same cost."
        ),
        shown=Table(
            ("wanted", "what", "cost", "package", "chance by the date"),
            rows,
            frozenset({2}),
            frozenset({0, 2}),
            stacked=True,
        ),
    )


def _rows(level: Level) -> list[tuple[str, ...]]:
    wanted = f"{level.level:.0%}"
    if level.answer is not None:
        rows = [_row(wanted, "cheapest", level.answer)]
    elif level.nearest is not None:
        said = "nothing does; the nearest" if level.state == "nothing" else "not settled; the best so far"
        rows = [_row(wanted, said, level.nearest)]
    else:
        rows = [(wanted, "no package makes a valid scenario", "", "", "")]
    for doubt in level.doubts:
        more = "seems equal" if doubt.more is None else f"some {doubt.more:,} more would settle it"
        rows.append(_row(wanted, f"in doubt; {more}", doubt.trial))
    rows += [_row(wanted, "as good for the same cost", tie) for tie in level.ties]
    if level.unseen:
        rows.append((wanted, "not looked at: the replications ended", "", counted(level.unseen, "package"), ""))
    return rows


def _row(wanted: str, what: str, trial: Trial) -> tuple[str, ...]:
    chance = trial.chance
    interval = f"{formats.percent(chance.value)} ({_ends(trial)}, {trial.tried:,} runs)"
    return (wanted, what, f"{trial.package.cost:g}", trial.package.text, interval)


def _tests_card(found: Found) -> Card:
    rows = []
    for test in found.tests:
        lever = found.plan.levers[test.lever]
        name = lever.texts[0] if lever.path == VARIANTS else lever.path
        used = "taken to be no worse" if test.monotone else "not assumed"
        rows.append((name, f"{test.pairs:,}", f"{test.against:,}", used))
    assumed = sum(test.monotone for test in found.tests)
    return Card(
        id="more-of-it",
        title=f"More of a lever is taken to be no worse for {assumed} of {counted(len(rows), 'lever')}",
        reading=(
            "How to read: pairs of runs with the same luck that differ in one lever only, and in how many of them "
            "pulling it further missed what pulling it less reached. A lever is used to leave packages out only where "
            "that is not surely above 1 % of the pairs; a variant has no more and less, so that each is looked at."
        ),
        shown=Table(("lever", "pairs", "against", "more of it"), tuple(rows), frozenset({1, 2}), stacked=True),
    )
