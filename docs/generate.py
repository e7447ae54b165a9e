"""Write the generated part of the documentation, docs/reference, and the schema for editors.

Run it from a source checkout after a change of the scenario language, the problems or the command line:

    python docs/generate.py

`tests/docs/test_reference.py` fails, with the difference, while a page is not up to date.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from sim.cli import main
from sim.problems import Code, Problem, ScenarioError
from sim.scenario.editor import SCHEMA_FILE, editor_schema, kind_of, schema_text, unit_note, without_days
from sim.scenario.known_distributions import DISTRIBUTIONS
from sim.scenario.load import load_scenario
from sim.scenario.tree import shipped_folder
from sim.units import KINDS

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # run as a script, it finds its neighbour
    sys.path.insert(0, str(ROOT))
BROKEN = ROOT / "tests" / "data" / "broken"
LIKE = "like"
SOURCED = ("about", "source", "confidence", "access", "sources")
Schema = Mapping[str, Any]


def pages() -> dict[Path, str]:
    """Return every generated file with the text it should have."""
    reference = ROOT / "docs" / "reference"
    return {
        SCHEMA_FILE: schema_text(),
        reference / "scenario.md": _page(_scenario()),
        reference / "problems.md": _page(_problems()),
        reference / "cli.md": _page(_commands()),
        ROOT / "docs" / "notebooks" / "python.ipynb": _notebook(
            (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
        ),
        ROOT / "docs" / "images" / "map.svg": _map(),
    }


def _map() -> str:
    from docs.map import map_svg

    return map_svg()


def _page(lines: Iterator[str]) -> str:
    return "<!-- written by docs/generate.py -->\n" + "\n".join(lines) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


# --- the scenario language --------------------------------------------------------------------------------------------

RULES = """\
# The scenario language

One YAML file is one scenario. `ilrs new PATH` writes one to start from, `ilrs check FILE` says everything that is wrong
with it, `ilrs show FILE --origins` says where every value comes from. An editor with a YAML language server completes
keys, underlines mistakes and shows this reference at the mouse, thanks to the first line that `ilrs new` writes.

The smallest whole scenario with a flight:

```yaml
{tutorial}```

## Rules

- **Blocks are mappings by name.** A name is lower-case letters, digits and hyphens. Lists stand only where order
  matters: needs, routes, burns.
- **`extends`** names the file this one builds on, or several that do not contradict each other. They are looked for
  beside the file, then among the shipped scenarios, which may be called by name alone (`extends: ilrs-2035`), and the
  shipped catalogue; nothing else is ever read. Mappings merge key by key; lists, plain values and random values are
  replaced whole; `null` removes what a parent says.
- **`variants`** are named partial scenarios, chosen with `--variant`. They are inherited. Two chosen variants that set
  the same key are an error.
- **`--set key.path=value`** replaces one value.
- **`like: NAME`** in a block takes everything it does not say itself from the block of that name beside it:
  `lc-302: {like: lc-301, available: 2030-01-01}`, `second: {like: first, not_before: 2033-01-01, slip: null}`. The
  sibling's keys stand below the block's own, as a parent's do; chains are followed. It is resolved last, so a variant
  or a `--set` that changes the sibling changes all that are like it. `about`, `flown` and `done` are not inherited:
  what has happened to one has not happened to the other.
- **Order of precedence**: `--set` over `--variant` over the file over its parents over what is taken with `like`.
- **A quantity is text with a unit**: `8.2 t`, `20 d`. A bare number where a quantity is wanted is an error.
- **A random value is a mapping with the name of its distribution** and may stand wherever the tables below say
  *random*. Beside the name may stand `source`, `confidence` and `access`.
- **`source`, `confidence`, `access`** say where the figures of a block come from; `sources` says it for single keys.
  Write `estimate` as the source of what nobody has published. `ilrs list sources` shows what rests on what.
- **YAML**: scalars follow YAML 1.2, so `NO` is text. Anchors, aliases, merge keys, tags and duplicate keys are refused.

## Needs

