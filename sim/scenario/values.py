"""Values that may be random: a quantity, or a mapping with the name of one law of chance.

`{triangular: [20 d, 30 d, 60 d]}`, `{pert: [...]}`, `{uniform: [10 d, 20 d]}`, `{normal: {mean:, sd:}}`,
`{lognormal: {median:, p90:}}`, `{exponential: {mean:}}`, `{weibull: {shape:, scale:, zero: 14 %}}`,
`{discrete: {20 d: 70 %, 200 d: 30 %}}`, `{empirical: file.csv#column}`, `{beta: [97, 3]}` (shares only) and
`{fixed: 20 d}`. Beside the law may stand `source`, `confidence` and `access`. A normal law is cut off
where the quantity ends (a duration below 0, a share above 100 %).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim import chance
from sim.chance import Distribution
from sim.clock import Calendar
from sim.problems import Code, WrongValueError, suggest
from sim.scenario.measures import DATE, EPOCH, FACTOR, Measure, Schema, quantity, read_number
from sim.units import KINDS, parse_quantity, quantity_schema, read_quantity

T = TypeVar("T")

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
    """A law of chance over dates, kept in days since 1970-01-01."""

    law: Distribution

    def to_days(self, calendar: Calendar) -> Distribution:
        """Return the law in days since the start of a calendar."""
        return chance.shift(self.law, calendar.to_days(EPOCH))

    def mode(self) -> datetime.datetime:
        """Return the most likely date, to the second."""
        return EPOCH + datetime.timedelta(seconds=round(self.law.mode * 86400))


def read_uncertain(value: object, measure: Measure) -> Distribution:
    """Return the law of a quantity or of a mapping with one law in it; raises `WrongValueError`."""
    if not isinstance(value, dict):
        return chance.Fixed(measure.point(value))
    _check_notes(value)
    names = [key for key in value if key in _LAWS]
    if len(names) != 1:
        raise _no_single_law(names, value)
    name = names[0]
    law = _at(name, lambda spec: _LAWS[name](spec, measure), value[name])
    return _at(name, lambda _: _fitting(law, measure), None)


def read_work(value: object, *, signed: bool = False) -> Distribution:
    """Return the law of a time, elapsed (`5 d`) or working (`10 wd`, `16 wh`); raises `WrongValueError`.

    Signed times may be negative: a lag may be a lead.
    """
    texts = list(_texts(value))
    units = {match[1] for text in texts if (match := _WORK_UNIT.fullmatch(text.strip()))}
    if not units:
        return read_uncertain(value, _SLIP if signed else _DURATION)
    if len(units) > 1 or any(_ELAPSED.fullmatch(text.strip()) for text in texts):
        hint = "write all values of a law in wd, or all in wh, or all in d"
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


def _no_single_law(names: list[str], value: Mapping[str, object]) -> WrongValueError:
    known = ", ".join(_LAWS)
    if len(names) > 1:
        said = " and ".join(names)
        return WrongValueError(f"{said} stand side by side", "keep one of them", Code.DISTRIBUTION)
    return WrongValueError("a random value names its law", f"one of {known}", Code.DISTRIBUTION)


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
            if key not in _LAWS:
                message = "no such law of chance"
                raise WrongValueError(message, suggest(key, _LAWS), Code.UNKNOWN_KEY, (key,))
        if not good:
            raise WrongValueError(f"this is no {key}", hint, Code.WRONG_CHOICE, (key,))


def _at(part: str | int, read: Callable[[Any], T], value: object) -> T:
    """Read a part of a value, so that an error knows in which part it is."""
    try:
        return read(value)
    except WrongValueError as error:
        error.inner = (part, *error.inner)
        raise


def _wrong(message: str, hint: str) -> WrongValueError:
    return WrongValueError(message, hint, Code.DISTRIBUTION)


def _fitting(law: Distribution, measure: Measure) -> Distribution:
    low, high = law.support
    if low < measure.low or high > measure.high:
        hint = "take uniform, triangular, pert, beta or discrete"
        raise _wrong(f"this law can leave the range of a {measure.noun}", hint)
    return law


def _points(spec: object, measure: Measure, names: tuple[str, ...]) -> list[float]:
    """Read a list of points that rise from left to right."""
    if not isinstance(spec, list) or len(spec) != len(names):
        raise _wrong(f"a list of {len(names)} values is wanted", f"[{', '.join(names)}]")
    points = [_at(index, measure.point, item) for index, item in enumerate(spec)]
    if points != sorted(points):
        raise _wrong("the values fall from left to right", f"the order is {', '.join(names)}")
    return points


def _fields(spec: object, law: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, object]:
    """Read a mapping with the named keys."""
    wanted = ", ".join(f"{name}: ..." for name in needed)
    if not isinstance(spec, dict):
        raise _wrong(f"{law} is a mapping", f"write {{{wanted}}}")
    for key in spec:
        if key not in needed + optional:
            raise WrongValueError(f"{law} has no {key}", suggest(key, needed + optional), Code.UNKNOWN_KEY, (key,))
    missing = [name for name in needed if name not in spec]
    if missing:
        raise WrongValueError(f"{law} needs {' and '.join(missing)}", f"write {{{wanted}}}", Code.MISSING_KEY)
    return spec


def _above_zero(read: Callable[[object], float]) -> Callable[[object], float]:
    def checked(value: object) -> float:
        number = read(value)
        if number <= 0:
            raise _wrong(f"'{value}' is not above 0", "give a value above 0")
        return number

    return checked


def _needs_zero(law: str, measure: Measure) -> None:
    if not measure.has_zero:
        hint = f"take uniform, triangular, pert, normal or discrete, or give a {measure.noun} and a slip"
        raise _wrong(f"a {measure.noun} cannot be {law}", hint)


def _read_fixed(spec: object, measure: Measure) -> Distribution:
    return chance.Fixed(measure.point(spec))


def _read_triangular(spec: object, measure: Measure) -> Distribution:
    points = _points(spec, measure, ("least", "likeliest", "most"))
    return chance.Triangular(*points) if points[0] < points[-1] else chance.Fixed(points[0])


def _read_pert(spec: object, measure: Measure) -> Distribution:
    points = _points(spec, measure, ("least", "likeliest", "most"))
    return chance.Pert(*points) if points[0] < points[-1] else chance.Fixed(points[0])


def _read_uniform(spec: object, measure: Measure) -> Distribution:
    points = _points(spec, measure, ("least", "most"))
    return chance.Uniform(*points) if points[0] < points[-1] else chance.Fixed(points[0])


def _read_normal(spec: object, measure: Measure) -> Distribution:
    fields = _fields(spec, "normal", ("mean", "sd"))
    mean = _at("mean", measure.point, fields["mean"])
    sd = _at("sd", _above_zero(measure.width), fields["sd"])
    try:
        return chance.Normal(mean, sd, measure.low, measure.high)
    except ValueError as error:
        raise _wrong(str(error), "bring the mean nearer or take another law") from None


def _read_lognormal(spec: object, measure: Measure) -> Distribution:
    _needs_zero("lognormal", measure)
    fields = _fields(spec, "lognormal", ("median", "p90"))
    median = _at("median", _above_zero(measure.point), fields["median"])
    p90 = _at("p90", measure.point, fields["p90"])
    if p90 <= median:
        message = f"p90 ({fields['p90']}) is not above the median ({fields['median']})"
        raise _wrong(message, "p90 is the value that only one in ten exceeds")
    return chance.Lognormal(median, p90)


def _read_exponential(spec: object, measure: Measure) -> Distribution:
    _needs_zero("exponential", measure)
    fields = _fields(spec, "exponential", ("mean",))
    return chance.Exponential(_at("mean", _above_zero(measure.point), fields["mean"]))


def _read_weibull(spec: object, measure: Measure) -> Distribution:
    _needs_zero("weibull", measure)
    fields = _fields(spec, "weibull", ("shape", "scale"), ("zero",))
    shape = _at("shape", _above_zero(read_number), fields["shape"])
    if not 0.1 <= shape <= 100:
        raise _wrong(f"a shape of {shape:g} is out of range", "shapes go from 0.1 to 100; 1 is the exponential law")
    scale = _at("scale", _above_zero(measure.point), fields["scale"])
    zero = _at("zero", lambda value: read_quantity(value, "share"), fields.get("zero", "0 %"))
    if zero >= 1:
        raise _wrong("zero is 100 %", "write the value 0 alone")
    return chance.Weibull(shape, scale, zero)


_ROUNDED: Final = 5.01e-4  # of a share that is written with one digit behind the point: thirds are 33.3 %


def _read_discrete(spec: object, measure: Measure) -> Distribution:
    if not isinstance(spec, dict) or not spec:
        raise _wrong("discrete is a mapping from values to probabilities", "write {20 d: 70 %, 200 d: 30 %}")
    shares = [_at(key, lambda value: read_quantity(value, "share"), share) for key, share in spec.items()]
    values = [_at(key, measure.point, _key_value(key, measure)) for key in spec]
    total = math.fsum(shares)
    if abs(total - 1) > _ROUNDED * len(shares):
        raise _wrong(f"the probabilities add up to {100 * total:.6g} %", "make them add up to 100 %")
    return chance.Discrete(tuple(values), tuple(share / total for share in shares))


def _key_value(key: str, measure: Measure) -> object:
    """Return the number that a key is, where plain numbers are wanted: keys are always text."""
    if measure is not FACTOR:
        return key
    try:
        return float(key)
    except ValueError:
        return key


def _read_empirical(spec: object, measure: Measure) -> Distribution:
    if not isinstance(spec, list) or not spec:
        raise _wrong("empirical is a CSV file or a list of values", "write file.csv#column or [3 d, 8 d, 20 d]")
    return chance.Empirical(tuple(_at(index, measure.point, item) for index, item in enumerate(spec)))


def _read_beta(spec: object, measure: Measure) -> Distribution:
    if (measure.low, measure.high) != (0.0, 1.0):
        raise _wrong(f"a {measure.noun} cannot be beta", "take pert, a beta law between two values")
    if not isinstance(spec, list) or len(spec) != 2:
        raise _wrong("a list of 2 values is wanted", "[successes, failures], for example [97, 3]")
    a, b = (_at(index, _above_zero(read_number), item) for index, item in enumerate(spec))
    if max(a, b) > 1e6 or min(a, b) < 1e-2:
        raise _wrong("the shapes of a beta law go from 0.01 to 1e6", "for example [97, 3]")
    return chance.Beta(a, b)


_LAWS: Final[Mapping[str, Callable[[object, Measure], Distribution]]] = {
    "fixed": _read_fixed,
    "triangular": _read_triangular,
    "pert": _read_pert,
    "uniform": _read_uniform,
    "normal": _read_normal,
    "lognormal": _read_lognormal,
    "exponential": _read_exponential,
    "weibull": _read_weibull,
    "discrete": _read_discrete,
    "empirical": _read_empirical,
    "beta": _read_beta,
}


# --- for pydantic ---------------------------------------------------------------------------------


def _object(properties: Schema, required: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required) or list(properties),
        "additionalProperties": False,
    }


def _law_schemas(measure: Measure) -> Schema:
    point, width, positive = (
        measure.point_schema,
        measure.width_schema,
        {"type": "number", "exclusiveMinimum": 0},
    )
    share = quantity_schema("share")

    def row(count: int) -> Schema:
        return {"type": "array", "items": point, "minItems": count, "maxItems": count}

    schemas: Schema = {
        "fixed": point,
        "triangular": row(3) | {"description": "least, likeliest, most"},
        "pert": row(3) | {"description": "least, likeliest (weighs four times), most"},
        "uniform": row(2) | {"description": "least, most"},
        "normal": _object({"mean": point, "sd": width}),
        "discrete": {"type": "object", "additionalProperties": share, "minProperties": 1},
        "empirical": {"anyOf": [{"type": "string"}, {"type": "array", "items": point, "minItems": 1}]},
    }
    if measure.has_zero and measure.high == math.inf:
        schemas["lognormal"] = _object({"median": point, "p90": point})
        schemas["exponential"] = _object({"mean": point})
        weibull = {"shape": positive, "scale": point, "zero": share}
        schemas["weibull"] = _object(weibull, ("shape", "scale"))
    if (measure.low, measure.high) == (0.0, 1.0):
        schemas["beta"] = {"type": "array", "items": positive, "minItems": 2, "maxItems": 2}
    return schemas


def uncertain_schema(measure: Measure) -> Schema:
    """Return the JSON Schema of a value that may be random."""
    laws = _law_schemas(measure)
    notes = {
        "source": {"type": "string", "minLength": 1},
        "confidence": {"enum": list(_CONFIDENCE)},
        "access": {"enum": list(_ACCESS)},
    }
    law = {
        "type": "object",
        "properties": laws | notes,
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in laws],
        "description": f"a random {measure.noun}: one law of chance",
    }
    return {"anyOf": [measure.point_schema, law], "description": f"{measure.noun}, fixed or random"}


@dataclass(frozen=True, slots=True, eq=False)  # typing hashes what stands in Annotated
class _Uncertain:
    """Makes pydantic read a field as a law of chance."""

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
