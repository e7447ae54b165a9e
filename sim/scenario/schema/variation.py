"""Studies: what `ilrs sweep` varies and what `ilrs seek` may change, with what it costs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from sim.chance import Distribution
from sim.problems import Code, WrongValueError
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.schema.blocks import Block, Sourced, SourceNote
from sim.units import Date, Name, Share

_RANGES: Final = {name: entry.points for name, entry in DISTRIBUTIONS.items() if entry.points}
_NUMBER: Final = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(\s*[^\s0-9].*)?")


@dataclass(frozen=True, slots=True)
class Listed:
    """A few values to vary over, as they stand in the scenario."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution over numbers of one unit to vary over."""

    law: Distribution
    unit: str
    """What follows the number, with the blank; empty for bare numbers."""

    def text_at(self, u: float) -> str:
        """Return the quantile of share `u`, from 0 to 1, as text."""
        return f"{self.law.ppf(min(max(u, 1e-12), 1.0 - 1e-12)):.6g}{self.unit}"


def read_values(spec: object) -> Listed | Spread:
    """Return what a factor is varied over; raises `WrongValueError` for anything but a list of values and a range."""
    if isinstance(spec, list) and spec:
        return Listed(tuple(spec))
    if isinstance(spec, dict) and len(spec) == 1:
        name, points = next(iter(spec.items()))
        if name in _RANGES and isinstance(points, list):
            return _spread(name, points)
    hint = f"give a list of values, or a range such as {{uniform: [90 d, 240 d]}}; known are {', '.join(_RANGES)}"
    raise WrongValueError("these are no values to vary over", hint)


def _spread(name: str, points: list[Any]) -> Spread:
    wanted, make = DISTRIBUTIONS[name].points, DISTRIBUTIONS[name].make
    assert make is not None  # as for every range
    found = [_NUMBER.fullmatch(str(point)) for point in points]
    parts = [(float(one[1]), " ".join((one[2] or "").split())) for one in found if one]
    if len(parts) != wanted or len(points) != wanted or len({unit for _, unit in parts}) != 1:
        hint = f"for example {{{name}: [{', '.join(('90 d', '120 d', '240 d')[-wanted:])}]}}"
        raise WrongValueError(f"{name} wants {wanted} numbers of one and the same unit", hint)
    try:
        made = make(*(number for number, _ in parts))
    except ValueError as error:
        raise WrongValueError(str(error), "write them in growing order", Code.DISTRIBUTION) from None
    unit = parts[0][1]
    return Spread(made, f" {unit}" if unit else "")


_VALUES_SCHEMA: Final = {
    "anyOf": [
        {"type": "array", "items": {}, "minItems": 1},
        *(
            {
                "type": "object",
                "properties": {name: {"type": "array", "items": {}, "minItems": count, "maxItems": count}},
                "required": [name],
                "additionalProperties": False,
            }
            for name, count in _RANGES.items()
        ),
    ],
    "description": "a list of values, or a range: {uniform: [90 d, 240 d]}",
}
Values = Annotated[Any, PlainValidator(read_values), WithJsonSchema(_VALUES_SCHEMA)]
Cost = Annotated[float, Field(ge=0, le=1e12)]
VariantsText = Annotated[str, Field(min_length=1, max_length=1000)]


