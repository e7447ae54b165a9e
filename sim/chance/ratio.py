"""How late a planned date comes, as a ratio to the time still ahead of it: a shifted log law with heavy tails."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from sim.chance.distributions import Distribution, growth

_PANEL: Final = 1.0
"""Width of a panel of the quadrature, in units of t."""
_NODES: Final = 24
"""Nodes in a panel: the mean is then exact to a part in 1e11 for spreads up to 2."""


@dataclass(frozen=True, slots=True)
class RatioLaw(Distribution):
    """The slip, in days, of something planned `lead_d` days ahead.

    slip = (lead + offset) (exp(location + spread T) - shift), with spread = exp(log_spread) and T Student's t with
    `dof` degrees of freedom, of which the share `tail` is cut off at each end: the mean would be infinite otherwise.
    With shift 1 the exponential is the time needed over the time planned, both counted `offset_d` days longer, so
    that a short lead does not make the slip vanish. Early arrival is possible, but not before the day on which the
    date was said: an earlier slip counts as -lead_d.

    The mode is the inner peak of the density; a law too wide to have one takes its median.
    """

    lead_d: float
    location: float
    log_spread: float
    offset_d: float
    shift: float = 1.0
    dof: float = 5.0
    tail: float = 0.001
    _spread: float = field(init=False, repr=False, compare=False)
    _scale_d: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (0.0 <= self.lead_d < math.inf and 0.0 <= self.offset_d < math.inf and self.lead_d + self.offset_d > 0):
            raise ValueError("lead and offset of a slip must be finite and at least 0, their sum above 0")
        if not (math.isfinite(self.location) and math.isfinite(self.log_spread)):
            raise ValueError("location and spread of a slip must be finite")
        if not (0.0 <= self.shift < math.inf and 0.0 < self.dof < math.inf and 0.0 < self.tail < 0.5):
            raise ValueError("shift of a slip is at least 0, its degrees of freedom above 0, its tail in (0, 0.5)")
        object.__setattr__(self, "_spread", growth(self.log_spread))
        object.__setattr__(self, "_scale_d", self.lead_d + self.offset_d)

    def ppf(self, u: float) -> float:  # noqa: D102 - said by the base class, here and below
        t = _t_quantile()(self.dof, self.tail + u * (1.0 - 2.0 * self.tail))
        return self._slip_d(float(t))

    def cdf(self, slip_d: float) -> float:
        """Return the probability of a slip of at most `slip_d` days."""
        if slip_d < -self.lead_d:
            return 0.0
        from scipy.special import stdtr

        ratio = slip_d / self._scale_d + self.shift
        if ratio <= 0.0:
            return 0.0
        share = float(stdtr(self.dof, (math.log(ratio) - self.location) / self._spread))
        return min(max((share - self.tail) / (1.0 - 2.0 * self.tail), 0.0), 1.0)

    @property
    def mean(self) -> float:
        """The mean, by quadrature; exact to a part in 1e9."""
        return self._scale_d * _mean(
            self.location, self._spread, self.shift, self.dof, self.tail, -self.lead_d / self._scale_d
        )

    @property
    def mode(self) -> float:  # noqa: D102
        # The density of exp(location + spread t) is stationary where spread t^2 + (dof + 1) t + spread dof = 0.
        s, n = self._spread, self.dof
        inside = (n + 1.0) ** 2 - 4.0 * s * s * n
        if inside <= 0.0:
            return self.ppf(0.5)
        peak = -2.0 * s * n / ((n + 1.0) + math.sqrt(inside))
        return self._slip_d(max(peak, _edge(self.dof, self.tail)))

    @property
    def support(self) -> tuple[float, float]:  # noqa: D102
        edge = _edge(self.dof, self.tail)
        return self._slip_d(edge), self._slip_d(-edge)

    def _slip_d(self, t: float) -> float:
        slip_d = self._scale_d * (growth(self.location + self._spread * t) - self.shift)
        return max(slip_d, -self.lead_d)


@functools.cache
def _t_quantile() -> Callable[[float, float], float]:
    """Return the quantile function of Student's t; loaded at the first draw, for it takes a moment."""
    from scipy.special import stdtrit

    return cast("Callable[[float, float], float]", stdtrit)


@functools.lru_cache(maxsize=64)
def _edge(dof: float, tail: float) -> float:
    """Return the lower end of the cut t."""
    return float(_t_quantile()(dof, tail))


@functools.lru_cache(maxsize=4096)
def _mean(location: float, spread: float, shift: float, dof: float, tail: float, least: float) -> float:
    """Return the mean of exp(location + spread T) - shift, but no less than `least`, by panels of Gauss-Legendre."""
    import numpy as np
    from scipy.special import gammaln, stdtr

    low, high = _edge(dof, tail), -_edge(dof, tail)
    # The integrand has a kink where the least value is reached; panels start there.
    kink = (math.log(shift + least) - location) / spread if shift + least > 0.0 else low
    start = min(max(kink, low), high)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    edges = np.linspace(start, high, max(2, math.ceil((high - start) / _PANEL) + 1))
    half = np.diff(edges)[:, None] / 2.0
    t = edges[:-1, None] + half * (nodes[None, :] + 1.0)
    height = gammaln((dof + 1.0) / 2.0) - gammaln(dof / 2.0) - 0.5 * math.log(dof * math.pi)
    log_density = height - 0.5 * (dof + 1.0) * np.log1p(t * t / dof)
    above = float((half * weights * (np.exp(location + spread * t + log_density) - shift * np.exp(log_density))).sum())
    below = least * (float(stdtr(dof, start)) - tail)
    return (above + below) / (1.0 - 2.0 * tail)
