"""Fitted laws against scipy, against what ships, and against data drawn from a known law."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.calibration.catalogue import catalogue_text
from sim.calibration.laws import Calibrated, calibrate, shipped_tables
from sim.calibration.slip import Pairs, fit_slip
from sim.calibration.weibull import fit_growth, fit_stand_down, fit_weibull, shape_of_variation
from sim.scenario.load import load_scenario
from sim.scenario.schema import Scenario

PLACE = """
format: 1
name: remade
calendar: {start: 2030-01-01, end: 2031-01-01}
goals: {done: {by: 2030-12-31, needs: [work]}}
activities: {work: {duration: 1 d, source: a test}}
extends: EXTENDS
"""


@pytest.fixture(scope="module")
def fitted() -> list[Calibrated]:
    return [calibrate(path) for path in shipped_tables()]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Scenario]:
    """Read a catalogue file as a scenario sees it."""
    folder = tmp_path_factory.mktemp("remade")

    def read_text(text: str) -> Scenario:
        (folder / "laws.yaml").write_text(text, encoding="utf-8")
        return _with_laws(folder, "laws.yaml")

    return read_text


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Return a scenario with the laws that ship."""
    return _with_laws(tmp_path_factory.mktemp("shipped"), "catalogue/slips.yaml")


def _with_laws(folder: Path, laws: str) -> Scenario:
    (folder / "all.yaml").write_text(PLACE.replace("EXTENDS", laws), encoding="utf-8")
    return load_scenario(folder / "all.yaml").scenario


def test_the_shipped_laws_are_what_the_command_remakes(
    fitted: list[Calibrated], read: Callable[[str], Scenario], shipped: Scenario
) -> None:
    """Truth: scenarios/catalogue/slips.yaml, every figure of its fitted laws."""
    remade = read(catalogue_text(fitted))
    assert set(remade.slips) == {"iss-cargo", "lunar-programmes"}
    for name, law in remade.slips.items():
        assert (law.rows, law.beyond) == (shipped.slips[name].rows, shipped.slips[name].beyond), name
    assert set(remade.priors) == {"new-design", "new-variant", "established"}
    for name, prior in remade.priors.items():
        assert (prior.early, prior.mature) == (shipped.priors[name].early, shipped.priors[name].mature), name


def test_a_shipped_law_that_fails_its_own_test_is_not_trusted(
    fitted: list[Calibrated], read: Callable[[str], Scenario], shipped: Scenario
) -> None:
    """Truth: the confidence the command gives to the same fit."""
    remade = read(catalogue_text(fitted))
    failing = [name for name, law in remade.slips.items() if law.confidence == "low"]
    assert failing == ["iss-cargo"]
    assert [shipped.slips[name].confidence for name in failing] == ["low"]


def test_the_weibull_fit_is_scipys(fitted: list[Calibrated]) -> None:
    """Truth: scipy.stats.weibull_min.fit with its place held at zero; it stops at about 1e-4."""
    values = stats.weibull_min.rvs(1.3, scale=40.0, size=300, random_state=1)
    shape, _, scale = stats.weibull_min.fit(values, floc=0)
    assert fit_weibull(values) == pytest.approx((shape, scale), rel=1e-3)


def test_a_shape_has_its_coefficient_of_variation() -> None:
    """Truth: scipy's moments."""
    law = stats.weibull_min(2.06)
    assert shape_of_variation(float(law.std() / law.mean())) == pytest.approx(2.06, abs=1e-9)


def test_intervals_of_a_row_hold_the_law_it_was_drawn_from() -> None:
    """Truth: 400 missions of Weibull 1.2 and 50 d with 10 % zeros."""
    rng = np.random.default_rng(3)
    slip = np.where(rng.random(400) < 0.1, 0.0, 50.0 * rng.weibull(1.2, 400))
    pairs = Pairs(tuple(str(n) for n in range(400)), np.full(400, 60.0) + rng.random(400), slip)
    row = fit_slip(pairs).rows[0]
    assert row.zero.low < 0.1 < row.zero.high
    assert row.shape.low < 1.2 < row.shape.high
    assert row.scale_d.low < 50.0 < row.scale_d.high
    assert row.goodness.p_value > 0.05


def test_goodness_of_fit_refuses_a_law_that_is_not_weibull() -> None:
    """Two heaps, at 1 and at 100 d, are no Weibull law."""
    rng = np.random.default_rng(3)
    slip = np.concatenate([1.0 + 0.1 * rng.random(100), 100.0 + rng.random(100)])
    pairs = Pairs(tuple(str(n) for n in range(200)), np.full(200, 60.0) + rng.random(200), slip)
    assert fit_slip(pairs).rows[0].goodness.p_value < 0.01


def test_the_mean_slip_is_that_of_the_quantiles(fitted: list[Calibrated]) -> None:
    """Truth: the integral of the quantile function, by 20,000 midpoints."""
    law = fitted[0].fit
    shares = (np.arange(20_000) + 0.5) / 20_000
    for lead_d in (30.0, 150.0, 300.0, 700.0):
        assert law.ppf(lead_d, shares).mean() == pytest.approx(law.mean_d(lead_d), rel=2e-3)  # type: ignore[union-attr]


def test_a_lognormal_stand_down_has_the_median_and_p90_it_was_drawn_from() -> None:
    """Truth: the law itself, within its interval."""
    days = stats.lognorm.rvs(0.8, scale=160.0, size=60, random_state=2)
    fit = fit_stand_down(days)
    assert fit.median_d.low < 160.0 < fit.median_d.high
    assert fit.p90_d.low < float(stats.lognorm.ppf(0.9, 0.8, scale=160.0)) < fit.p90_d.high


def test_growth_finds_the_curve_it_was_counted_from() -> None:
    """Truth: 3 % + 27 % exp(-(k - 1) / 2), counts of 10,000 flights each."""
    n = 10_000
    rates = [0.03 + 0.27 * np.exp(-k / 2.0) for k in range(6)]
    fit = fit_growth([n] * 6, [round(n * rate) for rate in rates], (300, n))
    assert fit.first == pytest.approx(0.30, abs=0.002)
    assert fit.flights == pytest.approx(2.0, abs=0.03)
    assert fit.p_value > 0.5


@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0], [0.0, 1.0]])
def test_too_little_for_a_weibull_law_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="Weibull"):
        fit_weibull(np.array(values))
