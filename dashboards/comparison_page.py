"""The page that puts several studies side by side, by the goal that they share."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboards import formats
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.forest import Paired, draw_forest
from dashboards.figures.inputs import draw_inputs
from dashboards.figures.multiples import draw_multiples
from dashboards.figures.side_by_side import Contender, draw_curves, draw_dates, draw_families
from dashboards.theme import goal_style
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.findings import Findings

_DAY = datetime.timedelta(days=1)
_RESAMPLED = 10_000
"""Pairs that the bootstrap of a median rests on at most; a thousand resamples of more would take minutes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One study in a comparison; what lies beyond its findings may be missing."""

    findings: Findings
    dates_d: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    """By goal: the day of each replication, infinity where it is not reached."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """The resolved scenario, flat."""
    address: str = ""
    """Of its own report, relative to the page."""


def compose_comparison(entries: Sequence[Entry]) -> Page:
    """Return the page of two or more studies; they are compared by the first goal of the first that all have.

    Where no goal's name stands in all of them, each is compared by its own first goal. Raises ValueError for fewer
    than two studies, or when one has no goal.
    """
    if len(entries) < 2:
        raise ValueError("a comparison needs at least two studies")
    contenders = _enter(entries)
    names = tuple(dict.fromkeys(one.goal.name for one in contenders))
    forest = _forest(entries, contenders)
    bars = all(one.findings.bars for one in contenders)
    sections = (
        Section("likely", "How likely is the date?", "Likelihood", (draw_curves(contenders),)),
        Section("when", "When does it come?", "Dates", (draw_dates(contenders),)),
        Section("paired", "What is the difference worth?", "Differences", (forest,) if forest else ()),
        Section("risks", "Which causes cost the time?", "Causes", (draw_families(contenders),)),
        Section("deciding", "Which paths decide?", "Campaigns", (draw_multiples(contenders),) if bars else ()),
        Section("inputs-of", "What differs in the inputs?", "Inputs", _inputs(entries, contenders)),
        Section("studies", "The studies", "Studies", (_list(entries, contenders),)),
    )
    return Page(
        title=f"{formats.listing([formats.shorten(name, 40) for name in names])}: {len(contenders)} studies · ilrs",
        headline=_headline(contenders),
        verdict=_verdict(contenders, names),
        about=" · ".join(dict.fromkeys(f"{one.name}: {one.findings.about.strip()}" for one in contenders)),
        tiles=tuple(_tile(index, one) for index, one in enumerate(contenders[:5])),
        sections=tuple(section for section in sections if section.cards),
        footer=(
            "Intervals cover sampling error only (95 %, two-sided). They say how far the numbers would move with other "
            "random draws, not how far the model is from the world.",
            "Studies with the same seed share their luck; only then do paired differences mean more than separate "
            "intervals.",
        ),
        links=tuple((one.name, entry.address) for one, entry in zip(contenders, entries, strict=True) if entry.address),
    )


def _verdict(contenders: Sequence[Contender], names: tuple[str, ...]) -> str:
    if len(names) == 1:
        halves = [(one, one.quantile(0.5)) for one in contenders]
        dated = [(half.value, one) for one, half in halves if half is not None and half.value is not None]
        dated.sort(key=lambda pair: pair[1].calendar.to_date(pair[0]))
        words = [f"{formats.shorten(one.name, 40)} {formats.month(one.calendar, day)}" for day, one in dated[:4]]
        late = f", {len(contenders) - len(dated)} not within its calendar" if len(dated) < len(contenders) else ""
        return f"Even odds come in: {formats.listing(words)}{late}." if words else "No study comes to even odds."
    goals = formats.listing([f"{one.goal.name} of {one.name}" for one in contenders])
    return f"The studies have no goal in common; each is shown by its own first goal: {goals}."


def _forest(entries: Sequence[Entry], contenders: Sequence[Contender]) -> Card | None:
    """Return the paired differences to the first study; None when dates are missing or the goals differ."""
    base, goal = contenders[0], contenders[0].goal.name
    dates = [entry.dates_d.get(one.goal.name) for entry, one in zip(entries, contenders, strict=True)]
    if any(one.goal.name != goal for one in contenders):
        return None
    paired = []
    first = dates[0]
    for index, (one, second) in enumerate(zip(contenders[1:], dates[1:], strict=True), start=1):
        if first is None or second is None:
            return None
        shift = (one.calendar.start - base.calendar.start) / _DAY
        n = min(first.size, second.size)
        mine, theirs = second[:n] + shift, first[:n]
        paired.append(
            Paired(
                one.name,
                compare_values(mine, theirs),
                compare_probabilities(mine, theirs, base.goal.by_d),
                compare_quantiles(mine[:_RESAMPLED], theirs[:_RESAMPLED], 0.5),
                index,
                one.findings.seed == base.findings.seed,
            )
        )
    return draw_forest(base.name, paired)


def _inputs(entries: Sequence[Entry], contenders: Sequence[Contender]) -> tuple[Card, ...]:
    if not all(entry.inputs for entry in entries):
        return ()
    return (draw_inputs([one.name for one in contenders], [entry.inputs for entry in entries]),)


def _enter(entries: Sequence[Entry]) -> tuple[Contender, ...]:
    findings = [entry.findings for entry in entries]
    if not all(found.goals for found in findings):
        raise ValueError("a study without a goal cannot be compared")
    shared = set.intersection(*({goal.name for goal in found.goals} for found in findings))
    name = next((goal.name for goal in findings[0].goals if goal.name in shared), None)
    times = Counter(found.scenario for found in findings)
    contenders = []
    for found in findings:
        goal = next((goal for goal in found.goals if goal.name == name), found.goals[0])
        alone = times[found.scenario] == 1
        called = found.scenario if alone else f"{found.scenario} {found.identity[:6]}, seed {found.seed}"
        contenders.append(Contender(called, found, goal))
    return tuple(contenders)


def _called(contenders: Sequence[Contender]) -> str:
    """Return what the compared goal is called: its title where all studies give it the same, else its key."""
    titles = {one.called for one in contenders}
    return titles.pop() if len(titles) == 1 else contenders[0].goal.name


def _headline(contenders: Sequence[Contender]) -> str:
    ranked = sorted(contenders, key=lambda one: -one.goal.probability.value)
    days = {formats.day(one.calendar, one.goal.by_d) for one in contenders}
    parts = [
        f"{formats.shorten(one.name, 40)} {formats.chance(one.goal.probability)}"
        + (f" by {formats.month(one.calendar, one.goal.by_d)}" if len(days) > 1 else "")
        for one in ranked[:3]
    ]
    date = days.pop() if len(days) == 1 else "its date"
    return f"{formats.shorten(_called(contenders), 80)}, chance by {date}: {formats.listing(parts)}"


def _tile(index: int, one: Contender) -> Tile:
    half = one.quantile(0.5)
    date = formats.never(one.calendar)
    if half is not None and half.value is not None:
        date = formats.month(one.calendar, half.value)
    words = f"even odds (P50) {date}"
    if half is not None:
        words += f", 95 % interval {formats.span(one.calendar, half)}"
    return Tile(formats.shorten(one.name, 60), formats.percent(one.goal.probability.value), words, goal_style(index)[0])


def _list(entries: Sequence[Entry], contenders: Sequence[Contender]) -> Card:
    rows = tuple(
        (
            one.name,
            formats.chance(one.goal.probability),
            f"{one.findings.replications:,}",
            str(one.findings.seed),
            one.findings.identity[:12],
            f"{one.findings.guesses} of {one.findings.figures}",
        )
        for one in contenders
    )
    columns = ("study", "chance by its date", "N", "seed", "identity", "estimates among figures")
    seeds = {one.findings.seed for one in contenders}
    paired = "share their luck" if len(seeds) == 1 else "were run with different seeds, so they do not share their luck"
    return Card(
        id="list",
        title=f"The {len(contenders)} studies {paired}",
        reading="How to read: the identity is the fingerprint of a resolved scenario; equal ones are the same.",
        shown=Table(columns, rows, frozenset({2, 3}), links=tuple(entry.address for entry in entries)),
    )
