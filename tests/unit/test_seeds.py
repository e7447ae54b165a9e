"""The seed's facts are complete, and the scenario keys they drive are there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario.load import load_scenario

DOCUMENT = Path(__file__).resolve().parents[2] / "seeds/2021-12-news/facts.yaml"
FACTS: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
CLAIMS = pytest.mark.parametrize("name", FACTS["facts"])


@CLAIMS
def test_a_claim_says_what_became_of_it_with_source_and_confidence(name: str) -> None:
    """A verdict of kept, late or wrong needs something that followed."""
    fact = FACTS["facts"][name]
    assert fact["verdict"] in {"kept", "late", "open", "wrong"}
    assert fact["became"] or fact["verdict"] == "open"
    for event in fact["became"]:
        assert set(event) == {"what", "date", "source", "confidence", "access"}
        assert isinstance(event["date"], dt.date)
        assert event["date"] <= FACTS["compiled"]
        assert event["confidence"] in {"high", "medium", "low"}
        assert event["access"] in {"read", "computed", "recalled", "estimate"}


@CLAIMS
def test_a_claim_drives_the_scenario_or_says_why_not(name: str) -> None:
    fact = FACTS["facts"][name]
    assert bool(fact["drives"]) != bool(fact.get("drives_nothing"))


@pytest.fixture(scope="module")
def baseline() -> dict[str, Any]:
    return load_scenario(FACTS["scenario"]).layered.values


@CLAIMS
def test_what_a_claim_drives_stands_in_the_scenario(name: str, baseline: dict[str, Any]) -> None:
    for path in FACTS["facts"][name]["drives"]:
        value: Any = baseline
        for key in path.split("."):
            assert key in value, f"{path} has no {key}"
            value = value[key]


def test_the_rival_stands_in_a_scenario_of_its_own() -> None:
    scenario = FACTS["facts"]["rival-artemis"]["scenario"]
    assert "nasa" in load_scenario(scenario).layered.values["partners"]
