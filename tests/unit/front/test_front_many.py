"""Many cases at once: comparisons, sweeps and searches, as the command line has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import ilrs
from sim.cli import main
from tests.unit.front.conftest import SWEEPING

SECOND = "activities.second.duration"


@pytest.fixture(autouse=True)
def _stand_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sweep(tmp_path: Path) -> ilrs.Sweep:
    model = ilrs.load(SWEEPING)
    return model.sweep({SECOND: ["90 d", "110 d"]}, only=True, design="grid", replications=20, jobs=1, folder="sweep")


def test_a_sweep_has_a_row_for_each_case(sweep: ilrs.Sweep) -> None:
    assert sweep.cases["value", SECOND].tolist() == ["90 d", "110 d"]
    assert sweep.cases["both", "mean_d"].diff().iloc[1] == pytest.approx(20.0)  # all cases have the same luck


def test_a_sweep_is_opened_again(sweep: ilrs.Sweep) -> None:
    opened = ilrs.open(sweep.folder)
    assert isinstance(opened, ilrs.Sweep)
    assert opened.cases.equals(sweep.cases)


def test_a_sweep_is_the_document_of_the_command_line(sweep: ilrs.Sweep) -> None:
    call = [
        "sweep",
        str(SWEEPING),
        "--vary",
        f"{SECOND}=[90 d, 110 d]",
        "--only",
        "--design=grid",
        "-n20",
        "-j1",
        "--json",
    ]
    shown = json.loads(CliRunner().invoke(main, [*call, "-o", "again"]).stdout)
    assert {**shown, "folder": "sweep"} == sweep.document


def test_a_sweep_draws_its_page(sweep: ilrs.Sweep) -> None:
    assert sweep.report().is_file()


def test_a_design_that_is_not_there_is_refused() -> None:
    with pytest.raises(ilrs.ArgumentError, match="design: 'foo' is none of grid"):
        ilrs.load(SWEEPING).sweep(design="foo")


@pytest.mark.parametrize("confidence", [0.7, "0.7", "70 %"])
def test_a_search_takes_its_chance_as_a_number_or_a_text(confidence: float | str) -> None:
    search = ilrs.load(SWEEPING).seek(confidence=confidence, most=200, seed=1, jobs=1)
    assert search.found.plan.confidence == pytest.approx(0.7)
    assert len(search.trials) == len(search.found.trials)
    assert "70%" in repr(search)


def test_a_comparison_takes_studies_and_models_and_texts() -> None:
    first, second = ilrs.load(SWEEPING), ilrs.load(SWEEPING, set={SECOND: "110 d"})
    study = first.run(30, jobs=1)
    found = ilrs.compare(study, second, str(SWEEPING), replications=30, jobs=1)
    assert found.differences.loc[("both", "B"), "mean_d"] == pytest.approx(10.0)
    assert found.differences.loc[("both", "C"), "mean_d"] == pytest.approx(0.0)
    assert found.inputs.loc[[SECOND]].to_numpy()[0].tolist() == ["100 d", "110 d", "100 d"]
    assert found.goals.index.tolist() == [("both", "A"), ("both", "B"), ("both", "C")]


def test_a_comparison_draws_its_page_beside_the_runs() -> None:
    found = ilrs.compare(ilrs.load(SWEEPING), ilrs.load(SWEEPING, set={SECOND: "110 d"}), replications=10, jobs=1)
    assert found.report() == Path("runs/comparison/report.html").resolve()


def test_one_thing_is_no_comparison() -> None:
    with pytest.raises(ilrs.ArgumentError, match="two to 26"):
        ilrs.compare(SWEEPING)


def test_a_variant_of_a_study_cannot_be_named_without_its_scenario() -> None:
    study = ilrs.load(SWEEPING).run(2, jobs=1)
    with pytest.raises(ilrs.ArgumentError, match="needs a scenario"):
        ilrs.compare(study, "@late", jobs=1)
