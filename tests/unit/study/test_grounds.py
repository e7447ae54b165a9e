"""What an answer rests on: figures, levers and risks of a plan small enough to know what they do."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ilrs
from sim.study.contents import GROUNDS
from sim.study.grounds import Grounds, WhatIf, find_assumptions, keep_grounds, read_grounds, simulate_what_if
from sim.study.store import StudyTables

PLAN = """
format: 1
name: grounds
calendar: {start: 2030-01-01, end: 2036-01-01}
activities:
  work: {kind: development, duration: {triangular: [100 d, 150 d, 300 d]}, source: estimate, confidence: low}
  wait: {kind: development, needs: [work], duration: 100 d}
risks:
  trouble: {probability: 100 %, stretches: {wait: 2}, about: Everything takes twice as long., source: estimate}
goals: {ready: {by: 2031-01-01, confidence: 70 %, needs: [wait]}}
variants: {quick: {activities: {wait: {duration: 90 d}}}}
seek:
  levers:
    risks.trouble.probability: {values: [0 %], costs: [2], about: Nothing goes wrong.}
    activities.wait.duration: {values: [100 d], costs: [1]}
  variants: {quick: 3}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyTables:
    folder = tmp_path_factory.mktemp("grounds")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return ilrs.load(folder / "plan.yaml").run(200, folder=folder / "run", jobs=1).tables


@pytest.fixture(scope="module")
def found(study: StudyTables) -> WhatIf:
    with ThreadPoolExecutor(1) as engine:
        return simulate_what_if(study, engine=engine)


def test_the_figure_that_is_drawn_is_the_assumption_that_matters(study: StudyTables) -> None:
    (first,) = find_assumptions(study).assumptions
    assert (first.path, first.confidence, first.drawn) == ("activities.work.duration", "low", True)


def test_a_risk_costs_what_the_date_loses_by_it(found: WhatIf) -> None:
    """It doubles a hundred days of work for certain."""
    (risk,) = found.risks
    assert risk.cost is not None
    assert risk.cost.mean_d == pytest.approx(100.0)


def test_with_its_lever_a_risk_costs_what_is_left(found: WhatIf) -> None:
    (risk,) = found.risks
    assert risk.mitigation == "Nothing goes wrong."
    assert risk.left is not None
    assert risk.left.mean_d == pytest.approx(0.0)


def test_a_lever_buys_the_days_between_with_it_and_without(found: WhatIf) -> None:
    """Ten days less of work are doubled by the trouble: twenty."""
    days = {one.path: one.shift.mean_d for one in found.levers if one.shift is not None}
    assert days == pytest.approx({"risks.trouble.probability": -100.0, "quick": -20.0, "activities.wait.duration": 0.0})


def test_levers_that_buy_most_come_first(found: WhatIf) -> None:
    assert found.levers[0].path == "risks.trouble.probability"


def test_grounds_are_read_back_as_they_were_kept(study: StudyTables, found: WhatIf) -> None:
    grounds = dataclasses.replace(find_assumptions(study), what_if=found)
    keep_grounds(study, grounds)
    assert read_grounds(study) == grounds


def test_grounds_that_were_changed_by_hand_are_not_believed(study: StudyTables) -> None:
    keep_grounds(study, find_assumptions(study))
    file: Path = study.folder / GROUNDS
    file.write_text(file.read_text(encoding="utf-8").replace('"low"', '"high"'), encoding="utf-8")
    assert read_grounds(study) is None


def test_too_few_replications_tell_nothing(study: StudyTables) -> None:
    fewer = dataclasses.replace(study, sample=study.sample[:50])
    assert find_assumptions(fewer) == Grounds()
