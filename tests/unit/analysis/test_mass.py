"""Mass on the surface over time, counted landing by landing, is what counting it day by day gives."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.estimates import quantiles
from sim.analysis.find import BAR_SHARES, MASS_STEPS, _mass_quantiles

MASSES = {
    "whole tonnes": (np.array([1000.0, 3000.0, 4500.0, 500.0, 3000.0, 2500.0, 8000.0]), 1e-6),
    "any": (np.random.default_rng(5).uniform(10.0, 900.0, 7), 7 * 0.5 * 7 * 900.0 / MASS_STEPS),
    "a large base": (np.random.default_rng(6).uniform(1e4, 1e5, 7), 7 * 0.5 * 7e5 / MASS_STEPS),
}
"""Masses, and how far off a sum may be: nothing but rounding, or half a step for each of seven."""


@pytest.mark.parametrize("name", MASSES)
@pytest.mark.parametrize("end_d", [100.0, 96.5])
def test_mass_counted_by_landing_is_mass_counted_by_day(name: str, end_d: float) -> None:
    """Truth is the plain definition: for each day the sum of what has landed by then, in each replication."""
    random, (masses, close_kg) = np.random.default_rng(4), MASSES[name]
    reached = random.uniform(-5.0, 130.0, (40, 9))
    reached[random.random(reached.shape) < 0.2] = np.inf
    reached[0, 0], reached[1, 2], reached[2, 3] = 50.0, end_d, 0.0
    columns, grid = [0, 2, 3, 4, 5, 7, 8], np.arange(0.0, 101.0, 10.0).clip(max=end_d)
    for day, found in zip(grid, _mass_quantiles(reached, columns, masses, grid), strict=True):
        truth = [one.value for one in quantiles((reached[:, columns] <= day) @ masses, BAR_SHARES)]
        assert found == pytest.approx(truth, abs=close_kg)


def test_a_plan_that_lands_nothing_has_no_mass() -> None:
    found = _mass_quantiles(np.zeros((3, 1)), [], np.zeros(0), np.array([0.0, 10.0]))
    assert list(found) == [(0.0, 0.0, 0.0)] * 2
