"""The campaign on one page: when work is done on each subject, how sure that is, and how often it decides the goal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, RowViews
from dashboards.figures.gantt_notes import draw_table, say_row
from dashboards.figures.gantt_rows import GOAL, matters, order_rows, row_of
from dashboards.translation import _, plural
from sim.analysis.findings import Bar, Findings, GoalFinding
from sim.clock import Calendar

_MS_PER_DAY: Final = 86_400_000
"""Plotly wants the length of a bar on a date axis in milliseconds."""
_MOMENT_D: Final = 0.5
"""Work shorter than this is a milestone."""
_SHORT_D: Final = 60.0
_ROOM_D: Final = 150.0
Row: TypeAlias = tuple[str, Bar]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something drawn in a row: a bar, or, where both ends are the same, a moment."""

    row: str
    bar: Bar
    start_d: float
    end_d: float


def draw_gantt(findings: Findings, goal: GoalFinding) -> Card:
    """Return the Gantt chart: median bars over the nominal ones, P10 to P90 of the finish, criticality at the end."""
    calendar, rows = findings.calendar, order_rows(findings)
    drawn = {row for view in rows.views.values() for row in view}
    bars = [(row_of(n), bar) for n, bar in enumerate(findings.bars) if row_of(n) in drawn]
    known_d = findings.known_until_d or 0.0
    first = next(iter(rows.views.values()), ())
    figure = theme.draft_figure(rows.above_px + rows.row_px * max(len(first), 2), right=58)
    _add_unfinished(figure, calendar, bars, known_d)
    _add_spans(figure, calendar, bars, known_d)
    _add_moments(figure, calendar, bars, known_d)
    _add_whiskers(figure, calendar, bars)
    _add_launches(figure, calendar, bars)
    _add_arrows(figure, calendar, bars)
    _add_dates(figure, findings, goal)
    theme.add_notes(figure, [*_row_notes(calendar, bars), *_share_notes(bars, goal)])
    ranges = _ranges(findings, known_d)
    _set_axes(figure, rows, first, ranges)
    return Card(
        id="gantt",
        title=_title(findings, goal),
        reading=_(
            "How to read: a bar runs from the day on which work begins, in the median, to the median finish; the thin "
            "bar beneath, and what is hollow, is the run in which nothing slips. The line through the end runs from "
            "the P10 to the P90 finish (N = {count}). A triangle is a launch, a diamond a moment. What was under way "
            "before the day of knowledge, without a start that is told, begins there. Medians of single bars do not "
            "make one feasible schedule. The figure at the right is the share of runs in which the row is on the chain "
            "that dates {goal}. Touch a bar for its source, its slip and its float."
        ).format(count=formats.number(findings.replications), goal=formats.shorten(formats.called(goal), 60)),
        figure=figure,
        table=draw_table(findings.bars, calendar, goal, findings.replications),
        keys=_keys(bars),
        narrow={"yaxis.tickfont.size": 11, "margin.r": 52, "xaxis.nticks": 5, "xaxis2.nticks": 5},
        rows=replace(rows, ranges=ranges),
    )


def _keys(bars: Iterable[Row]) -> tuple[Key, ...]:
    members = [bar for _row, bar in bars]
    kinds = {bar.kind for bar in members}
    held = any(bar.planned is not None and bar.planned.critical for bar in members)
    return (
        *(Key(theme.kind_heading(kind), theme.kind_colour(kind), "box") for kind in theme.BAR_KINDS if kind in kinds),
        Key(_("nominal run"), theme.SOFT),
        *((Key(_("no float in the plan"), theme.INK, "rim"),) if held else ()),
        Key(_("known past"), theme.GREY, "box"),
        Key(_("P10 to P90 finish"), theme.INK, "whisker"),
        Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
    )


# --- what is drawn --------------------------------------------------------------------------------------------------


def work_start_d(bar: Bar, known_d: float, *, nominal: bool = False) -> float | None:
    """Return the day from which a bar is drawn: what began nobody says when is under way on the day of knowledge."""
    start, finish = (bar.work_nominal_d, bar.nominal_finish_d) if nominal else (bar.work_p50_d, bar.finish_p50_d)
    if start is None or finish is None:
        return None
    return min(max(start, known_d), finish) if bar.since_unsaid else min(start, finish)


def _spans(bars: Iterable[Row], known_d: float, *, nominal: bool = False) -> list[_Mark]:
    """Return what takes time, from the start of work to its finish."""
    found = []
    for row, bar in bars:
        start = work_start_d(bar, known_d, nominal=nominal)
        finish = bar.nominal_finish_d if nominal else bar.finish_p50_d
        if start is not None and finish is not None and not _is_moment(bar, start, finish) and not _is_given(bar):
            found.append(_Mark(row, bar, start, finish))
    return found


