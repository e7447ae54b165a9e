"""Slip by lead time: the further ahead a date was planned, the later it comes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import gamma, prod
from typing import TYPE_CHECKING, Final

from sim.chance import Distribution, Fixed, Weibull

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


def without(law: Distribution, mean_d: float) -> Distribution:
    """Return a law whose mean is smaller by `mean_d` at least 0: scaled, and below half its spread shifted."""
    if mean_d <= 0.0:
        return law
    whole = law.mean
    times = max(1.0 - mean_d / whole, LEAST_TIMES) if whole > 0.0 else LEAST_TIMES
    return Scaled(law, times, (1.0 - times) * whole - mean_d)


def held_risks(scenario: Scenario) -> tuple[HeldRisk, ...]:
    """Return the risks that the slip laws of a scenario hold already, as they were when that was stated."""
    held = scenario.slips_hold
    return tuple(held.values()) if isinstance(held, dict) else ()


def mean_stretch(risks: Iterable[HeldRisk], activity: str) -> float:
    """Return by which share risks lengthen what is left of an activity in the mean; each happens on its own."""
    touching = (risk for risk in risks if activity in risk.stretches)
    return prod(1.0 + risk.probability * (risk.stretches[activity].mean - 1.0) for risk in touching) - 1.0


def law_by_lead(model: SlipModel, lead_d: float) -> Distribution:
    """Give the law of the slip of something planned `lead_d` days ahead.

    The first row that reaches as far holds. Beyond the rows the mean lies on the fitted line and the law is Weibull:
    the scale follows from mean = (1 - zero) scale Gamma(1 + 1/shape).
    """
    for row in model.rows:
        if lead_d <= row.up_to:
            return row.slip
    law = model.beyond
    mean_d = law.intercept + law.per_day * lead_d
    if mean_d == 0.0 or law.zero == 1.0:
        return Fixed(0.0)
    scale_d = mean_d / ((1.0 - law.zero) * gamma(1.0 + 1.0 / law.shape))
    return Weibull(law.shape, scale_d, law.zero)
