"""`ilrs track`: how much of the time ground stations see the Moon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json, language_option, split_names
from sim.cli.printing import print_json, print_table
from sim.cli.quantities import (
    ANGLE,
    MOMENT,
    kernel_option,
    open_ephemeris,
    physics_limits,
    plot_option,
    require_order,
    save_picture,
)
from sim.problems import InputError

if TYPE_CHECKING:
    from sim.physics.intervals import Intervals
    from sim.physics.tracking import TrackingSite


@click.command("track")
@click.option(
    "--stations",
    "names",
    multiple=True,
    required=True,
    metavar="A,B",
    help="Ground stations of the shipped catalogue, such as jiamusi,kashi,neuquen.",
)
@click.option("--from", "first_d", type=MOMENT, required=True, help="Start of the span, TDB.")
@click.option("--to", "last_d", type=MOMENT, required=True, help="End of the span, TDB.")
@click.option(
    "--elevation", "minimum_deg", type=ANGLE, default="10deg", show_default=True, help="Least elevation of the Moon."
)
@kernel_option
@plot_option("a timeline of the coverage")
@language_option
@as_json("the coverage")
def command(
    names: tuple[str, ...],
    first_d: float,
    last_d: float,
    minimum_deg: float,
    kernel: Path | None,
    plot: Path | None,
    json_: bool,
) -> None:
    """Say what share of the time the Moon is above ground stations, and the longest gap."""
    require_order(first_d, last_d, "--from", "--to")
    with physics_limits():
        stations = _stations(split_names(names))
        every, single = _cover(stations, (first_d, last_d), minimum_deg, kernel)
    if plot:
        from dashboards.figures.coverage import picture_coverage

        named = {station.name: one for station, one in zip(stations, single, strict=True)}
        save_picture(lambda: picture_coverage(every, named, minimum_deg), plot)
    if json_:
        print_json(
            {
                "covered_fraction": every.fraction,
                "longest_gap_h": 24.0 * every.longest_gap_d,
                "stations": [
                    {"name": station.name, "covered_fraction": one.fraction, "longest_gap_h": 24.0 * one.longest_gap_d}
                    for station, one in zip(stations, single, strict=True)
                ],
            }
        )
        return
    rows = [(station.name, one) for station, one in zip(stations, single, strict=True)]
    together = [("together", every)] if len(rows) > 1 else []
    print_table(("station", "covered %", "longest gap h"), [_row(name, one) for name, one in (*rows, *together)])


def _row(name: str, cover: Intervals) -> tuple[str, str, str]:
    return name, f"{100.0 * cover.fraction:.1f}", f"{24.0 * cover.longest_gap_d:.1f}"


def _stations(names: tuple[str, ...]) -> list[TrackingSite]:
    from sim.cli.quantities import find_station
    from sim.physics.tracking import TrackingSite

    if not names:
        raise InputError("--stations: coverage needs at least one station")
    places = dict.fromkeys(find_station(name) for name in names)
    return [TrackingSite(*place) for place in places]


def _cover(
    stations: list[TrackingSite], span_d: tuple[float, float], minimum_deg: float, kernel: Path | None
) -> tuple[Intervals, list[Intervals]]:
    from sim.physics.tracking import cover_intervals

    table = open_ephemeris(kernel)
    every, *single = (
        cover_intervals(table, group, *span_d, minimum_deg=minimum_deg)
        for group in (stations, *([s] for s in stations))
    )
    return every, single
