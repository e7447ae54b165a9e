"""Scenarios of the older Java program of SpaceNet: XML of XStream, whose references are paths to other elements."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sim.interchange.foreign import refused
from sim.interchange.readings import Reading
from sim.interchange.spacenet import (
    LARGEST_SCENARIO,
    Edge,
    NetElement,
    NetEvent,
    NetFlight,
    NetNode,
    SpaceNet,
    sorted_events,
)
from sim.interchange.xml_records import XmlItem, records

_STEP: Final = re.compile(r"([\w.\-$]+)(?:\[(\d{1,6})\])?")
_MOST_STEPS: Final = 200
_KINDS: Final = {
    "CreateEvent": "Create Elements", "MoveEvent": "Move Elements", "SpaceTransport": "Space Transport",
    "FlightTransport": "Flight Transport", "RemoveEvent": "Remove Elements", "SurfaceTransport": "Surface Transport",
}  # fmt: skip


def read_java(path: Path, shown: str) -> SpaceNet:
    """Read a scenario of the Java program; raises ForeignError with the line of what cannot be read."""
    if path.stat().st_size > LARGEST_SCENARIO:
        raise refused(shown, 0, f"the file is larger than {LARGEST_SCENARIO // 1_000_000} MB")
    root = XmlItem("scenario", 1)
    for item in records(path, shown, frozenset({"scenario"})):
        if item.tag not in ("scenario", "/scenario"):
            root.parts.append(item)
    return _Java(root, shown).read()


class _Java:
    """Follows references and reads the parts of a scenario."""

    def __init__(self, root: XmlItem, shown: str) -> None:
        self.root = root
        self.file = shown
        self._above: dict[int, XmlItem] = {}
        self._index(root)
        start = Reading(shown, 1).moment(root.get("startDate"), "startDate")
        if start is None:
            raise refused(shown, 1, "a scenario has a startDate")
        title, author = root.get("name") or "spacenet", root.get("createdBy")
        self.plan = SpaceNet(shown, title, root.get("description"), author, start)

    def _index(self, root: XmlItem) -> None:
        open_ = [root]
        while open_:
            item = open_.pop()
            for part in item.parts:
                self._above[id(part)] = item
                open_.append(part)

    def _follow(self, item: XmlItem) -> XmlItem:
        """Return what an element refers to, or itself; a path counts its steps from the element."""
        for _ in range(_MOST_STEPS):
            path = item.attributes.get("reference")
            if path is None:
                return item
            item = self._walk(item, path)
        raise refused(self.file, item.line, "references lead to each other in a circle")

    def _walk(self, item: XmlItem, path: str) -> XmlItem:
        at = item
        steps = path.split("/")
        for step in steps[:_MOST_STEPS]:
            if step in ("", "."):
                continue
            if step == "..":
                found = self._above.get(id(at))
            else:
                match = _STEP.fullmatch(step)
                same = [part for part in at.parts if match and part.tag == match[1]]
                number = int(match[2] or 1) if match else 0
                found = same[number - 1] if 0 < number <= len(same) else None
            if found is None:
                raise refused(self.file, item.line, f"the reference '{path[:80]}' leads nowhere")
            at = found
        return at

    def _key(self, item: XmlItem | None) -> str:
        return f"line {target.line}" if item is not None and (target := self._follow(item)) is not None else ""

    def _number(self, item: XmlItem, tag: str, absent: float = 0.0) -> float:
        return Reading(self.file, item.line).number(item.get(tag), tag, absent)

    # --- parts --------------------------------------------------------------------------------------------------------

    def read(self) -> SpaceNet:
        """Read nodes, edges and missions, wherever they are written out."""
        network = self.root.find("network")
        for holder, read in (("nodes", self._add_node), ("edges", self._add_edge)):
            group = network.find(holder) if network else None
            for part in group.parts if group else ():
                read(self._follow(part))
        for part in self.root.all("missionList"):
            for mission in part.parts:
                self.plan.flights.append(self._flight(mission))
        return self.plan

    def _add_node(self, item: XmlItem) -> str:
        key = self._key(item)
        name, body = item.get("name"), item.get("body").capitalize()
        if item.tag.startswith("surface") or item.get("latitude"):
            latitude, longitude = self._number(item, "latitude"), self._number(item, "longitude")
            node = NetNode(name, body, surface=True, latitude_deg=latitude, longitude_deg=longitude)
        elif item.get("periapsis"):
            low, high = self._number(item, "periapsis"), self._number(item, "apoapsis")
            node = NetNode(name, body, False, low, high, self._number(item, "inclination"))
        else:
            node = NetNode(name, body, point=item.tag)
        self.plan.nodes[key] = node
        return key

    def _add_edge(self, item: XmlItem) -> str:
        key = self._key(item)
        burns = tuple(
            (self._number(burn, "time"), self._number(burn, "deltaV"))
            for burn in (self._follow(one) for one in item.all("burns", "burn"))
        )
        kind = (
            "space"
            if burns or item.tag.startswith("space")
            else "flight"
            if item.tag.startswith("flight")
            else item.tag
        )
        cargo = self._number(item, "maxCargoMass") if item.get("maxCargoMass") else None
        crew = int(self._number(item, "maxCrewSize")) if item.get("maxCrewSize") else None
        origin, destination = (self._key(item.find(tag)) for tag in ("origin", "destination"))
        days = self._number(item, "duration")
        self.plan.edges[key] = Edge(item.get("name"), origin, destination, days, burns, cargo, crew, kind)
        return key

    def _add_element(self, item: XmlItem) -> str:
        target = self._follow(item)
        key = self._key(target)
        if key not in self.plan.elements:
            tank = target.find("omsFuelTank")
            tank = self._follow(tank) if tank is not None else None
            kind = target.tag.rpartition(".")[2]
            self.plan.elements[key] = NetElement(
                target.get("name").rpartition("|")[2].strip(),
                self._number(target, "mass") + (self._number(tank, "mass") if tank else 0.0),
                kind == "PropulsiveVehicle",
                self._number(target, "omsIsp"),
                self._number(tank, "amount") if tank else 0.0,
                self._number(target, "maxCargoMass"),
                int(self._number(target, "maxCrewSize")),
                target.get("description"),
                kind in ("HumanAgent", "CrewMember"),
            )
            rcs = target.find("rcsFuelTank")
            if rcs is not None and self._number(self._follow(rcs), "amount") > 0.0:
                self.plan.notes.left_out("propellant for attitude control", target.get("name"))
        return key

    def _flight(self, item: XmlItem) -> NetFlight:
        start = Reading(self.file, item.line).moment(item.get("startDate"), "startDate") or self.plan.start
        events = item.find("eventList")
        read = sorted_events(self._event(self._follow(part)) for part in (events.parts if events else ()))
        return NetFlight(item.get("name"), start, read)

    def _event(self, item: XmlItem) -> NetEvent:
        kind = item.tag.rpartition(".")[2]
        elements = item.find("elements")
        held = [self._follow(part) for part in (elements.parts if elements else ())]
        burns = []
        sequence = item.find("burnStageSequence")
        for burn in sequence.parts if sequence else ():
            actions = []
            for one in self._follow(burn).parts:
                action, element = self._follow(one), self._follow(one).find("element")
                if element is not None:
                    actions.append((action.get("burnStage"), self._add_element(element)))
            burns.append(tuple(actions))
        edge, container = item.find("edge"), item.find("container")
        return NetEvent(
            _KINDS.get(kind, kind),
            item.get("name"),
            self._number(item, "time"),
            self._number(item, "priority"),
            tuple(self._add_element(one) for one in held if one.tag.rpartition(".")[2] != "no-comparator"),
            self._key(container),
            self._add_edge(self._follow(edge)) if edge is not None else "",
            tuple(burns),
            f"line {item.line}",
        )
