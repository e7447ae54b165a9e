"""Forecasters that the slip law by class is compared with, each judged on programmes left out of its fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from sim.calibration.class_law import law_of
from sim.calibration.class_model import ClassFit, fit_classes, without_uncertainty
from sim.calibration.law_file import read_law
from sim.calibration.scores import Judged, Predictive, judge, of_points, of_samples
from sim.calibration.statements import Floats, Statements
from sim.scenario.tree import shipped_folder

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


OURS: Final = "class law"
LEAST_IN_CLASS: Final = 5
"""Rows below which the quantiles of a class are those of its kind, then of all."""
_SHARES: Final = (np.arange(400) + 0.5) / 400
_APART_SD: Final = 3.0
"""Standard deviation of effects that borrow nothing from each other."""


def forecasters(groups: Sequence[str], correlation: float) -> Mapping[str, Forecaster]:
    """Return the forecasters that are fitted to the table, by name, ours first; `groups` are its groups of effects."""

    def by_class(fitted: Sequence[str], change: str = "") -> Forecaster:
        def forecast(seen: Statements, new: Statements) -> Predictive:
            apart = dict.fromkeys(fitted, _APART_SD) if change == "apart" else None
            fit: ClassFit = fit_classes(seen, correlation=correlation, groups=fitted, group_sd=apart)
            return law_of(without_uncertainty(fit) if change == "fixed" else fit).predict(new)

        return forecast

    effects = tuple(group for group in groups if not group.endswith(".cell"))
    lead = tuple(group for group in groups if group == "spread.lead")
    return {
        OURS: by_class(groups),
        "plan": plan,
        "plan + mean slip": plan_plus_mean,
        "plan + line": plan_plus_line,
        "quantiles of the class": class_quantiles,
        "one ratio law": by_class(lead),
        "without pooling": by_class(effects, "apart"),
        "parameters fixed": by_class(groups, "fixed"),
    }


def plan(seen: Statements, new: Statements) -> Predictive:
    """Forecast that everything comes as planned."""
    del seen
    return of_points(np.zeros(new.rows))


def plan_plus_mean(seen: Statements, new: Statements) -> Predictive:
    """Forecast the mean slip of what is decided."""
    return of_points(np.full(new.rows, mean_slip_d(seen)))


def mean_slip_d(seen: Statements) -> float:
    """Return the mean slip of the decided statements, 0 without any."""
    decided = seen.slip_d[~seen.open]
    return float(decided.mean()) if decided.size else 0.0


def plan_plus_line(seen: Statements, new: Statements) -> Predictive:
    """Forecast from the least-squares line of slip over lead; an open statement counts with the least it can be."""
    per_day, intercept = np.polyfit(seen.lead_d, seen.slip_d, 1)
    return of_points(intercept + per_day * new.lead_d)


def class_quantiles(seen: Statements, new: Statements) -> Predictive:
    """Forecast the ratios of slip to lead that were seen in the class; Flyvbjerg's reference class without a model.

    Source: Flyvbjerg, European Planning Studies 16 (2008) 3-21 (recalled).
    """
    values = np.empty((new.rows, len(_SHARES)))
    ratio = seen.slip_d / np.maximum(seen.lead_d, 1.0)
    for row in range(new.rows):
        same_kind = seen.kind == new.kind[row]
        classes = (same_kind & (seen.agency == new.agency[row]), same_kind, np.ones(seen.rows, dtype=np.bool_))
        own = next(one for one in classes if one.sum() >= LEAST_IN_CLASS or one.all())
        values[row] = np.quantile(ratio[own], _SHARES) * new.lead_d[row]
    return of_samples(values)


def shipped_laws() -> Mapping[str, Forecaster]:
    """Return the laws by lead alone that ship, by name; they know their tables already and fit nothing."""
    path = shipped_folder() / "catalogue" / "slips.yaml"
    return {f"law {name}": _as_it_is(read_law(path, name).predict) for name in ("iss-cargo", "lunar-programmes")}


def _as_it_is(predict: Callable[[Statements], Predictive]) -> Forecaster:
    def forecast(seen: Statements, new: Statements) -> Predictive:
        del seen
        return predict(new)

    return forecast
