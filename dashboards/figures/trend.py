"""The milestone trend: a goal's forecast dates over the days of knowledge, beside the official date of then."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.study.history import Forecast, GoalHistory, History

_HEIGHT = 400


def draw_trend(history: History, goal: GoalHistory, index: int) -> Card:
    """Return the trend of a goal: P10, P50 and P80 against the day of knowledge, the official date as steps."""
    figure = theme.draft_figure(
        _HEIGHT,
        x={"type": "date", "title": {"text": _("day of knowledge"), "font": {"color": theme.SOFT, "size": 12}}},
        y={"type": "date", "title": {"text": _("date of the goal"), "font": {"color": theme.SOFT, "size": 12}}},
    )
    _add_band(figure, history, goal.forecasts)
    _add_official(figure, history, goal.forecasts)
    _add_median(figure, history, goal.forecasts)
    cut = any(one.p80 is None for one in goal.forecasts)
    return Card(
        id=f"trend-{index}",
        title=_title(goal),
        reading=(
            _(
                "How to read: each day below has a forecast with what was known then. Dots are even odds (P50), the "
                "band reaches from P10 to P80, and the dashed steps are the official date of then. A forecast that "
                "keeps its level holds; one that climbs a day each day comes no nearer; one that falls rests on "
                "planned dates that nobody has moved while they drew near."
            )
            + (f" {_cut(history)}" if cut else "")
        ),
        figure=figure,
        table=_table(goal),
        keys=(
            Key(_("even odds (P50)"), theme.BLUE, "dot"),
            Key(_("P10 to P80"), theme.BLUE, "band"),
            Key(_("official date of then"), theme.VERMILLION, "line", theme.TARGET_DASH),
        ),
        narrow={"height": 340, "yaxis.title.text": "", "xaxis.nticks": 4},
    )


def _cut(history: History) -> str:
    text = _("Open triangles and edges at {year}, the calendar's end, stand for dates beyond it.")
    return text.format(year=_year(history.end))


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
        hovertemplate=_("known on {day}<br>official date {date}<extra></extra>").format(
            day=formats.hover_day(), date=formats.hover_day("y")
        ),
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
        hovertemplate=_(
            "known on {day}<br>P10 {low}, P50 {middle}, P80 {high}<br>chance by its date {share}<extra></extra>"
        ).format(
            day=formats.hover_day(),
            low="%{customdata[0]}",
            middle="%{customdata[1]}",
            high="%{customdata[2]}",
            share="%{customdata[3]}",
        ),
    )


def month_of(date: str | None) -> str:
    """Return an ISO date to the month, `Aug 2036`; words where it is not reached."""
    if date is None:
        return formats.never_reached()
    found = datetime.datetime.fromisoformat(date)
    return formats.month_of(found.year, found.month)


def day_of(date: str) -> str:
    """Return an ISO date as `31 Dec 2035`."""
    return formats.day_of(datetime.datetime.fromisoformat(date).date())


def _year(date: str) -> str:
    return date[:4]


def _title(goal: GoalHistory) -> str:
    first, last = goal.forecasts[0], goal.forecasts[-1]
    name = formats.shorten(formats.called(goal), 80)
    if len(goal.forecasts) == 1:
        return _("{name}: even odds {month}, as known on {day}").format(
            name=name, month=month_of(first.p50), day=day_of(first.known_on)
        )
    odds = _moved(_("even odds"), first.p50, last.p50)
    official = _moved(_("the official date"), first.by, last.by)
    return f"{name}{_(': ')}{odds}; {official}"


def _moved(what: str, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        beyond = _("beyond the calendar's end")
        was, now = (beyond if date is None else month_of(date) for date in (old, new))
        return (
            _("{what} {beyond}, as at first").format(what=what, beyond=beyond)
            if old == new
            else _("{what} now {now}, at first {was}").format(what=what, now=now, was=was)
        )
    days = (datetime.datetime.fromisoformat(new) - datetime.datetime.fromisoformat(old)).days
    if days == 0:
        return _("{what} at the end where at first, {month}").format(what=what, month=month_of(new))
    return _("{what} moved {lateness}, to {month}").format(
        what=what, lateness=formats.lateness(days), month=month_of(new)
    )


def _table(goal: GoalHistory) -> Table:
    columns = (
        _("known on"),
        _("official date"),
        _("plan"),
        _("chance"),
        _("low 95 %"),
        _("high 95 %"),
        "P10",
        "P50",
        "P80",
    )
    rows = tuple(
        (
            one.known_on,
            one.by,
            one.planned or formats.never_reached(),
            *(formats.percent_exact(share) for share in (one.probability, one.low, one.high)),
            *(date or formats.never_reached() for date in (one.p10, one.p50, one.p80)),
        )
        for one in goal.forecasts
    )
    return Table(columns, rows, frozenset({3, 4, 5}), unbroken=frozenset(range(9)))
