"""The reference pages say what the program does: they are generated, and fresh."""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path

import pytest

from docs.generate import ROOT, pages
from sim.cli import VERBS
from sim.problems import Code

PAGES = (
    "sim/scenario/schema.json",
    "docs/reference/scenario.md",
    "docs/reference/problems.md",
    "docs/reference/cli.md",
    "docs/notebooks/python.ipynb",
    "docs/images/map.svg",
)


@cache
def generated() -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): text for path, text in pages().items()}


def test_every_generated_page_is_known() -> None:
    assert tuple(generated()) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_fresh(page: str) -> None:
    new = generated()[page]
    old = (ROOT / page).read_text(encoding="utf-8")
    if old != new:
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), page, "what the program does", lineterm="", n=1
        )
        pytest.fail("run `python docs/generate.py`; it changes\n" + "\n".join(list(lines)[:60]))


@pytest.mark.parametrize("page", PAGES[1:4])
def test_every_link_within_a_page_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= anchors


def test_the_command_page_has_every_verb() -> None:
    text = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.M) == list(VERBS)


def test_every_problem_has_a_section() -> None:
    text = (ROOT / "docs/reference/problems.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.M) == [str(code) for code in Code]


def test_no_page_names_the_machine_it_was_written_on() -> None:
    assert [page for page, text in generated().items() if str(ROOT) in text or str(Path.home()) in text] == []
