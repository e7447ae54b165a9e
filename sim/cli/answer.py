"""The answer of a run in plain words."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.problems import counted, plural

if TYPE_CHECKING:
    from sim.analysis.findings import CauseDays, Findings, GoalFinding, Quantile
    from sim.clock import Calendar
    from sim.study.store import Study

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def answer(study: Study, findings: Findings, page: Path) -> str:
    """Say the chance and the dates of every goal, what costs most days, and where the dashboard is."""
    from sim.study.summary import calendar_of

    calendar = calendar_of(findings)
    lines = [
        f"{findings.scenario}: {counted(findings.replications, 'replication')}, seed {findings.seed}, "
        f"{study.manifest.wall_s:.1f} s, {study.folder}",
        "",
    ]
    for index, goal in enumerate(findings.goals):
        lines += _headline(goal, findings, calendar) if index == 0 else [_sentence(goal, calendar)]
    lines += ["", *_table(findings, calendar), "", *_notes(findings, study.manifest.precision), f"Dashboard: {page}"]
    return "\n".join(lines)


def _headline(goal: GoalFinding, findings: Findings, calendar: Calendar) -> list[str]:
    by_share = {round(one.share * 100): one for one in goal.quantiles}
    p50, p80 = (_month(by_share[share], calendar) for share in (50, 80))
    lines = [
        f">>> {_sentence(goal, calendar)}",
        f"    P50 {p50} (half of the replications have it by then), P80 {p80} (four in five)",
    ]
    costs = [one for one in goal.slip_by_cause if one.mean_d > 0.0][:3]
    if costs:
        lines.append(f"    What costs most days against the plan, in the mean: {_costs(costs)}")
    if goal.censored:
        share = goal.censored / findings.replications
        runs = counted(findings.replications, "replication")
        lines.append(
            f"    {goal.censored} of {runs} ({_percent(share)}) {plural(goal.censored, 'does', 'do')} not reach"
            f" it by the calendar's end, {_day(findings.calendar_end_d, calendar)}"
        )
    return [*lines, ""] if len(findings.goals) > 1 else lines


def _sentence(goal: GoalFinding, calendar: Calendar) -> str:
    chance = goal.probability
    return (
        f"{goal.name} by {_day(goal.by_d, calendar)}: {_percent(chance.value)} "
        f"(95 % interval {_percent(chance.low)} to {_percent(chance.high)})"
    )


def _table(findings: Findings, calendar: Calendar) -> list[str]:
    head = ("goal", "wanted by", "chance", "95 % interval", "plan", "P10", "P50", "P80", "P90", "not reached")
    rows = [
        (
            goal.name,
            calendar.iso(goal.by_d),
            _percent(goal.probability.value),
            f"{_percent(goal.probability.low)} .. {_percent(goal.probability.high)}",
            _iso(goal.nominal_d, calendar),
            *(_iso(one.t_d, calendar) for one in goal.quantiles),
            str(goal.censored),
        )
        for goal in findings.goals
    ]
    return list(_aligned([head, *rows]))


def _notes(findings: Findings, precision: str | None) -> list[str]:
    lines = [] if precision is None else [f"Precision: {precision}."]
    lines += [
        f"N = {findings.replications}; intervals are sampling error only: they do not say how good the "
        "scenario's figures are.",
    ]
    if findings.figures:
        figures = counted(findings.figures, "figure")
        are = plural(findings.guesses, "is an estimate", "are estimates")
        lines.append(f"{findings.guesses} of the {figures} with a source {are}.")
    return lines


def _costs(costs: Iterable[CauseDays]) -> str:
    return ", ".join(f"{one.cause} {one.mean_d:.0f} d" for one in costs)


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _day(day: float, calendar: Calendar) -> str:
    date = datetime.date.fromisoformat(calendar.iso(day))
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def _month(quantile: Quantile, calendar: Calendar) -> str:
    if quantile.t_d is None:
        return f"after {_day(calendar.length_d, calendar)}"
    date = datetime.date.fromisoformat(calendar.iso(quantile.t_d))
    return f"{MONTHS[date.month - 1]} {date.year}"


def _iso(day: float | None, calendar: Calendar) -> str:
    return "-" if day is None else calendar.iso(day)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
