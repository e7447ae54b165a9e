"""The programme: partners, risks and work on Earth, and the planned dates that follow from its needs."""

from __future__ import annotations

from datetime import datetime
from math import inf, log, nan

from sim.campaign.causes import CAUSE_OF_KIND
from sim.campaign.context import Context
from sim.campaign.plan import ActivityPlan, Chance, PartnerPlan, RiskPlan
from sim.campaign.registry import lent
from sim.campaign.scheduling import planned_days
from sim.campaign.slips import held_risks, mean_stretch
from sim.chance import Exponential, Shifted
from sim.clock import Calendar
from sim.scenario.schema import Activity, Partner, Risk, Withdrawal
from sim.scenario.text import Path
from sim.scenario.values import WorkTime

YEAR_D = 365.25


def partners(context: Context) -> tuple[PartnerPlan, ...]:
    """Return who takes part."""
    return tuple(_partner(context, name, item) for name, item in context.scenario.partners.items())


def _partner(context: Context, name: str, item: Partner) -> PartnerPlan:
    registry, index, successor = context.registry, context.index, item.successor
    joins = item.joins.to_days(index.calendar) if item.joins is not None else None
    path: Path = ("partners", name)
    return PartnerPlan(
        name=name,
        joins=registry.chance(joins, f"joins/{name}", (*path, "joins")),
        withdraws=_leaving(context, name, item),
        successor=index.partner(successor.partner) if successor else -1,
        handover=registry.chance(successor.after, f"handover/{name}", (*path, "successor", "after"))
        if successor
        else None,
        barred=(index.day(item.barred.from_), index.day(item.barred.until)) if item.barred else (inf, inf),
        per_year=item.budget.per_year if item.budget else nan,
        at_start=item.budget.at_start if item.budget else 0.0,
        grants_d=_grants_d(index.calendar) if item.budget else (),
    )


def _grants_d(calendar: Calendar) -> tuple[float, ...]:
    """Return the days on which a year's money comes: the first day, then every first of January."""
    years = range(calendar.start.year + 1, calendar.end.year + 1)
    return (0.0, *(calendar.to_days(datetime(year, 1, 1)) for year in years))


def _leaving(context: Context, name: str, item: Partner) -> Chance | None:
    index = context.index
    leaving, stream, path = item.withdraws, f"leaves/{name}", ("partners", name, "withdraws")
    if isinstance(leaving, str):
        return None
    if isinstance(leaving, Withdrawal):
        if leaving.per_year <= 0.0:
            return None
        start = index.day(leaving.after, index.as_of_d)
        law = Shifted(Exponential(-YEAR_D / log(1.0 - min(leaving.per_year, 1.0 - 1e-12))), start)
        return Chance(inf, law, context.registry.stream(stream, path))
    return context.registry.chance(leaving.to_days(index.calendar), stream, path)


def risks(context: Context) -> tuple[RiskPlan, ...]:
    """Return the risk drivers."""
    return tuple(_risk(context, name, risk) for name, risk in context.scenario.risks.items())


def _risk(context: Context, name: str, risk: Risk) -> RiskPlan:
    registry = context.registry
    numbers = context.index.activities
    happens = registry.stream(f"risk/{name}", ("risks", name, "probability"))
    path: Path = ("risks", name, "stretches")
    shared = -1 if risk.independent else registry.stream(f"risk-factor/{name}", path)
    stretches = tuple(
        (
            numbers[activity],
            registry.chance(factor, f"risk/{name}/{activity}", (*path, activity)) if risk.independent else lent(factor),
        )
        for activity, factor in risk.stretches.items()
        if activity in numbers
    )
    return RiskPlan(name, risk.probability, happens, stretches, shared)


def activities(context: Context) -> tuple[ActivityPlan, ...]:
    """Return the work on Earth."""
    items = context.scenario.activities.items()
    assert context.timetable is not None
    placed = planned_days(context.timetable)
    spans = {number: (one.start_d, one.end_d) for number, one in placed.items()}
    return tuple(_activity(context, name, item, *spans.get(n, (0.0, 0.0))) for n, (name, item) in enumerate(items))


def _activity(context: Context, name: str, item: Activity, start_d: float, end_d: float) -> ActivityPlan:
    """Compile an activity that starts on a day in the plan, and ends on another."""
    registry, index, path = context.registry, context.index, ("activities", name)
    finish_d = index.day(item.finish or item.done) if item.finish or item.done else None
    law = item.duration.law if isinstance(item.duration, WorkTime) else item.duration
    duration = registry.chance(law, f"duration/{name}", (*path, "duration"))
    if item.finish is not None and finish_d is not None:
        duration = Chance(max(finish_d - start_d, 0.0))
    planned_d = finish_d if finish_d is not None else end_d
    who = [*([item.partner] if item.partner else []), *item.parties]
    not_before = item.not_before.to_days(index.calendar) if item.not_before is not None else None
    return ActivityPlan(
        subject=index.subject_of["activity", name],
        done=index.milestone(name),
        cause=CAUSE_OF_KIND[item.kind],
        partners=tuple(dict.fromkeys(index.partner(p) for p in who if p in index.partners)),
        needs=index.needs(item.needs),
        not_before=registry.chance(not_before, f"not-before/{name}", (*path, "not_before")),
        duration=duration,
        finish_d=finish_d,
        planned_d=planned_d,
        slip=_activity_slip(context, name, item, start_d, planned_d),
        fact=item.done is not None,
        payer=index.payer(item.partner),
        cost=item.cost,
    )


def _activity_slip(context: Context, name: str, item: Activity, start_d: float, planned_d: float) -> Chance | None:
    """Return an activity its slip; a measured law gives up the mean of what the risks it holds add to the rest."""
    if item.slip is None or item.done is not None:
        return None
    left_d = max(planned_d - max(start_d, context.index.as_of_d), 0.0)
    held_d = left_d * mean_stretch(held_risks(context.scenario), name)
    return context.luck.slip(item.slip, planned_d, f"slip/{name}", ("activities", name, "slip"), held_d)
