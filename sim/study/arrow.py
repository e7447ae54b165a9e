"""NumPy arrays to Arrow and back by their buffers.

Arrow's own conversions ask first whether an array is one of pandas, and import pandas for it: a third of a second in
every process, worker processes too, for a library that nothing here uses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.problems import printable

_KINDS = {np.dtype(np.float64): pa.float64(), np.dtype(np.int64): pa.int64(), np.dtype(np.bool_): pa.bool_()}


def to_arrow(values: NDArray[np.generic]) -> pa.Array:
    """Return an array of doubles, 64-bit integers or truth values as Arrow has it.

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
    kind = {known: dtype for dtype, known in _KINDS.items()}[chunk.type]
    return np.frombuffer(data, kind, len(chunk), chunk.offset * kind.itemsize) if len(chunk) else np.empty(0, kind)
