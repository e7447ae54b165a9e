"""Which causes cost the days: a waterfall from the nominal date to the mean date that adds up exactly."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _, plural, term
from sim.analysis.findings import CauseDays, Findings, GoalFinding
from sim.campaign.causes import CAUSE_FAMILY

_SHOWN = 12
"""Causes with a bar of their own; the rest share one, so that the bars still add up."""
_LEAST_D = 0.5
"""Days below which a cause has no bar of its own."""
_NAMED: Final = 0.05
"""Share of all days that are added from which a cause is named in the title."""


def draw_causes(findings: Findings, goal: GoalFinding) -> Card:
    """Return the waterfall of slip by cause of one goal, in days after the nominal date."""
    steps, rest = fold_causes(goal.slip_by_cause)
    rows = [*((term("cause", c.cause), c.mean_d, theme.cause_colour(c.cause)) for c in steps)]
    if rest:
        others = plural("{count} other", "{count} others", len(rest)).format(count=len(rest))
        rows.append((others, sum(c.mean_d for c in rest), theme.GREY))
    families = dict.fromkeys(CAUSE_FAMILY.get(c.cause, "other") for c in steps)
    return Card(
        id="causes",
        title=_title(goal),
        reading=_reading(findings, goal),
        figure=_figure(rows, goal.total_slip_d),
        table=_table(goal),
        keys=(*(Key(term("family", f), theme.FAMILY_COLOUR.get(f, theme.GREY), "box") for f in families), _total_key()),
        note=_note(findings, goal),
        narrow={"margin.r": 8, "xaxis.range": _range_with_room(rows, goal.total_slip_d, 0.36)},
    )


def fold_causes(causes: tuple[CauseDays, ...]) -> tuple[list[CauseDays], list[CauseDays]]:
    """Return the causes that deserve a bar, costs first and savings last, and those to be drawn as one."""
    ranked = sorted(causes, key=lambda cause: -abs(cause.mean_d))
    shown = [c for c in ranked[:_SHOWN] if abs(c.mean_d) >= _LEAST_D]
    rest = [c for c in ranked if c not in shown and c.mean_d]
    return sorted(shown, key=lambda cause: -cause.mean_d), rest


def _figure(rows: list[tuple[str, float, str]], total_d: float) -> go.Figure:
    figure = theme.draft_figure(76 + 30 * (len(rows) + 1), right=24)
    names = [formats.figure_text(name) for name, _, _ in rows] + [_("all together")]
    bases, edges = _stack([days for _, days, _ in rows])
    lengths = [days for _, days, _ in rows] + [total_d]
    figure.add_bar(
        orientation="h",
        y=names,
        x=[round(length, 2) for length in lengths],
        base=[round(base, 2) for base in [*bases, 0.0]],
        width=0.62,
        marker={"color": [*(colour for _, _, colour in rows), theme.INK], "line": {"width": 0}},
        text=[_signed(length) for length in lengths],
        textposition="none",
        hovertemplate=f"%{{y}}{_(': ')}%{{text}}<extra></extra>",
    )
    _add_connectors(figure, names, edges)
    _add_values(figure, names, lengths, [*bases, 0.0])
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, tickfont={"color": theme.INK})
    figure.update_xaxes(
        title_text=_("days after the nominal date"), tickformat=",d", zeroline=True, zerolinecolor=theme.GREY
    )
    figure.update_xaxes(range=_range_with_room(rows, total_d, 0.1))
    return figure


def _stack(days: list[float]) -> tuple[list[float], list[float]]:
    bases: list[float] = []
    edges: list[float] = []
    level = 0.0
    for step in days:
        bases.append(level)
        level += step
        edges.append(level)
    return bases, edges


def _add_connectors(figure: go.Figure, names: list[str], edges: list[float]) -> None:
    x: list[float | None] = []
    y: list[str | None] = []
    for upper, lower, edge in zip(names, names[1:], edges, strict=False):
        x += [round(edge, 2), round(edge, 2), None]
        y += [upper, lower, None]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": theme.GREY, "width": 1, "dash": "dot"}, hoverinfo="skip")


def _add_values(figure: go.Figure, names: list[str], lengths: list[float], bases: list[float]) -> None:
    place: dict[str, Any] = {"showarrow": False, "xanchor": "left", "xshift": 6, "font": {"size": 12}}
    for name, length, base in zip(names, lengths, bases, strict=True):
        figure.add_annotation(x=max(base, base + length), y=name, text=_signed(length), **place)


def _range_with_room(rows: list[tuple[str, float, str]], total_d: float, room: float) -> list[float]:
    """Return the axis' range: all bars, and `room` of their width at the right for the words."""
    _, edges = _stack([days for _, days, _ in rows])
    low, high = min([*edges, 0.0, total_d]), max([*edges, 0.0, total_d])
    width = max(high - low, 1.0)
    return [round(low - 0.02 * width, 2), round(high + room * width, 2)]


