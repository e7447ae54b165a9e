"""One replication, or a run of them: (Campaign, root seed, replication number) -> row of a Sample, always the same."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from typing import TypeAlias

from sim.campaign.causes import CAUSES
from sim.campaign.plan import Campaign
from sim.chance import Draws, DrawTable
from sim.model.building import plan_element, plan_goal
from sim.model.flying import plan_mission
from sim.model.launching import open_pads
from sim.model.ledger import tell
from sim.model.programme import plan_activity, settle_partners, settle_risks
from sim.model.sample import PARTS, Sample, empty_sample
from sim.model.staging import plan_filling
from sim.model.timekeeping import Timekeeping
from sim.model.tracing import Segment, TankLevel, Trace
from sim.model.world import StandstillError, World
from sim.sampling import LATIN_HYPERCUBE

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""About ten worlds of the baseline: some megabytes."""
DRAWN_AT_ONCE = 128
"""Replications whose random numbers are tabled together: more would take memory and gain nothing."""
NOMINAL = -1
"""Replication number of the nominal run."""

Chains: TypeAlias = dict[str, tuple[Segment, ...]]
"""By goal: the days that date it."""


def simulate(
    campaign: Campaign, seed: int, replication: int, *, traced: bool = False, sampling: str = LATIN_HYPERCUBE
) -> Sample:
    """Simulate one replication, with its trace if asked for."""
    table = DrawTable(seed, campaign.streams, replication, 1, campaign.luck, sampling=sampling)
    return _simulate_one(campaign, replication, table.replication(replication), traced=traced)


def simulate_nominal(campaign: Campaign, *, traced: bool = True) -> Sample:
    """Simulate the plan: every duration at its mode, nothing fails, nothing slips."""
    return _simulate_one(campaign, NOMINAL, None, traced=traced)


def simulate_chunk(campaign: Campaign, seed: int, first: int, count: int, sampling: str = LATIN_HYPERCUBE) -> Sample:
    """Simulate replications `first` to `first + count - 1`; the same outcomes as one by one."""
    sample = _empty(campaign, count)
    with collect_rarely():
        for start in range(0, count, DRAWN_AT_ONCE):
            rows = range(start, min(start + DRAWN_AT_ONCE, count))
            table = DrawTable(seed, campaign.streams, first + start, len(rows), campaign.luck, sampling=sampling)
            for row in rows:
                _replicate(campaign, sample, row, first + row, table.replication(first + row), traced=False)
    return sample


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Let the garbage collector look less often for a while.

    A world is full of cycles and is dropped whole: looking through it while it is alive finds nothing, and takes a
    tenth to a quarter of a replication's time.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _simulate_one(campaign: Campaign, replication: int, draws: Draws | None, *, traced: bool) -> Sample:
    sample = _empty(campaign, 1)
    world, timekeeping, chains = _replicate(campaign, sample, 0, replication, draws, traced=traced)
    if not traced:
        return sample[0]
    placed = timekeeping.placed if timekeeping is not None else {}
    return replace(sample[0], trace=_trace(world, replication, chains), placed=placed)


def _empty(campaign: Campaign, rows: int) -> Sample:
    return empty_sample(rows, len(campaign.milestones), len(campaign.subjects), len(campaign.goals))


def _replicate(
    campaign: Campaign, sample: Sample, row: int, replication: int, draws: Draws | None, *, traced: bool
) -> tuple[World, Timekeeping | None, Chains]:
    """Simulate one replication into a row of a sample; return what its trace is made of."""
    world = World(campaign, draws, traced=traced)
    try:
        settle_partners(world)
        settle_risks(world)
        timekeeping = start(world)
        world.env.run(until=campaign.end_d)
    except StandstillError as error:
        raise StandstillError(f"{'the plan' if draws is None else f'replication {replication}'} of {error}") from None
    world.store.settle()
    return world, timekeeping, collect(world, sample, row, replication, timekeeping)


def start(world: World) -> Timekeeping | None:
    """Put everything a campaign consists of on the calendar; return who keeps its schedule, if it has one."""
    campaign, timekeeping = world.campaign, None
    open_pads(world)
    if campaign.schedule is not None:
        timekeeping = Timekeeping(world, campaign.schedule)
        timekeeping.begin()
    else:
        for number, activity in enumerate(campaign.activities):
            plan_activity(world, number, activity)
    for mission in campaign.missions:
        if not mission.reserve:
            plan_mission(world, mission)
    for number, tank in enumerate(campaign.tanks):
        if tank.filled >= 0:
            plan_filling(world, number, tank)
    for element in campaign.elements:
        plan_element(world, element)
    for goal in campaign.goals:
        plan_goal(world, goal)
    return timekeeping


