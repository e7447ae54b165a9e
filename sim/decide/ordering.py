"""The best order of work that shares resources: in which order the rule of the schedule should give them out.

Where all work runs by one clock (round the clock, or one working calendar) the order is proven by CP-SAT in minutes of
that clock; otherwise orders are tried by changing one at a time, against the bound of the plan without resources. The
answer is a `priority` for each activity that shares something: the rule then gives the same plan, and every
replication follows the same order.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Any

from sim.campaign.placing import Placed
from sim.campaign.plan import Campaign, LinkPlan, SchedulePlan
from sim.campaign.scheduling import planned_days, planned_lag
from sim.decide import cpsat
from sim.decide.proof import Limits, Listener, Proof, status_of
from sim.decide.schedule import Task, share
from sim.model.simulate import simulate_nominal
from sim.problems import InputError
from sim.worktime import DAY_MIN, WorkCalendar

_MOST_TRIES = 20_000
_HALF_MINUTE_D = 0.5 / DAY_MIN


@dataclass(frozen=True, slots=True)
class Ordered:
    """The best order that was found for a goal."""

    goal: str
    proof: Proof
    """In days from the calendar's start to the goal."""
    before_d: float
    """Day of the goal by the order as it is."""
    after_d: float
    priorities: Mapping[str, int]
    """By activity, those that share a resource; empty where the order as it is cannot be beaten."""


@dataclass(frozen=True, slots=True)
class WorkMove:
    """An activity that shares a resource, with its start and end (days) in the order as it is and in the best."""

    name: str
    called: str
    uses: str
    """What it uses, in words."""
    priority: int | None
    before_d: tuple[float, float]
    after_d: tuple[float, float]

    @property
    def is_placed(self) -> bool:
        """Whether it is done in both plans."""
        return all(map(isfinite, (*self.before_d, *self.after_d)))


@dataclass(frozen=True, slots=True)
class GoalMove:
    """A goal with its day, and with replications its chance, in the order as it is and in the best."""

    name: str
    by_d: float
    before_d: float
    after_d: float
    chance_before: float | None = None
    chance_after: float | None = None
    p80_before_d: float = inf
    p80_after_d: float = inf


def shares_resources(campaign: Campaign) -> bool:
    """Whether any work waits for a resource of which there is not enough for all."""
    plan = campaign.schedule
    return plan is not None and any(plan.resources[one].capacity for work in plan.works for one, _ in work.uses)


def best_order(campaign: Campaign, goal: str, limits: Limits, listener: Listener = lambda _: None) -> Ordered:
    """Return the order of work that reaches a goal soonest in the plan.

    Raises:
        InputError: where no work shares a resource.
    """
    if campaign.schedule is None or not shares_resources(campaign):
        raise InputError("no activity uses a resource with a capacity, so there is no order to find; give uses")
    return _Search(campaign, campaign.schedule, goal).run(limits, listener)


