"""The levers of a sweep: what is a number, what is a date, and how a picture writes them."""

from __future__ import annotations

import pytest

from dashboards.lever_axis import AS_IS, fold_path, levers_of, show_value, show_values, unit_of


def test_numbers_of_one_unit_are_in_the_order_of_their_size() -> None:
    (lever,) = levers_of([{"a.b": "120 d"}, {"a.b": "60 d"}, {"a.b": "90 d"}])
    assert (lever.values, lever.levels, lever.numeric) == (("60 d", "90 d", "120 d"), (60.0, 90.0, 120.0), True)


def test_numbers_of_two_units_are_not_compared() -> None:
    """A year is more than ninety days, though 1 is less than 90."""
    (lever,) = levers_of([{"a.b": "90 d"}, {"a.b": "1 yr"}])
    assert (lever.values, lever.numeric) == (("90 d", "1 yr"), False)


def test_dates_are_in_the_order_of_the_calendar() -> None:
    (lever,) = levers_of([{"a.b": "2033-12-31"}, {"a.b": "2029-12-31"}])
    assert lever.values == ("2029-12-31", "2033-12-31")
    assert lever.numeric


def test_a_lever_that_a_case_leaves_alone_is_as_it_is_and_comes_first() -> None:
    (first, second) = levers_of([{}, {"a": "2"}, {"b": "3"}, {"a": "1"}])
    assert first.values == (AS_IS, "1", "2")
    assert second.values == (AS_IS, "3")
    assert not first.numeric


def test_what_never_changes_is_no_lever() -> None:
    assert levers_of([{"a": "1", "b": "1"}, {"a": "2", "b": "1"}]) == levers_of([{"a": "1"}, {"a": "2"}])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("226.899 d", "227 d"),
        ("1.71724 %", "1.72 %"),
        ("0.410088", "0.41"),
        ("120 d", "120 d"),
        ("1234.56 kg", "1235 kg"),
        ("2033-12-31", "Dec 2033"),
        ("{pert: [1 yr, 2 yr, 4 yr]}", "{pert: [1 yr, 2 y…"),
        (AS_IS, AS_IS),
    ],
)
def test_a_picture_shows_three_digits_of_a_value(value: str, shown: str) -> None:
    assert show_value(value) == shown


def test_dates_of_one_month_are_shown_to_the_day() -> None:
    (lever,) = levers_of([{"a.b": "2033-12-01"}, {"a.b": "2033-12-31"}])
    assert show_values(lever) == ["2033-12-01", "2033-12-31"]


def test_a_name_folds_between_its_words() -> None:
    assert fold_path("slips.lunar-programmes.beyond.per_day") == ["lunar-", "programmes,", "beyond per day"]
    assert fold_path("slips.lunar-programmes.beyond.per_day", 20) == ["lunar-programmes,", "beyond per day"]


def test_dates_have_no_unit_and_numbers_have_theirs() -> None:
    dates, days = levers_of([{"a": "2029-07-01", "b": "1 d"}, {"a": "2030-07-01", "b": "2 d"}])
    assert (unit_of(dates), unit_of(days)) == ("", "d")
