"""Random numbers keyed by (root seed, replication, stream name, draw number).

A draw is found by its key, never by its turn: adding a stream, changing the order of events, or sharing the
replications among workers changes no other draw.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.chance.correlation import JointDraws, Together
from sim.sampling import LATIN_HYPERCUBE, STRATA

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.float64]]

_BLOCK: Final = 4  # Philox gives four 64-bit words for each value of its counter
_MORE: Final = 64  # draws fetched at once when a stream needs more than its block
_WORD: Final = 1 << 64
_HALF_STEP: Final = 2.0**-53


class Draws:
    """The random numbers of one replication."""

    __slots__ = ("_columns", "_first", "_more", "_table", "_used")

    def __init__(self, table: DrawTable, row: int) -> None:
        self._table = table
        self._columns = table.columns
        self._first = row * _BLOCK
        self._used = [0] * len(self._columns)
        self._more: dict[int, list[float]] = {}

    def u(self, stream: int) -> float:
        """Return the next number of a stream, strictly between 0 and 1."""
        draw = self._used[stream]
        self._used[stream] = draw + 1
        if draw < _BLOCK:
            return (self._columns[stream] or self._table.fill(stream))[self._first + draw]
        return self._beyond(stream, draw - _BLOCK)

    def figure(self, index: int) -> float:
        """Return a figure that is drawn once a replication."""
        table = self._table
        return (table.figures or table.draw_figures())[index][self._first // _BLOCK]

    def _beyond(self, stream: int, draw: int) -> float:
        """Return a draw beyond the block from a counter range that no block of any replication touches."""
        numbers = self._more.setdefault(stream, [])
        while draw >= len(numbers):
            replication = self._table.first_replication + self._first // _BLOCK
            numbers += self._table.numbers(stream, (len(numbers) // _BLOCK, replication, 0, 1), _MORE)
        return numbers[draw]


class DrawTable:
    """The random numbers of consecutive replications, made with one numpy call for each stream that is drawn from.

    Stream `name` is numpy's Philox (4x64, 10 rounds) with the key (root seed, 64-bit BLAKE2b of the name);
    the draws 0-3 of replication r come from the counter value r, further ones from a counter range of their
    own. A number is the upper 52 bits of a word plus one half, over 2**52. With `sampling` "latin-hypercube"
    the draws 0-3 are stratified: of the 32 replications of a block, counted from replication 0, each has a stratum of
    its own in every draw of every stream; the order of the words says which, their lower halves where in it. So a draw
    needs no more than its block, whoever makes it. Streams that share luck mix the numbers of
    the same draw of each other and of their factors; all others stay as they are. Raises ValueError for a seed that
    is not a 64-bit unsigned integer and for stream names that are not all different.

    Source: McKay, Beckman and Conover (1979), Technometrics 21, 239-245, for the Latin hypercube;
    Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
    """

    __slots__ = (
        "_counter",
        "_generator",
        "_key",
        "_luck",
        "_place",
        "_state",
        "_strata",
        "columns",
        "count",
        "figures",
        "first_replication",
        "stream_names",
    )

    def __init__(
        self,
        root_seed: int,
        stream_names: Sequence[str],
        first_replication: int,
        count: int,
        luck: JointDraws | None = None,
        *,
        sampling: str = LATIN_HYPERCUBE,
    ) -> None:
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
        self._generator = np.random.Philox(0)
        self._counter, self._key = np.zeros(4, dtype=np.uint64), np.array([root_seed, 0], dtype=np.uint64)
        self._state: Any = {
            **self._generator.state,
            "state": {"counter": self._counter, "key": self._key},
            "buffer_pos": _BLOCK,  # nothing left over from the key before
        }
        self.columns: list[array[float] | None] = [None] * len(self.stream_names)
        """The draws 0-3 of all replications one after the other, for each stream; None until it is drawn from."""
        self.figures: list[list[float]] = []
        """Each figure that is drawn once a replication, for all replications; empty until one is asked for."""
        self._luck = luck or JointDraws()
        self._strata = STRATA[sampling]
        self._place = {
            stream: (together, row) for together in self._luck.together for row, stream in enumerate(together.members)
        }

    def replication(self, number: int) -> Draws:
        """Return the draws of one replication, from the start; raises IndexError when it is elsewhere."""
        row = number - self.first_replication
        if not 0 <= row < self.count:
            raise IndexError(f"replication {number} is not in this table")
        return Draws(self, row)

    def fill(self, stream: int) -> array[float]:
        """Make the column of a stream, and those of the streams it shares luck with."""
        place = self._place.get(stream)
        if place is None:
            self.columns[stream] = column = _column(self._leading(stream))
            return column
        together, row = place
        scores = [_ndtri(self._leading(source)) for source in together.sources]
        columns = [_mixed(together, number, scores) for number in range(len(together.members))]
        for member, made in zip(together.members, columns, strict=True):
            self.columns[member] = made
        return columns[row]

    def numbers(self, stream: int, counter: tuple[int, int, int, int], count: int) -> array[float]:
        """Make the numbers of a stream from a counter on."""
        place = self._place.get(stream)
        if place is None:
            return _column(self._own(stream, counter, count))
        together, row = place
        return _mixed(together, row, self._scores(together.sources, counter, count))

    def draw_figures(self) -> list[list[float]]:
        """Draw the figures of all replications.

        Sums are taken in the order of the streams, one after the other, so that they do not depend on how many
        replications there are at once.
        """
        figures = self._luck.figures
        scores = [_ndtri(self._leading(stream)[::_BLOCK]) for stream in figures.streams]
        self.figures = [
            _sum(best, row, scores, self.count).tolist()
            for best, row in zip(figures.best, figures.weights, strict=True)
        ]
        return self.figures

    def _scores(self, streams: Sequence[int], counter: tuple[int, int, int, int], count: int) -> list[Numbers]:
        """Return the normal scores of the own draws of streams from a counter on."""
        return [_ndtri(self._own(stream, counter, count)) for stream in streams]

    def _leading(self, stream: int) -> Numbers:
        """Return the own draws 0-3 of a stream, shape (count * 4,), stratified within whole blocks of replications."""
        size = self._strata
        if size == 1:
            return _uniform(self._words(stream, (self.first_replication, 0, 0, 0), self.count * _BLOCK))
        before = self.first_replication % size
        blocks = -(-(before + self.count) // size)
        words = self._words(stream, (self.first_replication - before, 0, 0, 0), blocks * size * _BLOCK)
        made = _stratified(words.reshape(blocks, size, _BLOCK))
        return made.reshape(-1)[before * _BLOCK : (before + self.count) * _BLOCK]

    def _own(self, stream: int, counter: tuple[int, int, int, int], count: int) -> Numbers:
        return _uniform(self._words(stream, counter, count))

    def _words(self, stream: int, counter: tuple[int, int, int, int], count: int) -> Any:
        self._counter[:] = counter
        self._key[1] = _hash(self.stream_names[stream])
        self._generator.state = self._state  # a new key for one generator takes a fifth of the time of a new one
        return self._generator.random_raw(count)


def _ndtri(numbers: Numbers) -> Numbers:
    from scipy.special import ndtri

    scores: Numbers = ndtri(numbers)
    return scores


def _mixed(together: Together, row: int, scores: Sequence[Numbers]) -> array[float]:
    """Return the draws of one of the streams that share luck; 0 and 1 are never reached."""
    from scipy.special import ndtr

    count = len(scores[0]) if scores else 0
    mixed = ndtr(_sum(together.offsets[row], together.weights[row], scores, count))
    return _column(mixed.clip(_HALF_STEP, 1.0 - _HALF_STEP))


def _sum(start: float, weights: Sequence[float], scores: Sequence[Numbers], count: int) -> Numbers:
    import numpy as np

    total: Numbers = np.full(count, start)
    for weight, score in zip(weights, scores, strict=True):
        if weight != 0.0:
            total += weight * score
    return total


def _column(numbers: Numbers) -> array[float]:
    return array("d", numbers.tobytes())


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _stratified(words: Any) -> Numbers:
    """Return a Latin hypercube of each block: words of shape (blocks, size, draws) -> numbers of that shape."""
    import numpy as np

    order = np.argsort(words, axis=1)
    numbers = np.empty(words.shape)
    strata = np.arange(words.shape[1], dtype=np.float64)[None, :, None]
    np.put_along_axis(numbers, order, np.broadcast_to(strata, words.shape), axis=1)
    numbers += ((words & np.uint64(0xFFFFFFFF)) + 0.5) * 2.0**-32
    numbers /= words.shape[1]
    return numbers


def _uniform(words: Any) -> Numbers:
    import numpy as np

    numbers: Numbers = ((words >> np.uint64(12)) + 0.5) * 2.0**-52
    return numbers
