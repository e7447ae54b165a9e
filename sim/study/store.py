"""Run folders: a manifest that says what they hold and how far they are, and files that are whole or absent.

```
ilrs-run.json             the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario, resolved
outline.json              what is needed to read the tables (sim.analysis.outline)
COLUMNS.md                the columns of the tables, with unit and meaning
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

from sim.analysis.outline import OUTLINE_FORMAT, Outline
from sim.analysis.sample import Sample
from sim.model.tracing import Trace
from sim.study import files, tables
from sim.study.chunks import is_cut
from sim.study.contents import (
    COLUMNS,
    NOMINAL,
    OUTCOMES,
    OUTLINE,
    RESOLVED,
    RUN_MARKER,
    TRACED,
    TRACES,
    remove_torn,
)
from sim.study.files import FolderError, folder_errors, occupied, read_plain, require_no_link, write_whole
from sim.study.manifest import (
    COMPLETE,
    Manifest,
    Part,
    is_remnant_of_run,
    read_manifest,
    run_to_go_on_with,
    write_manifest,
)
from sim.study.place import Place, mark, require_allowed
from sim.study.records import RecordError, from_json, to_json
from sim.study.soundness import require_sound, require_sound_trace
from sim.study.tables import read_column

_STATIC = (RESOLVED, OUTLINE, NOMINAL, *TRACED)


@dataclass(frozen=True, slots=True)
class Study:
    """A finished study, read back."""

    folder: Path
    manifest: Manifest
    outline: Outline
    sample: Sample
    nominal: Sample
    """One row."""
    traces: tuple[Trace, ...]

    def __repr__(self) -> str:
        return f"<Study {self.manifest.scenario}: {self.manifest.replications} replications; {self.folder}>"


def open_folder(folder: Path, fresh: Manifest, outline: Outline) -> Manifest:
    """Make a run folder, or go on with the one that is there, and return its manifest, now running.

    What is there already stays where it is; only who has more to write must say where that goes. Tables that are not
    what was written, or not what the outline says, are left out, and so simulated again.

    Raises:
        FolderError: if it cannot be written, holds something else, or belongs to another study.
    """
    found, said = run_to_go_on_with(folder, fresh.identity), fresh.shared
    if found is not None and found.key != fresh.key:
        raise FolderError(folder, f"holds another study ({_difference(found, fresh)})", "choose another with -o")
    kept: tuple[Part, ...] = ()
    if found is not None:
        place = _place(folder, found) if found.shared == said else place_of(folder, found)
        kept = _intact(place, found.parts, outline)
        if found.shared != said and kept:
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
    for name in (OUTCOMES, TRACES):
        require_no_link(folder / name)
        with folder_errors(folder):
            (folder / name).mkdir(exist_ok=True)
    remove_torn(folder, sweep=False)
    return manifest


def _replications_in(parts: tuple[Part, ...], below: int) -> int:
    return sum(part.last - part.first + 1 for part in parts if part.first < below)


def refuse_strangers(folder: Path, identity: str) -> None:
    """Refuse a folder that holds something else than a run of ours; nothing is made or changed.

    A run whose manifest was lost or broken is ours when all else in it is, and is of the scenario of this identity.

    Raises:
        FolderError: if it does, or cannot be read.
    """
    if run_to_go_on_with(folder, identity) is not None or not folder.is_dir() or not occupied(folder):
        return
    if not is_remnant_of_run(folder, identity):
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


def place_of(folder: Path, manifest: Manifest) -> Place:
    """Return where the outcome tables of a study lie.

    Raises:
        SharedFolderError: if that is elsewhere, and nobody said that it may be asked.
    """
    place = _place(folder, manifest)
    if manifest.shared:
        require_allowed(place, folder, manifest.key)
    return place


def _place(folder: Path, manifest: Manifest) -> Place:
    return Place(manifest.shared or str(folder / OUTCOMES))


def mark_shared(folder: Path, manifest: Manifest, said: str) -> None:
    """Mark the shared folder that the user has said, and no other, as the one of this study's tables.

    Raises:
        FolderError: if it cannot be written.
    """
    if said and manifest.shared == said:
        mark(_place(folder, manifest), manifest.key)


def checksums(folder: Path) -> tuple[tuple[str, str], ...]:
    """Return the name and SHA-256 of every file, but for manifest and tables, that a study is read from."""
    with folder_errors(folder):
        return tuple((name, files.digest(read_plain(folder / name))) for name in _STATIC if (folder / name).exists())


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
    write_whole(folder, RESOLVED, resolved.encode())
    write_whole(folder, OUTLINE, to_json(outline).encode())
    write_whole(folder, COLUMNS, tables.columns_text(outline).encode())
    write_whole(folder, NOMINAL, tables.encode(nominal, outline))


def write_trace(folder: Path, trace: Trace) -> None:
    """Store a trace."""
    write_whole(folder, f"{TRACES}/{trace.title.lower()}.json", to_json(trace).encode())


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
    """Read one column of dates of a study's outcomes, shape (replications,), without reading the others.

    Raises:
        FolderError: if its tables are not those of its replications.
    """
    manifest = read_manifest(folder)
    with _said_of(folder):
        place, used = place_of(folder, manifest), _used(manifest)
        parts = [read_column(place.read(part.name), name, part.first, part.last) for part in used]
        dates: NDArray[np.float64] = np.concatenate(parts)[: manifest.replications]
    return dates


def _read(folder: Path, read_outcomes: Callable[[Place, Manifest, Outline], Sample]) -> Study:
    manifest = read_manifest(folder)
    if manifest.state != COMPLETE:
        done = sum(part.last - part.first + 1 for part in manifest.parts)
        raise FolderError(
            folder,
            f"is not finished ({manifest.state}, {done} of {manifest.replications} replications)",
            "the same `ilrs run` command goes on where it stopped",
        )
    place = place_of(folder, manifest)
    with _said_of(folder):
        outline = from_json(Outline, _held(folder, OUTLINE, manifest))
        if outline.format != OUTLINE_FORMAT:
            raise RecordError(f"{OUTLINE} has format {outline.format}, and {OUTLINE_FORMAT} is known")
        if outline.identity != manifest.identity:
            raise RecordError(f"{OUTLINE} belongs to another scenario")
        require_sound(outline)
        if manifest.files and files.digest(read_plain(folder / RESOLVED)) != dict(manifest.files).get(RESOLVED):
            raise RecordError(f"{RESOLVED} is not the scenario that was run")
        return Study(
            folder=folder,
            manifest=manifest,
            outline=outline,
            nominal=tables.decode(_held(folder, NOMINAL, manifest), outline, -1, -1),
            traces=tuple(_traces(folder, manifest, outline)),
            sample=read_outcomes(place, manifest, outline),
        )


@contextlib.contextmanager
def _said_of(folder: Path) -> Iterator[None]:
    """Turn what is wrong with a file of a study into a problem with its folder."""
    try:
        yield
    except (OSError, ValueError, pa.ArrowException, MemoryError) as error:
        said = f"cannot be read: {files.said_of(error)}"
        raise FolderError(folder, said, "the same `ilrs run` command repairs it") from error


def _read_outcomes(place: Place, manifest: Manifest, outline: Outline) -> Sample:
    """Read the tables of a study, several at once."""
    used = _used(manifest)
    sample = tables.empty(outline, manifest.replications)

    def read(part: Part) -> None:
        tables.fill(sample, part.first, _checked(place, part, outline), outline, part.first, part.last)

    with ThreadPoolExecutor() as pool:
        list(pool.map(read, used))
    return sample


def _check_outcomes(place: Place, manifest: Manifest, outline: Outline) -> Sample:
    """Hold the tables of a study against their checksums, several at once."""
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda part: len(_checked(place, part, outline)), _used(manifest)):
            pass
    return tables.empty(outline, 0)


def _checked(place: Place, part: Part, outline: Outline) -> bytes:
    data = place.read(part.name, tables.most_bytes(outline, part.last - part.first + 1))
    if files.digest(data) != part.sha256:
        raise RecordError(f"{part.name} was altered since it was written")
    return data


def _held(folder: Path, name: str, manifest: Manifest) -> bytes:
    """Read a file of a study, and hold it against its checksum where the manifest has one."""
    data, known = read_plain(folder / name), dict(manifest.files)
    if manifest.files and files.digest(data) != known.get(name):
        raise RecordError(f"{name} was altered since it was written")
    return data


def _used(manifest: Manifest) -> list[Part]:
    """Return the chunks that the asked-for replications lie in, without gap or overlap: a study may hold more.

    Raises:
        RecordError: if the chunks are not those of replications 0 to n - 1.
    """
    used = sorted((part for part in manifest.parts if part.first < manifest.replications), key=lambda one: one.first)
    ends = [0, *(part.last + 1 for part in used)]
    for part, end in zip(used, ends, strict=False):
        if part.first != end:
            fault = f"lacks replications {end} to {part.first - 1}" if part.first > end else "holds some twice"
            raise RecordError(f"its {RUN_MARKER} promises {manifest.replications} replications and {fault}")
    if ends[-1] < manifest.replications:
        promised = f"its {RUN_MARKER} promises {manifest.replications} replications"
        raise RecordError(f"{promised}, and its tables hold {ends[-1]}")
    return used


def _traces(folder: Path, manifest: Manifest, outline: Outline) -> Iterator[Trace]:
    known = dict(manifest.files)
    for name in TRACED:
        if name in known if known else (folder / name).exists():
            trace = from_json(Trace, _held(folder, name, manifest))
            require_sound_trace(trace, outline, name, manifest.replications)
            yield trace


def _difference(found: Manifest, fresh: Manifest) -> str:
    for name in ("scenario", "identity", "seed", "code"):
        theirs, ours = getattr(found, name), getattr(fresh, name)
        if theirs != ours:
            return f"its {name} is {theirs!s:.24}, not {ours!s:.24}"
    return "its key differs"


def _intact(place: Place, parts: tuple[Part, ...], outline: Outline) -> tuple[Part, ...]:
    """Keep the parts that are cut as ours are, and whose table is what was written and what the outline says."""
    cut = {part.first: part for part in parts if is_cut(part.first, part.last)}
    with ThreadPoolExecutor() as pool:
        intact = list(pool.map(lambda part: _is_intact(place, part, outline), cut.values()))
    kept = [part for part, whole in zip(cut.values(), intact, strict=True) if whole]
    return tuple(sorted(kept, key=lambda part: part.first))


def _is_intact(place: Place, part: Part, outline: Outline) -> bool:
    try:
        tables.decode(_checked(place, part, outline), outline, part.first, part.last)
    except (OSError, ValueError, FolderError, pa.ArrowException, MemoryError):
        return False
    return True
