"""Missions: what the scenario says of each flight, as a plan the model can fly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, nan

from sim.campaign import sequence
from sim.campaign.context import Context
from sim.campaign.fleet import happening, launch_streams, operation
from sim.campaign.index import IndexedFlight
from sim.campaign.plan import (
    NEVER,
    Chance,
    Delivery,
    FlightSheet,
    LaunchPlan,
    ManifestEntry,
    MissionPlan,
    OperationPlan,
    RefuelPlan,
)
from sim.campaign.routes import Route, Trip, TripWriter, duration_d
from sim.chance import Distribution
from sim.scenario.schema import Element, Launch, Leg, Station
from sim.scenario.text import Path

NOBODY = Trip((), "orbiter", 0, 0.0)
"""Stands for the launches whose spacecraft have become part of another's stack."""


@dataclass(frozen=True, slots=True)
class FlightParts:
    """All that one flight of a mission adds to a campaign."""

    plan: MissionPlan
    deliveries: tuple[Delivery, ...]
    cards: tuple[ManifestEntry, ...]
    """One for each launch, and so are the sheets."""
    sheets: tuple[FlightSheet, ...]


def flights(context: Context) -> tuple[FlightParts, ...]:
    """Return every flight of every mission; one that repeats has one for each time it can fly."""
    return tuple(FlightWriter(context, flight).write() for flight in context.index.flights)


def with_stand_ins(context: Context, plans: Sequence[MissionPlan]) -> tuple[MissionPlan, ...]:
    """Return the plans of all flights, those that have a stand-in with it."""
    by_name = {flight.name: plan for flight, plan in zip(context.index.flights, plans, strict=True)}
    found = (by_name.get(context.scenario.missions[one.mission].substitute or "") for one in context.index.flights)
    return tuple(replace(plan, stand_in=_stand_in(plan, other)) for plan, other in zip(plans, found, strict=True))


