"""Broken scenarios get the answers that stand beside them: place, path, what is wrong, and the way out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sim.problems import Code

Call = Callable[..., Result]
FOLDER = Path(__file__).resolve().parents[1] / "data" / "broken"
BROKEN = sorted(path.stem for path in FOLDER.glob("*.yaml"))
NOT_IN_ONE_FILE = {
    Code.FOREIGN,
    Code.FILE_MISSING,
    Code.FILE_UNREADABLE,
    Code.FILE_TOO_LARGE,
    Code.NO_SUCH_VARIANT,
    Code.NOT_KNOWN,
    Code.VARIANTS_CLASH,
    Code.SET_SYNTAX,
    Code.FOLDER,
    Code.MASS_OPEN,
    Code.SOURCE_MISSING,
}
"""Codes that need options, other files or a computation of flights; tested where those are."""


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_scenario_is_answered_line_by_line(name: str, ilrs: Call) -> None:
    done = ilrs("check", f"{name}.yaml")
    wanted = Path(f"{name}.expected").read_text(encoding="utf-8").splitlines()
    if done.stderr.splitlines() != wanted:
        lines = difflib.unified_diff(
            wanted, done.stderr.splitlines(), f"{name}.expected", "ilrs check", lineterm="", n=0
        )
        pytest.fail("\n".join(lines))
    assert done.exit_code == (0 if all(": warning: " in line for line in wanted) else 1)


@pytest.mark.parametrize("name", BROKEN)
def test_every_answer_has_a_place_and_a_way_out(name: str, ilrs: Call) -> None:
    for problem in json.loads(ilrs("check", f"{name}.yaml", "--json").stdout):
        assert problem["line"] > 1  # the first line is a comment that says what is wrong
        assert problem["column"] >= 1
        assert Path(problem["file"]).is_file()
        assert problem["code"] in {str(code) for code in Code}


def test_every_code_of_a_file_has_a_broken_scenario(ilrs: Call) -> None:
    found = json.loads(ilrs("check", *(f"{name}.yaml" for name in BROKEN), "--json").stdout)
    assert {str(code) for code in Code} - {problem["code"] for problem in found} == {
        str(code) for code in NOT_IN_ONE_FILE
    }


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("arguments", [["show"], ["show", "--origins", "--json"], ["list", "sources", "--scenario"]])
def test_every_verb_answers_a_broken_scenario_without_a_bug(name: str, arguments: list[str], ilrs: Call) -> None:
    done = ilrs(*arguments, f"{name}.yaml")
    assert done.exit_code in (0, 1), done.stderr
    assert bool(done.stdout) is (done.exit_code == 0)
