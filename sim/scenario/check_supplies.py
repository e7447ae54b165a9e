"""Sense of supplies: goods for those who live at the base, and tankers that can fill a tank."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.order import NeedNetwork
from sim.scenario.schema import Scenario
from sim.scenario.schema.sites import StationTank
from sim.scenario.text import Path
from sim.scenario.working import least
from sim.units import format_quantity

CONSUMABLES: Final = "consumables"  # all goods that people use, mixed as they use them


def check_goods(case: Draft) -> Iterator[Problem]:
    """A good that a crew at the base uses is in store there, made there, or brought (warning): crews wait for it."""
    living, crews = case.scenario.living, _crews_at_base(case.scenario)
    if living is None or not crews:
        return
    there = _goods_at_base(case.scenario)
    for name, mass in living.per_crew_day.items():
        if mass * (1.0 - living.recycling.get(name, 0.0)) > 0.0 and not there & {name, CONSUMABLES}:
            message = f"no mission brings {name[:80]}, so {crews[0]} will wait for it for ever"
            hint = "put it (or consumables) into the cargo of a mission to the base, or into living.stock"
            yield case.problem(("living", "per_crew_day", name), Code.UNDELIVERED, message, hint, "warning", key=True)


def check_stores(case: Draft, network: NeedNetwork) -> Iterator[Problem]:
    """What a crew at the base uses, its reserve included, is in store or can be there when it comes (warning)."""
    living, base = case.scenario.living, case.scenario.base
    if living is None or base is None:
        return
    net = {good: kg * (1.0 - living.recycling.get(good, 0.0)) for good, kg in living.per_crew_day.items()}
    made = {good for element in case.scenario.elements.values() for good in element.makes}
    known = _goods_at_base(case.scenario)  # a good that nobody brings is told of by itself
    for name in _crews_at_base(case.scenario):
        crew = case.scenario.missions[name].crew
        assert crew is not None
        brought = _brought_kg(case.scenario, network, name, net)
        for good, kg in net.items():
            wanted_kg = crew.down * (crew.stay + living.reserve) * kg
            there_kg = brought.get(good, 0.0)
            if good not in made and known & {good, CONSUMABLES} and there_kg < wanted_kg * (1.0 - 1e-9):
                message = f"{crew.down} people for {format_quantity(crew.stay, 'duration')} and the reserve of"
                message += f" {format_quantity(living.reserve, 'duration')} need {wanted_kg:,.0f} kg of {good[:80]};"
                message += f" what is in store and what all flights before it and itself bring is {there_kg:,.0f} kg,"
                message += " so it will wait for ever"
                hint = f"bring {math.ceil(wanted_kg - there_kg):,} kg more before it or with it, or stay for less time"
                yield case.problem(("missions", name, "crew"), Code.UNDELIVERED, message, hint, "warning", key=True)


def _brought_kg(scenario: Scenario, network: NeedNetwork, crew: str, net: Mapping[str, float]) -> dict[str, float]:
    """Return the most of each good that can be at the base when a crew comes: no flight that waits for it counts."""
    found: dict[str, float] = defaultdict(float)
    cargoes = [(scenario.living.stock, 1.0)] if scenario.living is not None else []
    for name, mission in scenario.missions.items():
        at_base = scenario.base is not None and mission.route[-1:] == [scenario.base.at]
        lost = mission.flown is not None and mission.flown.outcome == "lost"
        waits = name != crew and not network.needed(name).isdisjoint({crew, f"{crew}.launched"})
        if isinstance(mission.cargo, dict) and at_base and not (lost or waits):
            turns = 1 if name == crew or mission.every is None else mission.repeats or math.inf
            cargoes.append((mission.cargo, turns))
    share = sum(net.values())
    for cargo, turns in cargoes:
        for good, kg in cargo.items():
            if good == CONSUMABLES:
                for used, use_kg in net.items():
                    found[used] += kg * turns * use_kg / share if share > 0.0 else 0.0
            else:
                found[good] += kg * turns
    return found


def _crews_at_base(scenario: Scenario) -> list[str]:
    base = scenario.base.at if scenario.base is not None else None
    return [
        name
        for name, mission in scenario.missions.items()
        if mission.flown is None and mission.crew is not None and mission.crew.down and mission.crew.stay > 0.0
        if mission.route and mission.route[-1] == base
    ]


def _goods_at_base(scenario: Scenario) -> set[str]:
    """Return every good that is in store, made, or in the cargo of some mission."""
    stock = scenario.living.stock if scenario.living is not None else {}
    goods = {name for name, mass in stock.items() if mass > 0.0}
    for mission in scenario.missions.values():
        if isinstance(mission.cargo, dict):
            goods.update(name for name, mass in mission.cargo.items() if mass > 0.0)
    for element in scenario.elements.values():
        goods.update(element.makes)
    return goods


def check_tanks(case: Draft) -> Iterator[Problem]:
    """Tankers bring propellant faster than it boils off, so that the tank can be full."""
    for name, station in case.scenario.stations.items():
        tank = station.tank
        if tank is None or tank.filled_by is None:
            continue
        most = _most_kg(tank)
        if most < tank.capacity:
            path: Path = ("stations", name, "tank", "filled_by", "delivers")
            message = f"the tank of {format_quantity(tank.capacity, 'mass')} can never be full: it boils off, and with"
            message += f" {format_quantity(tank.filled_by.delivers, 'mass')} at a time it holds"
            message += f" {format_quantity(float(f'{most:.3g}'), 'mass')} at the most"
            hint = "bring more at a time, make the tankers quicker, or the tank smaller or colder"
            yield case.problem(path, Code.GOAL_UNREACHABLE, message, hint)


def _most_kg(tank: StationTank) -> float:
    """Return what is in a tank after very many deliveries, none lost and none late."""
    assert tank.filled_by is not None
    between_d = sum(least(step.duration) for step in tank.filled_by.operations)
    kept = (1.0 - tank.boil_off) ** between_d
    return tank.filled_by.delivers / (1.0 - kept) if kept < 1.0 else float("inf")


CHECKS = (check_tanks,)
