"""`ilrs plan`: what happens when nothing slips: dates, the planned critical path, and every flight's propellant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.options import arguments_as_options, as_json, model_options, split_names, told_of_warnings
from sim.cli.printing import aligned, print_json, say_cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.analysis.float_table import FloatRow
    from sim.campaign.sheet import MissionSheet, SheetLine
    from sim.clock import Calendar
    from sim.front.plan import Plan


@click.command("plan")
@click.argument("file", metavar="FILE")
@click.option("--goal", help="Goal whose critical path is given [default: the first].")
@model_options
@as_json("the plan")
def command(
    file: str, goal: str | None, sets: tuple[str, ...], variants: tuple[str, ...], as_of: str | None, json_: bool
) -> None:
    """Show the plan: every duration as planned, nothing fails, nothing slips.

    FILE is a scenario or the name of a shipped one. For each mission: its legs with their delta-v, and stage by stage
    the propellant left. A flight that does not close never leaves, and is shown with the kilograms it lacks.
    """
    from sim.front.plan import plan_of

    plan = plan_of(file, split_names(variants), sets, as_of=as_of)
    with arguments_as_options():
        name = plan.goal_called(goal)
    if json_:
        print_json(_as_json(plan, name))
    else:
        click.echo("\n".join(_as_text(plan, name)))
        if plan.warnings:
            click.echo(told_of_warnings(len(plan.warnings), file, as_of), err=True)


# --- JSON -------------------------------------------------------------------------------------------------------------


def _as_json(plan: Plan, goal: str) -> Mapping[str, object]:
    rows = {(row.kind, row.name): row for row in plan.floats}
    works = [row for row in plan.floats if row.kind == "activity"]
    goals = [rows["goal", one.name] for one in plan.campaign.goals if ("goal", one.name) in rows]
    return {
        "goals": {one.name: plan.day(one.reached) for one in plan.campaign.goals},
        "goal_floats": {row.name: _whole(row.late.goal_d) if row.late is not None else None for row in goals},
        "critical_path": plan.path(goal),
        "activities": {_key(plan, row): _labels(plan, row) | _dates_as_json(plan, row) for row in works},
        "groups": {name: _group_as_json(plan, rows_) for name, rows_ in plan.groups().items()},
        "elements": {row.name: _dates_as_json(plan, row) for row in plan.floats if row.kind == "element"},
        "missions": {
            sheet.name: {
                **_mission_as_json(sheet, plan.calendar),
                **(_dates_as_json(plan, rows["mission", sheet.name]) if ("mission", sheet.name) in rows else {}),
            }
            for sheet in plan.sheets
        },
    }


def _key(plan: Plan, row: FloatRow) -> str:
    """Return the planner's code of an activity, or its name."""
    return plan.labels[row.name].code or row.name


def _labels(plan: Plan, row: FloatRow) -> dict[str, object]:
    label = plan.labels[row.name]
    return {"name": row.name, "title": label.title, "group": label.group}


def _dates_as_json(plan: Plan, row: FloatRow) -> dict[str, object]:
    from math import inf

    from sim.front.plan import minute

    late = row.late
    return {
        "early_start": minute(row.start_d, plan.calendar),
        "early_finish": minute(row.end_d, plan.calendar),
        "late_start": minute(late.late_start_d if late is not None else inf, plan.calendar),
        "late_finish": minute(late.late_end_d if late is not None else inf, plan.calendar),
        "total_float_d": _whole(late.total_d) if late is not None else None,
        "free_float_d": _whole(late.free_d) if late is not None else None,
        "goal_float_d": _whole(late.goal_d) if late is not None else None,
        "critical": row.critical,
        "driven_by": row.driven_by or None,
        "day_h": row.day_h,
    }


def _group_as_json(plan: Plan, rows: list[FloatRow]) -> dict[str, object]:
    from sim.front.plan import minute

    return {
        "early_start": minute(min(row.start_d for row in rows), plan.calendar),
        "early_finish": minute(max(row.end_d for row in rows), plan.calendar),
    }


def _whole(days: float) -> float | None:
    """Return days without the noise of floats, None where there are none."""
    return _number(round(days, 6) + 0.0)


def _mission_as_json(sheet: MissionSheet, calendar: Calendar) -> Mapping[str, object]:
    from sim.front.plan import iso

    several = len(sheet.flights) > 1
    joined = [flight for flight in sheet.flights if not flight.launcher] or sheet.flights
    return {
        "launch": iso(sheet.launch_d, calendar),
        "arrive": iso(sheet.arrive_d, calendar),
        "flown": sheet.flown,
        "feasible": sheet.feasible,
        "margin_kg": _number(sheet.margin_kg),
        "mass_at_launch_kg": sheet.mass_kg,
        "stages": [stage for flight in joined for stage in _stages_as_json(flight)],
        "legs": [
            {**({"flight": flight.name} if several else {}), **leg}
            for flight in sheet.flights
            for leg in _legs_as_json(flight)
        ],
        "launches": {flight.name: _flight_as_json(flight, calendar) for flight in sheet.flights},
    }


def _flight_as_json(flight: SheetLine, calendar: Calendar) -> Mapping[str, object]:
    from sim.front.plan import iso

    return {
        "launcher": flight.launcher or None,
        "launch": iso(flight.leaves_d, calendar),
        "mass_kg": flight.mass_kg,
        "margin_kg": _number(flight.margin_kg),
        "launcher_margin_kg": _number(flight.capacity_margin_kg),
        "propellant_margin_kg": _number(flight.propellant_margin_kg),
        "launcher_dv_m_s": _number(flight.launcher_dv_m_s),
        "stages": _stages_as_json(flight),
    }


