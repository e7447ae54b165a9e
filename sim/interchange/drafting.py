"""From the plan of another tool to a scenario of ours."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sim.interchange.foreign import Constraint, ForeignGroup, ForeignNetwork, ForeignTask, Hold, LagRule, Link, Relation
from sim.interchange.plan_draft import DraftBlock, Namer, PlanDraft, one_line
from sim.interchange.spans import SpanClock, elapsed_text, shown_finish, shown_start, work_text
from sim.interchange.staffing import capacities, in_per_cent
from sim.interchange.week_words import calendar_words
from sim.interchange.weeks import WorkWeek

_YEAR: Final = datetime.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class DraftSpread:
    """How far durations spread: shares of the plan from the least to the most, or a class of slips."""

    least: float = 1.0
    most: float = 1.0
    slip: Mapping[str, Any] | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class GoalWish:
    """A goal that was asked for: its name, what it needs by the planner's ids, and the date it is wanted by."""

    name: str
    needs: tuple[str, ...] = ()
    by: datetime.date | None = None


@dataclass(slots=True)
class Names:
    """What everything is called here, by the key it has in the file."""

    tasks: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    calendars: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    """Planner's ids as they are written here, by the key of the task."""


def name_all(network: ForeignNetwork) -> Names:
    """Return names for all that a plan holds."""
    names, shared = Names(), Namer()
    for group in network.groups.values():
        names.groups[group.key] = shared.name(group.title, group.code, "group")
    for task in network.tasks.values():
        names.tasks[task.key] = shared.name(task.name, task.code, "task")
    codes: set[str] = set()
    for task in network.tasks.values():
        code = one_line(task.code, 110)
        if code:
            number, plain = 2, code
            while code in codes:
                code = f"{plain} ({number})"
                number += 1
            if number > 2:
                network.notes.changed("an id that two activities have gets a number", f"{task.place}: {code}")
            codes.add(code)
            names.codes[task.key] = code
    calendars, resources = Namer(), Namer()
    used = dict.fromkeys([network.calendar, *(task.calendar for task in network.tasks.values())])
    for key in used:
        if key in network.calendars:
            names.calendars[key] = calendars.name(network.calendars[key].name, key, "calendar")
    for resource in network.resources.values():
        names.resources[resource.key] = resources.name(resource.name, resource.key, "resource")
    return names


