"""Campaigns of a few lines and of the outpost, and what is asked of their replications."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from sim.campaign.causes import CAUSES
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Campaign
from sim.model.sample import Sample
from sim.model.simulate import simulate
from sim.model.tracing import Event, Trace, Verb
from sim.scenario.load import load_scenario

DATA = Path(__file__).parents[2] / "data"
CERTAIN = ["launchers.big.record=null", "launchers.big.reliability=100 %", "spacecraft.lanyue.landing=null"]
CERTAIN += ["spacecraft.cargo-lander.landing=null"]
"""Values with which no vehicle of the outpost is ever lost."""


def outpost(*sets: str) -> Campaign:
    """Compile the outpost with some values set."""
    return compile_campaign(load_scenario(DATA / "outpost.yaml", sets=list(sets)))


def small(folder: Path, goal: list[str], goal_extra: dict[str, Any] | None = None, **blocks: Any) -> Campaign:
    """Compile a scenario of ten years whose goal needs these, written as Python mappings."""
    values = {
        "format": 1,
        "name": "small",
        "calendar": {"start": "2030-01-01", "end": "2040-01-01"},
        "goals": {"goal": {"by": "2035-12-31", "needs": goal, **(goal_extra or {})}},
        **blocks,
    }
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump(values))
    return compile_campaign(load_scenario(file))


def told(campaign: Campaign, number: int = 0) -> Trace:
    story = simulate(campaign, 1, number, traced=True).trace
    assert story is not None
    return story


def events(story: Trace, subject: str, verb: Verb) -> list[Event]:
    return [event for event in story.events if event.subject == subject and event.verb is verb]


def day(campaign: Campaign, outcome: Sample, name: str = "goal") -> float:
    """Return the day on which a milestone of the one replication is reached."""
    return float(outcome.reached_d[[milestone.name for milestone in campaign.milestones].index(name)])


def cause_d(outcome: Sample, cause: str) -> float:
    """Return the days of the first goal that are counted under a cause."""
    return float(outcome.by_cause_d[0, CAUSES.index(cause)])
