"""Trips: who flies each leg of a mission, with how many people, and what it weighs at its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sim.campaign.flights import masses_after
from sim.campaign.ground import Ground
from sim.campaign.opportunities import SkyTables
from sim.campaign.plan import FlightSheet, LegPlan
from sim.campaign.routes import Route, duration_d
from sim.scenario.schema import Launch, Leg


@dataclass(frozen=True, slots=True)
class Trip:
    """Spacecraft that fly together."""

    crafts: tuple[str, ...]
    kind: str
    crew: int
    mass_kg: float
    """At the start."""
    masses_kg: dict[str, float] = field(default_factory=dict)
    """At the end of each leg on which something burns."""


class TripWriter:
    """Writes the legs of one mission."""

    def __init__(self, route: Route, tables: SkyTables, ground: Ground) -> None:
        self.route = route
        self._tables = tables
        self._ground = ground

    def trip(self, crafts: Iterable[str], crew: int, sheet: FlightSheet, table: int) -> Trip:
        """Fly a sheet on the day that leaves the most propellant."""
        crafts = tuple(crafts)
        tli_m_s, loi_m_s = self._tables.best_day(table)
        masses_kg = masses_after(sheet.stack, sheet.steps, tli_m_s, loi_m_s)
        kind = self.route.craft(crafts[-1]).kind if crafts else "orbiter"
        return Trip(crafts, kind, crew, sheet.stack.mass_kg, masses_kg)

    def crew_of(self, launch: Launch) -> int:
        """Give how many people are launched with a launch."""
        crew = self.route.mission.crew
        seats = any(self.route.craft(craft).crew for craft in launch.carries)
        return crew.number if crew and seats and not self.route.boards_later(launch) else 0

    def legs(self, trips: list[Trip], legs: list[tuple[str, Leg]]) -> tuple[LegPlan, ...]:
        """Write legs that some trips fly together."""
        return tuple(self._leg(trips, name, leg, legs[: number + 1]) for number, (name, leg) in enumerate(legs))

    def out(self, trips: dict[str, Trip]) -> tuple[LegPlan, ...]:
        """Write the legs flown on from where the mission gathers."""
        return self.legs(self._going_on(trips), self.route.together)

    def home(self, trips: dict[str, Trip]) -> tuple[LegPlan, ...]:
        """Write the legs home: what landed flies them, or, from the rendezvous on, what stayed behind there."""
        route, split = self.route, self.route.home_alone
        stayed = [
            Trip(
                trip.crafts, trip.kind, crew.number if (crew := route.mission.crew) else 0, trip.mass_kg, trip.masses_kg
            )
            for key, trip in trips.items()
            if key not in route.mission.launches or not route.goes_on(route.mission.launches[key])
        ]
        landed = self.legs(self._going_on(trips), [*route.together, *route.home[:split]])[len(route.together) :]
        return (*landed, *self.legs(stayed, route.home[split:]))

    def _going_on(self, trips: dict[str, Trip]) -> list[Trip]:
        """Give the trips that fly the rest of the route, with the people who go down."""
        mission = self.route.mission
        going = [trips[key] for key, launch in mission.launches.items() if self.route.goes_on(launch)]
        going = [trip for trip in going if trip.crafts]
        meet, crew = mission.rendezvous, mission.crew
        if meet is None or not meet.goes_on or crew is None:
            return going
        down = crew.down or crew.number
        return [
            Trip(t.crafts, t.kind, down if number == 0 else 0, t.mass_kg, t.masses_kg) for number, t in enumerate(going)
        ]

    def _leg(self, trips: list[Trip], name: str, leg: Leg, so_far: list[tuple[str, Leg]]) -> LegPlan:
        place = self.route.scenario.places[leg.to]
        lands = place.surface and place.body == "moon"
        light = self._tables.light(leg.to, leg.light_for) if leg.light else -1
        return LegPlan(
            name=name,
            origin=leg.from_,
            destination=leg.to,
            duration_d=duration_d(leg),
            lands=lands,
            light=light,
            tracked=lands and self._ground.is_critical("landing"),
            vehicle=" + ".join(craft for trip in trips for craft in trip.crafts),
            kind=trips[-1].kind if trips else "orbiter",
            mass_kg=sum(_mass_kg(trip, so_far) for trip in trips),
            crew=sum(trip.crew for trip in trips),
        )


def _mass_kg(trip: Trip, legs: list[tuple[str, Leg]]) -> float:
    """Give the mass at the end of the last of some legs: after the last on which something burned."""
    burned = [trip.masses_kg[name] for name, _ in legs if name in trip.masses_kg]
    return burned[-1] if burned else trip.mass_kg
