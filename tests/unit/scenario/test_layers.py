"""Layers: parents, variants, settings, and where every value came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.problems import Code, Problem
from sim.scenario.layered import Layered, flatten
from sim.scenario.layers import LayerStack
from sim.scenario.text import Node
from sim.scenario.tree import Tree


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)


def _stack(
    folder: Path, variants: Sequence[str] = (), sets: Sequence[str] = (), file: str = "child.yaml"
) -> tuple[Layered | None, list[Problem]]:
    stack = LayerStack(Tree(folder, folder / "shipped"))
    root: Node | None = stack.read(folder / file, file)
    if root is None:
        return None, stack.problems
    root = stack.apply_variants(root, variants)
    for text in sets:
        root = stack.apply_set(root, text)
    return flatten(root, stack.files), stack.problems


def _layered(folder: Path, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> Layered:
    layered, problems = _stack(folder, variants, sets)
    assert problems == []
    assert layered is not None
    return layered


def _values(folder: Path, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> dict[str, Any]:
    return _layered(folder, variants, sets).values


def _codes(folder: Path, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> list[str]:
    return [str(problem.code) for problem in _stack(folder, variants, sets)[1]]


def test_mappings_merge_and_lists_are_replaced(tmp_path: Path) -> None:
    _write(tmp_path, base="a: {x: 1, y: [1, 2]}\n", child="extends: base.yaml\na: {y: [3], z: 4}\n")
    assert _values(tmp_path) == {"a": {"x": 1, "y": [3], "z": 4}}


def test_null_removes_what_the_parent_says(tmp_path: Path) -> None:
    _write(tmp_path, base="a: {x: 1, y: 2}\n", child="extends: base.yaml\na: {x: null}\n")
    assert _values(tmp_path) == {"a": {"y": 2}}


def test_null_with_nothing_to_remove_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    _write(tmp_path, base="a: {roscosmos: 1}\n", child="extends: base.yaml\na: {roskosmos: null}\n")
    _, problems = _stack(tmp_path)
    assert [problem.code for problem in problems] == [Code.NOTHING_TO_REMOVE]
    assert problems[0].text() == (
        "child.yaml:2:5: a.roskosmos: null removes what a parent says, but there is nothing to remove; "
        "did you mean 'roscosmos'?"
    )


def test_random_value_is_replaced_whole_with_its_source(tmp_path: Path) -> None:
    _write(
        tmp_path,
        base="a: {pert: [1 d, 2 d, 3 d], source: x}\n",
        child="extends: base.yaml\na: {normal: {mean: 1 d, sd: 1 d}}\n",
    )
    assert _values(tmp_path) == {"a": {"normal": {"mean": "1 d", "sd": "1 d"}}}


def test_quantity_gives_way_to_a_random_value_and_back(tmp_path: Path) -> None:
    _write(
        tmp_path,
        base="a: 3 d\nb: {uniform: [1 d, 2 d]}\n",
        child="extends: base.yaml\na: {uniform: [1 d, 2 d]}\nb: 3 d\n",
    )
    assert _values(tmp_path) == {"a": {"uniform": ["1 d", "2 d"]}, "b": "3 d"}


def test_grandparents_count(tmp_path: Path) -> None:
    _write(tmp_path, old="a: 1\nb: 1\nc: 1\n", base="extends: old.yaml\nb: 2\nc: 2\n")
    _write(tmp_path, child="extends: base.yaml\nc: 3\n")
    assert _values(tmp_path) == {"a": 1, "b": 2, "c": 3}


def test_several_parents_join(tmp_path: Path) -> None:
    _write(tmp_path, one="a: {x: 1}\ns: same\n", two="a: {y: 2}\ns: same\n", child="extends: [one.yaml, two.yaml]\n")
    assert _values(tmp_path) == {"a": {"x": 1, "y": 2}, "s": "same"}


@pytest.mark.parametrize("other", ["a: {x: 2}", "a: {x: {y: 1}}", "a: 3"])
def test_parents_that_contradict_each_other_are_refused(tmp_path: Path, other: str) -> None:
    _write(tmp_path, one="a: {x: 1}\n", two=f"{other}\n", child="extends: [one.yaml, two.yaml]\n")
    assert _codes(tmp_path) == ["parents-clash"]


def test_circle_of_parents_is_shown(tmp_path: Path) -> None:
    _write(tmp_path, child="extends: base.yaml\n", base="extends: child.yaml\n")
    _, problems = _stack(tmp_path)
    assert "child.yaml -> base.yaml -> child.yaml" in problems[0].message


def test_scenario_extending_itself_is_a_circle(tmp_path: Path) -> None:
    _write(tmp_path, child="extends: child.yaml\n")
    assert _codes(tmp_path) == ["extends"]


def test_missing_parent_is_told_with_the_nearest_file(tmp_path: Path) -> None:
    _write(tmp_path, baseline="a: 1\n", child="extends: baselin.yaml\n")
    _, problems = _stack(tmp_path)
    assert (problems[0].code, problems[0].hint) == (Code.FILE_MISSING, "did you mean 'baseline.yaml'?")


@pytest.mark.parametrize(
    "wanted", ["/etc/passwd", "../secret.yaml", "sub/../../secret.yaml", "C:/x.yaml", "..\\\\secret.yaml", "link.yaml"]
)
def test_parent_outside_the_tree_is_refused(tmp_path: Path, wanted: str) -> None:
    home = tmp_path / "home"
    (home / "sub").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (home / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    _write(home, child=f'extends: "{wanted}"\n')
    layered, problems = _stack(home)
    assert [problem.code for problem in problems] == [Code.EXTENDS]
    assert layered is not None
    assert layered.values == {}


def test_parent_in_a_folder_below_is_read(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    _write(tmp_path / "below", deep="extends: ../top.yaml\na: 1\n")
    _write(tmp_path, top="b: 2\n", child="extends: below/deep.yaml\n")
    assert _values(tmp_path) == {"a": 1, "b": 2}


def test_parent_is_found_among_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "shipped" / "catalogue").mkdir(parents=True)
    _write(tmp_path / "shipped" / "catalogue", all="extends: part.yaml\na: 1\n", part="b: 1\n")
    _write(tmp_path, child="extends: catalogue/all.yaml\n")
    assert _values(tmp_path) == {"a": 1, "b": 1}


def test_folder_is_no_parent(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").mkdir()
    _write(tmp_path, child="extends: base.yaml\n")
    assert _codes(tmp_path) == ["file-missing"]


VARIANTS = """\
a: {x: 1, y: 1, z: 1}
variants:
  one: {a: {x: 2}}
  two: {a: {y: 3}}
  gone: {a: {z: null}}
  clash: {a: {x: 5}}
  block: {a: null}
