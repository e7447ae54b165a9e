"""Dask: the same work on the processors of many machines, or on workers of its own on this one.

What a job carries travels once to each worker; items come back in any order, and what a lost worker held is run
again. A result depends on the job and its item alone, so that running an item twice does no harm.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import importlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any, TypeVar

from sim.problems import InputError, printable
from sim.study import script, versions
from sim.study.engines import Engine, Job, WorkersLostError, frozen

Item = TypeVar("Item")
Result = TypeVar("Result")

CONNECT_S = 20
"""Seconds to wait for a scheduler before saying that there is none."""
IN_FLIGHT = 2_000
"""Items given to the scheduler at once: it needs some 200 microseconds and a few kilobytes for each."""
QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
}
"""What keeps a worker's other threads from its one thread that simulates: a tenth of its time."""
CLOSED = {
    "distributed.scheduler.http.routes": ["distributed.http.health"],
    "distributed.worker.http.routes": ["distributed.http.health"],
}
"""What Dask shows to everybody on this machine: whether it lives, and no logs, tasks or ways to others."""
PATIENT = {"distributed.deploy.lost-worker-timeout": "1 day"}
"""A worker that died is started again by who watches it, however long that takes on a busy machine; after 15 s Dask
would end the watcher too, and the worker would never come back."""
AWAKE_S = 0.5
"""Seconds after which who waits for an item looks up."""
ALONE_S = 300.0
"""Seconds without any worker after which the study ends; one that died is back in some seconds, or on a busy machine in
a minute or two."""
LIVES = 3
"""Times everything that was lost is handed out again, with nothing done in between, before the study gives up."""


class ClusterError(InputError):
    """The cluster cannot be used: it is not there, or its workers run other code."""


