"""What the drawn figures' own uncertainty adds, against models whose chance with known figures is known.

In each model the chance p(theta) with the figures theta is a formula, so that the share of the draws of theta that a
stated range holds can be counted. A range at 80 % holds 80 % of them, in the mean over studies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.analysis.outline import Drawn, outline_of
from sim.analysis.uncertainty import FEWEST, LEVEL, Explained, explain, figure_scores
from sim.campaign.compile import compile_campaign
from sim.campaign.slips import ClassSlip
from sim.chance import DrawTable
from sim.model.simulate import simulate_chunk, simulate_nominal
from sim.sampling import LATIN_HYPERCUBE
from sim.scenario.load import load_scenario

Floats = NDArray[np.float64]
NULL = 8
"""Figures that are drawn and decide nothing."""
STUDIES = 60
MEAN_ERROR = 0.03
"""Four standard errors of a mean over 60 studies: a range of one study holds 80 % with a deviation of 5 to 6 %."""
KINKED = 0.05
"""What the model may miss where dates have a kink in the figures."""

CLASS_SCENARIO = """
format: 1
name: one-slip
calendar: {start: 2026-01-01, end: 2070-01-01, as_of: 2026-01-01}
goals: {ready: {by: 2031-08-01, needs: [a]}}
slips:
  programmes:
    source: made up
    confidence: low
    classes:
      form: {offset: 60 d, shift: 1, dof: 5, tail: 0.1 %, reference_lead: 1 yr}
      parameters: {location: 0.2, location.china: -0.1, spread: -1.0}
      covariance: [[0.02, 0.005, 0], [0.005, 0.01, 0], [0, 0, 0.03]]
      unknown: {location: 0.2, spread: 0.1}
      programme_correlation: {value: 0.45, sd: 0.08}
      across_correlation: 0.05
activities:
  a: {finish: 2030-01-01, slip: {class: {agency: china, kind: china}}}
