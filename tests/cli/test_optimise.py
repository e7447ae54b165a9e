"""`ilrs optimise`: its answer in words, as JSON and as a file; what it refuses."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

TINY = Path(__file__).parents[1] / "unit" / "decide" / "tiny.yaml"
Call = Callable[..., Result]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with `tiny.yaml` in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    return Path("tiny.yaml")


def test_the_answer_says_what_was_assumed_what_moves_and_that_the_plan_agrees(tiny: Path, ilrs: Call) -> None:
    said = ilrs("optimise", tiny, "-n", "50", "-q").stdout
    assert "Assumed: free are the cargo and the dates of one, two" in said
    assert "proven best" in said
    assert "Plan and optimiser agree to the day." in said


def test_the_file_that_is_written_gives_the_plan_that_was_told(tiny: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("optimise", tiny, "-n", "0", "-o", "better.yaml", "--json").stdout)
    plan = json.loads(ilrs("plan", "better.yaml", "--json").stdout)
    assert told["agrees"] is True
    assert plan["goals"]["camp"] == told["goals"]["camp"]["after"]
    assert ilrs("check", "better.yaml").exit_code == 0


def test_the_pool_names_one_plan_as_the_answer(tiny: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("optimise", tiny, "-n", "50", "--pool", "2", "--time", "10s", "--json").stdout)
    assert [one["chosen"] for one in told["pool"]].count(True) == 1


def test_the_same_seed_gives_the_same_answer(tiny: Path, ilrs: Call) -> None:
    first, second = (json.loads(ilrs("optimise", tiny, "-n", "20", "--seed", "7", "--json").stdout) for _ in range(2))
    assert first["changes"] == second["changes"]
    assert first["goals"] == second["goals"]


def test_a_file_that_is_there_is_not_overwritten(tiny: Path, ilrs: Call) -> None:
    before = tiny.read_bytes()
    result = ilrs("optimise", tiny, "-o", tiny)
    assert (result.exit_code, tiny.read_bytes()) == (1, before)
    assert "is there already" in result.stderr


def test_status_and_clean_know_the_folder_of_an_optimisation(tiny: Path, ilrs: Call) -> None:
    ilrs("optimise", tiny, "-n", "0", "-q")
    assert "optimise of tiny, complete: 1 of 1 answer done" in ilrs("status").stdout
    assert "removed 1 folder" in ilrs("clean", "--yes").stdout
    assert not list(Path("runs").iterdir())


def test_a_limit_without_a_name_is_wrong_usage(tiny: Path, ilrs: Call) -> None:
    result = ilrs("optimise", tiny, "--at-most", "5")
    assert result.exit_code == 2
    assert "NAME=LIMIT" in result.stderr


def test_without_the_extra_one_line_says_what_to_install(
    tiny: Path, ilrs: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    result = ilrs("optimise", tiny, "-q")
    assert result.exit_code == 1
    assert result.stderr.strip() == "this needs OR-tools, which is not installed; pip install 'ilrs[optimise]'"


def test_the_page_and_the_answer_stand_in_one_folder(tiny: Path, ilrs: Call) -> None:
    told = json.loads(ilrs("optimise", tiny, "-n", "50", "--pool", "2", "--json").stdout)
    page = Path(told["page"])
    html = page.read_text(encoding="utf-8")
    assert json.loads((page.parent / "summary.json").read_text(encoding="utf-8"))["pool"] == told["pool"]
    assert all(f'id="{card}"' in html for card in ("flights", "loads", "trade", "breaks", "proofs"))


def test_words_of_the_scenario_stay_letters_on_the_page(tiny: Path, ilrs: Call) -> None:
    text = tiny.read_text(encoding="utf-8").replace("camp: {by", "camp: {title: '<b>camp</b> & more', by")
    tiny.write_text(text, encoding="utf-8")
    told = json.loads(ilrs("optimise", tiny, "-n", "20", "--json").stdout)
    html = Path(told["page"]).read_text(encoding="utf-8")
    assert "<b>camp</b>" not in html
    assert "&lt;b&gt;camp&lt;/b&gt; &amp; more" in html


def test_a_place_from_which_the_scenario_cannot_be_extended_is_refused_before_the_search(
    tiny: Path, ilrs: Call
) -> None:
    Path("below").mkdir()
    result = ilrs("optimise", tiny, "-o", "below/better.yaml")
    assert result.exit_code == 1
    assert "can extend only what lies in its folder or below" in result.stderr


def test_progress_is_told_in_dates(tiny: Path, ilrs: Call) -> None:
    said = ilrs("optimise", tiny, "-n", "0").stderr
    assert re.search(r"least date: best (-|2030-\d\d-\d\d), bound 2030-\d\d-\d\d", said)


def test_a_pool_of_the_same_seed_is_the_same(tiny: Path, ilrs: Call) -> None:
    first, second = (
        json.loads(ilrs("optimise", tiny, "-n", "50", "--pool", "3", "--seed", "7", "--json").stdout) for _ in range(2)
    )
    assert first["pool"] == second["pool"]
    assert len(first["pool"]) == 4


def test_one_plan_of_a_pool_is_the_answer_and_it_is_said_how_much_surer_another_can_be(tiny: Path, ilrs: Call) -> None:
    said = ilrs("optimise", tiny, "-n", "50", "--pool", "2", "-q").stdout
    assert "None of them is surer than the answer by more than" in said
