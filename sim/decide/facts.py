"""The facts of a question: what a compiled campaign says of loads, power, the goal, and what the solver leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, isnan
from typing import Any, Final

from sim.campaign.plan import Campaign, ElementPlan
from sim.clock import Calendar
from sim.decide.base_model import shift_table
from sim.decide.departing import PER_DAY, hours
from sim.decide.free_flights import COST_UNITS, FreeFlights, Slot
from sim.decide.known import KnownCampaign
from sim.decide.loads import BaseFacts, Load, ManifestFacts, ManifestPlan
from sim.decide.question import Question
from sim.model.sample import Sample
from sim.problems import InputError
from sim.scenario.load import Loaded
from sim.study.sweep import Start

SHIFTS_PER_H: Final = 10
"""Shifts of robots are counted in tenths of an hour a day."""
AFTERWARDS_D: Final = 366.0


@dataclass(frozen=True, slots=True)
class Facts:
    """A manifest with the campaign it was read from, and the plan as it is."""

    start: Start
    """The scenario that was asked about."""
    known: KnownCampaign
    manifest: ManifestFacts
    present: ManifestPlan
    slots: Mapping[str, Slot]
    follow: tuple[str, ...]
    """Missions whose day follows from what is free, and is not held."""
    left_out: tuple[str, ...]
    """What the scenario has and the solver does not count, in words."""

    @property
    def loaded(self) -> Loaded:
        """Return the scenario."""
        return self.known.loaded

    @property
    def campaign(self) -> Campaign:
        """Return the campaign as it is."""
        return self.known.campaign

    @property
    def nominal(self) -> Sample:
        """Return the plan as it is, simulated."""
        return self.known.nominal

    @property
    def question(self) -> Question:
        """Return what is asked."""
        return self.known.question

    @property
    def calendar(self) -> Calendar:
        """Return the calendar of the scenario."""
        return self.known.context.index.calendar

    def date_d(self, when: float) -> float:
        """Return a time of the manifest as a model time, in days."""
        return when / PER_DAY

    def iso(self, when: float) -> str:
        """Return a time of the manifest as a date."""
        return self.calendar.iso(when / PER_DAY)

    def units(self, objective: str, value: float) -> float:
        """Return a value of the solver in the units of the scenario."""
        return value / COST_UNITS if objective == "cost" else value

    def text(self, objective: str, value: float) -> str:
        """Return a value of the solver as it is printed: a date, kilograms, a number."""
        if objective == "date":
            return self.iso(value)
        return f"{value:,.0f} kg" if objective == "mass" else f"{self.units(objective, value):g}"


def read_facts(start: Start, known: KnownCampaign) -> Facts:
    """Read the facts of a question from a compiled campaign and its nominal run.

    Raises:
        ScenarioError: if something that is free needs what the solver does not know.
    """
    return _Reader(known).read(start)


class _Reader:
    def __init__(self, known: KnownCampaign) -> None:
        self.known = known

    def read(self, start: Start) -> Facts:
        known, question, base = self.known, self.known.question, self.known.campaign.base
        standing = dict(self._standing())
        items = {
            name: self._load(name) if name in known.loads else standing[name]
            for name in known.elements  # who asks at the same time is served in this order
            if name in known.loads or name in standing
        }
        flights = FreeFlights(known)
        vehicles, slots = flights.vehicles(items)
        goal, goal_missions, reached, spare = self._goal()
        end = floor(known.campaign.end_d * PER_DAY)
        manifest = ManifestFacts(
            weeks=max([one.day for vehicle in vehicles.values() for one in vehicle.departures], default=0) + PER_DAY,
            deadline=min(end, int(question.at_most.get("date", end))),
            teams=base.jobs_at_once if base is not None else 1,
            pads=flights.pads(),
            vehicles=vehicles,
            items=items,
            goal=tuple(load for load in items if load in goal),
            lines=flights.lines(),
            base=self._base(spare),
            reached=reached,
            goal_missions=goal_missions,
            keep=question.keep,
            together=question.together,
            apart=question.apart,
            most_flights=question.more[1] if question.more is not None else None,
            funds=flights.funds(),
        )
        follow = tuple(name for name in known.plans if name in known.follows and name not in known.fixed)
        left_out = tuple(self._left_out())
        return Facts(start, known, manifest, flights.present(vehicles), slots, follow, left_out)

    def _left_out(self) -> Iterator[str]:
        """Yield what holds free missions in the simulation and is unknown to the solver."""
        campaign, free = self.known.campaign, [self.known.plans[name] for name in self.known.question.missions]
        if campaign.ground is not None and any(leg.tracked for one in free for launch in one.launches for leg in (
            *launch.legs, *one.legs)):  # fmt: skip
            yield "antennas that are busy with others when a free flight needs them"

    # --- loads ----------------------------------------------------------------------------------------------------

    def _load(self, name: str) -> Load:
        element = self.known.elements[name]
        if element.crew_h > 0.0:
            raise self._element_problem(name, "crew", "it is finished by people, which the optimiser does not plan")
        needs, asks = self.known.needs(element.needs, f"'{name}' needs")
        joins = hours(self.known.joins(element.partner))
        return Load(
            kg=ceil(element.mass_kg - 1e-6),
            needs=needs,
            ready=joins,
            asks=max(hours(asks), joins),
            by=self.known.by(element.operational),
            optional=name in self.known.question.optional,
            **self._at_base(element),
        )

    def _at_base(self, element: ElementPlan) -> dict[str, Any]:
        """Return what an element takes to be set up, and what it does then."""
        return {
            "setup": 0,
            "labour": self._labour(element),
            "test": hours(element.commissioning.nominal),
            "demand_w": ceil(element.demand_w - 1e-6) if element.on_surface else 0,
            "constant_w": floor(element.constant_w + 1e-6),
            "solar_w": floor(element.solar_w + 1e-6),
            "storage_w": self._storage_w(element),
            "shifts": round(element.robot_shift_h * SHIFTS_PER_H),
        }

    def _storage_w(self, element: ElementPlan) -> int:
        base = self.known.campaign.base
        dark_s = base.longest_dark_d * 86400.0 if base is not None else 0.0
        return floor(element.storage_j / dark_s + 1e-6) if dark_s > 0.0 else 0

    def _labour(self, element: ElementPlan) -> tuple[int, ...]:
        base, hours_ = self.known.campaign.base, element.unloading_h + element.assembly_h
        if base is None or not element.on_surface or hours_ <= 0.0:
            return ()
        if not base.work_in_dark and base.light >= 0:
            raise self.known.problem(
                ("base", "work_in_dark"),
                "work that rests in the dark is nothing the optimiser plans",
                "say work_in_dark: true, with fewer hours in robot_shift",
            )
        return shift_table(hours_, self._shifts(), base.jobs_at_once, PER_DAY)

    def _shifts(self) -> list[float]:
        base = self.known.campaign.base
        robots = sum(round(one.robot_shift_h * SHIFTS_PER_H) for one in self.known.campaign.elements)
        first = round(base.robot_shift_h * SHIFTS_PER_H) if base is not None else 0
        return [number / SHIFTS_PER_H for number in range(first + robots + 1)]

    def _standing(self) -> Iterator[tuple[str, Load]]:
        """Yield the elements at the base that are no choice and are there before all is set up."""
        base = self.known.campaign.base
        if base is None:
            return
        until_d = max(self.known.last_d, min(self.known.day(self.known.goal.reached), self.known.last_d + AFTERWARDS_D))
        for name, element in self.known.elements.items():
            came = max((self.known.day(one) for one in element.delivered), default=0.0)
            if name in self.known.loads or not element.on_surface or element.place != base.place or not came < until_d:
                continue
            follows = name in self.known.follows
            needs, asks = ((), inf) if follows else self.known.needs(element.needs, f"'{name}' needs")
            if not isfinite(asks) or not isfinite(came):
                continue
            asks = max(asks, self.known.joins(element.partner))
            yield name, Load(kg=0, needs=needs, asks=hours(asks), landed=hours(came), **self._at_base(element))

    def _base(self, spare: float) -> BaseFacts:
        base = self.known.campaign.base
        if base is None:
            return BaseFacts(0, night=False)
        return BaseFacts(round(base.robot_shift_h * SHIFTS_PER_H), night=base.longest_dark_d > 0.0, spare=spare)

    def _goal(self) -> tuple[set[str], tuple[str, ...], int, float]:
        """Return the free loads and missions that the goal needs, the day of the rest, and the margin of power."""
        goals = {one.subject: one for one in self.known.campaign.goals}
        open_, loads, missions, reached, spare = [self.known.goal], set[str](), list[str](), 0.0, 0.0
        while open_:
            goal = open_.pop()
            spare = max(spare, 0.0 if isnan(goal.power_margin) else goal.power_margin)
            for one in goal.needs:
                if one in self.known.works:
                    loads.add(self.known.works[one])
                elif one in self.known.arrived:
                    missions.append(self.known.arrived[one])
                elif self.known.subject_of[one] in goals:
                    open_.append(goals[self.known.subject_of[one]])
                else:
                    reached = max(reached, self.known.day(one))
        if not isfinite(reached):
            never = next(one for one in self.known.goal.needs if not isfinite(self.known.day(one)))
            name = self.known.campaign.milestones[never].name
            raise self.known.problem(
                ("goals", self.known.goal.name), f"it needs {name}, which the plan never reaches", "see `ilrs plan`"
            )
        loads &= {*self.known.loads}
        for load in sorted(loads & {*self.known.question.optional}):
            raise self.known.problem(("optimise", "free", "optional"), f"the goal needs '{load}'", "leave it out")
        return loads, tuple(dict.fromkeys(missions)), hours(reached), spare

    def _element_problem(self, name: str, key: str, message: str) -> InputError:
        kind = "stations" if name in self.known.context.scenario.stations else "elements"
        path = (kind, name, "assembly", key)
        return self.known.problem(path, message, f"name missions under optimise.free.cargo that do not carry {name}")
