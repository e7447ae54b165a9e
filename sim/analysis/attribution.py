"""Attribution: where the days of a goal come from, and whose luck decides its date.

The days by cause partition the time to the goal exactly, so that the rows of a table add up to its total. A goal
that is not reached counts up to the calendar's end; how often that happens stands beside the table.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis import estimates
from sim.analysis.delays import delays
from sim.analysis.findings import SubjectDelay
from sim.analysis.outline import Outline
from sim.analysis.sensitivity import Sensitivity, rank_activities
from sim.campaign.plan import GoalPlan
from sim.model.sample import Sample

Floats = NDArray[np.float64]
RESAMPLES = 999
"""Bootstrap samples behind the interval of a significance index.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, section 14.2: 1,000 for percentile intervals.
"""
BOOTSTRAP_SEED = 1993


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Days of one cause on the way to a goal, in the plan and in the mean over the replications."""

    cause: str
    plan_d: float
    mean_d: float
    slip_d: float
    """Mean minus plan."""
    low_d: float | None
    high_d: float | None
    """95 % interval of the slip; None with fewer than two replications."""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """How much one activity, mission or element decides when a goal is reached."""

    name: str
    kind: str
    mean_d: float | None
    """Mean days from its release to its end, where it ends; None where it never does."""
    found: Sensitivity
    low: float | None
    high: float | None
    """95 % interval of the significance index; None where nothing varies."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The slip of one goal by cause, and the subjects that decide its date, the most significant first."""

    goal: str
    replications: int
    censored: int
    """Replications in which the goal is not reached; their days count up to the calendar's end."""
    planned: bool
    """Whether the plan reaches the goal at all."""
    plan_d: float
    """Day of the goal in the plan, or the calendar's end."""
    mean_d: float
    rows: tuple[CauseRow, ...]
    """Largest slip first; every column adds up to that of `total`."""
    total: CauseRow
    subjects: tuple[SubjectRow, ...]
    delays: tuple[SubjectDelay, ...] = ()
    """What each subject adds, net of waiting in the plan, the most first; they add up to the slip of `total`."""


def attribute(outline: Outline, sample: Sample, nominal: Sample, goal: str, *, top: int = 12) -> Attribution:
    """Attribute the slip of a goal to causes, and rank the `top` subjects on its chain.

    Raises:
        KeyError: if there is no such goal.
    """
    number, line = _find_goal(outline, goal)
    dates, plan_d = sample.reached_d[:, line.reached], float(nominal.reached_d[0, line.reached])
    until_d = np.minimum(dates, outline.end_d)
    by_cause_d, planned_d = sample.by_cause_d[:, number], nominal.by_cause_d[0, number]
    rows = [
        _row(cause, by_cause_d[:, index], float(planned_d[index]))
        for index, cause in enumerate(outline.causes)
        if planned_d[index] or by_cause_d[:, index].any()
    ]
    return Attribution(
        goal=goal,
        replications=sample.size,
        censored=int(np.count_nonzero(np.isinf(dates))),
        planned=plan_d < math.inf,
        plan_d=min(plan_d, outline.end_d),
        mean_d=math.fsum(until_d) / sample.size,
        rows=tuple(sorted(rows, key=lambda row: -row.slip_d)),
        total=_row("total", until_d, min(plan_d, outline.end_d)),
        subjects=rank_subjects(outline, sample, number, top=top),
        delays=delays(outline, sample, nominal, number),
    )


def subject_days(outline: Outline, sample: Sample) -> Floats:
    """Return the days from release to end of every subject, shape (n, subjects); infinity where it does not end."""
    finish = np.full_like(sample.start_d, np.inf)
    for column, subject in enumerate(outline.subjects):
        if subject.finish >= 0:
            finish[:, column] = sample.reached_d[:, subject.finish]
    ended = np.isfinite(finish) & np.isfinite(sample.start_d)
    return np.subtract(finish, sample.start_d, out=np.full_like(finish, np.inf), where=ended)


