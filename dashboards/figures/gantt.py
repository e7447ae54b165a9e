"""The campaign on one page: when each subject runs, how sure that is, and how often it decides the goal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from sim.analysis.estimates import wilson
from sim.analysis.findings import Bar, Findings, GoalFinding
from sim.campaign.plan import PlannedDates
from sim.clock import Calendar

_ROW_PX = 22
_LABEL = 30
_LABEL_NARROW = 14
_FAR_D = 1e9
_GOAL = "goal"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the chart: a heading without a bar, or a bar."""

    heading: str
    bar: Bar | None


def draw_gantt(findings: Findings, goal: GoalFinding) -> Card:
    """Return the Gantt chart: median bars, P10 to P90 whiskers of the finish, criticality at the end."""
    calendar = findings.calendar
    rows = _order(findings.bars)
    figure = theme.draft_figure(70 + _ROW_PX * max(len(rows), 2), right=58)
    for kind in dict.fromkeys(bar.kind for bar in findings.bars):
        if kind != _GOAL:
            _add_bars(figure, calendar, rows, kind, theme.BAR_KINDS.get(kind, ("", theme.GREY))[1])
    _add_whiskers(figure, calendar, rows)
    _add_diamonds(figure, calendar, rows, theme.BAR_KINDS[_GOAL][1])
    _add_arrows(figure, calendar, rows)
    theme.mark_date(
        figure,
        calendar.iso(goal.by_d),
        "target",
        dash=theme.TARGET_DASH,
        colour=theme.VERMILLION,
        yanchor="bottom",
        yshift=22,
        name="wide",
    )
    if findings.known_until_d is not None:
        today = calendar.iso(findings.known_until_d)
        theme.mark_date(
            figure,
            today,
            "as of",
            dash="solid",
            colour=theme.SOFT,
            yanchor="bottom",
            yshift=22,
            xanchor="right",
            xshift=-4,
            name="wide",
        )
    theme.add_notes(figure, [*_row_notes(calendar, rows), *_share_notes(rows, goal)])
    _set_axes(figure, calendar, rows)
    return Card(
        id="gantt",
        title=_title(findings.bars, calendar),
        reading=(
            "How to read: a bar runs from the median start to the median finish, the line through its end from the "
            f"P10 to the P90 finish (N = {findings.replications:,}). Medians of single bars do not make one feasible "
            f"schedule. The figure at the right is the share of runs in which it is on the chain that dates "
            f"{formats.shorten(goal.called, 60)}. Touch a bar for its dates and float in the plan."
        ),
        figure=figure,
        table=_table(findings.bars, calendar, goal, findings.replications),
        keys=(
            *(Key(h, c, "box") for k, (h, c) in theme.BAR_KINDS.items() if any(b.kind == k for b in findings.bars)),
            *((Key("no float in the plan", theme.INK, "rim"),) if _has_critical(findings.bars) else ()),
            Key("known past", theme.GREY, "box"),
            Key("P10 to P90 finish", theme.INK, "whisker"),
            Key("target date", theme.VERMILLION, dash=theme.TARGET_DASH),
        ),
        narrow={
            "yaxis.ticktext": _tick_text(rows, _LABEL_NARROW),
            "yaxis.tickfont.size": 11,
            "margin.r": 52,
            "xaxis.nticks": 5,
            "xaxis2.nticks": 5,
        },
    )


def _order(bars: tuple[Bar, ...]) -> list[_Row]:
    rows: list[_Row] = []
    known = {kind: heading for kind, (heading, _) in theme.BAR_KINDS.items()}
    kinds = list(known) + sorted({bar.kind for bar in bars} - set(known))
    for kind in kinds:
        members = sorted((bar for bar in bars if bar.kind == kind), key=_when)
        if members:
            rows.append(_Row(known.get(kind, kind), None))
            rows += [_Row("", bar) for bar in members]
    return rows


def _when(bar: Bar) -> tuple[float, float, str]:
    start = bar.start_p50_d if bar.start_p50_d is not None else _FAR_D
    finish = bar.finish_p50_d if bar.finish_p50_d is not None else _FAR_D
    return (start, finish, bar.name)


