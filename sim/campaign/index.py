"""The index of a campaign: every name with its number, made from the scenario alone before anything is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sim.campaign.plan import Milestone, Subject
from sim.clock import Calendar
from sim.scenario.events import (
    count_flights,
    delivery_names,
    end_names,
    events_of,
    filled_name,
    flight_names,
    needed_groups,
    needed_starts,
    needs_outside_work,
    start_name,
)
from sim.scenario.relations import Lagged
from sim.scenario.schema import Mission, Scenario, Station
from sim.scenario.working import group_members

EVENTS = ("cruise", "capture", "landing", "ascent")
"""What a spacecraft may have a record of."""


@dataclass(frozen=True, slots=True)
class IndexedFlight:
    """One flight of a mission."""

    name: str
    mission: str
    repeat: int
    """Number in its series, from 0; -1 when the mission does not repeat."""
    subject: int
    events: Mapping[str, int]
    """Milestones by the word that stands for the event: arrived, launched, ..."""


@dataclass(frozen=True, slots=True)
class Index:
    """Numbers of all that a campaign names; what is not there has none."""

    calendar: Calendar
    as_of_d: float
    """Day of knowledge, or 0."""
    partners: Mapping[str, int]
    payers: frozenset[str]
    """Partners with a limited budget."""
    pads: Mapping[str, int]
    launchers: Mapping[str, int]
    families: Mapping[str, int]
    classes: Mapping[tuple[str, str], int]
    """Events of spacecraft of which there is a record, by (spacecraft, event)."""
    activities: Mapping[str, int]
    stations: Mapping[str, int]
    sheets: Mapping[tuple[str, str], int]
    """Launches by (flight, launch)."""
    flights: tuple[IndexedFlight, ...]
    subjects: tuple[Subject, ...]
    milestones: tuple[Milestone, ...]
    subject_of: Mapping[tuple[str, str], int]
    """Subjects by (kind, name)."""
    delivered_by: Mapping[str, int]
    """Milestone of the mission that brings each element or station."""
    groups: Mapping[str, tuple[int, int]]
    """Milestones (started, done) of the groups, each -1 where nothing needs it."""
    waits: tuple[tuple[int, Lagged], ...]
    """(milestone, need) of what waits some time after an event, and is no activity."""
    _events: Mapping[str, int]
    _waiting: Mapping[int, int]

    def day(self, date: datetime | None, default: float = 0.0) -> float:
        """Return the model day of a date, at least 0."""
        return default if date is None else max(self.calendar.to_days(date), 0.0)

    def partner(self, name: str | None) -> int:
        """Return a partner's number, or -1."""
        return self.partners.get(name, -1) if name is not None else -1

    def payer(self, name: str | None) -> int:
        """Return the number of the partner whose limited budget pays, or -1."""
        return self.partner(name) if name in self.payers else -1

    def milestone(self, name: str) -> int:
        """Return the milestone that has a name; the checks have seen that there is one."""
        return self._events[name]

    def needs(self, names: Sequence[str]) -> tuple[int, ...]:
        """Return the milestones of a list of needs, without repetition; time between has a milestone of its own."""
        return tuple(dict.fromkeys(self._need(name) for name in names))

    def _need(self, name: str) -> int:
        if not isinstance(name, Lagged):
            return self._events[name]
        found = self._waiting.get(id(name))
        return self._events[name.event] if found is None else found

    def start(self, name: str) -> int:
        """Return the milestone of the start of an activity, or -1 where nothing needs it."""
        return self._events.get(start_name(name), -1)


def index_of(scenario: Scenario) -> Index:
    """Return the index of a scenario."""
    spec, told = scenario.calendar, _Telling()
    calendar = Calendar(spec.start, spec.end)
    told.declare(scenario)
    families = dict.fromkeys(item.family or name for name, item in scenario.launchers.items())
    launches = [(flight.name, key) for flight in told.flights for key in scenario.missions[flight.mission].launches]
    records = [
        (name, event) for name, craft in scenario.spacecraft.items() for event in EVENTS if getattr(craft, event)
    ]
    pads = [f"{site}.{pad}" for site, item in scenario.launch_sites.items() for pad in item.pads]
    return Index(
        calendar=calendar,
        as_of_d=max(calendar.to_days(spec.as_of), 0.0) if spec.as_of is not None else 0.0,
        partners=_numbered(scenario.partners),
        payers=frozenset(name for name, item in scenario.partners.items() if item.budget is not None),
        pads=_numbered(pads),
        launchers=_numbered(scenario.launchers),
        families=_numbered(families),
        classes={record: number for number, record in enumerate(records)},
        activities=_numbered(scenario.activities),
        stations=_numbered(scenario.stations),
        sheets={launch: number for number, launch in enumerate(launches)},
        flights=tuple(told.flights),
        subjects=tuple(told.subjects),
        milestones=tuple(told.milestones),
        subject_of=told.subject_of,
        delivered_by=told.delivered_by,
        groups=told.groups,
        waits=tuple(told.waits),
        _waiting={id(need): milestone for milestone, need in told.waits},
        _events=told.events,
    )


