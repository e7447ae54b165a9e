"""Coverage by ground stations: who sees the Moon when, and when nobody does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Table, Tile
from dashboards.figures.calendar import draw_days, share_days, tabulate_days
from dashboards.picture import compose_picture, hours_text, minute_text, percent_text, span_text
from dashboards.translation import _, plural
from sim.physics.epochs import iso_from_epoch
from sim.physics.intervals import Intervals

TIMELINE_D = 70.0
"""Longest span that a timeline can show; a longer one shows its first weeks and a calendar of all of it."""
_ROW_PX = 34


def picture_coverage(every: Intervals, single: Mapping[str, Intervals], minimum_deg: float) -> Page:
    """Return the page of the coverage by stations together (`every`) and one by one."""
    names = formats.listing(list(single))
    gap = hours_text(24.0 * every.longest_gap_d)
    cards = [draw_timeline(every, single)]
    if every.last_d - every.first_d > TIMELINE_D:
        cards.append(draw_calendar(every))
    return compose_picture(
        title=_("Tracking of the Moon"),
        headline=_("The Moon is tracked {share} of the time; the longest gap is {gap}").format(
            share=percent_text(every.fraction), gap=gap
        ),
        verdict=_("{names}; Moon at least {minimum}° high; {span}.").format(
            names=names, minimum=formats.brief(minimum_deg), span=span_text(every.first_d, every.last_d)
        ),
        tiles=(
            Tile(_("Covered"), percent_text(every.fraction), _("by at least one station"), theme.GREEN),
            Tile(_("Longest gap"), gap, _say_gaps(len(_gaps(every))), theme.VERMILLION),
            *(
                Tile(
                    name,
                    percent_text(one.fraction),
                    _("longest gap {hours}").format(hours=hours_text(24.0 * one.longest_gap_d)),
                    theme.BLUE,
                )
                for name, one in single.items()
            ),
        ),
        cards=tuple(cards),
        footer=(
            _("Geometric elevation of the Moon's centre, without refraction and without hills around the stations."),
        ),
    )


def draw_timeline(every: Intervals, single: Mapping[str, Intervals]) -> Card:
    """Return a row of bars for each station and one for the gaps, over at most `TIMELINE_D` days."""
    end_d = min(every.last_d, every.first_d + TIMELINE_D)
    gaps = _gaps(every)
    rows = [*single, _("no station")]
    figure = theme.draft_figure(96 + _ROW_PX * len(rows), left=110)
    for name, one in single.items():
        _add_bars(
            figure, _shorten(name), list(zip(one.open_d.tolist(), one.close_d.tolist(), strict=True)), end_d, theme.BLUE
        )
    _add_bars(figure, _("no station"), gaps, end_d, theme.VERMILLION)
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=[_shorten(name) for name in rows],
        range=[len(rows) - 0.4, -0.6],
        showgrid=False,
        **theme.AWAY,
    )
    figure.update_xaxes(type="date", range=[iso_from_epoch(every.first_d), iso_from_epoch(end_d)])
    return Card(
        id="timeline",
        title=_timeline_title(every, gaps),
        reading=_(
            "How to read: a bar is time in which a station has the Moon high enough; the last row is time in which "
            "none has. Drag to look closer."
        ),
        figure=figure,
        table=_table(every, single),
        keys=(Key(_("a station sees the Moon"), theme.BLUE, "box"), Key(_("none does"), theme.VERMILLION, "box")),
        note=""
        if end_d == every.last_d
        else _("The bars end {minute}; the table holds the whole span.").format(minute=minute_text(end_d)),
        narrow={"yaxis.tickfont.size": 11},
    )


def _say_gaps(count: int) -> str:
    return plural("{count} gap in all", "{count} gaps in all", count).format(count=formats.number(count))


def draw_calendar(every: Intervals) -> Card:
    """Return the share of each day without a station."""
    starts, ends = (np.array([gap[i] for gap in _gaps(every)]) for i in (0, 1))
    days = share_days(Intervals(starts, ends, every.first_d, every.last_d))
    most = max(days.shares)
    whole = sum(share == 0.0 for share in days.shares)
    gapless = plural("{count} of {all} days has no gap", "{count} of {all} days have no gap", whole).format(
        count=formats.number(whole), all=formats.number(len(days.shares))
    )
    worst = _("On its worst day the Moon is out of sight for {hours}").format(hours=hours_text(24.0 * most))
    return Card(
        id="calendar",
        title=f"{worst}; {gapless}" if most > 0.0 else gapless,
        reading=_("How to read: one cell a day; the fuller its colour, the longer no station sees the Moon."),
        figure=draw_days(days, (theme.GRID, theme.VERMILLION), _("not covered"), most=max(most, 1e-4)),
        table=tabulate_days(days, (_("date"), _("share of the day without a station"))),
        keys=(
            Key(_("covered all day"), theme.GRID, "box"),
            Key(
                _("the worst day, {hours} without a station").format(hours=hours_text(24.0 * most)),
                theme.VERMILLION,
                "box",
            ),
        ),
    )


def _add_bars(figure: go.Figure, name: str, spans: list[tuple[float, float]], end_d: float, colour: str) -> None:
    shown = [(start, min(end, end_d)) for start, end in spans if start < end_d]
    figure.add_bar(
        orientation="h",
        y=[name] * len(shown),
        base=[iso_from_epoch(start) for start, _ in shown],
        x=[(end - start) * 86_400_000.0 for start, end in shown],
        customdata=[
            _("{start} to {end}, {hours}").format(
                start=minute_text(start), end=minute_text(end), hours=hours_text(24.0 * (end - start))
            )
            for start, end in shown
        ],
        marker={"color": colour, "line": {"width": 0}},
        width=0.62,
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    figure.update_layout(barmode="overlay", bargap=0.3)


def _gaps(every: Intervals) -> list[tuple[float, float]]:
    starts = np.concatenate([[every.first_d], every.close_d])
    ends = np.concatenate([every.open_d, [every.last_d]])
    return [(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if end - start > 1e-6]


def _timeline_title(every: Intervals, gaps: list[tuple[float, float]]) -> str:
    if not gaps:
        return _("At every moment a station sees the Moon")
    start, end = max(gaps, key=lambda gap: gap[1] - gap[0])
    return _("The longest gap, {hours}, begins {minute}").format(
        hours=hours_text(24.0 * (end - start)), minute=minute_text(start)
    )


def _shorten(name: str) -> str:
    return formats.figure_text(formats.shorten(name, 18))


def _table(every: Intervals, single: Mapping[str, Intervals]) -> Table:
    spans = [
        (name, start, end)
        for name, one in single.items()
        for start, end in zip(one.open_d.tolist(), one.close_d.tolist(), strict=True)
    ]
    spans += [(_("no station"), start, end) for start, end in _gaps(every)]
    spans.sort(key=lambda span: span[1])
    rows = tuple((minute_text(a), minute_text(b), name, f"{24.0 * (b - a):.2f}") for name, a, b in spans)
    return Table(
        (_("from"), _("to"), _("station"), _("hours")), rows, numeric=frozenset({3}), unbroken=frozenset({0, 1})
    )
