"""Partners: who brings what, what falls when one leaves, and when the next decision of each is due."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards import formats
from dashboards.card import Card, Table
from dashboards.setting import Setting
from dashboards.translation import _, plural
from sim.analysis.findings import Bar, Findings, GoalFinding
from sim.analysis.roles import PartnerRole
from sim.campaign.plan import PlannedDates
from sim.clock import Calendar
from sim.study.leaving import HANDED_OVER, LeaveEffect, Leavings

_NEXT: Final = 12
"""Decisions that stand open."""
_GOALS: Final = 6
"""Goals that get a column."""


def draw_partners(findings: Findings, setting: Setting | None) -> tuple[Card, ...]:
    """Return the cards of partners; none where fewer than two take part."""
    if setting is None:
        return ()
    active = [role for role in setting.roles if role.takes_part]
    if len(active) < 2:
        return ()
    cards = [_roles_card(findings, active, len(setting.roles) - len(active))]
    if setting.leavings is not None and setting.leavings.effects:
        cards.append(_leaving_card(findings, setting.roles, setting.leavings))
    decisions = find_decisions(findings, setting)
    if decisions:
        cards.append(_decision_card(findings, decisions))
    return tuple(cards)


# --- who brings what ------------------------------------------------------------------------------------------------


def _roles_card(findings: Findings, roles: Sequence[PartnerRole], idle: int) -> Card:
    goals = findings.goals[:_GOALS]
    others = plural(
        " {count} partner has no work of its own in the plan.",
        " {count} partners have no work of their own in the plan.",
        idle,
    ).format(count=idle)
    return Card(
        id="partners",
        title=_roles_title(findings.goals[0], roles),
        reading=_(
            "How to read: what is still to come, by who leads or provides it. Under each goal stands how many of these "
            "things the goal cannot be reached without, counted through all needs of its needs.{others} A count says "
            "what rests on a partner, not what its leaving costs: `ilrs report --partners` runs the plan without each."
        ).format(others=others if idle else ""),
        shown=Table(
            (
                _("partner"),
                _("launches"),
                _("mass launched"),
                _("elements"),
                _("their mass"),
                _("work on Earth"),
                _("antennas"),
                *(formats.shorten(formats.called(goal), 36) for goal in goals),
            ),
            tuple(
                (
                    role.called,
                    *(str(count) for count in (role.flights,)),
                    formats.tonnes(role.launched_kg),
                    str(len(role.elements)),
                    formats.tonnes(role.element_kg),
                    str(role.works),
                    str(role.antennas),
                    *(str(dict(role.goals).get(goal.name, 0)) for goal in goals),
                )
                for role in roles
            ),
            numeric=frozenset(range(1, 7 + len(goals))),
            stacked=True,
        ),
        table=Table(
            (_("partner"), _("element")), tuple((role.called, name) for role in roles for name in role.elements)
        ),
    )


def _roles_title(goal: GoalFinding, roles: Sequence[PartnerRole]) -> str:
    counts = {role.called: dict(role.goals).get(goal.name, 0) for role in roles}
    total = sum(counts.values())
    if not total:
        return _("Nothing that is still to come for {goal} names a partner").format(
            goal=formats.shorten(formats.called(goal), 60)
        )
    holders = [name for name, count in counts.items() if count]
    if len(holders) == 1:
        return _(
            "All {count} things that {goal} still rests on are led by {partner}; nothing of it rests on others"
        ).format(count=total, goal=formats.shorten(formats.called(goal), 60), partner=holders[0])
    first = max(counts, key=lambda name: counts[name])
    return _("{partner} leads {count} of the {total} things that {goal} still rests on").format(
        partner=first, count=counts[first], total=total, goal=formats.shorten(formats.called(goal), 60)
    )


# --- what falls -----------------------------------------------------------------------------------------------------


def _leaving_card(findings: Findings, roles: Sequence[PartnerRole], found: Leavings) -> Card:
    called = {role.name: role.called for role in roles}
    goals = findings.goals[:_GOALS]
    calendar, day = findings.calendar, datetime.datetime.fromisoformat(found.on)
    cases: dict[tuple[str, str], dict[str, LeaveEffect]] = {}
    for one in found.effects:
        cases.setdefault((one.partner, one.way), {})[one.goal] = one
    rows = tuple(
        (
            _case_name(called.get(partner, partner), way),
            *(_say_effect(effects[goal.name]) if goal.name in effects else formats.NONE for goal in goals),
        )
        for (partner, way), effects in cases.items()
    )
    refused = [
        _("{case}: no plan can be made: {reason}").format(
            case=_case_name(called.get(partner, partner), way), reason=formats.shorten(reason, 160)
        )
        for partner, way, reason in found.refused
    ]
    return Card(
        id="leaving",
        title=_leaving_title(goals[0], called, cases),
        reading=_(
            "How to read: each row is the whole plan run again, {count} times with the same luck, with one partner "
            "gone on {date}; each cell how the chance by the goal's date changes, in points of a hundred, and by how "
            "much the median date moves. Intervals of the points (95 %, paired) are in the data table."
        ).format(count=f"{found.replications:,}", date=formats.day(calendar, calendar.to_days(day))),
        shown=Table((_("without"), *(formats.shorten(formats.called(goal), 36) for goal in goals)), rows, stacked=True),
        table=_effects_table(called, found.effects),
        note=" ".join(refused),
    )


def _case_name(partner: str, way: str) -> str:
    if way == HANDED_OVER:
        return _("{partner}; its successor takes over").format(partner=partner)
    return _("{partner}; nobody takes over").format(partner=partner)


def _say_effect(one: LeaveEffect) -> str:
    points = round(100.0 * one.chance)
    if _does_nothing(one):
        return _("nothing")
    if one.p50_d is None:
        if one.lost:
            return _("{points} points; lost in {count} runs that reach it with the partner").format(
                points=_signed(points), count=one.lost
            )
        return _("{points} points; half of the runs do not reach it either way").format(points=_signed(points))
    return _("{points} points, {days}").format(points=_signed(points), days=formats.lateness(one.p50_d))


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"


def _leaving_title(
    goal: GoalFinding, called: Mapping[str, str], cases: Mapping[tuple[str, str], Mapping[str, LeaveEffect]]
) -> str:
    name = formats.shorten(formats.called(goal), 60)
    none = [
        called.get(partner, partner)
        for partner in dict.fromkeys(partner for partner, _way in cases)
        if all(_does_nothing(effects[goal.name]) for (who, _way), effects in cases.items() if who == partner)
    ]
    if none:
        return _("{goal} does not change when these leave: {partners}").format(
            goal=name, partners=formats.listing(none)
        )
    return _("Whichever partner leaves, {goal} changes").format(goal=name)


def _does_nothing(one: LeaveEffect) -> bool:
    return not one.chance and not one.lost and abs(one.mean_d or 0.0) < 0.5


def _effects_table(called: Mapping[str, str], effects: Sequence[LeaveEffect]) -> Table:
    rows = tuple(
        (
            called.get(one.partner, one.partner),
            one.way,
            one.goal,
            *(f"{100.0 * share:.1f}" for share in (one.chance, one.chance_low, one.chance_high)),
            *(formats.trim(day, 1) for day in (one.p50_d, one.mean_d, one.mean_low_d, one.mean_high_d)),
            str(one.lost),
        )
        for one in effects
    )
    columns = (
        _("partner"),
        _("taken over by"),
        _("goal"),
        _("points"),
        _("points, low 95 %"),
        _("points, high 95 %"),
        _("P50, d"),
        _("mean, d"),
        _("mean, low 95 %"),
        _("mean, high 95 %"),
        _("runs lost"),
    )
    return Table(columns, rows, frozenset(range(3, 11)))


# --- decisions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that a partner must decide for the plan to hold."""

    bar: Bar
    due_d: float
    """Day in the plan: work begins, or what a mission flies is ordered."""
    orders: bool
    """Whether it is an order of what a mission flies, so many days before its launch as building it takes."""


