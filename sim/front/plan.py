"""The plan: what happens when nothing slips: dates, the planned critical path, and the sheet of every flight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sim.front.arguments import ArgumentError, Day, Values, day_of, names_of, settings_of
from sim.problems import counted, suggest

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.float_table import FloatRow
    from sim.campaign.plan import Campaign
    from sim.campaign.sheet import MissionSheet
    from sim.clock import Calendar
    from sim.model.sample import Sample
    from sim.model.tracing import Segment
    from sim.problems import Problem
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Activity, Scenario


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """A compiled scenario with its nominal run and the sheets of its flights."""

    campaign: Campaign
    calendar: Calendar
    nominal: Sample
    sheets: tuple[MissionSheet, ...]
    problems: tuple[Problem, ...]
    """Flights that do not close."""
    warnings: tuple[Problem, ...] = ()
    """What is not wrong, but worth a look."""
    floats: tuple[FloatRow, ...] = ()
    """Early and late dates and float of everything in the plan."""
    scenario: Scenario | None = None
    """What it is the plan of."""

    def chain(self, goal: str) -> tuple[Segment, ...]:
        """Return the planned chain of a goal."""
        return self.nominal.trace.chains[goal] if self.nominal.trace is not None else ()

    def stretches(self, goal: str) -> list[list[Segment]]:
        """Return the planned chain of a goal, neighbours of one subject and cause together."""
        from sim.analysis.story import merge

        return [list(one) for one in merge(self.chain(goal))]

    def path(self, goal: str) -> list[str]:
        """Return the names on the planned critical path of a goal, in order of time."""
        return list(dict.fromkeys(segment.subject for segment in self.chain(goal)))

    def day(self, milestone: int) -> str | None:
        """Return the date of a milestone in the plan, or None when it is not reached."""
        return iso(float(self.nominal.reached_d[milestone]), self.calendar)

    @property
    def labels(self) -> Mapping[str, Activity]:
        """What the scenario says of each activity: its title, its code, its group."""
        return self.scenario.activities if self.scenario is not None else {}

    def moment(self, day: float) -> str:
        """Return a day as a table shows it, to the minute where work has hours; `-` when it never comes."""
        schedule = self.campaign.schedule
        hours = schedule is not None and any(one.day_min < 1440.0 for one in schedule.calendars)
        text = minute(day, self.calendar) if hours else iso(day, self.calendar)
        return (text or "-").replace("T", " ")

    def groups(self) -> dict[str, list[FloatRow]]:
        """Return the rows of the activities in each group, by the planner's code of the group or its name."""
        from sim.scenario.working import group_members

        scenario = self.scenario
        if scenario is None:
            return {}
        rows = {row.name: row for row in self.floats if row.kind == "activity"}
        members = {name: inside for name, inside in group_members(scenario).items() if inside}
        return {scenario.groups[name].code or name: [rows[one] for one in inside] for name, inside in members.items()}

    def goal_called(self, name: str | None) -> str:
        """Return the name of a goal that is asked for, or of the first; raises ArgumentError."""
        names = [goal.name for goal in self.campaign.goals]
        if name is not None and name not in names:
            raise ArgumentError("goal", f"no goal is called {name[:80]!r}: {suggest(name, names)}")
        return name or names[0]

    @property
    def goals(self) -> pd.DataFrame:
        """A row for each goal: the date it is wanted by, and the one in the plan."""
        import numpy as np

        from sim.front.data_frames import TableColumn, days_of, frame_of

        goals, start = self.campaign.goals, self.calendar.start
        by_d = np.array([goal.by_d for goal in goals], dtype=np.float64)
        plan_d = np.array([self.nominal.reached_d[goal.reached] for goal in goals], dtype=np.float64)
        fields = [
            TableColumn(("goal",), [goal.name for goal in goals]),
            *(TableColumn(("by",), days_of(start, by_d)), TableColumn(("by_d",), by_d)),
            *(TableColumn(("plan",), days_of(start, plan_d)), TableColumn(("plan_d",), plan_d)),
        ]
        return frame_of(fields, "goal")

    @property
    def flights(self) -> pd.DataFrame:
        """A row for each flight: mission, launcher, dates, mass, margins and delta-v; not a number where unknown."""
        import numpy as np
        import pandas as pd

        from sim.front.data_frames import dates_of

        rows = [(sheet, flight) for sheet in self.sheets for flight in sheet.flights]
        start = self.calendar.start
        leaves_d, arrive_d = (
            np.array(days, dtype=np.float64)
            for days in ([flight.leaves_d for _, flight in rows], [sheet.arrive_d for sheet, _ in rows])
        )
        columns = {
            "mission": [sheet.name for sheet, _ in rows],
            "flight": [flight.name for _, flight in rows],
            "launcher": [flight.launcher for _, flight in rows],
            "leaves": dates_of(start, leaves_d),
            "leaves_d": leaves_d,
            "arrives": dates_of(start, arrive_d),
            "arrives_d": arrive_d,
            "mass_kg": [flight.mass_kg for _, flight in rows],
            "launcher_margin_kg": [flight.capacity_margin_kg for _, flight in rows],
            "propellant_margin_kg": [flight.propellant_margin_kg for _, flight in rows],
            "dv_m_s": [sum(leg.dv_m_s for leg in flight.legs) for _, flight in rows],
            "closes": [flight.margin_kg >= 0.0 for _, flight in rows],
        }
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        goals = ", ".join(f"{one.name} {self.day(one.reached) or 'not reached'}" for one in self.campaign.goals)
        open_ = f"; {counted(len(self.problems), 'flight')} not closed" if self.problems else ""
        return f"<ilrs.Plan {self.campaign.scenario}: {goals}{open_}>"

    def _repr_html_(self) -> str:
        from sim.front.data_frames import html_of

        return f"<p>{escape(repr(self)[1:-1])}</p>{html_of(self.goals)}{html_of(self.flights)}"


