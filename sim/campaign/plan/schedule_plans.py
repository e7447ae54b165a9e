"""The schedule of a campaign: relations between activities, working calendars, shared resources and groups."""

from __future__ import annotations

from dataclasses import dataclass

from sim.campaign.plan.parts import Chance
from sim.worktime import DAY_MIN, WorkCalendar


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """A relation: how long after an event something can start, or end."""

    event: int
    """Milestone."""
    said: str
    """As the scenario says it."""
    lag: Chance | None = None
    """In units of `unit_min`; negative for a lead."""
    unit_min: float = DAY_MIN
    calendar: int = -1
    """Index of the working calendar it runs in, or -1 for round the clock."""


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What the schedule adds to an activity; by the activity's number."""

    name: str
    done: int
    """Milestone of its end."""
    started: int
    """Milestone of its start, or -1 when nothing needs it."""
    needs: tuple[LinkPlan, ...]
    ends_after: tuple[LinkPlan, ...]
    calendar: int
    """Index of the working calendar its duration runs in, or -1."""
    unit_min: float
    """Minutes of one unit of its duration."""
    duration: Chance | None
    """Of the work left, where it has started and says so."""
    left: float
    """Share of the duration that is left."""
    uses: tuple[tuple[int, int], ...]
    """(resource, how many)."""
    rank: int
    """Its turn where several want a resource: 0 comes first."""
    not_before_d: float
    """Nothing of it is done before this day, for what is reported: the day of knowledge."""
    not_done_before_d: float
    planned_min: float
    """Minutes that it, or what is left of it, takes as planned."""
    planned_from_d: float
    """Day from which its own dates let it start as planned."""
    finish_d: float
    """Stated day of completion, or -infinity."""
    since_d: float
    """Day on which it did start; infinite when it has not."""
    done_d: float
    """Day on which it was done; infinite when it is not."""
    start_by_d: float = float("inf")
    by_d: float = float("inf")

    @property
    def fact(self) -> bool:
        """Whether it is done."""
        return self.done_d < float("inf")

    @property
    def begun(self) -> bool:
        """Whether it has started, or is done."""
        return self.since_d < float("inf")


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """People or tools that several activities share."""

    name: str
    from_d: tuple[float, ...]
    """Days from which there are so many, the first before everything."""
    capacity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GatherPlan:
    """A group's start or end: the first, or the last, of the events of its members."""

    milestone: int
    events: tuple[int, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class WaitPlan:
    """Time between an event and what needs it, where that is no activity."""

    milestone: int
    link: LinkPlan
    subject: int


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """All that makes a schedule of the activities; a campaign that uses nothing of it has none."""

    calendars: tuple[WorkCalendar, ...]
    resources: tuple[ResourcePlan, ...]
    works: tuple[WorkPlan, ...]
    groups: tuple[GatherPlan, ...]
    waits: tuple[WaitPlan, ...]

    def calendar(self, number: int) -> WorkCalendar | None:
        """Return a calendar by its index; None is round the clock."""
        return self.calendars[number] if number >= 0 else None
