"""Random numbers keyed by (root seed, replication, stream name, draw number).

A draw is found by its key, never by its turn: adding a stream, changing the order of events, or sharing the
replications among workers changes no other draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

_BLOCK: Final = 4  # Philox gives four 64-bit words for each value of its counter
_MORE: Final = 64  # draws fetched at once when a stream needs more than its block
_WORD: Final = 1 << 64


class Draws:
    """The random numbers of one replication."""

    __slots__ = ("_block", "_keys", "_more", "_next", "_replication")

    def __init__(self, block: list[float], keys: Sequence[tuple[int, int]], replication: int) -> None:
        self._block = block
        self._next = list(range(0, len(block), _BLOCK))
        self._more: dict[int, list[float]] = {}
        self._keys = keys
        self._replication = replication

    def u(self, stream: int) -> float:
        """Give the next number of a stream, strictly between 0 and 1."""
        position = self._next[stream]
        self._next[stream] = position + 1
        if position < stream * _BLOCK + _BLOCK:
            return self._block[position]
        return self._beyond(stream, position - stream * _BLOCK - _BLOCK)

    def _beyond(self, stream: int, draw: int) -> float:
        """Give a draw beyond the block from a counter range that no block of any replication touches."""
        numbers = self._more.setdefault(stream, [])
        while draw >= len(numbers):
            counter = [len(numbers) // _BLOCK, self._replication, 0, 1]
            numbers += _uniform(_philox(self._keys[stream], counter).random_raw(_MORE)).tolist()
        return numbers[draw]


class DrawTable:
    """The random numbers of consecutive replications, made with one numpy call per stream.

    Stream `name` is numpy's Philox (4x64, 10 rounds) with the key (root seed, 64-bit BLAKE2b of the name);
    the draws 0-3 of replication r come from the counter value r, further ones from a counter range of their
    own. A number is the upper 52 bits of a word plus one half, over 2**52. Raises ValueError for a seed that
    is not a 64-bit unsigned integer and for stream names that are not all different.

    Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
    """

    __slots__ = ("_block", "_keys", "count", "first_replication", "stream_names")

    def __init__(self, root_seed: int, stream_names: Sequence[str], first_replication: int, count: int) -> None:
        import numpy as np

        if not 0 <= root_seed < _WORD:
            raise ValueError("the seed must be an integer from 0 to 2**64 - 1")
        if first_replication < 0 or count < 0:
            raise ValueError("replications are numbered from 0")
        if len(set(stream_names)) != len(stream_names):
            raise ValueError("two streams have the same name")
        self.stream_names = tuple(stream_names)
        self.first_replication = first_replication
        self.count = count
        self._keys = [(root_seed, _hash(name)) for name in stream_names]
        self._block = np.empty((count, len(self._keys), _BLOCK))
        for index, key in enumerate(self._keys):
            words = _philox(key, [first_replication, 0, 0, 0]).random_raw(count * _BLOCK)
            self._block[:, index, :] = _uniform(words).reshape(count, _BLOCK)

    def replication(self, number: int) -> Draws:
        """Give the draws of one replication, from the start; raises IndexError when it is elsewhere."""
        row = number - self.first_replication
        if not 0 <= row < self.count:
            raise IndexError(f"replication {number} is not in this table")
        return Draws(self._block[row].ravel().tolist(), self._keys, number)


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _philox(key: tuple[int, int], counter: Sequence[int]) -> np.random.Philox:
    import numpy as np

    return np.random.Philox(key=np.array(key, dtype=np.uint64), counter=np.array(counter, dtype=np.uint64))


def _uniform(words: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    import numpy as np

    numbers: np.ndarray[Any, np.dtype[np.float64]] = ((words >> np.uint64(12)) + 0.5) * 2.0**-52
    return numbers
