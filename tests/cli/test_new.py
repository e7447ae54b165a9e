"""A new scenario is right from the start, wherever it lies, and never costs another file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.cli.verb_new import schema_place
from sim.scenario.editor import SCHEMA_FILE, editor_schema
from sim.scenario.load import load_scenario, read_layers
from sim.scenario.text import plain, read_text
from sim.scenario.tree import shipped_folder, shipped_names

Call = Callable[..., Result]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module", params=shipped_names())
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Return the name of a shipped scenario and the file that `new` made of it, in a folder that was not there."""
    file = tmp_path_factory.mktemp("new") / "plans" / "mine.yaml"
    done = CliRunner().invoke(main, ["new", str(file), "--from", request.param])
    assert done.exit_code == 0, done.stderr
    return request.param, file


def test_a_copy_has_no_error(copy: tuple[str, Path], ilrs: Call) -> None:
    assert ilrs("check", copy[1]).exit_code == 0


def test_a_copy_says_what_the_shipped_one_says(copy: tuple[str, Path]) -> None:
    mine, other = read_layers(copy[1])[0], read_layers(copy[0])[0]
    assert mine is not None
    assert other is not None
    assert mine.values == other.values | {"name": "mine"}


def test_a_copy_keeps_every_comment(copy: tuple[str, Path]) -> None:
    shipped = (shipped_folder() / f"{copy[0]}.yaml").read_text(encoding="utf-8")
    assert copy[1].read_text(encoding="utf-8").count("#") == shipped.count("#")


def test_the_first_line_leads_an_editor_to_the_schema(ilrs: Call) -> None:
    """Source: README of yaml-language-server, "Using inlined schema"."""
    ilrs("new", "mine.yaml")
    place = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", Path("mine.yaml").read_text().splitlines()[0])
    assert place
    schema = json.loads(Path(unquote(urlsplit(place[1]).path)).read_text(encoding="utf-8"))
    root, _ = read_text(Path("mine.yaml").read_bytes(), "mine.yaml")
    assert root is not None
    jsonschema.Draft7Validator(schema).validate(plain(root))
    assert schema == editor_schema()


def test_inside_a_source_checkout_the_schema_is_relative() -> None:
    """So that the line still holds on another machine."""
    assert schema_place(shipped_folder() / "examples" / "mine.yaml") == "../../sim/scenario/schema.json"
    assert SCHEMA_FILE.is_file()


def test_a_file_is_never_overwritten(ilrs: Call) -> None:
    Path("mine.yaml").write_text("precious", encoding="utf-8")
    done = ilrs("new", "mine.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("mine.yaml: is there already")
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"


def test_a_link_that_leads_nowhere_is_not_written_through(ilrs: Call) -> None:
    os.symlink("elsewhere.yaml", "mine.yaml")
    assert ilrs("new", "mine.yaml").exit_code == 1
    assert not Path("elsewhere.yaml").exists()


def test_a_folder_that_cannot_be_made_is_one_line(ilrs: Call) -> None:
    Path("file").write_text("", encoding="utf-8")
    done = ilrs("new", "file/mine.yaml")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_scenario_is_answered_with_the_nearest(ilrs: Call) -> None:
    done = ilrs("new", "mine.yaml", "--from", "tutoral")
    assert done.exit_code == 1
    assert "did you mean 'tutorial'?" in done.stderr
    assert not Path("mine.yaml").exists()


@pytest.mark.parametrize("name", ["../pyproject", "/etc/passwd", "catalogue/launchers", "."])
def test_only_shipped_scenarios_are_copied(name: str, ilrs: Call) -> None:
    assert ilrs("new", "mine.yaml", "--from", name).exit_code == 1
    assert os.listdir() == []


def test_a_copy_that_would_extend_itself_is_refused(
    ilrs: Call, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path_factory.mktemp("shipped")
    (shipped / "base.yaml").write_text("format: 1\n", encoding="utf-8")
    (shipped / "child.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    monkeypatch.setattr("sim.scenario.tree.shipped_folder", lambda: shipped)
    done = ilrs("new", "base.yaml", "--from", "child")
    assert done.exit_code == 1
    assert "choose another file name" in done.stderr
    assert not Path("base.yaml").exists()


def test_a_name_without_ending_gets_one(ilrs: Call) -> None:
    assert json.loads(ilrs("new", "mine", "--json").stdout)["path"] == "mine.yaml"
    assert Path("mine.yaml").is_file()


def test_the_next_steps_are_said_and_work(ilrs: Call) -> None:
    told = json.loads(ilrs("new", "my plan.yaml", "--json").stdout)
    assert told["next"][0] == "ilrs check 'my plan.yaml'"
    assert ilrs("list", "missions", "--scenario", "my plan.yaml").exit_code == 0


def test_a_hostile_file_name_becomes_a_harmless_name(ilrs: Call) -> None:
    assert ilrs("new", '<b>#: "x".yaml').exit_code == 0
    assert load_scenario('<b>#: "x".yaml').scenario.name == "b-x"
