"""Names: two things of one name, steps that are called like others, and flights that never fly."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.problems import ScenarioError
from sim.scenario.load import load_scenario

FLIGHTS = """
format: 1
name: flights
calendar: {start: 2030-01-01, end: 2032-01-01}
goals: {ready: {by: 2031-01-01, needs: [NEED]}}
activities: {depot: {duration: 5 d}}
missions:
  hop: {operations: [{name: go, duration: 1 d}, {name: STEP, duration: 1 d}]}
  ferry: {every: 30 d, operations: [{name: cross, duration: 1 d}]}
"""


def _said(folder: Path, need: str = "hop", step: str = "stop", more: str = "") -> str:
    file = folder / "flights.yaml"
    file.write_text(FLIGHTS.replace("NEED", need).replace("STEP", step) + more, encoding="utf-8")
    try:
        return "\n".join(problem.text() for problem in load_scenario(file).warnings)
    except ScenarioError as error:
        return str(error)


def test_steps_with_names_of_their_own_are_right(tmp_path: Path) -> None:
    assert _said(tmp_path) == ""


def test_two_steps_of_one_name_are_refused_with_both_places(tmp_path: Path) -> None:
    said = _said(tmp_path, step="go")
    assert "flights.yaml:8:56: missions.hop.operations[1].name: two steps are called 'go', the first at " in said
    assert "flights.yaml:8:29" in said


@pytest.mark.parametrize("step", ["launched", "landed", "arrived", "returned"])
def test_a_step_called_like_an_event_of_every_flight_is_refused(step: str, tmp_path: Path) -> None:
    assert f"every flight has an event '{step}' of its own" in _said(tmp_path, step=step)


@pytest.mark.parametrize("name", ["hop", "depot", "ferry-3", "ready"])
def test_a_name_that_something_else_has_is_refused(name: str, tmp_path: Path) -> None:
    more = f"  {name}: {{operations: [{{name: go, duration: 1 d}}]}}\n" if name != "hop" else ""
    more = more or "base: {at: x, robot_shift: 1 h}\nplaces: {x: {body: moon, surface: true, latitude: 0 deg, " + (
        "longitude: 0 deg}}\nelements: {hop: {mass: 1 t, commissioning: 1 d}}\n"
    )
    assert f"'{name}' is already the name of" in _said(tmp_path, more=more)


@pytest.mark.parametrize(
    ("need", "right"), [("ferry-25.landed", True), ("ferry-26.landed", False), ("ferry-59", False)]
)
def test_a_flight_that_never_flies_is_not_needed(need: str, right: bool, tmp_path: Path) -> None:
    """730 days by 30 are 24.3: the 25th flight is the last."""
    said = _said(tmp_path, need=need)
    assert ("ferry flies 25 times at the most before the calendar ends" not in said) is right
    if right:
        assert compile_campaign(load_scenario(tmp_path / "flights.yaml")).goals


@pytest.mark.parametrize("name", ["outpost", "depot", "assembly"])
def test_milestones_of_a_campaign_have_names_of_their_own(name: str) -> None:
    file = Path(__file__).resolve().parents[2] / "data" / f"{name}.yaml"
    names = [milestone.name for milestone in compile_campaign(load_scenario(file)).milestones]
    assert len(set(names)) == len(names)
