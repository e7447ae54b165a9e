"""`ilrs run` says the answer, prints one document, and can be called again."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import Result

Call = Callable[..., Result]
N = 60


@pytest.fixture
def document(small: Path, ilrs: Call) -> Any:
    done = ilrs("run", small, "-n", N, "-j", 1, "--json", "-o", "out")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_document_has_the_promised_keys(document: Any) -> None:
    """Source: the command's specification."""
    assert set(document) == {
        "scenario",
        "identity",
        "name",
        "seed",
        "sampling",
        "replications",
        "folder",
        "wall_s",
        "events",
        "goals",
        "slip_by_cause_d",
    }
    keys = {"by", "probability", "interval", "reached", "nominal", "p10", "p50", "p80", "p90", "over_figures"}
    assert set(document["goals"]["hut-stands"]) == keys
    assert (document["scenario"], document["seed"], document["replications"]) == ("small", 2035, N)
    assert Path(document["folder"]) == Path("out")


CLASSES = """
format: 1
name: classes
calendar: {start: 2026-01-01, end: 2060-01-01, as_of: 2026-11-22}
goals: {ready: {by: 2031-08-01, needs: [a, b]}, never: {by: 2026-12-31, needs: [a]}}
slips:
  programmes:
    about: made up
    source: estimate
    classes:
      form: {offset: 60 d, shift: 1, dof: 5, tail: 0.1 %, reference_lead: 1 yr}
      parameters: {location: 0.2, spread: -1.0}
      covariance: [[0.04, 0], [0, 0.02]]
      unknown: {location: 0.1, spread: 0.1}
      programme_correlation: {value: 0.45, sd: 0.08}
      across_correlation: 0.05
activities:
  a: {finish: 2030-01-01, slip: {class: {agency: china, kind: first}, programme: p}}
  b: {finish: 2030-01-01, slip: {class: {agency: china, kind: first}, programme: p}}
"""


@pytest.fixture
def classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classes.yaml").write_text(CLASSES)
    return Path("classes.yaml")


def test_the_answer_tells_sampling_and_the_figures_own_uncertainty_apart(classes: Path, ilrs: Call) -> None:
    said = ilrs("run", classes, "-n", 100, "-j", 1, "-q").stdout
    found = re.search(
        r"ready by .*: [\d.]+ % \(95 % interval .*, sampling; over the figures' own uncertainty .*%\)", said
    )
    assert found is not None, said


def test_the_answer_says_what_no_success_at_all_proves(classes: Path, ilrs: Call) -> None:
    said = ilrs("run", classes, "-n", 100, "-j", 1, "-q").stdout
    assert re.search(r"never by 31 Dec 2026: 0 of 100, fewer than 1 in 20; earliest [A-Z][a-z]+ 20\d\d \(", said), said


def test_no_table_of_the_answer_shows_a_bare_zero(classes: Path, ilrs: Call) -> None:
    said = ilrs("run", classes, "-n", 100, "-j", 1, "-q").stdout
    assert re.search(r"^never .* 0 of 100 ", said, re.MULTILINE), said


def test_the_answer_says_that_no_figure_is_drawn(classes: Path, ilrs: Call) -> None:
    done = ilrs("run", classes, "-n", 60, "-j", 1, "-q", "--set", "uncertainty.figures=off")
    assert "None of the figures is drawn" in done.stdout


def test_the_answer_says_that_replications_are_too_few_for_the_figures(classes: Path, ilrs: Call) -> None:
    assert "Too few replications to tell" in ilrs("run", classes, "-n", 20, "-j", 1, "-q").stdout


def test_the_document_holds_the_ranges_over_the_figures(classes: Path, ilrs: Call) -> None:
    goal = json.loads(ilrs("run", classes, "-n", 100, "-j", 1, "--json").stdout)["goals"]["ready"]
    low, high = goal["over_figures"]["probability"]
    assert low < goal["probability"] < high
    assert goal["over_figures"]["p50"][0] < goal["p50"] < goal["over_figures"]["p50"][1]


def test_a_comparison_tells_the_range_over_the_figures(classes: Path, ilrs: Call) -> None:
    done = ilrs("compare", classes, classes, "-n", 100, "-j", 1, "-q")
    assert "80% range over the figures" in done.stdout


def test_guesses_rank_what_is_known_of_a_class_with_its_law_in_words(classes: Path, ilrs: Call) -> None:
    ilrs("run", classes, "-n", 300, "-j", 1, "-q", "-o", "out")
    said = ilrs("guesses", "out").stdout
    assert "slips.programmes.classes: location of china, firsts of their kind" in said
    assert "parameters.location" not in said


def test_dates_are_iso_or_null(document: Any) -> None:
    goal = document["goals"]["hut-stands"]
    assert goal["by"] == "2032-01-01"
    for key in ("nominal", "p10", "p50", "p80", "p90"):
        assert goal[key] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", goal[key])