@contextlib.contextmanager
def cluster(scheduler: str | None = None, jobs: int | None = None) -> Iterator[Engine]:
    """Return the engine of a Dask cluster: of a scheduler by its address, or of `jobs` workers on this machine.

    Workers of this machine talk over TLS with a key that is made for this one cluster and lies in memory alone:
    whoever can send Dask a task can run code as its owner, and on a shared machine everybody reaches the loopback.

    Raises:
        ClusterError: if Dask is not installed, nobody answers, or the workers have another version of this program.
    """
    dask = _distributed()
    with contextlib.ExitStack() as stack:
        keys = None  # those of Dask's own configuration
        if scheduler is None:
            keys = _new_keys()
            stack.enter_context(script.hidden())  # also of workers that are started again later
            try:
                local = stack.enter_context(_local_cluster(jobs or os.cpu_count() or 1, keys))
            except (OSError, RuntimeError, TimeoutError, asyncio.TimeoutError) as error:
                raise ClusterError(f"the workers of this machine did not start: {_said(error)}; try again") from None
            scheduler = local.scheduler_address
        try:
            client = stack.enter_context(dask.Client(scheduler, timeout=CONNECT_S, security=keys, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(f"no Dask scheduler answers at {scheduler}: {error}") from None
        _require_same_code(client)
        yield engine_of(client)


def _new_keys() -> Any:
    """Return a key and certificate that nobody else has; raises ClusterError if they cannot be made."""
    try:
        return _distributed().Security.temporary()
    except ImportError:
        raise ClusterError("workers of this machine need the package cryptography; pip install '.[dask]'") from None


@contextlib.contextmanager
def _local_cluster(workers: int, keys: Any) -> Iterator[Any]:
    """Run a scheduler and worker processes on this machine, which only who holds the keys can speak to."""
    with (
        importlib.import_module("dask").config.set({**QUIET, **CLOSED, **PATIENT}),
        _distributed().LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=keys,
            dashboard_address="127.0.0.1:0",  # any free port: two clusters at once must not want the same
            scheduler_kwargs={"dashboard": False},
            silence_logs=50,
        ) as local,
    ):
        yield local


def _distributed() -> Any:
    """Import Dask when it is needed; raises ClusterError if it is not installed."""
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise ClusterError("Dask is not installed; pip install '.[dask]'") from None


def engine_of(client: Any) -> Engine:
    """Return the engine of a Dask client."""

    def run(job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
        missing, lives = dict.fromkeys(items), LIVES
        while missing:
            batch = list(missing)[:IN_FLIGHT]
            before = len(missing)
            for item, result in _run_batch(client, job, batch):
                del missing[item]
                yield item, result
            lives = LIVES if len(missing) < before else lives - 1
            if lives < 0:
                raise WorkersLostError(
                    f"Dask workers died {LIVES + 1} times, and nothing was done in between; have they memory enough?"
                )

    return run


def _run_batch(client: Any, job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
    """Run some items; those whose workers were lost are left out, for the next batch."""
    arrived: Queue[_Arrival] = Queue()
    try:
        carried = client.scatter(job, broadcast=True, hash=False)
        futures = client.map(_run_item, items, job=carried, pure=False, retries=LIVES)
    except _loss_types():
        return
    for place, future in enumerate(futures):  # results come in the background, not with a round trip for each
        client.loop.add_callback(_follow, client, place, future, arrived)
    for _ in items:
        one = _next(client, arrived)
        futures[one.place].release()
        if one.error is None:
            yield items[one.place], one.result
        elif not isinstance(one.error, _loss_types()):
            raise one.error.args[0] if isinstance(one.error, _OwnError) else one.error


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What has come of one item; it stays true whatever happens to the worker afterwards, unlike a future's status."""

    place: int
    result: Any = None
    error: BaseException | None = None


async def _follow(client: Any, place: int, future: Any, arrived: Queue[_Arrival]) -> None:
    """Wait for an item in the client's own thread, and put into the queue what came of it."""
    try:
        (result,) = await client.gather([future], asynchronous=True)
    except BaseException as error:  # whatever it is: an item that never arrives would be waited for without end
        arrived.put(_Arrival(place, error=error))
    else:
        arrived.put(_Arrival(place, result))


def _next(client: Any, arrived: Queue[_Arrival]) -> _Arrival:
    """Wait for what arrives next, and stay open to Ctrl-C; raises WorkersLostError when nobody is left to do it."""
    alone_since_s: float | None = None
    while True:
        with contextlib.suppress(Empty):
            return arrived.get(timeout=AWAKE_S)
        if _has_workers(client):
            alone_since_s = None
            continue
        alone_since_s = time.monotonic() if alone_since_s is None else alone_since_s
        if time.monotonic() - alone_since_s > ALONE_S:
            raise WorkersLostError(
                f"no Dask worker has been there for {ALONE_S:g} s, and work is left; the same command goes on with it"
            )


def _has_workers(client: Any) -> bool:
    try:
        return bool(client.nthreads())
    except OSError:
        return False


def _loss_types() -> tuple[type[BaseException], ...]:
    """Return the errors that say that a worker went, not that the work is wrong."""
    scheduler = _distributed().scheduler
    cancelled = (_distributed().CancelledError, concurrent.futures.CancelledError, asyncio.CancelledError)
    return (scheduler.KilledWorker, scheduler.NoValidWorkerError, asyncio.TimeoutError, OSError, *cancelled)


class _OwnError(Exception):
    """Carries an OSError of the work itself (a full disk), which else looked like a lost connection."""


def _run_item(item: Any, job: Any) -> Any:
    with frozen():
        try:
            return job.run(item)
        except OSError as error:
            raise _OwnError(error) from error


def _said(error: BaseException) -> str:
    return printable(str(error) or type(error).__name__)[:200]


def this_code() -> str:
    """Return the version of the code of this process, which workers must have too."""
    return versions.code_version()


def _require_same_code(client: Any) -> None:
    """Refuse workers whose program would give other numbers."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except (TimeoutError, asyncio.TimeoutError):
        raise ClusterError(f"the cluster has no worker, {CONNECT_S} s after it was asked; start some") from None
    try:
        theirs = client.run(versions.code_version)
    except ImportError as error:
        raise ClusterError(f"the workers do not have this program installed: {error}") from None
    ours = this_code()
    others = {address: version for address, version in theirs.items() if version != ours}
    if others:
        address, version = next(iter(others.items()))
        raise ClusterError(f"worker {address} runs {version}, and this is {ours}; install the same on both")
