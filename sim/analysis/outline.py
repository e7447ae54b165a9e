"""The outline: what must be known of a campaign to read the tables of its outcomes, and nothing more.

It travels with every study, so that a study can be read without compiling its scenario again.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from sim.campaign.causes import CAUSES
from sim.campaign.plan import Campaign, Delivery, FlightCard, LaunchPlan, PlaceName
from sim.chance import FigureName
from sim.model.sample import Sample
from sim.scenario.text import path_text

OUTLINE_FORMAT = 2
"""Raised whenever a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """Something whose days are counted."""

    name: str
    kind: str
    label: str
    fact: bool
    finish: int
    """Milestone that ends it, or -1."""


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal."""

    name: str
    about: str
    by_d: float
    wanted: float
    subject: int
    reached: int
    """Milestone."""
    title: str = ""
    """What pages call it; empty when the scenario does not say."""


@dataclass(frozen=True, slots=True)
class FlightLine:
    """A launch of the manifest, with its margins on the nominal day."""

    mission: str
    launch: str
    launcher: str
    pads: str
    payload: str
    mass_kg: float
    margin_kg: float
    propellant_margin_kg: float
    planned_d: float
    launched: int
    """Milestone."""
    fact: bool


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
class Outline:
    """A campaign as its tables and pages need it."""

    format: int
    scenario: str
    about: str
    identity: str
    start_iso: str
    end_d: float
    as_of_d: float
    """nan or infinite when the scenario does not say it."""
    guesses: int
    figures: int
    causes: tuple[str, ...]
    milestones: tuple[str, ...]
    subjects: tuple[SubjectLine, ...]
    goals: tuple[GoalLine, ...]
    flights: tuple[FlightLine, ...]
    deliveries: tuple[Delivery, ...]
    places: tuple[PlaceName, ...]
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
    return Outline(
        format=OUTLINE_FORMAT,
        scenario=campaign.scenario,
        about=campaign.about,
        identity=campaign.identity,
        start_iso=campaign.start_iso,
        end_d=campaign.end_d,
        as_of_d=campaign.as_of_d,
        guesses=campaign.guesses,
        figures=campaign.figures,
        causes=CAUSES,
        milestones=tuple(milestone.name for milestone in campaign.milestones),
        subjects=_subjects(campaign),
        goals=tuple(
            GoalLine(goal.name, goal.about, goal.by_d, goal.wanted, goal.subject, goal.reached, goal.title)
            for goal in campaign.goals
        ),
        flights=tuple(_flight(campaign, card, nominal) for card in campaign.flights),
        deliveries=campaign.deliveries,
        places=campaign.places,
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


def _subjects(campaign: Campaign) -> tuple[SubjectLine, ...]:
    """List the subjects; where an activity and an element share a name, their kind tells them apart."""
    finish = {activity.subject: activity.done for activity in campaign.activities}
    finish |= {mission.subject: mission.arrived for mission in campaign.missions}
    finish |= {element.subject: element.operational for element in campaign.elements}
    finish |= {goal.subject: goal.reached for goal in campaign.goals}
    count = Counter(subject.name for subject in campaign.subjects)
    return tuple(
        SubjectLine(
            name=subject.name if count[subject.name] == 1 else f"{subject.name} ({subject.kind})",
            kind=subject.kind,
            label=subject.name,
            fact=subject.fact,
            finish=finish.get(index, -1),
        )
        for index, subject in enumerate(campaign.subjects)
    )


def _flight(campaign: Campaign, card: FlightCard, nominal: Sample) -> FlightLine:
    margins = (math.nan, math.nan)
    if not card.fact:
        launches = (launch for mission in campaign.missions for launch in mission.launches)
        plan = next((launch for launch in launches if launch.launched == card.launched), None)
        margins = _margins(campaign, plan, float(nominal.reached_d[card.launched]))
    return FlightLine(
        mission=campaign.subjects[card.mission].name,
        launch=card.launch,
        launcher=card.launcher,
        pads=card.pads,
        payload=card.payload,
        mass_kg=card.mass_kg,
        margin_kg=margins[0],
        propellant_margin_kg=margins[1],
        planned_d=card.planned_d,
        launched=card.launched,
        fact=card.fact,
    )


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
