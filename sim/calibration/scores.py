"""What a forecaster says of many dates, as samples with weights, and how it is judged: CRPS, pinball loss, coverage.

Reliability: whether what is called 30 % happens in 30 % of cases, and the histogram of the probability integral
transform (PIT), the share of outcomes that the forecast puts before the one that came; under a forecaster that is
calibrated it is uniform. A row still open has a PIT of at least what is known of it: its one count lies evenly
between there and 1, where a calibrated forecaster would put it. Source: Czado, Gneiting and Held, Biometrics 65
(2009) 1254-1261, for transforms known to an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.calibration.statements import Bools, Floats, Statements

SHARES = (0.1, 0.5, 0.9)
"""Quantiles the pinball loss is taken at."""

LOW, HIGH = 0.1, 0.9
"""The interval that is judged, P10 to P90."""
LEVELS: Final = np.arange(0.05, 0.96, 0.05)
"""Shares at which forecasts are compared with what happened."""
BAND: Final = 0.9
"""Share of calibrated forecasters whose points lie in the band, point by point."""
KOLMOGOROV: Final = 1.358
"""Divided by the root of the number: what the largest distance of a distribution function exceeds once in twenty."""
_Z: Final = float(special.ndtri((1.0 + BAND) / 2.0))
_LEAST_IN_BIN: Final = 4


def crps(sample: ArrayLike, actual: float) -> float:
    """Return the continuous ranked probability score of a sample, shape (n,), in the unit of its values; 0 is perfect.

    For a single value it is the absolute error. Source: Gneiting and Raftery, Journal of the American Statistical
    Association 102 (2007) 359-378, equation 21: E|X - y| - E|X - X'| / 2.
    """
    x = np.sort(np.asarray(sample, dtype=np.float64))
    n = x.size
    # E|X - X'| of a sample from its order statistics, which needs no table of n by n.
    spread = 2.0 * float(((2.0 * np.arange(1, n + 1) - n - 1.0) * x).sum()) / (n * n)
    return float(np.abs(x - actual).mean()) - 0.5 * spread


def pinball(forecast: float, actual: float, share: float) -> float:
    """Return the pinball loss of a forecast of the quantile `share`; 0 is perfect.

    Source: Koenker and Bassett, Econometrica 46 (1978) 33-50.
    """
    late = actual - forecast
    return share * late if late >= 0.0 else (share - 1.0) * late


def pinball_of_sample(sample: ArrayLike, actual: float) -> float:
    """Return the mean pinball loss over P10, P50 and P90 of a sample, shape (n,)."""
    values = np.asarray(sample, dtype=np.float64)
    return float(np.mean([pinball(float(np.quantile(values, share)), actual, share) for share in SHARES]))


def pinball_of_point(forecast: float, actual: float) -> float:
    """Return the mean pinball loss of one date given for P10, P50 and P90 alike."""
    return float(np.mean([pinball(forecast, actual, share) for share in SHARES]))


@dataclass(frozen=True, slots=True)
class Predictive:
    """The slip of n dates: m possible values each, rising, and the share of all outcomes up to each, shape (n, m)."""

    value_d: Floats
    reached: Floats

    def quantile_d(self, share: float) -> Floats:
        """Return the slip up to which this share of all outcomes lies, shape (n,)."""
        place = (self.reached < share - 1e-12).sum(axis=1).clip(max=self.value_d.shape[1] - 1)
        return np.asarray(self.value_d[np.arange(len(place)), place], dtype=np.float64)

    def share_up_to(self, slip_d: Floats) -> Floats:
        """Return the share of outcomes up to a slip each, shape (n,): the probability integral transform."""
        # Half of the step at the value itself, so that the middle of a sample lies at one half.
        before = np.concatenate([np.zeros((len(slip_d), 1)), self.reached], axis=1)
        rows = np.arange(len(slip_d))
        below = before[rows, (self.value_d < slip_d[:, None]).sum(axis=1)]
        up_to = before[rows, (self.value_d <= slip_d[:, None]).sum(axis=1)]
        return np.asarray((below + up_to) / 2.0, dtype=np.float64)

    def crps_d(self, slip_d: Floats, still_open: Bools) -> Floats:
        """Return the continuous ranked probability score of each date, d, shape (n,); 0 is perfect.

        The integral of (F(x) - 1{x >= slip})^2 over x; of an open date only up to the least its slip can be, which is
        the score of both the forecast and the outcome cut there. Source: Gneiting and Raftery, Journal of the American
        Statistical Association 102 (2007) 359-378; Gneiting and Ranjan, Journal of Business and Economic Statistics 29
        (2011) 411-422, for the part of it up to a threshold.
        """
        x, y = self.value_d, slip_d[:, None]
        width = np.diff(x, axis=1)
        below = np.clip(y - x[:, :-1], 0.0, width)
        reached = self.reached[:, :-1]
        score = (reached**2 * below).sum(axis=1) + np.maximum(slip_d - x[:, -1], 0.0)
        after = ((1.0 - reached) ** 2 * (width - below)).sum(axis=1) + np.maximum(x[:, 0] - slip_d, 0.0)
        return np.asarray(score + np.where(still_open, 0.0, after), dtype=np.float64)


def of_points(slip_d: ArrayLike) -> Predictive:
    """Return what a forecaster says who names one slip for each date, shape (n,)."""
    value = np.asarray(slip_d, dtype=np.float64)[:, None]
    return Predictive(value, np.ones_like(value))


def of_samples(value_d: Floats, weight: Floats | None = None) -> Predictive:
    """Return what samples say, shape (n, m), in any order; `weight` (m,) adds up to 1, or all count the same."""
    share = np.full(value_d.shape[1], 1.0 / value_d.shape[1]) if weight is None else weight
    order = np.argsort(value_d, axis=1)
    return Predictive(np.take_along_axis(value_d, order, axis=1), np.cumsum(share[order], axis=1))


@dataclass(frozen=True, slots=True)
class Judged:
    """How each date came out, shape (n,): below P10, above P90, its score and its share (open: at least that)."""

    below: Bools
    above: Bools
    crps_d: Floats
    share: Floats

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Dates inside P10 to P90; an open one is inside until it is proved outside."""
        return ~(self.below | self.above)


