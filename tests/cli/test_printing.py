"""What verbs print: aligned tables and JSON."""

from __future__ import annotations

import json

import pytest

from sim.cli.printing import aligned, json_text, print_table


def test_a_float_that_is_not_finite_becomes_null_at_any_depth() -> None:
    said = json_text({"days": [1.5, float("nan")], "pairs": ({"end": float("inf")},)})
    assert json.loads(said) == {"days": [1.5, None], "pairs": [{"end": None}]}


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    assert list(aligned(("name", "days"), [("a", "7"), ("longer", "1,200")], right=[1])) == [
        "name     days",
        "a           7",
        "longer  1,200",
    ]


def test_control_characters_of_a_table_stay_away_from_the_terminal() -> None:
    assert list(aligned(("name",), [("a\x1b[2J",)])) == ["name", "a?[2J"]


def test_a_table_finds_its_columns_of_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("station", "gap h"), [("Jiamusi", "9.5"), ("Kashi", "-")])
    assert capsys.readouterr().out.splitlines() == ["station  gap h", "Jiamusi    9.5", "Kashi        -"]
