"""Figures as pictures: PNG or SVG files in the light theme, drawn by kaleido in a headless browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from dashboards import theme
from dashboards.card import Card
from sim.problems import InputError
from sim.study.files import require_no_link, write_whole

_WIDTH_PX = 1000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class ExportError(InputError):
    """Pictures cannot be made here; the message says what is missing."""


def export_cards(cards: Sequence[Card], folder: Path, suffix: str) -> list[Path]:
    """Write the figure of each card as `folder/<card>.<suffix>` and return the paths; `suffix` is png or svg.

    One browser draws them all. Raises ExportError without kaleido or a browser; OSError when the folder cannot be
    written.
    """
    kaleido, browser = _kaleido(), _browser()
    drawn = [card for card in cards if card.figure is not None]
    require_no_link(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{card.id}.{suffix}" for card in drawn]
    kaleido.start_sync_server(path=browser, silence_warnings=True)
    try:
        for card, path in zip(drawn, paths, strict=True):
            write_whole(folder, path.name, kaleido.calc_fig_sync(_light(card).to_dict(), opts=_options(card, suffix)))
    except RuntimeError as error:
        raise ExportError(f"the browser that draws pictures failed: {error}") from error
    finally:
        kaleido.stop_sync_server(silence_warnings=True)
    return paths


def _light(card: Card) -> go.Figure:
    """Return a card's figure on white ground, as it looks on paper."""
    return go.Figure(card.figure).update_layout(paper_bgcolor=theme.CARD, plot_bgcolor=theme.CARD)


def _options(card: Card, suffix: str) -> dict[str, Any]:
    height = card.figure.layout.height if card.figure is not None else None
    return {"format": suffix, "width": _WIDTH_PX, "height": height, "scale": 2}


def _browser() -> str:
    """Return the path of an installed browser; the variable that kaleido knows wins."""
    found = os.environ.get("BROWSER_PATH") or next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise ExportError("--export needs Chromium or Chrome: install one, or name it in BROWSER_PATH")
    return found


def _kaleido() -> Any:
    try:
        import kaleido
    except ImportError as error:
        raise ExportError("--export needs kaleido: pip install 'ilrs[export]'") from error
    return kaleido
