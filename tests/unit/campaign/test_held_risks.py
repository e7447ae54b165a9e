"""What slip laws hold of the risks: taken out once, whatever becomes of the risks later."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import ActivityPlan, Campaign
from sim.campaign.slips import without
from sim.chance import Fixed, Normal
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.schema import SlipByClass, SlipByLead
from sim.scenario.tree import shipped_names

ROUNDING_D = 1e-6
MEASURED = (SlipByLead, SlipByClass)
PARENT = {
    "format": 1,
    "name": "parent",
    "calendar": {"start": "2030-01-01", "end": "2040-01-01"},
    "goals": {"goal": {"by": "2035-12-31", "needs": ["work"]}},
    "slips": {"law": {"beyond": {"intercept": "100 d", "per_day": 0.5, "shape": 2.0}}},
    "activities": {"work": {"finish": "2032-12-31", "slip": {"by_lead": "law"}}},
    "risks": {"trouble": {"probability": "50 %", "stretches": {"work": 1.4}}},
    "slips_hold": ["trouble"],
}
WORK_D = 1095.0  # from 2030-01-01 to 2032-12-31
SLIP_D = 100.0 + 0.5 * WORK_D


def risk_mean_d(campaign: Campaign, number: int, left_d: float) -> float:
    """Return what risks add to an activity in the mean, from the plan that is simulated."""
    stretch = 1.0
    for risk in campaign.risks:
        for activity, factor in risk.stretches:
            if activity == number:
                mean = factor.nominal if factor.law is None else factor.law.mean
                stretch *= 1.0 + risk.probability * (mean - 1.0)
    return (stretch - 1.0) * left_d


def mean_delay_d(campaign: Campaign, number: int = 0) -> float:
    plan: ActivityPlan = campaign.activities[number]
    assert plan.slip is not None
    assert plan.slip.law is not None
    assert plan.duration is not None
    start_d = plan.planned_d - plan.duration.nominal
    return plan.slip.law.mean + risk_mean_d(campaign, number, plan.planned_d - max(start_d, campaign.as_of_d))


def compiled(folder: Path, *sets: str, **changes: object) -> Campaign:
    (folder / "parent.yaml").write_text(yaml.safe_dump(PARENT))
    child = {"extends": "parent.yaml", "format": 1, "name": "child", **changes}
    (folder / "child.yaml").write_text(yaml.safe_dump(child))
    return compile_campaign(load_scenario(folder / "child.yaml", sets=sets))


@pytest.mark.parametrize("name", ["ilrs-2035", "ilrs-2021", "artemis-now", "artemis-2021"])
def test_law_and_shipped_risks_delay_in_the_mean_as_the_law_alone(name: str) -> None:
    loaded = load_scenario(name)
    campaign = compile_campaign(loaded)
    alone = compile_campaign(load_scenario(name, sets=["slips_hold=[]"]))
    checked = 0
    for number, (activity, item) in enumerate(loaded.scenario.activities.items()):
        if isinstance(item.slip, MEASURED) and any(activity in r.stretches for r in loaded.scenario.risks.values()):
            slip = alone.activities[number].slip
            assert slip is not None
            assert slip.law is not None
            assert mean_delay_d(campaign, number) == pytest.approx(slip.law.mean, abs=ROUNDING_D), activity
            checked += 1
    assert checked


def test_every_shipped_scenario_with_risks_on_measured_slips_says_which_the_laws_hold() -> None:
    for name in shipped_names():
        scenario = load_scenario(name).scenario
        touched = {activity for risk in scenario.risks.values() for activity in risk.stretches}
        measured = {n for n, item in scenario.activities.items() if isinstance(item.slip, MEASURED)}
        assert scenario.slips_hold or not touched & measured, name


def test_held_risk_leaves_the_mean_delay_to_the_law(tmp_path: Path) -> None:
    assert mean_delay_d(compiled(tmp_path)) == pytest.approx(SLIP_D)


@pytest.mark.parametrize(
    "sets", ["risks.trouble.probability=0 %", "risks.trouble.stretches.work=1.0", "risks.trouble=null"]
)
def test_removing_a_held_risk_saves_all_it_adds(tmp_path: Path, sets: str) -> None:
    assert mean_delay_d(compiled(tmp_path, sets)) == pytest.approx(SLIP_D - 0.5 * 0.4 * WORK_D)


def test_child_that_makes_a_held_risk_smaller_saves_the_difference(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, risks={"trouble": {"probability": "20 %"}})
    assert mean_delay_d(campaign) == pytest.approx(SLIP_D - 0.3 * 0.4 * WORK_D)


def test_added_risk_counts_in_full(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, risks={"more": {"probability": "10 %", "stretches": {"work": 2.0}}})
    assert mean_delay_d(campaign) == pytest.approx(SLIP_D + 0.1 * 1.2 * WORK_D)  # on what trouble has made of it


def test_child_may_state_anew_which_risks_the_laws_hold(tmp_path: Path) -> None:
    assert mean_delay_d(compiled(tmp_path, "slips_hold=[]")) == pytest.approx(SLIP_D + 0.5 * 0.4 * WORK_D)


def test_unknown_risk_that_laws_should_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        compiled(tmp_path, slips_hold=["troubel"])
    (problem,) = refused.value.problems
    assert (problem.path, problem.hint) == ("slips_hold[0]", "did you mean 'trouble'?")


def test_resolved_scenario_gives_the_same_slips(tmp_path: Path) -> None:
    campaign = compiled(tmp_path, "risks.trouble.probability=10 %")
    (tmp_path / "again.yaml").write_text(campaign.resolved)
    assert compile_campaign(load_scenario(tmp_path / "again.yaml")).activities == campaign.activities


@pytest.mark.parametrize("law", [Normal(100.0, 30.0), Normal(20.0, 30.0), Fixed(-50.0)])
def test_law_without_its_risks_loses_just_their_mean(law: Normal | Fixed) -> None:
    assert without(law, 40.0).mean == pytest.approx(law.mean - 40.0)


def test_law_keeps_half_its_spread_when_its_risks_outweigh_it() -> None:
    whole = Normal(20.0, 30.0)
    law = without(whole, 40.0)
    assert law.ppf(0.9) - law.ppf(0.1) == pytest.approx(0.5 * (whole.ppf(0.9) - whole.ppf(0.1)))
