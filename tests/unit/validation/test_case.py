"""Cases against what they promise."""

from __future__ import annotations

import math

import pytest

from sim.validation.published import About, at_most, between, document, holds, near, share_tolerance

ABOUT = About("id", "kind", "source", "quantity", "note")


def test_a_case_is_missed_just_beyond_its_tolerance() -> None:
    assert near(ABOUT, 1.1, 1.0, 0.11).met
    assert not near(ABOUT, 1.1, 1.0, 0.09).met


def test_a_case_of_several_figures_is_missed_by_one_of_them() -> None:
    assert not near(ABOUT, [1.0, 2.2], [1.0, 2.0], 0.1).met


def test_a_case_of_another_number_of_figures_is_missed() -> None:
    assert not near(ABOUT, [1.0], [1.0, 2.0], 0.1).met


def test_a_figure_that_is_not_a_number_is_missed() -> None:
    assert not near(ABOUT, math.nan, 1.0, 10.0).met
    assert not at_most(ABOUT, math.nan, 1.0).met
    assert not between(ABOUT, math.nan, 0.0, 1.0).met


def test_one_sided_cases_and_ranges_hold_their_ends() -> None:
    assert at_most(ABOUT, 2.0, 2.0).met
    assert not at_most(ABOUT, 2.1, 2.0).met
    assert holds(ABOUT, 1.0, 3.0, 3.0).met
    assert not holds(ABOUT, 1.0, 3.0, 3.1).met


def test_the_tolerance_of_a_share_is_four_standard_errors() -> None:
    """Truth: sqrt(p (1 - p) / n)."""
    assert share_tolerance(0.5, 10_000) == pytest.approx(0.02)


def test_a_document_has_the_promised_keys() -> None:
    case = document([near(ABOUT, 1.0, 1.0, 0.1)])["cases"][0]
    assert list(case) == ["id", "kind", "source", "quantity", "ours", "theirs", "tolerance", "met", "note"]
