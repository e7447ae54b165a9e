"""Sweeps: every case of a design simulated with the same luck, in a folder that the same command goes on with.

```
ilrs-sweep.json           the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario the cases start from (one more file for each choice of variants)
design.json               every case: number, variants, settings, key
cases.jsonl               a line for each piece of work that is done: key, replications, checksum or reason
cases/<key>-*.parquet     the goals of each case, a row for each replication
summary.json              what `ilrs sweep --json` prints
```
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from sim.problems import Code, InputError, Problem, ScenarioError
from sim.scenario.load import Loaded, load_scenario
from sim.study import store
from sim.study.cases import CaseGoal, Done, Errand, Sweeping, resolved_name
from sim.study.chunks import Span
from sim.study.design import Case, cases_of
from sim.study.engines import Engine, choose
from sim.study.lock import held
from sim.study.plan import SweepPlan
from sim.study.records import RecordError, from_json, to_json, to_plain
from sim.study.runner import Listener, Progress
from sim.study.store import FolderError
from sim.study.tables import TABLE_FORMAT
from sim.study.versions import code_version

MARKER = "ilrs-sweep.json"
SWEEP_FORMAT = 1
LARGEST_ERRAND = 1_000
"""Replications of one case that one worker runs at once."""
_DESIGN, _LEDGER, _CASES = "design.json", "cases.jsonl", "cases"


@dataclass(frozen=True, slots=True)
class SweepManifest:
    """What a sweep folder holds."""

    format: int
    state: str
    """running, complete, interrupted or failed."""
    scenario: str
    key: str
    code: str
    design: str
    cases: int
    replications: int
    seed: int
    command: str
    """The command that goes on with it; empty when it was not started by one."""
    started: str
    finished: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger."""

    key: str
    first: int
    last: int
    sha256: str
    reason: str
    """Why there is no table; empty when there is one."""
    wall_s: float
    ended: str
    goals: tuple[CaseGoal, ...]

    @property
    def name(self) -> str:
        """File of its table."""
        return f"{self.key[:24]}-{self.first:06d}-{self.last:06d}.parquet"


@dataclass(frozen=True, slots=True)
class Planned:
    """A case with its key."""

    key: str
    case: Case


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep folder, read: its cases, and what came of each so far."""

    folder: Path
    manifest: SweepManifest
    planned: tuple[Planned, ...]
    rows: tuple[Row, ...]

    def rows_of(self, key: str) -> tuple[Row, ...]:
        """Give the rows of a case in order of replication; empty when nothing came of it yet."""
        return tuple(sorted((row for row in self.rows if row.key == key), key=lambda row: row.first))

    def reason(self, key: str) -> str:
        """Give why a case failed; empty when it did not."""
        return next((row.reason for row in self.rows if row.key == key and row.reason), "")

    def is_done(self, key: str) -> bool:
        """Tell whether all replications of a case are there."""
        return bool(self.reason(key)) or not list(_missing(self.rows_of(key), self.manifest.replications))


def run_sweep(
    file: str | Path,
    plan: SweepPlan,
    *,
    variants: Sequence[str] = (),
    sets: Sequence[str] = (),
    jobs: int | None = None,
    folder: Path | None = None,
    engine: Engine | None = None,
    fail_fast: bool = False,
    command: str = "",
    on_progress: Listener = lambda _: None,
) -> Sweep:
    """Run every case of a plan that is not there yet; the folder is named by what decides the cases.

    Raises:
        ScenarioError: if the scenario is wrong, or a path to vary does not exist.
        FolderError: if the folder cannot be used, or another process holds it.
    """
    base = load_scenario(file, variants, sets)
    cases = cases_of(plan.factors, plan.design, plan.cases, levels=plan.levels, seed=plan.seed)
    _require_paths(file, variants, sets, base, cases)
    chosen = dict.fromkeys([(), *(case.variants for case in cases)])
    texts = {names: _resolved(file, (*variants, *names), sets, base) for names in chosen}
    key = store.digest(f"{texts[()]}\n{code_version()}\n{TABLE_FORMAT}\n{plan.seed}\n{plan.shape}".encode())
    where = folder or Path("runs") / f"{base.scenario.name}-sweep-{key[:8]}"
    planned = tuple(Planned(_case_key(texts, case, plan.seed), case) for case in cases)
    manifest = SweepManifest(
        SWEEP_FORMAT, store.RUNNING, base.scenario.name, key, code_version(), plan.design, len(cases),
        plan.replications, plan.seed, command, _now(), None,
    )  # fmt: skip
    _refuse_strangers(where, manifest)
    with held(where):
        sweep = _open(where, manifest, planned, texts)
        with _watched(where, manifest):
            job = Sweeping(texts, plan.seed)
            return _run_missing(sweep, job, engine or choose(jobs), on_progress, fail_fast=fail_fast)


def read_sweep(folder: Path) -> Sweep:
    """Read a sweep folder, finished or not; rows whose table was altered or is gone are left out.

    Raises:
        FolderError: if it is none.
    """
    manifest = _manifest_in(folder)
    if manifest is None:
        raise FolderError(folder, "is no sweep folder", f"`ilrs sweep` makes folders that hold a file {MARKER}")
    try:
        planned = from_json(tuple[Planned, ...], (folder / _DESIGN).read_bytes())
    except (OSError, RecordError) as error:
        raise FolderError(folder, f"cannot be read: {error}", "the same `ilrs sweep` command repairs it") from None
    wanted = {one.key for one in planned}
    rows = tuple(row for row in _ledger(folder) if row.key in wanted and row.first < manifest.replications)
    return Sweep(folder, manifest, planned, rows)


def is_sweep(folder: Path) -> bool:
    """Tell whether a folder is one of a sweep."""
    return (folder / MARKER).is_file()


def table_file(sweep: Sweep, row: Row) -> Path:
    """Give the file of a row's table."""
    return sweep.folder / _CASES / row.name


