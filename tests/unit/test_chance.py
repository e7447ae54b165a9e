"""Distributions against scipy, and the keyed random numbers."""

from __future__ import annotations

import hashlib
import math
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim import chance
from sim.chance import DrawTable, draws
from sim.sampling import RANDOM

SHARES = [1e-9, 1e-4, 0.01, 0.1, 0.25, 0.5, 0.77, 0.9, 0.99, 0.9999, 1 - 1e-9]
EXACT = 1e-12  # relative; both sides are doubles
TABLED = 1e-5  # of the width; stated in the docstring of Beta


def _pert(low: float, likely: float, high: float) -> Any:
    width = high - low
    return stats.beta(1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width, loc=low, scale=width)


_SIGMA = math.log(800 / 334) / stats.norm.ppf(0.9)

# our law, scipy's law, tolerance of a quantile
AGAINST_SCIPY: list[tuple[chance.Distribution, Any, float]] = [
    (chance.Uniform(90, 240), stats.uniform(90, 150), EXACT * 240),
    (chance.Triangular(20, 30, 60), stats.triang(0.25, 20, 40), EXACT * 1e4),
    (chance.Triangular(20, 20, 60), stats.triang(0.0, 20, 40), EXACT * 1e4),
    (chance.Triangular(20, 60, 60), stats.triang(1.0, 20, 40), EXACT * 1e4),
    (chance.Pert(2200, 2900, 4700), _pert(2200, 2900, 4700), TABLED * 2500),
    (chance.Pert(10, 10, 40), _pert(10, 10, 40), TABLED * 30),
    (chance.Normal(100, 20), stats.norm(100, 20), EXACT * 1e4),
    (chance.Normal(10, 20, low=0), stats.truncnorm(-0.5, math.inf, 10, 20), 1e-7 * 20),
    (chance.Normal(0.9, 0.2, 0, 1), stats.truncnorm(-4.5, 0.5, 0.9, 0.2), 1e-9),
    (chance.Lognormal(334, 800), stats.lognorm(_SIGMA, scale=334), 1e-8 * 334),
    (chance.Exponential(40), stats.expon(scale=40), EXACT * 1e4),
    (chance.Weibull(1.4, 180), stats.weibull_min(1.4, scale=180), 1e-8 * 180),
    (chance.Weibull(0.7, 180), stats.weibull_min(0.7, scale=180), 1e-8 * 180 * 100),
    (chance.Beta(97, 3), stats.beta(97, 3), TABLED),
    (chance.Beta(0.5, 0.5), stats.beta(0.5, 0.5), TABLED),
    (chance.Beta(2, 0.7, 10, 30), stats.beta(2, 0.7, 10, 20), TABLED * 20),
]
NAMES = [type(law).__name__ for law, _, _ in AGAINST_SCIPY]


@pytest.mark.parametrize(("law", "truth", "tolerance"), AGAINST_SCIPY, ids=NAMES)
def test_quantiles_are_those_of_scipy(law: chance.Distribution, truth: Any, tolerance: float) -> None:
    ours = [law.quantile(share) for share in SHARES]
    assert ours == pytest.approx(truth.ppf(SHARES), abs=tolerance, rel=0)


@pytest.mark.parametrize(("law", "truth", "tolerance"), AGAINST_SCIPY, ids=NAMES)
def test_mean_is_that_of_scipy(law: chance.Distribution, truth: Any, tolerance: float) -> None:
    assert law.mean == pytest.approx(truth.mean(), rel=1e-9)  # scipy integrates some of them numerically


PEAKED = [(law, truth) for law, truth, _ in AGAINST_SCIPY if law.mode > law.support[0]]


@pytest.mark.parametrize(("law", "truth"), [pair for pair in PEAKED if pair[0] != chance.Beta(0.5, 0.5)])
def test_mode_has_the_highest_density(law: chance.Distribution, truth: Any) -> None:
    low, high = truth.ppf([1e-6, 1 - 1e-6])
    densities = truth.pdf(np.linspace(low, high, 2001)[1:-1])
    assert truth.pdf(law.mode) >= densities.max() * (1 - 1e-6)


def test_law_without_an_inner_peak_has_its_mode_at_the_end_it_leans_to() -> None:
    assert chance.Exponential(5).mode == 0
    assert chance.Weibull(0.7, 180).mode == 0
    assert chance.Beta(2, 0.7, 10, 30).mode == 30
    assert chance.Beta(0.5, 0.5).mode == 0.5


