"""Staging: tanks in orbit, the tankers that fill them, ports that queue, and flights told step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sim.campaign.causes import FAILURE, FLIGHT, PORT, PROPELLANT, SCRUB
from sim.campaign.plan import OperationPlan, RefuelPlan, TankPlan
from sim.model.ledger import Span
from sim.model.world import Process, World


def fly_steps(world: World, span: Span, steps: Sequence[OperationPlan]) -> Process:
    """Fly step after step; give (whether all succeed, the span that goes on).

    A step that needs something opens a new span, bound to whoever it waited for.
    """
    for step in steps:
        if any(world.ledger.released_by[need] is None for need in step.needs):
            if not span.marks:
                span.marks.append((world.env.now, FLIGHT))
            world.close(span)
            after = world.ledger.open(span.subject, step.name, step.needs)
            yield from world.release(after, span)
            span = after
        if not (yield from fly_step(world, span, step)):
            return False, span
        world.reach(step.done, span)
    return True, span


def fly_step(world: World, span: Span, step: OperationPlan) -> Process:
    """Fly one step, tried again after each scrub; give whether it succeeds."""
    while step.recycle is not None and world.happens(step.scrub, step.scrub_stream):
        world.scrubs += 1
        yield from world.spend(span, world.sample(step.recycle), SCRUB)
    yield from world.spend(span, world.sample(step.duration), FLIGHT)
    if not world.happens(step.fails, step.fail_stream):
        return True
    world.note(span.subject, f"fails at {step.name}")
    return False


def fill(world: World, number: int, plan: TankPlan) -> Process:
    """Fill a tank with one tanker after the other until it is full, or the fleet is lost."""
    span = world.ledger.open(plan.subject, "filling", plan.needs)
    yield from world.release(span)
    span.marks.append((world.env.now, FLIGHT))
    fleet, tank = plan.fleet, world.tanks[number]
    while tank.level_kg(world.env.now) < plan.capacity_kg - 1e-6:
        failed = yield from fly_tanker(world, span, plan)
        if failed is None:
            world.tankers += 1
            tank.move(world.env.now, plan.delivers_kg)
            world.note(plan.subject, "is topped up", plan.place, plan.delivers_kg)
            continue
        fleet -= 1
        if not failed.spare or fleet == 0:
            world.note(plan.subject, "has no tanker left")
            yield from world.give_up(span, FAILURE)
        yield from world.spend(span, world.sample(plan.spare) if plan.spare is not None else 0.0, FAILURE)
    world.close(span)
    world.note(plan.subject, "is full", plan.place, plan.capacity_kg)
    world.reach(plan.filled, span)


def fly_tanker(world: World, span: Span, plan: TankPlan) -> Process:
    """Fly one tanker; give the step that failed, or None."""
    for step in plan.operations:
        if not (yield from fly_step(world, span, step)):
            return step
    return None


def dock(world: World, span: Span, plan: RefuelPlan) -> Process:
    """Wait for a port and for propellant, take it on, and leave."""
    tank = world.tanks[plan.tank]
    span.marks.append((world.env.now, PORT))
    with world.ports[plan.tank].request() as port:
        yield port
        while tank.level_kg(world.env.now) < plan.propellant_kg - 1e-6:
            span.marks.append((world.env.now, PROPELLANT))
            more = world.env.event()
            tank.waiting.append(more)
            yield more
        yield from world.spend(span, world.sample(plan.duration), PORT)
        tank.move(world.env.now, -plan.propellant_kg)
