"""Manifests: what the folder of a study says of itself, and by which we know it as ours.

A run is a study of one case, a sweep one of many, a search one that chooses which; a history is a row of runs, and an
optimisation one answer.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.problems import InputError, printable
from sim.sampling import LATIN_HYPERCUBE, RANDOM, STRATA
from sim.study import files
from sim.study.contents import (
    HISTORY_FOLDER,
    LEDGER,
    OPTIMISE_FOLDER,
    RESOLVED,
    RUN_FOLDER,
    STATES,
    SWEEP_FOLDER,
    FolderKind,
    files_in,
    has_marker,
)
from sim.study.design import DESIGNS
from sim.study.files import FolderError, read_plain, write_whole
from sim.study.records import RecordError, from_json, to_json
from sim.study.soundness import require_times
from sim.study.versions import code_version

FORMAT: Final = 6
RUNNING, COMPLETE, INTERRUPTED, FAILED = STATES
RUN: Final = "run"
SEEK: Final = "seek"
HISTORY: Final = "history"
OPTIMISE: Final = "optimise"
"""What the manifest of a run, a search, a history and an optimisation has for a design."""
_KIND_OF: Final = {RUN: RUN_FOLDER, HISTORY: HISTORY_FOLDER, OPTIMISE: OPTIMISE_FOLDER}
"""Kinds of folders by their design; all other designs are those of sweeps."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the folder of a study holds, and how far it is."""

    format: int
    design: str
    """Of the cases: run for the one of a run, seek for those of a search."""
    state: str
    """running, complete, interrupted or failed."""
    scenario: str
    key: str
    """Hash of scenario, design, code and seed: folders of one key hold the same cases and replications."""
    code: str
    """Version of this program, with the hash of the sources that decide outcomes."""
    seed: int
    replications: int
    """Of each case; of a search the most."""
    started: str
    """UTC, ISO 8601."""
    finished: str | None = None
    wall_s: float = 0.0
    command: str = ""
    """The command that goes on with it; empty when it was not started by one."""
    cases: int = 1
    identity: str = ""
    """Hash of the resolved scenario of a run."""
    versions: tuple[tuple[str, str], ...] = ()
    precision: str | None = None
    """What was to be precise, and whether it is; None when a number of replications was asked for."""
    sampling: str = RANDOM
    """How random numbers are drawn, of `sim.sampling.STRATA`; studies of before there was a choice do not say."""
    shared: str = ""
    """URL of the folder that holds the tables; empty when they are in the study's own."""
    label: str = ""
    """What somebody wants it to be called; `sim.study.naming` says what it is called without one."""
    variants: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    as_of: str = ""
    """Variants, values (`path=value`) and day of knowledge that were chosen beside the file, as far as was said."""
    files: tuple[tuple[str, str], ...] = ()
    """Name and SHA-256 of every file that a study is read from, but for this one, ledger and tables; empty before
    they are written."""

    @property
    def verb(self) -> str:
        """Return the verb that makes such a folder."""
        return SEEK if self.design == SEEK else self.kind.verb

    @property
    def kind(self) -> FolderKind:
        """Return the kind of folder that it describes."""
        return _KIND_OF.get(self.design, SWEEP_FOLDER)


def begun(
    design: str, scenario: str, key: str, *, seed: int, sampling: str = LATIN_HYPERCUBE, replications: int, command: str
) -> Manifest:
    """Return the manifest of a study that begins now."""
    return Manifest(
        format=FORMAT,
        design=design,
        state=RUNNING,
        scenario=scenario,
        key=key,
        code=code_version(),
        seed=seed,
        sampling=sampling,
        replications=replications,
        started=now(),
        command=command,
    )


def now() -> str:
    """Return the time, UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def read_manifest(folder: Path, kind: FolderKind = RUN_FOLDER) -> Manifest:
    """Read what a folder says of itself; raises FolderError if it is none of this kind."""
    found = _manifest_in(folder, kind)
    if found is None:
        missing = f"is no {kind.verb} folder" if folder.is_dir() else "does not exist"
        raise FolderError(folder, missing, f"`ilrs {kind.verb}` makes folders that hold a file {kind.marker}")
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step."""
    write_whole(folder, manifest.kind.marker, to_json(manifest).encode())


def is_search(folder: Path) -> bool:
    """Tell whether a folder is one of a search for levers; raises FolderError if its manifest is broken."""
    return is_sweep(folder) and read_manifest(folder, SWEEP_FOLDER).design == SEEK


def is_sweep(folder: Path) -> bool:
    """Tell whether a folder is one of a sweep."""
    return has_marker(folder, SWEEP_FOLDER)


class StoppedError(InputError):
    """A study was told to stop where it did."""


