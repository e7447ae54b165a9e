"""The page that puts several studies side by side, by the goals that they share."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboards import formats
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.comparison_tables import tell_changes, tell_deciders, tell_goals, tell_meanings, tell_reasons
from dashboards.figures.forest import Paired, draw_forest
from dashboards.figures.inputs import draw_inputs
from dashboards.figures.multiples import draw_multiples
from dashboards.figures.side_by_side import Contender, draw_curves, draw_dates, draw_families
from dashboards.figures.what_changed import draw_steps, tell_subjects
from dashboards.theme import goal_style
from dashboards.translation import _, plural
from sim.analysis.clusters import blocks_of
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.findings import Findings
from sim.sampling import STRATA
from sim.study.differences import Input
from sim.study.moves import Changes
from sim.study.pairing import GoalName, GoalRow, pair_goals

_DAY = datetime.timedelta(days=1)
_RESAMPLED = 10_000
"""Pairs that the bootstrap of a median rests on at most; a thousand resamples of more would take minutes."""
_MOST_TILES = 9
_MOST_PANELS = 3
"""Studies up to which each gets a small Gantt; of more a table says what decides in each."""
_LITTLE_D = 30.5
"""Days by which even odds may move and still be called hardly moved: no estimate here is good to less."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One study in a comparison; what lies beyond its findings may be missing."""

    findings: Findings
    dates_d: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """By goal: the day of each replication, infinity where it is not reached."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    """The values of the resolved scenario, by dotted path."""
    address: str = ""
    """Of its own report, relative to the page."""
    name: str = ""
    """What it is called beside the others; what its findings say, unless given."""
    reason: str = ""
    """Why it changes nothing against the first, where that is known."""


def compose_comparison(entries: Sequence[Entry], rows: Sequence[GoalRow] = (), changes: Changes | None = None) -> Page:
    """Return the page of two or more studies; they are compared by the first of `rows`, the goals that pair.

    Without rows, goals pair by name and by what they count as. `changes`, of two studies, say what each input that
    differs moves. Raises ValueError for fewer than two studies, or when
    one has no goal; InputError when no two have a goal in common.
    """
    if len(entries) < 2:
        raise ValueError("a comparison needs at least two studies")
    if not all(entry.findings.goals for entry in entries):
        raise ValueError("a study without a goal cannot be compared")
    names = _names(entries)
    paired_goals = rows or pair_goals(names, [_goal_names(entry.findings) for entry in entries], None)
    entered = [
        (entry, Contender(name, entry.findings, next(goal for goal in entry.findings.goals if goal.name == picked)))
        for entry, name, picked in zip(entries, names, paired_goals[0].picked, strict=True)
        if picked is not None
    ]
    contenders = [one for _entry, one in entered]
    missing = [name for name, picked in zip(names, paired_goals[0].picked, strict=True) if picked is None]
    paired = _pair([entry for entry, _one in entered], contenders)
    found = [entry.findings for entry in entries]
    sections = (
        Section(
            "changes", _("What does each change?"), _("Changes"), _tell(entered, paired, paired_goals, names, found)
        ),
        Section("steps-of", _("What moves it from one to the other?"), _("Steps"), _steps(changes, contenders)),
        Section("likely", _("How likely is the date?"), _("Likelihood"), (draw_curves(contenders),)),
        Section("when", _("When does it come?"), _("Dates"), (draw_dates(contenders), *_forest(contenders, paired))),
        Section("risks", _("Which causes cost the time?"), _("Causes"), (draw_families(contenders),)),
        Section("deciding", _("What decides the date?"), _("Deciding"), _deciding(contenders)),
        Section("inputs-of", _("What differs in the inputs?"), _("Inputs"), _inputs(entered)),
        Section("studies", _("The studies"), _("Studies"), (_list(entered),)),
    )
    listed = formats.listing([formats.shorten(one.name, 40) for one in contenders])
    return Page(
        title=f"{listed} · ilrs",
        headline=_headline(contenders, paired),
        verdict=" ".join(filter(None, (_verdict(contenders, paired), _left_out(missing)))),
        about=_about(contenders),
        tiles=tuple(_tile(index, one) for index, one in enumerate(contenders))
        if len(contenders) <= _MOST_TILES
        else (),
        sections=tuple(section for section in sections if section.cards),
        footer=(
            _(
                "Intervals cover sampling error only (95 %, two-sided). They say how far the numbers would move with "
                "other random draws, not how far the model is from the world."
            ),
            _(
                "Studies with the same seed share their luck; only then do paired differences mean more than separate "
                "intervals."
            ),
        ),
        links=tuple((name, entry.address) for name, entry in zip(names, entries, strict=True) if entry.address),
    )


def _names(entries: Sequence[Entry]) -> list[str]:
    """Return a name for each study; where two are called alike, the later ones get a number."""
    names: list[str] = []
    for entry in entries:
        called = entry.name or entry.findings.called
        again = sum((other.name or other.findings.called) == called for other in entries[: len(names)])
        names.append(f"{called} ({again + 1})" if again else called)
    return names


def _goal_names(findings: Findings) -> list[GoalName]:
    return [GoalName(goal.name, goal.goal.counts_as) for goal in findings.goals]


def _tell(
    entered: Sequence[tuple[Entry, Contender]],
    paired: Sequence[Paired],
    rows: Sequence[GoalRow],
    names: Sequence[str],
    findings: Sequence[Findings],
) -> tuple[Card, ...]:
    contenders = [one for _entry, one in entered]
    reasons = {one.name: entry.reason for entry, one in entered if entry.reason}
    cards = (
        tell_changes(contenders, paired),
        tell_reasons(contenders[0], reasons),
        tell_meanings(contenders),
        tell_goals(rows, names, findings),
    )
    return tuple(card for card in cards if card is not None)


def _steps(changes: Changes | None, contenders: Sequence[Contender]) -> tuple[Card, ...]:
    if changes is None or not changes.steps:
        return ()
    names = (contenders[0].name, contenders[1].name)
    subjects = tell_subjects(changes, names)
    return (draw_steps(changes, names), *((subjects,) if subjects is not None else ()))


def _deciding(contenders: Sequence[Contender]) -> tuple[Card, ...]:
    if not all(one.findings.bars for one in contenders):
        return ()
    if len(contenders) <= _MOST_PANELS:
        return (draw_multiples(contenders),)
    card = tell_deciders(contenders)
    return () if card is None else (card,)


def _pair(entries: Sequence[Entry], contenders: Sequence[Contender]) -> tuple[Paired, ...]:
    """Return the differences of each study to the first, pair by pair; nothing where their dates are missing."""
    base, paired = contenders[0], []
    first = entries[0].dates_d.get(base.goal.name)
    for index, (entry, one) in enumerate(zip(entries[1:], contenders[1:], strict=True), start=1):
        second = entry.dates_d.get(one.goal.name)
        if first is None or second is None:
            return ()
        shift = (one.calendar.start - base.calendar.start) / _DAY
        n = min(first.size, second.size)
        mine, theirs = second[:n] + shift, first[:n]
        alike = one.findings.sampling == base.findings.sampling
        blocks = blocks_of(n, STRATA[base.findings.sampling]) if alike else None
        some = slice(_RESAMPLED)
        paired.append(
            Paired(
                one.name,
                compare_values(mine, theirs, blocks=blocks),
                compare_probabilities(mine - one.goal.by_d - shift, theirs - base.goal.by_d, 0.0, blocks=blocks),
                compare_quantiles(mine[some], theirs[some], 0.5, blocks=None if blocks is None else blocks[some]),
                index,
                one.findings.seed == base.findings.seed,
                _as_one(mine, theirs),
            )
        )
    return tuple(paired)


def _as_one(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Tell whether all pairs of dates lie within a day of each other; what is not reached by both does too."""
    with np.errstate(invalid="ignore"):
        apart = np.abs(first - second)
    return bool(np.all((apart < 1.0) | (np.isinf(first) & np.isinf(second))))


