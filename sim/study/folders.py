"""Our own folders, told from others by their marker: what is in them, how far they are, and which may go."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.study import files
from sim.study.contents import (
    FOLDERS,
    HISTORY,
    HISTORY_FOLDER,
    KINDS,
    OPTIMISE_FOLDER,
    RUN_FOLDER,
    RUN_MARKER,
    SWEEP_FOLDER,
    SWEEP_MARKER,
    FolderKind,
    files_in,
    has_marker,
    kind_of,
    resolved_name,
)
from sim.study.files import FolderError
from sim.study.lock import holder
from sim.study.manifest import COMPLETE, RUN, RUNNING, SEEK, Manifest, read_manifest
from sim.study.naming import name_of
from sim.study.soundness import seconds_of
from sim.study.sweep_tables import SweepTables, read_sweep
from sim.study.work_ledger import Row, done_in, rows_in

_MOST_LOOKED_AT = 20_000
"""Folders that are looked at before saying that this is no place for runs."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that failed, and the command that runs it again alone."""

    number: int
    reason: str
    rerun: str


@dataclass(frozen=True, slots=True)
class Status:
    """How far a folder of ours is."""

    folder: Path
    kind: str
    """run, sweep, seek or optimise."""
    scenario: str
    name: str
    """What it is called."""
    state: str
    """running, complete, interrupted, failed, or stopped: it says running, but nobody holds it."""
    holder: str | None
    """Who is at it now."""
    unit: str
    """replications, cases or answers."""
    done: int
    """Failed ones not among them."""
    failed: int
    left: int
    per_s: float | None
    """Units a second while it ran; None when that is not known."""
    to_go_s: float | None
    failures: tuple[Failure, ...]
    command: str
    """The command that goes on with it; empty when it is not known."""


def status_of(folder: Path) -> Status:
    """Say how far a folder of ours is.

    Raises:
        FolderError: if it is none.
    """
    kind = kind_of(folder)
    if kind is SWEEP_FOLDER:
        return _sweep_status(read_sweep(folder))
    if kind is RUN_FOLDER:
        return _run_status(folder)
    if kind is OPTIMISE_FOLDER:
        manifest = read_manifest(folder, kind)
        return _status(folder, manifest, (), done=manifest.cases, simulated=0, unit="answers")
    missing = "is neither a run nor a sweep folder" if folder.is_dir() else "does not exist"
    raise FolderError(folder, missing, f"they hold a file {RUN_MARKER} or {SWEEP_MARKER}")


def ours_below(folder: Path) -> Iterator[Path]:
    """Find our folders that stand alone, at or below a folder; links are not followed, and ours not looked into.

    Raises:
        FolderError: if there are so many folders that this can be no place for runs.
    """
    waiting, looked = [folder], 0
    while waiting:
        here = waiting.pop()
        looked += 1
        if looked > _MOST_LOOKED_AT:
            raise FolderError(folder, f"holds more than {_MOST_LOOKED_AT} folders", "name the one with the runs")
        if kind_of(here) is not None:
            yield here
        elif here.is_dir():
            with files.folder_errors(here):
                inner = sorted(here.iterdir(), reverse=True)
            waiting += [one for one in inner if one.is_dir() and not one.is_symlink()]


def size_of(folder: Path) -> int:
    """Return the bytes of the files that we wrote in one of our own folders."""
    return sum(file.lstat().st_size for file, ours in files_in(folder, _kind(folder)) if ours)


def tables_elsewhere(folder: Path) -> str:
    """Return the URL of the shared folder in which a run keeps its tables; empty when it has them itself."""
    return read_manifest(folder, _kind(folder)).shared


def age_d(folder: Path) -> float:
    """Return the days since a folder's manifest was last written."""
    marker = folder / _kind(folder).marker
    return (datetime.datetime.now().timestamp() - marker.lstat().st_mtime) / 86_400.0


def require_ours(folder: Path) -> None:
    """Refuse to remove anything from a folder whose manifest we did not write.

    Raises:
        FolderError: if the folder or its marker is a link, or the marker holds no manifest of ours.
    """
    kind = _kind(folder)
    marker = folder / kind.marker
    if files.is_link(folder) or files.is_link(marker):
        raise FolderError(folder, "is a link, or its marker is one, and stays", "remove it yourself")
    read_manifest(folder, kind)


