"""Where work is done: any executor of `concurrent.futures`; here are this process and a pool of worker processes.

A job has a method `run` that does it for one item. A result depends on the job and its item alone, so an item may be
run anywhere, and again when a worker dies. `sim.study.cluster` has the executor of Dask.

A job travels as a parcel: laid down once in a file that any number of workers map instead of copying. Arrays lie in
it as they lie in memory, so that opening one of tens of megabytes takes milliseconds and all workers share the same
pages. They come out read-only.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import multiprocessing
import os
import pickle
import shutil
import signal
import struct
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence, Sized
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path
from queue import Empty, Queue
from typing import Any, TypeVar

from sim.problems import InputError
from sim.study import script

_ALIGNMENT = 64  # what numpy and the processor's vector units like best
_LENGTH = struct.Struct("<Q")

T = TypeVar("T")
LIVES = 3
"""Times everything that was lost is handed out again, with nothing done in between, before the study gives up."""
AT_ONCE = 2_000
"""Items that an executor is given at once: each takes a few kilobytes."""
AWAKE_S = 0.5
"""Seconds after which who waits for an item looks up."""
LOST = f"workers died {LIVES + 1} times, and nothing was done in between; have they memory enough?"
_CHUNKS = "sim.study.chunks"
_DRAWING = "scipy.special"  # what the first draw of a Beta or PERT law imports


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where an object lies for workers of this machine to open."""

    file: Path

    def opened(self) -> object:
        """Return the object; a process that opens a parcel again has it at hand."""
        if _opened.get("file") != self.file:
            _opened.update(file=self.file, value=received(self.file))
            gc.freeze()  # a campaign is a hundred thousand objects that stay
        return _opened["value"]


_opened: dict[str, Any] = {}
"""The parcel that a worker opened last; empty everywhere else."""


class Sent:
    """An object in a temporary file while workers are at it."""

    def __init__(self, value: object) -> None:
        """Lay it down; raises OSError if the file cannot be written."""
        self.value, self.users = value, 0
        self._folder = Path(tempfile.mkdtemp(prefix="ilrs-"))
        self._end = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.parcel = Parcel(self._folder / "parcel")
        _write(self.parcel.file, value)

    def remove(self) -> None:
        """Take the file away."""
        self._end()


def received(file: Path) -> object:
    """Return the value of a parcel that this program wrote a moment ago."""
    with file.open("rb") as opened:
        view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    head_end = _LENGTH.size + _LENGTH.unpack_from(view)[0]
    body, sizes = pickle.loads(view[_LENGTH.size : head_end])
    parts, start = [], _aligned(head_end)
    for size in sizes:
        parts.append(view[start : start + size])
        start = _aligned(start + size)
    return pickle.loads(body, buffers=parts)


def _write(file: Path, value: object) -> None:
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    raw = [buffer.raw() for buffer in buffers]
    head = pickle.dumps((body, [part.nbytes for part in raw]), protocol=5)
    with file.open("wb") as opened:
        opened.write(_LENGTH.pack(len(head)) + head)
        for part in raw:
            opened.seek(_aligned(opened.tell()))
            opened.write(part)


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT


class WorkersLostError(InputError):
    """Worker processes died again and again: out of memory, most likely."""


class Workers(Executor):
    """An executor that carries a job to its workers once, and knows what to do when they are lost."""

    at_once = AT_ONCE
    """Items that it is given at once."""
    lost = LOST
    """What is said when they die again and again."""

    @contextlib.contextmanager
    def carried(self, job: object) -> Iterator[object]:
        """Return what travels with each item in place of a job; raises BrokenExecutor if workers were lost."""
        yield job

    def watch(self) -> None:
        """Look whether somebody is left to work; raises WorkersLostError if nobody will come any more."""

    def drop(self) -> None:
        """Leave what is running undone."""


def run_all(engine: Executor, job: Any, items: Sequence[Any]) -> Generator[tuple[Any, Any], None, None]:
    """Run a job for every item, and yield (item, result) as they are done; what lost workers held is run again.

    Raises:
        WorkersLostError: if workers die more than `LIVES` times without finishing anything in between.
    """
    missing, lives = dict(enumerate(items)), LIVES
    while missing:
        before = len(missing)
        with contextlib.suppress(BrokenExecutor), _carried(engine, job) as carried:
            for number, result in _one_round(engine, carried, missing.copy()):
                yield missing.pop(number), result
        lives = LIVES if len(missing) < before else lives - 1
        if lives < 0:
            raise WorkersLostError(getattr(engine, "lost", LOST))


def _carried(engine: Executor, job: object) -> contextlib.AbstractContextManager[object]:
    return engine.carried(job) if isinstance(engine, Workers) else contextlib.nullcontext(job)


def ask(engine: Executor, job: Any, item: Any) -> Any:
    """Run a job for one item, and wait for it; many may ask at one time."""
    ((_, result),) = run_all(engine, job, [item])
    return result


