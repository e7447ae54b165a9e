"""The verbs that go back to a day: what they print, and what a run folder keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sim.front import load, open_folder
from sim.front.forecast_history import ForecastHistory
from sim.study.history import read_history

Call = Callable[..., Result]
PLAN = """\
format: 1
calendar: {start: 2021-01-01, end: 2045-01-01, as_of: 2024-11-22}
goals: {ready: {by: 2035-12-31, needs: [rocket]}}
activities:
  rocket: {finish: {said: {2021-01-01: 2027-07-01, 2024-04-24: 2031-01-01}}, slip: {uniform: [0 d, 300 d]}}
sweep: {vary: {activities.rocket.slip: [{uniform: [0 d, 300 d]}, {uniform: [0 d, 600 d]}]}}
seek: {levers: {activities.rocket.slip: {values: ["1 d"], costs: [1]}}}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("plan.yaml").write_text(PLAN)
    return "plan.yaml"


def test_the_plan_is_the_one_of_then(plan: str, ilrs: Call) -> None:
    assert json.loads(ilrs("plan", plan, "--as-of", "2023-06-30", "--json").stdout)["goals"] == {"ready": "2027-07-01"}


def test_a_run_folder_knows_its_day(plan: str, ilrs: Call) -> None:
    assert ilrs("run", plan, "-n", 5, "-j", 1, "-o", "out", "-q", "--as-of", "2023-06-30").exit_code == 0
    assert "as_of: '2023-06-30'" in Path("out/scenario.resolved.yaml").read_text()


def test_runs_of_two_days_are_two_studies(plan: str, ilrs: Call) -> None:
    folders = {
        json.loads(ilrs("run", plan, "-n", 5, "-j", 1, "--json", "--as-of", day).stdout)["folder"]
        for day in ("2023-06-30", "2023-07-30")
    }
    assert len(folders) == 2


def test_a_comparison_goes_back_with_both(plan: str, ilrs: Call) -> None:
    Path("other.yaml").write_text(PLAN.replace("300 d", "400 d"))
    done = ilrs("compare", plan, "other.yaml", "-n", 5, "-j", 1, "--json", "--as-of", "2023-06-30")
    assert done.exit_code == 0
    ready = json.loads(done.stdout)["goals"]["ready"]
    assert max(ready["A"]["p50"], ready["B"]["p50"]) < "2029"


def test_a_sweep_goes_back(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "--design", "grid", "-n", 5, "-j", 1, "--json", "--as-of", "2023-06-30")
    assert all(case["goals"]["ready"]["p50"] < "2029-12-31" for case in json.loads(done.stdout)["cases"])


def test_seeking_goes_back(plan: str, ilrs: Call) -> None:
    done = ilrs("seek", plan, "--most", 100, "-j", 1, "-o", "sought", "-q", "--as-of", "2023-06-30")
    assert done.exit_code == 0
    assert "as_of: '2023-06-30'" in Path("sought/scenario.resolved.yaml").read_text()


def test_show_tells_what_was_said_otherwise(plan: str, ilrs: Call) -> None:
    done = ilrs("show", plan, "--as-of", "2023-06-30", "--diff", plan)
    assert "2027-07-01" in done.stdout
    assert "2031-01-01" in done.stdout


def test_check_refuses_a_day_to_come(plan: str, ilrs: Call) -> None:
    done = ilrs("check", plan, "--as-of", "2030-01-01")
    assert done.exit_code == 1
    assert "--as-of 2030-01-01: " in done.stderr


def test_a_history_prints_each_day(plan: str, ilrs: Call) -> None:
    done = ilrs("history", plan, "--on", "2021-06-01,2024-06-01", "-n", 5, "-j", 1, "-o", "h", "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert [one["known_on"] for one in said["goals"]["ready"]["forecasts"]] == ["2021-06-01", "2024-06-01"]
    assert said["became_known"][1]["said"] == ["rocket 2027-07-01 → 2031-01-01"]
    assert Path(said["report"]).is_file()


def test_a_history_is_asked_from_python_as_from_the_command_line(plan: str, ilrs: Call) -> None:
    ilrs("history", plan, "--on", "2021-06-01,2024-06-01", "-n", 5, "-j", 1, "-o", "h", "-q")
    mine = load(plan).history(on=["2021-06-01", "2024-06-01"], replications=5, jobs=1, folder="mine", progress=False)
    assert mine.record.goals == read_history(Path("h")).goals


def test_a_history_is_opened_as_a_frame(plan: str, ilrs: Call) -> None:
    ilrs("history", plan, "--on", "2021-06-01,2024-06-01", "-n", 5, "-j", 1, "-o", "h", "-q")
    opened = open_folder("h")
    assert isinstance(opened, ForecastHistory)
    assert [str(day.date()) for _, day in opened.frame.index] == ["2021-06-01", "2024-06-01"]
    assert opened.trend().layout.title.text


def test_a_history_is_drawn_again(plan: str, ilrs: Call) -> None:
    ilrs("history", plan, "--on", "2021-06-01", "-n", 5, "-j", 1, "-o", "h", "-q")
    Path("h/report.html").unlink()
    assert ilrs("report", "h").stdout.strip() == "h/report.html"
    assert Path("h/report.html").is_file()


def test_a_history_is_removed_with_its_last_day(plan: str, ilrs: Call) -> None:
    ilrs("history", plan, "--on", "2021-06-01,2024-06-01", "-n", 5, "-j", 1, "-o", "h", "-q")
    assert ilrs("clean", "h/2021-06-01", "--yes").exit_code == 0
    assert Path("h/ilrs-history.json").is_file()
    assert ilrs("clean", "h", "--yes").exit_code == 0
    assert not Path("h").exists()


def test_what_others_put_beside_a_history_stays(plan: str, ilrs: Call) -> None:
    ilrs("history", plan, "--on", "2021-06-01", "-n", 5, "-j", 1, "-o", "h", "-q")
    Path("h/notes.txt").write_text("mine")
    ilrs("clean", "h", "--yes")
    assert [one.name for one in Path("h").iterdir()] == ["notes.txt"]


def test_a_history_of_a_goal_that_is_none_is_refused(plan: str, ilrs: Call) -> None:
    done = ilrs("history", plan, "--on", "2021-06-01", "-n", 5, "-j", 1, "-o", "h", "-q", "--goal", "redy")
    assert done.exit_code == 2
    assert "did you mean 'ready'" in done.stderr
