"""From a scenario of SpaceNet to one of ours: places, legs, spacecraft, elements, and flights told burn by burn."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sim.interchange.foreign import refused
from sim.interchange.plan_draft import DraftBlock, Namer, PlanDraft, one_line, slug
from sim.interchange.spacenet import Edge, NetElement, NetEvent, NetFlight, NetNode, SpaceNet

_G0: Final = 9.81
"""Standard gravity that SpaceNet reckons with, m/s2. Source: SpaceNet's own code, as its burns show."""
_BODIES: Final = ("earth", "moon")


@dataclass(slots=True)
class _Done:
    """What one mission became: its block, and what it leaves where."""

    said: dict[str, Any]
    cargo: list[str] = field(default_factory=list)


class SpaceNetDrafter:
    """Writes a SpaceNet scenario as blocks of ours."""

    def __init__(self, plan: SpaceNet) -> None:
        self.plan = plan
        self.notes = plan.notes
        self.file = Path(plan.file).name
        shared, places, legs, craft = Namer(), Namer(), Namer(), Namer()
        self.places = {key: places.name(node.name, key, "place") for key, node in plan.nodes.items()}
        self.legs = {key: legs.name(edge.name, key, "leg") for key, edge in plan.edges.items()}
        self.missions = {id(flight): shared.name(flight.name, "", "mission") for flight in plan.flights}
        self.craft: dict[str, str] = {}
        self.cargo: dict[str, str] = {}
        self._name_elements(shared, craft)
        self.landed: dict[str, str] = {}
        self.lands: set[str] = set()

    def _name_elements(self, shared: Namer, craft: Namer) -> None:
        """Name spacecraft by their class, several of one class in one mission apart; name all else one by one."""
        by_class: dict[tuple[NetElement, int], str] = {}
        for flight in self.plan.flights:
            seen: dict[NetElement, int] = {}
            for key in dict.fromkeys(key for event in flight.events for key in event.elements):
                element = self._element(key)
                if element.vehicle and key not in self.craft:
                    number = seen[element] = seen.get(element, 0) + 1
                    kind = (element, number)
                    by_class[kind] = by_class.get(kind) or craft.name(element.name, "", "spacecraft")
                    self.craft[key] = by_class[kind]
                elif not element.vehicle and key not in self.cargo:
                    self.cargo[key] = shared.name(element.name, "", "element")

    def _element(self, key: str) -> NetElement:
        if key not in self.plan.elements:
            raise refused(self.plan.file, 0, f"an event names the element '{key[:60]}', which stands nowhere")
        return self.plan.elements[key]

    def draft(self, name: str) -> PlanDraft:
        """Return the scenario."""
        plan = self.plan
        missions = {self.missions[id(flight)]: self._mission(flight) for flight in plan.flights}
        end = self._end()
        elements = {self.cargo[key]: self._part(key) for key in self.landed}
        needs = list(elements) or [f"{one}.launched" for one in missions]
        goal = {"by": end.isoformat(), "needs": needs}
        blocks = [
            DraftBlock("format", "", 1),
            DraftBlock("name", "", name),
            DraftBlock("about", "", one_line(plan.about or plan.title, 300)),
            DraftBlock("source", "",
                       one_line(f"imported: {self.file}, SpaceNet scenario, {plan.author}".rstrip(", "), 300)),
            DraftBlock("confidence", "", "low"),
            DraftBlock("calendar", "startDate; the end is not in the file",
                  {"start": plan.start.date().isoformat(), "end": end.isoformat()}),
            DraftBlock("g0_m_s2", "SpaceNet reckons with 9.81", _G0),
            DraftBlock("goals", "not in the file", {"all-delivered": goal}),
            DraftBlock("places", "nodes", self._places()),
            DraftBlock("legs", "edges", self._legs()),
            DraftBlock("spacecraft", "propulsive vehicles", self._spacecraft()),
            DraftBlock("elements", "everything else that has mass and is landed", elements),
            DraftBlock("missions",
                       "events, in order of time and priority; after counts from the mission's start", missions),
        ]  # fmt: skip
        head = [
            f"{len(missions)} missions, {len(plan.nodes)} nodes, {len(plan.edges)} edges from {self.file} (SpaceNet)."
        ]
        return PlanDraft(head, [block for block in blocks if block.entries != {}])

    def _end(self) -> datetime.date:
        ends = [
            flight.start + datetime.timedelta(days=max((event.time_d for event in flight.events), default=0.0))
            for flight in self.plan.flights
        ]
        last = max([self.plan.start, *ends])
        year = last.year + 1 if (last.month, last.day) >= (self.plan.start.month, self.plan.start.day) else last.year
        if year == self.plan.start.year:
            year += 1
        first = self.plan.start.date()
        return datetime.date(year, first.month, min(first.day, 28))

    # --- places and legs ----------------------------------------------------------------------------------------------

    def _places(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, node in self.plan.nodes.items():
            body = node.body.lower()
            if node.point or body not in _BODIES:
                self.notes.left_out(
                    "places that are no orbit or site of Earth or Moon", f"{node.name}: {node.point or node.body}"
                )
                continue
            found[self.places[key]] = {"body": body} | _where(node)
        return found

    def _is_here(self, key: str) -> bool:
        node = self.plan.nodes.get(key)
        return node is not None and not node.point and node.body.lower() in _BODIES

    def _legs(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, edge in self.plan.edges.items():
            if edge.kind != "space" or not edge.burns:
                if edge.kind != "flight":
                    self.notes.left_out("edges of another kind than space and flight", f"{edge.name}: {edge.kind}")
                continue
            if not (self._is_here(edge.origin) and self._is_here(edge.destination)):
                self.notes.left_out("ways from or to places that were left out", edge.name)
                continue
            burns = [{"dv": f"{dv:g} m/s"} | ({"after": days_text(at)} if at else {}) for at, dv in edge.burns]
            found[self.legs[key]] = {
                "from": self.places[edge.origin],
                "to": self.places[edge.destination],
                "tof": [days_text(edge.duration_d)],
                "burns": burns,
            }
        return found

    # --- what flies ---------------------------------------------------------------------------------------------------

    def _spacecraft(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, name in self.craft.items():
            element = self.plan.elements[key]
            if name in found:
                continue
            lands = any(self.craft[one] == name for one in self.lands)
            said: dict[str, Any] = {"kind": "lander" if lands else "transfer-stage", "dry": _mass(element.mass_kg)}
            if element.about:
                said = {"about": one_line(element.about, 200)} | said
            if element.fuel_kg > 0.0 and element.isp_s > 0.0:
                said["stages"] = {"tank": {"propellant": _mass(element.fuel_kg), "isp": f"{element.isp_s:g} s"}}
            if element.cargo_kg > 0.0:
                said["cargo"] = _mass(element.cargo_kg)
            if element.crew:
                said["crew"] = element.crew
            found[name] = said
        return found

    def _part(self, key: str) -> dict[str, Any]:
        element = self.plan.elements[key]
        about = {"about": one_line(element.about, 200)} if element.about else {}
        return about | {"at": self.landed[key], "mass": _mass(element.mass_kg), "commissioning": "0 d"}

    # --- missions -----------------------------------------------------------------------------------------------------

    def _mission(self, flight: NetFlight) -> dict[str, Any]:
        done = _Done({"not_before": _moment(flight.start), "on_loss": "abandon"})
        aboard: dict[str, list[str]] = {}
        loaded: set[str] = set()
        steps: list[dict[str, Any]] = []
        operations: list[dict[str, Any]] = []
        for event in flight.events:
            if event.kind == "Create Elements":
                self._board(event, aboard)
            elif event.kind == "Space Transport":
                steps += self._burns(event, aboard, loaded)
            elif event.kind == "Flight Transport":
                operations += self._flown(event, done)
            elif event.kind == "Move Elements":
                self._moved(event, aboard, done)
            else:
                self.notes.left_out(
                    f"events of the kind {event.kind or 'without a kind'}", f"{event.name}, {event.place}"
                )
        if done.cargo:
            done.said["cargo"] = list(dict.fromkeys(done.cargo))
        if steps:
            done.said["sequence"] = steps
        if operations:
            done.said["operations"] = operations
        return done.said

    def _board(self, event: NetEvent, aboard: dict[str, list[str]]) -> None:
        people = [key for key in event.elements if self._element(key).person]
        if people:
            self.notes.changed("people are mass in their craft here; a crew of ours has duties", event.place)
        if event.container in self.craft:
            aboard.setdefault(event.container, []).extend(event.elements)

    def _moved(self, event: NetEvent, aboard: dict[str, list[str]], done: _Done) -> None:
        for held in aboard.values():
            held[:] = [key for key in held if key not in event.elements]
        node = self.plan.nodes.get(event.container)
        if event.container in self.craft:
            aboard.setdefault(event.container, []).extend(event.elements)
        elif node is not None and node.surface and self._is_here(event.container):
            self._land(event.elements, event.container, done)
        else:
            self.notes.left_out("moves to what is no craft and no site", f"{event.name}, {event.place}")

    def _land(self, keys: tuple[str, ...], node: str, done: _Done) -> None:
        for key in keys:
            if key in self.cargo and not self._element(key).person:
                self.landed[key] = self.places[node]
                done.cargo.append(self.cargo[key])

    def _edge(self, event: NetEvent) -> Edge:
        if event.edge not in self.plan.edges:
            raise refused(self.plan.file, 0, f"{event.place}: the event flies an edge that stands nowhere")
        return self.plan.edges[event.edge]

    def _burns(self, event: NetEvent, aboard: Mapping[str, list[str]], loaded: set[str]) -> list[dict[str, Any]]:
        """Return a step for each burn: who flies, what comes on board before it, what burns and is dropped."""
        edge = self._edge(event)
        stack = [key for key in event.elements if key in self.craft]
        node = self.plan.nodes.get(edge.destination)
        if node is not None and node.surface:
            self.lands.update(stack)
        steps: list[dict[str, Any]] = []
        for at, (time_d, dv) in enumerate(edge.burns):
            actions = event.burns[at] if at < len(event.burns) else ()
            step: dict[str, Any] = {"about": one_line(event.name, 100), "after": days_text(event.time_d + time_d)}
            step["fly"] = [self.craft[key] for key in stack]
            loads = self._loads(stack, aboard, loaded)
            step |= {"load": loads} if loads else {}
            step |= {
                "dv": f"{dv:g} m/s",
                "do": [_act(kind, self.craft[key]) for kind, key in actions if key in self.craft],
            }
            steps.append(step)
            dropped = {key for kind, key in actions if kind.lower().startswith("stage")}
            stack = [key for key in stack if key not in dropped]
        return steps

    def _loads(self, stack: list[str], aboard: Mapping[str, list[str]], loaded: set[str]) -> dict[str, str]:
        loads: dict[str, str] = {}
        for key in stack:
            if key not in loaded:
                loaded.add(key)
                mass = sum(self.plan.elements[one].mass_kg for one in aboard.get(key, ()) if one not in stack)
                loads |= {self.craft[key]: f"{mass:g} kg"} if mass else {}
        return loads

    def _flown(self, event: NetEvent, done: _Done) -> list[dict[str, Any]]:
        """Return the step of a flight whose physics is not told, and land what it carries."""
        edge = self._edge(event)
        mass = sum(self._element(key).mass_kg for key in event.elements)
        if edge.max_cargo_kg is not None:
            rule = "what a flight without burns may carry is not checked here"
            people = f" and {edge.max_crew} people" if edge.max_crew else " and nobody"
            self.notes.changed(rule, f"{edge.name}: {mass:g} kg of {edge.max_cargo_kg:g} kg{people}")
            if mass > edge.max_cargo_kg:
                self.notes.changed("more is carried than the flight may carry", f"{edge.name}: {mass:g} kg")
        node = self.plan.nodes.get(edge.destination)
        if node is not None and node.surface and self._is_here(edge.destination):
            self._land(event.elements, edge.destination, done)
        name = slug(edge.name) or "flight"
        wait = (
            [{"name": f"wait-for-{name}"[:60].strip("-"), "duration": days_text(event.time_d)}] if event.time_d else []
        )
        return [*wait, {"name": name, "duration": days_text(edge.duration_d)}]


def _where(node: NetNode) -> dict[str, Any]:
    if node.surface:
        longitude = node.longitude_deg - 360.0 if node.longitude_deg > 180.0 else node.longitude_deg
        return {"surface": True, "latitude": f"{node.latitude_deg:g} deg", "longitude": f"{longitude:g} deg"}
    if node.periapsis_km == node.apoapsis_km:
        orbit: dict[str, Any] = {"altitude": f"{node.periapsis_km:g} km"}
    else:
        orbit = {"periapsis": f"{node.periapsis_km:g} km", "apoapsis": f"{node.apoapsis_km:g} km"}
    return orbit | ({"inclination": f"{node.inclination_deg:g} deg"} if node.inclination_deg is not None else {})


def _act(kind: str, name: str) -> str:
    return f"{'drop' if kind.lower().startswith('stage') else 'burn'} {name}"


def _mass(mass_kg: float) -> str:
    return f"{mass_kg / 1000:g} t" if mass_kg >= 1000.0 and round(mass_kg, 6) % 10 == 0 else f"{mass_kg:.9g} kg"


def days_text(days: float) -> str:
    """Return days as `4.5 d`, as whole hours where that is neat, or with seven figures.

    >>> days_text(4.5), days_text(7 + 0.08333333), days_text(0.1234567)
    ('4.5 d', '170 h', '0.1234567 d')
    """
    if abs(days * 1000 - round(days * 1000)) < 1e-4:
        return f"{round(days, 3):g} d"
    if abs(days * 24 - round(days * 24)) < 1e-4:
        return f"{round(days * 24)} h"
    return f"{days:.7f} d"


def _moment(at: datetime.datetime) -> str:
    return at.date().isoformat() if at.time() == datetime.time() else at.isoformat(timespec="minutes")
