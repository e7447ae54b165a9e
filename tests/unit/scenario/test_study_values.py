"""Values that a sweep or a search would set: each that a scenario cannot take is refused where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.decide.seek import seek
from sim.problems import ScenarioError
from sim.scenario import check_study_values
from sim.scenario.load import check_scenario, load_scenario
from sim.study.design import Choice
from sim.study.engines import choose
from sim.study.levers import read_levers
from sim.study.sweep import Start, run_sweep
from sim.study.sweep_plan import read_plan

PLAN = """
format: 1
name: plan
calendar: {start: 2030-01-01, end: 2034-01-01}
goals: {ready: {by: 2030-10-31, needs: [lander]}}
risks: {storm: {probability: 10 %, stretches: {lander: 1.5}}}
activities:
  rocket: {duration: {triangular: [100 d, 150 d, 400 d]}}
  lander: {duration: 100 d, needs: [rocket]}
  twin: {like: lander}
variants:
  checked: {activities: {check: {duration: 5 d, needs: [rocket]}, lander: {needs: [check]}}}
  bold: {activities: {lander: {needs: []}}}
"""
DURATION = "activities.lander.duration"


def _file(folder: Path, more: str) -> Path:
    (folder / "plan.yaml").write_text(PLAN + more, encoding="utf-8")
    return folder / "plan.yaml"


def _vary(folder: Path, factors: str, more: str = "") -> Path:
    return _file(folder, f"sweep: {{{more}vary: {{{factors}}}}}\n")


def _errors(file: Path) -> list[str]:
    found = [problem.text() for problem in check_scenario(file) if problem.severity == "error"]
    return [text.removeprefix(f"{file}:") for text in found]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (DURATION, "2 kg"),
        (DURATION, "-1 d"),
        (DURATION, "5"),
        (DURATION, "soon"),
        (DURATION, "{triangular: [3 d, 2 d, 1 d]}"),
        (DURATION, "null"),
        ("risks.storm.probability", "110 %"),
        ("activities.lander.needs", "rocket"),
        ("calendar.end", "2030-02-30"),
        ("calendar.end", "2029-01-01"),
        ("goals.ready.by", "2050-01-01"),
    ],
)
@pytest.mark.parametrize("block", ["sweep", "seek"])
def test_a_listed_value_is_refused_in_the_words_of_a_setting(block: str, path: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(_file(tmp_path, ""), sets=[f"{path}={value}"])
    wanted = caught.value.problems[0]
    spec = f"[{value}]" if block == "sweep" else f"{{values: [{value}], costs: [1]}}"
    block_text = f"{{vary: {{{path}: {spec}}}}}" if block == "sweep" else f"{{levers: {{{path}: {spec}}}}}"
    line = f"{block}: {block_text}"
    found = [one for one in check_scenario(_file(tmp_path, line)) if one.severity == "error"]
    assert found[0].mark is not None
    assert (found[0].mark.line, found[0].mark.column) >= (14, line.index(value) + 1)
    assert found[0].message.endswith(wanted.message)
    assert (found[0].code, found[0].hint) == (wanted.code, wanted.hint)


def test_only_the_wrong_item_of_a_list_is_refused(tmp_path: Path) -> None:
    (error,) = _errors(_vary(tmp_path, f"{DURATION}: [1 d, 2 kg, 3 d]"))
    assert error.startswith(f"14:50: sweep.vary.{DURATION}[1]: 'kg' is not a unit of duration")


def test_the_wrong_part_of_a_law_in_a_list_is_pointed_at(tmp_path: Path) -> None:
    (error,) = _errors(_vary(tmp_path, f"{DURATION}: [{{triangular: [1 d, 2 kg, 3 d]}}]"))
    assert error.startswith(f"14:64: sweep.vary.{DURATION}[0].triangular[1]: 'kg' is not")


def test_both_ends_of_a_range_are_read(tmp_path: Path) -> None:
    low, high = _errors(_vary(tmp_path, "risks.storm.probability: {uniform: [-10 %, 110 %]}"))
    assert "uniform[0]: '-10 %' is below 0 %" in low
    assert "uniform[1]: '110 %' is above 100 %" in high


@pytest.mark.parametrize("law", ["{uniform: [1 kg, 2 kg]}", "{triangular: [1 kg, 2 kg, 3 kg]}", "{pert: [1, 2, 3]}"])
def test_every_point_of_a_range_in_a_wrong_unit_is_refused(law: str, tmp_path: Path) -> None:
    errors = _errors(_vary(tmp_path, f"{DURATION}: {law}"))
    assert len(errors) == law.count(",") + 1


def _rocket(folder: Path, sweep: str) -> Path:
    base = (Path(__file__).parents[2] / "data/broken/parts/base.yaml").read_text(encoding="utf-8")
    (folder / "plan.yaml").write_text(f"{base}sweep: {sweep}\n", encoding="utf-8")
    return folder / "plan.yaml"


def test_a_range_over_whole_numbers_is_refused_for_what_lies_between(tmp_path: Path) -> None:
    (error,) = _errors(_rocket(tmp_path, "{vary: {spacecraft.lander.landing.flights: {uniform: [1, 4]}}}"))
    assert "sweep.vary.spacecraft.lander.landing.flights.uniform: a whole number is wanted here, not 2.14" in error


def test_a_grid_whose_steps_are_whole_numbers_is_taken(tmp_path: Path) -> None:
    sweep = "{design: grid, levels: 4, vary: {spacecraft.lander.landing.flights: {uniform: [1, 4]}}}"
    assert _errors(_rocket(tmp_path, sweep)) == []


def test_a_value_that_contradicts_the_scenario_alone_is_taken_beside_another_factor(tmp_path: Path) -> None:
    factors = "calendar.start: [2036-01-01], calendar.end: [2040-01-01], goals.ready.by: [2038-01-01]"
    assert _errors(_vary(tmp_path, factors)) == []


def test_the_same_value_without_the_other_factor_is_refused(tmp_path: Path) -> None:
    assert _errors(_vary(tmp_path, "calendar.start: [2036-01-01]"))


def test_factors_one_inside_the_other_hide_nothing(tmp_path: Path) -> None:
    factors = "activities.rocket.duration.triangular: [[1 d, 2 kg, 3 d]], activities.rocket.duration: [5 d]"
    (error,) = _errors(_vary(tmp_path, factors))
    assert "'kg' is not a unit of duration" in error


def test_a_value_in_a_block_of_a_variant_is_read_with_the_variant(tmp_path: Path) -> None:
    (error,) = _errors(_vary(tmp_path, "activities.check.duration: [1 d, -1 d]", "variants: [none, checked], "))
    assert "activities.check.duration[1]: '-1 d' is below 0 d" in error


def test_a_lever_in_a_block_of_a_variant_is_read_with_the_variant(tmp_path: Path) -> None:
    lever = "activities.check.duration: {values: [1 kg], costs: [1]}"
    (error,) = _errors(_file(tmp_path, f"seek: {{levers: {{{lever}}}, variants: {{checked: 1}}}}\n"))
    assert "activities.check.duration.values[0]: 'kg' is not" in error


def test_variants_that_clash_only_together_are_refused_where_they_are_chosen(tmp_path: Path) -> None:
    (error,) = _errors(_vary(tmp_path, f"{DURATION}: [1 d]", "variants: [none, checked+bold], "))
    assert error.startswith("14:26: sweep.variants[1]: with variants checked+bold: ")
    assert "sets the same key" in error


def test_a_variant_whose_value_breaks_is_refused_where_it_stands(tmp_path: Path) -> None:
    file = _vary(tmp_path, f"{DURATION}: [1 d]", "variants: [bold], ")
    file.write_text(file.read_text().replace("lander: {needs: []}", "lander: {duration: 3 kg}"))
    (error,) = _errors(file)
    assert error.startswith("13:42: activities.lander.duration: with variant bold: 'kg' is not a unit")


def test_an_error_of_the_scenario_itself_is_not_told_of_each_value(tmp_path: Path) -> None:
    file = _vary(tmp_path, f"{DURATION}: [1 d, 2 d]")
    file.write_text(file.read_text().replace("10 %", "110 %"))
    (error,) = _errors(file)
    assert "risks.storm.probability" in error


def test_a_sweep_refuses_a_wrong_value_of_its_file_before_it_makes_a_folder(tmp_path: Path) -> None:
    file = _vary(tmp_path, f"{DURATION}: [1 d, 2 kg]")
    plan = read_plan(load_scenario(file), design="grid", replications=1)
    with pytest.raises(ScenarioError, match=r"14:50: .*'kg' is not a unit of duration"):
        run_sweep(Start(file), plan, folder=tmp_path / "out", jobs=1)
    assert not (tmp_path / "out").exists()


def test_a_wrong_value_of_the_file_that_the_command_line_replaces_is_not_looked_at(tmp_path: Path) -> None:
    file = _vary(tmp_path, f"{DURATION}: [1 d, 2 kg]")
    plan = read_plan(load_scenario(file), vary=[f"{DURATION}=[1 d]"], design="grid", replications=1)
    sweep = run_sweep(Start(file), plan, folder=tmp_path / "out", jobs=1)
    assert plan.factors == (Choice(DURATION, ("1 d",)),)
    assert all(sweep.is_done(one.key) for one in sweep.planned)


def test_a_search_refuses_a_wrong_value_of_its_file_before_it_makes_a_folder(tmp_path: Path) -> None:
    file = _file(tmp_path, f"seek: {{levers: {{{DURATION}: {{values: [80 kg], costs: [0]}}}}}}\n")
    with pytest.raises(ScenarioError, match=r"values\[0\]: 'kg' is not a unit of duration"):
        seek(Start(file), read_levers(load_scenario(file)), seed=1, most=1, engine=choose(1), folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_values_that_are_not_looked_at_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_study_values, "MOST_READINGS", 2)
    found = check_scenario(_vary(tmp_path, f"{DURATION}: [1 d, 2 d, 3 d, 4 d, 5 d]"))
    assert [(one.severity, one.path) for one in found] == [("warning", "sweep")]
