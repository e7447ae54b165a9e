"""`ilrs import`: the plan of another tool becomes a scenario that `check` accepts, with the file's own dates.

The dates and floats were computed by hand on a week of five days, 08:00 to 12:00 and 13:00 to 17:00.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.unit.interchange.plans import job, link, mspdi, task, waits, written, xer

Call = Callable[..., Result]
DATES = "<Start>{}</Start><Finish>{}</Finish>"
YARD = mspdi(
    task(1, "Dig", 40, more=DATES.format("2031-03-03T08:00:00", "2031-03-07T17:00:00"))
    + task(2, "Pour", 16, link(1, lag=9600), more=DATES.format("2031-03-12T08:00:00", "2031-03-13T17:00:00"))
    + task(3, "Roof", 8, link(1, kind=3, lag=-4800), more=DATES.format("2031-03-03T08:00:00", "2031-03-03T17:00:00"))
)
"""Dig five days, Pour two days two days later, Roof from a day before Dig starts."""
HAND = {
    "1": ("2031-03-03T08:00", "2031-03-07T17:00", 0.0),
    "2": ("2031-03-12T08:00", "2031-03-13T17:00", 0.0),
    "3": ("2031-03-03T08:00", "2031-03-03T17:00", 8.0),
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(ilrs: Call, *arguments: str) -> dict[str, Any]:
    done = ilrs("import", *arguments, "-o", "plan.yaml", "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_imported_plan_has_the_dates_and_floats_computed_by_hand(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xml", YARD)
    report(ilrs, "yard.xml")
    works = json.loads(ilrs("plan", "plan.yaml", "--json").stdout)["activities"]
    assert {code: (w["early_start"], w["early_finish"], w["total_float_d"]) for code, w in works.items()} == HAND


def test_it_says_how_many_activities_are_on_the_files_dates(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xml", YARD)
    assert "3 of 3 activities on the file's dates" in ilrs("import", "yard.xml", "-o", "plan.yaml").stdout


def test_the_first_difference_is_told_and_not_what_follows_from_it(ilrs: Call, tmp_path: Path) -> None:
    text = YARD.replace("2031-03-07T17:00:00", "2031-03-10T17:00:00").replace("2031-03-12T08", "2031-03-13T08")
    written(tmp_path, "yard.xml", text)
    dates = report(ilrs, "yard.xml")["dates"]
    assert (dates["same"], [one["code"] for one in dates["first_differences"]]) == (1, ["1"])
    assert "it is split, or works by another calendar" in dates["first_differences"][0]["why"]


def test_check_on_a_foreign_plan_names_import(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xml", YARD)
    said = ilrs("check", "yard.xml")
    assert said.exit_code == 1
    assert said.stderr == (
        "yard.xml: this is a plan of MS Project in XML, not a scenario of ilrs; "
        "bring it in: ilrs import yard.xml -o plan.yaml\n"
    )


@pytest.mark.parametrize(
    ("head", "name", "way_out"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "plan.mpp", "open it in MS Project and save it there as XML"),
        (b"\xac\xed\x00\x05", "plan.pod", "open it in ProjectLibre and save it there as XML"),
    ],
)
def test_what_cannot_be_read_says_how_to_save_it(
    ilrs: Call, tmp_path: Path, head: bytes, name: str, way_out: str
) -> None:
    written(tmp_path, name, head + b"\0" * 500)
    said = ilrs("import", name, "-o", "plan.yaml")
    assert (said.exit_code, way_out in said.stderr) == (1, True)


def test_a_broken_file_leaves_nothing_behind(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xml", YARD[:900])
    assert ilrs("import", "yard.xml", "-o", "plan.yaml").exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["yard.xml"]


def test_a_scenario_that_is_there_is_not_written_over(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xml", YARD)
    written(tmp_path, "plan.yaml", "mine\n")
    said = ilrs("import", "yard.xml", "-o", "plan.yaml")
    assert said.stderr == "plan.yaml: is there already; say another name, or --force\n"
    assert (tmp_path / "plan.yaml").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("wish", ["yard=Y20@2031-04-30", "yard=Job Y20:2031-04-30", "yard=2031-04-30"])
def test_a_goal_names_what_it_needs_and_when(ilrs: Call, tmp_path: Path, wish: str) -> None:
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 8), job(2, "Y20", 8)], [waits(2, 1)]))
    report(ilrs, "yard.xer", "--goal", wish)
    assert "  yard: {by: 2031-04-30, needs: [job-y20]}" in (tmp_path / "plan.yaml").read_text(encoding="utf-8")


def test_a_spread_is_given_to_every_duration(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 80)]))
    said = report(ilrs, "yard.xer", "--spread", "80%..140%")
    assert "{triangular: [8 wd, 10 wd, 14 wd]}" in (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    assert not said["without_spread"]


def test_a_class_of_slips_is_given_to_every_activity(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 80)]))
    report(ilrs, "yard.xer", "--slip", "china/first")
    assert "slip: {class: {agency: china, kind: first}}" in (tmp_path / "plan.yaml").read_text(encoding="utf-8")


def test_a_register_of_risks_comes_in_beside_the_plan(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 80)]))
    written(
        tmp_path, "risks.csv", "name,probability,effect,activities\nRain,30 %,+10 %..+50 %,Y10\nStrike,low,+5 d,Y10\n"
    )
    report(ilrs, "yard.xer", "--risks", "risks.csv")
    text = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    assert "stretches: {job-y10: {uniform: [1.1, 1.5]}}" in text
    assert "stretches: {job-y10: 1.5}" in text


def test_a_table_without_dates_takes_its_start_and_calendars_from_options(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.csv", "id,duration,predecessors\nA,5d,\nB,5d,A\n")
    weeks = "calendars:\n  works: {days: [mon, tue, wed, thu], hours: [08:00-18:00], holidays: [2031-03-03]}\n"
    written(tmp_path, "weeks.yaml", weeks)
    report(ilrs, "yard.csv", "--start", "2031-03-03", "--calendar", "weeks.yaml")
    works = json.loads(ilrs("plan", "plan.yaml", "--json").stdout)["activities"]
    assert works["A"]["early_finish"] == "2031-03-11T18:00"


def test_hostile_names_stay_text(ilrs: Call, tmp_path: Path) -> None:
    names = [
        '"}: {x: 1',
        "# no",
        "- a",
        "!!python/object",
        "&a *b",
        "\u202eabc",
        "{{7*7}}",
        "null",
        "1e3",
        "a: b\u2028c",
    ]
    written(tmp_path, "yard.xer", xer([job(at, f"Y{at}", 8, task_name=name) for at, name in enumerate(names, 1)]))
    report(ilrs, "yard.xer")
    works = json.loads(ilrs("plan", "plan.yaml", "--json").stdout)["activities"]
    assert works["Y5"]["title"] == "&a *b"
    assert len(works) == len(names)


def test_a_resource_that_the_files_dates_overbook_holds_nobody_back(ilrs: Call, tmp_path: Path) -> None:
    day = {"early_start_date": "2031-03-03 08:00", "early_end_date": "2031-03-03 17:00"}
    tables = {
        "RSRC": [{"rsrc_id": "5", "rsrc_name": "Crane", "def_qty_per_hr": "1", "rsrc_type": "RT_Equip"}],
        "TASKRSRC": [{"task_id": number, "rsrc_id": "5", "target_qty_per_hr": "1"} for number in ("1", "2")],
    }
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 8, **day), job(2, "Y20", 8, **day)], **tables))
    assert report(ilrs, "yard.xer")["dates"]["same"] == 2
    assert "crane: {title: Crane}" in (tmp_path / "plan.yaml").read_text(encoding="utf-8")


def test_parts_of_a_resource_are_counted_in_per_cent(ilrs: Call, tmp_path: Path) -> None:
    tables = {
        "RSRC": [{"rsrc_id": "5", "rsrc_name": "Crew", "def_qty_per_hr": "2", "rsrc_type": "RT_Labor"}],
        "TASKRSRC": [{"task_id": "1", "rsrc_id": "5", "target_qty_per_hr": "0.5"}],
    }
    written(tmp_path, "yard.xer", xer([job(1, "Y10", 8)], **tables))
    report(ilrs, "yard.xer")
    text = (tmp_path / "plan.yaml").read_text(encoding="utf-8")
    assert "crew: {title: Crew (per cent), capacity: 200}" in text
    assert "uses: {crew: 50}" in text


def test_running_work_that_goes_on_later_ends_when_the_file_says(ilrs: Call, tmp_path: Path) -> None:
    """Two days remain from Thursday on: they end on Friday, although the data date is Tuesday."""
    progress = (
        "<PercentComplete>50</PercentComplete><ActualStart>2031-03-03T08:00:00</ActualStart>"
        "<RemainingDuration>PT16H0M0S</RemainingDuration><Resume>2031-03-06T08:00:00</Resume>"
    )
    dates = DATES.format("2031-03-03T08:00:00", "2031-03-07T17:00:00")
    text = mspdi(task(1, "Dig", 32, more=dates + progress), head="<StatusDate>2031-03-04T08:00:00</StatusDate>")
    written(tmp_path, "yard.xml", text)
    assert report(ilrs, "yard.xml")["dates"]["same"] == 1


def test_calendars_of_a_table_may_have_seasons(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.csv", "id,name,duration\nA,Dig,2d\n")
    written(tmp_path, "weeks.yaml", "calendars:\n  works: {seasons: {summer: {from: 03-12, until: 10-01}}}\n")
    ilrs("import", "yard.csv", "-o", "plan.yaml", "--start", "2031-03-03", "--calendar", "weeks.yaml")
    said = json.loads(ilrs("plan", "plan.yaml", "--json").stdout)["activities"]["A"]
    assert (said["early_start"], said["early_finish"]) == ("2031-03-12T00:00", "2031-03-14T00:00")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("holydays: [2031-05-01]", "weeks.yaml:2:1: calendars.works.holydays: unknown key"),
        ("hours: [17:00-08:00]", "weeks.yaml:2:1: calendars.works"),
        ("days: []", "nobody ever works in this calendar"),
    ],
)
def test_a_wrong_calendar_of_a_table_is_told_at_its_place(ilrs: Call, tmp_path: Path, wrong: str, said: str) -> None:
    written(tmp_path, "yard.csv", "id,name,duration\nA,Dig,2d\n")
    written(tmp_path, "weeks.yaml", f"calendars:\n  works: {{{wrong}}}\n")
    done = ilrs("import", "yard.csv", "-o", "plan.yaml", "--start", "2031-03-03", "--calendar", "weeks.yaml")
    assert (done.exit_code, said in done.output) == (1, True)
