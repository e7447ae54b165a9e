"""A resolved scenario says the same as its layers, and where each value comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.load import read_layers
from sim.scenario.text import plain, read_text
from sim.scenario.tree import shipped_names
from sim.scenario.writing import flow

Call = Callable[..., Result]
CHILD = """extends: small.yaml
launchers: {rocket: {reliability: 90 %}}
variants:
  late: {activities: {design: {duration: 900 d}}}
"""


def line_of(text: str) -> int:
    lines = Path("small.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.fixture
def child(small: Path) -> Path:
    Path("child.yaml").write_text(CHILD, encoding="utf-8")
    return Path("child.yaml")


@pytest.mark.parametrize("name", shipped_names())
def test_what_is_shown_reads_back_as_the_same_values(name: str, ilrs: Call, tmp_path: Path) -> None:
    done = ilrs("show", name)
    assert done.exit_code == 0
    copy = tmp_path / "copy.yaml"
    copy.write_text(done.stdout, encoding="utf-8")
    mine, other = read_layers(copy)[0], read_layers(name)[0]
    assert mine is not None
    assert other is not None
    assert mine.values == other.values


def test_each_value_says_its_line_variant_or_setting(child: Path, ilrs: Call) -> None:
    done = ilrs("show", child, "--origins", "--variant", "late", "-S", "elements.hut.mass=1.1 t")
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "reliability: 90 %  # child.yaml:2" in lines
    assert "duration: 900 d  # variant late (child.yaml:4)" in lines
    assert "mass: 1.1 t  # --set elements.hut.mass=1.1 t" in lines
    assert f"stand_down: 200 d  # small.yaml:{line_of('stand_down')}" in lines


def test_a_random_value_stands_on_one_line(small: Path, ilrs: Call) -> None:
    assert "    duration: {triangular: [200 d, 300 d, 700 d]}\n" in ilrs("show", small).stdout


def test_origins_are_there_for_programs_too(child: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("show", child, "--origins", "--json").stdout)
    assert {"path": "launchers.rocket.reliability", "value": "90 %", "origin": "child.yaml:2"} in told


def test_json_is_the_resolved_scenario(child: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("show", child, "--json").stdout)
    assert told["launchers"]["rocket"]["reliability"] == "90 %"
    assert "extends" not in told


def test_a_difference_says_old_and_new(child: Path, ilrs: Call) -> None:
    done = ilrs(
        "show", child, "--diff", "small.yaml", "-S", "elements.hut.demand=1 kW", "-S", "missions.flight.cargo=null"
    )
    assert done.stdout.splitlines() == [
        "small.yaml -> child.yaml: 2 changed, 1 added, 1 removed",
        "  name: small -> child",
        "  launchers.rocket.reliability: 80 % -> 90 %",
        "+ elements.hut.demand: 1 kW",
        "- missions.flight.cargo: [hut]",
    ]


def test_variants_of_both_sides_can_be_compared(child: Path, ilrs: Call) -> None:
    done = ilrs("show", child, "--diff", child, "--other-variant", "late", "--origins")
    assert done.stdout.splitlines()[1:] == [
        "  activities.design.duration: 900 d -> {triangular: [200 d, 300 d, 700 d]}"
        f"  # variant late (child.yaml:4) -> small.yaml:{line_of('design:')}"
    ]


def test_a_difference_is_there_for_programs_too(child: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("show", child, "--diff", "small.yaml", "--json").stdout)
    assert told[1] == {
        "path": "launchers.rocket.reliability",
        "old": "80 %",
        "new": "90 %",
        "old_origin": f"small.yaml:{line_of('reliability:')}",
        "new_origin": "child.yaml:2",
    }


def test_no_difference_is_said(small: Path, ilrs: Call) -> None:
    assert ilrs("show", small, "--diff", small).stdout == "small.yaml -> small.yaml: no difference\n"


def test_other_variant_without_a_difference_is_wrong_usage(small: Path, ilrs: Call) -> None:
    assert ilrs("show", small, "--other-variant", "late").exit_code == 2


@pytest.mark.parametrize("option", [("--variant", "late"), ("-S", "nowhere"), ("--diff", "nowhere.yaml")])
def test_what_cannot_be_resolved_is_a_line_and_exit_code_1(option: tuple[str, str], small: Path, ilrs: Call) -> None:
    done = ilrs("show", small, *option)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)


@settings(max_examples=50, deadline=None)
@given(st.recursive(st.text(max_size=8), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner)))
def test_any_text_reads_back_as_it_was(value: object) -> None:
    """Colons, quotes, `NO`, `1e6`, `~`, brackets, emoji: text stays text, keys stay keys."""
    document = "value: " + flow(value)
    root, problems = read_text(document, "test.yaml")
    strange = any(ord(char) < 32 or 127 <= ord(char) < 160 or char in "\ufffe\uffff" for char in _characters(value))
    assert strange or not problems
    if not problems:
        assert root is not None
        assert plain(root) == {"value": value}


def _characters(value: object) -> str:
    if isinstance(value, dict):
        return "".join(_characters(item) for pair in value.items() for item in pair)
    return "".join(map(_characters, value)) if isinstance(value, list) else str(value)
