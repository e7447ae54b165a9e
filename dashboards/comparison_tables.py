"""The tables of a comparison: what each study promises against the first, goal by goal, and what decides in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards import formats
from dashboards.card import Card, Table
from dashboards.figures.forest import Paired
from dashboards.figures.side_by_side import Contender
from dashboards.translation import _, plural
from sim.analysis.findings import Findings, GoalFinding
from sim.study.idle import Idle
from sim.study.pairing import GoalRow

_DECIDERS = 14
"""Subjects that are listed, those first that decide most often in one of the studies."""


def tell_changes(contenders: Sequence[Contender], paired: Sequence[Paired]) -> Card:
    """Return what each study promises, and what it changes against the first."""
    base = contenders[0]
    against = {one.name: one for one in paired}
    own_dates = len({formats.day(one.calendar, one.goal.by_d) for one in contenders}) > 1
    chance = _("chance by its date") if own_dates else _("chance by {date}").format(date=_by(base))
    columns = (
        _("study"),
        chance,
        *((_("its date"),) if own_dates else ()),
        _("even odds (P50)"),
        _("four in five (P80)"),
        _("P50 against {study}").format(study=formats.shorten(base.name, 40)),
        _("95 % interval"),
    )
    rows = tuple(
        (
            one.name,
            formats.chance(one.goal.probability),
            *((_by(one),) if own_dates else ()),
            _date(one, 0.5),
            _date(one, 0.8),
            *_against(one is base, against.get(one.name)),
        )
        for one in contenders
    )
    return Card(
        id="changes-each",
        title=_changes_title(base, paired),
        reading=_(
            "How to read: each line is a study. Days against {study} are the difference of the two P50 dates, from "
            "replications paired by the same luck, with the 95 % interval of that difference (sampling error only)."
        ).format(study=base.name),
        shown=Table(columns, rows, stacked=True),
    )


def tell_reasons(base: Contender, reasons: Mapping[str, str]) -> Card | None:
    """Return why some studies move nothing, by study; None where all of them move something."""
    if not reasons:
        return None
    title = plural("Why {studies} moves nothing", "Why {studies} move nothing", len(reasons))
    return Card(
        id="reasons",
        title=title.format(studies=formats.listing(list(reasons))),
        reading=_(
            "How to read: the goal comes within a day of the same date in every replication. What it needs is followed "
            "through the network of needs, from the goal back to the first work; beside it stand the other goals of "
            "{study}."
        ).format(study=base.name),
        shown=Table((_("study"), _("why it moves nothing")), tuple(reasons.items()), unbroken=frozenset({0})),
    )


def tell_goals(rows: Sequence[GoalRow], names: Sequence[str], findings: Sequence[Findings]) -> Card | None:
    """Return every goal that two studies or more have: its even odds and its chance; None where there is but one."""
    if len(rows) < 2:
        return None
    cells = tuple(
        (_named(row, findings), *(_cell(found, one) for found, one in zip(findings, row.picked, strict=True)))
        for row in rows
    )
    return Card(
        id="goals-each",
        title=_("{count} goals stand in more than one of these studies").format(count=len(rows)),
        reading=_(
            "How to read: each cell has the date of even odds (P50), and the chance by the goal's own date in that "
            "study. Goals of other names are those that count as the same in both scenarios (counts_as)."
        ),
        shown=Table((_("goal"), *names), cells, stacked=True),
    )


def _named(row: GoalRow, findings: Sequence[Findings]) -> str:
    """Return the title of a goal where all studies that have it give the same, else what it is paired by."""
    pairs = zip(findings, row.picked, strict=True)
    titles = {goal.called for found, picked in pairs for goal in found.goals if goal.name == picked}
    return titles.pop() if len(titles) == 1 else row.title


def tell_meanings(contenders: Sequence[Contender]) -> Card | None:
    """Return what the goal asks for in each study; None where all ask for the same in the same words."""
    asked = {(one.goal.name, one.goal.goal.about.strip()) for one in contenders}
    if len(asked) < 2:
        return None
    rows = tuple(
        (one.name, one.called, one.goal.name, _by(one), one.goal.goal.about.strip() or formats.NONE)
        for one in contenders
    )
    return Card(
        id="meanings",
        title=_("The goal is not worded alike in all of them: read what each asks for"),
        reading=_(
            "How to read: goals pair by their name, or by what both scenarios let them count as. Whether that is fair "
            "is for you to judge by these words."
        ),
        shown=Table((_("study"), _("goal"), _("its key"), _("wanted by"), _("what it asks for")), rows, stacked=True),
    )


def tell_deciders(contenders: Sequence[Contender]) -> Card | None:
    """Return how often each subject decides the goal's date in each study; None where nothing ahead decides."""
    shares = [
        {
            bar.name: bar.criticality.get(one.goal.name, 0.0)
            for bar in one.findings.bars
            if bar.kind != "goal" and not bar.fact
        }
        for one in contenders
    ]
    most = {name: max(each.get(name, 0.0) for each in shares) for each in shares for name in each}
    spread = {name: most[name] - min(each.get(name, 0.0) for each in shares) for name in most}
    listed = sorted((name for name in most if most[name] > 0.0), key=lambda name: (-most[name], name))[:_DECIDERS]
    if not listed:
        return None
    widest = max(listed, key=lambda name: spread[name])
    title = (
        _("{subject} decides most unlike: in {low} to {high} of the runs").format(
            subject=widest,
            low=formats.percent(most[widest] - spread[widest]),
            high=formats.percent(most[widest]),
        )
        if spread[widest] >= 0.05
        else _("The same subjects decide in all of them")
    )
    rows = tuple(
        (name, *(formats.percent(each[name]) if name in each else formats.NONE for each in shares)) for name in listed
    )
    return Card(
        id="deciders",
        title=title,
        reading=_(
            "How to read: the share of runs in which each subject lies on the chain that dates the goal; a dash is a "
            "subject that a study does not have."
        ),
        shown=Table(
            (_("subject"), *(one.name for one in contenders)),
            rows,
            frozenset(range(1, len(contenders) + 1)),
            stacked=True,
        ),
    )


