"""YAML reading: YAML 1.2 scalars, places, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from sim.problems import Code
from sim.scenario.text import DEEPEST, LARGEST_FILE, path_text, plain, read_text, walk


def _read(text: str | bytes) -> Any:
    root, problems = read_text(text, "a.yaml")
    assert problems == []
    assert root is not None
    return plain(root)


def _codes(text: str | bytes) -> list[tuple[str, int, int, str]]:
    _, problems = read_text(text, "a.yaml")
    return [(str(p.code), p.mark.line, p.mark.column, p.path) for p in problems if p.mark]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("1e6", 1e6),
        ("1E-3", 1e-3),
        (".5", 0.5),
        ("012", 12),
        ("0o14", 12),
        ("0xC", 12),
        ("-7", -7),
        ("12:30:00", "12:30:00"),
        ("1_000", "1_000"),
        ("2035-12-31", "2035-12-31"),
        ("2035-13-01", "2035-13-01"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
        ('"null"', "null"),
        ("8.2 t", "8.2 t"),
        ("1.", 1.0),
        ("+", "+"),
    ],
)
def test_scalar_follows_the_yaml_1_2_core_schema(written: str, value: object) -> None:
    """Source: YAML 1.2.2, section 10.3.2 (tag resolution of the core schema)."""
    read = _read(f"a: {written}")["a"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_text_whatever_they_look_like() -> None:
    assert _read("{20 d: 70 %, 1: 2, true: 3, null: 4}") == {"20 d": "70 %", "1": 2, "true": 3, "null": 4}


def test_structure_is_that_of_pyyaml() -> None:
    text = "a:\n  - {x: one, y: [two, {z: three}]}\n  - |\n    block\n    text\nb: >-\n  folded\n  text\n"
    assert _read(text) == yaml.safe_load(text)


def test_every_value_has_the_place_of_itself_and_of_its_key() -> None:
    root, _ = read_text("a:\n  b: {c: 1,\n    d: [x, y]}\n", "f.yaml")
    assert root is not None
    places = {
        path_text(path): (node.key.line, node.key.column, node.mark.line, node.mark.column) for path, node in walk(root)
    }
    assert places["a.b.c"] == (2, 7, 2, 10)
    assert places["a.b.d"] == (3, 5, 3, 8)
    assert places["a.b.d[1]"] == (3, 12, 3, 12)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", ("duplicate-key", 3, 1, "a")),
        ("x:\n  a: 1\n  a: 3\n", ("duplicate-key", 3, 3, "x.a")),
        ("a: &x 1\n", ("yaml-feature", 1, 4, "a")),
        ("x: {a: {b: &x 1}}\n", ("yaml-feature", 1, 12, "x.a.b")),
        ("a: !!python/object/apply:os.system [ls]\n", ("yaml-feature", 1, 4, "a")),
        ("a: !t 1\n", ("yaml-feature", 1, 4, "a")),
        ("? [a]\n: 1\n", ("yaml-feature", 1, 3, "")),
        ("a: 1\n---\nb: 2\n", ("yaml-feature", 2, 1, "")),
        ("a:\nb: 2\n", ("empty-value", 1, 3, "a")),
        ("", ("empty-value", 1, 1, "")),
        ("# only a comment\n", ("empty-value", 1, 1, "")),
        ("a: .nan\n", ("number-format", 1, 4, "a")),
        ("a: -.inf\n", ("number-format", 1, 4, "a")),
        ("a: 1e999\n", ("number-format", 1, 4, "a")),
        (f"a: {'9' * 5000}\n", ("number-format", 1, 4, "a")),
        ("a: [1, 2\n", ("syntax", 2, 1, "a[2]")),
        ("a: 'open\n", ("syntax", 2, 1, "a")),
        ("a: b: c\n", ("syntax", 1, 5, "")),
        ("\ta: 1\n", ("syntax", 1, 1, "")),
        ("a: @x\n", ("syntax", 1, 4, "a")),
        ('a: "\\0"\n', ("encoding", 1, 4, "a")),
        ("a: \x01\n", ("encoding", 1, 4, "")),
        (b"ok: 1\na: \xff\n", ("encoding", 2, 4, "")),
        ("a: 1".encode("utf-16"), ("encoding", 1, 1, "")),
        (b"\x7fELF\x02\x01\x01\x00", ("encoding", 1, 1, "")),
    ],
)
def test_refusal_has_a_code_and_a_place(text: str | bytes, problem: tuple[str, int, int, str]) -> None:
    assert problem in _codes(text)


def test_duplicate_key_names_both_places() -> None:
    _, problems = read_text("a: 1\na: 2\n", "f.yaml")
    assert problems[0].text().startswith("f.yaml:2:1: a: the key stands twice, first at f.yaml:1:1")


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: {b: 1}\nc:\n  <<: {d: 1}\n"])
def test_refused_sharing_names_extends(text: str) -> None:
    _, problems = read_text(text, "f.yaml")
    assert any("extends" in problem.hint for problem in problems if problem.code == Code.YAML_FEATURE)


def test_several_problems_are_told_at_once() -> None:
    assert len(_codes("a: &x 1\nb:\nc: .nan\nc: 1\n")) == 4


def test_byte_order_mark_is_taken_off() -> None:
    assert _read("\ufeffa: 1".encode()) == {"a": 1}


def test_windows_line_ends_are_read() -> None:
    assert _read(b"a: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def test_every_alphabet_is_read() -> None:
    assert _read("about: 月球科研站 🌙 é") == {"about": "月球科研站 🌙 é"}


def test_comma_in_a_number_inside_braces_is_explained() -> None:
    _, problems = read_text("to: {tli: 27,5 t}", "f.yaml")
    assert "decimal point" in problems[0].hint


@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 100_000,
        "{a: " * 100_000,
        "a:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 600)),
        "- " * 10_000,
        "a: [" + "x," * 600_000 + "]",
        "a: &a [x,x,x]\n" + "".join(f"a{n}: &a{n} [*a,*a,*a]\n" for n in range(9000)),
        "a: '" + "x" * (LARGEST_FILE - 10) + "'",
        "? " * 5000,
        "!" * 5000,
    ],
    ids=["brackets", "braces", "indent", "dashes", "many", "aliases", "long", "keys", "tags"],
)
def test_document_without_bound_is_answered(bomb: str) -> None:
    root, problems = read_text(bomb, "f.yaml")
    assert root is None or problems or len(bomb) > 4_000_000


def test_depth_up_to_the_limit_is_read_and_one_more_is_refused() -> None:
    assert _codes("a: " + "[" * (DEEPEST - 1) + "1" + "]" * (DEEPEST - 1)) == []
    assert _codes("a: " + "[" * DEEPEST + "1" + "]" * DEEPEST)[0][0] == "file-too-large"


def test_path_is_shown_as_printable_text() -> None:
    assert path_text(("a", 2, "b")) == "a[2].b"
    assert "\x1b" not in path_text(("\x1b[31m",))
