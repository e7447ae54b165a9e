"""Random values: what is read, and the answer to every impossible one."""

from __future__ import annotations

import datetime
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from sim import chance
from sim.clock import Calendar
from sim.problems import Code, WrongValueError
from sim.scenario.values import (
    DateDistribution,
    UncertainDate,
    UncertainDuration,
    UncertainFactor,
    UncertainMass,
    UncertainShare,
    UncertainSlip,
)

DURATION: TypeAdapter[chance.Distribution] = TypeAdapter(UncertainDuration)
SLIP: TypeAdapter[chance.Distribution] = TypeAdapter(UncertainSlip)
MASS: TypeAdapter[chance.Distribution] = TypeAdapter(UncertainMass)
SHARE: TypeAdapter[chance.Distribution] = TypeAdapter(UncertainShare)
FACTOR: TypeAdapter[chance.Distribution] = TypeAdapter(UncertainFactor)
DATE: TypeAdapter[DateDistribution] = TypeAdapter(UncertainDate)

READ: list[tuple[TypeAdapter[Any], Any, chance.Distribution]] = [
    (DURATION, "20 d", chance.Fixed(20)),
    (DURATION, {"fixed": "20 d", "source": "x", "confidence": "low"}, chance.Fixed(20)),
    (DURATION, {"triangular": ["20 d", "30 d", "60 d"]}, chance.Triangular(20, 30, 60)),
    (DURATION, {"pert": ["1 wk", "2 wk", "3 wk"]}, chance.Pert(7, 14, 21)),
    (DURATION, {"uniform": ["90 d", "240 d"]}, chance.Uniform(90, 240)),
    (DURATION, {"normal": {"mean": "30 d", "sd": "5 d"}}, chance.Normal(30, 5, low=0)),
    (DURATION, {"lognormal": {"median": "334 d", "p90": "800 d"}}, chance.Lognormal(334, 800)),
    (DURATION, {"exponential": {"mean": "40 d"}}, chance.Exponential(40)),
    (DURATION, {"weibull": {"shape": 1.4, "scale": "30 d", "zero": "14 %"}}, chance.Weibull(1.4, 30, 0.14)),
    (DURATION, {"discrete": {"20 d": "70 %", "200 d": "30 %"}}, chance.Discrete((20, 200), (0.7, 0.3))),
    (DURATION, {"empirical": ["3 d", "1 d"]}, chance.Empirical((1, 3))),
    (DURATION, {"triangular": ["30 d", "30 d", "30 d"]}, chance.Fixed(30)),
    (DURATION, {"pert": ["30 d", "30 d", "30 d"]}, chance.Fixed(30)),
    (DURATION, {"uniform": ["2 d", "2 d"]}, chance.Fixed(2)),
    (SLIP, "0 d", chance.Fixed(0)),
    (SLIP, {"triangular": ["-5 d", "0 d", "60 d"]}, chance.Triangular(-5, 0, 60)),
    (MASS, {"uniform": ["900 kg", "1.1 t"]}, chance.Uniform(900, 1100)),
    (SHARE, {"beta": [97, 3]}, chance.Beta(97, 3)),
    (SHARE, "97 %", chance.Fixed(0.97)),
    (FACTOR, {"triangular": [1.1, 1.4, 2.2]}, chance.Triangular(1.1, 1.4, 2.2)),
    (FACTOR, {"discrete": {"1": "70 %", "1.5": "30 %"}}, chance.Discrete((1, 1.5), (0.7, 0.3))),
    (FACTOR, 2, chance.Fixed(2)),
]


@pytest.mark.parametrize(("adapter", "value", "law"), READ)
def test_value_is_read_as_the_law_it_names(adapter: TypeAdapter[Any], value: object, law: chance.Distribution) -> None:
    assert adapter.validate_python(value, strict=True) == law


