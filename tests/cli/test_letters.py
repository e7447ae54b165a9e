"""Output in encodings that lack letters: what Windows and bare systems give to pipes and files."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.cli.printing import escape_what_lacks

TITLE = "База é 🌙 стоит"
SCENARIO = f"""
format: 1
name: letters
calendar: {{start: 2030-01-01, end: 2032-01-01}}
goals: {{ready: {{title: "{TITLE}", about: {TITLE}, by: 2031-01-01, needs: [a]}}}}
activities: {{a: {{about: "{TITLE}", duration: 100 d}}}}
sweep: {{design: grid, replications: 2, vary: {{activities.a.duration: [90 d, 100 d]}}}}
seek: {{levers: {{activities.a.duration: {{values: [90 d], costs: [1]}}}}}}
"""
VERBS = [
    ["check"], ["show"], ["show", "--json"], ["show", "--origins"], ["plan"], ["plan", "--json"],
    ["run", "-n", "3"], ["run", "-n", "3", "--json"], ["trace", "--replication", "1"], ["sweep", "-j", "1"],
    ["list", "goals", "--scenario"], ["list", "goals", "--json", "--scenario"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("база.yaml").write_text(SCENARIO, encoding="utf-8")


def _call(charset: str, *arguments: str) -> Result:
    return CliRunner(charset=charset).invoke(main, arguments)


@pytest.mark.parametrize("charset", ["cp1252", "ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_verb_says_any_text_in_any_encoding(verb: list[str], charset: str) -> None:
    done = _call(charset, *verb, "база.yaml")
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("charset", ["cp1252", "ascii", "utf-8"])
def test_shown_json_reads_back_the_same(charset: str) -> None:
    told = _call(charset, "show", "--json", "база.yaml").stdout_bytes
    text = told.decode("utf-8" if charset == "ascii" else charset)  # click writes UTF-8 where it meets bare ASCII
    assert json.loads(text)["goals"]["ready"]["title"] == TITLE


@pytest.mark.parametrize("charset", ["cp1252", "ascii", "utf-8"])
def test_shown_scenario_reads_back_the_same(charset: str) -> None:
    Path("again.yaml").write_bytes(_call(charset, "show", "база.yaml").stdout_bytes)
    again = _call("utf-8", "show", "--json", "again.yaml").stdout
    assert json.loads(again) == json.loads(_call("utf-8", "show", "--json", "база.yaml").stdout)


def test_an_error_names_a_file_the_encoding_lacks_letters_for() -> None:
    done = _call("cp1252", "check", "нет.yaml")
    assert done.exit_code == 1
    assert "there is no such file" in done.stderr


def test_a_progress_bar_is_drawn_without_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="cp1252"))
    escape_what_lacks()
    Console(file=sys.stderr, force_terminal=True).print(TITLE)
    sys.stderr.flush()
    assert b"\\u0411\\u0430" in raw.getvalue()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_file_whose_name_is_no_text_is_run() -> None:
    name = os.fsdecode(b"a\xff.yaml")
    Path(name).write_text(SCENARIO, encoding="utf-8")
    done = _call("utf-8", "run", name, "-n", "2", "-q")
    assert done.exit_code == 0, done.stderr
