"""The command `ilrs`: `verb_NAME.py` for each verb, imported when the verb is called."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from sim import __version__

VERBS = (
    "calibrate",
    "check",
    "clean",
    "compare",
    "explore",
    "export",
    "guesses",
    "history",
    "import",
    "list",
    "new",
    "optimise",
    "plan",
    "report",
    "run",
    "schema",
    "score",
    "seek",
    "show",
    "site",
    "status",
    "sweep",
    "trace",
    "track",
    "transfer",
    "validate",
    "why",
    "windows",
)
DONE, WRONG_INPUT, OUR_BUG, INTERRUPTED = 0, 1, 70, 130
REPORT_AT = "the project's issue tracker"


class Verbs(click.Group):
    """A group that imports a verb only when it is needed, and turns errors into exit codes."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, whatever letters its streams have."""
        from sim.cli.printing import escape_what_lacks

        escape_what_lacks()
        # Our matrices are small: threads of a linear algebra library only wait for each other, and on a busy machine
        # for long. Workers inherit it; who sets it has the last word.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"sim.cli.verb_{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; what goes wrong ends with the exit code that the help text promises."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except BrokenPipeError:
            _close_stdout()
            ctx.exit(DONE)
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted; the same command goes on where it stopped", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            ctx.exit(_explain(error, debug=bool(ctx.params.get("debug"))))


def _explain(error: Exception, *, debug: bool) -> int:
    """Say on stderr what went wrong, and give the exit code."""
    from sim.problems import InputError

    if isinstance(error, InputError):
        click.echo(str(error), err=True)
        return WRONG_INPUT
    if debug:
        import traceback

        traceback.print_exception(error)
    else:
        said = " ".join(str(error).split())
        click.echo(
            f"internal error, a bug of ours: {type(error).__name__}: {said}; please report it to "
            f"{REPORT_AT} with what the same command says after `ilrs --debug`",
            err=True,
        )
    return OUR_BUG


def _close_stdout() -> None:
    """Let the interpreter end quietly although nobody reads its output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 the input is wrong, 2 wrong usage, 3 a published case is missed (validate), "
    "4 some cases of a sweep failed, 70 a bug of ours, 130 interrupted. "
    "A goal that is missed is a result, not an error.",
)
@click.version_option(__version__, prog_name="ilrs")
@click.option("--debug", is_flag=True, help="Show a traceback when an internal error occurs.")
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """Say, with reasons, when the International Lunar Research Station will stand."""
    del debug  # read where errors end, in Verbs.invoke
    if os.environ.get("NO_COLOR"):
        ctx.color = False
