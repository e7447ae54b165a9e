"""The shape of a scenario: what may be said, under which key, in which unit.

One pydantic model per block. Every model refuses keys it does not know, is frozen after validation and carries a
description for each key, from which the editor schema and the reference are generated. What the blocks *mean*
together is checked in :mod:`sim.scenario.checks`; what they turn into is decided in :mod:`sim.campaign.compile`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Access, Block, Confidence, Count, PadName, Sourced, SourceNote
from sim.scenario.schema.missions import Cargo, Crew, Flown, Launch, Manoeuvre, Mission, Refuel, Rendezvous
from sim.scenario.schema.planning import (
    Barred,
    Budget,
    CalendarSpec,
    CorrelationGroup,
    Goal,
    HeldRisk,
    Leaving,
    Partner,
    Risk,
    SlipByClass,
    SlipByLead,
    SlipClasses,
    SlipGrowth,
    SlipModel,
    SlipOfPlan,
    SlipRow,
    Successor,
    Uncertainty,
    Withdrawal,
)
from sim.scenario.schema.sites import (
    Assembly,
    Base,
    Breakdown,
    Burn,
    CommissioningTests,
    Element,
    Filling,
    Ground,
    GroundStation,
    Horizon,
    Leg,
    Living,
    Navigation,
    Operation,
    Place,
    Research,
    Station,
    StationTank,
    Supply,
)
from sim.scenario.schema.timetable import Activity, Closed, DayOfYear, Group, Resource, Season, WorkingCalendar
from sim.scenario.schema.variation import (
    DecisionVariable,
    FlightStack,
    Listed,
    Optimise,
    ParameterStudy,
    Seek,
    Spread,
    read_values,
    require_same_length,
)
from sim.scenario.schema.vehicles import (
    Launcher,
    LaunchSite,
    Pad,
    Prior,
    Production,
    Record,
    Spacecraft,
    Stage,
    UpperStage,
)
from sim.units import FileName, Name


class Scenario(Sourced):
    """A whole scenario."""

    format: Literal[1]
    """Version of the language."""
    name: FileName
    """Name of the scenario, with which the folders of its results begin."""
    calendar: CalendarSpec
    """The time covered."""
    g0_m_s2: float = Field(default=9.80665, ge=9.0, le=10.5)
    """Standard gravity that specific impulses are meant with, in m/s2."""
    goals: dict[Name, Goal] = Field(min_length=1)
    """What is to be reached, and by when."""
    partners: dict[Name, Partner] = {}
    """Who takes part."""
    activities: dict[Name, Activity] = {}
    """Work to be done on Earth."""
    groups: dict[Name, Group] = {}
    """Work that belongs together."""
    resources: dict[Name, Resource] = {}
    """People and tools that work shares."""
    calendars: dict[Name, WorkingCalendar] = {}
    """Working calendars: when people work."""
    slips: dict[Name, SlipModel] = {}
    """Named models of how late planned dates come."""
    risks: dict[Name, Risk] = {}
    """Risk drivers."""
    slips_hold: dict[Name, HeldRisk] | list[Name] | Literal["all"] = {}
    """Risks that the measured slip models hold already: their names, or `all`; taken as they stand in this file."""
    correlations: dict[Name, CorrelationGroup] = {}
    """Groups of random values that share luck."""
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    """What a run leaves out, to see what it does."""
    priors: dict[Name, Prior] = {}
    """Named reliability priors."""
    launch_sites: dict[Name, LaunchSite] = {}
    """Launch sites and their pads."""
    launchers: dict[Name, Launcher] = {}
    """Launch vehicles."""
    spacecraft: dict[Name, Spacecraft] = {}
    """Spacecraft."""
    places: dict[Name, Place] = {}
    """Orbits and sites."""
    legs: dict[Name, Leg] = {}
    """Ways between places."""
    stations: dict[Name, Station] = {}
    """Stations in lunar orbit."""
    elements: dict[Name, Element] = {}
    """Parts of the base."""
    base: Base | None = None
    """The base."""
    missions: dict[Name, Mission] = {}
    """Flights."""
    ground: Ground | None = None
    """Ground segment."""
    living: Living | None = None
    """What people at the base use."""
    variants: dict[Name, dict[str, Any]] = {}
    """Named partial overrides, chosen with `--variant`."""
    sweep: ParameterStudy | None = None
    """A parameter study, read by `ilrs sweep` only."""
    seek: Seek | None = None
    """Levers with what they cost, read by `ilrs seek` only."""
    optimise: Optimise | None = None
    """What may be changed and what is to be least, read by `ilrs optimise` only."""
