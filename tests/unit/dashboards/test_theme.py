"""The palette: one look per meaning, a dark twin for every colour."""

from __future__ import annotations

import json
import re

import pytest

from dashboards import theme
from dashboards.card import Card
from dashboards.report import compose_page
from sim.campaign.causes import CAUSE_FAMILY
from tests.unit.dashboards.sample import sample_findings

CARDS = [card for section in compose_page(sample_findings()).sections for card in section.cards]
DRAWN = [card for card in CARDS if card.figure is not None]
CLEAR = "rgba(0,0,0,0)"


def colours_in(card: Card) -> set[str]:
    """Return every colour that stands in a figure's JSON."""
    assert card.figure is not None
    text = card.figure.to_json()
    return set(re.findall(r"#[0-9A-Fa-f]{6}\b|rgba\([^)]*\)", text)) - {CLEAR}


@pytest.mark.parametrize("card", DRAWN, ids=lambda card: card.id)
def test_every_colour_of_a_figure_has_a_dark_twin(card: Card) -> None:
    assert colours_in(card) <= set(theme.DARK)


def test_families_of_causes_are_told_apart_by_colour() -> None:
    colours = [theme.FAMILY_COLOUR[family] for family in set(CAUSE_FAMILY.values())]
    assert len(colours) == len(set(colours))


def test_vehicle_classes_are_told_apart_by_colour_and_dash() -> None:
    assert len(set(theme.VEHICLE_KINDS.values())) == len(theme.VEHICLE_KINDS)


def test_the_first_seven_goals_are_told_apart() -> None:
    assert len({theme.goal_style(index) for index in range(7)}) == 7


@pytest.mark.parametrize("card", DRAWN, ids=lambda card: card.id)
def test_titles_are_left_to_the_page(card: Card) -> None:
    """Plotly's titles do not wrap; they are cut off on a narrow screen."""
    assert card.figure is not None
    layout = json.loads(card.figure.to_json())["layout"]
    assert "title" not in layout
    assert layout["showlegend"] is False


@pytest.mark.parametrize("card", DRAWN, ids=lambda card: card.id)
def test_no_error_bar_lies_on_a_date_axis(card: Card) -> None:
    """Plotly draws none there and says nothing. Source: plotly.js issue 3722."""
    assert card.figure is not None
    figure = json.loads(card.figure.to_json())
    dated = figure["layout"]["xaxis"].get("type") == "date"
    assert not (dated and any("error_x" in trace for trace in figure["data"]))


@pytest.mark.parametrize("card", DRAWN, ids=lambda card: card.id)
def test_dates_in_lines_and_words_are_iso_text(card: Card) -> None:
    assert card.figure is not None
    layout = json.loads(card.figure.to_json())["layout"]
    if layout["xaxis"].get("type") != "date":
        return
    placed = [s["x0"] for s in layout.get("shapes", ())]
    placed += [a["x"] for a in layout.get("annotations", ()) if a.get("xref") != "paper"]
    assert [x for x in placed if not re.fullmatch(r"\d{4}-\d\d-\d\d", str(x))] == []