"""


def study(seed: int, n: int, dates_of: Callable[[Floats, Floats], Floats]) -> tuple[Floats, Explained]:
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, 2 + NULL))
    dates = dates_of(scores, rng.standard_normal((n, 2)))
    found = explain(dates, scores)
    assert found is not None
    return dates, found


def held(dates: Floats, found: Explained, by: float, chances: Floats) -> float:
    """Return the share of the chances over the figures that the stated range holds."""
    low, high = found.chance(np.array(np.mean(dates <= by)), dates.size)
    return float(np.mean((chances >= low) & (chances <= high)))


def additive(scores: Floats, luck: Floats) -> Floats:
    return np.exp(0.6 * scores[:, 0] + 0.3 * scores[:, 1] + luck[:, 0])


def additive_chances(scores: Floats, by: float) -> Floats:
    return ndtr(math.log(by) - 0.6 * scores[:, 0] - 0.3 * scores[:, 1])


def ending(scores: Floats, luck: Floats) -> Floats:
    dates = additive(scores, luck)
    return np.where(dates > 1.5, np.inf, dates)  # 36 % are not reached by the calendar's end


def later(scores: Floats, luck: Floats) -> Floats:
    return np.maximum(0.7 * scores[:, 0] + luck[:, 0], 0.7 * scores[:, 1] + luck[:, 1])


def later_chances(scores: Floats, by: float) -> Floats:
    return ndtr(by - 0.7 * scores[:, 0]) * ndtr(by - 0.7 * scores[:, 1])


THETA = np.random.default_rng(99).standard_normal((4000, 2))


@pytest.mark.parametrize("by", [0.25, 1.0, 1.4])
@pytest.mark.parametrize("dates_of", [additive, ending])
def test_range_holds_its_share_of_the_chances_with_known_figures(
    dates_of: Callable[[Floats, Floats], Floats], by: float
) -> None:
    chances = additive_chances(THETA, by)
    found = [held(*study(seed, 500, dates_of), by, chances) for seed in range(STUDIES)]
    assert np.mean(found) == pytest.approx(LEVEL, abs=MEAN_ERROR)


@pytest.mark.parametrize("by", [-0.5, 0.5, 1.5])
def test_range_nearly_holds_its_share_where_the_later_of_two_branches_decides(by: float) -> None:
    chances = later_chances(THETA, by)
    found = [held(*study(seed, 500, later), by, chances) for seed in range(STUDIES)]
    assert np.mean(found) == pytest.approx(LEVEL, abs=KINKED)


@pytest.mark.parametrize("q", [0.5, 0.8])
def test_range_of_a_quantile_holds_its_share_of_the_quantiles_with_known_figures(q: float) -> None:
    from scipy.special import ndtri

    quantiles = np.exp(THETA @ (0.6, 0.3) + ndtri(q))
    found = []
    for seed in range(STUDIES):
        dates, explained = study(seed, 500, additive)
        low, high = np.quantile(dates, explained.levels(q))
        found.append(np.mean((quantiles >= low) & (quantiles <= high)))
    assert np.mean(found) == pytest.approx(LEVEL, abs=MEAN_ERROR)


def test_interval_of_the_explained_share_holds_the_true_one() -> None:
    true = 0.45 / 1.45
    found = [study(seed, 500, additive)[1] for seed in range(200)]
    assert np.mean([one.low <= true <= one.high for one in found]) > 0.9  # 95 % less four standard errors


def test_explained_share_is_not_inflated_by_figures_that_decide_nothing() -> None:
    found = [study(seed, 300, lambda scores, luck: luck[:, 0])[1].share for seed in range(STUDIES)]
    assert np.median(found) < 0.01


def test_range_does_not_shrink_with_the_number_of_replications() -> None:
    widths = []
    for n in (400, 20_000):
        dates, found = study(1, n, additive)
        low, high = found.chance(np.array(np.mean(dates <= 1.0)), n)
        widths.append(float(high - low))
    assert widths[1] == pytest.approx(widths[0], rel=0.2)


def test_range_of_a_chance_of_none_stays_above_none() -> None:
    found = Explained(((0.3, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), 0.2, 0.4, 500.0, 4)
    assert found.chance(np.array(0.0), 500)[1] > 0.0


def test_nothing_is_told_without_drawn_figures() -> None:
    assert explain(np.arange(500.0), np.empty((500, 0))) is None


def test_nothing_is_told_when_hardly_any_replication_reaches_the_goal() -> None:
    rng = np.random.default_rng(0)
    dates = np.full(500, np.inf)
    dates[: FEWEST - 1] = np.arange(FEWEST - 1)
    assert explain(dates, rng.standard_normal((500, 2))) is None


def test_one_date_for_all_is_decided_by_no_figure() -> None:
    found = explain(np.ones(500), np.random.default_rng(0).standard_normal((500, 2)))
    assert found is not None
    assert found.share == 0.0


def test_dates_that_follow_a_figure_alone_are_all_explained() -> None:
    scores = np.random.default_rng(0).standard_normal((500, 2))
    found = explain(scores[:, 0], scores)
    assert found is not None
    assert found.share > 0.98  # the ends of 500 normal scores are a little short of normal


def test_figures_that_vary_together_count_once() -> None:
    drawn = Drawn(streams=("figure/x", "figure/y"), weights=((1.0, 1.0), (2.0, 2.0)), records=("quality/r",))
    assert figure_scores(drawn, 1, np.arange(10), LATIN_HYPERCUBE).shape == (10, 2)


def test_scores_of_a_replication_do_not_depend_on_the_others() -> None:
    drawn = Drawn(streams=("figure/x",), weights=((0.5,),))
    whole = figure_scores(drawn, 7, np.arange(700), LATIN_HYPERCUBE)
    assert np.array_equal(whole[650:], figure_scores(drawn, 7, np.arange(650, 700), LATIN_HYPERCUBE))


def test_range_of_a_slip_by_class_holds_its_share_of_what_the_law_says_with_known_figures(tmp_path: Path) -> None:
    file, n = tmp_path / "one-slip.yaml", 3000
    file.write_text(CLASS_SCENARIO)
    campaign = compile_campaign(load_scenario(file))
    drawn = outline_of(campaign, simulate_nominal(campaign)).drawn
    dates = np.array([one.reached_d[campaign.goals[0].reached] for one in simulate_chunk(campaign, 5, 0, n)])
    found = explain(dates, figure_scores(drawn, 5, np.arange(n), LATIN_HYPERCUBE))
    assert found is not None
    slip = campaign.activities[0].slip
    assert slip is not None
    assert isinstance(slip.law, ClassSlip)
    laws = [
        replace(slip.law.law, location=location, log_spread=spread)
        for location, spread in np.array(DrawTable(1, campaign.streams, 0, 2000, campaign.luck).draw_figures()).T
    ]
    for by in np.quantile(dates, (0.25, 0.5, 0.75)):
        chances = np.array([law.cdf(by - campaign.activities[0].planned_d) for law in laws])
        assert held(dates, found, by, chances) == pytest.approx(LEVEL, abs=KINKED)


def test_outline_lists_the_figures_that_are_drawn(tmp_path: Path) -> None:
    file = tmp_path / "one-slip.yaml"
    file.write_text(CLASS_SCENARIO)
    campaign = compile_campaign(load_scenario(file))
    drawn = outline_of(campaign, simulate_nominal(campaign)).drawn
    assert "figure/programmes/spread" in drawn.streams


def test_outline_lists_no_figure_that_is_kept_at_its_best(tmp_path: Path) -> None:
    file = tmp_path / "one-slip.yaml"
    file.write_text(CLASS_SCENARIO)
    campaign = compile_campaign(load_scenario(file, sets=("uncertainty.figures=off",)))
    assert outline_of(campaign, simulate_nominal(campaign)).drawn == Drawn()
