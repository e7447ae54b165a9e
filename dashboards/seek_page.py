"""The page of a search: what would it take, what can be promised for which cost, and what each lever does."""

from __future__ import annotations

from pathlib import Path

from dashboards import formats, theme
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.frontier import draw_chances, draw_promises, name_package
from dashboards.figures.movers import draw_tornado
from dashboards.report import write_page
from dashboards.translation import _, plural, term
from sim.decide.selection import Level
from sim.decide.sought import Found, Trial
from sim.study.design import VARIANTS

_MOST_ROWS = 100
"""Of one level."""


def report_search(found: Found, target: Path, *, single_file: bool = True) -> Path:
    """Write the page of a search into `target` and return its path; raises OSError when it cannot be written."""
    return write_page(lambda: compose_search(found), target, single_file=single_file)


def compose_search(found: Found) -> Page:
    """Return the page of a search."""
    levers = (draw_tornado(found.swings),) if found.swings else ()
    sections = (
        Section("take", _("What would it take?"), _("Packages"), (_levels_card(found), draw_chances(found))),
        Section("promise", _("What can be promised, for which cost?"), _("Dates"), (draw_promises(found),)),
        Section("levers", _("What does each lever do?"), _("Levers"), (*levers, _tests_card(found))),
    )
    return Page(
        title=_("Levers of {scenario}").format(scenario=found.scenario) + " · ilrs",
        headline=_headline(found),
        verdict=_verdict(found),
        about=(
            _(
                "Packages of the levers that {scenario} names: {packages}; simulated with the same luck (seed {seed}): "
                "{trials}, with {replications} replications of {budget}. Costs are as the scenario states them. "
                "Commands call the goal {goal}."
            ).format(
                scenario=found.scenario,
                packages=formats.number(found.packages),
                seed=found.seed,
                trials=formats.number(len(found.trials)),
                replications=formats.number(found.replications),
                budget=formats.number(found.budget),
                goal=found.plan.goal,
            )
        ),
        tiles=_tiles(found),
        sections=sections,
        footer=(
            _(
                "Intervals cover sampling error only (95 %, two-sided). The cheapest package of a level is chosen with "
                "a risk of at most 5 % that any verdict on a simulated package is wrong, however often one looks; "
                "packages left out unseen rest on pairs that showed that pulling more is not worse."
            ),
            _("Folder {folder}, seed {seed}.").format(folder=found.folder, seed=found.seed),
        ),
    )


def _wanted(found: Found) -> str:
    by = formats.day(found.calendar, found.by_d)
    return _("{title} by {by} with {confidence}").format(
        title=formats.shorten(term("title", found.title), 70), by=by, confidence=formats.percent(found.plan.confidence)
    )


def _headline(found: Found) -> str:
    if found.answer is not None:
        return _("{wanted}: for a cost of {cost}").format(
            wanted=_wanted(found), cost=formats.brief(found.answer.package.cost)
        )
    if found.level.state == "in doubt":
        return _("{wanted}: not settled").format(wanted=_wanted(found))
    return _("{wanted}: no package does; the best reaches {share}").format(
        wanted=_wanted(found), share=formats.percent(found.best.chance.value)
    )


def _verdict(found: Found) -> str:
    steps, share = [found.row(one.option) for one in found.sooner if one.sure], found.plan.confidence
    days = []
    for one in steps:
        text = _("{month} for a cost of {cost}") if one.package.pulls else _("{month} as it is")
        month = formats.month(found.calendar, found.day_of(one, share).value)
        days.append(text.format(month=month, cost=formats.brief(one.package.cost)))
    promised = _("With {share} promise {dates}.").format(share=formats.percent(share), dates=formats.listing(days))
    if found.answer is None:
        return promised
    return f"{name_package(found.answer.package)}. {promised}"


def _tiles(found: Found) -> tuple[Tile, ...]:
    share, calendar = found.plan.confidence, found.calendar
    as_it_is, best, last = found.as_it_is, found.best, found.soonest
    name = f"P{100 * share:g}"
    return (
        Tile(_("Chance as it is"), formats.percent(as_it_is.chance.value), _ends(as_it_is), theme.SKY),
        Tile(_("Highest chance"), formats.percent(best.chance.value), _best_for(found), theme.BLUE),
        Tile(
            _("{name} as it is").format(name=name),
            formats.month(calendar, found.day_of(as_it_is, share).value),
            "",
            theme.ORANGE,
        ),
        Tile(
            _("Earliest {name}").format(name=name),
            formats.month(calendar, found.day_of(last, share).value),
            _("for a cost of {cost}").format(cost=formats.brief(last.package.cost))
            if last.package.pulls
            else _("no package is surely sooner"),
            theme.GREEN,
        ),
    )


