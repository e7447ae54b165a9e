"""Sensitivity indices agree with the exact ones of two small networks."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis import sensitivity

RUNS = 20_000
SAMPLING = 0.02
"""Three standard errors of a share or correlation of 20,000 runs are 0.011; the reference allows 0.02."""


def _race() -> sensitivity.Sensitivity:
    """Return the first of two activities side by side, T = max(X, Y), both uniform on [0, 1]."""
    days = np.random.default_rng(1).uniform(size=(RUNS, 2))
    on_chain = days == days.max(axis=1, keepdims=True)
    found = sensitivity.rank_activities(("x", "y"), on_chain, days, days.max(axis=1))
    return next(item for item in found if item.name == "x")


def _series() -> dict[str, sensitivity.Sensitivity]:
    """Return a big and a small activity in series, T = S + W."""
    rng = np.random.default_rng(2)
    days = np.column_stack([rng.triangular(9, 10, 14, RUNS), rng.uniform(0.9, 1.1, RUNS)])
    found = sensitivity.rank_activities(("S", "W"), np.ones_like(days, bool), days, days.sum(axis=1))
    return {item.name: item for item in found}


def test_of_two_equal_activities_side_by_side_each_is_critical_half_the_time() -> None:
    """Source: by symmetry, CI = 1/2."""
    assert _race().criticality.value == pytest.approx(0.5, abs=SAMPLING)


def test_significance_of_two_equal_activities_side_by_side_is_root_three_eighths() -> None:
    """Source: sd(X) = 1/sqrt(12), sd(max) = 1/sqrt(18), so SSI = sqrt(18/12)/2 = 0.6123724."""
    assert _race().significance == pytest.approx(0.6123724, abs=SAMPLING)


def test_cruciality_of_two_equal_activities_side_by_side_is_exact() -> None:
    """Source: cov(X, max) = 1/24, so r = sqrt(12 * 18) / 24 = 0.6123724; Spearman from 1e6 runs."""
    found = _race()
    assert found.cruciality.value == pytest.approx(0.6123724, abs=SAMPLING)
    assert found.rank_cruciality.value == pytest.approx(0.597, abs=SAMPLING)


@pytest.mark.parametrize(("name", "ssi", "cri"), [("S", 0.9986, 0.9986), ("W", 0.0534, 0.0522)])
def test_an_activity_that_is_always_critical_may_decide_nothing(name: str, ssi: float, cri: float) -> None:
    """Source: definitions of Vanhoucke, Measuring Time (2010): S triangular(9, 10, 14), W U(0.9, 1.1)."""
    found = _series()[name]
    assert found.criticality.value == 1.0
    assert found.significance == pytest.approx(ssi, abs=SAMPLING)
    assert found.cruciality.value == pytest.approx(cri, abs=SAMPLING)


def test_the_most_significant_activity_comes_first() -> None:
    assert list(_series()) == ["S", "W"]


def test_correlation_interval_is_fishers() -> None:
    """Source: r = 0.5 and n = 28 give atanh(r) = 0.5493, half width 1.96/5, hence [0.1560, 0.7358]."""
    rng = np.random.default_rng(3)
    x, noise = rng.normal(size=28), rng.normal(size=28)
    x -= x.mean()
    noise -= noise.mean()
    noise -= x * (x @ noise) / (x @ x)
    y = 0.5 * x / np.linalg.norm(x) + np.sqrt(0.75) * noise / np.linalg.norm(noise)
    found = sensitivity.correlation(x, y)
    assert found.value == pytest.approx(0.5, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((0.1560, 0.7358), abs=0.5e-4)


def test_replications_not_reached_count_for_criticality_and_not_for_spread() -> None:
    finish = [1.0, 2.0, 3.0, 4.0, np.inf]
    days = [[1.0], [2.0], [3.0], [4.0], [np.inf]]
    (found,) = sensitivity.rank_activities(("x",), [[True]] * 4 + [[False]], days, finish)
    assert (found.criticality.k, found.criticality.n) == (4, 5)
    assert found.cruciality.pairs == 4
    assert found.significance == pytest.approx(0.8)


def test_a_fixed_duration_has_no_cruciality() -> None:
    (found,) = sensitivity.rank_activities(("x",), [[True]] * 5, [[2.0]] * 5, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.cruciality.value is None
    assert found.significance == 0.0


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        sensitivity.rank_activities(("x", "y"), [[True]], [[1.0]], [1.0])