class Drafter:
    """Writes a plan as blocks of a scenario."""

    def __init__(self, network: ForeignNetwork, names: Names, spread: DraftSpread, wishes: Sequence[GoalWish]) -> None:
        self.network = network
        self.names = names
        self.spread = spread
        self.wishes = wishes
        self.clock = SpanClock.of(network)
        self.file = Path(network.file).name
        self._shared_codes = self._codes_shared()
        self._per_cent = in_per_cent(network)
        self.progress = any(task.started for task in network.tasks.values())

    def draft(self, name: str) -> PlanDraft:
        """Return the scenario; `name` is what its results are called."""
        network = self.network
        about = one_line(f"{network.title or name}, as it stands in {self.file}", 300)
        blocks = [
            DraftBlock("format", "", 1),
            DraftBlock("name", "", name),
            DraftBlock("about", "", about),
            DraftBlock("source", "", one_line(f"imported: {self.file}, {network.kind}", 300)),
            DraftBlock("confidence", "nobody has said how sure these figures are", "low"),
        ]
        if self.spread.model:
            blocks.insert(1, DraftBlock("extends", "the law of slips", self.spread.model))
        blocks.append(DraftBlock("calendar", "the end is ours, not the file's", self._calendar_block()))
        groups = {self.names.groups[group.key]: self._group(group) for group in network.groups.values()}
        activities = {self.names.tasks[task.key]: self._activity(task) for task in network.tasks.values()}
        parts = [
            DraftBlock("goals", "", self._goals()),
            DraftBlock("calendars", "working times, as the file has them", self._calendars()),
            DraftBlock("resources", "what activities share", self._resources()),
            DraftBlock("groups", "the summaries of the file (WBS)", groups),
            DraftBlock("activities", "code is the planner's id; wd are working days, wh working hours", activities),
        ]
        blocks += [block for block in parts if block.entries]
        return PlanDraft(self._head(), blocks)

    def _head(self) -> list[str]:
        network = self.network
        said = [
            f"{len(network.tasks)} activities, {network.links} links, {len(network.groups)} groups from {self.file} "
            f"({network.kind}).",
            "Dates are local times without a zone, as in the file.",
        ]
        if self.spread == DraftSpread() and not any(task.points_min for task in network.tasks.values()):
            said.append("No duration has a spread yet: every chance is 0 or 100 % until one is given.")
        return said

    # --- time ---------------------------------------------------------------------------------------------------------

    def _calendar_block(self) -> dict[str, Any]:
        said: dict[str, Any] = {"start": self.clock.first.isoformat(), "end": self.clock.last.isoformat()}
        if self.progress and self.network.data_date is not None:
            said["as_of"] = _moment_text(self.network.data_date)
        if self.network.calendar:
            said["working"] = self.names.calendars[self.network.calendar]
        return said

    def _calendars(self) -> dict[str, Any]:
        return {
            name: calendar_words(self.network.calendars[key], self.clock.first, self.clock.last)
            for key, name in self.names.calendars.items()
        }

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _resources(self) -> dict[str, Any]:
        used = {key for task in self.network.tasks.values() for key in task.uses}
        limits = capacities(self.network)
        found: dict[str, Any] = {}
        for resource in self.network.resources.values():
            if resource.key in used:
                counted = f"{resource.name} (per cent)" if resource.key in self._per_cent else resource.name
                said: dict[str, Any] = {"title": one_line(counted, 200)}
                if limits.get(resource.key) is not None:
                    said["capacity"] = self._units(resource.key, limits[resource.key] or 0.0)
                found[self.names.resources[resource.key]] = said
        return found

    def _units(self, key: str, units: float) -> int:
        """Return units of a resource as a whole number, in per cent where there are parts of one."""
        return round(units * 100.0) if key in self._per_cent else round(units)

    def _group(self, group: ForeignGroup) -> dict[str, Any]:
        said: dict[str, Any] = {"title": one_line(group.title, 200)}
        if group.code and group.code not in self._shared_codes:
            said["code"] = one_line(group.code, 110)
        if group.parent in self.names.groups:
            said["group"] = self.names.groups[group.parent]
        return said

    def _codes_shared(self) -> set[str]:
        """Return codes of groups that cannot stand for one: those that several have, or an activity."""
        counted = Counter(group.code for group in self.network.groups.values())
        return {code for code, count in counted.items() if count > 1} | set(self.names.codes.values())

    def _activity(self, task: ForeignTask) -> dict[str, Any]:
        said: dict[str, Any] = {"title": one_line(task.name, 200)}
        if task.key in self.names.codes:
            said["code"] = self.names.codes[task.key]
        if task.group in self.names.groups:
            said["group"] = self.names.groups[task.group]
        calendar = self.network.calendar_of(task)
        if task.calendar and task.calendar != self.network.calendar and not task.elapsed:
            said["calendar"] = self.names.calendars[task.calendar]
        if task.done:
            return said | self._facts(task) | self._waits(task)
        said["duration"] = self._duration(task, calendar)
        if task.started:
            said |= self._facts(task)
        elif self.spread.slip is not None:
            said["slip"] = dict(self.spread.slip)
        said |= self._bounds(task, calendar)
        said |= self._waits(task)
        if task.uses:
            uses = {self.names.resources[key]: self._units(key, units) for key, units in task.uses.items()}
            said["uses"] = {name: units for name, units in uses.items() if units > 0}
        return {key: value for key, value in said.items() if value not in ({}, [])}

    def _waits(self, task: ForeignTask) -> dict[str, Any]:
        """Return what an activity waits for before it starts, and before it ends."""
        needs = [self._need(relation, task) for relation in task.needs if relation.link in (Link.FS, Link.SS)]
        ends = [self._need(relation, task) for relation in task.needs if relation.link in (Link.FF, Link.SF)]
        return ({"needs": needs} if needs else {}) | ({"ends_after": ends} if ends else {})

    def _facts(self, task: ForeignTask) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        if task.actual_start is not None:
            facts["started"] = _moment_text(task.actual_start)
        if task.actual_finish is not None:
            return facts | {"done": _moment_text(task.actual_finish)}
        left = task.remaining_min or 0.0
        if task.points_min is not None and task.points_min[1] > 0.0:
            return facts | {"remaining": self._points(task, left / task.points_min[1])}
        return facts | {"remaining": self._spread(task, left)}

    def _points(self, task: ForeignTask, share: float) -> Any:
        """Return the three points of a duration, or of so much of it."""
        calendar = self.network.calendar_of(task)
        points = _works([minutes * share for minutes in task.points_min or (0.0,)], calendar, task)
        return {"triangular": points} if points[0] != points[-1] else points[0]

    def _duration(self, task: ForeignTask, calendar: WorkWeek | None) -> Any:
        if task.points_min is not None and not task.started:
            return self._points(task, 1.0)
        if task.started:
            return _work(task.duration_min, calendar, task)
        return self._spread(task, task.duration_min)

    def _spread(self, task: ForeignTask, minutes: float) -> Any:
        calendar, least, most = self.network.calendar_of(task), self.spread.least, self.spread.most
        if minutes <= 0.0 or least == most == 1.0:
            return _work(minutes, calendar, task)
        shares = sorted({least, 1.0, most} if least < 1.0 < most else {least, most})
        law = "triangular" if len(shares) == 3 else "uniform"
        if len(shares) == 1:
            return _work(minutes * least, calendar, task)
        return {law: _works([minutes * share for share in shares], calendar, task)}

    def _bounds(self, task: ForeignTask, calendar: WorkWeek | None) -> dict[str, str]:
        """Return the dates that hold an activity, the strictest of each kind."""
        found: dict[str, datetime.datetime] = {}
        for key, at, latest in _dates_of(task, self.clock.open_start(task, calendar)):
            known = found.get(key)
            found[key] = at if known is None else max(known, at) if latest else min(known, at)
        if task.started:
            found.pop("not_before", None)
            found.pop("start_by", None)
        order = ("not_before", "start_by", "not_done_before", "by")
        at_start = ("not_before", "start_by")
        return {
            key: (shown_start if key in at_start else shown_finish)(found[key], calendar)
            for key in order
            if key in found
        }

    # --- needs --------------------------------------------------------------------------------------------------------

    def _need(self, relation: Relation, task: ForeignTask) -> Any:
        names, network = self.names, self.network
        first = network.tasks.get(relation.before)
        name = names.tasks[relation.before] if first else names.groups[relation.before]
        event = f"{name}.started" if relation.link in (Link.SS, Link.SF) else name
        lag, elapsed = self._lag_min(relation)
        if lag == 0.0:
            return event
        runs_in, called = self._runs_in(first, task, LagRule.CLOCK if elapsed else network.lag_rule)
        said = elapsed_text(abs(lag)) if runs_in is None else work_text(abs(lag), runs_in)
        if not called:
            return f"{event} {'+' if lag > 0 else '-'} {said}"
        return {"after": event, "lag": f"{'' if lag > 0 else '-'}{said}", "calendar": called}

    def _runs_in(self, first: ForeignTask | None, task: ForeignTask, rule: LagRule) -> tuple[WorkWeek | None, str]:
        """Return the calendar of a lag, and how it is called where it is not that of the waiting activity."""
        network = self.network
        mine = network.calendar_of(task)
        theirs = network.calendar_of(first) if first else network.calendars.get(network.calendar)
        default = network.calendars.get(network.calendar)
        runs_in = {LagRule.SUCCESSOR: mine, LagRule.PREDECESSOR: theirs, LagRule.PROJECT: default}.get(rule)
        if runs_in is None or runs_in is mine:
            return runs_in, ""
        return runs_in, "predecessor" if rule is LagRule.PREDECESSOR and first else self.names.calendars[
            network.calendar
        ]

    def _lag_min(self, relation: Relation) -> tuple[float, bool]:
        """Return the minutes of a lag, and whether they are of the clock."""
        if relation.share is None:
            return relation.lag_min, relation.elapsed
        first = self.network.tasks.get(relation.before)
        if first is None:
            self.network.notes.left_out("lags in per cent of a summary", relation.place)
            return 0.0, False
        rule = "a lag in per cent of a duration is fixed at what it is in the plan"
        minutes = relation.share * first.duration_min
        self.network.notes.changed(rule, f"{relation.place}: {relation.share:.0%} is {minutes / 60:g} h")
        return minutes, relation.elapsed or first.elapsed

    # --- goals --------------------------------------------------------------------------------------------------------

    def _goals(self) -> dict[str, Any]:
        goals: dict[str, Any] = {}
        for wish in self.wishes:
            needs = [self._meant(one) for one in wish.needs] or self._ends()
            goals[wish.name] = {"by": (wish.by or self._wanted(needs)).isoformat(), "needs": needs}
        if not goals:
            needs = self._ends()
            title = one_line(self.network.title, 120)
            said: dict[str, Any] = {"title": title} if title else {}
            goals["plan-done"] = said | {"by": self._wanted(needs).isoformat(), "needs": needs}
        return goals

    def _meant(self, word: str) -> str:
        """Return the name of what a goal needs, said by id, name or title."""
        from sim.problems import InputError, suggest

        tables = [
            {code: self.names.tasks[key] for key, code in self.names.codes.items()},
            {name: name for name in (*self.names.tasks.values(), *self.names.groups.values())},
            {task.name: self.names.tasks[task.key] for task in self.network.tasks.values()},
            {group.title: self.names.groups[group.key] for group in self.network.groups.values()},
        ]
        for table in tables:
            if word in table:
                return table[word]
        raise InputError(f"--goal: '{word[:60]}' is no activity of the file; {suggest(word, tables[0] or tables[1])}")

    def _ends(self) -> list[str]:
        """Return what nothing waits for."""
        waited_for = {
            relation.before
            for task in self.network.tasks.values()
            for relation in task.needs
            if relation.link in (Link.FS, Link.FF) and not task.done
        }
        for key in list(waited_for & set(self.network.groups)):
            waited_for |= {task.key for task in self.network.tasks.values() if self._lies_in(task, key)}
        ends = [task for task in self.network.tasks.values() if task.key not in waited_for]
        open_ = [task for task in ends if not task.done] or ends or list(self.network.tasks.values())
        return [self.names.tasks[task.key] for task in open_]

    def _lies_in(self, task: ForeignTask, group: str) -> bool:
        at, steps = task.group, 0
        while at and at != group and steps < 100:
            at = self.network.groups[at].parent if at in self.network.groups else ""
            steps += 1
        return at == group

    def _wanted(self, needs: Sequence[str]) -> datetime.date:
        """Return the day something is wanted: its deadline, or the finish of the plan in the file."""
        by_name = {self.names.tasks[task.key]: task for task in self.network.tasks.values()}
        meant = [by_name[name] for name in needs if name in by_name]
        deadlines = [task.deadline for task in meant if task.deadline]
        if deadlines:
            return max(_day_of_finish(min(deadlines)), self.clock.first)
        finishes = [task.finish for task in meant if task.finish]
        if self.network.finish or finishes:
            known = [*finishes, *([self.network.finish] if self.network.finish else [])]
            return max(_day_of_finish(max(known)), self.clock.first)
        self.network.notes.changed("the file names no finish: the goal is wanted by the plan's own length")
        return self.clock.finish_guess


