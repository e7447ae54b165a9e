"""`ilrs list`: the catalogue of a scenario with its sources, and the words of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.cli.listing import KINDS, BlockKind
from sim.cli.options import as_json, scenario_options, split_names
from sim.cli.printing import print_json, show_grid

if TYPE_CHECKING:
    from sim.cli.listing import Item
    from sim.scenario.layered import Layered
    from sim.scenario.provenance import Figure, Note, Source

BY_NAME = {kind.name: kind for kind in KINDS}
SPECIAL = {
    "variants": "named changes of the scenario, chosen with --variant",
    "sources": "which figures rest on which source, and what is only a guess",
    "guesses": "every figure that nobody has published",
    "scenarios": "the scenarios that ship",
    "distributions": "the distributions, and how each is written",
    "units": "the kinds of quantities and their units",
    "problems": "the codes of what can be wrong",
}
Table = tuple[list[str], list[list[str]], list[dict[str, Any]]]
"""Heading, rows for people, objects for programs."""


@click.command("list", epilog="KIND: " + ", ".join([*BY_NAME, *SPECIAL]) + ".")
@click.argument("kind", required=False, type=click.Choice([*BY_NAME, *SPECIAL]), metavar="[KIND]")
@click.option(
    "--scenario", "file", default="ilrs-2035", show_default=True, metavar="FILE", help="Whose blocks to list."
)
@scenario_options
@as_json("the list")
def command(kind: str | None, file: str, sets: tuple[str, ...], variants: tuple[str, ...], json_: bool) -> None:
    """List what a scenario knows, with figures, sources and how far to trust them.

    Without KIND, say which kinds there are and how many of each.
    """
    from sim.cli import listing

    if kind and kind in listing.TABLES:
        table = listing.TABLES[kind]()
    else:
        table = _table_of_scenario(kind, _load(file, split_names(variants), sets))
    _show(table, json_)


def _load(file: str, variants: tuple[str, ...], sets: tuple[str, ...]) -> Layered:
    from sim.scenario.load import load_scenario

    return load_scenario(file, variants=variants, sets=sets).layered


def _table_of_scenario(kind: str | None, layered: Layered) -> Table:
    if kind is None:
        return _kinds(layered)
    if kind in BY_NAME:
        return _blocks(BY_NAME[kind], layered)
    return {"sources": _sources, "guesses": _guesses, "variants": _variants}[kind](layered)


def _show(table: Table, json_: bool) -> None:
    head, rows, objects = table
    if json_:
        print_json(objects)
        return
    if rows:
        show_grid(head, rows)
    else:
        click.echo("none")


def _kinds(layered: Layered) -> Table:
    from sim.cli import listing
    from sim.cli.listing import blocks

    counts = {kind.name: sum(1 for _ in blocks(layered.values, kind.where)) for kind in KINDS}
    counts["variants"] = len(layered.variants)
    counts["sources"], counts["guesses"] = (len(_sources(layered)[2]), len(_guesses(layered)[2]))
    counts |= {name: len(table()[2]) for name, table in listing.TABLES.items()}
    about = {kind.name: kind.about for kind in KINDS} | SPECIAL
    objects: list[dict[str, Any]] = [{"kind": name, "count": counts[name], "about": about[name]} for name in about]
    rows = [[name, str(counts[name]), said] for name, said in about.items()]
    return ["kind", "count", "what it is"], rows, objects


# --- blocks -----------------------------------------------------------------------------------------------------------


def _blocks(kind: BlockKind, layered: Layered) -> Table:
    from sim.cli.listing import heading, items

    found = items(kind, layered)
    shown = [heading(column) for column in kind.columns]
    head = ["name", *("wanted" if name == "confidence" else name for name in shown), "confidence", "access", "source"]
    rows = [row for item in found for row in _rows(kind, item)]
    return head, rows, [_told(item) for item in found]


def _rows(kind: BlockKind, item: Item) -> list[list[str]]:
    """Return a row for the block, and one for each key whose figures come from elsewhere."""
    from sim.cli.listing import cell

    first = [item.name, *(cell(item.values, column) for column in kind.columns), *_note(item.note)]
    blank = [""] * len(kind.columns)
    return [first, *([f"  {key}", *blank, *_note(note)] for key, note in item.inner if note != item.note)]


def _note(note: Note) -> list[str]:
    return [note.confidence, note.access, note.source or "(none)"]


def _told(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "at": item.origin,
        "source": item.note.source or None,
        "confidence": item.note.confidence or None,
        "access": item.note.access or None,
        "guess": item.note.is_guess,
        "values": item.values,
    }


# --- sources ----------------------------------------------------------------------------------------------------------


def _sources(layered: Layered) -> Table:
    from sim.scenario.provenance import figures_of, sources_of

    sources = sources_of(figures_of(layered))
    head = ["figures", "guesses", "confidence", "access", "among them", "source"]
    rows = [_source_row(source) for source in sources]
    figures = sum(len(source.figures) for source in sources)
    guesses = sum(source.guesses for source in sources)
    rows.append([str(figures), str(guesses), "", "", "all", _by_block(sources)])
    return head, rows, [_told_source(source) for source in sources]


def _source_row(source: Source) -> list[str]:
    names = [figure.leaf.name for figure in source.figures]
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    words = [source.words("confidence"), source.words("access")]
    guesses = str(source.guesses) if source.guesses else ""
    return [str(len(names)), guesses, *words, ", ".join(names[:1]) + rest, source.text or "(no source)"]


def _by_block(sources: list[Source]) -> str:
    """Say which blocks hold the guesses, most first."""
    from collections import Counter

    found = (figure for source in sources for figure in source.figures if figure.note.is_guess)
    count = Counter(str(figure.leaf.path[0]) for figure in found)
    return "guesses in " + ", ".join(f"{block} {number}" for block, number in count.most_common())


def _told_source(source: Source) -> dict[str, Any]:
    return {
        "source": source.text or None,
        "figures": len(source.figures),
        "guesses": source.guesses,
        "confidence": source.words("confidence") or None,
        "access": source.words("access") or None,
        "paths": [figure.leaf.name for figure in source.figures],
    }


def _guesses(layered: Layered) -> Table:
    from sim.scenario.provenance import figures_of
    from sim.scenario.writing import flow

    found = [figure for figure in figures_of(layered) if figure.note.is_guess]
    rows = [[one.leaf.name, flow(one.leaf.value), one.note.confidence, one.note.source] for one in found]
    return ["figure", "value", "confidence", "source"], rows, [_told_figure(one) for one in found]


def _told_figure(figure: Figure) -> dict[str, Any]:
    return {
        "path": figure.leaf.name,
        "value": figure.leaf.value,
        "at": figure.leaf.origin,
        "confidence": figure.note.confidence or None,
        "source": figure.note.source,
    }


def _variants(layered: Layered) -> Table:
    return ["variant"], [[name] for name in layered.variants], [{"name": name} for name in layered.variants]
