"""`ilrs transfer`: one transfer from an orbit about the Earth to one about the Moon, or home from there."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.halo_legs import halo_home, names_halo, print_halo, read_halo_way
from sim.cli.homeward import home_options, home_result, print_home, read_homeward
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
    save_picture,
)
from sim.problems import InputError, suggest

if TYPE_CHECKING:
    from sim.physics.lunar_legs import Place, StagingLeg
    from sim.physics.places import LunarOrbit, Parking
    from sim.physics.refine import RefinedTransfer
    from sim.physics.states import EphemerisTable
    from sim.physics.transfer import Transfer

_STAGING: dict[str, Place] = {"nrho": "NRHO", "eml1": "EML1", "eml2": "EML2", "dro": "DRO"}
_SHAPE = re.compile(r"(?P<low>[0-9.]+) *(?P<unit>[a-zA-Z]*) *[x×] *(?P<high>[0-9.]+ *[a-zA-Z]+)")
_FITTED_KM = 3000.0
_OUTSIDE_FIT = (
    "A perilune beyond 3000 km lies outside the fit of the fast mode: LOI rms 4, max 8 m/s; --refine mends it."
)
_PLANE_MARGIN_DEG = 0.001  # a refined transfer needs an inclination a little above the Moon's declination


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a transfer ends: an orbit that is computed, and for a staging orbit the tabled way into it."""

    name: str
    orbit: LunarOrbit
    leg: StagingLeg | None = None


@click.command("transfer")
@click.option("--depart", "depart_d", type=MOMENT, required=True, help="Time of the injection, TDB.")
@click.option(
    "--tof", "tofs_h", type=TIMES, required=True, help="Time of flight, 60 to 170 h; home 54 to 170 h, or 84h..108h."
)
@click.option(
    "--parking", "parking_km", type=LENGTH, default="200km", show_default=True, help="Altitude of the parking orbit."
)
@click.option(
    "--inclination",
    "inclination_deg",
    type=ANGLE,
    help="Of the parking orbit (required), or of the return [default: the cheapest].",
)
@home_options()
@click.option(
    "--to",
    "goal",
    default="llo",
    show_default=True,
    metavar="ORBIT",
    help="llo, elfo, nrho, dro, eml1, eml2, or altitudes such as 100km or 100x8600km; entry for the way home.",
)
@click.option(
    "--lunar-inclination",
    "tilt_deg",
    type=ANGLE,
    help="Of the orbit about the Moon, to its equator [default: the named orbit's own, otherwise 90deg].",
)
@click.option("--refine", is_flag=True, help="Integrate in the field of Earth, Moon and Sun (slower, within 0.5 m/s).")
@click.option(
    "--plane-change", is_flag=True, help="Pay for turning the parking orbit where its plane does not reach the Moon."
)
@kernel_option
@plot_option("the path in two frames and the costs around that date")
@language_option
@as_json("the transfer")
def command(
    depart_d: float,
    tofs_h: tuple[float, float],
    parking_km: float,
    inclination_deg: float | None,
    origin: str,
    angle_deg: float | None,
    site: str | None,
    range_km: float | None,
    perilune_d: float | None,
    goal: str,
    tilt_deg: float | None,
    refine: bool,
    plane_change: bool,
    kernel: Path | None,
    plot: Path | None,
    json_: bool,
) -> None:
    """Say what it costs to leave an orbit about the Earth at a time and to be about the Moon a time later, or to come
    home from there (--from llo --to entry).

    A transfer that is not possible is a result and says why.
    """
    if goal.strip().lower() == "entry" and (plot or plane_change):
        raise InputError(f"--{'plot' if plot else 'plane-change'}: is for ways out, not for the way home")
    if names_halo(origin) and goal.strip().lower() == "entry":
        with physics_limits():
            way = read_halo_way(origin, goal, perilune_d, parking_km, inclination_deg, angle_deg, site)
            home = halo_home(open_ephemeris(kernel), depart_d, way)
        print_json(home) if json_ else print_halo(home["solutions"])
        return
    if goal.strip().lower() == "entry":
        with physics_limits():
            asked = read_homeward(read_origin(origin, tilt_deg), tofs_h, angle_deg, inclination_deg, site, range_km)
            home = home_result(open_ephemeris(kernel), depart_d, asked, refine=refine)
        print_json(home) if json_ else print_home(home)
        return
    tof_h, inclination_deg = require_way_out(origin, tofs_h, inclination_deg, angle_deg, site)
    with physics_limits():
        aim = read_goal(goal, tilt_deg)
        parking = _parking(parking_km, inclination_deg)
        table = open_ephemeris(kernel)
        fast = _find(table, depart_d, tof_h, parking, aim, pay=plane_change)
        precise = _refine(table, depart_d, tof_h, parking, aim, fast) if refine and fast.feasible else None
        result = _with_leg(_result(depart_d, tof_h, parking, fast, precise), aim)
        if precise is None and aim.orbit.perilune_km > _FITTED_KM:
            result["notes"].append(_OUTSIDE_FIT)
        if plot:
            from dashboards.figures.trajectory import AskedTransfer, fly_result, picture_transfer

            insertion = aim.leg.dv_m_s if aim.leg else None
            flight = AskedTransfer(depart_d, tof_h, parking, _turned(parking, fast), aim.orbit, aim.name, insertion)
            flown = fly_result(table, flight, result)
            save_picture(lambda: picture_transfer(flown, result), plot)
    if json_:
        print_json(result)
    else:
        _print(result)


