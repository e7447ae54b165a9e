"""Shares of the spread agree with sums whose variance is known, and the ranking with the stated doubt."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.estimates import Mean
from sim.analysis.guesses import DOUBT, StreamEffect, effects, first_draws, rank_guesses
from sim.chance import DrawTable
from sim.sampling import LATIN_HYPERCUBE

N = 4000
NEAR = 0.03
"""Sampling error of a share with 4000 replications and 8 bins, three times over, and what the bins lose."""


def test_the_shares_of_a_sum_of_uniforms_are_those_of_its_variances() -> None:
    """100 u + 50 v: 10000 : 2500, so 80 % and 20 %; w does nothing and is left out."""
    u = np.random.default_rng(1).random((N, 3))
    found = effects(("u", "v", "w"), u, 100.0 * u[:, 0] + 50.0 * u[:, 1])
    assert [one.stream for one in found] == ["u", "v"]
    assert [one.share for one in found] == pytest.approx([0.8, 0.2], abs=NEAR)


def test_the_worst_fifth_less_the_best_is_what_the_stream_moves() -> None:
    """The mean of 100 u over u > 0.8 is 90, over u < 0.2 it is 10; a stream that brings dates forward counts alike."""
    u = np.random.default_rng(2).random((N, 1))
    for sign in (1.0, -1.0):
        (found,) = effects(("u",), u, sign * 100.0 * u[:, 0])
        assert found.worst_less_best.value == pytest.approx(80.0, abs=1.0)


def test_what_only_chance_suggests_is_left_out() -> None:
    """Of 200 streams that do nothing, none differs at a level that holds for all of them together."""
    rng = np.random.default_rng(3)
    assert effects([str(number) for number in range(200)], rng.random((500, 200)), rng.normal(size=500)) == ()


def test_too_few_replications_are_refused() -> None:
    with pytest.raises(ValueError, match="200 replications"):
        effects(("u",), np.zeros((10, 1)), np.zeros(10))


def test_a_doubtful_figure_comes_before_a_trusted_one_that_moves_a_little_more() -> None:
    """A quarter of the variance of 100 d is 50 d; 0.36 is 60 d, but weighs a fifth."""
    nothing = Mean(1.0, 0.5, 1.5, 2, 0.0)
    some = [StreamEffect("a", 0.36, nothing), StreamEffect("b", 0.15, nothing), StreamEffect("c", 0.10, nothing)]
    figures = {"a": ("x", "measured", "high"), "b": ("y", "estimate", "low"), "c": ("y", "estimate", "low")}
    ranked = rank_guesses(some, figures, 100.0)
    assert [(one.path, round(one.moves_d, 9)) for one in ranked] == [("y", 50.0), ("x", 60.0)]
    assert ranked[1].weight == pytest.approx(60.0 * DOUBT["high"])


def test_the_draws_are_those_the_simulation_makes() -> None:
    """The first number of stream `b` in replication 7, as the model gets it."""
    table = DrawTable(5, ("a", "b"), 7, 1)
    assert first_draws(("a", "b"), 5, np.array([6, 7]), LATIN_HYPERCUBE)[1, 1] == table.replication(7).u(1)
