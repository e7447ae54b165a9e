"""Chunks: the replications of a study's cases, cut into pieces that any worker can simulate, and again.

Where those of a run are cut depends on the number of a replication alone, never on how many there are or who runs them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Protocol

from sim.analysis.outline import Outline
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate_chunk
from sim.problems import InputError
from sim.sampling import LATIN_HYPERCUBE
from sim.study import files, tables
from sim.study.place import Storage

GRID = ((400, 100), (500, 50), (10_000, 250), (100_000, 1_000), (inf, 5_000))
"""(up to this replication, in chunks of so many): small ones at first, so that a default study spreads evenly."""


@dataclass(frozen=True, slots=True)
class ChunkSpan:
    """Replications `first` to `first + count - 1`."""

    first: int
    count: int

    @property
    def last(self) -> int:
        """Last replication, included."""
        return self.first + self.count - 1

    @property
    def name(self) -> str:
        """File name of its table."""
        return f"part-{self.first:06d}-{self.last:06d}.parquet"


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a study: variants, and values that are set. That of a run has none."""

    number: int
    variants: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    """(path, text) of every `--set`."""
    role: str = ""
    """Of a Saltelli design: A, B or AB:<factor>; of a tornado: base, or low:<factor> and high:<factor>."""

    @property
    def sets(self) -> tuple[str, ...]:
        """Return the settings as the command line takes them."""
        return tuple(f"{path}={text}" for path, text in self.settings)


@dataclass(frozen=True, slots=True)
class CaseGoal:
    """A goal as one case has it."""

    name: str
    column: str
    """Column of its dates."""
    by_d: float
    end_d: float
    """The calendar's end."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Some replications of one case."""

    key: str
    """Identity of the case: the same scenario, values, code and seed have the same key in every study."""
    case: Case = field(compare=False)
    span: ChunkSpan
    name: str = ""
    """File of its table; where there is a place for it, whoever does the errand writes it there."""
    text: str = field(default="", compare=False, repr=False)
    """The resolved scenario of the case, where the job was sent before it was known."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an errand: its table, or the reason why there is none."""

    data: bytes
    """The table; empty where it has been written already."""
    sha256: str = ""
    """Of the table; empty where there is none."""
    reason: str = ""
    """Empty when all went well."""
    wall_s: float = 0.0
    goals: tuple[CaseGoal, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """One compiled case: what must be known to simulate any span of it."""

    campaign: Campaign
    outline: Outline
    seed: int
    sampling: str = LATIN_HYPERCUBE
    """Way of sampling, of `sim.sampling.STRATA`."""

    def run(self, span: ChunkSpan, *, goals_only: bool = False) -> bytes:
        """Simulate a span, and return its table."""
        return tables.encode(self.outcomes(span), self.outline, goals_only=goals_only)

    def outcomes(self, span: ChunkSpan) -> Sample:
        """Simulate a span, and return its outcomes."""
        return simulate_chunk(self.campaign, self.seed, span.first, span.count, self.sampling)

    @property
    def goals(self) -> tuple[CaseGoal, ...]:
        """Return the goals with the columns of their dates."""
        outline = self.outline
        return tuple(
            CaseGoal(goal.name, f"reached.{outline.milestones[goal.reached]}", goal.by_d, outline.end_d)
            for goal in outline.goals
        )


class CaseCompiler(Protocol):
    """Makes the work of a case (`sim.study.cases`); a worker that is given compiled work needs none."""

    def work(self, case: Case, text: str = "") -> Work:
        """Compile a case, of the resolved scenario `text` if it is given; raises InputError with all that is wrong."""


@dataclass(slots=True)
class Job:
    """What a worker must know to do any errand of a study: how cases are compiled, or the one case of a run."""

    cases: CaseCompiler | None = None
    kept: int = 1
    """Compiled cases a worker keeps: a sweep comes to each once, a search again and again."""
    place: Storage | None = None
    """Where workers write the tables themselves; None where these come back."""
    works: OrderedDict[str, Work] = field(default_factory=OrderedDict)
    """Compiled cases by key."""

    def run(self, errand: Errand) -> Done:
        """Do an errand; a scenario that its case makes invalid gives the reason, never an exception.

        An errand of no replications tells whether the case is valid, and its goals.
        """
        since = time.perf_counter()
        try:
            work = self._take(errand)
            data = work.run(errand.span, goals_only=self.cases is not None) if errand.span.count else b""
        except Exception as error:
            if self.cases is None:  # of a run there is no other case to go on with
                raise
            said = str(error) if isinstance(error, InputError) else f"{_BUG}: {type(error).__name__}: {error}"
            return Done(b"", "", said, _since(since))
        sha256 = files.digest(data) if data else ""
        if self.place is not None:
            self.place.write(errand.name, data)
            data = b""
        return Done(data, sha256, "", _since(since), work.goals)

    def _take(self, errand: Errand) -> Work:
        """Compile a case, or take one that is kept: a large case comes in several errands."""
        if errand.key not in self.works:
            assert self.cases is not None
            self.works[errand.key] = self.cases.work(errand.case, errand.text)
            if len(self.works) > self.kept:
                self.works.popitem(last=False)
        self.works.move_to_end(errand.key)
        return self.works[errand.key]


_BUG = "internal error, a bug of ours"


def _since(since: float) -> float:
    return round(time.perf_counter() - since, 3)


def is_cut(first: int, last: int) -> bool:
    """Tell whether replications `first` to `last` are one of the chunks, or the beginning of one."""
    start: float = 0
    for end, size in GRID:
        if start <= first < end:
            return (first - start) % size == 0 and 0 <= last - first < size
        start = end
    return False


def spans_of(replications: int) -> Iterator[ChunkSpan]:
    """Cut replications 0 to `replications - 1` into chunks, one after the other: there may be very many."""
    first = 0
    while first < replications:
        span = span_at(first, replications)
        yield span
        first += span.count


def span_at(first: int, replications: int) -> ChunkSpan:
    """Return the chunk of `replications` that begins at a place where one is cut."""
    size = next(size for end, size in GRID if first < end)
    return ChunkSpan(first, min(size, replications - first))
