"""Mutated scenarios: never a traceback, never silence on a wrong value, every answer one printable line."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.problems import Problem, ScenarioError
from sim.scenario.load import load_scenario, read_layers
from sim.scenario.tree import shipped_folder, shipped_names
from tests.unit.scenario.small import SMALL

FAST = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = settings(FAST, max_examples=1000)

ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, -1e-308, 10**17, 10**30, "", " ", "null", "nan kg", "inf", "-5 t", "8,2 t",
    "5 ton", "3 months", "1e999 kg", "0 d", "100 %", "101 %", "2035-13-01", "2035-02-30", "0000-00-00", "9999-12-31",
    "never", "\u202egnp", "é" * 300, "🌙", "<script>alert(1)</script>", "a.b.c",
    "../../etc/passwd", "x" * 10_000, "%s%n{0}",
    [], [[]], [None], {}, {"": ""}, {"pert": ["1 d", "2 d"]}, {"uniform": ["2 d", "1 d"]}, {"weibull": {"shape": 1e-9}},
    {"discrete": {}}, {"empirical": "/etc/passwd"}, {"empirical": "small.yaml"},
    {"normal": {"mean": "0 d", "sd": "0 d"}},
    {"beta": [1e-300, 1e300]}, ["1 d"] * 50, {"like": "x"}, "cz-10", "hub", "crew-1.landed", "leo",
]  # fmt: skip
"""What is put in place of a value."""
JUNK = [
    "\0", "\x1b[31m", "\ufeff", "\u2028", "\t", "&a ", "*a ", "!!python/object:x ", "---\n", "{", "[", "]", "}", ":",
    ",", "'", '"', "#", "|", ">", "? ", "- ", "%", "@", "`", "<<: ", "\r", "\ud800", "𝟙𝟚", "−5",
]  # fmt: skip
"""What is put between the letters of a text."""


def _blocks(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    if isinstance(value, (dict, list)) and value:
        yield value
        for item in list(value.values() if isinstance(value, dict) else value):
            yield from _blocks(item)


def _mutate(values: dict[str, Any], chance: random.Random) -> None:
    """Change one thing somewhere: drop, replace, rename, repeat, or swap with something else of the scenario."""
    block = chance.choice(list(_blocks(values)))
    keys: list[Any] = list(block) if isinstance(block, dict) else list(range(len(block)))
    key = chance.choice(keys)
    how = chance.randrange(5)
    if how == 0:
        del block[key]
    elif how == 1:
        block[key] = copy.deepcopy(chance.choice(ODD))
    elif how == 2 and isinstance(block, dict):
        block[f"{key}{chance.choice(['x', '-', ' ', 'é', '.'])}"] = block.pop(key)
    elif how == 3 and isinstance(block, list):
        block.append(copy.deepcopy(block[key]))
    else:
        other = chance.choice(list(_blocks(values)))
        block[key] = copy.deepcopy(chance.choice(list(other.values()) if isinstance(other, dict) else other))


def _garble(text: str, chance: random.Random) -> bytes:
    """Cut, repeat, or spoil a text in one to four places."""
    data = text
    for _ in range(chance.randrange(1, 5)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.choice([0, 0, 1, 3, 40, 4000]))
        data = data[:start] + chance.choice(["", chance.choice(JUNK), data[start:end] * 2]) + data[end:]
    raw = data.encode("utf-8", "surrogatepass")
    if chance.randrange(4) == 0:
        place = chance.randrange(len(raw) + 1)
        raw = raw[:place] + chance.randbytes(chance.choice([1, 8, 64])) + raw[place:]
    return raw


def _answers(path: Path, *sets: str) -> tuple[Problem, ...]:
    """Read a scenario; give its problems. Anything but a scenario or a ScenarioError fails the test."""
    try:
        problems = load_scenario(path, sets=sets).warnings
    except ScenarioError as error:
        problems = error.problems
        assert any(problem.severity == "error" for problem in problems)
    for problem in problems:
        assert problem.message
        assert problem.mark is not None
        assert problem.text().isprintable(), problem
        json.dumps(problem.as_json())
    return problems


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    path.write_text(SMALL)
    layered, _, _ = read_layers(path)
    assert layered is not None
    return layered.values


@FAST
@given(seed=st.integers(0, 2**32 - 1))
def test_changed_scenario_is_read_or_answered(small: dict[str, Any], tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    values = copy.deepcopy(small)
    for _ in range(chance.randrange(1, 6)):
        _mutate(values, chance)
    (tmp_path / "a.yaml").write_text(json.dumps(values, ensure_ascii=False))
    _answers(tmp_path / "a.yaml")


@FAST
@given(seed=st.integers(0, 2**32 - 1))
def test_garbled_text_is_read_or_answered(tmp_path: Path, seed: int) -> None:
    (tmp_path / "a.yaml").write_bytes(_garble(SMALL, random.Random(seed)))
    _answers(tmp_path / "a.yaml")


@FAST
@given(data=st.binary(max_size=300))
def test_binary_junk_is_answered(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    assert _answers(tmp_path / "a.yaml")


@settings(FAST, max_examples=100)
@given(key=st.text(max_size=30), value=st.text(max_size=30))
def test_setting_of_any_text_is_read_or_answered(tmp_path: Path, key: str, value: str) -> None:
    (tmp_path / "a.yaml").write_text(SMALL)
    for text in (
        f"{key}={value}",
        f"about={value}",
        f"launchers.{key}={value}",
        f"launchers.cz-10.integration={value}",
    ):
        _answers(tmp_path / "a.yaml", text)


_QUANTITY = re.compile(r"[-+]?[0-9.]+ *[A-Za-z%][A-Za-z%/]*")
WRONG = ["nan kg", "8,2 t", "5 ton", "3 months", "inf", "12345", "-", "1e999 d", "💥", "", "<b>1</b> t"]
"""None of these can be any quantity."""
OTHER_TYPES: list[object] = [12345, True, {}]


def _quantities(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str) and _QUANTITY.fullmatch(value) and path[-1] not in ("about", "source"):
        yield path
    elif isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _quantities(item, (*path, key))


def _put(values: Any, path: tuple[Any, ...], value: object) -> None:
    for part in path[:-1]:
        values = values[part]
    values[path[-1]] = value


def test_wrong_quantity_is_never_silent(small: dict[str, Any], tmp_path: Path) -> None:
    """Every quantity of the small scenario is replaced by several wrong ones, one at a time."""
    paths = list(_quantities(small))
    assert len(paths) > 40
    for index, path in enumerate(paths):
        for wrong in (*WRONG[index % 5 :: 5], OTHER_TYPES[index % 3]):
            values = copy.deepcopy(small)
            _put(values, path, wrong)
            (tmp_path / "a.yaml").write_text(json.dumps(values, ensure_ascii=False))
            assert any(problem.severity == "error" for problem in _answers(tmp_path / "a.yaml")), (path, wrong)


@pytest.mark.stress
@pytest.mark.parametrize("name", shipped_names())
@LONG
@given(seed=st.integers(0, 2**32 - 1))
def test_changed_shipped_scenario_is_read_or_answered(name: str, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    layered, _, _ = read_layers(name)
    assert layered is not None
    values = copy.deepcopy(layered.values)
    for _ in range(chance.randrange(1, 6)):
        _mutate(values, chance)
    (tmp_path / "a.yaml").write_text(json.dumps(values, ensure_ascii=False))
    _answers(tmp_path / "a.yaml")


@pytest.mark.stress
@pytest.mark.parametrize("name", shipped_names())
@LONG
@given(seed=st.integers(0, 2**32 - 1))
def test_garbled_shipped_scenario_is_read_or_answered(name: str, tmp_path: Path, seed: int) -> None:
    text = (shipped_folder() / f"{name}.yaml").read_text()
    (tmp_path / "a.yaml").write_bytes(_garble(text, random.Random(seed)))
    _answers(tmp_path / "a.yaml")
