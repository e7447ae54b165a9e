"""Placing work: from the days of what it needs to its own, one rule for the plan and for every replication.

What is known ahead is placed ahead: an activity whose needs all have their days gets its start and end at once, even
when these lie years off. So a lead can count back from an end that is still to come, and work that must end after
something starts as late as that allows. Who shares a resource is placed one after the other (the serial scheme), in
the order of rank, each at the first moment at which all that it uses is free from its start to its end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Protocol

from sim.campaign.plan.parts import Chance
from sim.campaign.plan.schedule_plans import LinkPlan, ResourcePlan, SchedulePlan, WorkPlan
from sim.worktime import DAY_MIN, WorkCalendar, add_time, time_between

EPSILON_D = 1e-9
"""Days nearer to each other than this are one: a tenth of a millisecond."""


class WorkToPlace(Protocol):
    """What placing must ask about the work itself."""

    def sample(self, chance: Chance) -> float:
        """Return the value of an uncertain number."""

    def ready(self, number: int, day: float) -> float:
        """Return the day from which an activity can start when its needs are met on a day."""

    def minutes(self, number: int) -> float:
        """Return the minutes that an activity takes, of its own calendar."""

    def end(self, number: int, start_d: float, minutes: float) -> float:
        """Return the day on which an activity ends that starts on a day and takes so many minutes."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an activity came to lie, and why there."""

    start_d: float
    end_d: float
    minutes: float
    ready_d: float
    """Day from which its needs and its own dates let it start."""
    needs_d: float
    """Day from which its needs alone do."""
    driver: LinkPlan | None
    """The relation that set its start or, `by_end`, its end; None when none did."""
    since_d: float
    """Day of that relation's event, or the earlier one from which a lead lets it start; 0 where none drove it."""
    by_end: bool
    holder: int
    """The activity whose resource it waited for, or -1."""


class Placing:
    """The state of placing: what is known, who waits for it, and which resources are taken."""

    def __init__(self, plan: SchedulePlan, work: WorkToPlace, *, level: bool = True) -> None:
        self.plan = plan
        self.days: dict[int, float] = {}
        """Day of each event that is known, by milestone."""
        self.derived: list[tuple[int, int, float]] = []
        """(milestone, event that set it, day) of groups and waits, as they become known."""
        self._work = work
        self._taken = [_Taken(resource) for resource in plan.resources] if level else []
        self._waiting: dict[int, list[int]] = {}
        self._missing = [0] * len(plan.works)
        self._ready: list[tuple[int, int]] = []
        self._gathers: dict[int, list[int]] = {}
        self._waits: dict[int, list[int]] = {}
        self._open = [len(gather.events) for gather in plan.groups]
        for number, one in enumerate(plan.works):
            if not one.fact:
                self._watch(number, one)
        for number, gather in enumerate(plan.groups):
            for event in gather.events:
                self._gathers.setdefault(event, []).append(number)
        for number, wait in enumerate(plan.waits):
            self._waits.setdefault(wait.link.event, []).append(number)

    def begin(self) -> None:
        """Tell what is known from the start: facts, and starts that have been."""
        for one in self.plan.works:
            if one.begun:
                self.tell(one.started, one.since_d)
            if one.fact:
                self.tell(one.done, one.done_d)

    def tell(self, event: int, day: float) -> None:
        """Say on which day an event is, or was; the first word counts."""
        if event < 0 or event in self.days:
            return
        self.days[event] = day
        for number in self._waiting.pop(event, ()):
            self._missing[number] -= 1
            if not self._missing[number]:
                heappush(self._ready, (self.plan.works[number].rank, number))
        for number in self._gathers.get(event, ()):
            self._gather(number)
        for number in self._waits.get(event, ()):
            wait = self.plan.waits[number]
            self._derive(wait.milestone, event, self.bound(wait.link))

    def take_ready(self) -> Iterator[int]:
        """Yield the activities whose needs are all known, in the order of rank, until none is left."""
        while self._ready:
            yield heappop(self._ready)[1]

    def place(self, number: int, day: float = 0.0) -> Placed:
        """Place an activity no earlier than a day and take what it uses; its days are not told yet."""
        one, calendar = self.plan.works[number], self.plan.calendar(self.plan.works[number].calendar)
        needs_d, driver = self.latest(one.needs)
        minutes = self._work.minutes(number)
        ready_d = self._work.ready(number, max(needs_d, day, 0.0))
        start_d = _start(calendar, ready_d, minutes)
        end_d = self._work.end(number, start_d, minutes)
        ends_d, end_driver = self.latest(one.ends_after)
        ends_d = max(ends_d, one.not_done_before_d)
        by_end = ends_d > end_d + EPSILON_D
        if by_end:
            driver = end_driver
            if not one.begun:
                start_d = max(start_d, _back(calendar, ends_d, minutes))
            end_d = max(self._work.end(number, start_d, minutes), ends_d)
        holder = -1
        if one.uses and self._taken and end_d > start_d:
            start_d, end_d, holder = self._level(number, start_d, end_d, minutes, ends_d)
        since_d = min(self.days[driver.event], ends_d if by_end else needs_d) if driver is not None else 0.0
        return Placed(start_d, end_d, minutes, ready_d, needs_d, driver, since_d, by_end, holder)

    def announce(self, number: int, placed: Placed) -> None:
        """Tell the days of an activity, which nothing will change any more."""
        self.tell(self.plan.works[number].started, placed.start_d)
        self.tell(self.plan.works[number].done, placed.end_d)

    def tell_first(self, event: int, day: float) -> None:
        """Say that something has started now: the groups that begin with it have, too."""
        for number in self._gathers.get(event, ()):
            if self.plan.groups[number].first:
                self._derive(self.plan.groups[number].milestone, event, day)

    def latest(self, links: tuple[LinkPlan, ...]) -> tuple[float, LinkPlan | None]:
        """Return the latest day that relations set, and the relation that sets it; -inf where there are none."""
        latest_d, driver = -inf, None
        for link in links:
            day = self.bound(link)
            if day > latest_d + EPSILON_D:
                latest_d, driver = day, link
        return latest_d, driver

    def bound(self, link: LinkPlan) -> float:
        """Return the day from which a relation allows what waits, its event being known."""
        day = self.days[link.event]
        if link.lag is None or day == inf:
            return day
        minutes = self._work.sample(link.lag) * link.unit_min
        return add_time(self.plan.calendar(link.calendar), day, minutes)

    def _watch(self, number: int, one: WorkPlan) -> None:
        events = {link.event for link in (*one.needs, *one.ends_after)}
        self._missing[number] = len(events)
        for event in events:
            self._waiting.setdefault(event, []).append(number)
        if not events:
            heappush(self._ready, (one.rank, number))

    def _gather(self, number: int) -> None:
        gather = self.plan.groups[number]
        self._open[number] -= 1
        if not self._open[number] and gather.milestone not in self.days:
            pick = min if gather.first else max
            event = pick(gather.events, key=lambda one: self.days[one])
            self._derive(gather.milestone, event, self.days[event])

    def _derive(self, milestone: int, event: int, day: float) -> None:
        if milestone not in self.days:
            self.days.setdefault(event, day)
            self.derived.append((milestone, event, day))
            self.tell(milestone, day)

    def _level(
        self, number: int, start_d: float, end_d: float, minutes: float, ends_d: float
    ) -> tuple[float, float, int]:
        """Return the first start at which all is free that an activity uses, its end, and who was the last to end."""
        one, calendar = self.plan.works[number], self.plan.calendar(self.plan.works[number].calendar)
        holder = -1
        while start_d < inf:
            clash = max((self._taken[resource].clash(start_d, end_d, count) for resource, count in one.uses))
            if clash[0] <= start_d:
                break
            start_d, holder = _start(calendar, clash[0], minutes), clash[1]
            end_d = max(self._work.end(number, start_d, minutes), ends_d)
        for resource, count in one.uses:
            self._taken[resource].take(start_d, end_d, count, number)
        return start_d, end_d, holder


