"""Every distribution a random value can follow: how it is read, what editors check, and how it is explained.

To add one: its class in `sim.chance`, its reader and its entry in `DISTRIBUTIONS` here, and a test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sim import chance
from sim.chance import Distribution
from sim.problems import Code, WrongValueError, suggest
from sim.scenario.measures import FACTOR, Measure, Schema, read_number
from sim.units import quantity_schema, read_quantity

T = TypeVar("T")

_POSITIVE: Final[Schema] = {"type": "number", "exclusiveMinimum": 0}


@dataclass(frozen=True, slots=True)
class DistributionEntry:
    """One distribution of the scenario language."""

    read: Callable[[object, Measure], Distribution]
    """Returns the distribution of what stands behind its name; raises `WrongValueError`."""
    schema: Callable[[Measure], Schema | None]
    """Returns the JSON Schema of what stands behind its name; None where values of that measure cannot follow it."""
    written: str
    meaning: str
    use: str
    """When to take it."""
    points: int = 0
    """Numbers of one unit that say all of it, so that a sweep can vary over it; 0 if they do not."""
    make: Callable[..., Distribution] | None = None
    """Returns the distribution of these numbers; raises ValueError."""


# --- reading ------------------------------------------------------------------------------------------------------


def at_part(part: str | int, read: Callable[[Any], T], value: object) -> T:
    """Read a part of a value, so that an error knows in which part it is."""
    try:
        return read(value)
    except WrongValueError as error:
        error.inner = (part, *error.inner)
        raise


def _wrong(message: str, hint: str) -> WrongValueError:
    return WrongValueError(message, hint, Code.DISTRIBUTION)


def _points(spec: object, measure: Measure, names: tuple[str, ...]) -> list[float]:
    """Read a list of points that rise from left to right."""
    if not isinstance(spec, list) or len(spec) != len(names):
        raise _wrong(f"a list of {len(names)} values is wanted", f"[{', '.join(names)}]")
    points = [at_part(index, measure.point, item) for index, item in enumerate(spec)]
    if points != sorted(points):
        raise _wrong("the values fall from left to right", f"the order is {', '.join(names)}")
    return points


def _fields(spec: object, name: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, object]:
    """Read a mapping with the named keys."""
    wanted = ", ".join(f"{key}: ..." for key in needed)
    if not isinstance(spec, dict):
        raise _wrong(f"{name} is a mapping", f"write {{{wanted}}}")
    for key in spec:
        if key not in needed + optional:
            raise WrongValueError(f"{name} has no {key}", suggest(key, needed + optional), Code.UNKNOWN_KEY, (key,))
    missing = [key for key in needed if key not in spec]
    if missing:
        raise WrongValueError(f"{name} needs {' and '.join(missing)}", f"write {{{wanted}}}", Code.MISSING_KEY)
    return spec


def _above_zero(read: Callable[[object], float]) -> Callable[[object], float]:
    def checked(value: object) -> float:
        number = read(value)
        if number <= 0:
            raise _wrong(f"'{value}' is not above 0", "give a value above 0")
        return number

    return checked


def _needs_zero(name: str, measure: Measure) -> None:
    if not measure.has_zero:
        hint = f"take uniform, triangular, pert, normal or discrete, or give a {measure.noun} and a slip"
        raise _wrong(f"a {measure.noun} cannot be {name}", hint)


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
    mean = at_part("mean", measure.point, fields["mean"])
    sd = at_part("sd", _above_zero(measure.width), fields["sd"])
    try:
        return chance.Normal(mean, sd, measure.low, measure.high)
    except ValueError as error:
        raise _wrong(str(error), "bring the mean nearer or take another distribution") from None


def _read_lognormal(spec: object, measure: Measure) -> Distribution:
    _needs_zero("lognormal", measure)
    fields = _fields(spec, "lognormal", ("median", "p90"))
    median = at_part("median", _above_zero(measure.point), fields["median"])
    p90 = at_part("p90", measure.point, fields["p90"])
    if p90 <= median:
        message = f"p90 ({fields['p90']}) is not above the median ({fields['median']})"
        raise _wrong(message, "p90 is the value that only one in ten exceeds")
    return chance.Lognormal(median, p90)


def _read_exponential(spec: object, measure: Measure) -> Distribution:
    _needs_zero("exponential", measure)
    fields = _fields(spec, "exponential", ("mean",))
    return chance.Exponential(at_part("mean", _above_zero(measure.point), fields["mean"]))


def _read_weibull(spec: object, measure: Measure) -> Distribution:
    _needs_zero("weibull", measure)
    fields = _fields(spec, "weibull", ("shape", "scale"), ("zero",))
    shape = at_part("shape", _above_zero(read_number), fields["shape"])
    if not 0.1 <= shape <= 100:
        raise _wrong(f"a shape of {shape:g} is out of range", "shapes go from 0.1 to 100; 1 is exponential")
    scale = at_part("scale", _above_zero(measure.point), fields["scale"])
    zero = at_part("zero", lambda value: read_quantity(value, "share"), fields.get("zero", "0 %"))
    if zero >= 1:
        raise _wrong("zero is 100 %", "write the value 0 alone")
    return chance.Weibull(shape, scale, zero)


_ROUNDED: Final = 5.01e-4  # of a share that is written with one digit behind the point: thirds are 33.3 %


def _read_discrete(spec: object, measure: Measure) -> Distribution:
    if not isinstance(spec, dict) or not spec:
        raise _wrong("discrete is a mapping from values to probabilities", "write {20 d: 70 %, 200 d: 30 %}")
    shares = [at_part(key, lambda value: read_quantity(value, "share"), share) for key, share in spec.items()]
    values = [at_part(key, measure.point, _key_value(key, measure)) for key in spec]
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
    return chance.Empirical(tuple(at_part(index, measure.point, item) for index, item in enumerate(spec)))


def _read_beta(spec: object, measure: Measure) -> Distribution:
    if (measure.low, measure.high) != (0.0, 1.0):
        raise _wrong(f"a {measure.noun} cannot be beta", "take pert, a beta distribution between two values")
    if not isinstance(spec, list) or len(spec) != 2:
        raise _wrong("a list of 2 values is wanted", "[successes, failures], for example [97, 3]")
    a, b = (at_part(index, _above_zero(read_number), item) for index, item in enumerate(spec))
    if max(a, b) > 1e6 or min(a, b) < 1e-2:
        raise _wrong("the shapes of a beta distribution go from 0.01 to 1e6", "for example [97, 3]")
    return chance.Beta(a, b)


# --- what editors check -------------------------------------------------------------------------------------------


def object_schema(properties: Schema, required: Iterable[str] = ()) -> Schema:
    """Return the JSON Schema of a mapping with these keys and no others; all are required if none are named."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required) or list(properties),
        "additionalProperties": False,
    }


