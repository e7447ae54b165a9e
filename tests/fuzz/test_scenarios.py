"""Changed scenarios: nothing passes `check` and is refused or breaks later."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.tree import shipped_names
from tests.fuzz.scenarios import fuzz, mutate_need

SMALL = [
    "tutorial",
    "examples/bridge",
    "examples/activity-network",
    "examples/tanker-depot",
    "examples/interim-station",
]


def test_what_check_passes_compiles_and_runs(tmp_path: Path) -> None:
    tally = fuzz(60, 2035, SMALL, tmp_path)
    assert tally.findings == []
    assert tally.count["ran"] >= 3
    assert tally.count["refused"] >= 3


def test_a_need_of_any_event_that_check_passes_compiles_and_runs(tmp_path: Path) -> None:
    tally = fuzz(60, 2035, ["examples/tanker-depot", "examples/interim-station"], tmp_path, mutate_need)
    assert tally.findings == []
    assert tally.count["ran"] >= 3


@pytest.mark.stress
@pytest.mark.parametrize("seed", range(10))
def test_what_check_passes_compiles_and_runs_for_long(seed: int, tmp_path: Path) -> None:
    assert fuzz(300, seed, sorted(shipped_names()), tmp_path).findings == []


def test_a_run_that_breaks_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.fuzz.scenarios.compile_campaign", broken)
    assert fuzz(20, 2035, SMALL, tmp_path).count["broke"] >= 1
