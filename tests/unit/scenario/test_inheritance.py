"""`like`: a block takes from a sibling what it does not say itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sim.problems import Problem
from sim.scenario.layered import Layered
from sim.scenario.load import load_scenario, read_layers
from tests.unit.scenario.small import problems_of, told

PADS = "launch_sites: {site: {pads: {a: {turnaround: {pert: [1 d, 2 d, 3 d]}, needs: [x, y]}, b: {like: a%s}}}}\n"


def _read(
    folder: Path, text: str, variants: Sequence[str] = (), sets: Sequence[str] = ()
) -> tuple[Layered, list[Problem]]:
    (folder / "child.yaml").write_text(text)
    layered, problems, _ = read_layers(folder / "child.yaml", variants, sets)
    assert layered is not None
    return layered, problems


def _values(folder: Path, text: str, variants: Sequence[str] = (), sets: Sequence[str] = ()) -> dict[str, Any]:
    layered, problems = _read(folder, text, variants, sets)
    assert problems == []
    return layered.values


def _pads(folder: Path, more: str, sets: Sequence[str] = ()) -> dict[str, Any]:
    pads: dict[str, Any] = _values(folder, PADS % more, sets=sets)["launch_sites"]["site"]["pads"]
    return pads


def _said(folder: Path, text: str, variants: Sequence[str] = ()) -> list[str]:
    return [problem.text().removeprefix(f"{folder}/") for problem in _read(folder, text, variants)[1]]


def test_what_is_not_said_is_taken_from_the_sibling(tmp_path: Path) -> None:
    pads = _pads(tmp_path, ", available: 2030-01-01")
    assert pads["b"] == {**pads["a"], "available": "2030-01-01"}


def test_sibling_keeps_its_own_values(tmp_path: Path) -> None:
    assert _pads(tmp_path, ", needs: [z]")["a"]["needs"] == ["x", "y"]


@pytest.mark.parametrize(
    ("more", "key", "value"),
    [
        (", needs: [z]", "needs", ["z"]),
        (", turnaround: {uniform: [1 d, 2 d]}", "turnaround", {"uniform": ["1 d", "2 d"]}),
        (", turnaround: 3 d", "turnaround", "3 d"),
    ],
)
def test_lists_and_random_values_are_replaced(tmp_path: Path, more: str, key: str, value: object) -> None:
    assert _pads(tmp_path, more)["b"][key] == value


def test_mappings_merge_by_key(tmp_path: Path) -> None:
    text = "launchers: {a: {to: {leo: 70 t, tli: 27 t}}, b: {like: a, to: {tli: 30 t}}}\n"
    assert _values(tmp_path, text)["launchers"]["b"] == {"to": {"leo": "70 t", "tli": "30 t"}}


def test_null_removes_what_the_sibling_says(tmp_path: Path) -> None:
    assert "needs" not in _pads(tmp_path, ", needs: null")["b"]


def test_null_removes_deep_inside_what_the_sibling_says(tmp_path: Path) -> None:
    text = "launchers: {a: {to: {leo: 70 t, tli: 27 t}}, b: {like: a, to: {leo: null}}}\n"
    assert _values(tmp_path, text)["launchers"]["b"] == {"to": {"tli": "27 t"}}


def test_null_with_nothing_inherited_to_remove_is_answered(tmp_path: Path) -> None:
    assert _said(tmp_path, PADS % ", available: null") == [
        "child.yaml:1:100: launch_sites.site.pads.b.available: null removes what a parent says, but there is nothing "
        "to remove; known: needs, turnaround"
    ]


def test_likeness_goes_on_from_block_to_block(tmp_path: Path) -> None:
    text = "partners: {c: {like: b, about: c}, b: {like: a, joins: 2030-01-01}, a: {withdraws: never, about: a}}\n"
    assert _values(tmp_path, text)["partners"]["c"] == {"withdraws": "never", "about": "c", "joins": "2030-01-01"}


def test_circle_of_likenesses_is_said_once(tmp_path: Path) -> None:
    text = "partners:\n  a: {like: b}\n  b: {like: c}\n  c: {like: a}\n"
    assert _said(tmp_path, text) == [
        "child.yaml:4:13: partners.c.like: blocks are like each other in a circle: a -> b -> c -> a; cut it"
    ]


def test_block_like_itself_is_a_circle(tmp_path: Path) -> None:
    assert "a -> a" in _said(tmp_path, "partners: {a: {like: a}}\n")[0]


def test_unknown_sibling_is_answered_with_a_near_name(tmp_path: Path) -> None:
    assert _said(tmp_path, "partners: {roscosmos: {}, b: {like: roskosmos}}\n") == [
        "child.yaml:1:37: partners.b.like: there is no 'roskosmos' beside it under partners; did you mean 'roscosmos'?"
    ]


def test_likeness_is_a_name(tmp_path: Path) -> None:
    assert _said(tmp_path, "partners: {a: {}, b: {like: {a: 1}}}\n") == [
        "child.yaml:1:29: partners.b.like: the name of a block beside this one is wanted here; for example like: a"
    ]


def test_what_is_missing_is_not_complained_of_beside_an_unknown_sibling(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "launchers: {b: {like: cz-11}}\n")
    assert told(problems) == [("no-such-name", "launchers.b.like")]


def test_nested_likeness_is_seen_from_the_heir(tmp_path: Path) -> None:
    text = "launch_sites:\n  one: {pads: {a: {turnaround: 1 d}, b: {like: a}}}\n"
    text += "  two: {like: one, pads: {a: {turnaround: 9 d}}}\n"
    assert _values(tmp_path, text)["launch_sites"]["two"]["pads"]["b"] == {"turnaround": "9 d"}


def test_set_reaches_into_what_is_inherited(tmp_path: Path) -> None:
    text = "missions: {a: {cargo: {food: 1 t, water: 2 t}}, b: {like: a}}\n"
    values = _values(tmp_path, text, sets=["missions.b.cargo.food=3 t"])
    assert values["missions"]["b"] == {"cargo": {"food": "3 t", "water": "2 t"}}


def test_set_replaces_an_inherited_mapping_whole(tmp_path: Path) -> None:
    text = "missions: {a: {cargo: {food: 1 t, water: 2 t}}, b: {like: a}}\n"
    values = _values(tmp_path, text, sets=["missions.b.cargo={air: 3 t}"])
    assert values["missions"]["b"] == {"cargo": {"air": "3 t"}}


def test_set_null_removes_what_is_inherited(tmp_path: Path) -> None:
    assert "needs" not in _pads(tmp_path, "", sets=["launch_sites.site.pads.b.needs=null"])["b"]


def test_set_of_the_sibling_changes_the_heir(tmp_path: Path) -> None:
    assert _pads(tmp_path, "", sets=["launch_sites.site.pads.a.turnaround=9 d"])["b"]["turnaround"] == "9 d"


def test_child_file_changes_a_block_that_is_like_another(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PADS % ", available: 2030-01-01")
    child = "extends: base.yaml\nlaunch_sites: {site: {pads: {a: {turnaround: 7 d}, b: {needs: null}}}}\n"
    pads = _values(tmp_path, child)["launch_sites"]["site"]["pads"]
    assert pads["b"] == {"turnaround": "7 d", "available": "2030-01-01"}


def test_child_file_can_end_a_likeness(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(PADS % "")
    child = "extends: base.yaml\nlaunch_sites: {site: {pads: {b: {like: null, turnaround: 7 d}}}}\n"
    assert _values(tmp_path, child)["launch_sites"]["site"]["pads"]["b"] == {"turnaround": "7 d"}


def test_variant_adds_a_block_like_another(tmp_path: Path) -> None:
    text = "partners: {a: {withdraws: never}}\n"
    text += "variants: {more: {partners: {b: {like: a, joins: 2030-01-01}}}}\n"
    values = _values(tmp_path, text, ["more"])
    assert values["partners"]["b"] == {"withdraws": "never", "joins": "2030-01-01"}


def test_variant_changes_a_sibling_and_so_the_heir(tmp_path: Path) -> None:
    text = (
        "partners: {a: {withdraws: never}, b: {like: a}}\n"
        "variants: {v: {partners: {a: {withdraws: 2040-01-01}, b: {joins: 2030-01-01}}}}\n"
    )
    assert _values(tmp_path, text, ["v"])["partners"]["b"] == {"withdraws": "2040-01-01", "joins": "2030-01-01"}


def test_two_variants_that_make_a_block_like_different_ones_clash(tmp_path: Path) -> None:
    text = "partners: {a: {}, b: {}, c: {}}\n"
    text += "variants: {v: {partners: {c: {like: a}}}, w: {partners: {c: {like: b}}}}\n"
    assert [str(problem.code) for problem in _read(tmp_path, text, ["v", "w"])[1]] == ["variants-clash"]


def test_origin_names_the_sibling_and_the_place(tmp_path: Path) -> None:
    layered, _ = _read(tmp_path, "partners:\n  a: {withdraws: never}\n  b: {like: a, joins: 2030-01-01}\n")
    file = tmp_path / "child.yaml"
    assert layered.origins["partners", "b", "withdraws"] == f"like a ({file}:2)"
    assert layered.origins["partners", "b", "joins"] == f"{file}:3"


def test_problem_in_an_inherited_value_is_said_once_where_it_was_written(tmp_path: Path) -> None:
    child = "launch_sites: {wenchang: {pads: {lc-301: {turnaround: 3 months}, lc-302: {like: lc-301}}}}\n"
    problems = problems_of(tmp_path, child)
    assert [(problem.code, problem.mark.line, problem.mark.column) for problem in problems if problem.mark] == [
        ("unit-unknown", 2, 55)
    ]


def test_what_has_happened_and_what_a_block_is_are_not_inherited(tmp_path: Path) -> None:
    text = "missions: {a: {flown: {launched: 2024-05-03}, route: [x]}, b: {like: a}}\n"
    text += "activities: {c: {done: 2024-05-03, partner: x, about: y}, d: {like: c, duration: 3 yr}}\n"
    values = _values(tmp_path, text)
    assert values["missions"]["b"] == {"route": ["x"]}
    assert values["activities"]["d"] == {"partner": "x", "duration": "3 yr"}


def test_goods_may_be_called_like(tmp_path: Path) -> None:
    text = "living: {per_crew_day: {like: 1 kg, food: 2 kg}}\n"
    assert _values(tmp_path, text)["living"]["per_crew_day"] == {"like": "1 kg", "food": "2 kg"}


def test_likeness_stands_only_in_a_block_with_a_name(tmp_path: Path) -> None:
    assert told(problems_of(tmp_path, "base: {like: hub}\n")) == [("unknown-key", "base.like")]


def test_long_chain_of_likenesses_is_followed(tmp_path: Path) -> None:
    heirs = "".join(f"  p{n}: {{like: p{n - 1}}}\n" for n in range(3000, 0, -1))
    text = "partners:\n  p0: {withdraws: never}\n" + heirs
    assert _values(tmp_path, text)["partners"]["p3000"] == {"withdraws": "never"}


def test_copying_without_bound_is_refused(tmp_path: Path) -> None:
    """600 blocks of 1,000 values each are 600,000 values; 500,000 are allowed."""
    goods = ", ".join(f"g{n}: 1 kg" for n in range(1000))
    text = f"missions:\n  m0: {{cargo: {{{goods}}}}}\n" + "".join(f"  m{n}: {{like: m0}}\n" for n in range(1, 600))
    assert [str(problem.code) for problem in _read(tmp_path, text)[1]] == ["file-too-large"]


def test_mission_like_another_flies(tmp_path: Path) -> None:
    child = "missions: {cargo-2: {like: cargo-1, not_before: 2033-01-01, cargo: {spares: 1 t}}}\n"
    assert problems_of(tmp_path, child) == []
    mission = load_scenario(tmp_path / "child.yaml").scenario.missions["cargo-2"]
    assert mission.route == ["leo", "llo", "pole"]


def test_inherited_contradiction_is_refused(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "activities: {new: {like: lander-dev, finish: 2030-01-01}}\n")
    assert [problem.message for problem in problems] == [
        "an activity needs exactly one of duration, finish and done, not duration and finish"
    ]