def _dates_of(task: ForeignTask, open_start: datetime.datetime | None) -> Iterator[tuple[str, datetime.datetime, bool]]:
    """Yield each bound as its key, its date, and whether the latest of several is the strictest."""
    keys = {
        Hold.SNET: ("not_before",), Hold.SNLT: ("start_by",), Hold.FNET: ("not_done_before",), Hold.FNLT: ("by",),
        Hold.MSO: ("not_before", "start_by"), Hold.MFO: ("not_done_before", "by"),
    }  # fmt: skip
    deadline = [Constraint(Hold.FNLT, task.deadline)] if task.deadline else []
    start = [Constraint(Hold.SNET, open_start)] if open_start else []
    for constraint in (*task.constraints, *deadline, *start):
        for key in keys[constraint.bound]:
            yield key, constraint.at, key.startswith("not_")


def _work(minutes: float, calendar: WorkWeek | None, task: ForeignTask) -> str:
    return elapsed_text(minutes) if task.elapsed or calendar is None else work_text(minutes, calendar)


def _works(minutes: Sequence[float], calendar: WorkWeek | None, task: ForeignTask) -> list[str]:
    """Return the values of one law, which all have one unit."""
    said = [_work(one, calendar, task) for one in minutes]
    if task.elapsed or calendar is None or len({one.split()[1] for one in said}) == 1:
        return said
    return [f"{round(one / 60.0, 6):.9g} wh" for one in minutes]


def _moment_text(at: datetime.datetime) -> str:
    return at.isoformat(timespec="minutes" if at.second == 0 else "seconds")


def _day_of_finish(at: datetime.datetime) -> datetime.date:
    return (at - datetime.timedelta(minutes=1)).date() if at.time() == datetime.time() else at.date()
