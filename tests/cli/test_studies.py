"""The verbs of studies: sweep, status, clean, compare, seek, guesses, and run until it is precise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from sim.study.lock import held
from sim.study.store import read_study

Call = Callable[..., Result]
SWEEPING = Path(__file__).parents[1] / "unit" / "study" / "sweeping.yaml"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in an empty folder with `sweeping.yaml` in it."""
    monkeypatch.chdir(tmp_path)
    Path("sweeping.yaml").write_text(SWEEPING.read_text(encoding="utf-8"), encoding="utf-8")
    return "sweeping.yaml"


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_sweep_answers_for_every_case(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "--cases", 4, "-n", 20, "-j", 1, "--json")
    assert done.exit_code == 0
    said = answer(done)
    assert [case["status"] for case in said["cases"]] == ["done"] * 4
    assert set(said["cases"][0]["goals"]["both"]) == {"probability", "interval", "p50", "p80", "mean_d", "reached"}
    assert Path(said["folder"]).is_dir()


def test_a_sweep_with_failed_cases_ends_with_4_and_status_says_how_to_run_one_again(plan: str, ilrs: Call) -> None:
    vary = "activities.first.duration=[-3 d, 10 d]"
    done = ilrs("sweep", plan, "--design", "grid", "--vary", vary, "-n", 5, "-j", 1, "-o", "out", "-q")
    assert done.exit_code == 4
    assert "below 0 d" in done.stdout
    said = answer(ilrs("status", "out", "--json"))
    assert (said["kind"], said["state"], said["failed"], said["left"]) == ("sweep", "complete", 5, 0)
    again = said["failures"][0]["rerun"]
    assert again.startswith("ilrs run out/scenario.resolved.yaml --set")
    assert "'activities.first.duration=-3 d'" in again
    assert "below 0 d" in said["failures"][0]["reason"]


def test_the_same_sweep_again_runs_nothing(plan: str, ilrs: Call) -> None:
    first = ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "--json")
    folder = Path(answer(first)["folder"])
    before = (folder / "ledger.jsonl").read_bytes()
    assert answer(ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 2, "--json")) == answer(first)
    assert (folder / "ledger.jsonl").read_bytes() == before


def test_a_sweep_says_how_much_it_is_before_it_runs(plan: str, ilrs: Call) -> None:
    said = ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1).stderr
    assert said.index("sobol over 2 factors: 2 cases x 5 replications = 10") < said.index("simulating")


def test_a_sweep_in_json_writes_nothing_but_json(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "--json")
    assert len(answer(done)["cases"]) == 2
    assert done.stderr == ""


def test_a_sweep_of_only_what_the_command_varies(plan: str, ilrs: Call) -> None:
    vary = "activities.second.duration=[60 d, 70 d, 80 d]"
    done = ilrs("sweep", plan, "--only", "--vary", vary, "--design", "grid", "-n", 5, "-j", 1, "--json")
    assert [case["set"] for case in answer(done)["cases"]] == [
        {"activities.second.duration": days} for days in ("60 d", "70 d", "80 d")
    ]


def test_only_without_vary_is_wrong_usage(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "--only")
    assert done.exit_code == 2
    assert "--only belongs to --vary" in done.stderr


def test_a_sweep_that_nobody_can_mean_is_refused_before_anything_is_written(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "-n", 1_000_000, "-j", 1)
    assert done.exit_code == 1
    assert "8 cases x 1,000,000 replications = 8,000,000" in done.stderr
    assert not Path("runs").exists()


def test_yes_starts_even_a_large_sweep(plan: str, ilrs: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.sweep_plan.MOST_RUNS", 9)
    assert ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1).exit_code == 1
    assert ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "--yes").exit_code == 0


def test_a_second_sweep_in_the_same_folder_is_told_who_holds_it(plan: str, ilrs: Call) -> None:
    with held(Path("out")):
        done = ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "-o", "out")
    assert done.exit_code == 1
    assert "is held by process" in done.stderr


def test_a_scenario_without_a_sweep_says_how_to_write_one(small: Path, ilrs: Call) -> None:
    done = ilrs("sweep", small, "-j", 1)
    assert done.exit_code == 1
    assert "nothing to vary" in done.stderr
    assert "--vary" in done.stderr


