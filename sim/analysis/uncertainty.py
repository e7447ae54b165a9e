"""Two uncertainties apart: what more replications would settle, and what only better figures would.

Some figures are drawn once a replication: the parameters of class laws, and how good a launcher or spacecraft is, of
which its flight record tells little. Had they been known, the chance of a goal would be another one. How far it would
move is found from the replications as they are, without fixing the figures and drawing the rest again:

- every date becomes the normal score y of its rank; one that is not reached is known to lie beyond the last, and its
  score comes from a regression on the figures' own normal scores by maximum likelihood with that censoring;
- y, y^2 - 1 and y^3 - 3y (the Hermite polynomials) are regressed on the figures: figures move a date, spread it and
  shape its tails. Their products C are corrected for how many figures there are;
- the score of a share p is h = Phi^-1(p). To first order the figures then move it by R(h), with
  R^2 = a' C a and a = (1, h / 2, (h^2 - 1) / 6), from the expansion of Gram and Charlier. Where that is not told from
  the share of the whole variance, C_11, by two of its standard errors, C_11 stands; further on it comes in gradually;
- with known figures, p becomes Phi((h - R z) / sqrt(1 - R^2)), where z is standard normal over their draws.

The marginal distribution is taken as it is and may have any shape. Figures that act only together, or that push a date
now one way and now the other, are left out: they count as luck.

Source: Dempster, Laird and Rubin, J. Royal Statistical Society B 39 (1977) 1-38, censored regression; Wherry, Annals
of Mathematical Statistics 2 (1931) 440-457, the correction; Kendall and Stuart, The Advanced Theory of Statistics 1
(1977), section 6.17, the expansion; Vasicek, Risk 15 (2002) 160-162, the law of a share under a common factor; Der
Kiureghian and Ditlevsen, Structural Safety 31 (2009) 105-112, on telling the two uncertainties apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sim.analysis.estimates import ranks_of
from sim.analysis.guesses import first_draws
from sim.analysis.outline import Drawn

Floats = NDArray[np.float64]
LEVEL: Final = 0.8
"""Share of the draws of the figures that a range holds."""
MOST: Final = 20_000
"""Replications the share rests on at the most: it is known to a hundredth then."""
FEWEST: Final = 50
"""Replications that must reach a goal: how far figures decide its date is not known otherwise."""
EACH: Final = 5
"""Dates that must tell something for each figure; one that is not reached tells less than one that is."""
_LARGEST: Final = 1.0 - 1e-6
_MOST_NUMBERS: Final = 20_000_000
_STEPS: Final = 500
_ENOUGH: Final = 1e-9
_RANK: Final = 1e-8
_ERRORS: Final = 2.0
_FAR: Final = 4.0
"""Normal score beyond which no study has replications."""
_VARIANCES: Final = (1.0, 2.0, 6.0)
"""Of the Hermite polynomials of a standard normal score."""
_Z95: Final = 1.959964
_DIGITS: Final = 9
"""Digits of a share that do not hang on how a machine adds up."""


@dataclass(frozen=True, slots=True)
class Explained:
    """How far figures decide a date."""

    products: tuple[tuple[float, float, float], ...]
    """C, of the first three Hermite polynomials of the date's normal score; the first is the share R^2 of its
    variance."""
    low: float
    high: float
    """95 % interval of the share of the variance: sampling error."""
    told: float
    """Dates it rests on; one that is not reached counts for as much as it tells."""
    figures: int

    @property
    def share(self) -> float:
        """The share of the variance of the date's normal score that the figures explain."""
        return min(max(self.products[0][0], 0.0), _LARGEST)

    def chance(self, share: Floats, n: int) -> tuple[Floats, Floats]:
        """Return the ends of the range of a chance over the figures, for shares of `n` replications, any shape."""
        return self._range(ndtri((np.asarray(share) * n + 0.5) / (n + 1.0)))

    def levels(self, q: float) -> tuple[float, float]:
        """Return the levels of the marginal distribution between which the `q` quantile lies over the figures."""
        score = np.linspace(-_FAR, _FAR, _STEPS + 1)
        low, high = self._range(score)
        early, late = (score[np.argmax(np.maximum.accumulate(end) >= q)] for end in (high, low))
        return float(ndtr(early)), float(ndtr(late))

    def _range(self, score: Floats) -> tuple[Floats, Floats]:
        moved = self._moved(score)
        move, rest = float(ndtri((1.0 + LEVEL) / 2.0)) * np.sqrt(moved), np.sqrt(1.0 - moved)
        return ndtr((score - move) / rest), ndtr((score + move) / rest)

    def _moved(self, score: Floats) -> Floats:
        """Return R^2 at normal scores: that of the whole, and the nearer to its own the surer that is another."""
        terms = np.stack([np.ones_like(score), score / 2.0, (score * score - 1.0) / 6.0])
        own = np.einsum("i...,ij,j...->...", terms, np.array(self.products), terms) - self.share
        size = np.einsum("i...,i,i...->...", terms, np.array(_VARIANCES), terms)
        error = 4.0 * self.share * (size - 1.0) / self.told + 2.0 * self.figures * (size**2 - 1.0) / self.told**2
        sure = 1.0 - np.minimum(_ERRORS**2 * error / np.maximum(own * own, 1e-300), 1.0)
        return np.asarray((self.share + sure * own).clip(0.0, _LARGEST))


