"""A sweep: how a goal answers to each lever, to two together, and which lever moves it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, Lever, SweepAnswers, level_of
from dashboards.card import Card, Key, Table
from sim.clock import Calendar

_PANELS = 6
"""Levers that get a panel, those first that go with the date most."""
_AXES = 8
"""Levers that get an axis; more names would run into each other."""
_LINES = 200
"""Lines that can be followed, and drawn, at once."""
_READABLE = 10
"""Columns up to which a cell has room for its number."""
_WANTED = 70.0
"""Percent of the contour: the confidence that space agencies plan for.

Source: NASA Cost Estimating Handbook v4, appendix J (70 % joint confidence).
"""
_CHANCE_SCALE = [[0.0, theme.GRID], [0.35, theme.SKY], [1.0, theme.BLUE]]


def calendar_of(sweep: SweepAnswers) -> Calendar:
    """Return a calendar that counts the sweep's days; its end is not known and set a century on."""
    return Calendar(sweep.start, sweep.start + datetime.timedelta(days=36525))


def short_path(path: str, length: int = 34) -> str:
    """Return the end of a dotted path that tells levers apart: `cz-10.production.every`."""
    parts = path.split(".")
    text = ".".join(parts[1:]) if len(parts) > 2 else path
    return formats.shorten(text, length)


