"""Sites: orbits and surfaces, the ways between them, who sees them, stations with tanks, and the base."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.relations import Need
from sim.scenario.schema.blocks import Sourced, Titled
from sim.scenario.values import UncertainDuration
from sim.units import (
    Duration,
    Elevation,
    Energy,
    Hours,
    Inclination,
    Latitude,
    Length,
    Longitude,
    Mass,
    MassRate,
    Name,
    Power,
    Rate,
    Share,
    Speed,
)


class Horizon(Sourced):
    """What hides the Sun at a lunar site."""

    flat: Elevation
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
    inclination: Inclination | None = None
    """Inclination to the equator of the body."""
    latitude: Latitude | None = None
    """Latitude of a site."""
    longitude: Longitude | None = None
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
    """`computed`: TLI and LOI from the ephemeris on the day of departure; from an orbit about the Moon to the ground of
    the Earth, TEI of the calendar's dearest day; `typed`: the burns written here."""
    tof: list[Duration] = []
    """Time of flight: one value, or the shortest and the longest allowed of a computed transfer."""
    burns: list[Burn] = []
    """The burns of a typed leg, or corrections added to a computed one, in order."""
    light: bool = False
    """Whether the Sun must be up at the destination on arrival."""
    light_for: Duration = 0.0
    """For how long after arrival it must stay up."""


class GroundStation(Sourced):
    """An antenna that can follow a spacecraft at the Moon."""

    latitude: Latitude
    """Latitude, north positive."""
    longitude: Longitude
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


class Ground(Sourced):
    """Ground segment: who can see the Moon when it matters."""

    stations: dict[Name, GroundStation] = {}
    """The antennas."""
    minimum_elevation: Elevation
    """The Moon must stand this high."""
    critical: list[Literal["tli", "loi", "landing", "rendezvous"]] = []
    """Events that must be seen."""
    hold: Duration = 0.25
    """How long one critical event keeps an antenna busy."""
    navigation: Navigation | None = None
    """What better navigation changes."""


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


class StationTank(Sourced):
    """A propellant tank in orbit."""

    capacity: Mass
    """What it holds."""
    boil_off: Rate = 0.0
    """Share lost per day."""
    filled_by: Filling | None = None
    """The tankers that fill it."""


class Station(Titled):
    """A station in orbit."""

    tank: StationTank | None = None
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


class CommissioningTests(Sourced):
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


class Element(Titled):
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
    tests: CommissioningTests | None = None
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
    calendar: Name | None = None
    """Working calendar of its robots, who give `robot_shift` on each of its working days; every day if not said."""


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