def read_origin(text: str, tilt_deg: float | None, option: str = "--from") -> LunarOrbit:
    """Return the orbit about the Moon that a way home leaves, or one from a halo orbit reaches; raises InputError."""
    aim = read_goal(text, tilt_deg, option)
    if aim.leg:
        which = "to orbits close to the Moon, not to" if option == "--to" else "from orbits close to the Moon, not from"
        raise InputError(f"{option}: ways are computed {which} {aim.name}")
    return aim.orbit


def require_way_out(
    origin: str, tofs_h: tuple[float, float], inclination_deg: float | None, angle_deg: float | None, site: str | None
) -> tuple[float, float]:
    """Return time of flight and inclination of a way out; raises InputError where it is asked like a way home."""
    if origin.strip().lower() != "leo":
        raise InputError(f"--from: from {origin.strip()[:40]} only ways home are computed; add --to entry")
    if angle_deg is not None or site is not None:
        raise InputError(f"{'--site' if angle_deg is None else '--entry-angle'}: is for the way home; add --to entry")
    if tofs_h[0] != tofs_h[1]:
        raise InputError("--tof: a way out takes one time of flight; a span is for the way home")
    if inclination_deg is None:
        raise click.UsageError("Missing option '--inclination'.")
    return tofs_h[0], inclination_deg


def read_goal(text: str, tilt_deg: float | None, option: str = "--to") -> Arrival:
    """Return what `--to` means: a name of the catalogue, a staging orbit, or altitudes; raises InputError."""
    from sim.cli.quantities import lunar_orbits
    from sim.physics.places import LunarOrbit

    name = text.strip().lower()
    if name in _STAGING:
        from sim.physics.lunar_legs import staging_leg

        return Arrival(
            name, LunarOrbit(100.0, 100.0, 90.0 if tilt_deg is None else tilt_deg), staging_leg("TLI", _STAGING[name])
        )
    known = lunar_orbits()
    low_km, high_km, inclination_deg = known[name] if name in known else (*_altitudes(text, known, option), 90.0)
    return Arrival(name, LunarOrbit(low_km, high_km, inclination_deg if tilt_deg is None else tilt_deg))


def _altitudes(text: str, known: dict[str, Any], said: str) -> tuple[float, float]:
    """Read `100km`, `100x8600km` or `100 km x 8600 km`."""
    option = click.Option([said])
    match = _SHAPE.fullmatch(text.strip())
    if match:
        unit = match["unit"] or re.sub("[0-9. ]", "", match["high"])
        low, high = (LENGTH.convert(part, option, None) for part in (match["low"] + unit, match["high"]))
        return low, high
    if text.strip()[:1].isdigit():
        circle = LENGTH.convert(text, option, None)
        return circle, circle
    hint = suggest(text.strip().lower(), [*known, *_STAGING])
    raise InputError(f"{said}: there is no orbit '{text.strip()[:40]}'; {hint}, or altitudes such as 100x8600km")


def _parking(altitude_km: float, inclination_deg: float) -> Parking:
    from sim.physics.places import Parking

    return Parking(altitude_km, inclination_deg)


def _find(
    table: EphemerisTable, depart_d: float, tof_h: float, parking: Parking, aim: Arrival, *, pay: bool
) -> Transfer:
    """Find the transfer; one to a staging orbit passes the Moon within the limits of the fast transfer."""
    from sim.physics.limits import require_between
    from sim.physics.transfer import TOF_LIMITS_H, find_transfer

    if aim.leg:
        low, high = (24.0 * days for days in aim.leg.tof_range_d)
        require_between(f"time of flight to {aim.name}", tof_h, low, high, "h")
    passage_h = min(tof_h, TOF_LIMITS_H[1]) if aim.leg else tof_h
    table.require(depart_d + tof_h / 24.0)
    return find_transfer(table, depart_d, passage_h, parking, aim.orbit, plane_change="pay" if pay else "refuse")


def _turned(parking: Parking, fast: Transfer) -> Parking:
    """Return the parking orbit after the plane change that was paid for."""
    if not fast.feasible or fast.plane_dv_m_s == 0.0:
        return parking
    need_deg = abs(fast.moon_declination_deg) + _PLANE_MARGIN_DEG
    return replace(parking, inclination_deg=need_deg if parking.inclination_deg < 90.0 else 180.0 - need_deg)


def _refine(
    table: EphemerisTable, depart_d: float, tof_h: float, parking: Parking, aim: Arrival, fast: Transfer
) -> RefinedTransfer:
    from sim.physics.refine import refine_transfer

    if aim.leg:
        raise InputError(
            f"--refine: the way to {aim.name} is a tabled figure; only orbits close to the Moon are refined"
        )
    return refine_transfer(table, depart_d, tof_h, _turned(parking, fast), aim.orbit)


