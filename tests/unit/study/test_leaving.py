"""What falls when a partner leaves: known by hand in a plan of three pieces of work."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.front import load
from sim.front.study import Study
from sim.study.leaving import ALONE, HANDED_OVER, LeaveEffect, kept_leavings, leave_cases
from sim.study.replay import compiled_again

PLAN = """\
format: 1
name: leaving
calendar: {start: 2030-01-01, end: 2040-01-01, as_of: 2030-01-01}
partners:
  ours: {}
  theirs: {successor: {partner: ours, after: 100 d}}
  later: {joins: 2030-06-01}
  idle: {}
goals:
  first: {by: 2030-12-31, needs: [theirs-work]}
  second: {by: 2030-12-31, needs: [our-work]}
  third: {by: 2031-12-31, needs: [later-work]}
activities:
  our-work: {partner: ours, duration: 50 d}
  theirs-work: {partner: theirs, duration: {uniform: [50 d, 60 d]}}
  later-work: {partner: later, duration: 10 d}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    place: Path = tmp_path_factory.mktemp("leaving")
    (place / "plan.yaml").write_text(PLAN)
    return load(place / "plan.yaml").run(20, folder=place / "run", jobs=1)


@pytest.fixture(scope="module")
def effects(study: Study) -> dict[tuple[str, str, str], LeaveEffect]:
    return {(one.partner, one.way, one.goal): one for one in study.leave(jobs=1).effects}


def test_a_partner_with_nothing_to_do_has_no_case(study: Study) -> None:
    date, cases = leave_cases(*compiled_again(study.tables))
    assert date == "2030-01-02"
    assert [(one.partner, one.way) for one in cases] == [
        ("ours", ALONE),
        ("theirs", HANDED_OVER),
        ("theirs", ALONE),
        ("later", ALONE),
    ]


def test_a_goal_that_rests_on_nobody_who_leaves_does_not_change(
    effects: dict[tuple[str, str, str], LeaveEffect],
) -> None:
    one = effects["theirs", HANDED_OVER, "second"]
    assert (one.chance, one.mean_d, one.p50_d, one.lost) == (0.0, 0.0, 0.0, 0)


def test_work_is_late_by_the_days_of_handing_over(effects: dict[tuple[str, str, str], LeaveEffect]) -> None:
    one = effects["theirs", HANDED_OVER, "first"]
    assert one.mean_d == pytest.approx(100.0)
    assert one.chance == 0.0


def test_where_nobody_takes_over_the_goal_is_lost_in_every_run(
    effects: dict[tuple[str, str, str], LeaveEffect],
) -> None:
    one = effects["theirs", ALONE, "first"]
    assert (one.chance, one.mean_d, one.lost) == (-1.0, None, 20)


def test_who_has_yet_to_join_never_does(effects: dict[tuple[str, str, str], LeaveEffect]) -> None:
    assert effects["later", ALONE, "third"].lost == 20


def test_what_was_found_is_kept_in_the_run_folder(study: Study, effects: object) -> None:
    kept = kept_leavings(study.tables)
    assert kept is not None
    assert kept == study.leave(jobs=1)


def test_a_kept_file_that_was_altered_is_not_read(study: Study, effects: object, tmp_path: Path) -> None:
    file = study.folder / "partners.json"
    text = file.read_text()
    try:
        file.write_text(text.replace('"replications": 20', '"replications": "many"'))
        assert kept_leavings(study.tables) is None
    finally:
        file.write_text(text)
