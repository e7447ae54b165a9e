"""Needs: the planned dates that follow from them before anything is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planned:
    """One piece of work in the plan, in days since the calendar's start."""

    needs: tuple[str, ...]
    not_before_d: float
    duration_d: float | None
    finish_d: float | None
    """Stated date of completion; takes precedence over the duration."""


def plan_starts(work: Mapping[str, Planned]) -> dict[str, float]:
    """Give the day on which each piece of work starts in the plan, by a forward pass over its needs.

    Needs that are not in `work` (missions, elements) count as met from the start. Raises ValueError on a cycle.
    """
    starts: dict[str, float] = {}
    for name in _in_order(work):
        item = work[name]
        ready = max((_finish(work[need], starts[need]) for need in item.needs if need in work), default=0.0)
        starts[name] = max(ready, item.not_before_d, 0.0)
    return starts


def _finish(item: Planned, start_d: float) -> float:
    if item.finish_d is not None:
        return max(item.finish_d, start_d)
    return start_d + (item.duration_d or 0.0)


def _in_order(work: Mapping[str, Planned]) -> list[str]:
    """Give the names so that everything comes after what it needs."""
    from graphlib import CycleError, TopologicalSorter

    graph = {name: [need for need in item.needs if need in work] for name, item in work.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ValueError(f"needs go round in a circle: {' -> '.join(map(str, error.args[1]))}") from error
