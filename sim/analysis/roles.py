"""Roles: who leads each thing in a campaign, which goals rest on it, and what is said of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from math import isnan
from typing import Any

from sim.campaign.plan import ActivityPlan, Campaign, Chance, MissionPlan, Subject

SHARES = (0.1, 0.5, 0.9)
_BLOCKS = {"activity": "activities", "mission": "missions", "element": "elements", "station": "stations"}


def with_roles(campaign: Campaign) -> tuple[Subject, ...]:
    """Return the subjects of a campaign with who leads them, the goals that rest on them, their source and slip."""
    leads, goals, slips = leads_of(campaign), goals_resting(campaign), _slips(campaign)
    unsaid, earliest, ends_late = _unsaid_starts(campaign), _earliest(campaign), _set_by_end(campaign)
    called = partner_names(campaign)
    return tuple(
        replace(
            subject,
            led_by=called[leads[number]] if number in leads else "",
            serves=goals.get(number, ()),
            slip_d=slips.get(number, ()),
            since_unsaid=number in unsaid,
            ends_late=number in ends_late,
            earliest_d=earliest.get(number, 0.0),
            source=_said(campaign, subject, "source"),
            confidence="" if subject.kind == "goal" else _said(campaign, subject, "confidence"),  # wanted, of a goal
        )
        for number, subject in enumerate(campaign.subjects)
    )


@dataclass(frozen=True, slots=True)
class PartnerRole:
    """What a partner brings to a campaign, as the plan has it."""

    name: str
    called: str
    flights: int
    """Launches still to come that it leads."""
    launched_kg: float
    works: int
    """Activities still to be done that it leads."""
    elements: tuple[str, ...]
    """What pages call the elements and stations still to come that it provides."""
    element_kg: float
    antennas: int
    goals: tuple[tuple[str, int], ...]
    """(goal, how many things that it leads and that are still to come the goal rests on)."""

    @property
    def takes_part(self) -> bool:
        """Whether it brings anything."""
        return bool(self.flights or self.works or self.elements or self.antennas)


def partner_roles(campaign: Campaign) -> tuple[PartnerRole, ...]:
    """Return what each partner brings, in the scenario's order."""
    leads, resting, called = leads_of(campaign), goals_resting(campaign), partner_names(campaign)
    subjects = campaign.subjects
    antennas = [
        _mapping(one).get("partner")
        for one in _mapping(_mapping(campaign.values.get("ground")).get("stations")).values()
    ]
    lifted: dict[str, list[float]] = {}
    for flight in campaign.flights:
        if not flight.fact:
            lifted.setdefault(flight.mission, []).append(flight.mass_kg)
    found = []
    for number, partner in enumerate(campaign.partners):
        own = [one for one, lead in leads.items() if lead == number and not subjects[one].fact]
        masses = [mass for one in own if subjects[one].kind == "mission" for mass in lifted.get(subjects[one].name, ())]
        parts = [one for one in campaign.elements if one.subject in own]
        found.append(
            PartnerRole(
                name=partner.name,
                called=called[number],
                flights=len(masses),
                launched_kg=sum(mass for mass in masses if not isnan(mass)),
                works=sum(subjects[one].kind == "activity" for one in own),
                elements=tuple(subjects[one.subject].called for one in parts),
                element_kg=sum(one.mass_kg for one in parts),
                antennas=antennas.count(partner.name),
                goals=tuple(
                    (goal.name, sum(goal.name in resting.get(one, ()) for one in own)) for goal in campaign.goals
                ),
            )
        )
    return tuple(found)


def build_times(campaign: Campaign) -> dict[str, float]:
    """Return the days that building what a mission flies takes, by its name: those that a second one would take."""
    return {
        campaign.subjects[one.subject].name: one.rebuild.nominal
        for one in campaign.missions
        if one.rebuild is not None and not campaign.subjects[one.subject].fact
    }


def partner_names(campaign: Campaign) -> tuple[str, ...]:
    """Return what pages call each partner: its title, or its name."""
    blocks = _mapping(campaign.values.get("partners"))
    return tuple(str(_mapping(blocks.get(one.name)).get("title") or one.name) for one in campaign.partners)


def leads_of(campaign: Campaign) -> dict[int, int]:
    """Return the partner who leads each subject, both by number; of several parties the first."""
    plans: Iterable[ActivityPlan | MissionPlan] = chain(campaign.activities, campaign.missions)
    leads = {plan.subject: plan.partners[0] for plan in plans if plan.partners}
    return leads | {one.subject: one.partner for one in campaign.elements if one.partner >= 0}


