"""What stands in a manifest: loads, vehicles, pads, lines, money, the goal, and a plan of it; read, said, judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from sim.decide.explain import Statement
from sim.decide.keyed import Reader
from sim.problems import InputError, suggest


@dataclass(frozen=True, slots=True)
class Load:
    """Something that flies once and is set up where it lands."""

    kg: int
    setup: int
    """Whole units of time without a pause; 0 needs no team."""
    needs: tuple[str, ...] = ()
    """Loads that must have been set up before."""
    ready: int = 0
    """It leaves no earlier."""
    asks: int = 0
    """It is set up no earlier."""
    labour: tuple[int, ...] = ()
    """Time of a team by how many shifts work on the day it begins; empty for `setup`, whoever works."""
    test: int = 0
    """From the end of the work, and power, until it works."""
    demand_w: int = 0
    constant_w: int = 0
    solar_w: int = 0
    storage_w: int = 0
    """What its store gives through the longest night."""
    shifts: int = 0
    """Shifts that work at the base once it works."""
    landed: int | None = None
    """It is there from then on, on no flight of these."""
    by: int | None = None
    """It works by then."""
    optional: bool = False
    """It may stay at home."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A day on which a flight can leave."""

    day: int
    """When it is planned for: preparations end."""
    leaves: int
    lands: int
    closes: int
    """Kilograms of load with which it can leave then."""


@dataclass(frozen=True, slots=True)
class ProductionLine:
    """A production line shared by several kinds of flights: it rests while `stock` vehicles stand unused."""

    start: int
    every: int
    ready: int
    stock: int
    taken: tuple[int, ...] = ()
    """When flights that are no choice take a vehicle."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A production line of vehicles that are alike."""

    capacity: int
    """Kilograms of load of one flight."""
    pad: str
    first: int
    every: int
    most: int
    flight: int
    """From leaving to landing."""
    imleo: int | None = None
    """Mass of one flight in low Earth orbit, kg."""
    cost: int | None = None
    needs: tuple[str, ...] = ()
    """Loads that must have been set up before any of its flights leaves."""
    lead: int = 0
    """How long before the planned day it takes its vehicle and its pad, all that it needs being there."""
    line: str = ""
    """A line shared with others, in place of `first` and `every`."""
    departures: tuple[Departure, ...] = ()
    """When it can leave and land, with what load; empty for any time."""
    after: tuple[str, ...] = ()
    """Missions that must have landed before."""
    mission: str = ""
    """Of the vehicles of one mission at most one flies."""
    pads: tuple[str, ...] = ()
    """Pads it can take; empty for `pad`."""
    must: bool = False
    """Its mission flies."""
    by: int | None = None
    """It lands by then."""
    pays: tuple[str, int] | None = None
    """(whose money, how much) it takes when its preparations begin."""

    def earliest(self, number: int) -> int:
        """Return when the n-th vehicle is there, n from 1."""
        return self.first + (number - 1) * self.every


@dataclass(frozen=True, slots=True)
class LaunchPad:
    """A launch pad, with the least time from one flight to the next."""

    turnaround: int
    taken: tuple[tuple[int, int], ...] = ()
    """(from, until) of flights that are no choice."""


@dataclass(frozen=True, slots=True)
class Funds:
    """The money of a partner, in whole units: what is not spent carries over."""

    grants: tuple[tuple[int, int], ...]
    """(when, how much)."""
    taken: tuple[tuple[int, int], ...] = ()
    """(when, how much) of what is no choice."""


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """The base at which loads are set up, at the pace of the robots that work there."""

    shifts: int
    """Shifts that work from the beginning."""
    constant_w: int = 0
    solar_w: int = 0
    storage_w: int = 0
    demand_w: int = 0
    night: bool = True
    """Whether it ever lies in the dark, so that stores must carry what arrays give."""
    queue: bool = False
    """Whether who asks first is served first and at once; else in the best order."""
    spare: float = 0.0
    """Share of the demand that the goal asks for beyond it."""


@dataclass(frozen=True, slots=True)
class ManifestFacts:
    """The whole problem; times are whole weeks or days from 0 on."""

    weeks: int
    """All work ends by then."""
    deadline: int
    """The goal is reached by then."""
    teams: int
    """Loads that can be set up at one time."""
    pads: Mapping[str, LaunchPad]
    vehicles: Mapping[str, Vehicle]
    items: Mapping[str, Load]
    goal: tuple[str, ...]
    lines: Mapping[str, ProductionLine] = field(default_factory=dict)
    base: BaseFacts | None = None
    """None where a team takes any load in any order, and nothing needs power."""
    reached: int = 0
    """The goal is reached no earlier, for what is no choice."""
    goal_missions: tuple[str, ...] = ()
    """Missions that must have landed for it."""
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Loads that stay on a mission."""
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    most_flights: int | None = None
    funds: Mapping[str, Funds] = field(default_factory=dict)

    @property
    def slots(self) -> tuple[tuple[str, int], ...]:
        """Return every flight that could be: (vehicle, n-th flight from 1); more than loads are never of use."""
        return tuple(
            (name, number)
            for name, vehicle in self.vehicles.items()
            for number in range(1, min(vehicle.most, len(self.items)) + 1)
        )

    def missions(self) -> dict[str, list[str]]:
        """Return the vehicles that each mission could fly on."""
        found: dict[str, list[str]] = {}
        for name, vehicle in self.vehicles.items():
            if vehicle.mission:
                found.setdefault(vehicle.mission, []).append(name)
        return found


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight of a plan."""

    vehicle: str
    number: int
    """First, second ... flight of its vehicle, from 1."""
    leaves: int
    carries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ManifestPlan:
    """Who flies when with what, and when each load is set up from."""

    flights: tuple[Flight, ...]
    set_up_from: Mapping[str, int]


