"""Which lever of a sweep moves the mean date: Sobol bars, a tornado, or rank correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.answers import GoalAnswers, SweepAnswers
from dashboards.card import Card, Key, Table
from dashboards.lever_axis import VARIANTS, fold_path, short_path, show_value
from dashboards.translation import _
from sim.analysis.estimates import Mean
from sim.analysis.indices import Swing
from sim.study.levers import TAKEN


def _few_points() -> str:
    return _(
        "Intervals run out of the figure: the design has too few points to tell the levers apart. A larger --cases "
        "keeps those that are there."
    )


def draw_movers(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return which lever moves the mean date: Sobol bars, tornado, or rank correlations, as the design allows."""
    if goal.indices:
        return _draw_sobol(goal, sweep.names)
    if goal.swings:
        return draw_tornado(goal.swings, sweep.names)
    return _draw_ranks(sweep, goal) if goal.ranks else None


def _draw_sobol(goal: GoalAnswers, called: Mapping[str, str]) -> Card:
    rows = sorted(goal.indices, key=lambda one: -one.total.value)[:10]
    names = [short_path(one.name, 38, called) for one in rows]
    figure = theme.draft_figure(90 + 40 * len(rows), left=170)
    for values, shift, colour, width in (
        ([one.total.value for one in rows], 0.0, theme.SKY, 0.66),
        ([one.first.value for one in rows], 0.0, theme.BLUE, 0.34),
    ):
        figure.add_bar(
            orientation="h",
            y=[i + shift for i in range(len(rows))],
            x=[round(value, 4) for value in values],
            width=width,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate="%{x:.2f}<extra></extra>",
        )
    x = [edge for one in rows for edge in (one.total.low, one.total.high, None)]
    y = [level for i in range(len(rows)) for level in (i, i, None)]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": theme.ORANGE, "width": 2.5}, hoverinfo="skip")
    _name_rows(figure, names)
    figure.update_layout(barmode="overlay")
    far = max(1.0, *(one.total.value for one in rows))
    figure.update_xaxes(range=[min(-0.05, *(one.first.value for one in rows)), 1.1 * far])
    figure.update_xaxes(title_text=_("share of the variance of the mean date"), zeroline=True, zerolinecolor=theme.GREY)
    top = rows[0]
    name = short_path(top.name, names=called)
    interval = formats.between(formats.number(top.total.low, 2), formats.number(top.total.high, 2))
    return Card(
        id="movers",
        title=_("{lever} moves the date most: total index {value} ({interval})").format(
            lever=name, value=formats.number(top.total.value, 2), interval=interval
        ),
        reading=(
            _(
                "How to read: the wide bar is the share of the variance between cases that would remain if all other "
                "levers were known (total index), the narrow one the share this lever has alone (first-order index). "
                "Orange lines are 95 % intervals; a bar below zero is sampling noise. All hold for this sweep's ranges."
            )
        ),
        figure=figure,
        table=Table(
            (_("lever"), _("total"), _("low 95 %"), _("high 95 %"), _("first order"), _("low 95 %"), _("high 95 %")),
            tuple(
                (
                    one.name,
                    *(f"{v:.4f}" for index in (one.total, one.first) for v in (index.value, index.low, index.high)),
                )
                for one in goal.indices
            ),
            frozenset(range(1, 7)),
        ),
        keys=(
            Key(_("total index"), theme.SKY, "box"),
            Key(_("first-order index"), theme.BLUE, "box"),
            Key(_("95 % interval of the total"), theme.ORANGE, "whisker"),
        ),
        note=_few_points() if any(one.total.high > 1.1 * far for one in rows) else "",
        narrow=_narrow([one.name for one in rows], called),
    )


def draw_tornado(found: Sequence[Swing], called: Mapping[str, str] | None = None) -> Card:
    """Return how far each lever alone moves the mean date; raises IndexError where there is none.

    `called` has what pages call the levers.
    """
    swings = found[:12]
    names = [short_path(swing.name, 38, called) for swing in swings]
    figure = theme.draft_figure(90 + 38 * len(swings), left=170)
    for row, swing in enumerate(swings):
        for end, colour, side in ((_earliest(swing), theme.BLUE, -1), (_latest(swing), theme.ORANGE, 1)):
            if end is not None:
                _add_end(figure, row, end, colour, side)
    _name_rows(figure, names)
    figure.update_layout(barmode="overlay")
    edges = [edge for swing in swings for _, mean in swing.ends for edge in (mean.low, mean.high)] + [0.0]
    room = 0.16 * ((max(edges) - min(edges)) or 1.0)
    figure.update_xaxes(range=[min(edges) - room, max(edges) + room], tickformat=",d")
    figure.update_xaxes(title_text=_("days against the scenario as it is"), zeroline=True, zerolinecolor=theme.INK)
    rows = tuple(
        (swing.name, text, f"{mean.value:.1f}", f"{mean.low:.1f}", f"{mean.high:.1f}")
        for swing in found
        for text, mean in swing.ends
    )
    return Card(
        id="movers",
        title=_tornado_title(swings[0], called),
        reading=(
            _(
                "How to read: each bar is the mean date with one lever at the value beside it, all others as they are, "
                "less that of the scenario as it is, under the same luck. Thin lines are 95 % intervals of the paired "
                "difference. Of a lever with more than two values the earliest and the latest are drawn."
            )
        ),
        figure=figure,
        table=Table((_("lever"), _("value"), _("days"), _("low 95 %"), _("high 95 %")), rows, frozenset({2, 3, 4})),
        keys=(
            Key(_("sooner"), theme.BLUE, "box"),
            Key(_("later"), theme.ORANGE, "box"),
            Key(_("95 % interval"), theme.INK),
        ),
        narrow=_narrow([swing.name for swing in swings], called) | {"xaxis.nticks": 4},
    )


