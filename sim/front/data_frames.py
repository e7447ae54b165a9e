"""Tables for programs: Arrow tables with named columns, and the pandas DataFrames made of them.

A day is a number since the calendar's start, its column ends in `_d`, and what is not reached is infinite. The date
beside it is a timestamp (TDB, as all dates of a scenario), and missing where the day is infinite.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.findings import Findings, GoalFinding
from sim.study.store import StudyTables
from sim.study.tables import COUNTS

if TYPE_CHECKING:
    import pandas as pd

_DAY_US: Final = 86_400_000_000
_SHOWN_ROWS = 60


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its name, in one part or two, and its values."""

    key: tuple[str, ...]
    values: NDArray[Any] | Sequence[Any]


def dates_of(start: datetime.datetime, days: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return the moment of each day since `start`, to the microsecond; NaT where it is infinite or unknown."""
    known = np.isfinite(days)
    since = np.where(known, days, 0.0) * _DAY_US
    moments = np.datetime64(start.replace(tzinfo=None), "us") + np.rint(since).astype("timedelta64[us]")
    found: NDArray[np.datetime64] = np.where(known, moments, np.datetime64("NaT", "us"))
    return found


def days_of(start: datetime.datetime, days: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return the calendar day on which each day since `start` falls, at midnight; NaT where it is infinite."""
    return dates_of(start, days).astype("datetime64[D]").astype("datetime64[us]")


def table_of(fields: Iterable[TableColumn]) -> pa.Table:
    """Make an Arrow table; the parts of a name are joined by a dot."""
    given = list(fields)
    return pa.table([pa.array(field.values) for field in given], names=[".".join(field.key) for field in given])


def frame_of(fields: Iterable[TableColumn], index: str | None = None) -> pd.DataFrame:
    """Make a DataFrame; names in two parts make two levels of columns, and `index` names the field that counts rows."""
    import pandas as pd

    given = list(fields)
    frame: pd.DataFrame = table_of(given).to_pandas()
    if index is not None:
        rows = next(number for number, field in enumerate(given) if field.key == (index,))
        frame = frame.set_index(frame.columns[rows])
        frame.index.name = index
        del given[rows]
    if any(len(field.key) > 1 for field in given):
        frame.columns = pd.MultiIndex.from_tuples([field.key for field in given])
    return frame


def html_of(frame: pd.DataFrame, formatters: Mapping[str, Callable[[Any], str]] | None = None) -> str:
    """Write a DataFrame as HTML, every word of it escaped, dates as days, and not more than 60 rows of it."""
    shown = frame.copy()
    for number, name in enumerate(shown.columns):
        if shown.dtypes.iloc[number].kind == "M":
            shown.isetitem(number, shown.iloc[:, number].dt.strftime("%Y-%m-%d").fillna("-").to_numpy())
        elif formatters and name in formatters:
            shown.isetitem(number, shown.iloc[:, number].map(formatters[str(name)]).to_numpy())
    text: str = shown.to_html(max_rows=_SHOWN_ROWS, float_format="{:,.4g}".format, escape=True)
    return text


Maker = Callable[[StudyTables, Findings], list[TableColumn]]


def _goals(_: StudyTables, found: Findings) -> list[TableColumn]:
    start = _start(found)
    goals = found.goals
    fields = [
        TableColumn(("goal",), [goal.name for goal in goals]),
        TableColumn(("title",), [goal.called for goal in goals]),
        *_dated(start, "by", [goal.by_d for goal in goals], whole=True),
        TableColumn(("probability",), [goal.probability.value for goal in goals]),
        TableColumn(("low",), [goal.probability.low for goal in goals]),
        TableColumn(("high",), [goal.probability.high for goal in goals]),
        *_over_figures(goals),
        TableColumn(("wanted",), [goal.wanted for goal in goals]),
        *_dated(start, "plan", [goal.nominal_d for goal in goals], whole=True),
    ]
    for number, share in enumerate(one.share for one in goals[0].quantiles) if goals else ():
        fields += _dated(start, f"p{share * 100:.0f}", [goal.quantiles[number].value for goal in goals], whole=True)
    fields.append(TableColumn(("not_reached",), [goal.censored for goal in goals]))
    fields.append(TableColumn(("slip_d",), [goal.total_slip_d for goal in goals]))
    return fields


def _over_figures(goals: Sequence[GoalFinding]) -> Iterable[TableColumn]:
    """Make the range of each goal's chance over the drawn figures; not a number where it is not known."""
    for word in ("low", "high"):
        ends = [np.nan if goal.over_figures is None else getattr(goal.over_figures, word) for goal in goals]
        yield TableColumn((f"figures_{word}",), np.array(ends, dtype=np.float64))


def _reached(tables: StudyTables, found: Findings) -> list[TableColumn]:
    return [*_numbers(tables), *_days(found, tables.outline.milestones, tables.sample.reached_d)]


def _starts(tables: StudyTables, found: Findings) -> list[TableColumn]:
    names = [subject.key for subject in tables.outline.subjects]
    return [*_numbers(tables), *_days(found, names, tables.sample.start_d)]


def _causes(tables: StudyTables, _: Findings) -> list[TableColumn]:
    outline, by_cause_d = tables.outline, tables.sample.by_cause_d
    return [
        *_numbers(tables),
        *(
            TableColumn((goal.name, cause), by_cause_d[:, row, column])
            for row, goal in enumerate(outline.goals)
            for column, cause in enumerate(outline.causes)
        ),
    ]


def _critical(tables: StudyTables, _: Findings) -> list[TableColumn]:
    outline, on_chain = tables.outline, tables.sample.on_chain
    return [
        *_numbers(tables),
        *(
            TableColumn((goal.name, subject.key), on_chain[:, row, column])
            for row, goal in enumerate(outline.goals)
            for column, subject in enumerate(outline.subjects)
        ),
    ]


def _counts(tables: StudyTables, _: Findings) -> list[TableColumn]:
    names = (*COUNTS, "crew_days")
    return [*_numbers(tables), *(TableColumn((name,), getattr(tables.sample, name)) for name in names)]


def _cost(tables: StudyTables, _: Findings) -> list[TableColumn]:
    return [*_numbers(tables), *_by_goal(tables, tables.sample.cost)]


def _facility_days(tables: StudyTables, _: Findings) -> list[TableColumn]:
    return [*_numbers(tables), *_by_goal(tables, tables.sample.facility_days)]


def _curves(_: StudyTables, found: Findings) -> list[TableColumn]:
    points = [
        (goal.name, *point)
        for goal in found.goals
        for point in zip(goal.curve.t_d, goal.curve.share, goal.curve.low, goal.curve.high, strict=True)
    ]
    names, days, *shares = zip(*points, strict=True) if points else ((), (), (), (), ())
    return [
        TableColumn(("goal",), list(names)),
        *_dated(_start(found), "date", list(days)),
        *(TableColumn((word,), list(values)) for word, values in zip(("share", "low", "high"), shares, strict=True)),
    ]


def _slips(_: StudyTables, found: Findings) -> list[TableColumn]:
    rows = [(goal, cause) for goal in found.goals for cause in goal.slip_by_cause]
    return [
        TableColumn(("goal",), [goal.name for goal, _ in rows]),
        TableColumn(("cause",), [cause.cause for _, cause in rows]),
        TableColumn(("mean_d",), [cause.mean_d for _, cause in rows]),
        TableColumn(("plan_d",), [cause.nominal_d for _, cause in rows]),
    ]


def _subjects(_: StudyTables, found: Findings) -> list[TableColumn]:
    start, bars = _start(found), found.bars
    fields = [
        TableColumn(("subject",), [bar.key for bar in bars]),
        TableColumn(("kind",), [bar.kind for bar in bars]),
        TableColumn(("label",), [bar.name for bar in bars]),
        TableColumn(("fact",), [bar.fact for bar in bars]),
    ]
    for word in ("start_p50", "finish_p10", "finish_p50", "finish_p90", "nominal_start", "nominal_finish"):
        fields += _dated(start, word, [getattr(bar, f"{word}_d") for bar in bars])
    fields.append(TableColumn(("reached",), [bar.reached for bar in bars]))
    names = [goal.name for goal in found.goals]
    return [
        *fields,
        *(TableColumn((f"critical.{name}",), [bar.criticality.get(name) for bar in bars]) for name in names),
    ]


def _manifest(_: StudyTables, found: Findings) -> list[TableColumn]:
    start, rows = _start(found), found.manifest
    words = {"mission": "mission", "launch": "launch", "launcher": "launcher", "pad": "pads", "payload": "payload"}
    words["fact"] = "fact"
    numbers = {"launch_mass_kg": "mass_kg", "margin_kg": "margin_kg", "propellant_margin_kg": "propellant_margin_kg"}
    fields = [TableColumn((word,), [getattr(row.entry, own) for row in rows]) for word, own in words.items()]
    for word, own in numbers.items():
        fields.append(TableColumn((word,), np.array([getattr(row.entry, own) for row in rows], dtype=np.float64)))
    fields.append(TableColumn(("by_plan",), np.array([row.by_plan for row in rows], dtype=np.float64)))
    for word in ("nominal", "p10", "p50", "p90"):
        fields += _dated(start, word, [getattr(row, f"{word}_d") for row in rows])
    return fields


FRAMES: Final[Mapping[str, tuple[Maker, str | None, str]]] = {
    "goals": (_goals, "goal", "a row for each goal: chance with its interval, plan, quantiles"),
    "reached": (_reached, "replication", "the date and day of every milestone"),
    "starts": (_starts, "replication", "the date and day on which each activity, mission and element is released"),
    "causes": (_causes, "replication", "for each goal, its days by cause: they add up to its date"),
    "critical": (_critical, "replication", "for each goal, whether a subject is on the chain that dates it"),
    "counts": (_counts, "replication", "launches, failures, scrubs, tankers, early returns, crew days"),
    "cost": (_cost, "replication", "what is spent by the day of each goal"),
    "facility_days": (_facility_days, "replication", "research facility-days in lunar orbit by each goal's date"),
    "curves": (_curves, None, "points of each goal's cumulative curve with its band"),
    "slips": (_slips, None, "mean days by cause against the plan, for each goal"),
    "subjects": (
        _subjects,
        "subject",
        "when each activity, mission and element starts and ends, and how critical it is",
    ),
    "manifest": (_manifest, None, "the launches with masses, margins and dates"),
}
"""What a study can be asked for: how it is made, which field is the index, and what it holds."""


def _numbers(tables: StudyTables) -> list[TableColumn]:
    return [TableColumn(("replication",), tables.sample.replication)]


def _by_goal(tables: StudyTables, values: NDArray[np.float64]) -> Iterable[TableColumn]:
    return (TableColumn((goal.name,), values[:, number]) for number, goal in enumerate(tables.outline.goals))


def _days(found: Findings, names: Sequence[str], days: NDArray[np.float64]) -> Iterable[TableColumn]:
    start = _start(found)
    for column, name in enumerate(names):
        yield TableColumn((name,), dates_of(start, days[:, column]))
        yield TableColumn((f"{name}_d",), days[:, column])


def _dated(
    start: datetime.datetime, name: str, days: Sequence[float | None], *, whole: bool = False
) -> list[TableColumn]:
    """Make the dates and days of what has a date; with `whole` a date is the day on which it falls."""
    numbers = np.array([np.inf if day is None else day for day in days], dtype=np.float64)
    named = name if name != "date" else "t"
    return [
        TableColumn((name,), (days_of if whole else dates_of)(start, numbers)),
        TableColumn((f"{named}_d",), numbers),
    ]


def _start(found: Findings) -> datetime.datetime:
    return datetime.datetime.fromisoformat(found.start_iso)
