"""A finished study compiled again from its folder: one replication with its trace, the figures it was drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.analysis.guesses import Guess, effects, first_draws, rank_guesses
from sim.analysis.outline import ClassLine, Outline
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate
from sim.model.tracing import Trace
from sim.scenario.load import Loaded, load_scenario
from sim.scenario.names import section
from sim.scenario.provenance import Note, notes_of
from sim.scenario.text import path_text
from sim.study.files import FolderError
from sim.study.store import StudyTables
from sim.study.versions import code_version

Floats = NDArray[np.float64]
SAME_D = 1e-9
"""Days by which the same code may differ on another machine: rounding in a sum of a few dozen terms."""

KINDS: Mapping[str, str] = {
    "first": "firsts of their kind",
    "vehicle": "first flights of vehicles",
    "repeat": "repeats",
    "series": "one of a series",
    "construction": "construction",
}
"""Kinds of the tables of statements, in words; others stand as they are."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One replication, or the nominal run, with its trace."""

    reached_d: NDArray[np.float64]
    """(milestones,) day on which each was reached; infinity when it was not."""
    trace: Trace


class Replay:
    """The trace of any replication of a study, and of its nominal run."""

    def __init__(self, study: StudyTables, campaign: Campaign | None = None) -> None:
        self.study = study
        if campaign is not None:  # compiled before, by whoever replays many
            self.campaign = campaign

    def replication(self, number: int) -> Replayed:
        """Return a replication: kept with the study, or simulated again from its key and held against the tables.

        Raises:
            FolderError: if the study has no such replication, or today's program gives another one.
        """
        row = self._row(number)
        for trace in self.study.traces:
            if trace.replication == number:
                return Replayed(self.study.sample.reached_d[row], trace)
        manifest = self.study.manifest
        outcome = simulate(self.campaign, manifest.seed, number, traced=True, sampling=manifest.sampling)
        assert outcome.trace is not None
        if not _same(outcome[None], self.study.sample, row):
            raise FolderError(
                self.study.folder,
                f"replication {number} comes out differently with this version of the program{self._versions()}",
                "run the scenario again",
            )
        return Replayed(outcome.reached_d, outcome.trace)

    def nominal(self) -> Replayed:
        """Return the nominal run; raises FolderError if its trace is not there."""
        for trace in self.study.traces:
            if trace.replication is None:
                return Replayed(self.study.nominal.reached_d[0], trace)
        raise FolderError(self.study.folder, "lacks the trace of its nominal run", "run the scenario again")

    @cached_property
    def campaign(self) -> Campaign:
        """Compile the scenario that the folder keeps; raises FolderError if it is not the one that was run."""
        campaign = compile_campaign(load_scenario(self.study.folder / "scenario.resolved.yaml"))
        if campaign.identity != self.study.manifest.identity:
            raise FolderError(
                self.study.folder,
                "scenario.resolved.yaml is not the scenario that was run",
                "run the scenario again",
            )
        return campaign

    @property
    def outdated(self) -> str:
        """Say that the program has changed since the study was made; empty when it has not."""
        if self.study.manifest.code == code_version():
            return ""
        return f"the program has changed since this run{self._versions()}"

    def _versions(self) -> str:
        ours, theirs = code_version(), self.study.manifest.code
        return "" if ours == theirs else f" (then {theirs}, now {ours})"

    def _row(self, number: int) -> int:
        rows = np.flatnonzero(self.study.sample.replication == number)
        if not rows.size:
            last = int(self.study.sample.replication.max())
            raise FolderError(self.study.folder, f"has no replication {number}", f"choose one from 0 to {last}")
        return int(rows[0])


def _same(again: Sample, sample: Sample, row: int) -> bool:
    """Whether one replication comes out as a study has it: every date, and the days by cause of every goal."""
    pairs = ((again.reached_d[0], sample.reached_d[row]), (again.by_cause_d[0], sample.by_cause_d[row]))
    return all(
        new.shape == old.shape and np.allclose(new, old, rtol=0.0, atol=SAME_D, equal_nan=True) for new, old in pairs
    )


def rank_study(study: StudyTables, goal: str | None = None) -> tuple[str, tuple[Guess, ...], float]:
    """Return (goal, guesses by weight, standard deviation of its date in days) of a finished study.

    Raises:
        FolderError: if the study has no such goal, too few replications, or was made with another scenario.
    """
    goals = {line.name: line for line in study.outline.goals}
    name = goal or next(iter(goals), "")
    if name not in goals:
        raise FolderError(study.folder, f"has no goal '{name:.60}'", f"known are {', '.join(goals)}")
    if not study.outline.streams:
        raise FolderError(study.folder, "does not say which figure each random number draws", "run the scenario again")
    dates_d = np.minimum(study.sample.reached_d[:, goals[name].reached], study.outline.end_d)
    streams = [one.name for one in study.outline.streams]
    draws = first_draws(streams, study.manifest.seed, study.sample.replication, study.manifest.sampling)
    figures, drawn = _figures_of(study.outline, resolved(study).layered.values, draws)
    try:
        found = effects(list(figures), drawn, dates_d)
    except ValueError as error:
        raise FolderError(study.folder, str(error), "run more replications with -n") from None
    spread_d = float(dates_d.std(ddof=1))
    return name, rank_guesses(found, figures, spread_d), spread_d


def _figures_of(
    outline: Outline, values: Mapping[str, Any], draws: Floats
) -> tuple[dict[str, tuple[str, str, str]], Floats]:
    """Return (path, source, confidence) of every figure that is drawn, and its draws, shape (n, figures).

    A class law has many parameters that are known only together; what can be found out is how late the things of a
    class come. So in place of its parameters stand location and spread of each class, as the scenario takes them.
    """
    notes = {path_text(path): note for path, note in notes_of(values).items()}
    laws = section(values, "slips")
    places = {line.name: index for index, line in enumerate(outline.streams)}
    kept = [index for name, index in places.items() if name not in outline.drawn.streams]
    figures = {}
    for index in kept:
        line = outline.streams[index]
        note = _note_near(line.path, notes)
        figures[line.name] = (line.path, note.source, note.confidence)
    scores = ndtri(draws[:, [places[name] for name in outline.drawn.streams]])
    columns = []
    for one in outline.classes:
        size = float(np.linalg.norm(one.weights))
        if size > 0.0:
            columns.append(ndtr(scores @ np.array(one.weights) / size))
            note, words = _note_near(f"slips.{one.law}", notes), _words_of(one, section(laws, one.law))
            figures[f"figure/{words}"] = (words, note.source, note.confidence)
    return figures, np.column_stack([draws[:, kept], *columns])


def _note_near(path: str, notes: Mapping[str, Note]) -> Note:
    """Return the note of a figure: that at its dotted path, or of the nearest block around it."""
    while path and path not in notes:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return notes.get(path, Note())


def _words_of(one: ClassLine, law: Mapping[str, Any]) -> str:
    table = section(law, "data").get("table")
    fitted = "" if table is None else f", fitted to {table}"
    return f"slips.{one.law}.classes: {one.what} of {one.agency}, {KINDS.get(one.kind, one.kind)}{fitted}"


def resolved(study: StudyTables) -> Loaded:
    """Return the scenario of a finished study, read once more."""
    return load_scenario(study.folder / "scenario.resolved.yaml")


def compiled_again(study: StudyTables) -> tuple[Loaded, Campaign]:
    """Return the scenario of a finished study, read and compiled once more."""
    loaded = resolved(study)
    return loaded, compile_campaign(loaded)
