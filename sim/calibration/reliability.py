"""Whether what a forecaster calls 30 % happens in 30 % of cases: the diagram and the histogram of the transform.

The probability integral transform (PIT) of an outcome is the share of outcomes that the forecast puts before it; under
a forecaster that is calibrated it is uniform. A row still open has a PIT of at least what is known of it: its one
count lies evenly between there and 1, where a calibrated forecaster would put it. Source: Czado, Gneiting and Held,
Biometrics 65 (2009) 1254-1261, for transforms known to an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import special

from sim.calibration.scores import Judged
from sim.calibration.statements import Bools, Floats, Statements

LEVELS: Final = np.arange(0.05, 0.96, 0.05)
"""Shares at which forecasts are compared with what happened."""
BAND: Final = 0.9
"""Share of calibrated forecasters whose points lie in the band, point by point."""
KOLMOGOROV: Final = 1.358
"""Divided by the root of the number: what the largest distance of a distribution function exceeds once in twenty."""
_Z: Final = float(special.ndtri((1.0 + BAND) / 2.0))
_LEAST_IN_BIN: Final = 4


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
