"""Missions: launches, rendezvous, crews and cargo."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sim.problems import Code, WrongValueError
from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Block, Count, EventName, Sourced, Titled
from sim.scenario.schema.planning import SlipOfPlan
from sim.scenario.schema.sites import Operation
from sim.scenario.values import UncertainDuration
from sim.units import Date, Duration, Mass, Name, Speed


class Launch(Block):
    """One launch of a mission."""

    launcher: Name
    """The vehicle."""
    carries: list[Name] = Field(min_length=1)
    """Spacecraft on board, in the order in which they burn."""
    to: str = "tli"
    """What the launcher delivers to: `tli`, or a place it has a capacity for."""
    after: EventName | None = None
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


class Manoeuvre(Sourced):
    """One burn of a flight whose every burn is typed in, with who flies and what burns or is dropped, in order."""

    after: Duration = 0.0
    """Time from the start of the mission."""
    fly: list[Name] = Field(min_length=1)
    """Spacecraft in the stack during this burn; their tanks remember what earlier burns left."""
    dv: Speed = 0.0
    """Velocity change."""
    do: list[Annotated[str, Field(pattern=r"^(burn|drop) [a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]] = []
    """`burn NAME` until the velocity is reached or the tank is empty, `drop NAME` with all it holds; in this order."""
    load: dict[Name, Mass] = {}
    """Mass that comes on board each of these spacecraft before the burn."""
    unload: dict[Name, Mass] = {}
    """Mass that leaves each of these spacecraft before the burn."""


class Flown(Sourced):
    """What is known of a mission that has flown."""

    launched: Date
    """Day of launch."""
    arrived: Date | None = None
    """Day of landing or of arrival in the final orbit."""
    ended: Date | None = None
    """Day on which it was known how it ended; that of the arrival, or of the launch, if not said."""
    outcome: Literal["success", "lost"] = "success"
    """How it ended."""


def _not_goods(value: object) -> object:
    """Tell goods apart from names, where a list mixes them."""
    if isinstance(value, dict):
        hint = "write cargo: {water: 2 t} for goods, cargo: [hut] for elements; who carries both flies twice"
        raise WrongValueError(
            "a list of cargo names elements and stations, and goods are a mapping", hint, Code.WRONG_TYPE
        )
    return value


def _way_of_loading(value: object) -> str:
    return "goods" if isinstance(value, dict) else "names"


Cargo = Annotated[
    Annotated[list[Annotated[Name, BeforeValidator(_not_goods)]], Tag("names")]
    | Annotated[dict[str, Mass], Tag("goods")],
    Discriminator(_way_of_loading),
]


class Mission(Titled):
    """One flight, with one launch or several."""

    partner: Name | None = None
    """Who flies it."""
    flown: Flown | None = None
    """What is known, when it has flown."""
    not_before: Date | None = None
    """Planned launch date."""
    slip: SlipOfPlan | None = None
    """How much later than planned the payload is ready."""
    planned: Date | None = None
    """Of what has flown: the launch date planned on `said_on`; with a slip by class its programme learns from it."""
    said_on: Date | None = None
    """Of what has flown: the day on which `planned` was said."""
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
    sequence: list[Manoeuvre] = []
    """Every burn of the flight, typed in; it must close stage by stage."""
    if_partner_leaves: Literal["successor", "drop", "wait"] = "successor"
    """What happens when the partner leaves before the launch campaign: taken over, dropped, or waiting."""
    every: UncertainDuration | None = None
    """The mission repeats after this time."""
    from_: EventName | None = Field(default=None, alias="from")
    """The first of a repeating series starts when this has happened."""
    repeats: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many times a repeating mission flies; until the calendar's end if not said."""
