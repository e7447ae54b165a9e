"""Building: elements of the base and stations in orbit, from delivery to operation, failure and repair."""

from __future__ import annotations

from math import isnan

from sim.campaign.causes import FAILURE, LABOUR, LIGHTING, PARTNER, POWER
from sim.campaign.plan import BasePlan, ElementPlan, GoalPlan
from sim.model.ledger import Span
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World
from sim.worktime import WorkCalendar


def plan_element(world: World, plan: ElementPlan) -> None:
    """Let an element be built when it is delivered and its needs are met."""
    span = world.ledger.open(plan.subject, needs=plan.delivered + plan.needs)
    world.begin(span, lambda span: build(world, plan, span))


def build(world: World, plan: ElementPlan, span: Span) -> Process:
    """Set up one delivered element: unload, assemble, power, commission."""
    if plan.subject in world.left_behind:
        yield from world.give_up(span, PARTNER)
    if plan.partner >= 0:
        yield from world.spend_until(span, world.joins[plan.partner], PARTNER)
    if plan.on_surface and plan.unloading_h + plan.assembly_h > 0.0:
        yield from assemble(world, span, plan)
    if plan.crew_h > 0.0:
        yield from work_by_hand(world, span, plan)
    if plan.demand_w > 0.0 and plan.on_surface:
        yield from wait_for_power(world, span, plan.demand_w, 0.0)
        world.power.demand_w += plan.demand_w
        world.power.announce(world.env.now)
    yield from commission(world, span, plan)
    world.close(span)
    world.note(plan.subject, Verb.WORKS, plan.place, plan.mass_kg)
    world.reach(plan.operational, span)
    switch_on(world, plan, span)
    if plan.breakdown is not None:
        yield from break_down(world, span, plan)


def commission(world: World, span: Span, plan: ElementPlan) -> Process:
    """Test until the tests succeed."""
    yield from world.spend(span, world.sample(plan.commissioning), LABOUR)
    while world.happens(plan.test_fails, plan.test_stream):
        world.again(plan.subject, "fails its tests", "give repair or commissioning a time")
        world.note(plan.subject, Verb.FAILS_TESTS, plan.place)
        if plan.test_repair is not None:
            yield from world.spend(span, world.sample(plan.test_repair), FAILURE)
        yield from world.spend(span, world.sample(plan.commissioning), LABOUR)


def assemble(world: World, span: Span, plan: ElementPlan) -> Process:
    """Unload and assemble with the robot-hours the base has, by day, or by night too if robots can."""
    base = world.campaign.base
    if base is None or world.jobs is None:
        return
    span.marks.append((world.env.now, LABOUR))
    yield from world.jobs.take()
    while world.robot_shift_h <= 0.0:
        world.again(plan.subject, "waits for robots", "let the robots' element break down less often")
        yield world.store.change()
    days = (plan.unloading_h + plan.assembly_h) * base.jobs_at_once / world.robot_shift_h
    if base.work_in_dark or base.light < 0:
        yield from world.spend(span, until(base.calendar, world.env.now, days) - world.env.now, LABOUR)
    else:
        yield from work_by_light(world, span, days, base)
    world.jobs.put()
    world.note(plan.subject, Verb.IS_ASSEMBLED, plan.place, plan.mass_kg)


def until(calendar: WorkCalendar | None, day: float, days: float) -> float:
    """Return the day on which so many days of work end, working days where there is a calendar."""
    return day + days if calendar is None else calendar.add(day, days * calendar.day_min)


def work_by_light(world: World, span: Span, days: float, base: BasePlan) -> Process:
    """Work only while the Sun is up."""
    table, calendar = world.campaign.lights[base.light], base.calendar
    now, rest = world.env.now, days
    place = int(table.end_d.searchsorted(now, side="right"))
    while rest > 0.0:
        if place == len(table.end_d):
            yield world.env.timeout(now - world.env.now)
            yield from world.give_up(span, LIGHTING)
        up, down = float(table.start_d[place]), float(table.end_d[place])
        if up > now:
            span.marks.append((now, LIGHTING))
            now = up
        span.marks.append((now, LABOUR))
        there = down - now if calendar is None else calendar.between(now, down) / calendar.day_min
        worked = min(rest, there)
        now, rest, place = until(calendar, now, worked), rest - worked, place + 1
    yield world.env.timeout(now - world.env.now)


