"""The fit of the slip law by class, on tables drawn from a law that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.calibration import class_model
from sim.calibration.class_model import GROUPS, Form, design, earned_groups, effects_of, fit_classes, weights_of
from tests.unit.calibration.made_up import LOCATION, SPREAD, made_up

PLAIN = ("location.agency", "location.kind")


def location_of(fit: class_model.ClassFit, agency: str, kind: str) -> tuple[float, float]:
    """Return the location of a class with its standard error."""
    names = [one.name for one in fit.effects]
    row = np.array([1.0 if name in ("location", f"location.{agency}", f"location.{kind}") else 0.0 for name in names])
    return float(row @ fit.estimate), float(np.sqrt(row @ fit.covariance @ row))


@pytest.mark.parametrize("agency", ["fast", "slow"])
def test_the_location_of_a_class_is_found_again(agency: str) -> None:
    value, sd = location_of(fit_classes(made_up(1, 200), correlation=0.0, groups=PLAIN), agency, "first")
    assert value == pytest.approx(LOCATION[agency] + LOCATION["first"], abs=3.0 * sd)
    assert sd < 0.06


def test_the_spread_is_found_again() -> None:
    fit = fit_classes(made_up(2, 200), correlation=0.0, groups=PLAIN)
    assert fit.estimate[-1] == pytest.approx(np.log(SPREAD), abs=3.0 * np.sqrt(fit.covariance[-1, -1]))


def test_what_has_not_come_yet_does_not_pull_the_law_early() -> None:
    cut = made_up(3, 200, open_after_d=400.0)
    assert cut.open.mean() > 0.3
    value, sd = location_of(fit_classes(cut, correlation=0.0, groups=PLAIN), "slow", "first")
    assert value == pytest.approx(LOCATION["slow"] + LOCATION["first"], abs=3.0 * sd)


def test_a_class_of_one_row_stays_near_the_others() -> None:
    statements = made_up(4, 100)
    agency = statements.agency.astype("<U8")
    agency[0] = "stranger"
    slip_d = statements.slip_d.copy()
    slip_d[0] = 10.0 * statements.lead_d[0]
    fit = fit_classes(replace(statements, agency=agency, slip_d=slip_d), correlation=0.0, groups=PLAIN)
    own = np.log(1.0 + slip_d[0] / (statements.lead_d[0] + Form().offset_d))
    assert location_of(fit, "stranger", str(statements.kind[0]))[0] < 0.5 * own


def test_statements_that_repeat_each_other_count_as_one() -> None:
    weights = weights_of(np.array(["a", "a", "a", "b"]), 1.0)
    assert weights == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1.0])


def test_independent_statements_all_count() -> None:
    assert weights_of(np.array(["a", "a", "b"]), 0.0) == pytest.approx([1.0, 1.0, 1.0])


def test_eighty_percent_intervals_of_a_class_hold_its_location_four_times_in_five() -> None:
    """Programmes of correlated missions, weighted down: 60 tables, 4 classes each, two standard errors."""
    held = []
    for seed in range(60):
        statements = made_up(100 + seed, 60, 3, correlation=0.45)
        fit = fit_classes(statements, correlation=0.45, groups=PLAIN)
        for agency in ("fast", "slow"):
            for kind in ("first", "series"):
                value, sd = location_of(fit, agency, kind)
                held.append(abs(value - LOCATION[agency] - LOCATION[kind]) < 1.2816 * sd)
    assert np.mean(held) == pytest.approx(0.8, abs=2.0 * np.sqrt(0.8 * 0.2 / 60))


def test_effects_that_are_not_there_earn_no_parameters() -> None:
    same = replace(made_up(5, 120), agency=np.array(["fast", "slow"] * 120))
    assert "location.cell" not in earned_groups(same, correlation=0.0)


def test_effects_that_are_there_earn_theirs() -> None:
    statements = made_up(6, 120)
    both = (statements.agency == "slow") & (statements.kind == "series")
    slip_d = np.where(both, statements.slip_d + 2.0 * statements.lead_d, statements.slip_d)
    assert "location.cell" in earned_groups(replace(statements, slip_d=slip_d), correlation=0.0)


def test_the_slope_of_the_posterior_is_that_of_its_height() -> None:
    statements = made_up(7, 20, open_after_d=500.0)
    effects = effects_of(statements, GROUPS)
    location, spread = design([one.name for one in effects], Form(), statements)
    ratio = np.log(statements.slip_d / (statements.lead_d + 60.0) + 1.0)
    problem = class_model._Problem(ratio, statements.open, np.ones(statements.rows), location, spread, 5.0)
    at = np.random.default_rng(0).normal(0.0, 0.2, len(effects))
    sd = np.full(len(effects), 0.3)
    _, slope, curvature = class_model._posterior(problem, sd, at)
    step = 1e-5
    for index in range(len(effects)):
        up, down = at.copy(), at.copy()
        up[index] += step
        down[index] -= step
        above, below = (class_model._posterior(problem, sd, one) for one in (up, down))
        assert slope[index] == pytest.approx((above[0] - below[0]) / (2 * step), abs=1e-5)
        assert -curvature[index] == pytest.approx((above[1] - below[1]) / (2 * step), abs=1e-4)


def test_effects_of_location_take_no_scatter_from_the_spread() -> None:
    """40 tables of 24 missions with 8 locations to fit: a common maximum has the spread a tenth too small."""
    off = []
    for seed in range(40):
        statements = made_up(300 + seed, 24, 1)
        agency = np.array([f"agency-{number % 6}" for number in range(24)])
        named = replace(statements, agency=agency)
        fit = fit_classes(named, correlation=0.0, groups=PLAIN, group_sd=dict.fromkeys(PLAIN, 3.0))
        off.append(fit.estimate[-1] - np.log(SPREAD))
    assert abs(np.mean(off)) < 2.0 * np.std(off) / np.sqrt(40)
