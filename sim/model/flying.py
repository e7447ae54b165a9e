"""Flying: a mission from its needs to its arrival, through loss, rebuilding and another try."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import simpy

from sim.campaign.causes import DEVELOPMENT, FAILURE, FLIGHT, PARTNER, PLAN, RENDEZVOUS, WINDOW
from sim.campaign.plan import NEVER, LaunchPlan, MissionPlan
from sim.model.arriving import fly_legs, land, wait_until_seen
from sim.model.launching import launch
from sim.model.ledger import Span
from sim.model.living import stay, wait_for_goods
from sim.model.programme import pay, wait_for_partners
from sim.model.staging import dock, fly_steps
from sim.model.world import Process, World


@dataclass(slots=True)
class Sortie:
    """One try at a mission: what its launches have done so far."""

    parent: Span
    arrivals: list[simpy.Event]
    """One event a launch: succeeds with the launch's span on arrival, or with None when it is lost."""
    departures: list[simpy.Event]
    """One event a launch: succeeds with the launch's span when it has left Earth, or with None."""
    rows: dict[int, int] = field(default_factory=dict)
    """Departure that each launch took."""
    up: int = 0
    """Launches that have left Earth."""


def fly(world: World, plan: MissionPlan) -> Process:
    """Fly a mission until it has arrived, is given up, or the calendar ends."""
    if plan.flown_launch_d < NEVER:
        yield from retell(world, plan)
        return
    span = yield from prepare(world, plan)
    not_before, spares = max(plan.not_before_d, 0.0), plan.spares
    while True:
        if (yield from try_once(world, plan, span, not_before)):
            return
        span = yield from recover(world, plan, span, ready=spares > 0)
        not_before, spares = 0.0, spares - 1
        plan = plan.stand_in or plan


def try_once(world: World, plan: MissionPlan, parent: Span, not_before_d: float) -> Process:
    """Try a mission once; give whether it arrives."""
    if plan.operations:
        return (yield from fly_operations(world, plan, parent))
    sortie = Sortie(parent, [world.env.event() for _ in plan.launches], [world.env.event() for _ in plan.launches])
    last = yield from fly_launches(world, plan, sortie, not_before_d)
    return last is not None and (yield from fly_on(world, plan, sortie, last))


def retell(world: World, plan: MissionPlan) -> Process:
    """Live through a mission that has flown already."""
    span = world.ledger.open(plan.subject)
    yield from world.release(span)
    yield from world.spend_until(span, plan.flown_launch_d, PLAN)
    world.note(plan.subject, "launches", "earth", plan.mass_kg, plan.vehicle)
    world.reach(plan.launched, span)
    launched = world.env.now
    yield from world.spend_until(span, plan.flown_arrival_d, FLIGHT)
    destination = plan.legs[-1].destination if plan.legs else plan.rendezvous_at
    if destination:
        world.travel(plan, "earth", destination, launched, lost=plan.lost)
    if plan.lost:
        world.note(plan.subject, "is lost", destination, plan.mass_kg, plan.vehicle)
        span.marks.append((world.env.now, FAILURE))
        return
    world.note(plan.subject, "arrives", destination, plan.mass_kg, plan.vehicle)
    world.close(span)
    world.reach(plan.arrived, span)


def prepare(world: World, plan: MissionPlan) -> Process:
    """Wait for a mission's needs, partners, payload and money; give the span its launches are released by."""
    span = world.ledger.open(plan.subject, needs=plan.needs)
    yield from world.release(span)
    if plan.if_left != "successor" and any(world.leaves[p] <= world.env.now for p in plan.partners):
        yield from world.give_up(span, PARTNER)
    yield from wait_for_partners(world, span, plan.partners)
    if plan.offset is not None:
        yield from world.spend(span, world.sample(plan.offset), PLAN)
    if plan.not_before_d > 0.0:
        start_d = plan.not_before_d - _lead_d(world, plan)
        yield from world.spend_until(span, start_d, PLAN)
        if plan.slip is not None:
            yield from world.spend_until(span, start_d + world.sample(plan.slip), DEVELOPMENT)
    yield from pay(world, span, plan.payer, plan.cost)
    if plan.lives_at_base:
        yield from wait_for_goods(world, span, plan)
    if not span.marks:
        span.marks.append((world.env.now, PLAN))
    world.close(span)
    return span


def _lead_d(world: World, plan: MissionPlan) -> float:
    """Give the planned days from the start of a mission's launch campaign to its first launch."""
    return world.campaign.launchers[plan.launches[0].launcher].integration.nominal if plan.launches else 0.0


