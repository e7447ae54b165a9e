"""Forecasts of programmes that the forecaster has not seen: each programme is left out of the fit in its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from sim.calibration.predictive import Judged, Predictive, judge
from sim.calibration.statements import Floats, Statements

Forecaster: TypeAlias = Callable[[Statements, Statements], Predictive]
"""Fits itself to the first statements and forecasts the second."""
RESAMPLES = 1000
_SEED = 2035


@dataclass(frozen=True, slots=True)
class Difference:
    """How much lower one mean score is than another, d, and its standard error over programmes."""

    value_d: float
    error_d: float


def leave_one_out(statements: Statements, forecaster: Forecaster, programmes: Sequence[str] | None = None) -> Judged:
    """Return how each statement is forecast without its programme; of other programmes than those named: not at all.

    The rows keep the order of `statements`, less those of programmes that are not named.
    """
    wanted = statements.programmes if programmes is None else tuple(programmes)
    rows, parts = [], []
    for programme in wanted:
        held = statements.programme == programme
        others = statements.chosen(~held)
        own = statements.chosen(held)
        parts.append(judge(forecaster(others, own), own.slip_d, own.open))
        rows.append(np.flatnonzero(held))
    order = np.argsort(np.concatenate(rows))
    return Judged(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in Judged.__slots__))


def difference(statements: Statements, ours_d: Floats, theirs_d: Floats) -> Difference:
    """Return how much lower our mean score is, with its standard error from resampled programmes."""
    excess = theirs_d - ours_d
    _, place = np.unique(statements.programme, return_inverse=True)
    sums, counts = np.bincount(place, excess), np.bincount(place)
    rng = np.random.default_rng(_SEED)
    taken = rng.integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[taken].sum(axis=1) / counts[taken].sum(axis=1)
    return Difference(float(excess.mean()), float(means.std(ddof=1)))
