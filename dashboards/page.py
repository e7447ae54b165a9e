"""A page: text, cards and figures as one offline HTML document in which every word is escaped."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any, Final, TypeAlias

from plotly.offline import get_plotlyjs

from dashboards import formats, theme
from dashboards.card import Alternative, Card, Key, Menu, Page, Panel, RowViews, Scene, Section, Table, Tile
from dashboards.chart_locale import chart_locale
from dashboards.translation import NAMES, SOURCE, TAGS, _, in_each_language, plural, speaking, spoken, unread
from dashboards.wording import Rendering, compare

PLOTLY_FILE: Final = "plotly.min.js"
SCENE_BLOCK: Final = "scene-data"

Json: TypeAlias = dict[str, Any]

_EXTRA: Final = (("page", "#F5F7F9", "#0F1317"), ("edge", "#CBD2DA", "#3A444F"))
"""Colours of the page that no figure uses."""
_NAMES: Final = (
    "BLUE",
    "SKY",
    "GREEN",
    "ORANGE",
    "VERMILLION",
    "PURPLE",
    "INK",
    "SOFT",
    "GREY",
    "GRID",
    "CARD",
)
_STACKED: Final = 6
"""Columns from which a table becomes a list of cards on a phone."""
_BOUND: Final = re.compile(
    r"(?<=\d) (?=%|t\b|kg\b|d\b|kW\b|W\b)|(?<=[A-Z][a-z]{2}) (?=\d{4}\b)|(?<=N) (?==)|(?<==) (?=\d)"
)
"""Spaces at which a line must not break."""
_DASHES: Final = {"solid": "none", "dash": "6 4", "dot": "2 3", "dashdot": "7 3 2 3"}


@dataclass(frozen=True, slots=True)
class Document:
    """A finished page and, when plotly.js is not inside it, the script that must lie beside it."""

    html: str
    script: str | None


def render_each(compose: Callable[[], Page], *, single_file: bool) -> Document:
    """Return a page that is composed once for each language that pages are to hold, as `render_page` does."""
    pages = in_each_language(compose)
    first = next(iter(pages))
    others = {code: page for code, page in pages.items() if code != first}
    with speaking(first):
        return render_page(pages[first], single_file=single_file, others=others)


def render_page(page: Page, *, single_file: bool, others: Mapping[str, Page] | None = None) -> Document:
    """Return the page as HTML, with plotly.js inside or beside it as `PLOTLY_FILE`; a page without figures has none.

    It opens in the language that is spoken, in which `page` must be written; `others` are the same page in other
    languages, by code, and the reader's browser or the switch chooses among them.
    """
    draws = any(card.figure is not None for section in page.sections for card in section.cards)
    plotly = get_plotlyjs() if draws else ""
    inside = [plotly] if draws and single_file else []
    scene = [_scene_script(page.scene)] if page.scene is not None else []
    language, scripts = _asset("language.js"), [*inside, _asset("rows.js") + _asset("page.js"), *scene]
    library = f'<script src="{PLOTLY_FILE}"></script>' if draws and not single_file else ""
    policy = _policy([language, *scripts], beside=draws and not single_file)
    codes = (spoken(), *(others or {}))
    first = _render(page, codes)
    held = {**first.data, "languages": _languages(first, others or {}, codes)}
    blocks = "\n".join(
        f'<script type="application/json" id="{block}">{embed_json(value)}</script>' for block, value in held.items()
    )
    html = f"""<!doctype html>
<html lang="{TAGS.get(spoken(), spoken())}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
{first.body}
{blocks}
<script>{language}</script>
{library}
{"".join(f"<script>{script}</script>" for script in scripts)}
</body>
</html>
"""
    return Document(html, plotly if draws and not single_file else None)


def _render(page: Page, codes: tuple[str, ...]) -> Rendering:
    """Write a page in the language that is spoken, with a switch to each of `codes`."""
    body = f"""<title>{escape(page.title)}</title>
