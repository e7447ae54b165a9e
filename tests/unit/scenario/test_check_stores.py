"""What a crew uses at the base must be able to be there, and what it brings itself counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_nominal
from sim.scenario.load import load_scenario
from tests.unit.scenario.small import SMALL, problems_of

LIVING = "living: {per_crew_day: {food: 10 kg}, reserve: 5 d}\n"
"""Two people for 3 d and a reserve of 5 d need 160 kg of food."""


def _told(folder: Path, child: str) -> list[tuple[str, str, str]]:
    found = problems_of(folder, LIVING + child + "\n")
    return [(p.path, p.message, p.hint) for p in found if p.code == "undelivered"]


@pytest.mark.parametrize(
    "child",
    [
        "missions: {cargo-2: {like: cargo-1, cargo: {food: 160 kg}}}",
        "missions: {cargo-2: {like: cargo-1, cargo: {consumables: 160 kg}}}",
        "missions: {crew-1: {cargo: {food: 160 kg}}}\nspacecraft: {lanyue: {cargo: 500 kg}}",
        "missions: {cargo-2: {like: cargo-1, cargo: {food: 40 kg}, every: 100 d, repeats: 4}}",
        "living: {stock: {food: 160 kg}}",
        "living: {stock: {food: 1 kg}}\nelements: {hub: {makes: {food: 9 kg/d}}}",
    ],
    ids=["a flight before", "mixed goods", "its own flight", "four flights", "in store", "made there"],
)
def test_enough_is_not_told(child: str, tmp_path: Path) -> None:
    if child.startswith("living: "):
        child = child.replace("living: {", "living: {per_crew_day: {food: 10 kg}, reserve: 5 d, ", 1)
        assert [p for p in problems_of(tmp_path, child + "\n") if p.code == "undelivered"] == []
    else:
        assert _told(tmp_path, child) == []


@pytest.mark.parametrize(
    ("child", "there_kg"),
    [
        ("missions: {crew-1: {cargo: {food: 100 kg}}}\nspacecraft: {lanyue: {cargo: 500 kg}}", 100),
        ("missions: {cargo-2: {like: cargo-1, cargo: {food: 60 kg}}}", 60),
        ("missions: {cargo-2: {like: cargo-1, cargo: {food: 900 kg}, needs: [crew-1.landed]}}", 0),
        ("missions: {cargo-2: {like: cargo-1, cargo: {food: 900 kg}, route: [leo, llo]}}", 0),
    ],
    ids=["its own flight", "another flight", "a flight that waits for the crew", "a flight to elsewhere"],
)
def test_a_crew_that_would_wait_for_ever_is_told_with_the_kilograms(child: str, there_kg: int, tmp_path: Path) -> None:
    ((path, message, hint),) = _told(tmp_path, child)
    assert path == "missions.crew-1.crew"
    assert "2 people for 3 d and the reserve of 5 d need 160 kg of food" in message
    assert f"bring is {there_kg} kg" in message
    assert f"bring {160 - there_kg} kg more" in hint


def test_a_crew_does_not_wait_for_goods_that_it_brings_itself(tmp_path: Path) -> None:
    child = LIVING + "missions: {crew-1: {cargo: {food: 160 kg}}}\nspacecraft: {lanyue: {cargo: 500 kg}}\n"
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "child.yaml").write_text(f"extends: small.yaml\n{child}")
    closes = ["spacecraft.lanyue.stages.main.isp=460 s", "spacecraft.lanyue.dry=7 t"]
    loaded = load_scenario(tmp_path / "child.yaml", sets=[*closes, "missions.crew-1.rendezvous.wait=900 d"])
    campaign = compile_campaign(loaded)
    outcome = simulate_nominal(campaign)
    (stayed,) = (n for n, milestone in enumerate(campaign.milestones) if milestone.name == "crew-1.stayed")
    assert outcome.reached_d[stayed] < campaign.end_d


def test_a_crew_that_stays_away_from_a_base_and_does_not_come_home_has_stayed(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    child = "base: null\nelements: {hub: {at: pole}}\ngoals: {base: {power_margin: null}}\n"
    child += "missions: {crew-1: {back: null}}\n"
    (tmp_path / "child.yaml").write_text(f"extends: small.yaml\n{child}")
    closes = ["spacecraft.lanyue.stages.main.isp=460 s", "missions.crew-1.rendezvous.wait=900 d"]
    campaign = compile_campaign(load_scenario(tmp_path / "child.yaml", sets=closes))
    outcome = simulate_nominal(campaign)
    found = {milestone.name: outcome.reached_d[n] for n, milestone in enumerate(campaign.milestones)}
    assert found["crew-1.stayed"] == pytest.approx(found["crew-1"] + 3.0)
