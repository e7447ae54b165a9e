"""Run folders: a manifest that says what they hold and how far they are, and files that are whole or absent.

```
ilrs-run.json             the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario, resolved
outline.json              what is needed to read the tables (sim.analysis.outline)
COLUMNS.md                the columns of the tables, with unit and meaning
outcomes/part-*.parquet   one table for each chunk of replications
nominal.parquet           the same columns for the nominal run
stories/*.json            traces: nominal, p10, p50, p90
findings.json             what was found in the tables, and in which: `ilrs report` need not look again
summary.json              what `ilrs run --json` prints
```
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.outline import OUTLINE_FORMAT, Outline
from sim.analysis.sample import Sample, Told
from sim.study import files, tables
from sim.study.arrow import read_table, to_numpy
from sim.study.chunks import Span
from sim.study.files import FolderError, folder_errors, occupied, remove_torn, write_whole
from sim.study.place import Place, require_allowed
from sim.study.records import RecordError, from_json, to_json

MARKER = "ilrs-run.json"
RUN_FORMAT = 2
RUNNING, COMPLETE, INTERRUPTED, FAILED = "running", "complete", "interrupted", "failed"
_OUTLINE, _NOMINAL, _OUTCOMES, _STORIES = "outline.json", "nominal.parquet", "outcomes", "stories"
_WRITTEN = re.compile(
    r"ilrs-run\.json|scenario\.resolved\.yaml|outline\.json|COLUMNS\.md|nominal\.parquet|findings\.json|summary\.json"
    r"|part-\d+-\d+\.parquet|(?:nominal|p10|p50|p90)\.json"
)
"""Names of the files that a run puts in place."""


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

    What is there already stays where it is; only who has more to write must say where that goes.

    Raises:
        FolderError: if it cannot be written, holds something else, or belongs to another study.
    """
    found = _manifest_in(folder)
    if found is not None and found.key != fresh.key:
        raise FolderError(folder, f"holds another study ({_difference(found, fresh)})", "choose another with -o")
    kept: tuple[Part, ...] = ()
    if found is not None:
        kept = _intact(place_of(folder, found), found.parts)
        if found.shared != fresh.shared and kept:
            if _replications_in(kept, fresh.replications) < fresh.replications:  # there is more to write
                where = (
                    f"--shared {found.shared.rpartition('/')[0]}" if found.shared else "no --shared, set no ILRS_SHARED"
                )
                raise FolderError(folder, "keeps its tables elsewhere", f"say {where}, or choose another folder")
            fresh = dataclasses.replace(fresh, shared=found.shared)
    manifest = dataclasses.replace(fresh, parts=kept, began_with=sum(part.last - part.first + 1 for part in kept))
    with folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, manifest)  # first, so that the folder is known as ours wherever the study is killed
    with folder_errors(folder):
        (folder / _OUTCOMES).mkdir(exist_ok=True)
        (folder / _STORIES).mkdir(exist_ok=True)
    for place in (folder, folder / _OUTCOMES, folder / _STORIES):
        remove_torn(place, _WRITTEN)
    return manifest


def _replications_in(parts: tuple[Part, ...], below: int) -> int:
    return sum(part.last - part.first + 1 for part in parts if part.first < below)


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


def place_of(folder: Path, manifest: Manifest) -> Place:
    """Give where the outcome tables of a study lie.

    Raises:
        SharedFolderError: if that is on another machine, and nobody said that it may be asked.
    """
    place = Place(manifest.shared or str(folder / _OUTCOMES))
    require_allowed(place)
    return place


def note_part(folder: Path, manifest: Manifest, part: Part) -> Manifest:
    """Note a chunk whose table is there in the manifest; a shorter chunk of the same start gives way to it."""
    replaced = [old for old in manifest.parts if old.first == part.first and old.name != part.name]
    others = [old for old in manifest.parts if old.first != part.first]
    after = dataclasses.replace(manifest, parts=tuple(sorted([*others, part], key=lambda one: one.first)))
    write_manifest(folder, after)
    for old in replaced:
        place_of(folder, manifest).remove(old.name)
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
    return _read(folder, _read_outcomes)


def read_without_rows(folder: Path) -> Study:
    """Read a finished study but for its tables, which are only held against their checksums: its sample is empty.

    Raises:
        FolderError: as `read_study`.
    """
    return _read(folder, _check_outcomes)


def column(folder: Path, name: str) -> NDArray[np.float64]:
    """Read one column of a study's outcomes, shape (replications,), without reading the others."""
    manifest = read_manifest(folder)
    parts = [read_table(file, [name]) for file in _sources(folder, manifest)]
    values: NDArray[np.float64] = to_numpy(pa.concat_tables(parts).column(name))[: manifest.replications]
    return values


def _read(folder: Path, read_outcomes: Callable[[Place, Manifest, Outline], Sample]) -> Study:
    manifest = read_manifest(folder)
    if manifest.state != COMPLETE:
        done = sum(part.last - part.first + 1 for part in manifest.parts)
        raise FolderError(
            folder,
            f"is not finished ({manifest.state}, {done} of {manifest.replications} replications)",
            "the same `ilrs run` command goes on where it stopped",
        )
    try:
        outline = from_json(Outline, (folder / _OUTLINE).read_bytes())
        if outline.format != OUTLINE_FORMAT:
            raise RecordError(f"{_OUTLINE} has format {outline.format}, and {OUTLINE_FORMAT} is known")
        return Study(
            folder=folder,
            manifest=manifest,
            outline=outline,
            sample=read_outcomes(place_of(folder, manifest), manifest, outline),
            nominal=tables.decode(read_table(folder / _NOMINAL), outline),
            stories=tuple(_stories(folder)),
        )
    except (OSError, RecordError, ValueError, pa.ArrowException) as error:
        raise FolderError(folder, f"cannot be read: {error}", "the same `ilrs run` command repairs it") from error


def _read_outcomes(place: Place, manifest: Manifest, outline: Outline) -> Sample:
    """Read the tables of a study, several at once."""
    sample = tables.empty(outline, manifest.replications)

    def read(part: Part) -> None:
        tables.fill(sample, part.first, read_table(pa.BufferReader(_checked(place, part))), outline)

    with ThreadPoolExecutor() as pool:
        list(pool.map(read, _used(manifest)))
    return sample


def _check_outcomes(place: Place, manifest: Manifest, outline: Outline) -> Sample:
    """Hold the tables of a study against their checksums, several at once."""
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda part: len(_checked(place, part)), _used(manifest)):
            pass
    return tables.empty(outline, 0)


def _checked(place: Place, part: Part) -> bytes:
    data = place.read(part.name)
    if files.digest(data) != part.sha256:
        raise RecordError("a table was altered since it was written")
    return data


def _used(manifest: Manifest) -> list[Part]:
    """Give the chunks that the asked-for replications lie in: a study may hold more."""
    return [part for part in manifest.parts if part.first < manifest.replications]


def _stories(folder: Path) -> Iterator[Told]:
    for title in ("nominal", "p10", "p50", "p90"):
        file = folder / _STORIES / f"{title}.json"
        if file.exists():
            yield from_json(Told, file.read_bytes())


def _sources(folder: Path, manifest: Manifest) -> Iterator[Any]:
    place = place_of(folder, manifest)
    return (place.source(part.name) for part in _used(manifest))


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


def _intact(place: Place, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Keep the parts whose file is what was written."""
    return tuple(part for part in parts if place.sha256(part.name) == part.sha256)
