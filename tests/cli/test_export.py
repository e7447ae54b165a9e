"""`ilrs export`: each file is opened by an independent reader, and hostile names stay text in all of them."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import icalendar
import openpyxl
import pytest
from click.testing import Result
from openpyxl.utils import get_column_letter

from sim.interchange.kml_out import GroundPlace, GroundVisit, kml_bytes
from sim.interchange.out_plan import OutPlan
from tests.unit.interchange.plans import written

Call = Callable[..., Result]
HOSTILE = ["=1+1", "@SUM(A1)", "+1", "-1", '<b>&amp;"', "a,b;c\\n", "]]>", "\u202eabc", "😀 crane", "x" * 200]
YARD = """format: 1
name: yard
calendar: {start: 2031-03-03, end: 2033-01-01, working: week}
calendars: {week: {days: [mon, tue, wed, thu, fri], hours: [08:00-12:00, 13:00-17:00], holidays: [2031-03-12]}}
groups: {site: {title: Site}}
goals: {roofed: {by: 2031-03-21, needs: [roof]}}
activities:
  dig: {title: Dig, code: Y10, group: site, duration: {triangular: [4 wd, 5 wd, 9 wd]}}
  pour: {title: Pour, code: Y20, group: site, duration: 2 wd, needs: [dig + 2 wd], by: 2031-03-20}
  cure: {title: Cure, code: Y30, duration: 3 d, needs: [pour]}
  roof:
    {title: Roof, code: Y40, duration: 0 wd, needs: [cure], ends_after: [dig.started + 1 wd], not_before: 2031-03-17}
