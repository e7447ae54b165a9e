"""Which guess matters most: how far each figure's luck moves a goal, weighed with how little its source is trusted.

Every draw of a study is found by its key, so no further replication is needed: the spread of a goal's date is split
among the streams of random numbers by what the date does when a stream's first draw is low, middling or high.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Mean
from sim.analysis.estimates import mean as mean_of
from sim.chance import DrawTable

Floats = NDArray[np.float64]
BINS = 8
"""Parts into which a draw is cut; each must hold enough replications for a mean."""
FEWEST = 200
"""Replications below which the spread cannot be split."""
DOUBT: Mapping[str, float] = {"low": 1.0, "medium": 0.5, "high": 0.2, "": 0.75}
"""Weight of a figure by its stated confidence; where none is stated, between medium and low. Source: estimate."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StreamEffect:
    """What one stream of random numbers does to a date."""

    stream: str
    share: float
    """Of the variance of the date, explained by the stream alone; corrected for chance, so it may be negative."""
    worst_less_best: Mean
    """Mean date in the fifth of the replications in which it goes worst, less the fifth in which it goes best."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One figure of the scenario, and what finding it out could be worth."""

    path: str
    source: str
    confidence: str
    share: float
    moves_d: float
    """Standard deviation of the goal's date that comes from this figure alone."""
    worst_less_best_d: float
    """Of its strongest stream."""
    weight: float
    """Days weighed with the doubt about the figure: what the guesses are ranked by."""


def first_draws(streams: Sequence[str], seed: int, replications: NDArray[np.int64], sampling: str) -> Floats:
    """Return the first draw of every stream, shape (n, streams)."""
    rows = []
    for start in range(0, replications.size, _AT_ONCE):
        part = replications[start : start + _AT_ONCE]
        table = DrawTable(seed, streams, int(part[0]), int(part[-1] - part[0]) + 1, sampling=sampling)
        columns = [np.frombuffer(table.fill(stream)).reshape(table.count, -1)[:, 0] for stream in range(len(streams))]
        rows.append(np.column_stack(columns)[part - part[0]])
    return np.concatenate(rows)


def effects(streams: Sequence[str], draws: Floats, dates_d: Floats, *, level: float = 0.95) -> tuple[StreamEffect, ...]:
    """Return the effect of each stream whose worst and best fifth surely differ, the largest share first.

    `draws` has shape (n, len(streams)); `dates_d`, shape (n,), is finite: what is not reached counts as the calendar's
    end. `level` holds for all streams together (Bonferroni).

    Source: the share is the correlation ratio, corrected as omega squared: Hays, Statistics (1963), section 12.

    Raises:
        ValueError: if there are fewer than `FEWEST` replications or a date is not finite.
    """
    if dates_d.size < FEWEST or not np.isfinite(dates_d).all():
        raise ValueError(f"{FEWEST} replications with finite dates are needed to split their spread")
    each = 1.0 - (1.0 - level) / max(len(streams), 1)
    found = [_effect(name, draws[:, index], dates_d, each) for index, name in enumerate(streams)]
    real = [one for one in found if one is not None and one.worst_less_best.low > 0.0 and one.share > 0.0]
    return tuple(sorted(real, key=lambda one: -one.share))


def rank_guesses(
    effects_: Sequence[StreamEffect],
    figures: Mapping[str, tuple[str, str, str]],
    spread_d: float,
) -> tuple[Guess, ...]:
    """Gather effects by the figure they come from, and rank figures by days weighed with doubt.

    `figures` gives (path, source, confidence) of each stream; `spread_d` is the standard deviation of the date.
    """
    gathered: dict[str, list[StreamEffect]] = {}
    for effect in effects_:
        gathered.setdefault(figures[effect.stream][0], []).append(effect)
    guesses = []
    for path, group in gathered.items():
        _, source, confidence = figures[group[0].stream]
        share = sum(effect.share for effect in group)
        moves_d = math.sqrt(share) * spread_d
        swing_d = max(effect.worst_less_best.value for effect in group)
        guesses.append(Guess(path, source, confidence, share, moves_d, swing_d, moves_d * DOUBT[confidence]))
    return tuple(sorted(guesses, key=lambda one: -one.weight))


def _effect(name: str, u: Floats, dates_d: Floats, level: float) -> StreamEffect | None:
    order = np.argsort(u, kind="stable")
    bins = np.array_split(dates_d[order], BINS)
    fifth = dates_d.size // 5
    low, high = dates_d[order[:fifth]], dates_d[order[-fifth:]]
    worst, best = (high, low) if high.mean() >= low.mean() else (low, high)
    total = float(((dates_d - dates_d.mean()) ** 2).sum())
    if total == 0.0:
        return None
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in bins)
    rest = within / (dates_d.size - BINS)
    share = (total - within - (BINS - 1) * rest) / (total + rest)
    return StreamEffect(name, share, _difference(worst, best, level))


def _difference(worst: Floats, best: Floats, level: float) -> Mean:
    """Return the difference of two independent means; its half width is the root of the sum of their squares."""
    one, two = mean_of(worst, level=level), mean_of(best, level=level)
    half = math.hypot(one.value - one.low, two.value - two.low)
    value = one.value - two.value
    return Mean(value, value - half, value + half, one.n + two.n, math.hypot(one.sd, two.sd))