def find_decisions(findings: Findings, setting: Setting) -> list[Decision]:
    """Return what has yet to be begun or ordered, in the order of its day; what is due already stands first."""
    since_d = findings.known_until_d or 0.0
    found = []
    for bar in findings.bars:
        if bar.fact or bar.since_unsaid or bar.work_nominal_d is None or not bar.led_by:
            continue
        if bar.kind == "mission" and bar.name in setting.build_d:
            found.append(Decision(bar, bar.work_nominal_d - setting.build_d[bar.name], orders=True))
        elif bar.kind == "activity" and bar.work_nominal_d > since_d:
            found.append(Decision(bar, bar.work_nominal_d, orders=False))
    return sorted(found, key=lambda one: (not one.bar.serves, one.due_d))


def _decision_card(findings: Findings, decisions: Sequence[Decision]) -> Card:
    calendar = findings.calendar
    called = {goal.name: formats.shorten(formats.called(goal), 70) for goal in findings.goals}
    since_d = findings.known_until_d or 0.0
    needed = [one for one in decisions if one.bar.serves]
    overdue = [one for one in needed if one.due_d <= since_d]
    columns = (_("decision"), _("partner"), _("due in the plan"), _("float"), _("for"))
    rows = [_decision_row(calendar, one, called, since_d) for one in decisions]
    return Card(
        id="decisions",
        title=_decision_title(calendar, needed, overdue),
        reading=_(
            "How to read: the day on which work must begin, or what a mission flies must be ordered, for the plan in "
            "which nothing slips to hold. An order precedes the launch by the time that building another one takes in "
            "the scenario. Float is by how much the plan lets it come later before a goal misses its date."
        ),
        shown=Table(columns, tuple(rows[:_NEXT]), unbroken=frozenset({2, 3}), stacked=True),
        table=Table(columns, tuple(rows)) if len(rows) > _NEXT else None,
    )


