"""The studies and sweeps that an explorer shows: found once, read once, and only inside the folders that were named."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from dashboards.answers import SweepAnswers
from dashboards.sweeps import answers_of
from sim.analysis.findings import Findings, GoalFinding, Trace
from sim.analysis.story import Tale, tell
from sim.problems import InputError
from sim.study.files import FolderError
from sim.study.folders import ours_below
from sim.study.ledger import MARKER as SWEEP_MARKER
from sim.study.ledger import read_sweep
from sim.study.replay import Replay
from sim.study.store import COMPLETE, Study, read_manifest, read_study
from sim.study.summary import findings_of

STEPS = 400
"""Steps of a curve that are sent; each of them is one replication that can be clicked."""
_TOLD = 128
"""Replications whose story is kept at hand."""


@dataclass(frozen=True, slots=True)
class Steps:
    """An S-curve as steps that name replications: the day and share of each, and which replication it is."""

    t_d: tuple[float, ...]
    percent: tuple[float, ...]
    replication: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ToldRun:
    """One replication with its trace and the tale of one goal."""

    trace: Trace
    tale: Tale | None


class Volume:
    """One study, read, with the curves and stories that are asked of it kept at hand."""

    def __init__(self, name: str, study: Study) -> None:
        self.name = name
        self.findings: Findings = findings_of(study)
        self._study = study
        self._replay = Replay(study)
        self._lock = threading.Lock()
        self.told = lru_cache(maxsize=_TOLD)(self._told)
        self.steps = lru_cache(maxsize=None)(self._steps)

    @property
    def last(self) -> int:
        """Number of the last replication."""
        return int(self._study.sample.replication.max())

    def goal(self, name: str) -> GoalFinding | None:
        """Return what is found of a goal; None when the study does not have it."""
        return next((goal for goal in self.findings.goals if goal.name == name), None)

    def _steps(self, goal: str) -> Steps:
        line = next(one for one in self._study.outline.goals if one.name == goal)
        dates = self._study.sample.reached_d[:, line.reached]
        order = np.argsort(dates, kind="stable")[: int(np.isfinite(dates).sum())]
        if not order.size:
            return Steps((), (), ())
        picks = np.unique(np.linspace(0, order.size - 1, min(order.size, STEPS)).astype(int))
        rows = order[picks]
        return Steps(
            tuple(dates[rows].tolist()),
            tuple(np.round(100.0 * (picks + 1) / dates.size, 3).tolist()),
            tuple(self._study.sample.replication[rows].tolist()),
        )

    def _told(self, replication: int | None, goal: str) -> ToldRun:
        plan = self._replay.nominal()
        kept = replication is None or any(told.replication == replication for told in self._study.stories)
        if not kept:
            with self._lock:  # compiled once, by whoever comes first
                _ = self._replay.campaign
        run = plan if replication is None else self._replay.replication(replication)
        title = "Nominal" if replication is None else f"Replication {replication}"
        story = run.story
        trace = Trace(
            title,
            replication,
            story.moves,
            story.events,
            story.chains,
            story.power_t_d,
            story.power_supply_w,
            story.power_demand_w,
        )
        outline = self._study.outline
        if goal not in story.chains:
            return ToldRun(trace, None)
        return ToldRun(trace, tell(outline, goal, story, run.reached_d, plan.story, plan.reached_d))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that an explorer shows, by short keys; nothing else can be asked for."""

    volumes: Mapping[str, Volume]
    sweeps: Mapping[str, SweepAnswers]
    left_out: tuple[str, ...]
    """Why folders that were found are not shown."""

    def goals(self) -> tuple[str, ...]:
        """Return the names of all goals, in the order in which they are met."""
        found = [goal.name for volume in self.volumes.values() for goal in volume.findings.goals]
        found += [goal.goal for sweep in self.sweeps.values() for goal in sweep.goals]
        return tuple(dict.fromkeys(found))


def open_shelf(folders: Sequence[Path]) -> Shelf:
    """Read every run and sweep folder at or below the given ones.

    Raises FolderError when a folder does not exist or cannot be read, InputError when nothing can be shown.
    """
    places = dict.fromkeys(place.resolve() for folder in folders for place in _ours(folder))
    studies: list[Study] = []
    sweeps: list[SweepAnswers] = []
    left_out: list[str] = []
    for place in places:
        try:
            if (place / SWEEP_MARKER).is_file():
                sweeps.append(answers_of(read_sweep(place)))
            elif read_manifest(place).state == COMPLETE:
                studies.append(read_study(place))
            else:
                left_out.append(f"{place.name} is not finished")
        except InputError as error:
            left_out.append(str(error))
    if not studies and not sweeps:
        raise InputError("\n".join(["nothing to explore: no finished run or sweep in these folders", *left_out]))
    named = _names(studies)
    return Shelf(
        {f"s{i}": Volume(name, study) for i, (name, study) in enumerate(zip(named, studies, strict=True))},
        {f"w{i}": sweep for i, sweep in enumerate(sweeps)},
        tuple(left_out),
    )


def _ours(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FolderError(folder, "does not exist", "`ilrs run` makes run folders")
    return sorted(ours_below(folder))


def _names(studies: Sequence[Study]) -> list[str]:
    """Name studies by scenario; by folder too where two have the same."""
    scenarios = [study.manifest.scenario for study in studies]
    return [
        name if scenarios.count(name) == 1 else f"{name} ({study.folder.name})"
        for name, study in zip(scenarios, studies, strict=True)
    ]
