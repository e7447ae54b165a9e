"""The table of guesses that matter: which figure of a sweep to go and find out."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import formats
from dashboards.answers import GoalAnswers, SweepAnswers
from dashboards.card import Card, Table
from dashboards.lever_axis import VARIANTS, short_path
from dashboards.lever_effects import Influence, SweptGuess, rank_guesses
from dashboards.translation import _
from sim.analysis.guesses import DOUBT

NOT_STATED = "not stated"
_SOURCE = 90
"""Letters of a source that stand open; the data table has all of them."""
_LISTED = 15
_LEAST_D = 0.5
"""Days below which a figure moves nothing."""
_KINDS: Mapping[str, str] = {
    "total index": "Days are the standard deviation of the mean date between cases, times the root of the total index",
    "largest change, d": "Days lie between the earliest and the latest mean date that the lever reaches alone",
    "rank correlation": "Days are the standard deviation of the mean date between cases, times the rank correlation",
    "share between its values": (
        "Days are the standard deviation of the mean date between cases, times the root of the share of its variance "
        "that lies between the lever's values"
    ),
}


def draw_guesses(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return the swept figures, that first which moves the goal far and is little trusted; None without any."""
    guesses = rank_guesses(sweep, goal)
    if not guesses:
        return None
    kinds = dict.fromkeys(one.influence.measure for one in guesses)
    weights = ", ".join(f"{weight:g} {word or NOT_STATED}" for word, weight in DOUBT.items())
    choices = " Variants are choices, not figures, and are left out." if _has_variants(sweep) else ""
    return Card(
        id="guesses",
        title=_title(guesses, sweep.names),
        reading=(
            "How to read: what moves the date far and is little trusted stands first. "
            f"{'; '.join(_KINDS[kind] for kind in kinds)}. They are weighed by the confidence that the scenario states "
            f"for the figure ({weights}). Faint rows are not told from zero by their 95 % interval.{choices}"
        ),
        shown=Table(
            ("figure", "moves the date by", "confidence", "days weighed", "measure with its 95 % interval", "source"),
            tuple(_row(one, sweep.names) for one in guesses[:_LISTED]),
            frozenset({1, 3}),
            faded=frozenset(i for i, one in enumerate(guesses[:_LISTED]) if not one.influence.sure),
        ),
        table=_all_goals(sweep),
    )


def _title(guesses: tuple[SweptGuess, ...], names: Mapping[str, str]) -> str:
    """Name the figure to find out first among those that are told from zero; where there is none, say so."""
    sure = [one for one in guesses if one.influence.sure and one.weight_d >= _LEAST_D]
    if not sure:
        if guesses[0].weight_d < _LEAST_D:
            return _("No figure of this sweep moves the date")
        return _("These cases are too few to tell which figure moves the date; run more of them")
    first = sure[0]
    days = formats.duration(first.influence.moves_d)
    name = short_path(first.influence.path, 60, names)
    if not first.note.confidence:
        return _("Find out first: {name}. It moves the date by {days}, and no confidence is stated").format(
            name=name, days=days
        )
    return _("Find out first: {name}. It moves the date by {days} and is stated with {confidence} confidence").format(
        name=name, days=days, confidence=first.note.confidence
    )


def _row(one: SweptGuess, names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        short_path(one.influence.path, 80, names),
        f"{one.influence.moves_d:,.0f} d",
        one.note.confidence or NOT_STATED,
        f"{one.weight_d:,.0f} d",
        say_measure(one.influence),
        formats.shorten(one.note.source or NOT_STATED, _SOURCE),
    )


def say_measure(one: Influence) -> str:
    """Return an influence's measure with its interval: `rank correlation +0.58 (-0.01 to +0.87)`."""
    if one.measure == "largest change, d":
        word, form = "largest change", "+,.0f"
    else:
        word, form = one.measure, "+.2f" if one.measure == "rank correlation" else ".2f"
    unit = " d" if word == "largest change" else ""
    interval = f" ({one.low:{form}} to {one.high:{form}})" if one.low is not None and one.high is not None else ""
    return f"{word} {one.value:{form}}{unit}{interval}".replace("-", "−")


def _all_goals(sweep: SweepAnswers) -> Table:
    rows = [
        (
            goal.goal,
            one.influence.path,
            f"{one.influence.moves_d:.1f}",
            one.note.confidence or NOT_STATED,
            f"{one.weight_d:.1f}",
            one.influence.measure,
            formats.trim(one.influence.value, 3),
            formats.trim(one.influence.low, 3),
            formats.trim(one.influence.high, 3),
            one.note.source or NOT_STATED,
        )
        for goal in sweep.goals
        for one in rank_guesses(sweep, goal)
    ]
    columns = ("goal", "figure", "moves, d", "confidence", "weighed, d", "measure", "value", "low 95 %", "high 95 %")
    return Table((*columns, "source"), tuple(rows), frozenset({2, 4, 6, 7, 8}))


def _has_variants(sweep: SweepAnswers) -> bool:
    return any(lever.path == VARIANTS for lever in sweep.levers)
