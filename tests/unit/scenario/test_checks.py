"""Sense: one test for each thing that cannot be, and that nothing else is complained of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.scenario.small import problems_of, told

CASES: list[tuple[str, str, str, str, str]] = [
    # what is written over the small scenario; code; path; part of the message; part of the hint
    ("partners: {cnsa: null}", "no-such-name", "missions.cargo-1.partner", "no partner 'cnsa'", "known: roscosmos"),
    ("missions: {cargo-1: {launches: {main: {launcher: cz10}}}}", "no-such-name",
     "missions.cargo-1.launches.main.launcher", "no launcher 'cz10'", "did you mean 'cz-10'?"),
    ("missions: {cargo-1: {launches: {main: {carries: [cargo-landr]}}}}", "no-such-name",
     "missions.cargo-1.launches.main.carries[0]", "no spacecraft", "did you mean 'cargo-lander'?"),
    ("missions: {cargo-1: {cargo: [hubb]}}", "no-such-name", "missions.cargo-1.cargo[0]",
     "no element or station 'hubb'", "did you mean 'hub'?"),
    ("missions: {cargo-1: {needs: [cz-10-dev]}}", "no-such-name", "missions.cargo-1.needs[0]",
     "nothing here is called 'cz-10-dev'", "did you mean 'cz10-dev'?"),
    ("missions: {cargo-1: {needs: [crew-1.docked]}}", "no-such-name", "missions.cargo-1.needs[0]",
     "'crew-1.docked'", "crew-1 has: crew-1, crew-1.arrived"),
    ("missions: {crew-1: {launches: {ship: {after: landr.arrived}}}}", "no-such-name",
     "missions.crew-1.launches.ship.after", "'landr.arrived'", "did you mean 'lander.arrived'?"),
    ("launchers: {cz-10: {pads: [wenchang.lc-1]}}", "no-such-name", "launchers.cz-10.pads[0]",
     "no pad 'wenchang.lc-1'", "did you mean 'wenchang.lc-301'?"),
    ("launchers: {cz-10: {record: {prior: heavy}}}", "no-such-name", "launchers.cz-10.record.prior",
     "no prior 'heavy'", "add it under priors"),
    ("activities: {cz10-dev: {slip: {by_lead: iss}}}", "no-such-name", "activities.cz10-dev.slip.by_lead",
     "no slip model 'iss'", "add it under slips"),
    ("risks: {trouble: {stretches: {cz9-dev: {triangular: [1, 2, 3]}}}}", "no-such-name",
     "risks.trouble.stretches.cz9-dev", "no activity 'cz9-dev'", "did you mean 'cz10-dev'?"),
    ("base: {at: south}", "no-such-name", "base.at", "no place 'south'", "known: high, leo, llo, pole"),
    ("activities: {lander-dev: {needs: [cz10-dev]}, cz10-dev: {needs: [lander-dev]}}", "cycle",
     "activities.", "cz10-dev needs lander-dev (", "take one of these needs away"),
    ("missions: {cargo-1: {needs: [crew-1.landed]}}", "cycle", "missions.", "crew-1.launched needs cargo-1 (",
     "take one"),
    ("elements: {hub: {needs: [hub]}}", "cycle", "elements.hub.needs[0]", "hub needs hub (", "take one"),
    ("calendar: {end: 2021-01-01}", "date-order", "calendar.end", "not after its start", "move start or end"),
    ("calendar: {as_of: 2051-01-01}", "outside-calendar", "calendar.as_of", "2051-01-01 lies outside", "move"),
    ("goals: {base: {by: 2055-01-01}}", "outside-calendar", "goals.base.by", "2022-01-01 to 2050-01-01", "move"),
    ("goals: {base: {by: 2021-01-01}}", "outside-calendar", "goals.base.by", "2021-01-01 lies outside", "move"),
    ("activities: {agreement: {done: 2030-01-01}}", "date-order", "activities.agreement.done",
     "2030-01-01 lies after 2026-11-22", "calendar.as_of"),
    ("missions: {scout: {flown: {arrived: 2024-01-01}}}", "date-order", "missions.scout.flown.arrived",
     "arrived before it was launched", "swap"),
    ("missions: {scout: {flown: {launched: 2031-01-01, arrived: null}}}", "date-order",
     "missions.scout.flown.launched", "2031-01-01 lies after", "write it as a plan"),
    ("activities: {cz10-dev: {not_before: 2029-01-01}}", "date-order", "activities.cz10-dev.finish",
     "ends before it may begin on 2029-01-01", "swap"),
    ("partners: {roscosmos: {withdraws: 2022-06-01}}", "date-order", "partners.roscosmos.withdraws",
     "leaves before it joins", "swap"),
    ("legs: {out: {tof: [132 h, 84 h]}}", "value", "legs.out.tof", "shortest and the longest", "[84 h, 132 h]"),
    ("legs: {out: {tof: null}}", "missing-key", "legs.out", "needs a time of flight", "tof: [84 h, 132 h]"),
    ("missions: {cargo-1: {route: [leo, llo]}}", "value", "missions.cargo-1.cargo[0]",
     "hub stands at pole, and this mission ends at llo", "lead the route to pole"),
    ("missions: {cargo-1: {cargo: [{water: 2 t}]}}", "wrong-type", "missions.cargo-1.cargo[0]",
     "a list of cargo names elements and stations, and goods are a mapping", "cargo: {water: 2 t}"),
    ("elements: {hub: {mass: 6 t}}", "over-capacity", "missions.cargo-1.cargo", "6 t is over the 5 t", "carry less"),
    ("missions: {cargo-1: {cargo: {food: 5.5 t}}}", "over-capacity", "missions.cargo-1.cargo",
     "5.5 t is over the 5 t", "carry less"),
    ("missions: {crew-1: {crew: {number: 4}}}", "over-capacity", "missions.crew-1.crew.number",
     "4 people and 3 seats", "send fewer"),
    ("missions: {crew-1: {crew: {down: 4}}}", "value", "missions.crew-1.crew.down", "4 go down of 3", "among"),
    ("launchers: {cz-10: {to: {tli: 20 t}}}", "over-capacity", "missions.cargo-1.launches.main",
     "23 t is over what cz-10 lifts to tli, 20 t: 3000 kg too much", "stronger launcher"),
    ("launchers: {cz-10: {to: {leo: 70 t, tli: 60 t}, upper_stage: {isp: 450 s}}}", "value", "launchers.cz-10.to",
     "60000 kg to TLI is more than 70000 kg in LEO allow with an isp of 450 s", "check leo, tli and isp"),
    ("launchers: {cz-10: {upper_stage: {isp: 0 s}}}", "value", "launchers.cz-10.to",
     "is possible with an isp of 0 s", "check"),
    ("places: {leo: {altitude: 1000000 km}}\nlaunchers: {cz-10: {upper_stage: {isp: 450 s}}}", "out-of-range",
     "places.leo.altitude", "leaves from an orbit of 150 to 2000 km", "altitude: 200 km"),
    ("places: {llo: {altitude: 0 km}}", "out-of-range", "places.llo.altitude", "an orbit lies above the ground",
     "100 km"),
    ("missions: {cargo-1: {launches: {main: {to: geo}}}}", "over-capacity", "missions.cargo-1.launches.main.to",
     "no capacity to 'geo'", "known: tli"),
    ("launch_sites: {wenchang: {pads: {lc-301: {available: 2060-01-01}}}}", "no-pad", "launchers.cz-10.pads",
     "none of its pads", "another pad"),
    ("missions: {cargo-1: {route: [leo, pole]}}", "no-leg", "missions.cargo-1.route[1]",
     "no leg leads from leo to pole", "from leo legs lead to llo"),
    ("missions: {crew-1: {back: [leo]}}", "no-leg", "missions.crew-1.back[0]", "from pole to leo", "add a leg"),
    ("missions: {crew-1: {rendezvous: {at: high}}}", "no-leg", "missions.crew-1.rendezvous.at",
     "high is not on the route", "leo, llo, pole"),
    ("missions: {crew-1: {rendezvous: {goes_on: [cargo-lander]}}}", "no-such-name",
     "missions.crew-1.rendezvous.goes_on[0]", "no launch carries", "lanyue, mengzhou"),
    ("missions: {cargo-1: {cargo: null}}", "goal-unreachable", "goals.base", "no mission delivers hub",
     "let a mission carry it"),
    ("missions: {scout: {flown: {outcome: lost}}}\ngoals: {base: {needs: [scout.landed]}}", "goal-unreachable",
     "goals.base", "scout was lost", "need something else"),
    ("calendar: {end: 2040-01-01}\nactivities: {lander-dev: {duration: 30 yr}}", "goal-unreachable", "goals.base",
     "lander-dev is not there before the calendar ends", "plan it earlier"),
    ("missions: {cargo-1: {partner: roscosmos}}", "not-owner", "missions.cargo-1.launches.main.launcher",
     "cz-10 belongs to cnsa, but roscosmos flies", "let cnsa fly it"),
    ("elements: {hub: {demand: 5 kW}}", "power-short", "goals.base.power_margin", "5.5 kW with margin", "deliver more"),
    ("missions: {scout: {flown: null}}", "missing-key", "missions.scout", "how it will fly", "launches and a route"),
    ("missions: {cargo-1: {on_loss: substitute}}", "missing-key", "missions.cargo-1.on_loss", "no mission is named",
     "substitute: NAME"),
    ("missions: {cargo-1: {substitute: crew-1}}", "value", "missions.cargo-1.substitute", "crew-1 flies anyway",
     "reserve: true"),
    ("missions: {cargo-1: {substitute: cargo-2}}", "no-such-name", "missions.cargo-1.substitute",
     "no mission 'cargo-2'", "did you mean 'cargo-1'?"),
    ("missions: {cargo-1: {refuel: {at: depot, propellant: 3 t, stage: cargo-lander.main, duration: 1 d}}}\n"
     "stations: {depot: {at: high, mass: 1 t, commissioning: 1 d, tank: {capacity: 9 t}}}", "no-leg",
     "missions.cargo-1.refuel.at", "depot is at high", "add it to the route"),
    ("missions: {cargo-1: {refuel: {at: depot, propellant: 30 t, stage: cargo-lander.main, duration: 1 d}}}\n"
     "stations: {depot: {at: leo, mass: 1 t, commissioning: 1 d, tank: {capacity: 9 t}}}", "over-capacity",
     "missions.cargo-1.refuel.propellant", "30 t from a tank of 9 t: 21000 kg too much", "take less"),
    ("missions: {cargo-1: {refuel: {at: depot, propellant: 3 t, stage: cargo-lander.mian, duration: 1 d}}}\n"
     "stations: {depot: {at: leo, mass: 1 t, commissioning: 1 d, tank: {capacity: 9 t}}}", "no-such-name",
     "missions.cargo-1.refuel.stage", "no stage 'cargo-lander.mian'", "did you mean 'cargo-lander.main'?"),
    ("partners: {cnsa: {barred: {from: 2030-01-01, until: 2029-01-01}}}", "date-order",
     "partners.cnsa.barred.until", "ends before it begins", "swap"),
    ("base: {at: llo}", "value", "base.at", "llo is not on the ground", "surface: true"),
    ("places: {pole: {latitude: null}}", "missing-key", "places.pole", "latitude and longitude", "add them"),
    ("places: {leo: {altitude: null}}", "missing-key", "places.leo", "needs its height", "give altitude"),
    ("places: {leo: {altitude: null, periapsis: 900 km, apoapsis: 300 km}}", "value", "places.leo.periapsis",
     "lies above", "swap"),
    ("slips: {late: {rows: [{up_to: 1 yr, slip: 3 d}, {up_to: 1 yr, slip: 5 d}], "
     "beyond: {intercept: 0 d, per_day: 0.3, shape: 1}}}", "value", "slips.late.rows[1].up_to",
     "no further", "sort the rows"),
    ("spacecraft: {lanyue: {crew: 0}}", "over-capacity", "missions.crew-1.crew.down",
     "2 go down, and lanyue has no seats", "give it seats (crew: 2)"),
    ("spacecraft: {lanyue: {crew: 1}}", "over-capacity", "missions.crew-1.crew.down",
     "2 go down, and lanyue has 1 seats", "send fewer down"),
    ("stations: {depot: {at: leo, mass: 1 t, commissioning: 1 d, tank: {capacity: 100 t, boil_off: 1 %/d, filled_by: "
     "{delivers: 10 t, fleet: 3, spare: 9 d, operations: [{name: fly, duration: {uniform: [20 d, 30 d]}}]}}}}",
     "goal-unreachable", "stations.depot.tank.filled_by.delivers", "holds 54.9 t at the most", "bring more at a time"),
]  # fmt: skip
WARNED: list[tuple[str, str, str, str, str]] = [
    ("goals: {base: {by: 2031-06-01}}", "goal-unreachable", "goals.base.by",
     "cannot be met by 2031-06-01: not before 2032-02-19", "crew-1.launched sets that date"),
    ("elements: {spare: {mass: 1 t, commissioning: 3 d}}", "undelivered", "elements.spare", "no mission delivers",
     "cargo of a mission"),
    ("activities: {moon-hotel: {finish: 2060-01-01}}", "outside-calendar", "activities.moon-hotel.finish",
     "never seen", "move"),
    ("missions: {crew-1: {partner: cnsa}, spare: {like: cargo-1, reserve: true, cargo: null}}", "value",
     "missions.spare.reserve", "it never flies", "substitute: spare to the mission"),
    ("living: {per_crew_day: {food: 2 kg, water: 3 kg}, recycling: {water: 100 %}, reserve: 9 d}", "undelivered",
     "living.per_crew_day.food", "no mission brings food, so crew-1 will wait", "living.stock"),
]  # fmt: skip


def test_small_scenario_makes_sense(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path)) == []


@pytest.mark.parametrize(("child", "code", "path", "message", "hint"), CASES, ids=[f"{c[1]}-{c[2]}" for c in CASES])
def test_what_cannot_be_is_an_error_with_a_remedy(
    tmp_path: Path, child: str, code: str, path: str, message: str, hint: str
) -> None:
    found = [p for p in problems_of(tmp_path, child) if p.code == code and p.path.startswith(path)]
    assert len(found) == 1, problems_of(tmp_path, child)
    assert found[0].severity == "error"
    assert message in found[0].message
    assert hint in found[0].hint
    assert found[0].mark is not None
    assert found[0].mark.line > 0


@pytest.mark.parametrize(("child", "code", "path", "message", "hint"), WARNED, ids=[c[1] for c in WARNED])
def test_what_is_odd_is_a_warning(tmp_path: Path, child: str, code: str, path: str, message: str, hint: str) -> None:
    (found,) = problems_of(tmp_path, child)
    assert (str(found.code), found.path, found.severity) == (code, path, "warning")
    assert message in found.message
    assert hint in found.hint


def test_circle_names_the_place_of_each_need(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "activities: {agreement: {done: null, duration: 1 d, needs: [cz10-dev]}}\n")
    (circle,) = [problem for problem in problems if problem.code == "cycle"]
    assert "agreement needs cz10-dev (" in circle.message
    assert "cz10-dev needs agreement (" in circle.message
    assert "child.yaml:2:" in circle.message
    assert "small.yaml:10:" in circle.message


def test_two_circles_are_both_told(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        "activities: {agreement: {done: null, duration: 1 d, needs: [agreement]}}\nelements: {hub: {needs: [hub]}}\n",
    )
    assert [problem.code for problem in problems].count("cycle") == 2


def test_lost_needs_of_a_mission_in_flight_do_not_make_a_circle(tmp_path: Path) -> None:
    """A launch may wait for another launch of its own mission."""
    assert told(problems_of(tmp_path, "missions: {crew-1: {launches: {ship: {after: lander.launched}}}}\n")) == []


def test_all_kinds_of_problems_come_in_one_pass(tmp_path: Path) -> None:
    child = """\
