"""Which activity's luck decides the date: criticality, significance and cruciality of each.

Criticality alone misleads: an activity that always lies on the chain but hardly varies has an index of 1 and
moves nothing. The significance index weighs criticality with the activity's own spread, cruciality is how
closely the date follows its duration. All intervals state sampling error only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sim.analysis.estimates import Proportion, ranks_of, wilson


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation of `pairs` values with its interval; `None` where one side does not vary."""

    pairs: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How much one activity decides when the goal is reached.

    `criticality` is the share of all replications in which it lies on the chain that dates the goal.
    `significance` (SSI), `cruciality` (Pearson) and `rank_cruciality` (Spearman) rest on the replications in
    which both the activity and the goal were reached; `None` where nothing varies.
    """

    name: str
    criticality: Proportion
    significance: float | None
    cruciality: Correlation
    rank_cruciality: Correlation


def rank_activities(
    names: Sequence[str],
    on_chain: ArrayLike,
    durations_d: ArrayLike,
    finish_d: ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Sensitivity, ...]:
    """Return the sensitivity of each activity, the most significant first.

    `on_chain` and `durations_d` have shape (n, len(names)), `finish_d` shape (n,); what was not reached is
    `+inf`.

    Source: Vanhoucke, Measuring Time (2010), chapter 4: SSI = CI sd(d) / sd(T); Williams, Journal of the
    Operational Research Society 43 (1992) 353-357, cruciality.

    Raises:
        ValueError: if the shapes do not fit together or a value is NaN.
    """
    critical, days, finish = (
        np.asarray(on_chain, bool),
        np.asarray(durations_d, float),
        np.asarray(finish_d, float),
    )
    if critical.shape != days.shape or days.shape != (finish.size, len(names)) or finish.ndim != 1:
        raise ValueError(f"{len(names)} activities: {critical.shape}, {days.shape} and {finish.shape} do not fit")
    if np.isnan(days).any() or np.isnan(finish).any():
        raise ValueError("NaN is no outcome: a value that was not reached is +inf")
    found = [_activity(name, critical[:, column], days[:, column], finish, level) for column, name in enumerate(names)]
    return tuple(sorted(found, key=_importance))


def correlation(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Correlation:
    """Return Pearson's correlation of two columns, shape (n,) each, with Fisher's interval.

    Source: Fisher, Statistical Methods for Research Workers, section 35: atanh(r) has standard error 1/sqrt(n
    - 3).
    """
    return _fisher(np.asarray(first, float), np.asarray(second, float), level, widening=1.0)


def rank_correlation(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Correlation:
    """Return Spearman's correlation of two columns, shape (n,) each, with its interval.

    Source: Fieller, Hartley and Pearson, Biometrika 44 (1957) 470-481: atanh(r) has variance 1.06 / (n - 3).
    """
    return _fisher(
        ranks_of(np.asarray(first, float)),
        ranks_of(np.asarray(second, float)),
        level,
        widening=math.sqrt(1.06),
    )


def _activity(
    name: str,
    critical: NDArray[np.bool_],
    days: NDArray[np.float64],
    finish: NDArray[np.float64],
    level: float,
) -> Sensitivity:
    share = wilson(int(np.count_nonzero(critical)), int(critical.size), level=level)
    reached = np.isfinite(days) & np.isfinite(finish)
    days, finish = days[reached], finish[reached]
    return Sensitivity(
        name=name,
        criticality=share,
        significance=_significance(share.value, days, finish),
        cruciality=correlation(days, finish, level=level),
        rank_cruciality=rank_correlation(days, finish, level=level),
    )


def _significance(share: float, days: NDArray[np.float64], finish: NDArray[np.float64]) -> float | None:
    if finish.size < 2 or np.ptp(finish) == 0.0:
        return None
    return share * float(days.std(ddof=1) / finish.std(ddof=1))


def _fisher(x: NDArray[np.float64], y: NDArray[np.float64], level: float, *, widening: float) -> Correlation:
    pairs = int(x.size)
    if pairs < 4 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return Correlation(pairs, None, None, None)
    r = float(np.clip(np.corrcoef(x, y)[0, 1], -1.0, 1.0))
    if abs(r) == 1.0:
        return Correlation(pairs, r, r, r)
    half = widening * float(ndtri((1.0 + level) / 2.0)) / math.sqrt(pairs - 3)
    return Correlation(pairs, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def _importance(item: Sensitivity) -> tuple[float, float, str]:
    return -(item.significance or 0.0), -item.criticality.value, item.name
