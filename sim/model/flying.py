"""Flying: a mission from its needs to its arrival, through loss, rebuilding and another try."""

from __future__ import annotations

from dataclasses import dataclass

import simpy

from sim.campaign.causes import DEVELOPMENT, FAILURE, FLIGHT, LIGHTING, PLAN, RENDEZVOUS
from sim.campaign.plan import NEVER, LaunchPlan, LegPlan, MissionPlan
from sim.model.launching import launch
from sim.model.ledger import Span
from sim.model.outcome import Move
from sim.model.programme import wait_for_partners
from sim.model.world import Process, World


@dataclass(slots=True)
class Sortie:
    """One try at a mission: what its launches have done so far."""

    parent: Span
    arrivals: list[simpy.Event]
    """One event a launch: succeeds with the launch's span on arrival, or with None when it is lost."""
    up: int = 0
    """Launches that have left Earth."""


def fly(world: World, plan: MissionPlan) -> Process:
    """Fly a mission until it has arrived, is given up, or the calendar ends."""
    if plan.flown_launch_d < NEVER:
        yield from retell(world, plan)
        return
    span = yield from prepare(world, plan)
    not_before = max(plan.not_before_d, 0.0)
    while True:
        arrived = yield from fly_launches(world, plan, span, not_before)
        if arrived is not None and (yield from fly_on(world, plan, arrived)):
            return
        span = yield from rebuild(world, plan, span)
        not_before = 0.0


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
    record_move(world, plan, "earth", destination, launched, outcome="lost" if plan.lost else "ok")
    if plan.lost:
        world.note(plan.subject, "is lost", destination, plan.mass_kg, plan.vehicle)
        span.marks.append((world.env.now, FAILURE))
        return
    world.note(plan.subject, "arrives", destination, plan.mass_kg, plan.vehicle)
    world.close(span)
    world.reach(plan.arrived, span)


def prepare(world: World, plan: MissionPlan) -> Process:
    """Wait for a mission's needs, its partners and its payload; give the span its launches are released by."""
    span = world.ledger.open(plan.subject, needs=plan.needs)
    yield from world.release(span)
    yield from wait_for_partners(world, span, plan.partners)
    if plan.offset is not None:
        yield from world.spend(span, world.sample(plan.offset), PLAN)
    if plan.not_before_d > 0.0:
        start_d = plan.not_before_d - _lead_d(world, plan)
        yield from world.spend_until(span, start_d, PLAN)
        if plan.slip is not None:
            yield from world.spend_until(span, start_d + world.sample(plan.slip), DEVELOPMENT)
    world.close(span)
    return span


def _lead_d(world: World, plan: MissionPlan) -> float:
    """Give the planned days from the start of a mission's launch campaign to its first launch."""
    return world.campaign.launchers[plan.launches[0].launcher].integration.nominal if plan.launches else 0.0


def fly_launches(world: World, plan: MissionPlan, parent: Span, not_before_d: float) -> Process:
    """Launch everything a mission needs; give the span of the last to arrive, or None when one is lost."""
    sortie = Sortie(parent, [world.env.event() for _ in plan.launches])
    for number in range(1, len(plan.launches)):
        world.env.process(fly_launch(world, plan, sortie, number, not_before_d))
    yield from fly_launch(world, plan, sortie, 0, not_before_d)
    spans: list[Span | None] = []
    for event in sortie.arrivals:
        spans.append(event.value if event.processed else (yield event))
    arrived = [span for span in spans if span is not None]
    if len(arrived) < len(spans):
        return None
    if max(span.end for span in arrived) - min(span.end for span in arrived) > plan.wait_limit_d:
        world.note(plan.subject, "waits in vain", plan.rendezvous_at)
        return None
    return max(arrived, key=lambda span: span.end)


def fly_launch(world: World, plan: MissionPlan, sortie: Sortie, number: int, not_before_d: float) -> Process:
    """Launch one vehicle of a mission and fly it to where it meets the others, or to where it stays."""
    item, parent = plan.launches[number], sortie.parent
    for other in item.after:
        event = sortie.arrivals[other]
        came = event.value if event.processed else (yield event)
        if came is None:
            sortie.arrivals[number].succeed(None)
            return
        parent = max(parent, came, key=lambda span: span.end)
    span = world.ledger.open(plan.subject, item.name if len(plan.launches) > 1 else "", item.needs)
    yield from world.release(span, parent)
    ok, row = yield from launch(world, span, item, not_before_d)
    if ok:
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
    if world.story:
        crew = plan.crew if plan.launches[-1] is item else 0
        _move(world, plan, item.vehicle, item.kind, item.origin, item.destination, start, item.mass_kg, crew, lost)
    if lost:
        world.note(plan.subject, "is lost at capture", item.destination, item.mass_kg, item.vehicle)
        return False
    for leg in item.legs:
        yield from fly_leg(world, plan, span, leg)
    return True


