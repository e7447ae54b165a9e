"""Plans of MS Project in XML (MSPDI), also as ProjectLibre, Planner and others write it.

Source: Microsoft, "Project XML data interchange schema" (mspdi_pj12.xsd): durations are ISO 8601, lags tenths of a
minute whatever their format says, links of type 0 to 3 are FF, FS, SF, SS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

from sim.interchange.foreign import (
    Constraint,
    ForeignGroup,
    ForeignNetwork,
    ForeignTask,
    Hold,
    Link,
    Relation,
    refused,
)
from sim.interchange.mspdi_parts import Parts, Uses, gather, read_resources
from sim.interchange.mspdi_weeks import TaskCalendars, calendars_of
from sim.interchange.readings import Reading
from sim.interchange.weeks import FIVE_DAYS, WorkWeek
from sim.interchange.xml_records import XmlItem

_LINKS: Final = {0: Link.FF, 1: Link.FS, 2: Link.SF, 3: Link.SS}
_BOUNDS: Final = {
    2: Hold.MSO, 3: Hold.MFO, 4: Hold.SNET, 5: Hold.SNLT, 6: Hold.FNET, 7: Hold.FNLT,
}  # fmt: skip
_ELAPSED: Final = frozenset({4, 6, 8, 10, 12})
_PER_CENT, _ELAPSED_PER_CENT, _ESTIMATED = 19, 20, 32


@dataclass(slots=True)
class _Row:
    """A task as it stands in the file, with where it lies in the outline."""

    item: XmlItem
    uid: str
    level: int
    summary: bool = False
    parents: tuple[str, ...] = ()


def read_mspdi(path: Path, shown: str) -> ForeignNetwork:
    """Read a plan of MS Project; raises ForeignError with the line of what cannot be read."""
    parts = gather(path, shown)
    network = ForeignNetwork("MS Project XML", shown, parts.project.get("Title") or parts.project.get("Name") or "")
    _read_project(parts, network)
    network.calendars = calendars_of(parts.calendars, network)
    _choose_calendar(parts.project.get("CalendarUID", ""), network)
    rows = _outline(parts.tasks, network)
    _Tasks(network, rows, read_resources(parts, network), parts).read()
    if parts.project.get("HonorConstraints", "1") != "0":  # MS Project honours them unless told not to
        _tell_of_honoured(network)
    return network


def _read_project(parts: Parts, network: ForeignNetwork) -> None:
    reading = Reading(network.file, 1)
    network.start = reading.moment(parts.project.get("StartDate", ""), "StartDate")
    network.finish = reading.moment(parts.project.get("FinishDate", ""), "FinishDate")
    network.data_date = reading.moment(parts.project.get("StatusDate", ""), "StatusDate")
    network.day_min = reading.number(parts.project.get("MinutesPerDay", ""), "MinutesPerDay", 480.0)
    if parts.project.get("ScheduleFromStart") == "0":
        network.notes.changed(
            "the file plans back from its finish, as late as it can; here work starts as early as it can"
        )


def _choose_calendar(uid: str, network: ForeignNetwork) -> None:
    if uid in network.calendars:
        network.calendar = uid
        # What MS Project calls a day is the same for all calendars; one that works day and night has another here.
        network.calendars[uid] = replace(network.calendars[uid], day_min=network.day_min)
    else:
        network.calendars["standard"] = WorkWeek("Standard", FIVE_DAYS, {}, 480.0)
        network.calendar = "standard"
        rule = "the file names no calendar of its own: Monday to Friday, 8 to 12 h and 13 to 17 h, as MS Project has it"
        network.notes.changed(rule)


def _outline(items: list[XmlItem], network: ForeignNetwork) -> list[_Row]:
    """Return the tasks with their place in the outline; blank rows and the project's own are left out."""
    rows: list[_Row] = []
    for item in items:
        uid = item.get("UID") or item.get("ID")
        if item.get("IsNull") == "1" or not (uid or item.get("Name")):
            continue
        if not uid:
            raise refused(network.file, item.line, "a task has no UID")
        level = int(Reading(network.file, item.line).number(item.get("OutlineLevel"), "OutlineLevel", 1.0))
        if uid == "0" or level < 1:
            network.title = network.title or item.get("Name")
            continue
        rows.append(_Row(item, uid, min(level, 100)))
    for one, following in pairwise(rows):
        one.summary = following.level > one.level
    _tell_apart(rows, network)
    open_: list[_Row] = []
    for row in rows:
        while open_ and open_[-1].level >= row.level:
            open_.pop()
        row.parents = tuple(parent.uid for parent in open_)
        if row.summary:
            open_.append(row)
    return rows


def _tell_apart(rows: list[_Row], network: ForeignNetwork) -> None:
    """Give tasks with one number keys of their own; links mean the task, not the summary, and the first of two."""
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: row.summary):
        if row.uid in taken:
            if not row.summary:
                place = f"{row.item.get('Name')[:60]}, line {row.item.line}"
                network.notes.changed("tasks with one UID: links to it are read as links to the first of them", place)
            row.uid = f"{row.uid}, line {row.item.line}"
        taken.add(row.uid)


