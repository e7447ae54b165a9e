"""Problems in files are answered, each as a second way of counting has it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.decide.instances import answer
from sim.decide.loads import read_manifest
from sim.problems import InputError
from tests.unit.decide.test_manifest import tried_everything


@pytest.fixture
def read(project_root: Path) -> Any:
    """Return what reads a file of problems by its name."""

    def named(name: str) -> Any:
        return yaml.safe_load((project_root / "tests" / "data" / "decide" / f"{name}.yaml").read_text("utf-8"))

    return named


def test_schedules_of_the_library_are_proven_as_published(read: Any) -> None:
    said = read("schedule-psplib")
    cases: Any = answer(said)["cases"]
    assert {name: (one["status"], one["objective"]) for name, one in cases.items()} == {
        name: ("optimal", one["published_makespan"]) for name, one in said["cases"].items()
    }


def test_a_manifest_has_the_least_of_trying_everything(read: Any) -> None:
    said = read("manifest-two-pads")
    found = answer(said)
    assert found["status"] == "optimal"
    assert found["least"] == tried_everything(read_manifest(said["data"]), last=8)


def test_a_network_without_a_plan_is_explained_and_every_repair_tried(read: Any) -> None:
    """Source: the rocket equation, as the file says it."""
    found: Any = answer(read("network-too-few"))
    ratio = math.exp(3900 / (450 * 9.80665))
    assert found["status"] == "infeasible"
    assert found["objective"] is None
    assert found["conflict"] == ["vehicles.freighter.count", "vehicles.freighter.payload_kg", "missions.0.down_kg"]
    least = [one["minimum_kg"] for one in found["repairs"]]
    assert least[:2] == pytest.approx([8500 * ratio, 5500 * ratio], rel=1e-6)
    assert least[2] == "infeasible"


def test_a_frontier_has_the_cheapest_package_of_each_level(read: Any) -> None:
    """Chances are products, as the file says."""
    found: Any = answer(read("frontier-two-works"))["cheapest_for"]
    assert {level: (one["state"], one["cost"]) for level, one in found.items()} == {
        "30%": ("found", 0.0),
        "60%": ("found", 3.0),
        "85%": ("found", 5.0),
        "97%": ("nothing", 5.0),
    }


def test_a_frontier_whose_level_is_no_chance_is_refused(read: Any) -> None:
    with pytest.raises(InputError, match=r"cheapest_for\.170%"):
        answer({**read("frontier-two-works"), "cheapest_for": {"170%": 0}})


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ([], "the file: a mapping is wanted"),
        ({}, "neither `data`"),
        ({"data": {"a": 1}}, "it is no network"),
        ({"data": {"path": ["Earth"]}}, "path: two nodes"),
        ({"cases": {"one": {"data": {"jobs": {}}}}}, "capacities: is missing"),
    ],
)
def test_a_file_without_a_problem_is_refused(said: object, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong):
        answer(said)
