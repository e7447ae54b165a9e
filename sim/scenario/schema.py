"""The shape of a scenario: what may be said, under which key, in which unit.

One pydantic model per block. Every model refuses keys it does not know, is frozen after validation and carries a
description for each key, from which the editor schema and the reference are generated. What the blocks *mean*
together is checked in :mod:`sim.scenario.checks`; what they turn into is decided in :mod:`sim.campaign.compile`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from sim.scenario.values import (
    UncertainDate,
    UncertainDuration,
    UncertainFactor,
    UncertainSlip,
)
from sim.units import (
    Angle,
    Date,
    Duration,
    Energy,
    Hours,
    Length,
    Mass,
    MassRate,
    Name,
    Power,
    Rate,
    Share,
    SpecificImpulse,
    Speed,
)

Confidence = Literal["high", "medium", "low"]
Access = Literal["read", "computed", "recalled", "estimate"]
Need = Annotated[str, Field(min_length=1, max_length=200)]
"""What must have happened first: `cz10-dev`, `ilrs-1.landed`, `first-crew.lander.launched`."""
PadName = Annotated[str, Field(pattern=r"^[^.\s]+\.[^.\s]+$", max_length=120)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class Block(BaseModel):
    """A mapping whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=True)


class SourceNote(Block):
    """Where one figure comes from."""

    source: str
    """Address or title, publisher and year; `estimate` when nobody has published it."""
    confidence: Confidence | None = None
    """How far the figure can be trusted."""
    access: Access | None = None
    """Whether the source was read, computed from a data set, recalled, or the figure is an estimate."""


class Sourced(Block):
    """A block of figures that says where they come from."""

    about: str | None = None
    """What this is, in a sentence."""
    source: str | None = None
    """Where the figures of this block come from; `estimate` when nobody has published them."""
    confidence: Confidence | None = None
    """How far the figures of this block can be trusted."""
    access: Access | None = None
    """Whether the source was read, computed from a data set, recalled, or the figures are estimates."""
    sources: dict[str, SourceNote] = {}
    """Sources of single keys of this block, where they differ from `source`."""


# --- programme ----------------------------------------------------------------------------------------------------


class CalendarSpec(Block):
    """The time the simulation covers."""

    start: Date
    """First day of the simulation (0 h TDB)."""
    end: Date
    """Last day; what is not reached by then counts as not reached."""
    as_of: Date | None = None
    """Day of the knowledge in this file: what lies before is fact, what lies after is plan."""


class Goal(Block):
    """A named set of requirements with a date."""

    about: str | None = None
    """What reaching it means, in a sentence."""
    source: str | None = None
    """Where the goal was stated."""
    by: Date
    """The date the goal is wanted by."""
    confidence: Share = 0.7
    """The chance a planner wants of reaching the goal by that date."""
    needs: list[Need] = Field(min_length=1)
    """Everything that must have happened."""
    power_margin: Share | None = None
    """Power that holds through the longest night, over demand, at the base."""


class Withdrawal(Block):
    """A chance of leaving in any year."""

    per_year: Share
    """Chance of withdrawing in a year."""
    after: Date | None = None
    """Not before this day (default: the day of knowledge)."""


class Successor(Block):
    """Who takes over the unfinished work of a partner who leaves."""

    partner: Name
    """The partner who takes over."""
    after: UncertainDuration
    """How long taking over lasts."""


def _way_of_leaving(value: object) -> str:
    if value == "never":
        return "never"
    return "rate" if isinstance(value, Withdrawal) or (isinstance(value, dict) and "per_year" in value) else "date"


Leaving = Annotated[
    Annotated[UncertainDate, Tag("date")]
    | Annotated[Withdrawal, Tag("rate")]
    | Annotated[Literal["never"], Tag("never")],
    Discriminator(_way_of_leaving),
]


class Budget(Sourced):
    """Money a partner has each year; what is not spent carries over."""

    per_year: Annotated[float, Field(ge=0, le=1e12)]
    """What is there each year, in units of the index."""
    index: Annotated[int, Field(ge=1950, le=2199)] | None = None
    """The year whose prices the units are in; an index, not a currency."""
    at_start: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What is there on the first day beside the first year's share."""


class Barred(Block):
    """A time in which a partner may not take part."""

    from_: Date = Field(alias="from")
    """First day."""
    until: Date
    """First day on which the partner may take part again."""


class Partner(Sourced):
    """A state or agency that takes part."""

    budget: Budget | None = None
    """Yearly money; work with a `cost` starts when it is there. Unlimited if not said."""
    barred: Barred | None = None
    """A time in which its work waits."""

    joins: UncertainDate | None = None
    """When the partner joins; from the start if not said."""
    withdraws: Leaving = "never"
    """When the partner leaves: a date, a yearly chance, or never."""
    successor: Successor | None = None
    """Who takes over this partner's unfinished work; nobody if not said."""


