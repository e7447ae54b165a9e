"""What needs what, across the whole scenario: circles, and the earliest day on which anything can be."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from sim.clock import Calendar
from sim.scenario.events import (
    MOST_REPEATS,
    delivery_names,
    end_names,
    events_of,
    filled_name,
    flight_names,
    needed_starts,
    start_name,
)
from sim.scenario.relations import Lagged, event_of
from sim.scenario.schema import Activity, Element, Filling, Mission, Scenario, Station
from sim.scenario.text import Path
from sim.scenario.values import WorkTime
from sim.scenario.working import ELAPSED, Clock, Working, end_of_day, group_members, least, likely, voyage_d
from sim.worktime import DAY_MIN, add_time


@dataclass(slots=True)
class NeededEvent:
    """Something that happens: what it needs (with the place where that is said), and its own limits, in days.

    It happens no earlier than `not_before_d`, and `lasts_d` after the last of its needs, or as long after single ones
    as `lags_d` says; `never` says why it cannot.
    """

    needs: list[tuple[str, Path | None]] = field(default_factory=list)
    not_before_d: float = -math.inf
    lasts_d: float = 0.0
    lags_d: dict[str, float] = field(default_factory=dict)
    clock: Clock = ELAPSED
    """How `lasts_d`, in days of this clock, runs."""
    clocks: dict[str, Clock] = field(default_factory=dict)
    """How lags run that are working time."""
    never: str = ""
    path: Path = ()
    ends: list[tuple[str, Path | None]] = field(default_factory=list)
    """What it needs as well, but does not take `lasts_d` after."""
    any_of: bool = False
    """Whether the first of its needs is enough."""

    def after(self, day: float) -> float:
        """Return the day on which it happens when it begins on a day."""
        return add_time(self.clock.calendar, day, self.lasts_d * DAY_MIN) if math.isfinite(day) else day

    def lagged(self, need: str, day: float) -> float:
        """Return the day from which it can be when a need happens on a day."""
        clock, days = self.clocks.get(need, ELAPSED), self.lags_d.get(need, 0.0)
        return add_time(clock.calendar, day, days * DAY_MIN) if math.isfinite(day) else day


class NeedNetwork:
    """The events of a scenario and their needs, with the least time that each takes.

    It says before which day nothing can be, missions, elements and goals included, each with the place in the file that
    says so: what a check must know before anything is compiled. On which day work is *planned* is another question,
    and :class:`sim.campaign.placing.Placing` alone answers it, from compiled figures; both count time by
    :func:`sim.worktime.add_time`.

    `planned` takes the likeliest times instead, and forgets that what has not happened by the day of knowledge cannot
    happen before it: so it tells what should have happened by then.
    """

    def __init__(self, scenario: Scenario, *, planned: bool = False) -> None:
        self.scenario = scenario
        self._time = likely if planned else least
        self._known = None if planned else scenario.calendar.as_of
        self.calendar = Calendar(scenario.calendar.start, scenario.calendar.end)
        self.events: dict[str, NeededEvent] = {}
        self._aliases: dict[str, str] = {}
        self._carriers: dict[str, tuple[str, Path]] = {}
        self._working = Working(scenario)
        starts, members = needed_starts(scenario), group_members(scenario)
        self._starts_needed = starts | {member for name in starts for member in members.get(name, ())}
        self._reported = any(one.started is not None for one in scenario.activities.values())
        for name, mission in scenario.missions.items():
            self._add_mission(name, mission)
        self._add_activities()
        self._add_elements()
        self._add_groups()
        for name, goal in scenario.goals.items():
            path: Path = ("goals", name)
            self._add(end_names("goals", name), self._event(goal.needs, (*path, "needs"), path))

    @cached_property
    def graph(self) -> Mapping[str, Sequence[tuple[str, Path | None]]]:
        """The needs of every event by the events' own names."""
        known = {
            name: [(self._aliases.get(need, need), path) for need, path in (*e.needs, *e.ends)]
            for name, e in self.events.items()
        }
        return {name: [edge for edge in edges if edge[0] in self.events] for name, edges in known.items()}

    @cached_property
    def earliest_days(self) -> Mapping[str, Earliest]:
        """The earliest day on which each event can be, if nothing slips or fails; infinite where it never can.

        Nothing is before the calendar's start, day 0. The network has no circle.
        """
        return _earliest_days(self)

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """The names of all events, each after what it needs; raises CycleError."""
        graph = {name: [need for need, _ in edges] for name, edges in self.graph.items()}
        return tuple(TopologicalSorter(graph).static_order())

    @property
    def has_circle(self) -> bool:
        """Whether needs go round in a circle."""
        try:
            return len(self.in_order) < len(self.events)
        except CycleError:
            return True

    def known_needs(self, needs: Sequence[tuple[str, Path | None]]) -> list[tuple[str, str]]:
        """Return the needs that are events here, each with the event's own name."""
        aliases, events, found = self._aliases, self.events, []
        for need, _ in needs:
            own = aliases.get(need, need)
            if own in events:
                found.append((need, own))
        return found

    def own_name(self, need: str) -> str:
        """Return an event's own name for any of its names: `design` for `design.done`."""
        return self._aliases.get(need, need)

    def needed(self, name: str) -> set[str]:
        """Return the names of everything an event needs, itself included."""
        graph, seen, open_ = self.graph, set[str](), [name]
        while open_:
            current = open_.pop()
            if current not in seen:
                seen.add(current)
                open_ += [need for need, _ in graph[current]]
        return seen

    def carrier(self, element: str) -> str | None:
        """Return the mission that delivers an element, or None."""
        found = self._carriers.get(element)
        return found[0] if found else None

    def _add(self, names: Sequence[str], event: NeededEvent) -> None:
        """Add an event by its own name, which comes first, and its other names."""
        self.events[names[0]] = event
        self._aliases.update((other, names[0]) for other in names[1:])

    def _day(self, date: datetime.datetime | None) -> float:
        return -math.inf if date is None else self.calendar.to_days(date)

    # --- activities and elements ----------------------------------------------------------------------------------

    def _add_activities(self) -> None:
        for name, item in self.scenario.activities.items():
            path: Path = ("activities", name)
            if item.done is not None:
                self._add(end_names("activities", name), NeededEvent(not_before_d=self._day(item.done), path=path))
                if name in self._starts_needed:
                    self._add(
                        (start_name(name),), NeededEvent(not_before_d=self._day(item.started or item.done), path=path)
                    )
                continue
            event = self._event(item.needs, (*path, "needs"), path, item)
            event.lasts_d, event.clock = self._lasts(item), self._working.clock_of(item)
            start = self._time(item.not_before.to_days(self.calendar)) if item.not_before is not None else -math.inf
            if self._reported:
                start = max(start, self._day(self.scenario.calendar.as_of))
            finish = self._day(item.finish) + (self._time(item.slip) if item.slip is not None else 0.0)
            finish = max(finish, self._day(end_of_day(item.not_done_before)))
            event.not_before_d = max(event.after(start), finish, self._day(self._known))
            if name in self._starts_needed:
                self._part(name, item, event, start)
            ends = self._event(item.ends_after, (*path, "ends_after"), path, item)
            event.ends = ends.needs
            event.lags_d, event.clocks = ends.lags_d | event.lags_d, ends.clocks | event.clocks
            self._add(end_names("activities", name), event)

    def _part(self, name: str, item: Activity, end: NeededEvent, start_d: float) -> None:
        """Take the start of an activity out of its end, as an event of its own."""
        if item.started is not None:
            self._add((start_name(name),), NeededEvent(not_before_d=self._day(item.started), path=end.path))
            return
        start = NeededEvent(end.needs, start_d, lags_d=end.lags_d, clocks=end.clocks, path=end.path)
        for need, place in _listed(item.ends_after, (*end.path, "ends_after")):
            start.ends.append((need, place))
            start.lags_d.setdefault(need, -math.inf)  # it starts so late that it ends after them
        self._add((start_name(name),), start)
        end.needs, end.lags_d, end.clocks = [(start_name(name), None)], {}, {}

    def _lasts(self, item: Activity) -> float:
        """Return how long an activity lasts at the least, in days of its clock."""
        law = item.remaining or item.duration
        clock = self._working.clock_of(item)
        days = self._time(law.law) * clock.unit_min / DAY_MIN if isinstance(law, WorkTime) else self._time(law)
        days *= 1.0 - (item.progress or 0.0)
        return max(days + min(self._time(item.slip), 0.0), 0.0)

    def _event(self, needs: list[str], where: Path, path: Path, waiting: Activity | None = None) -> NeededEvent:
        """Return an event that needs others, with time between."""
        event = NeededEvent(_listed(needs, where), path=path)
        for need in needs:
            if isinstance(need, Lagged):
                clock = self._working.lag_clock(need, waiting)
                law = need.lag.law if isinstance(need.lag, WorkTime) else need.lag
                days = self._time(law) * clock.unit_min / DAY_MIN
                event.lags_d[need.event] = max(days, event.lags_d.get(need.event, -math.inf))
                event.clocks[need.event] = clock
        return event

    def _add_groups(self) -> None:
        for name, members in group_members(self.scenario).items():
            path: Path = ("groups", name)
            done: list[tuple[str, Path | None]] = [(member, ("activities", member, "group")) for member in members]
            self._add(end_names("groups", name), NeededEvent(done, path=path))
            if name in self._starts_needed:
                first = NeededEvent([(start_name(member), place) for member, place in done], path=path, any_of=True)
                self._add((start_name(name),), first)

    def _add_elements(self) -> None:
        parts: dict[str, Element | Station] = {**self.scenario.elements, **self.scenario.stations}
        for name, item in parts.items():
            path: Path = ("stations" if isinstance(item, Station) else "elements", name)
            event = self._event(item.needs, (*path, "needs"), path)
            event.lasts_d = self._time(item.commissioning)
            carrier = self._carriers.get(name)
            tank = item.tank if isinstance(item, Station) else None
            if tank is not None and tank.filled_by is not None:
                self._add_filling(name, tank.filled_by)
            if carrier:
                event.needs.append(carrier)
                self._aliases.update(dict.fromkeys(delivery_names(name), carrier[0]))
            elif tank is None:  # a tank without a carrier stands where it is
                event.never = f"no mission delivers {name}"
            self._add(end_names("elements", name), event)

    def _add_filling(self, name: str, filling: Filling) -> None:
        path: Path = ("stations", name, "tank", "filled_by")
        event = NeededEvent(_listed(filling.needs, (*path, "needs")), path=path)
        for index, step in enumerate(filling.operations):
            event.needs += _listed(step.needs, (*path, "operations", index, "needs"))
        self._add((filled_name(name),), event)

    # --- missions -------------------------------------------------------------------------------------------------

    def _add_mission(self, name: str, mission: Mission) -> None:
        path, named = ("missions", name), events_of(name, mission)
        self._add(named["launched"], self._start(mission, path))
        arrived = NeededEvent([(f"{name}.launched", None)], path=path)
        if mission.flown is None:
            self._fly(name, mission, arrived)
        else:
            arrived.not_before_d = self._day(mission.flown.arrived or mission.flown.launched)
            if mission.flown.outcome == "lost":
                arrived.never = f"{name} was lost"
        self._add(named["arrived"], arrived)
        stay_d = mission.crew.stay if mission.crew is not None else 0.0
        if mission.back:
            home_d = self._way_d([*mission.route[-1:], *mission.back])
            early = self.scenario.living is not None  # people come home early when goods run short
            lasts_d = home_d + (0.0 if early else stay_d)
            self._add(named["returned"], NeededEvent([(name, None)], lasts_d=lasts_d, path=path))
        if "stayed" in named:
            self._add(named["stayed"], NeededEvent([(name, None)], lasts_d=stay_d, path=path))
        if mission.every is not None:
            self._add_repeats(name, mission)
        if isinstance(mission.cargo, list) and not mission.reserve:
            for index, item in enumerate(mission.cargo):
                self._carriers.setdefault(item, (name, (*path, "cargo", index)))

    def _fly(self, name: str, mission: Mission, arrived: NeededEvent) -> None:
        """Add the launches and steps of a mission, each as long after the one before as it takes at the least."""
        path, named = ("missions", name), events_of(name, mission)
        gather = self._gather(mission)
        alone_d, together_d = self._way_d(mission.route[: gather + 1]), self._way_d(mission.route[gather:])
        for key in mission.launches:
            left, came = named[f"{key}.launched"], named[f"{key}.arrived"]
            self._add(left, self._launched(name, mission, key))
            self._add(came, NeededEvent([(left[0], None)], lasts_d=alone_d, path=path))
            arrived.needs.append((came[0], None))
        before = f"{name}.launched"
        for index, step in enumerate(mission.operations):
            needs = _listed(step.needs, (*path, "operations", index, "needs"))
            took_d = self._time(step.duration)
            step_names = named[f"op.{step.name}"]
            self._add(step_names, NeededEvent([(before, None), *needs], lasts_d=took_d, path=path))
            before = step_names[0]
            arrived.needs.append((before, None))
        meeting = self._time(mission.rendezvous.duration) if mission.rendezvous is not None else 0.0
        taking = self._time(mission.refuel.duration) if mission.refuel is not None else 0.0
        burns_d = max((step.after for step in mission.sequence), default=0.0)
        arrived.lasts_d = together_d + meeting + taking + burns_d if not mission.operations else 0.0

    def _gather(self, mission: Mission) -> int:
        """Return how many legs each launch flies before the mission goes on."""
        at = mission.rendezvous.at if mission.rendezvous is not None else None
        if at is None and mission.refuel is not None and mission.refuel.at in self.scenario.stations:
            at = self.scenario.stations[mission.refuel.at].at
        return mission.route.index(at) if at in mission.route else min(1, max(len(mission.route) - 1, 0))

    def _way_d(self, places: Sequence[str]) -> float:
        """Return the days that the legs between some places take at the least."""
        legs = {(leg.from_, leg.to): leg for leg in reversed(self.scenario.legs.values())}
        return sum(voyage_d(legs[way]) for way in pairwise(places) if way in legs)

    def _start(self, mission: Mission, path: Path) -> NeededEvent:
        if mission.flown is not None:
            return NeededEvent(not_before_d=self._day(mission.flown.launched), path=path)
        needs = _listed(mission.needs, (*path, "needs"))
        needs += [(mission.from_, (*path, "from"))] if mission.from_ else []
        slip = min(self._time(mission.slip), 0.0) if mission.slip is not None else 0.0
        known = max(self._day(mission.not_before) + slip, self._day(self._known))
        ready_d = self._ready_d(mission)
        # what waits for another flight may be prepared before that flight; what waits for work may not
        lags_d = {need: ready_d for need, _ in needs if need.partition(".")[0] not in self.scenario.missions}
        said = self._event(mission.needs, path, path)
        return NeededEvent(needs, max(known, ready_d), lags_d=lags_d | said.lags_d, clocks=said.clocks, path=path)

    def _ready_d(self, mission: Mission) -> float:
        """Return the days from the start of a launch campaign to its first launch at the least."""
        used = [self.scenario.launchers.get(launch.launcher) for launch in mission.launches.values()]
        return min((self._time(launcher.integration) for launcher in used if launcher is not None), default=0.0)

    def _launched(self, name: str, mission: Mission, key: str) -> NeededEvent:
        launch, path = mission.launches[key], ("missions", name, "launches", key)
        event = NeededEvent([(f"{name}.launched", None)], path=path)
        ready_d = 0.0
        launcher = self.scenario.launchers.get(launch.launcher)
        if launcher:
            ready_d = self._time(launcher.integration)
            event.needs += _listed(launcher.needs, ("launchers", launch.launcher, "needs"))
            line, first_d = (
                launcher.production,
                0.0 if launcher.production.ready else self._time(launcher.production.every),
            )
            made_d = max(self._day(line.from_), 0.0) + first_d
            event.not_before_d = max(made_d, self._first_pad(launcher.pads)) + ready_d
        for craft in launch.carries:
            spec = self.scenario.spacecraft.get(craft)
            event.needs += _listed(spec.needs, ("spacecraft", craft, "needs")) if spec else []
        crafts = [self.scenario.spacecraft[craft] for craft in launch.carries if craft in self.scenario.spacecraft]
        lists = [craft.needs for craft in crafts] + ([launcher.needs] if launcher else [])
        said = self._event([need for needs in lists for need in needs], (), ())
        event.lags_d = {need: ready_d for need, _ in event.needs[1:]} | said.lags_d
        event.clocks = said.clocks
        if launch.after is not None:
            local = f"{name}.{launch.after}"
            need = local if launch.after.partition(".")[0] in mission.launches else launch.after
            event.needs.append((need, (*path, "after")))
            event.lags_d[need] = max(launch.spacing, ready_d)
        return event

    def _first_pad(self, pads: list[str]) -> float:
        days = []
        for name in pads:
            site, _, pad = name.partition(".")
            found = self.scenario.launch_sites[site].pads.get(pad) if site in self.scenario.launch_sites else None
            days.append(self._day(found.available) if found else -math.inf)
        return min(days, default=-math.inf)

    def _add_repeats(self, name: str, mission: Mission) -> None:
        """Let each numbered flight of a repeating mission wait for its turn after what the series needs."""
        path: Path = ("missions", name)
        start, turn_d = self._start(mission, path), self._time(mission.every)
        first, *others = flight_names(name, mission.repeats or MOST_REPEATS)
        same = zip(events_of(name, mission).values(), events_of(first, mission).values(), strict=True)
        for own, names in same:
            self._aliases.update(dict.fromkeys(names, own[0]))
        for number, flight in enumerate(others, start=1):
            waits_d, by_word = number * turn_d, events_of(flight, mission)
            lags_d = {need: start.lags_d.get(need, 0.0) + waits_d for need, _ in start.needs}
            needs = [(f"{name}.launched", None), *start.needs]
            ready_d = waits_d + self._ready_d(mission)
            self._add(by_word["launched"], NeededEvent(needs, ready_d, lags_d=lags_d, path=path))
            voyage_d = {f"{flight}.launched": self._way_d(mission.route)}
            arrived = NeededEvent([(name, None), (f"{flight}.launched", None)], lags_d=voyage_d, path=path)
            self._add(by_word["arrived"], arrived)


def _listed(needs: list[str], path: Path) -> list[tuple[str, Path | None]]:
    return [(event_of(need) or need, (*path, index)) for index, need in enumerate(needs)]


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest day of an event, and the event that sets it: itself, or the last of its needs."""

    day: float
    because: str


def _earliest_days(network: NeedNetwork) -> dict[str, Earliest]:
    found: dict[str, Earliest] = {}
    for name in network.in_order:
        event = network.events[name]
        if event.never:
            found[name] = Earliest(math.inf, name)
            continue
        ready = [(event.lagged(need, found[own].day), own) for need, own in network.known_needs(event.needs)]
        pick = min if event.any_of else max
        latest, binding = max((0.0, name), pick(ready, default=(0.0, name)), key=lambda one: one[0])
        day = event.after(latest)
        for need, own in network.known_needs(event.ends):
            ends_d = event.lagged(need, found[own].day)
            if ends_d > day:
                day, binding = ends_d, own
        found[name] = Earliest(max(day, event.not_before_d), binding if day >= event.not_before_d else name)
    return found