def plan_of(
    file: str | Path,
    variant: str | Iterable[str] = (),
    set: Values | None = None,  # noqa: A002
    *,
    as_of: Day | None = None,
) -> Plan:
    """Return the plan of a scenario, also of one with launches too heavy for their launcher, which then never leave.

    Raises:
        ScenarioError: when something else is wrong with it.
    """
    return make_plan(_load(file, names_of(variant), settings_of(set), day_of(as_of)))


def make_plan(loaded: Loaded) -> Plan:
    """Compile a scenario, flights that do not close included, and run it nominally.

    Raises ScenarioError when something else is wrong with it.
    """
    from sim.analysis.float_table import float_table
    from sim.campaign.compile import compile_all
    from sim.campaign.sheet import SheetWriter, ground
    from sim.model.simulate import simulate_nominal
    from sim.model.tracing import days_left
    from sim.problems import Code, ScenarioError

    compiled = compile_all(loaded)
    campaign, problems = compiled.campaign, compiled.problems
    if any(problem.code != Code.MASS_OPEN for problem in problems):
        raise ScenarioError(problems)
    nominal = simulate_nominal(campaign)
    sheets = SheetWriter(loaded.scenario, campaign, nominal.reached_d, days_left(campaign, nominal.trace)).write()
    open_ = {sheet.name for sheet in sheets if not sheet.feasible}
    if open_:
        campaign = ground(campaign, open_)
        nominal = simulate_nominal(campaign)
        kept = SheetWriter(loaded.scenario, campaign, nominal.reached_d, days_left(campaign, nominal.trace)).write()
        by_name = {sheet.name: sheet for sheet in sheets}
        sheets = tuple(_unflown(by_name[sheet.name]) if sheet.name in open_ else sheet for sheet in kept)
    rows = tuple(float_table(campaign, nominal))
    calendar, scenario = compiled.context.index.calendar, loaded.scenario
    return Plan(campaign, calendar, nominal, sheets, problems, loaded.warnings, rows, scenario)


def minute(day: float, calendar: Calendar) -> str | None:
    """Return a moment to the minute, `2031-03-03T08:00`, or None for infinity."""
    from datetime import timedelta
    from math import isfinite

    if not isfinite(day):
        return None
    return (calendar.start + timedelta(minutes=round(day * 1440))).isoformat(timespec="minutes")


def iso(day: float, calendar: Calendar) -> str | None:
    """Return a date, or None for infinity."""
    from math import isfinite

    return calendar.iso(day) if isfinite(day) else None


def _load(file: str | Path, variants: tuple[str, ...], sets: tuple[str, ...], as_of: str | None) -> Loaded:
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


def _unflown(sheet: MissionSheet) -> MissionSheet:
    """Return the sheet of a mission that does not close: it has no dates."""
    from math import inf

    flights = tuple(replace(flight, leaves_d=inf) for flight in sheet.flights)
    return replace(sheet, launch_d=inf, arrive_d=inf, flights=flights)
