"""The Campaign: what a scenario means, by index and in SI units, ready to be simulated many times.

Everything here is frozen and picklable. Times are days since the calendar's start. Names appear once, in tables;
the model works with indices into them.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from sim.campaign.plan.flight_plans import (
    FlightSheet,
    FlightStep,
    LaunchPlan,
    LaunchStreams,
    LegPlan,
    ManifestEntry,
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
    PlannedDates,
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
from sim.clock import Calendar

Record = TypeVar("Record")


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
    counts_as: str = ""
    """By what it is paired with goals of other scenarios, beside its name."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a campaign, its outline and what is found of it all say first."""

    scenario: str
    about: str
    identity: str
    """Hash of the resolved scenario."""
    start_iso: str
    """Day 0."""
    end_d: float
    """End of the calendar."""
    as_of_d: float
    """Day up to which all is known; nan or infinite when the scenario does not say it."""
    guesses: int
    """Figures in the scenario whose source is an estimate."""
    figures: int
    """Figures in the scenario that carry a source."""
    places: tuple[PlaceName, ...]

    @property
    def calendar(self) -> Calendar:
        """Return the calendar its days count on."""
        start = datetime.datetime.fromisoformat(self.start_iso)
        return Calendar(start, start + datetime.timedelta(days=self.end_d))

    @property
    def known_until_d(self) -> float | None:
        """Return the day up to which all is known; None when the scenario does not say it."""
        return self.as_of_d if math.isfinite(self.as_of_d) else None


def fields_of(kind: type[Record], one: Record) -> dict[str, Any]:
    """Return the fields that a record has of a kind, to make another record that extends the same kind."""
    return {field.name: getattr(one, field.name) for field in fields(kind)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Campaign(Heading):
    """A whole campaign, ready to be simulated."""

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
    flights: tuple[ManifestEntry, ...]
    sheets: tuple[FlightSheet, ...]
    schedule: SchedulePlan | None = None
    """Relations, working calendars, resources and groups, where the scenario has any."""
    timetable: SchedulePlan | None = None
    """The same where it has none, too: the float of the plan is found with it."""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The resolved scenario, without what is to be swept, sought or optimised."""
    studies: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What is to be swept, sought or optimised: it changes no replication, and no identity."""

    @property
    def resolved(self) -> str:
        """The resolved scenario as YAML text."""
        from sim.scenario.writing import document  # a worker needs no scenario language

        return document({**self.values, **self.studies})

    def __repr__(self) -> str:
        missions, goals = len(self.missions), ", ".join(goal.name for goal in self.goals)
        return f"<Campaign {self.scenario}: {missions} missions, {len(self.streams)} streams; goals {goals}>"
