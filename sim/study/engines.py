"""Where work is done: in this process, or in a pool of worker processes (`sim.study.cluster` has Dask).

An engine takes a job and the items that are missing, and gives (item, result) pairs in any order. A result
depends on the job and its item alone, so an item may be run anywhere, and again when a worker dies.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from sim.problems import InputError
from sim.study import parcel, script

Item_contra = TypeVar("Item_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)
Item = TypeVar("Item", bound=Hashable)
Result = TypeVar("Result")

POOL_LIVES = 3
"""Times a pool that lost a worker is built again, with nothing done in between, before the study gives up."""
_CHUNKS = "sim.study.chunks"
_DRAWING = "scipy.special"  # what the first draw of a Beta or PERT law imports


class Job(Protocol[Item_contra, Result_co]):
    """Something that can be done for each of many items."""

    def run(self, item: Item_contra, /) -> Result_co:
        """Do it for one item."""


Engine: TypeAlias = Callable[[Job[Any, Any], Sequence[Any]], Iterator[tuple[Any, Any]]]
"""How items are run; made by `choose`."""


class WorkersLostError(InputError):
    """Worker processes died again and again: out of memory, most likely."""


def choose(jobs: int | None) -> Engine:
    """Return the engine of one machine: a pool, or this process where there is one job or one item only."""
    wanted = jobs or os.cpu_count() or 1

    def run(job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        if min(wanted, len(items)) <= 1:
            return run_here(job, items)
        return run_in_pool(job, items, jobs=wanted)

    return run


def run_here(job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
    """Run items one after the other in this process."""
    with frozen():
        for item in items:
            yield item, job.run(item)


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """Keep the garbage collector from what is there: a campaign is a hundred thousand objects that stay."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def run_in_pool(job: Job[Item, Result], items: Sequence[Item], *, jobs: int) -> Iterator[tuple[Item, Result]]:
    """Run items in `jobs` worker processes; what the job carries is laid down once for all of them.

    Raises:
        WorkersLostError: if workers die more than `POOL_LIVES` times without finishing anything in between.
    """
    missing, lives = dict.fromkeys(items), POOL_LIVES
    with parcel.sent(job) as file:
        while missing:
            try:
                for item, result in _one_pool(file, list(missing), jobs, type(job).__module__):
                    del missing[item]
                    lives = POOL_LIVES
                    yield item, result
            except BrokenProcessPool:
                lives -= 1
                if lives < 0:
                    raise WorkersLostError(
                        f"worker processes died {POOL_LIVES + 1} times; is there memory for {jobs} of them? Try -j 1"
                    ) from None


class Standing:
    """Worker processes that stay, and do one item at a time for whoever asks: what a server needs.

    What the job carries is laid down once for all of them. A worker that dies is replaced, and its item done again.
    """

    def __init__(self, job: Job[Any, Any], jobs: int) -> None:
        self._kept = contextlib.ExitStack()
        self._module, self._jobs = type(job).__module__, jobs
        self._file = self._kept.enter_context(parcel.sent(job))
        self._turn = threading.Lock()
        self._pool = self._start()

    def ask(self, item: Any) -> Any:
        """Do an item, and wait for it; raises what the job raises, WorkersLostError if workers die again and again."""
        for _ in range(POOL_LIVES + 1):
            pool = self._pool
            try:
                return pool.submit(_run_item, item).result()
            except BrokenProcessPool:
                with self._turn:
                    if self._pool is pool:
                        self._pool = self._start()
        raise WorkersLostError(f"worker processes died {POOL_LIVES + 1} times")

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._kept.close()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._jobs, mp_context=_context(self._module), initializer=_start_worker, initargs=(self._file,)
        )


@contextlib.contextmanager
def staying(jobs: int | None) -> Iterator[Engine]:
    """Hold an engine of this machine for one job that comes again and again: its workers keep what they compiled."""
    wanted = jobs or os.cpu_count() or 1
    with contextlib.ExitStack() as stack:
        kept: list[Standing] = []

        def run(job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
            if wanted <= 1:
                yield from run_here(job, items)
                return
            if not kept:
                kept.append(Standing(job, wanted))
                stack.callback(kept[0].close)
            yield from _ask_all(kept[0], items, wanted)

        yield run


def _ask_all(standing: Standing, items: Sequence[Item], jobs: int) -> Iterator[tuple[Item, Any]]:
    threads = ThreadPoolExecutor(jobs)
    try:
        futures = {threads.submit(standing.ask, item): item for item in items}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def warm_up() -> None:
    """Start the server that forks workers, so that it imports what they need while this process goes on."""
    context = _context(_CHUNKS)
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


def _one_pool(file: Path, items: Sequence[Item], jobs: int, module: str) -> Iterator[tuple[Item, Any]]:
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(jobs, len(items))),
        mp_context=_context(module),
        initializer=_start_worker,
        initargs=(file,),
    )
    try:
        futures: dict[Future[Any], Item] = {pool.submit(_run_item, item): item for item in items}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:  # also when nobody wants the rest: do not wait for what runs
        for process in list((pool._processes or {}).values()):
            with contextlib.suppress(OSError, ValueError):
                process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context(module: str) -> BaseContext:
    """Start workers from a small clean server process, which is fast and safe beside threads.

    The first one decides what the server imports before it forks.
    """
    if sys.platform == "win32" or "forkserver" not in multiprocessing.get_all_start_methods():
        return script.SpawnContext()
    context = script.ForkServerContext()
    context.set_forkserver_preload([module, _DRAWING])
    return context


_worker: list[Job[Any, Any]] = []
"""The job of this worker process, put here once by its initializer; empty everywhere else."""


def _start_worker(file: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them; only the parent decides
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _worker[:] = [parcel.received(file)]  # type: ignore[list-item]  # what _one_pool sent
    gc.freeze()  # for as long as the worker lives: see `frozen`


def _leave_with_parent() -> None:
    """End this worker when its parent has gone; without this, a killed study leaves its workers waiting."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_item(item: Any) -> Any:
    return _worker[0].run(item)
