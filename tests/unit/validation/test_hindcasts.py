"""Hindcasts know what was known then, and are judged as they promise."""

from __future__ import annotations

import datetime
import shlex
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.load import load_scenario
from sim.scenario.schema import SlipByClass
from sim.validation.hindcasts import Hindcast, HindcastDate, hindcast_cases
from sim.validation.published import PublishedCase, packaged_scenario, read_published, shipped_scenario

SAMPLE = np.arange(0.0, 1001.0)


def forecast(
    planned: float, actual: float, *, flown: bool = True, sample: np.ndarray = SAMPLE, by_lead: np.ndarray = SAMPLE
) -> HindcastDate:
    return HindcastDate("flight", planned, planned + 50.0, sample, by_lead, actual, flown)


def judged(*forecasts: HindcastDate, again: bool = False) -> dict[str, PublishedCase]:
    one = Hindcast("one", "a test", "nothing", "luck", datetime.date(2020, 1, 1), forecasts, again)
    return {case.id.removeprefix("hindcast-one-"): case for case in hindcast_cases([one])}


def test_dates_at_the_ends_of_the_interval_are_inside() -> None:
    assert forecast(0.0, 100.0).inside
    assert forecast(0.0, 900.0).inside
    assert not forecast(0.0, 901.0).inside


def test_a_date_not_come_is_open_while_its_p90_has_not_passed() -> None:
    assert not forecast(0.0, 500.0, flown=False).decided


def test_a_date_not_come_after_its_p90_counts_as_outside() -> None:
    late = forecast(0.0, 950.0, flown=False)
    assert late.decided
    assert not late.inside


def test_open_dates_do_not_count_in_the_coverage() -> None:
    found = judged(forecast(0.0, 500.0), forecast(0.0, 500.0, flown=False))["coverage"]
    assert found.ours == 1.0
    assert "1 of 1 dates, 1 still open" in found.note


def test_the_bias_is_that_of_the_median_against_the_better_plain_forecaster() -> None:
    """The plan is 400 d early in the mean, the plan plus 50 d 350 d, the median 100 d."""
    found = judged(forecast(100.0, 600.0), forecast(300.0, 600.0))["bias"]
    assert (found.ours, found.theirs) == (100.0, 350.0)
    assert found.met


def test_a_sharp_right_plan_beats_a_wide_forecast_and_the_case_says_so() -> None:
    """Truth: the CRPS of a uniform law on 0 to 1000 d at its middle is 1000/12 d."""
    found = judged(forecast(500.0, 500.0))["crps-plan"]
    assert found.ours == pytest.approx(1000.0 / 12.0, rel=2e-3)
    assert not found.met


def test_a_law_by_lead_time_alone_stands_beside_ours() -> None:
    """Truth: the CRPS of a sample without spread is its distance."""
    found = judged(forecast(0.0, 500.0, by_lead=np.full(5, 530.0)))["crps-by-lead"]
    assert found.theirs == pytest.approx(30.0)
    assert not found.met


def test_dates_that_are_forecast_again_do_not_count_twice() -> None:
    assert "hindcast-all-coverage" not in judged(forecast(0.0, 500.0), again=True)


HINDCASTS = read_published("hindcasts")["hindcasts"]


def file_of(said: dict[str, object]) -> Path:
    return packaged_scenario(str(said["packaged"])) if "packaged" in said else shipped_scenario(str(said["file"]))


@pytest.mark.parametrize("said", HINDCASTS, ids=lambda said: str(said["id"]))
def test_a_hindcast_forecasts_what_it_is_asked_for_by_class(said: dict[str, object]) -> None:
    scenario = load_scenario(file_of(said)).scenario
    rows = said["rows"]
    assert isinstance(rows, list)
    names = [row["milestone"].removesuffix(".launched") for row in rows if row["milestone"].endswith(".launched")]
    assert [name for name in names if not isinstance(scenario.missions[name].slip, SlipByClass)] == []


@pytest.mark.parametrize("said", HINDCASTS, ids=lambda said: str(said["id"]))
def test_the_law_of_a_hindcast_knows_nothing_of_its_programmes_nor_of_later_days(said: dict[str, object]) -> None:
    """A law without a day is said to be one: the table holds too little of what was known then."""
    scenario = load_scenario(file_of(said)).scenario
    (law,) = [one for one in scenario.slips.values() if one.classes is not None]
    assert law.data is not None
    assert law.command is not None
    assert scenario.calendar.as_of is not None
    if law.data.as_of is not None:
        assert law.data.as_of <= scenario.calendar.as_of
    left_out = shlex.split(law.command)
    own = said.get("own", [])
    assert isinstance(own, list)
    assert [name for name in own if name not in left_out] == []


@pytest.mark.parametrize("said", HINDCASTS, ids=lambda said: str(said["id"]))
def test_a_hindcast_starts_before_everything_it_is_asked_for(said: dict[str, object]) -> None:
    calendar = load_scenario(file_of(said)).scenario.calendar
    rows = said["rows"]
    assert isinstance(rows, list)
    assert calendar.as_of == calendar.start
    for row in rows:
        assert row.get("actual", row.get("open")) > calendar.start.date(), row
