"""Replaying: one replication of a finished study again, alone and with its trace, from the study's own folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate
from sim.model.tracing import Trace
from sim.scenario.load import load_scenario
from sim.study.files import FolderError
from sim.study.store import StudyTables
from sim.study.versions import code_version

SAME_D = 1e-9
"""Days by which the same code may differ on another machine: rounding in a sum of a few dozen terms."""


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
        outcome = simulate(self.campaign, self.study.manifest.seed, number, traced=True)
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
