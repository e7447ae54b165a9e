"""A plan of ours as a table (CSV) and as a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator
from typing import Final

from sim.interchange.foreign import Link
from sim.interchange.out_plan import OutActivity, OutPlan
from sim.interchange.plan_draft import one_line, slug
from sim.interchange.weeks import DAY_MIN

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "id", "name", "wbs", "duration", "optimistic", "most_likely", "pessimistic", "calendar", "predecessors",
    "constraint", "constraint_date", "deadline", "actual_start", "actual_finish", "remaining", "resources",
    "plan_start", "plan_finish", "p50_finish", "p80_finish", "total_float", "critical", "criticality",
)  # fmt: skip


def csv_bytes(plan: OutPlan) -> bytes:
    """Return a plan as a table in UTF-8; text that a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in plan.activities:
        writer.writerow([_harmless(cell) for cell in plan_row(plan, one)])
    return text.getvalue().encode()


def _harmless(cell: object) -> str:
    text = (
        "" if cell is None else cell.isoformat(timespec="minutes") if isinstance(cell, datetime.datetime) else str(cell)
    )
    is_number = isinstance(cell, int | float)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def plan_row(plan: OutPlan, one: OutActivity) -> list[object]:
    """Return the cells of an activity, one for each of the columns."""
    kind, at = _constraint(one)
    points = [_length(plan, one, minutes) for minutes in one.points_min] if one.points_min else [None] * 3
    return [
        one.code or one.name,
        one_line(one.title, 200),
        plan.groups[one.group][0] if one.group in plan.groups else "",
        _length(plan, one, one.duration_min),
        *points,
        one.calendar or "round-the-clock",
        ", ".join(_link(plan, one, at_) for at_ in range(len(one.needs))),
        kind,
        at,
        one.bounds.get("by"),
        one.started,
        one.done,
        _length(plan, one, one.remaining_min) if one.remaining_min is not None else None,
        "; ".join(f"{plan.resources[name][0]} {units}" for name, units in one.uses.items()),
        one.start,
        one.finish,
        *(pair[1] if pair is not None else None for pair in one.likely),
        round(one.total_float_d, 4) if one.total_float_d is not None else None,
        "yes" if one.critical else "no",
        round(one.criticality, 4) if one.criticality is not None else None,
    ]


def _length(plan: OutPlan, one: OutActivity, minutes: float) -> str:
    if not one.calendar:
        return f"{minutes / DAY_MIN:.6g}ed"
    return f"{minutes / plan.calendars[one.calendar].day_min:.6g}d"


def _link(plan: OutPlan, one: OutActivity, number: int) -> str:
    relation = one.needs[number]
    codes = {other.name: other.code or other.name for other in plan.activities}
    said = codes.get(relation.before, relation.before)
    if relation.link is not Link.FS or relation.lag_min:
        said += relation.link.value
    if relation.lag_min:
        day_min = plan.calendars[plan.working].day_min if plan.working in plan.calendars else 480.0
        value = relation.lag_min / (DAY_MIN if relation.elapsed else day_min)
        said += f"{value:+.6g}{'ed' if relation.elapsed else 'd'}"
    return said


def _constraint(one: OutActivity) -> tuple[str, datetime.datetime | None]:
    bounds = one.bounds
    if "not_before" in bounds and bounds["not_before"] == bounds.get("start_by"):
        return "MSO", bounds["not_before"]
    for kind, key in (("SNET", "not_before"), ("FNET", "not_done_before"), ("SNLT", "start_by")):
        if key in bounds:
            return kind, bounds[key]
    return "", None


# --- iCalendar --------------------------------------------------------------------------------------------------------


def ics_bytes(plan: OutPlan) -> bytes:
    """Return milestones, launches and goals as a calendar of days, lines folded at 75 octets."""
    stamp = (plan.as_of or plan.start).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ilrs//plan//EN", f"X-WR-CALNAME:{_escaped(plan.scenario)}"]
    for one in plan.activities:
        if one.finish is not None and (one.duration_min == 0.0 or one.kind == "mission"):
            launch = one.kind == "mission"
            at = one.start if launch and one.start else one.finish
            late = [pair[0 if launch else 1] if pair else None for pair in one.likely]
            what = "launch" if launch else "done"
            lines += _event(
                plan, stamp, f"{one.name}.{what}", one.title, at, late, certain=one.done is not None, what=one.kind
            )
    for goal in plan.goals:
        reached = goal.likely[0] or goal.plan
        if reached is not None:
            lines += _event(plan, stamp, f"{goal.name}.reached", goal.title, goal.plan or reached, list(goal.likely),
                            certain=False, what="goal")  # fmt: skip
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line)).encode()


def _event(
    plan: OutPlan,
    stamp: str,
    event: str,
    title: str,
    planned: datetime.datetime,
    late: list[datetime.datetime | None],
    *,
    certain: bool,
    what: str,
) -> Iterator[str]:
    """Yield the lines of an event on the day of its P50, or of the plan where nothing was run."""
    at, which = (late[0], "P50") if late and late[0] is not None else (planned, "plan")
    day = at.date()
    told = [f"plan {planned.date()}"]
    told += [f"{name} {one.date()}" for name, one in zip(("P50", "P80"), late, strict=False) if one is not None]
    yield "BEGIN:VEVENT"
    yield f"UID:{event}@{slug(plan.scenario) or 'plan'}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + datetime.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(one_line(title, 200))} ({'done' if certain else which})"
    yield f"DESCRIPTION:{_escaped('; '.join([*told, plan.run]))}"
    yield f"STATUS:{'CONFIRMED' if certain else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield f"CATEGORIES:{what.upper()}"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, each but the first with a blank in front."""
    part, size, first = "", 0, True
    for letter in line:
        width = len(letter.encode())
        if size + width > (75 if first else 74):
            yield part if first else f" {part}"
            part, size, first = "", 0, False
        part += letter
        size += width
    yield part if first else f" {part}"
