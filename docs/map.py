"""Draw the map of the house, docs/images/map.svg: the packages, and the way of one figure from file to page.

`docs/generate.py` writes it with the reference pages. What it names exists: `tests/docs/test_map.py` looks it up.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from tests.layers import LAYERS

ROOT: Final = Path(__file__).resolve().parents[1]
SHARED: Final = "words for what is wrong, units, dates, working time, distributions and draws"


class Stop(NamedTuple):
    """One form that the figure takes: the layer it is in, what it is there, and in a few words why."""

    layer: str
    name: str
    """`module.Name` below `sim` or `dashboards`; empty for text in a file."""
    shown: str
    about: str


WAY: Final = (
    Stop("sim.scenario", "", "record: {flights: 9}", "text in a file"),
    Stop("sim.scenario", "sim.scenario.text.Node", "Node, Mark", "merged, with its place"),
    Stop("sim.scenario", "sim.scenario.layered.Layered", "Layered.values", "plain values"),
    Stop("sim.scenario", "sim.scenario.schema.Record", "Record", "checked, in a Launcher"),
    Stop("sim.campaign", "sim.campaign.plan.Reliability", "Reliability", "a Beta distribution"),
    Stop("sim.model", "sim.model.resources.Class", "Class", "drawn, then by flight"),
    Stop("sim.model", "sim.model.sample.Sample", "Sample", "days by cause, by run"),
    Stop("sim.study", "sim.study.tables.Column", "*.parquet", "the Sample on disk"),
    Stop("sim.analysis", "sim.analysis.findings.CauseDays", "CauseDays", "means, in Findings"),
    Stop("dashboards", "dashboards.card.Card", "Card", "picture, table, words"),
    Stop("dashboards", "dashboards.page.render_page", "report.html", "one offline page"),
)
"""The success of a launcher, from the file to the page."""

_WIDTH, _ROW, _TOP, _LEFT, _PACKAGES = 1180, 43, 64, 16, 446
_BOX, _GAP = 158, 14
_INK, _SOFT, _LINE, _FILL, _STOP, _BLUE = "#1C2430", "#566070", "#98A2AF", "#F3F6F9", "#E3F0F8", "#0072B2"


def map_svg() -> str:
    """Return the map as SVG text."""
    height = _TOP + _ROW * len(LAYERS) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        "font-family=\"system-ui, 'DejaVu Sans', sans-serif\">",
        "<title>The packages, and the way of one figure from file to page</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#FFFFFF"/>',
        _text(_LEFT, 26, "Packages: each imports from those above", 15, bold=True),
        _text(_LEFT + _PACKAGES + 24, 26, f"A launcher's success takes {len(WAY)} forms", 15, bold=True),
        _text(_LEFT + _PACKAGES + 24, 46, "from the scenario file to the page; the numbers are the order", 12, _SOFT),
    ]
    for number, row in enumerate(LAYERS):
        parts += _package(row, _TOP + _ROW * number)
    parts += _way()
    return "\n".join([*parts, "</svg>"]) + "\n"


def _package(row: tuple[str, ...], top: int) -> Iterator[str]:
    said = SHARED if len(row) > 1 else _first_sentence(row[0])
    yield _box(_LEFT, top, _PACKAGES, _FILL, _LINE)
    yield _text(_LEFT + 10, top + 16, "  ".join(row), 12.5, bold=True)
    yield _text(_LEFT + 10, top + 32, textwrap.shorten(said, 73, placeholder=" …"), 11, _SOFT)


def _way() -> Iterator[str]:
    """Yield the stops, side by side within their layer, and the line that joins them in order."""
    tops = {row[0]: _TOP + _ROW * number for number, row in enumerate(LAYERS)}
    places: list[tuple[float, float]] = []
    boxes: list[str] = []
    seen: dict[str, int] = {}
    for number, stop in enumerate(WAY, start=1):
        across = seen[stop.layer] = seen.get(stop.layer, -1) + 1
        left, top = _LEFT + _PACKAGES + 24 + across * (_BOX + _GAP), tops[stop.layer]
        places.append((left + _BOX / 2, top + (_ROW - 6) / 2))
        boxes += [
            _box(left, top, _BOX, _STOP, _BLUE),
            _text(left + 8, top + 16, f"{number}  {stop.shown}", 11.5, bold=True),
            _text(left + 8, top + 32, stop.about, 11, _SOFT),
        ]
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    yield f'<polyline points="{points}" fill="none" stroke="{_BLUE}" stroke-width="1.5"/>'
    yield from boxes


def _box(left: float, top: float, width: float, fill: str, line: str) -> str:
    size = f'width="{width:g}" height="{_ROW - 6}"'
    return f'<rect x="{left:g}" y="{top:g}" {size} rx="5" fill="{fill}" stroke="{line}"/>'


def _text(x: float, y: float, text: str, size: float, colour: str = _INK, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight}>{escape(text)}</text>'


def _first_sentence(package: str) -> str:
    """Return the first line of a package's docstring, which says what it is for."""
    place = ROOT / package.replace(".", "/")
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0].rstrip(".")
