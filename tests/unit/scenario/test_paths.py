"""Dotted paths: one that leads to nothing is refused with what it may have meant, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.problems import ScenarioError
from sim.scenario.load import check_scenario, load_scenario
from sim.scenario.schema.variation import ParameterStudy
from sim.study.design import DESIGNS
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
variants: {checked: {activities: {check: {duration: 5 d, needs: [rocket]}, lander: {needs: [check]}}}}
"""
WRONG = [
    ("activities.landers.duration", "activities.landers: there is no such block; did you mean 'lander'?"),
    ("activities.lander.duraton", "activities.lander.duraton: unknown key; did you mean 'duration'?"),
    ("actvities.lander.duration", "actvities: unknown key; did you mean 'activities'?"),
    ("risks.storms.probability", "risks.storms: there is no such block; did you mean 'storm'?"),
    ("risks.storm.stretches.landr", "risks.storm.stretches.landr: there is no such block; did you mean 'lander'?"),
    ("missions.flight.cost", "missions.flight: there is no such block; there is none at all here"),
    ("activities.lander.needs.0", "activities.lander.needs: this is a list, not a mapping"),
    ("activities.lander.partner.x", "activities.lander.partner.x: there is nothing inside this value"),
    ("variants.checked.about", "variants: 'variants' is nothing that can be"),
]


def _file(folder: Path, more: str = "") -> Path:
    (folder / "plan.yaml").write_text(PLAN + more, encoding="utf-8")
    return folder / "plan.yaml"


