"""The Campaign: what a scenario means, by index and in SI units, ready to be simulated many times.

Everything here is frozen and picklable. Times are days since the calendar's start. Names appear once, in tables;
the model works with indices into them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.chance import Distribution
from sim.physics.rocket import Stack

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
NEVER = float("inf")
STREAMS = ("integration", "scrub", "recycle", "turnaround", "failure", "stand-down", "cruise", "capture")
"""What is drawn for a launch, in the order of :class:`LaunchStreams`."""


@dataclass(frozen=True, slots=True)
class Chance:
    """A number that may be uncertain: its law, the stream it is drawn from, and what the nominal run takes."""

    nominal: float
    law: Distribution | None = None
    stream: int = -1


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
class PartnerPlan:
    """A partner's coming and going."""

    name: str
    joins: Chance | None
    withdraws: Chance | None
    """Date of leaving; its law carries the yearly chance."""
    successor: int
    """Index of the partner who takes over, or -1."""
    handover: Chance | None
    barred: tuple[float, float]
    """From and until when its work waits; (never, never) when it is not barred."""
    per_year: float
    """Money each year; nan when it is not limited."""
    at_start: float
    grants_d: tuple[float, ...]
    """Days on which a year's money comes."""


@dataclass(frozen=True, slots=True)
class RiskPlan:
    """A risk driver: happens or not, once."""

    name: str
    probability: float
    stream: int
    stretches: tuple[tuple[int, Chance], ...]
    """(activity index, factor on what is left of it)."""


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """Work on Earth."""

    subject: int
    done: int
    """Milestone."""
    cause: int
    partners: tuple[int, ...]
    needs: tuple[int, ...]
    not_before: Chance | None
    duration: Chance | None
    finish_d: float | None
    """Planned date of completion, or the date of the fact."""
    slip: Chance | None
    fact: bool
    payer: int
    """Index of the partner whose budget pays, or -1."""
    cost: float


@dataclass(frozen=True, slots=True)
class PadPlan:
    """A launch pad."""

    name: str
    turnaround: Chance
    available_d: float
    needs: tuple[int, ...]
    scrub: float
    recycle: Chance


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
class LauncherPlan:
    """A launch vehicle."""

    name: str
    partner: int
    family: int
    needs: tuple[int, ...]
    pads: tuple[int, ...]
    reliability: Reliability
    line_start_d: float
    every: Chance
    ready: int
    stock: int
    integration: Chance
    stand_down: Chance


@dataclass(frozen=True, slots=True)
class Departures:
    """Departures of one computed transfer, sorted by time, one row for each possible departure."""

    t_d: Floats
    tof_d: Floats
    tli_m_s: Floats
    loi_m_s: Floats


@dataclass(frozen=True, slots=True)
class Opportunities:
    """Which departures one launch can use: indices into `departures`."""

    departures: int
    window: Indices
    """Possible in geometry and mass."""
    open: tuple[Indices, ...]
    """... and the critical events are seen from the ground, for each set of absent partners: subsets of `window`."""
    capacity_margin_kg: Floats
    """Launcher capacity left, for each index in `window`."""
    propellant_margin_kg: Floats
    """Propellant left after the last burn without any wait, for each index in `window`."""
    waits_d: Floats
    """(waits,) waiting times for which the margin is tabled; more than one where propellant boils off."""
    wait_margin_kg: Floats
    """(waits, window) propellant left after the last burn when the stack has waited so long."""
    planes_d: tuple[Floats, ...]
    """Days on which a stack waiting in orbit can leave, for each of several orbital planes; empty when it launches
    into the plane it needs."""


@dataclass(frozen=True, slots=True)
class LightTable:
    """Intervals in which the Sun is up at a site for long enough, sorted."""

    start_d: Floats
    end_d: Floats


@dataclass(frozen=True, slots=True)
class LegPlan:
    """A leg flown after the departure: where to, how long, whether light is needed on arrival."""

    name: str
    origin: str
    destination: str
    duration_d: float
    lands: bool
    light: int
    """Index of a light table, or -1."""
    tracked: bool
    """Whether the arrival must be seen from the ground."""
    vehicle: str
    """Who flies it."""
    kind: str
    """Vehicle class, for the bat chart."""
    mass_kg: float
    """Mass at its end on the day with the most propellant left, nothing boiled off."""
    crew: int
    """People on board."""


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """One step of a flight told step by step."""

    name: str
    duration: Chance
    needs: tuple[int, ...]
    scrub: float
    scrub_stream: int
    recycle: Chance | None
    fails: float
    fail_stream: int
    spare: bool
    """After a failure a spare starts again from the first step; otherwise the flight is lost."""
    done: int
    """Milestone, or -1 for the steps of a tanker."""


