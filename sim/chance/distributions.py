"""Distributions in plain Python: quantile, mean, mode and support of each.

The nominal run takes the `mode`. No array library is loaded; Beta and PERT, which need one, are in `sim.chance.beta`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from statistics import NormalDist
from typing import Final

_STANDARD: Final = NormalDist()
_Z90: Final = _STANDARD.inv_cdf(0.9)
_LARGEST_EXPONENT: Final = 250.0
"""Beyond, a factor is as good as infinite, and times any duration it is still a number."""


def growth(exponent: float) -> float:
    """Return e to the power of an exponent, at most some 1e108: what is later than that never comes."""
    return math.exp(min(exponent, _LARGEST_EXPONENT))


class Distribution(ABC):
    """A distribution over floats, in the unit of whatever it stands for."""

    __slots__ = ()

    @abstractmethod
    def ppf(self, u: float) -> float:
        """Return the value below which the share `u` of all outcomes lies; 0 < u < 1 is not checked."""

    def quantile(self, share: float) -> float:
        """Return `ppf(share)`; raises ValueError unless 0 < share < 1."""
        if not 0.0 < share < 1.0:
            raise ValueError(f"a quantile is for a share between 0 and 1, not {share}")
        return self.ppf(share)

    @property
    @abstractmethod
    def mean(self) -> float:
        """The mean."""

    @property
    @abstractmethod
    def mode(self) -> float:
        """The most likely value, which the nominal run takes."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The least and the greatest possible value, infinite where there is none."""


@dataclass(frozen=True, slots=True)
class Fixed(Distribution):
    """Always the same value."""

    value: float

    def ppf(self, u: float) -> float:  # noqa: D102 - said by the base class, here and below
        return self.value

    @property
    def mean(self) -> float:  # noqa: D102
        return self.value

    @property
    def mode(self) -> float:  # noqa: D102
        return self.value

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.value, self.value


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Equally likely between two values; the mode is taken in the middle."""

    low: float
    high: float

    def __post_init__(self) -> None:
        require_ordered(self.low, self.high)

    def ppf(self, u: float) -> float:  # noqa: D102
        return self.low + u * (self.high - self.low)

    @property
    def mean(self) -> float:  # noqa: D102
        return (self.low + self.high) / 2

    @property
    def mode(self) -> float:  # noqa: D102
        return self.mean

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    """Density that rises in a line from `low` to `likely` and falls in a line to `high`."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        require_ordered(self.low, self.likely, self.high)

    def ppf(self, u: float) -> float:  # noqa: D102
        low, high, likely = self.low, self.high, self.likely
        if u * (high - low) <= likely - low:
            return low + math.sqrt(u * (high - low) * (likely - low))
        return high - math.sqrt((1.0 - u) * (high - low) * (high - likely))

    @property
    def mean(self) -> float:  # noqa: D102
        return (self.low + self.likely + self.high) / 3

    @property
    def mode(self) -> float:  # noqa: D102
        return self.likely

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """Normal law with mean `mu` and standard deviation `sd`, cut off (not clipped) outside [low, high]."""

    mu: float
    sd: float
    low: float = -math.inf
    high: float = math.inf
    _below: float = field(init=False, repr=False, compare=False)
    _within: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_positive(self.sd)
        require_ordered(self.low, self.high)
        below = _STANDARD.cdf((self.low - self.mu) / self.sd)
        within = _STANDARD.cdf((self.high - self.mu) / self.sd) - below
        if within < 0.01:
            raise ValueError("less than 1 % of the normal law lies within what is possible")
        object.__setattr__(self, "_below", below)
        object.__setattr__(self, "_within", within)

    def ppf(self, u: float) -> float:  # noqa: D102
        share = self._below + u * self._within
        if not 0.0 < share < 1.0:  # u next to 0 or 1 after rounding
            return self.low if share <= 0.0 else self.high
        return self.mu + self.sd * _STANDARD.inv_cdf(share)

    @property
    def mean(self) -> float:  # noqa: D102
        heights = (_STANDARD.pdf((edge - self.mu) / self.sd) for edge in (self.low, self.high))
        first, last = heights
        return self.mu + self.sd * (first - last) / self._within

    @property
    def mode(self) -> float:  # noqa: D102
        return min(max(self.mu, self.low), self.high)

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """Lognormal law given by its median and its 90 % quantile."""

    median: float
    p90: float
    _sigma: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_positive(self.median)
        if not self.p90 > self.median:
            raise ValueError("the 90 % quantile must lie above the median")
        object.__setattr__(self, "_sigma", math.log(self.p90 / self.median) / _Z90)

    def ppf(self, u: float) -> float:  # noqa: D102
        return self.median * growth(self._sigma * _STANDARD.inv_cdf(u))

    @property
    def mean(self) -> float:  # noqa: D102
        return self.median * growth(self._sigma**2 / 2)

    @property
    def mode(self) -> float:  # noqa: D102
        return self.median * math.exp(-(self._sigma**2))

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return 0.0, math.inf


