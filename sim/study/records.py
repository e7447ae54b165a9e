"""Frozen records as strict JSON, and back: every field is there or has a default, of its type, and none is left over.

JSON knows neither infinity nor nan; they are written as the texts `"inf"`, `"-inf"` and `"nan"`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import sys
import types
import typing
from enum import Enum
from typing import Any, TypeVar

from sim.problems import printable

R = TypeVar("R")
_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


_WIDEST = 2**63
"""Whole numbers of a record lie below this, and above its negative: tables and random numbers take no others."""


class RecordError(ValueError):
    """A JSON text is not the record it should be."""


def to_json(record: object) -> str:
    """Write a record as JSON text that ends with a line end."""
    return json.dumps(to_plain(record), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def to_plain(value: object) -> object:
    """Turn records and tuples into mappings, lists and plain values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        return [to_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): to_plain(part) for key, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def from_json(kind: type[R], text: str | bytes) -> R:
    """Read a record of a kind from JSON text.

    Raises:
        RecordError: if the text is no JSON, or not such a record; it says where.
    """
    try:
        data = json.loads(text, parse_constant=_refuse)
        return typing.cast(R, _read(kind, data, ""))
    except RecordError:
        raise
    except ValueError as error:
        raise RecordError(f"not valid JSON: {printable(str(error)):.200}") from None
    except RecursionError:
        raise RecordError("not valid JSON: it is nested too deeply") from None
    except MemoryError:
        raise RecordError("it does not fit into memory") from None


def _read(kind: Any, data: object, where: str) -> object:
    if dataclasses.is_dataclass(kind):
        return _read_record(typing.cast(type, kind), data, where)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_optional(kind, data, where)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), data, where)
    if origin is dict:
        part = typing.get_args(kind)[1]
        found = _expect(dict, data, where)
        return {_expect(str, key, where): _read(part, value, f"{where}.{key}") for key, value in found.items()}
    if kind is float:
        return _read_float(data, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_member(kind, data, where)
    return _expect(kind, data, where)


def _read_record(kind: type, data: object, where: str) -> object:
    found = _expect(dict, data, where)
    hints, wanted = _fields(kind)
    odd = sorted((found.keys() - hints.keys()) | (wanted - found.keys()))
    if odd:
        said = printable(", ".join(odd))
        raise RecordError(f"{where or 'the record'}: missing or unknown {said:.200}")
    return kind(**{name: _read(hints[name], value, f"{where}.{name}") for name, value in found.items()})


@functools.cache
def _fields(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the type of every field of a record, and the fields that must be there: those without a default."""
    hints = typing.get_type_hints(kind)
    needed = (f.name for f in dataclasses.fields(kind) if f.default is f.default_factory is dataclasses.MISSING)
    return hints, frozenset(needed)


def _read_optional(kind: Any, data: object, where: str) -> object:
    if data is None:
        return None
    (part,) = (part for part in typing.get_args(kind) if part is not type(None))
    return _read(part, data, where)


def _read_tuple(parts: tuple[Any, ...], data: object, where: str) -> object:
    found = _expect(list, data, where)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_read(parts[0], value, f"{where}[{index}]") for index, value in enumerate(found))
    if len(parts) != len(found):
        raise RecordError(f"{where}: {len(parts)} values are wanted, not {len(found)}")
    return tuple(_read(part, value, where) for part, value in zip(parts, found, strict=True))


def _read_float(data: object, where: str) -> float:
    if isinstance(data, str) and data in _WORDS:
        return _WORDS[data]
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise RecordError(f"{where}: a number is wanted, not {_shown(data)}")
    if not abs(data) <= sys.float_info.max:
        raise RecordError(f"{where}: a number of at most 308 digits is wanted")
    return float(data)


def _read_member(kind: type[Enum], data: object, where: str) -> Enum:
    try:
        return kind(data)
    except ValueError:
        raise RecordError(f"{where}: no {kind.__name__.lower()} is called {_shown(data)}") from None


def _expect(kind: Any, data: object, where: str) -> Any:
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise RecordError(f"{where or 'the record'}: {kind.__name__} is wanted, not {_shown(data)}")
    if isinstance(data, int) and abs(data) >= _WIDEST:
        raise RecordError(f"{where}: a number below 2^63 is wanted")
    if isinstance(data, str):
        _require_letters(data, where)
    return data


def _require_letters(text: str, where: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RecordError(f"{where}: half a letter (a lone surrogate) stands in the text") from None


def _shown(data: object) -> str:
    """Show a value in a message: lists and mappings by their kind, for they may be large."""
    if isinstance(data, (dict, list)):
        return "a mapping" if isinstance(data, dict) else "a list"
    return printable(f"{data!r:.60}")


def _refuse(word: str) -> object:
    raise RecordError(f"{word} is no number of JSON; it is written as a text")
