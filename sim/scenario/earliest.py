"""The earliest day of anything: circles refused, days by needs, and bounds by vehicles, pads and money together."""

from __future__ import annotations

import datetime
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from sim.problems import Code, Problem
from sim.scenario.layered import Layered
from sim.scenario.order import Earliest, NeedNetwork
from sim.scenario.schema import Scenario
from sim.scenario.text import Path, path_text
from sim.scenario.working import least

_MOST_CIRCLES = 10
_MOST_EDGES = 12  # of a circle, in a message


def check_cycles(network: NeedNetwork, layered: Layered) -> Iterator[Problem]:
    """Refuse needs that go round in a circle, each edge with its place."""
    if not network.has_circle:
        return
    graph = dict(network.graph)
    for _ in range(_MOST_CIRCLES):
        try:
            list(TopologicalSorter({name: [need for need, _ in edges] for name, edges in graph.items()}).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            edges = [edge for edge in _edges(circle, graph) if edge[2] is not None]
            if edges:  # without a place it is two steps of one name, which is complained of as that
                yield _circle_problem(edges, layered)
            first, second, _ = next(iter(edges), (circle[0], circle[1], None))
            graph[first] = [edge for edge in graph[first] if edge[0] != second]
        else:
            return


def _edges(
    circle: list[str], graph: Mapping[str, Sequence[tuple[str, Path | None]]]
) -> Iterator[tuple[str, str, Path | None]]:
    for name, need in pairwise(circle):
        yield name, need, next((path for found, path in graph[name] if found == need), None)


def _circle_problem(edges: list[tuple[str, str, Path | None]], layered: Layered) -> Problem:
    said = []
    for name, need, path in edges[:_MOST_EDGES]:
        mark = layered.mark(path or ())
        said.append(f"{name} needs {need} ({mark.text() if mark else '?'})")
    if len(edges) > _MOST_EDGES:
        said.append(f"... ({len(edges)} in all)")
    path = edges[0][2] or () if edges else ()
    message = "needs go round in a circle: " + ", ".join(said)
    return Problem(layered.mark(path), path_text(path), Code.CYCLE, "error", message, "take one of these needs away")


def chain_of(name: str, earliest: Mapping[str, Earliest]) -> list[str]:
    """Return the events that set an event's earliest day, the first of them first, the event itself left out."""
    chain: list[str] = []
    while earliest[name].because != name:
        name = earliest[name].because
        chain.insert(0, name)
    return chain


def root_of(name: str, earliest: Mapping[str, Earliest]) -> str:
    """Return the event at the end of the chain that sets an event's earliest day."""
    while earliest[name].because != name:
        name = earliest[name].because
    return name


@dataclass(frozen=True, slots=True)
class Bound:
    """A day before which something cannot be, and the words for it."""

    day: float
    cause: str
    """What sets the day."""
    why: str
    """What is missing until then."""
    remedy: str


def supply_bounds(scenario: Scenario, network: NeedNetwork, goal: str) -> Iterator[Bound]:
    """Return the days before which the launchers and the money that a goal needs cannot all have been there."""
    needed = network.needed(goal)
    yield from _fleet_bounds(scenario, network, needed)
    yield from _money_bounds(scenario, network, needed)


def _fleet_bounds(scenario: Scenario, network: NeedNetwork, needed: set[str]) -> Iterator[Bound]:
    """Every launch takes a vehicle off the line and a pad, one after the other."""
    launches = Counter(
        launch.launcher
        for name, mission in scenario.missions.items()
        for key, launch in mission.launches.items()
        if mission.flown is None and f"{name}.{key}.launched" in needed
    )
    for name, count in launches.items():
        launcher = scenario.launchers[name]
        line, ready_d = launcher.production, least(launcher.integration)
        start_d = max(network.calendar.to_days(line.from_), 0.0) if line.from_ is not None else 0.0
        made_d = start_d + max(count - line.ready, 0) * least(line.every) + ready_d
        slowest = f"the production of {name}, of which {count} must fly,"
        yield Bound(made_d, slowest, f"{count} of {name} are not made", "make them faster, or fly fewer")
        pads = [pad.split(".", 1) for pad in launcher.pads]
        between_d = min(least(scenario.launch_sites[site].pads[pad].turnaround) for site, pad in pads)
        rounds = math.ceil(count / len(pads)) - 1
        turned_d = rounds * (between_d + ready_d) + ready_d
        slowest = f"the turnaround of the pads of {name}, which must fly {count} times,"
        yield Bound(turned_d, slowest, f"{name} has not launched {count} times", "add a pad, or fly fewer")


def _money_bounds(scenario: Scenario, network: NeedNetwork, needed: set[str]) -> Iterator[Bound]:
    """All work of a partner is paid from one yearly budget, of which what is not spent carries over."""
    costs: dict[str, float] = defaultdict(float)
    for name, activity in scenario.activities.items():
        if name in needed and activity.done is None and activity.partner is not None:
            costs[activity.partner] += activity.cost
    for name, mission in scenario.missions.items():
        if f"{name}.launched" in needed and mission.flown is None and mission.partner is not None:
            costs[mission.partner] += mission.cost
    for name, cost in costs.items():
        budget = scenario.partners[name].budget
        if budget is None or cost <= 0.0:
            continue
        day = _paid_d(network, cost - budget.at_start, budget.per_year)
        cause = f"the budget of {name}, {budget.per_year:g} a year and {budget.at_start:g} at the start for {cost:g},"
        yield Bound(day, cause, f"the budget of {name} does not pay {cost:g}", "spend less, or raise the budget")


def _paid_d(network: NeedNetwork, missing: float, per_year: float) -> float:
    """Return the day on which yearly grants add up to what is missing: the first day, then every first of January."""
    if missing <= 1e-9:
        return 0.0
    years = math.ceil(missing / per_year - 1e-12) if per_year > 0.0 else math.inf
    first = network.calendar.start.year
    if years == 1:
        return 0.0
    if first + years - 1 > network.calendar.end.year:
        return math.inf
    return network.calendar.to_days(datetime.datetime(int(first + years - 1), 1, 1))
