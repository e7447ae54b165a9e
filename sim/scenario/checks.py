"""Sense: what a scenario says must be possible. One function per check, the remedy in its message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sim.problems import Code, Problem
from sim.scenario.check_correlations import (
    check_class_laws,
    check_classes,
    check_correlations,
    check_evidence,
    check_laws_by_lead,
    check_programmes,
)
from sim.scenario.check_dates import (
    check_activity_dates,
    check_bars,
    check_calendar,
    check_done_before_needs,
    check_facts,
    check_memberships,
    check_overdue,
    check_plans,
    check_slip_rows,
    check_times_of_flight,
)
from sim.scenario.check_endless import check_fillings, check_flights_again, check_scrubs, check_trials
from sim.scenario.check_flights import (
    check_cargo,
    check_crews,
    check_lifts,
    check_meetings,
    check_missions,
    check_owners,
    check_pads,
    check_refuelling,
    check_reserves,
    check_routes,
    check_seats_down,
    check_substitutes,
    check_waits,
)
from sim.scenario.check_goals import check_deliveries, check_destinations, check_goals, check_power, check_sites
from sim.scenario.check_magnitudes import check_bell_curves, check_magnitudes, check_proportions
from sim.scenario.check_names import check_numbered_flights, check_operation_names, check_shared_names
from sim.scenario.check_orbits import (
    check_ephemeris,
    check_landing_burns,
    check_landing_planes,
    check_launch_latitudes,
    check_leg_kinds,
    check_transfer_order,
)
from sim.scenario.check_sequences import (
    check_sequence_keys,
    check_sequence_needs,
    check_sequence_stacks,
    check_sequence_times,
)
from sim.scenario.check_supplies import check_goods, check_stores, check_tanks
from sim.scenario.check_timetable import (
    check_codes,
    check_groups,
    check_kept_dates,
    check_leads,
    check_progress,
    check_resources,
    check_working_calendars,
)
from sim.scenario.draft import Draft
from sim.scenario.earliest import check_cycles
from sim.scenario.layered import Layered
from sim.scenario.order import NeedNetwork
from sim.scenario.schema import Scenario

CHECKS: Final[tuple[Callable[[Draft], Iterator[Problem]], ...]] = (
    check_calendar,
    check_plans,
    check_facts,
    check_activity_dates,
    check_memberships,
    check_bars,
    check_times_of_flight,
    check_slip_rows,
    check_class_laws,
    check_classes,
    check_laws_by_lead,
    check_programmes,
    check_evidence,
    check_correlations,
    check_missions,
    check_routes,
    check_meetings,
    check_waits,
    check_substitutes,
    check_reserves,
    check_refuelling,
    check_tanks,
    check_cargo,
    check_crews,
    check_seats_down,
    check_lifts,
    check_pads,
    check_owners,
    check_sites,
    check_destinations,
    check_scrubs,
    check_trials,
    check_flights_again,
    check_fillings,
    check_launch_latitudes,
    check_landing_planes,
    check_leg_kinds,
    check_landing_burns,
    check_transfer_order,
    check_ephemeris,
    check_magnitudes,
    check_proportions,
    check_bell_curves,
    check_sequence_keys,
    check_sequence_needs,
    check_sequence_times,
    check_sequence_stacks,
    check_operation_names,
    check_shared_names,
    check_numbered_flights,
    check_leads,
    check_working_calendars,
    check_progress,
    check_resources,
    check_groups,
    check_codes,
)


def check_sense(scenario: Scenario, layered: Layered) -> list[Problem]:
    """Return everything in a scenario of the right shape and with the right names that cannot be."""
    case, network = Draft(scenario, layered), NeedNetwork(scenario)
    problems = check_blocks(scenario, layered, network)
    if not any(problem.code in (Code.CYCLE, Code.DATE_ORDER, Code.DUPLICATE_KEY) for problem in problems):
        problems += check_goals(case, network)
        problems += check_overdue(case)
        problems += check_done_before_needs(case, network)
        problems += check_kept_dates(case, network)
    problems += check_deliveries(case, network)
    problems += check_goods(case)
    problems += check_stores(case, network)
    problems += check_power(case, network)
    return problems


def check_blocks(scenario: Scenario, layered: Layered, network: NeedNetwork | None = None) -> list[Problem]:
    """Return what is wrong within single blocks and in circles of needs; holds for a part of a scenario too."""
    case = Draft(scenario, layered)
    problems = [problem for check in CHECKS for problem in check(case)]
    return problems + list(check_cycles(network or NeedNetwork(scenario), layered))
