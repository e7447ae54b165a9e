"""Intervals of replications that were drawn in blocks: how often they hold the truth, and where they fall back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.analysis import estimates
from sim.analysis.clusters import FEWEST, blocks_of, mean_variance, widening
from sim.analysis.compare import compare_probabilities, compare_quantiles, compare_values
from sim.chance import DrawTable
from sim.sampling import LATIN_HYPERCUBE, STRATA

Floats = NDArray[np.float64]
SIZE = STRATA[LATIN_HYPERCUBE]
STREAMS = ("a", "b", "c")
STUDIES, COUNT = 400, 500
LEAST = 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / STUDIES)
"""Three standard errors of a share of 95 % below it, over so many studies."""


def _sum(u: Floats) -> Floats:
    return stats.norm.ppf(u).sum(axis=-1)  # type: ignore[no-any-return]


def _lone(u: Floats) -> Floats:
    return u[..., 0]


def _largest(u: Floats) -> Floats:
    return u.max(axis=-1)  # type: ignore[no-any-return]


def _mixed(u: Floats) -> Floats:
    """A product of two normal scores: blocks gain nothing for it, since it has no main effect."""
    return stats.norm.ppf(u[..., :2]).prod(axis=-1)  # type: ignore[no-any-return]


MODELS: dict[str, Callable[[Floats], Floats]] = {"sum": _sum, "lone": _lone, "largest": _largest, "mixed": _mixed}


@cache
def _studies(model: str) -> Floats:
    """Return the outcomes of many studies of a toy model, shape (studies, replications)."""
    made = []
    for seed in range(STUDIES):
        table = DrawTable(seed, STREAMS, 0, COUNT)
        draws = [np.frombuffer(table.fill(one)).reshape(COUNT, -1)[:, 0] for one in range(len(STREAMS))]
        made.append(MODELS[model](np.column_stack(draws)))
    return np.stack(made)


@cache
def _truth(model: str) -> Floats:
    return np.sort(MODELS[model](np.random.default_rng(1).random((2_000_000, len(STREAMS)))))


def _coverage(model: str, holds: Callable[[Floats], bool]) -> float:
    return float(np.mean([holds(outcomes) for outcomes in _studies(model)]))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_interval_of_a_quantile_holds_it_as_often_as_it_says(model: str, share: float) -> None:
    truth, blocks = np.quantile(_truth(model), share), blocks_of(COUNT, SIZE)

    def holds(outcomes: Floats) -> bool:
        found = estimates.quantile(outcomes, share, blocks=blocks)
        return bool(found.low is not None and found.high is not None and found.low <= truth <= found.high)

    assert _coverage(model, holds) >= LEAST


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("share", [0.02, 0.07, 0.3, 0.6, 0.97])
def test_interval_of_a_chance_holds_it_as_often_as_it_says(model: str, share: float) -> None:
    by, blocks = float(np.quantile(_truth(model), share)), blocks_of(COUNT, SIZE)

    def holds(outcomes: Floats) -> bool:
        found = estimates.probability_by(outcomes, by, blocks=blocks)
        return found.low <= share <= found.high

    assert _coverage(model, holds) >= LEAST


@pytest.mark.parametrize("model", MODELS)
def test_interval_of_a_mean_holds_it_as_often_as_it_says(model: str) -> None:
    truth, blocks = _truth(model).mean(), blocks_of(COUNT, SIZE)

    def holds(outcomes: Floats) -> bool:
        found = estimates.mean(outcomes, blocks=blocks)
        return bool(found.low <= truth <= found.high)

    assert _coverage(model, holds) >= LEAST


def test_interval_of_a_sum_is_narrower_than_without_blocks() -> None:
    outcomes, blocks = _studies("sum")[0], blocks_of(COUNT, SIZE)
    stratified, plain = estimates.mean(outcomes, blocks=blocks), estimates.mean(outcomes)
    assert stratified.high - stratified.low < 0.5 * (plain.high - plain.low)


@pytest.mark.parametrize("k", [0, COUNT])
def test_a_chance_of_none_or_all_keeps_the_exact_interval(k: int) -> None:
    values, blocks = np.arange(COUNT, dtype=np.float64), blocks_of(COUNT, SIZE)
    assert estimates.probability_by(values, k - 1, blocks=blocks) == estimates.clopper_pearson(k, COUNT)


def test_few_blocks_count_as_independent_replications() -> None:
    assert blocks_of((FEWEST - 1) * SIZE, SIZE) is None


def test_random_sampling_has_no_blocks() -> None:
    assert blocks_of(COUNT, 1) is None


def test_variance_over_blocks_of_one_is_that_of_independent_values() -> None:
    values = np.random.default_rng(2).random(50)
    assert mean_variance(values, np.arange(50)) == pytest.approx(values.var(ddof=1) / 50)


def test_many_blocks_are_put_together_to_a_thousand() -> None:
    blocks = blocks_of(1_000_000, SIZE)
    assert blocks is not None
    assert 512 <= np.unique(blocks).size <= 1024


def test_values_that_never_vary_widen_nothing() -> None:
    assert widening(np.zeros(COUNT), np.arange(COUNT) // SIZE, 0.95) == 1.0


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_difference_of_quantiles_holds_the_truth_as_often_as_it_says(share: float) -> None:
    """Two studies of the same luck, the second with its third input left out."""
    blocks, hits = blocks_of(COUNT, SIZE), []
    truth = float(stats.norm.ppf(share)) * (np.sqrt(3.0) - np.sqrt(2.0))
    for seed in range(120):
        table = DrawTable(seed, STREAMS, 0, COUNT)
        scores = [stats.norm.ppf(np.frombuffer(table.fill(one)).reshape(COUNT, -1)[:, 0]) for one in range(3)]
        found = compare_quantiles(sum(scores), scores[0] + scores[1], share, resamples=200, blocks=blocks)
        hits.append(found.low is not None and found.high is not None and found.low <= truth <= found.high)
    assert np.mean(hits) >= 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / 120)


def test_difference_of_chances_holds_the_truth_as_often_as_it_says() -> None:
    blocks, by = blocks_of(COUNT, SIZE), 0.5
    truth = float(np.mean(_truth("sum") <= by)) - by
    found = [
        compare_probabilities(one, two, by, blocks=blocks)
        for one, two in zip(_studies("sum"), _studies("lone"), strict=True)
    ]
    assert np.mean([one.low <= truth <= one.high for one in found]) >= LEAST


def test_difference_of_dates_leaves_out_pairs_that_were_not_reached() -> None:
    blocks, values = blocks_of(COUNT, SIZE), np.arange(COUNT, dtype=np.float64)
    found = compare_values(np.where(values < 10.0, np.inf, values + 2.0), values, blocks=blocks)
    assert found.mean is not None
    assert (found.pairs, found.mean.value) == (COUNT - 10, 2.0)
