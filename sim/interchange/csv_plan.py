"""Plans as tables: a row for each activity, with its predecessors as MS Project writes them (`A20SS+6d, A40FS-2d`)."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.interchange.foreign import (
    Constraint,
    ForeignError,
    ForeignGroup,
    ForeignNetwork,
    ForeignResource,
    ForeignTask,
    Hold,
    Link,
    Relation,
    refused,
)
from sim.interchange.readings import Reading
from sim.interchange.weeks import WorkWeek, known_week
from sim.problems import suggest
from sim.scenario.table import TableRow, TextTable, column_name, read_table

_NAMES: Final = {
    "id": "id task_id activity_id act_id activity_code task_code code unique_id uid task_no activity_no no nr number "
    "key",
    "name": "name task_name activity_name task activity title description activity_description task_description",
    "wbs": "wbs group phase wbs_name work_package package section summary stage",
    "duration": "duration dur original_duration orig_dur od planned_duration duration_days duration_d days length "
    "duration_in_days at_completion_duration estimate",
    "optimistic": "optimistic opt minimum min low best best_case optimistic_duration least shortest a",
    "most_likely": "most_likely ml mode likely likeliest most_likely_duration m",
    "pessimistic": "pessimistic pess maximum max high worst worst_case pessimistic_duration most longest b",
    "calendar": "calendar cal calendar_name task_calendar",
    "predecessors": "predecessors predecessor pred preds depends_on dependencies dependency after needs "
    "predecessor_ids immediate_predecessors predecessor_details predecessor_s",
    "successors": "successors successor succ succs successor_details",
    "constraint": "constraint constraint_type primary_constraint cstr_type",
    "constraint_date": "constraint_date primary_constraint_date cstr_date",
    "deadline": "deadline due due_date must_finish_by",
    "actual_start": "actual_start started act_start actual_start_date",
    "actual_finish": "actual_finish finished actual_end act_finish actual_finish_date done",
    "remaining": "remaining remaining_duration rem_dur rd remaining_days",
    "progress": "complete percent_complete progress pct_complete percent_done duration_complete",
    "resources": "resources resource resource_names resource_name assigned_to",
    "start": "start start_date early_start planned_start plan_start scheduled_start es",
    "finish": "finish end finish_date end_date early_finish planned_finish plan_finish scheduled_finish ef",
}  # fmt: skip
_KNOWN: Final = {alias: name for name, aliases in _NAMES.items() for alias in aliases.split()}
_UNITS_D: Final = {"d": 1.0, "w": 5.0, "mo": 20.0}
"""Working days of a unit as MS Project counts them where nothing else is said."""
_DURATION: Final = re.compile(
    r"([-+]?\d+(?:[.,]\d+)?)\s*(e?)(mo(?:ns?|nths?)?|w(?:d|h|ks?|eeks?)?|d(?:ays?)?|h(?:rs?|ours?)?|m(?:ins?|inutes?)?)?\??"
)
_TAIL: Final = re.compile(r"\s*(FS|SS|FF|SF)?\s*([-+]\s*\d[\d.,]*\s*(?:e?%|[a-z]*\??))?\s*", re.IGNORECASE)
"""What stands behind the id of a predecessor: the link and its lag."""
_NUMBERS: Final = re.compile(r"[\d\s,;.+\-%a-z?]*", re.IGNORECASE)
_LONGEST_LINK: Final = 200
_BOUNDS: Final = {
    **{bound.value.lower(): bound for bound in Hold},
    "startnoearlierthan": Hold.SNET, "startnolaterthan": Hold.SNLT, "finishnoearlierthan": Hold.FNET,
    "finishnolaterthan": Hold.FNLT, "muststarton": Hold.MSO, "mustfinishon": Hold.MFO, "starton": Hold.MSO,
    "finishon": Hold.MFO, "startonorafter": Hold.SNET, "startonorbefore": Hold.SNLT,
    "finishonorafter": Hold.FNET, "finishonorbefore": Hold.FNLT, "mandatorystart": Hold.MSO,
    "mandatoryfinish": Hold.MFO,
}  # fmt: skip
_SOONEST: Final = ("", "asap", "assoonaspossible")


def read_csv(path: Path, shown: str, given: dict[str, WorkWeek], start: datetime.datetime | None) -> ForeignNetwork:
    """Read a table of activities; `given` are calendars by name, the first one that of all rows that name none."""
    table = read_table(path, called=shown, wanted="a row is an activity")
    network = ForeignNetwork("a table of activities (CSV)", shown, path.stem, start)
    columns = _columns(table, network)
    network.calendars = dict(given)
    if not given:
        network.calendars["five-day"] = known_week("five-day")
        network.notes.changed(
            "the table has no calendars: Monday to Friday, 8 to 12 h and 13 to 17 h; --calendar says others"
        )
    network.calendar = next(iter(network.calendars))
    reader = _Reader(network, table, columns)
    if "id" not in columns and "predecessors" in columns:
        said = table.texts(columns["predecessors"])
        if any(said) and all(_NUMBERS.fullmatch(one) and not one[:1].isalpha() for one in said):
            reader.numbers = {row.number: str(place) for place, row in enumerate(table.rows, 1)}
            network.notes.taken("predecessors are numbers and there is no column of ids: the first row is 1")
    for row in table.rows:
        reader.add(row)
    if not network.tasks:
        raise refused(shown, 0, "there is no activity in it")
    for row in table.rows:
        reader.link(row)
    return network


def _columns(table: TextTable, network: ForeignNetwork) -> dict[str, str]:
    """Return which column holds what, and note it; raises ForeignError where one that is needed is missing."""
    found: dict[str, str] = {}
    for column in table.columns:
        meant = _KNOWN.get(column, "")
        if meant and (meant not in found or column == meant):
            found[meant] = column
    if "id" not in found and "name" not in found:
        raise refused(network.file, 1, _missing("id"), suggest("id", table.columns))
    if "duration" not in found and not {"start", "finish"} <= set(found) and "most_likely" not in found:
        raise refused(network.file, 1, _missing("duration"), suggest("duration", table.columns))
    other = [f"{table.heading(column)} is the {meant}" for meant, column in found.items() if column != meant]
    if other:
        network.notes.taken("columns by other names: " + ", ".join(other))
    if "id" not in found:
        network.notes.taken("no column of ids: the names are the ids")
    if "predecessors" not in found and "successors" not in found:
        network.notes.changed(f"{_missing('predecessors')}: nothing waits for anything")
    absent = [
        name for name in _NAMES if name not in found and name not in ("successors", "progress", "start", "finish")
    ]
    if absent:
        network.notes.taken("columns that are not there: " + ", ".join(absent))
    ignored = [table.heading(column) for column in table.columns if column not in found.values()]
    if ignored:
        network.notes.left_out("columns: " + ", ".join(ignored)[:300])
    return found


def _missing(what: str) -> str:
    return f"there is no column of {what} ({', '.join(_NAMES[what].split()[:6])}, ...)"


@dataclass(slots=True)
class _Reader:
    """Reads rows into tasks."""

    network: ForeignNetwork
    table: TextTable
    columns: dict[str, str]
    numbers: dict[int, str] = field(default_factory=dict)
    """What rows without an id are called by others: their place in the table."""

    def _text(self, row: TableRow, what: str) -> str:
        return row.text(self.columns[what]) if what in self.columns else ""

    def _key(self, row: TableRow) -> str:
        return self._text(row, "id") or self.numbers.get(row.number) or self._text(row, "name")

    def add(self, row: TableRow) -> None:
        """Read a row as an activity."""
        key = self._key(row)
        if not key:
            return
        place = f"{key[:60]}, row {row.number}"
        if key in self.network.tasks:
            self.table.refuse(row, "", f"two activities are called {key[:60]}")
        name = self._text(row, "name") or key
        task = ForeignTask(key, self._text(row, "id"), name, place, self._group(row), calendar=self._calendar(row))
        self.network.tasks[key] = task
        self._read_dates(task, row)
        self._read_durations(task, row)
        self._read_progress(task, row)
        self._read_constraint(task, row)
        self._read_resources(task, row)
        task.milestone = task.duration_min == 0.0

    def _group(self, row: TableRow) -> str:
        title = self._text(row, "wbs")
        if title and title not in self.network.groups:
            self.network.groups[title] = ForeignGroup(title, "", title)
        return title

    def _calendar(self, row: TableRow) -> str:
        name = self._text(row, "calendar")
        if not name:
            return ""
        known = {column_name(own): own for own in self.network.calendars}
        if column_name(name) not in known:
            week = known_week(name)
            self.network.calendars[name] = week
            known[column_name(name)] = name
            if week.name != name:
                rule = f"calendar {name[:40]} is not told: read as {week.name}; --calendar FILE tells it"
                self.network.notes.changed(rule)
        return known[column_name(name)]

    # --- values -------------------------------------------------------------------------------------------------------

    def _moment(self, row: TableRow, what: str) -> datetime.datetime | None:
        text = self._text(row, what)
        try:
            return Reading(self.network.file, row.line).moment(text, self.columns.get(what, what))
        except ForeignError:
            self.table.refuse(row, self.columns[what], f"'{text[:40]}' is no date; write 2031-06-01")

    def _day(self, task: ForeignTask) -> float:
        calendar = self.network.calendars[task.calendar or self.network.calendar]
        return calendar.day_min

    def _minutes(self, task: ForeignTask, row: TableRow, what: str) -> tuple[float, bool] | None:
        """Return a duration in minutes, and whether it is one of the clock; None where nothing is said."""
        text = self._text(row, what)
        if not text:
            return None
        match = _DURATION.fullmatch(text.strip())
        if not match or float(match[1].replace(",", ".")) < 0.0:
            self.table.refuse(row, self.columns[what], f"'{text[:40]}' is no duration; write 10d, 5ed or 16h")
        found = _as_minutes(match[1], bool(match[2]), match[3] or "d", self._day(task))
        return Reading(self.network.file, row.line).bounded(found, what), bool(match[2])

    def _read_durations(self, task: ForeignTask, row: TableRow) -> None:
        points = [self._minutes(task, row, what) for what in ("optimistic", "most_likely", "pessimistic")]
        said = self._minutes(task, row, "duration") or points[1]
        if said is None and task.start and task.finish:
            calendar = self.network.calendars[task.calendar or self.network.calendar]
            said = (max(calendar.between(task.start, _end_of(task.finish) or task.finish), 0.0), False)
            self.network.notes.taken("durations are the working time from start to finish")
        if said is None:
            self.network.notes.changed("no duration: a milestone", task.place)
            said = (0.0, False)
        task.duration_min, task.elapsed = said
        if all(points):
            low, likely, high = (point[0] for point in points if point)
            if not low <= likely <= high:
                columns = ", ".join(self.columns[what] for what in ("optimistic", "most_likely", "pessimistic"))
                self.table.refuse(row, columns, "the three points must rise: least, likeliest, most")
            task.points_min = (low, likely, high)
            if abs(likely - said[0]) > 0.5:
                self.network.notes.changed("the likeliest of three points counts as the duration", task.place)
        elif any(points):
            self.network.notes.left_out("three points of which some are missing", task.place)

    def _read_dates(self, task: ForeignTask, row: TableRow) -> None:
        task.start, task.finish = self._moment(row, "start"), self._moment(row, "finish")
        task.deadline = _end_of(self._moment(row, "deadline"))

    def _read_progress(self, task: ForeignTask, row: TableRow) -> None:
        task.actual_start, task.actual_finish = self._moment(row, "actual_start"), self._moment(row, "actual_finish")
        self._give_hours(task)
        if task.done and task.actual_start is None:
            task.actual_start = task.actual_finish
        left = self._minutes(task, row, "remaining")
        share = self._text(row, "progress").rstrip("% ").replace(",", ".")
        if task.started and not task.done:
            if left is None and share:
                done = Reading(self.network.file, row.line).number(share, self.columns["progress"]) / 100.0
                left = (task.duration_min * (1.0 - min(max(done, 0.0), 1.0)), task.elapsed)
            task.remaining_min = left[0] if left else task.duration_min
            if left is None:
                self.network.notes.changed("started, but nothing says what remains: all of it", task.place)

    def _give_hours(self, task: ForeignTask) -> None:
        """Give days of facts the first and the last working moment of the day."""
        day = self.network.calendars[task.calendar or self.network.calendar]
        if task.actual_start is not None and task.actual_start.time() == datetime.time():
            spans = day.on(task.actual_start.date())
            task.actual_start += datetime.timedelta(minutes=spans[0][0] if spans else 0)
        if task.actual_finish is not None and task.actual_finish.time() == datetime.time():
            spans = day.on(task.actual_finish.date())
            same_day = task.actual_start is not None and task.actual_start.date() == task.actual_finish.date()
            if task.duration_min == 0.0 and same_day:
                task.actual_finish = task.actual_start
            else:
                task.actual_finish += datetime.timedelta(minutes=spans[-1][1] if spans else 1440)

    def _read_constraint(self, task: ForeignTask, row: TableRow) -> None:
        said = re.sub(r"[^a-z]", "", self._text(row, "constraint").lower())
        at = self._moment(row, "constraint_date")
        if said in _SOONEST:
            return
        if said in ("alap", "aslateaspossible"):
            self.network.notes.changed("as late as possible is read as early as possible", task.place)
        elif said not in _BOUNDS:
            message = f"'{self._text(row, 'constraint')[:40]}' is no constraint; SNET, SNLT, FNET, FNLT, MSO, MFO"
            self.table.refuse(row, self.columns["constraint"], message)
        elif at is None:
            self.network.notes.left_out("constraints without a date", task.place)
        else:
            bound = _BOUNDS[said]
            held = _end_of(at) if bound in (Hold.FNET, Hold.FNLT, Hold.MFO) else at
            task.constraints.append(Constraint(bound, held or at))

    def _read_resources(self, task: ForeignTask, row: TableRow) -> None:
        for one in re.split(r"[;,]", self._text(row, "resources")):
            match = re.fullmatch(r"(.+?)(?:\s+|\[)?(\d+(?:\.\d+)?)?\s*(%?)\]?", one.strip())
            if match and one.strip():
                name = match[1].strip()
                units = float(match[2] or 1.0) / (100.0 if match[3] else 1.0)
                self.network.resources.setdefault(name, ForeignResource(name, name))
                task.uses[name] = task.uses.get(name, 0.0) + units

    # --- links --------------------------------------------------------------------------------------------------------

    def link(self, row: TableRow) -> None:
        """Read what a row waits for, and what waits for it."""
        key = self._key(row)
        for what in ("predecessors", "successors") if key else ():
            for one in _parted(self._text(row, what)):
                self._add_link(row, what, key, one)

    def _add_link(self, row: TableRow, what: str, key: str, said: str) -> None:
        tasks = self.network.tasks
        ends = (end for end in range(min(len(said), _LONGEST_LINK), 0, -1) if said[:end].strip() in tasks)
        parts = ((said[:end].strip(), _TAIL.fullmatch(said[end:])) for end in ends)
        other, tail = next(((name, tail) for name, tail in parts if tail), ("", None))
        if tail is None:
            self.table.refuse(row, self.columns[what], f"'{said[:60]}' is no activity; {suggest(said[:60], tasks, 6)}")
        before, after = (other, key) if what == "predecessors" else (key, other)
        if before == after:
            self.table.refuse(row, self.columns[what], f"{key[:60]} waits for itself")
        place = f"{tasks[after].code or after[:60]}, row {row.number}"
        lag = re.sub(r"\s", "", tail[2] or "")
        tasks[after].needs.append(self._relation(row, what, before, Link[(tail[1] or "FS").upper()], lag, place))

    def _relation(self, row: TableRow, what: str, before: str, link: Link, lag: str, place: str) -> Relation:
        if not lag:
            return Relation(before, link, place=place)
        share = re.fullmatch(r"([-+]\d+(?:[.,]\d+)?)(e?)%", lag)
        if share:
            return Relation(before, link, 0.0, bool(share[2]), float(share[1].replace(",", ".")) / 100.0, place)
        match = _DURATION.fullmatch(lag)
        if not match:
            self.table.refuse(row, self.columns[what], f"'{lag[:40]}' is no lag; write +2d")
        # MS Project counts the days of a lag as those of the plan, whatever calendar the activity has.
        minutes = _as_minutes(
            match[1], bool(match[2]), match[3] or "d", self.network.calendars[self.network.calendar].day_min
        )
        return Relation(before, link, minutes, bool(match[2]), None, place)


def _parted(text: str) -> list[str]:
    """Return the links of a cell; a comma between figures of a lag is a decimal comma.

    >>> _parted("1,2FS+1,5d; 3")
    ['1', '2FS+1,5d', '3']
    """
    found: list[str] = []
    for part in re.split(r"[;,\n]", text):
        decimal = found and re.search(r"[-+]\s*\d+$", found[-1]) and re.fullmatch(r"\d+\s*(e?%|[a-zA-Z]+\??)", part)
        if decimal:
            found[-1] += f",{part}"
        elif part.strip():
            found.append(part.strip())
    return found


def _as_minutes(number: str, elapsed: bool, unit: str, day_min: float) -> float:
    value, unit = float(number.replace(",", ".")), unit.lower()
    if unit.startswith("h") or unit == "wh":
        return value * 60.0
    if unit.startswith("m") and not unit.startswith("mo"):
        return value
    short = "mo" if unit.startswith("mo") else "d" if unit == "wd" else unit[0]
    if elapsed:
        return value * 1440.0 * {"d": 1.0, "w": 7.0, "mo": 30.0}[short]
    return value * day_min * _UNITS_D[short]


def _end_of(at: datetime.datetime | None) -> datetime.datetime | None:
    """Return the end of a day that is told without a time; other moments as they are."""
    return at + datetime.timedelta(days=1) if at is not None and at.time() == datetime.time() else at