def _run_missing(sweep: Sweep, job: Sweeping, engine: Engine, on_progress: Listener, *, fail_fast: bool) -> Sweep:
    count = sweep.manifest.replications
    errands = {
        Errand(one.key, one.case, span): None
        for one in sweep.planned
        if not sweep.reason(one.key)
        for span in _missing(sweep.rows_of(one.key), count)
    }
    total, done = len(sweep.planned), sum(sweep.is_done(one.key) for one in sweep.planned)
    on_progress(Progress("simulating", done, total, "cases"))
    rows, left = list(sweep.rows), _per_case(errands)
    for errand, result in engine(job, list(errands)):
        rows.append(_store(sweep.folder, errand, result))
        left[errand.key] -= 1
        if result.reason and fail_fast:
            raise CaseFailedError(f"case {errand.case.number} failed: {result.reason}")
        if not left[errand.key]:
            done += sum(one.key == errand.key for one in sweep.planned)
            on_progress(Progress("simulating", done, total, "cases"))
    return replace(sweep, rows=tuple(rows))


class CaseFailedError(InputError):
    """A case failed, and the sweep was told to stop then."""


def _per_case(errands: dict[Errand, None]) -> dict[str, int]:
    count: dict[str, int] = {}
    for errand in errands:
        count[errand.key] = count.get(errand.key, 0) + 1
    return count


def _missing(rows: Sequence[Row], replications: int) -> Iterator[Span]:
    """Give what is missing of a case, in pieces a worker can take."""
    there = {row.first: row.last for row in rows if not row.reason}
    first = 0
    while first < replications:
        if first in there:
            first = there[first] + 1
            continue
        until = min([start for start in there if start > first] + [replications])
        count = min(until - first, LARGEST_ERRAND)
        yield Span(first, count)
        first += count


def _store(folder: Path, errand: Errand, done: Done) -> Row:
    """Store a table, then its line in the ledger: a torn line or a table without one is as if it were not there."""
    span = errand.span
    row = Row(
        errand.key, span.first, span.last, store.digest(done.data), done.reason, done.wall_s, _now(), done.goals
    )  # fmt: skip
    if not done.reason:
        store.write_whole(folder, f"{_CASES}/{row.name}", done.data)
    line = json.dumps(to_plain(row), ensure_ascii=False, allow_nan=False) + "\n"
    with store.folder_errors(folder), (folder / _LEDGER).open("ab") as file:
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return row


