"""Run folders: a manifest that says what they hold and how far they are, and files that are whole or absent.

```
ilrs-run.json             the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario, resolved
outline.json              what is needed to read the tables (sim.analysis.outline)
COLUMNS.md                the columns of the tables, with unit and meaning
outcomes/part-*.parquet   one table for each chunk of replications
nominal.parquet           the same columns for the nominal run
stories/*.json            traces: nominal, p10, p50, p90
summary.json              what `ilrs run --json` prints
```
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.outline import OUTLINE_FORMAT, Outline
from sim.analysis.sample import Sample, Told
from sim.problems import Code, InputError, Mark, Problem
from sim.study import tables
from sim.study.arrow import read_table, to_numpy
from sim.study.records import RecordError, from_json, to_json

MARKER = "ilrs-run.json"
RUN_FORMAT = 2
RUNNING, COMPLETE, INTERRUPTED, FAILED = "running", "complete", "interrupted", "failed"
_OUTLINE, _NOMINAL, _OUTCOMES, _STORIES = "outline.json", "nominal.parquet", "outcomes", "stories"


class FolderError(InputError):
    """A folder cannot be used for what was asked; carries the problem."""

    def __init__(self, folder: Path | str, message: str, hint: str = "") -> None:
        self.problem = Problem(Mark(str(folder)), "", Code.FOLDER, "error", message, hint)
        super().__init__(self.problem.text())


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk that is done: replications `first` to `last`, both included."""

    first: int
    last: int
    sha256: str

    @property
    def name(self) -> str:
        """File name of the chunk."""
        return f"part-{self.first:06d}-{self.last:06d}.parquet"


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


@dataclass(frozen=True, slots=True)
class Study:
    """A finished study, read back."""

    folder: Path
    manifest: Manifest
    outline: Outline
    sample: Sample
    nominal: Sample
    """One row."""
    stories: tuple[Told, ...]


def open_folder(folder: Path, fresh: Manifest) -> Manifest:
    """Make a run folder, or go on with the one that is there, and give its manifest, now running.

    Raises:
        FolderError: if it cannot be written, holds something else, or belongs to another study.
    """
    found = _manifest_in(folder)
    if found is not None and found.key != fresh.key:
        raise FolderError(folder, f"holds another study ({_difference(found, fresh)})", "choose another with -o")
    kept = _intact(folder, found.parts) if found is not None else ()
    manifest = dataclasses.replace(fresh, parts=kept)
    with folder_errors(folder):
        (folder / _OUTCOMES).mkdir(parents=True, exist_ok=True)
        (folder / _STORIES).mkdir(exist_ok=True)
    write_manifest(folder, manifest)
    return manifest


def refuse_strangers(folder: Path) -> None:
    """Refuse a folder that holds something else than a run of ours; nothing is made or changed.

    Raises:
        FolderError: if it does, or cannot be read.
    """
    if _manifest_in(folder) is None and folder.is_dir() and occupied(folder):
        raise FolderError(folder, "is not empty and is no run folder", "choose another with -o")


