"""The outline: what must be known of a campaign to read the tables of its outcomes, and nothing more.

It travels with every study, so that a study can be read without compiling its scenario again.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from sim.analysis.roles import with_roles
from sim.campaign.causes import CAUSES
from sim.campaign.plan import Campaign, Delivery, GoalPlan, Heading, LaunchPlan, ManifestEntry, Subject, fields_of
from sim.chance import FigureName
from sim.model.sample import Sample


@dataclass(frozen=True, slots=True)
class Drawn:
    """The figures that are drawn once a replication: the uncertainty that more replications do not settle."""

    streams: tuple[str, ...] = ()
    """Streams of the parameters of class laws."""
    weights: tuple[tuple[float, ...], ...] = ()
    """What the scenario takes from them, a row for each different figure."""
    records: tuple[str, ...] = ()
    """Streams of how good what flies is, of which a record of flights tells something."""


@dataclass(frozen=True, slots=True)
class StreamLine:
    """A stream of random numbers, and the dotted path of the figure of the scenario that it draws."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class ClassLine:
    """Location or spread of the slips of a class, and what it takes from the streams of `Drawn`, in their order."""

    law: str
    what: str
    agency: str
    kind: str
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Outline(Heading):
    """A campaign as its tables and pages need it."""

    causes: tuple[str, ...]
    milestones: tuple[str, ...]
    subjects: tuple[Subject, ...]
    goals: tuple[GoalPlan, ...]
    flights: tuple[ManifestEntry, ...]
    deliveries: tuple[Delivery, ...]
    stations: tuple[str, ...]
    """Stations with research facilities."""
    drawn: Drawn = field(default_factory=Drawn)
    streams: tuple[StreamLine, ...] = ()
    classes: tuple[ClassLine, ...] = ()

    def __repr__(self) -> str:
        goals = ", ".join(goal.name for goal in self.goals)
        return f"<Outline {self.scenario}: {len(self.subjects)} subjects; goals {goals}>"


def outline_of(campaign: Campaign, nominal: Sample) -> Outline:
    """Make the outline of a campaign; the margins are those of the launch days of its nominal run."""
    from sim.scenario.text import path_text  # who reads an outline needs no scenario language

    return Outline(
        **fields_of(Heading, campaign),
        causes=CAUSES,
        milestones=tuple(milestone.name for milestone in campaign.milestones),
        subjects=_subjects(campaign),
        goals=campaign.goals,
        flights=tuple(_with_margins(campaign, entry, nominal) for entry in campaign.flights),
        deliveries=campaign.deliveries,
        stations=tuple(
            campaign.subjects[element.subject].name for element in campaign.elements if element.facilities > 0
        ),
        drawn=_drawn(campaign),
        streams=tuple(
            StreamLine(name, path_text(path))
            for name, path in zip(campaign.streams, campaign.stream_paths, strict=True)
        ),
        classes=_classes(campaign),
    )


def _drawn(campaign: Campaign) -> Drawn:
    """List the figures that are drawn once a replication, without those of launchers that nothing flies on."""
    launches = [launch for mission in campaign.missions for launch in mission.launches]
    launches += [tank.launch for tank in campaign.tanks if tank.launch is not None]
    flying = dict.fromkeys(launch.launcher for launch in launches if launch.launcher >= 0)
    qualities = [campaign.launchers[number].reliability.quality for number in flying]
    qualities += [one.reliability.quality for one in campaign.flight_classes]
    records = dict.fromkeys(campaign.streams[one.stream] for one in qualities if one.law is not None)
    figures = campaign.luck.figures
    return Drawn(
        tuple(campaign.streams[stream] for stream in figures.streams),
        tuple(dict.fromkeys(figures.weights)),
        tuple(records),
    )


def _classes(campaign: Campaign) -> tuple[ClassLine, ...]:
    """List the figures of classes; a spread differs a little with the lead, and its mean stands for it."""
    figures = campaign.luck.figures
    rows: dict[FigureName, list[tuple[float, ...]]] = {}
    for one, row in zip(figures.names, figures.weights, strict=True):
        rows.setdefault(one, []).append(row)
    return tuple(
        ClassLine(one.law, one.what, one.agency, one.kind, tuple(float(weight) for weight in np.mean(found, axis=0)))
        for one, found in rows.items()
    )


def _subjects(campaign: Campaign) -> tuple[Subject, ...]:
    """Return the subjects with what ends them; where an activity and an element share a name, both say so."""
    finish = {activity.subject: activity.done for activity in campaign.activities}
    finish |= {mission.subject: mission.arrived for mission in campaign.missions}
    finish |= {element.subject: element.operational for element in campaign.elements}
    finish |= {goal.subject: goal.reached for goal in campaign.goals}
    gathers = campaign.schedule.groups if campaign.schedule is not None else ()
    finish |= {campaign.milestones[one.milestone].subject: one.milestone for one in gathers if not one.first}
    count = Counter(subject.name for subject in campaign.subjects)
    return tuple(
        replace(subject, finish=finish.get(index, -1), shared=count[subject.name] > 1)
        for index, subject in enumerate(with_roles(campaign))
    )


def _with_margins(campaign: Campaign, entry: ManifestEntry, nominal: Sample) -> ManifestEntry:
    if entry.fact:
        return entry
    launches = (launch for mission in campaign.missions for launch in mission.launches)
    plan = next((launch for launch in launches if launch.launched == entry.launched), None)
    spare_kg, left_kg = _margins(campaign, plan, float(nominal.reached_d[entry.launched]))
    return replace(entry, margin_kg=spare_kg, propellant_margin_kg=left_kg)


def _margins(campaign: Campaign, launch: LaunchPlan | None, day_d: float) -> tuple[float, float]:
    """Return the kilograms left (launcher, tank) on the departure nearest to a day; nan where there is none."""
    if launch is None or launch.opportunities < 0 or not math.isfinite(day_d):
        return math.nan, math.nan
    table = campaign.opportunities[launch.opportunities]
    if table.window.size == 0:
        return math.nan, math.nan
    days = campaign.departures[table.departures].t_d[table.window]
    nearest = int(np.argmin(np.abs(days - day_d)))
    return float(table.capacity_margin_kg[nearest]), float(table.propellant_margin_kg[nearest])