def _best_for(found: Found) -> str:
    cost = _("for a cost of {cost}").format(cost=formats.brief(found.best.package.cost))
    count = len(found.as_good)
    if not count:
        return cost
    text = plural(
        "{cost}; {count} cheaper package not told from it", "{cost}; {count} cheaper packages not told from it", count
    )
    return text.format(cost=cost, count=count)


def _ends(trial: Trial) -> str:
    return formats.between(formats.percent(trial.chance.low), formats.percent(trial.chance.high))


def _levels_card(found: Found) -> Card:
    rows = tuple(row for level in found.levels for row in _rows(found, level))
    return Card(
        id="levels",
        title=_levels_title(found),
        reading=(
            _(
                "How to read: for each chance that is wanted, the cheapest package that surely has it; below it what "
                "is not settled, with about how many more replications would tell, and what is as good for the same "
                "cost."
            )
        ),
        shown=Table(
            (_("package"), _("wanted"), _("what"), _("cost"), _("chance by the date")),
            rows,
            frozenset({3}),
            frozenset({1, 3}),
            stacked=True,
        ),
    )


def _levels_title(found: Found) -> str:
    settled = sum(level.state != "in doubt" for level in found.levels)
    if len(found.levels) > 1:
        return _("{settled} of {count} chances settled").format(settled=settled, count=len(found.levels))
    shown = found.answer or found.best
    does = {"found": _("the cheapest package that surely has it"), "nothing": _("no package has it; the nearest")}
    said = does.get(found.level.state, _("not settled; the best so far"))
    return _("{level}: {said}, {share}, costs {cost}").format(
        level=formats.percent(found.level.level),
        said=said,
        share=formats.percent(shown.chance.value),
        cost=formats.brief(shown.package.cost),
    )


def _rows(found: Found, level: Level) -> list[tuple[str, ...]]:
    wanted, answer = formats.percent(level.level), found.answer_of(level)
    if answer is not None:
        rows = [_row(wanted, _("cheapest"), answer)]
    else:
        said = _("nothing does; the nearest") if level.state == "nothing" else _("not settled; the best so far")
        rows = [_row(wanted, said, found.best)]
        rows += [_row(wanted, _("cheaper, and not told from it"), found.row(one)) for one in found.as_good]
    for doubt in level.doubts:
        more = (
            _("seems equal")
            if doubt.more is None
            else _("some {more} more would settle it").format(more=formats.number(doubt.more))
        )
        rows.append(_row(wanted, _("in doubt; {more}").format(more=more), found.trial(doubt.option)))
    rows += [_row(wanted, _("as good for the same cost"), found.trial(tie)) for tie in level.ties]
    if level.unseen:
        unseen = plural("{count} package", "{count} packages", level.unseen).format(count=formats.number(level.unseen))
        rows.append((unseen, wanted, _("not looked at: the replications ended"), "", ""))
    if len(rows) > _MOST_ROWS:
        left = len(rows) - _MOST_ROWS
        rows = [*rows[:_MOST_ROWS], (_("and {left} more: see summary.json").format(left=left), wanted, "", "", "")]
    return rows


def _row(wanted: str, what: str, trial: Trial) -> tuple[str, ...]:
    chance = trial.chance
    interval = _("{share} ({ends}, {tried} runs)").format(
        share=formats.percent(chance.value), ends=_ends(trial), tried=formats.number(trial.tried)
    )
    return (name_package(trial.package), wanted, what, formats.brief(trial.package.cost), interval)


def _tests_card(found: Found) -> Card:
    rows = []
    for test in found.tests:
        lever = found.plan.levers[test.lever]
        if lever.path == VARIANTS:
            continue
        used = _("taken to be no worse") if test.monotone else _("not assumed")
        rows.append((lever.path, formats.number(test.pairs), formats.number(test.against), used))
    assumed = sum(test.monotone for test in found.tests)
    return Card(
        id="more-of-it",
        title=plural(
            "More of a lever is taken to be no worse for {assumed} of {count} lever",
            "More of a lever is taken to be no worse for {assumed} of {count} levers",
            len(rows),
        ).format(assumed=assumed, count=len(rows)),
        reading=(
            _(
                "How to read: pairs of runs with the same luck that differ in one lever only, and in how many of them "
                "pulling it further missed what pulling it less reached. A lever is used to leave packages out only "
                "where that is not surely above 1 % of the pairs. A variant has no more and less, and is never "
                "inferred."
            )
        ),
        shown=Table(
            (_("lever"), _("pairs"), _("against"), _("more of it")), tuple(rows), frozenset({1, 2}), stacked=True
        ),
    )
