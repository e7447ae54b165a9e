"""`ilrs show`: a scenario with its parents, variants and settings resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, model_options, split_names
from sim.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.scenario.layered import Layered
    from sim.scenario.writing import Leaf


@click.command("show")
@click.argument("file", metavar="FILE")
@click.option("--origins", is_flag=True, help="Say of each value which line, variant or --set it comes from.")
@click.option("--diff", "other", metavar="OTHER", help="Show only what differs from another scenario: old -> new.")
@click.option("--other-variant", "other_variants", multiple=True, metavar="A,B", help="Use variants of OTHER.")
@model_options
@as_json("the values")
def command(
    file: str,
    origins: bool,
    other: str | None,
    other_variants: tuple[str, ...],
    sets: tuple[str, ...],
    variants: tuple[str, ...],
    as_of: str | None,
    json_: bool,
) -> None:
    """Print a scenario as one file, with everything it takes from parents, variants and settings.

    FILE and OTHER are scenarios or names of shipped ones. `ilrs show plan.yaml --diff ilrs-2035` says how a plan
    differs from the shipped one. Whether the values make sense is for `ilrs check` to say.
    """
    if other_variants and other is None:
        raise click.UsageError("--other-variant belongs to --diff OTHER")
    mine = _resolve(file, split_names(variants), sets, as_of)
    if other is not None:
        _show_difference(mine, _resolve(other, split_names(other_variants), (), None), (other, file), origins, json_)
    elif json_:
        print_json([_told(leaf) for leaf in _leaves(mine)] if origins else mine.values)
    else:
        from sim.cli.printing import ascii_only
        from sim.scenario.writing import yaml_lines

        click.echo("\n".join(yaml_lines(mine, origins=origins, ascii_only=ascii_only())))


def _resolve(file: str, variants: tuple[str, ...], sets: tuple[str, ...], as_of: str | None) -> Layered:
    from sim.problems import ScenarioError
    from sim.scenario.load import read_layers

    layered, problems, _ = read_layers(file, variants, sets, as_of)
    if layered is None or any(problem.severity == "error" for problem in problems):
        raise ScenarioError(problems)
    return layered


def _leaves(layered: Layered) -> Iterator[Leaf]:
    from sim.scenario.writing import leaves

    return leaves(layered)


def _told(leaf: Leaf) -> dict[str, Any]:
    return {"path": leaf.name, "value": leaf.value, "origin": leaf.origin}


def _show_difference(mine: Layered, other: Layered, names: tuple[str, str], origins: bool, json_: bool) -> None:
    old, new = ({leaf.path: leaf for leaf in _leaves(layered)} for layered in (other, mine))
    paths = [*new, *(path for path in old if path not in new)]
    pairs = [(old.get(path), new.get(path)) for path in paths]
    pairs = [(was, now) for was, now in pairs if was is None or now is None or was.value != now.value]
    if json_:
        print_json([_told_pair(was, now) for was, now in pairs])
        return
    changed = sum(was is not None and now is not None for was, now in pairs)
    added = sum(was is None for was, _ in pairs)
    counts = f"{changed} changed, {added} added, {len(pairs) - changed - added} removed"
    click.echo(f"{names[0]} -> {names[1]}: {counts if pairs else 'no difference'}")
    for was, now in pairs:
        click.echo(_line(was, now, origins))


def _told_pair(was: Leaf | None, now: Leaf | None) -> dict[str, Any]:
    either = now or was
    return {
        "path": either.name if either else "",
        "old": was.value if was else None,
        "new": now.value if now else None,
        "old_origin": was.origin if was else None,
        "new_origin": now.origin if now else None,
    }


def _line(was: Leaf | None, now: Leaf | None, origins: bool) -> str:
    from sim.problems import printable
    from sim.scenario.writing import flow

    either = now or was
    assert either is not None
    sign = "-" if now is None else "+" if was is None else " "
    values = " -> ".join(flow(leaf.value) for leaf in (was, now) if leaf)
    places = " -> ".join(printable(leaf.origin) for leaf in (was, now) if leaf and leaf.origin)
    return f"{sign} {either.name}: {values}" + (f"  # {places}" if origins and places else "")