def _is_moment(bar: Bar, start_d: float, finish_d: float) -> bool:
    """Tell whether a row is a moment: a goal, what takes no time, or work of which only the end is known."""
    if bar.kind == "mission":
        return False
    return bar.kind == GOAL or bar.fact or finish_d - start_d < _MOMENT_D


def _is_given(bar: Bar) -> bool:
    """Tell whether something is there on the calendar's first day, as tanks are that nobody has to build."""
    return not bar.fact and bar.finish_p90_d == 0.0


def _is_open(bar: Bar) -> bool:
    return bar.finish_p10_d is not None and bar.finish_p90_d is None


def _add_spans(figure: go.Figure, calendar: Calendar, bars: list[Row], known_d: float) -> None:
    spans = _spans(bars, known_d)
    if spans:
        figure.add_bar(
            **_lying(calendar, spans),
            width=0.5,
            offset=-0.34,
            marker={
                "color": [_colour(one.bar) for one in spans],
                "line": {"width": 2, "color": [_rim(one.bar) for one in spans]},
            },
            customdata=[say_row(one.bar, calendar) for one in spans],
            hovertemplate="%{customdata}<extra></extra>",
        )
    planned = [one for one in _spans(bars, known_d, nominal=True) if not one.bar.fact and not _is_short(one)]
    if planned:
        rim = {"width": 1.5, "color": theme.SOFT}
        figure.add_bar(
            **_lying(calendar, planned),
            width=0.08,
            offset=0.26,
            marker={"color": theme.SOFT, "line": rim},
            hoverinfo="skip",
        )
    figure.update_layout(barmode="overlay")


def _is_short(one: _Mark) -> bool:
    """Tell whether a mark is a mission that its launch alone stands for."""
    return one.bar.kind == "mission" and one.end_d - one.start_d < _SHORT_D


def _add_unfinished(figure: go.Figure, calendar: Calendar, bars: list[Row], known_d: float) -> None:
    """Draw pale what is begun and not finished in half of the runs, up to the calendar's end."""
    begun = [
        _Mark(row, bar, max(bar.work_p50_d, known_d if bar.since_unsaid else 0.0), calendar.length_d)
        for row, bar in bars
        if bar.work_p50_d is not None and bar.finish_p50_d is None and bar.kind not in (GOAL, "mission")
    ]
    if begun:
        colours = [theme.tint(_colour(one.bar), 0.35) for one in begun]
        words = [say_row(one.bar, calendar) for one in begun]
        figure.add_bar(
            **_lying(calendar, begun),
            width=0.5,
            offset=-0.34,
            marker={"color": colours},
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
        )


def _lying(calendar: Calendar, spans: Sequence[_Mark]) -> dict[str, Any]:
    return {
        "orientation": "h",
        "y": [one.row for one in spans],
        "base": [calendar.iso(one.start_d) for one in spans],
        "x": [round(max(one.end_d - one.start_d, 1.0) * _MS_PER_DAY) for one in spans],
    }


def _colour(bar: Bar) -> str:
    return theme.GREY if bar.fact else theme.BAR_KINDS.get(bar.kind, ("", theme.GREY))[1]


def _rim(bar: Bar) -> str:
    """Return the colour of a bar's rim: dark where it has no float in the plan."""
    return theme.INK if bar.planned is not None and bar.planned.critical else _colour(bar)


def _add_moments(figure: go.Figure, calendar: Calendar, bars: list[Row], known_d: float) -> None:
    """Draw milestones as diamonds: they are reached on a day and take no time; a hollow one is the nominal run's."""
    lying = {one.row for one in _spans(bars, known_d)}
    moments = [(row, bar) for row, bar in bars if row not in lying and not _is_given(bar)]
    lasting = {one.row for one in _spans(bars, known_d, nominal=True)}
    planned = _marks((row, bar, bar.nominal_finish_d) for row, bar in moments if not (bar.fact or row in lasting))
    done = _marks((row, bar, bar.finish_p50_d) for row, bar in moments)
    hollow = {"symbol": "diamond-open", "size": 9, "color": theme.SOFT, "line": {"width": 1.5}}
    _add_markers(figure, calendar, planned, hollow)
    _add_markers(figure, calendar, done, _solid("diamond", done))


