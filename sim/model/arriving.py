"""Arriving: legs to orbits and to the ground, in light and in sight of the Earth; what cargo does there."""

from __future__ import annotations

from math import inf

from sim.campaign.causes import FAILURE, FLIGHT, LIGHTING, PLAN, SUPPLY, TRACKING
from sim.campaign.plan import LegPlan, LightTable, MissionPlan
from sim.model.ledger import Span
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World


def fly_legs(world: World, plan: MissionPlan, span: Span, legs: tuple[LegPlan, ...]) -> Process:
    """Fly legs one after the other, each after waiting for what its arrival needs; return whether all succeed."""
    for leg in legs:
        yield from wait_for_arrival(world, span, leg)
        start = world.env.now
        yield from world.spend(span, leg.duration_d, FLIGHT)
        lost = leg.lands and not land(world, plan, leg)
        world.travel(plan, leg, start, lost=lost)
        if lost:
            return False
    return True


def wait_for_arrival(world: World, span: Span, leg: LegPlan) -> Process:
    """Wait until a leg would end in light and in sight of a free antenna, both at once."""
    lit_at = -1.0
    while leg.light >= 0 or leg.tracked:
        if leg.light >= 0:
            yield from wait_for_light(world, span, leg)
            lit_at = world.env.now
        if not leg.tracked:
            return
        yield from wait_until_seen(world, span, "landing", leg.duration_d)
        if leg.light < 0 or world.env.now == lit_at:
            reserve(world, leg.duration_d)
            return
        world.again(span.subject, "waits for light and an antenna", "give ground.hold a time")


def wait_for_light(world: World, span: Span, leg: LegPlan) -> Process:
    """Wait until the Sun will be up on arrival."""
    day = next_inside(world.campaign.lights[leg.light], world.env.now + leg.duration_d)
    if day is None:
        yield from world.give_up(span, LIGHTING)
    else:
        yield from world.spend_until(span, day - leg.duration_d, LIGHTING)


def wait_until_seen(world: World, span: Span, event: str, ahead_d: float = 0.0) -> Process:
    """Wait until a station will see the Moon, with an antenna free, `ahead_d` days later."""
    ground = world.campaign.ground
    if ground is None or (event == "rendezvous" and not ground.rendezvous):
        return
    while True:
        absent, day = world.absent(), world.env.now + ahead_d
        seen = next_inside(ground.covers[absent], day)
        if seen is None:
            yield from world.give_up(span, TRACKING)
        elif seen - ahead_d > world.env.now:
            yield from world.spend_until(span, seen - ahead_d, TRACKING)
        elif _busy(world, day, ground.hold_d) < ground.antennas[absent]:
            return
        else:
            yield from world.spend(span, ground.hold_d, TRACKING)
        world.again(span.subject, f"waits to be seen at its {event}", "give ground.hold a time")


def reserve(world: World, ahead_d: float) -> None:
    """Keep an antenna busy with a critical event `ahead_d` days from now."""
    if world.campaign.ground is not None:
        at = world.env.now + ahead_d
        world.antennas_busy.append((at, at + world.campaign.ground.hold_d))


def _busy(world: World, day: float, hold_d: float) -> int:
    """Return how many critical events keep antennas while one would last; forgets those that are over."""
    world.antennas_busy = [hold for hold in world.antennas_busy if hold[1] > world.env.now]
    return sum(1 for since, until in world.antennas_busy if since < day + hold_d and day < until)


def next_inside(table: LightTable, day: float) -> float | None:
    """Return the first day, from this one on, that lies in an interval; None when there is none."""
    place = int(table.end_d.searchsorted(day, side="right"))
    return None if place == len(table.end_d) else max(float(table.start_d[place]), day)


def land(world: World, plan: MissionPlan, leg: LegPlan) -> bool:
    """Touch down; whether it succeeds. Better navigation makes landing safer."""
    if plan.landing_class >= 0:
        failing = world.classes[plan.landing_class].next_failure()
        odds = landing_odds(world)
        if world.happens(failing * odds / (1.0 - failing + failing * odds), plan.landing_stream):
            world.landing_failures += 1
            world.note(plan.subject, Verb.IS_LOST_AT_LANDING, leg.destination, leg.mass_kg, leg.vehicle)
            return False
    world.note(plan.subject, Verb.LANDS, leg.destination, leg.mass_kg, leg.vehicle)
    return True


def landing_odds(world: World) -> float:
    """Return the factor on the odds of a landing failure by the navigation there is."""
    ground = world.campaign.ground
    return ground.landing_odds if ground is not None and world.navigates() else 1.0


def wait_for_goods(world: World, span: Span, plan: MissionPlan) -> Process:
    """Wait until the base, with what the flight brings along, has goods for the whole stay and the reserve beyond."""
    wanted_d = plan.stay_d + world.campaign.living.reserve_d
    while (wait_d := world.store.lasts_from_d(plan.crew_down, wanted_d, dict(plan.goods))) > 0.0:
        world.again(span.subject, "waits for goods", "let goods and crews change less often")
        span.marks.append((world.env.now, SUPPLY))
        if world.env.now + wait_d == world.env.now:
            break  # what is missing comes sooner than the clock can tell
        yield world.env.timeout(wait_d) | world.store.change() if wait_d < inf else world.store.change()


def cut_short(world: World, plan: MissionPlan, parent: Span) -> None:
    """Note in the ledger that the planned stay will never be completed, for want of goods."""
    rest = world.ledger.open(plan.subject, "stay", milestone=plan.stayed)
    rest.start, rest.binding = world.env.now, parent
    rest.marks.append((world.env.now, SUPPLY))


def stay(world: World, span: Span, plan: MissionPlan) -> Process:
    """Live at the base as long as planned, or until goods last no longer than the reserve."""
    world.store.board(plan.crew_down)
    world.note(plan.subject, Verb.MOVES_IN, world.campaign.base.place if world.campaign.base else "")
    span.marks.append((world.env.now, PLAN))
    end_d = world.env.now + plan.stay_d
    while world.env.now < end_d:
        world.again(span.subject, "lives on what is there", "let goods and crews change less often")
        left_d = world.store.lasts_d() - world.campaign.living.reserve_d
        if left_d <= 1e-9:
            world.early_returns += 1
            world.note(plan.subject, Verb.LEAVES_EARLY)
            cut_short(world, plan, span)
            break
        alarm = world.env.timeout(min(left_d, end_d - world.env.now))
        yield alarm | world.store.change()
    else:
        world.reach(plan.stayed, span)
    world.store.board(-plan.crew_down)


def go_home(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Stay on the surface, then bring crew or samples home."""
    span = world.ledger.open(plan.subject, "return")
    world.bind(span, parent)
    if plan.lives_at_base:
        yield from stay(world, span, plan)
    else:
        yield from world.spend(span, plan.stay_d, PLAN)
        world.reach(plan.stayed, span)
    if plan.ascent_class >= 0 and world.happens(world.classes[plan.ascent_class].next_failure(), plan.ascent_stream):
        site = plan.legs[-1].destination if plan.legs else ""
        world.note(plan.subject, Verb.IS_LOST_AT_ASCENT, site, None, plan.vehicle)
        for leg in plan.back[:1]:
            world.travel(plan, leg, world.env.now, lost=True)
        yield from world.give_up(span, FAILURE)
    yield from fly_legs(world, plan, span, plan.back)
    world.close(span)
    for leg in plan.back[-1:]:
        world.note(plan.subject, Verb.COMES_HOME, leg.destination, leg.mass_kg, leg.vehicle)
    world.reach(plan.returned, span)
