"""What `ilrs windows` and `ilrs transfer` answer for a halo orbit: one powered flyby of the Moon a revolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sim.cli.homeward import DEFAULT_ENTRY
from sim.cli.printing import print_table
from sim.cli.quantities import ANGLE, LENGTH, TIMES
from sim.problems import InputError, counted

if TYPE_CHECKING:
    from sim.physics.flyby import FlybyLeg, Revolutions
    from sim.physics.places import EntryInterface, LunarOrbit, Parking
    from sim.physics.states import EphemerisTable

HALO = "nrho"
_LONGEST_D = 400.0
"""Days of windows in one question: each revolution takes some seconds the first time."""
_LEAD_D = {True: (2.5, 8.0), False: (0.0, 3.0)}
"""By whether it leads out: how many days the perilune of a way lies after its departure, at least and at most."""


@dataclass(frozen=True, slots=True)
class HaloWay:
    """Where a way to or from a halo orbit leads: its revolutions, and the parking orbit left or the entry reached."""

    around: Revolutions
    start: Parking | EntryInterface


def names_halo(text: str) -> bool:
    """Say whether an orbit is a near-rectilinear halo orbit: `nrho`, `nrho:5000km` (perilune) or `nrho:7d` (period)."""
    return text.strip().lower().partition(":")[0] == HALO


def read_halo(text: str, perilune_d: float | None, option: str) -> Revolutions:
    """Return the halo orbit that is meant, and when it passes perilune; raises InputError and PhysicsError."""
    from sim.physics.flyby import PERILUNE_D, Revolutions
    from sim.physics.halo import halo_orbit

    said = text.strip().partition(":")[2].strip()
    named = click.Option([option])
    if not said:
        orbit = halo_orbit()
    elif said.rstrip("0123456789. ").lower() == "" or said.endswith("m"):
        orbit = halo_orbit(perilune_km=LENGTH.convert(said, named, None))
    else:
        orbit = halo_orbit(period_d=TIMES.convert(said, named, None)[0] / 24.0)
    return Revolutions(orbit, PERILUNE_D if perilune_d is None else perilune_d)


def read_halo_way(
    origin: str,
    goal: str,
    perilune_d: float | None,
    parking_km: float,
    inclination_deg: float | None,
    angle_deg: float | None,
    site: str | None,
) -> HaloWay:
    """Return the end at the Earth and the halo orbit of a way out or home; raises InputError and PhysicsError."""
    from sim.physics.places import EntryInterface, Parking

    if site is not None:
        raise InputError("--site: a way to or from a halo orbit has no site; leave it out")
    if names_halo(goal):
        if origin.strip().lower() != "leo":
            raise InputError(f"--from: ways to a halo orbit are computed from leo, not from {origin.strip()[:40]}")
        if inclination_deg is None:
            raise click.UsageError("Missing option '--inclination'.")
        return HaloWay(read_halo(goal, perilune_d, "--to"), Parking(parking_km, inclination_deg))
    if goal.strip().lower() != "entry":
        raise InputError(f"--to: from a halo orbit ways home are computed, --to entry, not to {goal.strip()[:40]}")
    steep_deg = ANGLE.convert(DEFAULT_ENTRY, None, None) if angle_deg is None else angle_deg
    return HaloWay(read_halo(origin, perilune_d, "--from"), EntryInterface(steep_deg, inclination_deg))


def halo_windows(table: EphemerisTable, span_d: tuple[float, float], way: HaloWay) -> list[dict[str, Any]]:
    """Return the best way of each revolution whose departure lies in a span, in order."""
    if span_d[1] - span_d[0] > _LONGEST_D:
        raise InputError(f"--until: windows of a halo orbit are searched for {_LONGEST_D:g} days at the most")
    legs = _legs(table, span_d, way)
    return [_said(leg) for leg in legs if span_d[0] <= min(leg.earth_d, leg.halo_d) < span_d[1]]


def halo_home(table: EphemerisTable, depart_d: float, way: HaloWay) -> dict[str, Any]:
    """Return the way home from a halo orbit whose departure is nearest to a date, as `--json` prints it."""
    half_d = 0.6 * way.around.orbit.period_d
    legs = _legs(table, (depart_d - half_d, depart_d + half_d), way)
    best = min(legs, key=lambda leg: abs(leg.halo_d - depart_d), default=None)
    said = [] if best is None else [_said(best)]
    for one in said:
        one.update(
            entry_angle_deg=getattr(way.start, "angle_deg", None), tei_dv_m_s=one["total_dv_m_s"], branch="flyby"
        )
    return {
        "feasible": best is not None,
        "reason": "" if best else "no powered flyby was found in the revolutions about that date",
        "limit": "" if best else "time",
        "tei_dv_m_s": best.total_m_s if best else None,
        "solutions": said,
        "method": "refined",
        "notes": ["A halo orbit has one good flyby a revolution: this is the departure nearest to the date."],
    }


def _legs(table: EphemerisTable, span_d: tuple[float, float], way: HaloWay) -> list[FlybyLeg]:
    from sim.physics.flyby import find_flyby
    from sim.physics.places import Parking

    before_d, after_d = _LEAD_D[isinstance(way.start, Parking)]
    wide = (span_d[0] + before_d, span_d[1] + after_d)
    found = [find_flyby(table, way.around, perilune_d, way.start) for perilune_d in way.around.within(*wide)]
    return [leg for leg in found if leg is not None]


def _said(leg: FlybyLeg) -> dict[str, Any]:
    from sim.physics.epochs import iso_from_epoch

    out = leg.earth_d < leg.halo_d
    ends = {
        "best": iso_from_epoch(min(leg.earth_d, leg.halo_d)),
        "depart": iso_from_epoch(min(leg.earth_d, leg.halo_d)),
        "flyby": iso_from_epoch(leg.flyby_d),
        "arrive" if out else "entry": iso_from_epoch(max(leg.earth_d, leg.halo_d)),
    }
    burns = {"flyby_dv_m_s": leg.flyby_dv_m_s, "halo_dv_m_s": leg.halo_dv_m_s, "total_dv_m_s": leg.total_m_s}
    earth = {"tli_dv_m_s": leg.earth_dv_m_s} if out else {"entry_speed_m_s": leg.earth_speed_m_s}
    return {**ends, **earth, **burns, "inclination_deg": leg.inclination_deg, "duration_d": leg.duration_d}


def shuttle_windows(
    table: EphemerisTable,
    span_d: tuple[float, float],
    around: Revolutions,
    orbit: LunarOrbit,
    tof_h: float,
    *,
    up: bool,
) -> list[dict[str, Any]]:
    """Return the best way between a polar orbit close to the Moon and a halo orbit in each revolution of a span."""
    from sim.physics.epochs import iso_from_epoch
    from sim.physics.halo_shuttle import find_shuttle

    if orbit.perilune_km != orbit.apolune_km or orbit.inclination_deg != 90.0:
        raise InputError("ways between a halo orbit and a low one are computed for circular polar orbits, such as llo")
    if span_d[1] - span_d[0] > _LONGEST_D:
        raise InputError(f"--until: windows of a halo orbit are searched for {_LONGEST_D:g} days at the most")
    wide = (span_d[0] - 1.0, span_d[1] + tof_h / 24.0 + 1.0)
    said: list[dict[str, Any]] = []
    for perilune_d in around.within(*wide):
        leg = find_shuttle(table, around, perilune_d, altitude_km=orbit.perilune_km, duration_d=tof_h / 24.0, up=up)
        if leg is None or not span_d[0] <= min(leg.low_d, leg.halo_d) < span_d[1]:
            continue
        depart, arrive = (iso_from_epoch(one) for one in sorted((leg.low_d, leg.halo_d)))
        burns = {"low_dv_m_s": leg.low_dv_m_s, "halo_dv_m_s": leg.halo_dv_m_s, "total_dv_m_s": leg.total_m_s}
        said.append({"best": depart, "depart": depart, "arrive": arrive, **burns, "duration_d": tof_h / 24.0})
    return said


def print_shuttles(ways: list[dict[str, Any]]) -> None:
    """Print one line a revolution."""
    click.echo(f"{counted(len(ways), 'way', 'ways')}, one a revolution of the halo orbit; times TDB, costs in m/s")
    if ways:
        rows = [
            [
                *(one[key][:16].replace("T", " ") for key in ("depart", "arrive")),
                *(f"{one[key]:.1f}" for key in ("low_dv_m_s", "halo_dv_m_s", "total_dv_m_s")),
            ]
            for one in ways
        ]
        print_table(["depart", "arrive", "low orbit", "halo", "both"], rows)


def print_halo(ways: list[dict[str, Any]]) -> None:
    """Print one line a revolution."""
    click.echo(f"{counted(len(ways), 'revolution', 'revolutions')} with a powered flyby; times TDB, costs in m/s")
    if not ways:
        click.echo("none: lengthen the span, a revolution takes 6 to 9 days")
        return
    out = "arrive" in ways[0]
    head = ["depart", "flyby", "arrive" if out else "entry", *(["TLI"] if out else []), "flyby", "halo", "both", "days"]
    print_table(head, [_row(one, out=out) for one in ways])


def _row(one: dict[str, Any], *, out: bool) -> list[str]:
    times = [one[key][:16].replace("T", " ") for key in ("depart", "flyby", "arrive" if out else "entry")]
    keys = [*(["tli_dv_m_s"] if out else []), "flyby_dv_m_s", "halo_dv_m_s", "total_dv_m_s"]
    return [*times, *(f"{one[key]:.1f}" for key in keys), f"{one['duration_d']:.2f}"]
