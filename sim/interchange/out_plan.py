"""What of a plan is given away: activities with dates, links, calendars and quantiles, goals, launches, assumptions."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from sim.interchange.foreign import Relation
from sim.interchange.weeks import Day
from sim.scenario.provenance import Figure

Moment = datetime.datetime


@dataclass(frozen=True, slots=True)
class OutActivity:
    """One line of a plan; durations in minutes of its calendar, or of the clock where it has none."""

    name: str
    code: str
    title: str
    kind: str
    """activity, mission or element."""
    group: str
    calendar: str
    """Empty for round the clock."""
    duration_min: float
    points_min: tuple[float, float, float] | None
    needs: tuple[Relation, ...]
    bounds: Mapping[str, Moment]
    started: Moment | None
    done: Moment | None
    remaining_min: float | None
    uses: Mapping[str, int]
    start: Moment | None
    finish: Moment | None
    likely: tuple[tuple[Moment, Moment] | None, ...]
    """Start and finish at P50 and P80; none without a run, or where it is not reached so often."""
    total_float_d: float | None
    critical: bool
    unlinked: int
    """How many needs are no links between activities."""
    criticality: float | None = None
    """Share of replications in which it lies on the chain that dates a goal; none without a run."""


@dataclass(frozen=True, slots=True)
class OutCalendar:
    """A working calendar: seven days from Monday on, and the days that differ."""

    week: tuple[Day, ...]
    days: Mapping[datetime.date, Day]
    day_min: float


@dataclass(frozen=True, slots=True)
class OutGoal:
    """A goal: when it is wanted, when the plan and the quantiles reach it, and the chance of its date."""

    name: str
    title: str
    by: datetime.date
    plan: Moment | None
    likely: tuple[Moment | None, ...]
    chance: float | None
    spans: tuple[tuple[Moment | None, Moment | None], ...] = ()
    """The intervals of P50 and P80 at 95 %, sampling error only."""
    chance_span: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class OutLaunch:
    """A launch of the manifest."""

    mission: str
    launch: str
    launcher: str
    payload: str
    mass_kg: float
    plan: Moment | None
    likely: tuple[Moment | None, ...]


@dataclass(frozen=True, slots=True)
class OutPlan:
    """All that is given away of a plan or a run."""

    scenario: str
    about: str
    run: str
    """What it comes from, in words."""
    start: Moment
    as_of: Moment | None
    working: str
    activities: tuple[OutActivity, ...]
    calendars: Mapping[str, OutCalendar]
    groups: Mapping[str, tuple[str, str, str]]
    """By name: title, code, parent."""
    resources: Mapping[str, tuple[str, float | None]]
    goals: tuple[OutGoal, ...]
    launches: tuple[OutLaunch, ...] = ()
    assumptions: tuple[Figure, ...] = ()