def _forest(contenders: Sequence[Contender], paired: Sequence[Paired]) -> tuple[Card, ...]:
    return (draw_forest(contenders[0].name, paired),) if any(not one.same for one in paired) else ()


def _inputs(entered: Sequence[tuple[Entry, Contender]]) -> tuple[Card, ...]:
    if not all(entry.inputs for entry, _one in entered):
        return ()
    return (draw_inputs([one.name for _entry, one in entered], [entry.inputs for entry, _one in entered]),)


def _about(contenders: Sequence[Contender]) -> str:
    """Return what the scenarios say of themselves, each text once with the studies it belongs to."""
    told: dict[str, list[str]] = {}
    for one in contenders:
        told.setdefault(" ".join(one.findings.about.split()), []).append(one.name)
    told.pop("", None)
    if len(told) == 1:
        return next(iter(told))
    return " · ".join(f"{formats.listing(names)}: {text}" for text, names in told.items())


def _left_out(missing: Sequence[str]) -> str:
    if not missing:
        return ""
    text = plural(
        "{studies} is left out: it has no such goal.", "{studies} are left out: they have no such goal.", len(missing)
    )
    return text.format(studies=formats.listing(list(missing)))


def _called(contenders: Sequence[Contender]) -> str:
    """Return what the compared goal is called: its title where all studies give it the same, else what it counts as."""
    titles = {one.called for one in contenders}
    if len(titles) == 1:
        return formats.shorten(titles.pop(), 80)
    keys = list(dict.fromkeys(one.goal.name for one in contenders))
    roles = {one.goal.goal.counts_as for one in contenders}
    if len(keys) > 1 and len(roles) == 1 and "" not in roles:
        role = roles.pop().replace("-", " ")
        return f"{role[:1].upper()}{role[1:]}"
    return keys[0] if len(keys) == 1 else formats.listing(keys)


