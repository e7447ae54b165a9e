"""SpaceNet scenarios: a neutral record of nodes, edges, elements and missions, and the reader of its JSON.

Source: SpaceNet (MIT, later Stevens Institute of Technology), its JSON of scenarios: distances in km, masses in kg,
velocity changes in m/s, times as ISO 8601 durations.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sim.interchange.foreign import Notes, refused
from sim.interchange.readings import Reading

LARGEST_SCENARIO: Final = 30_000_000
_MOST_THINGS: Final = 20_000


@dataclass(frozen=True, slots=True)
class NetNode:
    """A place: an orbit with its altitudes, or a site."""

    name: str
    body: str
    surface: bool = False
    periapsis_km: float = 0.0
    apoapsis_km: float = 0.0
    inclination_deg: float | None = None
    latitude_deg: float = 0.0
    longitude_deg: float = 0.0
    point: str = ""
    """The kind of a node that is neither, such as a Lagrange point."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way between two nodes with its burns as (time in days from its start, m/s); none where it tells no physics."""

    name: str
    origin: str
    destination: str
    duration_d: float
    burns: tuple[tuple[float, float], ...] = ()
    max_cargo_kg: float | None = None
    max_crew: int | None = None
    kind: str = "space"


@dataclass(frozen=True, slots=True)
class NetElement:
    """Something with mass; a vehicle where it has an engine."""

    name: str
    mass_kg: float
    vehicle: bool = False
    isp_s: float = 0.0
    fuel_kg: float = 0.0
    cargo_kg: float = 0.0
    crew: int = 0
    about: str = ""
    person: bool = False


@dataclass(frozen=True, slots=True)
class NetEvent:
    """What happens in a mission: when, to which elements, along which edge, what burns or is dropped at each burn."""

    kind: str
    name: str
    time_d: float
    priority: float
    elements: tuple[str, ...] = ()
    container: str = ""
    edge: str = ""
    burns: tuple[tuple[tuple[str, str], ...], ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class NetFlight:
    """A mission with its events in order of time and priority."""

    name: str
    start: datetime.datetime
    events: tuple[NetEvent, ...]


@dataclass(slots=True)
class SpaceNet:
    """A scenario of SpaceNet, keys as in the file."""

    file: str
    title: str
    about: str
    author: str
    start: datetime.datetime
    nodes: dict[str, NetNode] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)
    elements: dict[str, NetElement] = field(default_factory=dict)
    flights: list[NetFlight] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)


def read_spacenet(path: Path, shown: str) -> SpaceNet:
    """Read the JSON of a scenario; raises ForeignError that names the part of the file."""
    if path.stat().st_size > LARGEST_SCENARIO:
        raise refused(shown, 0, f"the file is larger than {LARGEST_SCENARIO // 1_000_000} MB")
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise refused(shown, error.lineno, f"this is broken JSON: {error.msg}", "save the scenario again") from None
    except UnicodeDecodeError:
        raise refused(shown, 0, "this is not UTF-8 text", "save the scenario again") from None
    except RecursionError:
        raise refused(shown, 0, "the JSON is nested too deep") from None
    except ValueError as error:
        raise refused(shown, 0, f"the JSON cannot be read: {str(error)[:80]}") from None
    return _Json(shown, _Part(document, shown, "")).read()


@dataclass(frozen=True, slots=True)
class _Part:
    """A value of the JSON with its path, read with complaints that name it."""

    value: Any
    file: str
    path: str

    def refuse(self, message: str) -> Exception:
        return refused(self.file, 0, f"{self.path or 'the file'}: {message}")

    def at(self, key: str) -> _Part:
        """Return the value of a key; that of nothing where it is missing."""
        if not isinstance(self.value, dict):
            raise self.refuse("a mapping is wanted here")
        return _Part(self.value.get(key), self.file, f"{self.path}.{key}".lstrip("."))

    def items(self) -> Iterator[_Part]:
        """Yield the values of a list; none where it is missing."""
        if self.value is None:
            return
        if not isinstance(self.value, list) or len(self.value) > _MOST_THINGS:
            raise self.refuse(f"a list of at most {_MOST_THINGS} is wanted here")
        yield from (_Part(item, self.file, f"{self.path}[{at}]") for at, item in enumerate(self.value))

    def text(self) -> str:
        """Return text; empty for nothing."""
        if self.value is None:
            return ""
        if isinstance(self.value, (dict, list, bool)):
            raise self.refuse("text is wanted here")
        return str(self.value)

    def number(self, absent: float = 0.0) -> float:
        """Return a finite number of a size that a thing can have."""
        if self.value is None:
            return absent
        try:
            found = float(self.value) if not isinstance(self.value, (dict, list, bool)) else float("nan")
        except (ValueError, OverflowError):
            found = float("nan")
        if not abs(found) < 1e12:
            raise self.refuse(f"'{str(self.value)[:40]}' is no number")
        return found

    def days(self) -> float:
        """Return a duration, ISO 8601 or a number of days, in days."""
        if isinstance(self.value, str):
            return Reading(self.file, 0).iso_minutes(self.value, self.path) / 1440.0
        return self.number()

    def moment(self) -> datetime.datetime:
        """Return a moment; raises ForeignError where there is none."""
        found = Reading(self.file, 0).moment(self.text(), self.path)
        if found is None:
            raise self.refuse("a date is missing")
        return found


