"""The slip law by class as it is kept and read back, and what it says of any statements.

What becomes of items of one programme has something in common: it is measured on the residuals of a fitted law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, special

from sim.calibration.class_model import ClassFit, Form, design, fit_classes
from sim.calibration.scores import Predictive, of_samples
from sim.calibration.statements import Bools, Floats, Statements

_QUANTILES: Final = 200
_NODES: Final = 5
"""Gauss-Hermite nodes over location and over log spread: the mixture over what is not known of both."""
_WIDEST: Final = 1.5
"""Log spread beyond which a class is as wide as it gets; keeps a guess of an unknown class finite."""

FIRST_GUESS: Final = 0.45
"""Correlation with which the statements of a programme are weighted until it is measured."""
PRIOR_SD: Final = 0.25
"""How far the correlation within a programme may lie off the first guess, before a table has been looked at."""
_ROUNDS: Final = 3
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(24)
_EDGE: Final = 0.97
_LEAST_PAIRS: Final = 20


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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Normal scores of pairs of statements, which of both are censored from below, weights and programmes, (m,)."""

    first: Floats
    second: Floats
    first_open: Bools
    second_open: Bools
    weight: Floats
    programme: Floats


def fit_with_luck(statements: Statements, groups: tuple[str, ...]) -> tuple[ClassFit, float]:
    """Return the fit whose weights agree with the correlation of all statements of a programme, and that correlation.

    Statements of one mission count here too: they share even more than those of two.
    """
    correlation = FIRST_GUESS
    for _ in range(_ROUNDS):
        fit = fit_classes(statements, correlation=correlation, groups=groups)
        pairs = _pairs(statements, _scores(fit, statements), missions_differ=False)
        if pairs.weight.size < _LEAST_PAIRS:
            break
        correlation = _correlation(pairs)[0]
    return fit_classes(statements, correlation=correlation, groups=groups), correlation


def measure_luck(statements: Statements, fit: ClassFit) -> Luck:
    """Return the correlation of the normal scores of different missions of one programme, with its error.

    By the greatest likelihood of pairs times a normal prior about the first guess, open ones as censored, a programme
    weighing as what it tells of the correlation; the error is that of the sandwich over programmes, the prior as one
    of them: few tables have the pairs to measure it without. Across programmes: the mean product of the programmes'
    mean scores where their times from said to flown overlap, less that where they do not. Source: Varin, Reid and
    Firth, Statistica Sinica 21 (2011) 5-42, for composite likelihood (recalled).
    """
    scores = _scores(fit, statements)
    pairs = _pairs(statements, scores, missions_differ=True)
    value, sd = _correlation(pairs, 1.0 / PRIOR_SD**2)
    return Luck(value, sd, _across(statements, scores))


def _scores(fit: ClassFit, statements: Statements) -> Floats:
    """Return the normal score of each statement's outcome, of an open one that of the least it can be."""
    location, spread = design([one.name for one in fit.effects], fit.form, statements)
    ratio = np.maximum(statements.slip_d / (statements.lead_d + fit.form.offset_d) + fit.form.shift, 1e-3)
    z = (np.log(ratio) - location @ fit.estimate) / np.exp(spread @ fit.estimate)
    return np.asarray(special.ndtri(special.stdtr(fit.form.dof, z).clip(1e-9, 1.0 - 1e-9)), dtype=np.float64)


def _pairs(statements: Statements, scores: Floats, *, missions_differ: bool) -> _Pairs:
    rows: list[tuple[int, int, float, int]] = []
    for number, programme in enumerate(statements.programmes):
        own = np.flatnonzero(statements.programme == programme)
        found = [
            (int(a), int(b))
            for index, a in enumerate(own)
            for b in own[index + 1 :]
            if not missions_differ or statements.mission[a] != statements.mission[b]
        ]
        count = len(set(statements.mission[own].tolist())) if missions_differ else len(own)
        free = 0.5 * count * (count - 1.0) / (1.0 + (count - 1.0) * FIRST_GUESS) ** 2
        rows += [(a, b, free / len(found), number) for a, b in found]
    first, second = (np.array([row[place] for row in rows], dtype=np.intp) for place in (0, 1))
    weight, programme_of = (np.array([row[place] for row in rows], dtype=np.float64) for place in (2, 3))
    return _Pairs(scores[first], scores[second], statements.open[first], statements.open[second], weight, programme_of)


