"""Slip by lead time and class: the further ahead a date was planned, the later it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import fsum, gamma, prod, sqrt
from typing import TYPE_CHECKING, Final

from sim.chance import Distribution, Fixed, RatioLaw, Weibull

if TYPE_CHECKING:  # workers unpickle these laws; they need no scenario language
    from sim.scenario.schema import HeldRisk, Scenario, SlipModel


LEAST_TIMES: Final = 0.5
"""A law gives up no more than half of its spread to the risks it holds; the rest of their mean shifts it."""


@dataclass(frozen=True, slots=True)
class Scaled(Distribution):
    """A law whose every value is multiplied by a factor above 0, then moved by a constant."""

    law: Distribution
    times: float
    offset: float = 0.0

    def ppf(self, u: float) -> float:
        """Return the value below which the share `u` lies."""
        return self.times * self.law.ppf(u) + self.offset

    @property
    def mean(self) -> float:
        """The mean."""
        return self.times * self.law.mean + self.offset

    @property
    def mode(self) -> float:
        """The most likely value."""
        return self.times * self.law.mode + self.offset

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest possible value."""
        low, high = self.law.support
        return self.times * low + self.offset, self.times * high + self.offset


@dataclass(frozen=True, slots=True)
class ClassSlip(Distribution):
    """Slip by class: a ratio law whose location and spread are known with an error, scaled and moved.

    Quantiles and mode are those of the best estimates; the mean and `below` are those of a forecast, over the error
    of the figures (jointly normal) as well.
    """

    law: RatioLaw
    location_variance: float = 0.0
    covariance: float = 0.0
    spread_variance: float = 0.0
    times: float = 1.0
    offset: float = 0.0

    def at(self, location: float, log_spread: float) -> Scaled:
        """Return the law with these figures."""
        law = self.law
        figured = RatioLaw(law.lead_d, location, log_spread, law.offset_d, law.shift, law.dof, law.tail)
        return Scaled(figured, self.times, self.offset)

    def scaled(self, times: float, offset: float) -> ClassSlip:
        """Return the law multiplied by a factor, then moved by a constant."""
        return replace(self, times=times * self.times, offset=times * self.offset + offset)

    def below(self, slip_d: float) -> float:
        """Return the chance of a slip of at most so many days."""
        ratio_d = (slip_d - self.offset) / self.times
        return fsum(share * law.cdf(ratio_d) for share, law in self._nodes())

    def ppf(self, u: float) -> float:
        """Return the value below which the share `u` lies, with the best figures."""
        return self.times * self.law.ppf(u) + self.offset

    @property
    def mean(self) -> float:
        """The mean of a forecast."""
        return self.times * fsum(share * law.mean for share, law in self._nodes()) + self.offset

    @property
    def mode(self) -> float:
        """The most likely value, with the best figures."""
        return self.times * self.law.mode + self.offset

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest possible value, with the best figures."""
        low, high = self.law.support
        return self.times * low + self.offset, self.times * high + self.offset

    def _nodes(self) -> Iterator[tuple[float, RatioLaw]]:
        """Return the laws of a product rule of Gauss and Hermite over location and spread, each with its share."""
        slope = self.covariance / self.spread_variance if self.spread_variance > 0.0 else 0.0
        rest = sqrt(max(self.location_variance - slope * self.covariance, 0.0))
        for spread_share, spread_score in _normal_nodes(self.spread_variance > 0.0):
            off = sqrt(self.spread_variance) * spread_score
            for location_share, location_score in _normal_nodes(rest > 0.0):
                location = self.law.location + slope * off + rest * location_score
                law = replace(self.law, location=location, log_spread=self.law.log_spread + off)
                yield spread_share * location_share, law


def _normal_nodes(varies: bool) -> tuple[tuple[float, float], ...]:
    return _hermite() if varies else ((1.0, 0.0),)


@cache
def _hermite() -> tuple[tuple[float, float], ...]:
    """Return (share, normal score) of the nodes that are exact for polynomials up to degree 17."""
    import numpy as np

    scores, weights = np.polynomial.hermite_e.hermegauss(9)
    return tuple(zip((weights / weights.sum()).tolist(), scores.tolist(), strict=True))


def without(law: Distribution, mean_d: float) -> Distribution:
    """Return a law whose mean is smaller by `mean_d` at least 0: scaled, and below half its spread shifted."""
    if mean_d <= 0.0:
        return law
    whole = law.mean
    times = max(1.0 - mean_d / whole, LEAST_TIMES) if whole > 0.0 else LEAST_TIMES
    offset = (1.0 - times) * whole - mean_d
    return law.scaled(times, offset) if isinstance(law, ClassSlip) else Scaled(law, times, offset)


def held_risks(scenario: Scenario) -> tuple[HeldRisk, ...]:
    """Return the risks that the slip laws of a scenario hold already, as they were when that was stated."""
    held = scenario.slips_hold
    return tuple(held.values()) if isinstance(held, dict) else ()


def mean_stretch(risks: Iterable[HeldRisk], activity: str) -> float:
    """Return by which share risks lengthen what is left of an activity in the mean; each happens on its own."""
    touching = (risk for risk in risks if activity in risk.stretches)
    return prod(1.0 + risk.probability * (risk.stretches[activity].mean - 1.0) for risk in touching) - 1.0


def law_by_lead(model: SlipModel, lead_d: float) -> Distribution:
    """Return the law of the slip of something planned `lead_d` days ahead.

    The first row that reaches as far holds. Beyond the rows the mean lies on the fitted line and the law is Weibull:
    the scale follows from mean = (1 - zero) scale Gamma(1 + 1/shape).
    """
    for row in model.rows:
        if lead_d <= row.up_to:
            return row.slip
    law = model.beyond
    assert law is not None  # a class law is not asked by lead alone
    mean_d = law.intercept + law.per_day * lead_d
    if mean_d == 0.0 or law.zero == 1.0:
        return Fixed(0.0)
    scale_d = mean_d / ((1.0 - law.zero) * gamma(1.0 + 1.0 / law.shape))
    return Weibull(law.shape, scale_d, law.zero)
