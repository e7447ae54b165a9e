"""Working calendars: minutes of work between moments, and moments after so many minutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.worktime import Hours, WorkCalendar, usual_day_min, work_calendar

START = datetime(2031, 3, 3)
DAY: Hours = ((480, 720), (780, 1020))
OFF = {date(2031, 5, 1), *(date(2031, 5, day) for day in range(19, 24))}


def _hours(day: date) -> Hours:
    return () if day.weekday() > 4 or day in OFF else DAY


def _office() -> WorkCalendar:
    made = work_calendar("office", START, datetime(2032, 1, 1), _hours, 480.0)
    assert made is not None
    return made


OFFICE = _office()


def at(text: str) -> float:
    return (datetime.fromisoformat(text) - START) / timedelta(days=1)


def shown(day: float) -> str:
    return (START + timedelta(minutes=round(day * 1440))).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("since", "days", "until"),
    [
        ("2031-03-03T00:00", 10, "2031-03-14T17:00"),
        ("2031-03-14T17:00", 4, "2031-03-20T17:00"),
        ("2031-04-24T08:00", 6, "2031-05-02T17:00"),  # 1 May is off
        ("2031-05-16T17:00", 1, "2031-05-26T17:00"),  # over the shutdown
        ("2031-05-26T17:00", -5, "2031-05-13T08:00"),
        ("2031-03-08T12:00", -1, "2031-03-07T08:00"),  # from a Saturday
    ],
)
def test_working_days_are_counted_over_weekends_and_days_off(since: str, days: int, until: str) -> None:
    assert shown(OFFICE.add(at(since), days * 480.0)) == until


@pytest.mark.parametrize(
    ("moment", "stands"),
    [("2031-03-14T17:00", "2031-03-14T17:00"), ("2031-03-15T09:00", "2031-03-17T08:00")],
)
def test_no_work_stands_at_the_end_of_a_span_and_not_in_the_night(moment: str, stands: str) -> None:
    assert shown(OFFICE.moment(at(moment))) == stands


def test_an_evening_and_the_next_morning_are_one_working_moment() -> None:
    assert OFFICE.between(at("2031-03-14T17:00"), at("2031-03-17T08:00")) == 0.0


@given(st.integers(0, 200 * 480), st.integers(-50 * 480, 50 * 480))
def test_adding_and_taking_away_minutes_is_exact(worked: int, minutes: int) -> None:
    day = OFFICE.start_at(OFFICE.worked(0.0) + worked)
    assert OFFICE.between(day, OFFICE.add(day, float(minutes))) == minutes


def test_the_usual_day_is_that_of_most_days() -> None:
    assert usual_day_min([DAY, DAY, DAY, DAY, ((480, 720),), (), ()]) == 480.0
