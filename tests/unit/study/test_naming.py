"""What studies are called, alone and beside others."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from sim.problems import InputError
from sim.study.manifest import Manifest, begun
from sim.study.naming import Named, name_of, names_apart, read_label, with_names


def study(scenario: str = "base", key: str = "ab12cd34ef", **values: object) -> Manifest:
    plain = begun("run", scenario, key, seed=1, replications=100, command="")
    return dataclasses.replace(plain, **values)  # type: ignore[arg-type]


def apart(*studies: Manifest) -> tuple[str, ...]:
    return names_apart(studies, [Path("runs") / f"f{number}" for number, _ in enumerate(studies)])


def test_a_study_goes_by_its_label() -> None:
    assert name_of(study(label="With two pads", variants=("second-pad",))) == "With two pads"


def test_a_study_without_a_label_goes_by_scenario_and_variants() -> None:
    assert name_of(study(variants=("late-power", "second-pad"))) == "base@late-power+second-pad"


def test_variants_of_one_scenario_go_by_their_own_names() -> None:
    assert apart(study(), study(variants=("late-power",))) == ("base", "late-power")


def test_variants_of_two_scenarios_name_their_scenario() -> None:
    found = apart(study(variants=("late-power",)), study("rival", variants=("late-power",)))
    assert found == ("base@late-power", "rival@late-power")


def test_the_values_that_were_set_tell_studies_apart() -> None:
    assert apart(study(), study(sets=("a.b=1 d", "c.d=2"))) == ("base", "base with a.b=1 d and 1 other value")


def test_beside_a_label_the_values_that_were_set_are_told() -> None:
    assert apart(study(label="Ours"), study(sets=("a.b=1 d",))) == ("Ours", "base with a.b=1 d")


def test_the_seed_tells_studies_apart() -> None:
    assert apart(study(), study(seed=7)) == ("base, seed 1", "base, seed 7")


def test_a_hash_is_the_last_that_tells_studies_apart() -> None:
    both = (study(key="aaaaaaaa"), study(key="bbbbbbbb"))
    assert names_apart(both, [Path("x/run"), Path("y/run")]) == ("base aaaaaa", "base bbbbbb")


def test_the_folder_tells_studies_apart_before_a_hash_does() -> None:
    assert apart(study(key="aaaaaaaa"), study(key="bbbbbbbb")) == ("base in f0", "base in f1")


def test_a_label_that_does_not_print_is_refused() -> None:
    with pytest.raises(InputError, match="letters that print"):
        read_label("a\x1b[31mb")


def test_a_label_longer_than_a_line_of_a_key_is_refused() -> None:
    with pytest.raises(InputError, match="at most 80 letters"):
        read_label("x" * 81)


def test_a_study_that_goes_on_without_a_label_keeps_the_one_it_has() -> None:
    assert with_names(study(), Named(), study(label="Ours")).label == "Ours"


def test_names_from_a_strange_manifest_steer_no_terminal() -> None:
    assert "\x1b" not in name_of(study(variants=("\x1b[31m",)))