def _energy_km2_s2(parking: Parking, tli_dv_m_s: float) -> float:
    """Return C3 after a tangential burn in the parking orbit: the energy that goes with the TLI that is printed."""
    from sim.physics.constants import EARTH_MU_KM3_S2, EARTH_RADIUS_KM

    radius_km = EARTH_RADIUS_KM + parking.altitude_km
    speed_km_s = math.sqrt(EARTH_MU_KM3_S2 / radius_km) + 1e-3 * tli_dv_m_s
    return speed_km_s**2 - 2.0 * EARTH_MU_KM3_S2 / radius_km


def _result(
    depart_d: float, tof_h: float, parking: Parking, fast: Transfer, precise: RefinedTransfer | None
) -> dict[str, Any]:
    from sim.physics.epochs import iso_from_epoch

    found: dict[str, Any] = {
        "feasible": fast.feasible,
        "reason": fast.reason,
        "tli_dv_m_s": fast.tli_dv_m_s,
        "loi_dv_m_s": fast.loi_dv_m_s,
        "solutions": [
            {"branch": one.branch, "tli_dv_m_s": one.tli_dv_m_s, "loi_dv_m_s": one.loi_dv_m_s} for one in fast.solutions
        ],
        "c3_km2_s2": _energy_km2_s2(parking, fast.tli_dv_m_s) if fast.feasible else None,
        "arrive": iso_from_epoch(depart_d + tof_h / 24.0),
        "plane_dv_m_s": fast.plane_dv_m_s if fast.feasible else None,
        "moon_declination_deg": fast.moon_declination_deg,
        "method": "fast",
        "failures": [],
        "notes": [],
    }
    return found if precise is None else found | _refined(precise)


def _refined(precise: RefinedTransfer) -> dict[str, Any]:
    """Return what a refined transfer puts in the place of the fast one."""
    from sim.physics.epochs import iso_from_epoch

    best = precise.solutions[0] if precise.solutions else None
    return {
        "feasible": precise.feasible,
        "reason": precise.reason,
        "tli_dv_m_s": best.tli_dv_m_s if best else None,
        "loi_dv_m_s": best.loi_dv_m_s if best else None,
        "solutions": [
            {
                "branch": one.branch,
                "side": one.side,
                "tli_dv_m_s": one.tli_dv_m_s,
                "loi_dv_m_s": one.loi_dv_m_s,
                "c3_km2_s2": one.c3_km2_s2,
                "raan_deg": one.raan_deg,
                "argument_of_latitude_deg": one.argument_deg,
            }
            for one in precise.solutions
        ],
        "c3_km2_s2": best.c3_km2_s2 if best else None,
        "method": "refined",
        "failures": [{"branch": one.branch, "side": one.side, "reason": one.reason} for one in precise.failures],
    } | ({"arrive": iso_from_epoch(best.perilune_d)} if best else {})


def _with_leg(result: dict[str, Any], aim: Arrival) -> dict[str, Any]:
    """Put the tabled way into a staging orbit in the place of lunar insertion."""
    leg = aim.leg
    if leg is None or not result["feasible"]:
        return result
    low, high = leg.dv_range_m_s
    note = (
        f"insertion into {leg.destination} ({leg.way}) is a tabled figure, {leg.dv_m_s:g} m/s ({low:g} to {high:g});"
        f" {leg.access}: {leg.source}. TLI is that of passing the Moon."
    )
    solutions = [one | {"loi_dv_m_s": leg.dv_m_s} for one in result["solutions"]]
    solutions.sort(key=lambda one: float(one["tli_dv_m_s"]))
    best = {"tli_dv_m_s": solutions[0]["tli_dv_m_s"], "loi_dv_m_s": leg.dv_m_s}
    return result | best | {"solutions": solutions, "notes": [note]}


def _print(result: dict[str, Any]) -> None:
    declination = f"the Moon's declination on arrival is {result['moon_declination_deg']:.2f} deg"
    if not result["feasible"]:
        click.echo(f"not feasible: {result['reason']}")
        return
    energy = f"C3 {result['c3_km2_s2']:.3f} km2/s2"
    click.echo(f"feasible ({result['method']}): arrives {result['arrive']} TDB, {energy}; {declination}")
    if result["plane_dv_m_s"]:
        click.echo(f"plane change in the parking orbit: {result['plane_dv_m_s']:.1f} m/s, to be added")
    click.echo("")
    sides = ["side"] if result["method"] == "refined" else []
    head = ["branch", *sides, "TLI m/s", "LOI m/s", "total m/s"]
    rows = [
        (
            one["branch"],
            *(one[key] for key in sides),
            f"{one['tli_dv_m_s']:.1f}",
            f"{one['loi_dv_m_s']:.1f}",
            f"{one['tli_dv_m_s'] + one['loi_dv_m_s'] + result['plane_dv_m_s']:.1f}",
        )
        for one in result["solutions"]
    ]
    print_table(head, rows)
    for text in [*result["notes"], *(one["reason"] for one in result["failures"])]:
        click.echo(text)
