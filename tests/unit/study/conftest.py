"""A small real campaign: two activities with random durations, one after the other, and a goal."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """Two steps; see the file."""
    return compile_campaign(load_scenario(Path(__file__).with_name("two-steps.yaml")))
