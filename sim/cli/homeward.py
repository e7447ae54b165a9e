"""What `ilrs transfer --to entry` and `ilrs windows --to entry` answer: ways home from an orbit about the Moon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.cli.printing import print_table
from sim.cli.quantities import ANGLE, LENGTH, MOMENT
from sim.problems import InputError, counted, did_you_mean

if TYPE_CHECKING:
    from sim.physics.landing import LandingSite
    from sim.physics.places import EntryInterface, LunarOrbit
    from sim.physics.returns import Return, Returns
    from sim.physics.states import EphemerisTable, FloatArray

LANDING_SITES = {
    "siziwang": (42.3, 112.0),
    "dongfeng": (41.6, 100.1),
    "san-diego": (28.5, -117.5),
    "utah": (40.2, -113.2),
    "woomera": (-30.9, 136.5),
    "zhezkazgan": (47.3, 69.6),
}
"""Where capsules come down: degrees north and east, to a tenth.

Source: Chang'e-5 and 6 (Siziwang Banner), Shenzhou (Dongfeng), Artemis I (Pacific off Baja California), Genesis and
OSIRIS-REx (Utah), Hayabusa (Woomera), Soyuz (Zhezkazgan); Wikipedia, recalled and rounded.
"""
DEFAULT_ENTRY = "-6.2deg"
_TOF_STEP_H = 1.0
_CALENDAR_STEP_D = 0.25


_FROM = "leo, or for a way home an orbit about the Moon: llo, elfo, or altitudes such as 100km or 100x8600km."
_ANGLE = f"Way home: inertial flight-path angle at the entry interface, 121.92 km  [default: {DEFAULT_ENTRY}]."
_SITE = f"Way home: where to land, LAT,LON or one of {', '.join(sorted(LANDING_SITES))}."
_RANGE = "Way home: from the entry interface to the site along the ground."
_PERILUNE = "Halo orbit: a time at which it passes perilune [default: one that keeps full moons away from it]."
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Homeward:
    """What is asked of a way home: the orbit left, the span of times of flight, the entry, and perhaps a site."""

    orbit: LunarOrbit
    tofs_h: tuple[float, float]
    entry: EntryInterface
    site: LandingSite | None = None


def home_options(site_help: str = _SITE) -> Callable[[F], F]:
    """Add the options of a way home."""
    options = (
        click.option("--perilune", "perilune_d", type=MOMENT, help=_PERILUNE),
        click.option("--range", "range_km", type=LENGTH, help=_RANGE),
        click.option("--site", "site", metavar="NAME", help=site_help),
        click.option("--entry-angle", "angle_deg", type=ANGLE, help=_ANGLE),
        click.option("--from", "origin", default="leo", show_default=True, metavar="ORBIT", help=_FROM),
    )

    def add(function: F) -> F:
        for option in options:
            function = option(function)
        return function

    return add


def read_homeward(
    orbit: LunarOrbit,
    tofs_h: tuple[float, float],
    angle_deg: float | None,
    inclination_deg: float | None,
    site: str | None,
    range_km: float | None,
) -> Homeward:
    """Return what is asked of a way home; raises InputError and PhysicsError."""
    from sim.physics.places import EntryInterface

    if site is not None and inclination_deg is not None:
        raise InputError("--inclination: a landing site fixes the plane of the return; give --site alone")
    if site is None and range_km is not None:
        raise InputError("--range: the range leads from the entry to a site; give --site too")
    steep_deg = ANGLE.convert(DEFAULT_ENTRY, None, None) if angle_deg is None else angle_deg
    place = None if site is None else read_landing_site(site, range_km)
    return Homeward(orbit, tofs_h, EntryInterface(steep_deg, inclination_deg), place)


def read_landing_site(text: str, range_km: float | None) -> LandingSite:
    """Return a landing site by name or as LAT,LON, with the range flown to it; raises InputError."""
    from sim.physics.landing import LandingSite, descent_s

    if range_km is None:
        raise InputError("--site: a landing site needs --range, the way from the entry interface, such as 6500km")
    latitude, comma, longitude = text.partition(",")
    if comma:
        option = click.Option(["--site"])
        degrees = [ANGLE.convert(_with_unit(part), option, None) for part in (latitude, longitude)]
        return LandingSite(degrees[0], degrees[1], range_km, descent_s(range_km))
    name = "-".join(text.strip().lower().replace("_", " ").split())
    found = next((key for key in LANDING_SITES if name in (key, f"{key}-banner", f"{key}-pacific")), None)
    found = found or {"sandiego": "san-diego", "sandiego-pacific": "san-diego"}.get(name)
    if found is None:
        near = did_you_mean(name, list(LANDING_SITES))
        raise InputError(
            f"--site: there is no landing site '{text.strip()[:40]}'; {f'{near} ' if near else ''}"
            f"known: {', '.join(sorted(LANDING_SITES))}; or give LAT,LON such as 42.3,112.0"
        )
    return LandingSite(*LANDING_SITES[found], range_km, descent_s(range_km))


def _with_unit(text: str) -> str:
    said = text.strip()
    return f"{said} deg" if said[-1:].isdigit() else said


def home_result(table: EphemerisTable, depart_d: float, asked: Homeward, *, refine: bool) -> dict[str, Any]:
    """Return the ways home from a departure, as `--json` prints them."""
    found = _find(table, depart_d, asked, refine=refine)
    best = found.solutions[0] if found.solutions else None
    return {
        "feasible": bool(found.solutions),
        "reason": found.reason,
        "limit": found.limit,
        "nearest_depart": _iso(found.nearest_d),
        "tei_dv_m_s": best.tei_dv_m_s if best else None,
        "entry": _iso(best.entry_d) if best else None,
        "solutions": [_said(one, asked.entry.angle_deg) for one in found.solutions],
        "moon_declination_deg": found.moon_declination_deg,
        "method": "refined" if refine or asked.site else "fast",
        "notes": [],
    }


def _find(table: EphemerisTable, depart_d: float, asked: Homeward, *, refine: bool) -> Returns:
    """Find ways home; in a span of times of flight without a site, at the cheapest hour."""
    from sim.physics.landing import Approach, find_site_returns
    from sim.physics.returns import find_returns, refine_returns, return_table

    if asked.site is not None:
        approach = Approach(table, depart_d, asked.tofs_h, asked.entry.angle_deg, asked.orbit, asked.site)
        return find_site_returns(approach, refined=True)  # the hour of arrival asks for it
    hours = _hours(asked.tofs_h)
    if len(hours) > 1:
        _, column, _ = return_table(table, [depart_d], hours, asked.entry, asked.orbit).best()
        hours = [hours[int(column[0])]]
    return (refine_returns if refine else find_returns)(table, depart_d, hours[0], asked.entry, asked.orbit)


def _hours(span_h: tuple[float, float]) -> list[float]:
    import numpy as np

    low, high = span_h
    return [float(one) for one in np.linspace(low, high, 1 + round((high - low) / _TOF_STEP_H + 0.499))]


def _said(one: Return, angle_deg: float) -> dict[str, Any]:
    return {
        "branch": one.branch,
        **({"side": one.side, "node_deg": one.node_deg} if one.side else {}),
        "tei_dv_m_s": one.tei_dv_m_s,
        "entry_speed_m_s": one.entry_speed_m_s,
        "entry_angle_deg": angle_deg,
        "inclination_deg": one.inclination_deg,
        "tof_h": 24.0 * (one.entry_d - one.depart_d),
        "depart": _iso(one.depart_d),
        "entry": _iso(one.entry_d),
        "entry_latitude_deg": one.entry.latitude_deg,
        "entry_longitude_deg": one.entry.longitude_deg,
        "entry_azimuth_deg": one.entry.azimuth_deg,
    }


def _iso(epoch_d: float) -> str | None:
    from sim.physics.epochs import iso_from_epoch

    return None if isnan(epoch_d) else iso_from_epoch(epoch_d)


def print_home(result: dict[str, Any]) -> None:
    """Print the ways home from one departure."""
    if not result["feasible"]:
        click.echo(f"not feasible: {result['reason']}")
        return
    declination = f"the Moon's declination on departure is {result['moon_declination_deg']:.2f} deg"
    click.echo(f"feasible ({result['method']}): enters {result['entry']} TDB; {declination}")
    click.echo("")
    head = [
        "branch",
        "side",
        "TEI m/s",
        "tof h",
        "inclination",
        "entry TDB",
        "km/s",
        "latitude",
        "longitude",
        "azimuth",
    ]
    print_table(head, [_row(one) for one in result["solutions"]])


def _row(one: dict[str, Any]) -> list[str]:
    return [
        one["branch"],
        one.get("side", ""),
        f"{one['tei_dv_m_s']:.1f}",
        f"{one['tof_h']:.2f}",
        f"{one['inclination_deg']:.2f}",
        one["entry"][:16].replace("T", " "),
        f"{one['entry_speed_m_s'] / 1e3:.4f}",
        f"{one['entry_latitude_deg']:.1f}",
        f"{one['entry_longitude_deg']:.1f}",
        f"{one['entry_azimuth_deg']:.1f}",
    ]


def home_windows(table: EphemerisTable, span_d: tuple[float, float], asked: Homeward) -> list[dict[str, Any]]:
    """Return one window a day: the hours at which one can leave for home, and the cheapest of them."""
    import numpy as np

    days = np.arange(span_d[0], span_d[1], _CALENDAR_STEP_D)
    ways = _ways_by_site(table, days, asked, asked.site) if asked.site else _ways_by_cost(table, days, asked)
    windows: list[dict[str, Any]] = []
    for number in range(int(np.ceil(span_d[1] - span_d[0]))):
        today = [way for way in ways if span_d[0] + number <= way["best_d"] < span_d[0] + number + 1.0]
        if today:
            best = min(today, key=lambda way: float(way["tei_dv_m_s"]))
            last_d = min(today[-1]["best_d"] + _CALENDAR_STEP_D, span_d[1])
            windows.append({"open_d": today[0]["best_d"], "close_d": last_d, **best})
    return windows


def _ways_by_cost(table: EphemerisTable, days: FloatArray, asked: Homeward) -> list[dict[str, Any]]:
    import numpy as np

    from sim.physics.returns import return_table
    from sim.physics.transfer import BRANCHES

    hours = _hours(asked.tofs_h)
    grid = return_table(table, days, hours, asked.entry, asked.orbit)
    burns, column, branch = grid.best()
    return [
        {
            "best_d": float(days[row]),
            "tei_dv_m_s": float(burns[row]),
            "branch": BRANCHES[branch[row]],
            "tof_h": hours[column[row]],
            "entry": _iso(float(days[row]) + hours[column[row]] / 24.0),
            "entry_speed_m_s": float(grid.entry_speed_m_s[row, column[row], branch[row]]),
            "inclination_deg": float(grid.inclination_deg[row, column[row], branch[row]]),
        }
        for row in np.flatnonzero(np.isfinite(burns)).tolist()
    ]


def _ways_by_site(table: EphemerisTable, days: FloatArray, asked: Homeward, site: LandingSite) -> list[dict[str, Any]]:
    from sim.physics.landing import Approach, find_site_returns

    found: list[dict[str, Any]] = []
    for day in days.tolist():
        approach = Approach(table, day, asked.tofs_h, asked.entry.angle_deg, asked.orbit, site)
        for one in find_site_returns(approach, explain=False).solutions[:1]:
            said = _said(one, asked.entry.angle_deg)
            keys = ("tei_dv_m_s", "branch", "tof_h", "entry", "entry_speed_m_s", "inclination_deg")
            found.append({"best_d": day, **{key: said[key] for key in keys}})
    return found


def print_home_windows(windows: list[dict[str, Any]], shown: int) -> None:
    """Print one line a day."""
    click.echo(f"{counted(len(windows), 'day', 'days')} with a way home; times TDB, costs in m/s")
    if not windows:
        click.echo("none: no plane through the Moon allows it in this span; allow another inclination, range or time")
        return
    head = ["best departure", "open", "close", "branch", "TEI", "tof h", "entry", "inclination"]
    print_table(head, [_window_row(one) for one in windows[:shown]])
    if len(windows) > shown:
        click.echo(f"... and {len(windows) - shown} more; --json lists all")


def _window_row(one: dict[str, Any]) -> list[str]:
    times = [one[key][:16].replace("T", " ") for key in ("best", "open", "close")]
    return [
        *times,
        one["branch"],
        f"{one['tei_dv_m_s']:.1f}",
        f"{one['tof_h']:.1f}",
        one["entry"][:16].replace("T", " "),
        f"{one['inclination_deg']:.1f}",
    ]
