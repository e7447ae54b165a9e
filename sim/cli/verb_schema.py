"""`ilrs schema`: the JSON Schema by which editors check and complete scenarios."""

from __future__ import annotations

import click


@click.command("schema")
@click.option("--write", is_flag=True, help="Refresh sim/scenario/schema.json of a source checkout instead.")
def command(write: bool) -> None:
    """Print the JSON Schema of scenario files.

    An editor with a YAML language server uses it when the first line of a file is
    `# yaml-language-server: $schema=PATH`; `ilrs new` writes that line.
    """
    from sim.scenario.editor import SCHEMA_FILE, schema_text

    text = schema_text()
    if not write:
        click.echo(text, nl=False)
        return
    fresh = SCHEMA_FILE.is_file() and SCHEMA_FILE.read_text(encoding="utf-8") == text
    if not fresh:
        _write(text)
    click.echo(f"{SCHEMA_FILE}: {'is up to date' if fresh else 'written'}")


def _write(text: str) -> None:
    from sim.problems import Code, Mark, Problem, ScenarioError
    from sim.scenario.editor import SCHEMA_FILE

    try:
        SCHEMA_FILE.write_text(text, encoding="utf-8")
    except OSError as error:
        said = f"cannot be written: {error.strerror}"
        hint = "--write is for a source checkout; print the schema instead: ilrs schema > schema.json"
        raise ScenarioError([Problem(Mark(str(SCHEMA_FILE)), "", Code.FOLDER, "error", said, hint)]) from error
