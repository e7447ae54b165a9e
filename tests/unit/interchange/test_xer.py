"""Plans of Primavera as XER: tables, code pages, and calendars in nested brackets.

Source of the forms: Oracle, "P6 EPPM XER Import/Export Data Map Guide".
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sim.interchange.foreign import ForeignError, ForeignNetwork, Hold, LagRule
from sim.interchange.xer import read_xer
from tests.unit.interchange.plans import job, waits, written, xer

YARD = [job(1, "Y10", 40), job(2, "Y20", 16)]


def read(folder: Path, text: str | bytes, encoding: str | None = None) -> ForeignNetwork:
    return read_xer(written(folder, "plan.xer", text), "plan.xer", encoding)


def rules(network: ForeignNetwork, kind: str) -> str:
    return "\n".join(remark.rule for remark in network.notes if remark.kind == kind)


def test_days_are_counted_as_spreadsheets_count_them(tmp_path: Path) -> None:
    days = read(tmp_path, xer(YARD)).calendars["9"].days
    assert days == {datetime.date(2031, 5, 1): (), datetime.date(2031, 5, 2): ((480, 720),)}


def test_a_finish_at_zero_is_midnight_at_the_end_of_the_day(tmp_path: Path) -> None:
    text = xer(YARD).replace(
        "(0||2()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))", "(0||2()((0||0(f|00:00|s|16:00)())))"
    )
    assert read(tmp_path, text).calendars["9"].week[0] == ((960, 1440),)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("rcal_Predecessor", LagRule.PREDECESSOR),
        ("rcal_Successor", LagRule.SUCCESSOR),
        ("rcal_24Hour", LagRule.CLOCK),
        ("rcal_ProjDefault", LagRule.PROJECT),
    ],
)
def test_whose_calendar_a_lag_runs_in(tmp_path: Path, said: str, rule: LagRule) -> None:
    options = [{"proj_id": "1", "sched_calendar_on_relationship_lag": said}]
    assert read(tmp_path, xer(YARD, SCHEDOPTIONS=options)).lag_rule is rule


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "Prüfung der Kühlung"),
        ("cp1252", "Prüfung der Kühlung"),
        ("gbk", "月球科研站能源舱总装测试"),
        ("cp1251", "Монтаж энергетического модуля"),
    ],
)
def test_the_code_page_is_found_out(tmp_path: Path, encoding: str, name: str) -> None:
    network = read(tmp_path, xer([job(1, "Y10", 8, task_name=name)]).encode(encoding))
    assert network.tasks["1"].name == name


def test_a_plan_without_calendars_options_and_most_fields_is_read(tmp_path: Path) -> None:
    text = "ERMHDR\t19\n%T\tTASK\n%F\ttask_id\ttask_code\ttarget_drtn_hr_cnt\n%R\t1\tY10\t\n%E\n"
    network = read(tmp_path, text)
    assert network.tasks["1"].duration_min == 0.0
    assert "the file has no calendar" in rules(network, "changed")


def test_a_level_of_effort_is_left_out_with_its_links_and_told_when_it_hangs(tmp_path: Path) -> None:
    network = read(tmp_path, xer([*YARD, job(3, "Y30", 8, task_type="TT_LOE")], [waits(3, 1, "PR_SS")]))
    assert "3" not in network.tasks
    assert network.dangling == ["Y30"]


def test_a_mandatory_date_does_not_break_the_logic_here(tmp_path: Path) -> None:
    held = job(1, "Y10", 8, cstr_type="CS_MANDSTART", cstr_date="2031-03-10 08:00")
    network = read(tmp_path, xer([held]))
    assert network.tasks["1"].constraints[0].bound is Hold.MSO
    assert "P6 holds a mandatory date" in rules(network, "changed")


def test_links_to_other_projects_are_told(tmp_path: Path) -> None:
    network = read(tmp_path, xer(YARD, [waits(2, 77)]))
    assert network.links == 0
    assert "links to activities not in the file" in rules(network, "left out")


def test_two_projects_are_one_plan_and_a_baseline_is_none(tmp_path: Path) -> None:
    projects = [{"proj_id": "1", "proj_short_name": "A"}, {"proj_id": "2", "proj_short_name": "B"},
                {"proj_id": "3", "proj_short_name": "A-B1", "orig_proj_id": "1"}]  # fmt: skip
    tasks = [job(1, "A10", 8), job(2, "B10", 8, proj_id="2"), job(3, "A10", 8, proj_id="3")]
    network = read(tmp_path, xer(tasks, [waits(2, 1)], PROJECT=projects))
    assert [task.code for task in network.tasks.values()] == ["A10", "B10"]
    assert network.links == 1


def test_a_row_over_several_lines_is_one_row(tmp_path: Path) -> None:
    text = xer([job(1, "Y10", 8), job(2, "Y20", 8)]).replace("Job Y10", "Job\r\nY10")
    assert read(tmp_path, text).tasks["1"].name == "Job Y10"


def test_a_file_that_is_cut_off_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match=r"plan\.xer:11:1: the file is cut off in a row of TASK"):
        read(tmp_path, xer(YARD).split("\tJob Y20")[0])


def test_brackets_that_do_not_match_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match=r"plan\.xer:7:1: the brackets of a calendar"):
        read(tmp_path, xer(YARD).replace("DaysOfWeek()(", "DaysOfWeek()"))


def test_a_suspended_activity_is_told(tmp_path: Path) -> None:
    started = job(1, "Y10", 8, act_start_date="2031-03-03 08:00", suspend_date="2031-03-04 08:00")
    assert "work that is suspended" in rules(read(tmp_path, xer([started])), "left out")
