"""The days on which a free flight can leave: when it lands then, and with how much it closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Final

from sim.campaign.context import Context
from sim.campaign.plan import Campaign, FlightSheet, LegPlan, MissionPlan
from sim.campaign.routes import Route
from sim.decide.loads import Departure
from sim.model.arriving import next_inside
from sim.scenario.schema import FlightStack, Launch, Mission

PER_DAY: Final = 24
"""Whole units of time of the solver in a day."""


@dataclass(frozen=True, slots=True)
class Way:
    """A mission on one stack: what it weighs empty, what it can carry, and when it can leave."""

    empty_kg: float
    most_kg: int
    leo_kg: float | None
    """What its launcher lifts to low orbit; None when the scenario does not say."""
    to_tli: bool
    rows_d: Sequence[float] | None
    """Days of its departures; None when any day will do."""
    voyage_d: Sequence[float]
    closes_kg: Sequence[float]


def way_of(context: Context, name: str, mission: Mission, stack: FlightStack | None) -> Way:
    """Return how a mission flies on a stack, or on its own."""
    key, own = next(iter(mission.launches.items()))
    launch = own if stack is None else own.model_copy(update={"launcher": stack.launcher, "carries": stack.carries})
    empty = mission.model_copy(update={"launches": {key: launch}, "cargo": []})
    route = Route(context.scenario, empty)
    sheet = FlightSheet(route.stack(launch), tuple(route.steps(launch)))
    hold = _hold(context, launch)
    most_kg = context.scenario.spacecraft[hold].cargo
    first = route.alone[0][1] if route.alone else None
    path = ("missions", name, "launches", key)
    table, closes_kg, seen = context.tables.closing_cargo(path, launch, first, sheet, hold, most_kg)
    launcher = context.scenario.launchers[launch.launcher]
    lifted = launcher.to.get("leo")
    if table is None:
        from sim.campaign.routes import duration_d

        days = duration_d(first) if first is not None else 0.0
        return Way(sheet.stack.mass_kg, floor(most_kg), lifted, launch.to == "tli", None, [days], closes_kg.tolist())
    rows = seen.nonzero()[0]
    return Way(
        sheet.stack.mass_kg,
        floor(most_kg),
        lifted,
        launch.to == "tli",
        table.t_d[rows].tolist(),
        table.tof_d[rows].tolist(),
        closes_kg[rows].tolist(),
    )


def _hold(context: Context, launch: Launch) -> str:
    crafts = context.scenario.spacecraft
    return next((name for name in launch.carries if crafts[name].cargo > 0.0), launch.carries[-1])


def departures(
    campaign: Campaign, plan: MissionPlan, way: Way, days: Sequence[float], least_kg: float
) -> tuple[Departure, ...]:
    """Return the departures of a mission planned for each of some days.

    A flight leaves at the first departure from the beginning of its day on with which its load closes; days on which
    none does are left out.
    """
    legs = (*plan.launches[0].legs, *plan.legs)
    found: list[Departure] = []
    for day, row in _rows(way, days, least_kg):
        leaves_d = way.rows_d[row] if way.rows_d is not None else day
        lands_d = landing_d(campaign, legs, leaves_d + way.voyage_d[row])
        if lands_d < inf:
            closes = floor(way.closes_kg[row] + 1e-6)
            found.append(Departure(hours(day), hours(leaves_d), hours(lands_d), closes))
    return tuple(found)


def _rows(way: Way, days: Sequence[float], least_kg: float) -> list[tuple[float, int]]:
    """Return for each day the departures on it, each with a larger closing load than those before."""
    if way.rows_d is None:
        return [(day, 0) for day in days] if way.closes_kg[0] >= least_kg else []
    found: list[tuple[float, int]] = []
    row = 0
    for day in days:
        while row < len(way.rows_d) and way.rows_d[row] < day - 1e-9:
            row += 1
        best = least_kg - 1e-9
        at = row
        while at < len(way.rows_d) and way.rows_d[at] < day + 1.0 - 1e-9:
            if way.closes_kg[at] > best:
                found.append((day, at))
                best = way.closes_kg[at]
            at += 1
    return found


def landing_d(campaign: Campaign, legs: Sequence[LegPlan], day: float) -> float:
    """Return when legs that begin on a day end, in light and in sight of the Earth; infinity for never.

    As the simulation flies them when no antenna is busy with others.
    """
    for leg in legs:
        arrive = _arrival(campaign, leg)
        day = arrive(day + leg.duration_d)
        if day == inf:
            return inf
    return day


def _arrival(campaign: Campaign, leg: LegPlan) -> Callable[[float], float]:
    tables = [campaign.lights[leg.light]] if leg.light >= 0 else []
    if leg.tracked and campaign.ground is not None:
        tables.append(campaign.ground.covers[0])

    def arrive(day: float) -> float:
        while True:
            since = day
            for table in tables:
                found = next_inside(table, day)
                if found is None:
                    return inf
                day = found
            if day == since:
                return day

    return arrive


def hours(day: float) -> int:
    """Return a model time in whole units of the solver, rounded up."""
    return ceil(day * PER_DAY - 1e-6)
