"""Forecasts as weighted samples, and their scores."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration.scores import crps, judge, of_points, of_samples

SAMPLE = np.random.default_rng(1).normal(100.0, 50.0, (1, 200))
NO, YES = np.array([False]), np.array([True])


@pytest.mark.parametrize("actual_d", [-500.0, 90.0, 130.0, 900.0])
def test_the_score_of_a_sample_is_that_of_gneiting_and_raftery(actual_d: float) -> None:
    assert of_samples(SAMPLE).crps_d(np.array([actual_d]), NO) == pytest.approx([crps(SAMPLE[0], actual_d)])


@pytest.mark.parametrize("cut_d", [-500.0, 90.0, 900.0])
def test_the_score_of_an_open_date_is_that_of_both_sides_cut_at_it(cut_d: float) -> None:
    expected = crps(np.minimum(SAMPLE[0], cut_d), cut_d)
    assert of_samples(SAMPLE).crps_d(np.array([cut_d]), YES) == pytest.approx([expected], abs=1e-9)


def test_the_score_of_one_date_is_its_error() -> None:
    assert of_points([30.0]).crps_d(np.array([-12.0]), NO) == pytest.approx([42.0])


def test_a_plan_that_may_still_come_later_than_it_said_scores_what_is_proved() -> None:
    assert of_points([30.0]).crps_d(np.array([10.0]), YES) == pytest.approx([0.0])
    assert of_points([30.0]).crps_d(np.array([50.0]), YES) == pytest.approx([20.0])


def test_weights_count() -> None:
    said = of_samples(np.array([[0.0, 10.0]]), np.array([0.95, 0.05]))
    assert said.quantile_d(0.9) == pytest.approx([0.0])


def test_an_open_date_is_inside_until_it_is_proved_outside() -> None:
    said = of_samples(np.repeat(SAMPLE, 3, axis=0))
    judged = judge(said, np.array([-500.0, 100.0, 900.0]), np.array([True, True, True]))
    assert judged.inside.tolist() == [True, True, False]


def test_a_date_that_came_before_p10_is_below() -> None:
    assert judge(of_samples(SAMPLE), np.array([-500.0]), NO).below.tolist() == [True]


def test_the_middle_of_a_sample_lies_at_one_half() -> None:
    assert of_samples(np.array([[1.0, 2.0, 3.0]])).share_up_to(np.array([2.0])) == pytest.approx([0.5])
