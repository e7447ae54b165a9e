"""Early and late dates, float and the driving need of everything in a plan: activities, flights, elements and goals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from sim.analysis.outline import Outline
from sim.campaign.floats import Float, FloatBar, Floats
from sim.campaign.placing import Placed
from sim.campaign.plan import (
    Campaign,
    ElementPlan,
    GoalPlan,
    LinkPlan,
    MissionPlan,
    PlannedDates,
    SchedulePlan,
    TankPlan,
)
from sim.campaign.scheduling import bar_of, planned_lag
from sim.model.sample import Sample
from sim.model.simulate import simulate_nominal
from sim.worktime import DAY_MIN


@dataclass(frozen=True, slots=True)
class FloatRow:
    """One line of the table; days since the calendar's start, infinite where it is not reached."""

    name: str
    kind: str
    """activity, mission, element or goal."""
    start_d: float
    end_d: float
    late: Float | None
    """None when it is not reached in the plan."""
    driven_by: str
    """The need that sets its start, or its end; empty when its own dates do."""
    day_h: float
    """Hours of a day of its calendar, in which its floats count."""
    fact: bool

    @property
    def critical(self) -> bool:
        """Whether it is still to come and cannot be later without harm."""
        return self.late is not None and not self.fact and self.late.critical


def float_table(campaign: Campaign, nominal: Sample) -> list[FloatRow]:
    """Return the table of a plan from its nominal run, which is flown anew where it was flown without a schedule."""
    if campaign.schedule is not None:
        return _Table(campaign, campaign.schedule, nominal).rows()
    if campaign.timetable is None:
        return []
    timed = replace(campaign, schedule=campaign.timetable)
    return _Table(timed, campaign.timetable, simulate_nominal(timed)).rows()


def with_floats(outline: Outline, rows: Sequence[FloatRow]) -> Outline:
    """Return an outline whose subjects know their early and late dates in the plan."""
    known = {(row.kind, row.name): row for row in rows}
    alike = {"station": "element"}
    subjects = (
        replace(one, planned=_planned(known.get((alike.get(one.kind, one.kind), one.name)))) for one in outline.subjects
    )
    return replace(outline, subjects=tuple(subjects))


def _planned(row: FloatRow | None) -> PlannedDates | None:
    """Return the dates of a row; None for what is known, and for what is not reached."""
    if row is None or row.late is None or row.fact:
        return None
    late = row.late
    return PlannedDates(
        float(row.start_d),
        float(row.end_d),
        late.late_start_d,
        late.late_end_d,
        late.total_d,
        late.free_d,
        row.critical,
        late.goal_d,
    )


