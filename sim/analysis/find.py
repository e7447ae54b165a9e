"""Make findings of a sample: every number a page shows, with its interval."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.analysis import estimates
from sim.analysis.clusters import Labels, blocks_of
from sim.analysis.compare import correlation
from sim.analysis.delays import delays
from sim.analysis.estimates import rank_of
from sim.analysis.findings import (
    Bar,
    CauseDays,
    Findings,
    GoalFinding,
    JointFinding,
    ManifestRow,
    MassCurve,
    OverFigures,
)
from sim.analysis.outline import Outline
from sim.analysis.uncertainty import LEVEL, Explained, explain, figure_scores
from sim.campaign.plan import Heading, ManifestEntry, Subject, fields_of
from sim.model.sample import Sample
from sim.model.tracing import Trace
from sim.sampling import LATIN_HYPERCUBE, STRATA

GOAL_SHARES = (0.1, 0.5, 0.8, 0.9)
BAR_SHARES = (0.1, 0.5, 0.9)
PLAN_GRACE_D = 30.0
"""Days after the planned date that still count as launched by plan."""
MASS_STEP_D = 365.25 / 12
"""The mass curve has a point for each month."""
MASS_STEPS = 100_000
"""Steps into which the whole mass is divided at the most: a kilogram of a base of a hundred tonnes."""

Floats = NDArray[np.float64]
Item = TypeVar("Item")
Made = TypeVar("Made")

POINTS = 2000
"""Points kept of a scatter; more cannot be told apart on a screen."""
FRONTIER_STEPS = 60


def find(
    outline: Outline,
    sample: Sample,
    nominal: Sample,
    traces: Sequence[Trace] = (),
    *,
    seed: int,
    sampling: str = LATIN_HYPERCUBE,
    versions: tuple[tuple[str, str], ...] = (),
) -> Findings:
    """Make the findings of a study; `nominal` is a sample of one row, the nominal run."""
    scores = figure_scores(outline.drawn, seed, sample.replication, sampling)
    blocks = blocks_of(sample.size, STRATA[sampling])
    return Findings(
        **fields_of(Heading, outline),
        seed=seed,
        replications=sample.size,
        goals=_each(lambda index: _goal(outline, index, sample, nominal, scores, blocks), range(len(outline.goals))),
        bars=_bars(outline, sample, nominal),
        mass=_mass(outline, sample, nominal),
        manifest=_each(lambda flight: _manifest_row(flight, sample, nominal), outline.flights),
        traces=tuple(traces),
        facility_days=_facility_days(outline, sample),
        versions=versions,
        joint=tuple(_joint(outline, sample)),
        events=int(sample.events.sum()),
        drawn=scores.shape[1],
        sampling=sampling,
    )


def _joint(outline: Outline, sample: Sample) -> Iterator[JointFinding]:
    for index, goal in enumerate(outline.goals):
        if (sample.cost[:, index] > 0.0).any():
            yield joint_finding(goal.name, sample.reached_d[:, goal.reached], sample.cost[:, index], goal.wanted)


def _goal(
    outline: Outline, index: int, sample: Sample, nominal: Sample, scores: Floats, blocks: Labels | None
) -> GoalFinding:
    goal = outline.goals[index]
    dates = sample.reached_d[:, goal.reached]
    chance = estimates.probability_by(dates, goal.by_d, blocks=blocks)
    curve = estimates.ecdf(dates, blocks=blocks)
    reached = int(np.count_nonzero(np.isfinite(dates)))
    slips = slip_by_cause(outline.causes, sample.by_cause_d[:, index], nominal.by_cause_d[0, index])
    return GoalFinding(
        goal=goal,
        reached=reached,
        probability=chance,
        nominal_d=_day(nominal.reached_d[0, goal.reached]),
        quantiles=estimates.quantiles(dates, GOAL_SHARES, blocks=blocks),
        curve=curve,
        slip_by_cause=slips,
        total_slip_d=math.fsum(one.mean_d for one in slips),
        censored=sample.size - reached,
        delays=delays(outline, sample, nominal, index),
        earliest_d=_day(dates.min()),
        over_figures=_over_figures(dates, goal.by_d, curve, scores),
    )


def _over_figures(dates: Floats, by_d: float, curve: estimates.Curve, scores: Floats) -> OverFigures | None:
    """Return the ranges of a goal over the drawn figures, whose scores are those of its first replications."""
    found = explain(dates[: len(scores)], scores)
    return None if found is None else ranges_of(found, dates, by_d, curve.share)


def ranges_of(found: Explained, dates: Floats, by_d: float, shares: Sequence[float]) -> OverFigures:
    """Return what the drawn figures do to the chance by a day, to the quantiles, and to the shares of a curve."""
    low, high = found.chance(np.array([np.mean(dates <= by_d), *shares]), dates.size)
    return OverFigures(
        level=LEVEL,
        explained=estimates.Estimate(found.share, found.low, found.high),
        low=float(low[0]),
        high=float(high[0]),
        quantiles=tuple(
            estimates.Quantile(share, *_quantile_days(dates, (share, *found.levels(share)))) for share in GOAL_SHARES
        ),
        curve_low=_floats(np.maximum.accumulate(low[1:])),
        curve_high=_floats(np.maximum.accumulate(high[1:])),
    )


def slip_by_cause(causes: Sequence[str], by_cause_d: Floats, nominal_d: Floats) -> tuple[CauseDays, ...]:
    """Return the mean days each cause adds to a goal against the nominal run, largest first.

    `by_cause_d`, shape (n, causes), partitions the time to the goal (or to the calendar's end) in each
    replication, and `nominal_d`, shape (causes,), in the nominal run. So the means add up to the mean slip.
    A cause that appears in neither is left out.
    """
    days = np.ascontiguousarray(by_cause_d.T)  # sums over contiguous values are pairwise: exact to 1e-12 of a day
    means = [
        CauseDays(cause, float(days[index].mean()) - float(nominal_d[index]), float(nominal_d[index]))
        for index, cause in enumerate(causes)
        if nominal_d[index] or days[index].any()
    ]
    return tuple(sorted(means, key=lambda one: -one.mean_d))


def _bars(outline: Outline, sample: Sample, nominal: Sample) -> tuple[Bar, ...]:
    critical = sample.on_chain.sum(axis=0, dtype=np.uint32) / sample.size
    launches: dict[str, list[int]] = {}
    for flight in outline.flights:
        launches.setdefault(flight.mission, []).append(flight.launched)

    def work(sample: Sample, index: int) -> Floats:
        subject = outline.subjects[index]
        flown = launches.get(subject.name, ()) if subject.kind == "mission" else ()
        return np.min(sample.reached_d[:, flown], axis=1) if flown else _work_start(sample, index, subject)

    def bar(index: int) -> Bar:
        subject = outline.subjects[index]
        finish = _column(sample, subject.finish)
        p10, p50, p90 = _quantile_days(finish, BAR_SHARES)
        return Bar(
            **fields_of(Subject, subject),
            start_p50_d=_quantile_days(sample.start_d[:, index], (0.5,))[0],
            work_p50_d=_quantile_days(work(sample, index), (0.5,))[0],
            work_nominal_d=_day(work(nominal, index)[0]),
            finish_p10_d=p10,
            finish_p50_d=p50,
            finish_p90_d=p90,
            nominal_start_d=_day(nominal.start_d[0, index]),
            nominal_finish_d=_day(_column(nominal, subject.finish)[0]),
            reached=float(np.count_nonzero(np.isfinite(finish)) / sample.size),
            criticality={goal.name: float(critical[row, index]) for row, goal in enumerate(outline.goals)},
        )

    return _each(bar, range(len(outline.subjects)))


def _work_start(sample: Sample, index: int, subject: Subject) -> Floats:
    """Return the day on which work begins: when it may, from its planned day on, or as long before its end as planned.

    The last holds where the plan lets it begin later than it may, because of what it must end after or share.
    """
    free = np.maximum(sample.start_d[:, index], subject.earliest_d)
    plan, finish = subject.planned, _column(sample, subject.finish)
    if plan is None or subject.since_unsaid or not subject.ends_late:
        return np.asarray(free)
    lasts_d = plan.early_finish_d - plan.early_start_d
    return np.asarray(np.maximum(free, np.where(np.isfinite(finish), finish - lasts_d, free)))


def _mass(outline: Outline, sample: Sample, nominal: Sample) -> MassCurve:
    grid = np.arange(0.0, outline.end_d + MASS_STEP_D, MASS_STEP_D).clip(max=outline.end_d)
    columns = [delivery.milestone for delivery in outline.deliveries]
    masses = np.array([delivery.mass_kg for delivery in outline.deliveries])
    planned = nominal.reached_d[:, columns]
    rows = list(_mass_quantiles(sample.reached_d, columns, masses, grid))
    return MassCurve(
        t_d=_floats(grid),
        p10_kg=tuple(row[0] for row in rows),
        p50_kg=tuple(row[1] for row in rows),
        p90_kg=tuple(row[2] for row in rows),
        nominal_kg=tuple(float(((planned <= day) @ masses)[0]) for day in grid),
    )


def _mass_quantiles(
    reached_d: Floats, columns: Sequence[int], masses: Floats, grid_d: Floats
) -> Iterator[tuple[float, ...]]:
    """Return the quantiles of the mass landed by each day of a grid; each landing, a column each, is counted once.

    The grid begins with day 0 and its steps are even, but for the last, which may be shorter.

    Masses are counted in steps, so that a quantile is read off a histogram in which each landing moves one replication.
    """
    n, step_d, step_kg = len(reached_d), float(grid_d[1] - grid_d[0]), _mass_step_kg(masses)
    steps = np.rint(masses / step_kg).astype(np.int64)
    by_day = np.empty((n, len(columns)), dtype=np.uint16)  # few days, and so a radix sort

    def find_days(place: int) -> None:
        days = reached_d[:, columns[place]]
        steps_in = np.ceil(days.clip(0.0, grid_d[-1]) / step_d)
        by_day[:, place] = np.where(days <= grid_d[-1], steps_in, grid_d.size)

    _each(find_days, range(len(columns)))
    order = np.argsort(by_day.ravel(), kind="stable")
    edges = np.searchsorted(by_day.ravel()[order], np.arange(grid_d.size + 1, dtype=np.uint16))
    ranks = np.array([estimates.rank_of(n, share) for share in BAR_SHARES])
    mass, having = np.zeros(n, dtype=np.int64), np.zeros(int(steps.sum()) + 1, dtype=np.int64)
    having[0] = n
    for first, last in itertools.pairwise(edges):
        which, delivery = np.divmod(order[first:last], max(len(columns), 1))
        moved = which[np.diff(which, prepend=-1) > 0]  # in growing order, for the sort is stable
        having -= np.bincount(mass[moved], minlength=having.size)
        np.add.at(mass, which, steps[delivery])
        having += np.bincount(mass[moved], minlength=having.size)
        yield tuple((np.searchsorted(np.cumsum(having), ranks) * step_kg).tolist())


def _mass_step_kg(masses: Floats) -> float:
    """Return the step in which masses are counted: their greatest common divisor in grams, or what a page can show."""
    grams = np.rint(1e3 * masses).astype(np.int64)
    divisor = int(np.gcd.reduce(grams)) if grams.size else 0
    return max(divisor / 1e3, float(masses.sum()) / MASS_STEPS) or 1.0


def _manifest_row(flight: ManifestEntry, sample: Sample, nominal: Sample) -> ManifestRow:
    dates = sample.reached_d[:, flight.launched]
    p10, p50, p90 = _quantile_days(dates, BAR_SHARES)
    planned = not flight.fact and math.isfinite(flight.planned_d)
    return ManifestRow(
        entry=flight,
        nominal_d=_day(nominal.reached_d[0, flight.launched]),
        p10_d=p10,
        p50_d=p50,
        p90_d=p90,
        by_plan=float((dates <= flight.planned_d + PLAN_GRACE_D).mean()) if planned else math.nan,
    )


def _facility_days(outline: Outline, sample: Sample) -> tuple[tuple[str, float, float, float], ...]:
    if not outline.stations or not outline.goals:
        return ()
    p10, p50, p90 = _quantile_days(sample.facility_days[:, 0], BAR_SHARES)
    return ((", ".join(outline.stations), p10 or 0.0, p50 or 0.0, p90 or 0.0),)


def _each(function: Callable[[Item], Made], items: Iterable[Item]) -> tuple[Made, ...]:
    """Call a function for each item, several at once: numpy sorts and copies columns without holding others up."""
    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(function, items))


def _column(sample: Sample, milestone: int) -> Floats:
    return sample.reached_d[:, milestone] if milestone >= 0 else np.full(sample.size, np.inf)


def _quantile_days(values: Floats, shares: Sequence[float]) -> list[float | None]:
    """Return the order statistics of rank ceil(n * share), without intervals; None where it is not reached.

    The same rank as `estimates.quantiles`, whose intervals a table of hundreds of dates has no room for.
    """
    ordered = np.sort(values)  # with vector instructions, in half the time that partitioning for three ranks takes
    return [_day(ordered[estimates.rank_of(values.size, share) - 1]) for share in shares]


def _day(value: float | np.float64) -> float | None:
    return float(value) if math.isfinite(value) else None


def _floats(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def joint_finding(goal: str, dates_d: Floats, cost: Floats, wanted: float) -> JointFinding:
    """Find how cost and date of a goal go together, shape (n,) each; a date of infinity was not reached.

    Raises:
        ValueError: if there is no replication.
    """
    if not dates_d.size:
        raise ValueError("cost and date need at least one replication")
    reached = np.flatnonzero(np.isfinite(dates_d))
    of = max(1, math.ceil(reached.size / POINTS))
    shown = reached[::of]
    ordered = np.sort(cost)
    frontier = _frontier(dates_d, cost, wanted)
    return JointFinding(
        goal=goal,
        t_d=tuple(dates_d[shown].tolist()),
        cost=tuple(cost[shown].tolist()),
        of=of,
        unreached=int(dates_d.size - reached.size),
        cost_p50=float(ordered[rank_of(cost.size, 0.5) - 1]),
        cost_p80=float(ordered[rank_of(cost.size, 0.8) - 1]),
        correlation=correlation(dates_d[reached], cost[reached]),
        wanted=wanted,
        frontier_t_d=tuple(day for day, _ in frontier),
        frontier_cost=tuple(limit for _, limit in frontier),
    )


def _frontier(dates_d: Floats, cost: Floats, wanted: float) -> list[tuple[float, float]]:
    """Return (date limit, least cost limit) pairs that at least the share `wanted` of all replications keep."""
    rank = rank_of(dates_d.size, wanted)
    order = np.argsort(dates_d, kind="stable")
    reached = int(np.isfinite(dates_d).sum())
    if reached < rank:
        return []
    kept = np.unique(np.linspace(rank, reached, min(FRONTIER_STEPS, reached - rank + 1)).astype(int))
    return [
        (float(dates_d[order[count - 1]]), float(np.partition(cost[order[:count]], rank - 1)[rank - 1]))
        for count in kept
    ]