class FlightWriter:
    """Turns what the scenario says of one flight into a plan."""

    def __init__(self, context: Context, flight: IndexedFlight) -> None:
        self.context = context
        self.name, self.found = flight.name, flight.events
        self.flight = flight
        self.mission = context.scenario.missions[flight.mission]
        self.path: Path = ("missions", flight.mission)
        self.route = Route(context.scenario, self.mission)
        self.trips = TripWriter(self.route, context.tables, context.ground)

    def write(self) -> FlightParts:
        """Write the flight with its launches, what it sets down, and its lines of the manifest."""
        sheets = {key: self._sheet(launch) for key, launch in self.mission.launches.items()}
        return FlightParts(
            plan=self._mission(sheets),
            deliveries=self._deliveries(),
            cards=tuple(self._card(key, sheet) for key, sheet in sheets.items()),
            sheets=tuple(sheets.values()),
        )

    def _sheet(self, launch: Launch) -> FlightSheet:
        """Return what a launch carries, and the steps it is to fly."""
        steps = tuple(self.route.steps(launch)) if self.mission.flown is None else ()
        return FlightSheet(self.route.stack(launch), steps)

    def _mission(self, sheets: Mapping[str, FlightSheet]) -> MissionPlan:
        context, index, registry = self.context, self.context.index, self.context.registry
        name, mission, path, route, writer = self.name, self.mission, self.path, self.route, self.trips
        trips: dict[str, Trip] = {}
        launches = tuple(self._launch(key, sheet, trips) for key, sheet in sheets.items())
        joint = self._joint_opportunities(trips) if mission.flown is None else -1
        found, flown, crafts = self.found, mission.flown, route.going_on
        needs = [*mission.needs, *([mission.from_] if mission.from_ else [])]
        needs += [need for craft in route.crafts for need in route.craft(craft).needs]
        crew = mission.crew
        landing = happening(context, "landing", name, crafts if self._lands() else [])
        moonward = crafts if self._moonward(route.together[:1], joint) else []
        cruise, capture = (happening(context, event, name, moonward) for event in ("cruise", "capture"))
        ascent = happening(context, "ascent", name, crafts)
        return MissionPlan(
            subject=self.flight.subject,
            partners=tuple(p for p in [index.partner(mission.partner)] if p >= 0),
            needs=index.needs(needs) if flown is None else (),
            not_before_d=self._not_before_d(),
            offset=self._offset(),
            series=list(context.scenario.missions).index(self.flight.mission),
            slip=self._slip(),
            launches=launches if flown is None else (),
            rendezvous=self._rendezvous(),
            rendezvous_at=self._meeting_place(),
            wait_limit_d=mission.rendezvous.wait if mission.rendezvous else inf,
            legs=writer.out(trips),
            landing_class=landing[0],
            landing_stream=landing[1],
            refly=mission.on_loss != "abandon",
            rebuild=registry.chance(mission.rebuild, f"rebuild/{name}", (*path, "rebuild")),
            vehicle=" + ".join(crafts) or name,
            kind=route.craft(crafts[-1]).kind if crafts else "orbiter",
            mass_kg=sum(item.mass_kg for item in launches),
            crew=crew.number if crew else 0,
            stay_d=crew.stay if crew else 0.0,
            back=writer.home(trips),
            launched=found["launched"],
            arrived=found["arrived"],
            returned=found.get("returned", -1),
            flown_launch_d=index.day(flown.launched) if flown else NEVER,
            flown_arrival_d=index.day(flown.arrived or flown.launched) if flown else NEVER,
            lost=flown is not None and flown.outcome == "lost",
            payer=index.payer(mission.partner),
            cost=mission.cost,
            if_left=mission.if_partner_leaves,
            spares=mission.spares,
            stand_in=None,
            reserve=mission.reserve,
            opportunities=joint,
            gather_d=self._gather_d(),
            refuel=self._refuel(),
            operations=self._operations(),
            sequence=sequence.fly(context, mission, path) if mission.sequence else None,
            goods=self._goods(),
            arrival_kg=sum(item.arrival_kg for item in launches),
            cargo=self._cargo_of_partners(),
            cruise_class=cruise[0],
            capture_class=capture[0],
            cruise_stream=cruise[1],
            capture_stream=capture[1],
            launches_flown=tuple((found[f"{key}.launched"], found[f"{key}.arrived"]) for key in mission.launches)
            if flown is not None
            else (),
            crew_down=crew.down if crew else 0,
            lives_at_base=self._at_base() and crew is not None and crew.stay > 0.0,
            ascent_class=ascent[0],
            ascent_stream=ascent[1],
            stayed=found.get("stayed", -1),
        )

    def _offset(self) -> Chance | None:
        """Return how long after the flight before it in its series it is wanted."""
        if self.flight.repeat < 1:
            return None
        return self.context.registry.chance(self.mission.every, f"every/{self.name}", (*self.path, "every"))

    def _not_before_d(self) -> float:
        """Return the planned launch day; what has not flown cannot fly before the day of knowledge."""
        return max(self.context.index.day(self.mission.not_before), self.context.index.as_of_d)

    def _slip(self) -> Chance | None:
        slip, planned_d = self.mission.slip, self._not_before_d()
        if slip is None or self.mission.flown is not None:
            return None
        return self.context.luck.slip(slip, planned_d, f"slip/{self.name}", (*self.path, "slip"))

    def _rendezvous(self) -> Chance | None:
        meet = self.mission.rendezvous
        law: Distribution | None = meet.duration if meet else None
        return self.context.registry.chance(law, f"rendezvous/{self.name}", (*self.path, "rendezvous", "duration"))

    def _gather_d(self) -> float:
        """Plan how long a stack gathers: each later launch's spacing or time on the pad, then the rendezvous."""
        mission, launchers = self.mission, self.context.scenario.launchers
        later = list(mission.launches.values())[1:]
        launching = sum(max(item.spacing, launchers[item.launcher].integration.mode) for item in later if item.after)
        docking = mission.rendezvous.duration.mode if mission.rendezvous else 0.0
        return launching + docking + (mission.refuel.duration.mode if mission.refuel else 0.0)

    def _meeting_place(self) -> str:
        mission = self.mission
        if mission.rendezvous is not None:
            return mission.rendezvous.at
        return mission.route[-1] if mission.route else ""

    def _lands(self) -> bool:
        route, places = self.mission.route, self.context.scenario.places
        return bool(route) and places[route[-1]].surface

    def _at_base(self) -> bool:
        route, base = self.mission.route, self.context.scenario.base
        return base is not None and bool(route) and route[-1] == base.at

    def _refuel(self) -> RefuelPlan | None:
        refuel, path = self.mission.refuel, (*self.path, "refuel", "duration")
        if refuel is None:
            return None
        duration = self.context.registry.chance(refuel.duration, f"refuel/{self.name}", path)
        return RefuelPlan(self.context.index.stations[refuel.at], refuel.propellant, duration)

    def _operations(self) -> tuple[OperationPlan, ...]:
        if self.mission.sequence:
            return (sequence.operation(self.mission),)
        return tuple(
            operation(
                self.context,
                item,
                f"{self.name}/{item.name}",
                self.found[f"op.{item.name}"],
                (*self.path, "operations", number),
            )
            for number, item in enumerate(self.mission.operations)
        )

    def _sets_down(self) -> bool:
        """Whether what it carries comes to the Moon's surface."""
        return (
            self._lands()
            and self.context.scenario.places[self.mission.route[-1]].body == "moon"
            and not self.mission.reserve
        )

    def _deliveries(self) -> tuple[Delivery, ...]:
        """Return what it sets down on the Moon."""
        if not self._sets_down() or self.route.cargo_kg <= 0.0:
            return ()
        return (Delivery(self.found["arrived"], self.route.cargo_kg, ", ".join(self.mission.cargo)),)

    def _goods(self) -> tuple[tuple[int, float], ...]:
        """Return the goods that go into the base's store."""
        cargo = self.mission.cargo
        if not isinstance(cargo, dict) or not self._sets_down() or not self._at_base():
            return ()
        return self.context.living.split(cargo)

    def _cargo_of_partners(self) -> tuple[tuple[int, int], ...]:
        """Return the elements and stations on board that a partner provides."""
        scenario, index = self.context.scenario, self.context.index
        parts: dict[str, Element | Station] = {**scenario.elements, **scenario.stations}
        return tuple(
            (index.subject_of["element", item], index.partner(parts[item].partner))
            for item in self.mission.cargo
            if item in parts and index.partner(parts[item].partner) >= 0
        )

    def _moonward(self, first: list[tuple[str, Leg]], table: int = 0) -> bool:
        """Whether a flight's first leg is a voyage to the Moon."""
        places = self.context.scenario.places
        return bool(first) and table >= 0 and places[first[0][1].to].body == "moon"

    def _joint_opportunities(self, trips: dict[str, Trip]) -> int:
        """Table when a mission that gathers in its parking orbit can leave it; its trips become one."""
        route = self.route
        if not route.in_parking_orbit:
            return -1
        sheet = FlightSheet(route.joined(), tuple(route.joint_steps()))
        wait_d = route.mission.rendezvous.wait if route.mission.rendezvous else 0.0
        table = self.context.tables.for_stack(self.path, route.together[0][1], sheet, wait_d)
        crew = route.mission.crew
        joined = self.trips.trip(route.crafts, crew.number if crew else 0, sheet, table)
        trips.clear()
        trips |= {key: joined if number == 0 else NOBODY for number, key in enumerate(route.mission.launches)}
        return table

    # --- legs and launches ----------------------------------------------------------------------------------------

    def _launch(self, key: str, sheet: FlightSheet, trips: dict[str, Trip]) -> LaunchPlan:
        context, index, route, writer = self.context, self.context.index, self.route, self.trips
        mission = self.mission
        launch = mission.launches[key]
        launcher = context.scenario.launchers[launch.launcher]
        first = route.alone[0][1] if route.alone else None
        table, navigated = self._opportunities(key, first, sheet) if mission.flown is None else (-1, -1)
        trips[key] = writer.trip(launch.carries, writer.crew_of(launch), sheet, table)
        alone = writer.legs([trips[key]], route.alone)
        moonward, flight = launch.carries if self._moonward(route.alone[:1]) else [], f"{self.name}/{key}"
        cruise, capture = (happening(context, event, flight, moonward) for event in ("cruise", "capture"))
        arrived, launched, outside = self._after(launch)
        return LaunchPlan(
            name=key,
            launcher=index.launchers[launch.launcher],
            vehicle=" + ".join(launch.carries),
            kind=route.craft(launch.carries[-1]).kind,
            needs=index.needs([*launcher.needs, *outside]),
            after=arrived,
            after_launched=launched,
            spacing_d=launch.spacing,
            opportunities=table,
            navigated=navigated,
            origin=first.from_ if first else "earth",
            destination=first.to if first else (mission.route[0] if mission.route else launch.to),
            transfer_d=duration_d(first) if first else 0.0,
            legs=alone[1:],
            arrival_kg=alone[-1].mass_kg if alone else sheet.stack.mass_kg,
            mass_kg=sheet.stack.mass_kg,
            sheet=index.sheets[self.name, key],
            crew=trips[key].crew,
            cruise_class=cruise[0],
            capture_class=capture[0],
            streams=launch_streams(context, flight, launch.launcher, cruise[1], capture[1]),
            launched=self.found[f"{key}.launched"],
            arrived=self.found[f"{key}.arrived"],
        )

    def _opportunities(self, key: str, first: Leg | None, sheet: FlightSheet) -> tuple[int, int]:
        """Return the tables of the days on which a launch closes, as it is and with better navigation, or -1."""
        launch, path = self.mission.launches[key], (*self.path, "launches", key)
        wait_d = self.mission.rendezvous.wait if self.mission.rendezvous else 0.0
        better = _navigated(sheet, self.context.ground.correction_factor)
        for_launch = self.context.tables.for_launch
        return for_launch(path, launch, first, sheet, wait_d), for_launch(path, launch, first, better, wait_d)

    def _card(self, key: str, sheet: FlightSheet) -> ManifestEntry:
        """Write the manifest's line of a launch."""
        launch = self.mission.launches[key]
        cargo = ", ".join(self.mission.cargo) if launch is self.route.cargo_launch else ""
        label = ", ".join(launch.carries)
        return ManifestEntry(
            mission=self.name,
            launch=key,
            launcher=launch.launcher,
            pads=", ".join(self.context.scenario.launchers[launch.launcher].pads),
            payload=f"{label}: {cargo}" if cargo else label,
            mass_kg=sheet.stack.mass_kg,
            planned_d=self._planned_d(),
            launched=self.found[f"{key}.launched"],
            fact=self.mission.flown is not None,
        )

    def _planned_d(self) -> float:
        """Return the day a launch is shown for: the planned one, that of the fact, or nan where none is named.

        The plan of a repeat has no date of its own.
        """
        if self.flight.repeat >= 0:
            return nan
        if self.mission.flown is not None:
            return self.context.index.day(self.mission.flown.launched)
        return self._not_before_d() if self.mission.not_before is not None else nan

    def _after(self, launch: Launch) -> tuple[tuple[int, ...], tuple[int, ...], list[str]]:
        """Split what a launch waits for into arrivals and launches of the same mission, and things outside it."""
        if launch.after is None:
            return (), (), []
        head, _, event = launch.after.partition(".")
        if head not in self.mission.launches:
            return (), (), [launch.after]
        number = list(self.mission.launches).index(head)
        return ((), (number,), []) if event == "launched" else ((number,), (), [])


def _navigated(sheet: FlightSheet, factor: float) -> FlightSheet:
    """Return a flight with its course corrections made smaller by better navigation."""
    steps = (replace(s, dv_m_s=s.dv_m_s * factor) if s.kind == "correction" else s for s in sheet.steps)
    return FlightSheet(sheet.stack, tuple(steps))


def _stand_in(plan: MissionPlan, other: MissionPlan | None) -> MissionPlan | None:
    """Return the mission that flies in a lost one's place, so that what it reaches counts for the lost one."""
    if other is None:
        return None
    lost = {item.name: item for item in plan.launches}
    return replace(
        other,
        subject=plan.subject,
        launched=plan.launched,
        arrived=plan.arrived,
        returned=plan.returned,
        stayed=plan.stayed,
        goods=plan.goods or other.goods,
        cargo=plan.cargo,
        launches=tuple(
            replace(item, launched=lost[item.name].launched, arrived=lost[item.name].arrived)
            if item.name in lost
            else item
            for item in other.launches
        ),
    )
