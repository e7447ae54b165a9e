"""What needs what, across the whole scenario: circles, and the earliest day on which anything can be."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from sim.chance import Distribution
from sim.clock import Calendar
from sim.problems import Code, Problem
from sim.scenario.layers import Layered
from sim.scenario.schema import Element, Filling, Mission, Scenario, SlipByLead, Station
from sim.scenario.text import Path, path_text

_MOST_CIRCLES = 10
_MOST_EDGES = 12  # of a circle, in a message


@dataclass(slots=True)
class Event:
    """Something that happens: what it needs (with the place where that is said), and its own limits, in days.

    It happens no earlier than `not_before_d`, and `lasts_d` after the last of its needs; `never` says why it cannot.
    """

    needs: list[tuple[str, Path | None]] = field(default_factory=list)
    not_before_d: float = -math.inf
    lasts_d: float = 0.0
    never: str = ""
    path: Path = ()


class Network:
    """The events of a scenario and their needs."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.calendar = Calendar(scenario.calendar.start, scenario.calendar.end)
        self.events: dict[str, Event] = {}
        self._aliases: dict[str, str] = {}
        self._carriers: dict[str, tuple[str, Path]] = {}
        for name, mission in scenario.missions.items():
            self._add_mission(name, mission)
        self._add_activities()
        self._add_elements()
        for name, goal in scenario.goals.items():
            self._add(name, Event(_listed(goal.needs, ("goals", name, "needs")), path=("goals", name)), "reached")

    def graph(self) -> dict[str, list[tuple[str, Path | None]]]:
        """Give the needs of every event by the events' own names."""
        known = {
            name: [(self._aliases.get(need, need), path) for need, path in e.needs] for name, e in self.events.items()
        }
        return {name: [edge for edge in edges if edge[0] in self.events] for name, edges in known.items()}

    def carrier(self, element: str) -> str | None:
        """Give the mission that delivers an element, or None."""
        found = self._carriers.get(element)
        return found[0] if found else None

    def _add(self, name: str, event: Event, *words: str) -> None:
        self.events[name] = event
        self._aliases.update((f"{name}.{word}", name) for word in words)

    def _day(self, date: datetime.datetime | None) -> float:
        return -math.inf if date is None else self.calendar.to_days(date)

    # --- activities and elements ----------------------------------------------------------------------------------

    def _add_activities(self) -> None:
        for name, item in self.scenario.activities.items():
            path: Path = ("activities", name)
            if item.done is not None:
                self._add(name, Event(not_before_d=self._day(item.done), path=path), "done")
                continue
            start = item.not_before.to_days(self.calendar).support[0] if item.not_before is not None else -math.inf
            early = min(least(item.slip), 0.0)
            lasts = max(least(item.duration) + early, 0.0)
            finish = self._day(item.finish) + (least(item.slip) if item.slip is not None else 0.0)
            needs = _listed(item.needs, (*path, "needs"))
            self._add(name, Event(needs, max(start + lasts, finish), lasts, path=path), "done")

    def _add_elements(self) -> None:
        parts: dict[str, Element | Station] = {**self.scenario.elements, **self.scenario.stations}
        for name, item in parts.items():
            path: Path = ("stations" if isinstance(item, Station) else "elements", name)
            event = Event(_listed(item.needs, (*path, "needs")), lasts_d=least(item.commissioning), path=path)
            carrier = self._carriers.get(name)
            tank = item.tank if isinstance(item, Station) else None
            if tank is not None and tank.filled_by is not None:
                self._add_filling(name, tank.filled_by)
            if carrier:
                event.needs.append(carrier)
                self._aliases.update((f"{name}.{word}", carrier[0]) for word in ("landed", "delivered"))
            elif tank is None:  # a tank without a carrier stands where it is
                event.never = f"no mission delivers {name}"
            self._add(name, event, "operational")

    def _add_filling(self, name: str, filling: Filling) -> None:
        path: Path = ("stations", name, "tank", "filled_by")
        event = Event(_listed(filling.needs, (*path, "needs")), path=path)
        for index, step in enumerate(filling.operations):
            event.needs += _listed(step.needs, (*path, "operations", index, "needs"))
        self._add(f"{name}.filled", event)

    # --- missions -------------------------------------------------------------------------------------------------

    def _add_mission(self, name: str, mission: Mission) -> None:
        path: Path = ("missions", name)
        self._add(f"{name}.launched", self._start(mission, path))
        arrived = Event([(f"{name}.launched", None)], path=path)
        for key in mission.launches if mission.flown is None else ():
            self._add(f"{name}.{key}.launched", self._launched(name, mission, key))
            self._add(f"{name}.{key}.arrived", Event([(f"{name}.{key}.launched", None)], path=path))
            arrived.needs.append((f"{name}.{key}.arrived", None))
        for index, step in enumerate(mission.operations):
            needs = _listed(step.needs, (*path, "operations", index, "needs"))
            self._add(f"{name}.{step.name}", Event([(f"{name}.launched", None), *needs], path=path))
            arrived.needs.append((f"{name}.{step.name}", None))
        if mission.flown is not None and mission.flown.outcome == "lost":
            arrived.never = f"{name} was lost"
        self._add(name, arrived, "landed", "arrived")
        if mission.back:
            self._add(f"{name}.returned", Event([(name, None)], path=path))
            self._aliases[f"{name}.home"] = f"{name}.returned"
        if mission.crew is not None and mission.crew.stay > 0.0:
            self._add(f"{name}.stayed", Event([(name, None)], path=path))
        if mission.every is not None:
            self._add_repeats(name, mission)
        if isinstance(mission.cargo, list) and not mission.reserve:
            for index, item in enumerate(mission.cargo):
                self._carriers.setdefault(item, (name, (*path, "cargo", index)))

    def _start(self, mission: Mission, path: Path) -> Event:
        if mission.flown is not None:
            return Event(not_before_d=self._day(mission.flown.launched), path=path)
        needs = _listed(mission.needs, (*path, "needs"))
        needs += [(mission.from_, (*path, "from"))] if mission.from_ else []
        slip = min(least(mission.slip), 0.0) if mission.slip is not None else 0.0
        known = max(self._day(mission.not_before) + slip, self._day(self.scenario.calendar.as_of))
        return Event(needs, known, path=path)

    def _launched(self, name: str, mission: Mission, key: str) -> Event:
        launch, path = mission.launches[key], ("missions", name, "launches", key)
        event = Event([(f"{name}.launched", None)], path=path)
        if launch.after is not None:
            local = f"{name}.{launch.after}"
            event.needs.append((local if launch.after.partition(".")[0] in mission.launches else launch.after,
                                (*path, "after")))  # fmt: skip
        launcher = self.scenario.launchers.get(launch.launcher)
        if launcher:
            event.needs += _listed(launcher.needs, ("launchers", launch.launcher, "needs"))
            event.not_before_d = max(self._day(launcher.production.from_), self._first_pad(launcher.pads))
        for craft in launch.carries:
            spec = self.scenario.spacecraft.get(craft)
            event.needs += _listed(spec.needs, ("spacecraft", craft, "needs")) if spec else []
        return event

    def _first_pad(self, pads: list[str]) -> float:
        days = []
        for name in pads:
            site, _, pad = name.partition(".")
            found = self.scenario.launch_sites[site].pads.get(pad) if site in self.scenario.launch_sites else None
            days.append(self._day(found.available) if found else -math.inf)
        return min(days, default=-math.inf)

    def _add_repeats(self, name: str, mission: Mission) -> None:
        """Let the numbered flights of a repeating mission stand for the first one: none is earlier."""
        for number in range(1, (mission.repeats or 60) + 1):
            for word in ("", ".landed", ".arrived", ".launched"):
                target = f"{name}.launched" if word == ".launched" else name
                self._aliases[f"{name}-{number}{word}"] = target


