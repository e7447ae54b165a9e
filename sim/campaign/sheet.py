"""Sheets: what every flight of the plan weighs, burns and has left, leg by leg and stage by stage.

A flight is one launch with all that its spacecraft burn, or the stack that several launches put together in a parking
orbit. It is flown on its planned day; one that never leaves in the plan is flown on its best day, so that a flight
that does not close is shown with the kilograms it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, nan

import numpy as np

from sim.campaign.flights import StageLeft, fly_script, margins_over
from sim.campaign.plan import (
    NEVER,
    Campaign,
    Departures,
    FlightStep,
    Floats,
    LaunchPlan,
    MissionPlan,
    Opportunities,
    SequenceReport,
)
from sim.campaign.routes import Route
from sim.campaign.sky import Shared, Sky, ends_of
from sim.physics.injection import injection_dv_m_s
from sim.physics.places import LunarOrbit, Parking
from sim.physics.rocket import Stack, launcher_capacity_kg
from sim.scenario.schema import Launch, Leg, Mission, Scenario

TOGETHER = "together"
"""Name of the flight of a stack that several launches put together."""

LONG_D = 1e4
"""Days beyond the calendar's end: more than any launch is prepared before its date."""


@dataclass(frozen=True, slots=True)
class BurnLine:
    """One burn of a flight."""

    about: str
    dv_m_s: float