class _Taken:
    """What is taken of one resource, as steps in time."""

    __slots__ = ("_free", "_from_d", "_unlimited", "_who")

    def __init__(self, plan: ResourcePlan) -> None:
        self._unlimited = not plan.capacity
        self._from_d: list[float] = [-inf, *plan.from_d[1:]]
        self._free: list[int] = list(plan.capacity) or [0]
        self._who: list[int] = [-1] * len(self._free)
        """Whose end each step is, or -1."""

    def clash(self, start_d: float, end_d: float, count: int) -> tuple[float, int]:
        """Return the next day at which there may be enough, and whose end that is; -inf when there is enough now."""
        if self._unlimited:
            return -inf, -1
        number = bisect_right(self._from_d, start_d + EPSILON_D) - 1
        until, clashes = bisect_left(self._from_d, end_d - EPSILON_D), -1
        for step in range(number, until):
            if self._free[step] < count:
                clashes = step
        if clashes < 0:
            return -inf, -1
        after = clashes + 1
        return (self._from_d[after], self._who[after]) if after < len(self._from_d) else (inf, -1)

    def take(self, start_d: float, end_d: float, count: int, who: int) -> None:
        """Take so many from a day to another."""
        if self._unlimited or start_d == inf:
            return
        first, last = self._step(start_d, -1), self._step(end_d, who)
        for step in range(first, last):
            self._free[step] -= count

    def _step(self, day: float, who: int) -> int:
        """Return the step that begins on a day, made where there is none."""
        number = bisect_right(self._from_d, day + EPSILON_D) - 1
        if self._from_d[number] >= day - EPSILON_D:
            self._who[number] = who if who >= 0 else self._who[number]
            return number
        self._from_d.insert(number + 1, day)
        self._free.insert(number + 1, self._free[number])
        self._who.insert(number + 1, who)
        return number + 1


def _start(calendar: WorkCalendar | None, day: float, minutes: float) -> float:
    """Return the first moment from a day on at which work can start; no work at all may stand at the end of a span."""
    if calendar is None or day == inf:
        return day
    return calendar.start(day) if minutes > 0.0 else calendar.moment(day)


def _back(calendar: WorkCalendar | None, end_d: float, minutes: float) -> float:
    """Return the latest start of work that ends on a day or, at night, with the span before it."""
    if calendar is None:
        return end_d - minutes / DAY_MIN
    return calendar.start_at(calendar.worked(end_d) - minutes) if minutes > 0.0 else calendar.moment(end_d)


def worked(plan: SchedulePlan, one: WorkPlan, since_d: float, until_d: float) -> float:
    """Return the minutes between two days in the calendar of an activity."""
    return time_between(plan.calendar(one.calendar), since_d, until_d)
