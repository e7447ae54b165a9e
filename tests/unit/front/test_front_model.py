"""A scenario is loaded, looked at and run from Python as from the command line."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import ilrs
from sim.cli import main
from sim.front.arguments import names_of, settings_of
from tests.unit.front.conftest import SWEEPING, TWO_STEPS


def test_a_run_is_the_study_of_the_command_line(tmp_path: Path) -> None:
    ilrs.load(TWO_STEPS).run(50, seed=3, jobs=1, folder=tmp_path / "python")
    CliRunner().invoke(main, ["run", str(TWO_STEPS), "-n50", "--seed=3", "-j1", "-o", str(tmp_path / "command")])
    tables = [(tmp_path / name / "outcomes/part-000000-000049.parquet").read_bytes() for name in ("python", "command")]
    assert tables[0] == tables[1]


def test_values_of_python_are_set(tmp_path: Path) -> None:
    model = ilrs.load(SWEEPING, set={"activities.second.duration": "10 d", "activities.first.duration": "5 d"})
    study = model.run(2, jobs=1, folder=tmp_path)
    assert study.frame("reached")["both_d"].tolist() == [15.0, 15.0]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("5 %", "a.b=5 %"),
        (2.5, "a.b=2.5"),
        (np.float64(2.5), "a.b=2.5"),
        (np.array([1, 2]), "a.b=[1, 2]"),
        (["5 d", "6 d"], "a.b=[5 d, 6 d]"),
        ({"uniform": ("1 d", "2 d")}, "a.b={uniform: [1 d, 2 d]}"),
        (datetime.date(2030, 1, 2), "a.b=2030-01-02"),
        (None, "a.b=null"),
        (True, "a.b=true"),
    ],
)
def test_a_value_is_written_as_the_language_has_it(value: object, written: str) -> None:
    assert settings_of({"a.b": value}) == (written.replace("2030-01-02", settings_of({"x": value})[0][2:]),)


def test_a_value_that_no_scenario_can_hold_is_refused() -> None:
    with pytest.raises(ilrs.ArgumentError, match="nothing that a scenario can hold"):
        ilrs.load("tutorial", set={"goals.hut-stands.by": object()})


def test_a_text_in_place_of_values_is_refused() -> None:
    with pytest.raises(ilrs.ArgumentError, match="a mapping"):
        settings_of("a.b=2")


@pytest.mark.parametrize(
    ("variant", "names"), [("", ()), ("a", ("a",)), ("a, b", ("a", "b")), (["a", "b,c"], ("a", "b", "c"))]
)
def test_variants_are_one_name_or_several(variant: str | list[str], names: tuple[str, ...]) -> None:
    assert names_of(variant) == names


@pytest.mark.parametrize("variant", ["a,,b", "a,a", ["a", ""]])
def test_a_variant_without_a_name_or_said_twice_is_refused(variant: str | list[str]) -> None:
    with pytest.raises(ilrs.ArgumentError, match="variant"):
        names_of(variant)


@pytest.mark.parametrize("day", ["2023-01-01", datetime.date(2023, 1, 1)])
def test_a_model_knows_what_was_known_on_a_day(day: str | datetime.date) -> None:
    model = ilrs.load("ilrs-2035", as_of=day)
    assert model.as_of == "2023-01-01"
    assert "as of 2023-01-01" in repr(model)
    assert {problem.code for problem in model.check()} == {
        problem.code for problem in ilrs.check("ilrs-2035", as_of=day)
    }


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ilrs.ScenarioError, match="someday"):
        ilrs.load("tutorial", as_of="someday")


def test_a_wrong_scenario_says_all_that_is_wrong_in_one_error() -> None:
    with pytest.raises(ilrs.ScenarioError) as caught:
        ilrs.load("tutorial", set={"launchers.rocket.reliability": "200 %", "nonsense": 1})
    assert "200 %" in str(caught.value)
    assert "nonsense" in str(caught.value)


def test_check_raises_nothing_and_returns_the_problems() -> None:
    (problem,) = ilrs.check("tutorial", set={"nonsense": 1})
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"replications": 0}, "replications"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"jobs": 0}, "jobs"),
        ({"jobs": 1.5}, "jobs"),
        ({"quantile": 2.0}, "quantile"),
        ({"until_precise": "soon"}, "until_precise"),
        ({"engine": "abacus"}, "engine"),
        ({"engine": "process", "scheduler": "tcp://x:1"}, "scheduler"),
    ],
)
def test_an_argument_out_of_bounds_is_refused_by_its_name(
    model: ilrs.Model, arguments: dict[str, object], named: str, tmp_path: Path
) -> None:
    with pytest.raises(ilrs.ArgumentError) as caught:
        model.run(folder=tmp_path, **arguments)  # type: ignore[arg-type]
    assert caught.value.argument == named


def test_a_run_too_large_to_be_meant_is_refused(model: ilrs.Model, tmp_path: Path) -> None:
    with pytest.raises(ilrs.InputError, match="5,000,000"):
        model.run(10**9, folder=tmp_path)


def test_the_plan_has_the_dates_of_the_command_line(model: ilrs.Model) -> None:
    shown = CliRunner().invoke(main, ["plan", "tutorial"]).output
    assert model.plan().goals["plan"].dt.strftime("%Y-%m-%d").item() in shown


def test_the_flights_of_the_plan_close(model: ilrs.Model) -> None:
    flights = model.plan().flights
    assert flights["mission"].tolist() == ["flight"]
    assert flights["closes"].all()


def test_a_model_traces_any_replication(model: ilrs.Model, study: ilrs.Study) -> None:
    assert model.trace(3, seed=7).frame.equals(study.trace(3).frame)


def test_progress_goes_to_whoever_is_named(
    model: ilrs.Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.run(2, jobs=1, folder=tmp_path, progress=True)
    assert "simulating: 2 of 2 replications" in capsys.readouterr().err


def test_nothing_is_told_where_nobody_looks(
    model: ilrs.Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.run(2, jobs=1, folder=tmp_path)
    assert capsys.readouterr() == ("", "")