@dataclass(frozen=True, slots=True)
class TankPlan:
    """A tank in orbit and the tankers that fill it."""

    subject: int
    place: str
    ports: int
    capacity_kg: float
    boil_off_per_d: float
    delivers_kg: float
    """0 when nobody fills it."""
    fleet: int
    operations: tuple[OperationPlan, ...]
    spare: Chance | None
    launch: LaunchPlan | None
    """How a tanker launches, when a launcher is named."""
    needs: tuple[int, ...]
    filled: int
    """Milestone, or -1."""
    operational: int
    """Milestone: the station works; nobody docks before."""


@dataclass(frozen=True, slots=True)
class RefuelPlan:
    """Propellant taken on at a station."""

    tank: int
    propellant_kg: float
    duration: Chance


@dataclass(frozen=True, slots=True)
class LaunchStreams:
    """Streams of one launch of one mission, so that no mission's luck depends on another's."""

    integration: int
    scrub: int
    recycle: int
    turnaround: int
    failure: int
    stand_down: int
    cruise: int
    capture: int


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """One launch of a mission."""

    name: str
    launcher: int
    vehicle: str
    kind: str
    """Vehicle class of the payload, for the bat chart."""
    needs: tuple[int, ...]
    """Milestones outside the mission."""
    after: tuple[int, ...]
    """Launches of the same mission that must have arrived."""
    after_launched: tuple[int, ...]
    """Launches of the same mission that must have left Earth."""
    spacing_d: float
    opportunities: int
    """Index into the campaign's opportunities, or -1 when any day will do."""
    navigated: int
    """The same with the smaller corrections of better navigation."""
    origin: str
    """Parking orbit."""
    destination: str
    """Where the first leg ends."""
    transfer_d: float
    """Time of flight of the first leg when it is typed."""
    legs: tuple[LegPlan, ...]
    """Legs flown alone, after the first."""
    arrival_kg: float
    """Mass at the end of its own way."""
    mass_kg: float
    sheet: int
    """Index of its flight sheet: the stack and every burn."""
    crew: int
    """People on board."""
    cruise_class: int
    """Index of the class whose voyages to the Moon are on record, or -1."""
    capture_class: int
    """Index of the class whose lunar orbit insertions are on record, or -1."""
    streams: LaunchStreams
    launched: int
    """Milestone."""
    arrived: int
    """Milestone: at the rendezvous, or at the end of its own legs."""


@dataclass(frozen=True, slots=True)
class SequenceReport:
    """How a flight whose every burn is typed in turns out."""

    mass_kg: float
    """Mass of everything at the start, with people and cargo but without what comes on board on the way."""
    margin_kg: float
    """The least propellant left where an engine brought a burn to its end, or minus what is missing."""
    left_kg: tuple[tuple[str, float], ...]
    """(spacecraft, propellant left) of everything with a tank."""


@dataclass(frozen=True, slots=True)
class MissionPlan:
    """One mission."""

    subject: int
    partners: tuple[int, ...]
    needs: tuple[int, ...]
    not_before_d: float
    offset: Chance | None
    """Time after the flight before it in its series at which a repeated flight is wanted."""
    series: int
    """Number of the repeating mission it belongs to."""
    slip: Chance | None
    launches: tuple[LaunchPlan, ...]
    rendezvous: Chance | None
    rendezvous_at: str
    wait_limit_d: float
    legs: tuple[LegPlan, ...]
    """Legs flown together, after the rendezvous."""
    landing_class: int
    """Index of the class whose landings are on record, or -1."""
    landing_stream: int
    refly: bool
    rebuild: Chance | None
    vehicle: str
    kind: str
    mass_kg: float
    crew: int
    stay_d: float
    back: tuple[LegPlan, ...]
    launched: int
    """Milestone: the last launch."""
    arrived: int
    """Milestone: landed, or in the final orbit."""
    returned: int
    """Milestone: crew or samples home, or -1."""
    flown_launch_d: float
    """Day of the launch when it is a fact, else never."""
    flown_arrival_d: float
    lost: bool
    payer: int
    cost: float
    if_left: str
    """What happens when the partner has left: successor, drop or wait."""
    spares: int
    stand_in: MissionPlan | None
    """The mission that flies in its place after a loss, with this one's milestones."""
    reserve: bool
    opportunities: int
    """Departures of the gathered stack from its parking orbit, or -1."""
    gather_d: float
    """Planned days from the first launch into the parking orbit to the departure from it."""
    refuel: RefuelPlan | None
    operations: tuple[OperationPlan, ...]
    sequence: SequenceReport | None
    goods: tuple[tuple[int, float], ...]
    """(good, kg) set down at the base."""
    arrival_kg: float
    """Mass of all its launches where they end their own ways."""
    cargo: tuple[tuple[int, int], ...]
    """(element, partner) of what it carries for partners."""
    cruise_class: int
    """Class whose voyages are on record, for a stack that leaves a parking orbit, or -1."""
    capture_class: int
    cruise_stream: int
    capture_stream: int
    launches_flown: tuple[tuple[int, int], ...]
    """Milestones (launched, arrived) of the launches of a mission that has flown."""
    crew_down: int
    lives_at_base: bool
    ascent_class: int
    ascent_stream: int
    stayed: int
    """Milestone: the crew has stayed as long as planned, or -1."""


