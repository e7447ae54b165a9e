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
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from typing import Any, TypeVar

from sim.problems import InputError, printable
from sim.study import script, versions
from sim.study.engines import LIVES, LOST, Workers, WorkersLostError, frozen

T = TypeVar("T")

CONNECT_S = 20
"""Seconds to wait for a scheduler before saying that there is none."""
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
ALONE_S = 300.0
"""Seconds without any worker after which the study ends; one that died is back in some seconds, or on a busy machine in
a minute or two."""


class ClusterError(InputError):
    """The cluster cannot be used: it is not there, or its workers run other code."""


@contextlib.contextmanager
def cluster(scheduler: str | None = None, jobs: int | None = None) -> Iterator[DaskWorkers]:
    """Return the executor of a Dask cluster: of a scheduler by its address, or of `jobs` workers on this machine.

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
        yield DaskWorkers(client)


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


class DaskWorkers(Workers):
    """The workers of a Dask client: its own executor, with results that stay true when the worker dies afterwards."""

    lost = f"Dask {LOST}"

    def __init__(self, client: Any) -> None:
        self._client = client
        self._alone_since_s: float | None = None

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have it done by a worker, which is given another chance some times."""
        done: Future[T] = Future()
        try:
            task = self._client.submit(_guarded, fn, *args, **kwargs, pure=False, retries=LIVES)
        except _loss_types() as error:
            raise BrokenExecutor(_said(error)) from error
        self._client.loop.add_callback(_follow, self._client, task, done)
        return done

    @contextlib.contextmanager
    def carried(self, job: object) -> Iterator[object]:
        """Return what stands for a job that has been brought to every worker."""
        try:
            there = self._client.scatter(job, broadcast=True, hash=False)
        except _loss_types() as error:
            raise BrokenExecutor(_said(error)) from error
        yield there

    def watch(self) -> None:
        """Look whether workers are there; raises WorkersLostError when there have been none for long."""
        if _has_workers(self._client):
            self._alone_since_s = None
            return
        self._alone_since_s = time.monotonic() if self._alone_since_s is None else self._alone_since_s
        if time.monotonic() - self._alone_since_s > ALONE_S:
            raise WorkersLostError(
                f"no Dask worker has been there for {ALONE_S:g} s, and work is left; the same command goes on with it"
            )


async def _follow(client: Any, task: Any, done: Future[Any]) -> None:
    """Wait for a task in the client's own thread, and say what came of it: Dask's own way asks for its status after
    the result, and a worker may have died in between.
    """
    done.add_done_callback(lambda one: task.release() if not one.cancelled() else task.cancel())
    try:
        (result,) = await client.gather([task], asynchronous=True)
    except BaseException as error:  # whatever it is: an item that never arrives would be waited for without end
        told: BaseException = error
        if isinstance(error, _loss_types()):
            told = BrokenExecutor(type(error).__name__)
        elif isinstance(error, _OwnError):
            told = error.args[0]
        if done.set_running_or_notify_cancel():
            done.set_exception(told)
    else:
        if done.set_running_or_notify_cancel():
            done.set_result(result)


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
    """An OSError of the work itself (a full disk), which else looked like a lost connection."""


def _guarded(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    with frozen():
        try:
            return fn(*args, **kwargs)
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
