"""The programme on Earth: partners, risk drivers, agreements and development."""

from __future__ import annotations

from functools import partial
from math import inf

from sim.campaign.causes import BUDGET, PARTNER, PLAN
from sim.campaign.plan import ActivityPlan
from sim.model.ledger import Span
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World


def settle_partners(world: World) -> None:
    """Draw when each partner joins and leaves."""
    for number, partner in enumerate(world.campaign.partners):
        if partner.joins is not None:
            world.joins[number] = world.sample(partner.joins)
        if partner.withdraws is not None:
            world.leaves[number] = world.sample(partner.withdraws)


def settle_risks(world: World) -> None:
    """Draw which risks happen, and how much each stretches the activities it touches."""
    for risk in world.campaign.risks:
        if world.happens(risk.probability, risk.stream):
            sample = partial(world.sample_at, world.draw(risk.shared)) if risk.shared >= 0 else world.sample
            for activity, factor in risk.stretches:
                world.stretch[activity] = world.stretch.get(activity, 1.0) * sample(factor)


def wait_for_partners(world: World, span: Span, partners: tuple[int, ...]) -> Process:
    """Wait until all partners take part at once; return who does the work, successors in the place of who has left."""
    while not world.all_take_part(partners):
        since = world.env.now
        found = []
        for partner in partners:
            found.append((yield from wait_for_partner(world, span, partner)))
        partners = tuple(dict.fromkeys(found))
        if world.env.now == since:
            break
    return partners


def wait_for_partner(world: World, span: Span, partner: int) -> Process:
    """Wait until a partner takes part, or a successor has taken over; forever when nobody will."""
    if not world.takes_part(partner, world.env.now):
        world.note(span.subject, Verb.WAITS_FOR_PARTNER, partner=partner)
    yield from world.spend_until(span, world.joins[partner], PARTNER)
    yield from wait_out_bar(world, span, partner)
    if world.env.now >= world.leaves[partner]:
        partner = yield from hand_over(world, span, partner)
    return partner


def wait_out_bar(world: World, span: Span, partner: int) -> Process:
    """Wait while a partner is barred."""
    since, until = world.campaign.partners[partner].barred
    if since <= world.env.now < until:
        yield from world.spend_until(span, until, PARTNER)


def hand_over(world: World, span: Span, partner: int) -> Process:
    """Pass work on to the first successor who still takes part; return the successor, or wait forever."""
    gone = [partner]
    while True:
        successor = world.campaign.partners[gone[-1]].successor
        if successor < 0 or successor in gone:
            yield from world.give_up(span, PARTNER)
        yield from world.spend_until(span, world.leaves[gone[-1]] + world.handover_d(gone[-1]), PARTNER)
        if world.env.now < world.leaves[successor]:
            world.note(span.subject, Verb.IS_TAKEN_OVER, partner=successor)
            return successor
        gone.append(successor)


def work(world: World, span: Span, partners: tuple[int, ...], days: float, cause: int) -> Process:
    """Work for some days; when a partner leaves or is barred in between, the rest waits."""
    while True:
        partners = yield from wait_for_partners(world, span, partners)
        now = world.env.now
        stops = [world.leaves[p] for p in partners] + [world.campaign.partners[p].barred[0] for p in partners]
        stop = min((day for day in stops if day > now), default=inf)
        if not stop < now + days:
            yield from world.spend(span, days, cause)
            return
        yield from world.spend(span, stop - now, cause)
        days -= stop - now


def pay(world: World, span: Span, payer: int, cost: float) -> Process:
    """Wait until there is money for a piece of work, and spend it."""
    account = world.accounts[payer] if payer >= 0 else None
    if account is not None and cost > 0.0:
        day = account.claim(cost)
        if day == inf:
            yield from world.give_up(span, BUDGET)
        yield from world.spend_until(span, day, BUDGET)
    if cost > 0.0:
        world.spent.append((world.env.now, cost))


def plan_activity(world: World, number: int, plan: ActivityPlan) -> None:
    """Put an activity on the calendar: a fact on its day, the rest when its needs are met."""
    span = world.ledger.open(plan.subject, needs=() if plan.fact else plan.needs)
    if plan.fact:
        world.bind(span)
        span.marks.append((0.0, plan.cause))
        world.later(plan.finish_d or 0.0, lambda: finish(world, plan, span))
    else:
        world.begin(span, lambda span: carry_out(world, number, plan, span))


def carry_out(world: World, number: int, plan: ActivityPlan, span: Span) -> Process:
    """Carry out one activity from its release to its end."""
    if plan.not_before is not None:
        yield from world.spend_until(span, world.sample(plan.not_before), PLAN)
    partners = yield from wait_for_partners(world, span, plan.partners)
    yield from pay(world, span, plan.payer, plan.cost)
    yield from work(world, span, partners, work_days(world, number, plan), plan.cause)
    finish(world, plan, span)


def finish(world: World, plan: ActivityPlan, span: Span) -> None:
    """Say that an activity is finished."""
    world.close(span)
    world.note(plan.subject, Verb.IS_FINISHED)
    world.reach(plan.done, span)


def work_days(world: World, number: int, plan: ActivityPlan) -> float:
    """Return the days an activity takes from now.

    It ends when its work is done or on its planned day with its slip, whichever is later: a slip measured against a
    plan holds what went before, so it is not added to a late start. Slip towards early shortens the work. What risks
    add to what is left comes on top. What is known not to have happened by the day of knowledge cannot end before it.
    """
    now, as_of = world.env.now, world.campaign.as_of_d
    work_d = days = world.sample(plan.duration) if plan.duration is not None else 0.0
    if plan.slip is not None:
        slip_d = world.sample(plan.slip)
        days = max(work_d + min(slip_d, 0.0), plan.planned_d + slip_d - now)
    left_d = work_d - min(max(as_of - now, 0.0), work_d)
    days += left_d * (world.stretch.get(number, 1.0) - 1.0)
    return max(days, as_of - now, 0.0)
