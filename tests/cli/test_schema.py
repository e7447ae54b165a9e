"""Editors get a schema that knows every key, its unit and its meaning, and that shipped scenarios pass."""

from __future__ import annotations

import difflib
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from sim.scenario.editor import SCHEMA_FILE, editor_schema, schema_text
from sim.scenario.text import plain, read_text
from sim.scenario.tree import shipped_folder

Call = Callable[..., Result]
SHIPPED = sorted(shipped_folder().rglob("*.yaml"))
WHOLE = """
format: 1
name: tiny
calendar: {start: 2030-01-01, end: 2034-01-01}
activities:
  design: {duration: {triangular: [200 d, 300 d, 700 d]}}
goals:
  designed: {by: 2032-01-01, needs: [design]}
"""


def values(text: str) -> Any:
    root, problems = read_text(text, "test.yaml")
    assert root is not None
    assert not problems
    return plain(root)


@functools.cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(editor_schema())


def faults(text: str) -> list[str]:
    """Return the paths of what jsonschema, an independent validator, finds wrong."""
    return [".".join(map(str, error.absolute_path)) for error in validator().iter_errors(values(text))]


def place(text: str) -> str | None:
    """Return the path of the fault that an editor would underline; None for none."""
    error = jsonschema.exceptions.best_match(validator().iter_errors(values(text)))
    return ".".join(map(str, error.absolute_path)) if error else None


def test_the_schema_in_the_source_tree_is_fresh() -> None:
    old, new = SCHEMA_FILE.read_text(encoding="utf-8"), schema_text()
    if old != new:
        lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "schema.json", "the models", lineterm="", n=1)
        pytest.fail("run `ilrs schema --write`; it changes\n" + "\n".join(list(lines)[:60]))


def test_the_schema_is_a_valid_schema() -> None:
    jsonschema.Draft7Validator.check_schema(editor_schema())


def test_the_verb_prints_the_schema(ilrs: Call) -> None:
    done = ilrs("schema")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == editor_schema()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.relative_to(shipped_folder()).as_posix())
def test_a_shipped_file_passes_as_it_is_written(file: Path) -> None:
    assert faults(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.relative_to(shipped_folder()).as_posix())
def test_a_shipped_file_names_the_schema_on_its_first_line(file: Path) -> None:
    """Source: README of yaml-language-server, "Using inlined schema": the modeline and its relative paths."""
    first = file.read_text(encoding="utf-8").splitlines()[0]
    sign = "# yaml-language-server: $schema="
    assert first.startswith(sign)
    assert (file.parent / first.removeprefix(sign)).resolve() == SCHEMA_FILE.resolve()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("300 d, 700 d]", "300, 700 d]", "activities.design.duration.triangular.1"),
        ("{triangular: [200 d, 300 d, 700 d]}", "{triangle: [200 d, 300 d, 700 d]}", "activities.design.duration"),
        (
            "{triangular: [200 d, 300 d, 700 d]}",
            "{uniform: [1 d, 2 d], pert: [1 d, 2 d, 3 d]}",
            "activities.design.duration",
        ),
        ("{duration:", "{durations:", "activities.design"),
        ("{duration:", "{partner: null, duration:", "activities.design.partner"),
        ("by: 2032-01-01, ", "", "goals.designed"),
        ("2034-01-01}", "01.01.2034}", "calendar.end"),
        ("format: 1", "format: 2", "format"),
        ("designed:", "Designed:", "goals"),
        ("format: 1\n", "", ""),
        (
            "name: tiny",
            "name: tiny\nvariants: {late: {activities: {design: {duration: 300}}}}",
            "variants.late.activities.design.duration",
        ),
        ("name: tiny", "name: tiny\nvariants: {late: {name: other}}", "variants.late"),
    ],
)
def test_a_mistake_is_found_where_it_stands(old: str, new: str, path: str) -> None:
    assert place(WHOLE) is None
    assert old in WHOLE
    assert place(WHOLE.replace(old, new)) == path