@pytest.mark.parametrize(("adapter", "value", "law"), READ)
def test_value_that_is_read_passes_the_editor_schema(
    adapter: TypeAdapter[Any], value: object, law: chance.Distribution
) -> None:
    jsonschema.Draft202012Validator(adapter.json_schema()).validate(value)


REFUSED: list[tuple[TypeAdapter[Any], Any, Code, tuple[str | int, ...], str]] = [
    (DURATION, {"triangular": ["60 d", "30 d", "20 d"]}, Code.DISTRIBUTION, ("triangular",), "fall from left to right"),
    (DURATION, {"triangular": ["20 d", "30 d"]}, Code.DISTRIBUTION, ("triangular",), "a list of 3 values"),
    (DURATION, {"discrete": {"2 d": "33 %", "3 d": "33 %"}}, Code.DISTRIBUTION, ("discrete",), "add up to 66 %"),
    (DURATION, {"pert": ["2 d", "3 t", "4 d"]}, Code.UNIT_UNKNOWN, ("pert", 1), "'t' is not a unit"),
    (DURATION, {"pert": ["2 d", 3, "4 d"]}, Code.UNIT_MISSING, ("pert", 1), "3 has no unit"),
    (DURATION, {"pert": ["-2 d", "3 d", "4 d"]}, Code.OUT_OF_RANGE, ("pert", 0), "below 0 d"),
    (DURATION, {"lognormal": {"median": "9 d", "p90": "3 d"}}, Code.DISTRIBUTION, ("lognormal",), "not above"),
    (DURATION, {"lognormal": {"median": "9 d"}}, Code.MISSING_KEY, ("lognormal",), "needs p90"),
    (DURATION, {"lognormal": {"median": "9 d", "p9": "3 d"}}, Code.UNKNOWN_KEY, ("lognormal", "p9"), "has no p9"),
    (DURATION, {"exponential": "3 d"}, Code.DISTRIBUTION, ("exponential",), "is a mapping"),
    (DURATION, {"exponential": {"mean": "0 d"}}, Code.DISTRIBUTION, ("exponential", "mean"), "not above 0"),
    (DURATION, {"normal": {"mean": "3 d", "sd": "-1 d"}}, Code.OUT_OF_RANGE, ("normal", "sd"), "below 0 d"),
    (DURATION, {"weibull": {"shape": -1, "scale": "3 d"}}, Code.DISTRIBUTION, ("weibull", "shape"), "not above 0"),
    (DURATION, {"weibull": {"shape": "1", "scale": "3 d"}}, Code.WRONG_TYPE, ("weibull", "shape"), "plain number"),
    (DURATION, {"weibull": {"shape": 1, "scale": "3 d", "zero": "100 %"}}, Code.DISTRIBUTION, ("weibull",), "100 %"),
    (DURATION, {"discrete": {"2 d": "70 %", "3 d": "40 %"}}, Code.DISTRIBUTION, ("discrete",), "add up to 110 %"),
    (DURATION, {"discrete": {"2 d": "170 %"}}, Code.OUT_OF_RANGE, ("discrete", "2 d"), "above 100 %"),
    (DURATION, {"discrete": {"2 d": 0.7, "3 d": 0.3}}, Code.UNIT_MISSING, ("discrete", "2 d"), "0.7 has no unit"),
    (DURATION, {"empirical": []}, Code.DISTRIBUTION, ("empirical",), "CSV file or a list"),
    (DURATION, {"pert": ["1 d", "2 d", "3 d"], "uniform": ["1 d", "2 d"]}, Code.DISTRIBUTION, (), "side by side"),
    (DURATION, {"source": "x"}, Code.DISTRIBUTION, (), "names its distribution"),
    (DURATION, {"triangle": ["1 d", "2 d", "3 d"]}, Code.UNKNOWN_KEY, ("triangle",), "no such distribution"),
    (DURATION, {"fixed": "1 d", "confidence": "sure"}, Code.WRONG_CHOICE, ("confidence",), "no confidence"),
    (DURATION, {"fixed": "1 d", "source": ""}, Code.WRONG_CHOICE, ("source",), "no source"),
    (DURATION, {"beta": [2, 3]}, Code.DISTRIBUTION, ("beta",), "cannot be beta"),
    (DURATION, "8,2 d", Code.NUMBER_FORMAT, (), "has a comma"),
    (SHARE, {"lognormal": {"median": "9 %", "p90": "30 %"}}, Code.DISTRIBUTION, ("lognormal",), "leave the range"),
    (SHARE, {"beta": [0, 3]}, Code.DISTRIBUTION, ("beta", 0), "not above 0"),
    (SHARE, {"normal": {"mean": "50 %", "sd": "9e4 %"}}, Code.OUT_OF_RANGE, ("normal", "sd"), "above 100 %"),
    (FACTOR, "1.4", Code.WRONG_TYPE, (), "plain number"),
    (FACTOR, True, Code.WRONG_TYPE, (), "plain number"),
    (FACTOR, -1, Code.OUT_OF_RANGE, (), "below 0"),
    (DATE, {"lognormal": {"median": "1 d", "p90": "3 d"}}, Code.DISTRIBUTION, ("lognormal",), "cannot be lognormal"),
    (DATE, {"pert": ["2030-01-01", "2029-01-01", "2031-01-01"]}, Code.DISTRIBUTION, ("pert",), "fall from left"),
    (DATE, {"uniform": ["2030-01-01", "2030-13-01"]}, Code.DATE, ("uniform", 1), "no month 13"),
    (DATE, {"normal": {"mean": "2030-01-01", "sd": "2031-01-01"}}, Code.WRONG_TYPE, ("normal", "sd"), "is a date"),
    (DATE, 2030, Code.DATE, (), "is no date"),
]  # fmt: skip


