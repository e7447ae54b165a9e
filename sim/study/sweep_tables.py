"""Sweep folders: every case of a design, and what came of each.

```
ilrs-sweep.json           the manifest, and the marker of our own folders
scenario.resolved.yaml    the scenario the cases start from (one more file for each choice of variants)
design.json               every case: number, variants, settings, key
work_ledger.jsonl              a line for each piece of work that is done: key, replications, checksum or reason
cases/<key>-*.parquet     the goals of each case, a row for each replication
summary.json              what `ilrs sweep --json` prints
```
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.problems import printable
from sim.study import files, work_ledger
from sim.study.chunks import Case
from sim.study.contents import CASES, DESIGN, SWEEP_FOLDER, SWEEP_MARKER, remove_torn, resolved_name
from sim.study.design import SALTELLI, TORNADO
from sim.study.files import FolderError
from sim.study.manifest import SEEK, Manifest, read_manifest, write_manifest
from sim.study.place import Storage
from sim.study.records import RecordError, from_json, to_json
from sim.study.tables import TABLE_FORMAT, read_column
from sim.study.work_ledger import MOST_BYTES, Row, missing, table_name


@dataclass(frozen=True, slots=True)
class Planned:
    """A case with its key."""

    key: str
    case: Case


@dataclass(frozen=True)
class SweepTables:
    """A sweep folder, read: its cases, and what came of each so far."""

    folder: Path
    manifest: Manifest
    planned: tuple[Planned, ...]
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        return (
            f"<SweepTables {self.manifest.scenario}: {len(self.planned)} cases, {len(self.rows)} rows; {self.folder}>"
        )

    @property
    def place(self) -> Storage:
        """Return where its tables lie."""
        return work_ledger.place_of(self.folder, self.manifest)

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


def read_sweep(folder: Path) -> SweepTables:
    """Read a sweep folder, finished or not; rows whose table was altered or is gone are left out.

    Raises:
        FolderError: if it is none, or its design is not what was swept.
    """
    manifest = read_manifest(folder, SWEEP_FOLDER)
    place = work_ledger.place_of(folder, manifest)
    try:
        planned = _planned(folder, manifest)
        wanted = {one.key for one in planned}
        rows = tuple(
            row
            for row in work_ledger.rows_in(folder)
            if (row.key in wanted or manifest.design == SEEK)  # a search plans its cases as it goes on
            and row.first < manifest.replications
            and _is_there(place, manifest, row)
        )
    except (OSError, RecordError, MemoryError) as error:
        said = printable(str(error) or "it does not fit into memory")
        raise FolderError(
            folder, f"cannot be read: {said:.300}", f"the same `ilrs {manifest.verb}` command repairs it"
        ) from None
    return SweepTables(folder, manifest, planned, rows)


def _is_there(place: Storage, manifest: Manifest, row: Row) -> bool:
    if row.reason:
        return True
    try:
        return files.digest(place.read(table_name(manifest, row.key, row.span), MOST_BYTES)) == row.sha256
    except OSError:
        return False


def case_key(base: str, case: Case, code: str, seed: int, sampling: str) -> str:
    """Return the key of a case: a hash of the scenario's text (its hash is `base`), values, code, seed, sampling."""
    return files.digest("\n".join([base, *sorted(case.sets), f"{code}\n{TABLE_FORMAT}\n{seed}\n{sampling}"]).encode())


def plan_cases(
    texts: Mapping[tuple[str, ...], str], cases: Sequence[Case], code: str, seed: int, sampling: str
) -> tuple[Planned, ...]:
    """Return every case with its key: a hash of the scenario, the values, the code, seed and sampling."""
    bases = {names: files.digest(text.encode()) for names, text in texts.items()}
    return tuple(Planned(case_key(bases[case.variants], case, code, seed, sampling), case) for case in cases)


def _planned(folder: Path, manifest: Manifest) -> tuple[Planned, ...]:
    """Read the cases, and hold each against its key, the scenario that the folder keeps, and the design.

    Raises:
        OSError, RecordError: if they are not what was swept.
    """
    text, known = files.read_plain(folder / DESIGN, MOST_BYTES), dict(manifest.files)
    if known and files.digest(text) != known.get(DESIGN):
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
        if one.key != case_key(bases[case.variants], case, manifest.code, manifest.seed, manifest.sampling):
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


def read_case(sweep: SweepTables, row: Row) -> dict[str, NDArray[np.float64]]:
    """Read the dates of every goal from the table of a row, each with shape (replications of the row,).

    Raises:
        FolderError: if it is not the table of these replications.
    """
    name, place = table_name(sweep.manifest, row.key, row.span), sweep.place
    try:
        data = place.read(name, MOST_BYTES)
        return {goal.column: read_column(data, goal.column, row.first, row.last) for goal in row.goals}
    except (OSError, ValueError, MemoryError) as error:
        hint = "remove it; the same `ilrs sweep` command makes it again"
        raise FolderError(f"{place.url}/{name}", f"cannot be read: {files.said_of(error)}", hint) from error


def open_sweep(
    folder: Path, fresh: Manifest, planned: tuple[Planned, ...], texts: Mapping[tuple[str, ...], str]
) -> SweepTables:
    """Make a sweep folder, or take the one that is there, and read what it holds already."""
    design = to_json(planned).encode()
    manifest = dataclasses.replace(fresh, cases=len(planned), files=((DESIGN, files.digest(design)),))
    files.require_no_link(folder / CASES)
    with files.folder_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, manifest)  # first, so that the folder is known as ours wherever the sweep is killed
    with files.folder_errors(folder):
        (folder / CASES).mkdir(exist_ok=True)
    work_ledger.end_line(folder)
    remove_torn(folder, SWEEP_FOLDER)
    for names, text in texts.items():
        files.write_whole(folder, resolved_name(names), text.encode())
    files.write_whole(folder, DESIGN, design)
    sweep = read_sweep(folder)
    return dataclasses.replace(sweep, rows=tuple(row for row in sweep.rows if row.reason or _is_readable(sweep, row)))


def plan_more(sweep: SweepTables, planned: tuple[Planned, ...], texts: Mapping[tuple[str, ...], str]) -> SweepTables:
    """Put the cases of a search that goes on into its folder, with the scenarios of new choices of variants."""
    for names, text in texts.items():
        files.write_whole(sweep.folder, resolved_name(names), text.encode())
    design = to_json(planned).encode()
    manifest = dataclasses.replace(sweep.manifest, cases=len(planned), files=((DESIGN, files.digest(design)),))
    files.write_whole(sweep.folder, DESIGN, design)
    write_manifest(sweep.folder, manifest)
    return dataclasses.replace(sweep, planned=planned, manifest=manifest)


def _is_readable(sweep: SweepTables, row: Row) -> bool:
    try:
        read_case(sweep, row)
    except FolderError:
        return False
    return True
