"""A study from start to end: prepare the folder, run the chunks that are missing, tell the stories."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.analysis.outline import outline_of
from sim.analysis.sample import Told, replication_at, stack
from sim.campaign.plan import Campaign
from sim.model.outcome import Outcome
from sim.model.simulate import simulate, simulate_nominal
from sim.study import store
from sim.study.engines import Chunk, Span, Work, run_here, run_in_pool
from sim.study.store import Manifest, Part, Study
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version, library_versions

CHUNK = 50
"""Replications in a chunk: fixed, so that the tables do not depend on the number of workers."""
TOLD = (("P10", 0.1), ("P50", 0.5), ("P90", 0.9))
"""Traces that are kept, by the share of the first goal's date."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is."""

    step: str
    """simulating or telling."""
    done: int
    """Replications that are stored."""
    total: int


Listener = Callable[[Progress], None]


def run_study(
    campaign: Campaign,
    *,
    replications: int,
    seed: int,
    jobs: int | None = None,
    folder: Path | None = None,
    on_progress: Listener = lambda _: None,
) -> Study:
    """Run a campaign many times, or go on with what its folder holds, and read the finished study back.

    `jobs` is the number of worker processes (default: one for each processor); it changes no result.

    Raises:
        FolderError: if the folder cannot be used.
        WorkersLostError: if worker processes die again and again.
    """
    where = default_folder(campaign, seed) if folder is None else folder
    manifest = store.open_folder(where, _fresh_manifest(campaign, replications, seed))
    with _watched(where):
        nominal = simulate_nominal(campaign, story=True)
        work = Work(campaign, outline_of(campaign, nominal), seed)
        store.write_static(where, work.outline, stack([nominal]), campaign.resolved)
        _run_missing(where, manifest, work, jobs or os.cpu_count() or 1, on_progress)
        on_progress(Progress("telling", replications, replications))
        _tell_stories(where, work, nominal)
    return store.read_study(where)


def default_folder(campaign: Campaign, seed: int) -> Path:
    """Name the folder of a study below `runs/`: the same study always has the same folder."""
    return Path("runs") / f"{campaign.scenario}-{study_key(campaign.identity, seed)[:8]}-s{seed}"


def study_key(identity: str, seed: int) -> str:
    """Hash what decides the tables: the resolved scenario, the code, the format of the tables and the seed."""
    return store.digest(f"{identity}\n{code_version()}\n{TABLE_FORMAT}\n{seed}".encode())


def spans_of(replications: int) -> list[Span]:
    """Cut the replications into chunks."""
    return [Span(first, min(CHUNK, replications - first)) for first in range(0, replications, CHUNK)]


def _run_missing(folder: Path, manifest: Manifest, work: Work, jobs: int, on_progress: Listener) -> None:
    held = {part.first: part.last for part in manifest.parts}
    wanted = spans_of(manifest.replications)
    missing = [span for span in wanted if held.get(span.first, -1) < span.last]
    done = manifest.replications - sum(span.count for span in missing)
    on_progress(Progress("simulating", done, manifest.replications))
    for chunk in _run(work, missing, jobs):
        manifest = _store(folder, manifest, chunk)
        done += chunk.span.count
        on_progress(Progress("simulating", done, manifest.replications))


def _run(work: Work, spans: list[Span], jobs: int) -> Iterator[Chunk]:
    return run_here(work, spans) if min(jobs, len(spans)) <= 1 else run_in_pool(work, spans, jobs=jobs)


def _store(folder: Path, manifest: Manifest, chunk: Chunk) -> Manifest:
    part = Part(chunk.span.first, chunk.span.last, store.digest(chunk.data))
    return store.write_part(folder, manifest, part, chunk.data)


def _tell_stories(folder: Path, work: Work, nominal: Outcome) -> None:
    """Run the replications that mark the first goal's date again, alone, and keep their traces."""
    if nominal.story is not None:
        store.write_story(folder, Told("Nominal", None, nominal.story))
    if not work.outline.goals:
        return
    goal = work.outline.goals[0]
    dates = store.column(folder, f"reached.{work.outline.milestones[goal.reached]}").to_numpy()
    for title, share in TOLD:
        replication = replication_at(dates, share)
        story = simulate(work.campaign, work.seed, replication, story=True).story
        if story is not None:
            store.write_story(folder, Told(title, replication, story))


def _fresh_manifest(campaign: Campaign, replications: int, seed: int) -> Manifest:
    return Manifest(
        format=store.RUN_FORMAT,
        state=store.RUNNING,
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
        state = store.INTERRUPTED if isinstance(error, KeyboardInterrupt) else store.FAILED
        with contextlib.suppress(store.FolderError):  # a full disk is the error to report, not this one
            _close(folder, state, since)
        raise
    _close(folder, store.COMPLETE, since)


def _close(folder: Path, state: str, since: float) -> None:
    manifest = store.read_manifest(folder)
    wall_s = round(time.perf_counter() - since, 3)
    store.write_manifest(folder, dataclasses.replace(manifest, state=state, finished=_now(), wall_s=wall_s))


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
