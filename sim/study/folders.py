"""Our own folders, told from others by their marker: what is in them, how far they are, and which may go."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.study import files, store
from sim.study.files import FolderError
from sim.study.ledger import MARKER as SWEEP_MARKER
from sim.study.ledger import Sweep, read_sweep
from sim.study.lock import holder

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
    if (folder / SWEEP_MARKER).is_file():
        return _sweep_status(read_sweep(folder))
    if (folder / store.MARKER).is_file():
        return _run_status(folder)
    missing = "is neither a run nor a sweep folder" if folder.is_dir() else "does not exist"
    raise FolderError(folder, missing, f"they hold a file {store.MARKER} or {SWEEP_MARKER}")


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
        if (here / store.MARKER).is_file() or (here / SWEEP_MARKER).is_file():
            yield here
        elif here.is_dir():
            with files.folder_errors(here):
                inner = sorted(here.iterdir(), reverse=True)
            waiting += [one for one in inner if one.is_dir() and not one.is_symlink()]


def size_of(folder: Path) -> int:
    """Give the bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def tables_elsewhere(folder: Path) -> str:
    """Give the URL of the shared folder in which a run keeps its tables; empty when it has them itself."""
    return store.read_manifest(folder).shared if (folder / store.MARKER).is_file() else ""


def age_d(folder: Path) -> float:
    """Give the days since a folder's manifest was last written."""
    marker = next(file for file in (folder / store.MARKER, folder / SWEEP_MARKER) if file.is_file())
    return (datetime.datetime.now().timestamp() - marker.stat().st_mtime) / 86_400.0


def remove(folder: Path) -> None:
    """Remove one of our own folders.

    Raises:
        FolderError: if it is not ours, is a link, or somebody is at it.
    """
    if folder.is_symlink() or not ((folder / store.MARKER).is_file() or (folder / SWEEP_MARKER).is_file()):
        raise FolderError(folder, "is no run or sweep folder of ours, and stays")
    who = holder(folder)
    if who is not None:
        raise FolderError(folder, f"is held by {who}, and stays")
    with files.folder_errors(folder):
        shutil.rmtree(folder)


def _run_status(folder: Path) -> Status:
    manifest, who = store.read_manifest(folder), holder(folder)
    done = min(sum(part.last - part.first + 1 for part in manifest.parts), manifest.replications)
    ended = _time_of(folder / store.MARKER) if manifest.parts else 0.0  # written with each chunk
    took_s = ended - datetime.datetime.fromisoformat(manifest.started).timestamp()
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
    """Give the cases a second since the last start, from the times in the ledger."""
    started = datetime.datetime.fromisoformat(sweep.manifest.started).timestamp()
    ends = [datetime.datetime.fromisoformat(row.ended).timestamp() for row in sweep.rows]
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
    return "stopped" if said == store.RUNNING and who is None else said


def _time_of(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