def judge(said: Predictive, slip_d: Floats, still_open: Bools) -> Judged:
    """Judge forecasts of n dates by what happened, shape (n,) each."""
    below = (slip_d < said.quantile_d(LOW)) & ~still_open
    above = slip_d > said.quantile_d(HIGH)
    return Judged(below, above, said.crps_d(slip_d, still_open), said.share_up_to(slip_d))


@dataclass(frozen=True, slots=True)
class ForecastReliability:
    """What a forecaster said of some rows beside what happened.

    `observed` is the share of outcomes by each of `LEVELS`; `decided` and `open` are the shares of all rows in the bins
    of the PIT, from decided and from open rows. The band counts programmes, whose rows repeat each other.
    """

    name: str
    rows: int
    open_rows: int
    programmes: int
    inside: float
    observed: Floats
    decided: Floats
    open: Floats

    @property
    def bins(self) -> int:
        """How many bins the histogram has."""
        return int(self.decided.size)

    @property
    def far_off(self) -> bool:
        """Whether some share observed is farther off than chance explains in one class of twenty, all levels together.

        By the bound of Kolmogorov for the largest distance of a distribution function.
        """
        return bool(np.abs(self.observed - LEVELS).max() > KOLMOGOROV / np.sqrt(self.programmes))

    def band_at(self, share: Floats | float) -> Floats:
        """Return how far from a share chance takes a calibrated forecaster."""
        at = np.asarray(share, dtype=np.float64)
        return np.asarray(_Z * np.sqrt(at * (1.0 - at) / self.programmes), dtype=np.float64)


def reliability_of(name: str, statements: Statements, judged: Judged, of: Bools) -> ForecastReliability:
    """Return the reliability on the rows that `of`, shape (n,), marks; there must be one."""
    share, still_open = judged.share[of], statements.open[of]
    programmes = len(set(statements.programme[of].tolist()))
    edges = np.linspace(0.0, 1.0, _bins(programmes) + 1)
    mass = np.diff(_reached(share, still_open, edges), axis=1) / share.size
    return ForecastReliability(
        name,
        int(share.size),
        int(still_open.sum()),
        programmes,
        float(judged.inside[of].mean()),
        _reached(share, still_open, LEVELS).mean(axis=0),
        mass[~still_open].sum(axis=0),
        mass[still_open].sum(axis=0),
    )


def by_class(statements: Statements, judged: Judged) -> dict[str, tuple[ForecastReliability, ...]]:
    """Return the reliability on all rows, by agency and by kind."""
    found: dict[str, tuple[ForecastReliability, ...]] = {
        "all": (reliability_of("all classes", statements, judged, np.ones(statements.rows, dtype=np.bool_)),)
    }
    for column in ("agency", "kind"):
        values = getattr(statements, column)
        names = sorted(set(values.tolist()))
        found[column] = tuple(reliability_of(name, statements, judged, values == name) for name in names)
    return found


def _reached(share: Floats, still_open: Bools, at: Floats) -> Floats:
    """Return how much of each row's count lies up to each share, shape (n, m)."""
    least = np.minimum(share, 1.0 - 1e-9)[:, None]
    even = np.clip((at - least) / (1.0 - least), 0.0, 1.0)
    step = ((share[:, None] <= at) & (at > 0.0)).astype(np.float64)
    return np.asarray(np.where(still_open[:, None], even, step), dtype=np.float64)


def _bins(programmes: int) -> int:
    """Return ten bins, or five where programmes are few."""
    return 10 if programmes >= 10 * _LEAST_IN_BIN else 5
