"""Arriving: legs to orbits and to the ground, in light and in sight of the Earth."""

from __future__ import annotations

from sim.campaign.causes import FLIGHT, LIGHTING, TRACKING
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
        world.again(span.subject, "waits for light and an antenna", "give ground.hold a time")
        if leg.light >= 0:
            yield from wait_for_light(world, span, leg)
            lit_at = world.env.now
        if not leg.tracked:
            return
        yield from wait_until_seen(world, span, "landing", leg.duration_d)
        if leg.light < 0 or world.env.now == lit_at:
            reserve(world, leg.duration_d)
            return


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
        world.again(span.subject, f"waits to be seen at its {event}", "give ground.hold a time")
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