def _row(*names: str) -> Callable[[Measure], Schema]:
    count, said = len(names), ", ".join(names)

    def schema(measure: Measure) -> Schema:
        return {"type": "array", "items": measure.point_schema, "minItems": count, "maxItems": count} | {
            "description": said
        }

    return schema


def _column_or_list(measure: Measure) -> Schema:
    return {"anyOf": [{"type": "string"}, {"type": "array", "items": measure.point_schema, "minItems": 1}]}


def _from_zero(schema: Callable[[Measure], Schema]) -> Callable[[Measure], Schema | None]:
    return lambda measure: schema(measure) if measure.has_zero and measure.high == math.inf else None


DISTRIBUTIONS: Final[dict[str, DistributionEntry]] = {
    "fixed": DistributionEntry(
        _read_fixed,
        lambda measure: measure.point_schema,
        "{fixed: 20 d}",
        "always this value; 20 d alone says the same",
        "to give one value a source",
    ),
    "triangular": DistributionEntry(
        _read_triangular,
        _row("least", "likeliest", "most"),
        "{triangular: [20 d, 30 d, 60 d]}",
        "least, likeliest, most; straight lines between them",
        "three-point estimates whose ends are really possible",
        points=3,
        make=chance.Triangular,
    ),
    "pert": DistributionEntry(
        _read_pert,
        _row("least", "likeliest (weighs four times)", "most"),
        "{pert: [20 d, 30 d, 60 d]}",
        "least, likeliest, most; a beta distribution whose mean weighs the likeliest four times",
        "three-point estimates whose ends are extreme; weeks apart from triangular",
        points=3,
        make=chance.Pert,
    ),
    "uniform": DistributionEntry(
        _read_uniform,
        _row("least", "most"),
        "{uniform: [20 d, 60 d]}",
        "every value between two is as likely",
        "a range and nothing more",
        points=2,
        make=chance.Uniform,
    ),
    "normal": DistributionEntry(
        _read_normal,
        lambda measure: object_schema({"mean": measure.point_schema, "sd": measure.width_schema}),
        "{normal: {mean: 30 d, sd: 5 d}}",
        "the bell curve, cut off where the quantity ends",
        "measured values that scatter to both sides",
    ),
    "lognormal": DistributionEntry(
        _read_lognormal,
        _from_zero(lambda measure: object_schema({"median": measure.point_schema, "p90": measure.point_schema})),
        "{lognormal: {median: 334 d, p90: 800 d}}",
        "half below the median, one in ten above p90; never negative, long to the right",
        "delays and stand-downs",
    ),
    "exponential": DistributionEntry(
        _read_exponential,
        _from_zero(lambda measure: object_schema({"mean": measure.point_schema})),
        "{exponential: {mean: 10 d}}",
        "waiting for something that comes at any moment alike",
        "failures, calls for help",
    ),
    "weibull": DistributionEntry(
        _read_weibull,
        _from_zero(
            lambda measure: object_schema(
                {"shape": _POSITIVE, "scale": measure.point_schema, "zero": quantity_schema("share")},
                ("shape", "scale"),
            )
        ),
        "{weibull: {shape: 1.02, scale: 26 d, zero: 14 %}}",
        "a share that is exactly zero, the rest from a Weibull distribution",
        "measured slips, of which some are none",
    ),
    "discrete": DistributionEntry(
        _read_discrete,
        lambda _: {"type": "object", "additionalProperties": quantity_schema("share"), "minProperties": 1},
        "{discrete: {20 d: 70 %, 200 d: 30 %}}",
        "one of these values with these probabilities, which add up to 100 %",
        "it goes well or it does not",
    ),
    "empirical": DistributionEntry(
        _read_empirical,
        _column_or_list,
        "{empirical: slips.csv#delay_d}",
        "one of the observed values, each as likely: a column of a CSV file beside the scenario, or a list",
        "when there are data",
    ),
    "beta": DistributionEntry(
        _read_beta,
        lambda measure: (
            {"type": "array", "items": _POSITIVE, "minItems": 2, "maxItems": 2}
            if (measure.low, measure.high) == (0.0, 1.0)
            else None
        ),
        "{beta: [97, 3]}",
        "a share that is not known exactly: so many successes, so many failures (shares only)",
        "probabilities learnt from a record",
    ),
}
"""By name, in the order in which the reference tells them."""
NOTES: Final = frozenset(("source", "confidence", "access"))
"""Keys that may stand beside the name of a distribution."""


def names_a_distribution(keys: Iterable[str]) -> bool:
    """Tell whether some keys are the name of one distribution, with notes or without."""
    others = [key for key in keys if key not in NOTES]
    return len(others) == 1 and others[0] in DISTRIBUTIONS
