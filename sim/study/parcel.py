"""A parcel: an object laid down once in a file that any number of worker processes map instead of copying.

Arrays lie in the file as they lie in memory, so that opening one of tens of megabytes takes milliseconds and
all workers share the same pages. They come out read-only.
"""

from __future__ import annotations

import contextlib
import mmap
import pickle
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

_ALIGNMENT = 64  # what numpy and the processor's vector units like best
_LENGTH = struct.Struct("<Q")


@contextlib.contextmanager
def sent(value: object) -> Iterator[Path]:
    """Keep a value in a temporary file while workers are at it.

    Raises:
        OSError: if the file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="ilrs-") as folder:
        file = Path(folder) / "parcel"
        _write(file, value)
        yield file


def received(file: Path) -> object:
    """Return the value of a parcel that this program wrote a moment ago."""
    with file.open("rb") as opened:
        view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    head_end = _LENGTH.size + _LENGTH.unpack_from(view)[0]
    body, sizes = pickle.loads(view[_LENGTH.size : head_end])
    parts, start = [], _aligned(head_end)
    for size in sizes:
        parts.append(view[start : start + size])
        start = _aligned(start + size)
    return pickle.loads(body, buffers=parts)


def _write(file: Path, value: object) -> None:
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    raw = [buffer.raw() for buffer in buffers]
    head = pickle.dumps((body, [part.nbytes for part in raw]), protocol=5)
    with file.open("wb") as opened:
        opened.write(_LENGTH.pack(len(head)) + head)
        for part in raw:
            opened.seek(_aligned(opened.tell()))
            opened.write(part)


def _aligned(position: int) -> int:
    return -(-position // _ALIGNMENT) * _ALIGNMENT
