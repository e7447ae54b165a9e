"""An outline and a sample that are written by hand: a test says what it counts, the rest is nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.outline import Outline
from sim.campaign.plan import GoalPlan
from sim.model.sample import PARTS, Sample

COUNTS = ("launches", "launch_failures", "landing_failures", "scrubs", "tankers", "early_returns", "events")


def goal_at(milestone: int, name: str = "goal", title: str = "") -> GoalPlan:
    """Return a goal that is the milestone and the subject of a number, wanted by day 500 with 70 %."""
    return GoalPlan(name, title, milestone, milestone, 500.0, 0.7, (), math.nan)


def outline_by_hand(**said: Any) -> Outline:
    """Return an outline of a thousand days from 2030 on, with three causes and nothing else that is not said."""
    nothing: dict[str, Any] = dict.fromkeys(("milestones", "subjects", "goals", "flights", "deliveries", "places"), ())
    about = {"scenario": "hand", "about": "", "identity": "0" * 64, "start_iso": "2030-01-01", "end_d": 1000.0}
    numbers = {"as_of_d": math.nan, "guesses": 0, "figures": 0, "causes": ("development", "window", "plan")}
    return Outline(**{**nothing, "stations": (), **about, **numbers, **said})


def sample_by_hand(
    reached_d: ArrayLike, start_d: ArrayLike, by_cause_d: ArrayLike, on_chain: ArrayLike, **said: Any
) -> Sample:
    """Return a sample of (n, milestones), (n, subjects), (n, causes) for one goal, and (n, 1, subjects)."""
    reached = np.array(reached_d, dtype=float)
    n = len(reached)
    counts: dict[str, Any] = dict.fromkeys(COUNTS, np.zeros(n, dtype=np.int64))
    zeros: dict[str, Any] = {"facility_days": np.zeros((n, 1)), "cost": np.zeros((n, 1)), "crew_days": np.zeros(n)}
    parts: dict[str, Any] = {"parts": np.full((n, 1, PARTS), -1, np.int32), "part_d": np.zeros((n, 1, PARTS))}
    return Sample(
        replication=np.arange(n),
        reached_d=reached,
        start_d=np.array(start_d, dtype=float),
        by_cause_d=np.array(by_cause_d).reshape(n, 1, -1),
        on_chain=np.array(on_chain),
        **{**zeros, **counts, **parts, **said},
    )
