"""Every command and code block of the documentation runs, and prints what the page shows.

How a page is written: ```yaml title="x.yaml"``` (or text) is written as that file; ```console``` holds commands after
`$` with the lines they print, `…` standing for anything; ```python``` is executed, and ```output``` below it holds
lines that it prints; ```sh``` holds installing, which needs the network. Blocks run in their order in one empty folder
for each page, and those of Python know what the ones before them have named.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "reference" not in path.relative_to(DOCS).parts
)
BLOCK = re.compile(
    r"^(?P<mark><!-- stress -->\n\n?)?```(?P<kind>\w*)(?: title=\"(?P<title>[^\"]+)\")?[^\n]*\n(?P<text>.*?)^```$",
    re.M | re.S,
)
INSTALLING = ("pip", "make", "git", "python3", "source", ".venv/bin/pip", "mkdocs", "ssh", "scp", "sbatch", "srun")
TIMEOUT_S = 300
"""Long after which a command hangs; none takes a tenth of it alone."""


@dataclass(frozen=True)
class Code:
    kind: str
    title: str
    text: str
    long: bool


def codes(page: str) -> list[Code]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        Code(found["kind"], found["title"] or "", found["text"], bool(found["mark"])) for found in BLOCK.finditer(text)
    ]


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Return each command with the lines shown below it."""
    command = ""
    shown: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        elif line.strip():
            shown.append(line.strip())
    if command:
        yield command, shown


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Put `ilrs` and `python` of this source tree first on the path, and stand in the page's folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / ".bin"
    folder.mkdir()
    for name, words in (("ilrs", f"{shlex.quote(sys.executable)} -m sim"), ("python", shlex.quote(sys.executable))):
        (folder / name).write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def as_pattern(shown: str) -> str:
    """Return the pattern of a shown line: `…` is anything, and columns may be wider or narrower."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in shown.split("…"))
    return ".*".join(parts)


def run(command: str, shown: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a command; 3 is the answer of `ilrs validate` that some cases are missed."""
    code, said = call(command) if is_plain(command) else shell(command, folder, environment)
    assert code in ((0, 3) if "ilrs validate" in command else (0,)), f"$ {command}\n{said}"
    for line in shown:
        assert re.search(as_pattern(line), said), f"$ {command}\nshould print {line}\nbut prints\n{said}"


def is_plain(command: str) -> bool:
    """Tell whether a command is `ilrs` alone: those run in this process, which spares starting Python each time."""
    return command.startswith("ilrs ") and not set("|<>&;$") & set(command) and "dask" not in command


def call(command: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, shlex.split(command)[1:], prog_name="ilrs")
    return done.exit_code, done.output


def shell(command: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    return done.returncode, done.stdout + done.stderr


def converse(code: Code, names: dict[str, object]) -> str:
    """Run a block of Python in this process, and return what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code.text, "a block of the page", "exec"), names)
    return said.getvalue()


def execute(page: str, folder: Path, environment: dict[str, str], *, long: bool) -> None:
    names: dict[str, object] = {"__name__": "page"}
    said = ""
    for code in codes(page):
        if code.title:
            (folder / code.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / code.title).write_text(code.text, encoding="utf-8")
        elif code.kind == "console" and (long or not code.long):
            for command, shown in commands(code.text):
                run(command, shown, folder, environment)
        elif code.kind == "python" and (long or not code.long):
            said = converse(code, names)
        elif code.kind == "output":
            for line in code.text.splitlines():
                assert re.search(as_pattern(line), said), f"should print {line}\nbut prints\n{said}"


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_runs_and_prints_what_it_shows(
    page: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    execute(page, tmp_path, environment, long=False)


@pytest.mark.stress
@pytest.mark.parametrize("page", [page for page in PAGES if any(code.long for code in codes(page))])
def test_the_long_blocks_of_a_page_run_too(page: str, tmp_path: Path, environment: dict[str, str]) -> None:
    execute(page, tmp_path, environment, long=True)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_page_is_of_a_kind_that_is_executed(page: str) -> None:
    for code in codes(page):
        if code.kind in ("console", "python", "output") or code.title:
            continue
        if code.kind == "sh":
            words = [line.split()[0] for line in code.text.splitlines() if line.strip() and not line.startswith("#")]
            assert set(words) <= set(INSTALLING), code.text
        elif code.kind == "json":
            json.loads(code.text)
        else:
            assert code.kind == "text", f"a block of kind {code.kind!r} is not executed:\n{code.text}"


@pytest.mark.parametrize("page", PAGES)
def test_every_verb_a_page_names_is_one(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert set(re.findall(r"`ilrs ([a-z]+)", text)) <= set(VERBS)


def test_every_make_target_the_pages_name_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        word for page in PAGES for word in re.findall(r"`make ([a-z-]+)", (DOCS / page).read_text(encoding="utf-8"))
    }
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.M))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_documentation_leads_to_a_page(page: str) -> None:
    """Mkdocs --strict says the same, where it is installed."""
    text = (DOCS / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [target for target in targets if not ((DOCS / page).parent / target).exists()] == []


@pytest.mark.stress
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    pytest.importorskip("material")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
