"""Who leads what, and which goals rest on it, in a plan of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.analysis.roles import with_roles
from sim.campaign.compile import compile_campaign
from sim.campaign.plan import Subject
from sim.scenario.load import load_scenario

PLAN = """\
format: 1
name: roles
calendar: {start: 2030-01-01, end: 2040-01-01}
partners: {ours: {title: Our agency}, theirs: {}}
goals:
  first: {by: 2032-01-01, needs: [test]}
  second: {by: 2033-01-01, needs: [first, late]}
activities:
  design: {title: The design, partner: theirs, finish: 2031-01-01, source: "a talk, 2029", confidence: low}
  test: {partner: ours, parties: [theirs], duration: 30 d, slip: {uniform: [0 d, 100 d]}, needs: [design]}
  late: {partner: ours, duration: 10 d, not_before: 2031-06-01}
  idle: {duration: 5 d}
"""


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    file: Path = tmp_path_factory.mktemp("roles") / "roles.yaml"
    file.write_text(PLAN)
    return {one.name: one for one in with_roles(compile_campaign(load_scenario(file)))}


def test_a_partner_is_called_by_its_title_where_it_has_one(roles: dict[str, Subject]) -> None:
    assert [roles[name].led_by for name in ("design", "test", "idle")] == ["theirs", "Our agency", ""]


def test_a_goal_rests_on_the_needs_of_its_needs(roles: dict[str, Subject]) -> None:
    assert [roles[name].serves for name in ("design", "late", "idle")] == [("first", "second"), ("second",), ()]


def test_the_slip_is_told_by_its_quantiles(roles: dict[str, Subject]) -> None:
    assert roles["test"].slip_d == pytest.approx((10.0, 50.0, 90.0))


def test_work_of_which_only_the_end_is_said_began_nobody_knows_when(roles: dict[str, Subject]) -> None:
    assert [name for name, one in roles.items() if one.since_unsaid] == ["design"]


def test_work_begins_no_sooner_than_its_planned_day(roles: dict[str, Subject]) -> None:
    assert roles["late"].earliest_d == 516.0  # 365 + 151 days from 1 January 2030 to 1 June 2031


def test_the_source_is_that_of_the_block(roles: dict[str, Subject]) -> None:
    assert (roles["design"].source, roles["design"].confidence) == ("a talk, 2029", "low")
