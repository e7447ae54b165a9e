"""A parcel: an object laid down once in a file that any number of worker processes map instead of copying.

Arrays lie in the file as they lie in memory, so that opening one of tens of megabytes takes milliseconds and
all workers share the same pages. They come out read-only.
"""

from __future__ import annotations

import gc
import mmap
import pickle
import shutil
import struct
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ALIGNMENT = 64  # what numpy and the processor's vector units like best
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where an object lies for workers of this machine to open."""

    file: Path

    def opened(self) -> object:
        """Return the object; a process that opens a parcel again has it at hand."""
        if _opened.get("file") != self.file:
            _opened.update(file=self.file, value=received(self.file))
            gc.freeze()  # a campaign is a hundred thousand objects that stay
        return _opened["value"]


_opened: dict[str, Any] = {}
"""The parcel that a worker opened last; empty everywhere else."""


class Sent:
    """An object in a temporary file while workers are at it."""

    def __init__(self, value: object) -> None:
        """Lay it down; raises OSError if the file cannot be written."""
        self.value, self.users = value, 0
        self._folder = Path(tempfile.mkdtemp(prefix="ilrs-"))
        self._end = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.parcel = Parcel(self._folder / "parcel")
        _write(self.parcel.file, value)

    def remove(self) -> None:
        """Take the file away."""
        self._end()


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
