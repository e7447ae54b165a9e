"""The schedule of a scenario: relations, calendars, resources and groups, as the model and the plan take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf, isfinite

from sim.campaign.context import Context
from sim.campaign.floats import FloatBar, Floats
from sim.campaign.placing import Placed, Placing
from sim.campaign.plan import Chance
from sim.campaign.plan.schedule_plans import GatherPlan, LinkPlan, ResourcePlan, SchedulePlan, WaitPlan, WorkPlan
from sim.chance import Distribution
from sim.scenario.events import start_name
from sim.scenario.relations import Lagged, event_of
from sim.scenario.schema import Activity, Resource, Scenario
from sim.scenario.text import Path
from sim.scenario.values import WorkTime
from sim.scenario.working import Clock, Working, end_of_day, group_members
from sim.units import parse_date
from sim.worktime import DAY_MIN, WorkCalendar, add_time, time_between


def with_schedule(context: Context) -> Context:
    """Return a context with its timetable, which is its schedule where the scenario says what only one can hold."""
    scheduled = has_schedule(context)
    timetable = _make_schedule(context, scheduled)
    return replace(context, timetable=timetable, schedule=timetable if scheduled else None)


def has_schedule(context: Context) -> bool:
    """Whether a scenario says anything of its work that only a schedule can hold."""
    index, works = context.index, context.scenario.activities.values()
    return bool(index.waits or index.groups) or any(map(_is_scheduled, works))


def _is_scheduled(item: Activity) -> bool:
    lagged = any(isinstance(need, Lagged) or need.endswith(".started") for need in item.needs)
    left = item.remaining is not None or item.progress is not None or item.not_done_before is not None
    return lagged or left or bool(item.ends_after or item.uses) or isinstance(item.duration, WorkTime)


@dataclass(slots=True)
class _Tables:
    """Working calendars, numbered as they are used."""

    working: Working
    found: list[WorkCalendar] = field(default_factory=list)

    def number(self, clock: Clock) -> int:
        """Return the index of the calendar of a clock; -1 for round the clock."""
        if clock.calendar is None:
            return -1
        if clock.calendar not in self.found:
            self.found.append(clock.calendar)
        return self.found.index(clock.calendar)


def _make_schedule(context: Context, scheduled: bool) -> SchedulePlan:
    """Return the schedule of a scenario; only one that the model keeps holds work back to the day of knowledge."""
    scenario, index = context.scenario, context.index
    tables = _Tables(Working(scenario))
    reported = scheduled and any(one.started is not None for one in scenario.activities.values())
    works = tuple(_work(context, tables, name, item, reported) for name, item in scenario.activities.items())
    numbers = {name: number for number, name in enumerate(scenario.resources)}
    works = tuple(
        replace(one, uses=tuple((numbers[name], count) for name, count in scenario.activities[one.name].uses.items()))
        for one in works
    )
    waits = tuple(
        WaitPlan(
            milestone,
            _link(context, tables, need, None, f"wait/{index.milestones[milestone].name}", ("activities",)),
            index.milestones[milestone].subject,
        )
        for milestone, need in index.waits
    )
    resources = tuple(_resource(context, name, item) for name, item in scenario.resources.items())
    plan = SchedulePlan(tuple(tables.found), resources, works, _groups(context), waits)
    return _ranked(plan, scenario) if any(one.uses for one in works) else plan


def _work(context: Context, tables: _Tables, name: str, item: Activity, reported: bool) -> WorkPlan:
    registry, index, working = context.registry, context.index, tables.working
    path: Path = ("activities", name)
    clock = working.clock_of(item)
    left = registry.chance(_law(item.remaining), f"remaining/{name}", (*path, "remaining"))
    return WorkPlan(
        name=name,
        done=index.milestone(name),
        started=index.start(name),
        needs=_links(context, tables, item, name, "needs"),
        ends_after=_links(context, tables, item, name, "ends_after"),
        calendar=tables.number(clock),
        unit_min=clock.unit_min,
        duration=left,
        left=1.0 - (item.progress or 0.0),
        uses=(),
        rank=index.activities[name],
        not_before_d=index.as_of_d if reported else -inf,
        not_done_before_d=_day(context, end_of_day(item.not_done_before), -inf),
        planned_min=_planned_min(item, clock),
        planned_from_d=max(item.not_before.to_days(index.calendar).mode, 0.0) if item.not_before else 0.0,
        finish_d=_day(context, item.finish, -inf),
        since_d=_day(context, item.started or item.done, inf),
        done_d=_day(context, item.done, inf),
        start_by_d=_start_by(context, tables, item, clock),
        by_d=_day(context, end_of_day(item.by), inf),
    )


def _planned_min(item: Activity, clock: Clock) -> float:
    """Return the minutes that an activity, or what is left of it, takes as planned."""
    law = _law(item.remaining or item.duration)
    return law.mode * clock.unit_min * (1.0 - (item.progress or 0.0)) if law is not None else 0.0


def _law(law: Distribution | None) -> Distribution | None:
    return law.law if isinstance(law, WorkTime) else law


def _day(context: Context, date: datetime | None, default: float) -> float:
    return default if date is None else context.index.calendar.to_days(date)


def _start_by(context: Context, tables: _Tables, item: Activity, clock: Clock) -> float:
    """Return the day by which an activity is to start: the first working moment of a day that has no time."""
    day = _day(context, item.start_by, inf)
    if clock.calendar is None or item.start_by is None or item.start_by != end_of_day(item.start_by):
        return day if clock.calendar is None or not isfinite(day) else clock.calendar.start(day)
    return day


def _links(context: Context, tables: _Tables, item: Activity, name: str, key: str) -> tuple[LinkPlan, ...]:
    if item.done is not None:
        return ()
    needs: Sequence[str] = getattr(item, key)
    return tuple(
        _link(context, tables, need, item, f"lag/{name}/{key}/{number}", ("activities", name, key, number, "lag"))
        for number, need in enumerate(needs)
    )


def _link(context: Context, tables: _Tables, need: str, waiting: Activity | None, stream: str, path: Path) -> LinkPlan:
    event = context.index.milestone(event_of(need) or need)
    if not isinstance(need, Lagged):
        return LinkPlan(event, need)
    clock = tables.working.lag_clock(need, waiting)
    lag = context.registry.chance(_law(need.lag), stream, path)
    return LinkPlan(event, str(need), lag, clock.unit_min, tables.number(clock))


def _resource(context: Context, name: str, item: Resource) -> ResourcePlan:
    if not isinstance(item.capacity, dict):
        return ResourcePlan(name, (-inf,), (item.capacity,) if item.capacity is not None else ())
    steps = sorted((context.index.calendar.to_days(parse_date(text)), count) for text, count in item.capacity.items())
    return ResourcePlan(name, (-inf, *(day for day, _ in steps[1:])), tuple(count for _, count in steps))


def _groups(context: Context) -> tuple[GatherPlan, ...]:
    members, index = group_members(context.scenario), context.index
    found = []
    for name, (started, done) in index.groups.items():
        found.append(GatherPlan(done, tuple(index.milestone(one) for one in members[name]), first=False))
        if started >= 0:
            events = tuple(index.milestone(start_name(one)) for one in members[name])
            found.append(GatherPlan(started, events, first=True))
    return tuple(found)


# --- the plan of the work alone ---------------------------------------------------------------------------------------


class NominalWork:
    """What placing asks of the work when it is as planned: nothing slips, and nothing else is waited for."""

    def __init__(self, plan: SchedulePlan) -> None:
        self._plan = plan

    def sample(self, chance: Chance) -> float:
        """Return the planned value of an uncertain number."""
        return chance.nominal

    def ready(self, number: int, day: float) -> float:
        """Return the day from which an activity can start in the plan."""
        one = self._plan.works[number]
        return max(day, one.planned_from_d, one.not_before_d)

    def minutes(self, number: int) -> float:
        """Return the planned minutes of an activity."""
        return self._plan.works[number].planned_min

    def end(self, number: int, start_d: float, minutes: float) -> float:
        """Return the planned end of an activity."""
        one = self._plan.works[number]
        return max(add_time(self._plan.calendar(one.calendar), start_d, minutes), one.finish_d)


def planned_days(
    plan: SchedulePlan, *, level: bool = False, outside: Mapping[int, float] | None = None
) -> dict[int, Placed]:
    """Return where the work lies in a plan, with its resources if `level`.

    What is no work is there from the start, or on the day that `outside` gives by milestone.
    """
    placing = Placing(plan, NominalWork(plan), level=level)
    own = {milestone for one in plan.works for milestone in (one.done, one.started)}
    own |= {gather.milestone for gather in plan.groups} | {wait.milestone for wait in plan.waits}
    placing.begin()
    for one in plan.works:
        for link in (*one.needs, *one.ends_after):
            if link.event not in own:
                placing.tell(link.event, 0.0 if outside is None else outside[link.event])
    placed = {}
    for number in placing.take_ready():
        placed[number] = placing.place(number)
        placing.announce(number, placed[number])
    return placed


def bar_of(plan: SchedulePlan, number: int, start_d: float, end_d: float, goes_on_d: float = inf) -> FloatBar:
    """Return an activity as a bar of the plan; what is left of a running one goes on on a day."""
    one = plan.works[number]
    calendar, running = plan.calendar(one.calendar), one.begun and not one.fact
    events = {one.done: end_d} | ({one.started: start_d} if one.started >= 0 and not running else {})
    return FloatBar(
        name=one.name,
        start_d=start_d,
        end_d=end_d,
        events=events,
        started=one.started,
        needs=one.needs,
        ends_after=one.ends_after,
        calendar=calendar,
        minutes=time_between(calendar, start_d, end_d) if one.finish_d > -inf else one.planned_min,
        day_min=calendar.day_min if calendar is not None else DAY_MIN,
        start_by_d=one.start_by_d,
        by_d=one.by_d,
        fact=one.fact,
        running=running,
        goes_on_d=goes_on_d,
    )


def planned_lag(link: LinkPlan) -> float:
    """Return the planned minutes of a relation."""
    return link.lag.nominal * link.unit_min if link.lag is not None else 0.0


def _ranked(plan: SchedulePlan, scenario: Scenario) -> SchedulePlan:
    """Return a schedule whose work has its turns: by priority, then float in the plan, then name."""
    placed = planned_days(plan)
    bars = [
        bar_of(plan, number, placed[number].start_d, placed[number].end_d, placed[number].start_d)
        if number in placed
        else bar_of(plan, number, one.since_d, one.done_d)
        for number, one in enumerate(plan.works)
    ]
    end_d = max((bar.end_d for bar in bars if isfinite(bar.end_d)), default=0.0)
    floats = Floats(bars, plan, planned_lag, end_d, {})

    def turn(number: int) -> tuple[float, float, str]:
        name = plan.works[number].name
        total_d = 0.0 if plan.works[number].fact else floats.of(number).total_d
        return -scenario.activities[name].priority, round(total_d, 6), name

    ranks = {number: rank for rank, number in enumerate(sorted(range(len(bars)), key=turn))}
    return replace(plan, works=tuple(replace(one, rank=ranks[number]) for number, one in enumerate(plan.works)))
