"""The card: one finding with its picture, how to read it, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import plotly.graph_objects as go

Shape = Literal["line", "band", "pale", "box", "rim", "dot", "cross", "whisker", "diamond"]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a figure's key: what a colour, dash or shape means."""

    label: str
    colour: str
    """A palette colour, `#RRGGBB`."""
    shape: Shape = "line"
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers as text; plain text, escaped where it is printed."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Columns that are set flush right."""
    unbroken: frozenset[int] = frozenset()
    """Columns whose cells stay on one line."""
    faded: frozenset[int] = frozenset()
    """Rows that are history."""
    links: tuple[str, ...] = ()
    """Addresses that the first cell of each row leads to, relative to the page; empty ones lead nowhere."""
    stacked: bool = False
    """Whether a phone shows each row as a card even where there are few columns."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A choice above a figure: (key, what the reader sees), the first chosen at first."""

    label: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RowViews:
    """Rows of a figure on an axis of names, which the reader orders and filters."""

    menus: tuple[Menu, ...]
    labels: Mapping[str, str]
    """By name on the axis: what stands beside the row, in Plotly's pseudo-HTML."""
    short: Mapping[str, str]
    """The same on a phone."""
    views: Mapping[str, tuple[str, ...]]
    """By the chosen keys, joined by `|`: the rows from the top. The first is shown at first."""
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By the last chosen key: the ends of the horizontal axis."""
    row_px: int = 22
    above_px: int = 70


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a card shows for another choice of the reader, in the same figure."""

    title: str
    data: tuple[Mapping[str, Any], ...]
    """By trace: what is put in its place."""
    layout: Mapping[str, Any]
    """Dotted Plotly paths."""


@dataclass(frozen=True, slots=True)
class Card:
    """One finding: `title` says it, `reading` says how to read the figure, `table` holds what was drawn."""

    id: str
    title: str
    reading: str
    figure: go.Figure | None = None
    table: Table | None = None
    keys: tuple[Key, ...] = ()
    shown: Table | None = None
    """A table that is the picture itself and stands open."""
    note: str = ""
    """A warning printed under the figure."""
    wide: bool = True
    """Whether it takes the page's full width."""
    run: str = ""
    """The kept replication it shows; the reader chooses one, and the cards of the others are hidden."""
    narrow: Mapping[str, Any] = field(default_factory=dict)
    """Layout changes on a phone: dotted Plotly paths. Annotations named `wide` are left out there."""
    rows: RowViews | None = None
    """Views of its rows, with menus to choose among them."""
    alternatives: Mapping[str, Alternative] = field(default_factory=dict)
    """By the run that the reader chooses: what is drawn for it; without one the card is hidden then."""


@dataclass(frozen=True, slots=True)
class Section:
    """A question of the reader and the cards that answer it."""

    id: str
    title: str
    short: str
    """For the navigation."""
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the headline row."""

    label: str
    value: str
    detail: str
    accent: str = ""
    """A palette colour for its edge."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What scripts of ours draw and move, from data that stand in the page: below the lead, above the sections."""

    data: Mapping[str, Any]
    scripts: tuple[str, ...]
    """Names of the assets that draw it; they run as one, in this order."""
    style: str
    """Name of the asset with its layout."""


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One line of a panel: what, how much, and in small letters what else is to be said."""

    text: str
    value: str
    detail: str
    address: str = ""
    """Of the card that tells more, `#id`."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A short list of the first screen."""

    title: str
    rows: tuple[PanelRow, ...]
    foot: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page in plain text and cards."""

    title: str
    """Of the browser's tab."""
    headline: str
    verdict: str
    about: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    """Paragraphs."""
    panels: tuple[Panel, ...] = ()
    """Below the tiles; what the page is about then follows them."""
    sheet: bool = False
    """Whether it is made for one sheet of A4."""
    links: tuple[tuple[str, str], ...] = ()
    """(word, address relative to the page) of pages that belong to it."""
    choice: str = ""
    """What stands before the menu of runs; "Show the" if not said."""
    scene: Scene | None = None
