"""`ilrs plan` gives the plan: dates, critical path, and propellant stage by stage."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import exp
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sim.cli import main

Call = Callable[..., Result]
OUTPOST = Path(__file__).parents[1] / "data" / "outpost.yaml"
G0_M_S2 = 9.80665
EXACT_KG = 1e-6
"""One formula written twice: rounding only."""
DRY_KG, PROPELLANT_KG, ISP_S, BURNS_M_S = 2000.0, 7000.0, 320.0, (900.0, 1900.0)
"""`small.yaml`: lander 1 t and hut 1 t, 7 t of propellant at 320 s, 900 m/s and 1.9 km/s."""


def _plan(*arguments: str | Path) -> Any:
    done = CliRunner().invoke(main, ["plan", *map(str, arguments), "--json"])
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def outpost() -> Any:
    return _plan(OUTPOST)


def test_the_document_has_the_promised_keys(small: Path) -> None:
    """Source: the command's specification."""
    document = _plan(small)
    assert set(document) == {
        "goals", "goal_floats", "critical_path", "activities", "groups", "elements", "missions",
    }  # fmt: skip
    mission = document["missions"]["flight"]
    assert {"launch", "arrive", "feasible", "margin_kg", "stages", "mass_at_launch_kg"} <= set(mission)
    assert {"stage", "propellant_left_kg"} == set(mission["stages"][0])


def test_dates_follow_from_the_scenario(small: Path) -> None:
    """Design ends on day 300 of 2030; the flight may leave on 2031-01-01, takes 5 d, the hut 20 d."""
    document = _plan(small)
    mission = document["missions"]["flight"]
    assert (mission["launch"], mission["arrive"]) == ("2031-01-01", "2031-01-06")
    assert document["goals"] == {"hut-stands": "2031-01-26"}


def test_the_critical_path_names_what_dates_the_goal(small: Path) -> None:
    assert _plan(small)["critical_path"] == ["flight", "hut"]
    late = _plan(small, "-S", "activities.design.duration=500 d")
    assert late["critical_path"] == ["design", "flight", "hut"]


def test_propellant_left_obeys_the_rocket_equation(small: Path) -> None:
    """Tsiolkovsky: what is left of 9 t after 2.8 km/s at 320 s, less 2 t that is no propellant."""
    mission = _plan(small)["missions"]["flight"]
    left_kg = (DRY_KG + PROPELLANT_KG) * exp(-sum(BURNS_M_S) / (G0_M_S2 * ISP_S)) - DRY_KG
    assert mission["feasible"] is True
    assert mission["margin_kg"] == pytest.approx(left_kg, abs=EXACT_KG)
    assert mission["stages"] == [{"stage": "lander.main", "propellant_left_kg": mission["margin_kg"]}]
    assert mission["mass_at_launch_kg"] == DRY_KG + PROPELLANT_KG


def test_legs_carry_their_delta_v(small: Path) -> None:
    legs = _plan(small)["missions"]["flight"]["legs"]
    assert [(leg["leg"], leg["from"], leg["to"], leg["dv_m_s"]) for leg in legs] == [
        ("out", "leo", "llo", 900.0),
        ("down", "llo", "site", 1900.0),
    ]


def test_a_flight_that_lacks_propellant_has_no_date_and_says_how_much_is_missing(small: Path) -> None:
    """3 t at 320 s do not give 2.8 km/s; missing is what the tank needs less what it has."""
    needed_kg = DRY_KG * (exp(sum(BURNS_M_S) / (G0_M_S2 * ISP_S)) - 1.0)
    document = _plan(small, "-S", "spacecraft.lander.stages.main.propellant=2.5 t")
    mission = document["missions"]["flight"]
    assert mission["feasible"] is False
    assert mission["margin_kg"] == pytest.approx(2500.0 - needed_kg, abs=EXACT_KG)
    assert (mission["launch"], mission["arrive"]) == (None, None)
    assert document["goals"] == {"hut-stands": None}


def test_a_stack_above_its_launchers_capacity_is_not_feasible_by_the_excess(small: Path) -> None:
    mission = _plan(small, "-S", "launchers.rocket.to.tli=8.4 t")["missions"]["flight"]
    assert mission["feasible"] is False
    assert mission["margin_kg"] == pytest.approx(8400.0 - 9000.0, abs=EXACT_KG)


def test_a_flight_that_does_not_close_keeps_neither_pad_nor_vehicle_from_others(outpost: Any) -> None:
    """Every other flight of the outpost leaves when it did, or earlier."""
    without = _plan(OUTPOST, "-S", "missions.cargo-1.launches.main.carries=[cargo-lander, cargo-lander-2]", *TWIN)
    assert without["missions"]["cargo-1"]["feasible"] is False
    for name in ("cargo-2", "cargo-3", "crew"):
        assert without["missions"][name]["launch"] <= outpost["missions"][name]["launch"]


TWIN = (
    "-S",
    "spacecraft.cargo-lander-2={kind: lander, dry: 4 t, stages: {main: {propellant: 16.5 t, isp: 320 s}}}",
)


def test_a_mission_of_several_launches_lists_every_stage_and_the_smallest_margin(outpost: Any) -> None:
    crew = outpost["missions"]["crew"]
    assert [stage["stage"] for stage in crew["stages"]] == ["lanyue-prop.p", "lanyue.p", "mengzhou.sm"]
    assert set(crew["launches"]) == {"lander", "ship"}
    assert crew["margin_kg"] == min(launch["margin_kg"] for launch in crew["launches"].values())
    assert crew["mass_at_launch_kg"] == sum(launch["mass_kg"] for launch in crew["launches"].values())
    assert crew["launch"] == max(launch["launch"] for launch in crew["launches"].values())


