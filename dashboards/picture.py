"""One figure without a page: as a picture file, as Plotly alone, as a single offline HTML file."""

from __future__ import annotations

import datetime
import os
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from dashboards import formats, theme
from dashboards.card import Card, Key, Page, Section, Shape, Tile
from dashboards.page import render_each
from dashboards.translation import _
from sim.physics.epochs import iso_from_epoch
from sim.problems import InputError
from sim.study.files import require_no_link, write_whole

MINUTES_PER_DAY = 1440.0


def compose_picture(
    *,
    title: str,
    headline: str,
    verdict: str,
    tiles: tuple[Tile, ...],
    cards: tuple[Card, ...],
    footer: tuple[str, ...],
) -> Page:
    """Return the page of one result: what was found on top, then its figures."""
    return Page(
        title=f"{title} · ilrs",
        headline=headline,
        verdict=verdict,
        about=about_times(),
        tiles=tiles,
        sections=(Section("drawn", title, _("Figures"), cards),),
        footer=(*footer, _("Made with ilrs; the file needs no network and runs nothing but its own drawing code.")),
    )


def about_times() -> str:
    """Return in which time scale a page of physics speaks."""
    return _("Times are TDB (barycentric dynamical time), about 69 s ahead of UTC.")


def write_picture(compose: Callable[[], Page], path: Path) -> Path:
    """Write a page into one file, whole or not at all, and return its path; it is composed once for each language.

    Raises OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder", str(path))
    document = render_each(compose, single_file=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(document.html)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def day_text(epoch_d: float) -> str:
    """Return an epoch to the day: `5 Mar 2035`."""
    return formats.day_of(datetime.datetime.fromisoformat(iso_from_epoch(epoch_d)).date())


def minute_text(epoch_d: float) -> str:
    """Return an epoch to the minute: `2035-03-05 12:00`."""
    return iso_from_epoch(round(epoch_d * MINUTES_PER_DAY) / MINUTES_PER_DAY)[:16].replace("T", " ")


def span_text(first_d: float, last_d: float) -> str:
    """Return a span of epochs to the day: `1 Jan to 1 Feb 2035`."""
    return formats.between(day_text(first_d), day_text(last_d))


def hours_text(hours: float) -> str:
    """Return a length of time in hours below two days, else in days: `1.3 h`, `14.9 d`."""
    return formats.hours(hours, 1) if hours < 48.0 else formats.days(hours / 24.0, 1)


def percent_text(share: float) -> str:
    """Return a share with one decimal, `96.9 %`."""
    return formats.percent_exact(share)


_TITLE_LETTERS = 100
_EDGE_PX, _LINE_PX, _KEY_PX = 12, 20, 30
_SYMBOLS: Mapping[Shape, str] = {
    "band": "square",
    "pale": "square",
    "box": "square",
    "rim": "square-open",
    "dot": "circle",
    "cross": "x",
    "whisker": "line-ew",
    "diamond": "diamond",
}

_OPACITY: Mapping[Shape, float] = {"band": 0.3, "pale": 0.14}
"""Of what is filled: as the key of a page has it."""


def figure_alone(card: Card) -> go.Figure:
    """Return a card's figure with its title above and its key below, on white ground.

    Raises ValueError when the card has no figure.
    """
    if card.figure is None:
        raise ValueError(f"the card {card.id!r} is a table, not a figure")
    figure = go.Figure(card.figure)
    figure.for_each_trace(lambda trace: trace.update(showlegend=False))
    for key in card.keys:
        figure.add_trace(_entry(key))
    lines = [formats.figure_text(line) for line in textwrap.wrap(card.title, _TITLE_LETTERS)]
    above, below = 2 * _EDGE_PX + _LINE_PX * len(lines), _KEY_PX if card.keys else 0
    margin, height = figure.layout.margin, figure.layout.height or 400
    figure.update_layout(
        title={
            "text": "<br>".join(lines),
            "font": {"size": 15},
            **{"x": 0, "xref": "paper", "y": 1.0 - _EDGE_PX / (height + above + below), "yanchor": "top"},
        },
        margin={"t": (margin.t or 0) + above, "b": (margin.b or 0) + below},
        height=height + above + below,
        paper_bgcolor=theme.CARD,
        plot_bgcolor=theme.CARD,
        showlegend=bool(card.keys),
        legend={"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"},
    )
    return figure


def _entry(key: Key) -> go.Scatter:
    """Return a trace without points that stands in the legend for one entry of the key."""
    name = formats.figure_text(key.label)
    if key.shape == "line":
        line = {"color": key.colour, "dash": key.dash}
        return go.Scatter(x=[None], y=[None], mode="lines", line=line, name=name, showlegend=True)
    marker = {"color": key.colour, "symbol": _SYMBOLS[key.shape], "size": 10, "opacity": _OPACITY.get(key.shape, 1.0)}
    if key.shape in ("whisker", "rim"):
        marker["line"] = {"color": key.colour, "width": 2}
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, showlegend=True)


_WIDTH_PX = 1000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class ExportError(InputError):
    """Pictures cannot be made here; the message says what is missing."""


def export_cards(cards: Sequence[Card], folder: Path, suffix: str) -> list[Path]:
    """Write the figure of each card as `folder/<card>.<suffix>` and return the paths; `suffix` is png or svg.

    One browser draws them all. Raises ExportError without kaleido or a browser; OSError when the folder cannot be
    written.
    """
    kaleido, browser = _kaleido(), find_browser("--export")
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


def find_browser(wanted_by: str) -> str:
    """Return the path of an installed browser; the variable that kaleido knows wins. Raises ExportError."""
    found = os.environ.get("BROWSER_PATH") or next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise ExportError(f"{wanted_by} needs Chromium or Chrome: install one, or name it in BROWSER_PATH")
    return found


def _kaleido() -> Any:
    try:
        import kaleido
    except ImportError as error:
        raise ExportError("--export needs kaleido: pip install 'ilrs[export]'") from error
    return kaleido
