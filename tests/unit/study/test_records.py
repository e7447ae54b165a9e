"""Records survive JSON, and what is no such record is refused with its place."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from sim.study.records import RecordError, from_json, to_json


@dataclasses.dataclass(frozen=True, slots=True)
class Inner:
    name: str
    value: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Outer:
    count: int
    flag: bool
    parts: tuple[Inner, ...]
    pair: tuple[str, float]
    named: dict[str, tuple[float, ...]]


@dataclasses.dataclass(frozen=True, slots=True)
class Grown:
    name: str
    since: str = "the beginning"


OUTER = Outer(3, True, (Inner("a", None), Inner("b", math.inf)), ("x", -math.inf), {"k": (1.0, 0.1)})


def test_a_record_comes_back_as_it_was() -> None:
    assert from_json(Outer, to_json(OUTER)) == OUTER


def test_a_field_that_came_later_takes_its_default() -> None:
    assert from_json(Grown, '{"name": "a"}') == Grown("a")


def test_the_text_is_strict_json() -> None:
    """JSON (RFC 8259, section 6) has no Infinity; a strict reader must not meet one."""

    def refuse(word: str) -> float:
        raise AssertionError(word)

    json.loads(to_json(OUTER), parse_constant=refuse)


def test_nan_comes_back_as_nan() -> None:
    back = from_json(Inner, to_json(Inner("x", math.nan)))
    assert back.value is not None
    assert math.isnan(back.value)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"count": "3"}, r"\.count"),
        ({"count": True}, r"\.count"),
        ({"flag": 1}, r"\.flag"),
        ({"parts": [{"name": "a"}]}, r"\.parts\[0\]"),
        ({"pair": ["x"]}, r"\.pair"),
        ({"named": {"k": ["nothing"]}}, r"\.named\.k\[0\]"),
        ({"more": 1}, "more"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], place: str) -> None:
    with pytest.raises(RecordError, match=place):
        from_json(Outer, json.dumps(json.loads(to_json(OUTER)) | change))


def test_half_a_text_is_refused() -> None:
    with pytest.raises(RecordError, match="JSON"):
        from_json(Outer, to_json(OUTER)[:40])
