"""A study from start to end: prepare the folder, run the chunks that are missing, keep the traces."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import replication_at
from sim.analysis.float_table import float_table, with_floats
from sim.analysis.outline import Outline, outline_of
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate, simulate_nominal
from sim.problems import counted
from sim.sampling import LATIN_HYPERCUBE
from sim.study import files, store, work_ledger
from sim.study.chunks import Case, ChunkSpan, Errand, Job, Work, span_at, spans_of
from sim.study.contents import RUN_FOLDER
from sim.study.engines import fitting, ready, run_all
from sim.study.lock import held
from sim.study.manifest import RUN, Manifest, begun, to_go_on_with, watched, write_manifest
from sim.study.naming import Named, with_names
from sim.study.place import shared_place
from sim.study.store import StudyTables
from sim.study.sweep_plan import Precision, checkpoints
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version, library_versions
from sim.study.work_ledger import Row

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
    sampling: str = LATIN_HYPERCUBE,
    jobs: int | None = None,
    folder: Path | None = None,
    on_progress: Listener = lambda _: None,
    precision: Precision | None = None,
    engine: Executor | None = None,
    shared: str | None = None,
    command: str = "",
    named: Named | None = None,
) -> StudyTables:
    """Run a campaign many times, or go on with what its folder holds, and read the finished study back.

    `jobs` is the number of worker processes (default: one for each processor); it changes no result, and neither
    does the `engine`, a pool of so many unless another executor is given. With a `precision`, `replications` is the
    most to spend: the study ends at the first checkpoint at which the first goal is known so well. With `shared`, an
    fsspec URL, workers write their tables into a folder of the study below it, and the run folder keeps the rest.
    What the study is called, `named`, decides nothing else.

    Raises:
        FolderError: if a folder cannot be used, or another process holds it.
        SharedFolderError: if the shared folder cannot be asked.
        WorkersLostError: if worker processes die again and again.
    """
    where = default_folder(campaign, seed, sampling) if folder is None else folder
    fresh = _fresh_manifest(campaign, replications, seed, sampling, command)
    text = campaign.resolved
    fresh = with_names(fresh, named or Named(), to_go_on_with(where, fresh, text))
    with held(where):
        nominal = simulate_nominal(campaign)
        outline = with_floats(outline_of(campaign, nominal), float_table(campaign, nominal))
        work = Work(campaign, outline, seed, sampling)
        if shared:
            fresh = dataclasses.replace(
                fresh, shared=shared_place(shared, default_folder(campaign, seed, sampling).name).url
            )
        manifest, rows = store.open_folder(where, fresh, work.outline, text)
        with ready(engine, jobs) as workers, watched(where, RUN_FOLDER):
            work_ledger.mark_shared(where, manifest, fresh.shared)
            store.write_static(where, work.outline, nominal[None], text)
            run = _Run(where, manifest, work, {row.first: row for row in rows})
            done = _run_to_the_end(run, workers, on_progress, precision)
            on_progress(Progress("telling", done, done))
            _write_traces(where, work, nominal)
            write_manifest(where, dataclasses.replace(run.manifest, files=store.checksums(where)))
        return store.read_study(where)


def default_folder(campaign: Campaign, seed: int, sampling: str = LATIN_HYPERCUBE) -> Path:
    """Name the folder of a study below `runs/`: the same study always has the same folder."""
    return Path("runs") / f"{campaign.scenario}-{study_key(campaign.identity, seed, sampling)[:8]}-s{seed}"


def study_key(identity: str, seed: int, sampling: str) -> str:
    """Hash what decides the tables: the resolved scenario, the code, the format of the tables, seed and sampling."""
    return files.digest(f"{identity}\n{code_version()}\n{TABLE_FORMAT}\n{seed}\n{sampling}".encode())


def run_errands(
    folder: Path, manifest: Manifest, job: Job, errands: Sequence[Errand], engine: Executor
) -> Iterator[tuple[Errand, Row]]:
    """Have errands of a study done, and keep the table of each with its line in the ledger."""
    for errand, done in run_all(engine, job, errands):
        yield errand, work_ledger.keep(folder, manifest, errand, done)


@dataclass(slots=True)
class _Run:
    """A run under way: a study of one case."""

    folder: Path
    manifest: Manifest
    work: Work
    rows: dict[int, Row]
    """By first replication."""

    def missing(self) -> Iterator[ChunkSpan]:
        """Return the chunks that are not there."""
        return (span for span in spans_of(self.manifest.replications) if not self._holds(span))

    def done(self) -> int:
        """Count the replications of the chunks that are there."""
        count = self.manifest.replications
        spans = (span_at(first, count) for first in self.rows if first < count)
        return sum(span.count for span in spans if self._holds(span))

    def _holds(self, span: ChunkSpan) -> bool:
        return span.first in self.rows and self.rows[span.first].last >= span.last

    def keep(self, row: Row) -> None:
        """Take a row that is there now; the table of a shorter chunk of the same start gives way."""
        old = self.rows.get(row.first)
        self.rows[row.first] = row
        if old is not None and old.last != row.last:
            work_ledger.said_place(self.folder, self.manifest).remove(old.span.name)


def _run_to_the_end(run: _Run, engine: Executor, on_progress: Listener, precision: Precision | None) -> int:
    """Run what is missing, up to the last replication or until the first goal is known well enough."""
    most = run.manifest.replications
    if precision is None:
        _run_missing(run, engine, on_progress)
        return most
    for count in checkpoints(most):
        run.manifest = dataclasses.replace(run.manifest, replications=count)
        _run_missing(run, engine, on_progress)
        met = _is_precise(run.folder, run.work.outline, precision, run.work.sampling)
        if met or count == most:
            said = f"{precision.text}: {'reached' if met else 'NOT reached'} with {counted(count, 'replication')}"
            run.manifest = dataclasses.replace(run.manifest, precision=said)
            break
    return run.manifest.replications


def _is_precise(folder: Path, outline: Outline, precision: Precision, sampling: str) -> bool:
    goal = outline.goals[0]
    return precision.met_by(_dates(folder, outline), goal.by_d, sampling)


def _dates(folder: Path, outline: Outline) -> NDArray[np.float64]:
    """Return the dates of the first goal, shape (replications,)."""
    dates: NDArray[np.float64] = store.column(folder, f"reached.{outline.milestones[outline.goals[0].reached]}")
    return dates


def _run_missing(run: _Run, engine: Executor, on_progress: Listener) -> None:
    manifest, done, missing = run.manifest, run.done(), run.missing()
    write_manifest(run.folder, manifest)
    on_progress(Progress("simulating", done, manifest.replications))
    place = work_ledger.place_of(run.folder, manifest) if manifest.shared else None
    job = Job(place=place, works=OrderedDict({manifest.key: run.work}))
    while some := list(islice(missing, AT_ONCE)):
        some.sort(key=lambda span: (-span.count, span.first))  # the largest first, so that all workers end together
        errands = [Errand(manifest.key, Case(0), span, span.name) for span in some]
        for errand, row in run_errands(run.folder, manifest, job, errands, fitting(engine, some)):
            run.keep(row)
            done += errand.span.count
            on_progress(Progress("simulating", done, manifest.replications))


def _write_traces(folder: Path, work: Work, nominal: Sample) -> None:
    """Run the replications that mark the first goal's date again, alone, and keep their traces."""
    if nominal.trace is not None:
        store.write_trace(folder, nominal.trace)
    if not work.outline.goals:
        return
    dates = _dates(folder, work.outline)
    for title, share in TRACED:
        replication = replication_at(dates, share)
        trace = simulate(work.campaign, work.seed, replication, traced=True, sampling=work.sampling).trace
        if trace is not None:
            store.write_trace(folder, dataclasses.replace(trace, title=title))


def _fresh_manifest(campaign: Campaign, replications: int, seed: int, sampling: str, command: str) -> Manifest:
    key = study_key(campaign.identity, seed, sampling)
    fresh = begun(RUN, campaign.scenario, key, seed=seed, sampling=sampling, replications=replications, command=command)
    return dataclasses.replace(fresh, identity=campaign.identity, versions=library_versions())
