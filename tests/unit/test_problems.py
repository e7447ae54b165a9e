"""Problems: how they are written, and what is suggested."""

from __future__ import annotations

import pickle

import pytest

from sim.problems import Code, InputError, Mark, Problem, ScenarioError, counted, did_you_mean, plural, suggest

PROBLEM = Problem(Mark("a.yaml", 6, 5), "launchers.cz-10.tli", Code.UNKNOWN_KEY, "error", "unknown key", "remove it")


def test_text_is_file_line_column_path_message_hint() -> None:
    assert PROBLEM.text() == "a.yaml:6:5: launchers.cz-10.tli: unknown key; remove it"


def test_text_leaves_out_what_is_not_known() -> None:
    assert Problem(None, "", Code.FOLDER, "error", "cannot be written").text() == "cannot be written"


def test_setting_has_no_line() -> None:
    problem = Problem(Mark("--set a=1"), "a", Code.UNKNOWN_KEY, "error", "unknown key")
    assert problem.text() == "--set a=1: a: unknown key"
    assert problem.as_json()["line"] is None


def test_warning_says_so() -> None:
    assert "warning: " in Problem(None, "a", Code.SOURCE_MISSING, "warning", "no source").text()


def test_names_from_a_scenario_cannot_steer_the_terminal() -> None:
    problem = Problem(Mark("a\n.yaml"), "x\x1b[31m", Code.NAME, "error", "no 'a\u202eb'")
    assert problem.text() == "a\\n.yaml: x\\x1b[31m: no 'a\\u202eb'"


def test_json_has_the_documented_keys() -> None:
    assert list(PROBLEM.as_json()) == [
        "file", "line", "column", "path", "code", "severity", "message", "hint",
    ]  # fmt: skip
    assert PROBLEM.as_json()["code"] == "unknown-key"


def test_error_carries_all_problems_between_processes() -> None:
    error: ScenarioError = pickle.loads(pickle.dumps(ScenarioError([PROBLEM, PROBLEM])))
    assert issubclass(type(error), InputError)
    assert error.problems == (PROBLEM, PROBLEM)
    assert str(error).count("\n") == 1


@pytest.mark.parametrize("code", Code)
def test_code_is_a_stable_word_with_a_meaning(code: Code) -> None:
    assert str(code) == code.value == code.value.lower()
    assert code.meaning.endswith(".")


def test_nearest_name_is_suggested() -> None:
    assert did_you_mean("cz10", ["cz-10", "slv"]) == "did you mean 'cz-10'?"
    assert did_you_mean("angara", ["cz-10", "slv"]) == ""


def test_known_names_are_listed_when_none_is_near() -> None:
    assert suggest("angara", ["slv", "cz-10"]) == "known: cz-10, slv"
    assert suggest("x", [f"name-{number:02d}" for number in range(30)]).endswith("(30 in all)")


@pytest.mark.parametrize(("number", "said"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases")])
def test_a_noun_goes_with_its_number(number: int, said: str) -> None:
    assert counted(number, "case") == said


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [plural(number, "study", "studies") for number in (1, 2)] == ["study", "studies"]