@pytest.mark.parametrize(("law", "truth", "tolerance"), AGAINST_SCIPY, ids=NAMES)
def test_support_is_that_of_scipy(law: chance.Distribution, truth: Any, tolerance: float) -> None:
    assert law.support == pytest.approx(truth.support())


@pytest.mark.parametrize("law", [law for law, _, _ in AGAINST_SCIPY], ids=NAMES)
def test_law_survives_the_way_to_a_worker(law: chance.Distribution) -> None:
    again = pickle.loads(pickle.dumps(law))
    assert again == law
    assert again.ppf(0.3) == law.ppf(0.3)


def test_weibull_with_zeros_is_zero_for_their_share_and_scipy_beyond() -> None:
    law, truth = chance.Weibull(1.4, 180, zero=0.14), stats.weibull_min(1.4, scale=180)
    assert law.ppf(0.13) == 0 == law.mode
    assert law.ppf(0.57) == pytest.approx(truth.ppf(0.5))
    assert law.mean == pytest.approx(0.86 * truth.mean())


def test_discrete_quantiles_step_at_the_summed_probabilities() -> None:
    law = chance.Discrete((200.0, 20.0), (0.3, 0.7))
    assert [law.ppf(u) for u in (0.1, 0.7, 0.7001, 0.999)] == [20, 20, 200, 200]
    assert law.mean == pytest.approx(74.0)
    assert law.mode == 20


def test_empirical_quantiles_are_the_inverse_of_the_step_function() -> None:
    values = (8.0, 3.0, 3.0, 20.0, 5.0, 1.0, 40.0)
    law = chance.Empirical(values)
    truth = np.quantile(values, SHARES, method="inverted_cdf")
    assert [law.ppf(share) for share in SHARES] == truth.tolist()
    assert law.mean == pytest.approx(np.mean(values))


def test_mode_of_observations_is_the_most_frequent_or_else_the_median() -> None:
    assert chance.Empirical((1, 9, 9, 4)).mode == 9
    assert chance.Empirical((1, 2, 3, 4, 5)).mode == 3


def test_fixed_is_always_itself() -> None:
    law = chance.Fixed(7.0)
    assert {law.ppf(0.01), law.mean, law.mode, *law.support} == {7.0}


