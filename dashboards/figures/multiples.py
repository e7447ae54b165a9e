"""The campaigns of several studies under each other: goals and missions on one axis of dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.figures.side_by_side import Contender
from dashboards.translation import _
from sim.analysis.findings import Bar

_ROWS = 10
"""Bars of each study: its goals, then what decides the compared goal most often."""
_ALWAYS = 0.995
"""Share of runs from which on something always decides, which says nothing."""
_ROW_PX = 22


def draw_multiples(contenders: Sequence[Contender]) -> Card:
    """Return a small Gantt for each study: goals, and the subjects that decide the compared goal most often."""
    chosen = [_choose(one) for one in contenders]
    heights = [max(len(bars), 1) for bars in chosen]
    figure = make_subplots(
        rows=len(contenders),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=min(0.12, 0.5 / len(contenders)),
    )
    base = theme.draft_figure(120 + _ROW_PX * sum(heights) + 42 * len(contenders), left=150)
    figure.update_layout(base.layout)
    for number, (one, bars) in enumerate(zip(contenders, chosen, strict=True), start=1):
        _add_panel(figure, number, one, bars)
    figure.update_yaxes(zeroline=False)
    figure.update_xaxes(type="date", gridcolor=theme.GRID, showticklabels=True, tickfont={"color": theme.SOFT})
    rows = tuple(_row(one, bar) for one, bars in zip(contenders, chosen, strict=True) for bar in bars)
    return Card(
        id="multiples",
        title=_title(contenders, chosen),
        reading=(
            _(
                "How to read: a panel for each study on one axis of dates. Diamonds are goals at their median date, "
                "bars run from the median start to the median finish of what decides the compared goal most often; "
                "lines run from P10 to P90 of the finish."
            )
        ),
        figure=figure,
        table=Table(
            (
                _("study"),
                _("subject"),
                _("kind"),
                _("start P50"),
                _("finish P10"),
                _("finish P50"),
                _("finish P90"),
                _("decides"),
            ),
            rows,
        ),
        keys=(
            *(
                Key(theme.kind_heading(kind), theme.kind_colour(kind), "diamond" if kind == "goal" else "box")
                for kind in theme.BAR_KINDS
            ),
            Key(_("P10 to P90 finish"), theme.INK, "whisker"),
        ),
        narrow={
            f"yaxis{'' if i == 0 else i + 1}.ticktext": [formats.figure_text(formats.shorten(b.name, 14)) for b in bars]
            for i, bars in enumerate(chosen)
        },
    )


def _choose(one: Contender) -> list[Bar]:
    bars = one.findings.bars
    goals = [bar for bar in bars if bar.kind == "goal"]
    rest = sorted(
        (
            bar
            for bar in bars
            if bar.kind != "goal"
            and not bar.fact
            and bar.finish_p10_d
            and bar.criticality.get(one.goal.name, 0.0) > 0.0
        ),
        key=lambda bar: -bar.criticality.get(one.goal.name, 0.0),
    )[: max(_ROWS - len(goals), 3)]
    return [*goals, *sorted(rest, key=lambda bar: bar.finish_p50_d if bar.finish_p50_d is not None else 1e9)]


def _add_panel(figure: go.Figure, number: int, one: Contender, bars: list[Bar]) -> None:
    calendar = one.calendar
    place = {"row": number, "col": 1}
    for y, bar in enumerate(bars):
        colour = theme.kind_colour(bar.kind)
        finish = bar.finish_p50_d
        if bar.kind != "goal" and bar.start_p50_d is not None:
            end = finish if finish is not None else calendar.length_d
            x = [calendar.iso(bar.start_p50_d), calendar.iso(end)]
            _line(figure, x, y, {"color": colour, "width": 11}, place)
        if bar.finish_p10_d is not None:
            late = bar.finish_p90_d if bar.finish_p90_d is not None else calendar.length_d
            x = [calendar.iso(bar.finish_p10_d), calendar.iso(late)]
            _line(figure, x, y, {"color": theme.INK, "width": 1.5}, place)
        if bar.kind == "goal" and finish is not None:
            _diamond(figure, calendar.iso(finish), y, place)
    axis = {
        "tickmode": "array",
        "tickvals": list(range(len(bars))),
        "ticktext": [formats.figure_text(formats.shorten(bar.name, 24)) for bar in bars],
        "range": [len(bars) - 0.4, -1.4],
        "showgrid": False,
        "automargin": True,
        "tickfont": {"color": theme.INK, "size": 12},
    }
    figure.update_yaxes(axis, **place)
    figure.add_annotation(
        text=f"<b>{formats.figure_text(formats.shorten(one.name, 40))}</b>",
        xref="x domain" if number == 1 else f"x{number} domain",
        yref="y" if number == 1 else f"y{number}",
        x=0,
        y=-1,
        xanchor="left",
        showarrow=False,
        font={"size": 13, "color": theme.goal_style(number - 1)[0]},
    )


def _line(figure: go.Figure, x: list[str], y: int, line: dict[str, Any], place: dict[str, int]) -> None:
    figure.add_scatter(x=x, y=[y, y], mode="lines", line=line, hoverinfo="skip", **place)


def _diamond(figure: go.Figure, date: str, y: int, place: dict[str, int]) -> None:
    marker = {"symbol": "diamond", "size": 10, "color": theme.BAR_KINDS["goal"][1]}
    figure.add_scatter(
        x=[date], y=[y], mode="markers", marker=marker, hovertemplate=f"{formats.hover_month()}<extra></extra>", **place
    )


def _row(one: Contender, bar: Bar) -> tuple[str, ...]:
    calendar = one.calendar
    dates = (bar.start_p50_d, bar.finish_p10_d, bar.finish_p50_d, bar.finish_p90_d)
    share = formats.percent(bar.criticality.get(one.goal.name, 0.0)) if bar.kind != "goal" else ""
    return (one.name, bar.name, bar.kind, *(formats.iso(calendar, t) or "" for t in dates), share)


def _title(contenders: Sequence[Contender], chosen: Sequence[list[Bar]]) -> str:
    leaders = []
    for one, bars in zip(contenders, chosen, strict=True):
        rest = [bar for bar in bars if bar.kind != "goal"]
        if rest:
            unsure = [bar for bar in rest if bar.criticality.get(one.goal.name, 0.0) < _ALWAYS] or rest
            top = max(unsure, key=lambda bar: bar.criticality.get(one.goal.name, 0.0))
            share = formats.percent(top.criticality.get(one.goal.name, 0.0))
            leaders.append(
                _("{name} in {name2} ({share})").format(
                    name=formats.shorten(top.name, 24), name2=formats.shorten(one.name, 30), share=share
                )
            )
    if not leaders:
        return _("Nothing that is still ahead decides the goal")
    return _("What decides most often, beside what always does: {listing}").format(listing=formats.listing(leaders[:3]))
