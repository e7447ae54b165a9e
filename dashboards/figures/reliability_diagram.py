"""Reliability diagrams and histograms of the probability integral transform, a row of both for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.calibration.scores import BAND, LEVELS, ForecastReliability

_ROW_PX = 170
_ALONE_PX = 330
_GAP_PX = 46


def draw_reliability(name: str, title: str, classes: Sequence[ForecastReliability]) -> Card:
    """Return a row of two panels for each class: shares observed against said, and the transform's histogram."""
    row_px = _ALONE_PX if len(classes) == 1 else _ROW_PX
    inner = len(classes) * row_px + (len(classes) - 1) * _GAP_PX
    figure = make_subplots(
        rows=len(classes),
        cols=2,
        horizontal_spacing=0.12,
        vertical_spacing=_GAP_PX / inner if len(classes) > 1 else 0.0,
    )
    figure.update_layout(theme.draft_figure(inner + 90, left=44).layout)
    figure.update_layout(margin={"t": 40, "l": 44, "r": 10, "b": 44}, barmode="stack", bargap=0.08)
    for number, one in enumerate(classes, start=1):
        _add_diagram(figure, number, one)
        _add_histogram(figure, number, one)
        _add_name(figure, number, one)
    axis = {"gridcolor": theme.GRID, "zeroline": False, "tickfont": {"color": theme.SOFT, "size": 11}}
    figure.update_xaxes(axis | {"range": [0, 100], "dtick": 25, "ticksuffix": " %"})
    figure.update_yaxes(axis)
    for column, words in ((1, _("chance said")), (2, _("place in the forecast"))):
        figure.update_xaxes(
            title={"text": words, "font": {"color": theme.SOFT, "size": 12}}, row=len(classes), col=column
        )
    return Card(
        f"reliability-{name}",
        title,
        _reading(),
        figure=figure,
        table=_table(classes),
        keys=(
            Key(_("observed, and decided rows"), theme.BLUE, "box"),
            Key(_("rows still open"), theme.SKY, "box"),
            Key(_("right on average"), theme.INK),
            Key(_("{share} of points by chance").format(share=formats.percent(BAND)), theme.SOFT, dash="dash"),
        ),
        narrow={f"xaxis{'' if number == 0 else number + 1}.dtick": 50 for number in range(2 * len(classes))},
    )


def _reading() -> str:
    return " ".join(
        (
            _(
                "How to read, left: of the dates that the model said would come by then with the chance across, the "
                "share up came by then; on the diagonal the model is right. Right: how much of what happened fell into "
                "each tenth (or fifth) of the forecast; level bars are right, a hump says too wide, a bowl too narrow, "
                "a slope too late or too early."
            ),
            _(
                "A row still open has no outcome yet, only a share that it has passed: it is spread evenly between "
                "that share and 100 %, where a model that is right would put it, and is drawn paler."
            ),
            _(
                "Between the dashed lines {share} of the points of a model that is right would lie; programmes are "
                "counted, for their rows repeat each other."
            ).format(share=formats.percent(BAND)),
        )
    )


def _add_diagram(figure: go.Figure, number: int, one: ForecastReliability) -> None:
    place = {"row": number, "col": 1}
    said = 100.0 * LEVELS
    off = 100.0 * one.band_at(LEVELS)
    for edge in (said - off, said + off):
        _line(figure, said, np.clip(edge, 0.0, 100.0), {"color": theme.SOFT, "width": 1, "dash": "dash"}, place)
    _line(figure, np.array([0.0, 100.0]), np.array([0.0, 100.0]), {"color": theme.INK, "width": 1}, place)
    figure.add_scatter(
        x=said,
        y=100.0 * one.observed,
        mode="lines+markers",
        line={"color": theme.BLUE, "width": 2},
        marker={"size": 5},
        hovertemplate=_("said {said}, observed {seen}<extra></extra>").format(
            said=formats.hover_percent("%{x:.0f}"), seen=formats.hover_percent("%{y:.0f}")
        ),
        **place,
    )
    figure.update_yaxes(range=[0, 100], dtick=50, ticksuffix=" %", **place)


def _add_histogram(figure: go.Figure, number: int, one: ForecastReliability) -> None:
    place = {"row": number, "col": 2}
    width = 100.0 / one.bins
    middle = width * (np.arange(one.bins) + 0.5)
    for values, colour, what in ((one.decided, theme.BLUE, "decided"), (one.open, theme.SKY, "open")):
        figure.add_bar(
            x=middle,
            y=100.0 * values,
            width=0.92 * width,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate=_("{share} of rows, {what}<extra></extra>").format(
                share=formats.hover_percent("%{y:.1f}"), what=what
            ),
            **place,
        )
    off = 100.0 * float(one.band_at(1.0 / one.bins))
    ends = np.array([0.0, 100.0])
    for height, line in (
        (width, {"color": theme.INK, "width": 1}),
        (max(width - off, 0.0), {"color": theme.SOFT, "width": 1, "dash": "dash"}),
        (width + off, {"color": theme.SOFT, "width": 1, "dash": "dash"}),
    ):
        _line(figure, ends, np.full(2, height), line, place)
    top = max(width + off, 100.0 * float((one.decided + one.open).max()))
    figure.update_yaxes(range=[0, 1.1 * top], ticksuffix=" %", nticks=4, **place)


def _add_name(figure: go.Figure, number: int, one: ForecastReliability) -> None:
    axis = 2 * number - 1
    figure.add_annotation(
        text=_("<b>{name}</b>, {rows} rows").format(
            name=formats.figure_text(formats.shorten(one.name, 24)), rows=one.rows
        ),
        xref="x domain" if axis == 1 else f"x{axis} domain",
        yref="y domain" if axis == 1 else f"y{axis} domain",
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        yshift=5,
        showarrow=False,
        font={"size": 13, "color": theme.INK},
    )


def _line(figure: go.Figure, x: Any, y: Any, line: dict[str, Any], place: dict[str, int]) -> None:
    figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", **place)


def _table(classes: Sequence[ForecastReliability]) -> Table:
    shown = [0, 1, 4, 9, 14, 17, 18]
    columns = (_("class"), _("rows"), _("open"), _("programmes"), _("inside P10 to P90"))
    rows = tuple(
        (
            one.name,
            str(one.rows),
            str(one.open_rows),
            str(one.programmes),
            formats.percent(one.inside),
            *(formats.percent(float(one.observed[index])) for index in shown),
        )
        for one in classes
    )
    said = tuple(_("came by P{levels}").format(levels=formats.number(100.0 * LEVELS[index])) for index in shown)
    return Table((*columns, *said), rows, frozenset(range(1, len(columns) + len(said))), frozenset({0}))
