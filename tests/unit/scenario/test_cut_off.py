"""Bell curves that are cut off: their mean must stay where it was said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.scenario.small import problems_of


def _words(folder: Path, child: str) -> list[tuple[str, str]]:
    return [(p.path, p.message) for p in problems_of(folder, child + "\n") if "bell curve" in p.message]


@pytest.mark.parametrize(
    ("child", "path", "said"),
    [
        ("activities: {lander-dev: {duration: {normal: {mean: 10 d, sd: 20 d}}}}", "activities.lander-dev.duration",
         "cut off at 0 d, which moves its mean from 10 d to 20.2 d"),
        ("elements: {hub: {commissioning: {normal: {mean: 1 wk, sd: 1 wk}}}}", "elements.hub.commissioning",
         "from 7 d to 9.01 d"),
        ("risks: {trouble: {stretches: {cz10-dev: {normal: {mean: 1, sd: 1}}}}}", "risks.trouble.stretches.cz10-dev",
         "cut off at 0, which moves its mean from 1 to 1.29"),
        ("missions: {cargo-1: {operations: [{name: dock, duration: {normal: {mean: 1 h, sd: 1 h}}}]}}",
         "missions.cargo-1.operations[0].duration", "which moves its mean from"),
    ],
    ids=["duration", "weeks", "factor", "in a list"],
)  # fmt: skip
def test_a_cut_that_moves_the_mean_says_from_what_to_what(child: str, path: str, said: str, tmp_path: Path) -> None:
    """Mean of a normal law cut off at 0: mu + sd phi(-mu/sd) / (1 - Phi(-mu/sd)), e.g. 10 + 20 x 0.509 = 20.2."""
    (found,) = _words(tmp_path, child)
    assert found[0] == f"{path}.normal"
    assert said in found[1]


@pytest.mark.parametrize(
    "law", ["{normal: {mean: 30 d, sd: 10 d}}", "{lognormal: {median: 10 d, p90: 90 d}}"], ids=["narrow", "another law"]
)
def test_what_is_hardly_cut_is_not_told(law: str, tmp_path: Path) -> None:
    assert _words(tmp_path, f"activities: {{lander-dev: {{duration: {law}}}}}") == []
