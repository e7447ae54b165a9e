"""A study that goes on until it is precise stops at the first checkpoint at which it is, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.clusters import blocks_of
from sim.analysis.estimates import probability_by, quantile
from sim.campaign.plan import Campaign
from sim.sampling import LATIN_HYPERCUBE, RANDOM, STRATA
from sim.study.runner import run_study
from sim.study.sweep_plan import CHECKPOINTS, Precision, checkpoints, read_precision


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("14d", Precision(within_d=14.0)),
        ("14 d", Precision(within_d=14.0)),
        ("2wk", Precision(within_d=14.0)),
        ("2%", Precision(within=0.02)),
        ("1.5 points", Precision(within=0.015)),
    ],
)
def test_a_precision_is_a_time_or_points(text: str, wanted: Precision) -> None:
    assert read_precision(text) == wanted


@pytest.mark.parametrize("text", ["14", "0d", "-3d", "3 months", "d", "nan d", "2%%"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a time"):
        read_precision(text)


def test_the_interval_of_the_quantile_decides() -> None:
    dates = np.random.default_rng(1).normal(1000.0, 100.0, 500)
    found = quantile(dates, 0.8)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    half = max(found.high - found.value, found.value - found.low)
    assert Precision(within_d=half + 1e-9).met_by(dates, 0.0, RANDOM)
    assert not Precision(within_d=half - 1e-9).met_by(dates, 0.0, RANDOM)


def test_a_quantile_that_surely_lies_beyond_the_calendar_is_known_well_enough() -> None:
    """If only half of 500 are reached, even the lower bound of P80 is not."""
    dates = np.where(np.arange(500) % 2 == 0, 100.0, np.inf)
    assert Precision(within_d=1.0).met_by(dates, 0.0, RANDOM)


def test_a_quantile_at_the_end_of_the_calendar_is_not_known() -> None:
    """Reached by 80 % of 500: the bound below is, the bound above is not."""
    dates = np.where(np.arange(500) % 5 > 0, 100.0 + np.arange(500), np.inf)
    assert not Precision(within_d=1e6).met_by(dates, 0.0, RANDOM)


def test_checkpoints_double_and_end_with_the_most() -> None:
    assert checkpoints(3000) == (500, 1000, 2000, 3000)
    assert checkpoints(100) == (100,)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_study_stops_at_the_first_checkpoint_that_is_precise(campaign: Campaign, tmp_path: Path, jobs: int) -> None:
    wanted = Precision(within=0.03)
    study = run_study(
        campaign, replications=16_000, seed=7, jobs=jobs, folder=tmp_path / "run", precision=wanted
    )  # fmt: skip
    goal = study.outline.goals[0]
    dates = study.sample.reached_d[:, goal.reached]
    met = {}
    for count in CHECKPOINTS:
        if count <= dates.size:
            blocks = blocks_of(count, STRATA[LATIN_HYPERCUBE])
            chance = probability_by(dates[:count], goal.by_d, blocks=blocks)
            met[count] = max(chance.high - chance.value, chance.value - chance.low) <= 0.03
    assert [count for count, yes in met.items() if yes] == [study.sample.size]
    assert study.manifest.precision == f"the chance to 3 points: reached with {study.sample.size} replications"


def test_a_study_that_may_not_go_on_says_that_it_is_not_precise(campaign: Campaign, tmp_path: Path) -> None:
    study = run_study(
        campaign, replications=600, seed=7, jobs=1, folder=tmp_path / "run", precision=Precision(within=0.001)
    )  # fmt: skip
    assert study.sample.size == 600
    assert study.manifest.precision == "the chance to 0.1 points: NOT reached with 600 replications"
