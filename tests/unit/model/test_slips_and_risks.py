"""How an activity's slip, its late start and its risks add up, on scenarios of a few lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.simulate import simulate_chunk
from sim.scenario.load import load_scenario

CERTAIN = "100 %"


def campaign_of(folder: Path, activities: dict[str, Any], **blocks: Any) -> Campaign:
    scenario = {
        "format": 1,
        "name": "small",
        "calendar": {"start": "2030-01-01", "end": "2040-01-01"},
        "goals": {"goal": {"by": "2035-12-31", "needs": list(activities)}},
        "activities": activities,
        **blocks,
    }
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump(scenario))
    return compile_campaign(load_scenario(file))


def days(campaign: Campaign, name: str, count: int = 1) -> np.ndarray[Any, np.dtype[np.float64]]:
    index = [milestone.name for milestone in campaign.milestones].index(name)
    return np.array([outcome.reached_d[index] for outcome in simulate_chunk(campaign, 1, 0, count)])


# --- slips along a chain ------------------------------------------------------------------------------------------


def test_late_start_and_slip_of_a_dated_activity_do_not_add_up(tmp_path: Path) -> None:
    first = {"finish": "2031-01-01", "slip": "100 d"}
    second = {"finish": "2032-01-01", "slip": "60 d", "needs": ["first"]}
    assert days(campaign_of(tmp_path, {"first": first, "second": second}), "second") == 730.0 + 100.0


def test_slip_longer_than_the_late_start_decides(tmp_path: Path) -> None:
    first = {"finish": "2031-01-01", "slip": "100 d"}
    second = {"finish": "2032-01-01", "slip": "250 d", "needs": ["first"]}
    assert days(campaign_of(tmp_path, {"first": first, "second": second}), "second") == 730.0 + 250.0


def test_slip_of_work_with_a_duration_counts_from_its_day_in_the_plan(tmp_path: Path) -> None:
    first = {"duration": "100 d", "slip": "50 d"}
    second = {"duration": "100 d", "slip": "70 d", "needs": ["first"]}
    assert days(campaign_of(tmp_path, {"first": first, "second": second}), "second") == 200.0 + 70.0


def test_slip_counts_from_the_planned_day_of_work_that_may_not_start_before(tmp_path: Path) -> None:
    work = {"not_before": "2031-01-01", "duration": "100 d", "slip": "30 d"}
    assert days(campaign_of(tmp_path, {"work": work}), "work") == 365.0 + 130.0


def test_dated_activity_may_come_early(tmp_path: Path) -> None:
    assert days(campaign_of(tmp_path, {"work": {"finish": "2031-01-01", "slip": "-40 d"}}), "work") == 365.0 - 40.0


def test_early_slip_shortens_the_work_after_a_late_start(tmp_path: Path) -> None:
    first = {"finish": "2031-01-01", "slip": "100 d"}
    second = {"finish": "2032-01-01", "slip": "-30 d", "needs": ["first"]}
    assert days(campaign_of(tmp_path, {"first": first, "second": second}), "second") == 730.0 + 100.0 - 30.0


def test_risk_comes_on_top_of_slip(tmp_path: Path) -> None:
    work = {"finish": "2031-01-01", "slip": "50 d"}
    risks = {"trouble": {"probability": CERTAIN, "stretches": {"work": 1.2}}}
    assert days(campaign_of(tmp_path, {"work": work}, risks=risks), "work") == pytest.approx(365.0 * 1.2 + 50.0)


# --- one factor for all a risk touches ----------------------------------------------------------------------------


def supplier(**more: Any) -> dict[str, Any]:
    stretches = {name: {"uniform": [0.8, 1.2]} for name in ("a", "b")}
    return {"supplier": {"probability": CERTAIN, "stretches": stretches, **more}}


def two_in_a_row() -> dict[str, Any]:
    return {"a": {"duration": "100 d"}, "b": {"duration": "100 d", "needs": ["a"]}}


def test_risk_has_one_factor_for_all_it_touches(tmp_path: Path) -> None:
    campaign = campaign_of(tmp_path, two_in_a_row(), risks=supplier())
    np.testing.assert_allclose(days(campaign, "b", 20), 2.0 * days(campaign, "a", 20))


def test_one_factor_spreads_the_sum_as_far_as_twice_one_of_them(tmp_path: Path) -> None:
    """Source: 200 d x a uniform factor on [0.8, 1.2] has sd 200 x 0.4 / sqrt(12) = 23.1 d."""
    spread_d = days(campaign_of(tmp_path, two_in_a_row(), risks=supplier()), "b", 4000).std()
    error_d = 23.1 * np.sqrt(0.2 / 4000)  # of the sd of a uniform law, kurtosis 1.8
    assert spread_d == pytest.approx(200 * 0.4 / np.sqrt(12), abs=4 * error_d)


def test_risk_that_says_so_draws_a_factor_for_each_activity(tmp_path: Path) -> None:
    campaign = campaign_of(tmp_path, two_in_a_row(), risks=supplier(independent=True))
    first, second = days(campaign, "a", 50), days(campaign, "b", 50) - days(campaign, "a", 50)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.5


def test_activities_with_other_laws_of_one_risk_stand_at_the_same_share_of_theirs(tmp_path: Path) -> None:
    stretches = {"a": {"uniform": [1.0, 2.0]}, "b": {"uniform": [1.0, 1.5]}}
    risks = {"supplier": {"probability": CERTAIN, "stretches": stretches}}
    campaign = campaign_of(tmp_path, {"a": {"duration": "100 d"}, "b": {"duration": "100 d"}}, risks=risks)
    np.testing.assert_allclose(days(campaign, "a", 20) - 100.0, 2.0 * (days(campaign, "b", 20) - 100.0))


# --- missions -----------------------------------------------------------------------------------------------------


def start_day(folder: Path, slip: str, late: str = "0 d") -> float:
    """Return the day on which a flight starts that is planned for 2032-01-01, day 730, and needs work planned then."""
    flight = {"operations": [{"name": "flight", "duration": "5 d"}], "needs": ["ready"]}
    campaign = campaign_of(
        folder,
        {"ready": {"finish": "2031-12-31", "slip": late}},
        missions={"probe": {**flight, "not_before": "2032-01-01", "slip": slip}},
    )
    return float(days(campaign, "probe")[0]) - 5.0


def test_mission_starts_on_its_planned_day_with_its_slip(tmp_path: Path) -> None:
    assert start_day(tmp_path, "25 d") == 730.0 + 25.0


def test_mission_may_start_before_its_planned_day(tmp_path: Path) -> None:
    assert start_day(tmp_path, "-25 d", late="-60 d") == 730.0 - 25.0


def test_late_need_and_slip_of_a_mission_do_not_add_up(tmp_path: Path) -> None:
    assert start_day(tmp_path, "25 d", late="40 d") == 729.0 + 40.0