"""
TWO = """format: 1
name: two
calendar: {start: 2031-03-03, end: 2033-01-01}
goals: {done: {by: 2031-06-01, needs: [long, short]}}
activities: {long: {duration: 10 d}, short: {duration: 5 d}}
"""
HOSTILE_YARD = "format: 1\nname: yard\ncalendar: {start: 2031-03-03, end: 2033-01-01}\n" + (
    "goals: {done: {by: 2031-06-01, needs: [a0]}}\nactivities:\n"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "yard.yaml", YARD)
    from sim.scenario.writing import flow

    lines = [f"  a{at}: {{title: {flow(name)}, duration: 0 d}}\n" for at, name in enumerate(HOSTILE)]
    written(tmp_path, "hostile.yaml", HOSTILE_YARD + "".join(lines))


def exported(ilrs: Call, kind: str, source: str = "yard.yaml") -> bytes:
    done = ilrs("export", kind, source, "-o", f"out.{kind}", "--force")
    assert done.exit_code == 0, done.output
    return Path(f"out.{kind}").read_bytes()


def test_ms_project_xml_read_back_has_the_dates_and_links_of_the_plan(ilrs: Call) -> None:
    exported(ilrs, "mspdi")
    said = ilrs("import", "out.mspdi", "-o", "back.yaml").stdout
    assert "4 activities, 1 milestone, 4 links, 1 group, 1 calendar" in said
    assert "4 of 4 activities on the file's dates" in said


def test_a_group_without_work_is_no_task_of_ms_project_xml(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "yard.yaml", YARD.replace("groups: {", "groups: {idle: {title: Nobody works here}, "))
    exported(ilrs, "mspdi")
    assert "4 activities, 1 milestone, 4 links, 1 group" in ilrs("import", "out.mspdi", "-o", "back.yaml").stdout


def test_a_table_read_back_has_the_dates_of_the_plan(ilrs: Call) -> None:
    exported(ilrs, "csv")
    said = ilrs("import", "out.csv", "-o", "back.yaml", "--start", "2031-03-03", "--calendar", "yard.yaml").stdout
    assert "4 of 4 activities on the file's dates" in said


@pytest.mark.parametrize("kind", ["mspdi", "csv", "xlsx", "ics", "kml"])
def test_two_exports_of_one_plan_are_the_same_bytes(ilrs: Call, kind: str) -> None:
    assert exported(ilrs, kind) == exported(ilrs, kind)


def test_a_run_gives_its_quantiles_as_baselines(ilrs: Call) -> None:
    ilrs("run", "yard.yaml", "-n", "40", "-q", "-o", "run")
    text = exported(ilrs, "mspdi", "run").decode()
    assert [text.count(f"<Number>{number}</Number>") for number in (0, 1, 2)] == [4, 4, 4]


def test_a_workbook_has_real_dates_and_text_cells(ilrs: Call) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(ilrs, "xlsx")))
    head = [cell.value for cell in book["Plan"][1]]
    row = dict(zip(head, book["Plan"][2], strict=True))
    assert row["plan_start"].value == datetime.datetime(2031, 3, 3, 8)
    assert row["name"].data_type == "s"
    assert book.sheetnames == ["Plan", "Goals", "Manifest", "Assumptions", "About"]


def test_a_workbook_colours_the_weeks_of_an_activity(ilrs: Call) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(exported(ilrs, "xlsx")))["Plan"]
    (grid,) = sheet.conditional_formatting
    first = sheet[str(grid.sqref).partition(":")[0]]
    assert sheet.cell(row=1, column=first.column).value == datetime.datetime(2031, 3, 3)
    head = [cell.value for cell in sheet[1]]
    letters = [get_column_letter(head.index(name) + 1) for name in ("plan_start", "plan_finish")]
    week = get_column_letter(first.column)
    said = f"AND(ISNUMBER(${letters[0]}2),{week}$1+7>${letters[0]}2,{week}$1<=${letters[1]}2)"
    assert grid.rules[0].formula == [said]


def test_a_workbook_lists_what_the_plan_assumes(ilrs: Call) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(exported(ilrs, "xlsx")))["Assumptions"]
    values = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2)}
    assert values["activities.pour.duration"] == "2 wd"


def test_a_run_tells_how_often_each_activity_decides(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "two.yaml", TWO)
    ilrs("run", "two.yaml", "-n", "20", "-q", "-o", "run")
    rows = {row["id"]: row["criticality"] for row in csv.DictReader(io.StringIO(exported(ilrs, "csv", "run").decode()))}
    assert rows == {"long": "1.0", "short": "0.0"}


def test_ms_project_xml_tells_how_often_each_activity_decides(ilrs: Call, tmp_path: Path) -> None:
    written(tmp_path, "two.yaml", TWO)
    ilrs("run", "two.yaml", "-n", "20", "-q", "-o", "run")
    root = ElementTree.fromstring(exported(ilrs, "mspdi", "run"))
    said = [one.findtext("{*}Value") for one in root.iterfind(".//{*}Task/{*}ExtendedAttribute")]
    assert [text for text in said if text and text.startswith("decides")] == [
        f"decides the date of a goal in {share} % of the replications" for share in ("100.0", "0.0")
    ]


def test_a_calendar_has_milestones_and_goals_on_their_days(ilrs: Call) -> None:
    read = icalendar.Calendar.from_ical(exported(ilrs, "ics"))
    days = {str(event["UID"]): event.decoded("DTSTART") for event in read.walk("VEVENT")}
    assert days == {
        "roof.done@yard": datetime.date(2031, 3, 17),
        "roofed.reached@yard": datetime.date(2031, 3, 17),
    }


def test_hostile_names_are_no_formulas_in_a_table(ilrs: Call) -> None:
    rows = list(csv.reader(io.StringIO(exported(ilrs, "csv", "hostile.yaml").decode())))
    assert not [cell for row in rows for cell in row[:2] if cell.startswith(("=", "+", "-", "@"))]


def test_hostile_names_are_no_formulas_in_a_workbook(ilrs: Call) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported(ilrs, "xlsx", "hostile.yaml")))
    names = [row[1] for row in book["Plan"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in names} == {"s"}
    assert names[0].value == "=1+1"


def test_hostile_names_come_back_from_ms_project_xml(ilrs: Call) -> None:
    exported(ilrs, "mspdi", "hostile.yaml")
    ilrs("import", "out.mspdi", "-o", "back.yaml")
    import json

    works = json.loads(ilrs("plan", "back.yaml", "--json").stdout)["activities"]
    assert [work["title"] for work in works.values()][:5] == HOSTILE[:5]


def test_hostile_names_stay_in_their_lines_of_a_calendar(ilrs: Call) -> None:
    data = exported(ilrs, "ics", "hostile.yaml")
    events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert len(events) == len(HOSTILE) + 1
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


KML = "{http://www.opengis.net/kml/2.2}"
OUTPOST = str(Path(__file__).parents[1] / "data" / "outpost.yaml")


def test_a_map_of_the_moon_says_so_and_has_the_landings(ilrs: Call) -> None:
    root = ElementTree.fromstring(exported(ilrs, "kml", OUTPOST))
    names = [one.findtext(f"{KML}name") for one in root.iter(f"{KML}Placemark")]
    assert (root.get("hint"), names[0], "cargo-1: landing" in names) == ("target=moon", "site", True)


def test_a_place_on_a_map_is_longitude_then_latitude(ilrs: Call) -> None:
    root = ElementTree.fromstring(exported(ilrs, "kml", OUTPOST))
    assert root.findtext(f".//{KML}coordinates") == "123.400000,-88.800000,0"


def test_a_stay_on_a_map_ends_when_the_people_leave(ilrs: Call) -> None:
    root = ElementTree.fromstring(exported(ilrs, "kml", OUTPOST))
    spans = {one.findtext(f"{KML}name"): one.find(f"{KML}TimeSpan") for one in root.iter(f"{KML}Placemark")}
    crew, cargo = spans["crew: landing"], spans["cargo-1: landing"]
    assert crew is not None
    assert cargo is not None
    assert (crew.find(f"{KML}end") is None, cargo.find(f"{KML}end") is None) == (False, True)


def test_a_map_of_the_earth_has_the_launches(ilrs: Call) -> None:
    done = ilrs("export", "kml", OUTPOST, "--body", "earth", "-o", "earth.kml")
    root = ElementTree.fromstring(Path("earth.kml").read_bytes())
    names = [one.findtext(f"{KML}name") for one in root.iter(f"{KML}Placemark")]
    assert (done.exit_code, root.get("hint"), "crew: launch" in names) == (0, None, True)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_texts_of_a_map(name: str) -> None:
    visit = GroundVisit(name, datetime.datetime(2031, 3, 3), None, ())
    plan = OutPlan(name, "", name, visit.start, None, "", (), {}, {}, {}, ())
    root = ElementTree.fromstring(kml_bytes(plan, [GroundPlace("site", "moon", -88.8, 123.4, (visit,))], "moon", None))
    assert [one.findtext(f"{KML}name") for one in root.iter(f"{KML}Placemark")] == ["site", name]
