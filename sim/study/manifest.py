"""Manifests: what a run or sweep folder says of itself, and by which we know it as ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sim.analysis.outline import Outline
from sim.problems import printable
from sim.study import files
from sim.study.chunks import Span
from sim.study.contents import OUTLINE, RESOLVED, RUN_MARKER, STATES, SWEEP_MARKER, files_in
from sim.study.design import DESIGNS
from sim.study.files import FolderError, read_plain, write_whole
from sim.study.records import RecordError, from_json, to_json
from sim.study.soundness import require_times

RUN_FORMAT: Final = 3
SWEEP_FORMAT: Final = 1
RUNNING, COMPLETE, INTERRUPTED, FAILED = STATES
SEEK: Final = "seek"
"""What the manifest of a search has for a design."""
_LARGEST_PART = 100_000
"""Replications that one table can hold; ours are far smaller (sim.study.chunks)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk that is done: replications `first` to `last`, both included."""

    first: int
    last: int
    sha256: str

    @property
    def name(self) -> str:
        """File name of the chunk."""
        return Span(self.first, self.last - self.first + 1).name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run folder holds, and how far it is."""

    format: int
    state: str
    """running, complete, interrupted or failed."""
    scenario: str
    identity: str
    """Hash of the resolved scenario."""
    code: str
    """Version of this program, with the hash of the sources that decide outcomes."""
    key: str
    """Hash of identity, code and seed: folders of one key hold the same replications."""
    versions: tuple[tuple[str, str], ...]
    seed: int
    replications: int
    parts: tuple[Part, ...]
    started: str
    """UTC, ISO 8601."""
    finished: str | None
    wall_s: float
    precision: str | None = None
    """What was to be precise, and whether it is; None when a number of replications was asked for."""
    command: str = ""
    """The command that goes on with it; empty when it was not started by one."""
    began_with: int = 0
    """Replications that were there when it last started."""
    shared: str = ""
    """URL of the folder that holds the outcome tables; empty when they are in the run folder."""
    files: tuple[tuple[str, str], ...] = ()
    """Name and SHA-256 of every other file that a study is read from; empty before it is finished."""


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
    design_sha256: str = ""
    """SHA-256 of design.json; empty in folders of older versions."""


_Kept = TypeVar("_Kept", Manifest, SweepManifest)


def read_manifest(folder: Path) -> Manifest:
    """Read what a run folder says of itself; raises FolderError if it is none."""
    found = _run_in(folder)
    if found is None:
        missing = "is no run folder" if folder.is_dir() else "does not exist"
        raise FolderError(folder, missing, f"`ilrs run` makes folders that hold a file {RUN_MARKER}")
    return found


def read_sweep_manifest(folder: Path) -> SweepManifest:
    """Read what a sweep folder says of itself; raises FolderError if it is none."""
    found = _sweep_in(folder)
    if found is None:
        raise FolderError(folder, "is no sweep folder", f"`ilrs sweep` makes folders that hold a file {SWEEP_MARKER}")
    return found


def run_to_go_on_with(folder: Path, identity: str) -> Manifest | None:
    """Read the manifest for whoever writes the folder: a broken one in a run of this scenario is as good as none.

    Raises:
        FolderError: if it is broken, and the folder is not known for one of this scenario all the same.
    """
    try:
        return _run_in(folder)
    except FolderError:
        if is_remnant_of_run(folder, identity):
            return None
        raise


def sweep_to_go_on_with(folder: Path, text: str) -> SweepManifest | None:
    """Read the manifest for whoever writes the folder, as `run_to_go_on_with` does; `text` is the scenario resolved."""
    try:
        return _sweep_in(folder)
    except FolderError:
        if is_remnant_of_sweep(folder, text):
            return None
        raise


def is_remnant_of_run(folder: Path, identity: str) -> bool:
    """Tell whether a folder holds nothing but files of a run: of the scenario of this identity, if it is not empty."""
    try:
        if not all(ours for _, ours in files_in(folder, sweep=False)):
            return False
        outline = from_json(Outline, read_plain(folder / OUTLINE))
    except (OSError, RecordError):
        return False
    return identity in ("", outline.identity)


