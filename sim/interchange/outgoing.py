"""A plan of ours as other tools want it: activities with their dates, links, calendars and quantiles."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from sim.analysis.estimates import quantiles, wilson
from sim.analysis.float_table import FloatRow
from sim.campaign.plan import Campaign, Floats, ManifestEntry
from sim.chance import Distribution
from sim.clock import Calendar
from sim.interchange.foreign import Link, Relation
from sim.interchange.out_plan import Moment, OutActivity, OutCalendar, OutGoal, OutLaunch, OutPlan
from sim.interchange.weeks import Day
from sim.model.sample import Sample
from sim.scenario.measures import EPOCH
from sim.scenario.provenance import Figure
from sim.scenario.relations import Lagged
from sim.scenario.schema import Activity, Goal, Scenario
from sim.scenario.values import DateDistribution, WorkTime
from sim.scenario.working import USUAL, Working, hours_of
from sim.worktime import DAY_MIN, WorkCalendar

QUANTILES: Final = (0.5, 0.8)
_BOUNDS: Final = ("not_before", "start_by", "not_done_before", "by")


@dataclass(frozen=True, slots=True)
class OutSource:
    """What a plan is made of: the scenario, its table of floats, the nominal run and, where there is one, the runs."""

    scenario: Scenario
    campaign: Campaign
    calendar: Calendar
    rows: Sequence[FloatRow]
    nominal: Sample
    run: str
    runs: Sample | None
    assumptions: Sequence[Figure] = ()

    def milestones(self) -> dict[str, int]:
        """Return the milestone at which each thing is done, by name, and the launch of each `MISSION.launched`."""
        campaign = self.campaign
        missions = {campaign.subjects[one.subject].name: one for one in campaign.missions}
        found = {goal.name: goal.reached for goal in campaign.goals}
        found |= {name: one.arrived for name, one in missions.items()}
        found |= {f"{name}.launched": one.launched for name, one in missions.items()}
        found |= {campaign.subjects[one.subject].name: one.operational for one in campaign.elements}
        return found | {one.name: one.done for one in (campaign.schedule.works if campaign.schedule else ())}

    def days(self, milestone: int) -> Floats | None:
        """Return the day on which a milestone was reached in each replication; None without a run."""
        if self.runs is None or not 0 <= milestone < self.runs.reached_d.shape[1]:
            return None
        days: Floats = self.runs.reached_d[:, milestone]
        return days

    def criticality(self) -> dict[str, float]:
        """Return the share of replications in which each thing lies on the chain that dates a goal, by name."""
        if self.runs is None:
            return {}
        shares = self.runs.on_chain.any(axis=1).mean(axis=0)
        return {one.name: float(share) for one, share in zip(self.campaign.subjects, shares, strict=True)}


def outgoing(source: OutSource) -> OutPlan:
    """Return the plan that a source tells."""
    return _Outgoing(source).plan()


class _Outgoing:
    def __init__(self, source: OutSource) -> None:
        self.source = source
        self.scenario = source.scenario
        self.working = Working(source.scenario)
        self.criticality = source.criticality()
        self.ends = source.milestones()

    def plan(self) -> OutPlan:
        scenario = self.scenario
        used = {self._calendar_name(one) for one in scenario.activities.values()} | {scenario.calendar.working or ""}
        return OutPlan(
            scenario.name or "plan",
            scenario.about or "",
            self.source.run,
            self._moment(0.0) or datetime.datetime.min,
            scenario.calendar.as_of,
            scenario.calendar.working or "",
            tuple(self._line(row) for row in self.source.rows if row.kind != "goal"),
            {name: self._calendar(name) for name in sorted(used - {""})},
            {name: (one.title or name, one.code or "", one.group or "") for name, one in scenario.groups.items()},
            {name: (one.title or name, _capacity(one.capacity)) for name, one in scenario.resources.items()},
            tuple(self._goal(name, goal) for name, goal in scenario.goals.items()),
            tuple(self._launch(one) for one in self.source.campaign.flights),
            tuple(self.source.assumptions),
        )

    def _moment(self, day: float) -> Moment | None:
        if not isfinite(day):
            return None
        exact = self.source.calendar.start + datetime.timedelta(days=day)
        whole = exact + datetime.timedelta(seconds=30)
        return whole.replace(second=0, microsecond=0)

    # --- calendars ----------------------------------------------------------------------------------------------------

    def _calendar_name(self, activity: Activity) -> str:
        law = activity.duration or activity.remaining
        if not isinstance(law, WorkTime):
            return self.working.name_for(activity) or "" if law is None else ""
        return self.working.name_for(activity) or USUAL

    def _calendar(self, name: str) -> OutCalendar:
        spec = self.scenario.calendars.get(name)
        table = self.working.table(name)
        if spec is None:
            return OutCalendar(tuple(((0, 1440),) if day < 5 else () for day in range(7)), {}, table.day_min)
        hours, week = hours_of(spec), spec.week()
        date, last = self.source.calendar.start.date(), self.scenario.calendar.end.date()
        days: dict[datetime.date, Day] = {}
        while date <= last:
            if hours(date) != week[date.weekday()]:
                days[date] = hours(date)
            date += datetime.timedelta(days=1)
        return OutCalendar(week, days, table.day_min)

    # --- lines --------------------------------------------------------------------------------------------------------

    def _line(self, row: FloatRow) -> OutActivity:
        activity = self.scenario.activities.get(row.name) if row.kind == "activity" else None
        start, finish = self._moment(row.start_d), self._moment(row.end_d)
        if activity is None:
            blank = Activity.model_construct()
            length = (row.end_d - row.start_d) * DAY_MIN if isfinite(row.end_d - row.start_d) else 0.0
            activity, minutes, points, calendar = blank, max(round(length), 0.0), None, ""
        else:
            calendar = self._calendar_name(activity)
            minutes, points = self._duration(activity, calendar, row)
        relations, unlinked = self._needs(activity)
        late = row.late
        return OutActivity(
            row.name,
            activity.code or "",
            activity.title or row.name,
            row.kind,
            activity.group or "",
            calendar,
            minutes,
            points,
            relations,
            self._bounds(activity),
            activity.started,
            activity.done,
            self._work(activity.remaining, calendar) if activity.remaining is not None else None,
            activity.uses,
            start,
            finish,
            self._likely(row, calendar, minutes),
            late.total_d if late is not None else None,
            row.critical,
            unlinked,
            self.criticality.get(row.name)
            if minutes > 0.0
            else None,  # a chain is made of time, a milestone takes none
        )

    def _duration(
        self, activity: Activity, calendar: str, row: FloatRow
    ) -> tuple[float, tuple[float, float, float] | None]:
        law = activity.duration
        if law is None:
            table = self.working.table(calendar) if calendar else None
            elapsed = (row.end_d - row.start_d) * DAY_MIN
            worked = table.worked(row.end_d) - table.worked(row.start_d) if table else elapsed
            return (max(round(worked), 0.0) if isfinite(worked) else 0.0), None
        low, high = self._law(law).support
        unit = self._unit(law, calendar)
        middle = self._law(law).mode * unit
        points = (low * unit, middle, high * unit) if isfinite(high) and low < high else None
        return middle, points

    @staticmethod
    def _law(law: Distribution) -> Distribution:
        return law.law if isinstance(law, WorkTime) else law

    def _unit(self, law: Distribution, calendar: str) -> float:
        if not isinstance(law, WorkTime):
            return DAY_MIN
        return self.working.table(calendar).day_min if law.unit == "wd" else 60.0

    def _work(self, law: Distribution, calendar: str) -> float:
        return self._law(law).mode * self._unit(law, calendar)

    def _bounds(self, activity: Activity) -> dict[str, Moment]:
        found: dict[str, Moment] = {}
        for key in _BOUNDS:
            value = getattr(activity, key, None)
            if isinstance(value, DateDistribution):  # a date that may be random; the plan has the likeliest
                value = EPOCH + datetime.timedelta(days=value.law.mode)
            if isinstance(value, datetime.datetime):
                found[key] = self._edge(value, activity, ends=key in ("not_done_before", "by"))
        return found

    def _edge(self, at: Moment, activity: Activity, *, ends: bool) -> Moment:
        """Return a date that is told without a time as the first, or the last, moment of work of its day."""
        if at.time() != datetime.time():
            return at
        spec = self.scenario.calendars.get(self._calendar_name(activity))
        spans = hours_of(spec)(at.date()) if spec is not None else ()
        first, last = (spans[0][0], spans[-1][1]) if spans else (0, 1440)
        return at + datetime.timedelta(minutes=last if ends else first)

    def _likely(self, row: FloatRow, calendar: str, minutes: float) -> tuple[tuple[Moment, Moment] | None, ...]:
        days = self._days(row.name)
        if days is None:
            return (None, None)
        table = self.working.table(calendar) if calendar else None
        launched = self._days(f"{row.name}.launched") if row.kind == "mission" else None
        found: list[tuple[Moment, Moment] | None] = []
        for share in QUANTILES:
            end_d = float(np.quantile(days, share, method="inverted_cdf"))
            start_d = _start_of(table, end_d, minutes)
            if launched is not None:
                start_d = float(np.quantile(launched, share, method="inverted_cdf"))
            pair = self._moment(start_d), self._moment(end_d)
            found.append(pair if pair[0] is not None and pair[1] is not None else None)  # type: ignore[arg-type]
        return tuple(found)

    # --- needs --------------------------------------------------------------------------------------------------------

    def _needs(self, activity: Activity) -> tuple[tuple[Relation, ...], int]:
        found: list[Relation] = []
        unlinked = 0
        for needs, of_start, of_end in (
            (activity.needs, Link.SS, Link.FS),
            (activity.ends_after, Link.SF, Link.FF),
        ):
            for need in needs or []:
                event = need.event if isinstance(need, Lagged) else str(need)
                name, _, what = event.partition(".")
                known = name in self.scenario.activities or name in self.scenario.groups
                if not known or what not in ("", "done", "started"):
                    unlinked += 1
                    continue
                minutes, elapsed = self._lag(need, activity)
                found.append(Relation(name, of_start if what == "started" else of_end, minutes, elapsed))
        return tuple(found), unlinked

    def _lag(self, need: object, activity: Activity) -> tuple[float, bool]:
        if not isinstance(need, Lagged):
            return 0.0, False
        clock = self.working.lag_clock(need, activity)
        return self._law(need.lag).mode * clock.unit_min, clock.calendar is None

    def _days(self, name: str) -> Floats | None:
        return self.source.days(self.ends.get(name, -1))

    # --- goals and launches -------------------------------------------------------------------------------------------

    def _goal(self, name: str, goal: Goal) -> OutGoal:
        days = self._days(name)
        plan = self._moment(float(self.source.nominal.reached_d[self.ends[name]]))
        if days is None:
            return OutGoal(name, goal.title or name, goal.by.date(), plan, (None, None), None)
        by_d = (goal.by - self.source.calendar.start) / datetime.timedelta(days=1)
        by_d = by_d + 1.0 if goal.by.time() == datetime.time() else by_d
        share = wilson(int(np.count_nonzero(days <= by_d)), days.size)
        found = quantiles(days, QUANTILES)
        spans = tuple((self._day(one.low), self._day(one.high)) for one in found)
        likely = tuple(self._day(one.value) for one in found)
        return OutGoal(
            name, goal.title or name, goal.by.date(), plan, likely, share.value, spans, (share.low, share.high)
        )

    def _day(self, day: float | None) -> Moment | None:
        return self._moment(day) if day is not None else None

    def _launch(self, one: ManifestEntry) -> OutLaunch:
        days = self.source.days(one.launched)
        likely = tuple(self._day(found.value) for found in quantiles(days, QUANTILES)) if days is not None else ()
        plan = self._moment(float(self.source.nominal.reached_d[one.launched]))
        return OutLaunch(one.mission, one.launch, one.launcher, one.payload, one.mass_kg, plan, likely)


def _start_of(table: WorkCalendar | None, end_d: float, minutes: float) -> float:
    if table is None or not isfinite(end_d) or minutes <= 0.0:
        return end_d - minutes / DAY_MIN
    return table.start_at(table.worked(end_d) - minutes)


def _capacity(capacity: object) -> float | None:
    if isinstance(capacity, dict):
        return float(max(capacity.values()))
    return float(capacity) if isinstance(capacity, int | float) else None
