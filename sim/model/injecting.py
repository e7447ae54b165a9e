"""Injecting: from the parking orbit on the way, with enough propellant left, on a day that is open."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.campaign.causes import FLIGHT, TRACKING, WINDOW
from sim.campaign.plan import NEVER, Floats, Indices, MissionPlan
from sim.model.ledger import Span
from sim.model.resources import Process, Signal
from sim.model.tracing import Verb
from sim.model.world import World

HALF_STEP_D = 0.125
"""Departures are tabled every six hours; a day belongs to the nearest."""


@dataclass(slots=True)
class Sortie:
    """One try at a mission: what its launches have done so far."""

    parent: Span
    arrivals: list[Signal]
    """One a launch: says the launch's span on arrival, or None when it is lost."""
    departures: list[Signal]
    """One a launch: says the launch's span when it has left Earth, or None."""
    rows: dict[int, int] = field(default_factory=dict)
    """Departure that each launch took."""
    left_d: dict[int, float] = field(default_factory=dict)
    """Day on which each launch left Earth."""
    first_d: float = NEVER
    """Day on which the first launch arrived where the others are to meet it."""
    failed_d: float = NEVER
    """Day on which the try was lost, or on which who waited could wait no longer."""


def voyage(world: World, span: Span, days: float, cruise: tuple[int, int], capture: tuple[int, int]) -> Process:
    """Fly to the Moon; return how it is lost, by the records of its class, or None.

    What is lost on the way is lost half-way.
    """
    if cruise[0] >= 0 and world.happens(world.classes[cruise[0]].next_failure(), cruise[1]):
        yield from world.spend(span, 0.5 * days, FLIGHT)
        return Verb.IS_LOST_ON_THE_WAY
    yield from world.spend(span, days, FLIGHT)
    if capture[0] >= 0 and world.happens(world.classes[capture[0]].next_failure(), capture[1]):
        return Verb.IS_LOST_AT_CAPTURE
    return None


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
    """Leave the parking orbit at the next departure in the stack's plane that still closes; return whether it does.

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
            world.note(plan.subject, Verb.WAITS_IN_VAIN, plan.rendezvous_at)
            yield from world.spend(span, min(max(plan.wait_limit_d - (world.env.now - first), 0.0), 1e4), WINDOW)
            return False
        yield from world.spend_until(span, day, WINDOW)
        place = _same_day(whole.t_d, table.window, day)
        closes = place >= 0 and np.interp(waited, table.waits_d, table.wait_margin_kg[:, place]) >= 0.0
        seen = _same_day(whole.t_d, table.open[world.absent()], day) >= 0
        if closes and seen:
            row, start = int(table.window[place]), world.env.now
            cruise, capture = (plan.cruise_class, plan.cruise_stream), (plan.capture_class, plan.capture_stream)
            lost = yield from voyage(world, span, float(whole.tof_d[row]), cruise, capture)
            world.travel(plan, plan.legs[0], start, lost=lost is not None)
            if lost is not None:
                world.note(plan.subject, lost, plan.legs[0].destination, plan.legs[0].mass_kg, plan.vehicle)
            return lost is None
        yield from world.spend(span, 0.5, TRACKING if closes else WINDOW)
        world.again(plan.subject, "waits for its plane", "let the stack wait less long")


def _same_day(days: Floats, rows: Indices, day: float) -> int:
    """Return the place in `rows` of the first departure from a day on, less than a day later; -1 when there is none."""
    first = int(days.searchsorted(day - HALF_STEP_D))
    place = int(rows.searchsorted(np.int32(first)))
    return place if place < len(rows) and float(days[rows[place]]) - day < 1.0 else -1


def _next(days: Floats, now: float) -> float:
    place = int(days.searchsorted(now))
    return float(days[place]) if place < len(days) else NEVER
