"""Plans of Primavera P6 in XML (PMXML), translated into the tables that XER has.

Source: Oracle, "P6 EPPM XML Import/Export Data Map Guide" and p6apibo.xsd: durations and lags are hours, a working time
ends with its last minute (11:59).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sim.interchange.foreign import MOST_TASKS, ForeignNetwork, refused
from sim.interchange.primavera import Tables, XerRow, assemble
from sim.interchange.readings import Reading
from sim.interchange.weeks import DAY_MIN, FIVE_DAYS, MOST_DAYS, Day, WorkWeek, tidy, usual_day_min
from sim.interchange.xml_records import XmlItem, records
from sim.problems import Code

_CONTAINERS: Final = frozenset({"APIBusinessObjects", "Project", "EPS"})
_SKIPPED: Final = frozenset({"UDF", "UDFValue", "Code", "ResourceCurve", "ActivityNote", "Spread", "DisplayCurrency"})
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_PROJECT: Final = {
    "ObjectId": "proj_id", "Id": "proj_short_name", "Name": "proj_name", "DataDate": "last_recalc_date",
    "PlannedStartDate": "plan_start_date", "ScheduledFinishDate": "scd_end_date",
    "ActivityDefaultCalendarObjectId": "clndr_id", "OriginalProjectObjectId": "orig_proj_id",
}  # fmt: skip
_TABLES: Final = {
    "WBS": ("PROJWBS", {
        "ObjectId": "wbs_id", "ProjectObjectId": "proj_id", "ParentObjectId": "parent_wbs_id", "Code": "wbs_short_name",
        "Name": "wbs_name",
    }),
    "Resource": ("RSRC", {
        "ObjectId": "rsrc_id", "Name": "rsrc_name", "Id": "rsrc_short_name", "CalendarObjectId": "clndr_id",
        "MaxUnitsPerTime": "def_qty_per_hr", "ResourceType": "rsrc_type",
    }),
    "ResourceRate": ("RSRCRATE", {"ResourceObjectId": "rsrc_id", "MaxUnitsPerTime": "max_qty_per_hr"}),
    "Activity": ("TASK", {
        "ObjectId": "task_id", "ProjectObjectId": "proj_id", "WBSObjectId": "wbs_id", "CalendarObjectId": "clndr_id",
        "Id": "task_code", "Name": "task_name", "Type": "task_type", "Status": "status_code",
        "PlannedDuration": "target_drtn_hr_cnt", "RemainingDuration": "remain_drtn_hr_cnt",
        "ActualStartDate": "act_start_date", "ActualFinishDate": "act_end_date",
        "PrimaryConstraintType": "cstr_type", "PrimaryConstraintDate": "cstr_date",
        "SecondaryConstraintType": "cstr_type2", "SecondaryConstraintDate": "cstr_date2",
        "SuspendDate": "suspend_date", "ResumeDate": "resume_date", "ExpectedFinishDate": "expect_end_date",
        "ExternalEarlyStartDate": "external_early_start_date", "PrimaryResourceObjectId": "rsrc_id",
        "StartDate": "start_date", "FinishDate": "end_date",
        "EarlyStartDate": "early_start_date", "EarlyFinishDate": "early_end_date",
        "PlannedStartDate": "target_start_date", "PlannedFinishDate": "target_end_date",
        "TotalFloat": "total_float_hr_cnt",
    }),
    "Relationship": ("TASKPRED", {
        "SuccessorActivityObjectId": "task_id", "PredecessorActivityObjectId": "pred_task_id",
        "SuccessorProjectObjectId": "proj_id", "Type": "pred_type", "Lag": "lag_hr_cnt",
    }),
    "ResourceAssignment": ("TASKRSRC", {
        "ActivityObjectId": "task_id", "ResourceObjectId": "rsrc_id", "PlannedUnitsPerTime": "target_qty_per_hr",
        "RemainingUnitsPerTime": "remain_qty_per_hr",
    }),
    "ScheduleOptions": ("SCHEDOPTIONS", {
        "ProjectObjectId": "proj_id", "RelationshipLagCalendar": "sched_calendar_on_relationship_lag",
        "OutOfSequenceScheduleType": "sched_retained_logic",
    }),
}  # fmt: skip
_WORDS: Final = {
    "task_type": {
        "Level of Effort": "TT_LOE", "WBS Summary": "TT_WBS", "Start Milestone": "TT_Mile",
        "Finish Milestone": "TT_FinMile", "Resource Dependent": "TT_Rsrc", "Task Dependent": "TT_Task",
    },
    "status_code": {"Completed": "TK_Complete", "In Progress": "TK_Active", "Not Started": "TK_NotStart"},
    "pred_type": {"Finish to Start": "PR_FS", "Start to Start": "PR_SS", "Finish to Finish": "PR_FF",
                  "Start to Finish": "PR_SF"},
    "rsrc_type": {"Material": "RT_Mat"},
    "sched_retained_logic": {"Retained Logic": "Y", "Progress Override": "N", "Actual Dates": "N"},
    "sched_calendar_on_relationship_lag": {
        "Predecessor Activity Calendar": "rcal_Predecessor", "Successor Activity Calendar": "rcal_Successor",
        "24 Hour Calendar": "rcal_24Hour", "Project Default Calendar": "rcal_ProjDefault",
    },
}  # fmt: skip
_CONSTRAINTS: Final = {
    "Start On": "CS_MSO", "Start On or After": "CS_MSOA", "Start On or Before": "CS_MSOB", "Finish On": "CS_MEO",
    "Finish On or After": "CS_MEOA", "Finish On or Before": "CS_MEOB", "Mandatory Start": "CS_MANDSTART",
    "Mandatory Finish": "CS_MANDFIN", "As Late As Possible": "CS_ALAP",
}  # fmt: skip


def read_pmxml(path: Path, shown: str) -> ForeignNetwork:
    """Read a plan of Primavera in XML; raises ForeignError with the line of what cannot be read."""
    tables = Tables()
    project: dict[str, str] = {}
    baselines = 0
    for item in records(path, shown, _CONTAINERS, _SKIPPED):
        if item.tag == "Project":
            project = {}
            tables.rows.setdefault("PROJECT", []).append(XerRow(item.line, project))
        elif item.tag == "Calendar":
            _add_calendar(item, tables, shown)
        elif item.tag in _TABLES:
            _add_row(item, tables, project, shown)
        elif item.tag == "BaselineProject":
            baselines += 1
        elif item.tag in _PROJECT and item.text:
            project.setdefault(_PROJECT[item.tag], item.text)
        elif item.tag == "RelationshipLagCalendar" and item.text:
            _add_lag_rule(item, tables, project)
    network = assemble("Primavera XML", shown, tables)
    if baselines:
        network.notes.left_out(f"{baselines} baseline projects" if baselines > 1 else "a baseline project")
    return network


def _add_row(item: XmlItem, tables: Tables, project: dict[str, str], shown: str) -> None:
    name, fields = _TABLES[item.tag]
    values = {fields[part.tag]: part.text for part in reversed(item.parts) if part.tag in fields and part.text}
    for field, words in _WORDS.items():
        if field in values:
            values[field] = words.get(values[field], values[field])
    for field in ("cstr_type", "cstr_type2"):
        if field in values:
            values[field] = _CONSTRAINTS.get(values[field], values[field])
    if name == "TASK":
        values.setdefault("proj_id", project.get("proj_id", ""))
        _take_dates(values)
    elif name == "SCHEDOPTIONS":
        values.setdefault("proj_id", project.get("proj_id", ""))
    rows = tables.rows.setdefault(name, [])
    rows.append(XerRow(item.line, values))
    if len(rows) > 10 * MOST_TASKS:
        raise refused(shown, item.line, f"more than {10 * MOST_TASKS} records", "", Code.FILE_TOO_LARGE)


def _take_dates(values: dict[str, str]) -> None:
    """Take the current dates for early ones unless they are merely the planned ones of work that has progressed."""
    planned = (values.get("target_start_date"), values.get("target_end_date"))
    current = (values.pop("start_date", ""), values.pop("end_date", ""))
    if current[1] and current != planned and current[1] != planned[1]:
        values.setdefault("early_start_date", current[0])
        values.setdefault("early_end_date", current[1])


def _add_lag_rule(item: XmlItem, tables: Tables, project: dict[str, str]) -> None:
    """Take the rule that stands in the project itself, as older files have it."""
    words = _WORDS["sched_calendar_on_relationship_lag"]
    rule = {"sched_calendar_on_relationship_lag": words.get(item.text, ""), "proj_id": project.get("proj_id", "")}
    tables.rows.setdefault("SCHEDOPTIONS", []).append(XerRow(item.line, rule))


def _add_calendar(item: XmlItem, tables: Tables, shown: str) -> None:
    reading = Reading(shown, item.line)
    uid, name = item.get("ObjectId"), item.get("Name") or f"calendar {item.get('ObjectId')}"
    base = tables.calendars.get(item.get("BaseCalendarObjectId"))
    week: list[Day] = list(base.week if base else FIVE_DAYS)
    told = item.all("StandardWorkWeek", "StandardWorkHours")
    if told:
        week = [()] * 7
        for day in told:
            if day.get("DayOfWeek") in _WEEKDAYS:
                week[_WEEKDAYS.index(day.get("DayOfWeek"))] = _times(day, shown)
    days = dict(base.days) if base else {}
    for day in item.all("HolidayOrExceptions", "HolidayOrException"):
        date = Reading(shown, day.line).moment(day.get("Date"), "Date")
        if date is not None:
            days[date.date()] = _times(day, shown)
    if len(days) > MOST_DAYS:
        raise refused(shown, item.line, f"calendar {name[:40]}: more than {MOST_DAYS} days differ from the week")
    day_min = reading.minutes(item.get("HoursPerDay"), "HoursPerDay") or usual_day_min(week)
    tables.calendars[uid] = WorkWeek(name, tuple(week), days, day_min)
    if item.get("IsDefault") in ("1", "true"):
        tables.default_calendar = uid


def _times(item: XmlItem, shown: str) -> Day:
    spans = []
    for time in item.all("WorkTime"):
        reading = Reading(shown, time.line)
        if not (time.get("Start") and time.get("Finish")):
            continue
        start, end = reading.clock(time.get("Start"), "Start"), reading.clock(time.get("Finish"), "Finish")
        if end % 10 == 9:  # the last minute that is worked
            end += 1
        end = end or DAY_MIN
        spans += [(start, end)] if end > start else [(start, DAY_MIN), (0, end)]
    return tidy(spans)
