"""What a file of MS Project holds, gathered record by record, and who works on what."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.interchange.foreign import MOST_TASKS, ForeignNetwork, ForeignResource, refused
from sim.interchange.readings import Reading
from sim.interchange.xml_records import XmlItem, records
from sim.problems import Code

_CONTAINERS: Final = frozenset({"Project", "Calendars", "Tasks", "Resources", "Assignments"})
_SKIPPED: Final = frozenset(
    {"TimephasedData", "ExtendedAttributes", "OutlineCodes", "OutlineCode", "WBSMasks", "Views", "Filters", "Groups",
     "Tables", "Maps", "Reports", "Drawings", "DataLinks", "VBAProjects", "Rates", "AvailabilityPeriods",
     "ExtendedAttribute"}
)  # fmt: skip
_KEPT: Final = {
    "Task": frozenset(
        {"UID", "ID", "Name", "IsNull", "Active", "Manual", "OutlineLevel", "OutlineNumber", "WBS", "Start", "Finish",
         "Duration", "DurationFormat", "ManualStart", "ManualDuration", "ActualStart", "ActualFinish", "Resume",
         "RemainingDuration", "PercentComplete", "ConstraintType", "ConstraintDate", "Deadline", "CalendarUID",
         "IgnoreResourceCalendar", "ExternalTask", "IsSubproject", "LevelingDelay", "TotalSlack", "Notes", "Baseline",
         "PredecessorLink"}
    )
}  # fmt: skip
"""What is read of a task; a file has some eighty more."""
_NOBODY: Final = "-65535"
_WORK: Final = "1"


@dataclass(slots=True)
class Parts:
    """What the file holds, gathered before it is put together."""

    project: dict[str, str] = field(default_factory=dict)
    calendars: list[XmlItem] = field(default_factory=list)
    tasks: list[XmlItem] = field(default_factory=list)
    resources: list[XmlItem] = field(default_factory=list)
    assignments: list[XmlItem] = field(default_factory=list)


def gather(path: Path, shown: str) -> Parts:
    """Return what is read of a file; raises ForeignError where there is no task in it."""
    parts = Parts()
    lists = {"Calendar": parts.calendars, "Task": parts.tasks, "Resource": parts.resources}
    lists["Assignment"] = parts.assignments
    for item in records(path, shown, _CONTAINERS, _SKIPPED, _KEPT):
        if item.tag in lists:
            lists[item.tag].append(item)
            if len(lists[item.tag]) > 4 * MOST_TASKS:
                raise refused(shown, item.line, f"more than {4 * MOST_TASKS} records", "", Code.FILE_TOO_LARGE)
        elif item.text and not item.tag.startswith("/"):
            parts.project.setdefault(item.tag, item.text)
    if not parts.tasks:
        raise refused(shown, 0, "there is no task in it", "save the plan again as XML")
    return parts


@dataclass(slots=True)
class Uses:
    """Who works on what, and in which calendars."""

    of_task: dict[str, dict[str, float]] = field(default_factory=dict)
    calendar: dict[str, str] = field(default_factory=dict)


def read_resources(parts: Parts, network: ForeignNetwork) -> Uses:
    """Read the resources into the plan, and return who works on which task."""
    uses = Uses()
    for item in parts.resources:
        uid, name = item.get("UID"), item.get("Name")
        if not name or item.get("IsNull") == "1":
            continue
        if item.get("Type") not in ("", _WORK):
            network.notes.left_out(
                "material and costs are no resource that holds work back", f"{name}, line {item.line}"
            )
            continue
        most = Reading(network.file, item.line).number(item.get("MaxUnits"), "MaxUnits", 1.0)
        network.resources[uid] = ForeignResource(uid, name, max(most, 0.0))
        uses.calendar[uid] = item.get("CalendarUID")
    for item in parts.assignments:
        task, resource = item.get("TaskUID"), item.get("ResourceUID")
        if resource in network.resources and resource != _NOBODY:
            units = Reading(network.file, item.line).number(item.get("Units"), "Units", 1.0)
            held = uses.of_task.setdefault(task, {})
            held[resource] = held.get(resource, 0.0) + max(units, 0.0)
    return uses
