"""Values of a problem by their dotted key, `vehicles.ship.count`: read, and set in a copy."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sim.problems import InputError, suggest

P = TypeVar("P")


def value_at(problem: object, key: str) -> Any:
    """Return what stands at a dotted key; raises InputError when nothing does."""
    there: Any = problem
    for part in key.split("."):
        there = _inner(there, part, key)
    return there


def changed(problem: P, key: str, value: object) -> P:
    """Return a copy of a problem (nested frozen dataclasses, mappings and tuples) with one value set.

    Raises:
        InputError: when nothing stands at the key.
    """
    made: P = _changed(problem, key.split("."), value, key)
    return made


def _changed(there: Any, parts: Sequence[str], value: object, key: str) -> Any:
    head, rest = parts[0], parts[1:]
    inner = _inner(there, head, key)
    new = _changed(inner, rest, value, key) if rest else value
    if isinstance(there, Mapping):
        return {**there, head: new}
    if isinstance(there, tuple):
        return (*there[: int(head)], new, *there[int(head) + 1 :])
    return dataclasses.replace(there, **{head: new})


def _inner(there: Any, part: str, key: str) -> Any:
    if isinstance(there, Mapping):
        known = [str(name) for name in there]
        if part in there:
            return there[part]
    elif isinstance(there, tuple):
        known = [str(number) for number in range(len(there))]
        if part in known:
            return there[int(part)]
    elif dataclasses.is_dataclass(there):
        known = [field.name for field in dataclasses.fields(there)]
        if part in known:
            return getattr(there, part)
    else:
        known = []
    raise InputError(f"{key}: there is no '{part:.60}'; {suggest(part, known) or 'the key ends before it'}")


class Reader:
    """Reads a mapping that came from a file, with errors that name the key."""

    def __init__(self, said: object, key: str = "") -> None:
        if not isinstance(said, Mapping):
            raise InputError(f"{key or 'the file'}: a mapping is wanted, not {type(said).__name__}")
        self.said: Mapping[Any, Any] = said
        self.key = key

    def at(self, name: object) -> str:
        """Return the dotted key of an entry."""
        return f"{self.key}.{name}" if self.key else str(name)

    def number(self, name: str, default: float | None = None, *, least: float = 0.0) -> float:
        """Return a number of at least `least`."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value) or value < least:
            raise InputError(f"{self.at(name)}: a number of at least {least:g} is wanted, not {value!r:.60}")
        return float(value)

    def whole(self, name: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number of at least `least`."""
        value = self.number(name, default, least=least)
        if value != int(value):
            raise InputError(f"{self.at(name)}: a whole number is wanted, not {value:g}")
        return int(value)

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return a list of whole numbers that are not negative."""
        value = self._value(name, None)
        if not isinstance(value, list) or not all(type(one) is int and one >= 0 for one in value):
            raise InputError(f"{self.at(name)}: a list of whole numbers is wanted, not {value!r:.60}")
        return tuple(value)

    def words(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return a list of names."""
        value = self._value(name, default)
        if not isinstance(value, (list, tuple)):
            raise InputError(f"{self.at(name)}: a list of names is wanted, not {value!r:.60}")
        return tuple(str(one) for one in value)

    def inner(self, name: object) -> Reader:
        """Return the reader of a mapping inside."""
        return Reader(self._value(name, None), self.at(name))

    def several(self, name: str) -> dict[str, Reader]:
        """Return a reader for each entry of a mapping of mappings."""
        inner = self.inner(name)
        return {str(one): inner.inner(one) for one in inner.said}

    def items(self, name: str) -> list[Reader]:
        """Return a reader for each entry of a list of mappings."""
        value = self._value(name, None)
        if not isinstance(value, list):
            raise InputError(f"{self.at(name)}: a list is wanted, not {value!r:.60}")
        return [Reader(one, f"{self.at(name)}.{number}") for number, one in enumerate(value)]

    def _value(self, name: object, default: object) -> Any:
        value = self.said.get(name, default)
        if value is None:
            raise InputError(f"{self.at(name)}: is missing")
        return value
