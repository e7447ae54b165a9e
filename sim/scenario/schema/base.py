"""The base: its elements, what they give and need, and the people who live there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.blocks import Need, Sourced
from sim.scenario.values import UncertainDuration
from sim.units import Duration, Energy, Hours, Mass, MassRate, Name, Power, Share


class Supply(Sourced):
    """Electric power an element gives."""

    constant: Power = 0.0
    """By day and night."""
    solar: Power = 0.0
    """In sunlight."""
    storage: Energy = 0.0
    """Usable energy in store for the night."""


class Assembly(Sourced):
    """Work on site before an element can be commissioned."""

    robot: Hours = 0.0
    """Robot-hours."""
    crew: Hours = 0.0
    """Crew-hours, done while people are at the base."""
    unloading: Hours = 0.0
    """Robot-hours to unload and place it."""


class CommissioningTests(Sourced):
    """Commissioning tests that can fail."""

    fails: Share
    """Chance that a test campaign fails."""
    repair: UncertainDuration
    """Time to put right what failed, before the tests are repeated."""


class Breakdown(Sourced):
    """Failures in operation."""

    every: UncertainDuration
    """Time from the start of operation, or of the last repair, to the next failure."""
    spares: Mass = 0.0
    """Spares a repair takes from the base's store of `spares`; it waits while there are none."""
    repair: UncertainDuration
    """Time the repair takes."""


class Element(Sourced):
    """A part of the base."""

    at: Name | None = None
    """Where it is set up; the base if not said."""
    mass: Mass
    """Mass as delivered."""
    partner: Name | None = None
    """Who provides it."""
    demand: Power = 0.0
    """Power it needs in operation."""
    supply: Supply | None = None
    """Power it gives in operation."""
    assembly: Assembly | None = None
    """Work on site."""
    needs: list[Need] = []
    """What must have happened before it can be assembled."""
    commissioning: UncertainDuration
    """Tests from the end of assembly to operation."""
    tests: CommissioningTests | None = None
    """Chance that commissioning fails, and what it takes then."""
    failures: Breakdown | None = None
    """Failures in operation, and their repair."""
    makes: dict[Name, MassRate] = {}
    """Goods it makes from local resources while it works."""
    robot_shift: Hours = 0.0
    """Robot-hours a day it adds to the base when in operation."""


class Base(Sourced):
    """The surface base."""

    at: Name
    """Its site."""
    robot_shift: Hours
    """Robot-hours a day available from the first landing on."""
    jobs_at_once: Annotated[int, Field(ge=1, le=100)] = 1
    """Assembly jobs that can go on side by side."""
    work_in_dark: bool = True
    """Whether robots work while the Sun is down."""


class Living(Sourced):
    """What people at the base use."""

    per_crew_day: dict[Name, Mass] = Field(min_length=1)
    """Goods a person uses in a day, by name."""
    recycling: dict[Name, Share] = {}
    """Share of each good that is won back."""
    reserve: Duration
    """People come home when goods last no longer than this."""
    stock: dict[Name, Mass] = {}
    """Goods at the base from the start."""
    crew_shift: Hours = 6.0
    """Hours of work a day that each person at the base can give."""