def _listed(needs: list[str], path: Path) -> list[tuple[str, Path | None]]:
    return [(need, (*path, index)) for index, need in enumerate(needs)]


def least(law: Distribution | SlipByLead | None) -> float:
    """Give the least value a law can take; 0 where that is not bounded or not known."""
    if law is None or isinstance(law, SlipByLead):
        return 0.0
    least = law.support[0]
    return least if math.isfinite(least) else 0.0


def check_cycles(network: Network, layered: Layered) -> Iterator[Problem]:
    """Refuse needs that go round in a circle, each edge with its place."""
    graph = network.graph()
    for _ in range(_MOST_CIRCLES):
        try:
            list(TopologicalSorter({name: [need for need, _ in edges] for name, edges in graph.items()}).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            edges = [edge for edge in _edges(circle, graph) if edge[2] is not None]
            yield _circle_problem(edges, layered)
            first, second, _ = next(iter(edges), (circle[0], circle[1], None))
            graph[first] = [edge for edge in graph[first] if edge[0] != second]
        else:
            return


def _edges(
    circle: list[str], graph: Mapping[str, list[tuple[str, Path | None]]]
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


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest day of an event, and the event that sets it: itself, or the last of its needs."""

    day: float
    because: str


def earliest_days(network: Network) -> dict[str, Earliest]:
    """Give the earliest day on which each event can be, if nothing slips or fails; infinite where it never can.

    The network has no circle.
    """
    graph = network.graph()
    order = TopologicalSorter({name: [need for need, _ in edges] for name, edges in graph.items()}).static_order()
    found: dict[str, Earliest] = {}
    for name in order:
        event = network.events[name]
        if event.never:
            found[name] = Earliest(math.inf, name)
            continue
        latest, binding = -math.inf, name
        for need, _ in graph[name]:
            if found[need].day > latest:
                latest, binding = found[need].day, need
        day = max(latest + event.lasts_d, event.not_before_d)
        found[name] = Earliest(day, binding if latest + event.lasts_d >= event.not_before_d else name)
    return found


def root_of(name: str, earliest: Mapping[str, Earliest]) -> str:
    """Give the event at the end of the chain that sets an event's earliest day."""
    while earliest[name].because != name:
        name = earliest[name].because
    return name
