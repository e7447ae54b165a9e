"""A picture: the page of one result of physics, as a single offline HTML file."""

from __future__ import annotations

import datetime
import os
import tempfile
from pathlib import Path

from dashboards.card import Card, Page, Section, Tile
from dashboards.page import render_page
from sim.physics.epochs import iso_from_epoch

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
        about="Times are TDB (barycentric dynamical time), about 69 s ahead of UTC.",
        tiles=tiles,
        sections=(Section("drawn", title, "Figures", cards),),
        footer=(*footer, "Made with ilrs; the file needs no network and runs nothing but its own drawing code."),
    )


def write_picture(page: Page, path: Path) -> Path:
    """Write a page into one file, whole or not at all, and return its path.

    Raises OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(0, "it is a folder", str(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(render_page(page, single_file=True).html)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def day_text(epoch_d: float) -> str:
    """Return an epoch to the day: `5 Mar 2035`."""
    date = datetime.datetime.fromisoformat(iso_from_epoch(epoch_d))
    return f"{date.day} {date:%b %Y}"


def minute_text(epoch_d: float) -> str:
    """Return an epoch to the minute: `2035-03-05 12:00`."""
    return iso_from_epoch(round(epoch_d * MINUTES_PER_DAY) / MINUTES_PER_DAY)[:16].replace("T", " ")


def span_text(first_d: float, last_d: float) -> str:
    """Return a span of epochs to the day: `1 Jan to 1 Feb 2035`."""
    return f"{day_text(first_d)} to {day_text(last_d)}"


def hours_text(hours: float) -> str:
    """Return a length of time in hours below two days, else in days: `1.3 h`, `14.9 d`."""
    return f"{hours:.1f} h" if hours < 48.0 else f"{hours / 24.0:.1f} d"


def percent_text(share: float) -> str:
    """Return a share with one decimal, `96.9 %`."""
    return f"{100.0 * share:.1f} %"
