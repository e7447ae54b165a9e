"""Dask: the same work on the processors of many machines, or on workers of its own on this one.

What a job carries travels once to each worker; items come back in any order, and what a lost worker held is run
again. A result depends on the job and its item alone, so that running an item twice does no harm.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sim.problems import InputError
from sim.study import versions
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
LIVES = 3
"""Times everything that was lost is handed out again, with nothing done in between, before the study gives up."""


class ClusterError(InputError):
    """The cluster cannot be used: it is not there, or its workers run other code."""


@contextlib.contextmanager
def cluster(scheduler: str | None = None, jobs: int | None = None) -> Iterator[Engine]:
    """Give the engine of a Dask cluster: of a scheduler by its address, or of `jobs` local workers over TCP.

    Raises:
        ClusterError: if Dask is not installed, nobody answers, or the workers have another version of this program.
    """
    dask = _distributed()
    with contextlib.ExitStack() as stack:
        if scheduler is None:
            with importlib.import_module("dask").config.set(QUIET):
                local = dask.LocalCluster(
                    n_workers=jobs or os.cpu_count() or 1,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    protocol="tcp://",
                    dashboard_address="127.0.0.1:0",  # the status page takes any free port, on this machine only
                    silence_logs=50,
                )
            stack.enter_context(local)
            scheduler = local.scheduler_address
        try:
            client = stack.enter_context(dask.Client(scheduler, timeout=CONNECT_S, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(f"no Dask scheduler answers at {scheduler}: {error}") from None
        _require_same_code(client)
        yield engine_of(client)


def _distributed() -> Any:
    """Import Dask when it is needed; raises ClusterError if it is not installed."""
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise ClusterError("Dask is not installed; pip install '.[dask]'") from None


def engine_of(client: Any) -> Engine:
    """Give the engine of a Dask client."""

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
                raise WorkersLostError(f"Dask workers died {LIVES + 1} times, and nothing was done in between")

    return run


def _run_batch(client: Any, job: Job[Item, Result], items: Sequence[Item]) -> Iterator[tuple[Item, Result]]:
    """Run some items; those whose workers were lost are left out, for the next batch."""
    carried = client.scatter(job, broadcast=True, hash=False)
    futures = dict(zip(client.map(_run_item, items, job=carried, pure=False, retries=LIVES), items, strict=True))
    arriving = _distributed().as_completed(list(futures), loop=client.loop, with_results=True, raise_errors=False)
    for future, result in arriving:  # results come in the background, not with a round trip for each
        if future.status == "finished":
            yield futures[future], result
        else:
            error = result[1] if isinstance(result, tuple) else result
            if not _is_loss(error):
                raise error
        future.release()


def _is_loss(error: BaseException) -> bool:
    """Tell whether an error says that a worker went, not that the work is wrong."""
    from concurrent.futures import CancelledError

    scheduler = _distributed().scheduler
    losses = (scheduler.KilledWorker, scheduler.NoValidWorkerError, _distributed().CancelledError, CancelledError)
    return isinstance(error, (*losses, OSError))


def _run_item(item: Any, job: Any) -> Any:
    with frozen():
        return job.run(item)


def this_code() -> str:
    """Give the version of the code of this process, which workers must have too."""
    return versions.code_version()


def _require_same_code(client: Any) -> None:
    """Refuse workers whose program would give other numbers."""
    client.wait_for_workers(1, timeout=CONNECT_S)
    try:
        theirs = client.run(versions.code_version)
    except ImportError as error:
        raise ClusterError(f"the workers do not have this program installed: {error}") from None
    ours = this_code()
    others = {address: version for address, version in theirs.items() if version != ours}
    if others:
        address, version = next(iter(others.items()))
        raise ClusterError(f"worker {address} runs {version}, and this is {ours}; install the same on both")
