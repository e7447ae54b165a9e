"""Flying: a mission from its needs to its arrival, through loss, rebuilding and another try."""

from __future__ import annotations

from sim.campaign.causes import DEVELOPMENT, FAILURE, FLIGHT, PARTNER, PLAN, RENDEZVOUS, WINDOW
from sim.campaign.plan import NEVER, LaunchPlan, MissionPlan
from sim.model.arriving import fly_legs, go_home, reserve, wait_for_goods, wait_until_seen
from sim.model.injecting import Sortie, inject, still_closes, voyage
from sim.model.launching import launch, voyage_d
from sim.model.ledger import Span
from sim.model.programme import pay, wait_for_partners
from sim.model.resources import Process, Signal
from sim.model.staging import dock, fly_steps
from sim.model.tracing import Verb
from sim.model.world import World


def plan_mission(world: World, plan: MissionPlan) -> None:
    """Put a mission on the calendar: a fact from its day, the rest when its needs are met."""
    if plan.flown_launch_d < NEVER:
        world.env.process(retell(world, plan))
        return
    span = world.ledger.open(plan.subject, needs=plan.needs)
    if plan.offset is None:
        world.begin(span, lambda span: fly(world, plan, span))
    else:
        world.when_ready(span, lambda: wait_for_turn(world, plan, span))


def wait_for_turn(world: World, plan: MissionPlan, span: Span) -> None:
    """Let a repeated mission wait for its turn, so long after the one before it was wanted."""
    world.bind(span)
    span.marks.append((world.env.now, PLAN))
    offset_d = world.turns_d.get(plan.series, 0.0) + (world.sample(plan.offset) if plan.offset is not None else 0.0)
    world.turns_d[plan.series] = offset_d
    if world.env.now + offset_d < world.campaign.end_d:
        world.later(offset_d, lambda: world.env.process(fly(world, plan, span)))


def fly(world: World, plan: MissionPlan, span: Span) -> Process:
    """Fly a mission whose needs are met until it has arrived, is given up, or the calendar ends."""
    not_before = yield from prepare(world, plan, span)
    spares = plan.spares
    while True:
        count = range(len(plan.launches))
        sortie = Sortie(span, [Signal(world.env) for _ in count], [Signal(world.env) for _ in count])
        if (yield from try_once(world, plan, sortie, not_before)):
            return
        way_out = "give rebuild a time, let flights succeed more often, or say on_loss: abandon"
        world.again(plan.subject, "is lost and flown again", way_out)
        stand_in, not_before = plan.stand_in, 0.0
        span = yield from recover(world, plan, sortie, ready=spares > 0)
        if spares <= 0 and stand_in is not None:
            parent, span = span, world.ledger.open(stand_in.subject, needs=stand_in.needs)
            yield from world.release(span, parent)
            not_before = yield from prepare(world, stand_in, span)
            plan, spares = stand_in, stand_in.spares
        else:
            spares -= 1


def try_once(world: World, plan: MissionPlan, sortie: Sortie, not_before_d: float) -> Process:
    """Try a mission once; return whether it arrives."""
    if plan.operations:
        return (yield from fly_operations(world, plan, sortie.parent))
    last = yield from fly_launches(world, plan, sortie, not_before_d)
    return last is not None and (yield from fly_on(world, plan, sortie, last))


def retell(world: World, plan: MissionPlan) -> Process:
    """Live through a mission that has flown already."""
    span = world.ledger.open(plan.subject)
    world.bind(span)
    yield from world.spend_until(span, plan.flown_launch_d, PLAN)
    world.note(plan.subject, Verb.LAUNCHES, "earth", plan.mass_kg, plan.vehicle)
    for launched, _ in plan.launches_flown:
        world.reach(launched, span)
    world.reach(plan.launched, span)
    launched_d = world.env.now
    yield from world.spend_until(span, plan.flown_arrival_d, FLIGHT)
    destination = plan.legs[-1].destination if plan.legs else plan.rendezvous_at
    world.retrace(plan, destination, launched_d)
    if plan.lost:
        world.note(plan.subject, Verb.IS_LOST, destination, plan.mass_kg, plan.vehicle)
        span.marks.append((world.env.now, FAILURE))
        return
    world.note(plan.subject, Verb.ARRIVES, destination, plan.mass_kg, plan.vehicle)
    world.close(span)
    for _, arrived in plan.launches_flown:
        world.reach(arrived, span)
    deliver(world, plan, span)
    if plan.returned >= 0 or plan.stayed >= 0:
        yield from come_home(world, plan, span)