@dataclass(frozen=True, slots=True)
class Exponential(Distribution):
    """Exponential law with mean `scale`; its mode is 0."""

    scale: float

    def __post_init__(self) -> None:
        require_positive(self.scale)

    def ppf(self, u: float) -> float:  # noqa: D102
        return -self.scale * math.log1p(-u)

    @property
    def mean(self) -> float:  # noqa: D102
        return self.scale

    @property
    def mode(self) -> float:  # noqa: D102
        return 0.0

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return 0.0, math.inf


@dataclass(frozen=True, slots=True)
class Weibull(Distribution):
    """Weibull law, with the share `zero` of all outcomes exactly 0.

    The mode is 0 when any outcome is 0 or the shape is at most 1.
    """

    shape: float
    scale: float
    zero: float = 0.0

    def __post_init__(self) -> None:
        require_positive(self.shape, self.scale)
        if not 0.0 <= self.zero < 1.0:
            raise ValueError("the share of zeros must be at least 0 and below 1")

    def ppf(self, u: float) -> float:  # noqa: D102
        if u <= self.zero:
            return 0.0
        return self.scale * float((-math.log((1.0 - u) / (1.0 - self.zero))) ** (1.0 / self.shape))

    @property
    def mean(self) -> float:  # noqa: D102
        return (1.0 - self.zero) * self.scale * math.gamma(1.0 + 1.0 / self.shape)

    @property
    def mode(self) -> float:  # noqa: D102
        if self.zero > 0.0 or self.shape <= 1.0:
            return 0.0
        return self.scale * float((1.0 - 1.0 / self.shape) ** (1.0 / self.shape))

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return 0.0, math.inf


@dataclass(frozen=True, slots=True)
class Discrete(Distribution):
    """A few values, each with its probability; the mode is the likeliest, the least of them on a tie."""

    values: tuple[float, ...]
    shares: tuple[float, ...]
    _reached: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.values or len(self.values) != len(self.shares):
            raise ValueError("each value needs one probability")
        if min(self.shares) < 0.0 or abs(math.fsum(self.shares) - 1.0) > 1e-6:
            raise ValueError("the probabilities must be positive and add up to 1")
        pairs = sorted(zip(self.values, self.shares, strict=True))
        object.__setattr__(self, "values", tuple(value for value, _ in pairs))
        object.__setattr__(self, "shares", tuple(share for _, share in pairs))
        object.__setattr__(self, "_reached", tuple(accumulate(self.shares))[:-1])

    def ppf(self, u: float) -> float:  # noqa: D102
        return self.values[bisect_left(self._reached, u)]

    @property
    def mean(self) -> float:  # noqa: D102
        return math.fsum(value * share for value, share in zip(self.values, self.shares, strict=True))

    @property
    def mode(self) -> float:  # noqa: D102
        return self.values[self.shares.index(max(self.shares))]

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.values[0], self.values[-1]


@dataclass(frozen=True, slots=True)
class Empirical(Distribution):
    """Observed values, each as likely as the others; quantiles are the observed ones, not interpolated.

    The mode is the value seen most often, or the median when none was seen more often than all others.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("there are no observed values")
        object.__setattr__(self, "values", tuple(sorted(self.values)))

    def ppf(self, u: float) -> float:  # noqa: D102
        count = len(self.values)
        return self.values[min(max(math.ceil(u * count) - 1, 0), count - 1)]

    @property
    def mean(self) -> float:  # noqa: D102
        return math.fsum(self.values) / len(self.values)

    @property
    def mode(self) -> float:  # noqa: D102
        (value, seen), *others = Counter(self.values).most_common(2)
        alone = not others or seen > others[0][1]
        return value if alone else self.ppf(0.5)

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        return self.values[0], self.values[-1]


@dataclass(frozen=True, slots=True)
class Shifted(Distribution):
    """Another law, moved by a constant."""

    base: Distribution
    offset: float

    def ppf(self, u: float) -> float:  # noqa: D102
        return self.base.ppf(u) + self.offset

    @property
    def mean(self) -> float:  # noqa: D102
        return self.base.mean + self.offset

    @property
    def mode(self) -> float:  # noqa: D102
        return self.base.mode + self.offset

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        low, high = self.base.support
        return low + self.offset, high + self.offset


def shift(law: Distribution, offset: float) -> Distribution:
    """Return the law moved by a constant."""
    return Fixed(law.value + offset) if isinstance(law, Fixed) else Shifted(law, offset)


def require_ordered(*values: float) -> None:
    """Raise ValueError unless the values rise, or stay, from left to right."""
    if not all(first <= second for first, second in pairwise(values)):
        raise ValueError("the values must not fall from left to right")


def require_positive(*values: float) -> None:
    """Raise ValueError unless every value is finite and above 0."""
    if not all(0.0 < value < math.inf for value in values):
        raise ValueError("the value must be above 0")
