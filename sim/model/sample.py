"""Sample: what replications leave behind, as arrays with a row for each; one replication is such a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.campaign.causes import CAUSES
from sim.campaign.placing import Placed
from sim.model.tracing import Trace

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
PARTS = 16
"""Stretches of a chain that are kept with their days: the longest, if there are more. Half of the chains of the shipped
plans have six or fewer, and what is beyond sixteen is 2 % of the days of the most broken one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`n` replications; what was not reached is infinity. `sample[3]` is one of them: its arrays have no first axis."""

    replication: Counts
    """(n,) number of each; -1 is the nominal run."""
    reached_d: Floats
    """(n, milestones) day on which each was reached."""
    start_d: Floats
    """(n, subjects) day on which each was released."""
    by_cause_d: Floats
    """(n, goals, causes) partition of the time from day 0 to the goal, or to the calendar's end."""
    on_chain: NDArray[np.bool_]
    """(n, goals, subjects) whether the subject is on the chain that dates the goal."""
    parts: NDArray[np.int32]
    """(n, goals, PARTS) which subject, for which cause, the longest stretches of the chain count: subject x causes +
    cause; -1 where there is none."""
    part_d: Floats
    """(n, goals, PARTS) days of each."""
    facility_days: Floats
    """(n, goals) research facility-days in lunar orbit by each goal's date."""
    cost: Floats
    """(n, goals) money spent by the day of each goal, or by the calendar's end."""
    crew_days: Floats
    """(n,) days people have lived at the base."""
    launches: Counts
    launch_failures: Counts
    landing_failures: Counts
    scrubs: Counts
    tankers: Counts
    """(n,) tanker flights that delivered."""
    early_returns: Counts
    """(n,) crews that came home because the reserve was reached."""
    events: Counts
    """(n,) events the simulation processed."""
    trace: Trace | None = None
    """Of one replication that was to be traced."""
    placed: Mapping[int, Placed] = field(default_factory=dict)
    """Where the work of a schedule came to lie, by the number of the activity, when traced."""

    @property
    def size(self) -> int:
        """Replications in the sample."""
        return int(self.replication.size)

    def __getitem__(self, rows: int | slice | NDArray[np.int64] | None) -> Sample:
        """Return some rows in the order given, one replication by its row, or one replication as a row (None)."""
        columns: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return Sample(**columns)

    def __iter__(self) -> Iterator[Sample]:
        return (self[row] for row in range(self.size))

    def __repr__(self) -> str:
        milestones, goals = self.reached_d.shape[-1], self.by_cause_d.shape[-2]
        return f"<Sample: {self.size} replications, {milestones} milestones, {goals} goals>"


_ARRAYS = tuple(one.name for one in fields(Sample) if one.name not in ("trace", "placed"))


def empty_sample(rows: int, milestones: int, subjects: int, goals: int) -> Sample:
    """Make a sample of so many rows to be filled; the values of a column lie side by side, as estimates take them."""

    def block(*shape: int, kind: type[np.generic] = np.float64) -> NDArray[Any]:
        return np.moveaxis(np.empty((*shape, rows), dtype=kind), -1, 0)

    shapes = {
        "reached_d": (milestones,),
        "start_d": (subjects,),
        "by_cause_d": (goals, len(CAUSES)),
        "on_chain": (goals, subjects),
        "parts": (goals, PARTS),
        "part_d": (goals, PARTS),
        "facility_days": (goals,),
        "cost": (goals,),
        "crew_days": (),
    }
    kinds: dict[str, type[np.generic]] = dict.fromkeys(shapes, np.float64)
    kinds |= {"on_chain": np.bool_, "parts": np.int32}
    columns: dict[str, Any] = {name: block(*shapes.get(name, ()), kind=kinds.get(name, np.int64)) for name in _ARRAYS}
    return Sample(**columns)
