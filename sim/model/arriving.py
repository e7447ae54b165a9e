"""Arriving: legs to orbits and to the ground, in light and in sight of the Earth."""

from __future__ import annotations

from sim.campaign.causes import FLIGHT, LIGHTING, TRACKING
from sim.campaign.plan import LegPlan, LightTable, MissionPlan
from sim.model.ledger import Span
from sim.model.world import Process, World


def fly_legs(world: World, plan: MissionPlan, span: Span, legs: tuple[LegPlan, ...]) -> Process:
    """Fly legs one after the other, each after waiting for what its arrival needs."""
    for leg in legs:
        if leg.light >= 0:
            yield from wait_for_light(world, span, leg)
        if leg.tracked:
            yield from wait_until_seen(world, span, "landing", leg.duration_d)
            if leg.light >= 0:
                yield from wait_for_light(world, span, leg)
        start = world.env.now
        yield from world.spend(span, leg.duration_d, FLIGHT)
        world.travel(plan, leg.origin, leg.destination, start, lost=False)


def wait_for_light(world: World, span: Span, leg: LegPlan) -> Process:
    """Wait until the Sun will be up on arrival."""
    day = _next_inside(world.campaign.lights[leg.light], world.env.now + leg.duration_d)
    if day is None:
        yield from world.give_up(span, LIGHTING)
    else:
        yield from world.spend_until(span, day - leg.duration_d, LIGHTING)


def wait_until_seen(world: World, span: Span, event: str, ahead_d: float = 0.0) -> Process:
    """Wait until a station sees the Moon, and has an antenna free, `ahead_d` days from now."""
    ground = world.campaign.ground
    if ground is None or (event == "rendezvous" and not ground.rendezvous):
        return
    absent = world.absent()
    day = _next_inside(ground.covers[absent], world.env.now + ahead_d)
    if day is None:
        yield from world.give_up(span, TRACKING)
    else:
        yield from world.spend_until(span, day - ahead_d, TRACKING)
    while _busy(world, world.env.now + ahead_d) >= ground.antennas[absent]:
        yield from world.spend(span, ground.hold_d, TRACKING)
    at = world.env.now + ahead_d
    world.antennas_busy.append((at, at + ground.hold_d))


def _busy(world: World, day: float) -> int:
    """Give how many critical events keep an antenna on a day; forgets those that are over."""
    world.antennas_busy = [hold for hold in world.antennas_busy if hold[1] > world.env.now]
    return sum(1 for since, until in world.antennas_busy if since <= day < until)


def _next_inside(table: LightTable, day: float) -> float | None:
    """Give the first day, from this one on, that lies in an interval; None when there is none."""
    place = int(table.end_d.searchsorted(day, side="right"))
    return None if place == len(table.end_d) else max(float(table.start_d[place]), day)


def land(world: World, plan: MissionPlan) -> bool:
    """Touch down, or go into the final orbit; whether it succeeds. Better navigation makes landing safer."""
    lands = bool(plan.legs) and plan.legs[-1].lands
    place = plan.legs[-1].destination if plan.legs else (plan.launches[-1].destination if plan.launches else "")
    if plan.landing_class >= 0:
        failing = world.classes[plan.landing_class].next_failure()
        odds = landing_odds(world)
        if world.happens(failing * odds / (1.0 - failing + failing * odds), plan.landing_stream):
            world.landing_failures += 1
            world.note(plan.subject, "is lost at landing", place, plan.mass_kg, plan.vehicle)
            return False
    world.note(plan.subject, "lands" if lands else "arrives", place, plan.mass_kg, plan.vehicle)
    return True


def landing_odds(world: World) -> float:
    """Give the factor on the odds of a landing failure by the navigation there is."""
    ground = world.campaign.ground
    return ground.landing_odds if ground is not None and world.navigates() else 1.0