<style>{style_text()}{_asset(page.scene.style) if page.scene is not None else ""}</style>
</head>
<body{' class="sheet"' if page.sheet else ""}>
<a class="skip" href="#answer">{escape(_("Skip to the answer"))}</a>
{_bar(page, codes)}
<main class="frame">
{_lead(page)}
{_scene(page)}{"".join(_section(section, next(iter(_runs(page)), "")) for section in page.sections)}
</main>
<footer><div class="frame">{"".join(f"<p>{escape(text)}</p>" for text in page.footer)}{_translated(codes[0])}</div>\
</footer>"""
    scene = {SCENE_BLOCK: json.loads(json.dumps(page.scene.data))} if page.scene is not None else {}
    return Rendering(body, {"figures": _figures(page), **scene})


def _translated(first: str) -> str:
    """Return the paragraph that says whose translation this is; the switch fills it in."""
    with speaking(first):
        text = _unread()
    return f'<p id="translated"{"" if text else " hidden"}>{escape(text)}</p>'


def _unread() -> str:
    if spoken() == SOURCE or not unread():
        return ""
    return _(
        "This page was translated by machine, and nobody who speaks its language has checked the translation yet; the "
        "English page is the one that holds."
    )


def _languages(first: Rendering, others: Mapping[str, Page], codes: tuple[str, ...]) -> Json:
    """Return what the switch of languages works with."""
    renderings, notes = {}, {codes[0]: _unread()}
    for code, page in others.items():
        with speaking(code):
            renderings[code], notes[code] = _render(page, codes), _unread()
    wording = compare(first, renderings)
    table = {
        "texts": wording.texts,
        "count": wording.count,
        "document": wording.document,
        "data": wording.data,
        "changes": wording.changes,
        "notes": {code: text for code, text in notes.items() if text},
    }
    return {
        "first": codes[0],
        "codes": [codes[0], *wording.texts],
        "tags": TAGS,
        "locales": {code: chart_locale(code) for code in codes if code != SOURCE},
        "packed": _packed(table),
    }


def _packed(value: Json) -> str:
    """Return JSON made small for a page: a page in four languages would be twice as long."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def style_text() -> str:
    """Return the style sheet of every page: the palette, light and dark, and the layout."""
    return f"{_colours()}\n{_asset('page.css')}"


def embed_json(value: Json) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _figures(page: Page) -> Json:
    drawn = {card.id: _figure(card) for section in page.sections for card in section.cards if card.figure is not None}
    return {"figures": drawn, "dark": dict(theme.DARK), "says": _behaviour_words()}


def _behaviour_words() -> dict[str, str]:
    """Return what `page.js` itself says."""
    return {
        "dark": _("Dark"),
        "light": _("Light"),
        "useDark": _("Use the dark theme"),
        "useLight": _("Use the light theme"),
    }


def _scene(page: Page) -> str:
    """Return the place of a scene."""
    if page.scene is None:
        return ""
    without = escape(_("Without scripts nothing moves here; the tables below hold all that happens."))
    place = f'<div id="scene"><noscript><p>{without}</p></noscript></div>'
    return f"{place}\n"


def _scene_script(scene: Scene) -> str:
    """Return the script of a scene: it starts in the language that is shown, and afresh in another."""
    scripts = "\n".join(_asset(name) for name in scene.scripts)
    return (
        f"window.pageLanguage.ready.then(() => {{\n{scripts}\n"
        "window.pageLanguage.onChange(() => location.reload());\n});"
    )


def _figure(card: Card) -> Json:
    if card.figure is None:
        return {}
    figure = json.loads(card.figure.to_json())
    drawn = {"data": figure["data"], "layout": figure["layout"], "narrow": dict(card.narrow)}
    if card.rows is not None:
        drawn |= {"rows": _row_views(card.rows)}
    if card.alternatives:
        drawn |= {"alternatives": {run: _alternative(one) for run, one in card.alternatives.items()}}
    return drawn


