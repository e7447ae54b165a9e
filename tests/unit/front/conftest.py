"""A study that ran in a moment, and the model it came from."""

from __future__ import annotations

from pathlib import Path

import pytest

import ilrs

TWO_STEPS = Path(__file__).parents[1] / "study" / "two-steps.yaml"
SWEEPING = Path(__file__).parents[1] / "study" / "sweeping.yaml"


@pytest.fixture(scope="session")
def model() -> ilrs.Model:
    """The tutorial: one rocket, one lander, one hut."""
    return ilrs.load("tutorial")


@pytest.fixture(scope="session")
def study(model: ilrs.Model, tmp_path_factory: pytest.TempPathFactory) -> ilrs.Study:
    """Its study of 300 replications."""
    return model.run(300, seed=7, jobs=1, folder=tmp_path_factory.mktemp("front") / "run")
