"""Scenario to Campaign: names become numbers, physics is looked up, and every flight's mass is closed.

Each part is a function of one context and waits for no other part; what they note on the way (streams, tables of the
sky, problems) is gathered when all are there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sim.campaign import fleet, mission_plans, work
from sim.campaign.context import Context, context_of
from sim.campaign.plan import BasePlan, Campaign, ElementPlan, GoalPlan, PlaceName
from sim.campaign.scheduling import with_schedule
from sim.campaign.sky import Shared
from sim.problems import Problem, ScenarioError
from sim.scenario.layered import Layered
from sim.scenario.load import Loaded
from sim.scenario.paths import study_variants, without_studies
from sim.scenario.schema import Element, Station
from sim.scenario.text import Path
from sim.scenario.working import Working
from sim.units import format_date

WHOLE_DAY_D = 1.0 - 1e-6
"""A goal wanted by a day may be reached until that day ends; a hair less, so that it prints as that day."""


def compile_campaign(loaded: Loaded, shared: Shared | None = None) -> Campaign:
    """Return the campaign of a scenario; raises ScenarioError with everything that cannot be.

    With `shared`, what compilations before it made from the same figures is taken from there.
    """
    compiled = compile_all(loaded, shared)
    if compiled.problems:
        raise ScenarioError(compiled.problems)
    return compiled.campaign


@dataclass(frozen=True, slots=True)
class Compiled:
    """A campaign, flights that do not close included, and what is wrong with it."""

    campaign: Campaign
    problems: tuple[Problem, ...]
    context: Context


def compile_all(loaded: Loaded, shared: Shared | None = None) -> Compiled:
    """Return the campaign of a scenario with all that cannot be."""
    context = with_schedule(context_of(loaded, shared or Shared()))
    parts = {name: compile_part(context) for name, compile_part in PARTS.items()}
    campaign, problems = _gather(loaded, context, parts), tuple(context.registry.problems)
    return Compiled(campaign, problems, context)


def _gather(loaded: Loaded, context: Context, parts: Mapping[str, Any]) -> Campaign:
    """Put the parts together with what they have noted, and with what only names and counts."""
    scenario, index, values = context.scenario, context.index, loaded.layered.values
    luck = context.luck.compile()  # its factors are streams too
    figures, guesses = _count_sources(values)
    flights = parts["missions"]
    simple = {name: part for name, part in parts.items() if name != "missions"}
    return Campaign(
        scenario=scenario.name,
        about=scenario.about or "",
        identity=identify(without_studies(values)),
        start_iso=format_date(scenario.calendar.start),
        end_d=index.calendar.length_d,
        as_of_d=index.as_of_d,
        families=tuple(index.families),
        subjects=index.subjects,
        milestones=index.milestones,
        missions=mission_plans.with_stand_ins(context, [one.plan for one in flights]),
        deliveries=tuple(delivery for one in flights for delivery in one.deliveries),
        flights=tuple(card for one in flights for card in one.cards),
        sheets=tuple(sheet for one in flights for sheet in one.sheets),
        departures=tuple(context.tables.departures.values()),
        opportunities=tuple(context.tables.tables),
        lights=context.tables.lights,
        luck=luck,
        streams=context.registry.streams,
        stream_paths=context.registry.stream_paths,
        guesses=guesses,
        figures=figures,
        values=without_studies(values),
        studies=_studies(loaded.layered),
        **simple,
    )


# --- the base and the goals ------------------------------------------------------------------------------------------


def _base(context: Context) -> BasePlan | None:
    base = context.scenario.base
    if base is None:
        return None
    place = context.scenario.places.get(base.at)
    calendar = Working(context.scenario).table(base.calendar) if base.calendar is not None else None
    if place is None or not place.surface or place.body != "moon":
        return BasePlan(base.at, base.robot_shift, base.jobs_at_once, base.work_in_dark, -1, 0.0, calendar)
    light = context.sky.light(place)
    return BasePlan(
        base.at,
        base.robot_shift,
        base.jobs_at_once,
        base.work_in_dark,
        context.tables.light(base.at),
        light.longest_gap_d,
        calendar,
    )


def _elements(context: Context) -> tuple[ElementPlan, ...]:
    parts: dict[str, Element | Station] = {**context.scenario.elements, **context.scenario.stations}
    return tuple(_element(context, name, item) for name, item in parts.items())


def _element(context: Context, name: str, item: Element | Station) -> ElementPlan:
    registry, index = context.registry, context.index
    path: Path = ("stations" if isinstance(item, Station) else "elements", name)
    base = context.scenario.base
    place = item.at or (base.at if base is not None else "")
    where = context.scenario.places.get(place)
    supply = item.supply if isinstance(item, Element) else None
    work = item.assembly if isinstance(item, Element) else None
    research = item.research if isinstance(item, Station) else None
    tests = item.tests if isinstance(item, Element) else None
    failures = item.failures if isinstance(item, Element) else None
    delivered = index.delivered_by.get(name)
    return ElementPlan(
        subject=index.subject_of["element", name],
        delivered=(delivered,) if delivered is not None else (),
        needs=index.needs(item.needs),
        partner=index.partner(item.partner),
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
        test_repair=registry.chance(tests.repair, f"test-repair/{name}", (*path, "tests", "repair")) if tests else None,
        breakdown=registry.chance(failures.every, f"breakdown/{name}", (*path, "failures", "every"))
        if failures
        else None,
        breakdown_repair=registry.chance(failures.repair, f"repair/{name}", (*path, "failures", "repair"))
        if failures
        else None,
        breakdown_spares_kg=failures.spares if failures else 0.0,
        makes=context.living.made(item.makes) if isinstance(item, Element) else (),
        operational=index.milestone(name),
    )


def _goals(context: Context) -> tuple[GoalPlan, ...]:
    return tuple(
        GoalPlan(
            name=name,
            about=goal.about or "",
            subject=context.index.subject_of["goal", name],
            reached=context.index.milestone(name),
            by_d=context.index.calendar.to_days(goal.by) + WHOLE_DAY_D,
            wanted=goal.confidence,
            needs=context.index.needs(goal.needs),
            power_margin=float("nan") if goal.power_margin is None else goal.power_margin,
            title=goal.title or "",
            counts_as=goal.counts_as or "",
        )
        for name, goal in context.scenario.goals.items()
    )


def _places(context: Context) -> tuple[PlaceName, ...]:
    earth = () if "earth" in context.scenario.places else (PlaceName("earth", "earth", surface=True),)
    return (*earth, *(PlaceName(name, item.body, item.surface) for name, item in context.scenario.places.items()))


PARTS: Final[Mapping[str, Callable[[Context], Any]]] = MappingProxyType(
    {
        "partners": work.partners,
        "risks": work.risks,
        "activities": work.activities,
        "schedule": lambda context: context.schedule,
        "timetable": lambda context: context.timetable,
        "pads": fleet.pads,
        "launchers": fleet.launchers,
        "flight_classes": fleet.flight_classes,
        "missions": mission_plans.flights,
        "elements": _elements,
        "tanks": fleet.tanks,
        "base": _base,
        "living": lambda context: context.living.plan(),
        "ground": lambda context: context.ground.plan(context.index),
        "goals": _goals,
        "places": _places,
    }
)
"""Parts of a campaign; none needs another, so their order says nothing."""


# --- the scenario as a whole -----------------------------------------------------------------------------------------


def identify(values: Mapping[str, Any]) -> str:
    """Return the identity of a resolved scenario: a SHA-256 over its values, whatever their order in the file."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _studies(layered: Layered) -> dict[str, Any]:
    """Return what is to be swept, sought or optimised, with the variants that it chooses."""
    values, overlays = layered.values, layered.overlays
    chosen = {name: overlays[name] for _, names in study_variants(values) for name in names if name in overlays}
    studies = {key: value for key, value in values.items() if key not in without_studies(values)}
    return {**studies, **({"variants": chosen} if chosen else {})}


def _count_sources(values: Any) -> tuple[int, int]:
    """Return how many blocks name a source, and how many of them are estimates."""
    figures = guesses = 0
    open_ = [values]
    while open_:
        value = open_.pop()
        if isinstance(value, dict):
            if "source" in value:
                figures += 1
                guesses += "estimate" in (value["source"], value.get("access"))
            open_ += [item for item in value.values() if isinstance(item, (dict, list))]
        else:
            open_ += [item for item in value if isinstance(item, (dict, list))]
    return figures, guesses