def _signed(days: float) -> str:
    return formats.signed_days(days)


def _total_key() -> Key:
    return Key(_("sum = mean slip"), theme.INK, "box")


def _title(goal: GoalFinding) -> str:
    """Say what costs most and what gives days back, each with its own days: sums of both would hide either."""
    added = sum(cause.mean_d for cause in goal.slip_by_cause if cause.mean_d > 0)
    least = max(_LEAST_D, _NAMED * added)
    costs = [cause for cause in goal.slip_by_cause if cause.mean_d >= least][:3]
    total = (
        _("the mean slip is {total_slip} days").format(total_slip=formats.number(goal.total_slip_d)).replace("-", "−")
    )
    if not costs:
        return _("On average no cause costs this goal a day; {total}").format(total=total)
    names = formats.listing([f"{term('cause', cause.cause)} ({_signed(cause.mean_d)})" for cause in costs])
    saved = min(goal.slip_by_cause, key=lambda cause: cause.mean_d)
    most = plural("{causes} costs most", "{causes} cost most", len(costs))
    said = [most.format(causes=f"{names[:1].upper()}{names[1:]}")]
    if saved.mean_d <= -least:
        back = term("cause", saved.cause) if saved.cause != "plan" else _("waiting less for planned dates")
        said.append(_("{cause} gives back {time}").format(cause=back, time=formats.days(-saved.mean_d)))
    return _("; ").join([*said, total])


def _reading(findings: Findings, goal: GoalFinding) -> str:
    calendar = findings.calendar
    start = _("How to read: start at the nominal date")
    if goal.nominal_d is not None:
        start = _("How to read: start at the nominal date ({month}) and walk down to the mean date ({mean})").format(
            month=formats.month(calendar, goal.nominal_d),
            mean=formats.month(calendar, goal.nominal_d + goal.total_slip_d),
        )
    return _(
        "{start}; each bar is the mean number of days a cause adds to (or saves on) the chain that dates the goal, "
        "over "
        "N = {count} runs. The bars add up to the total; no day is unexplained."
    ).format(start=start, count=formats.number(findings.replications))


def _note(findings: Findings, goal: GoalFinding) -> str:
    if not goal.censored:
        return ""
    year = findings.calendar.end.year
    return _(
        "In {censored} of {replications} runs the goal is not reached by {year}. Their days count up to the calendar's "
        "end, so the true mean is later than shown."
    ).format(censored=formats.number(goal.censored), replications=formats.number(findings.replications), year=year)


def _table(goal: GoalFinding) -> Table:
    rows = [
        (
            term("cause", c.cause),
            term("family", CAUSE_FAMILY.get(c.cause, "other")),
            f"{c.mean_d:.2f}",
            f"{c.nominal_d:.2f}",
        )
        for c in goal.slip_by_cause
    ]
    rows.append((_("total"), "", f"{goal.total_slip_d:.2f}", f"{sum(c.nominal_d for c in goal.slip_by_cause):.2f}"))
    return Table(
        (_("cause"), _("family"), _("mean slip, d"), _("days in the nominal run")), tuple(rows), frozenset({2, 3})
    )
