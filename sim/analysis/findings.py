"""Findings: the numbers a planner reads, with their intervals, as plain frozen records.

All times are days since the calendar's start (``t_d``); ``None`` stands for "not reached by the calendar's end".
Probabilities are shares from 0 to 1; every interval is two-sided at 95 % and covers *sampling error only*. What the
uncertainty of the figures themselves adds stands apart, as ranges over their draws (`OverFigures`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.estimates import Curve, Estimate, Proportion, Quantile
from sim.campaign.plan import GoalPlan, Heading, ManifestEntry, Subject
from sim.model.tracing import Trace
from sim.sampling import RANDOM


@dataclass(frozen=True, slots=True)
class CauseDays:
    """Mean days a cause adds to a goal's date against the nominal run (negative: slack used up)."""

    cause: str
    mean_d: float
    nominal_d: float
    """Days of that cause on the goal's own chain in the nominal run."""


@dataclass(frozen=True, slots=True)
class CauseNet:
    """Mean net days of one cause of a subject."""

    cause: str
    net_d: float


@dataclass(frozen=True, slots=True)
class SubjectDelay:
    """What one subject adds to the date of a goal in the mean, net of the waiting that the plan holds."""

    name: str
    called: str
    kind: str
    net_d: float
    """Negative where it comes earlier than planned."""
    low_d: float | None
    high_d: float | None
    """95 % interval: sampling error; None with fewer than two replications."""
    causes: tuple[CauseNet, ...]
    """They add up to its net days."""
    led_by: str = ""
    """What pages call the partner who leads it; empty when nobody is named."""


@dataclass(frozen=True, slots=True)
class OverFigures:
    """What knowing the drawn figures better would change: ranges over their draws, which no replication narrows."""

    level: float
    """Share of the draws that each range holds."""
    explained: Estimate
    """How much of the variance of the date's normal score the drawn figures decide, with its sampling error."""
    low: float
    high: float
    """Range of the chance of reaching the goal by its date."""
    quantiles: tuple[Quantile, ...]
    """The goal's quantiles with their ranges; None where the calendar ends first."""
    curve_low: tuple[float, ...]
    curve_high: tuple[float, ...]
    """Range of the cumulative share on the days of the goal's curve."""


@dataclass(frozen=True, slots=True)
class GoalFinding:
    """What is found of one goal."""

    goal: GoalPlan
    reached: int
    """Replications in which it is reached."""
    probability: Proportion
    """Chance of reaching the goal by its date."""
    nominal_d: float | None
    quantiles: tuple[Quantile, ...]
    """P10, P50, P80 and P90, in this order."""
    curve: Curve
    slip_by_cause: tuple[CauseDays, ...]
    """Sorted by mean days, largest first; the means add up to `total_slip_d`."""
    total_slip_d: float
    censored: int
    """Replications in which the goal is not reached; their days count up to the calendar's end."""
    delays: tuple[SubjectDelay, ...] = ()
    """What each subject adds to the date, the most first; the net days add up to `total_slip_d`."""
    earliest_d: float | None = None
    """Day of the earliest replication; None where none reaches it."""
    over_figures: OverFigures | None = None
    """None where no figure is drawn, or too few replications reach the goal to tell."""

    def __repr__(self) -> str:
        return f"<GoalFinding {self.name}: {self.probability.value:.1%} by day {self.by_d:g}>"

    @property
    def name(self) -> str:
        """The goal's key."""
        return self.goal.name

    @property
    def by_d(self) -> float:
        """The day it is wanted by."""
        return self.goal.by_d

    @property
    def wanted(self) -> float:
        """The chance the planner wants."""
        return self.goal.wanted

    @property
    def called(self) -> str:
        """Its title, or its key where the scenario gives none."""
        return self.goal.title or self.goal.name


@dataclass(frozen=True, slots=True)
class JointFinding:
    """Cost and date of one goal together; there only where something costs.

    The points are every `of`-th replication of those that reach the goal; the frontier joins the dates and costs
    that are both kept with the chance the planner wants, over all replications.
    """

    goal: str
    t_d: tuple[float, ...]
    cost: tuple[float, ...]
    """Spent by that day, in the scenario's own measure."""
    of: int
    """Each point stands for so many replications."""
    unreached: int
    """Replications in which the goal is not reached, which have no point."""
    cost_p50: float
    cost_p80: float
    correlation: float | None
    """Of date and cost where the goal is reached; None where one of them does not vary."""
    wanted: float
    frontier_t_d: tuple[float, ...]
    frontier_cost: tuple[float, ...]
    """Least cost limit that, with the date limit beside it, holds with the chance `wanted`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Subject):
    """One subject of the campaign Gantt."""

    start_p50_d: float | None
    """Median day on which it may start: all it needs is there."""
    work_p50_d: float | None
    """Median day on which work begins: the first launch of a mission, an activity's release or its planned day."""
    work_nominal_d: float | None
    finish_p10_d: float | None
    finish_p50_d: float | None
    finish_p90_d: float | None
    nominal_start_d: float | None
    nominal_finish_d: float | None
    reached: float
    """Share of replications in which it finishes."""
    criticality: dict[str, float]
    """By goal: share of replications in which it is on the chain that dates the goal."""


@dataclass(frozen=True, slots=True)
class MassCurve:
    """Mass landed at the base over time: nominal and quantiles over the replications, as steps."""

    t_d: tuple[float, ...]
    p10_kg: tuple[float, ...]
    p50_kg: tuple[float, ...]
    p90_kg: tuple[float, ...]
    nominal_kg: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """When one launch of the manifest leaves."""

    entry: ManifestEntry
    nominal_d: float | None
    p10_d: float | None
    p50_d: float | None
    p90_d: float | None
    by_plan: float
    """Chance of launching by the planned date plus 30 days; nan when flown already or without a planned date."""


@dataclass(frozen=True, slots=True)
class Findings(Heading):
    """Everything the pages show of one scenario."""

    seed: int
    replications: int
    goals: tuple[GoalFinding, ...]
    bars: tuple[Bar, ...]
    mass: MassCurve
    manifest: tuple[ManifestRow, ...]
    traces: tuple[Trace, ...]
    facility_days: tuple[tuple[str, float, float, float], ...]
    """(station, P10, P50, P90) of research facility-days by the first goal's date."""
    versions: tuple[tuple[str, str], ...]
    """(package, version) used for the run."""
    joint: tuple[JointFinding, ...] = ()
    """One for each goal by which anything was spent."""
    events: int = 0
    """Events that all replications together processed."""
    drawn: int = 0
    """Figures, or combinations of them, that are drawn once a replication."""
    sampling: str = RANDOM
    """How random numbers were drawn, of `sim.sampling.STRATA`."""
    named: str = ""
    """What its study is called; empty where there is none around it."""

    @property
    def called(self) -> str:
        """What its study is called, or the name of the scenario."""
        return self.named or self.scenario

    def __repr__(self) -> str:
        goals = ", ".join(f"{goal.name} {goal.probability.value:.1%}" for goal in self.goals)
        return f"<Findings {self.scenario}: {self.replications} replications, seed {self.seed}; {goals}>"