def collect(world: World, sample: Sample, row: int, replication: int, timekeeping: Timekeeping | None = None) -> Chains:
    """Write what one replication leaves behind into a row of a sample; return the chains of its goals, if traced."""
    campaign = world.campaign
    by_cause_d = [[0.0] * len(CAUSES) for _ in campaign.goals]
    on_chain, chains = sample.on_chain[row], Chains()
    sample.parts[row], sample.part_d[row] = -1, 0.0
    on_chain[:] = False
    subject_of = [milestone.subject for milestone in campaign.milestones]
    for number, goal in enumerate(campaign.goals):
        steps = list(world.ledger.walk(goal.reached, subject_of, campaign.end_d))
        parts: dict[int, float] = {}
        for span, cause, since, until in steps:
            by_cause_d[number][cause] += until - since
            part = span.subject * len(CAUSES) + cause
            parts[part] = parts.get(part, 0.0) + until - since
        _keep_longest(parts, sample, row, number)
        on_chain[number, [span.subject for span, *_ in steps]] = True
        if world.traced:
            chains[goal.name] = tell(steps, tuple(s.name for s in campaign.subjects), CAUSES)
    sample.replication[row] = replication
    sample.reached_d[row] = world.reached
    sample.start_d[row] = _starts(world, timekeeping)
    sample.by_cause_d[row] = by_cause_d
    sample.facility_days[row] = _facility_days(world)
    sample.cost[row] = _cost(world)
    sample.crew_days[row] = world.store.crew_days
    sample.launches[row] = world.launches
    sample.launch_failures[row] = world.launch_failures
    sample.landing_failures[row] = world.landing_failures
    sample.scrubs[row] = world.scrubs
    sample.tankers[row] = world.tankers
    sample.early_returns[row] = world.early_returns
    sample.events[row] = next(world.env._eid)
    return chains


def _keep_longest(parts: dict[int, float], sample: Sample, row: int, goal: int) -> None:
    if len(parts) > PARTS:
        parts = dict(sorted(parts.items(), key=lambda one: -one[1])[:PARTS])
    sample.parts[row, goal, : len(parts)] = list(parts)
    sample.part_d[row, goal, : len(parts)] = list(parts.values())


def _starts(world: World, timekeeping: Timekeeping | None) -> list[float]:
    """Return the first release of every subject; the start of work that a schedule holds."""
    starts = [inf] * len(world.ledger.by_subject)
    for subject, spans in enumerate(world.ledger.by_subject):
        for span in spans:
            if 0.0 <= span.start < starts[subject]:
                starts[subject] = span.start
    for subject, day in timekeeping.starts() if timekeeping is not None else ():
        starts[subject] = day
    return starts


def _facility_days(world: World) -> list[float]:
    """Return the research facility-days in lunar orbit by each goal's date."""
    labs = [element for element in world.campaign.elements if element.facilities]
    return [
        sum(lab.facilities * max(goal.by_d - world.reached[lab.operational], 0.0) for lab in labs)
        for goal in world.campaign.goals
    ]


def _cost(world: World) -> list[float]:
    """Return the money spent by the day of each goal, or by the calendar's end."""
    days = [min(world.reached[goal.reached], world.campaign.end_d) for goal in world.campaign.goals]
    return [sum(cost for day, cost in world.spent if day <= until) for until in days]


def _trace(world: World, replication: int, chains: Chains) -> Trace:
    times, supply, demand = zip(*world.power.history, strict=True) if world.power.history else ((), (), ())
    planned = replication == NOMINAL
    return Trace(
        title="Nominal" if planned else f"Replication {replication}",
        replication=None if planned else replication,
        moves=tuple(world.moves),
        events=tuple(world.log),
        chains=chains,
        power_t_d=times,
        power_supply_w=supply,
        power_demand_w=demand,
        tanks=tuple(_levels(world)),
    )


def _levels(world: World) -> Iterator[TankLevel]:
    for plan, tank in zip(world.campaign.tanks, world.tanks, strict=True):
        if tank.history:
            name = world.campaign.subjects[plan.subject].name
            yield TankLevel(name, plan.capacity_kg, *zip(*tank.history, strict=True))