def test_the_document_agrees_with_the_stored_table(document: Any) -> None:
    """Counted straight from the Parquet file: 731 days from 2030-01-01 to the end of 2032-01-01."""
    dates = pq.read_table("out/outcomes", columns=["reached.hut-stands"]).column(0).to_pylist()
    goal = document["goals"]["hut-stands"]
    assert goal["probability"] == sum(date <= 731 for date in dates) / N
    assert goal["reached"] == sum(date < float("inf") for date in dates)
    assert goal["interval"][0] < goal["probability"] < goal["interval"][1]


def test_days_by_cause_add_up_to_the_total(document: Any) -> None:
    slips = document["slip_by_cause_d"]["hut-stands"]
    total = slips.pop("total")
    assert total == pytest.approx(sum(slips.values()), abs=1e-9)  # rounding of a sum of 21 floats
    assert total > 0


def test_where_things_cost_money_the_document_has_limits_that_hold_together(small: Path, ilrs: Call) -> None:
    """Counted from the table: at least seven of ten replications keep both limits of a pair."""
    name = next(iter(yaml.safe_load(small.read_text(encoding="utf-8"))["activities"]))
    done = ilrs("run", small, "-n", N, "-j", 1, "-q", "-S", f"activities.{name}.cost=2", "-o", "out", "--json")
    joint = json.loads(done.stdout)["joint"]["hut-stands"]
    table = pq.read_table("out/outcomes", columns=["reached.hut-stands", "cost.hut-stands"]).to_pandas()
    assert joint["confidence"] == 0.7
    assert joint["limits"]
    for limit in joint["limits"]:
        by_d = (datetime.date.fromisoformat(limit["by"]) - datetime.date(2030, 1, 1)).days + 1  # the day's own end
        both = (table["reached.hut-stands"] <= by_d) & (table["cost.hut-stands"] <= limit["cost"])
        assert both.mean() >= 0.7


def test_the_document_is_kept(document: Any) -> None:
    assert json.loads(Path("out/summary.json").read_text(encoding="utf-8")) == document


def test_the_answer_names_chance_dates_causes_and_the_dashboard(small: Path, ilrs: Call) -> None:
    done = ilrs("run", small, "-n", N, "-j", 1, "-q")
    assert done.exit_code == 0
    assert done.stderr == ""
    for words in ("hut-stands by 1 Jan 2032", "95 % interval", f"N = {N}", "P50", "P80", "sampling error only"):
        assert words in done.stdout
    assert "What costs most days" in done.stdout
    page = re.search(r"^Dashboard: (.+)$", done.stdout, re.MULTILINE)
    assert page is not None
    assert Path(page[1]).is_file()
    assert Path(page[1]).parent.parent == Path("runs")


def test_elsewhere_than_on_a_terminal_progress_is_lines(small: Path, ilrs: Call) -> None:
    done = ilrs("run", small, "-n", 120, "-j", 1, "-o", "out")
    assert "100 of 120 replications" in done.stderr
    assert "120 of 120 replications" in done.stderr
    assert "\x1b" not in done.output


def test_a_seed_gives_the_same_numbers_again_with_any_number_of_jobs(small: Path, ilrs: Call) -> None:
    tables = []
    for folder, jobs in (("one", 1), ("two", 2)):
        assert ilrs("run", small, "-n", 120, "-j", jobs, "-q", "-o", folder).exit_code == 0
        tables.append({file.name: file.read_bytes() for file in sorted(Path(folder).rglob("*.parquet"))})
    assert len(tables[0]) == 3
    assert tables[0] == tables[1]


def test_values_can_be_set(small: Path, ilrs: Call) -> None:
    plain = json.loads(ilrs("run", small, "-n", 10, "-j", 1, "--json").stdout)
    changed = json.loads(ilrs("run", small, "-n", 10, "-j", 1, "--json", "-S", "goals.hut-stands.by=2033-01-01").stdout)
    assert changed["goals"]["hut-stands"]["by"] == "2033-01-01"
    assert changed["identity"] != plain["identity"]
    assert changed["folder"] != plain["folder"]


