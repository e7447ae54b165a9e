"""The world of one replication: clock, milestones, resources, chance and ledger."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from sim.campaign.plan import Campaign, Chance, Reliability
from sim.chance import Draws
from sim.model.ledger import Ledger, Span
from sim.model.outcome import Event, Move

Process = Generator[simpy.Event, Any, Any]


class Gate:
    """Opens when the last of several milestones is reached."""

    __slots__ = ("missing", "opened")

    def __init__(self, missing: int, opened: simpy.Event) -> None:
        self.missing = missing
        self.opened = opened


class Line:
    """A production line: vehicles in order, ahead of demand up to its stock."""

    __slots__ = ("_ready_at", "_taken_at")

    def __init__(self) -> None:
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

    __slots__ = ("_changed", "constant_w", "demand_w", "history", "solar_w", "storage_w", "supplier")

    def __init__(self) -> None:
        self.constant_w = self.solar_w = self.storage_w = self.demand_w = 0.0
        self.supplier: Span | None = None
        """The span that last added to the supply."""
        self.history: list[tuple[float, float, float]] = []
        self._changed: list[simpy.Event] = []

    @property
    def firm_w(self) -> float:
        """Power that holds through the longest night: constant sources, and stores as far as arrays can fill them."""
        return self.constant_w + min(self.solar_w, self.storage_w)

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
        self.pads = simpy.FilterStore(self.env)
        self.jobs = simpy.Resource(self.env, campaign.base.jobs_at_once) if campaign.base else None
        self.robot_shift_h = campaign.base.robot_shift_h if campaign.base else 0.0
        self.power = Power()
        self.stretch: dict[int, float] = {}
        """Factor of the risks that happen on each activity."""
        self.leaves = [float("inf")] * len(campaign.partners)
        self.joins = [0.0] * len(campaign.partners)
        self.launches = self.launch_failures = self.landing_failures = self.scrubs = 0
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
                gate.opened.succeed()
        self._waiting[milestone] = []

    def release(self, span: Span, parent: Span | None = None) -> Process:
        """Wait for everything a span needs, then start it; the last to arrive becomes its binding."""
        missing = [need for need in span.needs if self.ledger.released_by[need] is None]
        if missing:
            opened = self.env.event()
            gate = Gate(len(missing), opened)
            for need in missing:
                self._waiting[need].append(gate)
            yield opened
        binding, latest = parent, (parent.end if parent is not None else 0.0)
        for need in span.needs:
            if self.reached[need] > latest:
                binding, latest = self.ledger.released_by[need], self.reached[need]
        span.binding, span.start = binding, self.env.now

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

    def close(self, span: Span) -> None:
        """End a span now."""
        span.end = self.env.now

    def note(self, subject: int, verb: str, place: str = "", mass_kg: float | None = None, detail: str = "") -> None:
        """Write a line of the trace, when one is wanted."""
        if self.story:
            name = self.campaign.subjects[subject].name
            self.log.append(Event(self.env.now, name, verb, place, mass_kg, detail))
