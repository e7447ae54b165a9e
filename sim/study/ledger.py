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

import dataclasses
import datetime
import json
import math
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.problems import printable
from sim.study import files
from sim.study.cases import CaseGoal, Done, Errand, resolved_name
from sim.study.chunks import Span
from sim.study.contents import CASES, DESIGN, LEDGER, SWEEP_MARKER, remove_torn
from sim.study.design import SALTELLI, TORNADO, Case
from sim.study.files import FolderError
from sim.study.manifest import (
    SEEK,
    SweepManifest,
    is_remnant_of_sweep,
    read_sweep_manifest,
    sweep_to_go_on_with,
    write_manifest,
)
from sim.study.records import RecordError, from_json, to_json, to_plain
from sim.study.soundness import require_times
from sim.study.tables import TABLE_FORMAT, read_column

LARGEST_ERRAND = 1_000
"""Replications of one case that one worker runs at once."""
_MOST_LEDGER = 4 * 2**30
"""Bytes of a ledger, a design or the table of a case: those of a million cases with room."""
_KEY = re.compile(r"[0-9a-f]{64}")


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
    seal: str = ""
    """SHA-256 of the line without it; empty in folders of older versions."""

    def sealed(self) -> Row:
        """Return the row with its seal."""
        bare = dataclasses.replace(self, seal="")
        return dataclasses.replace(bare, seal=files.digest(json.dumps(to_plain(bare)).encode()))

    @property
    def span(self) -> Span:
        """Its replications."""
        return Span(self.first, self.last - self.first + 1)

    @property
    def name(self) -> str:
        """File of its table."""
        return f"{self.key[:24]}-{self.first:06d}-{self.last:06d}.parquet"


@dataclass(frozen=True, slots=True)
class Planned:
    """A case with its key."""

    key: str
    case: Case


