"""A sortie whose every burn is typed in, against SpaceNet's own figures, and its break-evens."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import SequenceReport
from sim.model.simulate import simulate_nominal
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder

TANKS_KG = {
    "ares-1-first": 0.0,
    "ares-1-upper": 3619.57,
    "ares-5-srbs": 0.0,
    "ares-5-core": 0.0,
    "eds": 9987.21,
    "altair-dm": 660.24,
    "altair-am": 41.82,
    "orion-sm": 3119.71,
    "orion-cm": 160.32,
}
"""Propellant left at g0 = 9.81 m/s2; SpaceNet Java 2.5 agrees within 0.01 kg.

Source: github space-logistics-org/spacenet, quick_start/completed_quick_start_1_w_db.json.
"""
TANKS_STANDARD_G0_KG = {"eds": 9895.76, "altair-dm": 654.70, "altair-am": 41.09, "orion-sm": 3117.78}
TOLERANCE_KG = 0.1


def _sortie(*sets: str) -> SequenceReport:
    campaign = compile_campaign(load_scenario("examples/sortie", sets=list(sets)))
    report = campaign.missions[0].sequence
    assert report is not None
    return report


@pytest.mark.parametrize("tank", TANKS_KG)
def test_every_tank_ends_with_what_spacenet_leaves_in_it(tank: str) -> None:
    assert dict(_sortie().left_kg)[tank] == pytest.approx(TANKS_KG[tank], abs=TOLERANCE_KG)


@pytest.mark.parametrize("tank", TANKS_STANDARD_G0_KG)
def test_standard_gravity_may_be_said(tank: str) -> None:
    left_kg = dict(_sortie("g0_m_s2=9.80665").left_kg)[tank]
    assert left_kg == pytest.approx(TANKS_STANDARD_G0_KG[tank], abs=TOLERANCE_KG)


def test_everything_weighs_at_launch_what_spacenet_says() -> None:
    assert _sortie().mass_kg == pytest.approx(4_558_975.0)


def test_the_sortie_takes_nineteen_days() -> None:
    campaign = compile_campaign(load_scenario("examples/sortie"))
    assert simulate_nominal(campaign).reached_d[campaign.goals[0].reached] == 19.0


def _burn(number: int, text: str) -> str:
    """Return the whole sequence again with one thing said otherwise."""
    steps = load_scenario("examples/sortie").layered.values["missions"]["lunar-sortie"]["sequence"]
    changed = [dict(step) for step in steps]
    key, value = text.split("=", 1)
    changed[number][key] = value
    import json

    return f"missions.lunar-sortie.sequence={json.dumps(changed)}"


@pytest.mark.parametrize(
    ("closes", "fails"),
    [
        (["spacecraft.altair-dm.stages.tank.isp=430.22 s"], ["spacecraft.altair-dm.stages.tank.isp=430.20 s"]),
        (["spacecraft.eds.stages.tank.propellant=188686 kg"], ["spacecraft.eds.stages.tank.propellant=188685 kg"]),
        ([_burn(2, "dv=3607.7 m/s")], [_burn(2, "dv=3607.9 m/s")]),
        ([_burn(8, "dv=1912.2 m/s")], [_burn(8, "dv=1912.4 m/s")]),
    ],
    ids=["specific impulse", "departure propellant", "injection", "ascent"],
)
def test_the_sortie_stops_closing_just_past_its_break_even(closes: list[str], fails: list[str]) -> None:
    """Break-evens by bisection of the same replay: 430.21 s, 188,685.66 kg, 3,607.78 m/s, 1,912.29 m/s."""
    assert _sortie(*closes).margin_kg >= 0.0
    with pytest.raises(ScenarioError, match="kg of propellant are missing"):
        _sortie(*fails)


def test_a_burn_that_names_what_does_not_fly_is_refused_with_its_place() -> None:
    with pytest.raises(ScenarioError, match=r"sequence\[5\]"):
        _sortie(_burn(5, "do=[burn eds]").replace('"[burn eds]"', '["burn eds"]'))


LUNAR_LANDER = """
format: 1
extends: sortie.yaml
source: made up
confidence: low
goals: {crew-home: {needs: [waiting]}}
missions:
  lunar-sortie: null
  waiting:
    sequence:
      - {fly: [ares-1-first, ares-1-upper, orion-cm, orion-sm], load: {orion-cm: 200 kg}, dv: 9.4 km/s,
         do: [burn ares-1-first, drop ares-1-first, burn ares-1-upper]}
      - {after: 5 d, fly: [altair-dm, altair-am], unload: {orion-cm: 200 kg}, load: {altair-am: 200 kg}, dv: 2 km/s,
         do: [burn altair-dm]}
      - {after: 9 d, fly: [altair-am], dv: 1.9 km/s, do: [burn altair-am]}
      - {after: 9 d, fly: [orion-cm, orion-sm], unload: {altair-am: 200 kg}, load: {orion-cm: 200 kg}, dv: 900 m/s,
         do: [burn orion-sm]}
"""


def test_a_lander_that_waits_and_people_who_change_vehicles_weigh_nothing_more_at_lift_off(tmp_path: Path) -> None:
    """Lift-off mass by hand: Ares I with Orion, 725 + 137 + 8.175 + 13 t, and two people of 100 kg."""
    text = (shipped_folder() / "examples/sortie.yaml").read_text(encoding="utf-8")
    (tmp_path / "sortie.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "waiting.yaml").write_text(LUNAR_LANDER, encoding="utf-8")
    report = compile_campaign(load_scenario(tmp_path / "waiting.yaml")).missions[0].sequence
    assert report is not None
    assert report.mass_kg == pytest.approx(725_000.0 + 137_000.0 + 8_175.0 + 13_000.0 + 200.0)
