"""Building: elements of the base and stations in orbit, from delivery to operation."""

from __future__ import annotations

from sim.campaign.causes import LABOUR, LIGHTING, PARTNER, POWER
from sim.campaign.plan import ElementPlan, GoalPlan
from sim.model.ledger import Span
from sim.model.world import Process, World


def build(world: World, plan: ElementPlan) -> Process:
    """Set up one element: wait for its delivery and needs, unload, assemble, power, commission."""
    span = world.ledger.open(plan.subject, needs=plan.delivered + plan.needs)
    yield from world.release(span)
    if plan.partner >= 0:
        yield from world.spend_until(span, world.joins[plan.partner], PARTNER)
    if plan.on_surface and plan.unloading_h + plan.assembly_h > 0.0:
        yield from assemble(world, span, plan)
    if plan.demand_w > 0.0 and plan.on_surface:
        span = yield from wait_for_power(world, span, plan.demand_w, 0.0)
        world.power.demand_w += plan.demand_w
        world.power.announce(world.env.now)
    yield from world.spend(span, world.sample(plan.commissioning), LABOUR)
    world.close(span)
    world.note(plan.subject, "works", plan.place, plan.mass_kg)
    world.reach(plan.operational, span)
    _add_supply(world, plan, span)


def assemble(world: World, span: Span, plan: ElementPlan) -> Process:
    """Unload and assemble with the robot-hours the base has, by day, or by night too if robots can."""
    base = world.campaign.base
    if base is None or world.jobs is None:
        return
    span.marks.append((world.env.now, LABOUR))
    with world.jobs.request() as job:
        yield job
        rate_h_d = world.robot_shift_h / base.jobs_at_once
        days = (plan.unloading_h + plan.assembly_h) / rate_h_d
        if base.work_in_dark or base.light < 0:
            yield from world.spend(span, days, LABOUR)
        else:
            yield from work_by_light(world, span, days, base.light)
    world.note(plan.subject, "is assembled", plan.place, plan.mass_kg)


def work_by_light(world: World, span: Span, days: float, light: int) -> Process:
    """Work only while the Sun is up."""
    table = world.campaign.lights[light]
    now, rest = world.env.now, days
    place = int(table.end_d.searchsorted(now, side="right"))
    while rest > 0.0:
        if place == len(table.end_d):
            span.marks.append((now, LIGHTING))
            yield world.env.event()
        up, down = float(table.start_d[place]), float(table.end_d[place])
        if up > now:
            span.marks.append((now, LIGHTING))
            now = up
        span.marks.append((now, LABOUR))
        worked = min(rest, down - now)
        now, rest, place = now + worked, rest - worked, place + 1
    yield world.env.timeout(now - world.env.now)


def wait_for_power(world: World, span: Span, extra_w: float, margin: float) -> Process:
    """Wait until supply covers demand; give the span that goes on.

    When power comes, the wait is owed to whoever supplied it: the span that goes on is bound to the supplier's.
    """
    if world.power.enough(extra_w, margin):
        return span
    span.marks.append((world.env.now, POWER))
    while not world.power.enough(extra_w, margin):
        yield world.power.change(world.env)
    world.close(span)
    after = world.ledger.open(span.subject, "powered")
    yield from world.release(after, world.power.supplier or span)
    return after


def _add_supply(world: World, plan: ElementPlan, span: Span) -> None:
    """Let an element that works now give its power and its robots to the base."""
    world.robot_shift_h += plan.robot_shift_h
    if plan.constant_w + plan.solar_w + plan.storage_j > 0.0:
        base, power = world.campaign.base, world.power
        dark_s = base.longest_dark_d * 86400.0 if base is not None else 0.0
        power.constant_w += plan.constant_w
        power.solar_w += plan.solar_w
        power.storage_w += plan.storage_j / dark_s if dark_s > 0.0 else float("inf")
        power.supplier = span
        power.announce(world.env.now)


def await_goal(world: World, plan: GoalPlan) -> Process:
    """Reach a goal when everything it needs is there."""
    span = world.ledger.open(plan.subject, needs=plan.needs)
    yield from world.release(span)
    if plan.power_margin == plan.power_margin:
        span = yield from wait_for_power(world, span, 0.0, plan.power_margin)
    world.close(span)
    world.note(plan.subject, "is reached")
    world.reach(plan.reached, span)
