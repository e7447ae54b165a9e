"""A network of places in time: the path from Earth to the surface, vehicle types, and missions out and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from sim.decide.keyed import Reader
from sim.problems import InputError


@dataclass(frozen=True, slots=True)
class Hop:
    """The way between two neighbours of the path, the same both ways."""

    days: float
    dv_m_s: float


@dataclass(frozen=True, slots=True)
class VehicleType:
    """Vehicles that are alike."""

    count: float
    """How many can leave Earth at one instant, and be on one arc; infinite for no limit."""
    dry_kg: float
    payload_kg: float
    propellant_kg: float


@dataclass(frozen=True, slots=True)
class NetworkMission:
    """What one mission wants, and its two instants: out and back."""

    crew: int
    surface_days: float
    down_kg: float
    back_kg: float


@dataclass(frozen=True, slots=True)
class Network:
    """The whole problem."""

    g0_m_s2: float
    crew_kg: float
    """Mass of one person."""
    use_kg_per_person_day: float
    upkeep_share_per_flight: float
    """Spare parts used on an arc that moves, as a share of the dry mass that travels."""
    path: tuple[str, ...]
    hops: tuple[Hop, ...]
    hold_at: tuple[str, ...]
    isp_s: float
    vehicles: Mapping[str, VehicleType]
    missions: tuple[NetworkMission, ...]

    def propellant_share(self, dv_m_s: float) -> float:
        """Return the share of the mass that sets out that is propellant used, 0 to 1.

        Source: Tsiolkovsky's rocket equation.
        """
        return -math.expm1(-dv_m_s / (self.isp_s * self.g0_m_s2))

    def wanted_kg(self, kind: str, node: int, instant: int) -> float:
        """Return what must be at a place at an instant and leaves the network there."""
        mission = self.missions[instant // 2]
        if node != len(self.path) - 1:
            return 0.0
        if kind == "cargo" and instant % 2 == 0:
            return mission.down_kg
        if kind == "consumables" and instant % 2 == 1:
            return mission.crew * mission.surface_days * self.use_kg_per_person_day
        return 0.0

    def most(self, kind: str) -> float:
        """Return how much of a kind one arc can take."""
        return self.vehicles[kind].count if kind in self.vehicles else math.inf


@dataclass(frozen=True, slots=True)
class Arc:
    """A move between neighbours within an instant, or a stay from one instant to the next."""

    start: tuple[int, int]
    """Number of the node on the path, and of the instant."""
    end: tuple[int, int]
    days: float
    dv_m_s: float
    people: int
    """Known beforehand: a crew goes straight down at its way out, and straight home at its way back."""
    samples_kg: float

    @property
    def moves(self) -> bool:
        """Tell whether it leads elsewhere."""
        return self.start[0] != self.end[0]

    @property
    def is_launch(self) -> bool:
        """Tell whether it is the first hop out, which costs no propellant and has no limits."""
        return self.start[0] == 0 and self.end[0] == 1

    def text(self, path: tuple[str, ...]) -> str:
        """Return the arc in words: `1 out: LEO to LLO`."""
        node, instant = self.start
        when = f"{instant // 2 + 1} {'out' if instant % 2 == 0 else 'back'}"
        return f"{when}: {path[node]} to {path[self.end[0]]}" if self.moves else f"{when}: stays at {path[node]}"


def arcs_of(network: Network) -> tuple[Arc, ...]:
    """Return every arc, in order of time and place.

    People are no choice. Those of a way out come from Earth at that instant and must be on the surface at the same
    instant, and none of an earlier one is left over: each crew rides every hop of its way, and nobody else does.
    Samples go home at the instant at which they are found, by the same reason.
    """
    arcs = []
    last = 2 * len(network.missions) - 1
    for instant in range(last + 1):
        mission, out = network.missions[instant // 2], instant % 2 == 0
        for place, hop in enumerate(network.hops):
            ends = ((place, instant), (place + 1, instant))
            dv_m_s = hop.dv_m_s if place else 0.0  # the launcher's, or the air's
            if out:
                arcs.append(Arc(*ends, hop.days, dv_m_s, mission.crew, 0.0))
            else:
                arcs.append(Arc(ends[1], ends[0], hop.days, dv_m_s, mission.crew, mission.back_kg))
        if instant < last:
            held = (place for place, name in enumerate(network.path) if name in network.hold_at)
            arcs += [Arc((place, instant), (place, instant + 1), 0.0, 0.0, 0, 0.0) for place in held]
    return tuple(arcs)


def read_network(said: object) -> Network:
    """Read a network from a mapping as it stands in a file.

    Raises:
        InputError: with the key that is wrong.
    """
    reader = Reader(said)
    path = reader.words("path")
    if len(path) < 2 or len(set(path)) != len(path):
        raise InputError(f"{reader.at('path')}: two nodes at least are wanted, each named once")
    hold_at = reader.words("hold_at", ())
    strange = [name for name in hold_at if name not in path]
    if strange:
        raise InputError(f"{reader.at('hold_at')}: '{strange[0]:.60}' is no node of the path {', '.join(path)}")
    missions = tuple(
        NetworkMission(one.whole("crew"), one.number("surface_days"), one.number("down_kg"), one.number("back_kg"))
        for one in reader.items("missions")
    )
    vehicles = {
        name: VehicleType(
            one.whole("count"), one.number("dry_kg"), one.number("payload_kg"), one.number("propellant_kg")
        )
        for name, one in reader.several("vehicles").items()
    }
    clash = [name for name in vehicles if name in ("upkeep", "consumables", "cargo", "propellant", "samples")]
    if not missions or not vehicles or clash:
        wrong = f"'{clash[0]}' is the name of a good" if clash else "at least one mission and one vehicle are wanted"
        raise InputError(f"vehicles: {wrong}")
    return Network(
        reader.number("g0_m_s2", least=1e-9),
        reader.number("crew_kg"),
        reader.number("use_kg_per_person_day"),
        reader.number("upkeep_share_per_flight"),
        path,
        _hops(reader, path),
        hold_at,
        reader.number("isp_s", least=1e-9),
        vehicles,
        missions,
    )


def _hops(reader: Reader, path: tuple[str, ...]) -> tuple[Hop, ...]:
    found: dict[frozenset[str], Hop] = {}
    for arc in reader.items("arcs"):
        between = frozenset(arc.words("between"))
        found[between] = Hop(arc.number("days"), arc.number("dv_m_s"))
    pairs = [frozenset(pair) for pair in pairwise(path)]
    for pair in found:
        if pair not in pairs:
            raise InputError(f"arcs: {' and '.join(sorted(pair))} are no neighbours on the path {', '.join(path)}")
    for pair in pairs:
        if pair not in found:
            raise InputError(f"arcs: there is none between {' and '.join(sorted(pair))}")
    return tuple(found[pair] for pair in pairs)
