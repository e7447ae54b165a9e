"""Our dates against those that stand in the file, by working moment: where they differ first, and why."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sim.interchange.foreign import HARD, ForeignNetwork, ForeignTask
from sim.interchange.weeks import CLOCK

Dates = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True, slots=True)
class DateDifference:
    """An activity whose dates are others here, and what is known of the reason."""

    code: str
    place: str
    theirs: tuple[datetime.datetime | None, datetime.datetime | None]
    ours: Dates
    why: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many activities have the file's dates here, of how many that have any, and the first that have not."""

    same: int
    of: int
    differences: tuple[DateDifference, ...]
    planned_only: bool = False
    """Whether the file has the dates of its plan only, from before the progress it tells."""

    def text(self) -> str:
        """Return it in a line."""
        if not self.of:
            return "the file holds no dates to compare with"
        whose = "planned dates, which are from before its progress" if self.planned_only else "dates"
        return f"{self.same} of {self.of} activities on the file's {whose}"


def compare(network: ForeignNetwork, ours: Mapping[str, Dates]) -> Agreement:
    """Compare the early dates of a plan, by the key of each task, with those of the file.

    A finish at 17:00 and a start at 08:00 on the next day are one working moment. What differs only because something
    before it does is not told.
    """
    differing: dict[str, DateDifference] = {}
    compared = 0
    stale = any(task.started for task in network.tasks.values())
    planned_only = stale and all(task.dates_are_planned for task in network.tasks.values() if not task.done)
    for task in network.tasks.values():
        if task.key not in ours or not (task.start or task.finish):
            continue
        compared += 1
        start, finish = (
            _same(network, task, *pair) for pair in zip((task.start, task.finish), ours[task.key], strict=True)
        )
        if not (start and finish):
            theirs = (task.start, task.finish)
            differing[task.key] = DateDifference(task.code or task.name, task.place, theirs, ours[task.key], "")
    told = [
        _with_reason(network, network.tasks[key], one, planned_only)
        for key, one in differing.items()
        if not any(relation.before in differing for relation in network.tasks[key].needs)
    ]
    told = told or [_with_reason(network, network.tasks[key], one, planned_only) for key, one in differing.items()]
    return Agreement(compared - len(differing), compared, tuple(told), planned_only)


def _same(
    network: ForeignNetwork, task: ForeignTask, theirs: datetime.datetime | None, ours: datetime.datetime
) -> bool:
    if theirs is None or theirs == ours:
        return True
    calendar = network.calendar_of(task) or CLOCK
    if calendar.same(theirs, ours):
        return True
    # A table that has days without hours means the whole day.
    return theirs.time() == datetime.time() and theirs.date() == ours.date()


def _with_reason(network: ForeignNetwork, task: ForeignTask, one: DateDifference, planned_only: bool) -> DateDifference:
    return DateDifference(one.code, one.place, one.theirs, one.ours, _reason(network, task, one, planned_only))


def _reason(network: ForeignNetwork, task: ForeignTask, one: DateDifference, planned_only: bool) -> str:
    if planned_only:
        return "the file has the date of the plan, from before its progress"
    for remark in network.notes:
        if remark.kind != "taken" and any(place.startswith(task.place) for place in remark.places):
            return remark.rule
    held = [constraint.bound.value for constraint in task.constraints if constraint.bound in HARD]
    if held:
        return f"its constraint ({', '.join(held)}) breaks the links there, and not here"
    calendar = network.calendar_of(task) or CLOCK
    if task.start and task.finish and not task.started:
        stands_min = calendar.between(task.start, task.finish)
        if abs(stands_min - task.duration_min) >= 1.0:
            said = f"{task.duration_min / 60:g} h of work stand over {stands_min / 60:g} h of its calendar in the file"
            return f"{said}: it is split, or works by another calendar"
    if task.started and not task.done:
        return "what remains of it starts at another time in the file than on the data date"
    if network.data_date and one.theirs[0] and not task.started and one.theirs[0] < network.data_date:
        return "it has not started, and the file leaves it before the data date"
    return "nothing that was read explains it; the dates in the file may be from before a change"
