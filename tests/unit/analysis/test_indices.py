"""Indices agree with functions whose indices are known exactly, and with an independent implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

from sim.analysis.indices import sobol_indices, tornado

Floats = NDArray[np.float64]
NAMES = ("x1", "x2", "x3")
A, B = 7.0, 0.1


def ishigami(x: Floats) -> Floats:
    """Evaluate Ishigami's function, shape (n, 3) -> (n,)."""
    found: Floats = np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    return found


def evaluated(n: int, seed: int = 1) -> tuple[Floats, Floats, Floats]:
    """Evaluate the function on a Saltelli design."""
    both = (qmc.Sobol(6, rng=np.random.default_rng(seed)).random(n) * 2.0 - 1.0) * math.pi
    first, second = both[:, :3], both[:, 3:]
    mixed = []
    for column in range(3):
        one = first.copy()
        one[:, column] = second[:, column]
        mixed.append(ishigami(one))
    return ishigami(first), ishigami(second), np.array(mixed)


def exact() -> dict[str, tuple[float, float]]:
    """Return first and total index of each input.

    Source: Ishigami and Homma (1990), closed form: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225.
    """
    v1, v2, v13 = 0.5 * (1 + B * math.pi**4 / 5) ** 2, A**2 / 8, 8 * B**2 * math.pi**8 / 225
    whole = v1 + v2 + v13
    return {"x1": (v1 / whole, (v1 + v13) / whole), "x2": (v2 / whole, v2 / whole), "x3": (0.0, v13 / whole)}


NEAR = 0.015
"""Sampling error of an index with 4096 quasi-random points, three times over."""


def test_the_indices_of_ishigamis_function_are_its_exact_ones() -> None:
    for found in sobol_indices(NAMES, *evaluated(4096), resamples=2):
        first, total = exact()[found.name]
        assert found.first.value == pytest.approx(first, abs=NEAR)
        assert found.total.value == pytest.approx(total, abs=NEAR)


def test_the_intervals_hold_the_exact_indices() -> None:
    for found in sobol_indices(NAMES, *evaluated(512), resamples=400):
        first, total = exact()[found.name]
        assert found.first.low - NEAR <= first <= found.first.high + NEAR
        assert found.total.low - NEAR <= total <= found.total.high + NEAR


def test_scipy_gives_the_same_indices() -> None:
    """scipy.stats.sobol_indices implements the same pair of estimators."""
    a, b, ab = evaluated(1024)
    theirs = stats.sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": ab[:, None]}, n=1024)
    ours = {one.name: one for one in sobol_indices(NAMES, a, b, ab, resamples=2)}
    for index, name in enumerate(NAMES):
        assert ours[name].total.value == pytest.approx(float(np.ravel(theirs.total_order)[index]), abs=1e-3)
        assert ours[name].first.value == pytest.approx(float(np.ravel(theirs.first_order)[index]), abs=NEAR)


def test_points_of_failed_cases_are_left_out() -> None:
    a, b, ab = evaluated(256)
    holed = ab.copy()
    holed[1, :8] = math.nan
    assert sobol_indices(NAMES, a, b, holed, resamples=5) == sobol_indices(NAMES, a[8:], b[8:], ab[:, 8:], resamples=5)


def test_what_never_varies_explains_nothing() -> None:
    found = sobol_indices(("x",), np.ones(8), np.ones(8), np.ones((1, 8)), resamples=5)
    assert (found[0].first.value, found[0].total.value) == (0.0, 0.0)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        sobol_indices(("x",), np.ones(3), np.ones(3), np.ones((1, 3)))


def test_a_tornado_shows_paired_differences_widest_first() -> None:
    """Against 10, 20, 30 the one input adds 1, 2, 3 and takes 1 each; the other adds 10 each."""
    base = np.array([10.0, 20.0, 30.0])
    found = tornado(
        base,
        [("a", "low", base - 1.0), ("a", "high", base + np.array([1.0, 2.0, 3.0])), ("b", "high", base + 10.0)],
    )
    assert [one.name for one in found] == ["b", "a"]
    assert [(value, mean.value) for value, mean in found[1].ends] == [("low", -1.0), ("high", 2.0)]
    assert found[1].width == 3.0