def moves_between(present: ManifestPlan | None, plan: ManifestPlan) -> int:
    """Return how many loads fly on another flight than at present, and how many flights on another day."""
    was = {(one.vehicle, one.number): one for one in present.flights} if present is not None else {}
    same = sum(load in was[one.vehicle, one.number].carries for one in plan.flights for load in one.carries
               if (one.vehicle, one.number) in was)  # fmt: skip
    days = {(one.vehicle, one.number): one.leaves for one in plan.flights}
    moved = sum(days.get(slot, one.leaves) != one.leaves for slot, one in was.items())
    return sum(len(one.carries) for one in plan.flights) - same + moved


def read_manifest(said: object) -> ManifestFacts:
    """Read a manifest from a mapping as it stands in a file.

    Raises:
        InputError: with the key that is wrong.
    """
    reader = Reader(said)
    items = {
        name: Load(one.whole("kg"), one.whole("setup", 0), one.words("needs", ()), one.whole("ready", 0))
        for name, one in reader.several("items").items()
    }
    vehicles = {name: _vehicle(one) for name, one in reader.several("vehicles").items()}
    pads = {name: LaunchPad(one.whole("turnaround")) for name, one in reader.several("pads").items()}
    weeks = reader.whole("weeks")
    made = ManifestFacts(
        weeks, reader.whole("deadline", weeks), reader.whole("teams"), pads, vehicles, items, reader.words("goal")
    )
    _require_names(made)
    return made


def _vehicle(one: Reader) -> Vehicle:
    return Vehicle(
        one.whole("capacity"),
        str(one.said.get("pad", "")),
        one.whole("first"),
        one.whole("every"),
        one.whole("most"),
        one.whole("flight"),
        one.whole("imleo") if "imleo" in one.said else None,
        one.whole("cost") if "cost" in one.said else None,
        one.words("needs", ()),
    )


def _require_names(made: ManifestFacts) -> None:
    lists = {f"items.{name}.needs": load.needs for name, load in made.items.items()}
    lists |= {f"vehicles.{name}.needs": one.needs for name, one in made.vehicles.items()}
    for key, names in {**lists, "goal": made.goal}.items():
        for name in names:
            if name not in made.items:
                raise InputError(f"{key}: there is no load '{name:.60}'; {suggest(name, made.items)}")
    for name, vehicle in made.vehicles.items():
        if vehicle.pad not in made.pads:
            raise InputError(
                f"vehicles.{name}.pad: there is no pad '{vehicle.pad:.60}'; {suggest(vehicle.pad, made.pads)}"
            )
    if not made.goal:
        raise InputError("goal: at least one load is wanted")
    try:
        TopologicalSorter({name: load.needs for name, load in made.items.items()}).prepare()
    except CycleError as error:
        raise InputError(f"items: they need each other in a circle: {' -> '.join(error.args[1])}") from None


def statements_of(made: ManifestFacts) -> tuple[Statement, ...]:
    """Return what the user said that takes possibilities away, without what takes none."""
    endless = _endless(made)
    all_kg = sum(load.kg for load in made.items.values())
    found = [
        Statement("weeks", made.weeks, endless, whole=True),
        Statement("deadline", made.deadline, endless, whole=True),
        Statement("teams", made.teams, len(made.items), whole=True),
    ]
    for name, pad in made.pads.items():
        found.append(Statement(f"pads.{name}.turnaround", pad.turnaround, 0, whole=True))
    for name, one in made.vehicles.items():
        key = f"vehicles.{name}"
        found.append(Statement(f"{key}.capacity", one.capacity, max(all_kg, one.capacity), whole=True))
        found.append(Statement(f"{key}.first", one.first, 0, whole=True))
        found.append(Statement(f"{key}.every", one.every, 0, whole=True))
        found.append(Statement(f"{key}.most", one.most, max(len(made.items), one.most), whole=True))
        found.append(Statement(f"{key}.needs", one.needs, (), whole=False))
    for name, load in made.items.items():
        found.append(Statement(f"items.{name}.ready", load.ready, 0, whole=True))
        found.append(Statement(f"items.{name}.needs", load.needs, (), whole=False))
    return tuple(one for one in found if one.value != one.free)


def _endless(made: ManifestFacts) -> int:
    """Return a time by which everything has been done that can be done at all."""
    lines = sum(one.first + one.every * one.most + one.flight + one.most for one in made.vehicles.values())
    pads = max((pad.turnaround for pad in made.pads.values()), default=0)
    work = sum(load.setup + load.ready for load in made.items.values())
    return max(made.weeks, made.deadline, lines + pads * len(made.slots) + work)