def _ledger(folder: Path) -> Iterator[Row]:
    """Read the lines that are whole and whose table is what was written; of two for one piece, the last."""
    try:
        lines = (folder / _LEDGER).read_bytes().splitlines()
    except FileNotFoundError:
        return
    rows: dict[tuple[str, int], Row] = {}
    for line in lines:
        try:
            row = from_json(Row, line)
        except RecordError:
            continue  # torn when its writer was killed
        rows[(row.key, row.first)] = row
    for row in rows.values():
        if row.reason or store.sha256(folder / _CASES / row.name) == row.sha256:
            yield row


def _open(
    folder: Path, manifest: SweepManifest, planned: tuple[Planned, ...], texts: dict[tuple[str, ...], str]
) -> Sweep:
    with store.folder_errors(folder):
        (folder / _CASES).mkdir(parents=True, exist_ok=True)
        _end_line(folder / _LEDGER)
    for names, text in texts.items():
        store.write_whole(folder, resolved_name(names), text.encode())
    store.write_whole(folder, _DESIGN, to_json(planned).encode())
    _write_manifest(folder, manifest)
    return read_sweep(folder)


def _end_line(file: Path) -> None:
    """End a line that a killed writer left torn, so that the next one stands alone."""
    if file.exists() and not file.read_bytes().endswith(b"\n"):
        with file.open("ab") as opened:
            opened.write(b"\n")


def _refuse_strangers(folder: Path, manifest: SweepManifest) -> None:
    found = _manifest_in(folder)
    if found is not None and found.key != manifest.key:
        raise FolderError(
            folder, "holds another sweep (scenario, design, seed or code differ)", "choose another with -o"
        )
    if found is None and folder.is_dir() and store.occupied(folder):
        raise FolderError(folder, "is not empty and is no sweep folder", "choose another with -o")


def _manifest_in(folder: Path) -> SweepManifest | None:
    try:
        return from_json(SweepManifest, (folder / MARKER).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FolderError(folder, f"cannot be read: {error.strerror}") from error
    except RecordError as error:
        raise FolderError(folder / MARKER, f"is not a manifest of ours: {error}", "choose another folder") from None


def _write_manifest(folder: Path, manifest: SweepManifest) -> None:
    store.write_whole(folder, MARKER, to_json(manifest).encode())


@contextlib.contextmanager
def _watched(folder: Path, manifest: SweepManifest) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        state = store.INTERRUPTED if isinstance(error, (KeyboardInterrupt, CaseFailedError)) else store.FAILED
        with contextlib.suppress(FolderError):
            _write_manifest(folder, replace(manifest, state=state, finished=_now()))
        raise
    _write_manifest(folder, replace(manifest, state=store.COMPLETE, finished=_now()))


def _resolved(file: str | Path, variants: Sequence[str], sets: Sequence[str], base: Loaded) -> str:
    """Write a scenario with its variants as one text, without what is to be swept or sought."""
    loaded = load_scenario(file, variants, sets) if variants else base
    values = {key: value for key, value in loaded.layered.values.items() if key not in ("sweep", "seek")}
    text: str = yaml.safe_dump({**values, "name": base.scenario.name}, sort_keys=False, allow_unicode=True)
    return text


def _case_key(texts: dict[tuple[str, ...], str], case: Case, seed: int) -> str:
    settings = "\n".join(sorted(case.sets))
    return store.digest(f"{texts[case.variants]}\n{settings}\n{code_version()}\n{TABLE_FORMAT}\n{seed}".encode())


def _require_paths(
    file: str | Path, variants: Sequence[str], sets: Sequence[str], base: Loaded, cases: Sequence[Case]
) -> None:
    """Refuse paths that the language does not know, before hundreds of cases fail for them."""
    seen: dict[str, Case] = {}
    for case in cases:
        for path, _ in case.settings:
            seen.setdefault(path, case)
    problems: list[Problem] = []
    for path, case in seen.items():
        text = dict(case.settings)[path]
        try:
            load_scenario(file, (*variants, *case.variants), (*sets, f"{path}={text}"))
        except ScenarioError as error:
            mark = base.layered.key_mark(("sweep", "vary", path))
            fatal = (Code.UNKNOWN_KEY, Code.SET_SYNTAX, Code.MISSING_KEY)
            problems += [
                replace(problem, mark=mark or problem.mark) for problem in error.problems if problem.code in fatal
            ]
    if problems:
        raise ScenarioError(problems)


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
