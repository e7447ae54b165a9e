"""The studies and sweeps that an explorer shows: found once, read once, and only inside the folders that were named."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from dashboards.answers import SweepAnswers
from dashboards.replay_view import Asked, Teller
from dashboards.sweep_page import answers_of
from sim.analysis.findings import Findings, GoalFinding
from sim.problems import InputError
from sim.study.contents import LEDGER, OPTIMISE_FOLDER, SWEEP_FOLDER, kind_of
from sim.study.files import FolderError
from sim.study.folders import ours_below
from sim.study.manifest import COMPLETE, is_search, read_manifest
from sim.study.naming import names_apart
from sim.study.store import StudyTables, read_study
from sim.study.summary import findings_of
from sim.study.sweep_tables import read_sweep

STEPS = 400
"""Steps of a curve that are sent; each of them is one replication that can be clicked."""


@dataclass(frozen=True, slots=True)
class Steps:
    """An S-curve as steps that name replications: the day and share of each, and which replication it is."""

    t_d: tuple[float, ...]
    percent: tuple[float, ...]
    replication: tuple[int, ...]


class Volume:
    """One study, read, with the curves that are asked of it kept at hand."""

    def __init__(self, name: str, study: StudyTables) -> None:
        self.name = name
        self.findings: Findings = findings_of(study)
        self._study = study
        self.steps = lru_cache(maxsize=None)(self._steps)

    def teller(self) -> Teller:
        """Return who can make any replication again, apart from the tables."""
        return Teller(self.name, self._study, self.findings)

    def ask(self, key: str, replication: int | None, goal: str) -> Asked:
        """Return the question for a replication, by its number or the nearest there is; None is the nominal run."""
        if replication is None:
            return Asked(key, None, goal, None)
        numbers = self._study.sample.replication
        row = int(np.argmin(np.abs(numbers - min(max(replication, 0), int(numbers.max())))))
        one = self._study.sample[slice(row, row + 1)]
        return Asked(key, int(one.replication[0]), goal, one)

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


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that an explorer shows, by short keys; nothing else can be asked for."""

    volumes: Mapping[str, Volume]
    sweeps: Mapping[str, SweepAnswers]
    left_out: tuple[str, ...]
    """Why folders that were found are not shown."""

    def goals(self) -> dict[str, str]:
        """Return the names of all goals and what to call them; the first is the first study's own first goal.

        A goal that studies call differently goes by its name.
        """
        found = [(goal.name, goal.called) for volume in self.volumes.values() for goal in volume.findings.goals]
        found += [(goal.goal, goal.called) for sweep in self.sweeps.values() for goal in sweep.goals]
        titles: dict[str, set[str]] = {}
        for name, called in found:
            titles.setdefault(name, set()).add(called)
        return {name: next(iter(said)) if len(said) == 1 else name for name, said in titles.items()}


class LiveSweeps(Mapping[str, SweepAnswers]):
    """Sweeps that may still be running: one whose folder has new answers is read again when it is asked for news."""

    def __init__(self, sweeps: Mapping[str, SweepAnswers]) -> None:
        self._sweeps = dict(sweeps)
        self._stamps = {key: _stamp(one.folder) for key, one in sweeps.items()}
        self._reading = threading.Lock()

    def __getitem__(self, key: str) -> SweepAnswers:
        return self._sweeps[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sweeps)

    def __len__(self) -> int:
        return len(self._sweeps)

    @property
    def unfinished(self) -> bool:
        """Whether any of them has cases without an answer."""
        return any(len(one.goals[0].answers) + len(one.failed) < one.planned for one in self._sweeps.values())

    def refresh(self, key: str) -> tuple[int, int]:
        """Read a sweep again if its folder has changed, and return what tells its states apart."""
        with self._reading:
            stamp = _stamp(self._sweeps[key].folder)
            if stamp != self._stamps[key]:
                with contextlib.suppress(InputError):  # it is being written: what was read stays until the next look
                    self._sweeps[key] = answers_of(read_sweep(self._sweeps[key].folder))
                    self._stamps[key] = stamp
            return self._stamps[key]


def _stamp(folder: Path) -> tuple[int, int]:
    """Return size and time of a sweep's ledger, which grows with every answer; zeros where there is none."""
    try:
        found = (folder / LEDGER).stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def open_shelf(folders: Sequence[Path]) -> Shelf:
    """Read every run and sweep folder at or below the given ones.

    Raises FolderError when a folder does not exist or cannot be read, InputError when nothing can be shown.
    """
    places = dict.fromkeys(place.resolve() for folder in folders for place in _ours(folder))
    studies: list[StudyTables] = []
    sweeps: list[SweepAnswers] = []
    left_out: list[str] = []
    for place in places:
        try:
            if is_search(place):
                left_out.append(f"{place.name} is a search for levers: `ilrs report` draws it")
            elif kind_of(place) is OPTIMISE_FOLDER:
                left_out.append(f"{place.name} is an optimisation: its page is report.html in it")
            elif kind_of(place) is SWEEP_FOLDER:
                sweeps.append(answers_of(read_sweep(place)))
            elif read_manifest(place).state == COMPLETE:
                studies.append(read_study(place))
            else:
                left_out.append(f"{place.name} is not finished")
        except InputError as error:
            left_out.append(str(error))
    if not studies and not sweeps:
        raise InputError("\n".join(["nothing to explore: no finished run or sweep in these folders", *left_out]))
    named = names_apart([one.manifest for one in studies], [one.folder for one in studies])
    return Shelf(
        {f"s{i}": Volume(name, study) for i, (name, study) in enumerate(zip(named, studies, strict=True))},
        LiveSweeps({f"w{i}": sweep for i, sweep in enumerate(sweeps)}),
        tuple(left_out),
    )


def _ours(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FolderError(folder, "does not exist", "`ilrs run` makes run folders")
    return sorted(ours_below(folder))
