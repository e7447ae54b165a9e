"""The best order of work that shares resources; ten jobs of which the best order, 22 days, was found by enumeration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import ilrs
from sim.campaign.compile import compile_campaign
from sim.cli import main
from sim.decide import ordering
from sim.decide.ordering import best_order
from sim.decide.proof import Limits
from sim.scenario.load import load_scenario

pytest.importorskip("ortools")

YARD = """
format: 1
name: yard
source: made up
confidence: low
calendar: {start: 2030-01-01, end: 2034-01-01}
resources: {crew: {capacity: 3}, crane: {capacity: 1}}
goals: {ready: {by: 2030-02-15, needs: [j8, j9]}}
activities:
  j2: {duration: 6 d, uses: {crew: 2}}
  j3: {duration: 4 d, uses: {crew: 1, crane: 1}}
  j4: {duration: 5 d, uses: {crew: 1}}
  j5: {duration: 3 d, uses: {crew: 1, crane: 1}, needs: [j2]}
  j6: {duration: 7 d, uses: {crew: 2}, needs: [j2, j4]}
  j7: {duration: 5 d, uses: {crew: 1, crane: 1}, needs: [j3]}
  j8: {duration: 4 d, uses: {crew: 3}, needs: [j4]}
  j9: {duration: 2 d, uses: {crew: 1, crane: 1}, needs: [j5, j6, j7]}
"""


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "yard.yaml"
    file.write_text(YARD, "utf-8")
    return file


def test_the_best_order_of_the_yard_is_proven(yard: Path) -> None:
    found = best_order(compile_campaign(load_scenario(yard)), "ready", Limits(300.0))
    assert (found.proof.status, found.before_d, found.after_d) == ("optimal", 23.0, 22.0)


def test_working_days_of_one_calendar_are_proven_too(yard: Path) -> None:
    yard.write_text(YARD.replace(" d,", " wd,").replace("2030-01-01, end", "2030-01-07, end"), "utf-8")
    found = best_order(compile_campaign(load_scenario(yard)), "ready", Limits(300.0))
    assert (found.proof.status, found.before_d, found.after_d) == ("optimal", 31.0, 30.0)  # 23 and 22 working days


def test_orders_are_tried_where_calendars_differ(yard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering._Search, "_one_clock", lambda _: None)
    monkeypatch.setattr(ordering, "_MOST_TRIES", 400)
    found = best_order(compile_campaign(load_scenario(yard)), "ready", Limits(20.0))
    assert (found.proof.status, found.after_d) == ("feasible", 22.0)


def test_the_command_writes_an_order_that_the_plan_follows(yard: Path) -> None:
    out = yard.with_name("better.yaml")
    done = CliRunner().invoke(main, ["optimise", str(yard), "-o", str(out), "-n", "0", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["status"], found["objective_d"], found["agrees"]) == ("optimal", 22.0, True)
    plan = json.loads(CliRunner().invoke(main, ["plan", str(out), "--json"]).stdout)
    assert plan["goals"] == {"ready": "2030-01-23"}


def test_python_finds_the_order_of_the_command_line(yard: Path) -> None:
    found = ilrs.load(yard).optimise(replications=5)
    shown = json.loads(CliRunner().invoke(main, ["optimise", str(yard), "-n", "5", "--json"]).stdout)
    assert isinstance(found, ilrs.BestOrder)
    assert {**found.document, "seconds": 0.0} == {
        key: 0.0 if key == "seconds" else value for key, value in shown.items() if key not in ("page", "written")
    }


def test_the_page_of_an_order_has_each_job_before_and_after(yard: Path, tmp_path: Path) -> None:
    found = ilrs.load(yard).optimise(replications=0)
    assert isinstance(found, ilrs.BestOrder)
    text = found.report(tmp_path / "page").read_text("utf-8")
    assert ("8 activities move" in text, "No goal is later than before" in text) == (False, True)
    assert f"{sum(found.works.before_d != found.works.after_d)} activities move" in text


def test_the_name_of_a_job_is_text_on_the_page_of_an_order(yard: Path, tmp_path: Path) -> None:
    yard.write_text(YARD.replace("j2: {duration", "j2: {title: '<script>alert(1)</script>', duration"), "utf-8")
    text = ilrs.load(yard).optimise(replications=0).report(tmp_path / "page").read_text("utf-8")
    assert "<script>alert(1)" not in text
