"""Shared luck: coefficients become draws that move together, and what is known moves what is not."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.chance import DrawTable, Figures, JointDraws, Together
from sim.chance.correlation import AmbiguousError, Bundle, ImpossibleError, Kin, Member, SharedGroup, entwine

COUNT = 4000
ERROR = 4.0 / math.sqrt(COUNT)
"""Four standard errors of a coefficient of correlation near 0."""


def group(coefficient: float, count: int, *, name: str = "g") -> tuple[list[Member], dict[str, SharedGroup]]:
    members = [Member(f"m{number}", frozenset({name})) for number in range(count)]
    return members, {name: SharedGroup(name, coefficient, count)}


def in_programme(programme: str, observed: float | None = None) -> Member:
    return Member(programme, kin=Kin("law", programme, True, 0.45, 0.05), observed=observed)


def covariance(bundle: Bundle) -> NDArray[np.float64]:
    weights = np.array(bundle.weights)
    return np.asarray(weights @ weights.T)


def draws(bundle: Bundle, *, seed: int = 3, block: int = COUNT) -> NDArray[np.float64]:
    """Return the first draws of the bundle's members, shape (replications, members)."""
    names = [*(f"m{place}" for place in bundle.members), *bundle.factors, "outside"]
    count = len(bundle.members)
    factors = tuple(range(count, count + len(bundle.factors)))
    together = Together(tuple(range(count)), (*factors, *range(count)), bundle.offsets, bundle.weights)
    rows = []
    for first in range(0, COUNT, block):
        table = DrawTable(seed, names, first, block, JointDraws((together,)))
        rows += [[table.replication(first + row).u(member) for member in range(count)] for row in range(block)]
    return np.array(rows)


