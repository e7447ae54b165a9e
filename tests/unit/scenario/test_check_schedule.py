"""A schedule on the day of knowledge: plans that have passed, and facts that came before what they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.scenario.small import problems_of, told

BASE = """\
format: 1
calendar: {start: 2030-01-01, end: 2037-01-01, as_of: 2034-02-01}
goals: {ready: {by: 2036-10-01, needs: [b]}}
partners: {us: {}}
activities:
  a: {partner: us, not_before: 2034-01-20, duration: 100 d}
  b: {needs: [a], duration: 100 d}
missions:
  sortie: {not_before: 2034-06-01, operations: [{name: dock, duration: 1 d}]}
"""


def _told(folder: Path, child: str) -> list[tuple[str, str]]:
    return [(p.path, p.message) for p in problems_of(folder, child + "\n", base=BASE) if p.code == "date-order"]


def test_what_is_still_to_come_is_not_told(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, base=BASE)) == []


@pytest.mark.parametrize(
    ("child", "path", "message"),
    [
        ("activities: {a: {not_before: 2030-02-01}}", "activities.a",
         "it was to end on 2030-05-12, before the day of knowledge, 2034-02-01, and is not done"),
        ("activities: {a: {not_before: null, duration: null, finish: 2033-12-31}}", "activities.a.finish",
         "it was to end on 2033-12-31"),
        ("activities: {a: {not_before: null}}", "activities.a", "it was to end on 2030-04-11"),
        ("activities: {a: {not_before: 2030-02-01, duration: {triangular: [90 d, 100 d, 900 d]}}}", "activities.a",
         "it was to end on 2030-05-12"),
        ("activities: {a: {not_before: null, duration: null, done: 2030-06-01}}", "activities.b",
         "it was to end on 2030-09-09"),
        ("missions: {sortie: {not_before: 2034-01-01}}", "missions.sortie.not_before",
         "it was to fly on 2034-01-01, before the day of knowledge, 2034-02-01, and has not flown"),
        ("missions: {sortie: {not_before: 2033-06-01, every: 200 d, repeats: 3}}", "missions.sortie.not_before",
         "it was to fly on 2033-06-01"),
    ],
)  # fmt: skip
def test_what_should_have_happened_is_told_once(child: str, path: str, message: str, tmp_path: Path) -> None:
    found = _told(tmp_path, child)
    assert [p for p, _ in found] == [path]
    assert message in found[0][1]


@pytest.mark.parametrize(
    "child",
    [
        "calendar: {as_of: null}\nactivities: {a: {not_before: 2030-02-01}}",
        "activities: {a: {not_before: 2030-02-01}}\npartners: {us: {joins: 2034-06-01}}",
        "activities: {a: {not_before: 2030-02-01}}\npartners: {us: {barred: {from: 2033-01-01, until: 2035-01-01}}}",
        "missions: {sortie: {not_before: 2034-01-01, reserve: true}}",
    ],
    ids=["no day of knowledge", "a partner joins later", "a partner is barred", "held in reserve"],
)
def test_what_may_rightly_be_open_is_not_told(child: str, tmp_path: Path) -> None:
    assert _told(tmp_path, child) == []


@pytest.mark.parametrize(
    ("child", "path", "message"),
    [
        ("activities: {b: {duration: null, done: 2031-01-01}}", "activities.b.needs[0]",
         "b happened on 2031-01-01, and what it needs, a, is not there before 2034-04-30"),
        ("activities: {a: {not_before: null, duration: null, done: 2032-01-01},"
         " b: {duration: null, done: 2031-01-01}}", "activities.b.needs[0]", "a, is not there before 2032-01-01"),
        ("activities: {a: {not_before: null, duration: null, done: 2032-01-01}}\n"
         "missions: {sortie: {needs: [a], flown: {launched: 2031-01-01}}}", "missions.sortie.needs[0]",
         "sortie happened on 2031-01-01, and what it needs, a, is not there before 2032-01-01"),
        ("missions: {sortie: {flown: {launched: 2031-01-01, outcome: lost}}}\n"
         "activities: {a: {not_before: null, duration: null, done: 2032-01-01, needs: [sortie]}}",
         "activities.a.needs[0]", "what it needs, sortie, never is"),
    ],
)  # fmt: skip
def test_what_happened_before_its_need_is_told(child: str, path: str, message: str, tmp_path: Path) -> None:
    found = dict(_told(tmp_path, child))
    assert message in found[path]


def test_what_happened_after_its_need_is_not_told(tmp_path: Path) -> None:
    child = (
        "activities: {a: {not_before: null, duration: null, done: 2032-01-01}, b: {duration: null, done: 2032-01-01}}"
    )
    assert _told(tmp_path, child) == []


def test_an_arrival_that_is_not_known_yet_is_no_fact(tmp_path: Path) -> None:
    child = "missions: {sortie: {flown: {launched: 2034-01-30, arrived: 2034-02-04}}}"
    assert [path for path, _ in _told(tmp_path, child)] == ["missions.sortie.flown.arrived"]
