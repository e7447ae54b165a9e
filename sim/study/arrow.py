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

_KINDS = {np.dtype(np.float64): pa.float64(), np.dtype(np.int64): pa.int64(), np.dtype(np.bool_): pa.bool_()}


def to_arrow(values: NDArray[np.generic]) -> pa.Array:
    """Give an array of doubles, 64-bit integers or truth values as Arrow has it.

    Shape (rows,) or (rows, values of a list). Raises KeyError for other types.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    kind = _KINDS[flat.dtype]
    data = np.packbits(flat, bitorder="little") if flat.dtype == np.bool_ else flat
    made = pa.Array.from_buffers(kind, flat.size, [None, pa.py_buffer(data)])
    return made if values.ndim == 1 else pa.FixedSizeListArray.from_arrays(made, values.shape[1])


def to_numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    """Give a column without missing values as an array, shape (rows,), or (rows, n) for lists of n."""
    chunks = [_chunk(chunk) for chunk in column.chunks]
    if len(chunks) == 1:
        return chunks[0]
    empty = np.empty((0, *([column.type.list_size] if pa.types.is_fixed_size_list(column.type) else [])))
    return np.concatenate(chunks) if chunks else empty


def read_table(source: Any, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file, by its path or open."""
    with pq.ParquetFile(source) as file:
        return file.read(columns=columns, use_threads=False)  # tables are small, and read several at once


def _chunk(chunk: pa.Array) -> NDArray[Any]:
    if pa.types.is_fixed_size_list(chunk.type):
        return _chunk(chunk.flatten()).reshape(-1, chunk.type.list_size)
    if chunk.null_count:
        raise ValueError("a value is missing")
    data = chunk.buffers()[1]
    if pa.types.is_boolean(chunk.type):
        bits = np.unpackbits(np.frombuffer(data, np.uint8), count=chunk.offset + len(chunk), bitorder="little")
        return bits[chunk.offset :].astype(np.bool_)
    kind = {known: dtype for dtype, known in _KINDS.items()}[chunk.type]
    return np.frombuffer(data, kind, len(chunk), chunk.offset * kind.itemsize) if len(chunk) else np.empty(0, kind)
