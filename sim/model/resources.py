"""Resources: what processes wait for and share - vehicles, pads, ports, money, power, propellant, goods."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping
from math import ceil, inf
from typing import Any

import simpy

from sim.campaign.plan import (
    LivingPlan,
    Reliability,
    TankPlan,
)
from sim.model.ledger import Span

Process = Generator[simpy.Event, Any, Any]


class Gate:
    """Opens when the last of several milestones is reached."""

    __slots__ = ("missing", "open")

    def __init__(self, missing: int, open_: Callable[[], object]) -> None:
        self.missing = missing
        self.open = open_


class Signal:
    """Something said once, heard by whoever waits for it now or asks later."""

    __slots__ = ("_env", "_said", "_waiting", "value")

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._said = False
        self._waiting: list[simpy.Event] = []
        self.value: Span | None = None

    def say(self, value: Span | None) -> None:
        """Say it, and wake who waits."""
        self._said, self.value = True, value
        for event in self._waiting:
            event.succeed()

    def hear(self) -> Process:
        """Wait until it is said; give what."""
        if not self._said:
            event = self._env.event()
            self._waiting.append(event)
            yield event
        return self.value


class Line:
    """A production line: vehicles in order, ahead of demand up to its stock."""

    __slots__ = ("_ready_at", "_spare", "_taken_at")

    def __init__(self) -> None:
        self._spare = 0
        self._ready_at: list[float] = []
        self._taken_at: list[float] = []

    def claim(self, now: float, start: float, every: float, ready: int, stock: int) -> float:
        """Return the day on which the next vehicle is there for someone who asks now.

        The line starts at `start` with `ready` vehicles and stops while `stock` stand unused.
        """
        number = len(self._ready_at)
        if number < ready:
            day = start
        else:
            previous = self._ready_at[number - 1] if number else start
            room = self._taken_at[number - stock] if number >= max(stock, ready) else start
            day = max(previous, room, start) + every
        self._ready_at.append(day)
        self._taken_at.append(max(now, day))
        return day

    def give_back(self) -> None:
        """Take back a vehicle that has not flown: the next one who asks has it at once."""
        self._spare += 1

    def take_spare(self) -> bool:
        """Take a vehicle that was given back; whether there is one."""
        if not self._spare:
            return False
        self._spare -= 1
        return True


class Pads:
    """Launch pads: who comes first takes the first free one on its list, and waits when there is none."""

    __slots__ = ("_env", "_free", "_waiting")

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._free: set[int] = set()
        self._waiting: list[tuple[tuple[int, ...], simpy.Event]] = []

    def take(self, wanted: tuple[int, ...]) -> int:
        """Take the first free pad of a list; -1 when none is free."""
        for pad in wanted:
            if pad in self._free:
                self._free.remove(pad)
                return pad
        return -1

    def wait(self, wanted: tuple[int, ...]) -> simpy.Event:
        """Return an event that happens, with the pad as its value, when one of a list is free."""
        event = self._env.event()
        self._waiting.append((wanted, event))
        return event

    def put(self, pad: int, opener: Span | None = None) -> None:
        """Return a pad to the first who waits for it, or keep it free; `opener` brought it into use just now."""
        for number, (wanted, event) in enumerate(self._waiting):
            if pad in wanted:
                del self._waiting[number]
                event.succeed((pad, opener))
                return
        self._free.add(pad)


class Slots:
    """So many at once: ports, jobs. First come, first served."""

    __slots__ = ("_env", "_waiting", "free")

    def __init__(self, env: simpy.Environment, count: int) -> None:
        self._env = env
        self._waiting: deque[simpy.Event] = deque()
        self.free = count

    def take(self) -> Process:
        """Wait for a slot and take it."""
        if self.free > 0:
            self.free -= 1
        else:
            event = self._env.event()
            self._waiting.append(event)
            yield event

    def put(self) -> None:
        """Return a slot to the first who waits, or keep it free."""
        if self._waiting:
            self._waiting.popleft().succeed()
        else:
            self.free += 1


class Account:
    """A partner's money: a share each year, what is not spent carries over, first come first served."""

    __slots__ = ("_grants_d", "_per_year", "_promised", "_start")

    def __init__(self, per_year: float, at_start: float, grants_d: tuple[float, ...]) -> None:
        self._per_year = per_year
        self._start = at_start
        self._grants_d = grants_d
        self._promised = 0.0

    def claim(self, cost: float) -> float:
        """Promise money for a piece of work; return the day on which it is there, infinity when it never is.

        What can never be paid is not promised, so that cheaper work behind it still can be.
        """
        missing = self._promised + cost - self._start
        years = ceil(missing / self._per_year - 1e-12) if self._per_year > 0.0 else len(self._grants_d) + 1
        if missing > 1e-9 and years > len(self._grants_d):
            return inf
        self._promised += cost
        return self._grants_d[years - 1] if missing > 1e-9 else 0.0


class Family:
    """Vehicles that stand down together."""

    __slots__ = ("grounded_until",)

    def __init__(self) -> None:
        self.grounded_until = 0.0


class Class:
    """A class of vehicles or landers: how good it turns out to be, and how often it has flown."""

    __slots__ = ("early", "flights", "quality")

    def __init__(self, quality: float, reliability: Reliability) -> None:
        self.quality = quality
        self.early = reliability.early
        self.flights = reliability.flown

    def next_failure(self) -> float:
        """Return the chance that the next flight fails, and count it."""
        number = self.flights
        self.flights += 1
        factor = self.early[number] if number < len(self.early) else 1.0
        failing = self.quality * factor
        return failing / (failing + 1.0 - self.quality)