@dataclass(frozen=True, slots=True)
class LegLine:
    """One leg of a flight with what the spacecraft burn on it; the launcher's own injection is not among it."""

    leg: str
    origin: str
    destination: str
    dv_m_s: float
    burns: tuple[BurnLine, ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One flight of a mission on its day."""

    name: str
    """Name of the launch, or `together`."""
    launcher: str
    """Empty for a stack that leaves from its parking orbit."""
    leaves_d: float
    """Day of the launch or departure in the plan; infinity when it never leaves."""
    mass_kg: float
    capacity_margin_kg: float
    """What the launcher could lift besides; nan without a launcher."""
    propellant_margin_kg: float
    """Propellant left in the engine that burns last, or minus what is missing; nan where nothing burns."""
    launcher_dv_m_s: float
    """Injection that the launcher gives; nan where it is not computed."""
    legs: tuple[LegLine, ...]
    stages: tuple[StageLeft, ...]

    @property
    def margin_kg(self) -> float:
        """Propellant margin; the launcher's where nothing burns, or where the launcher is too weak."""
        if isnan(self.propellant_margin_kg):
            return self.capacity_margin_kg
        return min(self.propellant_margin_kg, self.capacity_margin_kg if self.capacity_margin_kg < 0.0 else inf)


@dataclass(frozen=True, slots=True)
class MissionSheet:
    """One mission of the plan."""

    name: str
    launch_d: float
    """Day on which its last launch leaves; infinity when it never does."""
    arrive_d: float
    mass_kg: float
    """Mass of everything it launches."""
    flown: bool
    """Whether it is a fact; then nothing is computed."""
    flights: tuple[SheetLine, ...]

    @property
    def margin_kg(self) -> float:
        """The smallest margin of the flights that burn, or that are too heavy; of all where none burns.

        It is nan where there is nothing to compute.
        """
        known = [flight for flight in self.flights if not isnan(flight.margin_kg)]
        telling = [one.margin_kg for one in known if one.margin_kg < 0.0 or not isnan(one.propellant_margin_kg)]
        return min(telling or [one.margin_kg for one in known], default=nan)

    @property
    def feasible(self) -> bool:
        """Whether every flight closes."""
        return not self.margin_kg < 0.0


@dataclass(frozen=True, slots=True)
class PlannedTransfer:
    """One computed way to the Moon as it is flown in the plan."""

    mission: str
    flight: str
    """Name of the launch, or `together`."""
    leaves_d: float
    """Day of the injection in the plan."""
    tof_h: float
    parking: Parking
    target: LunarOrbit
    tli_m_s: float
    """As the plan has it; a refined transfer differs by some m/s."""
    loi_m_s: float
    stack: Stack
    """What flies, before its first burn."""
    steps: tuple[FlightStep, ...]
    burn_days: tuple[float, ...] = ()
    """Days after the injection of the burns that are typed in on the way, such as corrections."""


class SheetWriter:
    """Flies every mission of a campaign on its planned days."""

    def __init__(self, scenario: Scenario, campaign: Campaign, reached_d: Floats, left_d: Mapping[str, float]) -> None:
        sky = Sky(scenario.calendar.start, campaign.end_d, Shared())
        self.scenario = sky.with_ways_home(scenario)
        self.campaign = campaign
        self.reached_d = reached_d
        self.left_d = left_d
        self._best: dict[str, int] = {}
        """Best rows of departure tables already searched, by all they depend on."""

    def write(self) -> tuple[MissionSheet, ...]:
        """Return a sheet for every mission, in the order of the campaign."""
        return tuple(self._mission(plan) for plan in self.campaign.missions)

    def _mission(self, plan: MissionPlan) -> MissionSheet:
        name = self.campaign.subjects[plan.subject].name
        flown = plan.flown_launch_d < NEVER
        flights: tuple[SheetLine, ...] = ()
        if plan.sequence is not None:
            flights = (_typed_in(plan, plan.sequence, float(self.reached_d[plan.launched])),)
        elif not flown and plan.launches:
            flights = self._flights(name, plan, self._spec(name))
        return MissionSheet(
            name,
            float(self.reached_d[plan.launched]),
            float(self.reached_d[plan.arrived]),
            plan.sequence.mass_kg if plan.sequence is not None else plan.mass_kg,
            flown,
            flights,
        )

    def _flights(self, name: str, plan: MissionPlan, mission: Mission) -> tuple[SheetLine, ...]:
        route = Route(self.scenario, mission)
        flights = [self._launch(route, plan, launch) for launch in plan.launches]
        if route.in_parking_orbit:
            flights.append(self._together(name, route, plan))
        return tuple(flights)

    def transfers(self) -> tuple[PlannedTransfer, ...]:
        """Return the computed ways to the Moon that are flown in the plan, in the order of their days."""
        found: list[PlannedTransfer] = []
        for plan in self.campaign.missions:
            if plan.sequence is not None or plan.flown_launch_d < NEVER or not plan.launches:
                continue
            name = self.campaign.subjects[plan.subject].name
            route = Route(self.scenario, self._spec(name))
            for launch in plan.launches:
                stack, steps = self._loaded(route, plan, launch)
                leaves_d = float(self.reached_d[launch.launched])
                found += self._transfer((name, launch.name), route, launch.opportunities, leaves_d, stack, steps)
            if route.in_parking_orbit:
                stack, together = self._gathered(name, route, plan)
                leaves_d = self.left_d.get(name, inf)
                found += self._transfer((name, TOGETHER), route, plan.opportunities, leaves_d, stack, together)
        return tuple(sorted(found, key=lambda one: (one.leaves_d, one.mission, one.flight)))

    def _transfer(
        self,
        names: tuple[str, str],
        route: Route,
        opportunities: int,
        leaves_d: float,
        stack: Stack,
        steps: Sequence[FlightStep],
    ) -> list[PlannedTransfer]:
        if opportunities < 0 or not isfinite(leaves_d) or not route.out:
            return []
        table = self.campaign.departures[self.campaign.opportunities[opportunities].departures]
        if not table.t_d.size:
            return []
        row, leg = int(np.argmin(np.abs(table.t_d - leaves_d))), route.out[0][1]
        places = self.scenario.places
        when = float(table.t_d[row]), float(table.tof_d[row]) * 24.0
        burns = float(table.tli_m_s[row]), float(table.loi_m_s[row])
        return [
            PlannedTransfer(*names, *when, *ends_of(places[leg.from_], places[leg.to]), *burns, stack, tuple(steps),
                            tuple(burn.after for burn in leg.burns))
        ]  # fmt: skip

    def _spec(self, name: str) -> Mission:
        missions = self.scenario.missions
        return missions[name] if name in missions else missions[name.rsplit("-", 1)[0]]

    def _loaded(self, route: Route, plan: MissionPlan, launch: LaunchPlan) -> tuple[Stack, tuple[FlightStep, ...]]:
        sheet = self.campaign.sheets[launch.sheet]
        return sheet.stack.after_waiting(self._waited_d(route, plan, launch)), sheet.steps

    def _launch(self, route: Route, plan: MissionPlan, launch: LaunchPlan) -> SheetLine:
        spec, sheet = route.mission.launches[launch.name], self.campaign.sheets[launch.sheet]
        table = self.campaign.opportunities[launch.opportunities] if launch.opportunities >= 0 else None
        leaves_d = float(self.reached_d[launch.launched])
        stack, _ = self._loaded(route, plan, launch)
        tli_m_s, loi_m_s = self._day(route, spec, table, stack, sheet.steps, leaves_d)
        return SheetLine(
            name=launch.name,
            launcher=spec.launcher,
            leaves_d=leaves_d,
            mass_kg=sheet.stack.mass_kg,
            capacity_margin_kg=float(self._capacity_kg(route, spec, np.array([tli_m_s]))[0]) - sheet.stack.mass_kg,
            propellant_margin_kg=_margin_kg(stack, sheet.steps, tli_m_s, loi_m_s),
            launcher_dv_m_s=tli_m_s if spec.to == "tli" else nan,
            legs=_legs(route, sheet.steps, tli_m_s, loi_m_s),
            stages=_stages(stack, sheet.steps, tli_m_s, loi_m_s),
        )

    def _together(self, name: str, route: Route, plan: MissionPlan) -> SheetLine:
        stack, steps = self._gathered(name, route, plan)
        table = self.campaign.opportunities[plan.opportunities] if plan.opportunities >= 0 else None
        leaves_d = self.left_d.get(name, inf)
        tli_m_s, loi_m_s = self._day(route, None, table, stack, steps, leaves_d)
        return SheetLine(
            name=TOGETHER,
            launcher="",
            leaves_d=leaves_d,
            mass_kg=stack.mass_kg,
            capacity_margin_kg=nan,
            propellant_margin_kg=_margin_kg(stack, steps, tli_m_s, loi_m_s),
            launcher_dv_m_s=nan,
            legs=_legs(route, steps, tli_m_s, loi_m_s),
            stages=_stages(stack, steps, tli_m_s, loi_m_s),
        )

    def _gathered(self, name: str, route: Route, plan: MissionPlan) -> tuple[Stack, list[FlightStep]]:
        """Return what leaves the parking orbit together, after boiling off there since the first arrived."""
        stack, leaves_d = route.joined(), self.left_d.get(name, inf)
        gathered_d = min(float(self.reached_d[launch.arrived]) for launch in plan.launches)
        if isfinite(leaves_d) and isfinite(gathered_d):
            stack = stack.after_waiting(max(leaves_d - gathered_d, 0.0))
        return stack, route.joint_steps()

    def _waited_d(self, route: Route, plan: MissionPlan, launch: LaunchPlan) -> float:
        """Return the planned days for which a launch that goes on waits for the others, boiling off."""
        if plan.rendezvous is None or not route.goes_on(route.mission.launches[launch.name]) or route.in_parking_orbit:
            return 0.0
        last_d = max(float(self.reached_d[item.arrived]) for item in plan.launches)
        waited_d = last_d + plan.rendezvous.nominal - float(self.reached_d[launch.arrived])
        return waited_d if isfinite(waited_d) else 0.0

    # --- the day ----------------------------------------------------------------------------------------------------

    def _day(
        self,
        route: Route,
        launch: Launch | None,
        table: Opportunities | None,
        stack: Stack,
        steps: Sequence[FlightStep],
        leaves_d: float,
    ) -> tuple[float, float]:
        """Return TLI and LOI of a planned day, or of the best one; nan when they are not computed."""
        if table is None:
            return nan, nan
        departures = self.campaign.departures[table.departures]
        if not departures.t_d.size:
            return nan, nan
        if isfinite(leaves_d):
            row = int(np.argmin(np.abs(departures.t_d - leaves_d)))
        else:
            row = self._best_row(route, launch, table, departures, stack, steps)
        return float(departures.tli_m_s[row]), float(departures.loi_m_s[row])

    def _best_row(
        self,
        route: Route,
        launch: Launch | None,
        table: Opportunities,
        departures: Departures,
        stack: Stack,
        steps: Sequence[FlightStep],
    ) -> int:
        if table.window.size:
            spare_kg = np.minimum(table.capacity_margin_kg, table.propellant_margin_kg)
            return int(table.window[int(np.argmax(spare_kg if launch else table.propellant_margin_kg))])
        key = repr((table.departures, launch, stack, tuple(steps)))
        if key not in self._best:
            margin_kg = margins_over(stack, steps, departures.tli_m_s, departures.loi_m_s)
            if launch is not None:
                spare_kg = self._capacity_kg(route, launch, departures.tli_m_s) - stack.mass_kg
                margin_kg = np.minimum(margin_kg, spare_kg)
            self._best[key] = int(np.argmax(margin_kg))
        return self._best[key]

    def _capacity_kg(self, route: Route, launch: Launch, tli_m_s: Floats) -> Floats:
        """Return what the launcher lifts on days with these injections."""
        launcher = self.scenario.launchers[launch.launcher]
        stated = launcher.to.get(launch.to, nan)
        if launch.to != "tli" or launcher.upper_stage is None or not route.alone or np.isnan(tli_m_s).any():
            return np.full_like(tli_m_s, stated)
        altitude_m = self.scenario.places[route.alone[0][1].from_].altitude or 0.0
        reference = injection_dv_m_s(altitude_m / 1e3)
        return launcher_capacity_kg(tli_m_s, launcher.to.get("leo"), stated, launcher.upper_stage.isp, reference)


def _typed_in(plan: MissionPlan, report: SequenceReport, leaves_d: float) -> SheetLine:
    """Return the flight whose every burn is typed in."""
    stages = tuple(StageLeft(name, left_kg) for name, left_kg in report.left_kg)
    return SheetLine("sequence", "", leaves_d, report.mass_kg, nan, report.margin_kg, nan, (), stages)


def ground(campaign: Campaign, missions: set[str]) -> Campaign:
    """Return the campaign in which some missions are never launched, and take neither vehicle nor pad from others."""
    never_d = campaign.end_d + LONG_D
    return replace(
        campaign,
        missions=tuple(
            replace(plan, not_before_d=never_d) if campaign.subjects[plan.subject].name in missions else plan
            for plan in campaign.missions
        ),
    )


def _margin_kg(stack: Stack, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> float:
    """Return the propellant margin of a flight; nan where nothing burns, or where a burn is not known."""
    return fly_script(stack, steps, tli_m_s, loi_m_s).margin_kg if _flies(stack, steps, tli_m_s, loi_m_s) else nan


def _stages(stack: Stack, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> tuple[StageLeft, ...]:
    if _flies(stack, steps, tli_m_s, loi_m_s):
        return fly_script(stack, steps, tli_m_s, loi_m_s).stages
    return tuple(StageLeft(stage.name, stage.propellant_kg) for stage in stack.stages if stage.isp_s > 0.0)


def _flies(stack: Stack, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> bool:
    """Whether a stack has engines and burns, all of them known."""
    burns = [_dv_m_s(step, tli_m_s, loi_m_s) for step in steps if step.kind not in ("load", "refuel")]
    return bool(burns) and not any(map(isnan, burns)) and any(stage.isp_s > 0.0 for stage in stack.stages)


def _dv_m_s(step: FlightStep, tli_m_s: float, loi_m_s: float) -> float:
    return {"tli": tli_m_s, "loi": loi_m_s}.get(step.kind, step.dv_m_s)


def _legs(route: Route, steps: Sequence[FlightStep], tli_m_s: float, loi_m_s: float) -> tuple[LegLine, ...]:
    """Part the burns of a flight by the legs it flies, in order; a leg without a burn gets a line of its own."""
    rest = [step for step in steps if step.kind not in ("load", "refuel")]
    lines = []
    for name, leg in [*route.out, *route.home]:
        own = next((burns for burns in _ways(route, name, leg) if rest[: len(burns)] == burns), None)
        if own is None or not (own or rest):
            continue
        rest = rest[len(own) :]
        burns = tuple(BurnLine(step.about, _dv_m_s(step, tli_m_s, loi_m_s)) for step in own)
        lines.append(LegLine(name, leg.from_, leg.to, sum(burn.dv_m_s for burn in burns), burns))
    return tuple(lines)


def _ways(route: Route, name: str, leg: Leg) -> list[list[FlightStep]]:
    """Return the burns of a leg when the stack injects itself and when the launcher does."""
    return [route.burns([(name, leg)], own_injection=own) for own in (True, False)]
