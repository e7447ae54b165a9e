"""What a sweep answers: the goals of every case, which input moves them, and the document of `ilrs sweep --json`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.analysis import estimates
from sim.analysis.indices import FEWEST_POINTS, SobolIndex, Swing, sobol_indices, tornado
from sim.analysis.sensitivity import Correlation, rank_correlation
from sim.study.chunks import Case, CaseGoal
from sim.study.design import SALTELLI, TORNADO
from sim.study.naming import name_of
from sim.study.sweep_tables import Planned, SweepTables, read_case
from sim.units import UnitError, parse_date
from sim.units.known_units import NUMBER

Document: TypeAlias = Mapping[str, object]
Floats = NDArray[np.float64]
_SPREAD = 8
"""Cases that are needed before a rank correlation says anything."""


@dataclass(frozen=True, slots=True)
class Response:
    """One goal of one case."""

    case: Case
    goal: CaseGoal
    dates_d: Floats
    """(n,) day of each replication; infinity when it is not reached."""

    @property
    def counted_d(self) -> Floats:
        """Return the dates with the calendar's end in place of what is not reached, shape (n,)."""
        return np.minimum(self.dates_d, self.goal.end_d)


def responses(sweep: SweepTables) -> dict[str, list[Response]]:
    """Return, for each goal, the response of every case that is done and did not fail, in order of cases."""
    found: dict[str, list[Response]] = {}
    for planned in sweep.planned:
        if sweep.is_done(planned.key) and not sweep.reason(planned.key):
            for response in responses_of(sweep, planned):
                found.setdefault(response.goal.name, []).append(response)
    return found


def failures(sweep: SweepTables) -> list[tuple[Case, str]]:
    """Return the cases that failed with their reasons."""
    return [(one.case, sweep.reason(one.key)) for one in sweep.planned if sweep.reason(one.key)]


def document(sweep: SweepTables, start: datetime.datetime) -> Document:
    """Put what a sweep found into one document; `start` is day 0 of the calendar."""
    found = responses(sweep)
    by_case: dict[int, dict[str, object]] = {}
    for goal, items in found.items():
        for item in items:
            by_case.setdefault(item.case.number, {})[goal] = _answer(item, start)
    return {
        "folder": str(sweep.folder),
        "name": name_of(sweep.manifest),
        "scenario": sweep.manifest.scenario,
        "design": sweep.manifest.design,
        "replications": sweep.manifest.replications,
        "seed": sweep.manifest.seed,
        "failed": len(failures(sweep)),
        "cases": [_case(sweep, one, by_case.get(one.case.number, {})) for one in sweep.planned],
        "sensitivity": {goal: _sensitivity(sweep, items) for goal, items in found.items()},
    }


