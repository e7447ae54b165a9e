"""`ilrs new`: a scenario file to start from."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.problems import ScenarioError
    from sim.scenario.text import Node

DEFAULT = "tutorial"
_MODELINE = "# yaml-language-server: $schema="


@click.command("new")
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "name",
    default=DEFAULT,
    show_default=True,
    metavar="NAME",
    help="The shipped scenario to copy; `ilrs list scenarios` names them.",
)
@as_json("what was written")
def command(path: Path, name: str, json_: bool) -> None:
    """Write a new scenario file: a copy of a shipped one, comments and all.

    The first line tells editors which schema checks and completes the file. A file that is there already is never
    overwritten.
    """
    target = path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")
    source = _shipped(name)
    text = _copy(source, target)
    _write(target, text)
    _check(target)
    following = _next(target)
    if json_:
        told = {"path": str(target), "from": _name_of(source), "next": [command for command, _ in following]}
        print_json(told)
        return
    click.echo(f"{target}: a copy of {_name_of(source)}, without errors. Edit it, then")
    width = max(len(command) for command, _ in following)
    for command_, why in following:
        click.echo(f"  {command_.ljust(width)}   {why}")


def _next(target: Path) -> list[tuple[str, str]]:
    import shlex

    file = shlex.quote(str(target))
    return [
        (f"ilrs check {file}", "says what is wrong, and the way out"),
        (f"ilrs run {file}", "says when its goals are reached, and draws the dashboard"),
        (f"ilrs list missions --scenario {file}", "shows its flights; `ilrs list` names what else can be listed"),
        ("ilrs list distributions", "shows how random values are written"),
    ]


def _error(place: str, code: str, message: str, hint: str) -> ScenarioError:
    from sim.problems import Mark, Problem, ScenarioError

    return ScenarioError([Problem(Mark(place), "", code, "error", message, hint)])


def _shipped(name: str) -> Path:
    """Return the file of a shipped scenario."""
    from sim.problems import Code, printable, suggest
    from sim.scenario.tree import shipped_folder, shipped_names

    wanted, known = name.removesuffix(".yaml"), shipped_names()
    if wanted in known:
        return shipped_folder() / f"{wanted}.yaml"
    said = f"no scenario '{printable(name)[:80]}' ships"
    raise _error("--from", Code.FILE_MISSING, said, suggest(wanted, known, limit=30))


def _name_of(source: Path) -> str:
    from sim.scenario.tree import shipped_folder

    return source.relative_to(shipped_folder()).with_suffix("").as_posix()


# --- the text ---------------------------------------------------------------------------------------------------------


def _copy(source: Path, target: Path) -> str:
    """Return the text of a scenario as it must stand elsewhere: its name, its schema and the files it takes from."""
    from sim.scenario.writing import flow
    from sim.units import file_name

    name = file_name(target.stem)
    text = _with_files_from_shipped(source, target)
    text = re.sub(r"^name:[ \t][^#\n]*?(?=[ \t]*(#|$))", lambda _: f"name: {flow(name)}", text, count=1, flags=re.M)
    lines = text.splitlines()
    if lines[0].startswith(_MODELINE):
        del lines[0]
    lines = [line.replace(source.name, target.name) if line.startswith("#") else line for line in lines]
    return "\n".join([_MODELINE + schema_place(target), *lines]) + "\n"


def schema_place(target: Path) -> str:
    """Return where an editor finds the schema, seen from a file: relative within a source checkout, else an address.

    Editors read the line up to the first blank, so a path with blanks becomes an address too.
    """
    from sim.scenario.editor import SCHEMA_FILE

    checkout = SCHEMA_FILE.parents[2]
    folder = target.resolve().parent
    if (checkout / "pyproject.toml").is_file() and folder.is_relative_to(checkout):
        relative = Path(os.path.relpath(SCHEMA_FILE, folder)).as_posix()
        if not re.search(r"\s", relative):
            return relative
    return SCHEMA_FILE.as_uri()


def _with_files_from_shipped(source: Path, target: Path) -> str:
    """Name the files a scenario takes from as the shipped folder sees them; a copy finds them there."""
    from sim.problems import Code
    from sim.scenario.text import read_text
    from sim.scenario.tree import shipped_folder

    text = source.read_text(encoding="utf-8")
    root, _ = read_text(text, source.name)
    lines = text.splitlines()
    for node in sorted(_mentions(root) if root else (), key=lambda node: (-node.mark.line, -node.mark.column)):
        wanted = str(node.value).partition("#")[0]
        beside = (source.parent / wanted).resolve()
        if not beside.is_file():
            continue
        place = beside.relative_to(shipped_folder().resolve()).as_posix()
        if (target.parent / place).resolve() == target.resolve():
            said = f"the copy would take from {place}, which is itself"
            raise _error(str(target), Code.EXTENDS, said, "choose another file name")
        line, column = lines[node.mark.line - 1], node.mark.column - 1
        lines[node.mark.line - 1] = line[:column] + line[column:].replace(wanted, place, 1)
    return "\n".join(lines) + "\n"


def _mentions(root: Node) -> Iterator[Node]:
    """Return the values that name another file."""
    from sim.scenario.text import walk

    for path, node in walk(root):
        if isinstance(node.value, str) and path and (path[0] == "extends" or path[-1] == "empirical"):
            yield node


# --- the file ---------------------------------------------------------------------------------------------------------


def _write(target: Path, text: str) -> None:
    from sim.problems import Code

    if target.exists() or target.is_symlink():
        hint = "choose another name; nothing is ever overwritten"
        raise _error(str(target), Code.FOLDER, "is there already", hint)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _error(
            str(target), Code.FOLDER, f"cannot be written: {reason}", "choose another name or folder"
        ) from None


def _check(target: Path) -> None:
    """Read the new file as `ilrs check` does; raises `ScenarioError` if it is not right."""
    from sim.scenario.load import load_scenario

    load_scenario(target)
