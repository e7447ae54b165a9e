"""What is known of a question: what of a campaign is free, what is fixed, what follows, and its plan as it is."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, inf, isfinite

from sim.campaign.context import Context
from sim.campaign.plan import Campaign
from sim.decide.departing import PER_DAY
from sim.decide.question import Question
from sim.model.simulate import simulate_nominal
from sim.model.tracing import Verb
from sim.problems import Code, Problem, ScenarioError
from sim.scenario.load import Loaded


class KnownCampaign:
    """A compiled campaign and its nominal run, as a question sees them."""

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

    def day(self, milestone: int) -> float:
        """Return when a milestone is reached in the plan, infinity for never."""
        return float(self.nominal.reached_d[milestone])

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
        first = min((since for one, _, since, _, _ in self.flown() if one == name), default=inf)
        return abs(first - (plan.not_before_d - lead_d)) < 0.5

    def flown(self) -> Iterator[tuple[str, str, float, float, str]]:
        """Yield (mission, pad, rolls out, leaves, launcher) of every flight of the plan."""
        rolled: dict[str, tuple[str, float]] = {}
        events = self.nominal.trace.events if self.nominal.trace is not None else ()
        for event in events:
            if event.verb is Verb.ROLLS_OUT:
                rolled[event.subject] = (event.place, event.t_d)
            elif event.verb is Verb.LAUNCHES and event.subject in rolled:
                pad, since = rolled.pop(event.subject)
                yield event.subject, pad, since, event.t_d, event.launcher

    def _span(self) -> tuple[float, float]:
        """Return the first and the last day for which free missions may be planned."""
        planned = [self.plans[name].not_before_d for name in self.question.missions]
        left = [float(self.nominal.reached_d[self.plans[name].launched]) for name in self.question.missions]
        latest = max([*planned, *(day for day in left if isfinite(day))])
        dates, day = self.question.dates, self.context.index.calendar.to_days
        first = day(dates[0]) if dates is not None and dates[0] is not None else self.campaign.as_of_d
        last = day(dates[1]) if dates is not None and dates[1] is not None else latest
        if last < first:
            raise self.problem(("optimise", "free", "dates"), "the last day lies before the first", "swap them")
        return max(first, self.campaign.as_of_d), last

    def joins(self, partner: int) -> float:
        """Return when a partner takes part, 0 from the start."""
        plan = self.campaign.partners[partner] if partner >= 0 else None
        return plan.joins.nominal if plan is not None and plan.joins is not None else 0.0

    def needs(self, milestones: tuple[int, ...], who: str) -> tuple[tuple[str, ...], float]:
        """Part needs into loads that are free and the day on which all others are there in the plan."""
        loads = [self.works[one] for one in milestones if one in self.works]
        rest = [one for one in milestones if one not in self.works and one not in self.arrived]
        for one in rest:
            subject = self.names[self.subject_of[one]]
            if subject in self.follows:
                message = f"{who} {self.campaign.milestones[one].name}, which follows from what is free"
                raise self.problem(("optimise",), message, "leave it out of free.cargo")
        return tuple(loads), max((self.day(one) for one in rest), default=0.0)

    def stays(self, name: str) -> bool:
        """Tell whether a mission is no choice and follows from none."""
        return name not in self.question.missions and (name not in self.follows or name in self.fixed)

    def by(self, milestone: int) -> int | None:
        """Return by when a milestone must be reached so that what is fixed keeps its date."""
        asked: list[float] = []
        for name in self.fixed:
            plan = self.plans[name]
            if milestone in plan.needs or any(milestone in one.needs for one in plan.launches):
                lead_d = self.campaign.launchers[plan.launches[0].launcher].integration.nominal
                asked.append(plan.not_before_d - lead_d)
        return floor(min(asked) * PER_DAY) if asked else None

    def problem(self, path: tuple[str | int, ...], message: str, hint: str) -> ScenarioError:
        """Return what is wrong at a place of the file."""
        mark = self.loaded.layered.mark(path)
        return ScenarioError([Problem(mark, ".".join(map(str, path)), Code.VALUE, "error", message, hint)])
