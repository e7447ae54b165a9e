"""Our own folders, told from others by their marker: what is in them, how far they are, and which may go."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.study import files
from sim.study.contents import FOLDERS, HISTORY, HISTORY_MARKER, RUN_MARKER, SWEEP_MARKER, files_in
from sim.study.files import FolderError
from sim.study.ledger import Sweep, read_sweep
from sim.study.lock import holder
from sim.study.manifest import RUNNING, is_sweep, read_manifest, read_sweep_manifest
from sim.study.soundness import seconds_of

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
    """How far a run or sweep folder is."""

    folder: Path
    kind: str
    """run or sweep."""
    scenario: str
    state: str
    """running, complete, interrupted, failed, or stopped: it says running, but nobody holds it."""
    holder: str | None
    """Who is at it now."""
    unit: str
    """replications or cases."""
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
    """Say how far a run or sweep folder is.

    Raises:
        FolderError: if it is neither.
    """
    if is_sweep(folder):
        return _sweep_status(read_sweep(folder))
    if _has(folder, RUN_MARKER):
        return _run_status(folder)
    missing = "is neither a run nor a sweep folder" if folder.is_dir() else "does not exist"
    raise FolderError(folder, missing, f"they hold a file {RUN_MARKER} or {SWEEP_MARKER}")


def ours_below(folder: Path) -> Iterator[Path]:
    """Find the run and sweep folders at or below a folder; links are not followed, and ours not looked into.

    Raises:
        FolderError: if there are so many folders that this can be no place for runs.
    """
    waiting, looked = [folder], 0
    while waiting:
        here = waiting.pop()
        looked += 1
        if looked > _MOST_LOOKED_AT:
            raise FolderError(folder, f"holds more than {_MOST_LOOKED_AT} folders", "name the one with the runs")
        if _has(here, RUN_MARKER) or _has(here, SWEEP_MARKER):
            yield here
        elif here.is_dir():
            with files.folder_errors(here):
                inner = sorted(here.iterdir(), reverse=True)
            waiting += [one for one in inner if one.is_dir() and not one.is_symlink()]


def size_of(folder: Path) -> int:
    """Return the bytes of the files that we wrote in one of our own folders."""
    return sum(file.lstat().st_size for file, ours in files_in(folder, sweep=is_sweep(folder)) if ours)


def tables_elsewhere(folder: Path) -> str:
    """Return the URL of the shared folder in which a run keeps its tables; empty when it has them itself."""
    return "" if is_sweep(folder) else read_manifest(folder).shared


def age_d(folder: Path) -> float:
    """Return the days since a folder's manifest was last written."""
    marker = folder / (SWEEP_MARKER if is_sweep(folder) else RUN_MARKER)
    return (datetime.datetime.now().timestamp() - marker.lstat().st_mtime) / 86_400.0


def require_ours(folder: Path) -> None:
    """Refuse to remove anything from a folder whose manifest we did not write.

    Raises:
        FolderError: if the folder or its marker is a link, or the marker holds no manifest of ours.
    """
    marker = folder / (SWEEP_MARKER if is_sweep(folder) else RUN_MARKER)
    if files.is_link(folder) or files.is_link(marker):
        raise FolderError(folder, "is a link, or its marker is one, and stays", "remove it yourself")
    if is_sweep(folder):
        read_sweep_manifest(folder)
    else:
        read_manifest(folder)


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
        found = list(files_in(folder, sweep=is_sweep(folder)))
        ours = [file for file, is_ours in found if is_ours]
        for file in sorted(ours, key=lambda one: one.name in (RUN_MARKER, SWEEP_MARKER)):
            file.unlink(missing_ok=True)
        for emptied in (*(folder / name for name in FOLDERS), folder):
            if emptied.is_dir() and not files.is_link(emptied) and not any(emptied.iterdir()):
                emptied.rmdir()
        _remove_history(folder.parent)
    return tuple(file for file, is_ours in found if not is_ours and file.parent.exists())


def _remove_history(folder: Path) -> None:
    """Remove what we wrote into the folder of a history, when its last day is gone, and the folder if that was all."""
    if not _has(folder, HISTORY_MARKER) or files.is_link(folder / HISTORY_MARKER) or files.is_link(folder):
        return
    if any(one.is_dir() for one in folder.iterdir()):
        return
    for file in (folder / name for name in HISTORY):
        if file.is_file() and not files.is_link(file):
            file.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _has(folder: Path, marker: str) -> bool:
    """Tell whether a folder has a marker; one that cannot be looked at has none."""
    try:
        return (folder / marker).is_file()
    except OSError:
        return False


def _run_status(folder: Path) -> Status:
    manifest, who = read_manifest(folder), holder(folder)
    done = min(sum(part.last - part.first + 1 for part in manifest.parts), manifest.replications)
    ended = _time_of(folder / RUN_MARKER) if manifest.parts else 0.0  # written with each chunk
    took_s = ended - seconds_of(manifest.started, "started")
    simulated = done - manifest.began_with
    per_s = simulated / took_s if simulated > 0 and took_s > 0.5 else None
    left = manifest.replications - done
    return Status(
        folder,
        "run",
        manifest.scenario,
        _state(manifest.state, who),
        who,
        "replications",
        done,
        0,
        left,
        per_s,
        left / per_s if per_s else None,
        (),
        manifest.command,
    )


def _sweep_status(sweep: Sweep) -> Status:
    who = holder(sweep.folder)
    failures = tuple(
        Failure(one.case.number, sweep.reason(one.key), _rerun(sweep, one.case.variants, one.case.sets))
        for one in sweep.planned
        if sweep.reason(one.key)
    )
    done = sum(sweep.is_done(one.key) for one in sweep.planned) - len(failures)
    left = len(sweep.planned) - done - len(failures)
    per_s = _rate(sweep)
    return Status(
        sweep.folder,
        "sweep",
        sweep.manifest.scenario,
        _state(sweep.manifest.state, who),
        who,
        "cases",
        done,
        len(failures),
        left,
        per_s,
        left / per_s if per_s else None,
        failures,
        sweep.manifest.command,
    )


def _rate(sweep: Sweep) -> float | None:
    """Return the cases a second since the last start, from the times in the ledger."""
    started = seconds_of(sweep.manifest.started, "started")
    ends = [seconds_of(row.ended, "ended") for row in sweep.rows]
    since = {row.key for row, end in zip(sweep.rows, ends, strict=True) if end >= started}
    took_s = max(ends, default=started) - started
    return len(since) / took_s if since and took_s > 0.5 else None


def _rerun(sweep: Sweep, variants: tuple[str, ...], sets: tuple[str, ...]) -> str:
    import shlex

    from sim.study.cases import resolved_name

    words = ["ilrs", "run", str(sweep.folder / resolved_name(variants))]
    words += [word for text in sets for word in ("--set", text)]
    return shlex.join([*words, "-n", str(sweep.manifest.replications), "--seed", str(sweep.manifest.seed)])


def _state(said: str, who: str | None) -> str:
    return "stopped" if said == RUNNING and who is None else said


def _time_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