def require_writable(folder: Path) -> None:
    """Refuse a folder that cannot be made or written, without making it.

    Raises:
        FolderError: if something on its path is no folder, or may not be written.
    """
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise FolderError(folder, f"cannot be written: {there.name} is a file", "choose another with -o")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FolderError(folder, "cannot be written: permission denied", "choose another with -o")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step."""
    write_whole(folder, MARKER, to_json(manifest).encode())


def write_part(folder: Path, manifest: Manifest, part: Part, data: bytes) -> Manifest:
    """Store a chunk, then its entry in the manifest; a shorter chunk of the same start gives way to it."""
    write_whole(folder, f"{_OUTCOMES}/{part.name}", data)
    replaced = [old for old in manifest.parts if old.first == part.first and old.name != part.name]
    others = [old for old in manifest.parts if old.first != part.first]
    after = dataclasses.replace(manifest, parts=tuple(sorted([*others, part], key=lambda one: one.first)))
    write_manifest(folder, after)
    for old in replaced:
        (folder / _OUTCOMES / old.name).unlink(missing_ok=True)
    return after


def write_static(folder: Path, outline: Outline, nominal: Sample, resolved: str) -> None:
    """Store what does not depend on the replications."""
    write_whole(folder, "scenario.resolved.yaml", resolved.encode())
    write_whole(folder, _OUTLINE, to_json(outline).encode())
    write_whole(folder, "COLUMNS.md", tables.columns_text(outline).encode())
    write_whole(folder, _NOMINAL, tables.encode(nominal, outline))


def write_story(folder: Path, told: Told) -> None:
    """Store a trace."""
    write_whole(folder, f"{_STORIES}/{told.title.lower()}.json", to_json(told).encode())


def write_whole(folder: Path, name: str, data: bytes) -> None:
    """Write a file aside, sync it, and put it in its place in one step.

    Raises:
        FolderError: if the system refuses.
    """
    aside = folder / f"{name}.{os.getpid()}.tmp"
    with folder_errors(folder):
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, folder / name)
        finally:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)


def read_manifest(folder: Path) -> Manifest:
    """Read what a run folder says of itself.

    Raises:
        FolderError: if it is no run folder.
    """
    found = _manifest_in(folder)
    if found is None:
        missing = "is no run folder" if folder.is_dir() else "does not exist"
        raise FolderError(folder, missing, f"`ilrs run` makes folders that hold a file {MARKER}")
    return found


def read_study(folder: Path) -> Study:
    """Read a finished study.

    Raises:
        FolderError: if the folder is no run folder, is not finished, or a file in it was altered.
    """
    manifest = read_manifest(folder)
    if manifest.state != COMPLETE:
        done = sum(part.last - part.first + 1 for part in manifest.parts)
        raise FolderError(
            folder,
            f"is not finished ({manifest.state}, {done} of {manifest.replications} replications)",
            "the same `ilrs run` command goes on where it stopped",
        )
    try:
        return _read(folder, manifest)
    except (OSError, RecordError, ValueError, pa.ArrowException) as error:
        raise FolderError(folder, f"cannot be read: {error}", "the same `ilrs run` command repairs it") from error


def column(folder: Path, name: str) -> NDArray[np.float64]:
    """Read one column of a study's outcomes, shape (replications,), without reading the others."""
    manifest = read_manifest(folder)
    tables_ = [read_table(file, [name]) for file in _files(folder, manifest)]
    values: NDArray[np.float64] = to_numpy(pa.concat_tables(tables_).column(name))[: manifest.replications]
    return values


def _read(folder: Path, manifest: Manifest) -> Study:
    outline = from_json(Outline, (folder / _OUTLINE).read_bytes())
    if outline.format != OUTLINE_FORMAT:
        raise RecordError(f"{_OUTLINE} has format {outline.format}, and {OUTLINE_FORMAT} is known")
    if len(_intact(folder, manifest.parts)) < len(manifest.parts):
        raise RecordError("a table was altered since it was written")
    outcomes = pa.concat_tables(read_table(file) for file in _files(folder, manifest))
    return Study(
        folder=folder,
        manifest=manifest,
        outline=outline,
        sample=tables.decode(outcomes.slice(0, manifest.replications), outline),
        nominal=tables.decode(read_table(folder / _NOMINAL), outline),
        stories=tuple(_stories(folder)),
    )


def _stories(folder: Path) -> Iterator[Told]:
    for title in ("nominal", "p10", "p50", "p90"):
        file = folder / _STORIES / f"{title}.json"
        if file.exists():
            yield from_json(Told, file.read_bytes())


def _files(folder: Path, manifest: Manifest) -> list[Path]:
    return [folder / _OUTCOMES / part.name for part in manifest.parts if part.first < manifest.replications]


def _manifest_in(folder: Path) -> Manifest | None:
    try:
        text = (folder / MARKER).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FolderError(folder, f"cannot be read: {error.strerror}") from error
    try:
        manifest = from_json(Manifest, text)
    except RecordError as error:
        raise FolderError(folder / MARKER, f"is not a manifest of ours: {error}", "choose another folder") from None
    if manifest.format != RUN_FORMAT:
        raise FolderError(folder, f"has format {manifest.format}, and this version knows {RUN_FORMAT}")
    return manifest


def _difference(found: Manifest, fresh: Manifest) -> str:
    for name in ("scenario", "identity", "seed", "code"):
        theirs, ours = getattr(found, name), getattr(fresh, name)
        if theirs != ours:
            return f"its {name} is {theirs!s:.24}, not {ours!s:.24}"
    return "its key differs"


def occupied(folder: Path) -> bool:
    """Tell whether a folder holds anything but the lock of a study that is about to begin."""
    with folder_errors(folder):
        return any(file.name != ".ilrs-lock" for file in folder.iterdir())


def _intact(folder: Path, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Keep the parts whose file is what was written."""
    return tuple(part for part in parts if sha256(folder / _OUTCOMES / part.name) == part.sha256)


def sha256(file: Path) -> str:
    """Give the SHA-256 of a file; empty when it cannot be read."""
    try:
        return digest(file.read_bytes())
    except OSError:
        return ""


def digest(data: bytes) -> str:
    """Give the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def folder_errors(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into a problem with the folder's name."""
    try:
        yield
    except OSError as error:
        raise FolderError(
            folder, f"cannot be written: {(error.strerror or str(error)).lower()}", "choose another with -o"
        ) from error
