"""What a stranger does to a finished run: changes its manifest, ledger and tables, and puts devices in their place."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.campaign.plan import Campaign
from sim.study import files
from sim.study.contents import RUN_MARKER
from sim.study.records import to_plain
from sim.study.runner import run_study
from sim.study.work_ledger import Row, rows_in

N = 230
PART = "outcomes/part-000100-000199.parquet"


DEVICES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a device": lambda file: file.symlink_to("/dev/zero"),
    "a folder": lambda file: file.mkdir(),
}


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / RUN_MARKER).read_text(encoding="utf-8"))


def change(folder: Path, **values: object) -> None:
    (folder / RUN_MARKER).write_text(json.dumps({**manifest_of(folder), **values}), encoding="utf-8")


def rows_of(folder: Path) -> list[Row]:
    return sorted(rows_in(folder), key=lambda row: row.first)


def write_rows(folder: Path, rows: Iterable[Row]) -> None:
    """Write a ledger, with every seal right, as a stranger would."""
    lines = [json.dumps(to_plain(row.sealed())) for row in rows]
    (folder / "ledger.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")


def sign(folder: Path) -> None:
    """Make the checksums right again, as a stranger would."""
    tables = folder / "outcomes"
    signed = [replace(row, sha256=files.digest((tables / row.span.name).read_bytes())) for row in rows_of(folder)]
    write_rows(folder, signed)
    change(folder, files=[])


def again(campaign: Campaign, folder: Path) -> None:
    run_study(campaign, replications=N, seed=7, jobs=1, folder=folder)


def tables_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("outcomes/*.parquet"))}


def edit(file: Path, how: Callable[[pa.Table], pa.Table]) -> None:
    with pq.ParquetFile(file) as opened:
        table = opened.read()
    pq.write_table(how(table), file)


def set_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)
