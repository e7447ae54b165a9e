"""Late dates and float of plans, computed by hand and by a second scheduler."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sim.campaign.compile import compile_campaign
from sim.cli import main
from sim.scenario.load import load_scenario
from sim.study.runner import run_study

HUT = Path(__file__).parents[2] / "data" / "hut.yaml"
FIELDS = ("late_start", "late_finish", "total_float_d", "free_float_d", "critical")
# Working days of eight hours; bake-out runs round the clock.
LATE = {
    "A10": ("2031-03-14T08:00", "2031-03-14T08:00", 9.0, 0.0, False),
    "A20": ("2031-03-18T08:00", "2031-03-31T17:00", 11.0, 0.0, False),
    "A30": ("2031-03-31T08:00", "2031-04-25T17:00", 14.0, 0.0, False),
    "A40": ("2031-03-14T08:00", "2031-04-24T17:00", -1.0, 0.0, True),
    "A50": ("2031-04-23T08:00", "2031-04-30T17:00", -1.0, 0.0, True),
    "A60": ("2031-04-27T08:00", "2031-05-02T08:00", 19.625, 22.625, False),
    "A70": ("2031-03-24T08:00", "2031-04-25T17:00", 11.0, 11.0, False),
    "A80": ("2031-04-21T08:00", "2031-04-30T17:00", 0.0, 15.0, True),
    "A90": ("2031-05-02T08:00", "2031-05-15T17:00", -1.0, 0.0, True),
    "A100": ("2031-05-16T08:00", "2031-05-29T17:00", 3.0, 3.0, False),
    "A110": ("2031-05-26T08:00", "2031-05-29T17:00", 0.0, 0.0, True),
    "A120": ("2031-05-29T17:00", "2031-05-29T17:00", 0.0, 0.0, True),
}
LATE_UPDATED = {
    "A10": ("2031-03-03T08:00", "2031-03-03T08:00", None, None, False),
    "A20": ("2031-03-03T08:00", "2031-03-18T17:00", None, None, False),
    "A30": ("2031-04-10T08:00", "2031-04-25T17:00", 3.0, 0.0, False),
    "A40": ("2031-03-27T08:00", "2031-04-24T17:00", -7.0, 0.0, True),
    "A50": ("2031-04-23T08:00", "2031-04-30T17:00", -7.0, 0.0, True),
    "A60": ("2031-04-27T08:00", "2031-05-02T08:00", 4.625, 15.625, False),
    "A70": ("2031-04-14T08:00", "2031-04-25T17:00", 5.0, 5.0, False),
    "A80": ("2031-04-21T08:00", "2031-04-30T17:00", 0.0, 21.0, True),
    "A90": ("2031-05-02T08:00", "2031-05-15T17:00", -7.0, 0.0, True),
    "A100": ("2031-06-02T08:00", "2031-06-06T17:00", 3.0, 3.0, False),
    "A110": ("2031-06-03T08:00", "2031-06-06T17:00", 0.0, 0.0, True),
    "A120": ("2031-06-06T17:00", "2031-06-06T17:00", 0.0, 0.0, True),
}


def planned(*arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["plan", "--json", *arguments])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(("arguments", "late"), [((), LATE), (("--variant", "updated"), LATE_UPDATED)])
def test_late_dates_and_floats_of_the_hut(arguments: tuple[str, ...], late: dict[str, tuple[object, ...]]) -> None:
    found = planned(str(HUT), *arguments)["activities"]
    assert {code: tuple(row[field] for field in FIELDS) for code, row in found.items()} == late


def test_what_drives_an_activity_is_named() -> None:
    found = planned(str(HUT))["activities"]
    assert found["A50"]["driven_by"] == "power-order - 2 wd"
    assert found["A100"]["driven_by"] == "transport.started + 1 wd"
    assert found["A40"]["driven_by"] is None  # its own date


def test_a_group_runs_from_its_first_start_to_its_last_end() -> None:
    assert planned(str(HUT))["groups"]["2"] == {"early_start": "2031-05-05T08:00", "early_finish": "2031-05-29T17:00"}


SMALL = """
format: 1
name: small
source: made up
confidence: low
calendar: {start: 2030-01-01, end: 2034-01-01}
goals: {ready: {by: 2030-04-01, needs: [c]}}
activities:
  a: {duration: 100 d}
  b: {duration: 50 d}
  c: {duration: 10 d, needs: [a, b]}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, "utf-8")
    return str(file)


def test_float_counts_to_the_end_of_the_plan(small: str) -> None:
    found = planned(small)["activities"]
    assert {name: row["total_float_d"] for name, row in found.items()} == {"a": 0.0, "b": 50.0, "c": 0.0}


def test_float_to_the_goal_counts_to_the_end_of_its_day(small: str) -> None:
    found = planned(small)
    assert {name: row["goal_float_d"] for name, row in found["activities"].items()} == {"a": -19, "b": 31, "c": -19}
    assert found["goal_floats"] == {"ready": -19.0}


def test_missions_and_elements_have_float() -> None:
    found = planned("tutorial")
    for block in ("missions", "elements", "activities"):
        assert all(row["total_float_d"] is not None for row in found[block].values()), block


def test_a_run_keeps_the_floats_of_its_plan(tmp_path: Path) -> None:
    campaign = compile_campaign(load_scenario(HUT))
    study = run_study(campaign, replications=2, seed=1, jobs=1, folder=tmp_path / "run")
    kept = {one.name: one.planned for one in study.outline.subjects if one.planned is not None}
    assert kept["power-order"].total_float_d == pytest.approx(-1.0)
    assert kept["power-order"].critical
    assert (kept["bake-out"].total_float_d, kept["bake-out"].free_float_d) == pytest.approx((19.625, 22.625))


def test_a_run_keeps_the_floats_of_a_plan_without_a_schedule(tmp_path: Path) -> None:
    campaign = compile_campaign(load_scenario("examples/activity-network"))
    study = run_study(campaign, replications=2, seed=1, jobs=1, folder=tmp_path / "run")
    wanted = planned("examples/activity-network")["activities"]
    kept = {one.name: one.planned for one in study.outline.subjects if one.kind == "activity" and one.planned}
    assert {name: one.total_float_d for name, one in kept.items()} == pytest.approx(
        {name: row["total_float_d"] for name, row in wanted.items()}, abs=1e-5
    )