class _Json:
    """Reads the parts of a scenario."""

    def __init__(self, shown: str, root: _Part) -> None:
        self.root = root
        title = root.at("name").text() or "spacenet"
        about, author = root.at("description").text(), root.at("createdBy").text()
        self.plan = SpaceNet(shown, title, about, author, root.at("startDate").moment())

    def read(self) -> SpaceNet:
        """Read nodes, edges, elements and missions."""
        network = self.root.at("network")
        for part in network.at("nodes").items():
            self.plan.nodes[part.at("id").text()] = self._node(part)
        for part in network.at("edges").items():
            self.plan.edges[part.at("id").text()] = self._edge(part)
        self._read_elements()
        for part in self.root.at("missionList").items():
            self.plan.flights.append(self._flight(part))
        if self.root.at("demandModels").value:
            self.plan.notes.left_out("demands for supplies")
        return self.plan

    @staticmethod
    def _node(part: _Part) -> NetNode:
        kind, name = part.at("type").text(), part.at("name").text()
        body = part.at("body1").text() or part.at("body").text()
        if kind == "Surface Node":
            latitude, longitude = part.at("latitude").number(), part.at("longitude").number()
            return NetNode(name, body, surface=True, latitude_deg=latitude, longitude_deg=longitude)
        if kind == "Orbital Node":
            low, high = part.at("periapsis").number(), part.at("apoapsis").number()
            return NetNode(name, body, False, low, high, part.at("inclination").number())
        return NetNode(name, body, point=kind or "a node without a type")

    @staticmethod
    def _edge(part: _Part) -> Edge:
        burns = tuple((burn.at("time").days(), burn.at("deltaV").number()) for burn in part.at("burns").items())
        cargo, crew = part.at("maxCargo"), part.at("maxCrew")
        return Edge(
            part.at("name").text(),
            part.at("origin").text(),
            part.at("destination").text(),
            part.at("duration").days(),
            burns,
            cargo.number() if cargo.value is not None else None,
            int(crew.number()) if crew.value is not None else None,
            {"Space Edge": "space", "Flight Edge": "flight"}.get(part.at("type").text(), part.at("type").text()),
        )

    def _read_elements(self) -> None:
        templates = {part.at("id").text(): part for part in self.root.at("elementTemplates").items()}
        for part in self.root.at("instantiatedElements").items():
            template = templates.get(part.at("templateId").text(), part)
            self.plan.elements[part.at("id").text()] = self._element(part, template)
            if template.at("parts").value or part.at("parts").value:
                self.plan.notes.left_out("spare parts of elements", part.path)

    @staticmethod
    def _element(part: _Part, template: _Part) -> NetElement:
        def of(key: str) -> _Part:
            own = part.at(key)
            return own if own.value is not None else template.at(key)

        kind = of("type").text()
        fuel = of("fuel")
        amount = fuel.at("amount").number() if isinstance(fuel.value, dict) else of("maxFuel").number()
        name = template.at("name").text() if template is not part else part.at("name").text()
        return NetElement(
            name.rpartition("|")[2].strip() or part.at("name").text(),
            of("mass").number(),
            "Propulsive" in kind,
            of("isp").number(),
            amount,
            of("maxCargoMass").number(),
            int(of("maxCrew").number()),
            template.at("description").text(),
            "Human" in kind or "Crew" in kind,
        )

    def _flight(self, part: _Part) -> NetFlight:
        events = sorted_events(self._event(event) for event in part.at("events").items())
        start = part.at("startDate").moment() if part.at("startDate").value else self.plan.start
        if part.at("demandModels").value:
            self.plan.notes.left_out("demands for supplies", part.at("name").text())
        return NetFlight(part.at("name").text(), start, events)

    @staticmethod
    def _event(part: _Part) -> NetEvent:
        burns = tuple(
            tuple((action.at("type").text(), action.at("element").text()) for action in burn.at("actions").items())
            for burn in part.at("burnStageSequence").items()
        )
        return NetEvent(
            part.at("type").text(),
            part.at("name").text(),
            part.at("missionTime").days(),
            part.at("priority").number(),
            tuple(one.text() for one in part.at("elements").items()),
            part.at("container").text(),
            part.at("edge").text(),
            burns,
            part.path,
        )


def _when(event: NetEvent) -> tuple[float, float]:
    return event.time_d, event.priority


def sorted_events(events: Iterable[NetEvent]) -> tuple[NetEvent, ...]:
    """Return events in order of time and priority."""
    return tuple(sorted(events, key=_when))