def test_the_report_gives_the_command_as_it_was_typed(small: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["run", str(small), "-S", "goals.hut-stands.by=2033-01-01", "-n", "10", "-j", "1", "-o", "out", "-q"]
    monkeypatch.setattr("sys.argv", ["/somewhere/ilrs", *words])
    ilrs(*words)
    assert f"To make it again: ilrs {' '.join(words)}</p>" in Path("out/report.html").read_text(encoding="utf-8")


def test_the_resolved_scenario_makes_the_same_study_again(small: Path, ilrs: Call) -> None:
    """A report whose study was started by no command tells its reader to run that."""
    changed = ("-S", "goals.hut-stands.by=2033-01-01")
    one = json.loads(ilrs("run", small, "-n", 10, "-j", 1, "--json", "-o", "out", *changed).stdout)
    again = json.loads(ilrs("run", "out/scenario.resolved.yaml", "-n", 10, "-j", 1, "--json", "-o", "again").stdout)
    assert (again["identity"], again["goals"]) == (one["identity"], one["goals"])


def test_a_missed_goal_is_a_result(small: Path, ilrs: Call) -> None:
    done = ilrs("run", small, "-n", 10, "-j", 1, "--json", "-S", "goals.hut-stands.by=2030-01-02")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["goals"]["hut-stands"]["probability"] == 0.0


def test_a_report_can_be_drawn_again(small: Path, ilrs: Call) -> None:
    ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", "out")
    Path("out/report.html").unlink()
    done = ilrs("report", "out")
    assert (done.exit_code, done.stdout.strip()) == (0, str(Path("out/report.html")))
    assert Path("out/report.html").is_file()


def test_the_page_of_the_campaign_shows_a_replication_that_was_not_kept(small: Path, ilrs: Call) -> None:
    ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", "out")
    kept = Path("out/campaign.html").read_text(encoding="utf-8")
    number = next(one for one in range(10) if f"(replication {one})" not in kept)
    assert ilrs("report", "out", "--replication", number).exit_code == 0
    assert f"Replication {number}" in Path("out/campaign.html").read_text(encoding="utf-8")


def test_clean_knows_every_page_of_a_run_with_flights(small: Path, ilrs: Call) -> None:
    ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", "runs/out")
    assert "kept" not in ilrs("clean", "--yes").stdout
    assert not Path("runs/out").exists()


def test_a_replication_that_a_study_lacks_is_refused(small: Path, ilrs: Call) -> None:
    ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", "out")
    done = ilrs("report", "out", "--replication", 10)
    assert (done.exit_code, "choose one from 0 to 9" in done.stderr) == (1, True)


def test_several_reports_go_to_a_folder_each(small: Path, ilrs: Call) -> None:
    for folder in ("a", "b"):
        ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", folder)
    done = ilrs("report", "a", "b", "-o", "pages", "--json")
    assert done.exit_code == 0
    found = [entry["report"] for entry in json.loads(done.stdout)]
    assert found == [str(Path("pages/a/report.html")), str(Path("pages/b/report.html"))]
    assert all(Path(page).is_file() for page in found)


def test_several_reports_are_compared_on_a_page_that_links_to_each(small: Path, ilrs: Call) -> None:
    for folder, seed in (("a", 1), ("b", 1)):
        ilrs("run", small, "-n", 10, "-j", 1, "-q", "--seed", seed, "-o", folder)
    done = ilrs("report", "a", "b", "--folder", "-o", "pages")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, str(Path("pages/report.html")))
    html = Path("pages/report.html").read_text(encoding="utf-8")
    assert all(html.count(f'href="{name}/report.html"') == 2 for name in ("a", "b"))
    assert "The inputs are the same" in html


def test_a_folder_of_a_report_shares_one_plotly(small: Path, ilrs: Call) -> None:
    ilrs("run", small, "-n", 10, "-j", 1, "-q", "-o", "out")
    assert ilrs("report", "out", "--folder", "-o", "pages").exit_code == 0
    assert "plotly.min.js" in {path.name for path in Path("pages").iterdir()}


def test_a_run_of_a_size_that_nobody_means_is_refused_before_anything_is_written(small: Path, ilrs: Call) -> None:
    done = ilrs("run", small, "-n", 10**12)
    assert done.exit_code == 1
    assert "1,000,000,000,000 replications, more than the 5,000,000 that start unasked" in done.stderr
    assert not Path("runs").exists()


def test_as_many_replications_as_start_unasked_are_asked_for_nothing(
    small: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.study.sweep_plan.MOST_RUNS", 3)
    assert ilrs("run", small, "-n", 3, "-j", 1).exit_code == 0
    assert ilrs("run", small, "-n", 4, "-j", 1).exit_code == 1
    assert ilrs("run", small, "-n", 4, "-j", 1, "--yes").exit_code == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_time_that_stands_still_by_luck_alone_ends_with_the_replication_and_its_place(
    small: Path, ilrs: Call, jobs: int
) -> None:
    """`check` cannot know it: nearly every attempt is called off, and the next mostly follows in a blink."""
    sets = ("launch_sites.coast.scrub=99.9999 %", "launch_sites.coast.recycle={exponential: {mean: 1e-6 d}}")
    options = [part for one in sets for part in ("--set", one)]
    done = ilrs("run", small, "-n", 3, "-j", jobs, "-q", "-o", "out", *options)
    assert done.exit_code == 1
    assert re.fullmatch(
        r"replication \d of small: time stands still on \d{4}-\d\d-\d\d: mission \S+ is called off at \S+, and this is "
        r"round 100,000 within a day; give recycle a time, or scrub less often\n",
        done.stderr,
    )
    assert json.loads(Path("out/ilrs-run.json").read_text(encoding="utf-8"))["state"] == "failed"
