"""Conflicts are smallest, the nearest change is the nearest, and what is not known is never blamed."""

from __future__ import annotations

import math

import pytest

from sim.decide.explain import find_conflict, least_change


@pytest.mark.parametrize(
    ("conflicts", "smallest"),
    [(("abc", "de"), "de"), (("abcd", "bcde", "af"), "af"), (("abc",), "abc"), (("e",), "e")],
)
def test_the_smallest_conflict_is_found_among_several(conflicts: tuple[str, ...], smallest: str) -> None:
    found = find_conflict("abcdef", lambda kept: not any(set(one) <= kept for one in conflicts))
    assert found is not None
    assert "".join(found.statements) == smallest
    assert found.smallest


def test_what_can_hold_has_no_conflict() -> None:
    assert find_conflict("abc", lambda _: True) is None


def test_statements_are_not_blamed_for_what_fails_without_them() -> None:
    assert find_conflict("abc", lambda _: False) is None


def test_what_is_not_known_is_no_conflict() -> None:
    assert find_conflict("abc", lambda _: None) is None


def test_without_time_a_conflict_says_that_it_is_not_shortened() -> None:
    found = find_conflict("abc", lambda kept: "a" not in kept, seconds=-1.0)
    assert found is not None
    assert not found.shortened


@pytest.mark.parametrize(("value", "free", "limit"), [(3, math.inf, 5), (40, 0, 17), (0, 100, 64), (12, 0, 0)])
def test_the_nearest_whole_number_is_exact(value: float, free: float, limit: float) -> None:
    def works(number: float) -> bool:
        return number >= limit if free > value else number <= limit

    assert least_change(value, free, works, whole=True) == limit


def test_no_change_helps_when_even_the_free_value_does_not() -> None:
    assert least_change(10.0, 0.0, lambda _: False, whole=False) is None
    assert least_change(10.0, math.inf, lambda _: False, whole=False) is None


def test_another_number_is_rounded_to_the_side_that_works() -> None:
    assert least_change(1000.0, math.inf, lambda number: number >= 1234.4, whole=False) == 1240.0
    assert least_change(1000.0, 0.0, lambda number: number <= 987.6, whole=False) == 987.0
