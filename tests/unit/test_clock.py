"""Dates and days."""

from __future__ import annotations

import datetime

from sim.clock import Calendar

CALENDAR = Calendar(datetime.datetime(2022, 1, 1), datetime.datetime(2050, 1, 1))


def test_calendar_counts_every_leap_day() -> None:
    """2022 to 2050 holds the leap years 2024, 28, 32, 36, 40, 44, 48."""
    assert CALENDAR.length_d == 28 * 365 + 7


def test_days_and_dates_are_inverse() -> None:
    date = datetime.datetime(2031, 6, 1, 6)
    assert CALENDAR.to_date(CALENDAR.to_days(date)) == date
    assert CALENDAR.to_days(date) % 1 == 0.25


def test_day_before_the_start_is_negative() -> None:
    assert CALENDAR.to_days(datetime.datetime(2021, 12, 31)) == -1


def test_model_time_is_written_as_the_day_it_falls_on() -> None:
    assert CALENDAR.iso(0.99) == "2022-01-01"
    assert CALENDAR.iso(1.0) == "2022-01-02"