A need is the name of something that must have happened: an activity or `ACTIVITY.done`, an element, a station or
`NAME.operational`, a goal or `GOAL.reached`, `ITEM.landed` and `ITEM.delivered` for cargo, `STATION.filled` for a
tank, and of a mission `MISSION.launched`, `.arrived`, `.landed`, `.stayed`, `.returned`, `.home`, or
`MISSION.LAUNCH.launched` and `MISSION.LAUNCH.arrived` for one of its launches, a group or `GROUP.done`, and the start
of work, `ACTIVITY.started` or `GROUP.started`. `ilrs check` answers a name that does not exist with those that do.

There may be time between: `design.started + 6 wd`, `power - 2 wd` (a lead, only after work, whose end is known
ahead), or as a mapping `{after: power, lag: {uniform: [5 wd, 9 wd]}, calendar: 24h}`. A lag in `wd` or `wh` runs in
the calendar of what waits, or in that of the `predecessor`, round the clock (`24h`), or in the calendar named.
`ends_after` holds needs of the end of an activity.
"""


def _scenario() -> Iterator[str]:
    tutorial = (shipped_folder() / "tutorial.yaml").read_text(encoding="utf-8")
    yield RULES.replace("{tutorial}", tutorial)
    yield from _quantities()
    yield from _laws()
    definitions = {name: without_days(block) for name, block in editor_schema()["definitions"].items()}
    yield from _provenance(definitions["Scenario"])
    for name in _in_order(definitions, "Scenario", []):
        yield from _block(name, definitions[name])


def _quantities() -> Iterator[str]:
    yield "## Quantities\n"
    rows = [[name, ", ".join(f"`{unit}`" for unit in kind.units), f"`{kind.example}`"] for name, kind in KINDS.items()]
    yield from _table(["kind", "units", "example"], rows)
    yield "A year is 365.25 days. Dates are year-month-day: `2031-06-01`, or `2031-06-01T12:00`.\n"


def _laws() -> Iterator[str]:
    yield "## Random values\n"
    rows = [[f"`{name}`", f"`{one.written}`", one.meaning, one.use] for name, one in DISTRIBUTIONS.items()]
    yield from _table(["distribution", "written", "meaning", "take it for"], rows)


def _in_order(definitions: Schema, name: str, seen: list[str]) -> list[str]:
    """Return the blocks in the order in which a reader meets them."""
    if name not in (*seen, "Variant") and "properties" in definitions.get(name, {}):
        seen.append(name)
        for value in definitions[name]["properties"].values():
            for inner in _references(value):
                _in_order(definitions, inner, seen)
    return seen


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield kind_of(schema)
        for key, value in schema.items():
            if key != "then":  # a block that is like another is the same block, partial
                yield from _references(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)


def _provenance(block: Schema) -> Iterator[str]:
    yield "## Provenance\n"
    yield "Every block that has `sources` can say these:\n"
    rows = [[f"`{key}`", _value(block["properties"][key]), _meaning(block["properties"][key])] for key in SOURCED]
    yield from _table(["key", "value", "meaning"], rows)


def _block(name: str, block: Schema) -> Iterator[str]:
    yield f"## {name}\n"
    sourced = "sources" in block["properties"]
    yield block["description"] + (" It can say its [provenance](#provenance).\n" if sourced else "\n")
    rows = [
        [f"`{key}`", _value(schema), _default(key, schema, block), _meaning(schema)]
        for key, schema in block["properties"].items()
        if key != LIKE and not (sourced and key in SOURCED)
    ]
    yield from _table(["key", "value", "default", "meaning"], rows)


def _default(key: str, schema: Schema, block: Schema) -> str:
    if key in block.get("required", ()):
        return "**required**"
    if "default" not in schema:
        return ""
    value = schema["default"]
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _meaning(schema: Schema) -> str:
    """Return the description without units and default, which have columns of their own."""
    text: str = schema["description"]
    for note in (f" Default: {schema.get('default')}.", f" {unit_note(schema)}" if unit_note(schema) else ""):
        text = text.removesuffix(note)
    return text


def _value(schema: Schema) -> str:
    if "else" in schema:
        return _value(schema["else"])
    if "$ref" in schema:
        return _named(kind_of(schema))
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_value(item) for item in schema[word]))
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    return _container(schema) or {"string": "text", "integer": "whole number", "boolean": "`true`, `false`"}.get(
        schema.get("type", ""), str(schema.get("type", "anything"))
    )


def _container(schema: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of {_value(schema['items'])}"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return f"by name: {_value(inner)}" if isinstance(inner, dict) and inner else "mapping"
    return ""


def _named(name: str) -> str:
    if name.startswith("Uncertain"):
        return f"{name.removeprefix('Uncertain').lower()}, may be [random](#random-values)"
    if name.replace("-", " ") in KINDS:
        return f"[{name.replace('-', ' ')}](#quantities)"
    return f"[{name}](#{name.lower()})" if name[0].isupper() and name != "Variant" else name.lower()


# --- problems ---------------------------------------------------------------------------------------------------------

PROBLEMS = """\
# Problems

