"""Slip by lead time: laws fitted to what was planned and what came.

Every fit carries intervals and a goodness of fit. Resampling is over missions, not forecasts: forecasts of one mission
repeat each other. The seed of the resampling is fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gamma, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Estimate
from sim.calibration.weibull import (
    RESAMPLES,
    SEED,
    Floats,
    Goodness,
    fit_weibull,
    goodness_of_weibull,
    shape_of_variation,
    weibull_ppf,
)

ROW_LIMITS_D: Final = (90.0, 180.0, 360.0)
LEAST_IN_ROW: Final = 20
"""Pairs below which a row of lead times has no law of its own."""
_LEAST_LATE: Final = 3


@dataclass(frozen=True, slots=True)
class Pairs:
    """Forecasts: how far ahead each was made and how late what it forecast came, shape (n,) each."""

    mission: tuple[str, ...]
    lead_d: Floats
    slip_d: Floats
    still_open: NDArray[np.bool_] | None = None
    """Which have not come yet, so that `slip_d` is the least they slip; all have come if not said."""

    @property
    def open(self) -> NDArray[np.bool_]:
        """Return which have not come yet, shape (n,)."""
        return np.zeros(self.lead_d.size, dtype=np.bool_) if self.still_open is None else self.still_open

    def chosen(self, keep: NDArray[np.bool_]) -> Pairs:
        """Return the pairs that `keep`, shape (n,), marks."""
        names = tuple(name for name, kept in zip(self.mission, keep, strict=True) if kept)
        return Pairs(names, self.lead_d[keep], self.slip_d[keep], self.open[keep])


@dataclass(frozen=True, slots=True)
class RowFit:
    """The law of one row of lead times: a share of zeros, the rest after Weibull."""

    up_to_d: float
    pairs: int
    zero: Estimate
    shape: Estimate
    scale_d: Estimate
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class LineFit:
    """The line of the mean slip over the lead, and the Weibull shape of the spread about it."""

    pairs: int
    missions: int
    intercept_d: Estimate
    per_day: Estimate
    shape: Estimate
    zero: Estimate
    goodness: Goodness


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came of the plans, before any law: who came early, and who has not come yet."""

    came: int
    mean_d: float
    """Mean slip of those that came, early ones negative; nan where none came."""
    early: int
    early_mean_d: float
    """By how much the early ones were early in the mean; nan where none was."""
    open: int
    """Not come yet though the planned date has passed: the law takes them as at least so late."""
    not_due: int
    """Not come and not due yet: they tell nothing and are left out."""


@dataclass(frozen=True, slots=True)
class SlipFit:
    """Slip by lead time: rows where there are pairs enough, the line beyond them."""

    rows: tuple[RowFit, ...]
    beyond: LineFit
    arrivals: Arrivals

    def mean_d(self, lead_d: float) -> float:
        """Return the mean slip of something planned so far ahead."""
        for row in self.rows:
            if lead_d <= row.up_to_d:
                return (1.0 - row.zero.value) * row.scale_d.value * gamma(1.0 + 1.0 / row.shape.value)
        return max(0.0, self.beyond.intercept_d.value + self.beyond.per_day.value * lead_d)

    def ppf(self, lead_d: float, u: Floats) -> Floats:
        """Return the slip below which the shares `u`, shape (m,), lie."""
        for row in self.rows:
            if lead_d <= row.up_to_d:
                return weibull_ppf(u, row.zero.value, row.shape.value, row.scale_d.value)
        line = self.beyond
        scale_d = self.mean_d(lead_d) / ((1.0 - line.zero.value) * gamma(1.0 + 1.0 / line.shape.value))
        return weibull_ppf(u, line.zero.value, line.shape.value, scale_d)


def fit_slip(pairs: Pairs, *, resamples: int = RESAMPLES) -> SlipFit:
    """Fit slip by lead time.

    Rows up to 90, 180 and 360 days ahead get a law of their own while each has pairs enough; early arrivals count as
    not late. The line goes through all pairs: with rows through the slips as they are, without rows early arrivals
    count as zero. The spread beyond the rows is Weibull's by maximum likelihood where there are pairs enough, else the
    one with the coefficient of variation of the late pairs about the line. Without `resamples` intervals and goodness
    are nan. What has not come yet counts as late in a row and is censored there; the line takes it as coming on the day
    before which it did not, which makes the line a lower bound. Raises ValueError for fewer than 5 pairs.
    """
    arrivals = count_arrivals(pairs)
    pairs = pairs.chosen(~pairs.open | (pairs.slip_d > 0.0))
    if pairs.lead_d.size < 5:
        raise ValueError(f"a slip model needs 5 pairs of dates or more, not {pairs.lead_d.size}")
    limits = _rows_of(pairs)
    low = -np.inf
    rows = []
    for limit in limits:
        rows.append(_fit_row(pairs.chosen((pairs.lead_d > low) & (pairs.lead_d <= limit)), limit, resamples))
        low = limit
    return SlipFit(tuple(rows), _fit_line(pairs, low, resamples), arrivals)