def _headline(contenders: Sequence[Contender], paired: Sequence[Paired]) -> str:
    goal, base = _called(contenders), contenders[0]
    if paired and all(one.same for one in paired):
        text = _("{goal}: {studies} and {base} reach it within a day of each other in every replication")
        studies = formats.listing([formats.shorten(one.name, 40) for one in paired[:4]])
        return text.format(goal=goal, studies=studies, base=formats.shorten(base.name, 40))
    halves = [_half(one) for one in contenders]
    if len(contenders) == 2 or not paired or halves[0] is None:
        return _("{goal}, even odds: {dates}").format(goal=goal, dates=_dates(contenders[:4]))
    moved = [(one.medians.value, one.name) for one in paired if one.medians.value is not None and not one.same]
    if not moved or round(max(abs(days) for days, _name in moved)) == 0:
        return _("{goal}: no study moves even odds, {date} in {base}").format(goal=goal, date=halves[0], base=base.name)
    days, most = max(moved, key=lambda pair: abs(pair[0]))
    text = _("{goal}: of {count} studies beside {base}, {most} moves even odds most, {lateness}")
    return text.format(
        goal=goal,
        count=len(contenders) - 1,
        base=formats.shorten(base.name, 40),
        most=formats.shorten(most, 40),
        lateness=formats.lateness(days),
    )


def _dates(contenders: Sequence[Contender]) -> str:
    return formats.listing(
        [
            _("{date} in {study}").format(
                date=_half(one) or formats.never(one.calendar), study=formats.shorten(one.name, 40)
            )
            for one in contenders
        ]
    )


def _half(one: Contender) -> str | None:
    """Return the month of even odds; None where the calendar ends first."""
    half = one.quantile(0.5)
    return None if half is None or half.value is None else formats.month(one.calendar, half.value)


