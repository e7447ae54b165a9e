"""What `check` says of schedules: each mistake with its place, and what is right without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.problems import Problem, ScenarioError
from sim.scenario.load import load_scenario

HEAD = """
format: 1
name: small
source: made up
confidence: low
calendar: {start: 2030-01-01, end: 2034-01-01, as_of: 2030-01-02}
goals: {ready: {by: 2033-06-01, needs: [b]}}
"""


Check = Callable[[str], list[Problem]]


@pytest.fixture
def problems(tmp_path: Path) -> Check:
    def check(text: str) -> list[Problem]:
        file = tmp_path / "small.yaml"
        file.write_text(HEAD + text, "utf-8")
        try:
            return list(load_scenario(file).warnings)
        except ScenarioError as error:
            return list(error.problems)

    return check


A = "  a: {duration: 10 d}\n"
WRONG = {
    "a start that nothing has": ("activities:\n  b: {duration: 1 d, needs: [ready.started]}\n", "no-such-name"),
    "a lag without a unit": (f"activities:\n{A}  b: {{duration: 1 d, needs: [a + 3]}}\n", "unit-missing"),
    "a lag in no calendar": (
        f"activities:\n{A}  b: {{duration: 1 d, needs: [{{after: a, lag: 1 wd, calendar: nine}}]}}\n",
        "no-such-name",
    ),
    "wd and d in one law": ("activities:\n  b: {duration: {uniform: [3 wd, 5 d]}}\n", "unit-unknown"),
    "a circle through a start": (
        "activities:\n  a: {duration: 1 d, needs: [b.started]}\n  b: {duration: 1 d, needs: [a]}\n",
        "cycle",
    ),
    "a circle through an end": (
        "activities:\n  a: {duration: 1 d, needs: [b]}\n  b: {duration: 1 d, ends_after: [a]}\n",
        "cycle",
    ),
    "a circle through a group": (
        "groups: {g: {}}\nactivities:\n  a: {duration: 1 d, group: g, needs: [g]}\n  b: {duration: 1 d}\n",
        "cycle",
    ),
    "groups in each other": (
        "groups: {g: {group: h}, h: {group: g}}\nactivities:\n  b: {duration: 1 d}\n",
        "cycle",
    ),
    "a group with nothing in it": ("groups: {g: {}}\nactivities:\n  b: {duration: 1 d, needs: [g]}\n", "value"),
    "hours that end before they begin": (
        "calendars: {c: {hours: [12:00-08:00]}}\nactivities:\n  b: {duration: 1 d}\n",
        "date",
    ),
    "hours that overlap": (
        "calendars: {c: {hours: [08:00-12:00, 11:00-13:00]}}\nactivities:\n  b: {duration: 1 d}\n",
        "date",
    ),
    "a calendar that is never open": (
        "calendars: {c: {closed: {x: {from: 2000-01-01, until: 2100-01-01}}}}\nactivities:\n  b: {duration: 1 d}\n",
        "value",
    ),
    "more of a resource than there ever is": (
        "resources: {r: {capacity: {2030-01-01: 1, 2031-01-01: 2}}}\nactivities:\n  b: {duration: 1 d, uses: {r: 3}}\n",
        "over-capacity",
    ),
    "a resource that is not there for long enough": (
        "resources: {r: {capacity: {2030-01-01: 1, 2030-01-11: 2, 2030-01-21: 1}}}\n"
        "activities:\n  b: {duration: 20 d, uses: {r: 2}}\n",
        "over-capacity",
    ),
    "a code that stands for two": (
        "activities:\n  a: {duration: 1 d, code: X}\n  b: {duration: 1 d, code: X}\n",
        "duplicate-key",
    ),
    "a start after the day of knowledge": (
        "activities:\n  b: {duration: 9 d, started: 2030-03-01, remaining: 1 d}\n",
        "date-order",
    ),
    "a start without what remains": ("activities:\n  b: {duration: 9 d, started: 2030-01-01}\n", "value"),
    "progress of what has not started": ("activities:\n  b: {duration: 9 d, progress: 10 %}\n", "value"),
    "work that went on out of sequence": (
        f"activities:\n{A}  b: {{duration: 9 d, needs: [a], started: 2030-01-01, remaining: 1 d}}\n",
        "date-order",
    ),
    "a date that cannot be kept": (
        f"activities:\n{A}  b: {{duration: 90 d, needs: [a], by: 2030-03-01}}\n",
        "goal-unreachable",
    ),
    "a start that cannot be kept": (
        "activities:\n  a: {duration: 100 d}\n  b: {duration: 9 d, needs: [a], start_by: 2030-03-01}\n",
        "goal-unreachable",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_schedule_is_said_at_its_place(name: str, problems: Check) -> None:
    text, code = WRONG[name]
    found = problems(text)
    assert [str(problem.code) for problem in found] == [code], [problem.text() for problem in found]
    assert found[0].mark is not None
    assert found[0].mark.line > 0


def test_a_lead_before_a_flight_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nobody knows ahead when flight will be"):
        load_scenario("tutorial", sets=["goals.hut-stands.needs=[flight - 3 d]"])
