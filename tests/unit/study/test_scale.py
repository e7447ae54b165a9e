"""Values of a key on one scale."""

from __future__ import annotations

import datetime

import pytest

from sim.study.responses import places_of


def test_dates_stand_at_their_day() -> None:
    days = datetime.date(2031, 6, 1).toordinal(), datetime.date(2032, 1, 1).toordinal()
    assert places_of(["2031-06-01", "2032-01-01"]) == days


def test_a_time_of_day_is_part_of_a_day() -> None:
    midnight, noon = places_of(["2031-06-01", "2031-06-01T12:00"]) or (0.0, 0.0)
    assert noon - midnight == 0.5


def test_numbers_of_one_unit_stand_at_their_number() -> None:
    assert places_of(["90 d", "120.5 d", "-3 d"]) == (90.0, 120.5, -3.0)


@pytest.mark.parametrize(
    "texts", [["90 d", "1 yr"], ["90 d", ""], ["2031-06-01", "2031"], ["{uniform: [1 d, 2 d]}", "1 d"], ["true"], []]
)
def test_what_is_not_of_one_kind_has_no_places(texts: list[str]) -> None:
    assert places_of(texts) is None