abuot: x
activities: {cz10-dev: {finish: 2027-13-01}}
elements: {hub: {mass: 6 t}}
missions:
  cargo-1: {route: [leo, pole]}
  crew-1: {crew: {number: 5}, needs: [cargo-1.lnded]}
"""
    found = told(problems_of(tmp_path, child, sets=["base.robot_shift=8"]))
    assert {
        ("unknown-key", "abuot"),
        ("date", "activities.cz10-dev.finish"),
        ("over-capacity", "missions.cargo-1.cargo"),
        ("no-leg", "missions.cargo-1.route[1]"),
        ("no-such-name", "missions.crew-1.needs[0]"),
        ("unit-missing", "base.robot_shift"),
    } <= set(found)


def test_problem_in_one_block_makes_no_noise_about_others(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, "launchers: {cz-10: {integration: 40}}\n")) == [
        ("unit-missing", "launchers.cz-10.integration")
    ]


@pytest.mark.parametrize(
    "there",
    [
        "missions: {cargo-1: {cargo: {food: 1 t}}}\nelements: {hub: null}\n"
        "goals: {base: {needs: [crew-1], power_margin: null}}",
        "missions: {more: {like: cargo-1, cargo: {consumables: 1 t}}}",
        "elements: {hub: {makes: {food: 2 kg/d}}}",
    ],
    ids=["brought", "brought mixed", "made"],
)
def test_good_that_is_there_is_not_missed(tmp_path: Path, there: str) -> None:
    living = "living: {per_crew_day: {food: 2 kg}, reserve: 9 d}\n"
    assert problems_of(tmp_path, living + there) == []


def test_good_in_store_is_not_missed(tmp_path: Path) -> None:
    living = "living: {per_crew_day: {food: 2 kg}, reserve: 9 d, stock: {food: 1 t}}\n"
    assert problems_of(tmp_path, living) == []


@pytest.mark.parametrize("boil_off", ["0 %/d", "0.4 %/d"])
def test_tank_that_can_be_full_is_not_complained_of(tmp_path: Path, boil_off: str) -> None:
    """The most it holds is 10 t / (1 - 0.996^20) = 129.8 t by the geometric series, over its 100 t."""
    child = (
        f"stations: {{depot: {{at: leo, mass: 1 t, commissioning: 1 d, tank: {{capacity: 100 t, boil_off: {boil_off},"
    )
    child += "filled_by: {delivers: 10 t, fleet: 3, spare: 9 d, operations: [{name: fly, duration: 20 d}]}}}}\n"
    assert problems_of(tmp_path, child) == []
