"""One neutral record of a plan that another tool wrote, and the notes of what became of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sim.interchange.weeks import WorkWeek
from sim.problems import Code, InputError, Mark, Problem, printable

MOST_TASKS: Final = 200_000
LARGEST_PLAN: Final = 400_000_000
"""Bytes of a plan that another tool wrote; a task of MS Project takes about 2 kB."""

Moment = datetime.datetime


class Link(str, Enum):
    """How one activity waits for another: which event of the first holds which event of the second."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class Hold(str, Enum):
    """A date that holds an activity: not earlier or later than this, or on this day."""

    SNET = "SNET"
    SNLT = "SNLT"
    FNET = "FNET"
    FNLT = "FNLT"
    MSO = "MSO"
    MFO = "MFO"


HARD: Final = frozenset({Hold.MSO, Hold.MFO, Hold.SNLT, Hold.FNLT})
"""Constraints that can make float negative."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A bound with its date."""

    bound: Hold
    at: Moment


@dataclass(frozen=True, slots=True)
class Relation:
    """What an activity waits for, by the key of its predecessor.

    The lag is in working minutes of the calendar that the plan's rule names, in minutes of the clock where `elapsed`,
    or a `share` of the predecessor's duration.
    """

    before: str
    link: Link = Link.FS
    lag_min: float = 0.0
    elapsed: bool = False
    share: float | None = None
    place: str = ""


@dataclass(slots=True)
class ForeignTask:
    """One activity, with durations in working minutes of its calendar, or of the clock where `elapsed`.

    `key` is what links name, `code` what the planner calls it. `start` and `finish` are the file's own early dates.
    """

    key: str
    code: str
    name: str
    place: str = ""
    group: str = ""
    milestone: bool = False
    pinned: bool = False
    """Whether the start of the plan does not hold it back, as a task planned by hand."""
    calendar: str = ""
    duration_min: float = 0.0
    elapsed: bool = False
    points_min: tuple[float, float, float] | None = None
    needs: list[Relation] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    deadline: Moment | None = None
    actual_start: Moment | None = None
    actual_finish: Moment | None = None
    remaining_min: float | None = None
    resume: Moment | None = None
    uses: dict[str, float] = field(default_factory=dict)
    start: Moment | None = None
    finish: Moment | None = None
    dates_are_planned: bool = False
    """Whether the dates are those of the plan before any progress, for want of others."""
    total_float_min: float | None = None

    @property
    def started(self) -> bool:
        """Whether work on it has begun."""
        return self.actual_start is not None

    @property
    def done(self) -> bool:
        """Whether work on it has ended."""
        return self.actual_finish is not None


@dataclass(frozen=True, slots=True)
class ForeignGroup:
    """A summary of activities: its title, the group it lies in, and what waits for it or what it waits for."""

    key: str
    code: str
    title: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ForeignResource:
    """What work shares: how many there are of it; without a number it holds nobody back."""

    key: str
    name: str
    capacity: float | None = None


class LagRule(str, Enum):
    """Whose calendar a lag runs in."""

    SUCCESSOR = "successor"
    PREDECESSOR = "predecessor"
    CLOCK = "24h"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was changed or left out: the rule that was followed, and each place with what stood there."""

    kind: str
    rule: str
    places: list[str]


class Notes:
    """What became of what stood in the file, by rule, in the order in which it was met."""

    def __init__(self) -> None:
        self._remarks: dict[tuple[str, str], list[str]] = {}

    def taken(self, rule: str) -> None:
        """Note what was taken for what."""
        self._remarks.setdefault(("taken", rule), [])

    def changed(self, rule: str, place: str = "") -> None:
        """Note that something is read otherwise here than in the program that wrote it."""
        self._note("changed", rule, place)

    def left_out(self, rule: str, place: str = "") -> None:
        """Note that something has no home here."""
        self._note("left out", rule, place)

    def _note(self, kind: str, rule: str, place: str) -> None:
        places = self._remarks.setdefault((kind, rule), [])
        if place:
            places.append(printable(place))

    def __iter__(self) -> Iterator[Remark]:
        order = ("taken", "changed", "left out")
        found = (Remark(kind, rule, places) for (kind, rule), places in self._remarks.items())
        return iter(sorted(found, key=lambda remark: order.index(remark.kind)))


@dataclass(slots=True)
class ForeignNetwork:
    """A plan as it stood in a file."""

    kind: str
    """What kind of file it is, in words."""
    file: str
    title: str
    start: Moment | None = None
    data_date: Moment | None = None
    finish: Moment | None = None
    lag_rule: LagRule = LagRule.SUCCESSOR
    day_min: float = 480.0
    """Minutes of what the file calls a day, where a calendar says no other."""
    calendars: dict[str, WorkWeek] = field(default_factory=dict)
    calendar: str = ""
    """The key of the calendar of all that names none; empty where work goes on round the clock."""
    groups: dict[str, ForeignGroup] = field(default_factory=dict)
    tasks: dict[str, ForeignTask] = field(default_factory=dict)
    resources: dict[str, ForeignResource] = field(default_factory=dict)
    dangling: list[str] = field(default_factory=list)
    """Levels of effort that wait for nothing, or that nothing follows."""
    notes: Notes = field(default_factory=Notes)

    def calendar_of(self, task: ForeignTask) -> WorkWeek | None:
        """Return the calendar that an activity works in; None for round the clock."""
        return None if task.elapsed else self.calendars.get(task.calendar or self.calendar)

    @property
    def links(self) -> int:
        """The number of relations."""
        return sum(len(task.needs) for task in self.tasks.values())


def refused(file: str, line: int, message: str, hint: str = "", code: Code = Code.BAD_DATA) -> ForeignError:
    """Return the error that a file cannot be used, with its place."""
    return ForeignError(Problem(Mark(file, line, 1 if line else 0), "", code, "error", message, hint))


class ForeignError(InputError):
    """A plan of another tool cannot be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text())
        self.problem = problem