def _one_round(engine: Executor, job: object, items: Mapping[int, Any]) -> Iterator[tuple[int, Any]]:
    """Run items by number, each once; those whose workers were lost are left out."""
    waiting, most = list(reversed(items)), getattr(engine, "at_once", AT_ONCE)
    running: dict[Future[Any], int] = {}
    arrived: Queue[Future[Any]] = Queue()
    try:
        while waiting or running:
            while waiting and len(running) < most:
                number = waiting.pop()
                try:
                    future = engine.submit(run_item, job, items[number])
                except BrokenExecutor:  # while items are handed out; the next round has it
                    continue
                running[future] = number
                future.add_done_callback(arrived.put)
            if running:
                future = _next(engine, arrived)
                number = running.pop(future)
                with contextlib.suppress(BrokenExecutor, CancelledError):
                    yield number, future.result()
    finally:  # also when nobody wants the rest: do not wait for what runs
        left = [future for future in running if not (future.cancel() or future.done())]
        if left and isinstance(engine, Workers):
            engine.drop()


def _next(engine: Executor, arrived: Queue[Future[Any]]) -> Future[Any]:
    """Wait for what is done next, and stay open to Ctrl-C."""
    while True:
        with contextlib.suppress(Empty):
            return arrived.get(timeout=AWAKE_S)
        if isinstance(engine, Workers):
            engine.watch()


def run_item(job: Any, item: Any) -> Any:
    """Run a job for one item, in whatever process this is."""
    there: Any = job.opened() if isinstance(job, Parcel) else job
    return there.run(item)


def choose(jobs: int | None) -> Workers:
    """Return the executor of one machine: a pool of so many processes (default: one a processor), or this one."""
    wanted = jobs or os.cpu_count() or 1
    return Here() if wanted == 1 else Pool(wanted)


@contextlib.contextmanager
def ready(engine: Executor | None, jobs: int | None) -> Iterator[Executor]:
    """Hold the executor that is given, or one of this machine for as long as it is needed."""
    if engine is not None:
        yield engine
        return
    with choose(jobs) as made:
        yield made


def fitting(engine: Executor, items: Sized) -> Executor:
    """Return this process where a pool would have to start for one item; else the executor."""
    return Here() if len(items) <= 1 and isinstance(engine, Pool) and not engine.is_running else engine


class Here(Workers):
    """This process: an item is done when it is handed in."""

    at_once = 1

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do it now."""
        future: Future[T] = Future()
        with frozen():
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:
                future.set_exception(error)
        return future


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """Keep the garbage collector from what is there: a campaign is a hundred thousand objects that stay."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class Pool(Workers):
    """Worker processes that start when there is work, stay, and are replaced when they die.

    What a job carries is laid down once for all of them.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.lost = f"worker processes died {LIVES + 1} times; is there memory for {jobs} of them? Try -j 1"
        self._pool: ProcessPoolExecutor | None = None
        self._turn = threading.RLock()
        self._parcels: dict[int, Sent] = {}
        self._module = _CHUNKS

    @property
    def is_running(self) -> bool:
        """Whether its processes have been started."""
        return self._pool is not None

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have it done by a worker."""
        with self._turn:
            with contextlib.suppress(BrokenExecutor):
                if self._pool is not None:
                    return self._pool.submit(fn, *args, **kwargs)
            if self._pool is not None:
                self._pool.shutdown(wait=False)
            context = _context(self._module)
            self._pool = ProcessPoolExecutor(self._jobs, mp_context=context, initializer=_start_worker)
            return self._pool.submit(fn, *args, **kwargs)

    @contextlib.contextmanager
    def carried(self, job: object) -> Iterator[object]:
        """Return a parcel that every worker opens once; it lies there until another job comes, or the end."""
        with self._turn:
            for key in [key for key, sent in self._parcels.items() if not sent.users and sent.value is not job]:
                self._parcels.pop(key).remove()
            if id(job) not in self._parcels:
                self._parcels[id(job)] = Sent(job)
            sent = self._parcels[id(job)]
            sent.users += 1
            self._module = type(job).__module__
        try:
            yield sent.parcel
        finally:
            with self._turn:
                sent.users -= 1

    def drop(self) -> None:
        """End the workers, whatever they are at; others start when there is work again."""
        with self._turn:
            pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):
                with contextlib.suppress(OSError, ValueError):
                    process.terminate()
            pool.shutdown(wait=True, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers when they have done what they are at."""
        with self._turn:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        for sent in self._parcels.values():
            sent.remove()
        self._parcels.clear()


def warm_up() -> None:
    """Start the server that forks workers, so that it imports what they need while this process goes on."""
    context = _context(_CHUNKS)
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


def _context(module: str) -> BaseContext:
    """Start workers from a small clean server process, which is fast and safe beside threads.

    The first one decides what the server imports before it forks.
    """
    if sys.platform == "win32" or "forkserver" not in multiprocessing.get_all_start_methods():
        return script.SpawnContext()
    context = script.ForkServerContext()
    context.set_forkserver_preload([module, _DRAWING])
    return context


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of them; only the parent decides
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this worker when its parent has gone; without this, a killed study leaves its workers waiting."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
