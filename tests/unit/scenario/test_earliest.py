"""Earliest days of goals: by the least time of everything on the way, vehicles, pads and money; never too late."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.scenario.earliest import supply_bounds
from sim.scenario.load import load_scenario
from sim.scenario.order import NeedNetwork
from tests.unit.scenario.small import problems_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "results"
RESULTS = sorted(GOLDEN.glob("*.json"))

BASE = """\
format: 1
calendar: {start: 2030-01-01, end: 2034-01-01}
goals: {ready: {by: 2030-04-15, needs: [c]}}
partners: {us: {budget: {per_year: 10, at_start: 5}}}
activities:
  a: {partner: us, duration: 10 d}
  b: {partner: us, duration: 10 d, needs: [a]}
  c: {partner: us, duration: {triangular: [10 d, 20 d, 90 d]}, needs: [b]}
launch_sites: {coast: {latitude: 19 deg, longitude: 9 deg, scrub: 0 %, recycle: 1 d,
  pads: {one: {turnaround: {uniform: [40 d, 60 d]}}}}}
launchers:
  rocket: {pads: [coast.one], to: {tli: 9 t}, reliability: 99 %, production: {every: 1 d, ready: 4}, integration: 10 d,
           stand_down: 9 d}
spacecraft: {probe: {kind: orbiter, dry: 1 t}}
places:
  leo: {body: earth, altitude: 200 km, inclination: 28 deg}
  llo: {body: moon, altitude: 100 km}
legs: {out: {from: leo, to: llo, tof: [5 d]}}
missions:
  first: {launches: {main: {launcher: rocket, carries: [probe]}}, route: [leo, llo]}
  second: {like: first}
  third: {like: first}
"""


def _told(folder: Path, child: str) -> str:
    """Return what is said of the goal."""
    return "\n".join(p.text() for p in problems_of(folder, child + "\n", base=BASE) if p.path.startswith("goals.ready"))


def test_what_its_work_leaves_time_for_is_not_told(tmp_path: Path) -> None:
    assert _told(tmp_path, "") == ""


@pytest.mark.parametrize(
    ("child", "message", "cause"),
    [
        ("activities: {a: {duration: 100 d}}", "by 2030-04-15: not before 2030-05-01", "a (a -> b -> c) sets that"),
        ("activities: {c: {duration: {uniform: [90 d, 99 d]}}}", "not before 2030-04-21", "a (a -> b -> c)"),
        ("activities: {a: {slip: {uniform: [-5 d, 5 d]}, duration: 95 d}}", "not before 2030-04-21", "a (a -> b -> c)"),
        ("goals: {ready: {needs: [first, c], by: 2030-01-12}}", "not before 2030-01-31", "a (a -> b -> c)"),
        ("goals: {ready: {needs: [first], by: 2030-01-12}}", "not before 2030-01-16", "first.launched sets that date"),
        ("missions: {first: {needs: [a]}}\ngoals: {ready: {needs: [first], by: 2030-01-22}}", "not before 2030-01-26",
         "a (a -> first) sets"),
        ("missions: {first: {every: 100 d, repeats: 3}}\ngoals: {ready: {needs: [first-3], by: 2030-05-01}}",
         "not before 2030-08-04", "first-3.launched sets"),
        ("missions: {first: {crew: {number: 2, down: 2, stay: 90 d}}}\nspacecraft: {probe: {crew: 2}}\n"
         "goals: {ready: {needs: [first.stayed], by: 2030-04-01}}", "not before 2030-04-16", "first.launched"),
        ("goals: {ready: {needs: [first, second, third], by: 2030-03-01}}", "not before 2030-04-21",
         "the turnaround of the pads of rocket, which must fly 3 times, sets that date; add a pad"),
        ("launchers: {rocket: {production: {every: 70 d, ready: 1}}}\n"
         "goals: {ready: {needs: [first, second, third], by: 2030-05-01}}", "not before 2030-05-31",
         "the production of rocket, of which 3 must fly, sets that date; make them faster"),
        ("activities: {a: {cost: 20}}", "not before 2031-01-01",
         "the budget of us, 10 a year and 5 at the start for 20, sets that date; spend less"),
        ("activities: {a: {cost: 20}, b: {cost: 9}}", "not before 2032-01-01", "at the start for 29"),
        ("activities: {a: {cost: 900}}", "it can never be met: the budget of us does not pay 900", "or move the"),
        ("calendar: {as_of: 2030-06-01}", "not before 2030-06-21", "a (a -> b -> c)"),
    ],
)  # fmt: skip
def test_a_goal_that_cannot_be_met_says_when_it_can_and_why(
    child: str, message: str, cause: str, tmp_path: Path
) -> None:
    told = _told(tmp_path, child)
    assert message in told
    assert cause in told


def test_what_is_done_costs_nothing_more(tmp_path: Path) -> None:
    child = "calendar: {as_of: 2030-02-01}\nactivities: {a: {cost: 900, duration: null, done: 2030-01-20}}"
    assert _told(tmp_path, child) == ""


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_no_replication_of_a_shipped_scenario_is_earlier_than_its_bound(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    scenario = load_scenario(golden["scenario"], [golden["variant"]] if golden["variant"] else []).scenario
    network = NeedNetwork(scenario)
    earliest = network.earliest_days
    early = {}
    for name, goal in golden["goals"].items():
        bound_d = max(earliest[name].day, *(bound.day for bound in supply_bounds(scenario, network, name)), 0.0)
        reached_d = min((day for day in goal["dates_d"] if isinstance(day, float)), default=bound_d)
        if reached_d < bound_d - 1e-6:
            early[name] = (reached_d, bound_d)
    assert early == {}
