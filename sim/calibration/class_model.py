"""The slip law by class and its fit: maximum posterior with partial pooling.

The logarithm of the time needed over the time planned, both counted `offset_d` longer, is location + spread T with T
Student's t. Location and the logarithm of the spread are sums of effects: one for all, one for the agency, one for the
kind, one for the cell of both. An effect is normal about 0 with a standard deviation that its group shares and that
is itself fitted, so that a class with few rows stays near the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.calibration.statements import Statements

Floats = NDArray[np.float64]

GROUPS: Final = ("location.agency", "location.kind", "location.cell", "spread.agency", "spread.kind", "spread.lead")
"""Groups of effects; the first part says of what, the second by what they differ."""
ALWAYS: Final = GROUPS[:2]
"""Groups that every law has: they also tell which agencies and kinds it knows."""
LEAST_IN_CELL: Final = 3
"""Programmes below which a cell of agency and kind has no effect of its own."""
PRIOR_SD: Final = 3.0
"""Of location and log spread of all classes together: says nothing."""
LEAD_SD: Final = 0.25
"""Of the slope of the log spread over the log of the lead."""
HYPER_SD: Final = 0.2
HYPER_WEIGHT: Final = 4.0
"""The prior of a group's standard deviation: as if that many further effects of that size had been seen."""
_ROUNDS: Final = 60
_STEPS: Final = 100
_SIDE: Final = 0.02
"""Of log spread, for the slope of a determinant."""


@dataclass(frozen=True, slots=True)
class Form:
    """What of the law is not fitted: see `sim.chance.ratio.RatioLaw`."""

    offset_d: float = 60.0
    shift: float = 1.0
    dof: float = 5.0
    tail: float = 0.001
    reference_lead_d: float = 365.25


@dataclass(frozen=True, slots=True)
class Effect:
    """One parameter: what it acts on, the agency, kind or slope it is for, and its group; "" is all classes."""

    part: str
    of: tuple[str, ...]
    group: str

    @property
    def name(self) -> str:
        """The name under which the catalogue keeps it."""
        return ".".join((self.part, *self.of))


@dataclass(frozen=True, slots=True)
class ClassFit:
    """A fitted law: its effects with estimate and covariance, and the standard deviation of each group.

    `evidence` is the log of the marginal likelihood by Laplace's approximation.
    """

    form: Form
    effects: tuple[Effect, ...]
    estimate: Floats
    covariance: Floats
    group_sd: Mapping[str, float]
    evidence: float


def effects_of(statements: Statements, groups: Iterable[str]) -> tuple[Effect, ...]:
    """Return the effects that a table can tell apart, those of the groups named and the two of all classes."""
    agencies, kinds = sorted(set(statements.agency.tolist())), sorted(set(statements.kind.tolist()))
    cells: dict[tuple[str, str], set[str]] = {}
    for agency, kind, programme in zip(statements.agency, statements.kind, statements.programme, strict=True):
        cells.setdefault((str(agency), str(kind)), set()).add(str(programme))
    by: dict[str, list[tuple[str, ...]]] = {
        "agency": [(name,) for name in agencies],
        "kind": [(name,) for name in kinds],
        "cell": sorted(cell for cell, seen in cells.items() if len(seen) >= LEAST_IN_CELL),
        "lead": [("lead",)],
    }
    wanted = set(groups)
    found = []
    for part in ("location", "spread"):
        found.append(Effect(part, (), ""))
        for group in GROUPS:
            if group.startswith(part) and group in wanted:
                found += [Effect(part, of, group) for of in by[group.split(".")[1]]]
    return tuple(found)


def design(names: Sequence[str], form: Form, of: Statements) -> tuple[Floats, Floats]:
    """Return what each parameter adds to location and to log spread of each statement, shape (n, p) both."""
    location, spread = (np.zeros((of.rows, len(names))) for _ in range(2))
    slope = np.log((of.lead_d + form.offset_d) / form.reference_lead_d)
    for column, name in enumerate(names):
        part, *terms = name.split(".")
        if terms == ["lead"]:
            value = slope
        else:
            value = np.ones(of.rows)
            for term in terms:
                value = value * ((of.agency == term) | (of.kind == term))
        (location if part == "location" else spread)[:, column] = value
    return location, spread