class SlipRow(Block):
    """Slip of a plan that lies up to this far ahead."""

    up_to: Duration
    """The row holds for lead times up to this."""
    slip: UncertainDuration
    """How late the event then comes."""


class SlipGrowth(Block):
    """Slip of plans that lie further ahead: a Weibull law whose mean grows with the lead time."""

    intercept: Duration
    """Mean slip at lead time zero of the fitted line."""
    per_day: Annotated[float, Field(ge=0, le=10)]
    """Days of mean slip for each day of lead time."""
    shape: Annotated[float, Field(gt=0, le=20)]
    """Weibull shape."""
    zero: Share = 0.0
    """Share of events without any slip."""


class SlipModel(Sourced):
    """How late planned dates come, by how far ahead they were planned."""

    rows: list[SlipRow] = []
    """Measured slip for lead times up to each row's limit, shortest first."""
    beyond: SlipGrowth
    """What holds for longer lead times."""


class SlipByLead(Block):
    """Slip drawn from a named slip model at this plan's lead time."""

    by_lead: Name
    """Name of a block under `slips`."""
    times: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Factor on the drawn slip."""


def _way_of_slipping(value: object) -> str:
    return "lead" if isinstance(value, SlipByLead) or (isinstance(value, dict) and "by_lead" in value) else "law"


Slip = Annotated[
    Annotated[UncertainSlip, Tag("law")] | Annotated[SlipByLead, Tag("lead")], Discriminator(_way_of_slipping)
]


class Activity(Sourced):
    """Work that must be finished before something else can be."""

    kind: Literal["agreement", "programme", "development", "construction", "production", "work"] = "work"
    """What kind of work; decides under which cause its days are counted."""
    partner: Name | None = None
    """Who does the work."""
    parties: list[Name] = []
    """Who must take part in an agreement."""
    needs: list[Need] = []
    """What must have happened before the work starts."""
    not_before: UncertainDate | None = None
    """The work does not start before this date."""
    duration: UncertainDuration | None = None
    """How long the work takes once started."""
    finish: Date | None = None
    """Planned date of completion, when the plan names a date rather than a duration."""
    slip: Slip | None = None
    """How much later than planned the work ends."""
    cost: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What it takes from the partner's budget when it starts."""
    done: Date | None = None
    """The date on which it did happen, when it has."""

    @model_validator(mode="after")
    def _says_how_long(self) -> Activity:
        given = [name for name in ("duration", "finish", "done") if getattr(self, name) is not None]
        if len(given) != 1:
            said = " and ".join(given) or "none of them"
            raise ValueError(f"an activity needs exactly one of duration, finish and done, not {said}")
        if self.slip is not None and self.done is not None:
            raise ValueError("what is done cannot slip: remove slip or done")
        return self


class Risk(Sourced):
    """Something that happens or not, once, and stretches every activity it touches."""

    probability: Share
    """Chance that it happens."""
    stretches: dict[Name, UncertainFactor]
    """Factor on what is left of each activity it touches."""


# --- fleet --------------------------------------------------------------------------------------------------------


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

    latitude: Angle
    """Geodetic latitude, north positive."""
    longitude: Angle
    """Longitude, east positive."""
    partner: Name | None = None
    """Who operates the site."""
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
    """Reliability by record: a Beta law fed by what has flown."""

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


class Launcher(Sourced):
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


class Spacecraft(Sourced):
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
    capture: Record | None = None
    """Lunar orbit insertions of this class so far."""
    ground_mass: Mass | None = None
    """Published mass at launch, for the check against the sum of the parts."""


# --- network ------------------------------------------------------------------------------------------------------


class Horizon(Sourced):
    """What hides the Sun at a lunar site."""

    flat: Angle
    """Elevation of the horizon, the same all round; negative on a height that looks over the ground about it."""


class Place(Sourced):
    """An orbit or a site."""

    body: Literal["earth", "moon"]
    """What it goes round or stands on."""
    surface: bool = False
    """Whether it is on the ground."""
    altitude: Length | None = None
    """Altitude of a circular orbit."""
    periapsis: Length | None = None
    """Lowest altitude."""
    apoapsis: Length | None = None
    """Highest altitude."""
    inclination: Angle | None = None
    """Inclination to the equator of the body."""
    latitude: Angle | None = None
    """Latitude of a site."""
    longitude: Angle | None = None
    """Longitude of a site, east positive."""
    horizon: Horizon | None = None
    """The horizon of a site."""
    mast: Length = 0.0
    """Height of the solar arrays above ground."""


