"""Facts about what a scenario becomes before it is simulated."""

from __future__ import annotations

from math import exp
from pathlib import Path

import numpy as np
import pytest

from sim.campaign.compile import compile_campaign, identify
from sim.campaign.flights import FlightStep, build_stack, fly_script, margins_over
from sim.campaign.slips import law_by_lead
from sim.physics.injection import injection_dv_m_s
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.schema import SlipModel, Spacecraft

OUTPOST = Path(__file__).parents[2] / "data" / "outpost.yaml"


def _refusals(*sets: str) -> str:
    with pytest.raises(ScenarioError) as refused:
        compile_campaign(load_scenario(OUTPOST, sets=list(sets)))
    return str(refused.value)


def test_a_flight_that_lacks_propellant_is_refused_with_the_kilograms_that_are_missing() -> None:
    said = _refusals("spacecraft.cargo-lander.stages.main.propellant=11 t")
    assert "missions.cargo-1.launches.main" in said
    assert "kg of propellant are missing even on its best day" in said


def test_a_stack_above_the_launchers_capacity_is_refused_with_the_excess() -> None:
    assert "over what big lifts to tli" in _refusals("launchers.big.to.tli=24 t")


def test_two_capacities_that_contradict_the_upper_stage_are_refused() -> None:
    assert "launchers.big.to" in _refusals("launchers.big.to.leo=40 t")


def test_the_missing_propellant_is_what_closes_the_flight() -> None:
    """Tsiolkovsky: m0/m1 = exp(dv / (g0 isp)); 1000 kg dry, 300 s, 3 km/s need 1772.6 kg."""
    dry_kg, isp_s, dv_m_s = 1000.0, 300.0, 3000.0
    needed_kg = dry_kg * (exp(dv_m_s / (9.80665 * isp_s)) - 1.0)
    craft = Spacecraft.model_validate(
        {"kind": "lander", "dry": "1 t", "stages": {"main": {"propellant": "1 t", "isp": "300 s"}}}
    )
    report = fly_script(build_stack([("craft", craft)], 0.0, 0.0), [FlightStep("burn", dv_m_s)], 0.0, 0.0)
    assert report.margin_kg == pytest.approx(1000.0 - needed_kg, abs=1e-6)


def test_margins_over_a_table_agree_with_single_flights_to_a_tenth_of_a_kilogram() -> None:
    craft = Spacecraft.model_validate(
        {
            "kind": "lander",
            "dry": "4 t",
            "stages": {
                "tug": {"dry": "1 t", "propellant": "8 t", "isp": "320 s"},
                "main": {"propellant": "9 t", "isp": "310 s"},
            },
        }
    )
    stack = build_stack([("craft", craft)], 3000.0, 0.0)
    steps = [FlightStep("loi"), FlightStep("burn", 2050.0)]
    loi_m_s = np.linspace(800.0, 1000.0, 37)
    table = margins_over(stack, steps, np.zeros_like(loi_m_s), loi_m_s)
    single = [fly_script(stack, steps, 0.0, dv).margin_kg for dv in loi_m_s]
    np.testing.assert_allclose(table, single, atol=0.1)


def test_injection_from_200_km_takes_what_the_vis_viva_equation_says() -> None:
    """From 200 km at C3 = -2 km2/s2: sqrt(mu (2/r) + C3) - sqrt(mu/r), mu 398600.44, r 6578.14 km."""
    r_km, mu = 6578.1366, 398600.4418
    assert injection_dv_m_s(200.0) == pytest.approx(1e3 * ((2 * mu / r_km - 2.0) ** 0.5 - (mu / r_km) ** 0.5), abs=1e-3)


WORK = """
format: 1
name: work
calendar: {start: 2030-01-01, end: 2040-01-01}
activities:
  a: {kind: development, duration: 10 d}
  b: {kind: development, needs: [a], finish: 2030-02-20}
  c: {kind: development, needs: [a, b.done], not_before: 2030-01-21, duration: 5 d}
goals: {ready: {by: 2035-01-01, needs: [c]}}
"""


def test_work_is_planned_after_the_last_of_its_needs_by_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "work.yaml").write_text(WORK, encoding="utf-8")
    campaign = compile_campaign(load_scenario(tmp_path / "work.yaml"))
    assert [one.planned_d for one in campaign.activities] == [10.0, 50.0, 55.0]