def normal_scores(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(stats.norm.ppf(shares))


# --- coefficients -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coefficient", [0.45, -0.3])
def test_group_has_its_coefficient_between_every_pair(coefficient: float) -> None:
    (bundle,) = entwine(*group(coefficient, 3))
    expected = np.full((3, 3), coefficient)
    np.fill_diagonal(expected, 1.0)
    np.testing.assert_allclose(covariance(bundle), expected, atol=1e-12)


def test_items_of_a_law_share_its_programmes_and_less_across_them() -> None:
    (bundle,) = entwine([in_programme("p"), in_programme("p"), in_programme("q")], {})
    expected = [[1.0, 0.45, 0.05], [0.45, 1.0, 0.05], [0.05, 0.05, 1.0]]
    np.testing.assert_allclose(covariance(bundle), expected, atol=1e-12)


def test_smaller_group_decides_for_a_pair_that_two_groups_name() -> None:
    members = [Member("a", frozenset("xy")), Member("b", frozenset("xy")), Member("c", frozenset("x"))]
    (bundle,) = entwine(members, {"x": SharedGroup("x", 0.2, 3), "y": SharedGroup("y", 0.5, 2)})
    np.testing.assert_allclose(covariance(bundle)[0], [1.0, 0.5, 0.2], atol=1e-12)


def test_two_groups_of_one_size_may_not_differ_about_a_pair() -> None:
    members = [Member("a", frozenset("xy")), Member("b", frozenset("xy"))]
    with pytest.raises(AmbiguousError):
        entwine(members, {"x": SharedGroup("x", 0.2, 2), "y": SharedGroup("y", 0.5, 2)})


def test_values_that_no_coefficient_joins_are_left_alone() -> None:
    assert entwine([Member("a"), Member("b")], {}) == ()


def test_three_values_cannot_all_go_against_each_other_by_more_than_a_half() -> None:
    assert entwine(*group(-0.49, 3))
    with pytest.raises(ImpossibleError):
        entwine(*group(-0.51, 3))


def test_values_that_go_along_with_a_third_cannot_be_independent() -> None:
    members = [Member("a", frozenset("x")), Member("b", frozenset("xy")), Member("c", frozenset("y"))]
    with pytest.raises(ImpossibleError) as refused:
        entwine(members, {"x": SharedGroup("x", 0.9, 2), "y": SharedGroup("y", 0.9, 2)})
    assert set(refused.value.members) == {0, 1, 2}


# --- draws --------------------------------------------------------------------------------------------------------


def test_correlated_draws_stay_uniform() -> None:
    found = draws(entwine(*group(0.6, 3))[0])
    assert min(stats.kstest(found[:, member], "uniform").pvalue for member in range(3)) > 1e-3


@pytest.mark.parametrize("coefficient", [0.6, -0.4])
def test_normal_scores_of_the_draws_have_the_coefficient(coefficient: float) -> None:
    scores = normal_scores(draws(entwine(*group(coefficient, 3))[0]))
    found = np.asarray(np.corrcoef(scores.T))[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found, coefficient, atol=ERROR)


def test_draws_outside_every_group_are_the_same_bits() -> None:
    names = ["a", "b", "outside"]
    together = Together((0, 1), (0, 1), (0.0, 0.0), ((1.0, 0.0), (0.8, 0.6)))
    plain, shared = DrawTable(1, names, 0, 9), DrawTable(1, names, 0, 9, JointDraws((together,)))
    assert shared.fill(2) == plain.fill(2)


def test_correlated_draws_do_not_depend_on_how_replications_are_shared_out() -> None:
    bundle = entwine([in_programme("p", 1.0), in_programme("p"), in_programme("p"), in_programme("q")], {})[0]
    np.testing.assert_array_equal(draws(bundle), draws(bundle, block=40))


def test_draws_beyond_the_first_block_are_correlated_too() -> None:
    together = Together((0, 1), (0, 1), (0.0, 0.0), ((1.0, 0.0), (0.8, 0.6)))
    luck = DrawTable(1, ["a", "b"], 0, 1, JointDraws((together,))).replication(0)
    scores = normal_scores(np.array([[luck.u(0), luck.u(1)] for _ in range(2000)]))[4:]
    assert np.asarray(np.corrcoef(scores.T))[0, 1] == pytest.approx(0.8, abs=4 * 0.36 / math.sqrt(2000))


def test_another_member_of_a_group_changes_no_draw_of_the_rest() -> None:
    two, three = draws(entwine(*group(0.5, 2))[0]), draws(entwine(*group(0.5, 3))[0])
    np.testing.assert_allclose(two, three[:, :2], atol=1e-12)


def test_figures_are_jointly_normal_around_their_best_values() -> None:
    figures = Figures((0, 1), (5.0, -1.0), ((2.0, 0.0), (0.6, 0.8)))
    table = DrawTable(7, ["a", "b"], 0, COUNT, JointDraws((), figures))
    found = np.array([[luck.figure(0), luck.figure(1)] for luck in map(table.replication, range(COUNT))])
    np.testing.assert_allclose(found.mean(axis=0), [5.0, -1.0], atol=2.0 * ERROR)
    np.testing.assert_allclose(np.cov(found.T), [[4.0, 1.2], [1.2, 1.0]], atol=6.0 * ERROR)


def test_figures_do_not_depend_on_how_replications_are_shared_out() -> None:
    figures = Figures((0, 1), (5.0,), ((0.3, 0.7),))
    whole, part = (DrawTable(7, ["a", "b"], first, 30, JointDraws((), figures)) for first in (0, 20))
    shared = range(20, 30)
    assert [whole.replication(n).figure(0) for n in shared] == [part.replication(n).figure(0) for n in shared]


# --- learning -----------------------------------------------------------------------------------------------------


def test_observed_items_move_the_next_one_by_the_closed_form() -> None:
    """Source: of k scores with correlation r, the next has mean k r z / (1 + (k - 1) r) for their mean z and variance
    1 - k r^2 / (1 + (k - 1) r); Anderson (2003), section 2.5.
    """
    seen, r = (1.2, 0.4, 0.8), 0.45
    members = [*(in_programme("p", score) for score in seen), in_programme("p")]
    (bundle,) = entwine(members, {})
    below = 1.0 + (len(seen) - 1) * r
    assert bundle.offsets[0] == pytest.approx(r * sum(seen) / below)
    assert covariance(bundle)[0, 0] == pytest.approx(1.0 - len(seen) * r * r / below)


def test_each_further_late_flight_makes_the_next_one_later_and_surer() -> None:
    bundles = [entwine([*[in_programme("p", 1.0)] * count, in_programme("p")], {})[0] for count in (1, 2, 3, 4)]
    assert all(one.offsets[0] < two.offsets[0] for one, two in pairwise(bundles))
    assert all(covariance(one)[0, 0] > covariance(two)[0, 0] for one, two in pairwise(bundles))


def test_what_flew_in_another_programme_teaches_little() -> None:
    (bundle,) = entwine([in_programme("p", 1.0), in_programme("q")], {})
    assert bundle.offsets[0] == pytest.approx(0.05)


def test_observed_member_of_a_group_moves_the_others() -> None:
    members, groups = group(-0.5, 2)
    (bundle,) = entwine([Member("seen", frozenset("g"), observed=2.0), members[1]], groups)
    assert bundle.offsets[0] == pytest.approx(-1.0)