class _Search:
    def __init__(self, campaign: Campaign, plan: SchedulePlan, goal: str) -> None:
        nominal = simulate_nominal(campaign, traced=False)
        self._plan, self._goal = plan, next(one for one in campaign.goals if one.name == goal)
        self._before_d = float(nominal.reached_d[self._goal.reached])
        own = {event for one in plan.works for event in (one.done, one.started)}
        own |= {gather.milestone for gather in plan.groups} | {wait.milestone for wait in plan.waits}
        self._outside = {n: float(day) for n, day in enumerate(nominal.reached_d) if n not in own}
        self._sharing = [
            number
            for number, one in enumerate(plan.works)
            if not one.fact and any(plan.resources[resource].capacity for resource, _ in one.uses)
        ]

    def run(self, limits: Limits, listener: Listener) -> Ordered:
        since = time.monotonic()
        order = sorted(self._sharing, key=lambda number: self._plan.works[number].rank)
        best, best_d = order, self._day(order)
        clock = self._one_clock()
        bound_d = self._goal_day(planned_days(self._plan, outside=self._outside))
        if clock is not None:
            starts, solved = self._solve(clock, limits, listener)
            bound_d = max(bound_d, solved)
            if starts:
                found = sorted(self._sharing, key=lambda number: (starts[number], self._plan.works[number].rank))
                if self._day(found) < best_d - _HALF_MINUTE_D:
                    best, best_d = found, self._day(found)
        rest_s = limits.seconds - (time.monotonic() - since)
        if best_d > bound_d + _HALF_MINUTE_D and rest_s > 0.0:
            best, best_d = self._climb(best, best_d, bound_d, rest_s, limits.seed)
        better = best_d < self._before_d - _HALF_MINUTE_D
        value = best_d if isfinite(best_d) else None
        bound_d = min(bound_d, best_d)
        infeasible = value is None and bound_d == inf
        proven = value is not None and best_d <= bound_d + _HALF_MINUTE_D
        status = status_of(value, value if proven else bound_d, infeasible=infeasible)
        proof = Proof(status, value, bound_d, time.monotonic() - since)
        names = [self._plan.works[number].name for number in best] if better else []
        priorities = {name: len(names) - turn for turn, name in enumerate(names)}
        return Ordered(self._goal.name, proof, self._before_d, best_d if better else self._before_d, priorities)

    # --- what an order gives ------------------------------------------------------------------------------------------

    def _day(self, order: Sequence[int]) -> float:
        """Return the day of the goal when work that shares resources is placed in this order."""
        ranks = {number: rank for rank, number in enumerate(order)}
        works = tuple(replace(one, rank=ranks.get(n, len(ranks) + n)) for n, one in enumerate(self._plan.works))
        plan = replace(self._plan, works=works)
        return self._goal_day(planned_days(plan, level=True, outside=self._outside))

    def _goal_day(self, placed: Mapping[int, Placed]) -> float:
        days = dict(self._outside)
        for number, one in enumerate(self._plan.works):
            end_d = one.done_d if one.fact else placed[number].end_d if number in placed else inf
            days[one.done] = end_d
            days[one.started] = one.since_d if one.begun else placed[number].start_d if number in placed else inf
        for gather in self._plan.groups:
            pick = min if gather.first else max
            days[gather.milestone] = pick(days[event] for event in gather.events)
        for wait in self._plan.waits:
            days[wait.milestone] = self._bound(wait.link, days[wait.link.event])
        return max(days[need] for need in self._goal.needs)

    def _bound(self, link: LinkPlan, day: float) -> float:
        calendar, minutes = self._plan.calendar(link.calendar), planned_lag(link)
        if not isfinite(day):
            return day
        return day + minutes / DAY_MIN if calendar is None else calendar.add(day, minutes)

    def _climb(
        self, order: Sequence[int], best_d: float, bound_d: float, seconds: float, seed: int
    ) -> tuple[list[int], float]:
        """Move one activity at a time to another place, as long as that does no harm."""
        luck, until, best = random.Random(seed), time.monotonic() + seconds, list(order)
        for _ in range(_MOST_TRIES):
            if best_d <= bound_d + _HALF_MINUTE_D or time.monotonic() > until or len(best) < 2:
                break
            tried = list(best)
            tried.insert(luck.randrange(len(best)), tried.pop(luck.randrange(len(best))))
            day = self._day(tried)
            if day <= best_d:
                best, best_d = tried, day
        return best, best_d

    # --- what CP-SAT proves -------------------------------------------------------------------------------------------

    def _one_clock(self) -> _Ticks | None:
        """Return the clock by which all work, lags and dates run, where there is only one."""
        numbers = {one.calendar for one in self._plan.works if one.planned_min > 0.0 and not one.fact}
        links = [link for one in self._plan.works for link in (*one.needs, *one.ends_after)]
        links += [wait.link for wait in self._plan.waits]
        numbers |= {link.calendar for link in links if link.lag is not None}
        if len(numbers) > 1 or any(one.finish_d > -inf for one in self._plan.works):
            return None
        return _Ticks(self._plan.calendar(numbers.pop() if numbers else -1))

    def _solve(self, clock: _Ticks, limits: Limits, listener: Listener) -> tuple[dict[int, int], float]:
        """Return the start of each activity in a plan of least duration, and the bound on the day of the goal."""
        model = cpsat.cp().CpModel()
        plan, works = self._plan, self._plan.works
        fixed = {event: clock.at(day) for event, day in self._outside.items() if isfinite(day)}
        horizon = max([*fixed.values(), 0]) + sum(round(one.planned_min) for one in works)
        horizon += sum(abs(round(planned_lag(link))) for one in works for link in (*one.needs, *one.ends_after))
        dates = [day for one in works for day in (one.planned_from_d, one.not_before_d, one.not_done_before_d)]
        dates += [day for item in plan.resources for day in item.from_d]
        horizon += max((clock.at(day) for day in dates if isfinite(day)), default=0)
        starts: dict[int, Any] = {
            number: model.new_int_var(clock.at(max(one.planned_from_d, one.not_before_d, 0.0)), horizon, one.name)
            for number, one in enumerate(works)
            if not one.fact
        }
        lasts = {number: round(works[number].planned_min) for number in starts}
        at = self._events(model, fixed, starts, lasts, clock, horizon)
        for number, start in starts.items():
            for link in works[number].needs:
                if link.event in at:
                    model.add(start >= at[link.event] + round(planned_lag(link)))
            for link in works[number].ends_after:
                if link.event in at:
                    model.add(start + lasts[number] >= at[link.event] + round(planned_lag(link)))
            if works[number].not_done_before_d > -inf:
                model.add(start + lasts[number] >= clock.at(works[number].not_done_before_d))
        for resource in range(len(plan.resources)):
            self._share(model, resource, starts, lasts, clock, horizon)
        end = model.new_int_var(0, 2 * horizon, "end")
        for need in self._goal.needs:
            if need in at:
                model.add(end >= at[need])
        solved = cpsat.solve(model, end, list(starts.values()), limits, listener)
        found = dict(zip(starts, solved.values, strict=True)) if solved.values else {}
        bound = solved.proof.bound
        return found, clock.day(bound) if bound is not None else -inf

    def _events(
        self,
        model: Any,
        fixed: Mapping[int, int],
        starts: Mapping[int, Any],
        lasts: Mapping[int, int],
        clock: _Ticks,
        horizon: int,
    ) -> dict[int, Any]:
        """Return each event as a number or an expression of the model, by milestone."""
        plan, works = self._plan, self._plan.works
        at: dict[int, Any] = dict(fixed)
        for number, one in enumerate(works):
            at[one.done] = clock.at(one.done_d) if one.fact else starts[number] + lasts[number]
            if one.started >= 0:
                at[one.started] = clock.at(one.since_d) if one.begun else starts[number]
        for gather in plan.groups:
            at[gather.milestone] = gathered = model.new_int_var(0, horizon, "group")
            events = [at[event] for event in gather.events]
            (model.add_min_equality if gather.first else model.add_max_equality)(gathered, events)
        for wait in plan.waits:
            if wait.link.event in at:
                at[wait.milestone] = at[wait.link.event] + round(planned_lag(wait.link))
        return at

    def _share(
        self,
        model: Any,
        resource: int,
        starts: Mapping[int, Any],
        lasts: Mapping[int, int],
        clock: _Ticks,
        horizon: int,
    ) -> None:
        item = self._plan.resources[resource]
        if not item.capacity:
            return
        using = [(n, count) for n in starts for used, count in self._plan.works[n].uses if used == resource]
        tasks = [Task(starts[number], lasts[number], (count,)) for number, count in using]
        most, ends = max(item.capacity), [clock.at(day) for day in item.from_d[1:]]
        for since, until, there in zip([0, *ends], [*ends, 2 * horizon], item.capacity, strict=True):
            if there < most and until > since:
                tasks.append(Task(since, until - since, (most - there,)))
        share(model, tasks, 0, most)


@dataclass(frozen=True, slots=True)
class _Ticks:
    """Whole minutes of one clock."""

    calendar: WorkCalendar | None

    def at(self, day: float) -> int:
        """Return the minutes worked from the calendar's start to a day."""
        if self.calendar is None:
            return round(max(day, 0.0) * DAY_MIN)
        return round(self.calendar.between(0.0, max(day, 0.0)))

    def day(self, ticks: float) -> float:
        """Return the day on which so many minutes have been worked."""
        return ticks / DAY_MIN if self.calendar is None else self.calendar.end_at(self.calendar.worked(0.0) + ticks)
