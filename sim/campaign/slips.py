"""Slip by lead time: the further ahead a date was planned, the later it comes."""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma
from typing import TYPE_CHECKING

from sim.chance import Distribution, Fixed, Weibull

if TYPE_CHECKING:  # workers unpickle these laws; they need no scenario language
    from sim.scenario.schema import SlipModel


@dataclass(frozen=True, slots=True)
class Scaled(Distribution):
    """A law whose every value is multiplied by a factor above 0."""

    law: Distribution
    times: float

    def ppf(self, u: float) -> float:
        """Give the value below which the share `u` lies."""
        return self.times * self.law.ppf(u)

    @property
    def mean(self) -> float:
        """The mean."""
        return self.times * self.law.mean

    @property
    def mode(self) -> float:
        """The most likely value."""
        return self.times * self.law.mode

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest possible value."""
        low, high = self.law.support
        return self.times * low, self.times * high


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