def test_the_burns_of_a_leg_add_up_to_its_delta_v(outpost: Any) -> None:
    legs = [leg for mission in outpost["missions"].values() for leg in mission["legs"]]
    assert all(leg["dv_m_s"] == pytest.approx(sum(burn["dv_m_s"] for burn in leg["burns"])) for leg in legs)
    captures = [leg["dv_m_s"] for leg in legs if leg["leg"] == "leo-llo"]
    assert all(750.0 < dv_m_s < 1000.0 for dv_m_s in captures)  # Apollo's LOI took 890 m/s, Chang'e 5's about 800


def test_the_plan_is_the_nominal_run(small: Path, ilrs: Call) -> None:
    summary = json.loads(ilrs("run", small, "-n", 5, "-j", 1, "--json").stdout)
    assert _plan(small)["goals"]["hut-stands"] == summary["goals"]["hut-stands"]["nominal"]


def test_a_network_without_flights_has_the_textbooks_critical_path(tmp_path: Path) -> None:
    """Porta-Vac: A-E-H-I-J, 17 weeks.

    Source: Anderson, Sweeney, Williams, An Introduction to Management Science, chapter 9.
    """
    file = tmp_path / "porta-vac.yaml"
    file.write_text(PORTA_VAC, encoding="utf-8")
    document = _plan(file)
    assert document["critical_path"] == ["a", "e", "h", "i", "j"]
    assert document["goals"] == {"done": "2030-04-30"}  # 1 January and 119 days
    assert document["missions"] == {}


PORTA_VAC = """
format: 1
name: porta-vac
source: test
confidence: low
calendar: {start: 2030-01-01, end: 2032-01-01}
activities:
  a: {kind: work, duration: 42 d}
  b: {kind: work, duration: 14 d}
  c: {kind: work, needs: [a], duration: 21 d}
  d: {kind: work, needs: [a], duration: 35 d}
  e: {kind: work, needs: [a], duration: 21 d}
  f: {kind: work, needs: [c], duration: 14 d}
  g: {kind: work, needs: [d], duration: 21 d}
  h: {kind: work, needs: [b, e], duration: 28 d}
  i: {kind: work, needs: [h], duration: 14 d}
  j: {kind: work, needs: [f, g, i], duration: 14 d}
goals:
  done: {by: 2030-06-01, needs: [j]}
"""


def test_what_has_flown_has_its_dates_and_nothing_to_compute(small: Path) -> None:
    flown = "missions.flight.flown={launched: 2030-06-01, arrived: 2030-06-07, outcome: success}"
    mission = _plan(small, "-S", flown, "-S", "calendar.as_of=2030-07-01")["missions"]["flight"]
    assert (mission["launch"], mission["arrive"], mission["flown"]) == ("2030-06-01", "2030-06-07", True)
    assert (mission["margin_kg"], mission["stages"]) == (None, [])


def test_the_tables_show_path_flights_and_what_is_missing(small: Path, ilrs: Call) -> None:
    done = ilrs("plan", small, "-S", "spacecraft.lander.stages.main.propellant=2.5 t")
    assert done.exit_code == 0
    for words in ("Critical path of hut-stands", "lander.main", "does not close", "not reached"):
        assert words in done.stdout


def test_what_is_wrong_otherwise_is_an_error(small: Path, ilrs: Call) -> None:
    done = ilrs("plan", small, "--json", "-S", "missions.flight.route=[leo, site]")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no leg leads from leo to site" in done.stderr


def test_a_goal_that_is_not_there_is_wrong_usage(small: Path, ilrs: Call) -> None:
    assert ilrs("plan", small, "--goal", "hut-stand").exit_code == 2


def test_a_stack_put_together_in_its_parking_orbit_counts_each_tank_once(small: Path) -> None:
    """A lander of 9 t and a tug of 2 t meet in LEO and leave as one; the lander's engine burns first.

    Tsiolkovsky: what is left of 11 t after 2.8 km/s at 320 s, less 4 t that the lander's tank does not hold.
    """
    launches = "{main: {launcher: rocket, carries: [lander]}, tug: {launcher: rocket, carries: [tug]}}"
    mission = _plan(
        small,
        *("-S", f"missions.flight.launches={launches}"),
        *("-S", "missions.flight.rendezvous={at: leo, wait: 300 d, duration: 2 d}"),
        *("-S", "spacecraft.tug={kind: transfer-stage, dry: 1 t, stages: {main: {propellant: 1 t, isp: 320 s}}}"),
    )["missions"]["flight"]
    left_kg = 11000.0 * exp(-sum(BURNS_M_S) / (G0_M_S2 * ISP_S)) - 4000.0
    assert left_kg > 0.0
    assert [stage["stage"] for stage in mission["stages"]] == ["lander.main", "tug.main"]
    assert [stage["propellant_left_kg"] for stage in mission["stages"]] == pytest.approx(
        [left_kg, 1000.0], abs=EXACT_KG
    )
    assert mission["margin_kg"] == pytest.approx(left_kg, abs=EXACT_KG)
    assert list(mission["launches"]) == ["main", "tug", "together"]
    assert mission["mass_at_launch_kg"] == 11000.0


def test_a_plan_that_is_warned_of_says_who_lists_the_warnings(small: Path) -> None:
    done = CliRunner().invoke(main, ["plan", str(small), "-S", "goals.hut-stands.by=2030-03-01"])
    assert (done.exit_code, done.stderr) == (0, f"1 warning; `ilrs check {small}` lists it\n")
    assert CliRunner().invoke(main, ["plan", str(small)]).stderr == ""
