"""What a reviewer of schedules looks at first: open ends, leads, dates that hold, negative float, and what dangles.

Source: Defense Contract Management Agency, "Earned Value Management System Program Analysis Pamphlet" (2012), the
fourteen points; NASA, "Schedule Management Handbook" (2024), assessment of a schedule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sim.interchange.foreign import HARD, ForeignNetwork, ForeignTask, Link

_LONG_D: Final = 44.0
"""Working days, two months, beyond which a duration, a lag or a float is asked about."""


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing a reviewer would ask about: what it is, and the activities it is true of."""

    what: str
    of: tuple[str, ...]


def findings(network: ForeignNetwork, float_d: Mapping[str, float | None]) -> list[HealthFinding]:
    """Return what a review of the schedule would list; `float_d` is the total float by task, in its own days."""
    found = (HealthFinding(what, tuple(codes)) for what, codes in _all(network, float_d))
    return [finding for finding in found if finding.of]


def _all(network: ForeignNetwork, float_d: Mapping[str, float | None]) -> Iterator[tuple[str, list[str]]]:
    tasks = [task for task in network.tasks.values() if not task.done]
    followed = _followed(network)
    yield "nothing before it (open start)", [_code(task) for task in tasks if not task.needs and not task.started]
    yield "nothing after it (open end)", [_code(task) for task in tasks if task.key not in followed]
    yield (
        "its start waits for nothing (links to its end only)",
        [_code(task) for task in tasks if task.needs and not task.started and not _linked(task, (Link.FS, Link.SS))],
    )
    ends = {Link.FS, Link.FF}
    yield (
        "its end holds nothing back (links from its start only)",
        [_code(task) for task in tasks if task.key in followed and not followed[task.key] & ends],
    )
    yield (
        "leads (negative lags)",
        [_code(task) for task in tasks if any(r.lag_min < 0 or (r.share or 0.0) < 0 for r in task.needs)],
    )
    yield "a lag longer than two months", [_code(task) for task in tasks if _has_long_lag(network, task)]
    yield "start-to-finish links", [_code(task) for task in tasks if _linked(task, (Link.SF,))]
    yield (
        "held by a date that breaks float (MSO, MFO, SNLT, FNLT)",
        [f"{_code(t)} {c.bound.value}" for t in tasks for c in t.constraints if c.bound in HARD],
    )
    yield "negative float", _by_float(tasks, float_d, lambda days: days < -1e-6)
    yield "float of more than two months", _by_float(tasks, float_d, lambda days: days > _LONG_D)
    yield "a duration of more than two months", [_code(task) for task in tasks if _days(network, task) > _LONG_D]
    yield "levels of effort that hang on one side only", network.dangling
    if network.data_date is not None:
        late = [task for task in network.tasks.values() if _after(network, task)]
        yield "actual dates after the data date", [_code(task) for task in late]
    yield "started before what it needs (out of sequence)", [_code(task) for task in _out_of_sequence(network)]


def _code(task: ForeignTask) -> str:
    return task.code or task.name[:40]


def _linked(task: ForeignTask, links: tuple[Link, ...]) -> bool:
    return any(relation.link in links for relation in task.needs)


def _followed(network: ForeignNetwork) -> dict[str, set[Link]]:
    """Return by which links each task holds others back; a link from a group counts for all in it."""
    found: dict[str, set[Link]] = {}
    of_groups: dict[str, set[Link]] = {}
    for task in network.tasks.values():
        for relation in task.needs:
            table = found if relation.before in network.tasks else of_groups
            table.setdefault(relation.before, set()).add(relation.link)
    if of_groups:
        for task in network.tasks.values():
            at, steps = task.group, 0
            while at and steps < 100:
                found.setdefault(task.key, set()).update(of_groups.get(at, ())) if at in of_groups else None
                at, steps = (network.groups[at].parent if at in network.groups else ""), steps + 1
    return found


def _days(network: ForeignNetwork, task: ForeignTask) -> float:
    calendar = network.calendar_of(task)
    return task.duration_min / (calendar.day_min if calendar else 1440.0)


def _has_long_lag(network: ForeignNetwork, task: ForeignTask) -> bool:
    return any(relation.lag_min / network.day_min > _LONG_D for relation in task.needs)


def _by_float(tasks: list[ForeignTask], float_d: Mapping[str, float | None], wanted: object) -> list[str]:
    assert callable(wanted)
    known = ((task, float_d.get(task.key)) for task in tasks)
    return [f"{_code(task)} {days:.4g} d" for task, days in known if days is not None and wanted(days)]


def _after(network: ForeignNetwork, task: ForeignTask) -> bool:
    assert network.data_date is not None
    return any(at is not None and at > network.data_date for at in (task.actual_start, task.actual_finish))


def _out_of_sequence(network: ForeignNetwork) -> Iterator[ForeignTask]:
    for task in network.tasks.values():
        if task.actual_start is None:
            continue
        for relation in task.needs:
            first = network.tasks.get(relation.before)
            if first is None:
                continue
            at = first.actual_start if relation.link in (Link.SS, Link.SF) else first.actual_finish
            begun = relation.link in (Link.FS, Link.SS)
            if begun and (at is None or (at > task.actual_start and relation.lag_min >= 0.0)):
                yield task
                break
