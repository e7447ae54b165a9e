"""The ledger of a study: a line for each piece of work that is done, and its table.

A table is written first, then its line: a torn line, or a table without one, is as if it were not there.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.study import files
from sim.study.chunks import CaseGoal, ChunkSpan, Done, Errand
from sim.study.contents import CASES, LEDGER, OUTCOMES
from sim.study.manifest import RUN, Manifest, now
from sim.study.place import Storage, mark, require_allowed
from sim.study.records import RecordError, from_json, to_plain
from sim.study.soundness import require_times

LARGEST_ERRAND = 1_000
"""Replications of one case of a sweep that one worker runs at once."""
MOST_BYTES = 4 * 2**30
"""Bytes of a ledger, a design or the table of a case: those of a million cases with room."""
_LARGEST_SPAN = 100_000
"""Replications that one table can hold; ours are far smaller."""
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger."""

    key: str
    """Of the case."""
    first: int
    last: int
    """Last replication, included."""
    sha256: str
    reason: str
    """Why there is no table; empty when there is one."""
    wall_s: float
    ended: str
    goals: tuple[CaseGoal, ...]
    seal: str = ""
    """SHA-256 of the line without it."""

    def sealed(self) -> Row:
        """Return the row with its seal."""
        bare = dataclasses.replace(self, seal="")
        return dataclasses.replace(bare, seal=files.digest(json.dumps(to_plain(bare)).encode()))

    @property
    def span(self) -> ChunkSpan:
        """Its replications."""
        return ChunkSpan(self.first, self.last - self.first + 1)


def table_name(manifest: Manifest, key: str, span: ChunkSpan) -> str:
    """Name the file of the table of some replications of a case."""
    return span.name if manifest.design == RUN else f"{key[:24]}-{span.first:06d}-{span.last:06d}.parquet"


def place_of(folder: Path, manifest: Manifest) -> Storage:
    """Return where the tables of a study lie.

    Raises:
        SharedFolderError: if that is elsewhere, and nobody said that it may be asked.
    """
    place = said_place(folder, manifest)
    if manifest.shared:
        require_allowed(place, folder, manifest.key)
    return place


def said_place(folder: Path, manifest: Manifest) -> Storage:
    """Return where the manifest says that the tables of a study lie, whoever wrote it."""
    return Storage(manifest.shared or str(folder / (OUTCOMES if manifest.design == RUN else CASES)))


def mark_shared(folder: Path, manifest: Manifest, said: str) -> None:
    """Mark the shared folder that the user has said, and no other, as the one of this study's tables.

    Raises:
        FolderError: if it cannot be written.
    """
    if said and manifest.shared == said:
        mark(said_place(folder, manifest), manifest.key)


def keep(folder: Path, manifest: Manifest, errand: Errand, done: Done) -> Row:
    """Store a table, unless it was written where it was made, then its line; raises FolderError."""
    span = errand.span
    if done.data:
        said_place(folder, manifest).write(table_name(manifest, errand.key, span), done.data)
    row = Row(
        errand.key, span.first, span.last, done.sha256, done.reason, done.wall_s, now(), done.goals
    ).sealed()  # fmt: skip
    line = json.dumps(to_plain(row), ensure_ascii=False, allow_nan=False) + "\n"
    with files.folder_errors(folder), os.fdopen(files.open_own(folder / LEDGER), "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return row


def end_line(folder: Path) -> None:
    """End a line that a killed writer left torn, so that the next one stands alone."""
    file = folder / LEDGER
    if not file.exists() and not files.is_link(file):
        return
    with files.folder_errors(folder), os.fdopen(files.open_own(file), "r+b") as opened:
        if opened.seek(0, os.SEEK_END):
            opened.seek(-1, os.SEEK_END)
            if opened.read(1) != b"\n":
                opened.write(b"\n")


def rows_in(folder: Path) -> Iterator[Row]:
    """Read the lines that are as they were written; of two for one piece, the last.

    Raises:
        OSError: if the ledger cannot be read.
    """
    try:
        lines = files.read_plain(folder / LEDGER, MOST_BYTES).splitlines()
    except FileNotFoundError:
        return
    rows: dict[tuple[str, int], Row] = {}
    for line in lines:
        try:
            row = from_json(Row, line)
        except RecordError:
            continue  # torn when its writer was killed
        if _is_sound(row):
            rows[(row.key, row.first)] = row
    yield from rows.values()


def _is_sound(row: Row) -> bool:
    """Tell whether a line is as it was written: else it counts as torn, and its piece is run again."""
    if row != row.sealed():
        return False
    if not _KEY.fullmatch(row.key) or not 0 <= row.first <= row.last < row.first + _LARGEST_SPAN:
        return False
    try:
        require_times(ended=row.ended)
    except RecordError:
        return False
    columns = {goal.column for goal in row.goals}
    return len(columns) <= len({goal.name for goal in row.goals}) == len(row.goals) and all(
        math.isfinite(goal.by_d) and 0.0 < goal.end_d < math.inf for goal in row.goals
    )


def missing(rows: Sequence[Row], replications: int, largest: int = LARGEST_ERRAND) -> Iterator[ChunkSpan]:
    """Return what is missing of a case of a sweep, in pieces a worker can take."""
    there = {row.first: row.last for row in rows if not row.reason}
    first = 0
    while first < replications:
        if first in there:
            first = there[first] + 1
            continue
        until = min([start for start in there if start > first] + [replications])
        count = min(until - first, largest)
        yield ChunkSpan(first, count)
        first += count


def done_in(rows: Iterable[Row], replications: int) -> int:
    """Count the replications below a number that some rows have."""
    return sum(min(row.last + 1, replications) - row.first for row in rows if row.first < replications)