def goals_resting(campaign: Campaign) -> dict[int, tuple[str, ...]]:
    """Return the goals that cannot be reached without a subject, by its number: all its needs and theirs."""
    needs = needs_of(campaign)
    found: dict[int, list[str]] = {}
    for goal in campaign.goals:
        seen, left = {goal.subject}, [goal.subject]
        while left:
            left = [one for need in left for one in needs.get(need, ()) if one not in seen]
            seen.update(left)
        for subject in seen:
            found.setdefault(subject, []).append(goal.name)
    return {subject: tuple(goals) for subject, goals in found.items()}


def needs_of(campaign: Campaign) -> dict[int, frozenset[int]]:
    """Return the subjects that each subject waits for, by number: also through its vehicles and what brings it."""
    owner = [milestone.subject for milestone in campaign.milestones]
    found: dict[int, set[int]] = {}

    def add(subject: int, milestones: Iterable[int]) -> None:
        found.setdefault(subject, set()).update(owner[one] for one in milestones if one >= 0)

    for activity in campaign.activities:
        add(activity.subject, activity.needs)
    for mission in campaign.missions:
        add(mission.subject, _mission_needs(campaign, mission))
    for element in campaign.elements:
        add(element.subject, (*element.delivered, *element.needs))
    for tank in campaign.tanks:
        add(tank.subject, tank.needs)
    for goal in campaign.goals:
        add(goal.subject, goal.needs)
    if campaign.schedule is not None:
        for work in campaign.schedule.works:
            add(owner[work.done], (link.event for link in (*work.needs, *work.ends_after)))
        for group in campaign.schedule.groups:
            add(owner[group.milestone], group.events)
    return {subject: frozenset(needs - {subject}) for subject, needs in found.items()}


def _mission_needs(campaign: Campaign, mission: MissionPlan) -> Iterable[int]:
    """Return the milestones that a mission waits for, and those that its vehicles and their only pad wait for."""
    yield from mission.needs
    for launch in mission.launches:
        yield from launch.needs
        if launch.launcher >= 0:
            launcher = campaign.launchers[launch.launcher]
            yield from launcher.needs
            if len(launcher.pads) == 1:
                yield from campaign.pads[launcher.pads[0]].needs


def _slips(campaign: Campaign) -> dict[int, tuple[float, ...]]:
    """Return P10, P50 and P90 of the slip that is a subject's own, in days, with the best figures of its law."""
    plans: Iterable[ActivityPlan | MissionPlan] = chain(campaign.activities, campaign.missions)
    return {plan.subject: slip_quantiles(plan.slip) for plan in plans if plan.slip is not None}


def slip_quantiles(slip: Chance) -> tuple[float, ...]:
    """Return P10, P50 and P90 of a chance, in its own unit."""
    return tuple(slip.nominal if slip.law is None else float(slip.law.ppf(share)) for share in SHARES)


def _unsaid_starts(campaign: Campaign) -> frozenset[int]:
    """Return activities of which only the end is said: they are under way when the calendar starts."""
    works = campaign.schedule.works if campaign.schedule is not None else ()
    begun = {work.done for work in works if work.begun or work.ends_after}
    return frozenset(
        one.subject
        for one in campaign.activities
        if one.finish_d is not None and not (one.fact or one.needs or one.not_before or one.done in begun)
    )


def _set_by_end(campaign: Campaign) -> frozenset[int]:
    """Return activities that must end after something."""
    works = campaign.schedule.works if campaign.schedule is not None else ()
    return frozenset(campaign.milestones[work.done].subject for work in works if work.ends_after)


def _earliest(campaign: Campaign) -> dict[int, float]:
    """Return the planned day before which no work is done on an activity that has one."""
    return {one.subject: one.not_before.nominal for one in campaign.activities if one.not_before is not None}


def _said(campaign: Campaign, subject: Subject, key: str) -> str:
    """Return what a scenario says of a subject under a key; a flight of a series is said with its block."""
    blocks = _mapping(campaign.values.get(_BLOCKS.get(subject.kind, "goals")))
    name = subject.name if subject.name in blocks else subject.name.rpartition("-")[0]
    return str(_mapping(blocks.get(name)).get(key) or "")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