Everything that is wrong with a scenario is said at once, one line each:

```text
file:line:column: path: what is wrong; what to do
```

Warnings say `warning` before the path and do not stop a run; `ilrs check --strict` counts them as errors. With
`--json` a problem is `{"file", "line", "column", "path", "code", "severity", "message", "hint"}`. Messages may change
from version to version, codes do not. The examples are real: they are the answers to the files of `tests/data/broken`.
"""


def _problems() -> Iterator[str]:
    yield PROBLEMS
    examples = _examples()
    for code in Code:
        yield f"## {code}\n"
        yield code.meaning + "\n"
        if str(code) in examples:
            problem, line = examples[str(code)]
            yield f"```text\n{line}\n\n{problem.text()}\n```\n"


def _examples() -> dict[str, tuple[Problem, str]]:
    """Return, by code, the first problem that a broken scenario has, and the line it stands in."""
    before = Path.cwd()
    os.chdir(BROKEN)
    try:
        found: dict[str, tuple[Problem, str]] = {}
        for file in sorted(Path().glob("*.yaml"), key=lambda file: file.name):
            for problem in _problems_of(file):
                better = str(problem.code) not in found or file.stem == problem.code != _file_of(found[problem.code][0])
                if problem.mark and better:
                    found[str(problem.code)] = problem, _line(problem)
        return found
    finally:
        os.chdir(before)


def _file_of(problem: Problem) -> str:
    return Path(problem.mark.file).stem if problem.mark else ""


def _problems_of(file: Path) -> tuple[Problem, ...]:
    try:
        return load_scenario(file).warnings
    except ScenarioError as error:
        return error.problems


def _line(problem: Problem) -> str:
    assert problem.mark is not None
    lines = Path(problem.mark.file).read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[problem.mark.line - 1].strip() if problem.mark.line <= len(lines) else "(end of the file)"


# --- the command line -------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    yield "# The command `ilrs`\n"
    settings: dict[str, Any] = {**main.context_settings, "terminal_width": 100}
    top = click.Context(main, info_name="ilrs", **settings)
    yield f"```text\n{main.get_help(top)}\n```\n"
    for name in main.list_commands(top):
        command = main.get_command(top, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=top, **settings)
        yield f"## {name}\n"
        yield f"```text\n{command.get_help(context)}\n```\n"


# --- the notebook -----------------------------------------------------------------------------------------------------


def _notebook(page: str) -> str:
    """Return a page as a notebook: its blocks of Python are cells, and what they print is left to the reader."""
    cells = []
    for number, part in enumerate(re.split(r"^```python\n(.*?)^```\n", page, flags=re.M | re.S)):
        kind, text = (
            ("code", part)
            if number % 2
            else ("markdown", re.sub(r"^```output\n.*?^```\n", "", part, flags=re.M | re.S))
        )
        if text.strip():
            cells.append(_cell(number, kind, text.strip().replace("](notebooks/python.ipynb)", "](python.ipynb)")))
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, text: str) -> Mapping[str, Any]:
    of_code = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
        **of_code,
    }


def write() -> None:
    """Write what is not up to date, and say so."""
    for path, text in pages().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: written")


if __name__ == "__main__":
    write()
