"""Every shipped scenario and variant gives, at a fixed seed, the result that was looked at and kept."""

from __future__ import annotations

import json

import pytest

from tests.golden_results import FOLDER, differences, golden_cases, golden_file, golden_result

CASES = golden_cases()


def test_every_scenario_and_variant_has_its_result() -> None:
    assert {golden_file(*case) for case in CASES} == set(FOLDER.glob("*.json"))


@pytest.mark.parametrize(("name", "variant"), CASES, ids=[golden_file(*case).stem for case in CASES])
def test_a_result_is_the_one_that_was_kept(name: str, variant: str) -> None:
    kept = json.loads(golden_file(name, variant).read_text(encoding="utf-8"))
    assert list(differences(kept, golden_result(name, variant))) == []


@pytest.mark.parametrize(
    ("kept", "now", "found"),
    [
        ({"a": 1.0}, {"a": 1.0 + 5e-10}, []),
        ({"a": 1.0}, {"a": 1.0 + 2e-9}, ["a: 1.0 -> 1.000000002"]),
        ({"a": 1}, {"a": 2}, ["a: 1 -> 2"]),
        ({"a": [1.0]}, {"a": [1.0, 2.0]}, ["a: [1.0] -> [1.0, 2.0]"]),
        ({"a": "inf"}, {"a": 3.0}, ["a: inf -> 3.0"]),
        ({}, {"b": 1}, ["b: None -> 1"]),
    ],
)
def test_a_difference_is_told_where_it_is(kept: object, now: object, found: list[str]) -> None:
    assert list(differences(kept, now)) == found
