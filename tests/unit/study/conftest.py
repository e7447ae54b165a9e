"""A small real campaign: two activities with random durations, one after the other, and a goal."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sim.campaign.causes import DEVELOPMENT
from sim.campaign.plan import ActivityPlan, Campaign, Chance, Delivery, GoalPlan, Milestone, Subject
from sim.chance import Triangular


def activity(number: int, needs: tuple[int, ...], low: float, likely: float, high: float) -> ActivityPlan:
    return ActivityPlan(
        subject=number,
        done=number,
        cause=DEVELOPMENT,
        partners=(),
        needs=needs,
        not_before=Chance(30.0) if number == 0 else None,
        duration=Chance(likely, Triangular(low, likely, high), number),
        finish_d=None,
        slip=None,
        fact=False,
    )


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    """Thirty days of waiting by plan, then about 100 d and 200 d of work; the calendar ends at 400 d."""
    said: dict[str, Any] = {
        "scenario": "two-steps",
        "about": "Two steps",
        "identity": "0123456789abcdef" * 4,
        "start_iso": "2030-01-01",
        "end_d": 400.0,
        "as_of_d": 0.0,
        "streams": ("first.duration", "second.duration"),
        "subjects": (
            Subject("first", "activity", "First", fact=False),
            Subject("second", "activity", "Second", fact=False),
            Subject("both", "goal", "Both", fact=False),
        ),
        "milestones": (Milestone("first", 0), Milestone("second", 1), Milestone("both", 2)),
        "activities": (activity(0, (), 80, 100, 180), activity(1, (0,), 150, 200, 300)),
        "base": None,
        "goals": (GoalPlan("both", "Both steps", 2, 2, 365.0, 0.7, (1,), float("nan")),),
        "deliveries": (Delivery(0, 1000.0, "first load"), Delivery(1, 500.0, "second load")),
        "resolved": "name: two-steps\n",
    }
    empty: dict[str, Any] = {
        field.name: () for field in dataclasses.fields(Campaign) if field.default is dataclasses.MISSING
    }
    return Campaign(**(empty | said))