def _numbered(names: Sequence[str] | Mapping[str, object]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


@dataclass(slots=True)
class _Telling:
    """Subjects and milestones, as they are numbered."""

    subjects: list[Subject] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    events: dict[str, int] = field(default_factory=dict)
    subject_of: dict[tuple[str, str], int] = field(default_factory=dict)
    delivered_by: dict[str, int] = field(default_factory=dict)
    flights: list[IndexedFlight] = field(default_factory=list)
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)
    waits: list[tuple[int, Lagged]] = field(default_factory=list)

    def declare(self, scenario: Scenario) -> None:
        """Number everything, so that needs may point forward."""
        for name, activity in scenario.activities.items():
            subject = self._subject(name, "activity", activity.about, activity.title, fact=activity.done is not None)
            self._milestone(subject, end_names("activities", name))
        for name, element in {**scenario.elements, **scenario.stations}.items():
            station = element if isinstance(element, Station) else None
            subject = self._subject(name, "station" if station else "element", element.about, element.title)
            self._milestone(subject, end_names("elements", name))
            if station is not None and station.tank is not None and station.tank.filled_by is not None:
                self._milestone(subject, (filled_name(name),))
        for name, mission in scenario.missions.items():
            count = count_flights(scenario, mission)
            for number, flight in enumerate(flight_names(name, count)):
                self._fly(flight, name, mission, number if count else -1)
        for name, goal in scenario.goals.items():
            self._milestone(self._subject(name, "goal", goal.about, goal.title), end_names("goals", name))
        self._declare_schedule(scenario)

    def _declare_schedule(self, scenario: Scenario) -> None:
        """Number what a schedule has beside the ends of its work, as far as it is needed: starts, groups, waits."""
        starts, members = needed_starts(scenario), group_members(scenario)
        begun = starts | {member for name in starts for member in members.get(name, ())}
        for name in scenario.activities:
            if name in begun:
                self._milestone(self.subject_of["activity", name], (start_name(name),))
        for name in sorted(needed_groups(scenario)):
            subject = self._subject(name, "group", scenario.groups[name].about, scenario.groups[name].title)
            done = self._milestone(subject, end_names("groups", name))
            started = self._milestone(subject, (start_name(name),)) if name in starts else -1
            self.groups[name] = started, done
        for need in needs_outside_work(scenario):
            if isinstance(need, Lagged):
                source = self.milestones[self.events[need.event]]
                said = f"{need} ({len(self.waits) + 1})" if need in (one for _, one in self.waits) else need
                self.milestones.append(Milestone(str(said), source.subject))
                self.waits.append((len(self.milestones) - 1, need))

    def _fly(self, flight: str, name: str, mission: Mission, repeat: int) -> None:
        title = f"{mission.title} {repeat + 1}" if mission.title and repeat >= 0 else mission.title
        subject = self._subject(flight, "mission", mission.about, title, fact=mission.flown is not None)
        named = events_of(flight, mission)
        events = {word: self._milestone(subject, names) for word, names in named.items()}
        if isinstance(mission.cargo, list) and not mission.reserve:
            for item in mission.cargo:
                self.delivered_by.setdefault(item, events["arrived"])
                self._also(delivery_names(item), events["arrived"])
        if repeat == 0:
            for word, names in events_of(name, mission).items():
                self._also(names, events[word])
        self.flights.append(IndexedFlight(flight, name, repeat, subject, events))

    def _subject(self, name: str, kind: str, about: str | None, title: str | None = None, *, fact: bool = False) -> int:
        self.subjects.append(Subject(name, kind, about or "", fact, title=title or ""))
        number = len(self.subjects) - 1
        self.subject_of["element" if kind == "station" else kind, name] = number
        return number

    def _milestone(self, subject: int, names: Sequence[str]) -> int:
        """Add a milestone under its own name, which comes first, and its others."""
        self.milestones.append(Milestone(names[0], subject))
        self._also(names, len(self.milestones) - 1)
        return len(self.milestones) - 1

    def _also(self, names: Sequence[str], milestone: int) -> None:
        for name in names:
            self.events.setdefault(name, milestone)