@pytest.mark.parametrize(
    "text",
    [
        "extends: ilrs-2035.yaml\nlaunchers: {cz-10: {production: {every: 100 d}}}",
        "extends: [catalogue/launchers.yaml]\nlaunchers: {cz-9: null, cz-10: {pads: [wenchang.lc-301], record: null}}",
        "extends: ilrs-2035.yaml\nvariants: {late-power: null, mine: {missions: {ilrs-1: null}}}",
        "extends: ilrs-2035.yaml\npartners: {roscosmos: {withdraws: {after: 2030-01-01}}}",
        "launchers: {cz-10: {stand_down: {lognormal: {median: 1 yr, p90: 2 yr}, source: estimate}}}",
        WHOLE + "variants: {quick: {activities: {design: {duration: 300 d, about: null}}}}",
    ],
)
def test_a_file_may_be_partial_when_something_else_completes_it(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("text", ["extends: /etc/passwd", "extends: []", "extends: x.yaml\nlaunchers: {a: {pad: []}}"])
def test_a_partial_file_is_checked_too(text: str) -> None:
    assert len(faults(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        WHOLE + "missions: {m: {not_before: {said: {2021-10-20: 2024-07-01, 2023-08-11: not planned}}}}",
        WHOLE + "missions: {m: {said: {2021-10-20: not planned, 2023-08-11: {not_before: 2027-07-01}}}}",
        WHOLE + "partners: {p: {joins: {said: {2021-10-20: {uniform: [2030-01-01, 2031-01-01]}}}}}",
        WHOLE + "launchers: {cz-10: {said: {2021-10-20: {value: {pads: []}, source: a list}}}}",
    ],
)
def test_any_value_or_block_may_have_the_days_it_was_said_on(text: str) -> None:
    assert faults(text) == []


def test_what_was_said_stands_alone() -> None:
    assert faults(WHOLE + "missions: {m: {not_before: {said: {2021-10-20: 2024-07-01}, at: 2025-01-01}}}") != []


def test_every_key_says_what_it_is() -> None:
    """What editors show when the mouse rests on a key."""
    blocks = editor_schema()["definitions"]
    silent = [
        f"{name}.{key}"
        for name, block in blocks.items()
        if not name.startswith("Uncertain")
        for key, value in block.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize("block", ["Launcher", "Launcher-part"])
def test_a_quantity_shows_its_units(block: str) -> None:
    keys = editor_schema()["definitions"][block]["properties"]
    assert "(d, s, min, h, wk, yr)" in keys["integration"]["description"]
    assert keys["reliability"]["description"].endswith("A share with a unit: %; for example 15 %.")


def test_defaults_are_written_as_a_file_would_say_them() -> None:
    """`70 %` and not the 0.7 that stands in the model."""
    keys = editor_schema()["definitions"]["Goal"]["properties"]
    assert keys["confidence"]["default"] == "70 %"


@pytest.mark.parametrize(
    "text",
    [
        WHOLE + "launch_sites: {coast: {like: beach, pads: {pad-2: {like: pad-1}}}}",
        WHOLE + "missions: {second: {like: first, slip: null}}",
        WHOLE + "variants: {v: {elements: {b: {like: a, mass: 3 t}}}}",
        "extends: ilrs-2035\nmissions: {again: {like: ilrs-1, not_before: 2040-01-01}}",
    ],
)
def test_a_block_like_another_may_be_partial(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("text", ["pads: {pad-2: {like: 3}}", "pads: {pad-2: {like: pad-1, turnaround: 60}}"])
def test_a_block_like_another_is_checked_too(text: str) -> None:
    assert faults(WHOLE + f"launch_sites: {{coast: {{like: beach, {text}}}}}") != []


def test_a_block_without_a_name_of_its_own_is_like_nothing() -> None:
    assert faults(WHOLE + "base: {like: hut}") != []
