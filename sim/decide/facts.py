"""The facts of a question: what a compiled campaign says of loads, flights, lines, pads, power and what is fixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, isnan
from typing import Final

from sim.campaign.context import Context
from sim.campaign.plan import Campaign, ElementPlan, GoalPlan, MissionPlan
from sim.clock import Calendar
from sim.decide.base_model import shift_table
from sim.decide.departing import PER_DAY, Way, departures, hours, way_of
from sim.decide.loads import Base, Departure, Line, Load, Manifest, Pad, Vehicle
from sim.decide.manifest_model import Flight, ManifestPlan
from sim.decide.question import Question, elements_of
from sim.model.outcome import Outcome
from sim.model.simulate import simulate_nominal
from sim.model.tracing import Verb
from sim.problems import Code, InputError, Problem, ScenarioError
from sim.scenario.load import Loaded

SHIFTS_PER_H: Final = 10
"""Shifts of robots are counted in tenths of an hour a day."""
COST_UNITS: Final = 1000
"""The solver counts cost in thousandths."""
AFTERWARDS_D: Final = 366.0


@dataclass(frozen=True, slots=True)
class Slot:
    """What a vehicle of the manifest stands for."""

    mission: str
    like: str
    """The mission of the scenario that a new one copies; itself for one that is there."""
    stack: str
    """Empty for what the mission flies on now."""
    lead_d: float


@dataclass(frozen=True, slots=True)
class Facts:
    """A manifest with the campaign it was read from, and the plan as it is."""

    loaded: Loaded
    context: Context
    campaign: Campaign
    nominal: Outcome
    question: Question
    manifest: Manifest
    present: ManifestPlan
    slots: Mapping[str, Slot]
    follow: tuple[str, ...]
    """Missions whose day follows from what is free, and is not held."""
    goal: GoalPlan

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of the scenario."""
        return self.context.index.calendar

    def date_d(self, when: float) -> float:
        """Return a time of the manifest as a model time, in days."""
        return when / PER_DAY

    def iso(self, when: float) -> str:
        """Return a time of the manifest as a date."""
        return self.calendar.iso(when / PER_DAY)


def read_facts(loaded: Loaded, context: Context, campaign: Campaign, question: Question) -> Facts:
    """Read the facts of a question from a compiled campaign and its nominal run.

    Raises:
        ScenarioError: if something that is free needs what the solver does not know, or a cost is missing.
    """
    return _Reader(loaded, context, campaign, question).read()


