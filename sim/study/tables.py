"""The tables of a study: which columns there are, what they mean, and how a sample becomes Parquet and back.

The bytes of a table depend on the outcomes and the outline alone: no time, no place, no number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.analysis.outline import Outline
from sim.model.sample import PARTS, Sample, empty_sample
from sim.problems import printable

TABLE_FORMAT = 3
"""Raised whenever a column comes, goes or changes its meaning; part of a study's key."""
SUM_D = 1e-6
"""Days by which the sum of some dozen causes may miss the date that they add up to, by rounding."""
COUNTS = {
    "launches": "launches",
    "launch_failures": "launches that failed",
    "landing_failures": "landings that failed",
    "scrubs": "launch attempts that were called off",
    "tankers": "tanker flights that delivered",
    "early_returns": "crews that came home because the reserve was reached",
    "events": "events the simulation processed",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the outcome table."""

    name: str
    type: str
    """int64, double, or double[n], int32[n] and bool[n] for n values in one list."""
    unit: str
    meaning: str


def columns_of(outline: Outline) -> tuple[Column, ...]:
    """List the columns of a study's tables, in their order."""
    return (
        Column("replication", "int64", "1", "number of the replication; -1 is the nominal run"),
        *_date_columns(outline),
        *_goal_columns(outline),
        Column("crew_days", "double", "d", "days people have lived at the base"),
        *(Column(name, "int64", "1", meaning) for name, meaning in COUNTS.items()),
    )


def columns_text(outline: Outline) -> str:
    """Write the columns as a Markdown table."""
    rows = [f"| `{c.name}` | {c.type} | {c.unit} | {c.meaning} |" for c in columns_of(outline)]
    head = [
        f"# Columns of the outcome tables of {outline.scenario}",
        "",
        f"Day 0 is {outline.start_iso}; inf is *not reached by the calendar's end*, day {outline.end_d:g}.",
        "A study uses the rows whose `replication` is below the `replications` of `ilrs-run.json`.",
        "",
        "| column | type | unit | meaning |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, ""])


def goal_columns_of(outline: Outline) -> tuple[Column, ...]:
    """List the columns that a sweep keeps of each case: those of the goals, and the counts."""
    left_out = {f"reached.{name}" for name in outline.milestones} | {"start"}
    left_out -= {f"reached.{outline.milestones[goal.reached]}" for goal in outline.goals}
    return tuple(
        c
        for c in columns_of(outline)
        if c.name not in left_out and not c.name.startswith(("chain.", "part.", "part_d."))
    )


def encode(sample: Sample, outline: Outline, *, goals_only: bool = False) -> bytes:
    """Write a sample as a Parquet file in memory, always as the same bytes."""
    columns = goal_columns_of(outline) if goals_only else columns_of(outline)
    arrays = dict(_arrays(sample, outline))
    table = pa.table([to_arrow(arrays[c.name]) for c in columns], schema=_schema(columns))
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="lz4",  # a third of the time of zstd on hundreds of columns of a few rows, for 5 % more bytes
        use_dictionary=False,
        use_byte_stream_split=[c.name for c in columns if c.type == "double"],
        row_group_size=max(1, sample.size),
        write_statistics=False,  # hundreds of columns of a few rows: they would be half of the file
        version="2.6",
    )
    return bytes(sink.getvalue())


def decode(data: bytes, outline: Outline, first: int, last: int) -> Sample:
    """Read the table of replications `first` to `last`; the nominal run is number -1.

    Raises:
        ValueError: if it has other columns, rows or replications, or a value that none can be.
    """
    sample = empty(outline, last - first + 1)
    fill(sample, 0, data, outline, first, last)
    return sample


def empty(outline: Outline, rows: int) -> Sample:
    """Make a sample of so many rows to be filled."""
    return empty_sample(rows, len(outline.milestones), len(outline.subjects), len(outline.goals))


def fill(sample: Sample, row: int, data: bytes, outline: Outline, first: int, last: int) -> None:
    """Copy the table of replications `first` to `last` into a sample from a row on, up to the sample's last row.

    Raises:
        ValueError: as `decode`.
    """
    table = read_table(pa.BufferReader(data), schema=_schema(columns_of(outline)), rows=last - first + 1)
    _require_replications(table, first, last)
    rows = slice(row, min(row + table.num_rows, sample.size))
    for name, target in _arrays(sample, outline):
        target[rows] = to_numpy(table.column(name))[: rows.stop - row]
    _require_possible(sample[rows], outline)


def read_column(data: bytes, name: str, first: int, last: int) -> NDArray[np.float64]:
    """Read one column of dates of the table of replications `first` to `last`.

    Raises:
        ValueError: if it has no such column, other rows or replications, or a date that is none.
    """
    schema = pa.schema([pa.field("replication", pa.int64()), pa.field(name, pa.float64())])
    table = read_table(pa.BufferReader(data), schema=schema, rows=last - first + 1)
    _require_replications(table, first, last)
    dates: NDArray[np.float64] = to_numpy(table.column(name))
    _require_dates(dates)
    return dates


def most_bytes(outline: Outline, rows: int) -> int:
    """Return the bytes of the largest table of so many rows: twice its values, and what each column says of itself."""
    columns = columns_of(outline)
    subjects, goals = len(outline.subjects), len(outline.goals)
    values = len(columns) + subjects * (1 + goals)
    said = sum(len(c.name) + len(c.meaning) for c in columns)
    return 2 * 8 * values * rows + 8 * said + 4_096 * len(columns) + 2**20


def _require_replications(table: pa.Table, first: int, last: int) -> None:
    if not np.array_equal(to_numpy(table.column("replication")), np.arange(first, last + 1)):
        raise TableError(f"a table does not hold the replications {first} to {last}, one row each, in their order")


def _require_dates(dates: NDArray[np.float64]) -> None:
    if not (dates > -np.inf).all():  # infinity is a date that is not reached; nan is none
        raise TableError("a table holds a date that is none")


def _require_possible(sample: Sample, outline: Outline) -> None:
    """Refuse values that no replication can have."""
    _require_dates(sample.reached_d)
    _require_dates(sample.start_d)
    amounts = (sample.by_cause_d, sample.part_d, sample.facility_days, sample.cost, sample.crew_days)
    if not all(np.isfinite(values).all() for values in amounts):
        raise TableError("a table holds an amount that is no number")
    if any((getattr(sample, name) < 0).any() for name in COUNTS):
        raise TableError("a table counts less than nothing")
    for index, goal in enumerate(outline.goals):
        dated_d = np.minimum(sample.reached_d[:, goal.reached], outline.end_d)
        parts = sample.parts[:, index]
        if (parts < -1).any() or (parts >= len(outline.subjects) * len(outline.causes)).any():
            raise TableError(f"the parts of the chain of {goal.name} are of subjects or causes that there are not")
        if not np.allclose(sample.by_cause_d[:, index].sum(axis=1), dated_d, rtol=0.0, atol=SUM_D):
            raise TableError(f"the days by cause of {goal.name} do not add up to its date")


def _type(column: Column) -> pa.DataType:
    kinds: dict[str, Callable[[], pa.DataType]] = {
        "int64": pa.int64,
        "int32": pa.int32,
        "double": pa.float64,
        "bool": pa.bool_,
    }
    name, _, size = column.type.partition("[")
    return pa.list_(kinds[name](), int(size.rstrip("]"))) if size else kinds[name]()


def _date_columns(outline: Outline) -> Iterable[Column]:
    for name in outline.milestones:
        yield Column(f"reached.{name}", "double", "d", f"day on which {name} is reached")
    names = ", ".join(subject.key for subject in outline.subjects)
    yield Column("start", f"double[{len(outline.subjects)}]", "d", f"day on which each subject is released: {names}")


def _goal_columns(outline: Outline) -> Iterable[Column]:
    for goal in outline.goals:
        for cause in outline.causes:
            meaning = f"days of {cause} among those that date {goal.name}; they add up to its date"
            yield Column(f"cause.{goal.name}.{cause}", "double", "d", meaning)
    for goal in outline.goals:
        meaning = f"for each subject, in the order of the start column: on the chain that dates {goal.name}"
        yield Column(f"chain.{goal.name}", f"bool[{len(outline.subjects)}]", "1", meaning)
        code = f"subject x {len(outline.causes)} + cause, each numbered from 0 in the order of the columns above"
        meaning = f"the longest parts of the chain that dates {goal.name}: {code}; -1 where there is none"
        yield Column(f"part.{goal.name}", f"int32[{PARTS}]", "1", meaning)
        yield Column(f"part_d.{goal.name}", f"double[{PARTS}]", "d", "days of each of them")
    for goal in outline.goals:
        meaning = f"research facility-days in lunar orbit by the day {goal.name} is wanted by"
        yield Column(f"facility_days.{goal.name}", "double", "d", meaning)
    for goal in outline.goals:
        meaning = f"money spent by the day of {goal.name}, or by the calendar's end, in the scenario's own measure"
        yield Column(f"cost.{goal.name}", "double", "1", meaning)


def _schema(columns: Iterable[Column]) -> pa.Schema:
    fields = [
        pa.field(c.name, _type(c), nullable=False, metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns
    ]
    return pa.schema(fields, metadata={"ilrs_table_format": str(TABLE_FORMAT)})


def _arrays(sample: Sample, outline: Outline) -> Iterable[tuple[str, NDArray[Any]]]:
    """Return the values of every column as views of the sample's arrays."""
    yield "replication", sample.replication
    for index, name in enumerate(outline.milestones):
        yield f"reached.{name}", sample.reached_d[:, index]
    yield "start", sample.start_d
    for row, goal in enumerate(outline.goals):
        for index, cause in enumerate(outline.causes):
            yield f"cause.{goal.name}.{cause}", sample.by_cause_d[:, row, index]
        yield f"chain.{goal.name}", sample.on_chain[:, row]
        yield f"part.{goal.name}", sample.parts[:, row]
        yield f"part_d.{goal.name}", sample.part_d[:, row]
        yield f"facility_days.{goal.name}", sample.facility_days[:, row]
        yield f"cost.{goal.name}", sample.cost[:, row]
    yield "crew_days", sample.crew_days
    for name in COUNTS:
        yield name, getattr(sample, name)


# --- NumPy arrays to Arrow and back by their buffers -----------------------------------------------------------------
# Arrow's own conversions ask first whether an array is one of pandas, and import pandas for it: a third of a second in
# every process, worker processes too, for a library that nothing here uses.

_KINDS: Mapping[np.dtype[Any], pa.DataType] = {
    np.dtype(np.float64): pa.float64(),
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.int32): pa.int32(),
    np.dtype(np.bool_): pa.bool_(),
}


def to_arrow(values: NDArray[np.generic]) -> pa.Array:
    """Return an array of doubles, 32- or 64-bit integers or truth values as Arrow has it.

    Shape (rows,) or (rows, values of a list). Raises KeyError for other types.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    kind = _KINDS[flat.dtype]
    data = np.packbits(flat, bitorder="little") if flat.dtype == np.bool_ else flat
    made = pa.Array.from_buffers(kind, flat.size, [None, pa.py_buffer(data)])
    return made if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(made, values.shape[1])


def to_numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a column without missing values as an array, shape (rows,), or (rows, n) for lists of n."""
    chunks = [_chunk(chunk) for chunk in column.chunks]
    if len(chunks) == 1:
        return chunks[0]
    empty = np.empty((0, *([column.type.list_size] if pa.types.is_fixed_size_list(column.type) else [])))
    return np.concatenate(chunks) if chunks else empty


class TableError(ValueError):
    """A file is not the table that it should be."""


def read_table(
    source: Any, columns: list[str] | None = None, *, schema: pa.Schema | None = None, rows: int | None = None
) -> pa.Table:
    """Read a Parquet file, by its path or open, if it has so many `rows` and the columns of a `schema`.

    What it says of itself is looked at before any of its columns is, so that a small file takes little memory.

    Raises:
        TableError: if it is no Parquet file, or has other rows, columns or types.
    """
    try:
        with pq.ParquetFile(source) as file:
            if rows is not None and file.metadata.num_rows != rows:
                raise TableError(f"a table has {file.metadata.num_rows} rows, and should have {rows}")
            held = file.schema_arrow  # made anew at each call
            for field in schema or ():
                _require_column(held, field)
            names = columns or (None if schema is None else schema.names)
            return file.read(columns=names, use_threads=False)  # tables are small, and read several at once
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"not a table: {printable(str(error)):.200}") from error


def _require_column(schema: pa.Schema, wanted: pa.Field) -> None:
    index = schema.get_field_index(wanted.name)  # -1 also where two have the name
    if index < 0:
        raise TableError(f"a table lacks its column {wanted.name}")
    if schema.field(index).type != wanted.type:
        raise TableError(f"a table holds {schema.field(index).type!s:.60} in {wanted.name}, not {wanted.type}")


def _chunk(chunk: pa.Array) -> NDArray[Any]:
    if chunk.null_count:
        raise TableError("a value is missing")
    if pa.types.is_fixed_size_list(chunk.type):
        return _chunk(chunk.flatten()).reshape(-1, chunk.type.list_size)
    data = chunk.buffers()[1]
    if pa.types.is_boolean(chunk.type):
        bits = np.unpackbits(np.frombuffer(data, np.uint8), count=chunk.offset + len(chunk), bitorder="little")
        return bits[chunk.offset :].astype(np.bool_)
    kind = next(dtype for dtype, known in _KINDS.items() if known == chunk.type)
    return np.frombuffer(data, kind, len(chunk), chunk.offset * kind.itemsize) if len(chunk) else np.empty(0, kind)
