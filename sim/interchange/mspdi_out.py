"""A plan of ours as MS Project XML: the plan as baseline 0, P50 as baseline 1, P80 as baseline 2.

Source of the forms: Microsoft, "Project XML data interchange schema" (mspdi_pj12.xsd), whose order of elements is kept.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sim.interchange.foreign import Link
from sim.interchange.out_plan import OutActivity, OutCalendar, OutPlan
from sim.interchange.weeks import DAY_MIN, WHOLE, Day

_LINKS: Final = {Link.FF: 0, Link.FS: 1, Link.SF: 2, Link.SS: 3}
_CLOCK: Final = "round-the-clock"
_WORKING_DAYS, _ELAPSED_DAYS = 7, 8
_FLOAT, _CRITICALITY = "188743731", "188743734"
"""The numbers of the fields Text1 and Text2 of a task."""
_MEANING: Final = (
    "Baseline 0 is the plan, 1 is P50, 2 is P80 of its own finishes; those of linked tasks need not fit together."
)


def mspdi_bytes(plan: OutPlan) -> bytes:
    """Return a plan as MS Project XML, the same bytes for the same plan."""
    root = _Writer(plan).write()
    indent(root)
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


class _Writer:
    def __init__(self, plan: OutPlan) -> None:
        self.plan = plan
        names = sorted({*plan.groups, *(one.name for one in plan.activities)})
        self.uids = {name: number for number, name in enumerate(names, 1)}
        self.calendars = {name: number for number, name in enumerate([*plan.calendars, _CLOCK], 1)}
        self.resources = {name: number for number, name in enumerate(plan.resources, 1)}
        self.default = plan.working if plan.working in plan.calendars else _CLOCK
        self._id = 0
        self.filled = {group for one in plan.activities for group in _around(plan, one.group)}
        """Groups with an activity in them; a summary without one would be read as a task."""

    def write(self) -> Element:
        """Return the whole document."""
        plan = self.plan
        root = Element("Project", xmlns="http://schemas.microsoft.com/project")
        finishes = [one.finish for one in plan.activities if one.finish]
        day_min = plan.calendars[self.default].day_min if self.default in plan.calendars else DAY_MIN
        head = {
            "SaveVersion": 14,
            "Name": f"{plan.scenario}.xml",
            "Title": f"{plan.about or plan.scenario}",
            "Subject": plan.run,
            "ScheduleFromStart": 1,
            "StartDate": _time(min([plan.start, *(one.start for one in plan.activities if one.start)])),
            "FinishDate": _time(max(finishes, default=plan.start)),
            "CriticalSlackLimit": 0,
            "CalendarUID": self.calendars[self.default],
            "DefaultStartTime": "08:00:00" if self.default != _CLOCK else "00:00:00",
            "DefaultFinishTime": "17:00:00" if self.default != _CLOCK else "00:00:00",
            "MinutesPerDay": round(day_min),
            "MinutesPerWeek": round(day_min * (5 if self.default != _CLOCK else 7)),
            "DaysPerMonth": 20 if self.default != _CLOCK else 30,
            "DurationFormat": _WORKING_DAYS,
            "HonorConstraints": 0,
        }
        _fill(root, head | ({"StatusDate": _time(plan.as_of)} if plan.as_of else {}))
        fields = SubElement(root, "ExtendedAttributes")
        for number, name, alias in ((_FLOAT, "Text1", "Float"), (_CRITICALITY, "Text2", "Criticality")):
            _fill(SubElement(fields, "ExtendedAttribute"), {"FieldID": number, "FieldName": name, "Alias": alias})
        calendars = SubElement(root, "Calendars")
        for name in self.calendars:
            self._calendar(calendars, name)
        self._tasks(SubElement(root, "Tasks"))
        self._staff(root)
        return root

    # --- calendars ----------------------------------------------------------------------------------------------------

    def _calendar(self, parent: Element, name: str) -> None:
        told = self.plan.calendars.get(name) or OutCalendar((WHOLE,) * 7, {}, DAY_MIN)
        item = SubElement(parent, "Calendar")
        _fill(item, {"UID": self.calendars[name], "Name": name, "IsBaseCalendar": 1, "BaseCalendarUID": -1})
        days = SubElement(item, "WeekDays")
        for number in range(1, 8):
            day = SubElement(days, "WeekDay")
            _fill(day, {"DayType": number})
            _hours(day, told.week[(number + 5) % 7])
        runs = list(_runs(told.days))
        exceptions = SubElement(item, "Exceptions") if runs else None
        for first, last, hours in runs:
            one = SubElement(exceptions if exceptions is not None else item, "Exception")
            _fill(one, {"EnteredByOccurrences": 0})
            period = {"FromDate": f"{first}T00:00:00", "ToDate": f"{last}T23:59:00"}
            _fill(SubElement(one, "TimePeriod"), period)
            _fill(one, {"Occurrences": (last - first).days + 1, "Name": f"From {first}", "Type": 1})
            _hours(one, hours)

    # --- tasks --------------------------------------------------------------------------------------------------------

    def _tasks(self, parent: Element) -> None:
        top = SubElement(parent, "Task")
        _fill(
            top, {"UID": 0, "ID": 0, "Name": self.plan.scenario, "OutlineNumber": "0", "OutlineLevel": 0, "Summary": 1}
        )
        self._level(parent, "", 1, "")

    def _level(self, parent: Element, group: str, level: int, above: str) -> None:
        """Write what lies in a group: its activities, then the groups in it."""
        number = 0
        lines = [one for one in self.plan.activities if one.group == group]
        for one in lines:
            number += 1
            self._task(parent, one, level, f"{above}{number}")
        for name, (title, code, inside) in self.plan.groups.items():
            if inside == group and name in self.filled and level < 40:
                number += 1
                self._id += 1
                task = SubElement(parent, "Task")
                values = {"UID": self.uids[name], "ID": self._id, "Name": title, "WBS": code or f"{above}{number}",
                          "OutlineNumber": f"{above}{number}", "OutlineLevel": level, "Summary": 1}  # fmt: skip
                _fill(task, values)
                self._level(parent, name, level + 1, f"{above}{number}.")

    def _task(self, parent: Element, one: OutActivity, level: int, outline: str) -> None:
        self._id += 1
        task = SubElement(parent, "Task")
        elapsed = not one.calendar
        length = {"Duration": _length(one.duration_min), "DurationFormat": _ELAPSED_DAYS if elapsed else _WORKING_DAYS}
        _fill(task, {"UID": self.uids[one.name], "ID": self._id, "Name": one.title, "IsNull": 0, "WBS": outline,
                     "OutlineNumber": outline, "OutlineLevel": level})  # fmt: skip
        _fill(task, {"Start": _time(one.start), "Finish": _time(one.finish)} if one.start and one.finish else {})
        _fill(task, length | {"Estimated": 0, "Milestone": int(one.duration_min == 0.0), "Summary": 0})
        _fill(task, {"Critical": int(one.critical)})
        self._progress(task, one)
        kind, at = self._constraint(one)
        _fill(task, {"ConstraintType": kind})
        own = -1 if elapsed or one.calendar == self.default else self.calendars[one.calendar]
        _fill(task, {"CalendarUID": own} | ({"ConstraintDate": _time(at)} if at else {}))
        _fill(task, {"Deadline": _time(one.bounds["by"])} if "by" in one.bounds and kind != 3 else {})
        _fill(task, {"IgnoreResourceCalendar": 1} if own != -1 else {})
        _fill(task, {"Notes": self._notes(one)})
        for relation in one.needs:
            link = SubElement(task, "PredecessorLink")
            lag = {
                "LinkLag": round(relation.lag_min * 10),
                "LagFormat": _ELAPSED_DAYS if relation.elapsed else _WORKING_DAYS,
            }
            _fill(
                link, {"PredecessorUID": self.uids[relation.before], "Type": _LINKS[relation.link], "CrossProject": 0}
            )
            _fill(link, lag)
        if one.total_float_d is not None:
            said = f"{one.total_float_d:g} d float{', critical' if one.critical else ''}"
            _fill(SubElement(task, "ExtendedAttribute"), {"FieldID": _FLOAT, "Value": said})
        if one.criticality is not None:
            said = f"decides the date of a goal in {100.0 * one.criticality:.1f} % of the replications"
            _fill(SubElement(task, "ExtendedAttribute"), {"FieldID": _CRITICALITY, "Value": said})
        plan = (one.start, one.finish) if one.start and one.finish else None
        for number, pair in enumerate((plan, *one.likely)):
            if pair is not None:
                dates = {"Number": number, "Start": _time(pair[0]), "Finish": _time(pair[1])}
                _fill(SubElement(task, "Baseline"), dates | length)

    def _notes(self, one: OutActivity) -> str:
        lines = [one.code or one.name]
        lines += [_MEANING] if any(one.likely) else []
        if one.kind != "activity" or one.unlinked:
            lines.append("Not every need of it is a link of MS Project; its date holds it back.")
        return "\n".join(lines)

    @staticmethod
    def _progress(task: Element, one: OutActivity) -> None:
        if one.done is not None:
            started = one.started or one.start or one.done
            _fill(task, {"PercentComplete": 100, "ActualStart": _time(started), "ActualFinish": _time(one.done)})
        elif one.started is not None:
            left = one.remaining_min if one.remaining_min is not None else one.duration_min
            share = 1.0 - left / one.duration_min if one.duration_min > left else 0.0
            _fill(task, {"PercentComplete": round(100 * share), "ActualStart": _time(one.started)})
            _fill(task, {"RemainingDuration": _length(left)})

    @staticmethod
    def _constraint(one: OutActivity) -> tuple[int, datetime.datetime | None]:
        """Return the constraint: what is no link in MS Project holds the start at its date in the plan."""
        bounds = one.bounds
        if (one.kind != "activity" or one.unlinked) and one.start is not None and one.done is None:
            return 4, one.start
        pairs = ((2, "not_before", "start_by"), (3, "not_done_before", "by"))
        for kind, first, second in pairs:
            if first in bounds and bounds.get(first) == bounds.get(second):
                return kind, bounds[first]
        for kind, key in ((4, "not_before"), (6, "not_done_before"), (5, "start_by")):
            if key in bounds:
                return kind, bounds[key]
        return 0, None

    # --- resources ----------------------------------------------------------------------------------------------------

    def _staff(self, root: Element) -> None:
        resources, assignments = SubElement(root, "Resources"), SubElement(root, "Assignments")
        for name, (title, capacity) in self.plan.resources.items():
            number = self.resources[name]
            values: dict[str, object] = {"UID": number, "ID": number, "Name": title, "Type": 1, "IsNull": 0}
            most = max((one.uses.get(name, 0) for one in self.plan.activities), default=1)
            values["MaxUnits"] = f"{capacity if capacity is not None else most:.2f}"
            _fill(SubElement(resources, "Resource"), values)
        count = 0
        for one in self.plan.activities:
            for name, units in one.uses.items():
                count += 1
                values = {
                    "UID": count,
                    "TaskUID": self.uids[one.name],
                    "ResourceUID": self.resources[name],
                    "Units": units,
                }
                _fill(SubElement(assignments, "Assignment"), values)


def _around(plan: OutPlan, group: str) -> Iterator[str]:
    """Yield a group and those it is in; they are in no circle, as the checks have seen."""
    while group:
        yield group
        group = plan.groups[group][2]


def _fill(parent: Element, values: Mapping[str, object]) -> None:
    for tag, value in values.items():
        SubElement(parent, tag).text = clean_text(str(value))


def clean_text(text: str) -> str:
    """Return text without the letters that XML cannot hold."""
    return re.sub("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text)


def _time(at: datetime.datetime) -> str:
    return at.isoformat(timespec="seconds")


def _length(minutes: float) -> str:
    hours, left = divmod(round(minutes), 60)
    return f"PT{hours}H{left}M0S"


def _hours(parent: Element, day: Day) -> None:
    _fill(parent, {"DayWorking": int(bool(day))})
    times = SubElement(parent, "WorkingTimes") if day else None
    for start, end in day:
        if times is not None:
            _fill(SubElement(times, "WorkingTime"), {"FromTime": _clock(start), "ToTime": _clock(end)})


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}:00"


def _runs(days: Mapping[datetime.date, Day]) -> Iterator[tuple[datetime.date, datetime.date, Day]]:
    """Yield days in a row with the same hours."""
    run: list[datetime.date] = []
    for date in sorted(days):
        if run and ((date - run[-1]).days != 1 or days[date] != days[run[0]]):
            yield run[0], run[-1], days[run[0]]
            run = []
        run.append(date)
    if run:
        yield run[0], run[-1], days[run[0]]
