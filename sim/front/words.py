"""Values of Python as the scenario language writes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sim.front.workers import ArgumentError

Values: TypeAlias = "Mapping[str, Any] | Iterable[str]"
"""{dotted path: value}, or texts `path=value` as the command line takes them."""


Day: TypeAlias = "str | datetime.date"


def day_of(day: Day | None) -> str | None:
    """Return a day as text; the scenario says what is wrong with one that is none."""
    return day.isoformat() if isinstance(day, datetime.date) else day


def names_of(variant: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of variants: `a`, `a,b` or a list of them.

    Raises:
        ArgumentError: if a name is empty or said twice.
    """
    texts = [variant] if isinstance(variant, str) else list(variant)
    names = [name.strip() for text in texts for name in text.split(",")] if texts != [""] else []
    if "" in names:
        raise ArgumentError("variant", "a name is empty")
    if len(set(names)) < len(names):
        raise ArgumentError("variant", f"'{max(names, key=names.count):.80}' is said twice")
    return tuple(names)


def settings_of(values: Values | None, argument: str = "set") -> tuple[str, ...]:
    """Return `path=value` for each value: a text stands as it would on the command line, anything else is written out.

    Raises:
        ArgumentError: if a value is nothing that a scenario can hold.
    """
    if values is None:
        return ()
    if isinstance(values, str):
        raise ArgumentError(argument, "a mapping {path: value} is wanted, or a list of texts 'path=value'")
    if not isinstance(values, Mapping):
        return tuple(values)
    return tuple(f"{path}={_written(value, argument)}" for path, value in values.items())


def _written(value: Any, argument: str) -> str:
    from sim.scenario.writing import flow

    return value if isinstance(value, str) else flow(_plain(value, argument))


def _plain(value: Any, argument: str) -> Any:
    """Return a value made of what YAML knows; dates become text, numbers of numpy those of Python."""
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), argument)
    if isinstance(value, datetime.date):  # a datetime too
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one, argument) for key, one in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(one, argument) for one in value]
    raise ArgumentError(argument, f"{value!r:.60} is nothing that a scenario can hold")
