"""The map of the house names what there is, layer by layer, in the order of the data."""

from __future__ import annotations

import importlib

import pytest

from docs.map import WAY, Stop, map_svg
from tests.layers import LAYERS


def test_the_map_shows_every_layer_in_its_order() -> None:
    drawn = map_svg()
    assert sorted(LAYERS, key=lambda row: drawn.index(f">{'  '.join(row)}<")) == list(LAYERS)


@pytest.mark.parametrize("stop", [stop for stop in WAY if stop.name], ids=lambda stop: stop.name)
def test_every_form_of_the_figure_is_where_the_map_says(stop: Stop) -> None:
    module, _, name = stop.name.rpartition(".")
    assert module.startswith(stop.layer)
    assert hasattr(importlib.import_module(module), name)


def test_the_map_fits_on_a_screen() -> None:
    """A laptop shows some 1280 by 720 points below its browser's bars."""
    width, height = map(int, map_svg().partition('viewBox="0 0 ')[2].partition('"')[0].split())
    assert width <= 1280
    assert height <= 760