class _Reader:
    def __init__(self, loaded: Loaded, context: Context, campaign: Campaign, question: Question) -> None:
        self.loaded, self.context, self.campaign, self.question = loaded, context, campaign, question
        self.nominal = simulate_nominal(campaign)
        self.names = [one.name for one in campaign.subjects]
        self.subject_of = [one.subject for one in campaign.milestones]
        self.plans = {self.names[one.subject]: one for one in campaign.missions}
        self.elements = {self.names[one.subject]: one for one in campaign.elements}
        self.goal = next(one for one in campaign.goals if one.name == question.goal)
        scenario = context.scenario
        self.loads = {load: name for name in question.missions for load in scenario.missions[name].cargo}
        self.arrived = {self.plans[name].arrived: name for name in question.missions}
        self.works = {self.elements[load].operational: load for load in self.loads}
        self.follows = self._following()
        self.fixed = {name for name in self.follows if self._on_its_date(name)}
        self.first_d, self.last_d = self._span()

    # --- what follows from what is free ---------------------------------------------------------------------------

    def _following(self) -> set[str]:
        """Return the names of all subjects that need, by however many steps, something that is free."""
        c, needs = self.campaign, dict[int, set[int]]()
        for one in c.activities:
            needs[one.subject] = set(one.needs)
        for mission in c.missions:
            needs[mission.subject] = set(mission.needs).union(*(launch.needs for launch in mission.launches))
        for element in c.elements:
            needs[element.subject] = {*element.needs, *element.delivered}
        for goal in c.goals:
            needs[goal.subject] = set(goal.needs)
        for tank in c.tanks:
            needs.setdefault(tank.subject, set()).update(tank.needs)
        free = {self.plans[name].subject for name in self.question.missions}
        free |= {self.elements[load].subject for load in self.loads}
        found, grows = set(free), True
        while grows:
            more = {
                one
                for one, wanted in needs.items()
                if one not in found and any(self.subject_of[milestone] in found for milestone in wanted)
            }
            found |= more
            grows = bool(more)
        return {self.names[one] for one in found - free}

    def _on_its_date(self, name: str) -> bool:
        """Whether a mission that follows leaves on its own date, so that it can keep it."""
        plan = self.plans.get(name)
        if plan is None or plan.not_before_d <= 0.0 or not plan.launches:
            return False
        lead_d = self.campaign.launchers[plan.launches[0].launcher].integration.nominal
        first = min((since for one, _, since, _, _ in self._flown() if one == name), default=inf)
        return abs(first - (plan.not_before_d - lead_d)) < 0.5

    def _flown(self) -> Iterator[tuple[str, str, float, float, str]]:
        """Yield (mission, pad, rolls out, leaves, launcher) of every flight of the plan."""
        rolled: dict[str, tuple[str, float]] = {}
        events = self.nominal.trace.events if self.nominal.trace is not None else ()
        for event in events:
            if event.verb is Verb.ROLLS_OUT:
                rolled[event.subject] = (event.place, event.t_d)
            elif event.verb is Verb.LAUNCHES and event.subject in rolled:
                pad, since = rolled.pop(event.subject)
                yield event.subject, pad, since, event.t_d, event.launcher

    # --- times ----------------------------------------------------------------------------------------------------

    def _span(self) -> tuple[float, float]:
        """Return the first and the last day for which free missions may be planned."""
        planned = [self.plans[name].not_before_d for name in self.question.missions]
        left = [float(self.nominal.reached_d[self.plans[name].launched]) for name in self.question.missions]
        latest = max([*planned, *(day for day in left if isfinite(day))])
        dates, day = self.question.dates, self.context.index.calendar.to_days
        first = day(dates[0]) if dates is not None and dates[0] is not None else self.campaign.as_of_d
        last = day(dates[1]) if dates is not None and dates[1] is not None else latest
        if last < first:
            raise self._problem(("optimise", "free", "dates"), "the last day lies before the first", "swap them")
        return max(first, self.campaign.as_of_d), last

    def _day(self, milestone: int) -> float:
        return float(self.nominal.reached_d[milestone])

    def read(self) -> Facts:
        standing = dict(self._standing())
        items = {
            name: self._load(name) if name in self.loads else standing[name]
            for name in self.elements  # who asks at the same time is served in this order
            if name in self.loads or name in standing
        }
        vehicles, slots = self._vehicles(items)
        pads, lines = self._pads(), self._lines()
        goal, goal_missions, reached, spare = self._goal()
        present = self._present(vehicles)
        calendar_end = floor(self.campaign.end_d * PER_DAY)
        deadline = calendar_end
        for one, limit in self.question.at_most.items():
            if one == "date":
                deadline = min(deadline, int(limit))
        manifest = Manifest(
            weeks=max([one.day for vehicle in vehicles.values() for one in vehicle.departures], default=0) + PER_DAY,
            deadline=deadline,
            teams=self.campaign.base.jobs_at_once if self.campaign.base is not None else 1,
            pads=pads,
            vehicles=vehicles,
            items=items,
            goal=tuple(load for load in items if load in goal),
            lines=lines,
            base=self._base(spare),
            reached=reached,
            goal_missions=goal_missions,
            keep=self.question.keep,
            together=self.question.together,
            apart=self.question.apart,
            most_flights=self.question.more[1] if self.question.more is not None else None,
        )
        follow = tuple(name for name in self.plans if name in self.follows and name not in self.fixed)
        return Facts(
            self.loaded,
            self.context,
            self.campaign,
            self.nominal,
            self.question,
            manifest,
            present,
            slots,
            follow,
            self.goal,
        )

    # --- loads ----------------------------------------------------------------------------------------------------

    def _load(self, name: str) -> Load:
        element = self.elements[name]
        if element.crew_h > 0.0:
            raise self._element_problem(name, "crew", "it is finished by people, which the optimiser does not plan")
        needs, asks = self._needs(element.needs, f"'{name}' needs")
        joins = hours(self._joins(element.partner))
        return Load(
            kg=ceil(element.mass_kg - 1e-6),
            setup=0,
            needs=needs,
            ready=joins,
            asks=max(hours(asks), joins),
            labour=self._labour(element),
            test=hours(element.commissioning.nominal),
            demand_w=ceil(element.demand_w - 1e-6) if element.on_surface else 0,
            constant_w=floor(element.constant_w + 1e-6),
            solar_w=floor(element.solar_w + 1e-6),
            storage_w=self._storage_w(element),
            shifts=round(element.robot_shift_h * SHIFTS_PER_H),
            by=self._by(element.operational),
            optional=name in self.question.optional,
        )

    def _joins(self, partner: int) -> float:
        plan = self.campaign.partners[partner] if partner >= 0 else None
        return plan.joins.nominal if plan is not None and plan.joins is not None else 0.0

    def _storage_w(self, element: ElementPlan) -> int:
        base = self.campaign.base
        dark_s = base.longest_dark_d * 86400.0 if base is not None else 0.0
        return floor(element.storage_j / dark_s + 1e-6) if dark_s > 0.0 else 0

    def _labour(self, element: ElementPlan) -> tuple[int, ...]:
        base, hours_ = self.campaign.base, element.unloading_h + element.assembly_h
        if base is None or not element.on_surface or hours_ <= 0.0:
            return ()
        if not base.work_in_dark and base.light >= 0:
            raise self._problem(
                ("base", "work_in_dark"),
                "work that rests in the dark is nothing the optimiser plans",
                "say work_in_dark: true, with fewer hours in robot_shift",
            )
        return shift_table(hours_, self._shifts(), base.jobs_at_once, PER_DAY)

    def _shifts(self) -> list[float]:
        base = self.campaign.base
        robots = sum(round(one.robot_shift_h * SHIFTS_PER_H) for one in self.campaign.elements)
        first = round(base.robot_shift_h * SHIFTS_PER_H) if base is not None else 0
        return [number / SHIFTS_PER_H for number in range(first + robots + 1)]

    def _needs(self, milestones: tuple[int, ...], who: str) -> tuple[tuple[str, ...], float]:
        """Part needs into loads that are free and the day on which all others are there in the plan."""
        loads = [self.works[one] for one in milestones if one in self.works]
        rest = [one for one in milestones if one not in self.works and one not in self.arrived]
        for one in rest:
            subject = self.names[self.subject_of[one]]
            if subject in self.follows:
                message = f"{who} {self.campaign.milestones[one].name}, which follows from what is free"
                raise self._problem(("optimise",), message, "leave it out of free.cargo")
        return tuple(loads), max((self._day(one) for one in rest), default=0.0)

    def _standing(self) -> Iterator[tuple[str, Load]]:
        """Yield the elements at the base that are no choice and are there before all is set up."""
        base = self.campaign.base
        if base is None:
            return
        until_d = max(self.last_d, min(self._day(self.goal.reached), self.last_d + AFTERWARDS_D))
        for name, element in self.elements.items():
            came = max((self._day(one) for one in element.delivered), default=0.0)
            if name in self.loads or not element.on_surface or element.place != base.place or not came < until_d:
                continue
            needs, asks = self._needs(element.needs, f"'{name}' needs") if name not in self.follows else ((), inf)
            if not isfinite(asks) or not isfinite(came):
                continue
            yield (
                name,
                Load(
                    kg=0,
                    setup=0,
                    needs=needs,
                    asks=hours(max(asks, self._joins(element.partner))),
                    labour=self._labour(element),
                    test=hours(element.commissioning.nominal),
                    demand_w=ceil(element.demand_w - 1e-6),
                    constant_w=floor(element.constant_w + 1e-6),
                    solar_w=floor(element.solar_w + 1e-6),
                    storage_w=self._storage_w(element),
                    shifts=round(element.robot_shift_h * SHIFTS_PER_H),
                    landed=hours(came),
                ),
            )

    def _base(self, spare: float) -> Base:
        base = self.campaign.base
        if base is None:
            return Base(0, night=False)
        return Base(round(base.robot_shift_h * SHIFTS_PER_H), night=base.longest_dark_d > 0.0, spare=spare)

    def _by(self, milestone: int) -> int | None:
        """Return by when a milestone must be reached so that what is fixed keeps its date."""
        asked: list[float] = []
        for name in self.fixed:
            plan = self.plans[name]
            if milestone in plan.needs or any(milestone in one.needs for one in plan.launches):
                lead_d = self.campaign.launchers[plan.launches[0].launcher].integration.nominal
                asked.append(plan.not_before_d - lead_d)
        return floor(min(asked) * PER_DAY) if asked else None

    # --- flights --------------------------------------------------------------------------------------------------

    def _vehicles(self, items: Mapping[str, Load]) -> tuple[dict[str, Vehicle], dict[str, Slot]]:
        vehicles: dict[str, Vehicle] = {}
        slots: dict[str, Slot] = {}
        lightest = min((items[load].kg for load in self.loads), default=0)
        for name in self.question.missions:
            for stack in ("", *self.question.stacks):
                self._add(vehicles, slots, name, name, stack, lightest)
        if self.question.more is not None:
            like, most = self.question.more
            for number in range(1, max(0, most - len(self.question.missions)) + 1):
                for stack in ("", *self.question.stacks):
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
        context, plan = self.context, self.plans[like]
        spec = context.scenario.missions[like]
        chosen = self.question.stacks[stack] if stack else None
        own = next(iter(spec.launches.values()))
        if chosen is not None and (chosen.launcher, list(chosen.carries)) == (own.launcher, list(own.carries)):
            return
        launcher_name = chosen.launcher if chosen is not None else own.launcher
        launchers = [one.name for one in self.campaign.launchers]
        launcher = self.campaign.launchers[launchers.index(launcher_name)]
        lead_d = launcher.integration.nominal
        milestones = {*plan.needs, *launcher.needs}
        if chosen is not None:
            own_crafts = {need for craft in own.carries for need in context.scenario.spacecraft[craft].needs}
            crafts = {need for craft in chosen.carries for need in context.scenario.spacecraft[craft].needs}
            milestones -= set(context.index.needs(sorted(own_crafts - {*spec.needs})))
            milestones |= set(context.index.needs(sorted(crafts)))
        loads, ready_d = self._needs(tuple(sorted(milestones)), f"'{mission}' needs")
        joins = [self._joins(one) for one in (*plan.partners, launcher.partner)]
        first_d = max(self.first_d, ready_d + lead_d, max(joins, default=0.0) + lead_d)
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
            after=tuple(self.arrived[one] for one in sorted(milestones) if one in self.arrived),
            mission=mission,
            pads=tuple(self.campaign.pads[one].name for one in launcher.pads),
            must=mission == like and self._is_wanted(plan),
            by=self._by(plan.arrived) if mission == like else None,
        )
        slots[name] = Slot(mission, like, stack, lead_d)

    def _departures(
        self, plan: MissionPlan, way: Way, first_d: float, lightest: int, *, own: bool
    ) -> tuple[Departure, ...]:
        campaign, found = self.campaign, tuple[Departure, ...]()
        midnight = -self.context.index.calendar.start.hour / 24.0
        if self.question.dates is not None and isfinite(first_d):
            days = [day + midnight for day in range(ceil(first_d - midnight - 1e-9), floor(self.last_d - midnight) + 1)]
            found = departures(campaign, plan, way, days, lightest)
        elif isfinite(first_d) and plan.not_before_d >= first_d - 1e-9:
            found = departures(campaign, plan, way, [plan.not_before_d], lightest)
        known = {one.day for one in found}
        return (*found, *(one for one in (self._as_it_is(plan) if own else ()) if one.day not in known))

    def _as_it_is(self, plan: MissionPlan) -> Iterator[Departure]:
        """Yield the departure that a mission takes in the plan as it is."""
        name = self.names[plan.subject]
        for one, _, since, leaves, launcher in self._flown():
            lands_d = self._day(plan.arrived)
            if one == name and isfinite(lands_d):
                number = [item.name for item in self.campaign.launchers].index(launcher)
                lead_d = self.campaign.launchers[number].integration.nominal
                kg = sum(self.elements[load].mass_kg for load in self.loads if self.loads[load] == name)
                yield Departure(hours(since + lead_d), hours(leaves), hours(lands_d), max(ceil(kg), 0))

    def _is_wanted(self, plan: MissionPlan) -> bool:
        """Whether anything that is no choice needs this mission to arrive or to leave."""
        own = {plan.arrived, plan.launched, *(one.launched for one in plan.launches)}
        own |= {one.arrived for one in plan.launches}
        free = {self.plans[name].subject for name in self.question.missions}
        wanted: set[int] = set()
        for mission in self.campaign.missions:
            if mission.subject not in free:
                wanted |= set(mission.needs).union(*(one.needs for one in mission.launches))
        for activity in self.campaign.activities:
            wanted |= set(activity.needs)
        for element in self.campaign.elements:
            wanted |= set(element.needs)
        for goal in self.campaign.goals:
            wanted |= set(goal.needs)
        return bool(own & wanted)

    def _imleo(self, way: Way) -> int:
        """Return what one flight puts into low orbit: all its launcher lifts, where it injects, else its stack."""
        if way.to_tli and way.leo_kg is not None:
            return round(way.leo_kg)
        return round(way.empty_kg)

    def _cost(self, mission: str, stack: str) -> int | None:
        said = self.question.costs
        cost = said.get(stack, said.get(mission)) if stack else said.get(mission)
        if cost is None and not stack:
            cost = self.context.scenario.missions[mission].cost or None
        return None if cost is None else round(cost * COST_UNITS)

    def _pads(self) -> dict[str, Pad]:
        taken: dict[str, list[tuple[int, int]]] = {}
        turnaround = {pad.name: pad.turnaround.nominal for pad in self.campaign.pads}
        for name, pad, since, leaves, _ in self._flown():
            if self._stays(name):
                until = hours(leaves + turnaround[pad])
                taken.setdefault(pad, []).append((floor(since * PER_DAY + 1e-6), until))
        pads = {}
        for plan in self.campaign.pads:
            ready_d = max([plan.available_d, *(self._day(one) for one in plan.needs)])
            busy = sorted(taken.get(plan.name, []))
            until = hours(min(ready_d, self.campaign.end_d))
            closed = [(0, until)] if until > 0 else []
            pads[plan.name] = Pad(hours(plan.turnaround.nominal), (*closed, *busy))
        return pads

    def _stays(self, name: str) -> bool:
        return name not in self.question.missions and (name not in self.follows or name in self.fixed)

    def _lines(self) -> dict[str, Line]:
        taken: dict[str, list[int]] = {}
        for name, _, since, _, launcher in self._flown():
            if self._stays(name):
                taken.setdefault(launcher, []).append(floor(since * PER_DAY + 1e-6))
        return {
            one.name: Line(
                hours(one.line_start_d),
                hours(one.every.nominal),
                one.ready,
                one.stock,
                tuple(sorted(taken.get(one.name, []))),
            )
            for one in self.campaign.launchers
        }

    # --- goal -----------------------------------------------------------------------------------------------------

    def _goal(self) -> tuple[set[str], tuple[str, ...], int, float]:
        """Return the free loads and missions that the goal needs, the day of the rest, and the margin of power."""
        goals = {one.subject: one for one in self.campaign.goals}
        open_, loads, missions, reached, spare = [self.goal], set[str](), list[str](), 0.0, 0.0
        while open_:
            goal = open_.pop()
            spare = max(spare, 0.0 if isnan(goal.power_margin) else goal.power_margin)
            for one in goal.needs:
                if one in self.works:
                    loads.add(self.works[one])
                elif one in self.arrived:
                    missions.append(self.arrived[one])
                elif self.subject_of[one] in goals:
                    open_.append(goals[self.subject_of[one]])
                else:
                    reached = max(reached, self._day(one))
        if not isfinite(reached):
            never = next(one for one in self.goal.needs if not isfinite(self._day(one)))
            name = self.campaign.milestones[never].name
            raise self._problem(
                ("goals", self.goal.name), f"it needs {name}, which the plan never reaches", "see `ilrs plan`"
            )
        loads &= {*self.loads}
        for load in sorted(loads & {*self.question.optional}):
            raise self._problem(("optimise", "free", "optional"), f"the goal needs '{load}'", "leave it out")
        return loads, tuple(dict.fromkeys(missions)), hours(reached), spare

    def _present(self, vehicles: Mapping[str, Vehicle]) -> ManifestPlan:
        flights, begun = [], {}
        cargo = {name: [load for load in self.loads if self.loads[load] == name] for name in self.question.missions}
        for name, loads in cargo.items():
            days = [one.day for one in self._as_it_is(self.plans[name])]
            if name in vehicles and days:
                flights.append(Flight(name, 1, days[-1], tuple(loads)))
        for load in self.loads:
            when = float(self.nominal.start_d[self.elements[load].subject])
            if isfinite(when):
                begun[load] = hours(when)
        return ManifestPlan(tuple(flights), begun)

    # --- problems -------------------------------------------------------------------------------------------------

    def _element_problem(self, name: str, key: str, message: str) -> InputError:
        kind = "stations" if name in self.context.scenario.stations else "elements"
        path = (kind, name, "assembly", key)
        return self._problem(path, message, f"name missions under optimise.free.cargo that do not carry {name}")

    def _problem(self, path: tuple[str | int, ...], message: str, hint: str) -> ScenarioError:
        mark = self.loaded.layered.mark(path)
        return ScenarioError([Problem(mark, ".".join(map(str, path)), Code.VALUE, "error", message, hint)])


__all__ = ["COST_UNITS", "Facts", "Slot", "elements_of", "read_facts"]