def figure_scores(drawn: Drawn, seed: int, replications: NDArray[np.int64], sampling: str) -> Floats:
    """Return the directions in which the drawn figures vary, each a standard normal score.

    The shape is (n, directions), where n is at most `MOST`: those of the first replications.
    """
    streams = (*drawn.streams, *drawn.records)
    if not streams:
        return np.empty((0, 0))
    first = replications[: min(MOST, _MOST_NUMBERS // len(streams))]
    if not first.size:
        return np.empty((0, len(streams)))
    scores = ndtri(first_draws(streams, seed, first, sampling))
    laws, records = np.split(scores, [len(drawn.streams)], axis=1)
    return np.column_stack([laws @ _directions(drawn.weights, len(drawn.streams)), records])


def _directions(weights: Sequence[Sequence[float]], streams: int) -> Floats:
    """Return an orthonormal basis, shape (streams, rank), of what the figures of a scenario take from the streams."""
    if not weights:
        return np.empty((streams, 0))
    _, sizes, basis = np.linalg.svd(np.array(weights, dtype=np.float64), full_matrices=False)
    return np.asarray(basis[sizes > _RANK * max(float(sizes[0]), 1e-300)].T)


def explain(dates_d: Floats, scores: Floats) -> Explained | None:
    """Return how far figures decide dates, shape (n,), from their scores, shape (n, figures); None from too few.

    A date that is not reached is `+inf`.
    """
    n, count = scores.shape
    if n <= count + 1 or not count or np.count_nonzero(np.isfinite(dates_d)) < FEWEST:
        return None
    regression = _Censored(dates_d, scores)
    told = regression.told
    if told < max(FEWEST, EACH * (count + 1)):
        return None
    lost = count / told
    products = (regression.products - lost * np.diag(_VARIANCES)) / (1.0 - lost)
    share = min(max(float(products[0, 0]), 0.0), 1.0)
    error = (1.0 - share) * math.sqrt(4.0 * share / told + 2.0 * lost / (told - count))
    rows = tuple((float(x), float(y), float(z)) for x, y, z in products.round(_DIGITS).tolist())
    ends = max(share - _Z95 * error, 0.0), min(share + _Z95 * error, 1.0)
    return Explained(rows, round(ends[0], _DIGITS), round(ends[1], _DIGITS), told, count)


class _Censored:
    """A regression of normal scores of which the highest are known only to lie beyond a bound."""

    def __init__(self, dates_d: Floats, scores: Floats) -> None:
        n = dates_d.size
        self._beyond = np.isinf(dates_d)
        known = n - int(np.count_nonzero(self._beyond))
        self._bound = float(ndtri(min((known + 0.5) / n, 1.0 - 0.5 / n)))
        self._score = ndtri((ranks_of(dates_d) - 0.375) / (n + 0.25))
        centred = scores - scores.mean(axis=0)
        self._q = np.column_stack([np.full(n, 1.0 / math.sqrt(n)), np.linalg.qr(centred)[0]])
        self._weight = np.ones(n)
        self._fit()

    def _fit(self) -> None:
        """Alternate between the means of what lies beyond the bound and the regression, until nothing moves."""
        y, self.variance = self._score.copy(), 1.0
        effects = self._q.T @ y
        for _ in range(_STEPS):
            spread = self._fill(y, effects)
            effects = self._q.T @ y
            before, self.variance = self.variance, float(((y - self._q @ effects) ** 2).sum() + spread) / y.size
            if abs(self.variance - before) < _ENOUGH or self.variance < _ENOUGH:
                break
        self.told = float(self._weight.sum())
        moments = (self._q.T @ self._polynomials(y, effects))[1:]
        self.products = moments.T @ moments / y.size

    def _polynomials(self, y: Floats, effects: Floats) -> Floats:
        """Return the first three Hermite polynomials of the scores, or their means beyond the bound, shape (n, 3)."""
        first, second, third = y, y * y, y * y * y
        if self._beyond.any():
            mean, sd, over, ratio = self._tail(effects)
            w2, w3 = 1.0 + over * ratio, (over * over + 2.0) * ratio
            second[self._beyond] = mean**2 + 2.0 * mean * sd * ratio + sd**2 * w2
            third[self._beyond] = mean**3 + 3.0 * mean**2 * sd * ratio + 3.0 * mean * sd**2 * w2 + sd**3 * w3
        return np.column_stack([first, second - 1.0, third - 3.0 * first])

    def _fill(self, y: Floats, effects: Floats) -> float:
        """Set the scores beyond the bound to their means; return the sum of their variances."""
        if not self._beyond.any():
            return 0.0
        mean, sd, over, ratio = self._tail(effects)
        lost = ratio * (ratio - over)
        y[self._beyond] = mean + sd * ratio
        self._weight[self._beyond] = lost
        return float((sd * sd * (1.0 - lost)).sum())

    def _tail(self, effects: Floats) -> tuple[Floats, float, Floats, Floats]:
        """Return mean and deviation of what lies beyond the bound, the bound's own score there, and its Mills ratio."""
        sd = math.sqrt(max(self.variance, _ENOUGH))
        mean = self._q[self._beyond] @ effects
        over = (self._bound - mean) / sd
        return mean, sd, over, _mills(over)


def _mills(score: Floats) -> Floats:
    """Return the density of the normal law over its upper tail."""
    from scipy.special import log_ndtr

    return np.asarray(np.exp(-0.5 * score * score - log_ndtr(-score)) / math.sqrt(2.0 * math.pi))