def remove(folder: Path) -> tuple[Path, ...]:
    """Remove what we wrote in one of our own folders, and the folder if nothing else is in it; return what is kept.

    Only plain files with our names are removed, so that a link stays as well as what it leads to. The manifest goes
    last: a removal that is broken off can be repeated.

    Raises:
        FolderError: if it is not ours, is a link, or somebody is at it.
    """
    require_ours(folder)
    who = holder(folder)
    if who is not None:
        raise FolderError(folder, f"is held by {who}, and stays")
    with files.folder_errors(folder):
        found = list(files_in(folder, _kind(folder)))
        ours = [file for file, is_ours in found if is_ours]
        for file in sorted(ours, key=lambda one: one.name in {kind.marker for kind in KINDS}):
            file.unlink(missing_ok=True)
        for emptied in (*(folder / name for name in FOLDERS), folder):
            if emptied.is_dir() and not files.is_link(emptied) and not any(emptied.iterdir()):
                emptied.rmdir()
        _remove_history(folder.parent)
    return tuple(file for file, is_ours in found if not is_ours and file.parent.exists())


def _remove_history(folder: Path) -> None:
    """Remove what we wrote into the folder of a history, when its last day is gone, and the folder if that was all."""
    if not has_marker(folder, HISTORY_FOLDER) or files.is_link(folder / HISTORY_FOLDER.marker) or files.is_link(folder):
        return
    if any(one.is_dir() for one in folder.iterdir()):
        return
    for file in (folder / name for name in HISTORY):
        if file.is_file() and not files.is_link(file):
            file.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _kind(folder: Path) -> FolderKind:
    """Return the kind of a folder; what has no marker is looked at, and refused, as a run."""
    return kind_of(folder) or RUN_FOLDER


def _run_status(folder: Path) -> Status:
    manifest = read_manifest(folder)
    try:
        rows = [row for row in rows_in(folder) if row.key == manifest.key]
    except OSError as error:
        said = f"cannot be read: {files.said_of(error)}"
        raise FolderError(folder, said, "the same `ilrs run` command repairs it") from error
    done = done_in(rows, manifest.replications)
    simulated = done_in((row for row in rows if _is_since(row, manifest)), manifest.replications)
    return _status(folder, manifest, rows, done=done, simulated=simulated, unit="replications")


def _sweep_status(sweep: SweepTables) -> Status:
    failures = tuple(
        Failure(one.case.number, sweep.reason(one.key), _rerun(sweep, one.case.variants, one.case.sets))
        for one in sweep.planned
        if sweep.reason(one.key)
    )
    if sweep.manifest.design == SEEK:
        done = sum(row.span.count for row in sweep.rows if not row.reason)
        since = sum(row.span.count for row in sweep.rows if not row.reason and _is_since(row, sweep.manifest))
        return _status(
            sweep.folder, sweep.manifest, sweep.rows, done=done, simulated=since, unit="replications", failures=failures
        )
    done = sum(sweep.is_done(one.key) for one in sweep.planned) - len(failures)
    simulated = len({row.key for row in sweep.rows if _is_since(row, sweep.manifest)})
    said = _status(
        sweep.folder, sweep.manifest, sweep.rows, done=done, simulated=simulated, unit="cases", failures=failures
    )
    return said


def _status(
    folder: Path, manifest: Manifest, rows: Sequence[Row], *, done: int, simulated: int, unit: str,
    failures: tuple[Failure, ...] = (),
) -> Status:  # fmt: skip
    """Say how far a study is; `simulated` units have been done since it last started."""
    who, total = holder(folder), manifest.replications if manifest.design in (RUN, SEEK) else manifest.cases
    failed = 0 if manifest.design == SEEK else len(failures)  # a search counts replications, and leaves such cases
    left = max(total - done - failed, 0)
    if manifest.design == SEEK and manifest.state == COMPLETE:  # it need not spend them all
        left = 0
    started = seconds_of(manifest.started, "started")
    took_s = max((seconds_of(row.ended, "ended") for row in rows), default=started) - started
    per_s = simulated / took_s if simulated and took_s > 0.5 else None
    return Status(
        folder,
        manifest.verb,
        manifest.scenario,
        name_of(manifest),
        "stopped" if manifest.state == RUNNING and who is None else manifest.state,
        who,
        unit,
        done,
        failed,
        left,
        per_s,
        left / per_s if per_s else None,
        failures,
        manifest.command,
    )


def _is_since(row: Row, manifest: Manifest) -> bool:
    """Tell whether a row was written since the study last started."""
    return seconds_of(row.ended, "ended") >= seconds_of(manifest.started, "started")


def _rerun(sweep: SweepTables, variants: tuple[str, ...], sets: tuple[str, ...]) -> str:
    words = ["ilrs", "run", str(sweep.folder / resolved_name(variants))]
    words += [word for text in sets for word in ("--set", text)]
    return shlex.join([*words, "-n", str(sweep.manifest.replications), "--seed", str(sweep.manifest.seed)])
