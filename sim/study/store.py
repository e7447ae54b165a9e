"""Run folders: a manifest that says what they hold and how far they are, and files that are whole or absent.

```
ilrs-run.json             the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario, resolved
outline.json              what is needed to read the tables (sim.analysis.outline)
COLUMNS.md                the columns of the tables, with unit and meaning
work_ledger.jsonl              a line for each chunk that is done: replications, checksum
outcomes/part-*.parquet   one table for each chunk of replications
nominal.parquet           the same columns for the nominal run
traces/*.json             nominal, p10, p50, p90
findings.json             what was found in the tables, and in which: `ilrs report` need not look again
summary.json              what `ilrs run --json` prints
```
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.outline import Outline
from sim.model.sample import Sample
from sim.model.tracing import Trace
from sim.study import files, tables, work_ledger
from sim.study.chunks import is_cut
from sim.study.contents import (
    COLUMNS,
    NOMINAL,
    OUTCOMES,
    OUTLINE,
    RESOLVED,
    RUN_FOLDER,
    RUN_MARKER,
    TRACED,
    TRACES,
    remove_torn,
)
from sim.study.files import FolderError, folder_errors, read_plain, require_no_link, write_whole
from sim.study.manifest import COMPLETE, Manifest, read_manifest, to_go_on_with, write_manifest
from sim.study.place import Storage
from sim.study.records import RecordError, from_json, to_json
from sim.study.soundness import require_sound, require_sound_trace
from sim.study.tables import read_column
from sim.study.work_ledger import Row

_STATIC = (RESOLVED, OUTLINE, NOMINAL, *TRACED)


@dataclass(frozen=True, slots=True)
class StudyTables:
    """A finished study, read back."""

    folder: Path
    manifest: Manifest
    rows: tuple[Row, ...]
    """Of the ledger: a row for each of its tables."""
    outline: Outline
    sample: Sample
    nominal: Sample
    """One row."""
    traces: tuple[Trace, ...]

    def __repr__(self) -> str:
        return f"<StudyTables {self.manifest.scenario}: {self.manifest.replications} replications; {self.folder}>"


def open_folder(folder: Path, fresh: Manifest, outline: Outline, text: str) -> tuple[Manifest, list[Row]]:
    """Make a run folder, or go on with the one that is there; return its manifest, now running, and its sound rows.

    `text` is the resolved scenario. What is there already stays where it is; only who has more to write must say where
    that goes. Tables that are not what was written, or not what the outline says, are left out, and so simulated again.

    Raises:
        FolderError: if it cannot be written, holds something else, or belongs to another study.
    """
    found = to_go_on_with(folder, fresh, text)
    held = fresh if found is None else found
    place = work_ledger.said_place(folder, held) if held.shared == fresh.shared else work_ledger.place_of(folder, held)
    with _said_of(folder):
        rows = _intact(place, _rows_of(folder, fresh), outline)
    if held.shared != fresh.shared and rows:
        if work_ledger.done_in(rows, fresh.replications) < fresh.replications:  # there is more to write
            where = f"--shared {held.shared.rpartition('/')[0]}" if held.shared else "no --shared, set no ILRS_SHARED"
            raise FolderError(folder, "keeps its tables elsewhere", f"say {where}, or choose another folder")
        fresh = dataclasses.replace(fresh, shared=held.shared)
    with folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, fresh)  # first, so that the folder is known as ours wherever the study is killed
    for name in (OUTCOMES, TRACES):
        require_no_link(folder / name)
        with folder_errors(folder):
            (folder / name).mkdir(exist_ok=True)
    work_ledger.end_line(folder)
    remove_torn(folder, RUN_FOLDER)
    return fresh, rows


def _rows_of(folder: Path, manifest: Manifest) -> list[Row]:
    """Return the rows of a run whose chunks are cut as ours are, in order of replication."""
    cut = (row for row in work_ledger.rows_in(folder) if row.key == manifest.key and is_cut(row.first, row.last))
    return sorted((row for row in cut if not row.reason), key=lambda row: row.first)


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


def checksums(folder: Path) -> tuple[tuple[str, str], ...]:
    """Return the name and SHA-256 of every file, but for manifest and tables, that a study is read from."""
    with folder_errors(folder):
        return tuple((name, files.digest(read_plain(folder / name))) for name in _STATIC if (folder / name).exists())


def write_static(folder: Path, outline: Outline, nominal: Sample, resolved: str) -> None:
    """Store what does not depend on the replications."""
    write_whole(folder, RESOLVED, resolved.encode())
    write_whole(folder, OUTLINE, to_json(outline).encode())
    write_whole(folder, COLUMNS, tables.columns_text(outline).encode())
    write_whole(folder, NOMINAL, tables.encode(nominal, outline))


def write_trace(folder: Path, trace: Trace) -> None:
    """Store a trace."""
    write_whole(folder, f"{TRACES}/{trace.title.lower()}.json", to_json(trace).encode())


def read_study(folder: Path) -> StudyTables:
    """Read a finished study.

    Raises:
        FolderError: if the folder is no run folder, is not finished, or a file in it was altered.
    """
    return _read(folder, _read_outcomes)


def read_without_rows(folder: Path) -> StudyTables:
    """Read a finished study but for its tables, which are only held against their checksums: its sample is empty.

    Raises:
        FolderError: as `read_study`.
    """
    return _read(folder, _check_outcomes)


def column(folder: Path, name: str) -> NDArray[np.float64]:
    """Read one column of dates of a study's outcomes, shape (replications,), without reading the others.

    Raises:
        FolderError: if its tables are not those of its replications.
    """
    manifest = read_manifest(folder)
    with _said_of(folder):
        place, used = work_ledger.place_of(folder, manifest), _used(folder, manifest)
        parts = [read_column(place.read(row.span.name), name, row.first, row.last) for row in used]
        dates: NDArray[np.float64] = np.concatenate(parts)[: manifest.replications]
    return dates


def _read(folder: Path, read_outcomes: Callable[[Storage, Manifest, Outline, list[Row]], Sample]) -> StudyTables:
    manifest = read_manifest(folder)
    place = work_ledger.place_of(folder, manifest)
    with _said_of(folder):
        if manifest.state != COMPLETE:
            done = work_ledger.done_in(_rows_of(folder, manifest), manifest.replications)
            raise FolderError(
                folder,
                f"is not finished ({manifest.state}, {done} of {manifest.replications} replications)",
                "the same `ilrs run` command goes on where it stopped",
            )
        outline = from_json(Outline, _held(folder, OUTLINE, manifest))
        if outline.identity != manifest.identity:
            raise RecordError(f"{OUTLINE} belongs to another scenario")
        require_sound(outline)
        if manifest.files and files.digest(read_plain(folder / RESOLVED)) != dict(manifest.files).get(RESOLVED):
            raise RecordError(f"{RESOLVED} is not the scenario that was run")
        used = _used(folder, manifest)
        return StudyTables(
            folder=folder,
            manifest=manifest,
            rows=tuple(used),
            outline=outline,
            nominal=tables.decode(_held(folder, NOMINAL, manifest), outline, -1, -1),
            traces=tuple(_traces(folder, manifest, outline)),
            sample=read_outcomes(place, manifest, outline, used),
        )


@contextlib.contextmanager
def _said_of(folder: Path) -> Iterator[None]:
    """Turn what is wrong with a file of a study into a problem with its folder."""
    try:
        yield
    except (OSError, ValueError, pa.ArrowException, MemoryError) as error:
        said = f"cannot be read: {files.said_of(error)}"
        raise FolderError(folder, said, "the same `ilrs run` command repairs it") from error


def _read_outcomes(place: Storage, manifest: Manifest, outline: Outline, used: list[Row]) -> Sample:
    """Read the tables of a study, several at once."""
    sample = tables.empty(outline, manifest.replications)

    def read(row: Row) -> None:
        tables.fill(sample, row.first, _checked(place, row, outline), outline, row.first, row.last)

    with ThreadPoolExecutor() as pool:
        list(pool.map(read, used))
    return sample


def _check_outcomes(place: Storage, manifest: Manifest, outline: Outline, used: list[Row]) -> Sample:
    """Hold the tables of a study against their checksums, several at once."""
    del manifest
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda row: len(_checked(place, row, outline)), used):
            pass
    return tables.empty(outline, 0)


def _checked(place: Storage, row: Row, outline: Outline) -> bytes:
    """Read the table of a chunk; raises RecordError if it is not what was written, OSError if it cannot be read."""
    data = place.read(row.span.name, tables.most_bytes(outline, row.span.count))
    if files.digest(data) != row.sha256:
        raise RecordError(f"{row.span.name} was altered since it was written")
    return data


def _held(folder: Path, name: str, manifest: Manifest) -> bytes:
    """Read a file of a study, and hold it against its checksum where the manifest has one."""
    data, known = read_plain(folder / name), dict(manifest.files)
    if manifest.files and files.digest(data) != known.get(name):
        raise RecordError(f"{name} was altered since it was written")
    return data


def _used(folder: Path, manifest: Manifest) -> list[Row]:
    """Return the rows that the asked-for replications lie in, without a gap: a study may hold more.

    Raises:
        RecordError: if they are not those of replications 0 to n - 1.
    """
    used = [row for row in _rows_of(folder, manifest) if row.first < manifest.replications]
    ends = [0, *(row.last + 1 for row in used)]
    promised = f"its {RUN_MARKER} promises {manifest.replications} replications"
    for row, end in zip(used, ends, strict=False):
        if row.first != end:
            raise RecordError(f"{promised}, and its tables lack replications {end} to {row.first - 1}")
    if ends[-1] < manifest.replications:
        raise RecordError(f"{promised}, and its tables hold {ends[-1]}")
    return used


def _traces(folder: Path, manifest: Manifest, outline: Outline) -> Iterator[Trace]:
    known = dict(manifest.files)
    for name in TRACED:
        if name in known if known else (folder / name).exists():
            trace = from_json(Trace, _held(folder, name, manifest))
            require_sound_trace(trace, outline, name, manifest.replications)
            yield trace


def _intact(place: Storage, rows: list[Row], outline: Outline) -> list[Row]:
    """Keep the rows whose table is what was written and what the outline says."""
    with ThreadPoolExecutor() as pool:
        intact = list(pool.map(lambda row: _is_intact(place, row, outline), rows))
    return [row for row, whole in zip(rows, intact, strict=True) if whole]


def _is_intact(place: Storage, row: Row, outline: Outline) -> bool:
    try:
        tables.decode(_checked(place, row, outline), outline, row.first, row.last)
    except (OSError, ValueError, FolderError, pa.ArrowException, MemoryError):
        return False
    return True
