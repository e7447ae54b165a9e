"""Plans of Primavera in XML: the same plan as its XER. Source of the forms: Oracle, p6apibo.xsd."""

from __future__ import annotations

import datetime
from pathlib import Path

from sim.interchange.foreign import ForeignNetwork, Hold, LagRule, Link
from sim.interchange.pmxml import read_pmxml
from tests.unit.interchange.plans import written

DAY = "<WorkTime><Start>08:00:00</Start><Finish>11:59:00</Finish></WorkTime>"
CALENDAR = (
    "<Calendar><ObjectId>9</ObjectId><Name>Halves</Name><IsDefault>1</IsDefault><HoursPerDay>4</HoursPerDay>"
    f"<StandardWorkWeek><StandardWorkHours><DayOfWeek>Monday</DayOfWeek>{DAY}</StandardWorkHours></StandardWorkWeek>"
    "<HolidayOrExceptions><HolidayOrException><Date>2031-03-10T00:00:00</Date></HolidayOrException>"
    "</HolidayOrExceptions></Calendar>"
)


def activity(number: int, code: str, hours: float, more: str = "") -> str:
    return (
        f"<Activity><ObjectId>{number}</ObjectId><Id>{code}</Id><Name>Job</Name><Type>Task Dependent</Type>"
        f"<PlannedDuration>{hours}</PlannedDuration><RemainingDuration>{hours}</RemainingDuration>{more}</Activity>"
    )


def read(folder: Path, body: str) -> ForeignNetwork:
    text = (
        '<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V19/API/BusinessObjects">'
        f"{CALENDAR}<Project><ObjectId>1</ObjectId><Name>Yard</Name><DataDate>2031-03-03T08:00:00</DataDate>"
        f"<PlannedStartDate>2031-03-03T08:00:00</PlannedStartDate>{body}</Project></APIBusinessObjects>"
    )
    return read_pmxml(written(folder, "plan.xml", text), "plan.xml")


def test_a_working_time_ends_with_its_last_minute(tmp_path: Path) -> None:
    assert read(tmp_path, activity(1, "Y10", 8)).calendars["9"].week[0] == ((480, 720),)


def test_a_holiday_has_no_work(tmp_path: Path) -> None:
    assert read(tmp_path, activity(1, "Y10", 8)).calendars["9"].days == {datetime.date(2031, 3, 10): ()}


def test_lags_are_hours(tmp_path: Path) -> None:
    relation = (
        "<Relationship><PredecessorActivityObjectId>1</PredecessorActivityObjectId><SuccessorActivityObjectId>2"
        "</SuccessorActivityObjectId><Type>Start to Start</Type><Lag>16</Lag></Relationship>"
    )
    (found,) = read(tmp_path, activity(1, "Y10", 8) + activity(2, "Y20", 8) + relation).tasks["2"].needs
    assert (found.link, found.lag_min) == (Link.SS, 960.0)


def test_constraints_have_their_words(tmp_path: Path) -> None:
    more = "<PrimaryConstraintType>Finish On or Before</PrimaryConstraintType>"
    more += "<PrimaryConstraintDate>2031-04-01T17:00:00</PrimaryConstraintDate>"
    (held,) = read(tmp_path, activity(1, "Y10", 8, more)).tasks["1"].constraints
    assert held.bound is Hold.FNLT


def test_the_rule_of_lags_may_stand_in_the_project_itself(tmp_path: Path) -> None:
    rule = "<RelationshipLagCalendar>24 Hour Calendar</RelationshipLagCalendar>"
    assert read(tmp_path, rule + activity(1, "Y10", 8)).lag_rule is LagRule.CLOCK


def test_another_project_that_is_a_baseline_is_left_out(tmp_path: Path) -> None:
    text = activity(1, "Y10", 8) + "</Project><BaselineProject><Activity/></BaselineProject><Project>"
    network = read(tmp_path, text)
    assert len(network.tasks) == 1
    assert any(remark.rule == "a baseline project" for remark in network.notes)
