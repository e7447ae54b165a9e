"""The table of guesses that matter: which figure of a sweep to go and find out."""

from __future__ import annotations

from collections.abc import Mapping

from dashboards import formats
from dashboards.answers import GoalAnswers, SweepAnswers
from dashboards.card import Card, Table
from dashboards.lever_axis import VARIANTS, short_path
from dashboards.lever_effects import Influence, SweptGuess, rank_guesses
from dashboards.translation import _, term
from sim.analysis.guesses import DOUBT

_SOURCE = 90
"""Letters of a source that stand open; the data table has all of them."""
_LISTED = 15
_LEAST_D = 0.5
"""Days below which a figure moves nothing."""


def draw_guesses(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return the swept figures, that first which moves the goal far and is little trusted; None without any."""
    guesses = rank_guesses(sweep, goal)
    if not guesses:
        return None
    kinds = dict.fromkeys(one.influence.measure for one in guesses)
    weights = ", ".join(f"{formats.brief(weight)} {_said(word)}" for word, weight in DOUBT.items())
    choices = " " + _("Variants are choices, not figures, and are left out.") if _has_variants(sweep) else ""
    return Card(
        id="guesses",
        title=_title(guesses, sweep.names),
        reading=(
            _(
                "How to read: what moves the date far and is little trusted stands first. {measures}. They are weighed "
                "by the confidence that the scenario states for the figure ({weights}). Faint rows are not told from "
                "zero by their 95 % interval.{choices}"
            ).format(measures="; ".join(_measures()[kind] for kind in kinds), weights=weights, choices=choices)
        ),
        shown=Table(
            (
                _("figure"),
                _("moves the date by"),
                _("confidence"),
                _("days weighed"),
                _("measure with its 95 % interval"),
                _("source"),
            ),
            tuple(_row(one, sweep.names) for one in guesses[:_LISTED]),
            frozenset({1, 3}),
            faded=frozenset(i for i, one in enumerate(guesses[:_LISTED]) if not one.influence.sure),
        ),
        table=_all_goals(sweep),
    )


def _measures() -> Mapping[str, str]:
    """Return how each measure is turned into days."""
    return {
        "total index": _(
            "Days are the standard deviation of the mean date between cases, times the root of the total index"
        ),
        "largest change, d": _("Days lie between the earliest and the latest mean date that the lever reaches alone"),
        "rank correlation": _(
            "Days are the standard deviation of the mean date between cases, times the rank correlation"
        ),
        "share between its values": _(
            "Days are the standard deviation of the mean date between cases, times the root of the share of its "
            "variance that lies between the lever's values"
        ),
    }


def _said(confidence: str | None) -> str:
    return term("confidence", confidence) if confidence else _("not stated")


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
        formats.days(one.influence.moves_d),
        _said(one.note.confidence),
        formats.days(one.weight_d),
        say_measure(one.influence),
        formats.shorten(one.note.source or _("not stated"), _SOURCE),
    )


def say_measure(one: Influence) -> str:
    """Return an influence's measure with its interval: `rank correlation +0.58 (-0.01 to +0.87)`."""
    if one.measure == "largest change, d":
        word, said = _("largest change"), [formats.signed_days(one.value)]
        ends = [formats.signed(end) for end in (one.low, one.high) if end is not None]
    else:
        write = formats.signed if one.measure == "rank correlation" else formats.number
        word, said = term("measure", one.measure), [write(one.value, 2)]
        ends = [write(end, 2) for end in (one.low, one.high) if end is not None]
    if len(ends) == 2:
        said.append(f"({formats.between(*ends)})")
    return " ".join([word, *said]).replace("-", "−")


def _all_goals(sweep: SweepAnswers) -> Table:
    rows = [
        (
            goal.goal,
            one.influence.path,
            f"{one.influence.moves_d:.1f}",
            _said(one.note.confidence),
            f"{one.weight_d:.1f}",
            term("measure", one.influence.measure),
            formats.trim(one.influence.value, 3),
            formats.trim(one.influence.low, 3),
            formats.trim(one.influence.high, 3),
            one.note.source or _("not stated"),
        )
        for goal in sweep.goals
        for one in rank_guesses(sweep, goal)
    ]
    columns = (
        _("goal"),
        _("figure"),
        _("moves, d"),
        _("confidence"),
        _("weighed, d"),
        _("measure"),
        _("value"),
        _("low 95 %"),
        _("high 95 %"),
    )
    return Table((*columns, _("source")), tuple(rows), frozenset({2, 4, 6, 7, 8}))


def _has_variants(sweep: SweepAnswers) -> bool:
    return any(lever.path == VARIANTS for lever in sweep.levers)