def _alternative(one: Alternative) -> Json:
    return {"title": one.title, "data": [dict(part) for part in one.data], "layout": dict(one.layout)}


def _row_views(rows: RowViews) -> Json:
    return {
        "labels": dict(rows.labels),
        "short": dict(rows.short),
        "views": {key: list(view) for key, view in rows.views.items()},
        "ranges": {key: list(ends) for key, ends in rows.ranges.items()},
        "rowPx": rows.row_px,
        "abovePx": rows.above_px,
    }


def _policy(scripts: Iterable[str], *, beside: bool) -> str:
    """Return a content security policy: only these scripts run, nothing is ever fetched."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    allowed = " ".join([f"'sha256-{digest}'" for digest in hashes] + (["'self'", "file:"] if beside else []))
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _colours() -> str:
    """Return the palette as CSS variables: light, dark by the system's wish or the reader's, and light on paper."""
    lights = {name.lower(): getattr(theme, name) for name in _NAMES}
    light = {**lights, **{name: value for name, value, _ in _EXTRA}}
    dark = {
        **{name: theme.DARK[value] for name, value in lights.items()},
        **{name: v for name, _, v in _EXTRA},
    }
    return (
        f":root{{--font:{theme.FONT};{_variables(light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{_variables(dark)}}}}}\n"
        f":root[data-theme=dark]{{{_variables(dark)}}}\n"
        ":root[data-theme=dark]{color-scheme:dark}:root[data-theme=light]{color-scheme:light}\n"
        f"@media print{{:root{{{_variables(light, ' !important')}}}}}"
    )


def _variables(colours: dict[str, str], suffix: str = "") -> str:
    return "".join(f"--{name}:{value}{suffix};" for name, value in colours.items())


def _asset(name: str) -> str:
    return resources.files("dashboards").joinpath("assets", name).read_text(encoding="utf-8")


def _bar(page: Page, codes: tuple[str, ...]) -> str:
    links = "".join(f'<a href="#{escape(s.id)}">{escape(s.short)}</a>' for s in page.sections)
    return (
        f'<header class="bar"><div class="frame"><strong>{escape(page.title)}</strong>'
        f'<nav aria-label="{escape(_("Sections"))}">{links}</nav>{_run_choice(page)}{_language_choice(codes)}'
        f'<button type="button" id="theme">{escape(_("Dark"))}</button></div></header>'
    )


def _runs(page: Page) -> dict[str, None]:
    """Return what the reader can choose, the first shown at first."""
    return dict.fromkeys(card.run for section in page.sections for card in section.cards if card.run)


def _run_choice(page: Page) -> str:
    """Return the menu of kept replications, where there is more than one."""
    runs = _runs(page)
    if len(runs) < 2:
        return ""
    options = "".join(f'<option value="{escape(run)}">{escape(run)}</option>' for run in runs)
    return f'<label class="run">{escape(page.choice or _("Show the"))} <select id="run">{options}</select></label>'


def _language_choice(codes: tuple[str, ...]) -> str:
    if len(codes) < 2:
        return ""
    options = "".join(f'<option value="{code}" lang="{TAGS.get(code, code)}">{NAMES[code]}</option>' for code in codes)
    return f'<select id="language" aria-label="{escape(_("Language"))}">{options}</select>'


def _lead(page: Page) -> str:
    tiles = f'<dl class="tiles">{"".join(_tile(tile) for tile in page.tiles)}</dl>'
    panels = f'<div class="panels">{"".join(_panel(panel) for panel in page.panels)}</div>' if page.panels else ""
    about = f'<p class="about">{escape(page.about)}</p>' if page.about else ""
    about += _links(page)
    before, after = ("", f'<div class="lead">{about}</div>' if about else "") if panels else (about, "")
    return (
        f'<div class="lead" id="answer"><h1>{_prose(page.headline)}</h1><p class="verdict">{_prose(page.verdict)}</p>'
        f"{before}</div>{tiles}{panels}{after}"
    )


def _panel(panel: Panel) -> str:
    rows = "".join(
        f'<li><span class="what">{_inside(row.text, row.address)}</span><span class="value">{_prose(row.value)}</span>'
        f'<span class="detail">{_prose(row.detail)}</span></li>'
        for row in panel.rows
    )
    listed = f"<ol>{rows}</ol>" if rows else ""
    return f'<section class="panel"><h2>{escape(panel.title)}</h2>{listed}<p>{_prose(panel.foot)}</p></section>'


def _inside(text: str, address: str) -> str:
    """Return escaped text that leads to a place on this page."""
    return f'<a href="{escape(address)}">{_prose(text)}</a>' if address.startswith("#") else _prose(text)


def _links(page: Page) -> str:
    links = " · ".join(_linked(word, address) for word, address in page.links)
    return f'<p class="about">{escape(_("See also:"))} {links}</p>' if links else ""


def _tile(tile: Tile) -> str:
    edge = f' style="border-top-color:var(--{variable_of(tile.accent)})"' if tile.accent else ""
    return (
        f'<div class="tile"{edge}><dt>{escape(tile.label)}</dt><dd class="value">{_prose(tile.value)}</dd>'
        f'<dd class="detail">{_prose(tile.detail)}</dd></div>'
    )


def _section(section: Section, first_run: str) -> str:
    def hidden(card: Card) -> bool:
        return card.run not in ("", first_run) or bool(card.alternatives and first_run not in card.alternatives)

    halves = [card for card in section.cards if not card.wide and card.run in ("", first_run)]
    alone = halves[-1].id if len(halves) % 2 else None
    cards = "".join(_card(card, alone=card.id == alone, hidden=hidden(card)) for card in section.cards)
    return (
        f'<section id="{escape(section.id)}"><h2>{escape(section.title)}</h2><div class="cards">{cards}</div></section>'
    )


def _card(card: Card, *, alone: bool, hidden: bool) -> str:
    key = escape(card.id)
    wide = " wide" if card.wide or alone else ""
    run = f' data-run="{escape(card.run)}"{" hidden" if hidden else ""}' if card.run else ""
    run += " data-alternatives" if card.alternatives else ""
    parts = [f'<article class="card{wide}" id="{key}"{run}><h3 id="{key}-title">{_prose(card.title)}</h3>']
    parts.append(f'<p class="reading">{_prose(card.reading)}</p>')
    if card.figure is not None:
        parts.append(f'<figure aria-labelledby="{key}-title">{_menus(card)}{_keys(card.keys)}{_plot(card)}</figure>')
    if card.note:
        parts.append(f'<p class="note">{escape(card.note)}</p>')
    if card.shown is not None:
        stack = "stack" if card.shown.stacked or len(card.shown.columns) >= _STACKED else ""
        parts.append(_scroll(_table(card.shown, f"{key}-list", stack), card.title))
        if card.table is None:
            parts.append(_save_button(f"{key}-list"))
    if card.table is not None:
        parts.append(_data(card.table, key))
    return "".join([*parts, "</article>"])


def _plot(card: Card) -> str:
    height = int(card.figure.layout.height) if card.figure is not None else 0
    return f'<div class="plot" data-figure="{escape(card.id)}" style="min-height:{height}px"></div>'


def _menus(card: Card) -> str:
    """Return the menus by which the reader orders and filters the rows of a figure; none without a choice."""
    if card.rows is None or all(len(menu.options) < 2 for menu in card.rows.menus):
        return ""
    menus = "".join(_menu(menu, card.id) for menu in card.rows.menus)
    return f'<div class="menus">{menus}</div>'


def _menu(menu: Menu, card: str) -> str:
    options = "".join(f'<option value="{escape(key)}">{escape(word)}</option>' for key, word in menu.options)
    return f'<label>{escape(menu.label)} <select data-rows="{escape(card)}">{options}</select></label>'


def _data(table: Table, key: str) -> str:
    count = len(table.rows)
    summary = plural("Data table ({count} row)", "Data table ({count} rows)", count).format(count=formats.number(count))
    label = _("Data of {figure}").format(figure=key)
    return (
        f"<details><summary>{escape(summary)}</summary>{_save_button(f'{key}-data')}"
        f"{_scroll(_table(table, f'{key}-data', ''), label)}</details>"
    )


def _save_button(table_id: str) -> str:
    return f'<button type="button" data-csv="{table_id}">{escape(_("Save as CSV"))}</button>'


def _scroll(table: str, label: str) -> str:
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">{table}</div>'


def _table(table: Table, table_id: str, css: str) -> str:
    heads = "".join(f'<th scope="col"{_column(table, i)}>{_prose(c)}</th>' for i, c in enumerate(table.columns))
    body = "".join(_table_row(table, i, row, labelled=bool(css)) for i, row in enumerate(table.rows))
    return f'<table id="{table_id}"{_css(css)}><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _table_row(table: Table, index: int, row: tuple[str, ...], *, labelled: bool) -> str:
    """Return a row; cells carry their column's name only where a phone shows them without a heading."""
    link = table.links[index] if index < len(table.links) else ""
    cells = "".join(_cell(table, i, text, link if i == 0 else "", labelled=labelled) for i, text in enumerate(row))
    return f"<tr{_css('faded' if index in table.faded else '')}>{cells}</tr>"


