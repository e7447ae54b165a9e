"""The law of slip as a ratio to the lead, against scipy's Student t and adaptive quadrature."""

from __future__ import annotations

import math

import pytest
from scipy import integrate, stats

from sim.chance.ratio import RatioLaw

FAR = RatioLaw(800.0, location=0.2, log_spread=-0.7, offset_d=60.0)
NEAR = RatioLaw(20.0, location=-0.1, log_spread=-0.7, offset_d=60.0)
LAWS = (FAR, NEAR, RatioLaw(0.0, 0.1, 0.0, 30.0), RatioLaw(2000.0, 0.1, 0.0, 60.0, shift=0.8, dof=3.0, tail=0.01))


def slip_of(law: RatioLaw, t: float) -> float:
    ratio = math.exp(law.location + math.exp(law.log_spread) * t) - law.shift
    return max((law.lead_d + law.offset_d) * ratio, -law.lead_d)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.9, 0.999])
def test_a_quantile_is_that_of_the_cut_t(law: RatioLaw, share: float) -> None:
    t = float(stats.t.ppf(law.tail + share * (1.0 - 2.0 * law.tail), law.dof))
    assert law.ppf(share) == pytest.approx(slip_of(law, t), rel=1e-12)


@pytest.mark.parametrize("law", LAWS)
def test_the_share_below_a_quantile_is_its_share(law: RatioLaw) -> None:
    assert law.cdf(law.ppf(0.7)) == pytest.approx(0.7, abs=1e-12)


@pytest.mark.parametrize("law", LAWS)
def test_the_mean_is_that_of_adaptive_quadrature(law: RatioLaw) -> None:
    low = float(stats.t.ppf(law.tail, law.dof))

    def part(t: float) -> float:
        return slip_of(law, t) * float(stats.t.pdf(t, law.dof))

    found, _ = integrate.quad(part, low, -low, epsabs=0.0, epsrel=1e-11, limit=1000)
    assert law.mean == pytest.approx(found / (1.0 - 2.0 * law.tail), rel=1e-9)


def test_nothing_comes_before_the_day_it_was_said() -> None:
    assert NEAR.ppf(1e-6) == -20.0 == NEAR.support[0]
    assert NEAR.cdf(-20.1) == 0.0 < NEAR.cdf(-20.0)


def test_the_mode_is_where_the_density_is_greatest() -> None:
    step = 1e-3

    def density(slip_d: float) -> float:
        return (FAR.cdf(slip_d + step) - FAR.cdf(slip_d - step)) / (2.0 * step)

    assert density(FAR.mode) > max(density(FAR.mode - 20.0), density(FAR.mode + 20.0))


def test_the_mode_of_a_law_without_a_peak_is_its_median() -> None:
    wide = RatioLaw(800.0, 0.2, 0.9, 60.0)
    assert wide.mode == wide.ppf(0.5)


@pytest.mark.parametrize(
    "wrong", [{"lead_d": -1.0}, {"lead_d": 0.0, "offset_d": 0.0}, {"tail": 0.0}, {"dof": 0.0}, {"location": math.inf}]
)
def test_a_law_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="slip"):
        RatioLaw(**({"lead_d": 10.0, "location": 0.0, "log_spread": 0.0, "offset_d": 5.0} | wrong))


@pytest.mark.parametrize(("location", "log_spread"), [(900.0, 0.0), (0.0, 900.0), (453.0, 5.0)])
def test_a_slip_beyond_all_numbers_is_later_than_any_calendar(location: float, log_spread: float) -> None:
    law = RatioLaw(
        lead_d=1000.0, offset_d=60.0, location=location, log_spread=log_spread, shift=1.0, dof=5.0, tail=1e-3
    )
    latest = law.ppf(1.0 - 1e-12)
    assert 1e100 < latest < math.inf
