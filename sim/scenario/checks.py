"""Sense: what a scenario says must be possible. One function per check, the remedy in its message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.problems import Code, Problem
from sim.scenario import (
    check_correlations,
    check_dates,
    check_endless,
    check_flights,
    check_goals,
    check_magnitudes,
    check_names,
    check_orbits,
    check_sequences,
    check_supplies,
    check_timetable,
)
from sim.scenario.draft import Draft
from sim.scenario.earliest import check_cycles
from sim.scenario.layered import Layered
from sim.scenario.order import NeedNetwork
from sim.scenario.schema import Scenario

CHECKS: Final[tuple[Callable[[Draft], Iterator[Problem]], ...]] = (
    *check_dates.CHECKS,
    *check_correlations.CHECKS,
    *check_flights.CHECKS,
    *check_supplies.CHECKS,
    *check_goals.CHECKS,
    *check_endless.CHECKS,
    *check_orbits.CHECKS,
    *check_magnitudes.CHECKS,
    *check_sequences.CHECKS,
    *check_names.CHECKS,
    *check_timetable.CHECKS,
)


def check_sense(scenario: Scenario, layered: Layered) -> list[Problem]:
    """Return everything in a scenario of the right shape and with the right names that cannot be."""
    case, network = Draft(scenario, layered), NeedNetwork(scenario)
    problems = check_blocks(scenario, layered, network)
    if not any(problem.code in (Code.CYCLE, Code.DATE_ORDER, Code.DUPLICATE_KEY) for problem in problems):
        problems += check_goals.check_goals(case, network)
        problems += check_dates.check_overdue(case)
        problems += check_dates.check_done_before_needs(case, network)
        problems += check_timetable.check_kept_dates(case, network)
    problems += check_goals.check_deliveries(case, network)
    problems += check_supplies.check_goods(case)
    problems += check_supplies.check_stores(case, network)
    problems += check_goals.check_power(case, network)
    return problems


def check_blocks(scenario: Scenario, layered: Layered, network: NeedNetwork | None = None) -> list[Problem]:
    """Return what is wrong within single blocks and in circles of needs; holds for a part of a scenario too."""
    case = Draft(scenario, layered)
    problems = [problem for check in CHECKS for problem in check(case)]
    return problems + list(check_cycles(network or NeedNetwork(scenario), layered))
