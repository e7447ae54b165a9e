"""Packages simulated by the workers of a study, their outcomes kept in a folder: what is there is not run again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from sim.decide.selection import Floats, Request
from sim.problems import InputError
from sim.study.chunks import CaseGoal, Errand, Job, Span
from sim.study.engines import run_all
from sim.study.ledger import Row, missing
from sim.study.responses import responses_of
from sim.study.runner import run_errands
from sim.study.sweep_tables import SweepTables

KEPT: Final = 6
"""Compiled packages that a worker keeps: each is some fifty megabytes for a large plan."""
_PIECE: Final = 100
"""Replications that a worker takes at once, so that all of them share in a doubling."""


@dataclass(slots=True)
class Rows:
    """Simulates packages by what stands in a search folder, and runs what is missing there."""

    sweep: SweepTables
    job: Job
    engine: Executor
    goal: str
    dates_d: dict[int, Floats] = field(default_factory=dict)
    """By package, the day on which each replication reaches the goal, infinity for never; shape (replications,)."""
    goals: dict[int, CaseGoal] = field(default_factory=dict)

    def __call__(self, requests: Sequence[Request]) -> list[Floats | None]:
        """Return days after the goal's date for each request, infinity for never; None for an invalid package."""
        self._run([errand for request in requests for errand in self._errands(request)])
        return [self._late(request) for request in requests]

    def check(self, numbers: Sequence[int]) -> dict[int, str]:
        """Compile packages without simulating; return why each of the invalid ones is."""
        planned = [self.sweep.planned[number] for number in numbers]
        errands = {Errand(one.key, one.case, Span(0, 0)): number for one, number in zip(planned, numbers, strict=True)}
        done = run_all(self.engine, self.job, list(errands))
        return {errands[errand]: one.reason for errand, one in done if one.reason}

    def reason(self, number: int) -> str:
        """Return why a package is invalid; empty when it is not, or was never looked at."""
        return self.sweep.reason(self.sweep.planned[number].key)

    def late_d(self, number: int) -> Floats:
        """Return the days after the goal's date of all replications of a package."""
        late: Floats = self.dates_d[number] - self.goals[number].by_d
        return late

    def counted_d(self, number: int) -> Floats:
        """Return the dates with the calendar's end in place of what is not reached."""
        counted: Floats = np.minimum(self.dates_d[number], self.goals[number].end_d)
        return counted

    def _errands(self, request: Request) -> list[Errand]:
        planned = self.sweep.planned[request.option]
        if self.sweep.reason(planned.key):
            return []
        spans = missing(self.sweep.rows_of(planned.key), request.first + request.count, _PIECE)
        return [Errand(planned.key, planned.case, span) for span in spans]

    def _run(self, errands: Sequence[Errand]) -> None:
        rows: list[Row] = []
        try:
            for _, row in run_errands(self.sweep.folder, self.sweep.manifest, self.job, errands, self.engine):
                rows.append(row)
        finally:  # also of what was cut short
            self.sweep = replace(self.sweep, rows=(*self.sweep.rows, *rows))

    def _late(self, request: Request) -> Floats | None:
        planned = self.sweep.planned[request.option]
        if self.sweep.reason(planned.key):
            return None
        until = request.first + request.count
        found = next((one for one in responses_of(self.sweep, planned) if one.goal.name == self.goal), None)
        if found is None or found.dates_d.size < until:
            raise InputError(f"{self.sweep.folder}: a package has no goal '{self.goal}'; leave goals out of the levers")
        self.dates_d[request.option], self.goals[request.option] = found.dates_d[:until], found.goal
        return found.dates_d[request.first : until] - found.goal.by_d
