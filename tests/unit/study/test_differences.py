"""What differs between the inputs of two scenarios, and in which blocks."""

from __future__ import annotations

from sim.scenario.text import path_text
from sim.study.differences import Input, changed_blocks, single_changes


def inputs(*said: tuple[str, str]) -> dict[str, Input]:
    found = [Input(tuple(path.split(".")), text, "a paper") for path, text in said]
    return {path_text(one.path): one for one in found}


def test_a_value_that_changed_has_both_its_sides() -> None:
    (block,) = changed_blocks(inputs(("missions.m.not_before", "1")), inputs(("missions.m.not_before", "2")))
    (change,) = block.changes
    assert (change.before and change.before.text, change.after and change.after.text) == ("1", "2")


def test_a_block_that_only_the_second_has_was_added() -> None:
    (block,) = changed_blocks({}, inputs(("missions.m.partner", "x"), ("missions.m.cargo", "y")))
    assert (block.name, block.way, len(block.changes)) == ("missions.m", "added", 2)


def test_a_station_of_the_ground_is_a_block_of_its_own() -> None:
    (block,) = changed_blocks(inputs(("ground.stations.s.partner", "x")), inputs(("ground.stations.t.partner", "x")))[
        :1
    ]
    assert (block.name, block.way) == ("ground.stations.s", "left out")


def test_a_mapping_that_became_a_date_is_one_change() -> None:
    before, after = inputs(("partners.p.withdraws.per_year", "2 %")), inputs(("partners.p.withdraws", "2026-12-01"))
    ((change,),) = (block.changes for block in changed_blocks(before, after))
    assert (change.before and change.before.text, change.after and change.after.text) == (
        "{per_year: 2 %}",
        "2026-12-01",
    )


def test_values_that_changed_stand_each_by_itself() -> None:
    one, two = (inputs(("missions.m.a", text), ("missions.m.b", text)) for text in "12")
    assert [block.name for block in single_changes(changed_blocks(one, two))] == ["missions.m.a", "missions.m.b"]