def test_status_without_a_folder_lists_all_runs(plan: str, ilrs: Call) -> None:
    assert ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one").exit_code == 0
    said = ilrs("status")
    assert said.exit_code == 0
    assert "runs/one: run of sweeping, complete: 5 of 5 replications done" in said.stdout


def test_status_of_something_else_is_refused(tmp_path: Path, ilrs: Call) -> None:
    done = ilrs("status", tmp_path)
    assert done.exit_code == 1
    assert "neither a run nor a sweep folder" in done.stderr


def test_clean_touches_only_our_own_folders_and_asks_first(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    Path("runs/thesis").mkdir()
    Path("runs/thesis/ilrs-run.txt").write_text("mine", encoding="utf-8")
    Path("runs/link").symlink_to(Path("runs/one").resolve())
    asked = ilrs("clean")
    assert "runs/one" in asked.stdout
    assert "runs/thesis" not in asked.stdout
    assert Path("runs/one").is_dir()
    assert ilrs("clean", "--yes").exit_code == 0
    assert sorted(file.name for file in Path("runs").iterdir()) == ["link", "thesis"]


def test_clean_leaves_what_somebody_is_at(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    with held(Path("runs/one")):
        done = ilrs("clean", "--yes")
    assert "in use: stays" in done.stdout
    assert Path("runs/one/ilrs-run.json").is_file()


def test_a_comparison_holds_the_mean_of_paired_differences(plan: str, ilrs: Call) -> None:
    """The variant takes 50 d from every replication that both reach."""
    said = answer(ilrs("compare", plan, "@quick", "-n", 50, "-j", 1, "--json"))
    goal = said["goals"]["both"]
    assert set(goal) >= {"A", "B", "difference_d", "interval_d", "correlation"}
    assert goal["difference_d"] == pytest.approx(-50.0)
    assert goal["interval_d"] == pytest.approx([-50.0, -50.0], abs=1e-6)
    assert goal["correlation"] == pytest.approx(1.0)
    assert goal["p50_difference_d"] == pytest.approx(-50.0)
    assert [item["path"] for item in said["input"]] == ["activities.second.duration"]


def test_what_explains_a_plan_is_no_difference_between_plans(plan: str, ilrs: Call) -> None:
    said = ("title=Both done", "about=Both are done.", "source=a talk", "confidence=80 %")
    other = [word for text in said for word in ("-S", f"goals.both.{text}")]
    other += ["-S", "source=a book", "-S", "confidence=high"]
    other += ["-S", "activities.first.duration={uniform: [0 d, 200 d], source: a letter, confidence: medium}"]
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "a")
    assert ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "b", *other).exit_code == 0
    differing = answer(ilrs("compare", "a", "b", "--json"))["input"]
    assert differing == [{"path": "goals.both.confidence", "A": "70 %", "B": "80 %"}]


def test_run_folders_are_compared_as_they_are(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 60, "-j", 1, "-q", "-o", "a")
    ilrs("run", plan, "-n", 40, "-j", 1, "-q", "-o", "b", "-S", "activities.first.duration={uniform: [0 d, 100 d]}")
    said = answer(ilrs("compare", "a", "b", "--json"))["goals"]["both"]
    one, two = (read_study(Path(name)) for name in ("a", "b"))
    column = one.outline.goals[0].reached
    differences = two.sample.reached_d[:, column] - one.sample.reached_d[:40, column]
    assert said["difference_d"] == pytest.approx(float(np.mean(differences)))
    assert said["replications"] == 40
    assert "mean days against each one's own plan" in ilrs("compare", "a", "b").stdout


def test_a_label_is_what_a_study_is_called(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "a", "--label", "With  a spare")
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "b", "--variant", "quick")
    assert ilrs("compare", "a", "b").stdout.splitlines()[0].startswith("A: With a spare (")


def test_a_label_stays_when_the_same_command_goes_on(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "a", "--label", "Ours")
    assert ilrs("run", plan, "-n", 8, "-j", 1, "-q", "-o", "a").stdout.startswith("Ours: 8 replications")


def test_a_label_names_a_sweep(plan: str, ilrs: Call) -> None:
    ilrs("sweep", plan, "-n", 5, "-j", 1, "-q", "-o", "s", "--label", "All of it")
    assert "sweep of All of it" in ilrs("status", "s").stdout


