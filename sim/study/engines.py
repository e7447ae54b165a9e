"""Where chunks run: in this process, or in a pool of worker processes.

An engine is a function of the work and the spans that are missing; it gives finished chunks in any order.
Every chunk depends on the work and its span alone, so it may run anywhere, and again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import BaseContext

from sim.analysis.outline import Outline
from sim.analysis.sample import stack
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_chunk
from sim.study import tables

POOL_LIVES = 3
"""Times a pool that lost a worker is built again before the study gives up."""
_PRELOAD = ["sim.study.engines"]


@dataclass(frozen=True, slots=True)
class Span:
    """Replications `first` to `first + count - 1`."""

    first: int
    count: int

    @property
    def last(self) -> int:
        """Last replication, included."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span that was simulated, as the bytes of its table."""

    span: Span
    data: bytes


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker must know to simulate any span."""

    campaign: Campaign
    outline: Outline
    seed: int

    def run(self, span: Span) -> Chunk:
        """Simulate a span."""
        outcomes = simulate_chunk(self.campaign, self.seed, span.first, span.count)
        return Chunk(span, tables.encode(stack(outcomes), self.outline))


class WorkersLostError(RuntimeError):
    """Worker processes died again and again: out of memory, most likely."""


def run_here(work: Work, spans: Iterable[Span]) -> Iterator[Chunk]:
    """Run spans one after the other in this process."""
    return map(work.run, spans)


def run_in_pool(work: Work, spans: Sequence[Span], *, jobs: int) -> Iterator[Chunk]:
    """Run spans in `jobs` worker processes; the campaign travels once to each of them.

    Raises:
        WorkersLostError: if workers die more than `POOL_LIVES` times.
    """
    missing = set(spans)
    for _ in range(POOL_LIVES + 1):
        try:
            for chunk in _one_pool(work, sorted(missing, key=lambda span: span.first), jobs):
                missing.discard(chunk.span)
                yield chunk
            return
        except BrokenProcessPool:
            continue
    raise WorkersLostError(
        f"worker processes died {POOL_LIVES + 1} times; is there memory for {jobs} of them? Try -j 1"
    )


def _one_pool(work: Work, spans: Sequence[Span], jobs: int) -> Iterator[Chunk]:
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(jobs, len(spans))),
        mp_context=_context(),
        initializer=_start_worker,
        initargs=(work,),
    )
    try:
        futures: list[Future[Chunk]] = [pool.submit(_run_span, span) for span in spans]
        for future in as_completed(futures):
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context() -> BaseContext:
    """Start workers from a small clean server process, which is fast and safe beside threads."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


_worker: list[Work] = []
"""The work of this worker process, put here once by its initializer; empty everywhere else."""


def _start_worker(work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them; only the parent decides
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _worker[:] = [work]


def _leave_with_parent() -> None:
    """End this worker when its parent has gone; without this, a killed study leaves its workers waiting."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_span(span: Span) -> Chunk:
    return _worker[0].run(span)
