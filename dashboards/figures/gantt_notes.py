"""What the Gantt chart says of a row beyond its bar: words under the pointer, and the data table."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dashboards import formats
from dashboards.card import Table
from dashboards.translation import _, term
from sim.analysis.estimates import wilson
from sim.analysis.findings import Bar, GoalFinding
from sim.campaign.plan import PlannedDates
from sim.clock import Calendar

_LONG = 60


def say_row(bar: Bar, calendar: Calendar) -> str:
    """Return what a row says under the pointer, as Plotly must be given it."""
    return "<br>".join([f"<b>{_safe(formats.called(bar))}</b>", *(_safe(line, 90) for line in _lines(bar, calendar))])


def _safe(text: str, length: int = _LONG) -> str:
    return formats.figure_text(formats.shorten(text, length))


def _lines(bar: Bar, calendar: Calendar) -> Iterator[str]:
    names = [name for name in (bar.name if bar.called != bar.name else "", bar.led_by) if name]
    if names:
        yield ", ".join(names)
    finish = formats.month(calendar, bar.finish_p50_d)
    if bar.fact:
        yield _("{date}, known").format(date=finish)
    else:
        yield from _uncertain(bar, calendar)
        yield from _planned(bar.planned, calendar)
    if bar.source:
        yield _("source: {source}").format(source=formats.shorten(" ".join(bar.source.split()), _LONG))
    if bar.confidence:
        yield _("confidence in its figures: {confidence}").format(confidence=term("confidence", bar.confidence))


def _uncertain(bar: Bar, calendar: Calendar) -> Iterator[str]:
    start, finish = formats.month(calendar, bar.work_p50_d), formats.month(calendar, bar.finish_p50_d)
    if bar.since_unsaid:
        yield _("median finish {finish}; when it began is not told").format(finish=finish)
    elif bar.kind == "mission":
        yield _("median launch {start}, arrival {finish}").format(start=start, finish=finish)
    elif start == finish:
        yield _("median {finish}").format(finish=finish)
    else:
        yield _("median {start} to {finish}").format(start=start, finish=finish)
    low, high = (formats.month(calendar, day) for day in (bar.finish_p10_d, bar.finish_p90_d))
    yield _("finish P10 {low}, P90 {high}").format(low=low, high=high)
    yield _("nominal finish {date}").format(date=formats.month(calendar, bar.nominal_finish_d))
    yield from _late(bar)
    yield _("finished in {share} of the runs").format(share=formats.percent(bar.reached))


def _late(bar: Bar) -> Iterator[str]:
    """Say how late it comes for all reasons, and how late it makes itself."""
    plan, days = bar.nominal_finish_d, (bar.finish_p10_d, bar.finish_p50_d, bar.finish_p90_d)
    if plan is not None:
        low, middle, high = (formats.never_reached() if day is None else _signed(day - plan) for day in days)
        yield _("against the plan, all causes: P10 {low}, P50 {middle}, P90 {high}").format(
            low=low, middle=middle, high=high
        )
    if len(bar.slip_d) == len(days):
        low, middle, high = map(_signed, bar.slip_d)
        yield _("slip of its own: P10 {low}, P50 {middle}, P90 {high}").format(low=low, middle=middle, high=high)


def _planned(plan: PlannedDates | None, calendar: Calendar) -> Iterator[str]:
    """Say the early and late dates in the plan and its float, as `ilrs plan` has them."""
    if plan is None:
        return
    early = (calendar.iso(plan.early_start_d), calendar.iso(plan.early_finish_d))
    late = (_limit(plan.late_start_d, calendar), _limit(plan.late_finish_d, calendar))
    yield _("plan: early {start} to {finish}").format(start=early[0], finish=early[1])
    yield _("plan: late {start} to {finish}").format(start=late[0], finish=late[1])
    total, free = _float_d(plan.total_float_d), _float_d(plan.free_float_d)
    yield _("total float {total}, free float {free}").format(total=total, free=free)
    if math.isfinite(plan.goal_float_d):
        yield _("float to the goals' dates {days}").format(days=_float_d(plan.goal_float_d))
    if plan.critical:
        yield _("critical in the plan")


def _signed(days: float) -> str:
    return f"+{formats.duration(days)}" if days >= 0.5 else formats.duration(days)


def _limit(day_d: float, calendar: Calendar) -> str:
    return calendar.iso(day_d) if math.isfinite(day_d) else formats.NONE


def _float_d(days: float) -> str:
    return formats.days(days + 0.0, 1) if math.isfinite(days) else formats.NONE


def draw_table(bars: tuple[Bar, ...], calendar: Calendar, goal: GoalFinding, count: int) -> Table:
    """Return every row of the chart, history too, with its dates, criticality and float."""

    def date(time_d: float | None) -> str:
        return formats.iso(calendar, time_d) or formats.never_reached()

    rows = tuple(
        (
            bar.name,
            term("title", bar.title),
            term("kind", bar.kind),
            bar.led_by,
            date(bar.start_p50_d),
            date(bar.work_p50_d),
            date(bar.finish_p10_d),
            date(bar.finish_p50_d),
            date(bar.finish_p90_d),
            date(bar.work_nominal_d),
            date(bar.nominal_finish_d),
            f"{bar.reached:.4f}",
            *_criticality(bar, goal, count),
            _("yes") if bar.fact else "",
            *_plan_cells(bar.planned, calendar),
        )
        for bar in bars
    )
    columns = (
        _("subject"),
        _("title"),
        _("kind"),
        _("partner"),
        _("free to start, P50"),
        _("work begins, P50"),
        _("finish P10"),
        _("finish P50"),
        _("finish P90"),
        _("nominal start of work"),
        _("nominal finish"),
        _("finished in"),
        _("criticality"),
        _("low 95 %"),
        _("high 95 %"),
        _("known"),
        _("early start"),
        _("early finish"),
        _("late start"),
        _("late finish"),
        _("total float d"),
        _("free float d"),
        _("critical in the plan"),
    )
    return Table(columns, rows, frozenset({11, 12, 13, 14, 20, 21}))


def _criticality(bar: Bar, goal: GoalFinding, count: int) -> tuple[str, str, str]:
    share = bar.criticality.get(goal.name, 0.0)
    estimate = wilson(round(share * count), count)
    return (f"{share:.4f}", f"{estimate.low:.4f}", f"{estimate.high:.4f}")


def _plan_cells(plan: PlannedDates | None, calendar: Calendar) -> tuple[str, ...]:
    if plan is None:
        return ("",) * 7
    early = (calendar.iso(plan.early_start_d), calendar.iso(plan.early_finish_d))
    late = (_limit(plan.late_start_d, calendar), _limit(plan.late_finish_d, calendar))
    floats = (f"{days:.2f}" if math.isfinite(days) else "" for days in (plan.total_float_d, plan.free_float_d))
    return (*early, *late, *floats, _("yes") if plan.critical else "")
