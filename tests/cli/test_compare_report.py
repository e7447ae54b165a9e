"""`ilrs compare --report` draws what it compares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main


def test_compare_draws_a_page_for_each_run_and_one_that_compares_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    things = ["compare", "tutorial", "examples/interim-station", "-n", "20", "-j", "1", "--report", "--json"]
    things += ["--goal", "hut-stands=base-stands"]
    result = CliRunner().invoke(main, things)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert Path(said["report"]).is_file()
    for study in said["studies"].values():
        assert (Path(study["folder"]) / "report.html").is_file()


def test_rivals_without_a_pair_are_asked_about_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["compare", "tutorial", "examples/interim-station", "-n", "20", "-j", "1"])
    assert result.exit_code == 1
    assert "interim-station: research-in-orbit, base-stands" in result.output
    assert not Path("runs").exists()
