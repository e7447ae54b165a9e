"""Sweep folders: every case of a design, and a ledger with a line for each piece of work that is done.

```
ilrs-sweep.json           the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario the cases start from (one more file for each choice of variants)
design.json               every case: number, variants, settings, key
cases.jsonl               a line for each piece of work that is done: key, replications, checksum or reason
cases/<key>-*.parquet     the goals of each case, a row for each replication
summary.json              what `ilrs sweep --json` prints
```
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.study import files
from sim.study.cases import CaseGoal, Done, Errand, resolved_name
from sim.study.chunks import Span
from sim.study.design import Case
from sim.study.files import FolderError
from sim.study.records import RecordError, from_json, to_json, to_plain

MARKER = "ilrs-sweep.json"
SWEEP_FORMAT = 1
LARGEST_ERRAND = 1_000
"""Replications of one case that one worker runs at once."""
_DESIGN, _LEDGER, _CASES = "design.json", "cases.jsonl", "cases"
_WRITTEN = re.compile(
    r"ilrs-sweep\.json|design\.json|summary\.json|scenario(?:\.[^/]+)?\.resolved\.yaml|[0-9a-f]{24}-\d+-\d+\.parquet"
)
"""Names of the files that a sweep puts in place."""


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


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger."""

    key: str
    first: int
    last: int
    sha256: str
    reason: str
    """Why there is no table; empty when there is one."""
    wall_s: float
    ended: str
    goals: tuple[CaseGoal, ...]

    @property
    def name(self) -> str:
        """File of its table."""
        return f"{self.key[:24]}-{self.first:06d}-{self.last:06d}.parquet"


@dataclass(frozen=True, slots=True)
class Planned:
    """A case with its key."""

    key: str
    case: Case


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep folder, read: its cases, and what came of each so far."""

    folder: Path
    manifest: SweepManifest
    planned: tuple[Planned, ...]
    rows: tuple[Row, ...]

    def rows_of(self, key: str) -> tuple[Row, ...]:
        """Give the rows of a case in order of replication; empty when nothing came of it yet."""
        return tuple(sorted((row for row in self.rows if row.key == key), key=lambda row: row.first))

    def reason(self, key: str) -> str:
        """Give why a case failed; empty when it did not."""
        return next((row.reason for row in self.rows if row.key == key and row.reason), "")

    def is_done(self, key: str) -> bool:
        """Tell whether all replications of a case are there."""
        return bool(self.reason(key)) or not list(missing(self.rows_of(key), self.manifest.replications))


def read_sweep(folder: Path) -> Sweep:
    """Read a sweep folder, finished or not; rows whose table was altered or is gone are left out.

    Raises:
        FolderError: if it is none.
    """
    manifest = _manifest_in(folder)
    if manifest is None:
        raise FolderError(folder, "is no sweep folder", f"`ilrs sweep` makes folders that hold a file {MARKER}")
    try:
        planned = from_json(tuple[Planned, ...], (folder / _DESIGN).read_bytes())
    except (OSError, RecordError) as error:
        raise FolderError(folder, f"cannot be read: {error}", "the same `ilrs sweep` command repairs it") from None
    wanted = {one.key for one in planned}
    rows = tuple(row for row in _ledger(folder) if row.key in wanted and row.first < manifest.replications)
    return Sweep(folder, manifest, planned, rows)


def is_sweep(folder: Path) -> bool:
    """Tell whether a folder is one of a sweep."""
    return (folder / MARKER).is_file()


def table_file(sweep: Sweep, row: Row) -> Path:
    """Give the file of a row's table."""
    return sweep.folder / _CASES / row.name


def missing(rows: Sequence[Row], replications: int) -> Iterator[Span]:
    """Give what is missing of a case, in pieces a worker can take."""
    there = {row.first: row.last for row in rows if not row.reason}
    first = 0
    while first < replications:
        if first in there:
            first = there[first] + 1
            continue
        until = min([start for start in there if start > first] + [replications])
        count = min(until - first, LARGEST_ERRAND)
        yield Span(first, count)
        first += count


def keep(folder: Path, errand: Errand, done: Done) -> Row:
    """Store a table, then its line in the ledger: a torn line or a table without one is as if it were not there."""
    span = errand.span
    row = Row(
        errand.key, span.first, span.last, files.digest(done.data), done.reason, done.wall_s, now(), done.goals
    )  # fmt: skip
    if not done.reason:
        files.write_whole(folder, f"{_CASES}/{row.name}", done.data)
    line = json.dumps(to_plain(row), ensure_ascii=False, allow_nan=False) + "\n"
    with files.folder_errors(folder), (folder / _LEDGER).open("ab") as file:
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return row


def _ledger(folder: Path) -> Iterator[Row]:
    """Read the lines that are whole and whose table is what was written; of two for one piece, the last."""
    try:
        lines = (folder / _LEDGER).read_bytes().splitlines()
    except FileNotFoundError:
        return
    rows: dict[tuple[str, int], Row] = {}
    for line in lines:
        try:
            row = from_json(Row, line)
        except RecordError:
            continue  # torn when its writer was killed
        rows[(row.key, row.first)] = row
    for row in rows.values():
        if row.reason or files.sha256(folder / _CASES / row.name) == row.sha256:
            yield row


def open_sweep(
    folder: Path, manifest: SweepManifest, planned: tuple[Planned, ...], texts: Mapping[tuple[str, ...], str]
) -> Sweep:
    """Make a sweep folder, or take the one that is there, and read what it holds already."""
    with files.folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, manifest)  # first, so that the folder is known as ours wherever the sweep is killed
    with files.folder_errors(folder):
        (folder / _CASES).mkdir(exist_ok=True)
        _end_line(folder / _LEDGER)
    for place in (folder, folder / _CASES):
        files.remove_torn(place, _WRITTEN)
    for names, text in texts.items():
        files.write_whole(folder, resolved_name(names), text.encode())
    files.write_whole(folder, _DESIGN, to_json(planned).encode())
    return read_sweep(folder)


def _end_line(file: Path) -> None:
    """End a line that a killed writer left torn, so that the next one stands alone."""
    if file.exists() and not file.read_bytes().endswith(b"\n"):
        with file.open("ab") as opened:
            opened.write(b"\n")


def refuse_strangers(folder: Path, manifest: SweepManifest) -> None:
    """Refuse a folder that holds something else; nothing is made or changed.

    Raises:
        FolderError: if it does.
    """
    found = _manifest_in(folder)
    if found is not None and found.key != manifest.key:
        raise FolderError(
            folder, "holds another sweep (scenario, design, seed or code differ)", "choose another with -o"
        )
    if found is None and folder.is_dir() and files.occupied(folder):
        raise FolderError(folder, "is not empty and is no sweep folder", "choose another with -o")


def _manifest_in(folder: Path) -> SweepManifest | None:
    try:
        return from_json(SweepManifest, (folder / MARKER).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FolderError(folder, f"cannot be read: {error.strerror}") from error
    except RecordError as error:
        raise FolderError(folder / MARKER, f"is not a manifest of ours: {error}", "choose another folder") from None


def write_manifest(folder: Path, manifest: SweepManifest) -> None:
    """Replace the manifest in one step."""
    files.write_whole(folder, MARKER, to_json(manifest).encode())


def now() -> str:
    """Give the time, UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
