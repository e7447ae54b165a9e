"""A small real campaign: two activities with random durations, one after the other, and a goal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.scenario.load import load_scenario
from sim.study.runner import run_study


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """Two steps; see the file."""
    return compile_campaign(load_scenario(Path(__file__).with_name("two-steps.yaml")))


@pytest.fixture(scope="session")
def original(campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run of 230 replications."""
    return run_study(campaign, replications=230, seed=7, jobs=1, folder=tmp_path_factory.mktemp("o") / "run").folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run."""
    return Path(shutil.copytree(original, tmp_path / "run"))


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """Return a file beside it that nobody may touch."""
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.txt").write_text("precious", encoding="utf-8")
    return tmp_path / "victim" / "thesis.txt"