def say_idle(idle: Idle) -> str:
    """Return in sentences why a study moves nothing of a goal."""
    sentences = [
        _("Of what changed the goal needs {names}, but never waits longer for it.").format(names=_some(idle.goal.names))
        if idle.goal.names
        else _("The goal needs nothing of what changed.")
    ]
    rest = [_("{goal} ({names})").format(goal=one.goal, names=_some(one.names)) for one in idle.others if one.names]
    free = [one.goal for one in idle.others if not one.names]
    if rest:
        sentences.append(_("What rests on it: {goals}.").format(goals=formats.listing(rest)))
    if free:
        sentences.append(_("What does not: {goals}.").format(goals=formats.listing(free)))
    return " ".join(sentences)


def _some(names: Sequence[str]) -> str:
    """Return the first few of many names."""
    more = len(names) - 4
    listed = [*names[:4], *([_("{count} more").format(count=more)] if more > 0 else [])]
    return formats.listing(listed)


def _changes_title(base: Contender, paired: Sequence[Paired]) -> str:
    same = [one.name for one in paired if one.same]
    if paired and len(same) == len(paired):
        return _("Nothing moves: the goal comes within a day of the same date in every replication")
    moved = [(one.medians.value, one) for one in paired if one.medians.value is not None and not one.same]
    if not moved:
        return _("What each study promises")
    days, most = max(moved, key=lambda pair: abs(pair[0]))
    if round(days) == 0:
        return _("None moves even odds by as much as a day")
    text = (
        _("{study} comes to even odds {lateness} than {base}")
        if len(paired) == 1
        else _("{study} moves even odds most: {lateness} than {base}")
    )
    return text.format(
        study=formats.shorten(most.name, 40), lateness=formats.lateness(days), base=formats.shorten(base.name, 40)
    )


def _against(first: bool, one: Paired | None) -> tuple[str, str]:
    if first or one is None:
        return formats.NONE, formats.NONE
    if one.same:
        return _("within a day in every replication"), formats.NONE
    if one.medians.value is None:
        return _("not reached in half of the runs"), formats.NONE
    low, high = (formats.NONE if edge is None else _days(edge) for edge in (one.medians.low, one.medians.high))
    told = _days(one.medians.value)
    return told, _("{low} to {high}").format(low=low, high=high)


def _days(days: float) -> str:
    return f"{round(days) or 0:+,d} d".replace("-", "−")


def _by(one: Contender) -> str:
    return formats.day(one.calendar, one.goal.by_d)


def _date(one: Contender, share: float) -> str:
    found = one.quantile(share)
    if found is None or found.value is None:
        return formats.never(one.calendar)
    return formats.month(one.calendar, found.value)


def _cell(found: Findings, name: str | None) -> str:
    goal: GoalFinding | None = next((one for one in found.goals if one.name == name), None)
    if goal is None:
        return formats.NONE
    return _("{date}; {chance} by {by}").format(
        date=_date(Contender("", found, goal), 0.5),
        chance=formats.percent(goal.probability.value),
        by=formats.month(found.calendar, goal.by_d),
    )