def work_by_hand(world: World, span: Span, plan: ElementPlan) -> Process:
    """Work while people are at the base, faster the more there are."""
    hours, shift_h = plan.crew_h, world.campaign.living.crew_shift_h
    while hours > 1e-9:
        world.again(plan.subject, "waits for people", "let goods and crews change less often")
        span.marks.append((world.env.now, LABOUR))
        rate_h_d, since = world.store.crew * shift_h, world.env.now
        change = world.store.change()
        if rate_h_d > 0.0:
            if since + hours / rate_h_d == since:
                break  # the rest is shorter than the clock can tell
            yield world.env.timeout(hours / rate_h_d) | change
        else:
            yield change
        hours -= rate_h_d * (world.env.now - since)
    world.note(plan.subject, Verb.IS_BUILT_BY_HAND, plan.place, plan.mass_kg)


def wait_for_power(world: World, span: Span, extra_w: float, margin: float) -> Process:
    """Wait until supply covers demand; the wait is owed to whoever supplies it then."""
    if world.power.enough(extra_w, margin):
        return
    span.marks.append((world.env.now, POWER))
    while not world.power.enough(extra_w, margin):
        world.again(span.subject, "waits for power", "let elements that give power break down less often")
        yield world.power.change(world.env)
    supplier = world.power.supplier
    if supplier is not None and supplier.end == world.env.now:
        world.ledger.split(span, world.env.now, supplier)


def switch_on(world: World, plan: ElementPlan, span: Span | None, sign: float = 1.0) -> None:
    """Let an element give its power, robots and goods to the base, or, with sign -1, no longer."""
    if plan.robot_shift_h > 0.0:
        world.robot_shift_h += sign * plan.robot_shift_h
        world.store.announce()
    for good, kg_d in plan.makes:
        world.store.make(good, sign * kg_d)
    if plan.constant_w + plan.solar_w + plan.storage_j > 0.0:
        base, power = world.campaign.base, world.power
        dark_s = base.longest_dark_d * 86400.0 if base is not None else 0.0
        power.constant_w += sign * plan.constant_w
        power.solar_w += sign * plan.solar_w
        power.storage_w += sign * plan.storage_j / dark_s if dark_s > 0.0 else 0.0
        power.night = dark_s > 0.0
        power.supplier = span
        power.announce(world.env.now)


def break_down(world: World, span: Span, plan: ElementPlan) -> Process:
    """Fail in operation, wait for spares, be repaired, and so on to the calendar's end; nothing fails in the plan."""
    while world.draws is not None and plan.breakdown is not None and plan.breakdown_repair is not None:
        world.again(plan.subject, "breaks down", "give every or repair a time, or let a repair take more spares")
        yield world.env.timeout(world.sample(plan.breakdown))
        world.note(plan.subject, Verb.BREAKS_DOWN, plan.place)
        switch_on(world, plan, None, -1.0)
        spares = len(world.campaign.living.goods) - 1
        while world.store.stock_kg[spares] < plan.breakdown_spares_kg:
            world.again(plan.subject, "waits for spares", "let goods and crews change less often")
            yield world.store.change()
        world.store.add(spares, -plan.breakdown_spares_kg)
        yield world.env.timeout(world.sample(plan.breakdown_repair))
        world.note(plan.subject, Verb.IS_REPAIRED, plan.place)
        switch_on(world, plan, span)


def plan_goal(world: World, plan: GoalPlan) -> None:
    """Let a goal be reached when everything it needs is there, its power margin included."""
    span = world.ledger.open(plan.subject, needs=plan.needs)
    if isnan(plan.power_margin):
        world.when_ready(span, lambda: reach_goal(world, plan, span))
    else:
        world.begin(span, lambda span: await_goal(world, plan, span))


def await_goal(world: World, plan: GoalPlan, span: Span) -> Process:
    """Reach a goal when there is power enough beyond what the base uses."""
    yield from wait_for_power(world, span, 0.0, plan.power_margin)
    reach_goal(world, plan, span)


def reach_goal(world: World, plan: GoalPlan, span: Span) -> None:
    """Say that a goal is reached."""
    if span.start < 0.0:
        world.bind(span)
    world.close(span)
    world.note(plan.subject, Verb.IS_REACHED)
    world.reach(plan.reached, span)