def _correlation(pairs: _Pairs, prior: float = 0.0) -> tuple[float, float]:
    """Return the correlation with its error; `prior` is the precision of the first guess."""

    def loss(r: float) -> float:
        return 0.5 * prior * (r - FIRST_GUESS) ** 2 - float((pairs.weight * _log_likelihood(pairs, r)).sum())

    found = optimize.minimize_scalar(loss, bounds=(-0.2, _EDGE), method="bounded")
    r, step = float(found.x), 1e-3
    up, mid, down = (pairs.weight * _log_likelihood(pairs, at) for at in (r + step, r, r - step))
    slope, bend = (up - down) / (2.0 * step), (up - 2.0 * mid + down) / step**2
    by_programme = np.bincount(pairs.programme.astype(np.intp), slope)
    curvature = prior - float(bend.sum())
    sd = float(np.sqrt(prior + (by_programme**2).sum())) / curvature if curvature > 0.0 else float("nan")
    return min(max(r, 0.0), _EDGE), sd


def _log_likelihood(pairs: _Pairs, r: float) -> Floats:
    """Return the log likelihood of each pair of standard normals of correlation r, shape (m,)."""
    a, b, rest = pairs.first, pairs.second, np.sqrt(1.0 - r * r)
    both = -0.5 * (a * a - 2.0 * r * a * b + b * b) / rest**2 - np.log(2.0 * np.pi * rest)
    second = _log_normal(a) + special.log_ndtr(-(b - r * a) / rest)
    first = _log_normal(b) + special.log_ndtr(-(a - r * b) / rest)
    neither = np.log(np.maximum(_beyond(a, b, r), 1e-300))
    return np.select(
        [pairs.first_open & pairs.second_open, pairs.second_open, pairs.first_open], [neither, second, first], both
    )


def _log_normal(z: Floats) -> Floats:
    return np.asarray(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi), dtype=np.float64)


def _beyond(a: Floats, b: Floats, r: float) -> Floats:
    """Return the chance that both of two standard normals of correlation r lie beyond a and b.

    Its derivative by r is their density. Source: Plackett, Biometrika 41 (1954) 351-360.
    """
    at = 0.5 * r * (_NODE + 1.0)
    rest = 1.0 - at * at
    inside = a[:, None] ** 2 - 2.0 * at * a[:, None] * b[:, None] + b[:, None] ** 2
    density = np.exp(-0.5 * inside / rest) / (2.0 * np.pi * np.sqrt(rest))
    return np.asarray(special.ndtr(-a) * special.ndtr(-b) + 0.5 * r * (density @ _WEIGHT), dtype=np.float64)


def _across(statements: Statements, scores: Floats) -> float:
    known = np.where(statements.open, np.exp(_log_normal(scores) - special.log_ndtr(-scores)), scores)
    names = statements.programmes
    mean = np.array([known[statements.programme == name].mean() for name in names])
    begin = np.array([statements.said_d[statements.programme == name].min() for name in names])
    end_d = statements.said_d + statements.lead_d + statements.slip_d
    end = np.array([end_d[statements.programme == name].max() for name in names])
    product = np.outer(mean, mean)
    together = (begin[:, None] <= end[None, :]) & (begin[None, :] <= end[:, None])
    apart = ~together
    np.fill_diagonal(together, val=False)
    if not together.any() or not apart.any():
        return 0.0
    return float(np.clip(product[together].mean() - product[apart].mean(), 0.0, 0.5))