def _stages_as_json(flight: SheetLine) -> list[dict[str, object]]:
    return [{"stage": left.stage, "propellant_left_kg": left.propellant_left_kg} for left in flight.stages]


def _legs_as_json(flight: SheetLine) -> list[dict[str, object]]:
    return [
        {
            "leg": leg.leg,
            "from": leg.origin,
            "to": leg.destination,
            "dv_m_s": _number(leg.dv_m_s),
            "burns": [{"about": burn.about, "dv_m_s": _number(burn.dv_m_s)} for burn in leg.burns],
        }
        for leg in flight.legs
    ]


def _number(value: float) -> float | None:
    """Return a number as JSON knows it: None for nan and infinity."""
    from math import isfinite

    return value if isfinite(value) else None


# --- words ------------------------------------------------------------------------------------------------------------


def _as_text(plan: Plan, goal: str) -> Iterator[str]:
    campaign, calendar = plan.campaign, plan.calendar
    yield f"{campaign.scenario}: the plan, if nothing slips and nothing fails"
    yield ""
    rows = [(one.name, calendar.iso(one.by_d), plan.day(one.reached) or "not reached") for one in campaign.goals]
    yield from aligned(("goal", "wanted by", "plan"), rows)
    yield ""
    yield f"Critical path of {goal}"
    cells = [
        (
            calendar.iso(one[0].start_d),
            calendar.iso(one[-1].end_d),
            f"{sum(part.end_d - part.start_d for part in one):,.1f}",
            one[0].subject,
            say_cause(one[0].cause),
        )
        for one in plan.stretches(goal)
    ]
    yield from aligned(("from", "to", "days", "what", "cause"), cells, right=(2,))
    if plan.floats:
        yield ""
        yield from _floats_as_text(plan)
    if plan.sheets:
        yield ""
        yield from _missions_as_text(plan)
    for problem in plan.problems:
        yield problem.text()


def _floats_as_text(plan: Plan) -> Iterator[str]:
    """Return a row for each activity, flight, element and goal, in order of time; `*` marks what is critical."""
    head = ("", "what", "starts", "ends", "ends by", "float d", "free d", "to goal d", "waits for", "")
    rows = sorted(plan.floats, key=lambda row: (row.start_d, row.end_d))
    yield from aligned(head, [_float_cells(plan, row) for row in rows], right=(5, 6, 7))
    yield ""
    yield "Float is how much later it can be before the end of the plan moves, free float before anything else does,"
    yield "to goal before a goal misses its date; in days of the activity's own calendar. * is critical."
    if any(row.kind == "mission" for row in plan.floats):
        yield "That of a mission takes no heed of windows, pads and production, which may cost more when it moves."


def _float_cells(plan: Plan, row: FloatRow) -> tuple[str, ...]:
    from math import inf, isfinite

    late, activity = row.late, row.kind == "activity"
    days = ["done", "", ""] if row.fact else ["-", "-", "-"]
    if late is not None and not row.fact:
        days = [f"{days:,.1f}" if isfinite(days) else "-" for days in (late.total_d, late.free_d, late.goal_d)]
    title = plan.labels[row.name].title if activity else None
    return (
        "*" if row.critical else "",
        _key(plan, row) if activity else row.name,
        plan.moment(row.start_d),
        plan.moment(row.end_d),
        plan.moment(late.late_end_d if late is not None else inf),
        *days,
        row.driven_by,
        title or ("" if activity else row.kind),
    )


def _missions_as_text(plan: Plan) -> Iterator[str]:
    head = ("mission", "flight", "on", "leaves", "arrives", "mass kg", "launcher margin kg", "delta-v m/s", "left kg")
    rows = [row for sheet in plan.sheets for row in _mission_rows(sheet, plan.calendar)]
    yield from aligned((*head, ""), rows, right=(5, 6, 7, 8))
    yield ""
    yield "Delta-v is what the spacecraft burns; left is propellant at the end, a negative figure what is missing."


def _mission_rows(sheet: MissionSheet, calendar: Calendar) -> Iterator[tuple[str, ...]]:
    """Return a row for each flight with its sums, and below it one for each leg and each stage."""
    from sim.front.plan import iso

    leaves, arrives = iso(sheet.launch_d, calendar) or "-", iso(sheet.arrive_d, calendar) or "-"
    if not sheet.flights:
        mass = f"{sheet.mass_kg:,.0f}" if sheet.mass_kg else "-"
        yield sheet.name, "", "", leaves, arrives, mass, "-", "-", "-", "flown" if sheet.flown else ""
    for number, flight in enumerate(sheet.flights):
        yield (
            sheet.name if number == 0 else "",
            flight.name,
            flight.launcher,
            iso(flight.leaves_d, calendar) or "-",
            arrives if number == len(sheet.flights) - 1 else "",
            f"{flight.mass_kg:,.0f}",
            _figure(flight.capacity_margin_kg),
            _figure(sum(leg.dv_m_s for leg in flight.legs)),
            _figure(flight.propellant_margin_kg),
            "does not close" if flight.margin_kg < 0.0 else "",
        )
        for leg in flight.legs:
            yield "", f"  {leg.leg}", "", "", "", "", "", _figure(leg.dv_m_s), "", ""
        for left in flight.stages:
            yield "", f"  {left.stage}", "", "", "", "", "", "", _figure(left.propellant_left_kg), ""


def _figure(value: float) -> str:
    from math import isfinite

    return f"{value:,.0f}" if isfinite(value) else "-"
