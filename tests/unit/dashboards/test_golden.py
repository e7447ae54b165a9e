"""Every figure is, to nine digits, the one that was looked at and kept."""

from __future__ import annotations

import json

import plotly
import pytest

from tests.unit.dashboards.golden import FOLDER, figure_text, golden_cards

CARDS = golden_cards()
KEPT_WITH = "6."
"""Plotly 5, which Python 3.10 gets, writes some defaults differently."""

pytestmark = pytest.mark.skipif(
    not plotly.__version__.startswith(KEPT_WITH), reason="the kept figures were written by plotly 6"
)


def test_every_figure_is_kept() -> None:
    assert sorted(CARDS) == sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", CARDS)
def test_a_figure_is_the_one_that_was_kept(name: str) -> None:
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert json.loads(figure_text(CARDS[name])) == kept
