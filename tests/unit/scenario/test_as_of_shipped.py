"""The baseline goes back to the day of the announcement, and agrees with the plan that was written for that day."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

import pytest

from sim.campaign.compile import compile_campaign
from sim.scenario.load import Loaded, load_scenario
from sim.study.runner import run_study

ANNOUNCED: Final = "2021-12-29"
EXPLAINED: Final = {
    "queqiao-2": "a year is entered as its middle here; ilrs-2021 takes March of that year",
}
"""Missions whose planned dates differ between the two, and why."""


@functools.cache
def then(day: str = ANNOUNCED) -> Loaded:
    return load_scenario("ilrs-2035", as_of=day)


@functools.cache
def written_then() -> Loaded:
    return load_scenario("ilrs-2021")


def test_official_dates_of_goals_are_those_of_the_plan_of_2021() -> None:
    ours, theirs = then().scenario.goals, written_then().scenario.goals
    shared = ours.keys() & theirs.keys()
    assert shared == {"ilrs-basic", "orbital-research", "gnss-stations"}
    assert {name: ours[name].by for name in shared} == {name: theirs[name].by for name in shared}


def test_planned_flights_are_those_of_the_plan_of_2021_or_explained() -> None:
    ours, theirs = then().scenario.missions, written_then().scenario.missions
    shared = [name for name in ours if name in theirs]
    differing = {name for name in shared if ours[name].not_before != theirs[name].not_before}
    assert len(shared) > 10
    assert differing == EXPLAINED.keys()


def test_flights_of_later_are_still_to_fly() -> None:
    missions = then().scenario.missions
    assert [name for name, one in missions.items() if one.flown is not None] == ["queqiao-1"]


def test_agreements_of_later_are_still_to_sign() -> None:
    activities = then().scenario.activities
    assert [name for name, one in activities.items() if one.done is not None] == ["gnss-agreement"]


def test_records_are_those_of_the_plan_of_2021() -> None:
    ours, theirs = then().scenario.launchers, written_then().scenario.launchers
    vehicles = ("cz-5", "cz-7a", "cz-8", "soyuz-2-1b", "angara-a5")
    assert {name: ours[name].record for name in vehicles} == {name: theirs[name].record for name in vehicles}


def test_partners_of_later_have_not_joined() -> None:
    assert set(then().scenario.partners) == {"cnsa", "roscosmos", "open-call"}


@pytest.mark.parametrize("day", ["2022-11-25", "2023-08-15", "2024-05-20", "2025-12-31"])
def test_any_day_since_the_announcement_can_be_gone_back_to(day: str) -> None:
    """On the second a lander is on its way, on the third another one."""
    assert then(day).scenario.calendar.as_of is not None


def test_a_run_of_the_baseline_reads_back(tmp_path: Path) -> None:
    """What has flown carries its launches, so that it can be planned again; its line in the manifest is its fact."""
    study = run_study(compile_campaign(then("2023-12-29")), replications=1, seed=1, jobs=1, folder=tmp_path / "run")
    flown = [flight for flight in study.outline.flights if flight.fact]
    assert [(flight.mission, round(flight.planned_d)) for flight in flown] == [("luna-25", 589)]
