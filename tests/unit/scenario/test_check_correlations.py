"""What is wrong with class laws, groups and facts that teach: each with its place and the way out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sim.campaign.compile import compile_campaign
from sim.problems import Problem
from sim.scenario.check_correlations import count_draws
from sim.scenario.joining import can_join
from sim.scenario.load import check_scenario, load_scenario

SCENARIO = """\
format: 1
calendar: {start: 2020-01-01, end: 2040-01-01, as_of: 2026-01-01}
goals: {goal: {by: 2035-12-31, needs: [a, b, c]}}
slips:
  programmes:
    classes:
      form: {offset: 60 d, shift: 1, dof: 5, tail: 0.1 %}
      parameters: {location: 0.2, location.china: -0.1, location.first: 0.1, spread: -1.0}
      covariance: [[0.01, 0, 0, 0], [0, 0.01, 0, 0], [0, 0, 0.01, 0], [0, 0, 0, 0.01]]
      unknown: {location: 0.3, spread: 0.2}
      programme_correlation: {value: 0.45}
      across_correlation: 0.05
  leads: {beyond: {intercept: 100 d, per_day: 0.5, shape: 2}}
activities:
  past: {done: 2024-01-01, planned: 2023-06-01, said_on: 2021-01-01,
         slip: {class: {agency: china, kind: first}, programme: lab}}
  a: {finish: 2030-01-01, slip: {class: {agency: china, kind: first}, programme: lab}}
  b: {finish: 2030-01-01, slip: {class: {agency: china, kind: first}, model: programmes}}
  c: {not_before: 2027-01-01, duration: {uniform: [10 d, 20 d]}, needs: [past]}
  d: {not_before: 2027-01-01, duration: 20 d}
