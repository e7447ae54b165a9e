"""Keeping a schedule: activities with relations, working calendars and shared resources, each on its day.

The rule is :class:`sim.campaign.placing.Placing`, which the plan uses too. What is known ahead is placed ahead; the
clock only brings it about. Work that hangs on partners who come and go, or on money, is placed when it can start.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import inf, isfinite

from sim.campaign.causes import PLAN
from sim.campaign.placing import Placed, Placing
from sim.campaign.plan import ActivityPlan, Chance, SchedulePlan
from sim.model.ledger import Span
from sim.model.programme import finish, pay, wait_for_partners, work
from sim.model.resources import Process
from sim.model.world import World
from sim.worktime import add_time, time_between


class Timekeeping:
    """The schedule of one replication."""

    def __init__(self, world: World, plan: SchedulePlan) -> None:
        self.placed: dict[int, Placed] = {}
        """Where each activity came to lie, by its number."""
        self._world, self._plan = world, plan
        self._spans = [
            world.ledger.open(activity.subject, needs=self._events(number))
            for number, activity in enumerate(world.campaign.activities)
        ]
        self._number = {one.done: number for number, one in enumerate(plan.works)}
        self._number |= {one.started: number for number, one in enumerate(plan.works) if one.started >= 0}
        self._placing = Placing(plan, self)
        self._lags: dict[int, Span] = {}
        self._slips: dict[int, float] = {}

    def begin(self) -> None:
        """Put all work on the calendar that can be placed, and listen for the rest."""
        placing, world = self._placing, self._world
        for number, one in enumerate(self._plan.works):
            if one.fact:
                self._state(number, one.done_d)
            if one.begun and one.started >= 0:
                world.later(max(one.since_d, 0.0), partial(world.reach, one.started, self._spans[number]))
        for wait in self._plan.waits:
            span = Span(wait.subject, "", (wait.link.event,))
            world.ledger.watched[wait.milestone] = self._lags[wait.milestone] = span
        placing.begin()
        derived = {group.milestone for group in self._plan.groups} | self._lags.keys()
        links = [link for one in self._plan.works for link in (*one.needs, *one.ends_after)]
        links += [wait.link for wait in self._plan.waits]
        for event in {link.event for link in links} - self._number.keys() - derived:
            world.when_reached(event, partial(self._hear, event))
        self._settle()

    def starts(self) -> Iterator[tuple[int, float]]:
        """Yield (subject, day) of the work and groups that have started by now; of what is running, its own day."""
        begun: dict[int, float] = {}
        for number, one in enumerate(self._plan.works):
            placed = self.placed.get(number)
            since_d = one.since_d if one.begun else placed.start_d if placed is not None else inf
            if since_d <= self._world.env.now:
                begun[one.done] = max(since_d, 0.0)
                yield self._activity(number).subject, begun[one.done]
        for gather in self._plan.groups:
            days = [begun[event] for event in gather.events if event in begun]
            if days and not gather.first:
                yield self._world.campaign.milestones[gather.milestone].subject, min(days)

    def _events(self, number: int) -> tuple[int, ...]:
        one = self._plan.works[number]
        return tuple(dict.fromkeys(link.event for link in (*one.needs, *one.ends_after)))

    def _state(self, number: int, day: float) -> None:
        """Put a fact on its day."""
        world, activity, span = self._world, self._world.campaign.activities[number], self._spans[number]
        span.needs = ()
        world.bind(span)
        span.marks.append((0.0, activity.cause))
        world.later(max(day, 0.0), lambda: finish(world, activity, span))

    def _hear(self, event: int) -> None:
        self._placing.tell(event, self._world.env.now)
        self._settle()

    def _settle(self) -> None:
        """Place all that can be placed by now."""
        for number in self._placing.take_ready():
            if self._is_open(number):
                self._wait(number)
            else:
                placed = self._placing.place(number, self._world.env.now)
                self._placing.announce(number, placed)
                self._put(number, placed)
            self._tell_derived()
        self._tell_derived()

    def _tell_derived(self) -> None:
        """Let groups and waits happen on their days."""
        world = self._world
        while self._placing.derived:
            milestone, source, day = self._placing.derived.pop()
            if not isfinite(day):
                continue
            span = self._lags.get(milestone)
            world.later(max(day - world.env.now, 0.0), partial(self._happen, milestone, source, span))

    def _happen(self, milestone: int, source: int, span: Span | None) -> None:
        world = self._world
        binding = self._span_of(source)
        if span is None:
            if binding is not None:
                world.reach(milestone, binding)
            return
        began = min(max(self._placing.days[source], 0.0), world.env.now)
        span.start, span.binding, span.end = began, binding, world.env.now
        span.marks.append((began, PLAN))
        world.reach(milestone, span)

    def _span_of(self, event: int) -> Span | None:
        number = self._number.get(event)
        if number is not None:
            return self._spans[number]
        for gather in self._plan.groups:
            if gather.milestone == event:
                pick = min if gather.first else max
                return self._span_of(pick(gather.events, key=lambda one: self._placing.days.get(one, inf)))
        return self._world.ledger.released_by[event]

    # --- work that can be placed ahead ------------------------------------------------------------------------------

    def _is_open(self, number: int) -> bool:
        """Whether only time can tell when an activity starts: it hangs on partners or on money."""
        campaign, activity = self._world.campaign, self._world.campaign.activities[number]
        if activity.payer >= 0 and activity.cost > 0.0:
            return True
        here = [campaign.partners[one] for one in activity.partners]
        return any(p.joins is not None or p.withdraws is not None or p.barred[0] < inf for p in here)

    def _put(self, number: int, placed: Placed) -> None:
        self.placed[number] = placed
        world = self._world
        if isfinite(placed.start_d):
            world.later(max(placed.start_d - world.env.now, 0.0), lambda: self._start(number, placed))

    def _start(self, number: int, placed: Placed) -> None:
        world, activity, span = self._world, self._world.campaign.activities[number], self._spans[number]
        self._bind(number, placed)
        if activity.cost > 0.0:
            world.spent.append((world.env.now, activity.cost))
        self._reach_start(number)
        if isfinite(placed.end_d):
            world.later(max(placed.end_d - world.env.now, 0.0), lambda: finish(world, activity, span))

    def _reach_start(self, number: int) -> None:
        started = self._plan.works[number].started
        if started >= 0:
            self._world.reach(started, self._spans[number])
            self._placing.tell_first(started, self._world.env.now)
            self._tell_derived()

    def _bind(self, number: int, placed: Placed) -> None:
        """Say since when an activity's days are its own, what released it, and under which cause each day counts."""
        world, span, one = self._world, self._spans[number], self._plan.works[number]
        activity, now = world.campaign.activities[number], world.env.now
        driver, since_d = placed.driver, 0.0
        if placed.holder >= 0:
            span.binding, since_d = self._spans[placed.holder], self.placed[placed.holder].end_d
        elif driver is not None:
            span.binding, since_d = self._span_of(driver.event), placed.since_d
        if span.binding is None:
            since_d = 0.0
        span.start = min(max(since_d, 0.0), placed.end_d)
        begun_d = max(one.since_d, 0.0) if one.begun else now
        if span.start < begun_d:
            span.marks.append((span.start, PLAN))
        span.marks.append((max(begun_d, span.start), activity.cause))

    # --- work that waits for partners or money ----------------------------------------------------------------------

    def _wait(self, number: int) -> None:
        world, span, placing = self._world, self._spans[number], self._placing
        needs_d, driver = placing.latest(self._plan.works[number].needs)

        def start() -> None:
            span.start = 0.0
            if driver is not None:
                span.binding = self._span_of(driver.event)
                span.start = min(max(placing.days[driver.event], 0.0), world.env.now) if span.binding else 0.0
            if span.start < world.env.now:
                span.marks.append((span.start, PLAN))
            world.env.process(self._carry_out(number, span))

        if needs_d < inf:
            world.later(max(needs_d - world.env.now, 0.0), start)

    def _carry_out(self, number: int, span: Span) -> Process:
        """Carry out work that hangs on partners or money, from the day its needs are met."""
        world, activity, one = self._world, self._activity(number), self._plan.works[number]
        if activity.not_before is not None:
            yield from world.spend_until(span, world.sample(activity.not_before), PLAN)
        partners = yield from wait_for_partners(world, span, activity.partners)
        yield from pay(world, span, activity.payer, activity.cost)
        placed = self.placed[number] = self._placing.place(number, world.env.now)
        if placed.start_d == inf:
            yield from world.give_up(span, PLAN)
        self._placing.tell(one.started, placed.start_d)
        if not self._stops(partners, placed):
            self._placing.tell(one.done, placed.end_d)
        self._settle()
        yield from world.spend_until(span, placed.start_d, PLAN)
        self._reach_start(number)
        yield from work(world, span, partners, placed.end_d - world.env.now, activity.cause)
        self._placing.tell(one.done, world.env.now)
        finish(world, activity, span)
        self._settle()

    def _stops(self, partners: tuple[int, ...], placed: Placed) -> bool:
        """Whether a partner leaves or is barred before work is done."""
        world = self._world
        days = [day for one in partners for day in (world.leaves[one], world.campaign.partners[one].barred[0])]
        return any(world.env.now < day < placed.end_d for day in days)

    # --- what placing asks -------------------------------------------------------------------------------------------

    def sample(self, chance: Chance) -> float:
        """Return the next value of an uncertain number."""
        return self._world.sample(chance)

    def ready(self, number: int, day: float) -> float:
        """Return the day from which an activity can start when its needs are met on a day."""
        activity = self._activity(number)
        day = max(day, self._plan.works[number].not_before_d)
        if activity.not_before is None or self._is_open(number):
            return day
        return max(day, self._world.sample(activity.not_before))

    def minutes(self, number: int) -> float:
        """Return the minutes that an activity takes, of its own calendar, without what risks add to it."""
        one, activity = self._plan.works[number], self._activity(number)
        chance = one.duration or activity.duration
        if chance is None:
            return 0.0
        share = 1.0 if one.duration is not None else one.left
        return self._world.sample(chance) * one.unit_min * share

    def end(self, number: int, start_d: float, minutes: float) -> float:
        """Return the day on which an activity ends that starts on a day and takes so many minutes.

        A slip, what risks add and the day of knowledge count as they do for work without a schedule
        (:func:`sim.model.programme.work_days`).
        """
        calendar = self._plan.calendar(self._plan.works[number].calendar)
        as_of_d = self._world.campaign.as_of_d
        end_d = worked_d = add_time(calendar, start_d, minutes)
        slip_d = self._slip(number)
        if slip_d is not None:
            end_d = max(end_d + min(slip_d, 0.0), self._activity(number).planned_d + slip_d)
        factor = self._world.stretch.get(number, 1.0)
        if factor != 1.0:
            left_min = time_between(calendar, min(max(start_d, as_of_d), worked_d), worked_d)
            end_d = add_time(calendar, end_d, left_min * (factor - 1.0))
        return max(end_d, start_d, as_of_d)

    def _slip(self, number: int) -> float | None:
        """Return the slip of an activity, drawn once; None where it has none."""
        chance = self._activity(number).slip
        if chance is not None and number not in self._slips:
            self._slips[number] = self._world.sample(chance)
        return self._slips.get(number)

    def _activity(self, number: int) -> ActivityPlan:
        return self._world.campaign.activities[number]
