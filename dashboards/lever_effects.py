"""How far each lever of a sweep moves a goal's mean date, and what finding its figure out could be worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboards.answers import Answer, GoalAnswers, SweepAnswers, level_of
from dashboards.lever_axis import VARIANTS, LeverAxis
from sim.analysis.guesses import DOUBT
from sim.analysis.indices import SobolIndex, Swing
from sim.analysis.sensitivity import Correlation
from sim.scenario.provenance import Note

_TOLD = 0.05
"""Chance of as large a difference by luck, below which a lever is told from zero."""
_CLASSES = 8
"""Parts into which the values of a lever are cut at most."""
_TRACE = 0.005
"""Share of the variance from which on a lever's total index counts as surely above zero."""


@dataclass(frozen=True, slots=True)
class Influence:
    """What one lever does to the mean date of a goal, by the measure that the design allows."""

    path: str
    moves_d: float
    """Days between its best and worst value in a tornado, else standard deviation between cases that goes with it."""
    measure: str
    value: float
    low: float | None
    high: float | None
    """95 % interval of the measure; None where there is none."""
    sure: bool
    """Whether the interval tells the measure from zero."""


@dataclass(frozen=True, slots=True)
class SweptGuess:
    """A lever's influence beside how far the figure in the scenario is trusted."""

    influence: Influence
    note: Note
    weight_d: float
    """Days weighed with doubt, as `ilrs guesses` weighs them."""


def rank_influences(sweep: SweepAnswers, goal: GoalAnswers) -> tuple[Influence, ...]:
    """Return the influence of every lever that has one, the strongest first.

    By total Sobol index or swing where the design gives them, else by rank correlation; a lever whose values have no
    order by the share of the variance that lies between them.
    """
    if goal.swings:
        found = [_of_swing(swing) for swing in goal.swings]
    else:
        spread_d = float(np.std([one.mean_d for one in goal.answers], ddof=1)) if len(goal.answers) > 1 else 0.0
        indices, ranks = {one.name: one for one in goal.indices}, dict(goal.ranks)
        found = []
        for lever in sweep.levers:
            if lever.path in indices:
                found.append(_of_index(indices[lever.path], spread_d))
            elif lever.path in ranks and ranks[lever.path].value is not None:
                found.append(_of_rank(lever.path, ranks[lever.path], spread_d))
            else:
                found.append(_of_share(lever, goal.answers, spread_d))
    return tuple(sorted(found, key=lambda one: -one.moves_d))


def rank_levers(sweep: SweepAnswers, goal: GoalAnswers) -> list[LeverAxis]:
    """Return the levers, those first that move the mean date most."""
    order = {one.path: place for place, one in enumerate(rank_influences(sweep, goal))}
    return sorted(sweep.levers, key=lambda lever: order.get(lever.path, len(order)))


def rank_guesses(sweep: SweepAnswers, goal: GoalAnswers) -> tuple[SweptGuess, ...]:
    """Return every swept figure, the one to go and find out first; a choice of variants is no figure.

    The weight by confidence is that of `ilrs guesses`; where none is stated, it lies between medium and low.
    """
    guesses = []
    for one in rank_influences(sweep, goal):
        if one.path != VARIANTS:
            note = sweep.notes.get(one.path, Note())
            guesses.append(SweptGuess(one, note, one.moves_d * DOUBT[note.confidence]))
    return tuple(sorted(guesses, key=lambda one: -one.weight_d))


def share_between(lever: LeverAxis, answers: Sequence[Answer]) -> float:
    """Return the share of the variance of the mean date that lies between a lever's values, corrected for chance.

    Below zero where there is nothing but chance. Source: omega squared: Hays, Statistics (1963), section 12.
    """
    groups = _groups(lever, answers)
    means = np.concatenate(groups)
    total = float(((means - means.mean()) ** 2).sum())
    left = means.size - len(groups)
    if total == 0.0 or left < 1:
        return 0.0
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    rest = within / left
    return (total - within - (len(groups) - 1) * rest) / (total + rest)


def _chance_of_none(lever: LeverAxis, answers: Sequence[Answer]) -> float:
    """Return the chance of differences as large between a lever's values where it moves nothing: one-way analysis.

    Source: Fisher, Statistical Methods for Research Workers (1925), chapter 7.
    """
    from scipy.stats import f

    groups = _groups(lever, answers)
    means = np.concatenate(groups)
    left = means.size - len(groups)
    if left < 1 or len(groups) < 2:
        return 1.0
    within = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    between = float(((means - means.mean()) ** 2).sum()) - within
    if within <= 1e-12 * between:
        return 0.0
    return float(f.sf(between / (len(groups) - 1) / (within / left), len(groups) - 1, left))


def _groups(lever: LeverAxis, answers: Sequence[Answer]) -> list[NDArray[np.float64]]:
    """Return the mean dates of cases by the lever's value, or by class of values where there are many."""
    means, levels = np.array([one.mean_d for one in answers]), np.array([level_of(lever, one) for one in answers])
    parts = [levels == level for level in lever.levels]
    if len(parts) > _CLASSES:
        parts = [np.isin(levels, group) for group in np.array_split(np.array(lever.levels), _CLASSES)]
    return [means[part] for part in parts if part.any()]


def _of_index(one: SobolIndex, spread_d: float) -> Influence:
    total = one.total
    moves_d = math.sqrt(max(total.value, 0.0)) * spread_d
    return Influence(one.name, moves_d, "total index", total.value, total.low, total.high, total.low > _TRACE)


def _of_rank(path: str, one: Correlation, spread_d: float) -> Influence:
    value = one.value or 0.0
    sure = one.low is not None and one.high is not None and (one.low > 0.0 or one.high < 0.0)
    return Influence(path, abs(value) * spread_d, "rank correlation", value, one.low, one.high, sure)


def _of_share(lever: LeverAxis, answers: Sequence[Answer], spread_d: float) -> Influence:
    share = share_between(lever, answers)
    moves_d = math.sqrt(max(share, 0.0)) * spread_d
    sure = _chance_of_none(lever, answers) < _TOLD
    return Influence(lever.path, moves_d, "share between its values", share, None, None, sure=sure)


def _of_swing(swing: Swing) -> Influence:
    end = max((mean for _, mean in swing.ends), key=lambda mean: abs(mean.value))
    sure = end.low > 0.0 or end.high < 0.0
    return Influence(swing.name, swing.width, "largest change, d", end.value, end.low, end.high, sure)