def indices_of(items: Sequence[Response]) -> tuple[SobolIndex, ...]:
    """Return the Sobol indices of the mean date from the cases of a Saltelli design; empty when there are too few.

    A point of which one case failed is left out.
    """
    names = list(dict.fromkeys(item.case.role[3:] for item in items if item.case.role.startswith("AB:")))
    size = len(names) + 2
    points = 1 + max((item.case.number // size for item in items), default=0)
    values = {name: np.full(points, np.nan) for name in ("A", "B", *(f"AB:{name}" for name in names))}
    for item in items:
        values[item.case.role][item.case.number // size] = float(item.counted_d.mean())
    mixed = np.array([values[f"AB:{name}"] for name in names])
    whole = np.isfinite(mixed).all(axis=0) & np.isfinite(values["A"]) & np.isfinite(values["B"])
    if not names or np.count_nonzero(whole) < FEWEST_POINTS:
        return ()
    return sobol_indices(names, values["A"], values["B"], mixed)


def swings_of(items: Sequence[Response]) -> tuple[Swing, ...]:
    """Return the swings of the mean date from the cases of a tornado; empty without its base case."""
    base = next((item for item in items if item.case.role == "base"), None)
    if base is None:
        return ()
    ends = [(_varied(item.case), dict(item.case.settings).get(_varied(item.case), "+".join(item.case.variants)), item)
            for item in items if item is not base]  # fmt: skip
    return tornado(base.counted_d, [(path, text, item.counted_d) for path, text, item in ends])


def ranks_of(items: Sequence[Response]) -> tuple[tuple[str, Correlation], ...]:
    """Return the rank correlation of the mean date with each input that is a number or a date, the strongest first."""
    if len(items) < _SPREAD:
        return ()
    days = np.array([item.counted_d.mean() for item in items])
    found = []
    for path in dict.fromkeys(path for item in items for path, _ in item.case.settings):
        places = places_of([dict(item.case.settings).get(path, "") for item in items])
        if places is not None and len(set(places)) > 1:
            found.append((path, rank_correlation(places, days)))
    return tuple(sorted(found, key=lambda pair: -abs(pair[1].value or 0.0)))


def responses_of(sweep: SweepTables, planned: Planned) -> Iterator[Response]:
    """Return the response of each goal of a case that has at least one row."""
    rows = sweep.first_rows_of(planned.key)
    tables = [read_case(sweep, row) for row in rows]
    count = sweep.manifest.replications
    for goal in rows[0].goals:
        dates = np.concatenate([table[goal.column] for table in tables])[:count]
        yield Response(planned.case, goal, dates)


def _case(sweep: SweepTables, planned: Planned, goals: Mapping[str, object]) -> Document:
    case, reason = planned.case, sweep.reason(planned.key)
    status = "failed" if reason else "done" if sweep.is_done(planned.key) else "left"
    said = {
        "number": case.number,
        "key": planned.key[:24],
        "role": case.role,
        "variants": list(case.variants),
        "set": dict(case.settings),
        "status": status,
    }
    return {**said, "reason": reason} if reason else {**said, "goals": goals}


def _answer(item: Response, start: datetime.datetime) -> Document:
    def iso(day: float | None) -> str | None:
        return None if day is None else (start + datetime.timedelta(days=day)).date().isoformat()

    chance = estimates.probability_by(item.dates_d, item.goal.by_d)
    p50, p80 = estimates.quantiles(item.dates_d, (0.5, 0.8))
    return {
        "probability": chance.value,
        "interval": [chance.low, chance.high],
        "p50": iso(p50.value),
        "p80": iso(p80.value),
        "mean_d": float(item.counted_d.mean()),
        "reached": int(np.isfinite(item.dates_d).sum()),
    }


def _sensitivity(sweep: SweepTables, items: Sequence[Response]) -> Document:
    design = sweep.manifest.design
    if design == SALTELLI:
        return {"measure": "mean date, calendar's end where not reached", "indices": {
            one.name: {"first": one.first.value, "first_interval": [one.first.low, one.first.high],
                       "total": one.total.value, "total_interval": [one.total.low, one.total.high]}
            for one in indices_of(items)}}  # fmt: skip
    if design == TORNADO:
        return {"measure": "days against the scenario as it is, calendar's end where not reached", "swings": {
            swing.name: {value: {"days": mean.value, "interval": [mean.low, mean.high]} for value, mean in swing.ends}
            for swing in swings_of(items)}}  # fmt: skip
    return {"measure": "rank correlation with the mean date", "ranks": {
        path: {"value": one.value, "interval": [one.low, one.high]} for path, one in ranks_of(items)}}  # fmt: skip


def _varied(case: Case) -> str:
    return case.role.partition(":")[2]


# --- where values stand on a scale: numbers of one unit, or dates as their day ----------------------------------------

_DATE = "date"
_NUMBER = re.compile(rf"\s*({NUMBER})(.*)", re.DOTALL)
_DAY = datetime.timedelta(days=1)


def places_of(texts: Sequence[str]) -> tuple[float, ...] | None:
    """Return the place of each value: its number, or its day; None where they are not numbers of one unit or all dates.

    >>> places_of(["90 d", "1 yr"]) is None
    True
    """
    found = [_measure(text) for text in texts]
    measured = [one for one in found if one is not None]
    if len(measured) < len(found) or len({unit for _, unit in measured}) != 1:
        return None
    return tuple(number for number, _ in measured)


def _measure(text: str) -> tuple[float, str] | None:
    """Return a value's number and unit, a date's day and the word for dates; None where it is neither."""
    try:
        date = parse_date(text)
    except UnitError:
        found = _NUMBER.fullmatch(text)
        return (float(found[1]), found[2].strip()) if found else None
    return (date - datetime.datetime.min) / _DAY + 1.0, _DATE  # the ordinal of its day
