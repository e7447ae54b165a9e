"""The parts of a campaign: chances and what is counted, vehicles, work on Earth, the base, and what the sky allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.chance import Distribution
from sim.worktime import WorkCalendar

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
class PlannedDates:
    """Early and late dates of something in the plan, in days since the calendar's start, and its float."""

    early_start_d: float
    early_finish_d: float
    late_start_d: float
    late_finish_d: float
    total_float_d: float
    """In days of its own calendar, as the free float is."""
    free_float_d: float
    critical: bool
    """Whether it cannot be later without harm."""
    goal_float_d: float = NEVER
    """Against the wanted dates of the goals that need it; infinite where none does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something whose days are counted: an activity, mission, element, station or goal."""

    name: str
    kind: str
    about: str
    """What it is, in a sentence; empty when the scenario does not say."""
    fact: bool
    """Whether it lies in the past and is known."""
    finish: int = -1
    """Milestone that ends it, or -1."""
    shared: bool = False
    """Whether another subject, of another kind, has the same name."""
    title: str = ""
    """What pages call it; empty when the scenario does not say."""
    planned: PlannedDates | None = None
    """None for what is known, for what the plan does not reach, and where no plan was asked for."""
    led_by: str = ""
    """What pages call the partner who leads it; empty when nobody is named."""
    serves: tuple[str, ...] = ()
    """Goals that cannot be reached without it."""
    source: str = ""
    """Where its figures come from."""
    confidence: str = ""
    """high, medium or low; empty when the scenario does not say."""
    slip_d: tuple[float, ...] = ()
    """P10, P50 and P90 of the slip of its own; empty when it has none."""
    since_unsaid: bool = False
    """Whether only its end is said, so that it is under way when the calendar starts."""
    ends_late: bool = False
    """Whether its plan is set by what it must end after, and not by what it must start after."""
    earliest_d: float = 0.0
    """Planned day before which no work is done on it."""

    @property
    def called(self) -> str:
        """Its title, or its name where the scenario gives none."""
        return self.title or self.name

    @property
    def key(self) -> str:
        """Its name, with its kind where another subject has the same: what columns and rows are called."""
        return f"{self.name} ({self.kind})" if self.shared else self.name


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


@dataclass(frozen=True, slots=True)
class PadPlan:
    """A launch pad."""

    name: str
    turnaround: Chance
    available_d: float
    needs: tuple[int, ...]
    scrub: float
    recycle: Chance
    calendar: WorkCalendar | None = None
    """When its site launches; None for always."""


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
    shared: int
    """Stream of the one draw that places every factor in its law, or -1 when each has its own."""


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
    planned_d: float
    """Day on which the plan ends it: the stated date, or what its needs and duration make."""
    slip: Chance | None
    """Distance of its end from the planned day, as far as it is its own."""
    fact: bool
    payer: int
    """Index of the partner whose budget pays, or -1."""
    cost: float


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
    calendar: WorkCalendar | None = None
    """When its robots work; None for always."""


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