class Power:
    """Supply and demand of power at the base: what holds through the longest night."""

    __slots__ = ("_changed", "constant_w", "demand_w", "history", "night", "solar_w", "storage_w", "supplier")

    def __init__(self) -> None:
        self.constant_w = self.solar_w = self.storage_w = self.demand_w = 0.0
        self.night = True
        """Whether the base ever lies in the dark."""
        self.supplier: Span | None = None
        """The span that last added to the supply."""
        self.history: list[tuple[float, float, float]] = []
        self._changed: list[simpy.Event] = []

    @property
    def firm_w(self) -> float:
        """Power that holds through the longest night: constant sources, and stores as far as arrays can fill them."""
        return self.constant_w + (min(self.solar_w, self.storage_w) if self.night else self.solar_w)

    def enough(self, extra_w: float, margin: float) -> bool:
        """Whether supply covers demand and `extra_w`, with a margin."""
        return self.firm_w >= (self.demand_w + extra_w) * (1.0 + margin) - 1e-6

    def change(self, env: simpy.Environment) -> simpy.Event:
        """Return an event that happens when the balance next changes."""
        event = env.event()
        self._changed.append(event)
        return event

    def announce(self, now: float) -> None:
        """Wake all who wait for power."""
        self.history.append((now, self.firm_w, self.demand_w))
        changed, self._changed = self._changed, []
        for event in changed:
            event.succeed()


class Tank:
    """Propellant in orbit."""

    def __init__(self, plan: TankPlan, *, traced: bool) -> None:
        self._traced = traced
        self.history: list[tuple[float, float, float]] = []
        """(day, level before, level after) of each delivery and withdrawal, where a trace is wanted."""
        self.capacity_kg = plan.capacity_kg
        self._boil_off_per_d = plan.boil_off_per_d
        self._level_kg = 0.0
        self._since = 0.0
        self.waiting: list[simpy.Event] = []
        """Those who wait for more propellant."""
        self.wanted: simpy.Event | None = None
        """Happens when somebody begins to wait."""

    def level_kg(self, now: float) -> float:
        """Return what is left now."""
        self._level_kg *= (1.0 - self._boil_off_per_d) ** (now - self._since)
        self._since = now
        return self._level_kg

    def move(self, now: float, kg: float) -> None:
        """Put propellant in, or take it out, and wake who waits."""
        before_kg = self.level_kg(now)
        self._level_kg = min(before_kg + kg, self.capacity_kg)
        if self._traced:
            self.history.append((now, before_kg, self._level_kg))
        waiting, self.waiting = self.waiting, []
        for event in waiting:
            event.succeed()


class Store:
    """Goods at the base: levels that change steadily between events, and who waits for a change."""

    def __init__(self, env: simpy.Environment, plan: LivingPlan) -> None:
        self._env = env
        self._plan = plan
        self._changed: list[simpy.Event] = []
        self._since = 0.0
        self.stock_kg = list(plan.stock_kg)
        self.makes_kg_d = [0.0] * len(plan.goods)
        self.crew = 0
        self.crew_days = 0.0

    def settle(self) -> None:
        """Bring the levels up to now."""
        days, self._since = self._env.now - self._since, self._env.now
        self.crew_days += self.crew * days
        if days > 0.0:
            for good, use in enumerate(self._plan.use_kg_d):
                net = self.makes_kg_d[good] - use * self.crew
                self.stock_kg[good] = max(self.stock_kg[good] + net * days, 0.0)

    def change(self) -> simpy.Event:
        """Return an event that happens when goods or crew next change."""
        event = self._env.event()
        self._changed.append(event)
        return event

    def announce(self) -> None:
        """Wake all who wait for a change."""
        changed, self._changed = self._changed, []
        for event in changed:
            event.succeed()

    def add(self, good: int, kg: float) -> None:
        """Put goods in, or take them out."""
        self.settle()
        self.stock_kg[good] += kg
        self.announce()

    def make(self, good: int, kg_d: float) -> None:
        """Change what is made in a day."""
        self.settle()
        self.makes_kg_d[good] += kg_d
        self.announce()

    def board(self, people: int) -> None:
        """Let people come to the base, or leave it."""
        self.settle()
        self.crew += people
        self.announce()

    def lasts_from_d(self, extra_crew: int, days: float, coming_kg: Mapping[int, float]) -> float:
        """Return after how many days from now goods will last for so many days, if nothing else changes.

        `coming_kg` are the goods that the extra crew brings along.
        """
        self.settle()
        wait_d = 0.0
        for good, use in enumerate(self._plan.use_kg_d):
            net = use * (self.crew + extra_crew) - self.makes_kg_d[good]
            missing_kg = net * days - self.stock_kg[good] - coming_kg.get(good, 0.0)
            if net > 0.0 and missing_kg > 1e-6:
                gains_kg_d = self.makes_kg_d[good] - use * self.crew
                wait_d = max(wait_d, missing_kg / gains_kg_d if gains_kg_d > 0.0 else inf)
        return wait_d

    def lasts_d(self, extra_crew: int = 0) -> float:
        """Return for how many days the scarcest good lasts; infinity when nothing is used up."""
        self.settle()
        days = inf
        for good, use in enumerate(self._plan.use_kg_d):
            net = use * (self.crew + extra_crew) - self.makes_kg_d[good]
            if net > 0.0:
                days = min(days, self.stock_kg[good] / net)
        return days