def test_a_label_of_two_hundred_letters_is_refused(plan: str, ilrs: Call) -> None:
    assert "at most 80 letters" in ilrs("run", plan, "-n", 5, "-j", 1, "--label", "x" * 200).stderr


def test_runs_of_other_seeds_cannot_be_paired(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "a")
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "b", "--seed", 1)
    done = ilrs("compare", "a", "b")
    assert done.exit_code == 1
    assert "their luck differs" in done.stderr


def test_one_thing_cannot_be_compared(plan: str, ilrs: Call) -> None:
    assert ilrs("compare", plan).exit_code == 2


def test_what_it_would_take_is_said_with_how_sure_that_is(plan: str, ilrs: Call) -> None:
    """The goal's own 70 % is met for a cost of 2: 101 / 130 (see tests/unit/study/test_seek.py)."""
    done = ilrs("seek", plan, "--goal", "both", "-j", 1, "-q")
    assert done.exit_code == 0
    assert "for a cost of 2" in done.stdout
    assert "sure to" in done.stdout


def test_when_nothing_does_it_is_said(plan: str, ilrs: Call) -> None:
    refused = ilrs("seek", plan, "--goal", "nothing", "-j", 1)
    assert "no goal 'nothing'" in refused.stderr
    late = ilrs("seek", plan, "-S", "goals.both.by=2030-02-01", "-j", 1, "-q")
    assert late.exit_code == 0
    assert "nothing does" in late.stdout


def test_a_run_until_precise_says_whether_it_is(plan: str, ilrs: Call) -> None:
    done = ilrs("run", plan, "--until-precise", "5%", "-j", 1, "-q", "-o", "out")
    assert done.exit_code == 0
    assert "Precision: the chance to 5 points: reached with 500 replications." in done.stdout


def test_a_precision_that_is_none_is_wrong_usage(plan: str, ilrs: Call) -> None:
    done = ilrs("run", plan, "--until-precise", "soon")
    assert done.exit_code == 2
    assert "neither a time such as 14d nor points" in done.stderr


def test_the_guess_that_matters_is_the_one_that_is_random(plan: str, ilrs: Call) -> None:
    """All of the spread comes from the first step, whose law is stated by the file with low confidence."""
    ilrs("run", plan, "-n", 400, "-j", 1, "-q", "-o", "out")
    said = answer(ilrs("guesses", "out", "--json"))
    assert [one["path"] for one in said["guesses"]] == ["activities.first.duration"]
    assert said["guesses"][0]["confidence"] == "low"
    assert said["guesses"][0]["share"] > 0.95


def test_fixed_figures_are_ranked_with_the_replications_they_took(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 200, "-j", 1, "-q", "-o", "out")
    said = answer(ilrs("guesses", "out", "--vary-fixed", "-n", 5, "-j", 1, "--within", "activities", "--json"))["fixed"]
    moved = {one["path"]: one for one in said["figures"]}
    assert said["replications"] == 5
    assert moved["activities.second.duration"]["moves_d"] > 0.0
    assert all(one["path"].startswith("activities.") for one in said["figures"])


def test_a_scheduler_belongs_to_dask(plan: str, ilrs: Call) -> None:
    done = ilrs("run", plan, "--engine", "process", "--scheduler", "tcp://127.0.0.1:1")
    assert done.exit_code == 2
    assert "--scheduler belongs to --engine dask" in done.stderr


class IdleServer:
    """A server that ends at once."""

    port = 8050

    def serve_forever(self) -> None:
        """Serve nobody."""