def _add_launches(figure: go.Figure, calendar: Calendar, bars: list[Row]) -> None:
    """Mark the median day of the first launch of each mission; a hollow triangle is the nominal run's."""
    flights = [(row, bar) for row, bar in bars if bar.kind == "mission"]
    launched = _marks((row, bar, bar.work_p50_d) for row, bar in flights)
    planned = _marks((row, bar, bar.work_nominal_d) for row, bar in flights if not bar.fact)
    hollow = {"symbol": "triangle-up-open", "size": 7, "color": theme.SOFT, "line": {"width": 1.2}}
    _add_markers(figure, calendar, planned, hollow)
    _add_markers(figure, calendar, launched, _solid("triangle-up", launched))


def _marks(dated: Iterable[tuple[str, Bar, float | None]]) -> list[_Mark]:
    return [_Mark(row, bar, day, day) for row, bar, day in dated if day is not None]


def _solid(symbol: str, marks: Sequence[_Mark]) -> dict[str, Any]:
    colours = [_colour(one.bar) for one in marks]
    return {"symbol": symbol, "size": 10, "color": colours, "line": {"color": theme.CARD, "width": 0.5}}


def _add_markers(figure: go.Figure, calendar: Calendar, marks: Sequence[_Mark], marker: Mapping[str, Any]) -> None:
    figure.add_scatter(
        x=[calendar.iso(one.end_d) for one in marks],
        y=[one.row for one in marks],
        mode="markers",
        marker=dict(marker),
        customdata=[say_row(one.bar, calendar) for one in marks],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_whiskers(figure: go.Figure, calendar: Calendar, bars: list[Row]) -> None:
    """Draw all whiskers as one broken line with ticks at its ends: Plotly drops error bars on a date axis."""
    x: list[str | None] = []
    y: list[str | None] = []
    ends: list[tuple[str, str]] = []
    for row, bar in bars:
        if bar.fact or bar.finish_p10_d is None or _is_given(bar):
            continue
        low = calendar.iso(bar.finish_p10_d)
        last = calendar.iso(calendar.length_d if bar.finish_p90_d is None else bar.finish_p90_d)
        x, y = [*x, low, last, None], [*y, row, row, None]
        ends += [(low, row), *([(last, row)] if bar.finish_p90_d is not None else [])]
    for colour, width in ((theme.tint(theme.CARD, 0.6), 3.4), (theme.INK, 1.6)):  # a rim keeps it apart from the bar
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")
    ticks = {"symbol": "line-ns-open", "size": 9, "color": theme.INK, "line": {"width": 1.6, "color": theme.INK}}
    figure.add_scatter(
        x=[day for day, _row in ends], y=[row for _day, row in ends], mode="markers", marker=ticks, hoverinfo="skip"
    )


def _add_arrows(figure: go.Figure, calendar: Calendar, bars: list[Row]) -> None:
    """Mark what is late beyond the calendar: an arrow where P90 is missing."""
    late = [row for row, bar in bars if not bar.fact and _is_open(bar)]
    if late:
        end, marker = calendar.iso(calendar.length_d), {"symbol": "triangle-right", "size": 9, "color": theme.INK}
        figure.add_scatter(x=[end] * len(late), y=late, mode="markers", marker=marker, hoverinfo="skip")


def _add_dates(figure: go.Figure, findings: Findings, goal: GoalFinding) -> None:
    calendar = findings.calendar
    high: dict[str, Any] = {"yanchor": "bottom", "yshift": 22, "name": "wide"}
    theme.mark_date(
        figure,
        calendar.iso(goal.by_d),
        _("target"),
        dash=theme.TARGET_DASH,
        colour=theme.VERMILLION,
        **high,
    )
    if findings.known_until_d is not None:
        left = {"xanchor": "right", "xshift": -4}
        today = calendar.iso(findings.known_until_d)
        theme.mark_date(figure, today, _("as of"), dash="solid", colour=theme.SOFT, **high, **left)


def _row_notes(calendar: Calendar, bars: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Return the words in the rows of what needs no building, and of what most runs miss."""
    plain: dict[str, Any] = {"font": {"size": 11, "color": theme.SOFT}, "showarrow": False}
    start = {"x": 0, "xref": "x domain", "xanchor": "left", "xshift": 4}
    end = {"x": calendar.iso(calendar.length_d), "xanchor": "right", "xshift": -12}
    for row, bar in bars:
        if _is_given(bar):
            yield {"y": row, "text": _("there from the start"), **start, **plain}
        if bar.finish_p50_d is None:
            text = _("{share} of runs by {year}").format(share=formats.percent(bar.reached), year=calendar.end.year)
            yield {"y": row, "text": text, "bgcolor": theme.CARD, "borderpad": 1, **end, **plain}


def _share_notes(bars: Iterable[Row], goal: GoalFinding) -> Iterator[dict[str, Any]]:
    """Return the criticality of each row, at its right end, and the heading above them."""
    place: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "showarrow": False}
    for row, bar in bars:
        share = bar.criticality.get(goal.name, 0.0) if bar.kind != GOAL else 0.0
        if share >= 0.005:
            strong = share >= 0.2
            text = f"<b>{formats.percent(share)}</b>" if strong else formats.percent(share)
            yield {"y": row, "text": text, "font": {"size": 11, "color": theme.INK if strong else theme.SOFT}, **place}
    font = {"size": 11, "color": theme.SOFT}
    yield {"yref": "paper", "y": 1, "yanchor": "bottom", "text": _("critical"), "font": font, "yshift": 22, **place}


# --- axes -----------------------------------------------------------------------------------------------------------


def _ranges(findings: Findings, known_d: float) -> Mapping[str, tuple[str, str]]:
    """Return the dates that the chart spans by what it shows: history only where it is wanted."""
    calendar, bars = findings.calendar, findings.bars
    found: dict[str, tuple[str, str]] = {}
    for key in ("matters", "ahead", "all"):
        shown = [bar for bar in bars if key == "all" or (matters(bar) if key == "matters" else not bar.fact)]
        timed = [bar for bar in shown if not _is_given(bar)]
        starts = [day for bar in timed if (day := work_start_d(bar, known_d)) is not None]
        ends = [day for bar in shown for day in (bar.finish_p90_d, bar.finish_p50_d) if day is not None]
        cut = any(bar.finish_p90_d is None for bar in shown)
        first = max(min(starts, default=0.0) - _ROOM_D, 0.0)
        last = calendar.length_d if cut else min(max(ends, default=first) + _ROOM_D, calendar.length_d)
        found[key] = (calendar.iso(first), calendar.iso(last))
    return found


def _set_axes(figure: go.Figure, rows: RowViews, first: tuple[str, ...], ranges: Mapping[str, tuple[str, str]]) -> None:
    shown = next(iter(rows.views), "|all").rpartition("|")[2]
    dates = list(ranges[shown])
    figure.update_xaxes(type="date", range=dates, side="top", nticks=16)
    _repeat_axis(figure, dates, first)
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=[*first, *(name for name in rows.labels if name not in set(first))],
        range=[len(first) - 0.4, -0.6],
        tickmode="array",
        tickvals=list(first),
        ticktext=[rows.labels[name] for name in first],
        showgrid=False,
        tickfont={"color": theme.INK, "size": 12},
        **theme.AWAY,
    )
    figure.update_layout(margin={"t": 48, "b": 28})


def _repeat_axis(figure: go.Figure, dates: list[str], first: tuple[str, ...]) -> None:
    """Repeat the dates under a chart taller than a screen; Plotly shows an axis only where a trace uses it."""
    unseen = {"mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=dates[:1], y=list(first[:1]), xaxis="x2", **unseen)
    figure.update_layout(
        xaxis2={
            "type": "date",
            "overlaying": "x",
            "matches": "x",
            "side": "bottom",
            "range": dates,
            "showgrid": False,
            "zeroline": False,
            "nticks": 16,
            "tickfont": {"color": theme.SOFT, "size": 12},
        }
    )


def _title(findings: Findings, goal: GoalFinding) -> str:
    ahead = [bar for bar in findings.bars if not bar.fact and bar.kind != GOAL]
    shares = {formats.called(bar): bar.criticality.get(goal.name, 0.0) for bar in ahead}
    often = [name for name, share in shares.items() if share >= 0.1]
    first = max(shares, key=lambda name: shares[name], default="")
    if not often:
        return _("{ahead} of {all} rows lie ahead; none of them dates {goal} in one run of ten").format(
            ahead=len(ahead), all=len(findings.bars), goal=formats.shorten(formats.called(goal), 60)
        )
    many = plural(
        "{count} of {ahead} rows ahead is on the chain that dates {goal} in at least one run of ten; most often "
        "{first}, in {share}",
        "{count} of {ahead} rows ahead are on the chain that dates {goal} in at least one run of ten each; most often "
        "{first}, in {share}",
        len(often),
    )
    return many.format(
        count=len(often),
        ahead=len(ahead),
        goal=formats.shorten(formats.called(goal), 60),
        first=formats.shorten(first, 40),
        share=formats.percent(shares[first]),
    )