# --- tasks ------------------------------------------------------------------------------------------------------------


class _Tasks:
    """Puts the tasks of a file together."""

    def __init__(self, network: ForeignNetwork, rows: list[_Row], uses: Uses, parts: Parts) -> None:
        self.network = network
        self.rows = rows
        self.uses = uses
        self.by_uid = {row.uid: row for row in rows}
        self.external = parts.project.get("Name", "")
        self._codes = _codes(rows, network)
        self._index = {row.uid: index for index, row in enumerate(rows)}
        self._calendars = TaskCalendars(network, uses.calendar)

    def read(self) -> None:
        """Read groups, tasks and their links."""
        for row in self.rows:
            place = f"{row.item.get('Name')[:60]}, line {row.item.line}"
            if row.item.get("Active") == "0":
                self.network.notes.left_out("inactive tasks, with their links", place)
            elif row.summary:
                parent = row.parents[-1] if row.parents else ""
                code = row.item.get("WBS") or row.item.get("OutlineNumber") or row.uid
                self.network.groups[row.uid] = ForeignGroup(row.uid, code, row.item.get("Name") or code, parent)
                self._tell_of_summary(row, place)
            else:
                self.network.tasks[row.uid] = self._task(row, place)
        for row in self.rows:
            self._link(row)

    def _tell_of_summary(self, row: _Row, place: str) -> None:
        if row.item.get("Manual") == "1":
            self.network.notes.changed("a summary with dates of its own takes the dates of what is in it here", place)
        if row.uid in self.uses.of_task:
            self.network.notes.left_out("resources on a summary", place)

    def _task(self, row: _Row, place: str) -> ForeignTask:
        item, reading = row.item, Reading(self.network.file, row.item.line)
        duration, elapsed = self._duration(item, reading)
        task = ForeignTask(row.uid, self._codes[row.uid], item.get("Name") or f"task {row.uid}", place)
        task.group = row.parents[-1] if row.parents else ""
        task.duration_min, task.elapsed = duration, elapsed
        task.milestone, task.pinned = duration == 0.0, item.get("Manual") == "1"
        task.start, task.finish = (reading.moment(item.get(tag), tag) for tag in ("Start", "Finish"))
        task.deadline = reading.moment(item.get("Deadline"), "Deadline")
        task.uses = self.uses.of_task.get(row.uid, {})
        if not elapsed:
            alone = item.get("IgnoreResourceCalendar") == "1"
            task.calendar = self._calendars.of(item.get("CalendarUID"), [] if alone else list(task.uses), place)
        if item.get("TotalSlack"):
            task.total_float_min = reading.number(item.get("TotalSlack"), "TotalSlack") / 10.0
        self._read_progress(task, item, reading)
        self._read_constraints(task, row, reading)
        self._tell_of(task, item)
        for baseline in item.all("Baseline"):
            self.network.notes.left_out(f"baseline {baseline.get('Number') or '0'}")
        return task

    @staticmethod
    def _duration(item: XmlItem, reading: Reading) -> tuple[float, bool]:
        manual = item.get("Manual") == "1" and item.get("ManualDuration")
        text = item.get("ManualDuration") if manual else item.get("Duration")
        minutes = max(reading.iso_minutes(text, "Duration"), 0.0)
        kind = int(reading.number(item.get("DurationFormat"), "DurationFormat", 7.0))
        return minutes, (kind - _ESTIMATED if kind > _ESTIMATED else kind) in _ELAPSED

    def _read_progress(self, task: ForeignTask, item: XmlItem, reading: Reading) -> None:
        task.actual_start = reading.moment(item.get("ActualStart"), "ActualStart")
        task.actual_finish = reading.moment(item.get("ActualFinish"), "ActualFinish")
        per_cent = reading.number(item.get("PercentComplete"), "PercentComplete")
        if per_cent > 0.0 and task.actual_start is None:
            task.actual_start = task.start
        if per_cent >= 100.0 and task.actual_finish is None:
            task.actual_finish = task.finish
        if task.actual_finish and task.actual_start is None:
            task.actual_start = task.start or task.actual_finish
        if task.started and not task.done:
            left = task.duration_min * (1.0 - min(per_cent, 100.0) / 100.0)
            task.remaining_min = max(reading.iso_minutes(item.get("RemainingDuration"), "RemainingDuration", left), 0.0)
            task.resume = reading.moment(item.get("Resume"), "Resume")

    def _read_constraints(self, task: ForeignTask, row: _Row, reading: Reading) -> None:
        for source in (row, *(self.by_uid[uid] for uid in reversed(row.parents))):
            kind = int(reading.number(source.item.get("ConstraintType"), "ConstraintType"))
            at = reading.moment(source.item.get("ConstraintDate"), "ConstraintDate")
            if kind in _BOUNDS and at is not None:
                task.constraints.append(Constraint(_BOUNDS[kind], at))
            elif kind == 1 and source is row:
                self.network.notes.changed("as late as possible is read as early as possible", task.place)
        if row.item.get("Manual") == "1" and not task.started:
            at = reading.moment(row.item.get("ManualStart") or row.item.get("Start"), "ManualStart")
            if at is not None:
                rule = "MS Project never moves a task planned by hand; here its date holds it back, and links move it"
                task.constraints.append(Constraint(Hold.SNET, at))
                self.network.notes.changed(rule, task.place)

    def _tell_of(self, task: ForeignTask, item: XmlItem) -> None:
        notes = self.network.notes
        if item.get("ExternalTask") == "1" and task.start is not None:
            task.constraints.append(Constraint(Hold.SNET, task.start))
            notes.changed("a task of another file stands here with the dates it had", task.place)
        if item.get("IsSubproject") == "1":
            notes.left_out("what is in an inserted project; its file is not read", task.place)
        delay = Reading(self.network.file, item.line).number(item.get("LevelingDelay"), "LevelingDelay")
        if delay > 0.0 and task.start is not None and not task.started:
            task.constraints.append(Constraint(Hold.SNET, task.start))
            notes.changed("a delay by levelling is read as a date before which the task does not start", task.place)

    # --- links --------------------------------------------------------------------------------------------------------

    def _link(self, row: _Row) -> None:
        found = list(self._relations(row))
        if not found:
            return
        if not row.summary:
            if row.uid in self.network.tasks:
                self.network.tasks[row.uid].needs += found
            return
        within = [other.uid for other in self._within(row) if other.uid in self.network.tasks]
        for relation in found:
            if relation.link not in (Link.FS, Link.SS):
                self.network.notes.left_out("a link to the end of a summary", relation.place)
                continue
            rule = "a link to a summary is a link to every task in it"
            self.network.notes.changed(rule, f"{row.item.get('Name')[:60]}, line {row.item.line}")
            for uid in within:
                if relation.before != uid and not self.network.tasks[uid].started:
                    self.network.tasks[uid].needs.append(relation)

    def _within(self, row: _Row) -> Iterator[_Row]:
        for other in islice(self.rows, self._index[row.uid] + 1, None):
            if other.level <= row.level:
                return
            yield other

    def _relations(self, row: _Row) -> Iterator[Relation]:
        for item in row.item.all("PredecessorLink"):
            reading = Reading(self.network.file, item.line)
            before = item.get("PredecessorUID")
            place = f"{row.item.get('Name')[:60]}, line {item.line}"
            if item.get("CrossProject") == "1" or before not in self.by_uid:
                self.network.notes.left_out("links to tasks that are not in the file", place)
                continue
            if before not in self.network.tasks and before not in self.network.groups:
                self.network.notes.left_out("links to tasks that were left out", place)
                continue
            if before in row.parents or row.uid in self.by_uid[before].parents:
                self.network.notes.left_out("links between a summary and what is in it", place)
                continue
            kind = int(reading.number(item.get("Type"), "Type", 1.0))
            if kind not in _LINKS:
                raise refused(self.network.file, item.line, f"there is no link of type {kind}", "types are 0 to 3")
            yield self._relation(before, _LINKS[kind], item, reading, place)

    def _relation(self, before: str, link: Link, item: XmlItem, reading: Reading, place: str) -> Relation:
        lag = reading.number(item.get("LinkLag"), "LinkLag")
        kind = int(reading.number(item.get("LagFormat"), "LagFormat", 7.0))
        kind = kind - _ESTIMATED if kind > _ESTIMATED else kind
        if kind in (_PER_CENT, _ELAPSED_PER_CENT):
            return Relation(before, link, 0.0, kind == _ELAPSED_PER_CENT, lag / 100.0, place)
        return Relation(before, link, reading.bounded(lag / 10.0, "LinkLag"), kind in _ELAPSED, None, place)


