"""`ilrs site`: Sun and Earth over a place on the Moon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, language_option, split_names
from sim.cli.printing import print_json, print_pairs
from sim.cli.quantities import (
    ANGLE,
    LENGTH,
    MOMENT,
    hourly,
    kernel_option,
    open_ephemeris,
    physics_limits,
    plot_option,
    require_order,
    save_picture,
)

if TYPE_CHECKING:
    from sim.physics.intervals import Intervals
    from sim.physics.light import Site


@click.command("site")
@click.option("--latitude", "latitude_deg", type=ANGLE, required=True, help="Of the site, south is negative.")
@click.option("--longitude", "longitude_deg", type=ANGLE, required=True, help="Of the site, east.")
@click.option(
    "--horizon",
    "horizon",
    default="0deg",
    show_default=True,
    metavar="ANGLE[,ANGLE...]",
    help="Elevation of the horizon: one all round, or several at even azimuths from north by east.",
)
@click.option(
    "--mast", "mast_km", type=LENGTH, default="0m", show_default=True, help="Height of the panels over ground."
)
@click.option(
    "--horizon-distance",
    "horizon_km",
    type=LENGTH,
    default="10km",
    show_default=True,
    help="How far away the horizon is; a mast lowers a near one more.",
)
@click.option("--from", "first_d", type=MOMENT, required=True, help="Start of the span, TDB.")
@click.option("--to", "last_d", type=MOMENT, required=True, help="End of the span, TDB.")
@kernel_option
@plot_option("calendars of light and of the Earth's visibility")
@language_option
@as_json("the figures")
def command(
    latitude_deg: float,
    longitude_deg: float,
    horizon: str,
    mast_km: float,
    horizon_km: float,
    first_d: float,
    last_d: float,
    kernel: Path | None,
    plot: Path | None,
    json_: bool,
) -> None:
    """Say how long a place on the Moon is lit, how long it is dark, and how long it sees the Earth."""
    require_order(first_d, last_d, "--from", "--to")
    with physics_limits():
        site = _site(latitude_deg, longitude_deg, horizon, mast_km, horizon_km)
        light, earth, sun_max_deg = _look(site, (first_d, last_d), kernel)
    result = {
        "sun_max_elevation_deg": sun_max_deg,
        "lit_fraction": light.fraction,
        "longest_dark_d": light.longest_gap_d,
        "earth_visible_fraction": earth.fraction,
        "longest_earth_gap_d": earth.longest_gap_d,
    }
    if plot:
        from dashboards.figures.light_calendar import picture_light

        save_picture(lambda: picture_light(site, light, earth, sun_max_deg), plot)
    if json_:
        print_json(result)
    else:
        _print(result)


def _site(latitude_deg: float, longitude_deg: float, horizon: str, mast_km: float, horizon_km: float) -> Site:
    from sim.physics.light import Site

    option = click.Option(["--horizon"])
    mask = tuple(ANGLE.convert(text, option, None) for text in split_names((horizon,)))
    return Site(latitude_deg, longitude_deg, mask, 1e3 * mast_km, horizon_km)


def _look(site: Site, span_d: tuple[float, float], kernel: Path | None) -> tuple[Intervals, Intervals, float]:
    from sim.physics.light import earth_intervals, light_intervals, see_sun

    table = open_ephemeris(kernel)
    light, earth = light_intervals(table, site, *span_d), earth_intervals(table, site, *span_d)
    return light, earth, float(see_sun(table, site, hourly(*span_d)).elevation_deg.max())


def _print(result: dict[str, Any]) -> None:
    print_pairs(
        [
            ("Sun's greatest elevation (centre)", f"{result['sun_max_elevation_deg']:.2f} deg"),
            ("lit", f"{100.0 * result['lit_fraction']:.1f} % of the time"),
            ("longest dark spell", f"{result['longest_dark_d']:.1f} d"),
            ("Earth visible", f"{100.0 * result['earth_visible_fraction']:.1f} % of the time"),
            ("longest time without Earth", f"{result['longest_earth_gap_d']:.1f} d"),
        ]
    )
