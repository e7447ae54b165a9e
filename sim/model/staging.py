"""Staging: tanks in orbit, the tankers that fill them, ports that queue, and flights told step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sim.campaign.causes import FAILURE, FLIGHT, PLAN, PORT, PROPELLANT, SCRUB
from sim.campaign.plan import OperationPlan, RefuelPlan, TankPlan
from sim.model.launching import launch
from sim.model.ledger import Span
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World


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
    """Fly one step, tried again after each scrub; return whether it succeeds."""
    while step.recycle is not None and world.happens(step.scrub, step.scrub_stream):
        world.scrubs += 1
        world.again(span.subject, f"is called off at {step.name}", "give recycle a time, or scrub less often")
        yield from world.spend(span, world.sample(step.recycle), SCRUB)
    yield from world.spend(span, world.sample(step.duration), FLIGHT)
    if not world.happens(step.fails, step.fail_stream):
        return True
    world.note(span.subject, Verb.FAILS_AT, step=step.name)
    return False


def plan_filling(world: World, number: int, plan: TankPlan) -> None:
    """Let a tank be filled when its station works and the tankers' needs are met."""
    needs = (*plan.needs, plan.operational, *(plan.launch.needs if plan.launch is not None else ()))
    span = world.ledger.open(plan.subject, "filling", needs, plan.filled)
    world.begin(span, lambda span: fill(world, number, plan, span))


def fill(world: World, number: int, plan: TankPlan, span: Span) -> Process:
    """Fill a tank with one tanker after the other until it is full, then for whoever finds too little in it."""
    span.marks.append((world.env.now, FLIGHT))
    fleet, tank = plan.fleet, world.tanks[number]
    while tank.level_kg(world.env.now) < plan.capacity_kg - 1e-6:
        fleet = yield from top_up(world, span, number, fleet)
    world.close(span)
    world.note(plan.subject, Verb.IS_FULL, plan.place, plan.capacity_kg)
    world.reach(plan.filled, span)
    again = world.ledger.open(plan.subject, "filling again")
    world.bind(again, span)
    again.marks.append((world.env.now, PLAN))
    while True:
        if not tank.waiting:
            tank.wanted = world.env.event()
            yield tank.wanted
        fleet = yield from top_up(world, again, number, fleet)


def top_up(world: World, span: Span, number: int, fleet: int) -> Process:
    """Bring one tanker's load; give how many tankers are left. Waits forever when there is none."""
    plan, tank = world.campaign.tanks[number], world.tanks[number]
    while True:
        world.again(plan.subject, "is sent a tanker", "give tankers a time, or let each bring more")
        ok, spare = yield from fly_tanker(world, span, plan)
        if ok:
            world.tankers += 1
            tank.move(world.env.now, plan.delivers_kg)
            world.note(plan.subject, Verb.IS_TOPPED_UP, plan.place, plan.delivers_kg)
            return fleet
        fleet -= 1
        if not spare or fleet == 0:
            world.note(plan.subject, Verb.HAS_NO_TANKER)
            yield from world.give_up(span, FAILURE)
        yield from world.spend(span, world.sample(plan.spare) if plan.spare is not None else 0.0, FAILURE)


def fly_tanker(world: World, span: Span, plan: TankPlan) -> Process:
    """Launch and fly one tanker; give (whether it delivers, whether a spare may take its place)."""
    if plan.launch is not None:
        launched, _ = yield from launch(world, span, plan.launch, 0.0)
        if not launched:
            return False, True
    for step in plan.operations:
        for need in step.needs:
            yield from wait_for(world, span, need)
        if not (yield from fly_step(world, span, step)):
            return False, step.spare
    return True, True


def wait_for(world: World, span: Span, need: int) -> Process:
    """Wait for a milestone in the middle of a span, which goes on as released by whoever reached it."""
    if world.ledger.released_by[need] is None:
        watch = world.ledger.open(span.subject, span.part, (need,))
        yield from world.release(watch)
        if watch.binding is not None:
            world.ledger.split(span, world.env.now, watch.binding)
        world.close(watch)


def dock(world: World, span: Span, plan: RefuelPlan) -> Process:
    """Wait for the station, a port and propellant, take it on, and leave."""
    tank, station = world.tanks[plan.tank], world.campaign.tanks[plan.tank]
    span.marks.append((world.env.now, PORT))
    yield from wait_for(world, span, station.operational)
    span.marks.append((world.env.now, PORT))
    yield from world.ports[plan.tank].take()
    while tank.level_kg(world.env.now) < plan.propellant_kg - 1e-6:
        span.marks.append((world.env.now, PROPELLANT))
        world.again(span.subject, "waits for propellant", "give tankers a time, or let each bring more")
        more = world.env.event()
        tank.waiting.append(more)
        if tank.wanted is not None and not tank.wanted.triggered:
            tank.wanted.succeed()
        yield more
    tank.move(world.env.now, -plan.propellant_kg)
    yield from world.spend(span, world.sample(plan.duration), PORT)
    world.ports[plan.tank].put()
