"""What XER and PMXML have in common: the tables of Primavera P6, put together as a plan.

The tables and fields have the names of XER; the reader of PMXML translates into them.
Source: Oracle, "P6 EPPM XER Import/Export Data Map Guide", tables PROJECT, SCHEDOPTIONS, PROJWBS, RSRC, RSRCRATE, TASK,
TASKPRED, TASKRSRC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sim.interchange.foreign import (
    Constraint,
    ForeignGroup,
    ForeignNetwork,
    ForeignResource,
    ForeignTask,
    Hold,
    LagRule,
    Link,
    Relation,
    refused,
)
from sim.interchange.readings import Reading
from sim.interchange.weeks import FIVE_DAYS, WorkWeek

_LAG_RULES: Final = {
    "rcal_Predecessor": LagRule.PREDECESSOR,
    "rcal_Successor": LagRule.SUCCESSOR,
    "rcal_24Hour": LagRule.CLOCK,
    "rcal_ProjDefault": LagRule.PROJECT,
}
_BOUNDS: Final = {
    "CS_MSO": Hold.MSO, "CS_MSOA": Hold.SNET, "CS_MSOB": Hold.SNLT, "CS_MEO": Hold.MFO, "CS_MEOA": Hold.FNET,
    "CS_MEOB": Hold.FNLT, "CS_MANDSTART": Hold.MSO, "CS_MANDFIN": Hold.MFO,
}  # fmt: skip
_MANDATORY: Final = ("CS_MANDSTART", "CS_MANDFIN")
_EFFORTS: Final = {"TT_LOE": "levels of effort: their dates follow from others and move nothing",
                   "TT_WBS": "WBS summaries: their dates follow from others and move nothing"}  # fmt: skip
_MILESTONES: Final = ("TT_Mile", "TT_FinMile")


@dataclass(frozen=True, slots=True)
class XerRow:
    """A row of a table: its line and its values by field; what is missing is empty."""

    line: int
    values: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return a value without blanks around it."""
        return self.values.get(name, "").strip()


@dataclass(slots=True)
class Tables:
    """The tables of a file by name, and its calendars."""

    rows: dict[str, list[XerRow]] = field(default_factory=dict)
    calendars: dict[str, WorkWeek] = field(default_factory=dict)
    default_calendar: str = ""

    def of(self, name: str) -> Sequence[XerRow]:
        """Return the rows of a table; none where it is missing."""
        return self.rows.get(name, ())


def assemble(kind: str, file: str, tables: Tables) -> ForeignNetwork:
    """Return the plan that the tables hold; raises ForeignError with the line of what cannot be read."""
    if not tables.of("TASK"):
        raise refused(file, 0, "there is no activity in it", "export the project with its activities")
    network = ForeignNetwork(kind, file, "")
    network.calendars = dict(tables.calendars)
    builder = _Builder(network, tables)
    builder.read_projects()
    builder.read_groups()
    builder.read_resources()
    builder.read_tasks()
    builder.read_links()
    return network


