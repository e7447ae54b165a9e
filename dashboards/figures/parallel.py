"""All cases of a sweep at once: lines over every lever to the chance and the mean date."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers, level_of
from dashboards.card import Card, Key, Table
from dashboards.lever_axis import AS_IS, short_path, show_value, show_values
from dashboards.translation import _
from sim.clock import Calendar

_AXES = 8
"""Levers that get an axis; more names would run into each other."""
_LINES = 200
"""Lines that can be followed, and drawn, at once."""
_FEW = 6
"""Axes up to which a name has room for twenty letters on a line."""
_NAME = 1.09
"""Height of an axis' name, the axis being 1 high."""


def calendar_of(sweep: SweepAnswers) -> Calendar:
    """Return a calendar that counts the sweep's days; its end is not known and set a century on."""
    return Calendar(sweep.start, sweep.start + datetime.timedelta(days=36525))


def draw_parallel(sweep: SweepAnswers, goal: GoalAnswers, kept: frozenset[int] | None = None) -> Card:
    """Return the cases as lines over all levers to the chance and the mean date, coloured by third of the mean date.

    Only the cases `kept` have colour when they are given; the others stay faint. At most `_LINES` are drawn.
    """
    calendar = calendar_of(sweep)
    axes = [*_axes(sweep, goal), *_result_axes(goal, calendar)]
    figure = theme.draft_figure(420, left=30, right=30)
    shown = _spread(goal.answers)
    thirds = np.array_split(np.argsort([one.mean_d for one in shown], kind="stable"), 3)
    style = [(theme.BLUE, _("soonest third")), (theme.SKY, _("middle third")), (theme.ORANGE, _("latest third"))]
    for part, (colour, _word) in zip(thirds, style, strict=True):
        members = [shown[i] for i in part.tolist()]
        for group, chosen in ((members, True), (members, False)):
            lines = [one for one in group if (kept is None or one.number in kept) == chosen]
            if lines:
                _add_lines(figure, lines, axes, sweep, colour if chosen else theme.GRID)
    narrow = _add_names(figure, axes)
    for place, axis in enumerate(axes):
        _add_axis(figure, place, axis)
    figure.update_xaxes(visible=False, range=[-0.4, len(axes) - 0.6])
    figure.update_yaxes(visible=False, range=[-0.1, 1.3])
    return Card(
        id="parallel",
        title=_parallel_title(sweep, goal),
        reading=(
            (
                _(
                    "How to read: each line is one case, through the value of every lever to the dates of the goal, "
                    "the soonest on top; the chance by the goal's own date is the same in all. Where lines of one "
                    "colour keep to one end of an axis, that lever matters."
                )
                if goal.is_flat
                else _(
                    "How to read: each line is one case, through the value of every lever to its chance of the goal by "
                    "its date and its mean date, the soonest on top. Where lines of one colour keep to one end of an "
                    "axis, that lever matters."
                )
            )
            + (
                " " + _("{count} of {all} cases are drawn.").format(count=len(shown), all=len(goal.answers))
                if len(shown) < len(goal.answers)
                else ""
            )
        ),
        figure=figure,
        table=cases_table(sweep, goal, calendar),
        keys=tuple(Key(word, colour) for colour, word in style),
        narrow={**narrow, "yaxis.range": [-0.04, 1.5], "xaxis.range": [-0.3, len(axes) - 0.2]},
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """An upright axis: its name, the words at its ends, and where each case stands on it, 0 to 1."""

    name: str
    low: str
    high: str
    places: dict[int, float]


def _axes(sweep: SweepAnswers, goal: GoalAnswers) -> list[_Axis]:
    axes = []
    for lever in sweep.levers[:_AXES]:
        low, high = min(lever.levels), max(lever.levels)
        span = (high - low) or 1.0
        places = {one.number: (level_of(lever, one) - low) / span for one in goal.answers}
        shown = show_values(lever)
        axes.append(_Axis(short_path(lever.path, 80, sweep.names), shown[0], shown[-1], places))
    return axes


def _result_axes(goal: GoalAnswers, calendar: Calendar) -> list[_Axis]:
    """Return the chance, or P50 and P70 where it is the same in all cases, and the mean date, the soonest on top."""
    low, high = min(one.mean_d for one in goal.answers), max(one.mean_d for one in goal.answers)
    span = (high - low) or 1.0
    dates = {one.number: (high - one.mean_d) / span for one in goal.answers}
    chances = {one.number: one.chance.value for one in goal.answers}
    mean = _Axis(_("mean date"), formats.month(calendar, high), formats.month(calendar, low), dates)
    if not goal.is_flat:
        return [_Axis(_("chance"), "0 %", "100 %", chances), mean]
    p50 = _date_axis("P50", {one.number: one.p50_d for one in goal.answers}, calendar)
    p70 = _date_axis("P70", {one.number: one.p70_d for one in goal.answers}, calendar)
    return [*(axis for axis in (p50, p70) if axis is not None), mean]


def _date_axis(name: str, dates: Mapping[int, float | None], calendar: Calendar) -> _Axis | None:
    """Return an axis of dates, the soonest on top, what is not reached at its foot; None where no case has one."""
    known = [day for day in dates.values() if day is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    places = {number: 0.0 if day is None else (high - day) / span for number, day in dates.items()}
    missing = len(known) < len(dates)
    foot = formats.never_reached() if missing else formats.month(calendar, high)
    return _Axis(name, foot, formats.month(calendar, low), places)


def _spread(answers: Sequence[Answer]) -> list[Answer]:
    """Return the cases to draw: all, or evenly spread ones over the order of the mean date."""
    ranked = sorted(answers, key=lambda one: one.mean_d)
    picks = np.unique(np.linspace(0, len(ranked) - 1, min(len(ranked), _LINES)).astype(int))
    return [ranked[i] for i in picks.tolist()]


def _add_lines(
    figure: go.Figure, lines: Sequence[Answer], axes: Sequence[_Axis], sweep: SweepAnswers, colour: str
) -> None:
    """Draw cases of one colour as one line with gaps: a trace for each would make the page slow."""
    x = [value for _ in lines for value in (*range(len(axes)), None)]
    y = [value for one in lines for value in (*(round(axis.places[one.number], 4) for axis in axes), None)]
    texts = [text for one in lines for text in (*[say_case(one, sweep)] * len(axes), "")]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": 1.4},
        opacity=0.85,
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_names(figure: go.Figure, axes: Sequence[_Axis]) -> dict[str, object]:
    """Write each axis' name above it, folded; return the layout of a phone, where names stand aslant."""
    width = 20 if len(axes) <= _FEW else 12
    narrow: dict[str, object] = {}
    for place, axis in enumerate(axes):
        figure.add_annotation(
            x=place,
            y=_NAME,
            text="<br>".join(map(formats.figure_text, _fold(axis.name, width))),
            yanchor="bottom",
            showarrow=False,
            font={"size": 12 if len(axes) <= _FEW else 11, "color": theme.INK},
        )
        aslant = {"textangle": -50, "xanchor": "left", "y": 1.02, "font.size": 10}
        aslant["text"] = formats.figure_text(formats.shorten(axis.name, 22))
        narrow |= {f"annotations.{place}.{key}": value for key, value in aslant.items()}
    return narrow


def _fold(text: str, width: int) -> list[str]:
    return [formats.shorten(line, width) for line in textwrap.wrap(text, width, break_long_words=False)]


def _add_axis(figure: go.Figure, place: int, axis: _Axis) -> None:
    line = {"color": theme.SOFT, "width": 1.5}
    figure.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, line=line, layer="above")
    words = {"showarrow": False, "x": place, "xref": "x", "yref": "y"}
    small = {"size": 11, "color": theme.SOFT}
    for y, text, anchor in ((-0.03, axis.low, "top"), (1.02, axis.high, "bottom")):
        figure.add_annotation(y=y, text=formats.figure_text(text), yanchor=anchor, font=small, name="wide", **words)


def say_case(one: Answer, sweep: SweepAnswers) -> str:
    """Return what a case is, as a figure shows it under the pointer."""
    values = [
        f"{short_path(lever.path, 44, sweep.names)} = {show_value(one.values[lever.path])}" for lever in sweep.levers
    ]
    return "<br>".join(
        [_("case {number}").format(number=one.number), *(formats.figure_text(value) for value in values[:6])]
    )


def say_values(sweep: SweepAnswers, one: Answer, most: int = 3) -> str:
    """Return the values of a case in a sentence, those first that it does not leave as they are."""
    paths = sorted(sweep.levers, key=lambda lever: one.values[lever.path] == AS_IS)
    if all(value == AS_IS for value in one.values.values()):
        return _("the scenario as it is")
    changed = [lever for lever in paths if one.values[lever.path] != AS_IS]
    return formats.listing(
        [
            f"{short_path(lever.path, names=sweep.names)} {show_value(one.values[lever.path])}"
            for lever in changed[:most]
        ]
    )


def _parallel_title(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    best = min(goal.answers, key=lambda one: (-one.chance.value, one.mean_d))
    if goal.is_flat:
        soonest = min(goal.answers, key=lambda one: one.mean_d)
        return _("The chance is {chance} in every case; case {number} comes soonest: {values}").format(
            chance=formats.chance(soonest.chance), number=soonest.number, values=say_values(sweep, soonest)
        )
    return _("Case {number} is the best, {chance}: {say_values}").format(
        number=best.number, chance=formats.chance(best.chance), say_values=say_values(sweep, best)
    )


def cases_table(sweep: SweepAnswers, goal: GoalAnswers, calendar: Calendar) -> Table:
    """Return every case with its values and numbers, none of them rounded for looks."""
    paths = [lever.path for lever in sweep.levers]
    rows = tuple(
        (
            str(one.number),
            *(one.values[path] for path in paths),
            f"{100 * one.chance.value:.1f}",
            f"{100 * one.chance.low:.1f}",
            f"{100 * one.chance.high:.1f}",
            formats.iso(calendar, one.p50_d) or formats.never_reached(),
            formats.iso(calendar, one.p80_d) or formats.never_reached(),
            f"{one.mean_d:.1f}",
        )
        for one in goal.answers
    )
    columns = (_("case"), *paths, _("chance, %"), _("low 95 %"), _("high 95 %"), "P50", "P80", _("mean day"))
    return Table(columns, rows, frozenset({0, *range(len(paths) + 1, len(paths) + 4), len(columns) - 1}))


__all__ = ["calendar_of", "cases_table", "draw_parallel", "say_case", "say_values", "short_path"]
