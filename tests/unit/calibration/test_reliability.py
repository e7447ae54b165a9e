"""Reliability and the probability integral transform, rows still open included."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.calibration.scores import LEVELS, ForecastReliability, Judged, by_class, reliability_of
from tests.unit.calibration.made_up import made_up


def judged(share: np.ndarray) -> Judged:
    return Judged(share < 0.1, share > 0.9, np.zeros(share.size), share)


def look(share: np.ndarray, still_open: np.ndarray | None = None) -> ForecastReliability:
    """Return the reliability of these transforms, each of its own programme."""
    size = share.size
    everything = made_up(1, size, 1)
    is_open = np.zeros(size, dtype=np.bool_) if still_open is None else still_open
    statements = replace(everything, open=is_open)
    return reliability_of("all", statements, judged(share), np.ones(size, dtype=np.bool_))


def test_a_forecaster_that_is_right_lies_on_the_diagonal() -> None:
    found = look((np.arange(1000) + 0.5) / 1000)
    assert found.observed == pytest.approx(LEVELS, abs=1e-3)
    assert found.decided == pytest.approx(np.full(10, 0.1))


def test_a_forecaster_that_is_too_late_lies_above_the_diagonal() -> None:
    found = look(((np.arange(1000) + 0.5) / 1000) ** 2)
    assert (found.observed > LEVELS).all()
    assert found.far_off


def test_a_row_still_open_is_spread_from_what_it_has_passed_to_the_end() -> None:
    found = look(np.full(50, 0.5), np.ones(50, dtype=np.bool_))
    assert found.open == pytest.approx([0.0] * 5 + [0.2] * 5)
    assert found.decided == pytest.approx(np.zeros(10))


def test_rows_cut_off_where_they_are_still_open_leave_a_right_forecaster_right() -> None:
    """Uniform transforms, those beyond a random limit known only to lie beyond it."""
    rng = np.random.default_rng(5)
    share, limit = rng.uniform(size=(2, 20_000))
    still_open = share > limit
    found = look(np.where(still_open, limit, share), still_open)
    assert still_open.mean() > 0.4
    assert found.observed == pytest.approx(LEVELS, abs=0.02)


def test_the_bars_are_all_rows() -> None:
    rng = np.random.default_rng(6)
    found = look(rng.uniform(size=60), rng.uniform(size=60) > 0.5)
    assert found.decided.sum() + found.open.sum() == pytest.approx(1.0)


def test_the_band_is_that_of_programmes_not_of_rows() -> None:
    statements = made_up(2, 40, 5)
    found = by_class(statements, judged(np.full(200, 0.5)))["all"][0]
    assert found.band_at(0.5) == pytest.approx(1.645 * np.sqrt(0.25 / 40), abs=1e-3)


def test_every_row_is_in_one_agency_and_one_kind() -> None:
    statements = made_up(3, 12)
    found = by_class(statements, judged(np.full(24, 0.5)))
    assert sum(one.rows for one in found["agency"]) == sum(one.rows for one in found["kind"]) == 24
