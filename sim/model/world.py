"""The world of one replication: clock, milestones, resources, chance and ledger."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from math import ceil, inf
from typing import Any

import simpy

from sim.campaign.plan import (
    Campaign,
    Chance,
    LaunchPlan,
    LegPlan,
    LivingPlan,
    MissionPlan,
    Opportunities,
    Reliability,
    TankPlan,
)
from sim.chance import Draws
from sim.model.ledger import Ledger, Span
from sim.model.outcome import Event, Move

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
        """Give the day on which the next vehicle is there for someone who asks now.

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
        """Give an event that happens, with the pad as its value, when one of a list is free."""
        event = self._env.event()
        self._waiting.append((wanted, event))
        return event

    def put(self, pad: int, opener: Span | None = None) -> None:
        """Give a pad to the first who waits for it, or keep it free; `opener` brought it into use just now."""
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
        """Give a slot to the first who waits, or keep it free."""
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
        """Promise money for a piece of work; give the day on which it is there, infinity when it never is.

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
        """Give the chance that the next flight fails, and count it."""
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
        """Give an event that happens when the balance next changes."""
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

    def __init__(self, plan: TankPlan) -> None:
        self.capacity_kg = plan.capacity_kg
        self._boil_off_per_d = plan.boil_off_per_d
        self._level_kg = 0.0
        self._since = 0.0
        self.waiting: list[simpy.Event] = []
        """Those who wait for more propellant."""
        self.wanted: simpy.Event | None = None
        """Happens when somebody begins to wait."""

    def level_kg(self, now: float) -> float:
        """Give what is left now."""
        self._level_kg *= (1.0 - self._boil_off_per_d) ** (now - self._since)
        self._since = now
        return self._level_kg

    def move(self, now: float, kg: float) -> None:
        """Put propellant in, or take it out, and wake who waits."""
        self._level_kg = min(self.level_kg(now) + kg, self.capacity_kg)
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
        """Give an event that happens when goods or crew next change."""
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

    def lasts_from_d(self, extra_crew: int, days: float) -> float:
        """Give after how many days from now goods will last for so many days, if nothing else changes."""
        self.settle()
        wait_d = 0.0
        for good, use in enumerate(self._plan.use_kg_d):
            net = use * (self.crew + extra_crew) - self.makes_kg_d[good]
            missing_kg = net * days - self.stock_kg[good]
            if net > 0.0 and missing_kg > 1e-6:
                gains_kg_d = self.makes_kg_d[good] - use * self.crew
                wait_d = max(wait_d, missing_kg / gains_kg_d if gains_kg_d > 0.0 else inf)
        return wait_d

    def lasts_d(self, extra_crew: int = 0) -> float:
        """Give for how many days the scarcest good lasts; infinity when nothing is used up."""
        self.settle()
        days = inf
        for good, use in enumerate(self._plan.use_kg_d):
            net = use * (self.crew + extra_crew) - self.makes_kg_d[good]
            if net > 0.0:
                days = min(days, self.stock_kg[good] / net)
        return days


class World:
    """Everything the processes of one replication share."""

    def __init__(self, campaign: Campaign, draws: Draws | None, *, story: bool) -> None:
        self.campaign = campaign
        self.draws = draws
        """None in the nominal run: modes, no failures, no slips."""
        self.env = simpy.Environment()
        self.ledger = Ledger(len(campaign.subjects), len(campaign.milestones))
        self.reached = [float("inf")] * len(campaign.milestones)
        self._waiting: list[list[Gate]] = [[] for _ in campaign.milestones]
        self.lines = [Line() for _ in campaign.launchers]
        self.families = [Family() for _ in campaign.families]
        self.fleet = [Class(self.sample(c.reliability.quality), c.reliability) for c in campaign.launchers]
        self.classes = [Class(self.sample(c.reliability.quality), c.reliability) for c in campaign.flight_classes]
        self.pads = Pads(self.env)
        self.jobs = Slots(self.env, campaign.base.jobs_at_once) if campaign.base else None
        self.robot_shift_h = campaign.base.robot_shift_h if campaign.base else 0.0
        self.power = Power()
        self.store = Store(self.env, campaign.living)
        self.accounts = [
            Account(p.per_year, p.at_start, p.grants_d) if p.per_year == p.per_year else None for p in campaign.partners
        ]
        self.spent: list[tuple[float, float]] = []
        """(day, cost) of everything that was started."""
        self.ports = [Slots(self.env, tank.ports) for tank in campaign.tanks]
        self.tanks = [Tank(tank) for tank in campaign.tanks]
        self.turns_d: dict[int, float] = {}
        """How long after the needs of a series its latest flight is wanted."""
        self.left_behind: set[int] = set()
        """Elements whose partner had left, with nobody to take over, when they were to be launched."""
        self.antennas_busy: list[tuple[float, float]] = []
        """(from, until) of critical events."""
        self.stretch: dict[int, float] = {}
        """Factor of the risks that happen on each activity."""
        self.leaves = [float("inf")] * len(campaign.partners)
        self.joins = [0.0] * len(campaign.partners)
        self._handovers: dict[int, float] = {}
        self.launches = self.launch_failures = self.landing_failures = self.scrubs = 0
        self.tankers = self.early_returns = 0
        self.story = story
        self.moves: list[Move] = []
        self.log: list[Event] = []

    # --- chance ---------------------------------------------------------------------------------------------------

    def sample(self, chance: Chance, stream: int = -1) -> float:
        """Give the next value of an uncertain number; its nominal value in the nominal run."""
        if self.draws is None or chance.law is None:
            return chance.nominal
        return chance.law.ppf(self.draws.u(chance.stream if stream < 0 else stream))

    def happens(self, probability: float, stream: int) -> bool:
        """Whether something happens this time; never in the nominal run."""
        return self.draws is not None and probability > 0.0 and self.draws.u(stream) < probability

    def handover_d(self, partner: int) -> float:
        """Give how long the work of a partner who has left takes to pass on: drawn once, whoever asks first."""
        if partner not in self._handovers:
            law = self.campaign.partners[partner].handover
            self._handovers[partner] = self.sample(law) if law is not None else 0.0
        return self._handovers[partner]

    def has_heir(self, partner: int) -> bool:
        """Whether a partner takes part still, or somebody who does will take over."""
        now, gone = self.env.now, set[int]()
        while partner >= 0 and partner not in gone and self.leaves[partner] <= now:
            gone.add(partner)
            partner = self.campaign.partners[partner].successor
        return partner >= 0 and partner not in gone

    def absent(self) -> int:
        """Give the set of partners with antennas who do not take part now, as a number with a bit for each."""
        ground, now = self.campaign.ground, self.env.now
        if ground is None:
            return 0
        return sum(1 << bit for bit, partner in enumerate(ground.partners) if not self.takes_part(partner, now))

    def navigates(self) -> bool:
        """Whether better navigation is there, where the scenario has it."""
        ground = self.campaign.ground
        if ground is None or not ground.navigation:
            return False
        return all(self.ledger.released_by[milestone] is not None for milestone in ground.navigation)

    def opportunities(self, item: LaunchPlan) -> Opportunities | None:
        """Give the departures a launch can use with the navigation there is; None when any day will do."""
        index = item.navigated if self.navigates() else item.opportunities
        return self.campaign.opportunities[index] if index >= 0 else None

    def takes_part(self, partner: int, day: float) -> bool:
        """Whether a partner takes part on a day."""
        since, until = self.campaign.partners[partner].barred
        return self.joins[partner] <= day < self.leaves[partner] and not since <= day < until

    # --- milestones -----------------------------------------------------------------------------------------------

    def reach(self, milestone: int, span: Span) -> None:
        """Say that a milestone is reached now, by this span, and release who waited for it."""
        if milestone < 0 or self.ledger.released_by[milestone] is not None:
            return
        self.reached[milestone] = self.env.now
        self.ledger.released_by[milestone] = span
        for gate in self._waiting[milestone]:
            gate.missing -= 1
            if gate.missing == 0:
                gate.open()
        self._waiting[milestone] = []

    def release(self, span: Span, parent: Span | None = None, since_d: float = -1.0) -> Process:
        """Wait for everything a span needs, then start it; the last to arrive becomes its binding.

        A parent counts from its end, or from `since_d` when it released this span while it went on itself.
        """
        missing = self._missing(span)
        if missing:
            opened = self.env.event()
            self._lock(missing, opened.succeed)
            yield opened
        self.bind(span, parent, since_d)

    def begin(self, span: Span, process: Callable[[Span], Process]) -> None:
        """Start a process with its span when everything the span needs is there."""

        def start() -> None:
            self.bind(span)
            self.env.process(process(span))

        self.when_ready(span, start)

    def when_ready(self, span: Span, call: Callable[[], None]) -> None:
        """Call a function when everything a span needs is there, at once if it is."""
        missing = self._missing(span)
        if missing:
            self._lock(missing, call)
        else:
            call()

    def bind(self, span: Span, parent: Span | None = None, since_d: float = -1.0) -> None:
        """Start a span now, released by the last of its parent and its needs."""
        binding, latest = parent, (max(parent.end, since_d) if parent is not None else 0.0)
        for need in span.needs:
            if self.reached[need] > latest:
                binding, latest = self.ledger.released_by[need], self.reached[need]
        span.binding, span.start = binding, self.env.now

    def _missing(self, span: Span) -> list[int]:
        released_by = self.ledger.released_by
        return [need for need in span.needs if released_by[need] is None]

    def _lock(self, missing: list[int], call: Callable[[], object]) -> None:
        gate = Gate(len(missing), call)
        for need in missing:
            self._waiting[need].append(gate)

    def later(self, days: float, call: Callable[[], object]) -> None:
        """Call a function some days from now."""

        def ring(_: simpy.Event) -> None:
            call()

        self.env.timeout(days).callbacks.append(ring)

    def spend(self, span: Span, days: float, cause: int) -> Process:
        """Let a span spend days on a cause."""
        span.marks.append((self.env.now, cause))
        if days > 0.0:
            yield self.env.timeout(days)

    def spend_until(self, span: Span, day: float, cause: int) -> Process:
        """Let a span wait for a day on the calendar; no wait when it has passed."""
        now = self.env.now
        if day > now:
            span.marks.append((now, cause))
            yield self.env.timeout(day - now)

    def give_up(self, span: Span, cause: int) -> Process:
        """Let a span wait forever: what it waits for will never come."""
        span.marks.append((self.env.now, cause))
        yield self.env.event()

    def close(self, span: Span) -> None:
        """End a span now."""
        span.end = self.env.now

    def note(self, subject: int, verb: str, place: str = "", mass_kg: float | None = None, detail: str = "") -> None:
        """Write a line of the trace, when one is wanted."""
        if self.story:
            name = self.campaign.subjects[subject].name
            self.log.append(Event(self.env.now, name, verb, place, mass_kg, detail))

    def travel(self, plan: MissionPlan, leg: LegPlan, start_d: float, *, lost: bool = False) -> None:
        """Write a leg into the trace, when one is wanted."""
        if self.story:
            self._move(plan.subject, leg.vehicle, leg.kind, (leg.origin, leg.destination), start_d, leg, lost=lost)

    def carry(self, plan: MissionPlan, item: LaunchPlan, start_d: float, *, lost: bool) -> None:
        """Write the first leg of one launch into the trace, when one is wanted."""
        if self.story:
            way = (item.origin, item.destination)
            self._move(plan.subject, item.vehicle, item.kind, way, start_d, item, lost=lost)

    def retrace(self, plan: MissionPlan, destination: str, start_d: float) -> None:
        """Write the journey of a mission that has flown into the trace, when one is wanted."""
        if self.story and destination:
            self._move(plan.subject, plan.vehicle, plan.kind, ("earth", destination), start_d, plan, lost=plan.lost)

    def _move(
        self,
        subject: int,
        vehicle: str,
        kind: str,
        way: tuple[str, str],
        start_d: float,
        load: MissionPlan | LaunchPlan | LegPlan,
        *,
        lost: bool,
    ) -> None:
        name = self.campaign.subjects[subject].name
        outcome = "lost" if lost else "ok"
        self.moves.append(Move(name, vehicle, kind, *way, start_d, self.env.now, load.mass_kg, load.crew, outcome))
