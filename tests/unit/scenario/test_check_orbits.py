"""Orbits and legs that cannot be: planes out of reach, and transfers that are not computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.check_orbits import GEODETIC_DEG
from sim.units import parse_date
from tests.unit.scenario.small import problems_of, told

CASES: list[tuple[str, str, str, str, str]] = [
    # what is written over the small scenario; code; path; part of the message; part of the hint
    ("places: {leo: {inclination: 10 deg}}", "out-of-range", "missions.cargo-1.launches.main",
     "cz-10 launches from wenchang at 19.6 deg north, and leo is inclined by 10 deg", "least inclination is 19.6 deg"),
    ("places: {leo: {inclination: 170 deg}}", "out-of-range", "missions.cargo-1.launches.main",
     "leo is inclined by 170 deg", "the most 160.4 deg"),
    ("launch_sites: {wenchang: {latitude: -40 deg}}", "out-of-range", "missions.cargo-1.launches.main",
     "at 40 deg south", "least inclination is 40 deg"),
    ("launch_sites: {plesetsk: {latitude: 62.9 deg, longitude: 40.6 deg, scrub: 5 %, recycle: 1 d,"
     " pads: {a: {turnaround: 9 d}}}}\nlaunchers: {cz-10: {pads: [wenchang.lc-301, plesetsk.a]}}", "out-of-range",
     "missions.cargo-1.launches.main", "from plesetsk at 62.9 deg north", "least inclination is 62.9 deg"),
    ("places: {store: {body: earth, altitude: 400 km, inclination: 5 deg}}\nstations: {depot: {at: store, mass: 9 t,"
     " commissioning: 1 d, tank: {capacity: 9 t, filled_by: {delivers: 9 t, fleet: 3, spare: 9 d, launcher: cz-10,"
     " operations: [{name: fill, duration: 1 d}]}}}}", "out-of-range", "stations.depot.tank.filled_by.launcher",
     "store is inclined by 5 deg", "least inclination is 19.6 deg"),
    ("places: {llo: {inclination: 10 deg}}", "out-of-range", "legs.down",
     "llo is inclined by 10 deg and never passes over pole at 89 deg south", "least inclination is 89 deg"),
    ("places: {llo: {inclination: 10 deg}}", "out-of-range", "legs.up", "never passes over pole", "least inclination"),
    ("places: {llo: {inclination: 175 deg}}", "out-of-range", "legs.down", "inclined by 175 deg", "the most 91 deg"),
    ("legs: {down: {transfer: computed, tof: [84 h]}}", "value", "legs.down.transfer",
     "this leg leads from llo (about the Moon) to pole (on the Moon)", "remove transfer: computed and write the burns"),
    ("legs: {up: {transfer: computed, tof: [84 h]}}", "value", "legs.up.transfer", "from pole (on the Moon) to llo",
     "write the burns"),
    ("legs: {home: {from: llo, to: leo, transfer: computed, tof: [84 h]}}", "value", "legs.home.transfer",
     "from llo (about the Moon) to leo (about the Earth)", "write the burns"),
    ("legs: {over: {from: llo, to: high, transfer: computed, tof: [84 h]}}", "value", "legs.over.transfer",
     "to high (about the Moon)", "write the burns"),
    ("places: {cape: {body: earth, surface: true, latitude: 28 deg, longitude: 0 deg}}\n"
     "legs: {away: {from: cape, to: llo, transfer: computed, tof: [84 h]}}", "value", "legs.away.transfer",
     "from cape (on the Earth)", "write the burns"),
    ("legs: {round: {from: llo, to: llo, burns: [{dv: 9 m/s}]}}", "value", "legs.round.to", "ends where it starts",
     "another place"),
    ("legs: {out: {light: true}}", "value", "legs.out.light", "llo is no site on the Moon", "remove light"),
    ("legs: {up: {light_for: 2 d}}", "value", "legs.up.light_for", "llo is no site", "remove light_for"),
    ("legs: {down: {burns: [{dv: 1.9 m/s}]}}", "out-of-range", "legs.down.burns", "add up to 1.9 m/s",
     "check the unit"),
    ("legs: {out: {tof: [100 d, 130 d]}}", "out-of-range", "legs.out.tof[0]",
     "100 d lies outside 2.5 to 7.08 d", "told by its burns"),
    ("legs: {out: {tof: [84 h, 8 d]}}", "out-of-range", "legs.out.tof[1]", "8 d lies outside", "[84 h, 132 h]"),
    ("places: {land: {body: earth, surface: true, latitude: 42 deg, longitude: 112 deg}}\n"
     "legs: {home: {from: llo, to: land, transfer: computed, tof: [40 h, 96 h]}}", "out-of-range", "legs.home.tof[0]",
     "lies outside 2.25 to 7.08 d", "told by its burns"),
    ("places: {land: {body: earth, surface: true, latitude: 42 deg, longitude: 112 deg},"
     " far: {body: moon, periapsis: 900 km, apoapsis: 90000 km}}\n"
     "legs: {home: {from: far, to: land, transfer: computed}}", "out-of-range", "places.far.apoapsis",
     "leaves an orbit of 80000 km at the most", "lower orbit"),
    ("places: {leo: {altitude: null, periapsis: 200 km, apoapsis: 900 km}}", "value", "legs.out.from",
     "leaves from a circular orbit, and leo has no altitude", "altitude: 200 km"),
    ("places: {leo: {altitude: 9000 km}}", "out-of-range", "places.leo.altitude", "lies at 9000 km", "altitude: 200"),
    ("places: {leo: {inclination: null}}", "missing-key", "places.leo", "needs the inclination of leo",
     "inclination: 28.5 deg"),
    ("places: {llo: {altitude: null, periapsis: 3200 km, apoapsis: 90000 km}}", "out-of-range", "places.llo.apoapsis",
     "80000 km at the most: llo goes up to 90000 km", "lower orbit"),
    ("places: {low: {body: earth, altitude: 190 km, inclination: 28.5 deg}}\n"
     "legs: {raise: {from: low, to: leo, burns: [{dv: 9 m/s}]}}\nmissions: {cargo-1: {route: [low, leo, llo, pole]}}",
     "value", "missions.cargo-1.route[2]", "from leo to llo is a computed transfer and not the first leg",
     "begin the route at leo"),
    ("calendar: {end: 2064-01-01}", "out-of-range", "calendar.end",
     "it ends on 2064-01-01, and transfers are computed until 2060-12-26", "end it earlier"),
    ("calendar: {start: 1990-01-01}", "out-of-range", "calendar.start",
     "it starts on 1990-01-01, and transfers are computed from 2000-01-01 on", "start it later"),
]  # fmt: skip


@pytest.mark.parametrize(("child", "code", "path", "message", "hint"), CASES)
def test_what_no_orbit_or_leg_can_do_is_told_with_the_way_out(
    child: str, code: str, path: str, message: str, hint: str, tmp_path: Path
) -> None:
    found = [p for p in problems_of(tmp_path, child + "\n") if (p.code, p.path) == (code, path)]
    assert found, told(problems_of(tmp_path, child + "\n"))
    assert message in found[0].message
    assert hint in found[0].hint


@pytest.mark.parametrize(
    "child",
    [
        "places: {leo: {inclination: 28.4 deg}}\nlaunch_sites: {wenchang: {latitude: 28.5 deg}}",
        "places: {leo: {inclination: 151.5 deg}}\nlaunch_sites: {wenchang: {latitude: 28.5 deg}}",
        "places: {llo: {inclination: 89 deg}}",
        "places: {llo: {inclination: 91 deg}}",
        "missions: {cargo-1: {flown: {launched: 2024-01-01}}, crew-1: {flown: {launched: 2024-01-01}}}\n"
        "calendar: {end: 2064-01-01}\nbase: null\nelements: {hub: {at: pole}}\ngoals: {base: {power_margin: null}}",
    ],
    ids=["geodetic latitude", "retrograde", "over the pole", "over the pole backwards", "nothing computed"],
)
def test_what_can_be_flown_is_not_complained_of(child: str, tmp_path: Path) -> None:
    ours = ("launches.main", "legs.", "places.", "calendar.")
    assert [p.text() for p in problems_of(tmp_path, child + "\n") if p.path.endswith(ours) or p.path[:5] in ours] == []


def test_the_allowance_covers_the_difference_between_latitude_on_a_map_and_at_the_centre() -> None:
    """WGS 84: geodetic less geocentric latitude is at most 0.192 degrees, at 45 degrees."""
    from math import atan, degrees, radians, tan

    squared_eccentricity = 6.694379990e-3
    geocentric_deg = degrees(atan((1.0 - squared_eccentricity) * tan(radians(45.0))))
    assert 45.0 - geocentric_deg < GEODETIC_DEG < 45.0 - geocentric_deg + 0.05


def test_a_calendar_that_ends_on_the_last_day_that_is_told_compiles(tmp_path: Path) -> None:
    from sim.campaign.compile import compile_campaign
    from sim.scenario.load import load_scenario

    sets = ["calendar.start=2058-06-01", "calendar.end=2060-12-25", "goals.hut-stands.by=2060-12-01"]
    campaign = compile_campaign(load_scenario("tutorial", sets=[*sets, "missions.flight.not_before=2060-06-01"]))
    assert campaign.end_d == (parse_date("2060-12-25") - parse_date("2058-06-01")).days
