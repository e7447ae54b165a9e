"""`ilrs validate` and `ilrs calibrate`, as somebody calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from sim.cli import main

KEYS = {"id", "kind", "source", "quantity", "ours", "theirs", "tolerance", "met", "note"}


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def replays() -> Result:
    return call("validate", "--only", "replays,slip", "--json")


def test_every_case_has_the_promised_keys(replays: Result) -> None:
    cases = json.loads(replays.stdout)["cases"]
    assert len(cases) >= 30
    assert all(set(case) == KEYS for case in cases)
    assert len({case["id"] for case in cases}) == len(cases)


def test_every_case_says_its_source_and_the_reason_of_its_tolerance(replays: Result) -> None:
    for case in json.loads(replays.stdout)["cases"]:
        assert case["source"], case["id"]
        assert case["note"], case["id"]


def test_a_missed_case_stays_in_the_list_and_ends_with_code_3(replays: Result) -> None:
    """`budget-capture-100` is missed: a budget is for any day, ours is the mean of a year."""
    missed = [case["id"] for case in json.loads(replays.stdout)["cases"] if not case["met"]]
    assert missed == ["budget-capture-100"]
    assert replays.exit_code == 3


def test_cases_that_are_all_met_end_with_code_0() -> None:
    found = call("validate", "--only", "slip", "-q")
    assert found.exit_code == 0, found.output
    assert "8 of 8 cases met, 0 missed." in found.stdout


def test_missed_cases_are_told_with_what_is_known_of_why() -> None:
    found = call("validate", "--only", "replays", "--missed", "-q")
    assert "MISSED  budget-capture-100" in found.stdout
    assert "sortie-leo" not in found.stdout
    assert "budget-capture-100: " in found.stdout


def test_a_family_that_is_not_there_is_answered_with_those_that_are() -> None:
    found = call("validate", "--only", "apollo")
    assert found.exit_code == 2
    assert "replays, schedule-risk, stochastic, slip, slip-classes, hindcasts, real-flights" in found.stderr


def test_the_page_is_written_where_asked_and_shows_every_case(tmp_path: Path) -> None:
    found = call("validate", "--only", "slip", "--report", "-o", tmp_path / "page", "-q")
    assert found.exit_code == 0
    html = (tmp_path / "page" / "validation.html").read_text(encoding="utf-8")
    assert "8 of 8 published cases are met" in html
    assert "slip-first-coverage" in html


@pytest.mark.stress
def test_the_whole_suite_has_40_cases_of_every_kind_and_misses_only_what_the_docs_say(project_root: Path) -> None:
    """The documentation quotes the missed cases; a new miss, or a hit, must change it."""
    found = call("validate", "--json")
    cases = json.loads(found.stdout)["cases"]
    assert len(cases) >= 40
    assert {case["kind"] for case in cases} == {
        "replay", "schedule risk", "stochastic", "slip", "slip by class", "hindcast", "real flight"
    }  # fmt: skip
    docs = (project_root / "docs" / "validation.md").read_text(encoding="utf-8")
    for case in cases:
        assert case["met"] == (f"`{case['id']}`" not in docs), case["id"]


def test_without_tables_the_shipped_laws_are_remade(tmp_path: Path) -> None:
    found = call("calibrate", "-o", tmp_path / "slips.yaml")
    assert found.exit_code == 0, found.output
    laws = yaml.safe_load((tmp_path / "slips.yaml").read_text(encoding="utf-8"))
    assert laws["slips"]["iss-cargo"]["beyond"] == {
        "intercept": "76 d", "per_day": 0.256, "shape": 2.02, "zero": "7.6 %"
    }  # fmt: skip


def test_scrubs_and_stand_downs_are_written_under_the_names_given(tmp_path: Path) -> None:
    scrubs = tmp_path / "scrubs.csv"
    scrubs.write_text("# Source: a test\nlaunches,attempts\n10,16\n")
    downs = tmp_path / "downs.csv"
    downs.write_text("vehicle,stand_down_d\na,100\nb,200\nc,400\nd,800\n")
    found = call("calibrate", scrubs, downs, "--site", "wenchang", "--launcher", "cz-5")
    laws = yaml.safe_load(found.stdout)
    assert laws["launch_sites"]["wenchang"]["scrub"] == "37.5 %"
    assert laws["launch_sites"]["wenchang"]["sources"]["scrub"]["source"] == "a test"
    assert laws["launchers"]["cz-5"]["stand_down"]["lognormal"]["median"] == "283 d"


def test_the_fits_can_be_had_as_json() -> None:
    fits = json.loads(call("calibrate", "--json").stdout)["fits"]
    assert [fit["name"] for fit in fits][:2] == ["iss-cargo", "lunar-programmes"]
    assert fits[0]["fit"]["rows"][0]["goodness"]["p_value"] > 0.05


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a table has a heading with the names of its columns"),
        ("a,b\n1,2\n", "columns a, b; a table has"),
        (
            "said_on,planned,actual\n2020-01-01,soon,2021-01-01\n",
            "table.csv:2: row 2, column planned: 'soon' is not a date",
        ),
        ("said_on,planned,actual\n2020-01-01,2020-02-01,2021-01-01\n", "needs 5 pairs of dates or more, not 1"),
        ("said_on,planned,actual\n" + 5 * "2020-01-01,2020-02-01,2020-02-01\n", "plans made different times ahead"),
        (
            "said_on,planned,actual\n" + "".join(f"2020-01-01,2020-02-0{day},2020-02-0{day}\n" for day in range(1, 6)),
            "needs 3 pairs or more that came late",
        ),
        ("launches,attempts\nmany,16\n", "row 2, column launches: 'many' is not a number"),
        ("launches,attempts\n16,10\n", "row 2, column launches: 16 launches in 10 attempts"),
        ("flight,flights,failures\n1,10,2\n", "a row for mature flights is missing"),
        ("stand_down_d\n1\n", "needs 4 lengths above 0 or more"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(text: str, said: str, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text)
    found = call("calibrate", table)
    assert found.exit_code == 1
    assert said in found.stderr
    assert str(table) in found.stderr


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = call("calibrate", tmp_path / "none.csv")
    assert found.exit_code == 1
    assert "none.csv: there is no such file" in found.stderr


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "laws.yaml").write_text("mine")
    found = call("calibrate", "-o", tmp_path / "laws.yaml")
    assert found.exit_code == 1
    assert (tmp_path / "laws.yaml").read_text() == "mine"