def come_home(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Stay and come home as planned, where the day is not on record."""
    span = world.ledger.open(plan.subject, "return")
    world.bind(span, parent)
    yield from world.spend(span, plan.stay_d, PLAN)
    world.reach(plan.stayed, span)
    yield from world.spend(span, sum(leg.duration_d for leg in plan.back), FLIGHT)
    world.close(span)
    world.reach(plan.returned, span)


def deliver(world: World, plan: MissionPlan, span: Span) -> None:
    """Arrive: hand over what a mission carries."""
    world.reach(plan.arrived, span)
    for good, kg in plan.goods:
        world.store.add(good, kg)


def prepare(world: World, plan: MissionPlan, span: Span) -> Process:
    """Wait for a mission's date, payload, partners, money and goods; its span then releases the launches.

    Returns the day before which none of them may leave: the planned one, or an earlier one for which all is ready.
    """
    not_before_d = max(plan.not_before_d, 0.0)
    if plan.not_before_d > 0.0:
        slip_d = world.sample(plan.slip) if plan.slip is not None else 0.0
        not_before_d = max(plan.not_before_d + min(slip_d, 0.0), world.campaign.as_of_d)
        start_d = plan.not_before_d - _lead_d(world, plan)
        yield from world.spend_until(span, start_d + min(slip_d, 0.0), PLAN)
        yield from world.spend_until(span, start_d + slip_d, DEVELOPMENT)
    yield from find_partners(world, span, plan)
    yield from pay(world, span, plan.payer, plan.cost)
    if plan.lives_at_base:
        yield from wait_for_goods(world, span, plan)
    if not span.marks:
        span.marks.append((world.env.now, PLAN))
    world.close(span)
    return not_before_d


def find_partners(world: World, span: Span, plan: MissionPlan) -> Process:
    """Wait for those who fly a mission, and for what others put on board; what nobody will provide stays behind."""
    if plan.if_left != "successor" and any(world.leaves[p] <= world.env.now for p in plan.partners):
        yield from world.give_up(span, PARTNER)
    yield from wait_for_partners(world, span, plan.partners)
    for element, partner in plan.cargo:
        if world.has_heir(partner):
            yield from wait_for_partners(world, span, (partner,))
        else:
            world.left_behind.add(element)


def _lead_d(world: World, plan: MissionPlan) -> float:
    """Return the planned days from the start of a mission's launch campaign to its first launch."""
    return world.campaign.launchers[plan.launches[0].launcher].integration.nominal if plan.launches else 0.0


def fly_operations(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Fly a mission that is told step by step; return whether it succeeds."""
    span = world.ledger.open(plan.subject)
    world.bind(span, parent)
    if plan.sequence is not None:
        world.reach(plan.launched, span)
    ok, span = yield from fly_steps(world, span, plan.operations)
    if not span.marks:
        span.marks.append((world.env.now, FLIGHT))
    world.close(span)
    if ok:
        world.note(plan.subject, Verb.ARRIVES, "", None, plan.vehicle)
        world.reach(plan.launched, span)
        world.reach(plan.arrived, span)
    return ok


def fly_launches(world: World, plan: MissionPlan, sortie: Sortie, not_before_d: float) -> Process:
    """Launch everything a mission needs; return the span of the last to arrive, or None when one is lost."""
    for number in range(1, len(plan.launches)):
        world.env.process(fly_launch(world, plan, sortie, number, not_before_d))
    if plan.launches:
        yield from fly_launch(world, plan, sortie, 0, not_before_d)
    else:
        world.reach(plan.launched, sortie.parent)
    spans: list[Span | None] = []
    for arrival in sortie.arrivals:
        spans.append((yield from arrival.hear()))
    arrived = [span for span in spans if span is not None]
    if len(arrived) < len(spans):
        return None
    last = max(arrived, key=lambda span: span.end, default=sortie.parent)
    if last.end - sortie.first_d > plan.wait_limit_d:
        world.note(plan.subject, Verb.WAITS_IN_VAIN, plan.rendezvous_at)
        sortie.failed_d = sortie.first_d + plan.wait_limit_d
        return None
    return last


def fly_launch(world: World, plan: MissionPlan, sortie: Sortie, number: int, not_before_d: float) -> Process:
    """Launch one vehicle of a mission and fly it to where it meets the others, or to where it stays."""
    item = plan.launches[number]
    parent, since_d = yield from follow(world, sortie, item)
    if parent is None:
        sortie.departures[number].say(None)
        sortie.arrivals[number].say(None)
        return
    span = world.ledger.open(plan.subject, item.name if len(plan.launches) > 1 else "", item.needs)
    earliest = max(not_before_d, since_d + item.spacing_d) if item.after or item.after_launched else not_before_d
    yield from world.release(span, parent, since_d)
    alone_d = sum(leg.duration_d for leg in item.legs)

    def useful(voyage_d: float) -> bool:
        arrival_d = world.env.now + voyage_d + alone_d
        if arrival_d > sortie.first_d + plan.wait_limit_d:
            sortie.failed_d = min(sortie.failed_d, sortie.first_d + plan.wait_limit_d)
        return sortie.failed_d == NEVER

    ok, row = yield from launch(world, span, item, earliest, useful if len(plan.launches) > 1 else None)
    sortie.departures[number].say(span if ok else None)
    if ok:
        sortie.rows[number], sortie.left_d[number] = row, world.env.now
        world.reach(item.launched, span)
        if len(sortie.left_d) == len(plan.launches):
            world.reach(plan.launched, span)
        ok = yield from transfer(world, plan, item, span, row)
    world.close(span)
    if ok:
        sortie.first_d = min(sortie.first_d, world.env.now)
        world.reach(item.arrived, span)
    else:
        sortie.failed_d = min(sortie.failed_d, world.env.now)
    sortie.arrivals[number].say(span if ok else None)


def follow(world: World, sortie: Sortie, item: LaunchPlan) -> Process:
    """Wait for the launches of the same mission that a launch comes after; return the last of them, and its day.

    Gives no span when one of them is lost.
    """
    parent, since_d = sortie.parent, sortie.parent.end
    for other in (*item.after, *item.after_launched):
        came = yield from (sortie.arrivals if other in item.after else sortie.departures)[other].hear()
        if came is None:
            return None, since_d
        came_d = came.end if other in item.after else sortie.left_d[other]
        if came_d >= since_d:
            parent, since_d = came, came_d
    return parent, since_d


def transfer(world: World, plan: MissionPlan, item: LaunchPlan, span: Span, row: int) -> Process:
    """Fly one launch's first leg and the legs it flies alone; return whether it arrives."""
    start, days = world.env.now, voyage_d(world, item, row)
    cruise, capture = (item.cruise_class, item.streams.cruise), (item.capture_class, item.streams.capture)
    lost = yield from voyage(world, span, days, cruise, capture)
    world.carry(plan, item, start, lost=lost is not None)
    if lost is not None:
        world.note(plan.subject, lost, item.destination, item.mass_kg, item.vehicle)
        return False
    return (yield from fly_legs(world, plan, span, item.legs))


def fly_on(world: World, plan: MissionPlan, sortie: Sortie, parent: Span) -> Process:
    """Fly on from where a mission has gathered to the end of its route; return whether it succeeds."""
    span = world.ledger.open(plan.subject)
    world.bind(span, parent)
    if plan.rendezvous is not None:
        yield from wait_until_seen(world, span, "rendezvous")
        if world.campaign.ground is not None and world.campaign.ground.rendezvous:
            reserve(world, 0.0)
        yield from world.spend(span, world.sample(plan.rendezvous), RENDEZVOUS)
        world.note(plan.subject, Verb.DOCKS, plan.rendezvous_at, plan.arrival_kg, plan.vehicle)
    if plan.refuel is not None:
        yield from dock(world, span, plan.refuel)
        world.note(plan.subject, Verb.TAKES_PROPELLANT, plan.rendezvous_at, plan.refuel.propellant_kg, plan.vehicle)
    legs, ok = plan.legs, True
    if plan.opportunities >= 0:
        ok, legs = (yield from inject(world, plan, sortie, span)), legs[1:]
    elif not still_closes(world, plan, sortie):
        world.note(plan.subject, Verb.BOILS_OFF, plan.rendezvous_at, plan.mass_kg, plan.vehicle)
        span.marks.append((world.env.now, WINDOW))
        ok = False
    ok = ok and (yield from fly_legs(world, plan, span, legs))
    if not span.marks:
        span.marks.append((world.env.now, FLIGHT))
    world.close(span)
    if not ok:
        return False
    if not (plan.legs and plan.legs[-1].lands):
        arrives(world, plan)
    deliver(world, plan, span)
    if plan.returned >= 0 or plan.stayed >= 0 or plan.lives_at_base:
        world.env.process(go_home(world, plan, span))
    return True


def arrives(world: World, plan: MissionPlan) -> None:
    """Tell of the arrival of a mission that does not land."""
    last = plan.legs[-1] if plan.legs else None
    place = last.destination if last is not None else (plan.launches[-1].destination if plan.launches else "")
    world.note(plan.subject, Verb.ARRIVES, place, last.mass_kg if last is not None else plan.arrival_kg, plan.vehicle)


def recover(world: World, plan: MissionPlan, sortie: Sortie, *, ready: bool) -> Process:
    """Build the payload again after a loss, or take a spare; forever when the mission is given up.

    What was known to be lost before the try ended has been built again since then.
    """
    ended = [span for span in world.ledger.by_subject[plan.subject] if span.end >= 0.0]
    latest = max(ended, key=lambda span: span.end, default=sortie.parent)
    span = world.ledger.open(plan.subject, "rebuild")
    world.bind(span, latest)
    if ready or plan.stand_in is not None:
        world.note(plan.subject, Verb.TAKES_SPARE if ready else Verb.IS_REPLACED)
        span.marks.append((world.env.now, FAILURE))
    elif not plan.refly or plan.rebuild is None:
        world.note(plan.subject, Verb.IS_GIVEN_UP)
        yield from world.give_up(span, FAILURE)
    else:
        since_d = min(sortie.failed_d, world.env.now)
        yield from world.spend(span, max(since_d + world.sample(plan.rebuild) - world.env.now, 0.0), FAILURE)
        yield from find_partners(world, span, plan)
    world.close(span)
    return span
