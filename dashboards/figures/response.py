"""How a goal answers to each lever of a sweep: its mean date over the lever's values."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards import formats, theme
from dashboards.answers import Answer, GoalAnswers, SweepAnswers, level_of
from dashboards.card import Card, Key
from dashboards.figures.parallel import calendar_of, cases_table, say_case
from dashboards.lever_axis import AS_IS, LeverAxis, short_path, show_values, unit_of
from dashboards.lever_effects import rank_levers
from dashboards.translation import _
from sim.clock import Calendar

_PANELS = 6
"""Levers that get a panel, those first that move the date most."""
_COLUMNS = 3
_PANEL_PX = 280
_NAMED = 6
"""Values up to which each has its own tick."""
_DAYS = 600_000.0
"""Levels from which on they are days of a date, not numbers."""


def draw_response(sweep: SweepAnswers, goal: GoalAnswers) -> Card:
    """Return a panel for each lever: the mean date of every case over the lever's value, with intervals."""
    calendar = calendar_of(sweep)
    levers = rank_levers(sweep, goal)[:_PANELS]
    columns = min(len(levers), _COLUMNS)
    rows = -(-len(levers) // columns)
    figure = make_subplots(rows=rows, cols=columns, shared_yaxes="all", vertical_spacing=0.3 / rows)
    figure.update_layout(theme.draft_figure(70 + _PANEL_PX * rows, left=60).layout)
    figure.update_layout(margin={"t": 34})
    words = {"color": theme.SOFT, "size": 12}
    for index, lever in enumerate(levers):
        place = {"row": index // columns + 1, "col": index % columns + 1}
        _add_cases(figure, lever, _shown(lever, goal.answers), sweep, calendar, place)
        figure.update_xaxes(gridcolor=theme.GRID, zeroline=False, tickangle=0, **_ticks(lever), **place)
        figure.update_xaxes(title={"text": formats.figure_text(unit_of(lever)), "font": words, "standoff": 4}, **place)
        _name_panel(figure, index, lever, sweep)
    figure.update_xaxes(tickfont=words)
    figure.update_yaxes(type="date", gridcolor=theme.GRID, zeroline=False, tickfont=words, automargin=True)
    figure.update_yaxes(title={"text": _("mean date"), "font": words}, col=1)
    alone = any(AS_IS in lever.values for lever in levers)
    return Card(
        id="response",
        title=_title(sweep, goal),
        reading=(
            _("How to read: each dot is one case of the sweep, at the value its lever had.")
            + " "
            + (
                _("A panel shows the cases that change its lever alone, and the scenario as it is.")
                if alone
                else _("Every panel shows the same cases, so what spreads at one value is done by the other levers.")
            )
            + " "
            + _(
                "Upright lines are 95 % intervals of the mean date over N = {replications} runs a case (the calendar's "
                "end where the goal is not reached)."
            ).format(replications=formats.number(sweep.replications))
        ),
        figure=figure,
        table=cases_table(sweep, goal, calendar),
        keys=(Key(_("mean date of a case"), theme.BLUE, "dot"), Key(_("its 95 % interval"), theme.GREY)),
        narrow=_stack(len(levers)),
    )


def _shown(lever: LeverAxis, answers: Sequence[Answer]) -> list[Answer]:
    """Return the cases of a panel: all, or, where cases leave levers as they are, those that leave all others."""
    if AS_IS not in lever.values:
        return list(answers)
    return [one for one in answers if all(value == AS_IS for path, value in one.values.items() if path != lever.path)]


def _add_cases(
    figure: go.Figure,
    lever: LeverAxis,
    answers: Sequence[Answer],
    sweep: SweepAnswers,
    calendar: Calendar,
    place: dict[str, int],
) -> None:
    x = [level_of(lever, one) for one in answers]
    figure.add_scatter(
        x=[value for level in x for value in (level, level, None)],
        y=[value for one in answers for value in (calendar.iso(one.low_d), calendar.iso(one.high_d), None)],
        mode="lines",
        line={"color": theme.GREY, "width": 1},
        hoverinfo="skip",
        **place,
    )
    figure.add_scatter(
        x=x,
        y=[calendar.iso(one.mean_d) for one in answers],
        mode="markers",
        marker={"size": 8, "color": theme.BLUE, "line": {"color": theme.CARD, "width": 1}},
        customdata=[say_case(one, sweep) for one in answers],
        hovertemplate=_("{case}<br>mean date {month}<extra></extra>").format(
            case="%{customdata}", month=formats.hover_month("y")
        ),
        **place,
    )


def _name_panel(figure: go.Figure, index: int, lever: LeverAxis, sweep: SweepAnswers) -> None:
    axis = str(index + 1) if index else ""
    figure.add_annotation(
        text=formats.figure_text(short_path(lever.path, 48, sweep.names)),
        x=0,
        xref=f"x{axis} domain",
        xanchor="left",
        y=1.0,
        yref=f"y{axis} domain",
        yanchor="bottom",
        yshift=6,
        showarrow=False,
        font={"size": 12.5, "color": theme.INK},
    )


def _stack(panels: int) -> dict[str, object]:
    """Return the layout of a phone: panels below each other, each with its own dates."""
    layout: dict[str, object] = {"height": 60 + 230 * panels}
    step = 1.0 / panels
    for index in range(panels):
        axis = str(index + 1) if index else ""
        top = 1.0 - index * step
        layout |= {
            f"xaxis{axis}.domain": [0, 1],
            f"yaxis{axis}.domain": [round(top - step + 0.3 * step, 4), round(top, 4)],
            f"yaxis{axis}.showticklabels": True,
            f"yaxis{axis}.title.text": "",
            f"yaxis{axis}.nticks": 5,
        }
    return layout


def _ticks(lever: LeverAxis) -> dict[str, object]:
    """Return the ticks of a lever: its values where they are few, years of dates, else round numbers."""
    if lever.numeric and len(lever.values) > _NAMED:
        if lever.levels[0] < _DAYS:
            return {"nticks": 6}
        ends = (0, len(lever.values) // 2, len(lever.values) - 1)
        shown = show_values(lever)
        return {"tickvals": [lever.levels[i] for i in ends], "ticktext": [shown[i] for i in ends]}
    return {"tickvals": list(lever.levels), "ticktext": list(map(formats.figure_text, show_values(lever)))}


def _title(sweep: SweepAnswers, goal: GoalAnswers) -> str:
    calendar = calendar_of(sweep)
    first, last = min(goal.answers, key=lambda a: a.mean_d), max(goal.answers, key=lambda a: a.mean_d)
    spread = formats.duration(last.mean_d - first.mean_d)
    return _("Mean dates run over {spread}, from {month} (case {number}) to {month2} (case {number2})").format(
        spread=spread,
        month=formats.month(calendar, first.mean_d),
        number=first.number,
        month2=formats.month(calendar, last.mean_d),
        number2=last.number,
    )
