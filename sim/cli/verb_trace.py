"""`ilrs trace`: the events of one replication, one line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import NOMINAL, as_json, replication_option, scenario_options, split_names
from sim.cli.printing import aligned, print_json

if TYPE_CHECKING:
    from sim.front.trace import Events, Row


@click.command("trace")
@click.argument("source", metavar="DIR|FILE")
@replication_option("Which replication; `nominal` is the plan.", required=True)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Root seed, for a FILE [default: 2035].")
@click.option("--csv", "csv_", is_flag=True, help="Print comma-separated values on stdout.")
@scenario_options
@as_json("the events")
def command(
    source: str,
    replication: int,
    seed: int | None,
    csv_: bool,
    sets: tuple[str, ...],
    variants: tuple[str, ...],
    json_: bool,
) -> None:
    """Print the events of one replication: date, subject, verb, place, mass.

    DIR is a run folder, FILE a scenario or the name of a shipped one.
    """
    from sim.front.trace import EVENT_COLUMNS

    if csv_ and json_:
        raise click.UsageError("choose --csv or --json")
    number = None if replication == NOMINAL else replication
    events = _events(source, number, seed, split_names(variants), sets)
    if events.outdated:
        click.echo(f"warning: {events.outdated}", err=True)
    rows = events.rows
    if json_:
        print_json([dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows])
    elif csv_:
        _print_csv(EVENT_COLUMNS, rows)
    else:
        _print_table(rows)


def _events(
    source: str, number: int | None, seed: int | None, variants: tuple[str, ...], sets: tuple[str, ...]
) -> Events:
    from sim.front import load, open_run

    if Path(source).is_dir():
        if sets or variants or seed is not None:
            raise click.UsageError("a run folder has its own scenario and seed")
        return open_run(source, rows=True).trace(number)
    return load(source, variants, sets).trace(number, **({} if seed is None else {"seed": seed}))


def _print_csv(head: tuple[str, ...], rows: list[Row]) -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)


def _print_table(rows: list[Row]) -> None:
    cells = [
        (date, f"{t_d:,.2f}", subject, verb, place or "-", "-" if mass_kg is None else f"{mass_kg:,.0f}", detail)
        for date, t_d, subject, verb, place, mass_kg, detail in rows
    ]
    head = ("date", "day", "subject", "verb", "place", "mass kg", "detail")
    click.echo("\n".join(aligned(head, cells, right=(1, 5))))
