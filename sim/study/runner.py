"""A study from start to end: prepare the folder, run the chunks that are missing, keep the traces."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outline import Outline, outline_of
from sim.analysis.sample import replication_at, stack
from sim.campaign.plan import Campaign
from sim.model.outcome import Outcome
from sim.model.simulate import simulate, simulate_nominal
from sim.problems import counted
from sim.study import files, store
from sim.study.chunks import Span, Work, span_at, spans_of
from sim.study.deposit import Deposit, Receipt, deposit
from sim.study.engines import fitting, ready, run_all
from sim.study.lock import held
from sim.study.manifest import (
    COMPLETE,
    FAILED,
    INTERRUPTED,
    RUN_FORMAT,
    RUNNING,
    Manifest,
    Part,
    read_manifest,
    write_manifest,
)
from sim.study.place import shared_place
from sim.study.precision import Precision, checkpoints
from sim.study.store import Study
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version, library_versions

AT_ONCE = 10_000
"""Chunks that are handed to an engine together."""
TRACED = (("P10", 0.1), ("P50", 0.5), ("P90", 0.9))
"""Traces that are kept, by the share of the first goal's date."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is."""

    step: str
    """simulating or telling."""
    done: int
    """Replications (or cases of a sweep) that are stored."""
    total: int
    what: str = "replications"


Listener = Callable[[Progress], None]


def run_study(
    campaign: Campaign,
    *,
    replications: int,
    seed: int,
    jobs: int | None = None,
    folder: Path | None = None,
    on_progress: Listener = lambda _: None,
    precision: Precision | None = None,
    engine: Executor | None = None,
    shared: str | None = None,
    command: str = "",
) -> Study:
    """Run a campaign many times, or go on with what its folder holds, and read the finished study back.

    `jobs` is the number of worker processes (default: one for each processor); it changes no result, and neither
    does the `engine`, a pool of so many unless another executor is given. With a `precision`, `replications` is the
    most to spend: the study ends at the first checkpoint at which the first goal is known so well. With `shared`, an
    fsspec URL, workers write their tables into a folder of the study below it, and the run folder keeps the rest.

    Raises:
        FolderError: if a folder cannot be used, or another process holds it.
        SharedFolderError: if the shared folder cannot be asked.
        WorkersLostError: if worker processes die again and again.
    """
    where = default_folder(campaign, seed) if folder is None else folder
    store.refuse_strangers(where, campaign.identity)
    with held(where):
        nominal = simulate_nominal(campaign)
        work = Work(campaign, outline_of(campaign, nominal), seed)
        fresh = dataclasses.replace(_fresh_manifest(campaign, replications, seed), command=command)
        if shared:
            fresh = dataclasses.replace(fresh, shared=shared_place(shared, default_folder(campaign, seed).name).url)
        manifest = store.open_folder(where, fresh, work.outline)
        with ready(engine, jobs) as workers, _watched(where):
            store.mark_shared(where, manifest, fresh.shared)
            store.write_static(where, work.outline, stack([nominal]), campaign.resolved)
            done = _run_to_the_end(where, manifest, work, workers, on_progress, precision)
            on_progress(Progress("telling", done, done))
            _write_traces(where, work, nominal)
        return store.read_study(where)


def default_folder(campaign: Campaign, seed: int) -> Path:
    """Name the folder of a study below `runs/`: the same study always has the same folder."""
    return Path("runs") / f"{campaign.scenario}-{study_key(campaign.identity, seed)[:8]}-s{seed}"


def study_key(identity: str, seed: int) -> str:
    """Hash what decides the tables: the resolved scenario, the code, the format of the tables and the seed."""
    return files.digest(f"{identity}\n{code_version()}\n{TABLE_FORMAT}\n{seed}".encode())