def draw_response(sweep: SweepAnswers, goal: GoalAnswers) -> Card:
    """Return a panel for each lever: the mean date of every case over the lever's value, with intervals."""
    calendar = calendar_of(sweep)
    levers = ranked_levers(sweep, goal)[:_PANELS]
    columns = min(len(levers), 3)
    rows = -(-len(levers) // columns)
    figure = make_subplots(rows=rows, cols=columns, shared_yaxes=True, vertical_spacing=0.32 / rows)
    figure.update_layout(theme.draft_figure(80 + 260 * rows, left=60).layout)
    for index, lever in enumerate(levers):
        place = {"row": index // columns + 1, "col": index % columns + 1}
        x = [level_of(lever, one) for one in goal.answers]
        lines_x = [value for level in x for value in (level, level, None)]
        lines_y = [value for one in goal.answers for value in (calendar.iso(one.low_d), calendar.iso(one.high_d), None)]
        faint = {"color": theme.GREY, "width": 1}
        figure.add_scatter(x=lines_x, y=lines_y, mode="lines", line=faint, hoverinfo="skip", **place)
        figure.add_scatter(
            x=x,
            y=[calendar.iso(one.mean_d) for one in goal.answers],
            mode="markers",
            marker={"size": 7, "color": theme.BLUE, "line": {"color": theme.CARD, "width": 1}},
            customdata=[_hover(one, sweep) for one in goal.answers],
            hovertemplate="%{customdata}<br>mean date %{y|%b %Y}<extra></extra>",
            **place,
        )
        title = formats.figure_text(short_path(lever.path))
        words = {"text": title, "font": {"color": theme.SOFT, "size": 12}}
        axis = {"title": words, "gridcolor": theme.GRID, "tickfont": {"color": theme.SOFT, "size": 12}}
        figure.update_xaxes(**axis, **_ticks(lever), **place)
    figure.update_yaxes(type="date", gridcolor=theme.GRID, zeroline=False, tickfont={"color": theme.SOFT, "size": 12})
    return Card(
        id="response",
        title=_response_title(goal),
        reading=(
            "How to read: each dot is one case of the sweep, at the value its lever had; every panel shows the same "
            "cases, so what spreads at one value is done by the other levers. Upright lines are 95 % intervals of the "
            f"mean date over N = {sweep.replications:,} runs a case (the calendar's end where the goal is not reached)."
        ),
        figure=figure,
        table=_cases_table(sweep, goal, calendar),
        keys=(Key("mean date of a case", theme.BLUE, "dot"), Key("its 95 % interval", theme.GREY)),
    )


def draw_parallel(sweep: SweepAnswers, goal: GoalAnswers, kept: frozenset[int] | None = None) -> Card:
    """Return the cases as lines over all levers to the chance and the mean date, coloured by third of the mean date.

    Only the cases `kept` have colour when they are given; the others stay faint. At most `_LINES` are drawn.
    """
    calendar = calendar_of(sweep)
    axes = [*_axes(sweep, goal), *_result_axes(goal, calendar)]
    figure = theme.draft_figure(420, left=30, right=30)
    shown = _spread(goal.answers)
    thirds = np.array_split(np.argsort([one.mean_d for one in shown], kind="stable"), 3)
    style = [(theme.BLUE, "soonest third"), (theme.SKY, "middle third"), (theme.ORANGE, "latest third")]
    for part, (colour, _) in zip(thirds, style, strict=True):
        members = [shown[i] for i in part.tolist()]
        for group, chosen in ((members, True), (members, False)):
            lines = [one for one in group if (kept is None or one.number in kept) == chosen]
            if lines:
                _add_lines(figure, lines, axes, sweep, colour if chosen else theme.GRID)
    for place, axis in enumerate(axes):
        _add_axis(figure, place, axis)
    figure.update_xaxes(visible=False, range=[-0.35, len(axes) - 0.65])
    figure.update_yaxes(visible=False, range=[-0.16, 1.2])
    return Card(
        id="parallel",
        title=_parallel_title(sweep, goal),
        reading=(
            "How to read: each line is one case, through the value of every lever to its chance of the goal by its "
            "date and its mean date. Where lines of one colour keep to one end of an axis, that lever matters."
            + (f" {len(shown)} of {len(goal.answers)} cases are drawn." if len(shown) < len(goal.answers) else "")
        ),
        figure=figure,
        table=_cases_table(sweep, goal, calendar),
        keys=tuple(Key(word, colour) for colour, word in style),
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
        axes.append(_Axis(short_path(lever.path, 22), lever.values[0], lever.values[-1], places))
    return axes


def _result_axes(goal: GoalAnswers, calendar: Calendar) -> list[_Axis]:
    low, high = min(one.mean_d for one in goal.answers), max(one.mean_d for one in goal.answers)
    span = (high - low) or 1.0
    dates = {one.number: (one.mean_d - low) / span for one in goal.answers}
    chances = {one.number: one.chance.value for one in goal.answers}
    return [
        _Axis("chance", "0 %", "100 %", chances),
        _Axis("mean date", formats.month(calendar, low), formats.month(calendar, high), dates),
    ]


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
    texts = [text for one in lines for text in (*[_hover(one, sweep)] * len(axes), "")]
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": 1.4},
        opacity=0.85,
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_axis(figure: go.Figure, place: int, axis: _Axis) -> None:
    line = {"color": theme.SOFT, "width": 1.5}
    figure.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, line=line, layer="above")
    words = {"showarrow": False, "x": place, "xref": "x", "yref": "y"}
    small = {"size": 11, "color": theme.SOFT}
    for y, text, anchor in ((-0.03, axis.low, "top"), (1.02, axis.high, "bottom")):
        figure.add_annotation(
            y=y, text=formats.figure_text(formats.shorten(text, 14)), yanchor=anchor, font=small, name="wide", **words
        )
    name = "<br>".join(formats.figure_text(part) for part in _folded(axis.name))
    figure.add_annotation(y=1.08, text=name, yanchor="bottom", font={"size": 12, "color": theme.INK}, **words)


def _folded(name: str) -> list[str]:
    """Return a dotted name on up to three lines."""
    parts = name.split(".")
    return parts if len(parts) <= 3 else [*parts[:2], ".".join(parts[2:])]


def draw_heat(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return P(goal) over two levers of a grid with the 70 % contour; None where cases form no grid of two."""
    grids = [lever for lever in ranked_levers(sweep, goal) if 2 <= len(lever.values) <= 40]
    if len(grids) < 2 or len(grids[0].values) * len(grids[1].values) > len(goal.answers):
        return None
    across, up = grids[0], grids[1]
    cells = _mean_cells(goal.answers, across, up)
    figure = theme.draft_figure(430, left=70)
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
        texttemplate="%{z:.0f}" if len(across.values) <= _READABLE else None,
        textfont={"size": 12},
        hovertemplate="chance %{z:.0f} %<extra></extra>",
    )
    figure.add_contour(
        x=list(range(len(across.values))),
        y=list(range(len(up.values))),
        z=cells,
        contours={"start": _WANTED, "end": _WANTED, "size": 1, "coloring": "none", "showlabels": True},
        line={"color": theme.ORANGE, "width": 3},
        showscale=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(title_text=formats.figure_text(short_path(across.path)), showgrid=False, **_places(across))
    figure.update_yaxes(title_text=formats.figure_text(short_path(up.path)), showgrid=False, **_places(up))
    return Card(
        id="heat",
        title=_heat_title(cells, across, up),
        reading=(
            "How to read: each cell is the chance of the goal by its date at two values that were run, averaged over "
            f"the other levers; the orange line is where {_WANTED:.0f} % runs between cells. It is drawn only where "
            "cases lie on both sides of it, and it is the only thing here that is interpolated."
        ),
        figure=figure,
        table=Table(
            (f"{short_path(up.path)} \\ {short_path(across.path)}", *across.values),
            tuple(
                (value, *(formats.trim(cell, 1) for cell in line)) for value, line in zip(up.values, cells, strict=True)
            ),
            frozenset(range(1, len(across.values) + 1)),
        ),
        keys=(Key(f"{_WANTED:.0f} % chance", theme.ORANGE), Key("chance: more is darker", theme.BLUE, "box")),
        wide=True,
    )


def draw_movers(sweep: SweepAnswers, goal: GoalAnswers) -> Card | None:
    """Return which lever moves the mean date: Sobol bars, tornado, or rank correlations, as the design allows."""
    if goal.indices:
        return _draw_sobol(sweep, goal)
    if goal.swings:
        return _draw_tornado(goal)
    return _draw_ranks(goal) if goal.ranks else None


def ranked_levers(sweep: SweepAnswers, goal: GoalAnswers) -> list[Lever]:
    """Return the levers, those first whose values go with the mean date most."""
    means = np.array([one.mean_d for one in goal.answers])

    def strength(lever: Lever) -> float:
        """Share of the spread of means that lies between the lever's values, in eight classes at most."""
        levels = np.array([level_of(lever, one) for one in goal.answers])
        edges = np.quantile(levels, np.linspace(0, 1, min(len(lever.values), 8) + 1)[1:-1])
        group = np.searchsorted(edges, levels, side="right")
        total = float(((means - means.mean()) ** 2).sum())
        parts = [means[group == one] for one in set(group.tolist())]
        between = sum(float((part.mean() - means.mean()) ** 2) * part.size for part in parts)
        return between / total if total > 0 else 0.0

    return sorted(sweep.levers, key=lambda lever: -strength(lever))


def _draw_sobol(sweep: SweepAnswers, goal: GoalAnswers) -> Card:
    rows = sorted(goal.indices, key=lambda one: -one.total)[:10]
    names = [formats.figure_text(short_path(one.name, 30)) for one in rows]
    figure = theme.draft_figure(90 + 40 * len(rows), left=170)
    for values, shift, colour, width in (
        ([one.total for one in rows], 0.0, theme.SKY, 0.66),
        ([one.first for one in rows], 0.0, theme.BLUE, 0.34),
    ):
        figure.add_bar(
            orientation="h",
            y=[i + shift for i in range(len(rows))],
            x=[round(value, 4) for value in values],
            width=width,
            marker={"color": colour, "line": {"width": 0}},
            hovertemplate="%{x:.2f}<extra></extra>",
        )
    x = [edge for one in rows for edge in (one.total_lo, one.total_hi, None)]
    y = [level for i in range(len(rows)) for level in (i, i, None)]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": theme.ORANGE, "width": 2.5}, hoverinfo="skip")
    _name_rows(figure, names)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title_text="share of the variance of the mean date", zeroline=True, zerolinecolor=theme.GREY)
    top = rows[0]
    interval = f"{top.total_lo:.2f} to {top.total_hi:.2f}"
    return Card(
        id="movers",
        title=f"{short_path(top.name)} moves the date most: total index {top.total:.2f} ({interval})",
        reading=(
            "How to read: the wide bar is the share of the variance between cases that would remain if all other "
            "levers were known (total index), the narrow one the share this lever has alone (first-order index). "
            "Orange lines are 95 % intervals; a bar below zero is sampling noise. All hold for this sweep's ranges."
        ),
        figure=figure,
        table=Table(
            ("lever", "total", "low 95 %", "high 95 %", "first order", "low 95 %", "high 95 %"),
            tuple(
                (
                    one.name,
                    *(
                        f"{v:.4f}"
                        for v in (one.total, one.total_lo, one.total_hi, one.first, one.first_lo, one.first_hi)
                    ),
                )
                for one in goal.indices
            ),
            frozenset(range(1, 7)),
        ),
        keys=(
            Key("total index", theme.SKY, "box"),
            Key("first-order index", theme.BLUE, "box"),
            Key("95 % interval of the total", theme.ORANGE, "whisker"),
        ),
        narrow={"yaxis.ticktext": [formats.shorten(name, 14) for name in names], "yaxis.tickfont.size": 11},
    )


def _draw_tornado(goal: GoalAnswers) -> Card:
    swings = goal.swings[:12]
    names = [formats.figure_text(short_path(swing.name, 30)) for swing in swings]
    figure = theme.draft_figure(90 + 34 * len(swings), left=170)
    colours = (theme.ORANGE, theme.BLUE)
    for place, colour in enumerate(colours):
        ends = [(i, swing.ends[place]) for i, swing in enumerate(swings) if place < len(swing.ends)]
        figure.add_bar(
            orientation="h",
            y=[i for i, _ in ends],
            x=[round(mean.value, 2) for _, (_, mean) in ends],
            width=0.6,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[formats.figure_text(text) for _, (text, _) in ends],
            hovertemplate="%{customdata}: %{x:+,.0f} d<extra></extra>",
        )
    _name_rows(figure, names)
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(title_text="days against the scenario as it is", zeroline=True, zerolinecolor=theme.INK)
    rows = tuple(
        (swing.name, text, f"{mean.value:.1f}", f"{mean.lo:.1f}", f"{mean.hi:.1f}")
        for swing in goal.swings
        for text, mean in swing.ends
    )
    return Card(
        id="movers",
        title=f"{short_path(swings[0].name)} swings the mean date most",
        reading=(
            "How to read: each bar is the mean date with one lever at its low (orange) or high (blue) value, all "
            "others as they are, less that of the scenario as it is, under the same luck."
        ),
        figure=figure,
        table=Table(("lever", "value", "days", "low 95 %", "high 95 %"), rows, frozenset({2, 3, 4})),
        keys=(Key("first value", theme.ORANGE, "box"), Key("second value", theme.BLUE, "box")),
        narrow={"yaxis.ticktext": [formats.shorten(name, 14) for name in names], "yaxis.tickfont.size": 11},
    )


def _draw_ranks(goal: GoalAnswers) -> Card:
    rows = [(path, one, one.value) for path, one in goal.ranks if one.value is not None][:12]
    names = [formats.figure_text(short_path(path, 30)) for path, _, _ in rows]
    figure = theme.draft_figure(90 + 32 * len(rows), left=170)
    x = [edge for _, one, _ in rows for edge in (one.lo, one.hi, None)]
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
    figure.update_xaxes(title_text="rank correlation with the mean date (right: more is later)")
    table = tuple(
        (path, formats.trim(one.value, 3), formats.trim(one.lo, 3), formats.trim(one.hi, 3), str(one.pairs))
        for path, one in goal.ranks
    )
    return Card(
        id="movers",
        title=_ranks_title(rows[0][0], rows[0][1].lo, rows[0][1].hi) if rows else "No lever is a number",
        reading=(
            "How to read: Spearman's rank correlation of each lever with the mean date over the cases, with its 95 % "
            "interval; one that crosses zero leaves open whether the lever moves the date at all."
        ),
        figure=figure,
        table=Table(("lever", "correlation", "low 95 %", "high 95 %", "cases"), table, frozenset({1, 2, 3, 4})),
        keys=(Key("rank correlation", theme.BLUE, "dot"), Key("95 % interval", theme.GREY)),
        narrow={"yaxis.ticktext": [formats.shorten(name, 14) for name in names], "yaxis.tickfont.size": 11},
    )


def _ranks_title(path: str, low: float | None, high: float | None) -> str:
    if low is None or high is None or low <= 0 <= high:
        return "No lever is seen to move the date"
    return f"{short_path(path)} goes with the date most: more of it is {'later' if low > 0 else 'sooner'}"


def _name_rows(figure: go.Figure, names: Sequence[str]) -> None:
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        tickfont={"color": theme.INK},
    )


def _ticks(lever: Lever) -> dict[str, object]:
    if lever.numeric and len(lever.values) > 6:
        return {} if lever.levels[0] < 600_000 else {"showticklabels": False}
    return {
        "tickmode": "array",
        "tickvals": list(lever.levels),
        "ticktext": list(map(formats.figure_text, lever.values)),
    }


def _places(lever: Lever) -> dict[str, object]:
    texts = [formats.figure_text(formats.shorten(value, 16)) for value in lever.values]
    return {"tickmode": "array", "tickvals": list(range(len(texts))), "ticktext": texts}


def _mean_cells(answers: Sequence[Answer], across: Lever, up: Lever) -> list[list[float | None]]:
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


def _hover(one: Answer, sweep: SweepAnswers) -> str:
    values = [f"{short_path(lever.path, 24)} = {formats.shorten(one.values[lever.path], 20)}" for lever in sweep.levers]
    return "<br>".join([f"case {one.number}", *(formats.figure_text(value) for value in values[:6])])


def _response_title(goal: GoalAnswers) -> str:
    first, last = min(goal.answers, key=lambda a: a.mean_d), max(goal.answers, key=lambda a: a.mean_d)
    spread = formats.duration(last.mean_d - first.mean_d)
    return (
        f"{formats.shorten(goal.goal, 40)}: mean dates of the cases lie {spread} apart; case {first.number} is soonest"
    )


def _parallel_title(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    best = min(goal.answers, key=lambda one: (-one.chance.value, one.mean_d))
    values = [f"{short_path(lever.path, 24)} {formats.shorten(best.values[lever.path], 16)}" for lever in sweep.levers]
    return f"The best of {len(goal.answers)} cases has {formats.chance(best.chance)}: {formats.listing(values[:3])}"


def _heat_title(cells: list[list[float | None]], across: Lever, up: Lever) -> str:
    known = [value for line in cells for value in line if value is not None]
    low, high = min(known), max(known)
    pair = f"{short_path(across.path)} and {short_path(up.path)}"
    span = f"{low:.0f} to {high:.0f} %" if high - low >= 0.5 else f"{high:.0f} %"
    if high < _WANTED:
        return f"{pair} together stay below {_WANTED:.0f} %: {span}"
    if low >= _WANTED:
        return f"{pair} together never fall below {_WANTED:.0f} %: {span}"
    return f"{pair} carry the chance across {_WANTED:.0f} %, from {low:.0f} to {high:.0f} %"


def _cases_table(sweep: SweepAnswers, goal: GoalAnswers, calendar: Calendar) -> Table:
    paths = [lever.path for lever in sweep.levers]
    rows = tuple(
        (
            str(one.number),
            *(one.values[path] for path in paths),
            f"{100 * one.chance.value:.1f}",
            f"{100 * one.chance.low:.1f}",
            f"{100 * one.chance.high:.1f}",
            formats.iso(calendar, one.p50_d) or formats.NEVER,
            formats.iso(calendar, one.p80_d) or formats.NEVER,
            f"{one.mean_d:.1f}",
        )
        for one in goal.answers
    )
    columns = ("case", *paths, "chance, %", "low 95 %", "high 95 %", "P50", "P80", "mean day")
    return Table(columns, rows, frozenset({0, *range(len(paths) + 1, len(paths) + 4), len(columns) - 1}))
