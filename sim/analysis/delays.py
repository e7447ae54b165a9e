"""Delays: whose lateness the date of a goal is made of, net of the waiting that the plan holds.

Along the chain of a replication each subject ends so many days later than in the plan, and so does the goal in the end.
From one subject to the next that lateness grows or falls. It falls where late work uses up days in which the plan
waits: for a stated date, or for something else. Such days cost the goal nothing, and are taken from the subjects
before, the nearest first. What a subject is left with is what it passes on: its net days. Over the chain they add up
to the slip of the goal, in every replication and so in the mean, and planning work earlier does not raise them.

The net days of a subject are divided among its causes by the days that each takes beyond the plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis import estimates
from sim.analysis.findings import CauseNet, SubjectDelay
from sim.analysis.outline import Outline
from sim.model.sample import Sample

Floats = NDArray[np.float64]
_WORK = ("agreement", "development", "production", "labour")
"""Causes under which the days count that a subject on Earth or an element works even in the plan."""
_AT_ONCE = 20_000
"""Replications looked at together, so that memory holds them."""
_NOTHING_D = 1e-9
"""Days that are left by rounding."""
_USUAL = {"mission": "failure", "element": "labour"}
"""Cause of the rare subject of which no stretch is among the longest of its chain; of all others, development."""


def delays(outline: Outline, sample: Sample, nominal: Sample, goal: int) -> tuple[SubjectDelay, ...]:
    """Return what each subject ever on the chain of a goal (by number) adds to its date, the most days first.

    The net days add up to the mean slip of the goal; one that is not reached counts up to the calendar's end.
    """
    columns = [
        column
        for column, subject in enumerate(outline.subjects)
        if subject.kind != "goal" and subject.finish >= 0 and sample.on_chain[:, goal, column].any()
    ]
    own = outline.goals[goal].subject  # what no subject on the chain ends
    net_d = np.zeros((sample.size, len(outline.subjects)))
    by_cause_d = np.zeros((len(outline.subjects), len(outline.causes)))
    for first in range(0, sample.size, _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        if columns:
            net_d[rows, columns] = _net_days(outline, sample[rows], nominal, goal, columns)
        net_d[rows, own] = _slips(outline, sample[rows], nominal, goal) - net_d[rows].sum(axis=1)
        by_cause_d += _by_cause(outline, sample[rows], nominal, goal, net_d[rows])
    found = [_delay(outline, column, net_d[:, column], by_cause_d[column] / sample.size) for column in (*columns, own)]
    return tuple(sorted((one for one in found if abs(one.net_d) > _NOTHING_D), key=lambda one: -one.net_d))


@dataclass(frozen=True, slots=True)
class _Lateness:
    """Days later than in the plan, along the chains, in their order; where a chain is shorter its places are empty."""

    order: NDArray[np.intp]
    """(n, places) which column comes at each place."""
    late_d: Floats
    """(n, places) how late it ends; nan in an empty place."""


def _net_days(outline: Outline, sample: Sample, nominal: Sample, goal: int, columns: Sequence[int]) -> Floats:
    """Return the net days of the subjects in `columns`, shape (n, len(columns)).

    Backwards from the goal, a fall of the lateness is a debt that those before it pay; what nobody can pay remains with
    the first: the whole came earlier than planned.
    """
    chain = _lateness(outline, sample, nominal, goal, columns)
    net_d = np.zeros((sample.size, len(columns)))
    rows, debt_d = np.arange(sample.size), np.zeros(sample.size)
    steps_d = np.diff(np.nan_to_num(chain.late_d), axis=1, prepend=0.0)
    for place in reversed(range(steps_d.shape[1])):
        there = ~np.isnan(chain.late_d[:, place])
        left_d = np.where(there, steps_d[:, place] + debt_d, 0.0)
        last = place == 0
        debt_d = np.where(there, 0.0 if last else np.minimum(left_d, 0.0), debt_d)
        net_d[rows[there], chain.order[there, place]] = (left_d if last else np.maximum(left_d, 0.0))[there]
    return net_d


def _lateness(outline: Outline, sample: Sample, nominal: Sample, goal: int, columns: Sequence[int]) -> _Lateness:
    """Follow the lateness along the chains: places from the first on, each with the subject that ends then."""
    milestone = outline.goals[goal].reached
    ends = [outline.subjects[column].finish for column in columns]
    dated_d = sample.reached_d[:, milestone].clip(max=outline.end_d)
    planned_d = nominal.reached_d[0, ends].clip(max=outline.end_d)
    finish_d = np.minimum(sample.reached_d[:, ends], dated_d[:, None])
    on_chain = sample.on_chain[:, goal, columns]
    order = np.argsort(np.where(on_chain, finish_d, np.inf), axis=1, kind="stable")
    places = int(on_chain.sum(axis=1).max())
    order = order[:, :places]
    late_d = np.take_along_axis(finish_d - planned_d, order, axis=1)
    lengths = on_chain.sum(axis=1)
    late_d[np.arange(places) >= lengths[:, None]] = np.nan
    whole = np.flatnonzero(lengths)
    slip_d = _slips(outline, sample, nominal, goal)
    late_d[whole, lengths[whole] - 1] = slip_d[whole]  # the chain ends with the goal
    return _Lateness(np.asarray(order), np.asarray(late_d))


def _slips(outline: Outline, sample: Sample, nominal: Sample, goal: int) -> Floats:
    """Return how much later than in the plan a goal is reached, shape (n,), up to the calendar's end."""
    reached = outline.goals[goal].reached
    dated_d, planned_d = (one.reached_d[:, reached].clip(max=outline.end_d) for one in (sample, nominal))
    return np.asarray(dated_d - planned_d)