def fly_leg(world: World, plan: MissionPlan, span: Span, leg: LegPlan) -> Process:
    """Fly one leg, after waiting for light at its end where it asks for it."""
    if leg.light >= 0:
        yield from wait_for_light(world, span, leg)
    start = world.env.now
    yield from world.spend(span, leg.duration_d, FLIGHT)
    record_move(world, plan, leg.origin, leg.destination, start)


def wait_for_light(world: World, span: Span, leg: LegPlan) -> Process:
    """Wait until the Sun will be up on arrival."""
    table = world.campaign.lights[leg.light]
    now = world.env.now
    place = int(table.end_d.searchsorted(now + leg.duration_d, side="right"))
    if place == len(table.end_d):
        span.marks.append((now, LIGHTING))
        yield world.env.event()
    yield from world.spend_until(span, float(table.start_d[place]) - leg.duration_d, LIGHTING)


def fly_on(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Fly on together from the rendezvous to the end of the route; give whether it succeeds."""
    span = parent
    if plan.rendezvous is not None or plan.legs or plan.landing_class >= 0:
        span = world.ledger.open(plan.subject)
        yield from world.release(span, parent)
        if plan.rendezvous is not None:
            yield from world.spend(span, world.sample(plan.rendezvous), RENDEZVOUS)
            world.note(plan.subject, "docks", plan.rendezvous_at, plan.mass_kg, plan.vehicle)
        for leg in plan.legs:
            yield from fly_leg(world, plan, span, leg)
        if not span.marks:
            span.marks.append((world.env.now, FLIGHT))
        world.close(span)
    lands = bool(plan.legs) and plan.legs[-1].lands
    place = plan.legs[-1].destination if plan.legs else plan.launches[-1].destination
    if plan.landing_class >= 0 and world.happens(world.classes[plan.landing_class].next_failure(), plan.landing_stream):
        world.landing_failures += 1
        world.note(plan.subject, "is lost at landing", place, plan.mass_kg, plan.vehicle)
        return False
    world.note(plan.subject, "lands" if lands else "arrives", place, plan.mass_kg, plan.vehicle)
    world.reach(plan.arrived, span)
    if plan.returned >= 0:
        world.env.process(go_home(world, plan, span))
    return True


def go_home(world: World, plan: MissionPlan, parent: Span) -> Process:
    """Stay on the surface, then bring crew or samples home."""
    span = world.ledger.open(plan.subject, "return")
    yield from world.release(span, parent)
    yield from world.spend(span, plan.stay_d, PLAN)
    for leg in plan.back:
        yield from fly_leg(world, plan, span, leg)
    world.close(span)
    world.note(plan.subject, "comes home", plan.back[-1].destination if plan.back else "", None, plan.vehicle)
    world.reach(plan.returned, span)


def rebuild(world: World, plan: MissionPlan, last: Span) -> Process:
    """Build the payload again after a loss; forever when the mission is given up."""
    ended = [span for span in world.ledger.by_subject[plan.subject] if span.end >= 0.0]
    latest = max(ended, key=lambda span: span.end, default=last)
    span = world.ledger.open(plan.subject, "rebuild")
    yield from world.release(span, latest)
    if not plan.refly or plan.rebuild is None:
        world.note(plan.subject, "is given up")
        span.marks.append((world.env.now, FAILURE))
        yield world.env.event()
    else:
        yield from world.spend(span, world.sample(plan.rebuild), FAILURE)
    world.close(span)
    return span


def record_move(
    world: World, plan: MissionPlan, origin: str, destination: str, start: float, *, outcome: str = "ok"
) -> None:
    """Write a journey of the whole mission into the trace."""
    if world.story:
        _move(
            world, plan, plan.vehicle, plan.kind, origin, destination, start, plan.mass_kg, plan.crew, outcome == "lost"
        )


def _move(
    world: World,
    plan: MissionPlan,
    vehicle: str,
    kind: str,
    origin: str,
    destination: str,
    start: float,
    mass_kg: float,
    crew: int,
    lost: bool,
) -> None:
    name = world.campaign.subjects[plan.subject].name
    outcome = "lost" if lost else "ok"
    world.moves.append(Move(name, vehicle, kind, origin, destination, start, world.env.now, mass_kg, crew, outcome))