@pytest.mark.parametrize(("adapter", "value", "code", "inner", "said"), REFUSED)
def test_impossible_value_is_answered_where_it_stands(
    adapter: TypeAdapter[Any], value: object, code: Code, inner: tuple[str | int, ...], said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value, strict=True)
    (details,) = caught.value.errors()
    error = details["ctx"]["error"]
    assert isinstance(error, WrongValueError)
    assert (error.code, error.inner) == (code, inner)
    assert said in error.message
    assert error.hint


@pytest.mark.parametrize("shares", [("33.3 %",) * 3, ("33.3334 %",) * 3, ("16.7 %",) * 6, ("50.00005 %",) * 2])
def test_shares_that_add_up_to_the_whole_within_their_rounding_are_taken(shares: tuple[str, ...]) -> None:
    law = DURATION.validate_python({"discrete": {f"{day} d": share for day, share in enumerate(shares)}})
    assert isinstance(law, chance.Discrete)
    assert sum(law.shares) == pytest.approx(1.0, abs=1e-12)


def test_date_law_is_moved_to_the_calendar() -> None:
    calendar = Calendar(datetime.datetime(2022, 1, 1), datetime.datetime(2050, 1, 1))
    law = DATE.validate_python({"triangular": ["2023-01-01", "2024-01-01", "2026-01-01"]}).to_days(calendar)
    assert law.support == pytest.approx((365, 365 + 365 + 366 + 365))
    assert calendar.iso(law.mode) == "2024-01-01"


def test_most_likely_date_is_kept_as_a_date() -> None:
    assert DATE.validate_python("2031-06-01").mode() == datetime.datetime(2031, 6, 1)


@pytest.mark.parametrize("value", [5, {"pert": ["1 d", "2 d"]}, {"source": "x"}, {"normal": {"mean": "3 d"}}, "5"])
def test_editor_schema_refuses_what_is_wrong(value: object) -> None:
    assert not jsonschema.Draft202012Validator(DURATION.json_schema()).is_valid(value)
