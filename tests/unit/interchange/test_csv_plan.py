"""Tables of activities: columns by many names, durations and predecessors as MS Project writes them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from sim.interchange.csv_plan import read_csv
from sim.interchange.foreign import ForeignNetwork, Link
from sim.problems import InputError
from tests.unit.interchange.plans import written


def read(folder: Path, text: str) -> ForeignNetwork:
    return read_csv(written(folder, "plan.csv", text), "plan.csv", {}, None)


def rules(network: ForeignNetwork) -> str:
    return "\n".join(remark.rule for remark in network.notes)


@pytest.mark.parametrize(
    "heading", ["Task ID,Dur,Pred", "Activity ID,Original Duration,Predecessors", "ID,Days,Depends on"]
)
def test_columns_have_many_names(tmp_path: Path, heading: str) -> None:
    network = read(tmp_path, f"{heading}\nA,5,\nB,3,A\n")
    assert network.tasks["B"].needs[0].before == "A"


def test_it_says_what_was_taken_for_what(tmp_path: Path) -> None:
    assert "Dur is the duration" in rules(read(tmp_path, "Task ID,Dur,Pred\nA,5,\n"))


def test_a_column_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no column of duration"):
        read(tmp_path, "Task ID,Owner,Pred\nA,me,\n")


@pytest.mark.parametrize(
    ("said", "minutes", "elapsed"),
    [("10d", 4800, False), ("5ed", 7200, True), ("16h", 960, False), ("2 wks", 4800, False), ("1,5 days?", 720, False)],
)
def test_durations_as_ms_project_writes_them(tmp_path: Path, said: str, minutes: float, elapsed: bool) -> None:
    task = read(tmp_path, f'id,duration,pred\nA,"{said}",\n').tasks["A"]
    assert (task.duration_min, task.elapsed) == (minutes, elapsed)


@pytest.mark.parametrize(
    ("said", "link", "lag"),
    [
        ("A-1", Link.FS, 0.0),
        ("A-1SS+6d", Link.SS, 2880.0),
        ("A-1FS-2d", Link.FS, -960.0),
        ("A-1 ff + 1,5 days", Link.FF, 720.0),
    ],
)
def test_predecessors_as_ms_project_writes_them(tmp_path: Path, said: str, link: Link, lag: float) -> None:
    (found,) = read(tmp_path, f'id;duration;pred\nA-1;5d;\nB;5d;"{said}"\n').tasks["B"].needs
    assert (found.before, found.link, found.lag_min) == ("A-1", link, lag)


def test_numbers_parted_by_commas_are_several_predecessors(tmp_path: Path) -> None:
    network = read(tmp_path, 'id,duration,pred\n1,5d,\n2,5d,\n3,5d,"1,2"\n')
    assert [relation.before for relation in network.tasks["3"].needs] == ["1", "2"]


def test_an_activity_that_is_not_there_is_named_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"row 3, column pred: 'C' is no activity"):
        read(tmp_path, "id,duration,pred\nA,5d,\nB,5d,C\n")


def test_a_day_that_something_ended_is_worked(tmp_path: Path) -> None:
    text = "id,duration,pred,actual_start,actual_finish\nA,5d,,2031-03-03,2031-03-07\n"
    assert read(tmp_path, text).tasks["A"].actual_finish == datetime.datetime(2031, 3, 7, 17)


def test_three_points_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the three points must rise"):
        read(tmp_path, "id,duration,pred,optimistic,most likely,pessimistic\nA,5d,,6d,5d,7d\n")
