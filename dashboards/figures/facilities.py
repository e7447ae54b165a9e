"""Science before the base stands: facility-days of the research stations in orbit."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.setting import Setting
from dashboards.translation import _
from sim.analysis.findings import Findings, GoalFinding
from sim.model.tracing import Trace, Verb

_STYLES = ((theme.SOFT, "dot"), (theme.SKY, "dash"), (theme.BLUE, "solid"), (theme.PURPLE, "dashdot"))


def draw_facilities(findings: Findings, goal: GoalFinding, setting: Setting | None = None) -> Card:
    """Return the facility-days of the stations by the goal's date and, with the setting, how they grow in told runs."""
    calendar = findings.calendar
    rows = tuple((name, f"{p10:,.0f}", f"{p50:,.0f}", f"{p90:,.0f}") for name, p10, p50, p90 in findings.facility_days)
    name, low, middle, high = max(findings.facility_days, key=lambda row: row[2])
    figure, keys = _draw(findings, goal, setting) if setting is not None else (None, ())
    return Card(
        id="facilities",
        title=(
            _("{middle} facility-days in the median run by {month} (P10 to P90: {low} to {high}), on {listing}").format(
                middle=formats.number(middle),
                month=formats.month(calendar, goal.by_d),
                low=formats.number(low),
                high=formats.number(high),
                listing=formats.listing(formats.shorten(name, 60).split(", ")),
            )
        ),
        reading=(
            _(
                "How to read: one research facility in lunar orbit at work for one day is one facility-day, counted "
                "from commissioning. The table has quantiles by the goal's date over N = {replications} runs."
            ).format(replications=formats.number(findings.replications))
            + (
                " " + _("Each line is one kept run, named by the share of runs that reach the goal sooner.")
                if keys
                else ""
            )
        ),
        figure=figure,
        table=Table((_("station"), "P10", "P50", "P90"), rows, frozenset({1, 2, 3})),
        keys=keys,
        wide=False,
    )


def grow_facilities(trace: Trace, setting: Setting, until_d: float) -> tuple[list[float], list[float]]:
    """Return the days on which the slope changes, and the facility-days by then."""
    at_work = dict(setting.facilities)
    starts = sorted((e.t_d, at_work[e.subject]) for e in trace.events if e.verb is Verb.WORKS and e.subject in at_work)
    times, days, rate = [0.0], [0.0], 0
    for start_d, facilities in [*starts, (until_d, 0)]:
        days.append(days[-1] + rate * (start_d - times[-1]))
        times.append(start_d)
        rate += facilities
    return times, days


def _draw(findings: Findings, goal: GoalFinding, setting: Setting) -> tuple[go.Figure | None, tuple[Key, ...]]:
    calendar = findings.calendar
    grown = [(trace, *grow_facilities(trace, setting, findings.end_d)) for trace in findings.traces]
    lines = [(trace, times, days) for trace, times, days in grown if days[-1] > 0.0]
    if not lines:
        return None, ()
    figure = theme.draft_figure(280)
    keys = []
    for (trace, times, days), (colour, dash) in zip(lines, _STYLES, strict=False):
        figure.add_scatter(
            x=[calendar.iso(t) for t in times],
            y=[round(day, 1) for day in days],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.2},
            hovertemplate=_("{run}: {days} by {month}<extra></extra>").format(
                run=formats.run_name(trace), days="%{y:,.0f}", month=formats.hover_month()
            ),
        )
        keys.append(Key(formats.run_name(trace), colour, dash=dash))
    first_d = min(times[1] for _, times, _ in lines)
    theme.mark_date(figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    figure.update_yaxes(title_text=_("facility-days"), rangemode="tozero")
    span = [calendar.iso(max(min(first_d, goal.by_d) - 365, 0.0)), calendar.iso(findings.end_d)]
    figure.update_xaxes(type="date", range=span)
    return figure, tuple(keys)
