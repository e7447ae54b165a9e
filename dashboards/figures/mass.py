"""Mass landed at the base over time: the nominal run and the spread of all runs."""

from __future__ import annotations

from typing import Any

from dashboards import formats, theme
from dashboards.card import Card, Key, Table
from dashboards.translation import _
from sim.analysis.findings import Findings, GoalFinding, MassCurve
from sim.clock import Calendar


def draw_mass(findings: Findings, goal: GoalFinding) -> Card:
    """Return the mass on the surface as steps: median, P10 to P90 ribbon and nominal run."""
    calendar = findings.calendar
    mass = findings.mass
    dates = [calendar.iso(t) for t in mass.t_d]
    figure = theme.draft_figure(340)
    steps: dict[str, Any] = {"x": dates, "mode": "lines", "hoverinfo": "skip"}
    clear = {"width": 0, "shape": "hv"}
    figure.add_scatter(y=_tonnes(mass.p10_kg), line=clear, **steps)
    figure.add_scatter(y=_tonnes(mass.p90_kg), line=clear, fill="tonexty", fillcolor=theme.tint(theme.GREEN), **steps)
    figure.add_scatter(
        y=_tonnes(mass.nominal_kg),
        line={"color": theme.SOFT, "width": 1.8, "dash": "dot", "shape": "hv"},
        **steps,
    )
    figure.add_scatter(
        x=dates,
        y=_tonnes(mass.p50_kg),
        mode="lines",
        line={"color": theme.GREEN, "width": 2.5, "shape": "hv"},
        hovertemplate=_("median {mass} t by {month}<extra></extra>").format(
            mass="%{y:.1f}", month=formats.hover_month()
        ),
    )
    theme.mark_date(figure, calendar.iso(goal.by_d), _("target"), dash=theme.TARGET_DASH, colour=theme.VERMILLION)
    figure.update_yaxes(title_text=_("tonnes landed"), rangemode="tozero")
    figure.update_xaxes(type="date")
    if mass.t_d:
        figure.update_xaxes(range=_span(calendar, mass))
    return Card(
        id="mass",
        title=_title(calendar, mass, goal),
        reading=(
            _(
                "How to read: each step is a landing. The line is the median over the runs, the ribbon holds the "
                "middle 80 % of them at each date (N = {replications}); no single run follows its edges."
            ).format(replications=formats.number(findings.replications))
        ),
        figure=figure,
        table=_table(calendar, mass),
        keys=(
            Key(_("median"), theme.GREEN),
            Key(_("P10 to P90"), theme.GREEN, "band"),
            Key(_("nominal run"), theme.SOFT, dash=theme.NOMINAL_DASH),
            Key(_("target date"), theme.VERMILLION, dash=theme.TARGET_DASH),
        ),
        wide=False,
    )


def landed_by(mass: MassCurve, values_kg: tuple[float, ...], time_d: float) -> float:
    """Return the kilograms landed by a time on a step curve; 0 before its first step."""
    landed = [value for t, value in zip(mass.t_d, values_kg, strict=True) if t <= time_d]
    return landed[-1] if landed else 0.0


def _span(calendar: Calendar, mass: MassCurve) -> list[str]:
    """Return the dates between the first landing of any run and the last step of all."""
    busy = [t for t, kg in zip(mass.t_d, mass.p90_kg, strict=True) if kg > 0]
    first = busy[0] if busy else mass.t_d[0]
    return [calendar.iso(max(first - 180, mass.t_d[0])), calendar.iso(mass.t_d[-1])]


def _title(calendar: Calendar, mass: MassCurve, goal: GoalFinding) -> str:
    middle = landed_by(mass, mass.p50_kg, goal.by_d)
    low = landed_by(mass, mass.p10_kg, goal.by_d)
    high = landed_by(mass, mass.p90_kg, goal.by_d)
    nominal = landed_by(mass, mass.nominal_kg, goal.by_d)
    return _(
        "{middle} are on the surface by {month} in the median run (P10 to P90: {low} to {high}), {nominal} nominally"
    ).format(
        middle=formats.tonnes(middle),
        month=formats.month(calendar, goal.by_d),
        low=formats.tonnes(low),
        high=formats.tonnes(high),
        nominal=formats.tonnes(nominal),
    )


def _tonnes(values_kg: tuple[float, ...]) -> list[float]:
    return [round(value / 1000, 3) for value in values_kg]


def _table(calendar: Calendar, mass: MassCurve) -> Table:
    columns = zip(mass.t_d, mass.p10_kg, mass.p50_kg, mass.p90_kg, mass.nominal_kg, strict=True)
    rows = tuple((calendar.iso(t), *(f"{value:.0f}" for value in values)) for t, *values in columns)
    return Table((_("date"), _("P10, kg"), _("P50, kg"), _("P90, kg"), _("nominal, kg")), rows, frozenset({1, 2, 3, 4}))
