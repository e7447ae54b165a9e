"""Values that may be random: a quantity, or a mapping with the name of one distribution.

The distributions and how each is written stand in `sim.scenario.known_distributions`. Beside the name may stand
`source`, `confidence` and `access`. A normal distribution is cut off where the quantity ends (a duration below 0, a
share above 100 %).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim import chance
from sim.chance import Distribution
from sim.clock import Calendar
from sim.problems import Code, WrongValueError, suggest
from sim.scenario.known_distributions import DISTRIBUTIONS, at_part
from sim.scenario.measures import DATE, EPOCH, FACTOR, Measure, Schema, quantity
from sim.units import KINDS, parse_quantity

_CONFIDENCE: Final = ("high", "medium", "low")
_ACCESS: Final = ("read", "computed", "recalled", "estimate")


@dataclass(frozen=True, slots=True)
class WorkTime(Distribution):
    """A law of working time, in working days (`wd`) or working hours (`wh`) of the calendar that it runs in.

    Who reads it as any law takes a working day for a day, which is what it is in a calendar of whole days.
    """

    law: Distribution
    unit: str

    def ppf(self, u: float) -> float:  # noqa: D102 - said by the base class, here and below
        return self.law.ppf(u) * _DAYS_OF[self.unit]

    @property
    def mean(self) -> float:  # noqa: D102
        return self.law.mean * _DAYS_OF[self.unit]

    @property
    def mode(self) -> float:  # noqa: D102
        return self.law.mode * _DAYS_OF[self.unit]

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        low, high = self.law.support
        return low * _DAYS_OF[self.unit], high * _DAYS_OF[self.unit]


_DAYS_OF: Final[Mapping[str, float]] = {"wd": 1.0, "wh": 1.0 / 24.0}
_WORK_KINDS: Final[Mapping[str, str]] = {"wd": "working days", "wh": "working hours"}
_WORK_UNIT: Final = re.compile(r"[-+]?[0-9.][0-9.eE+-]* *(wd|wh)")


@dataclass(frozen=True, slots=True)
class DateDistribution:
    """A distribution over dates, kept in days since 1970-01-01."""

    law: Distribution

    def to_days(self, calendar: Calendar) -> Distribution:
        """Return the distribution in days since the start of a calendar."""
        return chance.shift(self.law, calendar.to_days(EPOCH))

    def mode(self) -> datetime.datetime:
        """Return the most likely date, to the second."""
        return EPOCH + datetime.timedelta(seconds=round(self.law.mode * 86400))


def read_uncertain(value: object, measure: Measure) -> Distribution:
    """Return the distribution of a quantity or of a mapping with the name of one; raises `WrongValueError`."""
    if not isinstance(value, dict):
        return chance.Fixed(measure.point(value))
    _check_notes(value)
    names = [key for key in value if key in DISTRIBUTIONS]
    if len(names) != 1:
        raise _no_single_name(names, value)
    name = names[0]
    law = at_part(name, lambda spec: DISTRIBUTIONS[name].read(spec, measure), value[name])
    return at_part(name, lambda _: _fitting(law, measure), None)


def read_work(value: object, *, signed: bool = False) -> Distribution:
    """Return the law of a time, elapsed (`5 d`) or working (`10 wd`, `16 wh`); raises `WrongValueError`.

    Signed times may be negative: a lag may be a lead.
    """
    texts = list(_texts(value))
    units = {match[1] for text in texts if (match := _WORK_UNIT.fullmatch(text.strip()))}
    if not units:
        try:
            return read_uncertain(value, _SLIP if signed else _DURATION)
        except WrongValueError as error:
            if error.code == Code.UNIT_UNKNOWN:
                error.hint = error.hint.replace(", wk, yr", f", wk, yr, {', '.join(_DAYS_OF)}")
            raise
    if len(units) > 1 or any(_ELAPSED.fullmatch(text.strip()) for text in texts):
        hint = "write all values of a distribution in wd, or all in wh, or all in d"
        raise WrongValueError("working and elapsed time stand side by side", hint, Code.UNIT_UNKNOWN)
    unit = units.pop()
    return WorkTime(read_uncertain(value, _work_measure(unit, signed=signed)), unit)


def _work_measure(unit: str, *, signed: bool) -> Measure:
    measure = quantity(_WORK_KINDS[unit])
    if not signed:
        return measure

    def read(value: object) -> float:
        return parse_quantity(value, _WORK_KINDS[unit])

    return replace(measure, point=read, low=-math.inf)


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in a value that may be random, keys of `discrete` included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("source", "confidence", "access"):
                yield from (*_texts(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _no_single_name(names: list[str], value: Mapping[str, object]) -> WrongValueError:
    known = ", ".join(DISTRIBUTIONS)
    if len(names) > 1:
        said = " and ".join(names)
        return WrongValueError(f"{said} stand side by side", "keep one of them", Code.DISTRIBUTION)
    return WrongValueError("a random value names its distribution", f"one of {known}", Code.DISTRIBUTION)


def _check_notes(value: Mapping[str, object]) -> None:
    for key, note in value.items():
        if key == "source":
            good, hint = (
                isinstance(note, str) and note.strip() != "",
                "write where the figure is from, as text",
            )
        elif key == "confidence":
            good, hint = note in _CONFIDENCE, "one of " + ", ".join(_CONFIDENCE)
        elif key == "access":
            good, hint = note in _ACCESS, "one of " + ", ".join(_ACCESS)
        else:
            good, hint = True, ""
            if key not in DISTRIBUTIONS:
                message = "no such distribution"
                raise WrongValueError(message, suggest(key, DISTRIBUTIONS), Code.UNKNOWN_KEY, (key,))
        if not good:
            raise WrongValueError(f"this is no {key}", hint, Code.WRONG_CHOICE, (key,))


def _fitting(law: Distribution, measure: Measure) -> Distribution:
    low, high = law.support
    if low < measure.low or high > measure.high:
        hint = "take uniform, triangular, pert, beta or discrete"
        message = f"this distribution can leave the range of a {measure.noun}"
        raise WrongValueError(message, hint, Code.DISTRIBUTION)
    return law


# --- for pydantic ---------------------------------------------------------------------------------


def uncertain_schema(measure: Measure) -> Schema:
    """Return the JSON Schema of a value that may be random."""
    known = {name: entry.schema(measure) for name, entry in DISTRIBUTIONS.items()}
    schemas = {name: schema for name, schema in known.items() if schema is not None}
    notes = {
        "source": {"type": "string", "minLength": 1},
        "confidence": {"enum": list(_CONFIDENCE)},
        "access": {"enum": list(_ACCESS)},
    }
    random = {
        "type": "object",
        "properties": schemas | notes,
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in schemas],
        "description": f"a random {measure.noun}: one distribution",
    }
    return {"anyOf": [measure.point_schema, random], "description": f"{measure.noun}, fixed or random"}


@dataclass(frozen=True, slots=True, eq=False)  # typing hashes what stands in Annotated
class _Uncertain:
    """Makes pydantic read a field as a distribution."""

    name: str
    measure: Measure
    wrap: Callable[[Distribution], object] = lambda law: law

    def read(self, value: object) -> object:
        return self.wrap(read_uncertain(value, self.measure))

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        metadata = {"pydantic_js_functions": [self.json_schema]}
        return core_schema.no_info_plain_validator_function(self.read, ref=self.name, metadata=metadata)

    def json_schema(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        return uncertain_schema(self.measure)


_DURATION: Final = quantity("duration")
_SLIP: Final = quantity("slip")
_ELAPSED: Final = re.compile(rf"[-+]?[0-9.][0-9.eE+-]* *({'|'.join(KINDS['duration'].units)})")


@dataclass(frozen=True, slots=True, eq=False)
class _UncertainWork(_Uncertain):
    """Makes pydantic read a field as a law of elapsed or working time."""

    def read(self, value: object) -> object:
        return read_work(value)

    def json_schema(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> Schema:
        pattern = self.measure.point_schema["pattern"].replace("d|", f"d|{'|'.join(_DAYS_OF)}|", 1)
        point = {**self.measure.point_schema, "pattern": pattern}
        return uncertain_schema(replace(self.measure, point_schema=point))


UncertainWork = Annotated[Distribution, _UncertainWork("UncertainWork", _DURATION)]
UncertainDuration = Annotated[Distribution, _Uncertain("UncertainDuration", quantity("duration"))]
UncertainSlip = Annotated[Distribution, _Uncertain("UncertainSlip", quantity("slip"))]
UncertainMass = Annotated[Distribution, _Uncertain("UncertainMass", quantity("mass"))]
UncertainShare = Annotated[Distribution, _Uncertain("UncertainShare", quantity("share"))]
UncertainSpeed = Annotated[Distribution, _Uncertain("UncertainSpeed", quantity("speed"))]
UncertainPower = Annotated[Distribution, _Uncertain("UncertainPower", quantity("power"))]
UncertainFactor = Annotated[Distribution, _Uncertain("UncertainFactor", FACTOR)]
UncertainDate = Annotated[DateDistribution, _Uncertain("UncertainDate", DATE, DateDistribution)]