@dataclass(frozen=True, slots=True)
class ElementPlan:
    """A part of the base or a station in orbit."""

    subject: int
    delivered: tuple[int, ...]
    """Milestone of the mission that brings it; empty when it is there from the start."""
    needs: tuple[int, ...]
    partner: int
    on_surface: bool
    place: str
    mass_kg: float
    demand_w: float
    constant_w: float
    solar_w: float
    storage_j: float
    unloading_h: float
    assembly_h: float
    robot_shift_h: float
    facilities: int
    commissioning: Chance
    landed: int
    operational: int
    crew_h: float
    test_fails: float
    test_stream: int
    test_repair: Chance | None
    breakdown: Chance | None
    breakdown_repair: Chance | None
    breakdown_spares_kg: float
    makes: tuple[tuple[int, float], ...]
    """(good, kg a day) while it works."""


@dataclass(frozen=True, slots=True)
class BasePlan:
    """The base: labour and light."""

    place: str
    robot_shift_h: float
    jobs_at_once: int
    work_in_dark: bool
    light: int
    """Index of the light table, or -1."""
    longest_dark_d: float


@dataclass(frozen=True, slots=True)
class LivingPlan:
    """What people at the base use, and what is in store."""

    goods: tuple[str, ...]
    use_kg_d: tuple[float, ...]
    """Net use of each good by one person in a day, after recycling."""
    stock_kg: tuple[float, ...]
    reserve_d: float
    crew_shift_h: float


@dataclass(frozen=True, slots=True)
class GroundPlan:
    """Who sees the Moon when it matters."""

    partners: tuple[int, ...]
    """Partners who own antennas and may be absent; a set of absent ones is a number with a bit for each."""
    covers: tuple[LightTable, ...]
    """Intervals in which the Moon is seen, for each set of absent partners."""
    antennas: tuple[int, ...]
    """Antennas there are, for each set of absent partners."""
    hold_d: float
    rendezvous: bool
    """Whether docking must be seen."""
    navigation: tuple[int, ...]
    """Milestones after which navigation is better; empty when it never is."""
    landing_odds: float
    """Factor on the odds of a landing failure then."""


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


@dataclass(frozen=True, slots=True)
class Delivery:
    """Mass set down at a place when a milestone is reached."""

    milestone: int
    mass_kg: float
    what: str


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place as the pages show it."""

    name: str
    body: str
    surface: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flight: a burn of `dv_m_s`, or of the day's TLI or LOI, or mass moved into a spacecraft."""

    kind: str
    """burn, tli, loi, load or refuel."""
    dv_m_s: float = 0.0
    craft: str = ""
    delta_kg: float = 0.0
    about: str = ""
    leg: str = ""
    """The leg a burn belongs to."""


@dataclass(frozen=True, slots=True)
class FlightSheet:
    """What one launch carries and every step of its flight; flown by :func:`sim.campaign.flights.fly_script`."""

    stack: Stack
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FlightCard:
    """What the manifest prints of one launch on its nominal day."""

    mission: int
    launch: str
    launcher: str
    pads: str
    payload: str
    mass_kg: float
    planned_d: float
    launched: int
    fact: bool


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
    guesses: int = 0
    figures: int = 0
    resolved: str = field(default="", repr=False)
    """The resolved scenario as YAML text."""
