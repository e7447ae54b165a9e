"""The page that puts several studies side by side, by the goal that they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dashboards import formats
from dashboards.card import Card, Page, Section, Table, Tile
from dashboards.figures.side_by_side import Contender, draw_curves, draw_dates, draw_families
from dashboards.theme import goal_style
from sim.analysis.findings import Findings


def compose_comparison(findings: Sequence[Findings]) -> Page:
    """Return the page of two or more studies; they are compared by the first goal of the first that all have.

    Raises ValueError for fewer than two studies, or when no goal's name stands in all of them.
    """
    if len(findings) < 2:
        raise ValueError("a comparison needs at least two studies")
    contenders = _enter(findings)
    name = contenders[0].goal.name
    return Page(
        title=f"{name}: {len(contenders)} studies · ilrs",
        headline=_headline(contenders),
        verdict=f"{len(contenders)} studies of {name}, each from its own scenario.",
        about=" · ".join(dict.fromkeys(f"{one.name}: {one.findings.about.strip()}" for one in contenders)),
        tiles=tuple(_tile(index, one) for index, one in enumerate(contenders[:5])),
        sections=(
            Section("likely", "How likely is the date?", "Likelihood", (draw_curves(contenders),)),
            Section("when", "When does it come?", "Dates", (draw_dates(contenders),)),
            Section("risks", "Which causes cost the time?", "Causes", (draw_families(contenders),)),
            Section("studies", "The studies", "Studies", (_list(contenders),)),
        ),
        footer=(
            "Intervals cover sampling error only (95 %, two-sided). They say how far the numbers would move with other "
            "random draws, not how far the model is from the world.",
            "Studies with the same seed share their luck; only then do paired differences mean more than separate "
            "intervals.",
        ),
    )


def _enter(findings: Sequence[Findings]) -> tuple[Contender, ...]:
    shared = set.intersection(*({goal.name for goal in found.goals} for found in findings))
    name = next((goal.name for goal in findings[0].goals if goal.name in shared), None)
    if name is None:
        raise ValueError("these studies have no goal in common")
    times = Counter(found.scenario for found in findings)
    return tuple(
        Contender(
            found.scenario
            if times[found.scenario] == 1
            else f"{found.scenario} {found.identity[:6]}, seed {found.seed}",
            found,
            next(goal for goal in found.goals if goal.name == name),
        )
        for found in findings
    )


def _headline(contenders: Sequence[Contender]) -> str:
    ranked = sorted(contenders, key=lambda one: -one.goal.probability.value)
    parts = [f"{formats.shorten(one.name, 40)} {formats.chance(one.goal.probability)}" for one in ranked[:3]]
    return f"Chance of {formats.shorten(contenders[0].goal.name, 40)} by its date: {formats.listing(parts)}"


def _tile(index: int, one: Contender) -> Tile:
    half = one.quantile(0.5)
    date = formats.never(one.calendar)
    if half is not None and half.t_d is not None:
        date = formats.month(one.calendar, half.t_d)
    words = f"even odds (P50) {date}"
    if half is not None:
        words += f", 95 % interval {formats.span(one.calendar, half)}"
    return Tile(formats.shorten(one.name, 60), formats.percent(one.goal.probability.value), words, goal_style(index)[0])


def _list(contenders: Sequence[Contender]) -> Card:
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
        shown=Table(columns, rows, frozenset({2, 3})),
    )