def test_slip_beyond_the_measured_leads_has_its_mean_on_the_fitted_line() -> None:
    model = SlipModel.model_validate(
        {
            "rows": [{"up_to": "90 d", "slip": {"weibull": {"shape": 1.0, "scale": "26 d", "zero": "14 %"}}}],
            "beyond": {"intercept": "76 d", "per_day": 0.256, "shape": 2.02, "zero": "7.6 %"},
        }
    )
    assert law_by_lead(model, 60.0).mean == pytest.approx(0.86 * 26.0)
    assert law_by_lead(model, 1000.0).mean == pytest.approx(76.0 + 256.0)


def test_identity_does_not_depend_on_the_order_of_keys() -> None:
    assert identify({"a": 1, "b": {"c": 2, "d": 3}}) == identify({"b": {"d": 3, "c": 2}, "a": 1})


def test_a_scenario_to_be_swept_is_the_same_when_it_is_read_back_from_its_run_folder(tmp_path: Path) -> None:
    """What is to be swept or sought is no part of its identity; `ilrs why --replication` compiles it again."""
    campaign = compile_campaign(load_scenario(OUTPOST, sets=["sweep={levels: 3}"]))
    kept = tmp_path / "kept.yaml"
    kept.write_text(campaign.resolved)
    assert compile_campaign(load_scenario(kept)).identity == campaign.identity


def test_identity_changes_with_any_value() -> None:
    assert identify({"a": 1}) != identify({"a": 2})


SOUGHT = """
variants: {quick: {activities: {a: {duration: 5 d}}}, other: {activities: {a: {duration: 6 d}}}}
seek: {levers: {activities.b.finish: {values: [2030-02-05], costs: [1]}}, variants: {quick: 2}}
"""


def test_the_resolved_scenario_keeps_what_is_sought_with_the_variants_it_chooses(tmp_path: Path) -> None:
    (tmp_path / "sought.yaml").write_text(WORK + SOUGHT, encoding="utf-8")
    campaign = compile_campaign(load_scenario(tmp_path / "sought.yaml"))
    (tmp_path / "resolved.yaml").write_text(campaign.resolved, encoding="utf-8")
    again = load_scenario(tmp_path / "resolved.yaml", ["quick"])
    assert again.scenario.seek is not None
    assert (list(again.scenario.seek.variants), again.layered.variants) == (["quick"], ("quick",))
    assert compile_campaign(load_scenario(tmp_path / "resolved.yaml")).identity == campaign.identity


def test_repeated_missions_become_one_flight_each() -> None:
    campaign = compile_campaign(load_scenario(OUTPOST, sets=["missions.resupply.repeats=4"]))
    names = [subject.name for subject in campaign.subjects if subject.name.startswith("resupply")]
    assert names == ["resupply-1", "resupply-2", "resupply-3", "resupply-4"]


def test_flights_with_the_same_stack_share_one_table_of_opportunities() -> None:
    campaign = compile_campaign(load_scenario(OUTPOST, sets=["missions.resupply.repeats=9"]))
    assert len({m.launches[0].opportunities for m in campaign.missions if m.vehicle == "cargo-lander"}) == 4
    assert len(campaign.departures) == 1


@pytest.mark.parametrize(
    "beyond",
    [
        {"intercept": "0 d", "per_day": 0.0, "shape": 1.0},
        {"intercept": "76 d", "per_day": 0.2, "shape": 1.0, "zero": "100 %"},
    ],
)
def test_slip_model_without_any_slip_is_never_late(beyond: dict[str, object]) -> None:
    assert law_by_lead(SlipModel.model_validate({"beyond": beyond}), 1000.0).support == (0.0, 0.0)


@pytest.mark.parametrize("mature", ["0 %", "100 %"])
def test_a_prior_that_is_certain_is_a_law_all_the_same(mature: str) -> None:
    loaded = load_scenario("artemis-2021", sets=[f"priors.new-variant.mature={mature}"])
    assert all(0.0 < one.reliability.quality.nominal < 1.0 for one in compile_campaign(loaded).launchers)
