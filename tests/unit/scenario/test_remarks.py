"""What only explains a scenario is told from what decides in it."""

from __future__ import annotations

from sim.scenario.provenance import without_remarks


def test_titles_remarks_and_sources_are_left_out() -> None:
    said = {"title": "A hut", "about": "Stands.", "source": "a talk", "access": "estimate", "confidence": "low"}
    assert without_remarks({"goals": {"hut": {**said, "by": "2030-01-01"}}}) == {"goals": {"hut": {"by": "2030-01-01"}}}


def test_those_of_the_whole_file_are_left_out_too() -> None:
    assert without_remarks({"about": "A plan.", "source": "a talk", "confidence": "low", "format": 1}) == {"format": 1}


def test_those_of_single_figures_are_left_out_too() -> None:
    law = {"uniform": ["1 d", "2 d"], "source": "a talk", "confidence": "low"}
    block = {"duration": law, "sources": {"cost": {"source": "a talk"}}}
    assert without_remarks({"activities": {"a": block}}) == {
        "activities": {"a": {"duration": {"uniform": ["1 d", "2 d"]}}}
    }


def test_the_confidence_of_a_goal_is_a_chance_and_stays() -> None:
    goals = {"goals": {"hut": {"confidence": "70 %"}}}
    assert without_remarks(goals) == goals


def test_what_is_named_like_a_remark_stays() -> None:
    """The keys of `activities` are names, whatever they are."""
    named = {"activities": {"source": {"duration": "1 d"}}}
    assert without_remarks(named) == named
