"""Outcome: what one replication leaves behind, as a few arrays by index, and its trace when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.campaign.placing import Placed
from sim.model.tracing import Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """One replication."""

    replication: int
    """-1 for the nominal run."""
    reached_d: NDArray[np.float64]
    """(milestones,) day on which each was reached; infinity when it was not."""
    start_d: NDArray[np.float64]
    """(subjects,) day on which each was released; infinity when it was not."""
    by_cause_d: NDArray[np.float64]
    """(goals, causes) partition of the time from day 0 to the goal, or to the calendar's end."""
    on_chain: NDArray[np.bool_]
    """(goals, subjects) whether the subject is on the chain that dates the goal."""
    facility_days: NDArray[np.float64]
    """(goals,) research facility-days in lunar orbit by each goal's date."""
    launches: int
    launch_failures: int
    landing_failures: int
    scrubs: int
    tankers: int
    """Tanker flights that delivered."""
    crew_days: float
    """Days people have lived at the base."""
    early_returns: int
    """Crews that came home because the reserve was reached."""
    cost: NDArray[np.float64]
    """(goals,) money spent by the day of each goal, or by the calendar's end."""
    events: int
    """Events the simulation processed."""
    trace: Trace | None = None
    placed: Mapping[int, Placed] = field(default_factory=dict)
    """Where the work of a schedule came to lie, by the number of the activity, when traced."""

    def __repr__(self) -> str:
        return f"<Outcome of replication {self.replication}: {self.reached_d.size} milestones, {self.events} events>"