"""


def problems(folder: Path, *sets: str, extra: str = "") -> list[Problem]:
    file = folder / "small.yaml"
    file.write_text(SCENARIO + extra)
    return list(check_scenario(file, sets=sets))


def test_scenario_with_a_class_law_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("sets", "path", "said"),
    [
        ("activities.b.slip.model=programs", "activities.b.slip.model", "did you mean 'programmes'?"),
        ("activities.b.slip.model=leads", "activities.b.slip.model", "model by lead time, not by class"),
        ("activities.b.slip={by_lead: programmes}", "activities.b.slip.by_lead", "write slip: {class:"),
        ("slips.programmes=null", "activities.a.slip", "no model by class"),
        ("slips.programmes.classes.covariance=[[1]]", "slips.programmes.classes.covariance", "4 rows of 4 numbers"),
        (
            "slips.programmes.classes.covariance=[[1,2,0,0],[2,1,0,0],[0,0,1,0],[0,0,0,1]]",
            "slips.programmes.classes.covariance",
            "not positive definite",
        ),
        (
            "slips.programmes.classes.covariance=[[1,0.5,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]",
            "slips.programmes.classes.covariance",
            "both sides of its diagonal",
        ),
        ("slips.programmes.classes.across_correlation=0.6", "slips.programmes.classes.across_correlation", "smaller"),
        ("activities.past.said_on=2023-12-01", "activities.past.planned", "before it was said"),
        ("activities.a.said_on=2025-01-01", "activities.a.said_on", "what has happened"),
        ("correlations={g: {coefficient: 0.5, of: [activities.a.slp, activities.b.slip]}}", "correlations.g.of[0]",
         "did you mean 'activities.a.slip'?"),
        ("correlations={g: {coefficient: 0.5, of: [activities.a.finish, activities.b.slip]}}", "correlations.g.of[0]",
         "nothing that is drawn"),
        ("correlations={g: {coefficient: 1.5, of: [activities.a.slip, activities.b.slip]}}",
         "correlations.g.coefficient", "below 1"),
        ("correlations={g: {coefficient: -0.6, of: [activities.*.slip, activities.c.duration]}}",
         "correlations.g.coefficient", "is above -0.333"),
        (
            "correlations={g: {coefficient: 0.9, of: [activities.b.slip, activities.c.duration]},"
            " h: {coefficient: -0.9, of: [activities.a.slip, activities.c.duration]},"
            " i: {coefficient: 0.9, of: [activities.a.slip, activities.b.slip]}}",
            "correlations.g.coefficient",
            "contradict each other",
        ),
        (
            "correlations={g: {coefficient: 0.5, of: [activities.a.slip, activities.b.slip]},"
            " h: {coefficient: 0.4, of: [activities.a.slip, activities.b.slip]}}",
            "correlations.h.coefficient",
            "different coefficients",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, sets: str, path: str, said: str) -> None:
    errors = [problem for problem in problems(tmp_path, sets) if problem.severity == "error"]
    assert path in [problem.path for problem in errors], errors
    assert any(said in problem.text() for problem in errors), [problem.text() for problem in errors]


@pytest.mark.parametrize(
    ("sets", "path", "said"),
    [
        ("activities.a.slip.class.agency=chian", "activities.a.slip.class.agency", "did you mean 'china'?"),
        ("activities.a.slip.class.kind=frist", "activities.a.slip.class.kind", "did you mean 'first'?"),
        ("activities.past.said_on=null", "activities.past.slip", "without both planned and said_on"),
        ("activities.past.slip=null", "activities.past.planned", "without a slip by class"),
        ("correlations={g: {coefficient: 0.5, of: [activities.d.duration, activities.b.slip]}}",
         "correlations.g.of[0]", "shares no luck"),
        ("activities.b.slip={class: {agency: china, kind: first}, programme: lap}", "activities.b.slip.programme",
         "did you mean 'lab'?"),
    ],
)  # fmt: skip
def test_what_is_surely_not_meant_is_warned_of(tmp_path: Path, sets: str, path: str, said: str) -> None:
    found = problems(tmp_path, sets)
    assert {problem.severity for problem in found} == {"warning"}
    assert any(problem.path == path and said in problem.text() for problem in found), [p.text() for p in found]


def test_two_class_laws_must_be_told_apart(tmp_path: Path) -> None:
    law = SCENARIO[SCENARIO.index("    classes:") : SCENARIO.index("  leads:")]
    file = tmp_path / "small.yaml"
    file.write_text(SCENARIO.replace("  leads:", f"  others:\n{law}  leads:"))
    found = [problem for problem in check_scenario(file) if problem.path == "activities.a.slip"]
    assert [problem.hint for problem in found] == ["say which: model: programmes"]


def test_a_law_is_by_lead_or_by_class(tmp_path: Path) -> None:
    found = problems(tmp_path, "slips.programmes.beyond={intercept: 1 d, per_day: 0, shape: 2}")
    assert any("either beyond or classes" in problem.message for problem in found)


def test_group_of_hundreds_of_values_is_refused(tmp_path: Path) -> None:
    work = "{not_before: 2027-01-01, duration: {uniform: [1 d, 2 d]}}"
    many = "".join(f"  x-{number}: {work}\n" for number in range(301))
    group = "correlations: {g: {coefficient: 0.5, of: [activities.*.duration]}}\n"
    found = problems(tmp_path, extra=many + group)
    assert ("correlations.g.of", "file-too-large") in [(problem.path, problem.code) for problem in found]


# --- values that several launches draw -------------------------------------------------------------------------------

RIVALS = """\
format: 1
extends: examples/resupply
correlations:
  rivals: {{coefficient: {coefficient}, of: [launchers.rocket.integration, launchers.rocket.stand_down]}}
"""


def rivals(folder: Path, coefficient: float) -> Path:
    file = folder / "rivals.yaml"
    file.write_text(RIVALS.format(coefficient=coefficient))
    return file


def test_launches_that_all_go_against_each_other_are_refused(tmp_path: Path) -> None:
    """28 launches draw both values: 56 can go against each other by less than 1 / 55."""
    (problem,) = (one for one in check_scenario(rivals(tmp_path, -0.4)) if one.severity == "error")
    assert problem.path == "correlations.rivals.coefficient"
    assert "launchers.rocket.integration (" in problem.message
    assert "56 values of the group the coefficient is above -0.0182" in problem.hint


def test_launches_that_go_together_pass(tmp_path: Path) -> None:
    assert [one for one in check_scenario(rivals(tmp_path, 0.4)) if one.severity == "error"] == []


@pytest.mark.parametrize("name", ["examples/resupply", "examples/tanker-depot", "examples/two-launch-rendezvous"])
def test_as_many_draws_are_counted_as_the_campaign_makes(name: str) -> None:
    loaded = load_scenario(name)
    made = Counter(".".join(map(str, path)) for path in compile_campaign(loaded).stream_paths)
    counted = count_draws(loaded.scenario)
    assert {path: counted.get(path, 1) for path in made if can_join(path)} == {
        path: count for path, count in made.items() if can_join(path)
    }
