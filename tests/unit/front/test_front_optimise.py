"""Optimisations from Python: what the command line says, as frames, a page and a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import ilrs
from sim.cli import main

TINY = Path(__file__).parents[1] / "decide" / "tiny.yaml"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("optimise") / "tiny.yaml"
    file.write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def better(tiny: Path) -> ilrs.Optimisation:
    found = ilrs.load(tiny).optimise(minimise="date", replications=50, pool=2, folder=tiny.parent / "page")
    assert isinstance(found, ilrs.Optimisation)
    return found


def test_an_optimisation_is_the_document_of_the_command_line(
    tiny: Path, better: ilrs.Optimisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call = ["optimise", str(tiny), "--minimise=date", "-n50", "--pool=2", "--json"]
    shown = json.loads(CliRunner().invoke(main, call).stdout)
    timed = {"seconds", "proofs", "page", "written"}
    assert {key: value for key, value in shown.items() if key not in timed} == {
        key: value for key, value in better.document.items() if key not in timed
    }


def test_an_optimisation_has_a_row_for_each_goal_flight_and_plan(better: ilrs.Optimisation) -> None:
    assert list(better.goals.index) == ["camp"]
    assert set(better.flights.index) == {"one", "two"}
    assert len(better.pool) == 3
    assert better.status == "optimal"
    assert better.agrees


def test_the_file_it_writes_is_the_plan_it_tells(better: ilrs.Optimisation, tiny: Path) -> None:
    file = better.write(tiny.with_name("better.yaml"))
    plan = ilrs.load(file).plan()
    assert str(plan.goals.loc["camp", "plan"])[:10] == str(better.goals.loc["camp", "after"])[:10]


def test_the_folder_of_a_run_is_no_place_for_an_optimisation(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "ilrs-run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ilrs.InputError, match="holds a run"):
        ilrs.load(tiny).optimise(folder=tmp_path)


def test_a_time_that_is_none_is_refused(tiny: Path) -> None:
    with pytest.raises(ilrs.ArgumentError, match="time"):
        ilrs.load(tiny).optimise(time="soon")


def test_ctrl_c_while_others_are_sought_keeps_the_best(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.decide.optimise.others", press)
    found = ilrs.load(tiny).optimise(minimise="date", replications=20, pool=2, folder=tiny.parent / "stopped")
    assert isinstance(found, ilrs.Optimisation)
    assert found.best.interrupted
    assert found.judged is None
    assert found.changes