class Burn(Sourced):
    """One propulsive manoeuvre of a leg."""

    dv: Speed
    """Velocity change."""
    after: Duration = 0.0
    """Time from the start of the leg."""
    about: str | None = None
    """What it does."""
    correction: bool = False
    """Whether it is a course correction, which better navigation makes smaller."""


class Leg(Sourced):
    """A way from one place to another."""

    from_: Name = Field(alias="from")
    """Where it starts."""
    to: Name
    """Where it ends."""
    transfer: Literal["computed", "typed"] = "typed"
    """`computed`: TLI and LOI from the ephemeris on the day of departure; `typed`: the burns written here."""
    tof: list[Duration] = []
    """Time of flight: one value, or the shortest and the longest allowed of a computed transfer."""
    burns: list[Burn] = []
    """The burns of a typed leg, or corrections added to a computed one, in order."""
    light: bool = False
    """Whether the Sun must be up at the destination on arrival."""
    light_for: Duration = 0.0
    """For how long after arrival it must stay up."""


# --- base ---------------------------------------------------------------------------------------------------------


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


class Research(Sourced):
    """Research facilities."""

    facilities: Annotated[int, Field(ge=1, le=1000)]
    """How many work at once."""


class Operation(Sourced):
    """One step of a flight told step by step, without computed physics."""

    name: Name
    """What is done."""
    duration: UncertainDuration
    """How long it takes."""
    needs: list[Need] = []
    """What must have happened before this step."""
    scrub: Share = 0.0
    """Chance that a try is called off."""
    recycle: UncertainDuration | None = None
    """Time from a scrub to the next try."""
    fails: Share = 0.0
    """Chance that it fails."""
    then: Literal["lose", "spare"] = "lose"
    """After a failure the whole flight is lost, or a spare vehicle starts again from the first step."""

    @model_validator(mode="after")
    def _recycles(self) -> Operation:
        if self.scrub > 0.0 and self.recycle is None:
            raise ValueError("a step that can scrub needs a recycle time")
        return self


class Filling(Sourced):
    """Tankers that fill a station's tank, one after the other."""

    delivers: Mass
    """Propellant each tanker brings."""
    fleet: Annotated[int, Field(ge=1, le=10_000)]
    """Tankers there are; each one lost is gone, and the last one's loss ends the filling."""
    operations: list[Operation] = Field(min_length=1)
    """The steps of one tanker's flight."""
    spare: UncertainDuration
    """Time until another tanker stands ready after a loss."""
    needs: list[Need] = []
    """What must have happened before the first tanker."""
    launcher: Name | None = None
    """Vehicle on which tankers launch; without one the first steps stand for the launch."""


class Tank(Sourced):
    """A propellant tank in orbit."""

    capacity: Mass
    """What it holds."""
    boil_off: Rate = 0.0
    """Share lost per day."""
    filled_by: Filling | None = None
    """The tankers that fill it."""


class Station(Sourced):
    """A station in orbit."""

    tank: Tank | None = None
    """Propellant for those who dock."""

    at: Name
    """Its orbit."""
    mass: Mass
    """Mass as delivered."""
    partner: Name | None = None
    """Who operates it."""
    ports: Annotated[int, Field(ge=1, le=100)] = 1
    """Docking ports."""
    research: Research | None = None
    """Research facilities on board."""
    needs: list[Need] = []
    """What must have happened before it can be commissioned."""
    commissioning: UncertainDuration
    """Time from arrival to operation."""


class Trials(Sourced):
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
    tests: Trials | None = None
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


# --- missions -----------------------------------------------------------------------------------------------------


class Launch(Block):
    """One launch of a mission."""

    launcher: Name
    """The vehicle."""
    carries: list[Name] = Field(min_length=1)
    """Spacecraft on board, in the order in which they burn."""
    to: str = "tli"
    """What the launcher delivers to: `tli`, or a place it has a capacity for."""
    after: Need | None = None
    """What must have happened before this launch, such as `lander.arrived` of the same mission."""
    spacing: Duration = 0.0
    """Time between that and this launch at the least."""


class Rendezvous(Block):
    """Where the spacecraft of several launches meet."""

    at: Name
    """The orbit."""
    wait: Duration
    """How long the first to arrive can wait."""
    duration: UncertainDuration
    """Time to close in and dock."""
    goes_on: list[Name] = []
    """Spacecraft that fly the rest of the route; all of them if not said."""


class Crew(Block):
    """People on board."""

    number: Annotated[int, Field(ge=1, le=100)]
    """How many leave Earth."""
    down: Count = 0
    """How many go to the surface."""
    stay: Duration = 0.0
    """Time on the surface, unless the reserve of goods is reached before."""
    mass_each: Mass = 100.0
    """Mass of a person with suit and personal things."""