class _Table:
    def __init__(self, campaign: Campaign, schedule: SchedulePlan, nominal: Sample) -> None:
        self._campaign, self._schedule = campaign, schedule
        self._reached_d = [float(day) for day in nominal.reached_d]
        self._placed: Mapping[int, Placed] = nominal.placed
        self._bars: list[FloatBar] = []
        self._kinds: list[str] = []
        self._drivers: list[str] = []
        for number in range(len(schedule.works)):
            self._add_work(number)
        for mission in campaign.missions:
            if not mission.reserve:
                self._add_mission(mission)
        for element in campaign.elements:
            self._add_element(element)
        for tank in campaign.tanks:
            if tank.filled >= 0:
                self._add_tank(tank)
        self._goals = {len(self._bars) + number: _end_of_day(goal) for number, goal in enumerate(campaign.goals)}
        for goal in campaign.goals:
            self._add_goal(goal)

    def rows(self) -> list[FloatRow]:
        known = [number for number, bar in enumerate(self._bars) if isfinite(bar.end_d) and isfinite(bar.start_d)]
        bars = [self._bars[number] for number in known]
        ends = [
            bar.end_d for bar, number in zip(bars, known, strict=True) if self._kinds[number] in ("activity", "goal")
        ]
        goals = {new: self._goals[old] for new, old in enumerate(known) if old in self._goals}
        floats = Floats(bars, self._schedule, planned_lag, max(ends, default=0.0), goals)
        found = {old: floats.of(new) for new, old in enumerate(known)}
        return [
            FloatRow(
                bar.name, kind, bar.start_d, bar.end_d, found.get(number), driver, bar.day_min / 60.0, bar.fact
            )
            for number, (bar, kind, driver) in enumerate(zip(self._bars, self._kinds, self._drivers, strict=True))
            if kind != "tank"
        ]  # fmt: skip

    def _add(self, bar: FloatBar, kind: str, driver: str) -> None:
        self._bars.append(bar)
        self._kinds.append(kind)
        self._drivers.append(driver)

    def _add_work(self, number: int) -> None:
        one, placed = self._schedule.works[number], self._placed.get(number)
        since_d = one.since_d if one.begun else placed.start_d if placed is not None else inf
        end_d = one.done_d if one.fact else self._reached_d[one.done]
        driver = ""
        if placed is not None and placed.holder >= 0:
            driver = f"{self._schedule.works[placed.holder].name} (resource)"
        elif placed is not None and placed.driver is not None and self._drives(placed):
            driver = placed.driver.said
        goes_on_d = placed.start_d if placed is not None else inf
        self._add(bar_of(self._schedule, number, since_d, end_d, goes_on_d), "activity", driver)

    @staticmethod
    def _drives(placed: Placed) -> bool:
        """Whether a relation, and not a date of its own, set where an activity lies."""
        return placed.by_end or placed.ready_d <= placed.needs_d

    def _add_mission(self, plan: MissionPlan) -> None:
        launchers = [self._campaign.launchers[launch.launcher] for launch in plan.launches]
        ready_d = min((one.integration.nominal for one in launchers), default=0.0)
        fact = plan.flown_launch_d < inf
        events = [plan.launched, plan.arrived, plan.returned, plan.stayed, *(step.done for step in plan.operations)]
        events += [event for one in plan.launches for event in (one.launched, one.arrived)]
        needs = () if fact else tuple({*plan.needs, *(need for one in plan.launches for need in one.needs)})
        own = self._days(events)
        start_d = min(own.values(), default=inf)
        shortest = {need: min(ready_d, start_d - self._reached_d[need]) for need in needs}
        bar = self._flat(plan.subject, start_d, self._reached_d[plan.arrived], own, needs, shortest)
        bar.fact = fact
        self._add(bar, "mission", self._last(needs))

    def _add_element(self, plan: ElementPlan) -> None:
        needs = tuple(dict.fromkeys((*plan.delivered, *plan.needs)))
        start_d = max((self._reached_d[need] for need in needs), default=0.0)
        own = self._days([plan.operational])
        bar = self._flat(plan.subject, start_d, self._reached_d[plan.operational], own, needs, {})
        self._add(bar, "element", self._last(needs))

    def _add_tank(self, plan: TankPlan) -> None:
        needs = tuple({*plan.needs, plan.operational, *(plan.launch.needs if plan.launch is not None else ())} - {-1})
        start_d = max((self._reached_d[need] for need in needs), default=0.0)
        own = self._days([plan.filled])
        self._add(self._flat(plan.subject, start_d, self._reached_d[plan.filled], own, needs, {}), "tank", "")

    def _add_goal(self, plan: GoalPlan) -> None:
        day = self._reached_d[plan.reached]
        own = self._days([plan.reached])
        self._add(self._flat(plan.subject, day, day, own, plan.needs, {}), "goal", self._last(plan.needs))

    def _flat(
        self,
        subject: int,
        start_d: float,
        end_d: float,
        events: Mapping[int, float],
        needs: Iterable[int],
        shortest_d: Mapping[int, float],
    ) -> FloatBar:
        name = self._campaign.subjects[subject].name
        links = tuple(LinkPlan(need, self._campaign.milestones[need].name) for need in needs)
        minutes = (end_d - start_d) * DAY_MIN
        return FloatBar(
            name, start_d, end_d, events, needs=links, minutes=minutes, flat=True, shortest_d=shortest_d
        )  # fmt: skip

    def _days(self, events: Sequence[int]) -> dict[int, float]:
        days = {event: self._reached_d[event] for event in events if event >= 0}
        return {event: day for event, day in days.items() if isfinite(day)}

    def _last(self, needs: Sequence[int]) -> str:
        """Return the name of the last of some needs, empty where there are none."""
        last = max(needs, key=lambda need: self._reached_d[need], default=-1)
        return self._campaign.milestones[last].name if last >= 0 else ""


def _end_of_day(goal: GoalPlan) -> float:
    """Return the end of the day by which a goal is wanted, to the minute."""
    return round(goal.by_d * DAY_MIN) / DAY_MIN
