"""`ilrs plan`: what happens when nothing slips: dates, the planned critical path, and every flight's propellant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json, as_of_option, scenario_options, split_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.campaign.plan import Campaign
    from sim.campaign.sheet import FlightLine, MissionSheet
    from sim.clock import Calendar
    from sim.model.outcome import Outcome, Segment
    from sim.problems import Problem
    from sim.scenario.load import Loaded


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled scenario with its nominal run and the sheets of its flights."""

    campaign: Campaign
    calendar: Calendar
    nominal: Outcome
    sheets: tuple[MissionSheet, ...]
    problems: tuple[Problem, ...]
    """Flights that do not close."""

    def chain(self, goal: str) -> tuple[Segment, ...]:
        """Give the planned chain of a goal."""
        return self.nominal.story.chains[goal] if self.nominal.story is not None else ()

    def path(self, goal: str) -> list[str]:
        """Give the names on the planned critical path of a goal, in order of time."""
        return list(dict.fromkeys(segment.subject for segment in self.chain(goal)))

    def day(self, milestone: int) -> str | None:
        """Give the date of a milestone in the plan, or None when it is not reached."""
        return iso(float(self.nominal.reached_d[milestone]), self.calendar)


@click.command("plan")
@click.argument("file", metavar="FILE")
@click.option("--goal", help="Goal whose critical path is given [default: the first].")
@scenario_options
@as_of_option
@as_json("the plan")
def command(
    file: str, goal: str | None, sets: tuple[str, ...], variants: tuple[str, ...], as_of: str | None, json_: bool
) -> None:
    """Show the plan: every duration as planned, nothing fails, nothing slips.

    FILE is a scenario or the name of a shipped one. For each mission: its legs with their delta-v, and stage by stage
    the propellant left. A flight that does not close never leaves, and is shown with the kilograms it lacks.
    """
    loaded = _load(file, split_names(variants), sets, as_of)
    name = _goal(loaded, goal)
    plan = make_plan(loaded)
    if json_:
        import json

        click.echo(json.dumps(_as_json(plan, name), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        click.echo("\n".join(_as_text(plan, name)))


def _load(file: str, variants: tuple[str, ...], sets: tuple[str, ...], as_of: str | None) -> Loaded:
    """Read a scenario; that a launch is too heavy for its launcher is no error here, but part of what is shown."""
    from sim.problems import ScenarioError
    from sim.scenario.load import Loaded, load_scenario, read_layers
    from sim.scenario.schema import Scenario

    try:
        return load_scenario(file, variants=variants, sets=sets, as_of=as_of)
    except ScenarioError as error:
        if not all(_too_heavy(problem) for problem in error.problems):
            raise
        layered, _, _ = read_layers(file, variants, sets, as_of)
        if layered is None:
            raise
        return Loaded(Scenario.model_validate(layered.values, strict=True), layered, tuple(error.problems))


def _too_heavy(problem: Problem) -> bool:
    from sim.problems import Code

    parts = problem.path.split(".")
    over = problem.code == Code.OVER_CAPACITY and len(parts) == 4 and (parts[0], parts[2]) == ("missions", "launches")
    return over or problem.severity == "warning"


def _goal(loaded: Loaded, name: str | None) -> str:
    from sim.problems import suggest

    goals = loaded.scenario.goals
    if name is not None and name not in goals:
        raise click.BadParameter(f"no goal is called {name[:80]!r}: {suggest(name, goals)}", param_hint="--goal")
    return name or next(iter(goals))


def make_plan(loaded: Loaded) -> Plan:
    """Compile a scenario, flights that do not close included, and run it nominally.

    Raises ScenarioError when something else is wrong with it.
    """
    from sim.campaign.compile import Compiler
    from sim.campaign.sheet import SheetWriter, ground
    from sim.model.simulate import simulate_nominal
    from sim.problems import Code, ScenarioError

    compiler = Compiler(loaded)
    campaign = compiler.compile()
    problems = tuple(compiler.registry.problems)
    if any(problem.code != Code.MASS_OPEN for problem in problems):
        raise ScenarioError(problems)
    nominal = simulate_nominal(campaign)
    sheets = SheetWriter(compiler, campaign, nominal.reached_d, _left_d(campaign, nominal)).write()
    open_ = {sheet.name for sheet in sheets if not sheet.feasible}
    if open_:
        campaign = ground(campaign, open_)
        nominal = simulate_nominal(campaign)
        kept = SheetWriter(compiler, campaign, nominal.reached_d, _left_d(campaign, nominal)).write()
        by_name = {sheet.name: sheet for sheet in sheets}
        sheets = tuple(_unflown(by_name[sheet.name]) if sheet.name in open_ else sheet for sheet in kept)
    return Plan(campaign, compiler.calendar, nominal, sheets, problems)


def iso(day: float, calendar: Calendar) -> str | None:
    """Give a date, or None for infinity."""
    from math import isfinite

    return calendar.iso(day) if isfinite(day) else None


def _left_d(campaign: Campaign, nominal: Outcome) -> dict[str, float]:
    """Give the day on which each stack left the parking orbit in which it gathered."""
    first = {campaign.subjects[plan.subject].name: plan.legs[0] for plan in campaign.missions if plan.legs}
    return {
        move.subject: move.start_d
        for move in (nominal.story.moves if nominal.story is not None else ())
        if move.subject in first
        and (move.origin, move.destination) == (first[move.subject].origin, first[move.subject].destination)
    }


def _unflown(sheet: MissionSheet) -> MissionSheet:
    """Give the sheet of a mission that does not close: it has no dates."""
    from dataclasses import replace
    from math import inf

    flights = tuple(replace(flight, leaves_d=inf) for flight in sheet.flights)
    return replace(sheet, launch_d=inf, arrive_d=inf, flights=flights)


# --- JSON -------------------------------------------------------------------------------------------------------------


def _as_json(plan: Plan, goal: str) -> Mapping[str, object]:
    return {
        "goals": {one.name: plan.day(one.reached) for one in plan.campaign.goals},
        "critical_path": plan.path(goal),
        "missions": {sheet.name: _mission_as_json(sheet, plan.calendar) for sheet in plan.sheets},
    }


def _mission_as_json(sheet: MissionSheet, calendar: Calendar) -> Mapping[str, object]:
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


def _flight_as_json(flight: FlightLine, calendar: Calendar) -> Mapping[str, object]:
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


def _stages_as_json(flight: FlightLine) -> list[dict[str, object]]:
    return [{"stage": left.stage, "propellant_left_kg": left.propellant_left_kg} for left in flight.stages]


def _legs_as_json(flight: FlightLine) -> list[dict[str, object]]:
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
    """Give a number as JSON knows it: None for nan and infinity."""
    from math import isfinite

    return value if isfinite(value) else None


# --- words ------------------------------------------------------------------------------------------------------------


def _as_text(plan: Plan, goal: str) -> Iterator[str]:
    from sim.analysis.story import merge
    from sim.cli.columns import aligned

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
            one[0].cause,
        )
        for one in merge(plan.chain(goal))
    ]
    yield from aligned(("from", "to", "days", "what", "cause"), cells, right=(2,))
    if plan.sheets:
        yield ""
        yield from _missions_as_text(plan)
    for problem in plan.problems:
        yield problem.text()


def _missions_as_text(plan: Plan) -> Iterator[str]:
    from sim.cli.columns import aligned

    head = ("mission", "flight", "on", "leaves", "arrives", "mass kg", "launcher margin kg", "delta-v m/s", "left kg")
    rows = [row for sheet in plan.sheets for row in _mission_rows(sheet, plan.calendar)]
    yield from aligned((*head, ""), rows, right=(5, 6, 7, 8))
    yield ""
    yield "Delta-v is what the spacecraft burns; left is propellant at the end, a negative figure what is missing."


def _mission_rows(sheet: MissionSheet, calendar: Calendar) -> Iterator[tuple[str, ...]]:
    """Give a row for each flight with its sums, and below it one for each leg and each stage."""
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
