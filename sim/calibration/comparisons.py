"""Forecasters that the slip law by class is compared with, from the bare plan to variants of the law itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from sim.calibration.class_law import law_of
from sim.calibration.class_model import ClassFit, fit_classes, without_uncertainty
from sim.calibration.law_file import read_law
from sim.calibration.leave_out import Forecaster
from sim.calibration.predictive import Predictive, of_points, of_samples
from sim.calibration.statements import Statements
from sim.scenario.shipped import shipped_folder

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
