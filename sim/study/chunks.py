"""Chunks: the replications of a study, cut into pieces that any worker can simulate, and again.

Where the cuts are depends on the number of a replication alone, never on how many there are or who runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from sim.analysis.outline import Outline
from sim.analysis.sample import stack
from sim.campaign.plan import Campaign
from sim.model.outcome import Outcome
from sim.model.simulate import simulate_chunk
from sim.study import tables

GRID = ((400, 100), (500, 50), (10_000, 250), (100_000, 1_000), (inf, 5_000))
"""(up to this replication, in chunks of so many): small ones at first, so that a default study spreads evenly."""
_AT_ONCE = 100
"""Replications whose random numbers are tabled together: more would take memory and gain nothing."""


@dataclass(frozen=True, slots=True)
class Span:
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
class Work:
    """What a worker must know to simulate any span."""

    campaign: Campaign
    outline: Outline
    seed: int

    def run(self, span: Span) -> bytes:
        """Simulate a span; give its table."""
        return tables.encode(stack(self.outcomes(span)), self.outline)

    def outcomes(self, span: Span) -> list[Outcome]:
        """Simulate a span; give its outcomes."""
        firsts = range(span.first, span.last + 1, _AT_ONCE)
        return [
            outcome
            for first in firsts
            for outcome in simulate_chunk(self.campaign, self.seed, first, min(_AT_ONCE, span.last + 1 - first))
        ]


def is_cut(first: int, last: int) -> bool:
    """Tell whether replications `first` to `last` are one of the chunks, or the beginning of one."""
    start: float = 0
    for end, size in GRID:
        if start <= first < end:
            return (first - start) % size == 0 and 0 <= last - first < size
        start = end
    return False


def spans_of(replications: int) -> Iterator[Span]:
    """Cut replications 0 to `replications - 1` into chunks, one after the other: there may be very many."""
    first = 0
    while first < replications:
        span = span_at(first, replications)
        yield span
        first += span.count


def span_at(first: int, replications: int) -> Span:
    """Return the chunk of `replications` that begins at a place where one is cut."""
    size = next(size for end, size in GRID if first < end)
    return Span(first, min(size, replications - first))
