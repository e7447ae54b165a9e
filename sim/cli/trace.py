"""`ilrs trace`: the events of one replication, one line each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from sim.cli.options import as_json, scenario_options, split_names
from sim.cli.replication import NOMINAL, replication_option

if TYPE_CHECKING:
    from sim.clock import Calendar
    from sim.model.outcome import Event

Row: TypeAlias = "tuple[str, float, str, str, str, float | None, str]"
COLUMNS = ("date", "t_d", "subject", "verb", "place", "mass_kg", "detail")


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
    if csv_ and json_:
        raise click.UsageError("choose --csv or --json")
    if Path(source).is_dir():
        if sets or variants or seed is not None:
            raise click.UsageError("a run folder has its own scenario and seed")
        calendar, events = _of_folder(Path(source), replication)
    else:
        calendar, events = _of_scenario(
            source, split_names(variants), sets, 2035 if seed is None else seed, replication
        )
    rows = [_row(event, calendar) for event in events]
    if json_:
        _print_json(rows)
    elif csv_:
        _print_csv(rows)
    else:
        _print_table(rows)


def _of_folder(folder: Path, number: int) -> tuple[Calendar, tuple[Event, ...]]:
    from sim.analysis.story import calendar_of
    from sim.study.replay import Replay
    from sim.study.store import read_study

    replay = Replay(read_study(folder))
    if replay.outdated:
        click.echo(f"warning: {replay.outdated}", err=True)
    replayed = replay.nominal() if number == NOMINAL else replay.replication(number)
    return calendar_of(replay.study.outline), replayed.story.events


def _of_scenario(
    file: str, variants: tuple[str, ...], sets: tuple[str, ...], seed: int, number: int
) -> tuple[Calendar, tuple[Event, ...]]:
    from sim.campaign.compile import compile_campaign
    from sim.clock import Calendar
    from sim.model.simulate import simulate, simulate_nominal
    from sim.scenario.load import load_scenario

    loaded = load_scenario(file, variants=variants, sets=sets)
    campaign = compile_campaign(loaded)
    outcome = simulate_nominal(campaign) if number == NOMINAL else simulate(campaign, seed, number, story=True)
    span = loaded.scenario.calendar
    return Calendar(span.start, span.end), outcome.story.events if outcome.story is not None else ()


def _row(event: Event, calendar: Calendar) -> Row:
    return (
        calendar.iso(event.t_d), event.t_d, event.subject, event.verb, event.place, event.mass_kg, event.detail,
    )  # fmt: skip


def _print_json(rows: list[Row]) -> None:
    import json

    events = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    click.echo(json.dumps(events, indent=1, ensure_ascii=False, allow_nan=False))


def _print_csv(rows: list[Row]) -> None:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    click.echo(text.getvalue(), nl=False)


def _print_table(rows: list[Row]) -> None:
    from sim.cli.columns import aligned

    cells = [
        (date, f"{t_d:,.2f}", subject, verb, place or "-", "-" if mass_kg is None else f"{mass_kg:,.0f}", detail)
        for date, t_d, subject, verb, place, mass_kg, detail in rows
    ]
    head = ("date", "day", "subject", "verb", "place", "mass kg", "detail")
    click.echo("\n".join(aligned(head, cells, right=(1, 5))))
