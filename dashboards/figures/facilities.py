"""Science before the base stands: facility-days of the research stations in orbit."""

from __future__ import annotations

from dashboards import formats
from dashboards.card import Card, Table
from sim.analysis.findings import Findings, GoalFinding


def draw_facilities(findings: Findings, goal: GoalFinding) -> Card:
    """Return the facility-days of each station by the goal's date."""
    calendar = formats.calendar_of(findings)
    rows = tuple((name, f"{p10:,.0f}", f"{p50:,.0f}", f"{p90:,.0f}") for name, p10, p50, p90 in findings.facility_days)
    name, low, middle, high = max(findings.facility_days, key=lambda row: row[2])
    return Card(
        id="facilities",
        title=(
            f"By {formats.month(calendar, goal.by_d)} {formats.shorten(name, 60)}: {middle:,.0f} facility-days in the "
            f"median run (P10 to P90: {low:,.0f} to {high:,.0f})"
        ),
        reading=(
            "How to read: one facility at work for one day is one facility-day, counted from commissioning. "
            f"Quantiles over N = {findings.replications:,} runs."
        ),
        shown=Table(("station", "P10", "P50", "P90"), rows, frozenset({1, 2, 3})),
        wide=False,
    )
