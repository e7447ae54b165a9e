"""Missions: what the scenario says of each flight, as a plan the model can fly."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import TYPE_CHECKING

from sim.campaign.plan import (
    NEVER,
    Chance,
    Delivery,
    FlightCard,
    FlightSheet,
    LaunchPlan,
    MissionPlan,
    OperationPlan,
    RefuelPlan,
)
from sim.campaign.routes import Route, duration_d
from sim.campaign.trips import Trip, TripWriter
from sim.chance import Distribution
from sim.scenario.check_names import count_flights
from sim.scenario.schema import Element, Launch, Leg, Mission, Station
from sim.scenario.text import Path

if TYPE_CHECKING:
    from sim.campaign.compile import Compiler


NOBODY = Trip((), "orbiter", 0, 0.0)
"""Stands for the launches whose spacecraft have become part of another's stack."""


class MissionCompiler:
    """Turns the missions of a scenario into plans."""

    def __init__(self, compiler: Compiler) -> None:
        self.whole = compiler
        self.deliveries: list[Delivery] = []
        self.flights: list[FlightCard] = []
        self.sheets: list[FlightSheet] = []
        self.delivered_by: dict[str, int] = {}
        """Milestone of the mission that brings each element or station."""
        self._flights_of: list[tuple[str, Mission, int]] = []
        """(name, mission, repeat) of every flight; -1 when it does not repeat."""
        self._milestones: dict[str, dict[str, int]] = {}

    # --- declaring ------------------------------------------------------------------------------------------------

    def declare(self) -> None:
        """Name every mission's milestones; a repeating mission becomes one for each time it can fly."""
        for name, mission in self.whole.scenario.missions.items():
            count = count_flights(self.whole.scenario, mission)
            for number in range(max(count, 1)):
                flight = f"{name}-{number + 1}" if count else name
                self._declare(flight, mission)
                if count and number == 0:
                    self._alias(name, flight)
                self._flights_of.append((flight, mission, number if count else -1))

    def _declare(self, name: str, mission: Mission) -> None:
        registry = self.whole.registry
        subject = registry.subject(name, "mission", mission.about, fact=mission.flown is not None)
        self.whole.subject_of["mission", name] = subject
        found = {"arrived": registry.milestone(subject, name, f"{name}.landed", f"{name}.arrived")}
        found["launched"] = registry.milestone(subject, f"{name}.launched")
        if mission.back:
            found["returned"] = registry.milestone(subject, f"{name}.returned", f"{name}.home")
        if mission.crew is not None and mission.crew.stay > 0.0:
            found["stayed"] = registry.milestone(subject, f"{name}.stayed")
        for launch in mission.launches:
            found[f"{launch}.launched"] = registry.milestone(subject, f"{name}.{launch}.launched")
            found[f"{launch}.arrived"] = registry.milestone(subject, f"{name}.{launch}.arrived")
        for operation in mission.operations:
            found[f"op.{operation.name}"] = registry.milestone(subject, f"{name}.{operation.name}")
        self._milestones[name] = found
        if isinstance(mission.cargo, list) and not mission.reserve:
            for item in mission.cargo:
                self.delivered_by.setdefault(item, found["arrived"])
                registry.alias(f"{item}.landed", found["arrived"])
                registry.alias(f"{item}.delivered", found["arrived"])

    def _alias(self, name: str, flight: str) -> None:
        for word, index in self._milestones[flight].items():
            self.whole.registry.alias(f"{name}.{word}", index)
        for word in (name, f"{name}.landed"):
            self.whole.registry.alias(word, self._milestones[flight]["arrived"])

    # --- compiling ------------------------------------------------------------------------------------------------

    def compile(self) -> tuple[MissionPlan, ...]:
        """Resolve every mission, then give those that have one their stand-in."""
        plans = {flight[0]: self._mission(*flight) for flight in self._flights_of}
        return tuple(
            replace(plan, stand_in=_stand_in(plan, plans.get(mission.substitute or "")))
            for (_, mission, _), plan in zip(self._flights_of, plans.values(), strict=True)
        )

    def _mission(self, name: str, mission: Mission, repeat: int) -> MissionPlan:
        whole, registry = self.whole, self.whole.registry
        path: Path = ("missions", name if repeat < 0 else name.rsplit("-", 1)[0])
        route = Route(whole.scenario, registry, mission, path)
        writer, trips = TripWriter(whole, route), dict[str, Trip]()
        launches = tuple(self._launch(name, writer, key, repeat, trips) for key in mission.launches)
        joint = self._joint_opportunities(writer, trips) if mission.flown is None else -1
        found, flown, crafts = self._milestones[name], mission.flown, route.going_on
        needs = [*mission.needs, *([mission.from_] if mission.from_ else [])]
        needs += [need for craft in route.crafts for need in route.craft(craft).needs]
        goods = self._deliver(route, name)
        crew = mission.crew
        landing = self._event("landing", name, crafts if self._lands(mission) else [])
        moonward = crafts if self._moonward(route.together[:1], joint) else []
        cruise, capture = self._event("cruise", name, moonward), self._event("capture", name, moonward)
        ascent = self._event("ascent", name, crafts)
        return MissionPlan(
            subject=whole.subject_of["mission", name],
            partners=tuple(p for p in [whole.partner(mission.partner)] if p >= 0),
            needs=registry.needs(needs, (*path, "needs")) if flown is None else (),
            not_before_d=self._not_before_d(mission),
            offset=registry.chance(mission.every, f"every/{name}", (*path, "every")) if repeat > 0 else None,
            series=list(whole.scenario.missions).index(name if repeat < 0 else name.rsplit("-", 1)[0]),
            slip=self._slip(name, mission, path),
            launches=launches if flown is None else (),
            rendezvous=self._rendezvous(name, mission, path),
            rendezvous_at=self._meeting_place(mission),
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
            flown_launch_d=whole.day(flown.launched) if flown else NEVER,
            flown_arrival_d=whole.day(flown.arrived or flown.launched) if flown else NEVER,
            lost=flown is not None and flown.outcome == "lost",
            payer=whole.payer(mission.partner),
            cost=mission.cost,
            if_left=mission.if_partner_leaves,
            spares=mission.spares,
            stand_in=None,
            reserve=mission.reserve,
            opportunities=joint,
            gather_d=self._gather_d(mission),
            refuel=self._refuel(name, mission, path),
            operations=self._operations(name, mission, path),
            sequence=whole.sequences.fly(mission, path) if mission.sequence else None,
            goods=goods,
            arrival_kg=sum(item.arrival_kg for item in launches),
            cargo=self._cargo_of_partners(mission),
            cruise_class=cruise[0],
            capture_class=capture[0],
            cruise_stream=cruise[1],
            capture_stream=capture[1],
            launches_flown=tuple((found[f"{key}.launched"], found[f"{key}.arrived"]) for key in mission.launches)
            if flown is not None
            else (),
            crew_down=crew.down if crew else 0,
            lives_at_base=self._at_base(mission) and crew is not None and crew.stay > 0.0,
            ascent_class=ascent[0],
            ascent_stream=ascent[1],
            stayed=found.get("stayed", -1),
        )

    def _event(self, event: str, flight: str, crafts: list[str]) -> tuple[int, int]:
        """Return (class, stream) of what may go wrong, or -1 for both where no record tells how often."""
        number, craft = max(((self.whole.flight_class(craft, event), craft) for craft in crafts), default=(-1, ""))
        if number < 0:
            return -1, -1
        return number, self.whole.registry.stream(f"{event}/{flight}", self.whole.event_path(craft, event))

    def _not_before_d(self, mission: Mission) -> float:
        """Give the planned launch day; what has not flown cannot fly before the day of knowledge."""
        return max(self.whole.day(mission.not_before), self.whole.as_of_d)

    def _slip(self, name: str, mission: Mission, path: Path) -> Chance | None:
        if mission.slip is None or mission.flown is not None:
            return None
        return self.whole.slip(mission.slip, self._not_before_d(mission), f"slip/{name}", (*path, "slip"))

    def _rendezvous(self, name: str, mission: Mission, path: Path) -> Chance | None:
        law: Distribution | None = mission.rendezvous.duration if mission.rendezvous else None
        return self.whole.registry.chance(law, f"rendezvous/{name}", (*path, "rendezvous", "duration"))

    def _gather_d(self, mission: Mission) -> float:
        """Plan how long a stack gathers: each later launch's spacing or time on the pad, then the rendezvous."""
        launchers = self.whole.scenario.launchers
        later = list(mission.launches.values())[1:]
        launching = sum(max(item.spacing, launchers[item.launcher].integration.mode) for item in later if item.after)
        docking = mission.rendezvous.duration.mode if mission.rendezvous else 0.0
        return launching + docking + (mission.refuel.duration.mode if mission.refuel else 0.0)

    def _meeting_place(self, mission: Mission) -> str:
        if mission.rendezvous is not None:
            return mission.rendezvous.at
        return mission.route[-1] if mission.route else ""

    def _lands(self, mission: Mission) -> bool:
        places = self.whole.scenario.places
        return bool(mission.route) and places[mission.route[-1]].surface

    def _at_base(self, mission: Mission) -> bool:
        base = self.whole.scenario.base
        return base is not None and bool(mission.route) and mission.route[-1] == base.at

    def _refuel(self, name: str, mission: Mission, path: Path) -> RefuelPlan | None:
        refuel = mission.refuel
        if refuel is None or refuel.at not in self.whole.staging.tanks:
            return None
        duration = self.whole.registry.chance(refuel.duration, f"refuel/{name}", (*path, "refuel", "duration"))
        return RefuelPlan(self.whole.staging.tanks[refuel.at], refuel.propellant, duration)

    def _operations(self, name: str, mission: Mission, path: Path) -> tuple[OperationPlan, ...]:
        if mission.sequence:
            return (self.whole.sequences.operation(mission),)
        found, make = self._milestones[name], self.whole.staging.operation
        return tuple(
            make(item, f"{name}/{item.name}", found[f"op.{item.name}"], (*path, "operations", number))
            for number, item in enumerate(mission.operations)
        )

    def _deliver(self, route: Route, name: str) -> tuple[tuple[int, float], ...]:
        """Note what a mission sets down on the Moon; give the goods that go into the base's store."""
        mission, places = route.mission, self.whole.scenario.places
        if not self._lands(mission) or places[mission.route[-1]].body != "moon" or mission.reserve:
            return ()
        if route.cargo_kg > 0.0:
            arrived = self._milestones[name]["arrived"]
            self.deliveries.append(Delivery(arrived, route.cargo_kg, ", ".join(mission.cargo)))
        if not isinstance(mission.cargo, dict) or not self._at_base(mission):
            return ()
        return self.whole.living.split(mission.cargo)

    def _cargo_of_partners(self, mission: Mission) -> tuple[tuple[int, int], ...]:
        """Give the elements and stations on board that a partner provides."""
        scenario, subject_of = self.whole.scenario, self.whole.subject_of
        parts: dict[str, Element | Station] = {**scenario.elements, **scenario.stations}
        return tuple(
            (subject_of["element", item], self.whole.partner(parts[item].partner))
            for item in mission.cargo
            if item in parts and self.whole.partner(parts[item].partner) >= 0
        )

    def _moonward(self, first: list[tuple[str, Leg]], table: int = 0) -> bool:
        """Whether a flight's first leg is a voyage to the Moon."""
        places = self.whole.scenario.places
        return bool(first) and table >= 0 and places[first[0][1].to].body == "moon"

    def _joint_opportunities(self, writer: TripWriter, trips: dict[str, Trip]) -> int:
        """Table when a mission that gathers in its parking orbit can leave it; its trips become one."""
        route = writer.route
        if not route.in_parking_orbit:
            return -1
        sheet = FlightSheet(route.joined(), tuple(route.joint_steps()))
        wait_d = route.mission.rendezvous.wait if route.mission.rendezvous else 0.0
        table = self.whole.opportunities.for_stack(route.path, route.together[0][1], sheet, wait_d)
        crew = route.mission.crew
        joined = writer.trip(route.crafts, crew.number if crew else 0, sheet, table)
        trips.clear()
        trips |= {key: joined if number == 0 else NOBODY for number, key in enumerate(route.mission.launches)}
        return table

    # --- legs and launches ----------------------------------------------------------------------------------------

    def _launch(self, name: str, writer: TripWriter, key: str, repeat: int, trips: dict[str, Trip]) -> LaunchPlan:
        whole, registry, route = self.whole, self.whole.registry, writer.route
        mission = route.mission
        launch = mission.launches[key]
        path: Path = (*route.path, "launches", key)
        launcher = whole.scenario.launchers[launch.launcher]
        first = route.alone[0][1] if route.alone else None
        sheet = FlightSheet(route.stack(launch), tuple(route.steps(launch)) if mission.flown is None else ())
        self.sheets.append(sheet)
        wait_d = mission.rendezvous.wait if mission.rendezvous else 0.0
        table = navigated = -1
        if mission.flown is None:
            table = whole.opportunities.for_launch(path, launch, first, sheet, wait_d)
            better = _navigated(sheet, whole.ground.correction_factor)
            navigated = whole.opportunities.for_launch(path, launch, first, better, wait_d)
        self._card(name, route, key, sheet, repeat)
        trips[key] = writer.trip(launch.carries, writer.crew_of(launch), sheet, table)
        alone = writer.legs([trips[key]], route.alone)
        moonward, flight = launch.carries if self._moonward(route.alone[:1]) else [], f"{name}/{key}"
        cruise, capture = self._event("cruise", flight, moonward), self._event("capture", flight, moonward)
        found, (arrived, launched, outside) = self._milestones[name], self._after(mission, launch)
        return LaunchPlan(
            name=key,
            launcher=list(whole.scenario.launchers).index(launch.launcher),
            vehicle=" + ".join(launch.carries),
            kind=route.craft(launch.carries[-1]).kind,
            needs=registry.needs([*launcher.needs, *outside], path),
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
            sheet=len(self.sheets) - 1,
            crew=trips[key].crew,
            cruise_class=cruise[0],
            capture_class=capture[0],
            streams=whole.launch_streams(flight, launch.launcher, cruise[1], capture[1]),
            launched=found[f"{key}.launched"],
            arrived=found[f"{key}.arrived"],
        )

    def _card(self, name: str, route: Route, key: str, sheet: FlightSheet, repeat: int) -> None:
        """Write the manifest's line of a launch; the plan of a repeat has no date of its own."""
        mission, launch = route.mission, route.mission.launches[key]
        cargo = ", ".join(mission.cargo) if launch is route.cargo_launch else ""
        label = ", ".join(launch.carries)
        subject, fact = self.whole.subject_of["mission", name], mission.flown is not None
        launcher = self.whole.scenario.launchers[launch.launcher]
        self.flights.append(
            FlightCard(
                mission=subject,
                launch=key,
                launcher=launch.launcher,
                pads=", ".join(launcher.pads),
                payload=f"{label}: {cargo}" if cargo else label,
                mass_kg=sheet.stack.mass_kg,
                planned_d=self._planned_d(mission) if repeat < 0 else nan,
                launched=self._milestones[name][f"{key}.launched"],
                fact=fact,
            )
        )

    def _planned_d(self, mission: Mission) -> float:
        """Return the day a launch is shown for: the planned one, that of the fact, or nan where none is named."""
        if mission.flown is not None:
            return self.whole.day(mission.flown.launched)
        return self._not_before_d(mission) if mission.not_before is not None else nan

    def _after(self, mission: Mission, launch: Launch) -> tuple[tuple[int, ...], tuple[int, ...], list[str]]:
        """Split what a launch waits for into arrivals and launches of the same mission, and things outside it."""
        if launch.after is None:
            return (), (), []
        head, _, event = launch.after.partition(".")
        if head not in mission.launches:
            return (), (), [launch.after]
        number = list(mission.launches).index(head)
        return ((), (number,), []) if event == "launched" else ((number,), (), [])


def _navigated(sheet: FlightSheet, factor: float) -> FlightSheet:
    """Give a flight with its course corrections made smaller by better navigation."""
    steps = (replace(s, dv_m_s=s.dv_m_s * factor) if s.kind == "correction" else s for s in sheet.steps)
    return FlightSheet(sheet.stack, tuple(steps))


def _stand_in(plan: MissionPlan, other: MissionPlan | None) -> MissionPlan | None:
    """Give the mission that flies in a lost one's place, so that what it reaches counts for the lost one."""
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
