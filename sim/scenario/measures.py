"""How values of one kind are read: points on the scale, widths on it, and its ends."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sim.problems import Code, WrongValueError
from sim.units import KINDS, parse_date, quantity_schema, read_quantity

Schema = dict[str, Any]

EPOCH: Final = datetime.datetime(1970, 1, 1)
DAY: Final = datetime.timedelta(days=1)
_NUMBER_SCHEMA: Final[Schema] = {"type": "number"}


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """How values of one kind are read: points on the scale, widths on it, its ends."""

    noun: str
    point: Callable[[object], float]
    width: Callable[[object], float]
    low: float
    high: float
    point_schema: Schema
    width_schema: Schema
    example: str
    has_zero: bool = True


def quantity(kind: str) -> Measure:
    """Return the measure of a kind of quantity."""

    def read(value: object) -> float:
        return read_quantity(value, kind)

    table, schema = KINDS[kind], quantity_schema(kind)
    return Measure(table.noun, read, read, table.low, table.high, schema, schema, table.example)


def read_number(value: object) -> float:
    """Return a finite plain number; raises `WrongValueError` for text, truth values and the rest."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        hint = "write it without unit, for example 1.4"
        raise WrongValueError("a plain number is wanted here", hint, Code.WRONG_TYPE)
    if not math.isfinite(value) or abs(value) > 1e15:
        raise WrongValueError(f"{value} is too large", "give a finite number", Code.OUT_OF_RANGE)
    return float(value)


def _factor(value: object) -> float:
    number = read_number(value)
    if number < 0:
        raise WrongValueError(f"{number:g} is below 0", "a factor is at least 0", Code.OUT_OF_RANGE)
    return number


def _date_days(value: object) -> float:
    return (parse_date(value) - EPOCH) / DAY


def _days(value: object) -> float:
    return read_quantity(value, "duration")


FACTOR: Final = Measure("factor", _factor, _factor, 0.0, math.inf, _NUMBER_SCHEMA, _NUMBER_SCHEMA, "1.4")
DATE: Final = Measure(
    "date",
    _date_days,
    _days,
    -math.inf,
    math.inf,
    {
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?)?$",
        "description": "date, year-month-day",
        "examples": ["2031-06-01"],
    },
    quantity_schema("duration"),
    "2031-06-01",
    has_zero=False,
)
