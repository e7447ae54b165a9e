"""Two levers together: the chance of a goal over a grid of their values, and where it reaches 70 %."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers
from dashboards.card import Card, Key, Table
from dashboards.lever_axis import LeverAxis, short_path, show_values
from dashboards.lever_effects import rank_levers

Cells: TypeAlias = list[list[float | None]]
_READABLE = 10
"""Columns up to which a cell has room for its number."""
_MOST = 40
"""Values of one lever that a grid has at most."""
_FULL = 0.8
"""Share of a grid's cells that must have been run."""
_NEAR = 0.35
"""Of the way to the next cell's middle: a line that comes this near to a cell's middle meets its number."""
_WANTED = 70.0
"""Percent of the contour: the confidence that space agencies plan for.

Source: NASA Cost Estimating Handbook v4, appendix J (70 % joint confidence).
"""
_CHANCE_SCALE = [[0.0, theme.tint(theme.BLUE, 0.12)], [1.0, theme.tint(theme.BLUE, 0.6)]]
"""Pale enough at both ends, in both themes, for the numbers in the cells."""


def draw_heat(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return P(goal) over two levers of a grid with the 70 % contour; None where cases form no grid of two."""
    grids = [lever for lever in rank_levers(sweep, goal) if len(lever.values) <= _MOST]
    if len(grids) < 2:
        return None
    across, up = grids[0], grids[1]
    cells = _mean_cells(goal.answers, across, up)
    known = [value for line in cells for value in line if value is not None]
    if len(known) < _FULL * len(across.values) * len(up.values):
        return None
    figure = theme.draft_figure(120 + 60 * min(max(len(up.values), 3), 7), left=70)
    figure.add_heatmap(
        x=list(range(len(across.values))),
        y=list(range(len(up.values))),
        z=cells,
        zmin=0,
        zmax=100,
        colorscale=_CHANCE_SCALE,
        showscale=False,
        xgap=2,
        ygap=2,
        texttemplate="%{z:.0f} %" if len(across.values) <= _READABLE else None,
        textfont={"size": 13, "color": theme.INK},
        hovertemplate="chance %{z:.0f} %<extra></extra>",
    )
    figure.add_contour(
        x=list(range(len(across.values))),
        y=list(range(len(up.values))),
        z=cells,
        contours={"start": _WANTED, "end": _WANTED, "size": 1, "coloring": "none", "showlabels": False},
        line={"color": theme.ORANGE, "width": 3},
        showscale=False,
        hoverinfo="skip",
    )
    if len(across.values) <= _READABLE and min(known) < _WANTED <= max(known):
        _lift_numbers(figure, cells)
    figure.update_xaxes(title_text=formats.figure_text(short_path(across.path)), showgrid=False, **_places(across))
    figure.update_yaxes(title_text=formats.figure_text(short_path(up.path)), showgrid=False, **_places(up))
    return Card(
        id="heat",
        title=_heat_title(known, across, up),
        reading=(
            "How to read: each cell is the chance of the goal by its date at two values that were run, averaged over "
            f"the other levers; the orange line is where {_WANTED:.0f} % runs between the middles of cells. It is "
            "there only where cases lie on both sides of it, and it is the only thing here that is interpolated."
        ),
        figure=figure,
        table=Table(
            (f"{short_path(up.path)} \\ {short_path(across.path)}", *across.values),
            tuple(
                (value, *(formats.trim(cell, 1) for cell in line)) for value, line in zip(up.values, cells, strict=True)
            ),
            frozenset(range(1, len(across.values) + 1)),
        ),
        keys=(Key(f"{_WANTED:.0f} % chance", theme.ORANGE), Key("chance: more is fuller", theme.BLUE, "band")),
        wide=True,
        narrow={"yaxis.title.text": "", "yaxis.tickangle": -90, "xaxis.tickfont.size": 11},
    )


def _lift_numbers(figure: go.Figure, cells: Cells) -> None:
    """Set the numbers that the line would cross on ground of their own above it, as a map does."""
    for y, row in enumerate(cells):
        for x, value in enumerate(row):
            if value is not None and _meets_line(cells, x, y, value):
                figure.add_annotation(
                    x=x,
                    y=y,
                    text=f"{value:.0f} %",
                    showarrow=False,
                    font={"size": 13, "color": theme.INK},
                    bgcolor=theme.CARD,
                    borderpad=3,
                )


def _meets_line(cells: Cells, x: int, y: int, value: float) -> bool:
    """Tell whether the line passes near a cell's middle, on the way to the middle of a cell beside it."""
    beside = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
    others = [cells[j][i] for i, j in beside if 0 <= j < len(cells) and 0 <= i < len(cells[j])]
    ways = [(_WANTED - value, other - value) for other in others if other is not None]
    return any(way and 0.0 <= part / way <= _NEAR for part, way in ways)


def _places(lever: LeverAxis) -> dict[str, object]:
    texts = list(map(formats.figure_text, show_values(lever)))
    return {"tickmode": "array", "tickvals": list(range(len(texts))), "ticktext": texts, **theme.AWAY}


def _mean_cells(answers: Sequence[Answer], across: LeverAxis, up: LeverAxis) -> Cells:
    sums: dict[tuple[str, str], list[float]] = {}
    for one in answers:
        sums.setdefault((one.values[up.path], one.values[across.path]), []).append(100.0 * one.chance.value)
    return [
        [
            round(sum(sums[row, column]) / len(sums[row, column]), 2) if (row, column) in sums else None
            for column in across.values
        ]
        for row in up.values
    ]


def _heat_title(known: Sequence[float], across: LeverAxis, up: LeverAxis) -> str:
    low, high = min(known), max(known)
    pair = f"{short_path(across.path)} and {short_path(up.path)}"
    span = f"{low:.0f} to {high:.0f} %" if high - low >= 0.5 else f"{high:.0f} %"
    if high < _WANTED:
        return f"{pair} together stay below {_WANTED:.0f} %: {span}"
    if low >= _WANTED:
        return f"{pair} together never fall below {_WANTED:.0f} %: {span}"
    return f"{pair} carry the chance across {_WANTED:.0f} %, from {low:.0f} to {high:.0f} %"
