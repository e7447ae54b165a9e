"""Routes: the legs of a mission, where its launches gather, the steps its spacecraft fly, and who flies each leg."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from sim.campaign.flights import build_stack
from sim.campaign.opportunities import SkyTables
from sim.campaign.plan import FlightSheet, FlightStep, LegPlan
from sim.campaign.sky import GroundCover
from sim.physics.rocket import Stack
from sim.scenario.schema import Element, Launch, Leg, Mission, Scenario, Spacecraft, Station


class Route:
    """One mission's way: which legs its launches fly alone, which together, and which home."""

    def __init__(self, scenario: Scenario, mission: Mission) -> None:
        self.scenario = scenario
        self.mission = mission
        self.out = self._legs(mission.route)
        self.home = self._legs([mission.route[-1], *mission.back]) if mission.back and mission.route else []
        self.gather = self._gather()
        """How many legs each launch flies before the mission goes on together."""

    def _legs(self, places: list[str]) -> list[tuple[str, Leg]]:
        """Return the first leg between each two places; the checks have seen that there is one."""
        between = {(leg.from_, leg.to): (name, leg) for name, leg in reversed(self.scenario.legs.items())}
        return [between[pair] for pair in pairwise(places)]

    def _gather(self) -> int:
        mission = self.mission
        if mission.rendezvous is not None and mission.rendezvous.at in mission.route:
            return mission.route.index(mission.rendezvous.at)
        if mission.refuel is not None and mission.refuel.at in self.scenario.stations:
            place = self.scenario.stations[mission.refuel.at].at
            if place in mission.route:
                return mission.route.index(place)
        return min(1, len(self.out))

    @property
    def alone(self) -> list[tuple[str, Leg]]:
        """Legs that each launch flies before the mission goes on."""
        return self.out[: self.gather]

    @property
    def together(self) -> list[tuple[str, Leg]]:
        """Legs flown by what goes on."""
        return self.out[self.gather :]

    @property
    def in_parking_orbit(self) -> bool:
        """Whether the mission gathers in its parking orbit and injects from there."""
        return self.gather == 0 and bool(self.out)

    # --- who flies ------------------------------------------------------------------------------------------------

    def craft(self, name: str) -> Spacecraft:
        """Return a spacecraft by name."""
        return self.scenario.spacecraft[name]

    @property
    def crafts(self) -> list[str]:
        """All spacecraft, in the order of the launches."""
        return [craft for launch in self.mission.launches.values() for craft in launch.carries]

    @property
    def going_on(self) -> list[str]:
        """Spacecraft that fly the rest of the route."""
        meet = self.mission.rendezvous
        return list(meet.goes_on) if meet is not None and meet.goes_on else self.crafts

    def goes_on(self, launch: Launch) -> bool:
        """Whether something of this launch flies the rest of the route."""
        return any(craft in self.going_on for craft in launch.carries)

    @property
    def home_alone(self) -> int:
        """How many legs home are flown before what stayed behind takes over; all of them where nothing stayed."""
        meet = self.mission.rendezvous
        if meet is None or not meet.goes_on:
            return len(self.home)
        return next((i for i, (_, leg) in enumerate(self.home) if leg.from_ == meet.at), len(self.home))

    def boards_later(self, launch: Launch) -> bool:
        """Whether people board this launch's spacecraft only at the rendezvous."""
        meet = self.mission.rendezvous
        return meet is not None and bool(meet.goes_on) and self.goes_on(launch)

    @property
    def cargo_launch(self) -> Launch | None:
        """The launch that carries the cargo: the first that has a hold and goes on."""
        launches = [launch for launch in self.mission.launches.values() if self.goes_on(launch)]
        with_hold = [x for x in launches if any(self.craft(c).cargo > 0.0 for c in x.carries)]
        return next(iter(with_hold or launches), None)

    @property
    def cargo_kg(self) -> float:
        """Mass of everything on the cargo list."""
        if isinstance(self.mission.cargo, dict):
            return sum(self.mission.cargo.values())
        parts: dict[str, Element | Station] = {**self.scenario.elements, **self.scenario.stations}
        return sum(parts[item].mass for item in self.mission.cargo if item in parts)

    def stack(self, launch: Launch) -> Stack:
        """Put the spacecraft of one launch together, with cargo and people."""
        crafts = [(name, self.craft(name)) for name in launch.carries]
        crew = self.mission.crew
        crew_kg = 0.0
        if crew and any(craft.crew for _, craft in crafts) and not self.boards_later(launch):
            crew_kg = crew.number * crew.mass_each
        cargo_kg = self.cargo_kg if launch is self.cargo_launch else 0.0
        return build_stack(crafts, cargo_kg, crew_kg, self.scenario.g0_m_s2)

    def joined(self) -> Stack:
        """Put everything that leaves the parking orbit together."""
        stacks = [self.stack(launch) for launch in self.mission.launches.values()]
        whole = stacks[0]
        for stack in stacks[1:]:
            whole = whole.joined(stack)
        return whole

    # --- what they fly --------------------------------------------------------------------------------------------

    def steps(self, launch: Launch) -> list[FlightStep]:
        """Write the steps of one launch's spacecraft from injection to the end of their way."""
        if self.in_parking_orbit:
            return []
        alone = self.burns(self.alone, launch.to != "tli")
        meet = self.mission.rendezvous
        if meet is not None and meet.goes_on and not self.goes_on(launch):
            return [*alone, *self._stay_behind(launch)]
        return [*alone, *self._boarding(launch), *self._onwards(launch.carries, launch is self.cargo_launch)]

    def joint_steps(self) -> list[FlightStep]:
        """Write the steps of the whole stack from its parking orbit on."""
        return self._onwards(self.crafts, carries_cargo=True)

    def _onwards(self, carries: list[str], carries_cargo: bool) -> list[FlightStep]:
        steps = [*self._refuel(), *self.burns(self.together, self.in_parking_orbit)]
        if self.home and carries_cargo and self.cargo_kg > 0.0:
            hold = next((craft for craft in carries if self.craft(craft).cargo > 0.0), carries[-1])
            steps.append(FlightStep("load", craft=hold, delta_kg=-self.cargo_kg, about="cargo set down"))
        return [*steps, *self.burns(self.home[: self.home_alone], own_injection=False)]

    def _stay_behind(self, launch: Launch) -> list[FlightStep]:
        """Write what a ship does that waits at the rendezvous: some leave it and come back, then it goes home."""
        crew, tail = self.mission.crew, self.home[self.home_alone :]
        if crew is None or not crew.down:
            return self.burns(tail, own_injection=False)
        cabin = self._cabin(launch)
        moved_kg = crew.down * crew.mass_each
        away = FlightStep("load", craft=cabin, delta_kg=-moved_kg, about="crew to the lander")
        again = FlightStep("load", craft=cabin, delta_kg=moved_kg, about="crew from the lander")
        return [away, again, *self.burns(tail, own_injection=False)]

    def _boarding(self, launch: Launch) -> list[FlightStep]:
        crew = self.mission.crew
        if crew is None or not crew.down or not self.boards_later(launch):
            return []
        return [FlightStep("load", craft=self._cabin(launch), delta_kg=crew.down * crew.mass_each, about="crew boards")]

    def _cabin(self, launch: Launch) -> str:
        return next((craft for craft in launch.carries if self.craft(craft).crew), launch.carries[-1])

    def _refuel(self) -> list[FlightStep]:
        refuel = self.mission.refuel
        if refuel is None or refuel.propellant <= 0.0:
            return []
        return [
            FlightStep("refuel", craft=refuel.stage, delta_kg=refuel.propellant, about=f"propellant from {refuel.at}")
        ]

    def burns(self, legs: list[tuple[str, Leg]], own_injection: bool) -> list[FlightStep]:
        """Write the burns of some legs; `own_injection` when the stack injects itself."""
        steps: list[FlightStep] = []
        for name, leg in legs:
            way = f"{leg.from_} to {leg.to}"
            if leg.transfer == "computed" and own_injection:
                steps.append(FlightStep("tli", about=f"{way}: injection", leg=name))
            for b in leg.burns:
                steps.append(FlightStep("correction" if b.correction else "burn", b.dv, about=b.about or way, leg=name))
            if leg.transfer == "computed":
                steps.append(FlightStep("loi", about=f"{way}: capture", leg=name))
        return steps


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

    def __init__(self, route: Route, tables: SkyTables, ground: GroundCover) -> None:
        self.route = route
        self._tables = tables
        self._ground = ground

    def trip(self, crafts: Iterable[str], crew: int, sheet: FlightSheet, table: int) -> Trip:
        """Fly a sheet on the day that leaves the most propellant."""
        crafts = tuple(crafts)
        masses_kg = self._tables.masses_after(sheet, table)
        kind = self.route.craft(crafts[-1]).kind if crafts else "orbiter"
        return Trip(crafts, kind, crew, sheet.stack.mass_kg, masses_kg)

    def crew_of(self, launch: Launch) -> int:
        """Return how many people are launched with a launch."""
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
        """Return the trips that fly the rest of the route, with the people who go down."""
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
    """Return the mass at the end of the last of some legs: after the last on which something burned."""
    burned = [trip.masses_kg[name] for name, _ in legs if name in trip.masses_kg]
    return burned[-1] if burned else trip.mass_kg


def duration_d(leg: Leg) -> float:
    """Return the planned days of a leg: its time of flight, or the time of its last burn."""
    if leg.tof:
        return sum(leg.tof) / len(leg.tof)
    return max((burn.after for burn in leg.burns), default=0.0)
