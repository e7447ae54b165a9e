"""Dates, shares and text as they are worded on a page."""

from __future__ import annotations

import datetime
import math

import pytest

from dashboards import formats
from sim.analysis.estimates import Estimate, Quantile, wilson
from sim.clock import Calendar

CALENDAR = Calendar(datetime.datetime(2022, 1, 1), datetime.datetime(2050, 1, 1))


def test_a_share_that_is_not_zero_is_not_printed_as_zero() -> None:
    """Half a percent would be rounded to even, that is to zero: one run of two hundred."""
    assert formats.percent(0.002) == formats.percent(0.005) == "< 1 %"


def test_a_share_that_is_not_one_is_not_printed_as_one() -> None:
    assert formats.percent(0.998) == formats.percent(0.9951) == "> 99 %"


def test_a_certain_share_is_printed_plainly() -> None:
    assert (formats.percent(0.0), formats.percent(1.0)) == ("0 %", "100 %")


def test_a_chance_carries_its_interval() -> None:
    assert formats.chance(Estimate(0.312, 0.274, 0.353)) == "31 % (27 to 35 %)"


def test_what_never_happened_is_told_as_a_count_with_what_it_proves() -> None:
    """Wilson's interval of 0 of 500 ends at z2 / (n + z2) = 3.8415 / 503.84 = 0.76 %, which is 1 in 131."""
    assert formats.chance(wilson(0, 500)) == "0 of 500: fewer than 1 in 100"


def test_what_always_happened_is_told_in_the_same_way() -> None:
    assert formats.chance(wilson(40, 40)) == "40 of 40: all but fewer than 1 in 10"


def test_a_chance_without_counts_still_is_no_bare_zero() -> None:
    assert formats.chance(Estimate(0.0, 0.0, 0.0076)) == "fewer than 1 in 100"


def test_a_date_is_told_to_the_month() -> None:
    """2035-12-31 is day 5112 of a calendar that starts on 2022-01-01: 14 years of 365 days, 3 leap days, less 1."""
    assert formats.month(CALENDAR, 14 * 365 + 3 - 1) == "Dec 2035"


@pytest.mark.parametrize("time_d", [None, math.nan])
def test_a_missing_date_is_not_reached(time_d: float | None) -> None:
    assert formats.month(CALENDAR, time_d) == "not reached"


def test_an_interval_open_at_the_calendar_end_says_so() -> None:
    assert formats.span(CALENDAR, Quantile(0.9, 9000.0, 8766.0, None)) == "Jan 2046 to not by 2050"


def test_a_quantile_beyond_the_calendar_has_no_date() -> None:
    assert formats.span(CALENDAR, Quantile(0.9, None, None, None)) == "not by 2050"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.2, "on the day"),
        (12.0, "12 d later"),
        (-12.0, "12 d earlier"),
        (430.0, "14 months later"),
        (1461.0, "4.0 years later"),
    ],
)
def test_a_difference_of_dates_is_told_in_the_unit_one_would_use(days: float, words: str) -> None:
    assert formats.lateness(days) == words


def test_markup_in_a_figure_stays_letters() -> None:
    assert formats.figure_text("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"


def test_a_template_in_a_name_is_not_filled_in() -> None:
    assert "%{" not in formats.figure_text("%{customdata}")


@pytest.mark.parametrize("length", [5, 10, 40])
def test_a_shortened_text_is_never_longer_than_asked(length: int) -> None:
    assert len(formats.shorten("a-rather-long-name-of-an-element", length)) <= length


def test_words_are_listed_as_one_says_them() -> None:
    assert [formats.listing(list("abc"[:n])) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_an_interval_that_is_not_empty_has_two_ends() -> None:
    """None of a thousand: Wilson's interval reaches 0.38 %."""
    assert formats.interval(Estimate(0.0, 0.0, 0.0038)) == "0 to 0.4 %"
    assert formats.interval(Estimate(0.31, 0.27, 0.35)) == "27 to 35 %"


def test_known_orbits_have_words_and_others_their_own_name() -> None:
    assert (formats.place_name("llo"), formats.place_name("leo-wenchang")) == ("low lunar orbit", "leo-wenchang")
