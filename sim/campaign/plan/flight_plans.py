"""The flights of a campaign: legs, launches, missions, tanks, and what every launch carries and burns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.campaign.plan.parts import Chance
from sim.physics.rocket import Stack


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
class FlightStep:
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
    steps: tuple[FlightStep, ...]


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A launch of the manifest."""

    mission: str
    launch: str
    launcher: str
    pads: str
    """Those it may use."""
    payload: str
    mass_kg: float
    planned_d: float
    """nan where none is named."""
    launched: int
    """Milestone."""
    fact: bool
    margin_kg: float = math.nan
    """Launcher capacity left on the nominal day; nan when flown already, or not known yet."""
    propellant_margin_kg: float = math.nan
    """Propellant left after the last burn on the nominal day; nan when flown already, or not known yet."""
