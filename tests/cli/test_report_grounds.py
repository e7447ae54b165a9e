"""`ilrs report` simulates levers and risks when asked, once, and writes a page for a board."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Call = Callable[..., Result]


@pytest.fixture
def folder(small: Path, ilrs: Call) -> Path:
    done = ilrs("run", small, "-n", 20, "-j", 1, "-q", "-o", "out")
    assert done.exit_code == 0, done.output
    return Path("out")


def test_without_levers_and_risks_there_is_still_a_report(folder: Path, ilrs: Call) -> None:
    done = ilrs("report", folder, "--what-if", "-j", 1, "-q")
    assert done.exit_code == 0, done.output
    assert json.loads((folder / "grounds.json").read_text(encoding="utf-8"))["grounds"]["what_if"]["replications"] == 20


def test_a_brief_without_a_browser_says_so_and_is_a_page_all_the_same(
    folder: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", "")
    done = ilrs("report", folder, "--brief")
    assert done.exit_code == 0, done.output
    assert (folder / "brief.html").is_file()
    assert "no PDF: a PDF needs Chromium or Chrome" in done.stdout


def test_what_the_report_keeps_is_known_to_clean(folder: Path, ilrs: Call) -> None:
    ilrs("report", folder, "--what-if", "-j", 1, "-q")
    done = ilrs("clean", folder, "--yes")
    assert done.exit_code == 0, done.output
    assert not folder.exists()
