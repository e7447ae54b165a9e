"""The world of one replication: clock, milestones, resources, chance and ledger."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import simpy

from sim.campaign.plan import (
    Campaign,
    Chance,
    LaunchPlan,
    LegPlan,
    MissionPlan,
    Opportunities,
)
from sim.campaign.slips import ClassSlip
from sim.chance import Draws
from sim.model.ledger import Ledger, Span
from sim.model.resources import Account, Class, Family, Gate, Line, Pads, Power, Process, Slots, Store, Tank
from sim.model.tracing import Event, Move, Verb
from sim.problems import InputError

MOST_A_DAY = 100_000
"""Rounds of all repetitions within one day of the calendar: less than a second for each."""
MOST = 3_000_000
"""Rounds within one replication; each leaves a mark in the ledger."""


class StandstillError(InputError):
    """Time stands still, or all but: something is repeated without end."""


class Rounds:
    """Counts the rounds of every repetition in one replication."""

    __slots__ = ("_all", "_campaign", "_day_ends_d", "_today")

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._all = self._today = 0
        self._day_ends_d = 0.0

    def count(self, now_d: float, subject: int, doing: str, way_out: str) -> None:
        """Count one round more of what a subject is doing; raises StandstillError when there are too many."""
        self._all += 1
        if now_d >= self._day_ends_d:
            self._day_ends_d, self._today = now_d + 1.0, 0
        self._today += 1
        if self._today > MOST_A_DAY or self._all > MOST:
            count, span = (MOST_A_DAY, "within a day") if self._today > MOST_A_DAY else (MOST, "in one replication")
            who = self._campaign.subjects[subject]
            start = datetime.datetime.fromisoformat(self._campaign.start_iso)
            raise StandstillError(
                f"{self._campaign.scenario}: time stands still on {start + datetime.timedelta(now_d):%Y-%m-%d}: "
                f"{who.kind} {who.name} {doing}, and this is round {count:,} {span}; {way_out}"
            )


class ModelEnvironment(simpy.Environment):
    """SimPy's environment with its time in a slot: `now` is read thousands of times in a replication.

    Reading SimPy's own property takes five times as long, 2 % of a replication of the baseline.
    """

    __slots__ = ("_now",)

    def __init__(self) -> None:
        super().__init__()
        for name in ("event", "process", "timeout"):  # SimPy binds them once for all, but of its own class alone
            setattr(self, name, getattr(self, name))


ModelEnvironment.now = ModelEnvironment._now  # type: ignore[misc, assignment]


class World:
    """Everything the processes of one replication share."""

    def __init__(self, campaign: Campaign, draws: Draws | None, *, traced: bool) -> None:
        self.campaign = campaign
        self.draws = draws
        """None in the nominal run: modes, no failures, no slips."""
        self.env: simpy.Environment = ModelEnvironment()
        self.rounds = Rounds(campaign)
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
        self.tanks = [Tank(tank, traced=traced) for tank in campaign.tanks]
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
        self._absent, self._absent_since, self._absent_until = 0, float("inf"), 0.0  # holds from then, until then
        self.launches = self.launch_failures = self.landing_failures = self.scrubs = 0
        self.tankers = self.early_returns = 0
        self.traced = traced
        self.moves: list[Move] = []
        self.log: list[Event] = []

    # --- chance ---------------------------------------------------------------------------------------------------

    def sample(self, chance: Chance, stream: int = -1) -> float:
        """Return the next value of an uncertain number; its nominal value in the nominal run."""
        if self.draws is None or chance.law is None:
            return chance.nominal
        u, law = self.draws.u(chance.stream if stream < 0 else stream), chance.law
        if chance.figures >= 0 and isinstance(law, ClassSlip):
            return law.at(self.draws.figure(chance.figures), self.draws.figure(chance.figures + 1)).ppf(u)
        return law.ppf(u)

    def draw(self, stream: int) -> float:
        """Return the next draw of a stream; the middle in the nominal run."""
        return self.draws.u(stream) if self.draws is not None else 0.5

    def sample_at(self, u: float, chance: Chance) -> float:
        """Return the value of an uncertain number below which the share `u` of its law lies."""
        return chance.nominal if chance.law is None else chance.law.ppf(u)

    def happens(self, probability: float, stream: int) -> bool:
        """Whether something happens this time; never in the nominal run."""
        return self.draws is not None and probability > 0.0 and self.draws.u(stream) < probability

    def handover_d(self, partner: int) -> float:
        """Return how long the work of a partner who has left takes to pass on: drawn once, whoever asks first."""
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
        """Return the set of partners with antennas who do not take part now, as a number with a bit for each."""
        ground, now = self.campaign.ground, self.env.now
        if ground is None:
            return 0
        if not self._absent_since <= now < self._absent_until:
            stays = [(self.joins[p], self.leaves[p], *self.campaign.partners[p].barred) for p in ground.partners]
            self._absent_since = now
            self._absent_until = min((day for days in stays for day in days if day > now), default=float("inf"))
            self._absent = sum(1 << bit for bit, p in enumerate(ground.partners) if not self.takes_part(p, now))
        return self._absent

    def navigates(self) -> bool:
        """Whether better navigation is there, where the scenario has it."""
        ground = self.campaign.ground
        if ground is None or not ground.navigation:
            return False
        return all(self.ledger.released_by[milestone] is not None for milestone in ground.navigation)

    def opportunities(self, item: LaunchPlan) -> Opportunities | None:
        """Return the departures a launch can use with the navigation there is; None when any day will do."""
        index = item.navigated if self.navigates() else item.opportunities
        return self.campaign.opportunities[index] if index >= 0 else None

    def takes_part(self, partner: int, day: float) -> bool:
        """Whether a partner takes part on a day."""
        since, until = self.campaign.partners[partner].barred
        return self.joins[partner] <= day < self.leaves[partner] and not since <= day < until

    def all_take_part(self, partners: tuple[int, ...]) -> bool:
        """Whether all partners take part now."""
        now = self.env.now
        for partner in partners:  # noqa: SIM110 - asked before every piece of work, and all() takes twice the time
            if not self.takes_part(partner, now):
                return False
        return True

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

    def when_reached(self, milestone: int, call: Callable[[], object]) -> None:
        """Call a function when a milestone is reached, at once if it has been."""
        if self.ledger.released_by[milestone] is None:
            self._lock([milestone], call)
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

    def again(self, subject: int, doing: str, way_out: str) -> None:
        """Count a round of something repeated; raises StandstillError when time stands still over it."""
        self.rounds.count(self.env.now, subject, doing, way_out)

    def give_up(self, span: Span, cause: int) -> Process:
        """Let a span wait forever: what it waits for will never come."""
        span.marks.append((self.env.now, cause))
        yield self.env.event()

    def close(self, span: Span) -> None:
        """End a span now."""
        span.end = self.env.now

    def note(
        self,
        subject: int,
        verb: Verb,
        place: str = "",
        mass_kg: float | None = None,
        vehicle: str = "",
        launcher: str = "",
        stand_down_d: float = 0.0,
        step: str = "",
        partner: int = -1,
    ) -> None:
        """Write a line of the trace, when one is wanted."""
        if self.traced:
            name = self.campaign.subjects[subject].name
            who = self.campaign.partners[partner].name if partner >= 0 else ""
            self.log.append(Event(self.env.now, name, verb, place, mass_kg, vehicle, launcher, stand_down_d, step, who))

    def travel(self, plan: MissionPlan, leg: LegPlan, start_d: float, *, lost: bool = False) -> None:
        """Write a leg into the trace, when one is wanted."""
        if self.traced:
            self._move(plan.subject, leg.vehicle, leg.kind, (leg.origin, leg.destination), start_d, leg, lost=lost)

    def carry(self, plan: MissionPlan, item: LaunchPlan, start_d: float, *, lost: bool) -> None:
        """Write the first leg of one launch into the trace, when one is wanted."""
        if self.traced:
            way = (item.origin, item.destination)
            self._move(plan.subject, item.vehicle, item.kind, way, start_d, item, lost=lost)

    def retrace(self, plan: MissionPlan, destination: str, start_d: float) -> None:
        """Write the journey of a mission that has flown into the trace, when one is wanted."""
        if self.traced and destination:
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