def rank_subjects(outline: Outline, sample: Sample, goal: int, *, top: int | None = None) -> tuple[SubjectRow, ...]:
    """Rank what is ever on the chain of a goal (by number), the most significant first; goals are left out.

    Only the first `top` are given, as each interval takes 0.4 s for 10,000 replications.

    Source: Vanhoucke, Measuring Time (2010), chapter 4: criticality and significance (SSI).
    """
    critical = sample.on_chain[:, goal]
    kept = [
        column
        for column, subject in enumerate(outline.subjects)
        if subject.kind != "goal" and critical[:, column].any()
    ]
    days, dates = subject_days(outline, sample)[:, kept], sample.reached_d[:, outline.goals[goal].reached]
    names = [outline.subjects[column].key for column in kept]
    column_of = {name: column for column, name in enumerate(names)}
    rows = []
    for found in rank_activities(names, critical[:, kept], days, dates)[:top]:
        column = column_of[found.name]
        low, high = significance_interval(critical[:, kept[column]], days[:, column], dates, found.significance)
        kind = outline.subjects[kept[column]].kind
        rows.append(SubjectRow(found.name, kind, _finite_mean(days[:, column]), found, low, high))
    return tuple(rows)


def significance_interval(
    critical: NDArray[np.bool_], days: Floats, dates: Floats, value: float | None, *, level: float = 0.95
) -> tuple[float | None, float | None]:
    """Return the bootstrap percentile interval of a significance index, columns of shape (n,); None without spread.

    The replications are drawn again as whole rows, those that are not reached among them. A sample so small that
    some draws have no spread at all has no interval.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13.
    """
    from scipy import stats

    both = np.isfinite(days) & np.isfinite(dates)
    if value is None or np.count_nonzero(both) < 2:
        return None, None
    if value == 0.0:
        return 0.0, 0.0
    shifted = [np.where(both, column - column[both].mean(), 0.0) for column in (days, dates)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # told by None
        done = stats.bootstrap(
            (critical.astype(float), both.astype(float), *shifted),
            _significance,
            paired=True,
            vectorized=True,
            method="percentile",
            n_resamples=RESAMPLES,
            batch=64,
            confidence_level=level,
            rng=np.random.default_rng(BOOTSTRAP_SEED),
        )
    low, high = done.confidence_interval
    return (float(low), float(high)) if math.isfinite(low) and math.isfinite(high) else (None, None)


def _significance(critical: Floats, both: Floats, days: Floats, dates: Floats, axis: int = -1) -> Floats:
    """Return SSI = CI sd(d) / sd(T) along an axis; nan where T has no spread.

    The spreads rest on the rows where both are reached; the others hold 0.
    """
    count = np.maximum(both.sum(axis=axis), 1.0)
    own, whole = ((column**2).sum(axis=axis) - column.sum(axis=axis) ** 2 / count for column in (days, dates))
    varies = whole > 0.0
    ratio = np.divide(np.maximum(own, 0.0), whole, out=np.full_like(whole, np.nan), where=varies)
    return np.asarray(critical.mean(axis=axis) * np.sqrt(ratio))


def _row(cause: str, days: Floats, plan_d: float) -> CauseRow:
    mean_d = math.fsum(days) / len(days)
    slip_d = math.fsum(days - plan_d) / len(days)
    if len(days) < 2:
        return CauseRow(cause, plan_d, mean_d, slip_d, None, None)
    spread = estimates.mean(days - plan_d)
    return CauseRow(cause, plan_d, mean_d, slip_d, spread.low, spread.high)


def _finite_mean(days: Floats) -> float | None:
    ended = days[np.isfinite(days)]
    return float(ended.mean()) if ended.size else None


def _find_goal(outline: Outline, name: str) -> tuple[int, GoalPlan]:
    for number, goal in enumerate(outline.goals):
        if goal.name == name:
            return number, goal
    raise KeyError(name)


__all__ = [
    "Attribution",
    "CauseRow",
    "SubjectRow",
    "attribute",
    "rank_subjects",
    "significance_interval",
    "subject_days",
]
