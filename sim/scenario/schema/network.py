"""The network: orbits and sites, the ways between them, and who sees them from the ground."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.schema.blocks import Need, Sourced
from sim.units import Duration, Elevation, Inclination, Latitude, Length, Longitude, Name, Share, Speed


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
    """`computed`: TLI and LOI from the ephemeris on the day of departure; `typed`: the burns written here."""
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
