"""The Campaign: what a scenario means, by index and in SI units, ready to be simulated many times.

Everything here is frozen and picklable. Times are days since the calendar's start. Names appear once, in tables;
the model works with indices into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.campaign.plan.flight_plans import (
    FlightCard,
    FlightSheet,
    FlightStep,
    LaunchPlan,
    LaunchStreams,
    LegPlan,
    MissionPlan,
    OperationPlan,
    RefuelPlan,
    SequenceReport,
    TankPlan,
)
from sim.campaign.plan.parts import (
    NEVER,
    ActivityPlan,
    BasePlan,
    Chance,
    Delivery,
    Departures,
    ElementPlan,
    FlightClass,
    Floats,
    GroundPlan,
    Indices,
    LauncherPlan,
    LightTable,
    LivingPlan,
    Milestone,
    Opportunities,
    PadPlan,
    PartnerPlan,
    PlaceName,
    Reliability,
    RiskPlan,
    Subject,
)
from sim.campaign.plan.schedule_plans import (
    GatherPlan,
    LinkPlan,
    ResourcePlan,
    SchedulePlan,
    WaitPlan,
    WorkPlan,
)
from sim.chance import JointDraws


@dataclass(frozen=True, slots=True)
class GoalPlan:
    """A set of requirements with a date."""

    name: str
    about: str
    subject: int
    reached: int
    by_d: float
    wanted: float
    needs: tuple[int, ...]
    power_margin: float
    """nan when not asked for."""
    title: str = ""
    """What pages call it; empty when the scenario does not say."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A whole campaign, ready to be simulated."""

    scenario: str
    about: str
    identity: str
    """Hash of the resolved scenario."""
    start_iso: str
    end_d: float
    as_of_d: float
    streams: tuple[str, ...]
    stream_paths: tuple[tuple[str | int, ...], ...]
    """Path of the figure that each stream draws."""
    luck: JointDraws
    """What the draws of the streams share."""
    subjects: tuple[Subject, ...]
    milestones: tuple[Milestone, ...]
    partners: tuple[PartnerPlan, ...]
    risks: tuple[RiskPlan, ...]
    activities: tuple[ActivityPlan, ...]
    pads: tuple[PadPlan, ...]
    launchers: tuple[LauncherPlan, ...]
    families: tuple[str, ...]
    flight_classes: tuple[FlightClass, ...]
    departures: tuple[Departures, ...]
    opportunities: tuple[Opportunities, ...]
    lights: tuple[LightTable, ...]
    missions: tuple[MissionPlan, ...]
    elements: tuple[ElementPlan, ...]
    tanks: tuple[TankPlan, ...]
    base: BasePlan | None
    living: LivingPlan
    ground: GroundPlan | None
    goals: tuple[GoalPlan, ...]
    deliveries: tuple[Delivery, ...]
    flights: tuple[FlightCard, ...]
    sheets: tuple[FlightSheet, ...]
    places: tuple[PlaceName, ...]
    schedule: SchedulePlan | None = None
    """Relations, working calendars, resources and groups, where the scenario has any."""
    guesses: int = 0
    figures: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The resolved scenario, without what is to be swept, sought or optimised."""

    @property
    def resolved(self) -> str:
        """The resolved scenario as YAML text."""
        from sim.scenario.writing import document  # a worker needs no scenario language

        return document(self.values)

    def __repr__(self) -> str:
        missions, goals = len(self.missions), ", ".join(goal.name for goal in self.goals)
        return f"<Campaign {self.scenario}: {missions} missions, {len(self.streams)} streams; goals {goals}>"
