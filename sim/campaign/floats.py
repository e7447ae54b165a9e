"""Late dates and float: how much later each thing can come before the end of the plan, or a goal, moves.

A backward pass over the relations from the days of the plan, in working minutes of each one's own calendar. Logic
wins: `start_by` and `by` move no early date, they pull late dates, so that float shows by how much they are missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite

from sim.campaign.placing import EPSILON_D
from sim.campaign.plan.schedule_plans import LinkPlan, SchedulePlan
from sim.worktime import DAY_MIN, WorkCalendar, time_between

_MOST_SWEEPS = 200


@dataclass(slots=True)
class FloatBar:
    """Something with a start and an end in the plan: an activity, a mission, an element, a goal."""

    name: str
    start_d: float
    end_d: float
    events: Mapping[int, float]
    """Day of each of its milestones."""
    started: int = -1
    """Milestone of the start of an activity, or -1."""
    needs: tuple[LinkPlan, ...] = ()
    ends_after: tuple[LinkPlan, ...] = ()
    calendar: WorkCalendar | None = None
    minutes: float = 0.0
    """What it lasts, in its calendar, less what is done."""
    day_min: float = DAY_MIN
    start_by_d: float = inf
    by_d: float = inf
    fact: bool = False
    """Whether it has happened; nothing of it can move."""
    running: bool = False
    """Whether it has started, so that nothing can move its start."""
    goes_on_d: float = inf
    """Of what is running: when what is left of it starts."""
    flat: bool = False
    """Whether it moves as a whole on the calendar of every day, as flights and goals do."""
    shortest_d: Mapping[int, float] = field(default_factory=dict)
    """Days from an event to the start at the least, where there is no relation that says it."""

    @property
    def begins_d(self) -> float:
        """Day on which work that is still to do begins."""
        return self.goes_on_d if self.running else self.start_d

    def latest_end(self, event: int, day: float) -> float:
        """Return the latest end that lets one of its events be on a day."""
        if self.flat:
            return self.end_d + day - self.events[event]
        return self.end_from(day) if event == self.started else day

    def end_from(self, start_d: float) -> float:
        """Return the end that follows from a start."""
        if self.calendar is None or not isfinite(start_d):
            return start_d + self.minutes / DAY_MIN
        return self.calendar.end_at(self.calendar.worked(start_d) + self.minutes) if self.minutes > 0.0 else start_d

    def start_from(self, end_d: float) -> float:
        """Return the latest start that an end allows."""
        if self.flat:
            return self.start_d + end_d - self.end_d
        if self.calendar is None or not isfinite(end_d):
            return end_d - self.minutes / DAY_MIN
        return self.calendar.start_at(self.calendar.worked(end_d) - self.minutes) if self.minutes > 0.0 else end_d

    def shown_end(self, end_d: float) -> float:
        """Return an end as it is shown: the close of a working span rather than what follows it."""
        if self.calendar is None or not isfinite(end_d):
            return end_d
        if self.minutes <= 0.0 and self.calendar.moment(end_d) <= end_d + EPSILON_D:
            return end_d
        return self.calendar.end_at(self.calendar.worked(end_d))

    def float_d(self, since_d: float, until_d: float) -> float:
        """Return the days of its own calendar between two moments."""
        return time_between(self.calendar, since_d, until_d) / self.day_min


@dataclass(frozen=True, slots=True)
class Float:
    """Late dates and float of a bar; floats in days of its own calendar, not a number for what has happened."""

    late_start_d: float
    late_end_d: float
    total_d: float
    free_d: float
    goal_d: float
    """Against the dates of the goals that need it; infinite where none does."""

    @property
    def critical(self) -> bool:
        """Whether it cannot be later without harm."""
        return self.total_d <= EPSILON_D


class Floats:
    """Late dates of the bars of a plan; `goals` are the dates of those that are goals, by bar."""

    def __init__(
        self,
        bars: Sequence[FloatBar],
        plan: SchedulePlan,
        sample: Callable[[LinkPlan], float],
        end_d: float,
        goals: Mapping[int, float],
    ) -> None:
        self._bars, self._plan, self._sample, self._end_d = bars, plan, sample, end_d
        self._after: dict[int, list[tuple[int, LinkPlan, bool]]] = {}
        for number, bar in enumerate(bars):
            for link in bar.needs:
                self._after.setdefault(link.event, []).append((number, link, False))
            for link in bar.ends_after:
                self._after.setdefault(link.event, []).append((number, link, True))
        self._onward: dict[int, list[tuple[int, LinkPlan]]] = {}
        for gather in plan.groups:
            for event in gather.events:
                self._onward.setdefault(event, []).append((gather.milestone, LinkPlan(event, "")))
        for wait in plan.waits:
            self._onward.setdefault(wait.link.event, []).append((wait.milestone, wait.link))
        self._days = {event: day for bar in bars for event, day in bar.events.items()}
        self._order = sorted(range(len(bars)), key=lambda number: -min(bars[number].end_d, 1e9))
        own = [max(end_d, bar.end_d) if isfinite(bar.end_d) else end_d for bar in bars]
        limits = [
            min(open_d, bar.by_d, bar.end_from(bar.start_by_d)) if not bar.running else min(open_d, bar.by_d)
            for open_d, bar in zip(own, bars, strict=True)
        ]
        self._late = self._sweep(limits)
        self._by_goal = self._sweep([goals.get(number, inf) for number in range(len(bars))])

    def of(self, number: int) -> Float:
        """Return the late dates and floats of a bar."""
        bar, late_d = self._bars[number], self._late[number]
        if bar.fact:
            return Float(bar.start_d, bar.end_d, *[float("nan")] * 3)
        goal_d = bar.float_d(bar.end_d, self._by_goal[number]) if isfinite(self._by_goal[number]) else inf
        total_d = bar.float_d(bar.end_d, late_d)
        free_d = min(self._slacks(bar), default=bar.float_d(bar.end_d, max(self._end_d, bar.end_d)))
        return Float(bar.start_from(late_d), bar.shown_end(late_d), total_d, free_d, goal_d)

    def _sweep(self, limits: Sequence[float]) -> list[float]:
        """Return the latest end of each bar under these limits: backward sweeps until nothing moves."""
        late = list(limits)
        for _ in range(_MOST_SWEEPS):
            moved = False
            for number in self._order:
                bar = self._bars[number]
                found = min((bar.latest_end(event, self._latest(event, late)) for event in bar.events), default=inf)
                if found < late[number] - EPSILON_D:
                    late[number], moved = found, True
            if not moved:
                break
        return late

    def _latest(self, event: int, late: Sequence[float]) -> float:
        """Return the latest day of an event that what waits for it allows."""
        day = inf
        for number, link, at_end in self._after.get(event, ()):
            bar = self._bars[number]
            if bar.fact or not isfinite(late[number]):
                continue
            target_d = late[number] if at_end else bar.start_from(late[number])
            day = min(day, self._before(link, bar, target_d))
        for milestone, link in self._onward.get(event, ()):
            day = min(day, self._back(link, self._latest(milestone, late)))
        return day

    def _before(self, link: LinkPlan, bar: FloatBar, target_d: float) -> float:
        if link.event in bar.shortest_d:
            return target_d - bar.shortest_d[link.event]
        return self._back(link, target_d)

    def _back(self, link: LinkPlan, day: float) -> float:
        """Return the latest day of an event from which a relation still reaches a day."""
        if link.lag is None or not isfinite(day):
            return day
        minutes, calendar = self._sample(link), self._plan.calendar(link.calendar)
        return day - minutes / DAY_MIN if calendar is None else calendar.start_at(calendar.worked(day) - minutes)

    def _slacks(self, bar: FloatBar) -> list[float]:
        """Return by how many of its days each event of a bar comes before what waits for it would move."""
        return [
            bar.float_d(day, limit_d)
            for event, day in bar.events.items()
            for limit_d in self._early_limits(event)
            if isfinite(limit_d) and isfinite(day)
        ]

    def _early_limits(self, event: int) -> list[float]:
        found: list[float] = []
        for number, link, at_end in self._after.get(event, ()):
            bar = self._bars[number]
            if not bar.fact:
                found.append(self._before(link, bar, bar.end_d if at_end else bar.begins_d))
        for milestone, link in self._onward.get(event, ()):
            found += [self._back(link, limit_d) for limit_d in self._early_limits(milestone)]
        return found