def test_shifted_law_moves_everything() -> None:
    law = chance.shift(chance.Triangular(1, 2, 4), 10)
    assert law.mean == pytest.approx(37 / 3)
    assert (law.mode, law.support) == (12, (11, 14))
    assert chance.shift(chance.Fixed(1), 2) == chance.Fixed(3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: chance.Triangular(3, 2, 4),
        lambda: chance.Uniform(2, 1),
        lambda: chance.Lognormal(5, 4),
        lambda: chance.Exponential(0),
        lambda: chance.Weibull(1, 1, zero=1.0),
        lambda: chance.Discrete((1.0,), (0.9,)),
        lambda: chance.Empirical(()),
        lambda: chance.Normal(-100, 1, low=0),
        lambda: chance.Beta(0, 1),
        lambda: chance.Fixed(1).quantile(1.0),
    ],
)
def test_impossible_law_is_refused(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each law has its own wording
        make()


# --- draws ----------------------------------------------------------------------------------------

STREAMS = ["slip/cz-10", "scrub/ilrs-1", "failure"]


def _numbers(table: DrawTable, replication: int, count: int = 6) -> list[list[float]]:
    row = table.replication(replication)
    return [[row.u(stream) for _ in range(count)] for stream in range(len(table.stream_names))]


def test_numbers_do_not_depend_on_the_chunk() -> None:
    whole = DrawTable(42, STREAMS, 0, 10)
    for first, count in [(0, 3), (3, 4), (7, 3), (9, 1)]:
        part = DrawTable(42, STREAMS, first, count)
        for replication in range(first, first + count):
            assert _numbers(part, replication) == _numbers(whole, replication)


def test_new_stream_changes_no_other() -> None:
    before, after = DrawTable(42, STREAMS, 0, 2), DrawTable(42, ["new", *STREAMS[::-1]], 0, 2)
    assert _numbers(before, 1) == _numbers(after, 1)[:0:-1]


def test_order_of_asking_changes_nothing() -> None:
    table = DrawTable(42, STREAMS, 0, 1)
    row = table.replication(0)
    mixed = [row.u(stream) for stream in (2, 0, 1) * 6]
    assert [mixed[1::3], mixed[2::3], mixed[0::3]] == _numbers(table, 0)


def _philox(key: list[int], counter: list[int]) -> np.random.Philox:
    return np.random.Philox(key=np.array(key, dtype=np.uint64), counter=np.array(counter, dtype=np.uint64))


def test_first_four_draws_are_plain_numpy_philox() -> None:
    key = int.from_bytes(hashlib.blake2b(b"failure", digest_size=8).digest(), "little")
    words = _philox([42, key], [5, 0, 0, 0]).random_raw(4)
    expected = [((int(word) >> 12) + 0.5) / 2**52 for word in words]
    assert _numbers(DrawTable(42, STREAMS, 0, 9, sampling=RANDOM), 5, count=4)[2] == expected


@pytest.mark.parametrize("draw", range(4))
def test_each_block_of_32_replications_is_a_latin_hypercube(draw: int) -> None:
    table = DrawTable(42, STREAMS, 0, 96)
    numbers = np.array([_numbers(table, r, count=4)[1][draw] for r in range(96)]).reshape(3, 32)
    assert np.array_equal(np.sort(np.floor(32 * numbers), axis=1), np.tile(np.arange(32.0), (3, 1)))


def test_strata_of_two_streams_are_not_paired() -> None:
    """Over 4,000 blocks the correlation of their first draws is that of independent numbers, within 3 sigma."""
    table = DrawTable(42, STREAMS, 0, 128_000)
    first, second = (np.frombuffer(table.fill(stream)).reshape(-1, 4)[:, 0] for stream in (0, 1))
    assert abs(np.corrcoef(first, second)[0, 1]) < 3.0 / np.sqrt(128_000)


def test_stratified_numbers_are_uniform_within_their_stratum() -> None:
    within = 32.0 * np.frombuffer(DrawTable(3, ["a"], 0, 3200).fill(0)) % 1.0
    assert stats.kstest(within, "uniform").pvalue > 0.001


def test_draws_beyond_the_block_come_from_their_own_counters() -> None:
    key = int.from_bytes(hashlib.blake2b(b"failure", digest_size=8).digest(), "little")
    words = _philox([42, key], [0, 5, 0, 1]).random_raw(200)
    expected = [((int(word) >> 12) + 0.5) / 2**52 for word in words]
    assert _numbers(DrawTable(42, STREAMS, 5, 1), 5, count=204)[2][4:] == expected


def test_no_number_is_drawn_twice() -> None:
    table = DrawTable(7, STREAMS, 0, 50)
    drawn = [number for r in range(50) for stream in _numbers(table, r, count=40) for number in stream]
    assert len(set(drawn)) == len(drawn) == 50 * 3 * 40


def test_numbers_are_uniform() -> None:
    """Kolmogorov-Smirnov at 0.1 %, over replications and along one stream; the seed is fixed."""
    table = DrawTable(1, ["a"], 0, 5000)
    across = [table.replication(r).u(0) for r in range(5000)]
    row = table.replication(0)
    along = [row.u(0) for _ in range(5000)]
    assert stats.kstest(across, "uniform").pvalue > 0.001
    assert stats.kstest(along, "uniform").pvalue > 0.001


def test_seed_and_replication_change_the_numbers() -> None:
    first = _numbers(DrawTable(1, STREAMS, 0, 2), 0)
    assert first != _numbers(DrawTable(2, STREAMS, 0, 2), 0)
    assert first != _numbers(DrawTable(1, STREAMS, 0, 2), 1)


def test_numbers_lie_strictly_inside_the_unit_interval() -> None:
    extremes = draws._uniform(np.array([0, 2**64 - 1], dtype=np.uint64))
    assert 0 < extremes[0] < extremes[1] < 1


def test_wrong_table_is_refused() -> None:
    with pytest.raises(ValueError, match="seed"):
        DrawTable(-1, STREAMS, 0, 1)
    with pytest.raises(ValueError, match="same name"):
        DrawTable(1, ["a", "a"], 0, 1)
    with pytest.raises(IndexError):
        DrawTable(1, STREAMS, 3, 2).replication(5)


def test_module_is_imported_without_numpy() -> None:
    code = "import sys, sim.chance; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
