"""Missions: routes to legs, launches to stacks, and on which days they can fly."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from sim.campaign.flights import FlightSheet, Step, build_stack, margins_over
from sim.campaign.plan import (
    NEVER,
    Chance,
    Delivery,
    Departures,
    FlightCard,
    Floats,
    LaunchPlan,
    LaunchStreams,
    LegPlan,
    MissionPlan,
    Opportunities,
)
from sim.campaign.registry import Path
from sim.chance import Distribution
from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM
from sim.physics.limits import PhysicsError
from sim.physics.rocket import Stack, launcher_capacity_kg
from sim.problems import Code, suggest
from sim.scenario.schema import Element, Launch, Launcher, Leg, Mission, Place, Spacecraft, Station

if TYPE_CHECKING:
    from sim.campaign.compile import Compiler

TLI_C3_KM2_S2 = -2.0
"""Departure energy at which published payloads to trans-lunar injection are understood to hold.

Source: estimate; transfers of four to five days from 200 km need -2.1 to -1.9 km2/s2.
"""
MOST_REPEATS = 60


class MissionCompiler:
    """Turns the missions of a scenario into plans."""

    def __init__(self, compiler: Compiler) -> None:
        self.whole = compiler
        self.departures: dict[tuple[str, str, str], Departures] = {}
        self.opportunities: list[Opportunities] = []
        self.deliveries: list[Delivery] = []
        self.flights: list[FlightCard] = []
        self.delivered_by: dict[str, int] = {}
        """Milestone of the mission that brings each element or station."""
        self._flights_of: list[tuple[str, Mission, int]] = []
        """(name, mission, repeat) of every flight; 0 when it does not repeat."""
        self._milestones: dict[str, dict[str, int]] = {}
        self.sheets: list[FlightSheet] = []
        self._tabled: dict[str, int] = {}
        """Opportunities already tabled, by all they depend on."""

    # --- declaring ------------------------------------------------------------------------------------------------

    def declare(self) -> None:
        """Name every mission's milestones; a repeating mission becomes one for each time it can fly."""
        for name, mission in self.whole.scenario.missions.items():
            count = self._repeats(mission)
            for number in range(max(count, 1)):
                flight = f"{name}-{number + 1}" if count else name
                self._declare(flight, mission)
                if count and number == 0:
                    self._alias(name, flight, mission)
                self._flights_of.append((flight, mission, number if count else -1))

    def _repeats(self, mission: Mission) -> int:
        if mission.every is None:
            return 0
        if mission.times is not None:
            return mission.times
        start = min((goal.by for goal in self.whole.scenario.goals.values()), default=self.whole.calendar.end)
        left_d = self.whole.calendar.length_d - self.whole.calendar.to_days(start)
        return min(max(ceil(left_d / max(mission.every.mode, 1.0)), 1), MOST_REPEATS)

    def _declare(self, name: str, mission: Mission) -> None:
        registry = self.whole.registry
        subject = registry.subject(name, "mission", mission.about, fact=mission.flown is not None)
        self.whole.subject_of["mission", name] = subject
        found = {"arrived": registry.milestone(subject, name, f"{name}.landed", f"{name}.arrived")}
        found["launched"] = registry.milestone(subject, f"{name}.launched")
        if mission.back:
            found["returned"] = registry.milestone(subject, f"{name}.returned", f"{name}.home")
        for launch in mission.launches:
            found[f"{launch}.launched"] = registry.milestone(subject, f"{name}.{launch}.launched")
            found[f"{launch}.arrived"] = registry.milestone(subject, f"{name}.{launch}.arrived")
        self._milestones[name] = found
        if isinstance(mission.cargo, list):
            for item in mission.cargo:
                self.delivered_by.setdefault(item, found["arrived"])
                registry.alias(f"{item}.landed", found["arrived"])
                registry.alias(f"{item}.delivered", found["arrived"])

    def _alias(self, name: str, flight: str, mission: Mission) -> None:
        for word, index in self._milestones[flight].items():
            self.whole.registry.alias(f"{name}.{word}", index)
        for word in (name, f"{name}.landed"):
            self.whole.registry.alias(word, self._milestones[flight]["arrived"])

    # --- compiling ------------------------------------------------------------------------------------------------

    def compile(self) -> tuple[MissionPlan, ...]:
        """Resolve every mission."""
        return tuple(self._mission(*flight) for flight in self._flights_of)

    def _mission(self, name: str, mission: Mission, repeat: int) -> MissionPlan:
        whole, registry = self.whole, self.whole.registry
        path: Path = ("missions", name if repeat < 0 else name.rsplit("-", 1)[0])
        legs = self._legs(mission.route, path)
        meet = self._meeting(mission)
        not_before_d = self._not_before_d(mission)
        launches = tuple(self._launch(name, mission, key, path, legs[:meet], not_before_d) for key in mission.launches)
        together = tuple(self._leg(key, leg) for key, leg in legs[meet if mission.rendezvous else 1 :])
        home = self._legs([mission.route[-1], *mission.back], path) if mission.back and mission.route else []
        crafts = self._going_on(mission)
        subject, found = whole.subject_of["mission", name], self._milestones[name]
        mass_kg = sum(item.mass_kg for item in launches)
        self._deliver(mission, name)
        needs = [*mission.needs, *([mission.from_] if mission.from_ else [])]
        needs += [need for craft in self._all_crafts(mission) for need in self._spec(craft).needs]
        flown = mission.flown
        return MissionPlan(
            subject=subject,
            partners=tuple(p for p in [whole.partner(mission.partner)] if p >= 0),
            needs=registry.needs(needs, (*path, "needs")) if flown is None else (),
            not_before_d=not_before_d,
            offset=Chance(mission.every.mode * repeat) if mission.every is not None and repeat > 0 else None,
            slip=self._slip(name, mission, not_before_d),
            launches=launches if flown is None else (),
            rendezvous=self._rendezvous(name, mission),
            rendezvous_at=mission.rendezvous.at if mission.rendezvous else (mission.route[-1] if mission.route else ""),
            wait_limit_d=mission.rendezvous.wait if mission.rendezvous else inf,
            legs=together,
            landing_class=self._landing_class(crafts, mission),
            landing_stream=registry.stream(f"landing/{name}"),
            refly=mission.on_loss == "refly",
            rebuild=registry.chance(mission.rebuild, f"rebuild/{name}"),
            vehicle=" + ".join(crafts) or name,
            kind=self._spec(crafts[-1]).kind if crafts else "orbiter",
            mass_kg=mass_kg,
            crew=mission.crew.number if mission.crew else 0,
            stay_d=mission.crew.stay if mission.crew else 0.0,
            back=tuple(self._leg(key, leg) for key, leg in home),
            launched=found["launched"],
            arrived=found["arrived"],
            returned=found.get("returned", -1),
            flown_launch_d=whole.day(flown.launched) if flown else NEVER,
            flown_arrival_d=whole.day(flown.arrived or flown.launched) if flown else NEVER,
            lost=flown is not None and flown.outcome == "lost",
        )

    def _not_before_d(self, mission: Mission) -> float:
        """Give the planned launch day; what has not flown cannot fly before the day of knowledge."""
        return max(self.whole.day(mission.not_before), self.whole.as_of_d)

    def _slip(self, name: str, mission: Mission, planned_d: float) -> Chance | None:
        if mission.slip is None:
            return None
        return self.whole.registry.slip(self.whole.slip_law(mission.slip, planned_d), f"slip/{name}")

    def _rendezvous(self, name: str, mission: Mission) -> Chance | None:
        law: Distribution | None = mission.rendezvous.duration if mission.rendezvous else None
        return self.whole.registry.chance(law, f"rendezvous/{name}")

    def _meeting(self, mission: Mission) -> int:
        """Give how many legs each launch flies alone."""
        if mission.rendezvous is None or mission.rendezvous.at not in mission.route:
            return len(mission.route) - 1 if mission.route else 0
        return mission.route.index(mission.rendezvous.at)

    def _going_on(self, mission: Mission) -> list[str]:
        if mission.rendezvous and mission.rendezvous.goes_on:
            return list(mission.rendezvous.goes_on)
        return self._all_crafts(mission)

    def _all_crafts(self, mission: Mission) -> list[str]:
        return [craft for launch in mission.launches.values() for craft in launch.carries]

    def _spec(self, craft: str) -> Spacecraft:
        return self.whole.scenario.spacecraft[craft]

    def _landing_class(self, crafts: list[str], mission: Mission) -> int:
        places = self.whole.scenario.places
        if not mission.route or not places[mission.route[-1]].surface:
            return -1
        found = [self.whole.flight_class(craft, "landing") for craft in crafts]
        return max(found, default=-1)

    # --- legs -----------------------------------------------------------------------------------------------------

    def _legs(self, route: list[str], path: Path) -> list[tuple[str, Leg]]:
        legs = []
        for origin, destination in pairwise(route):
            found = [
                (k, leg) for k, leg in self.whole.scenario.legs.items() if (leg.from_, leg.to) == (origin, destination)
            ]
            if found:
                legs.append(found[0])
            else:
                known = ", ".join(f"{leg.from_} to {leg.to}" for leg in self.whole.scenario.legs.values())
                message = f"no leg leads from {origin} to {destination}"
                self.whole.registry.problem(
                    (*path, "route"), Code.NO_LEG, message, f"add one under legs; known: {known}"
                )
        return legs

    def _leg(self, name: str, leg: Leg) -> LegPlan:
        place = self.whole.scenario.places[leg.to]
        light = self.whole.light_index(leg.to, leg.light_for) if leg.light else -1
        return LegPlan(name, leg.from_, leg.to, duration_d(leg), place.surface and place.body == "moon", light)

    # --- launches -------------------------------------------------------------------------------------------------

    def _launch(
        self, name: str, mission: Mission, key: str, path: Path, legs: list[tuple[str, Leg]], planned_d: float
    ) -> LaunchPlan:
        whole, registry, launch = self.whole, self.whole.registry, mission.launches[key]
        launcher = whole.scenario.launchers[launch.launcher]
        first = legs[0][1] if legs else None
        stack = self._stack(mission, launch)
        self.sheets.append(FlightSheet(stack, tuple(self._script(mission, launch)) if mission.flown is None else ()))
        fly = mission.flown is None and first is not None
        table = self._opportunities((*path, "launches", key), mission, launch, first, stack) if fly and first else -1
        local, outside = self._after(mission, launch)
        words = ("integration", "scrub", "recycle", "turnaround", "failure", "stand-down", "capture")
        streams = LaunchStreams(*(registry.stream(f"{word}/{name}/{key}") for word in words))
        found = self._milestones[name]
        label = ", ".join(launch.carries)
        cargo = ", ".join(mission.cargo) if isinstance(mission.cargo, list) else ", ".join(mission.cargo or {})
        subject, fact = whole.subject_of["mission", name], mission.flown is not None
        payload = f"{label}: {cargo}" if cargo else label
        self.flights.append(
            FlightCard(
                subject, key, launch.launcher, ", ".join(launcher.pads), payload, stack.mass_kg, planned_d,
                found[f"{key}.launched"], fact,
            )
        )  # fmt: skip
        return LaunchPlan(
            name=key,
            launcher=list(whole.scenario.launchers).index(launch.launcher),
            vehicle=" + ".join(launch.carries),
            kind=self._spec(launch.carries[-1]).kind,
            needs=registry.needs([*launcher.needs, *outside], (*path, "launches", key)),
            after=local,
            opportunities=table,
            origin=first.from_ if first else "earth",
            destination=first.to if first else launch.to,
            transfer_d=duration_d(first) if first else 0.0,
            legs=tuple(self._leg(k, leg) for k, leg in legs[1:]) if mission.rendezvous else (),
            mass_kg=stack.mass_kg,
            sheet=len(self.sheets) - 1,
            capture_class=max((whole.flight_class(craft, "capture") for craft in launch.carries), default=-1),
            streams=streams,
            launched=found[f"{key}.launched"],
            arrived=found[f"{key}.arrived"],
        )

    def _after(self, mission: Mission, launch: Launch) -> tuple[tuple[int, ...], list[str]]:
        """Split what a launch waits for into launches of the same mission and things outside it."""
        if launch.after is None:
            return (), []
        head = launch.after.split(".", 1)[0]
        if head in mission.launches:
            return (list(mission.launches).index(head),), []
        return (), [launch.after]

    def _stack(self, mission: Mission, launch: Launch) -> Stack:
        crafts = [(name, self._spec(name)) for name in launch.carries]
        crew_kg = 0.0
        if mission.crew and any(craft.crew for _, craft in crafts) and not self._waits_for_crew(mission, launch):
            crew_kg = mission.crew.number * mission.crew.mass_each
        carrier = self._cargo_launch(mission)
        cargo_kg = self._cargo_kg(mission) if launch is carrier else 0.0
        return build_stack(crafts, cargo_kg, crew_kg)

    def _waits_for_crew(self, mission: Mission, launch: Launch) -> bool:
        """Whether the crew boards this launch's spacecraft only at the rendezvous."""
        meet = mission.rendezvous
        return meet is not None and bool(meet.goes_on) and any(craft in meet.goes_on for craft in launch.carries)

    def _cargo_launch(self, mission: Mission) -> Launch | None:
        going_on = self._going_on(mission)
        return next((x for x in mission.launches.values() if any(c in going_on for c in x.carries)), None)

    def _cargo_kg(self, mission: Mission) -> float:
        if isinstance(mission.cargo, dict):
            return sum(mission.cargo.values())
        parts: dict[str, Element | Station] = {**self.whole.scenario.elements, **self.whole.scenario.stations}
        return sum(parts[item].mass for item in mission.cargo if item in parts)

    def _deliver(self, mission: Mission, name: str) -> None:
        places = self.whole.scenario.places
        if not mission.route or not places[mission.route[-1]].surface or places[mission.route[-1]].body != "moon":
            return
        mass_kg = self._cargo_kg(mission)
        if mass_kg > 0.0:
            what = ", ".join(mission.cargo)
            self.deliveries.append(Delivery(self._milestones[name]["arrived"], mass_kg, what))

    # --- windows and closure --------------------------------------------------------------------------------------

    def _opportunities(self, path: Path, mission: Mission, launch: Launch, first: Leg, stack: Stack) -> int:
        """Table the departures on which a launch closes; give the index, or -1 when any day will do."""
        launcher = self.whole.scenario.launchers[launch.launcher]
        steps = self._script(mission, launch)
        if first.transfer != "computed":
            left_kg = float(margins_over(stack, steps, np.zeros(1), np.zeros(1))[0])
            spare_kg = self._capacity_kg(path, launcher, launch, np.zeros(1), None) - stack.mass_kg
            self._require(path, stack, float(spare_kg[0]), left_kg, "")
            return -1
        key = repr((first.from_, first.to, first.tof, launch.launcher, launch.to, stack, steps))
        if key not in self._tabled:
            self._tabled[key] = self._table(path, launch, first, stack, steps)
        return self._tabled[key]

    def _table(self, path: Path, launch: Launch, first: Leg, stack: Stack, steps: list[Step]) -> int:
        """Find the departures of a computed leg on which launcher and propellant both suffice."""
        launcher = self.whole.scenario.launchers[launch.launcher]
        table, number = self._departures(path, first)
        if table is None or len(table.t_d) == 0:
            return -1
        origin = self.whole.scenario.places[first.from_]
        capacity_kg = self._capacity_kg(path, launcher, launch, table.tli_m_s, origin) - stack.mass_kg
        margin_kg = margins_over(stack, steps, table.tli_m_s, table.loi_m_s)
        best = int(np.argmax(np.minimum(capacity_kg, margin_kg)))
        day = self.whole.calendar.iso(float(table.t_d[best]))
        self._require(path, stack, float(capacity_kg[best]), float(margin_kg[best]), f" even on its best day, {day}")
        window = np.flatnonzero((capacity_kg >= 0.0) & (margin_kg >= 0.0)).astype(np.int32)
        seen = self._seen(table)
        self.opportunities.append(
            Opportunities(number, window, window[seen[window]], capacity_kg[window], margin_kg[window])
        )
        return len(self.opportunities) - 1

    def _departures(self, path: Path, leg: Leg) -> tuple[Departures | None, int]:
        places = self.whole.scenario.places
        key = (leg.from_, leg.to, repr(leg.tof))
        if key not in self.departures:
            try:
                self.departures[key] = self.whole.sky.departures(places[leg.from_], places[leg.to], leg)
            except PhysicsError as error:
                self.whole.registry.problem(
                    path, Code.OUT_OF_RANGE, str(error), f"change the orbits of {leg.from_} or {leg.to}"
                )
                return None, -1
        return self.departures[key], list(self.departures).index(key)

    def _seen(self, table: Departures) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Say for each departure whether its critical events are seen from the ground."""
        ground = self.whole.scenario.ground
        seen = np.ones(len(table.t_d), dtype=np.bool_)
        if ground is None or not ground.stations or not ground.critical:
            return seen
        cover = self.whole.sky.cover(ground)
        if "tli" in ground.critical:
            seen &= self.whole.sky.seen(cover, table.t_d)
        if "loi" in ground.critical:
            seen &= self.whole.sky.seen(cover, table.t_d + table.tof_d)
        return seen

    def _capacity_kg(
        self, path: Path, launcher: Launcher, launch: Launch, tli_m_s: Floats, origin: Place | None
    ) -> Floats:
        """Give what the launcher lifts on each departure."""
        stated = launcher.to.get(launch.to)
        if stated is None:
            hint = suggest(launch.to, launcher.to) + f"; give {launch.launcher} a capacity to {launch.to}"
            self.whole.registry.problem(
                path, Code.OVER_CAPACITY, f"{launch.launcher} has no capacity to {launch.to}", hint
            )
            return np.full_like(tli_m_s, inf)
        if launch.to != "tli" or launcher.upper_stage is None or origin is None:
            return np.full_like(tli_m_s, stated)
        reference = injection_dv_m_s((origin.altitude or 0.0) / 1e3)
        try:
            return launcher_capacity_kg(tli_m_s, launcher.to.get("leo"), stated, launcher.upper_stage.isp, reference)
        except PhysicsError as error:
            self.whole.registry.problem(
                ("launchers", launch.launcher, "to"), Code.VALUE, str(error), "check leo, tli and isp"
            )
            return np.full_like(tli_m_s, stated)

    def _require(self, path: Path, stack: Stack, capacity_kg: float, margin_kg: float, when: str) -> None:
        """Note a flight that does not close, by how many kilograms."""
        registry = self.whole.registry
        if capacity_kg < 0.0:
            message = f"the stack of {stack.mass_kg:,.0f} kg is {-capacity_kg:,.0f} kg too heavy for the launcher{when}"
            registry.problem(path, Code.MASS_OPEN, message, "carry less, or take a stronger launcher")
        if margin_kg < 0.0:
            message = f"the flight does not close: {-margin_kg:,.0f} kg of propellant are missing{when}"
            registry.problem(path, Code.MASS_OPEN, message, "carry less, load more propellant, or shorten the route")

    def _script(self, mission: Mission, launch: Launch) -> list[Step]:
        """Write the burns of one launch's spacecraft from injection to the end of their way."""
        path: Path = ("missions",)
        legs = [leg for _, leg in self._legs(mission.route, path)]
        home = [leg for _, leg in self._legs([mission.route[-1], *mission.back], path)] if mission.back else []
        meet, stays = self._meeting(mission), False
        if mission.rendezvous and mission.rendezvous.goes_on:
            stays = not any(craft in mission.rendezvous.goes_on for craft in launch.carries)
        tail = next(
            (i for i, leg in enumerate(home) if mission.rendezvous and leg.from_ == mission.rendezvous.at), None
        )
        steps = self._burns(legs[:meet] if stays else legs[: len(legs)], launch)
        moved_kg = mission.crew.down * mission.crew.mass_each if mission.crew else 0.0
        if stays:
            cabin = next((craft for craft in launch.carries if self._spec(craft).crew), launch.carries[-1])
            board = [Step("load", craft=cabin, delta_kg=-moved_kg), Step("load", craft=cabin, delta_kg=moved_kg)]
            return [*steps, *board, *self._burns(home[tail:] if tail is not None else [], launch)]
        if self._waits_for_crew(mission, launch) and moved_kg > 0.0:
            cabin = next((craft for craft in launch.carries if self._spec(craft).crew), launch.carries[-1])
            alone = len(self._burns(legs[:meet], launch))
            steps.insert(alone, Step("load", craft=cabin, delta_kg=moved_kg))
        cargo_kg = self._cargo_kg(mission) if launch is self._cargo_launch(mission) else 0.0
        if home and cargo_kg > 0.0:
            hold = next((craft for craft in launch.carries if self._spec(craft).cargo > 0.0), launch.carries[-1])
            steps.append(Step("load", craft=hold, delta_kg=-cargo_kg))
        return [*steps, *self._burns(home[:tail] if mission.rendezvous else home, launch)]

    def _burns(self, legs: list[Leg], launch: Launch) -> list[Step]:
        steps: list[Step] = []
        for leg in legs:
            if leg.transfer == "computed" and launch.to != "tli":
                steps.append(Step("tli", about=f"{leg.from_} to {leg.to}: injection"))
            steps += [Step("burn", burn.dv, about=burn.about or f"{leg.from_} to {leg.to}") for burn in leg.burns]
            if leg.transfer == "computed":
                steps.append(Step("loi", about=f"{leg.from_} to {leg.to}: capture"))
        return steps


def duration_d(leg: Leg) -> float:
    """Give the planned days of a leg: its time of flight, or the time of its last burn."""
    if leg.tof:
        return sum(leg.tof) / len(leg.tof)
    return max((burn.after for burn in leg.burns), default=0.0)


def injection_dv_m_s(altitude_km: float) -> float:
    """Give the delta-v from a circular parking orbit to the departure energy of published TLI payloads."""
    radius_km = EARTH_RADIUS_KM + altitude_km
    perigee_km_s = (TLI_C3_KM2_S2 + 2.0 * EARTH_MU_KM3_S2 / radius_km) ** 0.5
    return float(1e3 * (perigee_km_s - (EARTH_MU_KM3_S2 / radius_km) ** 0.5))
