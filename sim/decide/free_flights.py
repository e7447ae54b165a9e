"""What can fly: the free flights of a question with the days on which they can leave, pads and production lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, isnan
from typing import Final

from sim.campaign.plan import ActivityPlan, MissionPlan, PartnerPlan
from sim.decide.departing import PER_DAY, Way, departures, hours, way_of
from sim.decide.known import KnownCampaign
from sim.decide.loads import Departure, Flight, Funds, LaunchPad, Load, ManifestPlan, ProductionLine, Vehicle

COST_UNITS: Final = 1000
"""The solver counts cost in thousandths."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a vehicle of the manifest stands for."""

    mission: str
    like: str
    """The mission of the scenario that a new one copies; itself for one that is there."""
    stack: str
    """Empty for what the mission flies on now."""
    lead_d: float


class FreeFlights:
    """Reads the flights of a question."""

    def __init__(self, known: KnownCampaign) -> None:
        self.known = known

    def vehicles(self, items: Mapping[str, Load]) -> tuple[dict[str, Vehicle], dict[str, Slot]]:
        """Return each flight that could be as a vehicle of its own, and what it stands for."""
        vehicles: dict[str, Vehicle] = {}
        slots: dict[str, Slot] = {}
        lightest = min((items[load].kg for load in self.known.loads), default=0)
        for name in self.known.question.missions:
            for stack in ("", *self.known.question.stacks):
                self._add(vehicles, slots, name, name, stack, lightest)
        if self.known.question.more is not None:
            like, most = self.known.question.more
            for number in range(1, max(0, most - len(self.known.question.missions)) + 1):
                for stack in ("", *self.known.question.stacks):
                    self._add(vehicles, slots, f"{like}-more-{number}", like, stack, lightest)
        return vehicles, slots

    def _add(
        self,
        vehicles: dict[str, Vehicle],
        slots: dict[str, Slot],
        mission: str,
        like: str,
        stack: str,
        lightest: int,
    ) -> None:
        context, plan = self.known.context, self.known.plans[like]
        spec = context.scenario.missions[like]
        chosen = self.known.question.stacks[stack] if stack else None
        own = next(iter(spec.launches.values()))
        if chosen is not None and (chosen.launcher, list(chosen.carries)) == (own.launcher, list(own.carries)):
            return
        launcher_name = chosen.launcher if chosen is not None else own.launcher
        launchers = [one.name for one in self.known.campaign.launchers]
        launcher = self.known.campaign.launchers[launchers.index(launcher_name)]
        lead_d = launcher.integration.nominal
        milestones = {*plan.needs, *launcher.needs}
        if chosen is not None:
            own_crafts = {need for craft in own.carries for need in context.scenario.spacecraft[craft].needs}
            crafts = {need for craft in chosen.carries for need in context.scenario.spacecraft[craft].needs}
            milestones -= set(context.index.needs(sorted(own_crafts - {*spec.needs})))
            milestones |= set(context.index.needs(sorted(crafts)))
        loads, ready_d = self.known.needs(tuple(sorted(milestones)), f"'{mission}' needs")
        joins = [self.known.joins(one) for one in (*plan.partners, launcher.partner)]
        first_d = max(self.known.first_d, ready_d + lead_d, max(joins, default=0.0) + lead_d)
        way = way_of(context, like, spec, chosen)
        options = self._departures(plan, way, first_d, lightest, own=mission == like and not stack)
        name = f"{mission}@{stack}" if stack else mission
        if not options:
            return
        vehicles[name] = Vehicle(
            capacity=way.most_kg,
            pad="",
            first=0,
            every=0,
            most=1,
            flight=0,
            imleo=self._imleo(way),
            cost=self._cost(like, stack),
            needs=loads,
            lead=hours(lead_d),
            line=launcher.name,
            departures=options,
            after=tuple(self.known.arrived[one] for one in sorted(milestones) if one in self.known.arrived),
            mission=mission,
            pads=tuple(self.known.campaign.pads[one].name for one in launcher.pads),
            must=mission == like and self._is_wanted(plan),
            by=self.known.by(plan.arrived) if mission == like else None,
            pays=self._pays(plan),
        )
        slots[name] = Slot(mission, like, stack, lead_d)

    def _departures(
        self, plan: MissionPlan, way: Way, first_d: float, lightest: int, *, own: bool
    ) -> tuple[Departure, ...]:
        campaign, found = self.known.campaign, tuple[Departure, ...]()
        midnight = -self.known.context.index.calendar.start.hour / 24.0
        if self.known.question.dates is not None and isfinite(first_d):
            span = range(ceil(first_d - midnight - 1e-9), floor(self.known.last_d - midnight) + 1)
            days = [day + midnight for day in span]
            found = departures(campaign, plan, way, days, lightest)
        elif isfinite(first_d) and plan.not_before_d >= first_d - 1e-9:
            found = departures(campaign, plan, way, [plan.not_before_d], lightest)
        known = {one.day for one in found}
        return (*found, *(one for one in (self._as_it_is(plan) if own else ()) if one.day not in known))

    def _as_it_is(self, plan: MissionPlan) -> Iterator[Departure]:
        """Yield the departure that a mission takes in the plan as it is."""
        name = self.known.names[plan.subject]
        for one, _, since, leaves, launcher in self.known.flown():
            lands_d = self.known.day(plan.arrived)
            if one == name and isfinite(lands_d):
                number = [item.name for item in self.known.campaign.launchers].index(launcher)
                lead_d = self.known.campaign.launchers[number].integration.nominal
                carried = [load for load, carrier in self.known.loads.items() if carrier == name]
                kg = sum(self.known.elements[load].mass_kg for load in carried)
                yield Departure(hours(since + lead_d), hours(leaves), hours(lands_d), max(ceil(kg), 0))

    def _is_wanted(self, plan: MissionPlan) -> bool:
        """Whether anything that is no choice needs this mission to arrive or to leave."""
        own = {plan.arrived, plan.launched, *(one.launched for one in plan.launches)}
        own |= {one.arrived for one in plan.launches}
        free = {self.known.plans[name].subject for name in self.known.question.missions}
        wanted: set[int] = set()
        for mission in self.known.campaign.missions:
            if mission.subject not in free:
                wanted |= set(mission.needs).union(*(one.needs for one in mission.launches))
        for activity in self.known.campaign.activities:
            wanted |= set(activity.needs)
        for element in self.known.campaign.elements:
            wanted |= set(element.needs)
        for goal in self.known.campaign.goals:
            wanted |= set(goal.needs)
        return bool(own & wanted)

    def _imleo(self, way: Way) -> int:
        """Return what one flight puts into low orbit: all its launcher lifts, where it injects, else its stack."""
        if way.to_tli and way.leo_kg is not None:
            return round(way.leo_kg)
        return round(way.empty_kg)

    def _cost(self, mission: str, stack: str) -> int | None:
        said = self.known.question.costs
        cost = said.get(stack, said.get(mission)) if stack else said.get(mission)
        if cost is None and not stack:
            cost = self.known.context.scenario.missions[mission].cost or None
        return None if cost is None else round(cost * COST_UNITS)

    def pads(self) -> dict[str, LaunchPad]:
        """Return the launch pads, with the flights on them that are no choice."""
        taken: dict[str, list[tuple[int, int]]] = {}
        turnaround = {pad.name: pad.turnaround.nominal for pad in self.known.campaign.pads}
        for name, pad, since, leaves, _ in self.known.flown():
            if self.known.stays(name):
                until = hours(leaves + turnaround[pad])
                taken.setdefault(pad, []).append((floor(since * PER_DAY + 1e-6), until))
        pads = {}
        for plan in self.known.campaign.pads:
            ready_d = max([plan.available_d, *(self.known.day(one) for one in plan.needs)])
            busy = sorted(taken.get(plan.name, []))
            until = hours(min(ready_d, self.known.campaign.end_d))
            closed = [(0, until)] if until > 0 else []
            pads[plan.name] = LaunchPad(hours(plan.turnaround.nominal), (*closed, *busy))
        return pads

    def lines(self) -> dict[str, ProductionLine]:
        """Return the production lines, with the flights that take a vehicle and are no choice."""
        taken: dict[str, list[int]] = {}
        for name, _, since, _, launcher in self.known.flown():
            if self.known.stays(name):
                taken.setdefault(launcher, []).append(floor(since * PER_DAY + 1e-6))
        return {
            one.name: ProductionLine(
                hours(one.line_start_d),
                hours(one.every.nominal),
                one.ready,
                one.stock,
                tuple(sorted(taken.get(one.name, []))),
            )
            for one in self.known.campaign.launchers
        }

    def _pays(self, plan: MissionPlan) -> tuple[str, int] | None:
        """Return out of whose limited budget a flight is paid, and how much."""
        if plan.payer < 0 or plan.cost <= 0.0:
            return None
        return self.known.campaign.partners[plan.payer].name, ceil(plan.cost * COST_UNITS - 1e-6)

    def funds(self) -> dict[str, Funds]:
        """Return the limited budgets, with what is paid out of them and is no choice, on the days of the plan."""
        campaign, taken = self.known.campaign, dict[str, list[tuple[int, int]]]()
        paid: list[tuple[ActivityPlan | MissionPlan, float]] = [
            (one, float(self.known.nominal.start_d[one.subject])) for one in campaign.activities
        ]
        begun: dict[str, float] = {}
        for name, _, since, _, _ in self.known.flown():
            begun.setdefault(name, since)
        flights = ((one, begun.get(self.known.names[one.subject], inf)) for one in campaign.missions)
        for plan, day in [*paid, *(pair for pair in flights if self.known.stays(self.known.names[pair[0].subject]))]:
            if plan.payer >= 0 and plan.cost > 0.0 and isfinite(day):
                much = floor(plan.cost * COST_UNITS + 1e-6)
                taken.setdefault(campaign.partners[plan.payer].name, []).append((floor(day * PER_DAY + 1e-6), much))
        return {
            one.name: Funds(tuple(_grants(one)), tuple(taken.get(one.name, ())))
            for one in campaign.partners
            if not isnan(one.per_year)
        }

    def present(self, vehicles: Mapping[str, Vehicle]) -> ManifestPlan:
        """Return the plan as it is."""
        flights, begun = [], {}
        known = self.known
        for name in known.question.missions:
            loads = tuple(load for load, carrier in known.loads.items() if carrier == name)
            days = [one.day for one in self._as_it_is(known.plans[name])]
            if name in vehicles and days:
                flights.append(Flight(name, 1, days[-1], loads))
        for load in known.loads:
            when = float(known.nominal.start_d[known.elements[load].subject])
            if isfinite(when):
                begun[load] = hours(when)
        return ManifestPlan(tuple(flights), begun)


def _grants(partner: PartnerPlan) -> Iterator[tuple[int, int]]:
    yield 0, floor(partner.at_start * COST_UNITS + 1e-6)
    for day in partner.grants_d:
        yield hours(day), floor(partner.per_year * COST_UNITS + 1e-6)
