"""One replication, or a run of them: (Campaign, root seed, replication number) -> Outcome, always the same."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

import numpy as np

from sim.campaign.causes import CAUSES
from sim.campaign.plan import Campaign
from sim.chance import Draws, DrawTable
from sim.model.building import plan_element, plan_goal
from sim.model.flying import plan_mission
from sim.model.launching import open_pads
from sim.model.ledger import tell
from sim.model.outcome import Outcome
from sim.model.programme import plan_activity, settle_partners, settle_risks
from sim.model.rounds import StandstillError
from sim.model.staging import plan_filling
from sim.model.timekeeping import Timekeeping
from sim.model.tracing import Segment, TankLevel, Trace
from sim.model.world import World

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""About ten worlds of the baseline: some megabytes."""
NOMINAL = -1
"""Replication number of the nominal run."""


def simulate(campaign: Campaign, seed: int, replication: int, *, traced: bool = False) -> Outcome:
    """Simulate one replication, with its trace if asked for."""
    table = DrawTable(seed, campaign.streams, replication, 1, campaign.luck)
    return _replicate(campaign, replication, table.replication(replication), traced=traced)


def simulate_nominal(campaign: Campaign, *, traced: bool = True) -> Outcome:
    """Simulate the plan: every duration at its mode, nothing fails, nothing slips."""
    return _replicate(campaign, NOMINAL, None, traced=traced)


def simulate_chunk(campaign: Campaign, seed: int, first: int, count: int) -> list[Outcome]:
    """Simulate replications `first` to `first + count - 1`; the same outcomes as one by one."""
    table = DrawTable(seed, campaign.streams, first, count, campaign.luck)
    with collect_rarely():
        return [
            _replicate(campaign, number, table.replication(number), traced=False)
            for number in range(first, first + count)
        ]


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


def _replicate(campaign: Campaign, replication: int, draws: Draws | None, *, traced: bool) -> Outcome:
    world = World(campaign, draws, traced=traced)
    try:
        settle_partners(world)
        settle_risks(world)
        timekeeping = start(world)
        world.env.run(until=campaign.end_d)
    except StandstillError as error:
        raise StandstillError(f"{'the plan' if draws is None else f'replication {replication}'} of {error}") from None
    world.store.settle()
    return collect(world, replication, timekeeping)


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


def collect(world: World, replication: int, timekeeping: Timekeeping | None = None) -> Outcome:
    """Gather what one replication leaves behind."""
    campaign = world.campaign
    goals, subjects = len(campaign.goals), len(campaign.subjects)
    by_cause_d = np.zeros((goals, len(CAUSES)))
    on_chain = np.zeros((goals, subjects), dtype=np.bool_)
    subject_of = [milestone.subject for milestone in campaign.milestones]
    chains: dict[str, tuple[Segment, ...]] = {}
    for number, goal in enumerate(campaign.goals):
        steps = list(world.ledger.walk(goal.reached, subject_of, campaign.end_d))
        for span, cause, since, until in steps:
            by_cause_d[number, cause] += until - since
            on_chain[number, span.subject] = True
        if world.traced:
            chains[goal.name] = tell(steps, tuple(s.name for s in campaign.subjects), CAUSES)
    return Outcome(
        replication=replication,
        reached_d=np.array(world.reached),
        start_d=_starts(world, timekeeping),
        by_cause_d=by_cause_d,
        on_chain=on_chain,
        facility_days=_facility_days(world),
        launches=world.launches,
        launch_failures=world.launch_failures,
        landing_failures=world.landing_failures,
        scrubs=world.scrubs,
        tankers=world.tankers,
        crew_days=world.store.crew_days,
        early_returns=world.early_returns,
        cost=_cost(world),
        events=next(world.env._eid),
        trace=_trace(world, replication, chains) if world.traced else None,
        placed=timekeeping.placed if world.traced and timekeeping is not None else {},
    )


def _starts(world: World, timekeeping: Timekeeping | None) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the first release of every subject; the start of work that a schedule holds."""
    starts = [inf] * len(world.ledger.by_subject)
    for subject, spans in enumerate(world.ledger.by_subject):
        for span in spans:
            if 0.0 <= span.start < starts[subject]:
                starts[subject] = span.start
    for subject, day in timekeeping.starts() if timekeeping is not None else ():
        starts[subject] = day
    return np.array(starts)


def _facility_days(world: World) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the research facility-days in lunar orbit by each goal's date."""
    labs = [element for element in world.campaign.elements if element.facilities]
    return np.array(
        [
            sum(lab.facilities * max(goal.by_d - world.reached[lab.operational], 0.0) for lab in labs)
            for goal in world.campaign.goals
        ]
    )


def _cost(world: World) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the money spent by the day of each goal, or by the calendar's end."""
    days = [min(world.reached[goal.reached], world.campaign.end_d) for goal in world.campaign.goals]
    return np.array([sum(cost for day, cost in world.spent if day <= until) for until in days])


def _trace(world: World, replication: int, chains: dict[str, tuple[Segment, ...]]) -> Trace:
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