class _Builder:
    """Puts a plan together, table by table."""

    def __init__(self, network: ForeignNetwork, tables: Tables) -> None:
        self.network = network
        self.tables = tables
        self.projects: dict[str, XerRow] = {}
        self.left_out: set[str] = set()

    def _reading(self, row: XerRow) -> Reading:
        return Reading(self.network.file, row.line)

    # --- projects -----------------------------------------------------------------------------------------------------

    def read_projects(self) -> None:
        """Choose the projects that are plans, and read their dates and their rules."""
        rows = self.tables.of("PROJECT")
        with_tasks = {row.get("proj_id") for row in self.tables.of("TASK")}
        for row in rows:
            name = row.get("proj_id")
            if row.get("orig_proj_id") and any(other.get("proj_id") != name for other in rows):
                self.left_out.add(name)
                self.network.notes.left_out("baseline projects", f"{row.get('proj_short_name')}, line {row.line}")
            elif name in with_tasks:
                self.projects[name] = row
        chosen = list(self.projects.values())
        if len(chosen) > 1:
            names = ", ".join(row.get("proj_short_name") or row.get("proj_id") for row in chosen)
            self.network.notes.taken(f"{len(chosen)} projects of the file as one plan: {names[:200]}")
        for row in chosen:
            self._read_dates(row)
        self._choose_calendar(chosen)
        self._read_options()

    def _read_dates(self, row: XerRow) -> None:
        reading, network = self._reading(row), self.network
        start, data_date, end = (
            reading.moment(row.get(name), name) for name in ("plan_start_date", "last_recalc_date", "scd_end_date")
        )
        network.start = min((at for at in (network.start, start) if at), default=None)
        network.finish = max((at for at in (network.finish, end) if at), default=None)
        if network.data_date and data_date and data_date != network.data_date:
            network.notes.changed("the projects have several data dates; the latest counts for all")
        network.data_date = max((at for at in (network.data_date, data_date) if at), default=None)
        network.title = network.title or row.get("proj_name") or row.get("proj_short_name")

    def _choose_calendar(self, chosen: Sequence[XerRow]) -> None:
        network = self.network
        named = [row.get("clndr_id") for row in chosen] + [self.tables.default_calendar]
        network.calendar = next((uid for uid in named if uid in network.calendars), "")
        if not network.calendar and network.calendars:
            network.calendar = next(iter(network.calendars))
        if not network.calendar:
            network.calendars["standard"] = WorkWeek("Standard", FIVE_DAYS, {}, 480.0)
            network.calendar = "standard"
            network.notes.changed("the file has no calendar: Monday to Friday, 8 to 12 h and 13 to 17 h")
        network.day_min = network.calendars[network.calendar].day_min

    def _read_options(self) -> None:
        options = [row for row in self.tables.of("SCHEDOPTIONS") if row.get("proj_id") in {*self.projects, ""}]
        notes = self.network.notes
        rules = [row.get("sched_calendar_on_relationship_lag") for row in options]
        found = [_LAG_RULES[rule] for rule in rules if rule in _LAG_RULES]
        if found:
            self.network.lag_rule = found[0]
            notes.taken(f"lags run in the {_SAID_OF[found[0]]}, as the file says")
        else:
            # P6 takes the predecessor's calendar where nothing is set.
            self.network.lag_rule = LagRule.PREDECESSOR
            notes.taken("the file does not say whose calendar lags run in; that of the predecessor, as P6 has it")
        if len(set(found)) > 1:
            notes.changed("the projects differ in whose calendar lags run in; the first one counts for all")
        for row in options:
            if row.get("sched_retained_logic") == "N":
                what = "progress override" if row.get("sched_progress_override") == "Y" else "actual dates"
                notes.changed(f"P6 was set to {what}; here what remains of started work waits for what it needs")
                break

    # --- groups and resources -----------------------------------------------------------------------------------------

    def read_groups(self) -> None:
        """Read the WBS; that of a single project has no group of its own."""
        rows = [row for row in self.tables.of("PROJWBS") if row.get("proj_id") not in self.left_out]
        uids = {row.get("wbs_id") for row in rows}
        tops = {row.get("wbs_id") for row in rows if row.get("proj_node_flag") == "Y"}
        tops = tops or {row.get("wbs_id") for row in rows if row.get("parent_wbs_id") not in uids}
        single = tops if len(self.projects) <= 1 and len(tops) == 1 else set()
        for row in rows:
            uid, parent = row.get("wbs_id"), row.get("parent_wbs_id")
            if uid in single:
                self.network.title = row.get("wbs_name") or self.network.title
                continue
            parent = parent if parent in uids and parent not in single and parent != uid else ""
            code = row.get("wbs_short_name") or uid
            self.network.groups[uid] = ForeignGroup(uid, code, row.get("wbs_name") or code, parent)

    def read_resources(self) -> None:
        """Read who works, how many there are, and in which calendar."""
        most: dict[str, float] = {}
        for row in self.tables.of("RSRCRATE"):
            number = self._reading(row).number(row.get("max_qty_per_hr"), "max_qty_per_hr")
            most[row.get("rsrc_id")] = max(most.get(row.get("rsrc_id"), 0.0), number)
        for row in self.tables.of("RSRC"):
            uid, name = row.get("rsrc_id"), row.get("rsrc_name") or row.get("rsrc_short_name")
            if row.get("rsrc_type") == "RT_Mat":
                self.network.notes.left_out("material is no resource that holds work back", f"{name}, line {row.line}")
                continue
            limit = self._reading(row).number(row.get("def_qty_per_hr"), "def_qty_per_hr")
            capacity = most.get(uid) or limit or None
            self.network.resources[uid] = ForeignResource(uid, name or uid, capacity)

    # --- activities ---------------------------------------------------------------------------------------------------

    def read_tasks(self) -> None:
        """Read the activities with their progress and constraints."""
        staff = self._staff()
        calendars = {row.get("rsrc_id"): row.get("clndr_id") for row in self.tables.of("RSRC")}
        for row in self.tables.of("TASK"):
            uid, kind = row.get("task_id"), row.get("task_type")
            place = f"{row.get('task_code') or uid}, line {row.line}"
            if row.get("proj_id") in self.left_out:
                continue
            if not uid or uid in self.network.tasks:
                said = f"two activities have the id {uid[:40]}" if uid else "an activity has no id"
                raise refused(self.network.file, row.line, said)
            if kind in _EFFORTS:
                self.network.notes.left_out(_EFFORTS[kind], place)
                continue
            task = self._task(row, place)
            task.uses = staff.get(uid, {})
            resource = calendars.get(row.get("rsrc_id") or next(iter(task.uses), ""), "")
            if kind == "TT_Rsrc" and resource in self.network.calendars:
                task.calendar = resource
                self.network.notes.taken("an activity that depends on its resource works in the resource's calendar")
            self.network.tasks[uid] = task

    def _staff(self) -> dict[str, dict[str, float]]:
        staff: dict[str, dict[str, float]] = {}
        for row in self.tables.of("TASKRSRC"):
            resource = row.get("rsrc_id")
            if resource not in self.network.resources:
                continue
            reading = self._reading(row)
            names = ("target_qty_per_hr", "remain_qty_per_hr")
            units = max(reading.number(row.get(name), name) for name in names)
            held = staff.setdefault(row.get("task_id"), {})
            held[resource] = held.get(resource, 0.0) + max(units, 0.0)
        return staff

    def _task(self, row: XerRow, place: str) -> ForeignTask:
        reading = self._reading(row)
        uid, kind = row.get("task_id"), row.get("task_type")
        task = ForeignTask(uid, row.get("task_code") or uid, row.get("task_name") or row.get("task_code") or uid, place)
        task.milestone = kind in _MILESTONES
        task.group = row.get("wbs_id") if row.get("wbs_id") in self.network.groups else ""
        task.calendar = row.get("clndr_id") if row.get("clndr_id") in self.network.calendars else ""
        planned = reading.minutes(row.get("target_drtn_hr_cnt"), "target_drtn_hr_cnt", -60.0)
        left = reading.minutes(row.get("remain_drtn_hr_cnt"), "remain_drtn_hr_cnt", -60.0)
        task.duration_min = 0.0 if task.milestone else max(planned if planned >= 0.0 else left, 0.0)
        self._read_progress(task, row, reading, left)
        self._read_constraints(task, row, reading)
        self._read_dates_of(task, row, reading)
        return task

    def _read_progress(self, task: ForeignTask, row: XerRow, reading: Reading, left_min: float) -> None:
        status = row.get("status_code")
        task.actual_start = reading.moment(row.get("act_start_date"), "act_start_date")
        task.actual_finish = reading.moment(row.get("act_end_date"), "act_end_date")
        if task.done and task.actual_start is None:
            task.actual_start = task.actual_finish
        if status == "TK_Complete" and not task.done:
            self.network.notes.changed("completed without an actual finish: taken as not done", task.place)
        if task.started and not task.done:
            task.remaining_min = left_min if left_min >= 0.0 else task.duration_min
            task.resume = reading.moment(row.get("resume_date"), "resume_date")
            if row.get("suspend_date") and not task.resume:
                self.network.notes.left_out("work that is suspended goes on from the data date here", task.place)
        elif not task.started and left_min >= 0.0 and not task.milestone and abs(left_min - task.duration_min) > 0.5:
            said = f"{task.place}: {task.duration_min / 60:g} h planned, {left_min / 60:g} h remain"
            self.network.notes.changed(
                "not started, and less or more remains than was planned: what remains counts", said
            )
            task.duration_min = left_min
        if row.get("expect_end_date") and not task.done:
            rule = "an expected finish sets no duration here; the remaining duration of the file counts"
            self.network.notes.changed(rule, f"{task.place}: {row.get('expect_end_date')}")

    def _read_constraints(self, task: ForeignTask, row: XerRow, reading: Reading) -> None:
        notes = self.network.notes
        for kind_name, date_name in (("cstr_type", "cstr_date"), ("cstr_type2", "cstr_date2")):
            kind, at = row.get(kind_name), reading.moment(row.get(date_name), date_name)
            if kind == "CS_ALAP":
                notes.changed("as late as possible is read as early as possible", task.place)
            elif kind and kind not in _BOUNDS:
                notes.left_out("constraints of a kind that is not known", f"{task.place}: {kind}")
            elif kind and at is not None:
                task.constraints.append(Constraint(_BOUNDS[kind], at))
            if kind in _MANDATORY:
                rule = "P6 holds a mandatory date even where links say later; here links win, and float is negative"
                notes.changed(rule, f"{task.place}: {row.get(date_name)}")
        outside = reading.moment(row.get("external_early_start_date"), "external_early_start_date")
        if outside is not None and not task.started:
            task.constraints.append(Constraint(Hold.SNET, outside))
            notes.changed("what an activity waits for in another project is read as its date", task.place)

    def _read_dates_of(self, task: ForeignTask, row: XerRow, reading: Reading) -> None:
        early = [reading.moment(row.get(name), name) for name in ("early_start_date", "early_end_date")]
        planned = [reading.moment(row.get(name), name) for name in ("target_start_date", "target_end_date")]
        known = early if any(early) else planned
        task.start = task.actual_start or known[0]
        task.finish = task.actual_finish or known[1]
        task.dates_are_planned = not any(early) and not task.done
        if row.get("total_float_hr_cnt"):
            task.total_float_min = reading.minutes(row.get("total_float_hr_cnt"), "total_float_hr_cnt")

    # --- links --------------------------------------------------------------------------------------------------------

    def read_links(self) -> None:
        """Read the relations; those of what is not there or was left out are told."""
        tasks = self.network.tasks
        efforts = {row.get("task_id"): row for row in self.tables.of("TASK") if row.get("task_id") not in tasks}
        self._find_dangling(efforts)
        for row in self.tables.of("TASKPRED"):
            before, after = row.get("pred_task_id"), row.get("task_id")
            place = f"{_called(after, tasks)} after {_called(before, tasks)}, line {row.line}"
            if before not in tasks or after not in tasks:
                if row.get("proj_id") in self.left_out:
                    continue
                known = before in efforts or after in efforts
                what = "links of activities that were left out" if known else "links to activities not in the file"
                self.network.notes.left_out(what, place)
                continue
            kind = (row.get("pred_type") or "PR_FS").removeprefix("PR_")
            if kind not in Link.__members__:
                raise refused(self.network.file, row.line, f"there is no link of type {kind[:40]}", "FS, SS, FF or SF")
            lag = self._reading(row).minutes(row.get("lag_hr_cnt"), "lag_hr_cnt")
            tasks[after].needs.append(Relation(before, Link[kind], lag, place=place))

    def _find_dangling(self, efforts: Mapping[str, XerRow]) -> None:
        after = {row.get("task_id") for row in self.tables.of("TASKPRED")}
        before = {row.get("pred_task_id") for row in self.tables.of("TASKPRED")}
        self.network.dangling += [
            row.get("task_code") or uid
            for uid, row in efforts.items()
            if row.get("task_type") == "TT_LOE" and not (uid in after and uid in before)
        ]


_SAID_OF: Final = {
    LagRule.PREDECESSOR: "calendar of the predecessor",
    LagRule.SUCCESSOR: "calendar of the successor",
    LagRule.CLOCK: "time of the clock",
    LagRule.PROJECT: "calendar of the project",
}


def _called(uid: str, tasks: Mapping[str, ForeignTask]) -> str:
    return tasks[uid].code if uid in tasks else uid[:40]