def _by_cause(outline: Outline, sample: Sample, nominal: Sample, goal: int, net_d: Floats) -> Floats:
    """Divide net days, shape (n, subjects), among causes; return their sums, shape (subjects, causes)."""
    n, subjects = net_d.shape
    kept = (sample.parts[:, goal] >= 0) & (sample.part_d[:, goal] > 0.0)
    row, _ = np.nonzero(kept)
    subject, cause = np.divmod(sample.parts[:, goal][kept].astype(np.int64), len(outline.causes))
    days = sample.part_d[:, goal][kept]
    beyond = np.where(
        np.array(outline.causes)[cause] == "plan",
        0.0,
        np.maximum(days - _planned_d(outline, nominal, goal)[subject, cause], 0.0),
    )
    place = row * subjects + subject
    told = np.bincount(place, beyond, minlength=n * subjects)[place] > 0.0
    weight = np.where(told, beyond, days)  # who took no longer than planned still divides what it passes on
    whole = np.bincount(place, weight, minlength=n * subjects)
    share_d = net_d.ravel()[place] * weight / whole[place]
    sums = np.bincount(subject * len(outline.causes) + cause, share_d, minlength=subjects * len(outline.causes))
    found: Floats = sums.astype(np.float64).reshape(subjects, len(outline.causes))
    rest = net_d.sum(axis=0) - found.sum(axis=1)
    usual = [outline.causes.index(_USUAL.get(one.kind, "development")) for one in outline.subjects]
    found[np.arange(subjects), usual] += rest
    return found


def _planned_d(outline: Outline, nominal: Sample, goal: int) -> Floats:
    """Return the days that each subject takes for each cause in the plan, shape (subjects, causes), as far as known.

    Known are those on the chain of the plan, and how long work on Earth and at the base takes.
    """
    planned_d = np.zeros((len(outline.subjects), len(outline.causes)))
    work = [number for number, cause in enumerate(outline.causes) if cause in _WORK]
    for part, days in zip(nominal.parts[0, goal], nominal.part_d[0, goal], strict=True):
        if part >= 0:
            planned_d[divmod(int(part), len(outline.causes))] = days
    for column, subject in enumerate(outline.subjects):
        if subject.finish >= 0 and subject.kind != "mission" and not planned_d[column].any():
            start_d, end_d = float(nominal.start_d[0, column]), float(nominal.reached_d[0, subject.finish])
            planned_d[column, work] = end_d - start_d if math.isfinite(start_d) and math.isfinite(end_d) else 0.0
    return planned_d


def _delay(outline: Outline, column: int, net_d: Floats, by_cause_d: Floats) -> SubjectDelay:
    subject, mean_d = outline.subjects[column], float(net_d.mean())
    spread = estimates.mean(net_d) if net_d.size > 1 else None
    causes = [CauseNet(outline.causes[cause], float(days)) for cause, days in enumerate(by_cause_d) if days]
    return SubjectDelay(
        name=subject.key,
        called=subject.called,
        kind=subject.kind,
        net_d=mean_d,
        low_d=None if spread is None else spread.low,
        high_d=None if spread is None else spread.high,
        causes=tuple(sorted(causes, key=lambda one: -one.net_d)),
        led_by=subject.led_by,
    )
