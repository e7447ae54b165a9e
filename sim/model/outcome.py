"""Outcome: what one replication leaves behind, as a few arrays by index, and its trace when asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Move:
    """One stay or journey: something at `origin` from `start_d` is at `destination` at `end_d`."""

    subject: str
    vehicle: str
    kind: str
    """lander, orbiter, relay, ship, station, tanker, sample-return, transfer-stage or launcher."""
    origin: str
    destination: str
    start_d: float
    end_d: float
    mass_kg: float
    crew: int
    outcome: str
    """ok or lost."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trace."""

    t_d: float
    subject: str
    verb: str
    place: str
    mass_kg: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Segment:
    """Days that one subject spent on one cause, on the chain that dates a goal."""

    subject: str
    part: str
    cause: str
    start_d: float
    end_d: float


@dataclass(frozen=True, slots=True)
class Story:
    """The trace of one replication: moves, events, power and, for each goal, the chain that dates it."""

    moves: tuple[Move, ...]
    events: tuple[Event, ...]
    chains: dict[str, tuple[Segment, ...]]
    power_t_d: tuple[float, ...]
    power_supply_w: tuple[float, ...]
    power_demand_w: tuple[float, ...]

    def __repr__(self) -> str:
        return f"<Story: {len(self.moves)} moves, {len(self.events)} events, {len(self.chains)} chains>"


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
    story: Story | None = None

    def __repr__(self) -> str:
        return f"<Outcome of replication {self.replication}: {self.reached_d.size} milestones, {self.events} events>"
