"""Two levers together: the chance of a goal over a grid of their values, and where it reaches 70 %."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers
from dashboards.card import Card, Key, Table
from dashboards.figures.parallel import calendar_of
from dashboards.lever_axis import LeverAxis, short_path, show_values
from dashboards.lever_effects import rank_levers
from dashboards.translation import _

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
    if goal.is_flat:
        return _draw_dates(sweep, goal, across, up)
    cells = _mean_cells(goal.answers, across, up, lambda one: 100.0 * one.chance.value)
    known = [value for line in cells for value in line if value is not None]
    if len(known) < _FULL * len(across.values) * len(up.values):
        return None
    figure = _grid(sweep, across, up)
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
        hovertemplate=_("chance {share}<extra></extra>").format(share=formats.hover_percent("%{z:.0f}")),
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
    return Card(
        id="heat",
        title=_heat_title(known, _pair(sweep, across, up)),
        reading=(
            _(
                "How to read: each cell is the chance of the goal by its date at two values that were run, averaged "
                "over the other levers; the orange line is where {wanted} % runs between the middles of cells. It is "
                "there only where cases lie on both sides of it, and it is the only thing here that is interpolated."
            ).format(wanted=formats.number(_WANTED))
        ),
        figure=figure,
        table=_table(sweep, across, up, [[formats.trim(cell, 1) for cell in line] for line in cells]),
        keys=(
            Key(_("{wanted} % chance").format(wanted=formats.number(_WANTED)), theme.ORANGE),
            Key(_("chance: more is fuller"), theme.BLUE, "band"),
        ),
        wide=True,
        narrow={"yaxis.title.text": "", "yaxis.tickangle": -90, "xaxis.tickfont.size": 11},
    )


def _grid(sweep: SweepAnswers, across: LeverAxis, up: LeverAxis) -> go.Figure:
    """Return an empty grid with the names of its two levers."""
    figure = theme.draft_figure(120 + 60 * min(max(len(up.values), 3), 7), left=70)
    for update, lever in ((figure.update_xaxes, across), (figure.update_yaxes, up)):
        update(
            title_text=formats.figure_text(short_path(lever.path, 60, sweep.names)), showgrid=False, **_places(lever)
        )
    return figure


def _pair(sweep: SweepAnswers, across: LeverAxis, up: LeverAxis) -> str:
    return formats.listing([short_path(lever.path, 50, sweep.names) for lever in (across, up)])


def _table(sweep: SweepAnswers, across: LeverAxis, up: LeverAxis, cells: Sequence[Sequence[str]]) -> Table:
    head = " \\ ".join(short_path(lever.path, 80, sweep.names) for lever in (up, across))
    rows = tuple((value, *line) for value, line in zip(up.values, cells, strict=True))
    return Table((head, *across.values), rows, frozenset(range(1, len(across.values) + 1)))


def _draw_dates(sweep: SweepAnswers, goal: GoalAnswers, across: LeverAxis, up: LeverAxis) -> Card | None:
    """Return the P50 date over two levers of a grid, where the chance by the goal's date is the same everywhere."""
    calendar = calendar_of(sweep)
    dated = [one for one in goal.answers if one.p50_d is not None]
    cells = _mean_cells(dated, across, up, lambda one: one.p50_d or 0.0)
    known = [value for line in cells for value in line if value is not None]
    if len(known) < _FULL * len(across.values) * len(up.values):
        return None
    texts = [["" if cell is None else formats.month(calendar, cell) for cell in line] for line in cells]
    figure = _grid(sweep, across, up)
    figure.add_heatmap(
        x=list(range(len(across.values))),
        y=list(range(len(up.values))),
        z=cells,
        text=texts,
        texttemplate="%{text}" if len(across.values) <= _READABLE else None,
        textfont={"size": 12, "color": theme.INK},
        colorscale=_CHANCE_SCALE,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="P50 %{text}<extra></extra>",
    )
    spread = formats.duration(max(known) - min(known))
    return Card(
        id="heat",
        title=_("{pair} together move the P50 date by {spread}, from {first} to {last}").format(
            pair=_pair(sweep, across, up),
            spread=spread,
            first=formats.month(calendar, min(known)),
            last=formats.month(calendar, max(known)),
        ),
        reading=_(
            "How to read: each cell is the date by which half of the runs have the goal, at two values that were run, "
            "averaged over the other levers. The chance by the goal's own date is {chance} in every case, so dates are "
            "drawn."
        ).format(chance=formats.percent(goal.answers[0].chance.value)),
        figure=figure,
        table=_table(sweep, across, up, texts),
        keys=(Key(_("P50 date: later is fuller"), theme.BLUE, "band"),),
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


def _mean_cells(answers: Sequence[Answer], across: LeverAxis, up: LeverAxis, value: Callable[[Answer], float]) -> Cells:
    sums: dict[tuple[str, str], list[float]] = {}
    for one in answers:
        sums.setdefault((one.values[up.path], one.values[across.path]), []).append(value(one))
    return [
        [
            round(sum(sums[row, column]) / len(sums[row, column]), 2) if (row, column) in sums else None
            for column in across.values
        ]
        for row in up.values
    ]


def _heat_title(known: Sequence[float], pair: str) -> str:
    low, high = min(known), max(known)
    span = (
        _("{low} to {high} %").format(low=formats.number(low), high=formats.number(high))
        if high - low >= 0.5
        else formats.percent(high / 100)
    )
    if high < _WANTED:
        return _("{pair} together stay below {wanted} %: {span}").format(
            pair=pair, wanted=formats.number(_WANTED), span=span
        )
    if low >= _WANTED:
        return _("{pair} together never fall below {wanted} %: {span}").format(
            pair=pair, wanted=formats.number(_WANTED), span=span
        )
    return _("{pair} carry the chance across {wanted} %, from {low} to {high} %").format(
        pair=pair, wanted=formats.number(_WANTED), low=formats.number(low), high=formats.number(high)
    )
