"""Living: people at the base, the goods they use, and when they must come home."""

from __future__ import annotations

from math import inf

from sim.campaign.causes import FAILURE, PLAN, SUPPLY
from sim.campaign.plan import MissionPlan
from sim.model.arriving import fly_legs
from sim.model.ledger import Span
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World


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