def weights_of(programme: NDArray[np.str_], correlation: float) -> Floats:
    """Return the weight of each statement, shape (n,), such that a programme's statements count as many as are free.

    n statements of correlation r are worth n / (1 + (n - 1) r): the design effect of Kish, Survey Sampling (1965).
    """
    _, place, counts = np.unique(programme, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / (1.0 + (counts[place] - 1.0) * correlation), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Problem:
    """What the posterior is made of."""

    ratio: Floats
    open: NDArray[np.bool_]
    weight: Floats
    location: Floats
    spread: Floats
    dof: float


def fit_classes(
    statements: Statements,
    *,
    correlation: float,
    form: Form = Form(),
    groups: Sequence[str] = GROUPS,
    group_sd: Mapping[str, float] | None = None,
    effects: tuple[Effect, ...] | None = None,
) -> ClassFit:
    """Fit the law: effects by Newton's method, the groups' standard deviations by the EM algorithm about it.

    Open statements count with the probability of a slip beyond theirs, statements of one programme with the weight of
    `weights_of`. With `group_sd` the standard deviations are taken as given. The spread is that of the posterior in
    which location is averaged over, see `_averaged`; the covariance is the inverse of the curvature at the maximum.
    Source: MacKay, Neural Computation 4 (1992) 415-447, for evidence and its groups.
    """
    effects = effects or effects_of(statements, groups)
    location, spread = design([one.name for one in effects], form, statements)
    scale = statements.lead_d + form.offset_d
    ratio = np.maximum(statements.slip_d / scale + form.shift, 1e-3)
    weight = weights_of(statements.programme, correlation)
    problem = _Problem(np.log(ratio), statements.open, weight, location, spread, form.dof)
    known = dict(group_sd or dict.fromkeys({one.group for one in effects} - {"", "spread.lead"}, HYPER_SD))
    found = np.zeros(len(effects))
    curvature = np.eye(len(effects))
    height = 0.0
    for _ in range(1 if group_sd is not None else _ROUNDS):
        sd = np.array([_prior_sd(one, known) for one in effects])
        found, curvature, height = _maximum(problem, sd, found)
        if group_sd is not None:
            break
        renewed = _renewed(effects, found, _inverse(curvature), known)
        moved = max((abs(np.log(renewed[name] / known[name])) for name in known), default=0.0)
        if moved < 1e-3:
            break
        known = renewed
    moved_to = _averaged(problem, sd, found, curvature, np.array([one.part == "location" for one in effects]))
    density = -float((weight * ~statements.open * np.log(ratio * scale)).sum())
    evidence = height + density - float(np.log(sd).sum()) - 0.5 * float(np.linalg.slogdet(curvature)[1])
    return ClassFit(form, effects, moved_to, _inverse(curvature), known, evidence)


def earned_groups(statements: Statements, *, correlation: float, form: Form = Form()) -> tuple[str, ...]:
    """Return the groups of effects that a table needs, found by taking out one after the other.

    Agency and kind shift the location always; what else differs stays in where its removal would lower the evidence.
    """
    groups: tuple[str, ...] = GROUPS
    best = fit_classes(statements, correlation=correlation, form=form, groups=groups).evidence
    while len(groups) > len(ALWAYS):
        tried = {
            group: fit_classes(
                statements, correlation=correlation, form=form, groups=[one for one in groups if one != group]
            ).evidence
            for group in groups
            if group not in ALWAYS
        }
        worst = max(tried, key=lambda group: tried[group])
        if tried[worst] < best:
            break
        best, groups = tried[worst], tuple(one for one in groups if one != worst)
    return groups


def without_uncertainty(fit: ClassFit) -> ClassFit:
    """Return the same law with its parameters taken as known."""
    return replace(fit, covariance=np.zeros_like(fit.covariance))


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _prior_sd(effect: Effect, group_sd: Mapping[str, float]) -> float:
    if not effect.group:
        return PRIOR_SD
    return group_sd.get(effect.group, LEAD_SD)


def _renewed(
    effects: Sequence[Effect], found: Floats, covariance: Floats, known: Mapping[str, float]
) -> dict[str, float]:
    renewed = {}
    square = found**2 + np.diag(covariance)
    for group in known:
        of = [index for index, one in enumerate(effects) if one.group == group]
        seen = square[of].sum() + HYPER_WEIGHT * HYPER_SD**2
        renewed[group] = float(np.sqrt(seen / (len(of) + HYPER_WEIGHT)))
    return renewed


def _maximum(problem: _Problem, sd: Floats, start: Floats) -> tuple[Floats, Floats, float]:
    """Return the maximum of the posterior, its curvature there and its height, by damped Newton steps."""
    at = start.copy()
    height, slope, curvature = _posterior(problem, sd, at)
    damping = 1e-6
    for _ in range(_STEPS):
        values, vectors = np.linalg.eigh(curvature)
        step = vectors @ ((vectors.T @ slope) / (np.maximum(np.abs(values), 1e-4) + damping))
        longest = float(np.abs(step).max())
        step *= min(1.0, 1.0 / longest) if longest > 0.0 else 1.0
        tried = _posterior(problem, sd, at + step)
        if tried[0] >= height:
            gained = tried[0] - height
            at, (height, slope, curvature) = at + step, tried
            damping = max(damping / 10.0, 1e-9)
            if gained < 1e-10 and longest < 1e-5:
                break
        else:
            damping = max(damping * 10.0, 1e-3)
            if damping > 1e8:
                break
    return at, curvature, height


def _averaged(problem: _Problem, sd: Floats, at: Floats, curvature: Floats, of_location: NDArray[np.bool_]) -> Floats:
    """Return where the posterior of the spread has its maximum when location is averaged over, not fitted with it.

    Fitted together, the spread comes out too small, as a variance does that is divided by n: every effect of location
    takes some of the scatter. One Newton step towards the maximum of the posterior less half the log determinant of
    location's curvature. Source: Cox and Reid, Journal of the Royal Statistical Society B 49 (1987) 1-39.
    """
    location = np.ix_(of_location, of_location)
    slope = np.zeros(len(at))
    for index in np.flatnonzero(~of_location):
        up, down = at.copy(), at.copy()
        up[index] += _SIDE
        down[index] -= _SIDE
        above, below = (np.linalg.slogdet(_posterior(problem, sd, one)[2][location])[1] for one in (up, down))
        slope[index] = -0.5 * (above - below) / (2.0 * _SIDE)
    return np.asarray(at + np.linalg.solve(curvature, slope), dtype=np.float64)


def _posterior(problem: _Problem, sd: Floats, at: Floats) -> tuple[float, Floats, Floats]:
    """Return the log posterior less its constant, its gradient (p,) and its negative Hessian (p, p)."""
    scale = np.exp(np.clip(problem.spread @ at, -8.0, 4.0))
    z = (problem.ratio - problem.location @ at) / scale
    height, first, second = _t_log(z, problem.dof)
    beyond, beyond_first, beyond_second = _t_log_beyond(z, problem.dof)
    decided = ~problem.open
    value = np.where(decided, height - np.log(scale), beyond)
    first = np.where(decided, first, beyond_first)
    second = np.where(decided, second, beyond_second)
    w, x, y = problem.weight, problem.location, problem.spread
    slope = x.T @ (-w * first / scale) + y.T @ (w * (-z * first - decided)) - at / sd**2
    mixed = (x.T * (w * (z * second + first) / scale)) @ y
    hessian = (x.T * (w * second / scale**2)) @ x + mixed + mixed.T + (y.T * (w * (z * z * second + z * first))) @ y
    total = float((w * value).sum()) - 0.5 * float(((at / sd) ** 2).sum())
    return total, slope, np.diag(1.0 / sd**2) - hessian


def _t_log(z: Floats, dof: float) -> tuple[Floats, Floats, Floats]:
    """Return the log density of Student's t with its first two derivatives, shape (n,) each."""
    height = special.gammaln((dof + 1.0) / 2.0) - special.gammaln(dof / 2.0) - 0.5 * np.log(dof * np.pi)
    inside = dof + z * z
    first = -(dof + 1.0) * z / inside
    second = -(dof + 1.0) * (dof - z * z) / inside**2
    return height - 0.5 * (dof + 1.0) * np.log(inside / dof), first, second


def _t_log_beyond(z: Floats, dof: float) -> tuple[Floats, Floats, Floats]:
    """Return the log of the share of Student's t beyond z with its first two derivatives, shape (n,) each."""
    beyond = np.maximum(special.stdtr(dof, -z), 1e-300)
    height, first, _ = _t_log(z, dof)
    hazard = np.exp(height) / beyond
    return np.log(beyond), -hazard, -hazard * (first + hazard)