def _run_to_the_end(
    folder: Path, manifest: Manifest, work: Work, engine: Executor, on_progress: Listener, precision: Precision | None
) -> int:
    """Run what is missing, up to the last replication or until the first goal is known well enough."""
    most = manifest.replications
    if precision is None:
        _run_missing(folder, manifest, work, engine, on_progress)
        return most
    for count in checkpoints(most):
        manifest = dataclasses.replace(manifest, replications=count)
        manifest = _run_missing(folder, manifest, work, engine, on_progress)
        met = _is_precise(folder, work.outline, precision)
        if met or count == most:
            said = f"{precision.text}: {'reached' if met else 'NOT reached'} with {counted(count, 'replication')}"
            write_manifest(folder, dataclasses.replace(manifest, precision=said))
            break
    return manifest.replications


def _is_precise(folder: Path, outline: Outline, precision: Precision) -> bool:
    goal = outline.goals[0]
    return precision.met_by(_dates(folder, outline), goal.by_d)


def _dates(folder: Path, outline: Outline) -> NDArray[np.float64]:
    """Return the dates of the first goal, shape (replications,)."""
    dates: NDArray[np.float64] = store.column(folder, f"reached.{outline.milestones[outline.goals[0].reached]}")
    return dates


def _run_missing(folder: Path, manifest: Manifest, work: Work, engine: Executor, on_progress: Listener) -> Manifest:
    count = manifest.replications
    held_parts = {part.first: part.last for part in manifest.parts if part.first < count}
    done = sum(span.count for span in (span_at(first, count) for first in held_parts) if _is_held(span, held_parts))
    missing = (span for span in spans_of(count) if not _is_held(span, held_parts))
    write_manifest(folder, manifest)
    on_progress(Progress("simulating", done, manifest.replications))
    place = store.place_of(folder, manifest)
    job = Deposit(work, place) if manifest.shared else work
    while some := list(islice(missing, AT_ONCE)):
        some.sort(key=lambda span: (-span.count, span.first))  # the largest first, so that all workers end together
        for span, made in run_all(fitting(engine, some), job, some):
            receipt = made if isinstance(made, Receipt) else deposit(place, span, made)
            manifest = store.note_part(folder, manifest, Part(span.first, span.last, receipt.sha256))
            done += span.count
            on_progress(Progress("simulating", done, manifest.replications))
    return manifest


def _is_held(span: Span, held_parts: Mapping[int, int]) -> bool:
    """Whether a span's table is there, by the first and last replication of every table there is."""
    return held_parts.get(span.first, -1) >= span.last


def _write_traces(folder: Path, work: Work, nominal: Outcome) -> None:
    """Run the replications that mark the first goal's date again, alone, and keep their traces."""
    if nominal.trace is not None:
        store.write_trace(folder, nominal.trace)
    if not work.outline.goals:
        return
    dates = _dates(folder, work.outline)
    for title, share in TRACED:
        replication = replication_at(dates, share)
        trace = simulate(work.campaign, work.seed, replication, traced=True).trace
        if trace is not None:
            store.write_trace(folder, dataclasses.replace(trace, title=title))


def _fresh_manifest(campaign: Campaign, replications: int, seed: int) -> Manifest:
    return Manifest(
        format=RUN_FORMAT,
        state=RUNNING,
        scenario=campaign.scenario,
        identity=campaign.identity,
        code=code_version(),
        key=study_key(campaign.identity, seed),
        versions=library_versions(),
        seed=seed,
        replications=replications,
        parts=(),
        started=_now(),
        finished=None,
        wall_s=0.0,
    )


@contextlib.contextmanager
def _watched(folder: Path) -> Iterator[None]:
    """Leave a manifest that says how it ended, whatever happens."""
    since = time.perf_counter()
    try:
        yield
    except BaseException as error:
        state = INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED
        with contextlib.suppress(files.FolderError):  # a full disk is the error to report, not this one
            _close(folder, state, since)
        raise
    _close(folder, COMPLETE, since)


def _close(folder: Path, state: str, since: float) -> None:
    manifest = read_manifest(folder)
    wall_s = round(time.perf_counter() - since, 3)
    written = store.checksums(folder) if state == COMPLETE else ()
    ended = dataclasses.replace(manifest, state=state, finished=_now(), wall_s=wall_s, files=written)
    write_manifest(folder, ended)


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
