"""The replications of a study as arrays, one row for each: what every estimate is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.model.outcome import Outcome

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """`n` replications; what was not reached is infinity."""

    replication: Counts
    """(n,) number of each; -1 is the nominal run."""
    reached_d: Floats
    """(n, milestones)"""
    start_d: Floats
    """(n, subjects)"""
    by_cause_d: Floats
    """(n, goals, causes) partition of the time from day 0 to the goal, or to the calendar's end."""
    on_chain: NDArray[np.bool_]
    """(n, goals, subjects)"""
    facility_days: Floats
    """(n, goals)"""
    cost: Floats
    """(n, goals) money spent by the day of each goal, or by the calendar's end."""
    crew_days: Floats
    """(n,) days people have lived at the base."""
    launches: Counts
    launch_failures: Counts
    landing_failures: Counts
    scrubs: Counts
    tankers: Counts
    early_returns: Counts
    events: Counts

    def __repr__(self) -> str:
        shape = f"{self.reached_d.shape[1]} milestones, {self.by_cause_d.shape[1]} goals"
        return f"<Sample: {self.size} replications, {shape}>"

    @property
    def size(self) -> int:
        """Replications in the sample."""
        return int(self.replication.size)


def stack(outcomes: Sequence[Outcome]) -> Sample:
    """Put outcomes on top of each other, in the order given.

    Raises:
        ValueError: if there is none.
    """
    if not outcomes:
        raise ValueError("a sample needs at least one outcome")
    return Sample(
        replication=_counts([one.replication for one in outcomes]),
        reached_d=np.stack([one.reached_d for one in outcomes]),
        start_d=np.stack([one.start_d for one in outcomes]),
        by_cause_d=np.stack([one.by_cause_d for one in outcomes]),
        on_chain=np.stack([one.on_chain for one in outcomes]),
        facility_days=np.stack([one.facility_days for one in outcomes]),
        cost=np.stack([one.cost for one in outcomes]),
        crew_days=np.array([one.crew_days for one in outcomes], dtype=np.float64),
        launches=_counts([one.launches for one in outcomes]),
        launch_failures=_counts([one.launch_failures for one in outcomes]),
        landing_failures=_counts([one.landing_failures for one in outcomes]),
        scrubs=_counts([one.scrubs for one in outcomes]),
        tankers=_counts([one.tankers for one in outcomes]),
        early_returns=_counts([one.early_returns for one in outcomes]),
        events=_counts([one.events for one in outcomes]),
    )


def rows_of(sample: Sample, rows: NDArray[np.int64] | slice) -> Sample:
    """Return some rows of a sample, in the order given."""
    return Sample(**{field.name: getattr(sample, field.name)[rows] for field in fields(sample)})


def replication_at(dates: Floats, share: float) -> int:
    """Return the row, of `dates` with shape (n,), that holds the order statistic of rank ceil(n * share).

    Rows of one date, and those that are infinite, stand in the order of their numbers.
    """
    rank = max(1, int(np.ceil(dates.size * share - 1e-9)))  # the rank that estimates.quantile reports
    return int(np.argsort(dates, kind="stable")[rank - 1])


def _counts(values: Sequence[int]) -> Counts:
    return np.asarray(values, dtype=np.int64)