class Refuel(Block):
    """Propellant taken on at a station on the way."""

    at: Name
    """The station, which lies at a place of the route."""
    propellant: Mass
    """How much."""
    stage: str = Field(pattern=r"^[^.\s]+\.[^.\s]+$", max_length=120)
    """Whose tank it goes to, as `spacecraft.stage`."""
    duration: UncertainDuration
    """Time at the port."""


class Flown(Sourced):
    """What is known of a mission that has flown."""

    launched: Date
    """Day of launch."""
    arrived: Date | None = None
    """Day of landing or of arrival in the final orbit."""
    outcome: Literal["success", "lost"] = "success"
    """How it ended."""


def _way_of_loading(value: object) -> str:
    return "goods" if isinstance(value, dict) else "names"


Cargo = Annotated[
    Annotated[list[Name], Tag("names")] | Annotated[dict[str, Mass], Tag("goods")], Discriminator(_way_of_loading)
]


class Mission(Sourced):
    """One flight, with one launch or several."""

    partner: Name | None = None
    """Who flies it."""
    flown: Flown | None = None
    """What is known, when it has flown."""
    not_before: Date | None = None
    """Planned launch date."""
    slip: Slip | None = None
    """How much later than planned the payload is ready."""
    needs: list[Need] = []
    """What must have happened before the launch campaign starts."""
    launches: dict[Name, Launch] = {}
    """Its launches."""
    route: list[Name] = []
    """Places it passes, in order, from the parking orbit on."""
    back: list[Name] = []
    """Places on the way home, from the last place of the route on."""
    rendezvous: Rendezvous | None = None
    """Where several launches meet."""
    cargo: Cargo = []
    """Elements and stations it carries, or masses of goods by name."""
    crew: Crew | None = None
    """People on board."""
    on_loss: Literal["refly", "abandon", "substitute"] = "refly"
    """What happens after a loss: the payload is built again, nothing, or another mission flies in its place."""
    substitute: Name | None = None
    """The mission that flies in its place, which says `reserve: true`."""
    reserve: bool = False
    """Whether it only flies in place of another."""
    rebuild: UncertainDuration | None = None
    """Time to build the payload again."""
    spares: Count = 0
    """Payloads that stand ready to replace a lost one at once."""
    cost: Annotated[float, Field(ge=0, le=1e12)] = 0.0
    """What it takes from the partner's budget when its launch campaign starts."""
    refuel: Refuel | None = None
    """Propellant taken on on the way."""
    operations: list[Operation] = []
    """Steps of the flight, for one told without computed physics."""
    if_partner_leaves: Literal["successor", "drop", "wait"] = "successor"
    """What happens when the partner leaves before the launch campaign: taken over, dropped, or waiting."""
    every: UncertainDuration | None = None
    """The mission repeats after this time."""
    from_: Need | None = Field(default=None, alias="from")
    """The first of a repeating series starts when this has happened."""
    times: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many times it repeats; until the calendar's end if not said."""


class GroundStation(Sourced):
    """An antenna that can follow a spacecraft at the Moon."""

    latitude: Angle
    """Latitude, north positive."""
    longitude: Angle
    """Longitude, east positive."""
    partner: Name | None = None
    """Who operates it."""


class Navigation(Sourced):
    """What better navigation changes once it is there."""

    needs: list[Need] = Field(min_length=1)
    """What must have happened, such as the activity that builds the reference stations."""
    landing_failures: Share = 1.0
    """Factor on the odds of a landing failure."""
    corrections: Share = 1.0
    """Factor on the burns marked as corrections."""


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


class Ground(Sourced):
    """Ground segment: who can see the Moon when it matters."""

    stations: dict[Name, GroundStation] = {}
    """The antennas."""
    minimum_elevation: Angle
    """The Moon must stand this high."""
    critical: list[Literal["tli", "loi", "landing", "rendezvous"]] = []
    """Events that must be seen."""
    hold: Duration = 0.25
    """How long one critical event keeps an antenna busy."""
    navigation: Navigation | None = None
    """What better navigation changes."""


class Scenario(Sourced):
    """A whole scenario."""

    format: Literal[1]
    """Version of the language."""
    name: str = Field(min_length=1, max_length=200)
    """Name of the scenario."""
    calendar: CalendarSpec
    """The time covered."""
    goals: dict[Name, Goal] = Field(min_length=1)
    """What is to be reached, and by when."""
    partners: dict[Name, Partner] = {}
    """Who takes part."""
    activities: dict[Name, Activity] = {}
    """Work to be done on Earth."""
    slips: dict[Name, SlipModel] = {}
    """Named laws of how late planned dates come."""
    risks: dict[Name, Risk] = {}
    """Risk drivers."""
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
    sweep: dict[str, Any] | None = None
    """A parameter study, read by `ilrs sweep` only."""
