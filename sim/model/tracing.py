"""Trace: what happened in one replication, as records without words; `sim.analysis.story` makes sentences of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sim.campaign.plan import Campaign


class Verb(str, Enum):
    """What a subject does; the value is what traces of run folders hold."""

    ARRIVES = "arrives"
    BOILS_OFF = "boils-off"
    BREAKS_DOWN = "breaks-down"
    COMES_HOME = "comes-home"
    DOCKS = "docks"
    FAILS_AT = "fails-at"
    FAILS_TESTS = "fails-tests"
    HAS_NO_TANKER = "has-no-tanker"
    IS_ASSEMBLED = "is-assembled"
    IS_BUILT_BY_HAND = "is-built-by-hand"
    IS_FINISHED = "is-finished"
    IS_FULL = "is-full"
    IS_GIVEN_UP = "is-given-up"
    IS_HELD_BACK = "is-held-back"
    IS_LOST = "is-lost"
    IS_LOST_AT_ASCENT = "is-lost-at-ascent"
    IS_LOST_AT_CAPTURE = "is-lost-at-capture"
    IS_LOST_AT_LANDING = "is-lost-at-landing"
    IS_LOST_AT_LAUNCH = "is-lost-at-launch"
    IS_LOST_ON_THE_WAY = "is-lost-on-the-way"
    IS_REACHED = "is-reached"
    IS_REPAIRED = "is-repaired"
    IS_REPLACED = "is-replaced"
    IS_TAKEN_OVER = "is-taken-over"
    IS_TOPPED_UP = "is-topped-up"
    LANDS = "lands"
    LAUNCHES = "launches"
    LEAVES_EARLY = "leaves-early"
    MOVES_IN = "moves-in"
    ROLLS_OUT = "rolls-out"
    SCRUBS = "scrubs"
    TAKES_PROPELLANT = "takes-propellant"
    TAKES_SPARE = "takes-spare"
    WAITS_FOR_PARTNER = "waits-for-partner"
    WAITS_IN_VAIN = "waits-in-vain"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trace: who does what, where, and with how much."""

    t_d: float
    subject: str
    verb: Verb
    place: str = ""
    mass_kg: float | None = None
    vehicle: str = ""
    """What flies."""
    launcher: str = ""
    """What it flies on."""
    stand_down_d: float = 0.0
    """For how long its launcher is grounded from now on."""
    step: str = ""
    """Step of a flight told step by step."""
    partner: str = ""
    """Who is waited for, or who takes over."""


@dataclass(frozen=True, slots=True)
class Move:
    """One stay or journey: something at `origin` from `start_d` is at `destination` at `end_d`."""

    subject: str
    vehicle: str
    kind: str
    """lander, orbiter, relay, ship, station, tanker, sample-return, transfer-stage or launcher."""
    origin: str
    destination: str
    start_d: float
    end_d: float
    mass_kg: float
    crew: int
    outcome: str
    """ok or lost."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Days that one subject spent on one cause, on the chain that dates a goal."""

    subject: str
    part: str
    cause: str
    start_d: float
    end_d: float


@dataclass(frozen=True, slots=True)
class TankLevel:
    """What a tank in orbit holds, at each delivery and each departure with propellant from it."""

    subject: str
    capacity_kg: float
    t_d: tuple[float, ...]
    before_kg: tuple[float, ...]
    after_kg: tuple[float, ...]
    """Between two moments propellant boils off at a constant rate of what is there."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened in one replication, and for each goal the chain of days that dates it."""

    title: str
    """Nominal, P10, P50, P90, or the replication's number."""
    replication: int | None
    """None for the nominal run."""
    moves: tuple[Move, ...]
    events: tuple[Event, ...]
    chains: dict[str, tuple[Segment, ...]]
    """By goal: the days that date it, in order, each with its cause."""
    power_t_d: tuple[float, ...]
    power_supply_w: tuple[float, ...]
    power_demand_w: tuple[float, ...]
    tanks: tuple[TankLevel, ...] = ()
    """Those that anything was brought to."""

    def __repr__(self) -> str:
        return f"<Trace {self.title}: {len(self.moves)} moves, {len(self.events)} events, {len(self.chains)} chains>"


def days_left(campaign: Campaign, trace: Trace | None) -> dict[str, float]:
    """Return the day on which each stack left the parking orbit in which it gathered, by the mission's name."""
    first = {campaign.subjects[plan.subject].name: plan.legs[0] for plan in campaign.missions if plan.legs}
    return {
        move.subject: move.start_d
        for move in (trace.moves if trace is not None else ())
        if move.subject in first
        and (move.origin, move.destination) == (first[move.subject].origin, first[move.subject].destination)
    }
