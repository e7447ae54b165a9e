"""Scenario to Campaign: names become indices, physics is looked up, and every flight's mass is closed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from math import inf, log, nan
from typing import TYPE_CHECKING, Any

from sim.campaign.causes import CAUSE_OF_KIND
from sim.campaign.ground import GroundCompiler
from sim.campaign.living import LivingCompiler
from sim.campaign.luck import LuckCompiler
from sim.campaign.missions import MissionCompiler
from sim.campaign.network import Planned, plan_starts
from sim.campaign.opportunities import OpportunityCompiler
from sim.campaign.plan import (
    ActivityPlan,
    BasePlan,
    Campaign,
    Chance,
    ElementPlan,
    FlightClass,
    GoalPlan,
    LauncherPlan,
    LaunchStreams,
    LightTable,
    PadPlan,
    PartnerPlan,
    PlaceName,
    RiskPlan,
)
from sim.campaign.registry import Registry, deciding_path, lent
from sim.campaign.sequence import SequenceCompiler
from sim.campaign.slips import ClassSlip, Scaled, held_risks, law_by_lead, mean_stretch, without
from sim.campaign.staging import StagingCompiler
from sim.campaign.tables import Sky
from sim.chance import Distribution, Exponential, Shifted
from sim.clock import Calendar
from sim.problems import ScenarioError
from sim.scenario.paths import without_studies
from sim.scenario.schema import Activity, Element, Partner, Risk, Scenario, SlipByClass, SlipByLead, Station, Withdrawal
from sim.scenario.text import Path
from sim.scenario.writing import document

if TYPE_CHECKING:
    from sim.scenario.load import Loaded

Slipping = Distribution | SlipByLead | SlipByClass
YEAR_D = 365.25
WHOLE_DAY_D = 1.0 - 1e-6
"""A goal wanted by a day may be reached until that day ends; a hair less, so that it prints as that day."""


def compile_campaign(loaded: Loaded) -> Campaign:
    """Resolve a scenario into a campaign; raises ScenarioError with everything that cannot be."""
    compiler = Compiler(loaded)
    campaign = compiler.compile()
    if compiler.registry.problems:
        raise ScenarioError(compiler.registry.problems)
    return campaign


class Compiler:
    """What the parts of one compilation share."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.scenario: Scenario = loaded.scenario
        spec = self.scenario.calendar
        self.calendar = Calendar(spec.start, spec.end)
        self.as_of_d = max(self.calendar.to_days(spec.as_of), 0.0) if spec.as_of is not None else 0.0
        self.registry = Registry(loaded)
        self.sky = Sky(spec.start, self.calendar.length_d)
        self.held = held_risks(self.scenario)
        self.partners = {name: number for number, name in enumerate(self.scenario.partners)}
        self.pads: dict[str, int] = {}
        self.families: dict[str, int] = {}
        self.classes: dict[tuple[str, str], int] = {}
        self.activity_done: dict[str, int] = {}
        self.subject_of: dict[tuple[str, str], int] = {}
        self.lights: dict[tuple[str, float], int] = {}
        self.ground = GroundCompiler(self)
        self.living = LivingCompiler(self)
        self.staging = StagingCompiler(self)
        self.opportunities = OpportunityCompiler(self)
        self.sequences = SequenceCompiler(self)
        self.missions = MissionCompiler(self)
        self.luck = LuckCompiler(self)

    def compile(self) -> Campaign:
        """Declare every milestone first, so that needs may point forward, then resolve each part."""
        scenario, registry = self.scenario, self.registry
        self._declare()
        activities = self._activities()
        launchers = self._launchers()
        missions = self.missions.compile()
        classes = self._flight_classes()
        base = self._base()
        elements = self._elements()
        figures, guesses = _count_sources(self.loaded.layered.values)
        return Campaign(
            scenario=scenario.name,
            about=scenario.about or "",
            identity=identify(self.loaded.layered.values),
            start_iso=self.calendar.iso(0.0),
            end_d=self.calendar.length_d,
            as_of_d=self.as_of_d,
            partners=tuple(self._partner(name, item) for name, item in scenario.partners.items()),
            risks=self._risks(),
            activities=activities,
            pads=self._pads(),
            launchers=launchers,
            families=tuple(self.families),
            flight_classes=classes,
            departures=tuple(self.opportunities.departures.values()),
            opportunities=tuple(self.opportunities.tables),
            lights=self._lights(),
            missions=missions,
            elements=elements,
            tanks=self.staging.compile(),
            base=base,
            living=self.living.plan(),
            ground=self.ground.plan(),
            goals=self._goals(),
            deliveries=tuple(self.missions.deliveries),
            flights=tuple(self.missions.flights),
            sheets=tuple(self.missions.sheets),
            places=self._places(),
            subjects=tuple(registry.subjects),
            milestones=tuple(registry.milestones),
            luck=self.luck.compile(),
            streams=registry.streams,
            stream_paths=registry.stream_paths,
            guesses=guesses,
            figures=figures,
            resolved=document(_plain(without_studies(self.loaded.layered.values))),
        )

    # --- helpers --------------------------------------------------------------------------------------------------

    def day(self, date: Any, default: float = 0.0) -> float:
        """Give the model day of a date, at least 0."""
        return default if date is None else max(self.calendar.to_days(date), 0.0)

    def partner(self, name: str | None) -> int:
        """Give a partner's index, or -1."""
        return self.partners.get(name, -1) if name is not None else -1

    def payer(self, name: str | None) -> int:
        """Give the index of the partner whose limited budget pays, or -1."""
        number = self.partner(name)
        return number if number >= 0 and self.scenario.partners[name or ""].budget is not None else -1

    def slip(self, slip: Slipping, planned_d: float, stream: str, path: Path, held_d: float = 0.0) -> Chance:
        """Give a slip its law and stream: as written, or by how far ahead of today the plan lies.

        A measured law gives up the mean days that the risks it holds add elsewhere.
        """
        lead_d = max(planned_d - self.as_of_d, 0.0)
        if isinstance(slip, SlipByClass):
            law = without(self.luck.slip(slip, lead_d), held_d)
            return self.luck.chance(slip, law, stream, path) if isinstance(law, ClassSlip) else Chance(0.0)
        if isinstance(slip, SlipByLead):
            by_lead = law_by_lead(self.scenario.slips[slip.by_lead], lead_d)
            slip = without(Scaled(by_lead, slip.times) if slip.times != 1.0 else by_lead, held_d)
        return self.registry.slip(slip, stream, path)

    # --- declaring ------------------------------------------------------------------------------------------------

    def _declare(self) -> None:
        scenario, registry = self.scenario, self.registry
        for name, activity in scenario.activities.items():
            subject = registry.subject(name, "activity", activity.about, fact=activity.done is not None)
            self.subject_of["activity", name] = subject
            self.activity_done[name] = registry.milestone(subject, name, f"{name}.done")
        for name, element in {**scenario.elements, **scenario.stations}.items():
            kind = "station" if name in scenario.stations else "element"
            subject = registry.subject(name, kind, element.about)
            self.subject_of["element", name] = subject
            registry.milestone(subject, name, f"{name}.operational")
            if isinstance(element, Station):
                self.staging.declare(name, element, subject)
        self.missions.declare()
        for name, goal in scenario.goals.items():
            subject = registry.subject(name, "goal", goal.about)
            self.subject_of["goal", name] = subject
            registry.milestone(subject, name, f"{name}.reached")

    # --- programme ------------------------------------------------------------------------------------------------

    def _partner(self, name: str, item: Partner) -> PartnerPlan:
        registry, successor = self.registry, item.successor
        joins = item.joins.to_days(self.calendar) if item.joins is not None else None
        path: Path = ("partners", name)
        return PartnerPlan(
            name=name,
            joins=registry.chance(joins, f"joins/{name}", (*path, "joins")),
            withdraws=self._leaving(name, item),
            successor=self.partner(successor.partner) if successor else -1,
            handover=registry.chance(successor.after, f"handover/{name}", (*path, "successor", "after"))
            if successor
            else None,
            barred=(self.day(item.barred.from_), self.day(item.barred.until)) if item.barred else (inf, inf),
            per_year=item.budget.per_year if item.budget else nan,
            at_start=item.budget.at_start if item.budget else 0.0,
            grants_d=self._grants_d() if item.budget else (),
        )

    def _grants_d(self) -> tuple[float, ...]:
        """Give the days on which a year's money comes: the first day, then every first of January."""
        start, end = self.calendar.start, self.calendar.end
        years = range(start.year + 1, end.year + 1)
        return (0.0, *(self.calendar.to_days(datetime(year, 1, 1)) for year in years))

    def _leaving(self, name: str, item: Partner) -> Chance | None:
        leaving, stream, path = item.withdraws, f"leaves/{name}", ("partners", name, "withdraws")
        if isinstance(leaving, str):
            return None
        if isinstance(leaving, Withdrawal):
            if leaving.per_year <= 0.0:
                return None
            start = self.day(leaving.after, self.as_of_d)
            law = Shifted(Exponential(-YEAR_D / log(1.0 - min(leaving.per_year, 1.0 - 1e-12))), start)
            return Chance(inf, law, self.registry.stream(stream, path))
        return self.registry.chance(leaving.to_days(self.calendar), stream, path)

    def _risks(self) -> tuple[RiskPlan, ...]:
        return tuple(self._risk(name, risk) for name, risk in self.scenario.risks.items())

    def _risk(self, name: str, risk: Risk) -> RiskPlan:
        registry = self.registry
        numbers = {activity: number for number, activity in enumerate(self.scenario.activities)}
        happens = registry.stream(f"risk/{name}", ("risks", name, "probability"))
        path: Path = ("risks", name, "stretches")
        shared = -1 if risk.independent else registry.stream(f"risk-factor/{name}", path)
        stretches = tuple(
            (
                numbers[activity],
                registry.chance(factor, f"risk/{name}/{activity}", (*path, activity))
                if risk.independent
                else lent(factor),
            )
            for activity, factor in risk.stretches.items()
            if activity in numbers
        )
        return RiskPlan(name, risk.probability, happens, stretches, shared)

    def _activities(self) -> tuple[ActivityPlan, ...]:
        work = {name: self._planned(item) for name, item in self.scenario.activities.items()}
        try:
            starts = plan_starts(work)
        except ValueError:
            starts = dict.fromkeys(work, 0.0)  # the cycle is reported by the checks, with its places
        return tuple(self._activity(name, item, starts[name]) for name, item in self.scenario.activities.items())

    def _planned(self, item: Activity) -> Planned:
        not_before = item.not_before.to_days(self.calendar).mode if item.not_before is not None else 0.0
        finish = item.finish or item.done
        duration = item.duration.mode if item.duration is not None else None
        return Planned(tuple(item.needs), not_before, duration, self.day(finish) if finish is not None else None)

    def _activity(self, name: str, item: Activity, start_d: float) -> ActivityPlan:
        registry, path = self.registry, ("activities", name)
        finish_d = self.day(item.finish or item.done) if item.finish or item.done else None
        duration = registry.chance(item.duration, f"duration/{name}", (*path, "duration"))
        if item.finish is not None and finish_d is not None:
            duration = Chance(max(finish_d - start_d, 0.0))
        planned_d = finish_d if finish_d is not None else start_d + (duration.nominal if duration else 0.0)
        who = [*([item.partner] if item.partner else []), *item.parties]
        not_before = item.not_before.to_days(self.calendar) if item.not_before is not None else None
        return ActivityPlan(
            subject=self.subject_of["activity", name],
            done=self.activity_done[name],
            cause=CAUSE_OF_KIND[item.kind],
            partners=tuple(dict.fromkeys(self.partner(p) for p in who if p in self.partners)),
            needs=registry.needs(item.needs, (*path, "needs")),
            not_before=registry.chance(not_before, f"not-before/{name}", (*path, "not_before")),
            duration=duration,
            finish_d=finish_d,
            planned_d=planned_d,
            slip=self._activity_slip(name, item, start_d, planned_d),
            fact=item.done is not None,
            payer=self.payer(item.partner),
            cost=item.cost,
        )

    def _activity_slip(self, name: str, item: Activity, start_d: float, planned_d: float) -> Chance | None:
        """Give an activity its slip; a measured law gives up the mean of what the risks it holds add to the rest."""
        if item.slip is None or item.done is not None:
            return None
        left_d = max(planned_d - max(start_d, self.as_of_d), 0.0)
        path = ("activities", name, "slip")
        return self.slip(item.slip, planned_d, f"slip/{name}", path, left_d * mean_stretch(self.held, name))

    # --- fleet ----------------------------------------------------------------------------------------------------

    def _pads(self) -> tuple[PadPlan, ...]:
        pads = []
        for site_name, site in self.scenario.launch_sites.items():
            for pad_name, pad in site.pads.items():
                path: Path = ("launch_sites", site_name, "pads", pad_name, "needs")
                name = f"{site_name}.{pad_name}"
                needs, available_d = self.registry.needs(pad.needs, path), self.day(pad.available)
                pads.append(PadPlan(name, lent(pad.turnaround), available_d, needs, site.scrub, lent(site.recycle)))
        return tuple(pads)

    def _launchers(self) -> tuple[LauncherPlan, ...]:
        names = [f"{site}.{pad}" for site, item in self.scenario.launch_sites.items() for pad in item.pads]
        self.pads = {name: number for number, name in enumerate(names)}
        return tuple(self._launcher(name) for name in self.scenario.launchers)

    def _launcher(self, name: str) -> LauncherPlan:
        item, registry = self.scenario.launchers[name], self.registry
        line = item.production
        return LauncherPlan(
            name=name,
            partner=self.partner(item.partner),
            family=self.families.setdefault(item.family or name, len(self.families)),
            needs=registry.needs(item.needs, ("launchers", name, "needs")),
            pads=tuple(self.pads[pad] for pad in item.pads if pad in self.pads),
            reliability=registry.reliability(
                item.record, item.reliability, self.scenario.priors, f"quality/{name}", self.failure_path(name)
            ),
            line_start_d=self.day(line.from_),
            every=registry.chance(line.every, f"production/{name}", ("launchers", name, "production", "every")),
            ready=line.ready,
            stock=line.stock,
            integration=lent(item.integration),
            stand_down=lent(item.stand_down),
        )

    def flight_class(self, craft: str, event: str) -> int:
        """Give the index of the class of captures or landings of a spacecraft, or -1 when it has no record."""
        spec = self.scenario.spacecraft.get(craft)
        record = getattr(spec, event) if spec is not None else None
        if record is None:
            return -1
        return self.classes.setdefault((craft, event), len(self.classes))

    def _flight_classes(self) -> tuple[FlightClass, ...]:
        return tuple(self._flight_class(craft, event) for craft, event in self.classes)

    def _flight_class(self, craft: str, event: str) -> FlightClass:
        record, stream = getattr(self.scenario.spacecraft[craft], event), f"{event}/{craft}"
        path = self.event_path(craft, event)
        return FlightClass(
            f"{craft}.{event}", self.registry.reliability(record, None, self.scenario.priors, stream, path)
        )

    def event_path(self, craft: str, event: str) -> Path:
        """Return the path of what decides whether an event of a spacecraft fails."""
        record = getattr(self.scenario.spacecraft[craft], event)
        return deciding_path(record, self.scenario.priors, ("spacecraft", craft, event))

    def failure_path(self, launcher: str) -> Path:
        """Return the path of what decides whether a launcher fails."""
        item = self.scenario.launchers[launcher]
        key = "record" if item.record is not None else "reliability"
        return deciding_path(item.record, self.scenario.priors, ("launchers", launcher, key))

    def launch_streams(self, flight: str, launcher: str, cruise: int = -1, capture: int = -1) -> LaunchStreams:
        """Return the streams of one launch; those of cruise and capture depend on what it carries."""
        item = self.scenario.launchers[launcher]
        site, _, pad = next(iter(item.pads), "").partition(".")

        def own(word: str, *path: str | int) -> int:
            return self.registry.stream(f"{word}/{flight}", path)

        return LaunchStreams(
            integration=own("integration", "launchers", launcher, "integration"),
            scrub=own("scrub", "launch_sites", site, "scrub"),
            recycle=own("recycle", "launch_sites", site, "recycle"),
            turnaround=own("turnaround", "launch_sites", site, "pads", pad, "turnaround"),
            failure=own("failure", *self.failure_path(launcher)),
            stand_down=own("stand-down", "launchers", launcher, "stand_down"),
            cruise=cruise,
            capture=capture,
        )

    # --- base -----------------------------------------------------------------------------------------------------

    def _base(self) -> BasePlan | None:
        base = self.scenario.base
        if base is None:
            return None
        place = self.scenario.places.get(base.at)
        if place is None or not place.surface or place.body != "moon":
            return BasePlan(base.at, base.robot_shift, base.jobs_at_once, base.work_in_dark, -1, 0.0)
        light = self.sky.light(place)
        return BasePlan(
            base.at,
            base.robot_shift,
            base.jobs_at_once,
            base.work_in_dark,
            self.light_index(base.at),
            light.longest_gap_d,
        )

    def light_index(self, place: str, needed_d: float = 0.0) -> int:
        """Give the index of the table of light at a site."""
        return self.lights.setdefault((place, needed_d), len(self.lights))

    def _lights(self) -> tuple[LightTable, ...]:
        return tuple(
            self.sky.light_table(self.sky.light(self.scenario.places[place]), needed_d)
            for place, needed_d in self.lights
        )

    def _elements(self) -> tuple[ElementPlan, ...]:
        parts: dict[str, Element | Station] = {**self.scenario.elements, **self.scenario.stations}
        return tuple(self._element(name, item) for name, item in parts.items())

    def _element(self, name: str, item: Element | Station) -> ElementPlan:
        registry = self.registry
        kind = "stations" if isinstance(item, Station) else "elements"
        path: Path = (kind, name)
        base = self.scenario.base
        place = item.at or (base.at if base is not None else "")
        where = self.scenario.places.get(place)
        supply = item.supply if isinstance(item, Element) else None
        work = item.assembly if isinstance(item, Element) else None
        research = item.research if isinstance(item, Station) else None
        tests = item.tests if isinstance(item, Element) else None
        failures = item.failures if isinstance(item, Element) else None
        delivered = self.missions.delivered_by.get(name)
        return ElementPlan(
            subject=self.subject_of["element", name],
            delivered=(delivered,) if delivered is not None else (),
            needs=registry.needs(item.needs, (kind, name, "needs")),
            partner=self.partner(item.partner),
            on_surface=bool(where is not None and where.surface),
            place=place,
            mass_kg=item.mass,
            demand_w=item.demand if isinstance(item, Element) else 0.0,
            constant_w=supply.constant if supply else 0.0,
            solar_w=supply.solar if supply else 0.0,
            storage_j=supply.storage if supply else 0.0,
            unloading_h=work.unloading if work else 0.0,
            assembly_h=work.robot if work else 0.0,
            robot_shift_h=item.robot_shift if isinstance(item, Element) else 0.0,
            facilities=research.facilities if research else 0,
            commissioning=registry.chance(item.commissioning, f"commissioning/{name}", (*path, "commissioning")),
            landed=delivered if delivered is not None else -1,
            crew_h=work.crew if work else 0.0,
            test_fails=tests.fails if tests else 0.0,
            test_stream=registry.stream(f"test/{name}", (*path, "tests", "fails")) if tests else -1,
            test_repair=registry.chance(tests.repair, f"test-repair/{name}", (*path, "tests", "repair"))
            if tests
            else None,
            breakdown=registry.chance(failures.every, f"breakdown/{name}", (*path, "failures", "every"))
            if failures
            else None,
            breakdown_repair=registry.chance(failures.repair, f"repair/{name}", (*path, "failures", "repair"))
            if failures
            else None,
            breakdown_spares_kg=failures.spares if failures else 0.0,
            makes=self.living.made(item.makes) if isinstance(item, Element) else (),
            operational=registry.needs([name], (kind, name))[0],
        )

    def _goals(self) -> tuple[GoalPlan, ...]:
        return tuple(
            GoalPlan(
                name=name,
                about=goal.about or "",
                subject=self.subject_of["goal", name],
                reached=self.registry.needs([f"{name}.reached"], ("goals", name))[0],
                by_d=self.calendar.to_days(goal.by) + WHOLE_DAY_D,
                wanted=goal.confidence,
                needs=self.registry.needs(goal.needs, ("goals", name, "needs")),
                power_margin=float("nan") if goal.power_margin is None else goal.power_margin,
                title=goal.title or "",
            )
            for name, goal in self.scenario.goals.items()
        )

    def _places(self) -> tuple[PlaceName, ...]:
        earth = () if "earth" in self.scenario.places else (PlaceName("earth", "earth", surface=True),)
        return (*earth, *(PlaceName(name, item.body, item.surface) for name, item in self.scenario.places.items()))


def identify(values: dict[str, Any]) -> str:
    """Give the identity of a resolved scenario: a SHA-256 over its values, whatever their order in the file."""
    text = json.dumps(_plain(values), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Give values as JSON knows them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _count_sources(values: Any) -> tuple[int, int]:
    """Give how many blocks name a source, and how many of them are estimates."""
    notes = list(_source_notes(values))
    return len(notes), sum(1 for note in notes if "estimate" in (note.get("source"), note.get("access")))


def _source_notes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "source" in value:
            yield value
        for item in value.values():
            yield from _source_notes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _source_notes(item)
