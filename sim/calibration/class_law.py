"""The slip law by class as it is kept and read back, and what it says of any statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from sim.calibration.class_model import ClassFit, Form, design
from sim.calibration.scores import Predictive, of_samples
from sim.calibration.statements import Floats, Statements

_QUANTILES: Final = 200
_NODES: Final = 5
"""Gauss-Hermite nodes over location and over log spread: the mixture over what is not known of both."""
_WIDEST: Final = 1.5
"""Log spread beyond which a class is as wide as it gets; keeps a guess of an unknown class finite."""


@dataclass(frozen=True, slots=True)
class Luck:
    """The correlation of what becomes of items of one programme, its standard error, and that across programmes."""

    value: float
    sd: float
    across: float


@dataclass(frozen=True, slots=True)
class ClassLaw:
    """Parameters by name with their covariance (p, p), and how far an agency or kind not known here may lie off."""

    form: Form
    names: tuple[str, ...]
    estimate: Floats
    covariance: Floats
    unknown_location: float
    unknown_spread: float

    @property
    def known(self) -> frozenset[str]:
        """The agencies and kinds that the law knows."""
        return frozenset(term for name in self.names for term in name.split(".")[1:] if term != "lead")

    def predict(self, statements: Statements) -> Predictive:
        """Return the law's forecast of each statement, what is not known of its parameters included."""
        location, spread = design(self.names, self.form, statements)
        variance = np.einsum("ij,jk,ik->i", location, self.covariance, location)
        both = np.einsum("ij,jk,ik->i", location, self.covariance, spread)
        of_spread = np.einsum("ij,jk,ik->i", spread, self.covariance, spread)
        strange = self._strange(statements)
        variance = variance + strange * self.unknown_location**2
        of_spread = of_spread + strange * self.unknown_spread**2
        node, weight = np.polynomial.hermite_e.hermegauss(_NODES)
        first, second = (one.ravel() for one in np.meshgrid(node, node, indexing="ij"))
        share = (np.outer(weight, weight) / weight.sum() ** 2).ravel()
        sd = np.sqrt(variance)
        slope = both / np.maximum(sd, 1e-12)
        rest = np.sqrt(np.maximum(of_spread - slope**2, 0.0))
        centre = (location @ self.estimate)[:, None] + sd[:, None] * first
        width = (spread @ self.estimate)[:, None] + slope[:, None] * first + rest[:, None] * second
        values = self._quantiles(statements.lead_d, centre, np.exp(np.minimum(width, _WIDEST)))
        return of_samples(values, np.repeat(share / _QUANTILES, _QUANTILES))

    def _quantiles(self, lead_d: Floats, location: Floats, spread: Floats) -> Floats:
        """Return slips at even shares of each of k laws of each statement, (n, k) -> (n, k * quantiles)."""
        form = self.form
        share = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        t = special.stdtrit(form.dof, form.tail + share * (1.0 - 2.0 * form.tail))
        ratio = np.exp(location[:, :, None] + spread[:, :, None] * t) - form.shift
        slip_d = (lead_d + form.offset_d)[:, None, None] * ratio
        return np.asarray(np.maximum(slip_d, -lead_d[:, None, None]).reshape(len(lead_d), -1), dtype=np.float64)

    def _strange(self, statements: Statements) -> Floats:
        known = list(self.known)
        return np.asarray(
            (~np.isin(statements.agency, known)).astype(np.float64) + ~np.isin(statements.kind, known),
            dtype=np.float64,
        )


def law_of(fit: ClassFit) -> ClassLaw:
    """Return a fit as the law that is kept: an unknown class may lie as far off as the widest group does."""
    return ClassLaw(
        fit.form,
        tuple(one.name for one in fit.effects),
        fit.estimate,
        fit.covariance,
        _widest(fit.group_sd, "location"),
        _widest(fit.group_sd, "spread"),
    )


def _widest(group_sd: Mapping[str, float], part: str) -> float:
    """Return the standard deviation of an unknown agency or kind: its own effect and that of its cell."""
    own = max((sd for name, sd in group_sd.items() if name in (f"{part}.agency", f"{part}.kind")), default=0.0)
    return round(float(np.hypot(own, group_sd.get(f"{part}.cell", 0.0))), 3)
