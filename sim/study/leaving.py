"""Leaving: what a partner's departure does to every goal, from runs with the same luck, kept in the run folder."""

from __future__ import annotations

import contextlib
import datetime
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.analysis.roles import leads_of
from sim.campaign.plan import Campaign
from sim.problems import InputError
from sim.scenario.load import Loaded
from sim.scenario.paths import without_studies
from sim.scenario.writing import document
from sim.study import files, tables
from sim.study.cases import Cases
from sim.study.chunks import Case, ChunkSpan, Done, Errand, Job
from sim.study.contents import PARTNERS
from sim.study.engines import fitting, run_all
from sim.study.files import FolderError
from sim.study.records import RecordError, from_json, to_json
from sim.study.runner import Listener, Progress
from sim.study.store import StudyTables

Floats = NDArray[np.float64]
HANDED_OVER, ALONE = "handed-over", "nobody"
MOST: Final = 1000
"""Replications of a case; more would take long and say the same."""


@dataclass(frozen=True, slots=True)
class LeaveCase:
    """A partner that leaves the day after the day of knowledge: handed over as the scenario says, or to nobody."""

    partner: str
    way: str
    settings: tuple[tuple[str, str], ...]
    """(dotted path, text) of what is set."""


@dataclass(frozen=True, slots=True)
class LeaveEffect:
    """What it does to one goal; days later and points more likely are positive."""

    partner: str
    way: str
    goal: str
    chance: float
    chance_low: float
    chance_high: float
    """95 % interval of the difference of the chances, paired."""
    mean_d: float | None
    mean_low_d: float | None
    mean_high_d: float | None
    """Mean difference where both runs reach the goal; None in fewer than two pairs."""
    p50_d: float | None
    """None where one of the two medians is not reached."""
    lost: int
    """Replications that reach the goal with the partner alone."""


@dataclass(frozen=True, slots=True)
class Leavings:
    """Of all partners that do something, in the scenario's order."""

    key: str
    """Of the study that they belong to."""
    replications: int
    on: str
    """Day on which each leaves."""
    effects: tuple[LeaveEffect, ...]
    refused: tuple[tuple[str, str, str], ...]
    """(partner, way, why the plan cannot be made without it)."""


def leave_cases(loaded: Loaded, campaign: Campaign) -> tuple[str, tuple[LeaveCase, ...]]:
    """Return the day on which partners leave and a case for each who leads work, or owns an antenna or a launcher."""
    spec = loaded.scenario.calendar
    day = (spec.as_of or spec.start) + datetime.timedelta(days=1)
    date = day.date().isoformat()
    found = []
    for name in _active(loaded, campaign):
        partner = loaded.scenario.partners[name]
        settings = [(f"partners.{name}.withdraws", date)]
        if partner.joins is not None:  # who has yet to join never does
            joins = campaign.partners[[one.name for one in campaign.partners].index(name)].joins
            if joins is not None and joins.nominal > campaign.calendar.to_days(day):
                settings.append((f"partners.{name}.joins", date))
        if partner.successor is not None:
            found.append(LeaveCase(name, HANDED_OVER, tuple(settings)))
            settings = [*settings, (f"partners.{name}.successor", "null")]
        found.append(LeaveCase(name, ALONE, tuple(settings)))
    return date, tuple(found)


def _active(loaded: Loaded, campaign: Campaign) -> list[str]:
    """Return the partners whose leaving can change something: of work still to do, an antenna, or a vehicle."""
    ahead = {lead for subject, lead in leads_of(campaign).items() if not campaign.subjects[subject].fact}
    ahead |= {one.partner for one in campaign.launchers if one.partner >= 0}
    names = {campaign.partners[number].name for number in ahead}
    ground = loaded.scenario.ground
    names |= {one.partner for one in ground.stations.values() if one.partner} if ground is not None else set()
    return [one.name for one in campaign.partners if one.name in names]


def run_leavings(
    study: StudyTables,
    loaded: Loaded,
    campaign: Campaign,
    *,
    engine: Executor,
    on_progress: Listener = lambda _: None,
) -> Leavings:
    """Simulate the study's scenario without each of its partners, and return what that does to every goal.

    Raises InputError if the scenario as it is cannot be run.
    """
    date, cases = leave_cases(loaded, campaign)
    count = min(study.manifest.replications, MOST)
    text = document({**without_studies(loaded.layered.values), "name": loaded.scenario.name})
    every = [Case(0, (), ()), *(Case(number, (), one.settings) for number, one in enumerate(cases, 1))]
    errands = [Errand(str(case.number), case, ChunkSpan(0, count)) for case in every]
    done: dict[int, Done] = {}
    on_progress(Progress("simulating", 0, len(errands), "cases"))
    for errand, result in run_all(
        fitting(engine, errands), Job(Cases({(): text}, study.manifest.seed, study.manifest.sampling)), errands
    ):
        done[errand.case.number] = result
        on_progress(Progress("simulating", len(done), len(errands), "cases"))
    if done[0].reason:
        raise InputError(done[0].reason)
    told = [(one, done[number]) for number, one in enumerate(cases, 1)]
    return Leavings(
        key=study.manifest.key,
        replications=count,
        on=date,
        effects=tuple(
            _effect(one, name, dates_d, _dates_d(result, count)[name], by_d)
            for one, result in told
            if not result.reason
            for name, (dates_d, by_d) in _with_dates(done[0], campaign, count).items()
        ),
        refused=tuple((one.partner, one.way, result.reason) for one, result in told if result.reason),
    )


def _with_dates(base: Done, campaign: Campaign, count: int) -> dict[str, tuple[Floats, float]]:
    """Return the dates of each goal with all partners, and the day it is wanted by."""
    dates, by_d = _dates_d(base, count), {goal.name: goal.by_d for goal in campaign.goals}
    return {name: (days, by_d[name]) for name, days in dates.items()}


def _dates_d(done: Done, count: int) -> dict[str, Floats]:
    return {one.name: tables.read_column(done.data, one.column, 0, count - 1) for one in done.goals}


def _effect(case: LeaveCase, goal: str, base_d: Floats, gone_d: Floats, by_d: float) -> LeaveEffect:
    chance = compare_probabilities(gone_d, base_d, by_d)
    days = compare_values(gone_d, base_d)
    return LeaveEffect(
        partner=case.partner,
        way=case.way,
        goal=goal,
        chance=chance.value,
        chance_low=chance.low,
        chance_high=chance.high,
        mean_d=None if days.mean is None else days.mean.value,
        mean_low_d=None if days.mean is None else days.mean.low,
        mean_high_d=None if days.mean is None else days.mean.high,
        p50_d=compare_quantiles(gone_d, base_d, 0.5, resamples=1).value,
        lost=days.only_second,
    )


def keep_leavings(study: StudyTables, found: Leavings) -> None:
    """Keep what was found in the run folder; raises FolderError if that cannot be written."""
    files.write_whole(study.folder, PARTNERS, to_json(found).encode())


def kept_leavings(study: StudyTables) -> Leavings | None:
    """Return what was found before for this study; None where nothing was, or for another scenario or seed."""
    with contextlib.suppress(FolderError, RecordError, OSError):
        found = from_json(Leavings, files.read_plain(study.folder / PARTNERS))
        if found.key == study.manifest.key:
            return found
    return None
