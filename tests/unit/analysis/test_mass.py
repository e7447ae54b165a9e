"""Mass on the surface over time, counted landing by landing, is what counting it day by day gives."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.estimates import quantiles
from sim.analysis.find import BAR_SHARES, _mass_quantiles

CLOSE_KG = 1e-6
"""Masses of tonnes added in another order."""


def test_mass_counted_by_landing_is_mass_counted_by_day() -> None:
    """Truth is the plain definition: for each day the sum of what has landed by then, in each replication."""
    random = np.random.default_rng(4)
    landed = random.uniform(-5.0, 130.0, (40, 7))
    landed[random.random(landed.shape) < 0.2] = np.inf
    landed[0, 0], masses, grid = 50.0, random.uniform(10.0, 900.0, 7), np.arange(0.0, 101.0, 10.0)
    for day, found in zip(grid, _mass_quantiles(landed, masses, grid), strict=True):
        truth = [one.value for one in quantiles((landed <= day) @ masses, BAR_SHARES)]
        assert found == pytest.approx(truth, abs=CLOSE_KG)
