"""A goal may say what pages call it; its key stays what commands use."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.analysis.outline import outline_of
from sim.campaign.compile import compile_campaign
from sim.model.simulate import simulate_nominal
from sim.problems import ScenarioError
from sim.scenario.load import Loaded, load_scenario

OUTPOST = Path(__file__).parents[2] / "data" / "outpost.yaml"
GOAL = next(iter(load_scenario(OUTPOST).scenario.goals))


def titled(title: str) -> Loaded:
    return load_scenario(OUTPOST, sets=[f"goals.{GOAL}.title={title}"])


def test_a_title_reaches_the_outline_and_leaves_the_key_alone() -> None:
    campaign = compile_campaign(titled("The first hut"))
    (line, *_) = outline_of(campaign, simulate_nominal(campaign, traced=False)).goals
    assert (line.name, line.title) == (GOAL, "The first hut")


def test_a_goal_without_a_title_has_none() -> None:
    campaign = compile_campaign(load_scenario(OUTPOST))
    assert campaign.goals[0].title == ""


@pytest.mark.parametrize("title", ["x" * 81, '""', '" led by a blank"', '"two\\nlines"'])
def test_a_title_is_a_few_words_on_one_line(title: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        titled(title)
    assert f"goals.{GOAL}.title" in str(refused.value)
