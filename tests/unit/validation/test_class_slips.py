"""The law of slip by class, worked out afresh beside what is stored with it."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from dashboards.figures.reliability_diagram import draw_reliability
from dashboards.page import render_page
from dashboards.validation import compose_validation
from sim.validation import class_slips
from sim.validation.class_slips import ClassSlips, class_slip_cases, forecast_left_out
from sim.validation.published import PublishedCase
from sim.validation.suite import Suite
from tests.unit.dashboards.sample import HOSTILE


@pytest.fixture(scope="module")
def found() -> ClassSlips:
    return forecast_left_out()


@pytest.fixture(scope="module")
def cases(found: ClassSlips) -> dict[str, PublishedCase]:
    return {case.id: case for case in class_slip_cases(found, 2035)}


def test_the_law_holds_what_it_must(cases: dict[str, PublishedCase]) -> None:
    assert [name for name, case in cases.items() if not case.met] == []


def test_the_law_is_compared_with_every_forecaster_of_the_stored_table(
    found: ClassSlips, cases: dict[str, PublishedCase]
) -> None:
    compared = [name for name in cases if name.startswith("class-crps-")]
    assert len(compared) == len(found.scores["forecasts"]) - 1


@pytest.mark.parametrize(
    ("place", "key", "value", "missed"),
    [
        ("forecasts", "crps", "239.5 d", "class-stored-crps"),
        ("forecasts", "inside", "90.0 %", "class-stored-coverage"),
        ("classes", "crps", "109 d", "class-stored-classes"),
    ],
)
def test_a_stored_table_that_is_not_what_comes_out_is_noticed(
    found: ClassSlips, place: str, key: str, value: str, missed: str
) -> None:
    block = copy.deepcopy(dict(found.stored.block))
    block["scores"][place][0][key] = value
    other = replace(found, stored=replace(found.stored, block=block))
    assert missed in [case.id for case in class_slips._stored(other) if not case.met]


def test_a_stored_law_that_is_not_what_comes_out_is_noticed(found: ClassSlips) -> None:
    block = copy.deepcopy(dict(found.stored.block))
    block["classes"]["parameters"]["location"] += 0.01
    other = replace(found, stored=replace(found.stored, block=block))
    assert "class-stored-parameters" in [case.id for case in class_slips._stored(other) if not case.met]


def test_halves_share_no_programme(found: ClassSlips) -> None:
    for fitted, held_back in class_slips._split(found.statements, 1):
        assert not set(fitted.programme) & set(held_back.programme)
        assert fitted.rows + held_back.rows == found.statements.rows


def test_the_page_draws_all_classes_each_agency_and_each_kind(
    found: ClassSlips, cases: dict[str, PublishedCase]
) -> None:
    page = compose_validation(Suite(tuple(cases.values()), (), found), runs=100, seed=1)
    cards = {card.id: card for section in page.sections for card in section.cards}
    agencies = len(set(found.statements.agency.tolist()))
    figure = cards["reliability-agency"].figure
    assert figure is not None
    assert len(figure.layout.annotations) == agencies
    assert {"reliability-all", "reliability-kind", "unseen-table"} <= set(cards)


def test_a_histogram_adds_up_to_all_rows(found: ClassSlips) -> None:
    (whole,) = found.reliability["all"]
    figure = draw_reliability("all", "", (whole,)).figure
    assert figure is not None
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert sum(float(np.sum(trace.y)) for trace in bars) == pytest.approx(100.0)


def test_names_of_classes_are_escaped(found: ClassSlips, cases: dict[str, PublishedCase]) -> None:
    agency = found.statements.agency.astype(object)
    agency[:] = HOSTILE
    strange = replace(found, statements=replace(found.statements, agency=agency))
    page = compose_validation(Suite(tuple(cases.values()), (), strange), runs=100, seed=1)
    assert HOSTILE not in render_page(page, single_file=False).html
