"""A figure on its own, outside a page: its title and its key go with it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Shape

_TITLE_LETTERS = 100
_EDGE_PX, _LINE_PX, _KEY_PX = 12, 20, 30
_SYMBOLS: Mapping[Shape, str] = {
    "band": "square",
    "pale": "square",
    "box": "square",
    "dot": "circle",
    "cross": "x",
    "whisker": "line-ew",
    "diamond": "diamond",
}

_OPACITY: Mapping[Shape, float] = {"band": 0.3, "pale": 0.14}
"""Of what is filled: as the key of a page has it."""


def figure_alone(card: Card) -> go.Figure:
    """Return a card's figure with its title above and its key below, on white ground.

    Raises ValueError when the card has no figure.
    """
    if card.figure is None:
        raise ValueError(f"the card {card.id!r} is a table, not a figure")
    figure = go.Figure(card.figure)
    figure.for_each_trace(lambda trace: trace.update(showlegend=False))
    for key in card.keys:
        figure.add_trace(_entry(key))
    lines = [formats.figure_text(line) for line in textwrap.wrap(card.title, _TITLE_LETTERS)]
    above, below = 2 * _EDGE_PX + _LINE_PX * len(lines), _KEY_PX if card.keys else 0
    margin, height = figure.layout.margin, figure.layout.height or 400
    figure.update_layout(
        title={
            "text": "<br>".join(lines),
            "font": {"size": 15},
            **{"x": 0, "xref": "paper", "y": 1.0 - _EDGE_PX / (height + above + below), "yanchor": "top"},
        },
        margin={"t": (margin.t or 0) + above, "b": (margin.b or 0) + below},
        height=height + above + below,
        paper_bgcolor=theme.CARD,
        plot_bgcolor=theme.CARD,
        showlegend=bool(card.keys),
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"},
    )
    return figure


def _entry(key: Key) -> go.Scatter:
    """Return a trace without points that stands in the legend for one entry of the key."""
    name = formats.figure_text(key.label)
    if key.shape == "line":
        line = {"color": key.colour, "dash": key.dash}
        return go.Scatter(x=[None], y=[None], mode="lines", line=line, name=name, showlegend=True)
    marker = {"color": key.colour, "symbol": _SYMBOLS[key.shape], "size": 10, "opacity": _OPACITY.get(key.shape, 1.0)}
    if key.shape == "whisker":
        marker["line"] = {"color": key.colour, "width": 2}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, showlegend=True)
