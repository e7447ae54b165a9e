"""Launching: vehicle, pad, integration, attempts, failure and stand-down."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from sim.campaign.causes import (
    INTEGRATION,
    PAD,
    PLAN,
    PRODUCTION,
    SCRUB,
    STAND_DOWN,
    TRACKING,
    WINDOW,
)
from sim.campaign.plan import LauncherPlan, LaunchPlan
from sim.model.ledger import Span
from sim.model.programme import wait_for_partners
from sim.model.resources import Process
from sim.model.tracing import Verb
from sim.model.world import World


def open_pads(world: World) -> None:
    """Bring every pad into use, at once or when it is ready."""
    for number, pad in enumerate(world.campaign.pads):
        watch = Span(-1, pad.name, pad.needs)
        world.when_ready(watch, partial(open_pad, world, number, watch))


def open_pad(world: World, number: int, watch: Span) -> None:
    """Bring a pad into use whose needs are met, not before the day it is available from."""
    world.bind(watch)
    wait_d = world.campaign.pads[number].available_d - world.env.now
    if wait_d > 0.0:
        world.later(wait_d, lambda: world.pads.put(number))
    else:
        world.pads.put(number, watch.binding)


def launch(
    world: World, span: Span, plan: LaunchPlan, not_before_d: float, useful: Callable[[float], bool] | None = None
) -> Process:
    """Launch one vehicle; return (whether it succeeded, the departure's row or -1).

    `useful` says, given the days its voyage takes, whether there is still a reason to go; without one the vehicle is
    held back for somebody else.
    """
    vehicle = world.campaign.launchers[plan.launcher]
    if vehicle.partner >= 0:
        yield from wait_for_partners(world, span, (vehicle.partner,))
    yield from world.spend_until(span, not_before_d - vehicle.integration.nominal, PLAN)
    yield from take_vehicle(world, span, plan.launcher, vehicle)
    yield from wait_out_stand_down(world, span, vehicle)
    pad = yield from take_pad(world, span, vehicle)
    world.note(span.subject, Verb.ROLLS_OUT, world.campaign.pads[pad].name, plan.mass_kg, plan.vehicle)
    yield from world.spend(span, world.sample(vehicle.integration, plan.streams.integration), INTEGRATION)
    yield from world.spend_until(span, not_before_d, PLAN)
    departure = yield from attempt(world, span, plan, vehicle, pad)
    if useful is not None and not useful(voyage_d(world, plan, departure)):
        world.note(span.subject, Verb.IS_HELD_BACK, world.campaign.pads[pad].name, plan.mass_kg, plan.vehicle)
        world.lines[plan.launcher].give_back()
        world.pads.put(pad)
        return False, -1
    days = world.sample(world.campaign.pads[pad].turnaround, plan.streams.turnaround)
    world.later(days, lambda: world.pads.put(pad))
    return lift_off(world, span, plan, vehicle, pad), departure


def voyage_d(world: World, plan: LaunchPlan, row: int) -> float:
    """Return the days of a launch's first leg: those of its departure, or the stated ones."""
    if row < 0:
        return plan.transfer_d
    table = world.campaign.opportunities[plan.opportunities]
    return float(world.campaign.departures[table.departures].tof_d[row])


def take_pad(world: World, span: Span, vehicle: LauncherPlan) -> Process:
    """Wait for a pad; one that is brought into use just then tells why it took so long."""
    pad = world.pads.take(vehicle.pads)
    if pad < 0:
        span.marks.append((world.env.now, PAD))
        pad, opener = yield world.pads.wait(vehicle.pads)
        if opener is not None:
            world.ledger.split(span, world.env.now, opener)
    return pad


def take_vehicle(world: World, span: Span, number: int, vehicle: LauncherPlan) -> Process:
    """Wait for a vehicle off the production line."""
    if world.lines[number].take_spare():
        return
    day = world.lines[number].claim(
        world.env.now, vehicle.line_start_d, world.sample(vehicle.every), vehicle.ready, vehicle.stock
    )
    yield from world.spend_until(span, day, PRODUCTION)


def wait_out_stand_down(world: World, span: Span, vehicle: LauncherPlan) -> Process:
    """Wait until the vehicle's family may fly again."""
    family = world.families[vehicle.family]
    while family.grounded_until > world.env.now:
        yield from world.spend_until(span, family.grounded_until, STAND_DOWN)


def attempt(world: World, span: Span, plan: LaunchPlan, vehicle: LauncherPlan, pad: int) -> Process:
    """Try at one opportunity after the other until an attempt is not called off; return the departure's row."""
    site = world.campaign.pads[pad]
    while True:
        yield from wait_out_stand_down(world, span, vehicle)
        if site.calendar is not None:
            yield from world.spend_until(span, site.calendar.start(world.env.now), WINDOW)
        row = yield from wait_for_window(world, span, plan)
        if world.families[vehicle.family].grounded_until > world.env.now:
            continue
        if site.calendar is not None and site.calendar.start(world.env.now) > world.env.now:
            continue
        if not world.happens(site.scrub, plan.streams.scrub):
            return row
        world.scrubs += 1
        world.again(span.subject, f"is called off at {site.name}", "give recycle a time, or scrub less often")
        world.note(span.subject, Verb.SCRUBS, site.name, plan.mass_kg, plan.vehicle)
        yield from world.spend(span, world.sample(site.recycle, plan.streams.recycle), SCRUB)


def wait_for_window(world: World, span: Span, plan: LaunchPlan) -> Process:
    """Wait for the next departure that is open in geometry, mass and tracking; -1 if any day will do."""
    table = world.opportunities(plan)
    if table is None:
        return -1
    days = world.campaign.departures[table.departures].t_d
    now = world.env.now
    first = int(days.searchsorted(now))
    for rows, cause in ((table.window, WINDOW), (table.open[world.absent()], TRACKING)):
        place = int(rows.searchsorted(np.int32(first)))  # of the rows' own type, or numpy copies them all
        if place == len(rows):
            yield from world.give_up(span, cause)
        first = int(rows[place])
        day = float(days[first])
        if day > now:
            span.marks.append((now, cause))
            now = day
    if now > world.env.now:
        yield world.env.timeout(now - world.env.now)
    return first


def lift_off(world: World, span: Span, plan: LaunchPlan, vehicle: LauncherPlan, pad: int) -> bool:
    """Launch: whether the payload is on its way. A failure grounds the family."""
    world.launches += 1
    site = world.campaign.pads[pad].name
    if not world.happens(world.fleet[plan.launcher].next_failure(), plan.streams.failure):
        world.note(span.subject, Verb.LAUNCHES, site, plan.mass_kg, plan.vehicle, vehicle.name)
        return True
    world.launch_failures += 1
    family = world.families[vehicle.family]
    days = world.sample(vehicle.stand_down, plan.streams.stand_down)
    family.grounded_until = max(family.grounded_until, world.env.now + days)
    world.note(span.subject, Verb.IS_LOST_AT_LAUNCH, site, plan.mass_kg, plan.vehicle, vehicle.name, days)
    return False