class ParameterStudy(Block):
    """A parameter study, read by `ilrs sweep` only."""

    design: Literal["grid", "lhs", "sobol", "saltelli", "tornado", "zip"] = "sobol"
    """Which cases there are; `saltelli` gives Sobol indices, `tornado` moves one factor at a time, `zip` takes the
    first value of every list together, then the second, and so on."""
    cases: Annotated[int, Field(ge=1, le=1_000_000)] = 64
    """Points of the design; a grid and a tornado have as many as they have."""
    replications: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    """Replications of each case."""
    levels: Annotated[int, Field(ge=1, le=1000)] = 5
    """Steps of a range in a grid."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 2035
    """Root seed of the design and of the replications."""
    variants: Annotated[list[VariantsText], Field(min_length=1)] | None = None
    """Variants to vary over, several at once joined by `+`; `none` is the file as it is."""
    vary: dict[str, Values] = {}
    """What is varied, by dotted path: a list of values, or a range."""
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=100_000)] | None = None
    """Of a `zip`: its cases written out, each with values by dotted path; what a row leaves out stays as it is."""

    @model_validator(mode="after")
    def _zips_what_fits(self) -> ParameterStudy:
        if self.rows is not None and (self.vary or self.variants or self.design != "zip"):
            raise ValueError("rows are the cases of a zip; write design: zip, and neither vary nor variants")
        if self.rows is not None and not all(self.rows):
            raise ValueError("a row sets nothing; give it a value by dotted path, or take it away")
        if self.design == "zip" and self.rows is None:
            require_same_length(self.vary, self.variants)
        return self

    def columns(self) -> dict[str, Listed | Spread]:
        """Return what is varied, by dotted path; None stands where a row leaves it as it is."""
        if self.rows is None:
            return dict(self.vary)
        paths = dict.fromkeys(path for row in self.rows for path in row)
        return {path: Listed(tuple(row.get(path) for row in self.rows)) for path in paths}


def require_same_length(vary: Mapping[str, Listed | Spread], variants: Sequence[str] | None = None) -> None:
    """Refuse factors that cannot go together, value by value; raises ValueError."""
    counts = {"variants": len(variants)} if variants is not None else {}
    for path, spec in vary.items():
        if not isinstance(spec, Listed):
            raise ValueError(f"a zip takes lists, and {path} is a range; write its values out")
        counts[path] = len(spec.values)
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{path} has {count}" for path, count in counts.items())
        raise ValueError(f"the lists of a zip are of one length: {said}")


class DecisionVariable(Sourced):
    """Values that something could be set to, and what each costs."""

    values: Annotated[list[Any], Field(min_length=1)]
    """What it can be set to beside what it is."""
    costs: Annotated[list[Cost], Field(min_length=1)]
    """What each value costs, in any unit; as it is, it costs nothing."""

    @model_validator(mode="after")
    def _a_cost_for_each(self) -> DecisionVariable:
        if len(self.values) != len(self.costs):
            raise ValueError(
                f"there is one cost for each value, not {len(self.costs)} for {len(self.values)}; "
                "for example {values: [120 d, 90 d], costs: [1.5, 4]}"
            )
        return self


class Seek(Block):
    """Levers with what they cost, read by `ilrs seek` only."""

    goal: Name | None = None
    """The goal; the first one if not said."""
    confidence: Share | None = None
    """The chance wanted of reaching it by its date; the goal's own if not said."""
    levers: dict[str, DecisionVariable] = {}
    """What could be changed, by dotted path."""
    variants: dict[Name, Cost] = {}
    """Variants that could be taken, with what each costs."""
    sources: dict[str, SourceNote] = {}
    """Where costs come from that stand here without a block of their own, such as those of `variants`."""

    @model_validator(mode="after")
    def _is_possible(self) -> Seek:
        if not self.levers and not self.variants:
            raise ValueError("there are no levers; give at least one lever or variant with its cost")
        if self.confidence is not None and not 0.0 < self.confidence < 1.0:
            raise ValueError("a confidence lies between 0 % and 100 %, and is neither; for example 70 %")
        return self


Objective = Literal["date", "launches", "imleo", "cost"]
Amount = Annotated[float, Field(ge=0, le=1e12)]


class FlightStack(Block):
    """A launch vehicle with what it carries, that a mission could fly on."""

    launcher: Name
    """The launch vehicle."""
    carries: Annotated[list[Name], Field(min_length=1, max_length=20)]
    """Spacecraft on it, in order; the first with a hold carries the cargo."""


class FreeDates(Block):
    """Between which days the free missions may be planned; the words `not_before` of the file no longer bind."""

    from_: Date | None = Field(default=None, alias="from")
    """The first day; the day of knowledge if not said."""
    to: Date | None = None
    """The last day; that of the latest free mission if not said."""


class MoreFlights(Block):
    """How many flights there may be, and what a new one is like."""

    most: Annotated[int, Field(ge=1, le=40)]
    """Flights in all, those that are there already included."""
    like: Name
    """The mission that a new one copies."""


class Free(Block):
    """What may be changed; the rest is fixed."""

    cargo: Annotated[list[Name], Field(min_length=1, max_length=40)] | None = None
    """Missions whose loads may change places; those that carry the goal's elements on one route if not said."""
    stacks: dict[Name, FlightStack] = {}
    """What each of these missions may fly on besides what it flies on now."""
    dates: FreeDates | None = None
    """Between which days they may be planned; without it the dates stay."""
    flights: MoreFlights | None = None
    """Flights that may be added."""
    optional: list[Name] = []
    """Loads that may stay at home."""


class Optimise(Block):
    """What `ilrs optimise` may change and what it aims at; read by it only."""

    goal: Name | None = None
    """The goal; the first one if not said."""
    minimise: Annotated[list[Objective], Field(min_length=1)] | None = None
    """What is to be least: the first counts, ties are broken by the next."""
    at_most: dict[Objective, str | float] = {}
    """Upper limits, such as `{launches: 5, date: 2034-12-31}`."""
    free: Free = Free()
    """What may be changed; the rest is fixed."""
    keep: dict[Name, list[Name]] = {}
    """Loads that stay on a mission."""
    together: list[Annotated[list[Name], Field(min_length=2)]] = []
    """Loads that fly on one flight."""
    apart: list[Annotated[list[Name], Field(min_length=2)]] = []
    """Loads of which no two fly on one flight."""
    costs: dict[Name, Amount] = {}
    """Cost of one flight of a mission, or of a stack; the `cost` of the mission if not said."""