def _decision_title(calendar: Calendar, needed: Sequence[Decision], overdue: Sequence[Decision]) -> str:
    if overdue:
        return plural(
            "{count} order that the goals rest on is due already in the plan, of {first}",
            "{count} orders that the goals rest on are due already in the plan, first of {first}",
            len(overdue),
        ).format(count=len(overdue), first=formats.shorten(overdue[0].bar.called, 40))
    if not needed:
        return _("No goal waits for a decision")
    return _("The next decision is due in {date}: {what}").format(
        date=formats.month(calendar, needed[0].due_d), what=_say_decision(needed[0])
    )


def _say_decision(one: Decision) -> str:
    name = formats.shorten(formats.called(one.bar), 60)
    return _("order for {mission}").format(mission=name) if one.orders else _("begin: {work}").format(work=name)


def _float(plan: PlannedDates | None) -> str:
    """Return by how much something can be later without harm to a goal's date, or else to the plan's end."""
    if plan is None:
        return formats.NONE
    days = plan.goal_float_d if math.isfinite(plan.goal_float_d) else plan.total_float_d
    return formats.duration(days) if math.isfinite(days) else formats.NONE


def _decision_row(calendar: Calendar, one: Decision, called: Mapping[str, str], since_d: float) -> tuple[str, ...]:
    plan = one.bar.planned
    date = formats.month(calendar, max(one.due_d, 0.0))
    goals = [called[name] for name in one.bar.serves if name in called]
    return (
        _say_decision(one),
        one.bar.led_by,
        _("due already ({date})").format(date=date) if one.due_d <= since_d else date,
        _float(plan),
        formats.listing(goals) if goals else _("no goal needs it"),
    )