def _errors(file: Path) -> list[str]:
    return [problem.text() for problem in check_scenario(file) if problem.severity == "error"]


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_a_setting_that_leads_nowhere_is_refused(path: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(_file(tmp_path), sets=[f"{path}=5 d"])
    assert said in str(caught.value)


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_check_refuses_a_factor_that_leads_nowhere(path: str, said: str, tmp_path: Path) -> None:
    (error,) = _errors(_file(tmp_path, f"sweep: {{vary: {{{path}: [5 d, 6 d]}}}}\n"))
    assert f"plan.yaml:11:16: sweep.vary.{path}: " in error
    assert said.removeprefix(f"{path}: ") in error


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_check_refuses_a_lever_that_leads_nowhere(path: str, said: str, tmp_path: Path) -> None:
    (error,) = _errors(_file(tmp_path, f"seek: {{levers: {{{path}: {{values: [5 d], costs: [1]}}}}}}\n"))
    assert f"plan.yaml:11:17: seek.levers.{path}: " in error
    assert said.removeprefix(f"{path}: ") in error


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_a_sweep_refuses_a_factor_of_the_command_line_that_leads_nowhere(path: str, said: str, tmp_path: Path) -> None:
    file = _file(tmp_path)
    plan = read_plan(load_scenario(file), vary=[f"{path}=[5 d, 6 d]"], design="grid", replications=1)
    with pytest.raises(ScenarioError) as caught:
        run_sweep(Start(file), plan, folder=tmp_path / "out", jobs=1)
    assert said in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_factor_that_would_add_a_whole_block_is_refused(tmp_path: Path) -> None:
    (error,) = _errors(_file(tmp_path, "sweep: {vary: {activities.landers: [{duration: 5 d}]}}\n"))
    assert "there is no such block; did you mean 'lander'?" in error


@pytest.mark.parametrize("key", ["name", "about", "format", "sweep.cases", "seek.goal", "extends"])
def test_what_decides_nothing_is_not_varied(key: str, tmp_path: Path) -> None:
    (error,) = _errors(_file(tmp_path, f"sweep: {{vary: {{{key}: [1, 2]}}}}\n"))
    assert "is nothing that can be varied" in error


@pytest.mark.parametrize(
    "setting",
    [
        "activities.lander.duration=5 d",
        "activities.lander.slip.weibull={shape: 1, scale: 9 d}",
        "activities.lander.duration.uniform=[1 d, 2 d]",
        "activities.lander.partner=null",
        "activities.painting={duration: 5 d}",
        "risks.storm.stretches={rocket: 2}",
        "about=another text",
        "name=other",
    ],
)
def test_a_setting_of_what_is_there_or_of_a_whole_new_block_is_taken(setting: str, tmp_path: Path) -> None:
    more = "" if "null" not in setting else "partners: {p: {}}\n"
    file = _file(tmp_path, more)
    file.write_text(file.read_text().replace("100 d, needs", "100 d, partner: p, needs") if more else file.read_text())
    assert load_scenario(file, sets=[setting]).scenario.goals


def test_a_factor_may_stand_in_a_variant_that_the_sweep_chooses(tmp_path: Path) -> None:
    factor = "vary: {activities.check.duration: [5 d, 6 d]}"
    assert _errors(_file(tmp_path, f"sweep: {{variants: [none, checked], {factor}}}\n")) == []
    assert len(_errors(_file(tmp_path, f"sweep: {{{factor}}}\n"))) == 1


def test_a_variant_that_names_what_nothing_needs_is_asked_what_it_means(tmp_path: Path) -> None:
    file = _file(tmp_path)
    text = file.read_text().replace("variants: {", "variants: {late: {activities: {landers: {duration: 200 d}}}, ")
    file.write_text(text)
    (error,) = _errors(file)
    assert "nothing needs 'landers', which only this variant names; did you mean 'lander'?" in error
    assert "plan.yaml:10:" in error


SHAPES = [
    ("sweep: {vary: 5}", "sweep.vary: a mapping"),
    ("sweep: {design: 5}", "sweep.design: 5 is not a choice here; known: grid, lhs"),
    ("sweep: {cases: 1.5}", "sweep.cases: a whole number is wanted here, not 1.5"),
    ("sweep: {replications: 1e9}", "sweep.replications: a whole number is wanted here"),
    ("sweep: {replications: 0}", "sweep.replications: 0 is out of range"),
    ("sweep: {variants: [{a: 1}]}", "sweep.variants[0]: text is wanted"),
    ("sweep: {variants: [chekced]}", "there is no variant 'chekced'; did you mean 'checked'?"),
    ("sweep: {nonsense: 1}", "sweep.nonsense: unknown key"),
    ("sweep: {vary: {activities.lander.duration: {uniform: [5 d, 6 h]}}}", "numbers of one and the same unit"),
    ("sweep: {vary: {activities.lander.duration: {uniform: [6 d, 5 d]}}}", "must not fall from left to right"),
    ("seek: {levers: 5}", "seek.levers: a mapping"),
    ("seek: {}", "seek: there are no levers"),
    ("seek: {levers: {activities.lander.duration: {values: [5 d], costs: [-1]}}}", "it must be at least 0"),
    ("seek: {levers: {activities.lander.duration: {values: [5 d, 6 d], costs: [1]}}}", "one cost for each value"),
    ("seek: {confidence: 200 %, variants: {checked: 1}}", "seek.confidence: '200 %' is above 100 %"),
    ("seek: {confidence: 100 %, variants: {checked: 1}}", "seek: a confidence lies between 0 % and 100 %"),
    ("seek: {confidence: 0.7, variants: {checked: 1}}", "did you mean 70 %?"),
    ("seek: {goal: redy, variants: {checked: 1}}", "there is no goal 'redy'; did you mean 'ready'?"),
    ("seek: {variants: {chekced: 1}}", "there is no variant 'chekced'; did you mean 'checked'?"),
]


@pytest.mark.parametrize(("block", "said"), SHAPES)
def test_check_looks_into_sweep_and_seek(block: str, said: str, tmp_path: Path) -> None:
    found = _errors(_file(tmp_path, f"{block}\n"))
    assert any(said in error and ":11:" in error for error in found), found


@pytest.mark.parametrize(("block", "said"), SHAPES)
def test_a_verb_refuses_what_check_refuses_in_its_block(block: str, said: str, tmp_path: Path) -> None:
    file = _file(tmp_path, f"{block}\n")
    with pytest.raises(ScenarioError) as caught:
        (read_plan if block.startswith("sweep") else read_levers)(load_scenario(file))
    assert said in str(caught.value)


def test_the_language_knows_the_designs_that_there_are() -> None:
    assert set(ParameterStudy.model_fields["design"].annotation.__args__) == set(DESIGNS)  # type: ignore[union-attr]


def test_a_long_setting_is_no_place_of_a_message(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(_file(tmp_path), sets=[f"activities.landers.duration={{discrete: {{{'1 d: 1 %, ' * 40}}}}}"])
    assert str(caught.value).startswith("--set activities.landers.duration=...: activities.landers: there is no such")
