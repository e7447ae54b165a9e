"""`ilrs windows`: when one can leave for the Moon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.halo_legs import (
    HaloWay,
    halo_windows,
    names_halo,
    print_halo,
    print_shuttles,
    read_halo,
    read_halo_way,
    shuttle_windows,
)
from sim.cli.homeward import Homeward, home_options, home_windows, print_home_windows, read_homeward
from sim.cli.options import as_json, language_option
from sim.cli.printing import print_json, print_table
from sim.cli.quantities import (
    ANGLE,
    LENGTH,
    MOMENT,
    TIMES,
    kernel_option,
    open_ephemeris,
    physics_limits,
    plot_option,
    require_order,
    save_picture,
)
from sim.cli.verb_transfer import read_goal, read_origin, require_way_out
from sim.problems import InputError, counted

if TYPE_CHECKING:
    import numpy as np

    from sim.cli.quantities import NamedPlace
    from sim.physics.places import LunarOrbit, Parking
    from sim.physics.states import EphemerisTable, FloatArray

COAST_H = 1.5  # from launch to injection: one revolution
NODE_DEG_PER_H = 360.0 / 23.9344696  # Earth's rotation; IERS Conventions 2010
_SHOWN = 60
_TOF, _SHUTTLE_TOF = "108h", "12h"  # times of flight where none is asked for


@click.command("windows")
@click.option(
    "--parking", "parking_km", type=LENGTH, default="200km", show_default=True, help="Altitude of the parking orbit."
)
@click.option("--inclination", "inclination_deg", type=ANGLE, help="Of the parking orbit (required), or of the return.")
@click.option("--raan", "raan_deg", type=ANGLE, help="Node of a stack that waits in orbit, at --epoch.")
@home_options("Without --raan: launch on demand from a site of the catalogue; way home: where to land.")
@click.option("--latitude", "latitude_deg", type=ANGLE, help="Of a site that is not in the catalogue.")
@click.option("--longitude", "longitude_deg", type=ANGLE, help="Of that site, east.")
@click.option("--epoch", "first_d", type=MOMENT, required=True, help="Start of the span, TDB.")
@click.option("--until", "last_d", type=MOMENT, required=True, help="End of the span, TDB.")
@click.option(
    "--tof",
    "tofs_h",
    type=TIMES,
    show_default=f"{_TOF}; {_SHUTTLE_TOF} between a halo orbit and a low one",
    help="Time of flight, 60 to 170 h; home 54 to 170 h, or 84h..108h; between a halo orbit and a low one 7.2 to 96 h.",
)
@click.option("--to", "goal", default="llo", show_default=True, metavar="ORBIT", help="As in `ilrs transfer`.")
@click.option(
    "--tolerance",
    "tolerance_deg",
    type=ANGLE,
    default="1deg",
    show_default=True,
    help="How far the plane may be off while a window is open.",
)
@kernel_option
@plot_option("a calendar of the windows")
@language_option
@as_json("the windows")
def command(
    parking_km: float,
    inclination_deg: float | None,
    raan_deg: float | None,
    origin: str,
    angle_deg: float | None,
    site: str | None,
    range_km: float | None,
    perilune_d: float | None,
    latitude_deg: float | None,
    longitude_deg: float | None,
    first_d: float,
    last_d: float,
    tofs_h: tuple[float, float] | None,
    goal: str,
    tolerance_deg: float,
    kernel: Path | None,
    plot: Path | None,
    json_: bool,
) -> None:
    """List the times to leave for the Moon: of a stack that waits in orbit, or of a launch on demand; or for home.

    A waiting stack (--raan) can leave when its plane, turned by the Earth's flattening, meets the Moon. A launch
    (--site) can choose its plane: twice a day in each of two branches. For the way home (--from llo --to entry) the
    best departure of each day is listed, with --site and --range those that end there. Times are TDB.
    """
    shuttle = _is_shuttle(origin, goal)
    tofs_h = tofs_h or TIMES.convert(_SHUTTLE_TOF if shuttle else _TOF, None, None)
    if names_halo(goal) or names_halo(origin) or goal.strip().lower() == "entry":
        if plot or raan_deg is not None:
            raise InputError(f"--{'plot' if plot else 'raan'}: is for ways out to orbits close to the Moon")
        require_order(first_d, last_d, "--epoch", "--until")
        span_d = (first_d, last_d)
        with physics_limits():
            if shuttle:
                _print_shuttles(span_d, (origin, goal), perilune_d, tofs_h, kernel, json_=json_)
            elif names_halo(goal) or names_halo(origin):
                way = read_halo_way(origin, goal, perilune_d, parking_km, inclination_deg, angle_deg, site)
                _print_halo_windows(span_d, way, kernel, json_=json_)
            else:
                asked = read_homeward(read_origin(origin, None), tofs_h, angle_deg, inclination_deg, site, range_km)
                _print_home(span_d, asked, kernel, json_=json_)
        return
    tof_h, inclination_deg = require_way_out(origin, tofs_h, inclination_deg, angle_deg, None)
    from sim.physics.places import Parking

    place = _place(site, latitude_deg, longitude_deg, waiting=raan_deg is not None)
    require_order(first_d, last_d, "--epoch", "--until")
    if not 0.0 < tolerance_deg <= 10.0:
        raise InputError(f"--tolerance is {tolerance_deg:g} deg; it must lie above 0 and up to 10 deg")
    with physics_limits():
        aim = read_goal(goal, None)
        if aim.leg:
            raise InputError(f"--to: windows are computed for orbits close to the Moon, not for {aim.name}")
        trip = (Parking(parking_km, inclination_deg), aim.orbit, tof_h)
        table = open_ephemeris(kernel)
        if place is None:
            windows = _waiting(table, (first_d, last_d), trip, raan_deg or 0.0, tolerance_deg)
        else:
            windows = _launching(table, (first_d, last_d), trip, place, tolerance_deg)
    result = {"windows": windows, "mean_gap_d": _mean_gap_d(windows)}
    if plot:
        from dashboards.figures.window_calendar import picture_windows

        node = f", node {raan_deg:g}°" if raan_deg is not None else ""
        plan = f"{parking_km:g} km at {inclination_deg:g}°{node}, to {aim.name} in {tof_h:g} h"
        where = place.name if place else None
        save_picture(lambda: picture_windows(windows, (first_d, last_d), where, plan), plot)
    if json_:
        print_json({**result, "windows": [_said(window) for window in windows]})
    else:
        _print(result, place)


def _is_shuttle(origin: str, goal: str) -> bool:
    """Say whether a way leads between a halo orbit and an orbit close to the Moon."""
    said = [text.strip().lower() for text in (origin, goal)]
    return names_halo(goal) != names_halo(origin) and not {"leo", "entry"} & set(said)


def _print_shuttles(
    span_d: tuple[float, float],
    ends: tuple[str, str],
    perilune_d: float | None,
    tofs_h: tuple[float, float],
    kernel: Path | None,
    *,
    json_: bool,
) -> None:
    if tofs_h[0] != tofs_h[1]:
        raise InputError("--tof: a way between a halo orbit and a low one takes one time of flight, not a span")
    up = names_halo(ends[1])
    halo, low = ends[::-1] if up else ends
    around = read_halo(halo, perilune_d, "--to" if up else "--from")
    orbit = read_origin(low, None, "--from" if up else "--to")
    ways = shuttle_windows(open_ephemeris(kernel), span_d, around, orbit, tofs_h[0], up=up)
    print_json({"windows": ways}) if json_ else print_shuttles(ways)


def _print_halo_windows(span_d: tuple[float, float], way: HaloWay, kernel: Path | None, *, json_: bool) -> None:
    ways = halo_windows(open_ephemeris(kernel), span_d, way)
    print_json({"windows": ways}) if json_ else print_halo(ways)


def _print_home(span_d: tuple[float, float], asked: Homeward, kernel: Path | None, *, json_: bool) -> None:
    windows = home_windows(open_ephemeris(kernel), span_d, asked)
    said = [_said(one) for one in windows]
    print_json({"windows": said, "mean_gap_d": _mean_gap_d(windows)}) if json_ else print_home_windows(said, _SHOWN)


def _place(
    name: str | None, latitude_deg: float | None, longitude_deg: float | None, *, waiting: bool
) -> NamedPlace | None:
    """Return the launch site; None for a waiting stack. Raises InputError unless exactly one way is asked for."""
    from sim.cli.quantities import NamedPlace, find_launch_site

    own = latitude_deg is not None and longitude_deg is not None
    if [waiting, name is not None, own].count(True) != 1 or (latitude_deg is None) != (longitude_deg is None):
        raise click.UsageError("give one of --raan, --site, or --latitude with --longitude")
    if name is not None:
        return find_launch_site(name)
    if latitude_deg is None or longitude_deg is None:
        return None
    from sim.physics.limits import require_between

    with physics_limits():
        require_between("latitude", latitude_deg, -90.0, 90.0, "deg")
        require_between("longitude", longitude_deg, -360.0, 360.0, "deg")
    return NamedPlace("the site", latitude_deg, longitude_deg)


Trip = tuple["Parking", "LunarOrbit", float]


def _waiting(
    table: EphemerisTable, span_d: tuple[float, float], trip: Trip, raan_deg: float, tolerance_deg: float
) -> list[dict[str, Any]]:
    from sim.physics.transfer import BRANCHES
    from sim.physics.windows import stack_departures

    parking, target, tof_h = trip
    found = stack_departures(
        table,
        *span_d,
        parking=parking,
        target=target,
        raan_deg=raan_deg,
        tof_h=tof_h,
        tolerance_deg=tolerance_deg,
    )
    columns = (found.open_d, found.close_d, found.best_d, found.tli_dv_m_s, found.loi_dv_m_s)
    rows = zip(*(column.tolist() for column in columns), found.branch.tolist(), strict=True)
    keys = ("open_d", "close_d", "best_d", "tli_dv_m_s", "loi_dv_m_s")
    return [dict(zip(keys, row, strict=False)) | {"branch": BRANCHES[row[-1]]} for row in rows]


def _launching(
    table: EphemerisTable, span_d: tuple[float, float], trip: Trip, place: NamedPlace, tolerance_deg: float
) -> list[dict[str, Any]]:
    """List launches; a launch earlier or later turns the node with the Earth, which bounds the window."""
    from sim.physics.transfer import BRANCHES
    from sim.physics.windows import launches_on_demand

    parking, _, tof_h = trip
    found = launches_on_demand(
        table,
        *span_d,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        inclination_deg=parking.inclination_deg,
        tof_h=tof_h,
        coast_h=COAST_H,
    )
    tli, loi = _costs(table, found.launch_d + COAST_H / 24.0, found.branch, trip)
    half_d = tolerance_deg / NODE_DEG_PER_H / 24.0
    return [
        {
            "open_d": launch - half_d,
            "close_d": launch + half_d,
            "best_d": launch,
            "tli_dv_m_s": float(tli[i]),
            "loi_dv_m_s": float(loi[i]),
            "branch": BRANCHES[found.branch[i]],
            "azimuth_deg": float(found.azimuth_deg[i]),
            "raan_deg": float(found.raan_deg[i]),
        }
        for i, launch in enumerate(found.launch_d.tolist())
    ]


def _costs(
    table: EphemerisTable, depart_d: FloatArray, branch: np.ndarray[Any, Any], trip: Trip
) -> tuple[FloatArray, FloatArray]:
    from sim.physics.transfer import departure_table

    parking, target, tof_h = trip
    grid = departure_table(table, depart_d, [tof_h], parking, target)
    row = range(len(depart_d))
    return grid.tli_dv_m_s[row, 0, branch], grid.loi_dv_m_s[row, 0, branch]


def _mean_gap_d(windows: list[dict[str, Any]]) -> float | None:
    """Return the mean time between the best times; None for fewer than two windows."""
    best = [window["best_d"] for window in windows]
    return (best[-1] - best[0]) / (len(best) - 1) if len(best) > 1 else None


def _said(window: dict[str, Any]) -> dict[str, Any]:
    from sim.physics.epochs import iso_from_epoch

    dates = {key: iso_from_epoch(window[f"{key}_d"]) for key in ("open", "close", "best")}
    return dates | {key: value for key, value in window.items() if not key.endswith("_d")}


def _print(result: dict[str, Any], place: NamedPlace | None) -> None:
    windows = [_said(window) for window in result["windows"]]
    noun = ("launch", "launches") if place else ("departure", "departures")
    what = f"{counted(len(windows), *noun)} {f'from {place.name}' if place else 'of the waiting stack'}"
    gap = "" if result["mean_gap_d"] is None else f", {result['mean_gap_d']:.2f} d apart in the mean"
    click.echo(f"{what}{gap}; times TDB, costs in m/s")
    if not windows:
        click.echo("none: the Moon's declination stays above the inclination, or the span is too short")
        return
    head = ["open", "best", "close", "branch", *(["azimuth"] if place else []), "TLI", "LOI"]
    print_table(head, [_row(window) for window in windows[:_SHOWN]])
    if len(windows) > _SHOWN:
        click.echo(f"... and {len(windows) - _SHOWN} more; --json lists all")


def _row(window: dict[str, Any]) -> list[str]:
    times = [window[key][:16].replace("T", " ") for key in ("open", "best", "close")]
    azimuth = [f"{window['azimuth_deg']:.1f}"] if "azimuth_deg" in window else []
    costs = ["-" if window[key] != window[key] else f"{window[key]:.1f}" for key in ("tli_dv_m_s", "loi_dv_m_s")]
    return [*times, window["branch"], *azimuth, *costs]