"""


def test_variants_are_laid_over_the_file(tmp_path: Path) -> None:
    _write(tmp_path, child=VARIANTS)
    assert _values(tmp_path) == {"a": {"x": 1, "y": 1, "z": 1}}
    assert _values(tmp_path, ["one", "two", "gone"]) == {"a": {"x": 2, "y": 3}}


def test_order_of_variants_does_not_matter(tmp_path: Path) -> None:
    _write(tmp_path, child=VARIANTS)
    assert _values(tmp_path, ["two", "one"]) == _values(tmp_path, ["one", "two"])


@pytest.mark.parametrize("pair", [("one", "clash"), ("one", "block"), ("block", "gone")])
def test_variants_that_set_the_same_key_are_refused(tmp_path: Path, pair: tuple[str, str]) -> None:
    _write(tmp_path, child=VARIANTS)
    assert _codes(tmp_path, pair) == ["variants-clash"]


def test_variants_are_inherited_and_merged(tmp_path: Path) -> None:
    _write(tmp_path, base=VARIANTS, child="extends: base.yaml\nvariants: {one: {a: {y: 9}}, gone: null}\n")
    layered = _layered(tmp_path, ["one"])
    assert layered.values == {"a": {"x": 2, "y": 9, "z": 1}}
    assert layered.variants == ("one", "two", "clash", "block")


def test_unknown_variant_is_answered(tmp_path: Path) -> None:
    _write(tmp_path, child=VARIANTS)
    _, problems = _stack(tmp_path, ["tow"])
    assert problems[0].text() == "--variant tow: no such variant; did you mean 'two'?"


def test_setting_beats_variant_beats_file_beats_parent(tmp_path: Path) -> None:
    _write(
        tmp_path,
        base="a: {p: 0, f: 0, v: 0, s: 0}\n",
        child="extends: base.yaml\na: {f: 1, v: 1, s: 1}\nvariants: {late: {a: {v: 2, s: 2}}}\n",
    )
    layered = _layered(tmp_path, ["late"], ["a.s=3"])
    assert layered.values == {"a": {"p": 0, "f": 1, "v": 2, "s": 3}}
    origins = [layered.origins["a", key] for key in "pfvs"]
    assert origins == ["base.yaml:1", "child.yaml:2", "variant late (child.yaml:3)", "--set a.s=3"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.x=120 d", "120 d"),
        ("a.x=3", 3),
        ("a.x=[p, q]", ["p", "q"]),
        ("a.x={uniform: [1 d, 2 d]}", {"uniform": ["1 d", "2 d"]}),
        ("a.x=k=v", "k=v"),
    ],
)
def test_setting_is_read_as_yaml(tmp_path: Path, text: str, value: object) -> None:
    _write(tmp_path, child="a: {x: {old: 1}}\n")
    assert _values(tmp_path, sets=[text]) == {"a": {"x": value}}


def test_setting_null_removes(tmp_path: Path) -> None:
    _write(tmp_path, child="a: {x: 1, y: 2}\n")
    assert _values(tmp_path, sets=["a.x=null"]) == {"a": {"y": 2}}


def test_last_setting_wins(tmp_path: Path) -> None:
    _write(tmp_path, child="a: {x: 1}\n")
    assert _values(tmp_path, sets=["a.x=2", "a.x=3"]) == {"a": {"x": 3}}


@pytest.mark.parametrize("text", ["a", "=3", "a..b=3", ".=1", "", "a." * 60 + "b=1"])
def test_setting_without_path_or_value_is_answered(tmp_path: Path, text: str) -> None:
    _write(tmp_path, child="a: {x: 1}\n")
    assert _codes(tmp_path, sets=[text]) == ["set-syntax"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("a.x=", "empty-value"), ("a.x=&k 3", "yaml-feature"), ("a.x=[", "syntax"), ("a.x=\udcff", "encoding")],
)
def test_setting_with_an_unreadable_value_is_answered_at_its_path(tmp_path: Path, text: str, code: str) -> None:
    _write(tmp_path, child="a: {x: 1}\n")
    _, problems = _stack(tmp_path, sets=[text])
    assert [(str(problem.code), problem.path) for problem in problems] == [(code, "a.x")]


def test_setting_inside_a_list_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, child="a: [1, 2]\n")
    assert _codes(tmp_path, sets=["a.0=3"]) == ["set-syntax"]


def test_values_have_neither_extends_nor_variants(tmp_path: Path) -> None:
    _write(tmp_path, base="b: 1\n", child="extends: base.yaml\na: 1\nvariants: {v: {a: 2}}\n")
    layered = _layered(tmp_path)
    assert layered.values == {"a": 1, "b": 1}
    assert layered.files == ("child.yaml", "base.yaml")


@pytest.mark.parametrize("text", ["[1, 2]", "text", "3"])
def test_scenario_is_a_mapping(tmp_path: Path, text: str) -> None:
    _write(tmp_path, child=f"{text}\n")
    assert _codes(tmp_path) == ["wrong-type"]


def test_extends_is_a_name(tmp_path: Path) -> None:
    _write(tmp_path, child="extends: {a: b}\nx: 1\n")
    assert _codes(tmp_path) == ["extends"]


def test_shipped_parent_is_named_without_its_ending(tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "plan-2035.yaml").write_text("a: 1\n")
    _write(tmp_path, child="extends: plan-2035\nb: 2\n")
    assert _values(tmp_path) == {"a": 1, "b": 2}


def test_unknown_parent_without_ending_is_answered_with_a_near_name(tmp_path: Path) -> None:
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "plan-2035.yaml").write_text("a: 1\n")
    _write(tmp_path, child="extends: plan-2036\nb: 2\n")
    _, problems = _stack(tmp_path)
    assert [str(problem.code) for problem in problems] == ["file-missing"]
    assert "plan-2035" in problems[0].hint


@pytest.mark.parametrize("law", ["beta", "normal", "fixed"])
def test_name_that_is_also_a_law_still_merges(tmp_path: Path, law: str) -> None:
    base = f"activities: {{{law}: {{duration: 3 d, about: x}}}}\n"
    _write(tmp_path, base=base, child=f"extends: base.yaml\nactivities: {{{law}: {{duration: 4 d}}}}\n")
    assert _values(tmp_path) == {"activities": {law: {"duration": "4 d", "about": "x"}}}


def test_goods_called_like_a_law_still_merge(tmp_path: Path) -> None:
    base = "living: {per_crew_day: {beta: 1 kg}}\n"
    _write(tmp_path, base=base, child="extends: base.yaml\nliving: {per_crew_day: {normal: 2 kg}}\n")
    assert _values(tmp_path) == {"living": {"per_crew_day": {"beta": "1 kg", "normal": "2 kg"}}}


def test_variants_that_set_different_keys_of_a_block_called_like_a_law_go_together(tmp_path: Path) -> None:
    child = "partners: {beta: {}}\nvariants: {a: {partners: {beta: {joins: 2030-01-01}}}, "
    _write(tmp_path, child=child + "b: {partners: {beta: {about: x}}}}\n")
    assert _values(tmp_path, ["a", "b"]) == {"partners": {"beta": {"joins": "2030-01-01", "about": "x"}}}