def _add_bars(figure: go.Figure, calendar: Calendar, rows: list[_Row], kind: str, colour: str) -> None:
    """Draw a kind's bars; Plotly wants the length of a bar on a date axis in milliseconds."""
    members = [(y, row.bar) for y, row in enumerate(rows) if row.bar is not None and row.bar.kind == kind]
    drawn = [(y, bar, bar.start_p50_d, bar.finish_p50_d) for y, bar in members]
    spans = [(y, b, s, f) for y, b, s, f in drawn if s is not None and f is not None and not _is_given(b)]
    if not spans:
        return
    figure.add_bar(
        orientation="h",
        y=[y for y, _, _, _ in spans],
        base=[calendar.iso(start) for _, _, start, _ in spans],
        x=[round(max(finish - start, 1.0) * 86_400_000) for _, _, start, finish in spans],
        width=0.56,
        marker={
            "color": [theme.GREY if bar.fact else colour for _, bar, _, _ in spans],
            "line": {"width": 2, "color": [_rim(bar, colour) for _, bar, _, _ in spans]},
        },
        customdata=[_hover(bar, calendar) for _, bar, _, _ in spans],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _rim(bar: Bar, colour: str) -> str:
    """Return the colour of a bar's rim: dark where it has no float in the plan."""
    if bar.planned is not None and bar.planned.critical:
        return theme.INK
    return theme.GREY if bar.fact else colour


def _add_diamonds(figure: go.Figure, calendar: Calendar, rows: list[_Row], colour: str) -> None:
    """Draw goals as milestones: they are reached on a day and take no time."""
    goals = [(y, row.bar) for y, row in enumerate(rows) if row.bar is not None and row.bar.kind == _GOAL]
    dated = [(y, bar, calendar.iso(bar.finish_p50_d)) for y, bar in goals if bar.finish_p50_d is not None]
    figure.add_scatter(
        x=[date for _, _, date in dated],
        y=[y for y, _, _ in dated],
        mode="markers",
        marker={"symbol": "diamond", "size": 12, "color": colour, "line": {"color": theme.CARD, "width": 1}},
        customdata=[_hover(bar, calendar) for _, bar, _ in dated],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _add_whiskers(figure: go.Figure, calendar: Calendar, rows: list[_Row]) -> None:
    """Draw all whiskers as one broken line: Plotly silently drops error bars on a date axis."""
    x: list[str | None] = []
    y: list[float | None] = []
    for level, row in enumerate(rows):
        bar = row.bar
        if bar is None or bar.fact or bar.finish_p10_d is None or _is_given(bar):
            continue
        low, high = bar.finish_p10_d, bar.finish_p90_d
        last = high if high is not None else calendar.length_d
        x += [calendar.iso(low), calendar.iso(last), None, calendar.iso(low), calendar.iso(low), None]
        y += [level, level, None, level - 0.2, level + 0.2, None]
        if high is not None:
            x += [calendar.iso(last), calendar.iso(last), None]
            y += [level - 0.2, level + 0.2, None]
    for colour, width in (
        (theme.tint(theme.CARD, 0.6), 3.4),
        (theme.INK, 1.6),
    ):  # a rim keeps the line apart from the bar under it
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip")


def _add_arrows(figure: go.Figure, calendar: Calendar, rows: list[_Row]) -> None:
    """Mark what is late beyond the calendar: an arrow where P90 is missing."""
    open_ended = [y for y, r in enumerate(rows) if r.bar and not r.bar.fact and _is_open(r.bar)]
    if open_ended:
        end, marker = calendar.iso(calendar.length_d), {"symbol": "triangle-right", "size": 9, "color": theme.INK}
        figure.add_scatter(x=[end] * len(open_ended), y=open_ended, mode="markers", marker=marker, hoverinfo="skip")
        figure.data[-1].cliponaxis = False


def _row_notes(calendar: Calendar, rows: list[_Row]) -> Iterator[dict[str, Any]]:
    """Return the words in the rows of what needs no building, and of what most runs miss."""
    plain: dict[str, Any] = {"font": {"size": 11, "color": theme.SOFT}, "showarrow": False}
    start = {"x": 0, "xref": "x domain", "xanchor": "left", "xshift": 4}
    end = {"x": calendar.iso(calendar.length_d), "xanchor": "right", "xshift": -12}
    for y, row in enumerate(rows):
        if row.bar is not None and _is_given(row.bar):
            yield {"y": y, "text": "there from the start", **start, **plain}
        if row.bar is not None and row.bar.finish_p50_d is None:
            text = f"{formats.percent(row.bar.reached)} of runs by {calendar.end.year}"
            yield {"y": y, "text": text, "bgcolor": theme.CARD, "borderpad": 1, **end, **plain}


def _is_given(bar: Bar) -> bool:
    """Tell whether something is there on the calendar's first day, as tanks are that nobody has to build."""
    return not bar.fact and bar.finish_p90_d == 0.0


def _is_open(bar: Bar) -> bool:
    return bar.finish_p10_d is not None and bar.finish_p90_d is None


def _share_notes(rows: list[_Row], goal: GoalFinding) -> Iterator[dict[str, Any]]:
    """Return the criticality of each row, at its right end, and the heading above them."""
    place: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "showarrow": False}
    for y, row in enumerate(rows):
        share = row.bar.criticality.get(goal.name, 0.0) if row.bar is not None and row.bar.kind != "goal" else 0.0
        if share >= 0.005:
            strong = share >= 0.2
            text = f"<b>{formats.percent(share)}</b>" if strong else formats.percent(share)
            yield {"y": y, "text": text, "font": {"size": 11, "color": theme.INK if strong else theme.SOFT}, **place}
    font = {"size": 11, "color": theme.SOFT}
    yield {"yref": "paper", "y": 1, "yanchor": "bottom", "text": "critical", "font": font, "yshift": 22, **place}


def _set_axes(figure: go.Figure, calendar: Calendar, rows: list[_Row]) -> None:
    bars = [row.bar for row in rows if row.bar is not None]
    starts = [b.start_p50_d for b in bars if b.start_p50_d is not None]
    first = max(0.0, min(starts, default=0.0) - 120)
    ends = [f for b in bars for f in (b.finish_p90_d, b.finish_p50_d) if f is not None]
    last = calendar.length_d if any(b.finish_p90_d is None for b in bars) else max(ends, default=first) + 150
    dates = [calendar.iso(first), calendar.iso(last)]
    figure.update_xaxes(type="date", range=dates, side="top", nticks=16)
    _repeat_axis(figure, dates)
    figure.update_yaxes(
        range=[len(rows) - 0.4, -0.6],
        tickmode="array",
        tickvals=list(range(len(rows))),
        ticktext=_tick_text(rows, _LABEL),
        showgrid=False,
        tickfont={"color": theme.INK, "size": 12},
        **theme.AWAY,
    )
    figure.update_layout(margin={"t": 48, "b": 28})


def _repeat_axis(figure: go.Figure, dates: list[str]) -> None:
    """Repeat the dates under a chart taller than a screen; Plotly shows an axis only where a trace uses it."""
    figure.add_scatter(x=dates[:1], y=[0], xaxis="x2", mode="markers", marker={"opacity": 0}, hoverinfo="skip")
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


def _tick_text(rows: list[_Row], length: int) -> list[str]:
    return [
        f"<b>{formats.figure_text(row.heading)}</b>"
        if row.bar is None
        else formats.figure_text(formats.shorten(row.bar.called, length))
        for row in rows
    ]


def _hover(bar: Bar, calendar: Calendar) -> str:
    name = formats.figure_text(formats.shorten(bar.called, 60))
    if bar.title and bar.title != bar.name:
        name = f"{name} ({formats.figure_text(formats.shorten(bar.name, 60))})"
    start, finish = formats.month(calendar, bar.start_p50_d), formats.month(calendar, bar.finish_p50_d)
    if bar.fact:
        return f"<b>{name}</b><br>{finish}, known"
    low = formats.month(calendar, bar.finish_p10_d)
    high = formats.month(calendar, bar.finish_p90_d)
    return (
        f"<b>{name}</b><br>median {start} to {finish}<br>finish P10 {low}, P90 {high}<br>"
        f"nominal finish {formats.month(calendar, bar.nominal_finish_d)}<br>"
        f"finished in {formats.percent(bar.reached)} of the runs{_hover_of_plan(bar.planned, calendar)}"
    )


def _hover_of_plan(plan: PlannedDates | None, calendar: Calendar) -> str:
    """Return the early and late dates in the plan and its float, as `ilrs plan` has them."""
    if plan is None:
        return ""
    early = f"{calendar.iso(plan.early_start_d)} to {calendar.iso(plan.early_finish_d)}"
    late = f"{_limit(plan.late_start_d, calendar)} to {_limit(plan.late_finish_d, calendar)}"
    total, free = _float_d(plan.total_float_d), _float_d(plan.free_float_d)
    critical = "; critical in the plan" if plan.critical else ""
    return f"<br>plan: early {early}<br>late {late}<br>total float {total}, free float {free}{critical}"


def _limit(day_d: float, calendar: Calendar) -> str:
    return calendar.iso(day_d) if math.isfinite(day_d) else formats.NONE


def _float_d(days: float) -> str:
    return f"{days + 0.0:,.1f} d" if math.isfinite(days) else formats.NONE


def _has_critical(bars: tuple[Bar, ...]) -> bool:
    return any(bar.planned is not None and bar.planned.critical for bar in bars)


def _title(bars: tuple[Bar, ...], calendar: Calendar) -> str:
    open_bars = [bar for bar in bars if not bar.fact and bar.kind != "goal"]
    done = sum(bar.fact for bar in bars)
    spreads = [
        (bar.finish_p90_d - bar.finish_p10_d, bar)
        for bar in open_bars
        if bar.finish_p10_d is not None and bar.finish_p90_d is not None
    ]
    unsure = [bar for bar in open_bars if bar.finish_p90_d is None]
    start = f"{done} of {len(bars)} activities, missions, elements and goals are history"
    if unsure:
        return (
            f"{start}; {len(unsure)} are open in more than one run of ten when the calendar ends in {calendar.end.year}"
        )
    if not spreads:
        return start
    spread, widest = max(spreads, key=lambda pair: pair[0])
    name, length = formats.shorten(widest.called, 40), formats.duration(spread)
    return f"{start}; the least certain finish is that of {name}, {length} from P10 to P90"


def _criticality(bar: Bar, goal: GoalFinding, count: int) -> tuple[str, str, str]:
    share = bar.criticality.get(goal.name, 0.0)
    estimate = wilson(round(share * count), count)
    return (f"{share:.4f}", f"{estimate.low:.4f}", f"{estimate.high:.4f}")


def _table(bars: tuple[Bar, ...], calendar: Calendar, goal: GoalFinding, count: int) -> Table:
    def date(time_d: float | None) -> str:
        return formats.iso(calendar, time_d) or formats.NEVER

    rows = tuple(
        (
            bar.name,
            bar.kind,
            date(bar.start_p50_d),
            date(bar.finish_p10_d),
            date(bar.finish_p50_d),
            date(bar.finish_p90_d),
            date(bar.nominal_finish_d),
            f"{bar.reached:.4f}",
            *_criticality(bar, goal, count),
            "yes" if bar.fact else "",
            *_plan_cells(bar.planned, calendar),
        )
        for bar in bars
    )
    columns = (
        "subject",
        "kind",
        "start P50",
        "finish P10",
        "finish P50",
        "finish P90",
        "nominal finish",
        "finished in",
        "criticality",
        "low 95 %",
        "high 95 %",
        "known",
        "early start",
        "early finish",
        "late start",
        "late finish",
        "total float d",
        "free float d",
        "critical in the plan",
    )
    return Table(columns, rows, frozenset({7, 8, 9, 10, 16, 17}))


def _plan_cells(plan: PlannedDates | None, calendar: Calendar) -> tuple[str, ...]:
    if plan is None:
        return ("",) * 7
    early = (calendar.iso(plan.early_start_d), calendar.iso(plan.early_finish_d))
    late = (_limit(plan.late_start_d, calendar), _limit(plan.late_finish_d, calendar))
    floats = (f"{days:.2f}" if math.isfinite(days) else "" for days in (plan.total_float_d, plan.free_float_d))
    return (*early, *late, *floats, "yes" if plan.critical else "")