def _earliest(swing: Swing) -> tuple[str, Mean] | None:
    """Return the value that brings the date forward most; None where none does."""
    found = min(swing.ends, key=lambda end: end[1].value)
    return found if found[1].value < 0.0 else None


def _latest(swing: Swing) -> tuple[str, Mean] | None:
    """Return the value that delays the date most; None where none does."""
    found = max(swing.ends, key=lambda end: end[1].value)
    return found if found[1].value > 0.0 else None


def _add_end(figure: go.Figure, row: int, end: tuple[str, Mean], colour: str, side: int) -> None:
    text, mean = end
    words = formats.figure_text(show_value(text))
    figure.add_bar(
        orientation="h",
        y=[row],
        x=[round(mean.value, 2)],
        width=0.6,
        marker={"color": colour, "line": {"width": 0}},
        customdata=[words],
        hovertemplate=f"%{{customdata}}{_(': ')}" + _("{number} d").format(number="%{x:+,.0f}") + "<extra></extra>",
    )
    line = {"color": theme.INK, "width": 1.5}
    figure.add_scatter(x=[mean.low, mean.high], y=[row, row], mode="lines", line=line, hoverinfo="skip")
    if abs(mean.value) >= 0.5:
        figure.add_annotation(
            x=mean.low if side < 0 else mean.high,
            y=row,
            text=words,
            xanchor="right" if side < 0 else "left",
            xshift=4 * side,
            showarrow=False,
            font={"size": 11, "color": theme.SOFT},
            name="wide",
        )


def _tornado_title(swing: Swing, called: Mapping[str, str] | None) -> str:
    ends = [
        formats.lateness(mean.value) + ("" if text == TAKEN else " " + _("at {value}").format(value=show_value(text)))
        for text, mean in _ends(swing)
    ]
    if not ends:
        return _("No lever alone moves the date")
    return _("{lever} alone moves the date most: {listing}").format(
        lever=short_path(swing.name, names=called), listing=formats.listing(ends)
    )


def _ends(swing: Swing) -> list[tuple[str, Mean]]:
    return [end for end in (_earliest(swing), _latest(swing)) if end is not None and abs(end[1].value) >= 0.5]


def _draw_ranks(sweep: SweepAnswers, goal: GoalAnswers) -> Card:
    rows = [(path, one, one.value) for path, one in goal.ranks if one.value is not None][:12]
    names = [short_path(path, 38, sweep.names) for path, _, _ in rows]
    figure = theme.draft_figure(90 + 32 * len(rows), left=170)
    x = [edge for _, one, _ in rows for edge in (one.low, one.high, None)]
    y = [level for i in range(len(rows)) for level in (i, i, None)]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": theme.GREY, "width": 3}, hoverinfo="skip")
    figure.add_scatter(
        x=[round(value, 3) for _, _, value in rows],
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 10, "color": theme.BLUE},
        hovertemplate="%{x:+.2f}<extra></extra>",
    )
    _name_rows(figure, names)
    figure.update_xaxes(range=[-1.05, 1.05], zeroline=True, zerolinecolor=theme.INK)
    figure.update_xaxes(title_text=_("rank correlation with the mean date (right: more is later)"))
    table = tuple(
        (path, formats.trim(one.value, 3), formats.trim(one.low, 3), formats.trim(one.high, 3), str(one.pairs))
        for path, one in goal.ranks
    )
    return Card(
        id="movers",
        title=_ranks_title(short_path(rows[0][0], names=sweep.names), rows[0][1].low, rows[0][1].high)
        if rows
        else _("No lever is a number"),
        reading=(
            _(
                "How to read: Spearman's rank correlation of each lever with the mean date over the cases, with its 95 "
                "% interval; one that crosses zero leaves open whether the lever moves the date at all. A later date "
                "is more."
            )
        ),
        figure=figure,
        table=Table(
            (_("lever"), _("correlation"), _("low 95 %"), _("high 95 %"), _("cases")), table, frozenset({1, 2, 3, 4})
        ),
        note=_left_out(sweep, goal),
        keys=(Key(_("rank correlation"), theme.BLUE, "dot"), Key(_("95 % interval"), theme.GREY)),
        narrow=_narrow([path for path, _, _ in rows], sweep.names)
        | {"xaxis.title.text": _("rank correlation (right: later)")},
    )


def _ranks_title(name: str, low: float | None, high: float | None) -> str:
    if low is None or high is None or low <= 0 <= high:
        return _("No lever is told from chance; {lever} goes with the date most").format(lever=name)
    text = (
        _("{lever} goes with the date most: more of it is later")
        if low > 0
        else _("{lever} goes with the date most: more of it is sooner")
    )
    return text.format(lever=name)


def _left_out(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    ranked = {path for path, _ in goal.ranks}
    missing = [lever.path for lever in sweep.levers if lever.path not in ranked]
    if not missing:
        return ""
    names = [
        _("the choice of variants") if path == VARIANTS else short_path(path, names=sweep.names) for path in missing
    ]
    return _("Without rank, because its values have no order: {listing}. The table below has its share.").format(
        listing=formats.listing(names)
    )


def _narrow(paths: Sequence[str], called: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the layout of a phone: names folded."""
    names = ["<br>".join(map(formats.figure_text, fold_path(path, 16, called))) for path in paths]
    return {"yaxis.ticktext": names, "yaxis.tickfont.size": 10.5}


def _name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(map(formats.figure_text, names)),
        **theme.AWAY,
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": theme.INK},
    )