@contextlib.contextmanager
def watched(folder: Path, kind: FolderKind) -> Iterator[None]:
    """Leave a manifest that says how a study ended, whatever happens."""
    since = time.perf_counter()
    try:
        yield
    except BaseException as error:
        state = INTERRUPTED if isinstance(error, (KeyboardInterrupt, StoppedError)) else FAILED
        with contextlib.suppress(FolderError):  # a full disk is the error to report, not this one
            close(folder, state, since, kind)
        raise
    close(folder, COMPLETE, since, kind)


def close(folder: Path, state: str, since: float, kind: FolderKind) -> None:
    """Note how a study ended, and how long it took since then."""
    manifest = read_manifest(folder, kind)
    if manifest.state == RUNNING:  # a search that was interrupted, and answered, has said so
        wall_s = round(time.perf_counter() - since, 3)
        write_manifest(folder, dataclasses.replace(manifest, state=state, finished=now(), wall_s=wall_s))


def to_go_on_with(folder: Path, fresh: Manifest, text: str) -> Manifest | None:
    """Read the manifest for whoever writes the folder; None where there is none, or a broken one in a study of ours.

    `text` is the resolved scenario. Nothing is made or changed.

    Raises:
        FolderError: if the folder holds something else than this study.
    """
    kind = fresh.kind
    try:
        found = _manifest_in(folder, kind)
    except FolderError:
        if is_remnant(folder, text, kind):
            return None
        raise
    if found is not None and found.key != fresh.key:
        raise FolderError(folder, f"holds another {_difference(found, fresh)}", "choose another with -o")
    if found is None and folder.is_dir() and files.occupied(folder) and not is_remnant(folder, text, kind):
        raise FolderError(folder, f"is not empty and is no {kind.verb} folder", "choose another with -o")
    return found


def is_remnant(folder: Path, text: str, kind: FolderKind) -> bool:
    """Tell whether a folder holds nothing but files of a study: of this resolved scenario, if it is not empty."""
    try:
        if not all(ours for _, ours in files_in(folder, kind)):
            return False
        return text.encode() in (b"", read_plain(folder / RESOLVED))
    except OSError:
        return False


def _difference(found: Manifest, fresh: Manifest) -> str:
    if fresh.design != RUN:
        return "sweep (scenario, design, seed, sampling or code differ)"
    for name in ("scenario", "identity", "seed", "sampling", "code"):
        theirs, ours = getattr(found, name), getattr(fresh, name)
        if theirs != ours:
            return f"study (its {name} is {theirs!s:.24}, not {ours!s:.24})"
    return "study (its key differs)"


def _manifest_in(folder: Path, kind: FolderKind) -> Manifest | None:
    """Read a manifest; None where there is none."""
    try:
        text = read_plain(folder / kind.marker)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FolderError(folder, f"cannot be read: {files.said_of(error)}") from error
    known = _format_of(text)
    if known not in (None, FORMAT):
        raise FolderError(
            folder, f"has format {known}, and this version knows {FORMAT}", "make it again in another folder"
        )
    try:
        manifest = from_json(Manifest, text)
        _require_sound(manifest, kind)
    except RecordError as error:
        raise FolderError(folder / kind.marker, f"is not a manifest of ours: {error}", _way_out(folder, kind)) from None
    return manifest


def _format_of(text: bytes) -> int | None:
    """Return the format that a manifest names, whatever else it holds: those of other versions have other fields."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return None
    said = document.get("format") if isinstance(document, dict) else None
    return said if type(said) is int and abs(said) < 10**9 else None


def _way_out(folder: Path, kind: FolderKind) -> str:
    if not is_remnant(folder, "", kind) or not (folder / RESOLVED).is_file():
        return "choose another folder"
    how = "makes it again from its tables" if (folder / LEDGER).is_file() else "simulates it again"
    return f"the same `ilrs {kind.verb}` command, with this folder as -o, {how}"


def _require_sound(manifest: Manifest, kind: FolderKind) -> None:
    """Refuse what no study of ours writes into its manifest.

    Raises:
        RecordError: if there is such a thing.
    """
    least = 0 if kind is OPTIMISE_FOLDER else 1
    if manifest.replications < least:
        raise RecordError(f".replications: at least {least} is wanted, not {manifest.replications}")
    if manifest.state not in STATES:
        raise RecordError(f".state: '{printable(manifest.state):.40}' is none of ours")
    if manifest.kind is not kind or (kind is SWEEP_FOLDER and manifest.design not in (*DESIGNS, SEEK)):
        raise RecordError(f".design: '{printable(manifest.design):.40}' is none of ours")
    if manifest.sampling not in STRATA:
        raise RecordError(f".sampling: one of {', '.join(STRATA)} is wanted")
    if manifest.seed < 0 or manifest.cases < 0:
        raise RecordError(".seed and .cases: at least 0 is wanted")
    require_times(started=manifest.started, finished=manifest.finished)