def test_the_explorer_counts_one_sweep_as_one(plan: str, ilrs: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboards.explorer.listen", lambda *_: IdleServer())
    ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    assert "0 studies and 1 sweep: http://127.0.0.1:8050" in ilrs("explore", "runs", "-j", 1).stderr


def test_a_sweep_of_one_case_is_told_in_the_singular(plan: str, ilrs: Call) -> None:
    done = ilrs("sweep", plan, "--cases", 1, "-n", 1, "-j", 1)
    assert "1 case x 1 replication = 1" in done.stderr
    assert "simulating: 1 of 1 case\n" in done.stderr
    assert "1 of 1 case done, 0 failed; sobol, 1 replication each" in done.stdout


def test_one_replication_is_told_in_the_singular(plan: str, ilrs: Call) -> None:
    assert "sweeping: 1 replication, seed 2035" in ilrs("run", plan, "-n", 1, "-j", 1, "-q", "-o", "one").stdout
    assert "mean of 1 replication against the plan" in ilrs("why", "one").stdout
    assert "1 of 1 replication done" in ilrs("status", "one").stdout
    assert "(sweeping, 1 replication, one)" in ilrs("compare", "one", "one").stdout


def test_a_sweep_of_one_case_has_no_page_and_says_why(plan: str, ilrs: Call) -> None:
    ilrs("sweep", plan, "--cases", 1, "-n", 5, "-j", 1, "-q", "-o", "one")
    done = ilrs("report", "one")
    assert done.exit_code == 1
    assert "have the same values; run more, with --cases" in done.stderr


# --- what clean takes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", ["ilrs-run.json", "ilrs-sweep.json"])
@pytest.mark.parametrize("text", ["", '{"junk": 1}', "[" * 5000])
def test_clean_leaves_a_folder_that_only_has_our_marker(tmp_path: Path, ilrs: Call, marker: str, text: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "thesis.txt").write_text("precious", encoding="utf-8")
    (tmp_path / "a" / marker).write_text(text, encoding="utf-8")
    said = answer(ilrs("clean", tmp_path, "--json", "--yes"))
    assert (said[0]["removed"], "is not a manifest of ours" in said[0]["stays"]) == (False, True)
    assert len(list((tmp_path / "a").iterdir())) == 2


def test_clean_keeps_and_names_what_we_did_not_write(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    mine = ("notes/n.txt", "analysis.ipynb", "outcomes/mine.parquet", "figures/first.png")
    for name in mine:
        file = Path("runs/one", name)
        file.parent.mkdir(exist_ok=True)
        file.write_text("mine", encoding="utf-8")
    done = ilrs("clean", "--yes")
    assert all(f"kept: {Path('runs/one', name.partition('/')[0])}" in done.stdout for name in mine)
    left = {file.relative_to("runs/one").as_posix() for file in Path("runs/one").rglob("*") if file.is_file()}
    assert left == set(mine)
    assert "emptied 1 folder, where something of yours stays" in done.stdout
    assert "removed" not in done.stdout


def test_clean_keeps_a_link_and_what_it_leads_to(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    Path("victim").mkdir()
    Path("victim/p50.json").write_text("precious", encoding="utf-8")
    for file in Path("runs/one/traces").iterdir():
        file.unlink()
    Path("runs/one/traces").rmdir()
    Path("runs/one/traces").symlink_to(Path("victim").resolve())
    assert "kept: runs/one/traces" in ilrs("clean", "--yes").stdout
    assert Path("victim/p50.json").read_text(encoding="utf-8") == "precious"


def test_clean_leaves_a_folder_whose_marker_is_a_link(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    Path("mine").mkdir()
    Path("mine/ilrs-run.json").symlink_to(Path("runs/one/ilrs-run.json").resolve())
    Path("mine/report.html").write_text("mine", encoding="utf-8")
    ilrs("clean", "mine", "--yes")
    assert sorted(file.name for file in Path("mine").iterdir()) == ["ilrs-run.json", "report.html"]


def test_clean_removes_all_that_a_run_and_a_sweep_leave(plan: str, ilrs: Call) -> None:
    ilrs("run", plan, "-n", 5, "-j", 1, "-q", "-o", "runs/one")
    ilrs("sweep", plan, "--cases", 2, "-n", 5, "-j", 1, "-q", "-o", "runs/two")
    ilrs("report", "runs/two", "--folder")
    ilrs("seek", plan, "--goal", "both", "-j", 1, "-q", "-o", "runs/three")
    assert "kept" not in ilrs("clean", "--yes").stdout
    assert list(Path("runs").iterdir()) == []


def test_an_empty_or_repeated_variant_is_wrong_usage(plan: str, ilrs: Call) -> None:
    for names in ("", "quick,", "quick,quick"):
        assert ilrs("run", plan, "--variant", names).exit_code == 2
    assert ilrs("check", plan, "--variant", "quick", "--variant", "quick").exit_code == 2


def test_a_precision_wider_than_any_chance_is_wrong_usage(plan: str, ilrs: Call) -> None:
    done = ilrs("run", plan, "--until-precise", "101%")
    assert done.exit_code == 2
    assert "wider than any chance" in done.stderr