def is_remnant_of_sweep(folder: Path, text: str) -> bool:
    """Tell whether a folder holds nothing but files of a sweep: of this resolved scenario, if it is not empty."""
    try:
        if not all(ours for _, ours in files_in(folder, sweep=True)):
            return False
        return text.encode() in (b"", read_plain(folder / RESOLVED))
    except OSError:
        return False


def is_sweep(folder: Path) -> bool:
    """Tell whether a folder is one of a sweep."""
    return (folder / SWEEP_MARKER).is_file()


def write_manifest(folder: Path, manifest: Manifest | SweepManifest) -> None:
    """Replace the manifest in one step."""
    marker = RUN_MARKER if isinstance(manifest, Manifest) else SWEEP_MARKER
    write_whole(folder, marker, to_json(manifest).encode())


def _run_in(folder: Path) -> Manifest | None:
    return _manifest_in(folder, RUN_MARKER, Manifest, RUN_FORMAT, _require_run)


def _sweep_in(folder: Path) -> SweepManifest | None:
    return _manifest_in(folder, SWEEP_MARKER, SweepManifest, SWEEP_FORMAT, _require_sweep)


def _manifest_in(
    folder: Path, marker: str, kind: type[_Kept], known: int, require_sound: Callable[[_Kept], None]
) -> _Kept | None:
    """Read a manifest; None where there is none."""
    try:
        text = read_plain(folder / marker)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FolderError(folder, f"cannot be read: {files.said_of(error)}") from error
    try:
        manifest = from_json(kind, text)
        if manifest.format == known:
            require_sound(manifest)
    except RecordError as error:
        raise FolderError(folder / marker, f"is not a manifest of ours: {error}", _way_out(folder, marker)) from None
    if manifest.format != known:
        raise FolderError(
            folder, f"has format {manifest.format}, and this version knows {known}", "make it again in another folder"
        )
    return manifest


def _way_out(folder: Path, marker: str) -> str:
    if marker == RUN_MARKER and is_remnant_of_run(folder, ""):
        return "the same `ilrs run` command, with this folder as -o, simulates it again"
    if marker == SWEEP_MARKER and is_remnant_of_sweep(folder, "") and (folder / RESOLVED).is_file():
        return "the same `ilrs sweep` command, with this folder as -o, makes it again from its tables"
    return "choose another folder"


def _require_run(manifest: Manifest) -> None:
    """Refuse what no run of ours writes into its manifest.

    Raises:
        RecordError: if there is such a thing.
    """
    if manifest.replications < 1:
        raise RecordError(f".replications: at least 1 is wanted, not {manifest.replications}")
    if manifest.state not in STATES:
        raise RecordError(f".state: '{printable(manifest.state):.40}' is none of ours")
    if manifest.seed < 0 or manifest.began_with < 0:
        raise RecordError(".seed and .began_with: at least 0 is wanted")
    require_times(started=manifest.started, finished=manifest.finished)
    for index, part in enumerate(manifest.parts):
        if not 0 <= part.first <= part.last < part.first + _LARGEST_PART:
            raise RecordError(f".parts[{index}]: {part.first} to {part.last} is no piece of ours")


def _require_sweep(manifest: SweepManifest) -> None:
    """Refuse what no sweep of ours writes into its manifest.

    Raises:
        RecordError: if there is such a thing.
    """
    if manifest.replications < 1 or manifest.cases < 0 or manifest.seed < 0:
        raise RecordError(".replications, .cases and .seed: at least 1, 0 and 0 are wanted")
    if manifest.state not in STATES:
        raise RecordError(f".state: '{printable(manifest.state):.40}' is none of ours")
    if manifest.design not in (*DESIGNS, SEEK):
        raise RecordError(f".design: '{printable(manifest.design):.40}' is none of ours")
    require_times(started=manifest.started, finished=manifest.finished)
