"""Packages simulated by the workers of a study, their outcomes kept in a folder: what is there is not run again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from sim.decide.packages import Packages
from sim.decide.tally import Floats, Request
from sim.problems import InputError, ScenarioError
from sim.study import files
from sim.study.chunks import CaseGoal, ChunkSpan, Errand, Job
from sim.study.engines import run_all
from sim.study.responses import responses_of
from sim.study.runner import run_errands
from sim.study.sweep import Start
from sim.study.sweep_tables import Planned, SweepTables, case_key, plan_more
from sim.study.work_ledger import LARGEST_ERRAND, Row, missing

KEPT: Final = 16
"""Compiled packages that a worker keeps: each is some ten megabytes for a large plan."""
_LEAST_PIECE: Final = 100
_PIECES: Final = 16
"""Pieces that a batch is cut into at least, so that workers share it; more of one package are compiled more often."""


@dataclass(slots=True)
class Rows:
    """Simulates packages by what stands in a search folder, and runs what is missing there."""

    sweep: SweepTables
    start: Start
    packages: Packages
    goal: str
    by_d: float | None
    """Day by which the goal is wanted; None for the date that each package gives it."""
    job: Job
    engine: Executor
    texts: dict[tuple[str, ...], str]
    """Resolved scenarios by the variants in them; a choice of variants is written when it is first looked at."""
    dates_d: dict[int, Floats] = field(default_factory=dict)
    """By package, the day on which each replication reaches the goal, infinity for never; shape (replications,)."""
    goals: dict[int, CaseGoal] = field(default_factory=dict)
    _planned: dict[int, Planned] = field(default_factory=dict)
    _impossible: dict[int, str] = field(default_factory=dict)
    """Why variants of a package cannot be taken together."""

    def __call__(self, requests: Sequence[Request]) -> list[Floats | None]:
        """Return days after the goal's date for each request, infinity for never; None for an invalid package."""
        self._plan([one.option for one in requests])
        piece = sum(one.count for one in requests) // _PIECES
        piece = min(max(piece, _LEAST_PIECE), LARGEST_ERRAND)
        self._run([errand for one in requests for errand in self._errands(one, piece)])
        return [self._late(request) for request in requests]

    def check(self, numbers: Sequence[int]) -> dict[int, str]:
        """Compile packages without simulating; return why each of the invalid ones is."""
        self._plan(numbers)
        fresh = [one for one in numbers if one in self._planned and not self.sweep.rows_of(self._planned[one].key)]
        errands = {self._errand(number, ChunkSpan(0, 0)): number for number in fresh}
        done = run_all(self.engine, self.job, list(errands))
        found = {errands[errand]: one.reason for errand, one in done if one.reason}
        return found | {number: reason for number in numbers if (reason := self.reason(number))}

    def reason(self, number: int) -> str:
        """Return why a package is invalid; empty when it is not, or was never looked at."""
        if number in self._planned:
            return self.sweep.reason(self._planned[number].key)
        return self._impossible.get(number, "")

    def looked_at(self) -> list[int]:
        """Return the packages that were looked at, invalid ones among them."""
        return sorted({*self.dates_d, *self._impossible, *(one for one in self._planned if self.reason(one))})

    def counted_d(self, number: int) -> Floats:
        """Return the dates with the calendar's end in place of what is not reached."""
        counted: Floats = np.minimum(self.dates_d[number], self.goals[number].end_d)
        return counted

    @property
    def s_each(self) -> float:
        """Return the seconds that a worker took for a replication, compiling included."""
        done = [row for row in self.sweep.rows if not row.reason]
        count = sum(row.span.count for row in done)
        return sum(row.wall_s for row in done) / count if count else 0.0

    def _plan(self, numbers: Iterable[int]) -> None:
        """Give packages that are new their place in the folder."""
        texts: dict[tuple[str, ...], str] = {}
        planned = list(self.sweep.planned)
        for number in numbers:
            if number in self._planned or number in self._impossible:
                continue
            case = self.packages[number].case
            if case.variants not in self.texts:
                try:
                    text = self.start.text(case.variants, self.sweep.manifest.scenario)
                    texts[case.variants] = self.texts[case.variants] = text
                except ScenarioError as error:
                    self._impossible[number] = str(error)
                    continue
            base, manifest = files.digest(self.texts[case.variants].encode()), self.sweep.manifest
            key = case_key(base, case, manifest.code, manifest.seed, manifest.sampling)
            self._planned[number] = Planned(key, replace(case, number=len(planned)))
            planned.append(self._planned[number])
        if len(planned) > len(self.sweep.planned):
            self.sweep = plan_more(self.sweep, tuple(planned), texts)

    def _errand(self, number: int, span: ChunkSpan) -> Errand:
        planned = self._planned[number]
        return Errand(planned.key, planned.case, span, text=self.texts[planned.case.variants])

    def _errands(self, request: Request, piece: int) -> list[Errand]:
        planned = self._planned.get(request.option)
        if planned is None or self.sweep.reason(planned.key):
            return []
        spans = missing(self.sweep.rows_of(planned.key), request.first + request.count, piece)
        return [self._errand(request.option, span) for span in spans]

    def _run(self, errands: Sequence[Errand]) -> None:
        rows: list[Row] = []
        try:
            for _, row in run_errands(self.sweep.folder, self.sweep.manifest, self.job, errands, self.engine):
                rows.append(row)
        finally:  # also of what was cut short
            self.sweep = replace(self.sweep, rows=(*self.sweep.rows, *rows))

    def _late(self, request: Request) -> Floats | None:
        planned = self._planned.get(request.option)
        if planned is None or self.sweep.reason(planned.key):
            return None
        until = request.first + request.count
        found = next((one for one in responses_of(self.sweep, planned) if one.goal.name == self.goal), None)
        if found is None or found.dates_d.size < until:
            raise InputError(f"{self.sweep.folder}: a package has no goal '{self.goal}'; leave goals out of the levers")
        goal = found.goal if self.by_d is None else replace(found.goal, by_d=self.by_d)
        self.dates_d[request.option], self.goals[request.option] = found.dates_d[:until], goal
        return found.dates_d[request.first : until] - goal.by_d
