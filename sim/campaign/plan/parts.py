"""The small parts of a campaign: arrays, chances, and the names of what is counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import Distribution

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Chance:
    """A number that may be uncertain: its law, the stream it is drawn from, and what the nominal run takes."""

    nominal: float
    law: Distribution | None = None
    stream: int = -1
    figures: int = -1
    """Index of the first figure that the law takes anew in each replication, or -1."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something whose days are counted: an activity, mission, element, station or goal."""

    name: str
    kind: str
    about: str
    """What it is, in a sentence; empty when the scenario does not say."""
    fact: bool


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that happens at one moment."""

    name: str
    subject: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """The chance of failure: a Beta law of the quality of the class, worse on first flights."""

    quality: Chance
    """Failure probability of a mature vehicle of the class, drawn once a replication."""
    early: tuple[float, ...]
    """Factor on the odds of failure of the first, second, ... flight of the class."""
    flown: int
    """Flights before the simulation starts."""


@dataclass(frozen=True, slots=True)
class FlightClass:
    """A class of spacecraft whose captures or landings are on record."""

    name: str
    reliability: Reliability


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place as the pages show it."""

    name: str
    body: str
    surface: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """Mass set down at a place when a milestone is reached."""

    milestone: int
    mass_kg: float
    what: str