def _cell(table: Table, index: int, text: str, address: str, *, labelled: bool) -> str:
    label = f' data-label="{escape(table.columns[index])}"' if labelled else ""
    return f"<td{label}{_column(table, index)}>{_linked(text, address)}</td>"


def _linked(text: str, address: str) -> str:
    """Return escaped text that leads to a page beside this one; other addresses are never followed."""
    if not address or ":" in address or address.startswith("/"):
        return escape(text)
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _column(table: Table, index: int) -> str:
    return _css("num" if index in table.numeric else "date" if index in table.unbroken else "")


def _css(name: str) -> str:
    return f' class="{name}"' if name else ""


def _keys(keys: tuple[Key, ...]) -> str:
    items = "".join(f"<li>{_swatch(key)}<span>{_prose(key.label)}</span></li>" for key in keys)
    return f'<ul class="keys">{items}</ul>' if keys else ""


def _swatch(key: Key) -> str:
    """Return a small picture of a key entry, in a colour that follows the page's theme."""
    colour = f"var(--{variable_of(key.colour)})"
    line = f'stroke="{colour}" stroke-width="2.5" fill="none"'
    drawings = {
        "line": f'<path d="M1 7H27" {line} stroke-dasharray="{_DASHES.get(key.dash, "none")}"/>',
        "band": f'<rect x="1" y="2" width="26" height="10" fill="{colour}" opacity="0.3"/>',
        "pale": f'<rect x="1" y="2" width="26" height="10" fill="{colour}" opacity="0.14"/>',
        "box": f'<rect x="6" y="1" width="14" height="12" rx="2" fill="{colour}"/>',
        "rim": f'<rect x="6" y="2" width="14" height="10" rx="2" {line}/>',
        "dot": f'<circle cx="14" cy="7" r="5" fill="{colour}"/>',
        "diamond": f'<path d="M14 1L20 7L14 13L8 7Z" fill="{colour}"/>',
        "cross": f'<path d="M9 2L19 12M19 2L9 12" {line}/>',
        "whisker": f'<path d="M2 7H26M2 3V11M26 3V11" {line}/>',
    }
    return f'<svg width="28" height="14" viewBox="0 0 28 14" aria-hidden="true">{drawings[key.shape]}</svg>'


def _prose(text: str) -> str:
    """Return escaped text in which a number stays with its unit and a month with its year."""
    return _BOUND.sub("\u00a0", escape(text))


def variable_of(colour: str) -> str:
    """Return the name of the CSS variable that holds a palette colour."""
    return next(name.lower() for name in _NAMES if getattr(theme, name) == colour)