def _codes(rows: list[_Row], network: ForeignNetwork) -> dict[str, str]:
    """Return what planners call each task: the word in its notes where every task has one of its own, or its number."""
    leaves = [row for row in rows if not row.summary]
    notes = [row.item.get("Notes").partition("\n")[0].strip() for row in leaves]
    if len(set(notes)) == len(notes) > 1 and all(note and len(note) <= 40 and len(note.split()) == 1 for note in notes):
        network.notes.taken("the word that begins the notes of each task is its id")
        return dict(zip((row.uid for row in leaves), notes, strict=True))
    numbers = [row.item.get("ID") for row in leaves]
    if all(numbers) and len(set(numbers)) == len(numbers):
        network.notes.taken("the number of each task's row (ID) is its id")
        return {row.uid: row.item.get("ID") for row in leaves}
    network.notes.taken("the unique number of each task (UID) is its id")
    return {row.uid: row.uid for row in leaves}


def _tell_of_honoured(network: ForeignNetwork) -> None:
    held = (Hold.MSO, Hold.MFO, Hold.SNLT, Hold.FNLT)
    rule = "MS Project holds a task to its date even where links say later; here links win, and float is negative"
    for task in network.tasks.values():
        for constraint in task.constraints:
            if constraint.bound in held:
                network.notes.changed(rule, f"{task.place}: {constraint.bound.value} {constraint.at:%Y-%m-%d}")
