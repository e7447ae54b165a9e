"""What a record read from a folder must hold beyond its types, so that whoever uses it need not ask again."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Iterator
from itertools import chain

from sim.analysis.outline import Drawn, Outline
from sim.campaign.causes import CAUSES
from sim.model.tracing import Trace
from sim.problems import printable
from sim.study.records import RecordError

_LARGEST = 1e100
"""Weights of figures lie below this: their squares are still numbers."""


def require_times(**times: str | None) -> None:
    """Refuse texts that are no times of ISO 8601; None is a time that is not known.

    Raises:
        RecordError: with the name of the first that is none.
    """
    for name, text in times.items():
        if text is not None:
            seconds_of(text, name)


def seconds_of(text: str, name: str) -> float:
    """Return a time of ISO 8601 as seconds since 1970; one without an offset is UTC.

    Raises:
        RecordError: if it is none.
    """
    try:
        time = datetime.datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or datetime.timezone.utc).timestamp()
    except (ValueError, OverflowError, OSError):
        raise RecordError(f".{name}: '{printable(text):.40}' is no time such as 2031-06-01T12:00:00+00:00") from None


def require_sound(outline: Outline) -> None:
    """Refuse an outline that names what is not there, or days that are none.

    Raises:
        RecordError: with the place.
    """
    milestones, subjects = len(outline.milestones), len(outline.subjects)
    _require_distinct("milestones", outline.milestones)
    _require_distinct("subjects", [one.key for one in outline.subjects])
    _require_distinct("goals", [one.name for one in outline.goals])
    _require_drawn(outline.drawn)
    _require_streams(outline)
    if outline.causes != CAUSES:
        raise RecordError("the outline: .causes are not the ones that are known")
    _require_days(outline)
    for where, index, count, none in _indices(outline, milestones, subjects):
        if not (0 <= index < count or (none and index == -1)):
            raise RecordError(f"the outline: {where} is {index}, and there are {count}")


def _require_drawn(drawn: Drawn) -> None:
    """Refuse figures that are not taken from the streams that are named, or that are no figures."""
    _require_distinct("drawn streams", [*drawn.streams, *drawn.records])
    for index, row in enumerate(drawn.weights):
        if len(row) != len(drawn.streams) or not all(abs(weight) < _LARGEST for weight in row):
            raise RecordError(f"the outline: .drawn.weights[{index}] is not a row of {len(drawn.streams)} weights")


def _require_streams(outline: Outline) -> None:
    """Refuse streams of one name, and figures of classes that take from streams which are not named."""
    _require_distinct("streams", [one.name for one in outline.streams])
    if outline.streams and not {one.name for one in outline.streams}.issuperset(outline.drawn.streams):
        raise RecordError("the outline: .drawn.streams are not all among .streams")
    for index, one in enumerate(outline.classes):
        rows = one.weights
        if len(rows) != len(outline.drawn.streams) or not all(abs(weight) < _LARGEST for weight in rows):
            raise RecordError(f"the outline: .classes[{index}].weights is not a row of {len(outline.drawn.streams)}")


def require_sound_trace(trace: Trace, outline: Outline, name: str, replications: int) -> None:
    """Refuse a trace that is not of this study, or whose days are none.

    Raises:
        RecordError: with the name of its file.
    """
    wanted = name.rpartition("/")[2].removesuffix(".json")
    if trace.title.lower() != wanted or (trace.replication is None) != (wanted == "nominal"):
        raise RecordError(f"{name}: it is the trace of another replication")
    if trace.replication is not None and not 0 <= trace.replication < replications:
        raise RecordError(f"{name}: there is no replication {trace.replication}")
    if not set(trace.chains) <= {goal.name for goal in outline.goals}:
        raise RecordError(f"{name}: it tells of a goal that is not there")
    if not all(map(_Days(outline), _days_of(trace))):
        raise RecordError(f"{name}: it holds a day that is none")
    powers = (trace.power_t_d, trace.power_supply_w, trace.power_demand_w)
    if len({len(one) for one in powers}) != 1 or not all(math.isfinite(watts) for one in powers for watts in one):
        raise RecordError(f"{name}: its power is not that of its days")
    levels = [(one.t_d, one.before_kg, one.after_kg) for one in trace.tanks]
    if not all(len(set(map(len, level))) == 1 and all(map(math.isfinite, chain(*level))) for level in levels):
        raise RecordError(f"{name}: the levels of its tanks are not those of its days")
    for segments in trace.chains.values():
        if any(segment.cause not in outline.causes for segment in segments):
            raise RecordError(f"{name}: it tells of a cause that is not known")


class _Days:
    """Whether a day lies where the calendar of an outline can write its date."""

    def __init__(self, outline: Outline) -> None:
        start = datetime.datetime.fromisoformat(outline.start_iso).replace(tzinfo=None)
        self.first = (datetime.datetime.min - start) / datetime.timedelta(days=1)
        self.last = (datetime.datetime.max - start) / datetime.timedelta(days=1)

    def __call__(self, day_d: float) -> bool:
        return self.first < day_d < self.last


def _require_days(outline: Outline) -> None:
    try:
        is_day = _Days(outline)
    except ValueError:
        raise RecordError("the outline: .start_iso is no date") from None
    days = [("end_d", outline.end_d), *((f"goals.{goal.name}.by_d", goal.by_d) for goal in outline.goals)]
    days += [(f"flights[{i}].planned_d", one.planned_d) for i, one in enumerate(outline.flights) if one.fact]
    for where, day_d in days:
        if not is_day(day_d):
            raise RecordError(f"the outline: .{where} is no day of a calendar")
    for index, one in enumerate(outline.subjects):
        plan = one.planned
        if plan is None:
            continue
        late = (plan.late_start_d, plan.late_finish_d)
        if not all(map(is_day, (plan.early_start_d, plan.early_finish_d, *filter(math.isfinite, late)))):
            raise RecordError(f"the outline: .subjects[{index}].planned holds a day that is none")
    if outline.end_d <= 0.0:
        raise RecordError("the outline: .end_d is not above 0")
    for index, delivery in enumerate(outline.deliveries):
        if not 0.0 <= delivery.mass_kg < math.inf:
            raise RecordError(f"the outline: .deliveries[{index}].mass_kg is no mass")
    for goal in outline.goals:
        if not 0.0 <= goal.wanted <= 1.0:
            raise RecordError(f"the outline: .goals.{goal.name}.wanted is no share")


def _indices(outline: Outline, milestones: int, subjects: int) -> Iterator[tuple[str, int, int, bool]]:
    """Return every index of an outline: its place, itself, how many there are, and whether -1 (none) is allowed."""
    for goal in outline.goals:
        yield f".goals.{goal.name}.reached", goal.reached, milestones, False
        yield f".goals.{goal.name}.subject", goal.subject, subjects, False
    for index, subject in enumerate(outline.subjects):
        yield f".subjects[{index}].finish", subject.finish, milestones, True
    for index, flight in enumerate(outline.flights):
        yield f".flights[{index}].launched", flight.launched, milestones, True
    for index, delivery in enumerate(outline.deliveries):
        yield f".deliveries[{index}].milestone", delivery.milestone, milestones, False


def _days_of(trace: Trace) -> Iterator[float]:
    yield from (event.t_d for event in trace.events)
    yield from (day_d for move in trace.moves for day_d in (move.start_d, move.end_d))
    yield from (day_d for chain in trace.chains.values() for one in chain for day_d in (one.start_d, one.end_d))
    yield from trace.power_t_d
    yield from (day_d for tank in trace.tanks for day_d in tank.t_d)


def _require_distinct(what: str, names: Iterable[str]) -> None:
    found = list(names)
    if len(set(found)) != len(found):
        raise RecordError(f"the outline: two of its {what} have one name")
