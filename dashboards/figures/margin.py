"""How much margin buys which confidence: the dates to promise, and how far they lie from the target."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.analysis.estimates import Quantile
from sim.analysis.findings import Findings, GoalFinding
from sim.clock import Calendar


def draw_margin(findings: Findings, goal: GoalFinding) -> Card:
    """Return the dates that go with each confidence, with their intervals and their distance to the target."""
    calendar = findings.calendar
    promises = (*goal.quantiles, *_wanted(goal))
    ordered = tuple(sorted(promises, key=lambda quantile: quantile.share))
    return Card(
        id="margin",
        title=_title(calendar, goal, ordered),
        reading=_(
            "How to read: to be that sure, promise that date. Dots are the dates, lines their 95 % intervals (sampling "
            "error only, N = {count})."
        ).format(count=formats.number(findings.replications)),
        figure=_figure(calendar, goal, ordered),
        shown=_table(calendar, goal, ordered),
        keys=(
            Key(_("date and its 95 % interval"), theme.BLUE, "whisker"),
            Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
            Key(_("nominal run"), theme.SOFT, dash=theme.NOMINAL_DASH),
        ),
    )


def read_quantile(goal: GoalFinding, share: float) -> Quantile:
    """Return the date at which the curve reaches `share`, with the dates at which its band does."""
    curve = goal.curve

    def first(values: tuple[float, ...]) -> float | None:
        return next((t for t, value in zip(curve.t_d, values, strict=True) if value >= share), None)

    return Quantile(share, first(curve.share), first(curve.high), first(curve.low))


def _wanted(goal: GoalFinding) -> tuple[Quantile, ...]:
    known = {round(q.share, 4) for q in goal.quantiles}
    inside = 0 < goal.wanted < 1 and round(goal.wanted, 4) not in known
    return (read_quantile(goal, goal.wanted),) if inside else ()


def _title(calendar: Calendar, goal: GoalFinding, ordered: tuple[Quantile, ...]) -> str:
    wanted = next((q for q in ordered if abs(q.share - goal.wanted) < 1e-4), None)
    if wanted is None:
        return _("The target stands at a confidence of {share}").format(share=formats.chance(goal.probability))
    sure = formats.percent(goal.wanted)
    if wanted.value is None:
        text = _("To be {share} sure, as the plan wants, no date up to {year} is late enough")
        return text.format(share=sure, year=calendar.end.year)
    gap, month = wanted.value - goal.by_d, formats.month(calendar, wanted.value)
    if gap <= 0:
        text = _("To be {share} sure, as the plan wants, the target is late enough: {month} would do")
        return text.format(share=sure, month=month)
    text = _("To be {share} sure, as the plan wants, promise {month}: {time} later than the target")
    return text.format(share=sure, month=month, time=formats.duration(gap))


def _figure(calendar: Calendar, goal: GoalFinding, ordered: tuple[Quantile, ...]) -> go.Figure:
    figure = theme.draft_figure(70 + 34 * len(ordered))
    names = [formats.quantile_name(q) for q in ordered]
    for name, quantile in zip(names, ordered, strict=True):
        _add_promise(figure, calendar, name, quantile)
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=names[::-1], range=[-0.6, len(names) - 0.2]
    )
    figure.update_xaxes(type="date", range=_date_range(calendar, goal, ordered))
    theme.mark_date(figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    if goal.nominal_d is not None:
        before: dict[str, Any] = {"xanchor": "right", "xshift": -4} if goal.nominal_d < goal.by_d else {}
        nominal = calendar.iso(goal.nominal_d)
        theme.mark_date(
            figure, nominal, _("nominal"), dash=theme.NOMINAL_DASH, colour=theme.SOFT, name="wide", **before
        )
    return figure


def _date_range(calendar: Calendar, goal: GoalFinding, ordered: tuple[Quantile, ...]) -> list[str]:
    dates = [d for q in ordered for d in (q.low, q.value, q.high) if d is not None]
    dates += [d for d in (goal.by_d, goal.nominal_d) if d is not None]
    if any(q.high is None for q in ordered):
        dates.append(calendar.length_d)
    room = max(60.0, 0.06 * (max(dates) - min(dates)))
    return [calendar.iso(min(dates) - room), calendar.iso(max(dates) + room)]


def _add_promise(figure: go.Figure, calendar: Calendar, name: str, quantile: Quantile) -> None:
    low = quantile.low if quantile.low is not None else calendar.length_d
    high = quantile.high if quantile.high is not None else calendar.length_d
    figure.add_scatter(
        x=[calendar.iso(low), calendar.iso(high)],
        y=[name, name],
        mode="lines",
        line={"color": theme.BLUE, "width": 3},
        opacity=0.6,
        hoverinfo="skip",
    )
    if quantile.value is None:
        figure.add_annotation(
            x=calendar.iso(calendar.length_d),
            y=name,
            text=formats.never(calendar),
            showarrow=False,
            xanchor="right",
            font={"color": theme.SOFT, "size": 12},
        )
        return
    figure.add_scatter(
        x=[calendar.iso(quantile.value)],
        y=[name],
        mode="markers",
        marker={"color": theme.BLUE, "size": 11, "line": {"color": theme.CARD, "width": 1.5}},
        hovertemplate=f"{name}{_(': ')}{formats.hover_month()}<extra></extra>",
    )


def _table(calendar: Calendar, goal: GoalFinding, ordered: tuple[Quantile, ...]) -> Table:
    ends = (_("against the target"), _("against the nominal run"))
    columns = (_("confidence"), _("date"), _("95 % interval"), *ends)
    rows = tuple(
        (
            _name(q, goal.wanted),
            formats.month(calendar, q.value) if q.value is not None else formats.never(calendar),
            formats.span(calendar, q),
            _distance(q.value, goal.by_d),
            _distance(q.value, goal.nominal_d),
        )
        for q in ordered
    )
    return Table(columns, rows)


def _name(quantile: Quantile, wanted: float) -> str:
    name = formats.quantile_name(quantile)
    return _("{quantile} (wanted)").format(quantile=name) if abs(quantile.share - wanted) < 1e-4 else name


def _distance(date_d: float | None, other_d: float | None) -> str:
    return formats.NONE if date_d is None or other_d is None else formats.lateness(date_d - other_d)
