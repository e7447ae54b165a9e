"""Which goals of several studies are held against each other."""

from __future__ import annotations

import pytest

from sim.study.pairing import GoalName, GoalRow, PairingError, left_out, pair_goals

OURS = (GoalName("ilrs-basic", "basic-base"), GoalName("landing"))
RIVAL = (GoalName("landing"), GoalName("base-basic", "basic-base"))
OTHER = (GoalName("flyby"),)


def test_goals_of_one_name_are_a_pair() -> None:
    assert GoalRow("landing", ("landing", "landing")) in pair_goals(("a", "b"), (OURS, RIVAL), None)


def test_goals_that_count_as_the_same_are_a_pair() -> None:
    assert GoalRow("basic-base", ("ilrs-basic", "base-basic")) in pair_goals(("a", "b"), (OURS, RIVAL), None)


def test_a_goal_that_counts_as_what_another_is_called_is_its_pair() -> None:
    rows = pair_goals(("a", "b"), ((GoalName("base", "ilrs-basic"),), OURS), None)
    assert rows[0].picked == ("base", "ilrs-basic")


def test_the_first_goal_of_the_first_study_comes_first() -> None:
    assert pair_goals(("a", "b"), (OURS, RIVAL), None)[0].title == "basic-base"


def test_a_base_is_never_held_against_a_landing() -> None:
    with pytest.raises(PairingError, match="--goal GOAL_OF_THE_FIRST=GOAL_OF_THE_SECOND"):
        pair_goals(("a", "b"), ((GoalName("base"),), (GoalName("landing"),)), None)


def test_who_has_no_such_goal_is_left_out() -> None:
    assert left_out(pair_goals(("a", "b", "c"), (OURS, OTHER, RIVAL), "landing")) == (1,)


def test_a_wanted_goal_finds_what_counts_as_the_same() -> None:
    assert pair_goals(("a", "b"), (OURS, RIVAL), "ilrs-basic")[0].picked == ("ilrs-basic", "base-basic")


def test_goals_are_paired_by_hand_one_for_each_study() -> None:
    assert pair_goals(("a", "b"), (OURS, OTHER), "landing=flyby")[0].picked == ("landing", "flyby")


def test_each_study_takes_the_first_of_more_names_that_it_has() -> None:
    assert pair_goals(("a", "b", "c"), (OURS, OTHER, RIVAL), "landing=flyby")[0].picked == (
        "landing",
        "flyby",
        "landing",
    )


def test_a_misspelt_goal_is_told_the_nearest() -> None:
    with pytest.raises(PairingError, match="did you mean 'landing'"):
        pair_goals(("a", "b"), (OURS, RIVAL), "landin")
