"""A figure outside a page has an entry in its legend for each entry of the page's key."""

from __future__ import annotations

from typing import get_args

import plotly.graph_objects as go
import pytest

from dashboards.card import Card, Key, Shape
from dashboards.picture import figure_alone


@pytest.mark.parametrize("shape", get_args(Shape))
def test_every_shape_of_a_key_has_its_entry(shape: Shape) -> None:
    figure = figure_alone(Card("x", "A title", "", go.Figure(), keys=(Key("named", "#000000", shape),)))
    assert [trace.name for trace in figure.data if trace.showlegend] == ["named"]


def test_words_of_the_scenario_stay_letters_in_title_and_key() -> None:
    figure = figure_alone(Card("x", "<b>t</b>", "", go.Figure(), keys=(Key("<b>k</b>", "#000000"),)))
    assert "<b>" not in figure.layout.title.text + figure.data[0].name


def test_a_table_is_no_figure() -> None:
    with pytest.raises(ValueError, match="is a table"):
        figure_alone(Card("x", "t", ""))
