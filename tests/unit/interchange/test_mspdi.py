"""Plans of MS Project in XML: what stands in the file is what is read.

Source of the forms: Microsoft, "Project XML data interchange schema" (mspdi_pj12.xsd).
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sim.interchange.foreign import ForeignError, ForeignNetwork, Hold, Link
from sim.interchange.mspdi import read_mspdi
from tests.unit.interchange.plans import link, mspdi, task, written


def read(folder: Path, text: str) -> ForeignNetwork:
    return read_mspdi(written(folder, "plan.xml", text), "plan.xml")


def rules(network: ForeignNetwork, kind: str) -> list[str]:
    return [remark.rule for remark in network.notes if remark.kind == kind]


def test_durations_are_working_minutes(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 80)))
    assert network.tasks["1"].duration_min == 4800.0


@pytest.mark.parametrize(("kind", "meant"), [(0, Link.FF), (1, Link.FS), (2, Link.SF), (3, Link.SS)])
def test_the_four_kinds_of_links(tmp_path: Path, kind: int, meant: Link) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 8) + task(2, "Pour", 8, link(1, kind))))
    assert network.tasks["2"].needs[0].link is meant


def test_a_lag_is_in_tenths_of_a_minute_whatever_its_format(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 8) + task(2, "Pour", 8, link(1, lag=4800, lag_format=9))))
    assert network.tasks["2"].needs[0].lag_min == 480.0


def test_an_elapsed_lag_runs_by_the_clock(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 8) + task(2, "Pour", 8, link(1, lag=14400, lag_format=8))))
    assert network.tasks["2"].needs[0].elapsed


def test_a_lag_in_per_cent_is_a_share_of_the_predecessor(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 8) + task(2, "Pour", 8, link(1, lag=50, lag_format=19))))
    assert network.tasks["2"].needs[0].share == 0.5


def test_an_elapsed_duration_runs_by_the_clock(tmp_path: Path) -> None:
    text = mspdi(task(1, "Cure", 120)).replace("<DurationFormat>7", "<DurationFormat>8")
    assert read(tmp_path, text).tasks["1"].elapsed


def test_a_task_above_deeper_ones_is_a_group(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Yard", 0) + task(2, "Dig", 8, level=2)))
    assert [group.title for group in network.groups.values()] == ["Yard"]
    assert network.tasks["2"].group == "1"


def test_a_link_to_a_summary_is_one_to_each_task_in_it(tmp_path: Path) -> None:
    tasks = task(1, "Dig", 8) + task(2, "House", 0, link(1)) + task(3, "Pour", 8, level=2) + task(4, "Roof", 8, level=2)
    network = read(tmp_path, mspdi(tasks))
    assert [network.tasks[uid].needs[0].before for uid in ("3", "4")] == ["1", "1"]


def test_a_summary_and_a_task_with_one_number_are_told_apart(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(2, "House", 0) + task(2, "Pour", 8, level=2) + task(3, "Roof", 8, link(2))))
    assert network.tasks["3"].needs[0].before in network.tasks
    assert len(network.groups) == 1


def test_an_inactive_task_is_left_out_and_told(tmp_path: Path) -> None:
    network = read(tmp_path, mspdi(task(1, "Dig", 8, more="<Active>0</Active>") + task(2, "Pour", 8, link(1))))
    assert list(network.tasks) == ["2"]
    assert "inactive tasks, with their links" in rules(network, "left out")


def test_a_manual_task_keeps_its_date(tmp_path: Path) -> None:
    more = "<Manual>1</Manual><ManualStart>2031-03-10T08:00:00</ManualStart>"
    network = read(tmp_path, mspdi(task(1, "Dig", 8, more=more)))
    (held,) = network.tasks["1"].constraints
    assert (held.bound, held.at) == (Hold.SNET, datetime.datetime(2031, 3, 10, 8))


def test_only_what_remains_counts_of_work_that_has_begun(tmp_path: Path) -> None:
    more = (
        "<PercentComplete>10</PercentComplete><ActualStart>2031-03-03T08:00:00</ActualStart>"
        "<RemainingDuration>PT20H0M0S</RemainingDuration>"
    )
    assert read(tmp_path, mspdi(task(1, "Dig", 80, more=more))).tasks["1"].remaining_min == 1200.0


def test_honoured_constraints_are_told(tmp_path: Path) -> None:
    more = "<ConstraintType>7</ConstraintType><ConstraintDate>2031-03-03T17:00:00</ConstraintDate>"
    text = mspdi(task(1, "Dig", 80, more=more), head="<HonorConstraints>1</HonorConstraints>")
    assert any(
        rule.startswith("MS Project holds a task to its date") for rule in rules(read(tmp_path, text), "changed")
    )


def test_one_word_of_notes_for_each_task_is_its_id(tmp_path: Path) -> None:
    notes = ("<Notes>Y10</Notes>", "<Notes>Y20</Notes>")
    network = read(tmp_path, mspdi("".join(task(at, f"T{at}", 8, more=note) for at, note in enumerate(notes, 1))))
    assert [one.code for one in network.tasks.values()] == ["Y10", "Y20"]


def test_a_task_works_when_its_only_resource_does(tmp_path: Path) -> None:
    night = "<Calendar><UID>5</UID><Name>Night</Name><BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>7"
    night += "</DayType><DayWorking>1</DayWorking></WeekDay></WeekDays></Calendar>"
    staff = "<Resources><Resource><UID>1</UID><Name>Crew</Name><Type>1</Type><CalendarUID>5</CalendarUID></Resource>"
    staff += "</Resources><Assignments><Assignment><TaskUID>1</TaskUID><ResourceUID>1</ResourceUID><Units>1</Units>"
    staff += "</Assignment></Assignments>"
    assert read(tmp_path, mspdi(task(1, "Dig", 8), night, tail=staff)).tasks["1"].calendar == "5"


def days_off(folder: Path, exception: str) -> list[datetime.date]:
    text = mspdi(task(1, "Dig", 8)).replace("</WeekDays></Calendar>", f"</WeekDays><Exceptions>{exception}"
                                            "</Exceptions></Calendar>")  # fmt: skip
    return list(read(folder, text).calendars["1"].days)


PERIOD = "<TimePeriod><FromDate>2031-01-01T00:00:00</FromDate><ToDate>2032-12-31T23:59:00</ToDate></TimePeriod>"


@pytest.mark.parametrize(
    ("said", "dates"),
    [
        ("<Type>2</Type><Month>4</Month><MonthDay>1</MonthDay>", ["2031-05-01", "2032-05-01"]),
        (
            "<Type>3</Type><Month>10</Month><MonthItem>7</MonthItem><MonthPosition>3</MonthPosition>",
            ["2031-11-27", "2032-11-25"],
        ),
        (
            "<Type>6</Type><DaysOfWeek>32</DaysOfWeek><Period>2</Period><EnteredByOccurrences>1</EnteredByOccurrences>"
            "<Occurrences>2</Occurrences>",
            ["2031-01-03", "2031-01-17"],
        ),
        (
            "<Type>5</Type><Period>12</Period><MonthItem>4</MonthItem><MonthPosition>4</MonthPosition>",
            ["2031-01-27", "2032-01-26"],
        ),
    ],
)
def test_exceptions_that_recur(tmp_path: Path, said: str, dates: list[str]) -> None:
    """First of May; fourth Thursday of November; every second Friday, twice; last Monday of January."""
    found = days_off(tmp_path, f"<Exception>{PERIOD}<DayWorking>0</DayWorking>{said}</Exception>")
    assert [date.isoformat() for date in found] == dates


def test_a_document_type_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match=r"plan\.xml:2:1: the XML has a document type"):
        read(tmp_path, '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<Project><Tasks/></Project>')


def test_broken_xml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match=r"plan\.xml:8:1: this is broken XML"):
        read(tmp_path, mspdi(task(1, "Dig", 8)).replace("</Task>\n", "\n"))


def test_several_resources_work_when_any_of_them_does(tmp_path: Path) -> None:
    saturdays = (
        "<Calendar><UID>5</UID><Name>Sat</Name><BaseCalendarUID>1</BaseCalendarUID><WeekDays><WeekDay><DayType>7"
    )
    saturdays += "</DayType><DayWorking>1</DayWorking></WeekDay></WeekDays></Calendar>"
    staff = "".join(
        f"<Resource><UID>{uid}</UID><Name>R{uid}</Name><Type>1</Type><CalendarUID>{calendar}</CalendarUID></Resource>"
        for uid, calendar in ((1, 1), (2, 5))
    )
    held = "".join(f"<Assignment><TaskUID>1</TaskUID><ResourceUID>{uid}</ResourceUID></Assignment>" for uid in (1, 2))
    tail = f"<Resources>{staff}</Resources><Assignments>{held}</Assignments>"
    network = read(tmp_path, mspdi(task(1, "Dig", 8), saturdays, tail=tail))
    week = network.calendars[network.tasks["1"].calendar].week
    assert [bool(day) for day in week] == [True] * 6 + [False]


def test_a_file_whose_tasks_are_all_blank_is_refused(tmp_path: Path) -> None:
    from sim.interchange.bringing import Wishes, bring_in

    path = written(tmp_path, "plan.xml", mspdi("<Task><UID>0</UID><ID>0</ID><Name>All</Name></Task>"))
    with pytest.raises(ForeignError, match="there is no activity in it"):
        bring_in(path, "plan.xml", "plan", Wishes())
