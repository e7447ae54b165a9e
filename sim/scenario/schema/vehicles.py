"""The fleet: launch sites, launchers, spacecraft, and how reliable they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Count, PadName, Sourced, Titled
from sim.scenario.values import UncertainDuration
from sim.units import Date, Latitude, Longitude, Mass, Name, Rate, Share, SpecificImpulse


class Pad(Sourced):
    """A launch pad."""

    turnaround: UncertainDuration
    """Time from a launch until the pad can take the next vehicle."""
    available: Date | None = None
    """First day of use."""
    needs: list[Need] = []
    """What must have happened before the pad can be used."""


class LaunchSite(Sourced):
    """A place with pads."""

    latitude: Latitude
    """Geodetic latitude, north positive."""
    longitude: Longitude
    """Longitude, east positive."""
    partner: Name | None = None
    """Who operates the site."""
    calendar: Name | None = None
    """Working calendar in which it launches: seasons, days, hours; always if not said."""
    scrub: Share
    """Chance that a launch attempt is called off."""
    recycle: UncertainDuration
    """Time from a scrub to the next attempt."""
    pads: dict[Name, Pad] = Field(min_length=1)
    """The pads of the site."""


class Prior(Sourced):
    """What is known of a class of vehicles before their own record says more."""

    early: list[Share]
    """Failure rate of the first, second, ... flight."""
    mature: Share
    """Failure rate after those."""
    weight: Annotated[float, Field(gt=0, le=1000)]
    """How many flights of its own record weigh as much as this prior."""


class Record(Sourced):
    """Reliability by record: a Beta distribution fed by what has flown."""

    flights: Count
    """Flights so far."""
    failures: Count
    """Failures among them, partial failures included."""
    prior: Name | None = None
    """Name of a block under `priors`; a weak prior with one failure in two flights if not said."""

    @model_validator(mode="after")
    def _counts(self) -> Record:
        if self.failures > self.flights:
            raise ValueError(f"{self.failures} failures in {self.flights} flights: failures count among the flights")
        return self


class Production(Sourced):
    """A production line."""

    from_: Date | None = Field(default=None, alias="from")
    """Day on which the line can start its first vehicle; from the start of the calendar if not said."""
    every: UncertainDuration
    """Time between two vehicles off the line."""
    ready: Count = 0
    """Vehicles in store when the line starts."""
    stock: Annotated[int, Field(ge=1, le=1000)] = 2
    """The line waits when this many vehicles stand unused."""


class UpperStage(Sourced):
    """The stage that injects, needed to scale the capacity with the injection delta-v."""

    isp: SpecificImpulse
    """Vacuum specific impulse."""


class Launcher(Titled):
    """A launch vehicle."""

    partner: Name | None = None
    """Who operates it."""
    family: Name | None = None
    """Vehicles of one family stand down together; its own name if not said."""
    needs: list[Need] = []
    """What must have happened before the first flight."""
    pads: list[PadName] = Field(min_length=1)
    """Pads it can use, as `site.pad`, in order of preference."""
    to: dict[str, Mass] = Field(min_length=1)
    """Payload to `leo` and to `tli` (trans-lunar injection)."""
    upper_stage: UpperStage | None = None
    """The injecting stage."""
    record: Record | None = None
    """Flights and failures so far."""
    reliability: Share | None = None
    """A fixed chance of success, instead of a record."""
    production: Production
    """How vehicles come off the line."""
    integration: UncertainDuration
    """Time on the pad from roll-out to the first attempt."""
    stand_down: UncertainDuration
    """Time without flights of the family after a failure."""

    @model_validator(mode="after")
    def _has_reliability(self) -> Launcher:
        if (self.record is None) == (self.reliability is None):
            raise ValueError("a launcher needs either a record or a reliability, not both and not neither")
        return self


class Stage(Sourced):
    """A propulsive stage of a spacecraft."""

    dry: Mass = 0.0
    """Dry mass that leaves with the stage when it is dropped."""
    propellant: Mass
    """Usable propellant."""
    isp: SpecificImpulse
    """Vacuum specific impulse."""
    boil_off: Rate = 0.0
    """Share of the propellant lost while waiting, per day."""
    drop: bool = True
    """Whether the stage is dropped when it is empty and another one takes over."""


class Spacecraft(Titled):
    """Something that flies after launch."""

    kind: Literal["lander", "orbiter", "relay", "ship", "transfer-stage", "station", "tanker", "sample-return"]
    """What it is."""
    partner: Name | None = None
    """Who builds it."""
    dry: Mass
    """Mass without propellant, stages, cargo and crew."""
    stages: dict[Name, Stage] = {}
    """Its stages, in the order in which they burn."""
    cargo: Mass = 0.0
    """Cargo it can carry."""
    crew: Count = 0
    """Seats."""
    needs: list[Need] = []
    """What must have happened before it first flies."""
    landing: Record | None = None
    """Landings of this class so far."""
    ascent: Record | None = None
    """Ascents from the Moon of this class so far."""
    cruise: Record | None = None
    """Voyages of this class so far, from injection to the arrival at the Moon."""
    capture: Record | None = None
    """Lunar orbit insertions of this class so far."""
    ground_mass: Mass | None = None
    """Published mass at launch, for the check against the sum of the parts."""