def fly_operations(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Fly a mission that is told step by step; give whether it succeeds."""
    span = world.ledger.open(plan.subject)
    yield from world.release(span, parent)
    ok, span = yield from fly_steps(world, span, plan.operations)
    if not span.marks:
        span.marks.append((world.env.now, FLIGHT))
    world.close(span)
    if ok:
        world.note(plan.subject, "arrives", "", None, plan.vehicle)
        world.reach(plan.launched, span)
        world.reach(plan.arrived, span)
    return ok


def fly_launches(world: World, plan: MissionPlan, sortie: Sortie, not_before_d: float) -> Process:
    """Launch everything a mission needs; give the span of the last to arrive, or None when one is lost."""
    for number in range(1, len(plan.launches)):
        world.env.process(fly_launch(world, plan, sortie, number, not_before_d))
    if plan.launches:
        yield from fly_launch(world, plan, sortie, 0, not_before_d)
    spans: list[Span | None] = []
    for event in sortie.arrivals:
        spans.append(event.value if event.processed else (yield event))
    arrived = [span for span in spans if span is not None]
    if len(arrived) < len(spans):
        return None
    last = max(arrived, key=lambda span: span.end, default=sortie.parent)
    if last.end - min((span.end for span in arrived), default=last.end) > plan.wait_limit_d:
        world.note(plan.subject, "waits in vain", plan.rendezvous_at)
        return None
    return last


def fly_launch(world: World, plan: MissionPlan, sortie: Sortie, number: int, not_before_d: float) -> Process:
    """Launch one vehicle of a mission and fly it to where it meets the others, or to where it stays."""
    item, parent = plan.launches[number], sortie.parent
    earlier = [sortie.arrivals[other] for other in item.after]
    earlier += [sortie.departures[other] for other in item.after_launched]
    for event in earlier:
        came = event.value if event.processed else (yield event)
        if came is None:
            sortie.departures[number].succeed(None)
            sortie.arrivals[number].succeed(None)
            return
        parent = came if max(came.end, 0.0) >= parent.end else parent
    span = world.ledger.open(plan.subject, item.name if len(plan.launches) > 1 else "", item.needs)
    earliest = max(not_before_d, world.env.now + item.spacing_d) if earlier else not_before_d
    yield from world.release(span, parent)
    ok, row = yield from launch(world, span, item, earliest)
    sortie.departures[number].succeed(span if ok else None)
    if ok:
        sortie.rows[number] = row
        world.reach(item.launched, span)
        sortie.up += 1
        if sortie.up == len(plan.launches):
            world.reach(plan.launched, span)
        ok = yield from transfer(world, plan, item, span, row)
    world.close(span)
    if ok:
        world.reach(item.arrived, span)
    sortie.arrivals[number].succeed(span if ok else None)


def transfer(world: World, plan: MissionPlan, item: LaunchPlan, span: Span, row: int) -> Process:
    """Fly one launch's first leg and the legs it flies alone; give whether it arrives."""
    days = item.transfer_d
    if row >= 0:
        table = world.campaign.opportunities[item.opportunities]
        days = float(world.campaign.departures[table.departures].tof_d[row])
    start = world.env.now
    yield from world.spend(span, days, FLIGHT)
    lost = item.capture_class >= 0 and world.happens(
        world.classes[item.capture_class].next_failure(), item.streams.capture
    )
    world.carry(plan, item, start, lost=lost)
    if lost:
        world.note(plan.subject, "is lost at capture", item.destination, item.mass_kg, item.vehicle)
        return False
    yield from fly_legs(world, plan, span, item.legs)
    return True


def fly_on(world: World, plan: MissionPlan, sortie: Sortie, parent: Span) -> Process:
    """Fly on from where a mission has gathered to the end of its route; give whether it succeeds."""
    span = world.ledger.open(plan.subject)
    yield from world.release(span, parent)
    if plan.rendezvous is not None:
        yield from wait_until_seen(world, span, "rendezvous")
        yield from world.spend(span, world.sample(plan.rendezvous), RENDEZVOUS)
        world.note(plan.subject, "docks", plan.rendezvous_at, plan.mass_kg, plan.vehicle)
    if plan.refuel is not None:
        yield from dock(world, span, plan.refuel)
        world.note(plan.subject, "takes propellant on", plan.rendezvous_at, plan.refuel.propellant_kg, plan.vehicle)
    legs = plan.legs
    if plan.opportunities >= 0:
        if not (yield from inject(world, plan, sortie, span)):
            world.close(span)
            return False
        legs = legs[1:]
    elif not still_closes(world, plan, sortie):
        world.note(plan.subject, "has boiled off too much", plan.rendezvous_at, plan.mass_kg, plan.vehicle)
        span.marks.append((world.env.now, WINDOW))
        world.close(span)
        return False
    yield from fly_legs(world, plan, span, legs)
    if not span.marks:
        span.marks.append((world.env.now, FLIGHT))
    world.close(span)
    if not land(world, plan):
        return False
    world.reach(plan.arrived, span)
    for good, kg in plan.goods:
        world.store.add(good, kg)
    if plan.returned >= 0 or plan.lives_at_base:
        world.env.process(go_home(world, plan, span))
    return True


def still_closes(world: World, plan: MissionPlan, sortie: Sortie) -> bool:
    """Whether every launch that has waited has propellant enough left after its boil-off."""
    for number, row in sortie.rows.items():
        item = plan.launches[number]
        table = world.opportunities(item)
        arrived = sortie.arrivals[number].value
        if table is None or row < 0 or len(table.waits_d) < 2 or arrived is None:
            continue
        place = int(table.window.searchsorted(np.int32(row)))
        if np.interp(world.env.now - arrived.end, table.waits_d, table.wait_margin_kg[:, place]) < 0.0:
            return False
    return True


def inject(world: World, plan: MissionPlan, sortie: Sortie, span: Span) -> Process:
    """Leave the parking orbit at the next departure in the stack's plane that still closes; give whether it does.

    The first launch chose the plane, so that the planned departure lies in it; who comes later waits until the node
    and the Moon have come round again.
    """
    table = world.campaign.opportunities[plan.opportunities]
    whole = world.campaign.departures[table.departures]
    first = min(event.value.end for event in sortie.arrivals if event.value is not None)
    planned = first + plan.gather_d
    plane = min(table.planes_d, key=lambda days: _next(days, planned), default=whole.t_d[table.window])
    while True:
        day = _next(plane, world.env.now)
        waited = day - first
        if day == NEVER or waited > plan.wait_limit_d:
            world.note(plan.subject, "waits in vain", plan.rendezvous_at)
            yield from world.spend(span, min(max(plan.wait_limit_d - (world.env.now - first), 0.0), 1e4), WINDOW)
            return False
        yield from world.spend_until(span, day, WINDOW)
        row = int(whole.t_d.searchsorted(day - 0.5 * 0.25))
        place = int(table.window.searchsorted(np.int32(row)))
        fits = place < len(table.window) and abs(float(whole.t_d[table.window[place]]) - day) < 1.0
        if fits and np.interp(waited, table.waits_d, table.wait_margin_kg[:, place]) >= 0.0:
            row = int(table.window[place])
            start = world.env.now
            yield from world.spend(span, float(whole.tof_d[row]), FLIGHT)
            world.travel(plan, plan.legs[0].origin, plan.legs[0].destination, start, lost=False)
            return True
        yield from world.spend(span, 0.5, WINDOW)


def _next(days: np.ndarray[tuple[int], np.dtype[np.float64]], now: float) -> float:
    place = int(days.searchsorted(now))
    return float(days[place]) if place < len(days) else NEVER


def go_home(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Stay on the surface, then bring crew or samples home."""
    span = world.ledger.open(plan.subject, "return")
    yield from world.release(span, parent)
    if plan.lives_at_base:
        yield from stay(world, span, plan)
    else:
        yield from world.spend(span, plan.stay_d, PLAN)
        world.reach(plan.stayed, span)
    if plan.ascent_class >= 0 and world.happens(world.classes[plan.ascent_class].next_failure(), plan.ascent_stream):
        world.note(
            plan.subject, "is lost at ascent", plan.legs[-1].destination if plan.legs else "", None, plan.vehicle
        )
        yield from world.give_up(span, FAILURE)
    yield from fly_legs(world, plan, span, plan.back)
    world.close(span)
    world.note(plan.subject, "comes home", plan.back[-1].destination if plan.back else "", None, plan.vehicle)
    world.reach(plan.returned, span)


def recover(world: World, plan: MissionPlan, last: Span, *, ready: bool) -> Process:
    """Build the payload again after a loss, or take a spare; forever when the mission is given up."""
    ended = [span for span in world.ledger.by_subject[plan.subject] if span.end >= 0.0]
    latest = max(ended, key=lambda span: span.end, default=last)
    span = world.ledger.open(plan.subject, "rebuild")
    yield from world.release(span, latest)
    if ready or plan.stand_in is not None:
        world.note(plan.subject, "takes a spare" if ready else "is flown by another mission")
        span.marks.append((world.env.now, FAILURE))
    elif not plan.refly or plan.rebuild is None:
        world.note(plan.subject, "is given up")
        yield from world.give_up(span, FAILURE)
    else:
        yield from world.spend(span, world.sample(plan.rebuild), FAILURE)
    world.close(span)
    return span