def count_arrivals(pairs: Pairs) -> Arrivals:
    """Count who came early and who has not come yet."""
    slips = pairs.slip_d[~pairs.open]
    early = slips[slips < 0.0]
    due = pairs.open & (pairs.slip_d > 0.0)
    return Arrivals(
        slips.size,
        float(slips.mean()) if slips.size else nan,
        early.size,
        float(-early.mean()) if early.size else nan,
        int(np.count_nonzero(due)),
        int(np.count_nonzero(pairs.open & ~due)),
    )


def _rows_of(pairs: Pairs) -> tuple[float, ...]:
    low = -np.inf
    limits: list[float] = []
    for limit in ROW_LIMITS_D:
        if np.count_nonzero((pairs.lead_d > low) & (pairs.lead_d <= limit)) < LEAST_IN_ROW:
            break
        limits.append(limit)
        low = limit
    return tuple(limits)


def _fit_row(pairs: Pairs, limit: float, resamples: int) -> RowFit:
    zero, shape, scale_d = _bootstrap(pairs, _weibull_with_zeros, resamples)
    late = pairs.slip_d[(pairs.slip_d > 0.0) & ~pairs.open]
    return RowFit(limit, pairs.lead_d.size, zero, shape, scale_d, goodness_of_weibull(late, resamples))


def _weibull_with_zeros(pairs: Pairs) -> tuple[float, float, float]:
    late = pairs.chosen(pairs.slip_d > 0.0)
    return (1.0 - late.slip_d.size / pairs.slip_d.size, *fit_weibull(late.slip_d, late.open))


def _fit_line(pairs: Pairs, low: float, resamples: int) -> LineFit:
    with_rows = np.isfinite(low)

    def fit(some: Pairs) -> tuple[float, float, float, float]:
        if np.ptp(some.lead_d) == 0.0:
            raise ValueError("a line of slip needs plans made different times ahead")
        slips = some.slip_d if with_rows else np.maximum(some.slip_d, 0.0)
        per_day, intercept = np.polyfit(some.lead_d, slips, 1)
        zero, shape = _spread(some, low, float(intercept), float(per_day))
        return float(intercept), float(per_day), shape, zero

    intercept, per_day, shape, zero = _bootstrap(pairs, fit, resamples)
    beyond = _beyond(pairs, low)
    beyond = beyond.chosen(beyond.slip_d > 0.0)
    ratio = beyond.slip_d if with_rows else beyond.slip_d / (intercept.value + per_day.value * beyond.lead_d)
    return LineFit(
        int(np.count_nonzero(pairs.lead_d > low)),
        len(set(pairs.mission)),
        intercept,
        per_day,
        shape,
        zero,
        goodness_of_weibull(ratio, resamples),
    )


def _beyond(pairs: Pairs, low: float) -> Pairs:
    """Return the pairs beyond the rows, or all where hardly any came late there."""
    keep = pairs.lead_d > low
    return pairs.chosen(keep) if np.count_nonzero(keep & (pairs.slip_d > 0.0)) >= _LEAST_LATE else pairs


def _spread(pairs: Pairs, low: float, intercept_d: float, per_day: float) -> tuple[float, float]:
    """Return the share of zeros and the shape of the rest, beyond the rows."""
    beyond = _beyond(pairs, low)
    late = beyond.chosen(beyond.slip_d > 0.0)
    zero = 1.0 - late.slip_d.size / beyond.slip_d.size if beyond.slip_d.size else 0.0
    if np.isfinite(low) and late.slip_d.size >= LEAST_IN_ROW:
        return zero, fit_weibull(late.slip_d, late.open)[0]
    if late.slip_d.size < _LEAST_LATE:
        raise ValueError(f"a slip model needs {_LEAST_LATE} pairs or more that came late")
    ratio = late.slip_d / np.maximum(intercept_d + per_day * late.lead_d, 1.0)
    return zero, shape_of_variation(float(ratio.std(ddof=1) / ratio.mean()))


def _bootstrap(pairs: Pairs, fit: Callable[[Pairs], tuple[float, ...]], resamples: int) -> tuple[Estimate, ...]:
    """Return each fitted figure with the interval of 2.5 to 97.5 % over resampled missions."""
    values = fit(pairs)
    if resamples == 0:
        return tuple(Estimate(value, float("nan"), float("nan")) for value in values)
    rng = np.random.default_rng(SEED)
    names = sorted(set(pairs.mission))
    rows_of: dict[str, list[int]] = {name: [] for name in names}
    for row, name in enumerate(pairs.mission):
        rows_of[name].append(row)
    found = []
    for _ in range(resamples):
        drawn = rng.integers(0, len(names), len(names))
        rows = np.array([row for index in drawn for row in rows_of[names[index]]])
        some = Pairs(
            tuple(pairs.mission[row] for row in rows), pairs.lead_d[rows], pairs.slip_d[rows], pairs.open[rows]
        )
        try:
            found.append(fit(some))
        except ValueError:  # a resample of one mission only has no spread to fit
            continue
    low, high = np.percentile(np.array(found), [2.5, 97.5], axis=0)
    return tuple(Estimate(value, float(a), float(b)) for value, a, b in zip(values, low, high, strict=True))
