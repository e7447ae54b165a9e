"""The milestone trend: a goal's forecast dates over the days of knowledge, beside the official date of then."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from sim.study.history import Forecast, GoalHistory, History

_HEIGHT = 400
_CUT = " Open triangles and edges at {year}, the calendar's end, stand for dates beyond it."


def draw_trend(history: History, goal: GoalHistory, index: int) -> Card:
    """Return the trend of a goal: P10, P50 and P80 against the day of knowledge, the official date as steps."""
    figure = theme.draft_figure(
        _HEIGHT,
        x={"type": "date", "title": {"text": "day of knowledge", "font": {"color": theme.SOFT, "size": 12}}},
        y={"type": "date", "title": {"text": "date of the goal", "font": {"color": theme.SOFT, "size": 12}}},
    )
    _add_band(figure, history, goal.forecasts)
    _add_official(figure, history, goal.forecasts)
    _add_median(figure, history, goal.forecasts)
    cut = any(one.p80 is None for one in goal.forecasts)
    return Card(
        id=f"trend-{index}",
        title=_title(goal),
        reading=(
            "How to read: each day below has a forecast with what was known then. Dots are even odds (P50), the band "
            "reaches from P10 to P80, and the dashed steps are the official date of then. A forecast that keeps its "
            "level holds; one that climbs a day each day comes no nearer; one that falls rests on planned dates that "
            "nobody has moved while they drew near." + (_CUT.format(year=_year(history.end)) if cut else "")
        ),
        figure=figure,
        table=_table(goal),
        keys=(
            Key("even odds (P50)", theme.BLUE, "dot"),
            Key("P10 to P80", theme.BLUE, "band"),
            Key("official date of then", theme.VERMILLION, "line", theme.TARGET_DASH),
        ),
        narrow={"height": 340, "yaxis.title.text": "", "xaxis.nticks": 4},
    )


def _add_band(figure: go.Figure, history: History, forecasts: Sequence[Forecast]) -> None:
    days = [one.known_on for one in forecasts]
    for dates, fill in (
        ([one.p10 or history.end for one in forecasts], None),
        ([one.p80 or history.end for one in forecasts], "tonexty"),
    ):
        figure.add_scatter(
            x=days,
            y=dates,
            mode="lines",
            line={"color": theme.BLUE, "width": 1},
            fill=fill,
            fillcolor=theme.tint(theme.BLUE, 0.2),
            hoverinfo="skip",
        )


def _add_official(figure: go.Figure, history: History, forecasts: Sequence[Forecast]) -> None:
    figure.add_scatter(
        x=[one.known_on for one in forecasts],
        y=[one.by for one in forecasts],
        mode="lines",
        line={"color": theme.VERMILLION, "width": 2, "dash": theme.TARGET_DASH, "shape": "hv"},
        hovertemplate="known on %{x|%-d %b %Y}<br>official date %{y|%-d %b %Y}<extra></extra>",
    )


def _add_median(figure: go.Figure, history: History, forecasts: Sequence[Forecast]) -> None:
    figure.add_scatter(
        x=[one.known_on for one in forecasts],
        y=[one.p50 or history.end for one in forecasts],
        mode="lines+markers",
        line={"color": theme.BLUE, "width": 2},
        marker={
            "size": 9,
            "color": [theme.CARD if one.p50 is None else theme.BLUE for one in forecasts],
            "symbol": ["triangle-up" if one.p50 is None else "circle" for one in forecasts],
            "line": {"color": theme.BLUE, "width": 1.5},
        },
        customdata=[
            [month_of(one.p10), month_of(one.p50), month_of(one.p80), formats.percent(one.probability)]
            for one in forecasts
        ],
        hovertemplate=(
            "known on %{x|%-d %b %Y}<br>P10 %{customdata[0]}, P50 %{customdata[1]}, P80 %{customdata[2]}<br>"
            "chance by its date %{customdata[3]}<extra></extra>"
        ),
    )


def month_of(date: str | None) -> str:
    """Return an ISO date to the month, `Aug 2036`; words where it is not reached."""
    return formats.NEVER if date is None else f"{datetime.datetime.fromisoformat(date):%b %Y}"


def day_of(date: str) -> str:
    """Return an ISO date as `31 Dec 2035`."""
    found = datetime.datetime.fromisoformat(date)
    return f"{found.day} {found:%b %Y}"


def _year(date: str) -> str:
    return date[:4]


def _title(goal: GoalHistory) -> str:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    name = formats.shorten(goal.called, 80)
    if len(goal.forecasts) == 1:
        return f"{name}: even odds {month_of(first.p50)}, as known on {day_of(first.known_on)}"
    odds = _moved("even odds", first.p50, last.p50)
    official = _moved("the official date", first.by, last.by)
    return f"{name}: {odds}; {official}"


def _moved(what: str, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        beyond = "beyond the calendar's end"
        was, now = (beyond if date is None else month_of(date) for date in (old, new))
        return f"{what} {beyond}, as at first" if old == new else f"{what} now {now}, at first {was}"
    days = (datetime.datetime.fromisoformat(new) - datetime.datetime.fromisoformat(old)).days
    if days == 0:
        return f"{what} at the end where at first, {month_of(new)}"
    return f"{what} moved {formats.lateness(days)}, to {month_of(new)}"


def _table(goal: GoalHistory) -> Table:
    columns = ("known on", "official date", "plan", "chance", "low 95 %", "high 95 %", "P10", "P50", "P80")
    rows = tuple(
        (
            one.known_on,
            one.by,
            one.planned or formats.NEVER,
            *(f"{100 * share:.1f} %" for share in (one.probability, one.low, one.high)),
            *(date or formats.NEVER for date in (one.p10, one.p50, one.p80)),
        )
        for one in goal.forecasts
    )
    return Table(columns, rows, frozenset({3, 4, 5}), unbroken=frozenset(range(9)))