@dataclass(frozen=True)
class Sweep:
    """A sweep folder, read: its cases, and what came of each so far."""

    folder: Path
    manifest: SweepManifest
    planned: tuple[Planned, ...]
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        return f"<Sweep {self.manifest.scenario}: {len(self.planned)} cases, {len(self.rows)} rows; {self.folder}>"

    @cached_property
    def _by_key(self) -> Mapping[str, Sequence[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.key].append(row)
        return dict(found)

    def rows_of(self, key: str) -> tuple[Row, ...]:
        """Return the rows of a case in order of replication, none of them twice; empty when nothing came of it yet."""
        found: list[Row] = []
        for row in sorted(self._by_key.get(key, ()), key=lambda row: (row.first, -row.last)):
            if not found or (row.first > found[-1].last and row.goals == found[0].goals):
                found.append(row)
        return tuple(found)

    def first_rows_of(self, key: str) -> tuple[Row, ...]:
        """Return the rows of a case whose tables hold its first replications, without a gap."""
        found: list[Row] = []
        for row in self.rows_of(key):
            if row.first != (found[-1].last + 1 if found else 0):
                break
            found.append(row)
        return tuple(found)

    def reason(self, key: str) -> str:
        """Return why a case failed; empty when it did not."""
        return next((row.reason for row in self._by_key.get(key, ()) if row.reason), "")

    def is_done(self, key: str) -> bool:
        """Tell whether all replications of a case are there."""
        return bool(self.reason(key)) or not list(missing(self.rows_of(key), self.manifest.replications))


def read_sweep(folder: Path) -> Sweep:
    """Read a sweep folder, finished or not; rows whose table was altered or is gone are left out.

    Raises:
        FolderError: if it is none, or its design is not what was swept.
    """
    manifest = read_sweep_manifest(folder)
    try:
        planned = _planned(folder, manifest)
        wanted = {one.key for one in planned}
        rows = tuple(row for row in _ledger(folder) if row.key in wanted and row.first < manifest.replications)
    except (OSError, RecordError, MemoryError) as error:
        verb = "seek" if manifest.design == SEEK else "sweep"
        said = printable(str(error) or "it does not fit into memory")
        raise FolderError(
            folder, f"cannot be read: {said:.300}", f"the same `ilrs {verb}` command repairs it"
        ) from None
    return Sweep(folder, manifest, planned, rows)


def case_key(base: str, case: Case, code: str, seed: int) -> str:
    """Return the key of a case: a hash of the scenario's text (its own hash is `base`), the values, code and seed."""
    return files.digest("\n".join([base, *sorted(case.sets), f"{code}\n{TABLE_FORMAT}\n{seed}"]).encode())


def _planned(folder: Path, manifest: SweepManifest) -> tuple[Planned, ...]:
    """Read the cases, and hold each against its key, the scenario that the folder keeps, and the design.

    Raises:
        OSError, RecordError: if they are not what was swept.
    """
    text = files.read_plain(folder / DESIGN, _MOST_LEDGER)
    if manifest.design_sha256 and files.digest(text) != manifest.design_sha256:
        raise RecordError(f"{DESIGN} was altered since it was written")
    planned = from_json(tuple[Planned, ...], text)
    if len(planned) != manifest.cases:
        raise RecordError(f"{DESIGN} has {len(planned)} cases, and {SWEEP_MARKER} says {manifest.cases}")
    bases: dict[tuple[str, ...], str] = {}
    for index, one in enumerate(planned):
        case = one.case
        if case.number != index or not _fits(case, manifest.design):
            raise RecordError(f"{DESIGN}: case {index} is none of a design '{printable(manifest.design):.20}'")
        if case.variants not in bases:
            bases[case.variants] = files.digest(files.read_plain(_resolved_in(folder, case.variants)))
        if one.key != case_key(bases[case.variants], case, manifest.code, manifest.seed):
            raise RecordError(f"case {index} of {DESIGN} is not the one that was run")
    return planned


def _resolved_in(folder: Path, variants: tuple[str, ...]) -> Path:
    name = resolved_name(variants)
    if Path(name).name != name or "\\" in name or "\0" in name:
        raise RecordError(f"{DESIGN}: '{printable(name):.60}' is no name of a variant's file")
    return folder / name


def _fits(case: Case, design: str) -> bool:
    """Tell whether a case has a role in a design; see sim.study.design."""
    role = case.role.partition(":")[0].partition(" ")[0]
    return {SALTELLI: role in ("A", "B", "AB"), TORNADO: role in ("base", "low", "high", "value")}.get(design, True)


def table_file(sweep: Sweep, row: Row) -> Path:
    """Return the file of a row's table."""
    return sweep.folder / CASES / row.name


def missing(rows: Sequence[Row], replications: int, largest: int = LARGEST_ERRAND) -> Iterator[Span]:
    """Return what is missing of a case, in pieces a worker can take."""
    there = {row.first: row.last for row in rows if not row.reason}
    first = 0
    while first < replications:
        if first in there:
            first = there[first] + 1
            continue
        until = min([start for start in there if start > first] + [replications])
        count = min(until - first, largest)
        yield Span(first, count)
        first += count


def keep(folder: Path, errand: Errand, done: Done) -> Row:
    """Store a table, then its line in the ledger: a torn line or a table without one is as if it were not there."""
    span = errand.span
    row = Row(
        errand.key, span.first, span.last, files.digest(done.data), done.reason, done.wall_s, now(), done.goals
    ).sealed()  # fmt: skip
    if not done.reason:
        files.write_whole(folder, f"{CASES}/{row.name}", done.data)
    line = json.dumps(to_plain(row), ensure_ascii=False, allow_nan=False) + "\n"
    with files.folder_errors(folder), os.fdopen(files.open_own(folder / LEDGER), "r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())
    return row


def read_case(sweep: Sweep, row: Row) -> dict[str, NDArray[np.float64]]:
    """Read the dates of every goal from the table of a row, each with shape (replications of the row,).

    Raises:
        FolderError: if it is not the table of these replications.
    """
    file = table_file(sweep, row)
    try:
        data = files.read_plain(file, _MOST_LEDGER)
        return {goal.column: read_column(data, goal.column, row.first, row.last) for goal in row.goals}
    except (OSError, ValueError, MemoryError) as error:
        raise FolderError(
            file, f"cannot be read: {files.said_of(error)}", "remove it; the same `ilrs sweep` command makes it again"
        ) from error


def _ledger(folder: Path) -> Iterator[Row]:
    """Read the lines that are whole and whose table is what was written; of two for one piece, the last."""
    try:
        lines = files.read_plain(folder / LEDGER, _MOST_LEDGER).splitlines()
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
    for row in rows.values():
        if row.reason or _digest_of(folder / CASES / row.name) == row.sha256:
            yield row


def _is_sound(row: Row) -> bool:
    """Tell whether a line is as it was written: else it counts as torn, and its piece is run again."""
    if row.seal and row != row.sealed():
        return False
    if not _KEY.fullmatch(row.key) or not 0 <= row.first <= row.last:
        return False
    try:
        require_times(ended=row.ended)
    except RecordError:
        return False
    columns = {goal.column for goal in row.goals}
    return len(columns) <= len({goal.name for goal in row.goals}) == len(row.goals) and all(
        math.isfinite(goal.by_d) and 0.0 < goal.end_d < math.inf for goal in row.goals
    )


def _digest_of(file: Path) -> str:
    try:
        return files.digest(files.read_plain(file, _MOST_LEDGER))
    except OSError:
        return ""


def open_sweep(
    folder: Path, manifest: SweepManifest, planned: tuple[Planned, ...], texts: Mapping[tuple[str, ...], str]
) -> Sweep:
    """Make a sweep folder, or take the one that is there, and read what it holds already."""
    files.require_no_link(folder / CASES)
    with files.folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, manifest)  # first, so that the folder is known as ours wherever the sweep is killed
    with files.folder_errors(folder):
        (folder / CASES).mkdir(exist_ok=True)
        _end_line(folder / LEDGER)
    remove_torn(folder, sweep=True)
    for names, text in texts.items():
        files.write_whole(folder, resolved_name(names), text.encode())
    files.write_whole(folder, DESIGN, to_json(planned).encode())
    sweep = read_sweep(folder)
    return dataclasses.replace(sweep, rows=tuple(row for row in sweep.rows if row.reason or _is_readable(sweep, row)))


def _is_readable(sweep: Sweep, row: Row) -> bool:
    try:
        read_case(sweep, row)
    except FolderError:
        return False
    return True


def _end_line(file: Path) -> None:
    """End a line that a killed writer left torn, so that the next one stands alone."""
    if not file.exists() and not files.is_link(file):
        return
    with os.fdopen(files.open_own(file), "r+b") as opened:
        if opened.seek(0, os.SEEK_END):
            opened.seek(-1, os.SEEK_END)
            if opened.read(1) != b"\n":
                opened.write(b"\n")


def refuse_strangers(folder: Path, manifest: SweepManifest, text: str) -> None:
    """Refuse a folder that holds something else than this sweep of a resolved scenario; nothing is made or changed.

    Raises:
        FolderError: if it does.
    """
    found = sweep_to_go_on_with(folder, text)
    if found is not None and found.key != manifest.key:
        raise FolderError(
            folder, "holds another sweep (scenario, design, seed or code differ)", "choose another with -o"
        )
    if found is None and folder.is_dir() and files.occupied(folder) and not is_remnant_of_sweep(folder, text):
        raise FolderError(folder, "is not empty and is no sweep folder", "choose another with -o")


def now() -> str:
    """Return the time, UTC, as ISO 8601."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
