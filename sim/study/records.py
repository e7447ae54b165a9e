"""Frozen records as strict JSON, and back: every field is there or has a default, of its type, and none is left over.

JSON knows neither infinity nor nan; they are written as the texts `"inf"`, `"-inf"` and `"nan"`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from typing import Any, TypeVar

R = TypeVar("R")
_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


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
        data = json.loads(text)
    except ValueError as error:
        raise RecordError(f"not valid JSON: {error}") from None
    return typing.cast(R, _read(kind, data, ""))


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
        return {key: _read(part, value, f"{where}.{key}") for key, value in found.items()}
    if kind is float:
        return _read_float(data, where)
    return _expect(kind, data, where)


def _read_record(kind: type, data: object, where: str) -> object:
    found = _expect(dict, data, where)
    hints, wanted = _fields(kind)
    odd = sorted((found.keys() - hints.keys()) | (wanted - found.keys()))
    if odd:
        raise RecordError(f"{where or 'the record'}: missing or unknown {', '.join(odd)}")
    return kind(**{name: _read(hints[name], value, f"{where}.{name}") for name, value in found.items()})


@functools.cache
def _fields(kind: type) -> tuple[dict[str, Any], frozenset[str]]:
    """Give the type of every field of a record, and the fields that must be there: those without a default."""
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
        raise RecordError(f"{where}: a number is wanted, not {data!r:.60}")
    return float(data)


def _expect(kind: Any, data: object, where: str) -> Any:
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise RecordError(f"{where or 'the record'}: {kind.__name__} is wanted, not {data!r:.60}")
    return data