def _verdict(contenders: Sequence[Contender], paired: Sequence[Paired]) -> str:
    base = contenders[0]
    sentences = []
    if len({one.goal.name for one in contenders}) > 1:
        goals = formats.listing(
            [
                _("“{goal}” of {study}").format(goal=formats.shorten(one.called, 80), study=one.name)
                for one in contenders
            ]
        )
        sentences.append(_("These goals count as the same: {goals}. Each is held to its own date.").format(goals=goals))
    if len(contenders) == 2:
        return " ".join([*sentences, *_told_of_two(contenders, paired)])
    if _half(base) is not None:
        sentences.append(_("{base} comes to even odds in {date}.").format(base=base.name, date=_half(base)))
    same = [one.name for one in paired if one.same]
    little = [
        one.name
        for one in paired
        if not one.same and one.medians.value is not None and abs(one.medians.value) < _LITTLE_D
    ]
    if same:
        text = plural("{studies} changes nothing at all.", "{studies} change nothing at all.", len(same))
        sentences.append(text.format(studies=formats.listing(same)))
    if little:
        text = plural(
            "{studies} moves it by less than a month.", "{studies} move it by less than a month.", len(little)
        )
        sentences.append(text.format(studies=formats.listing(little)))
    return " ".join(sentences)


def _told_of_two(contenders: Sequence[Contender], paired: Sequence[Paired]) -> list[str]:
    chances = formats.listing(
        [
            _("{chance} in {study} by {date}").format(
                chance=formats.chance(one.goal.probability),
                study=one.name,
                date=formats.day(one.calendar, one.goal.by_d),
            )
            for one in contenders
        ]
    )
    told = [_("The chance is {chances}.").format(chances=chances)]
    known = [one for one in paired if one.medians.value is not None and not one.same]
    for one in known:
        days = one.medians.value or 0.0
        if round(days):
            text = _("Even odds come {lateness} in {study} than in {base}.")
            told.insert(0, text.format(lateness=formats.lateness(days), study=one.name, base=contenders[0].name))
    return told


def _tile(index: int, one: Contender) -> Tile:
    late = one.quantile(0.8)
    four = (
        formats.never(one.calendar) if late is None or late.value is None else formats.month(one.calendar, late.value)
    )
    words = _("even odds (P50); four in five by {date}; chance {chance} by {by}").format(
        date=four, chance=formats.percent(one.goal.probability.value), by=formats.month(one.calendar, one.goal.by_d)
    )
    value = _half(one) or formats.never(one.calendar)
    return Tile(formats.shorten(one.name, 60), value, words, goal_style(index)[0])


def _list(entered: Sequence[tuple[Entry, Contender]]) -> Card:
    contenders = [one for _entry, one in entered]
    rows = tuple(
        (
            one.name,
            one.findings.scenario,
            f"{one.findings.replications:,}",
            str(one.findings.seed),
            _("{guesses} of {figures}").format(guesses=one.findings.guesses, figures=one.findings.figures),
        )
        for one in contenders
    )
    columns = (_("study"), _("scenario"), "N", _("seed"), _("estimates among figures"))
    seeds = {one.findings.seed for one in contenders}
    title = (
        _("The {count} studies share their luck")
        if len(seeds) == 1
        else _("The {count} studies were run with different seeds, so they do not share their luck")
    )
    return Card(
        id="list",
        title=title.format(count=len(contenders)),
        reading=_(
            "How to read: the data table has the fingerprint of each resolved scenario; equal ones are the same."
        ),
        shown=Table(columns, rows, frozenset({2, 3}), links=tuple(entry.address for entry, _one in entered)),
        table=Table(
            (_("study"), _("identity"), _("program")),
            tuple((one.name, one.findings.identity, dict(one.findings.versions).get("ilrs", "")) for one in contenders),
        ),
    )
