"""Options that several verbs share."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dashboards.translation import LANGUAGES, NAMES, written_in
from sim.problems import counted, plural
from sim.sampling import LATIN_HYPERCUBE, STRATA

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.front.progress import Reporter


F = TypeVar("F", bound=Callable[..., Any])


def scenario_options(function: F) -> F:
    """Add `-S` and `--variant`, which change a scenario without touching its file."""
    variant = click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="A,B",
        callback=_distinct,
        help="Use variants of the scenario, from left to right.",
    )
    setting = click.option(
        "-S",
        "--set",
        "sets",
        multiple=True,
        metavar="KEY.PATH=VALUE",
        help="Set one value; stronger than variants and files.",
    )
    return setting(variant(function))


def label_option(function: F) -> F:
    """Add `--label`, which says what pages and texts call a study."""
    option = click.option(
        "--label", metavar="TEXT", help="What pages and texts call it, instead of scenario and variants; it is kept."
    )
    return option(function)


def language_option(function: F) -> F:
    """Add `--lang`, which writes pages in one language."""
    option = click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        expose_value=False,
        callback=_write_in,
        help=f"Write pages in one language only: {', '.join(f'{code} {NAMES[code]}' for code in LANGUAGES)} "
        "[default: all of them, and the reader's browser chooses].",
    )
    return option(function)


def _write_in(context: click.Context, _param: click.Parameter, code: str | None) -> None:
    if code is not None:
        context.with_resource(written_in(code))


def as_of_option(function: F) -> F:
    """Add `--as-of`, which takes a scenario back to what was known on a day."""
    option = click.option(
        "--as-of",
        "as_of",
        metavar="DATE",
        help="Know only what was known on this day: facts of later are plans again, dates are those said by then.",
    )
    return option(function)


def model_options(function: F) -> F:
    """Add all that says which scenario is asked: `-S`, `--variant` and `--as-of`."""
    return scenario_options(as_of_option(function))


def seed_option(function: F) -> F:
    """Add `--seed`, the root of all draws."""
    option = click.option("--seed", default=2035, show_default=True, type=click.IntRange(0, 2**63 - 1))
    return option(function)


def engine_options(function: F) -> F:
    """Add `-j`, `--engine` and `--scheduler`, which say where the work is done; no result depends on them."""
    jobs = click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        help="Worker processes [default: one for each processor]; the result does not depend on it.",
    )
    engine = click.option(
        "--engine",
        type=click.Choice(["process", "dask"]),
        help="Worker processes of this machine, or Dask [default: process, or dask where a scheduler is named].",
    )
    scheduler = click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="A Dask scheduler that is there, as tcp://host:8786; without it --engine dask starts its own workers.",
    )
    return jobs(engine(scheduler(function)))


def sampling_option(function: F) -> F:
    """Add `--sampling`, the way in which random numbers are drawn."""
    return click.option(
        "--sampling",
        type=click.Choice(list(STRATA)),
        default=LATIN_HYPERCUBE,
        show_default=True,
        help="Draw the figures of each 32 replications from strata that share their range evenly, or each at random.",
    )(function)


def workers_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options say of where the work is done, as the front takes it."""
    if options["scheduler"] and options["engine"] == "process":
        raise click.UsageError("--scheduler belongs to --engine dask")
    return {word: options[word] for word in ("jobs", "engine", "scheduler")}


@contextlib.contextmanager
def engine_of(options: Mapping[str, Any]) -> Iterator[Executor]:
    """Hold the engine that the options ask for, while it is needed."""
    from sim.front.arguments import workers

    with workers(**workers_of(options)) as engine:
        yield engine


@contextlib.contextmanager
def arguments_as_options() -> Iterator[None]:
    """Turn an argument that the front refuses into an option that is used wrongly."""
    from sim.front import ArgumentError

    try:
        yield
    except ArgumentError as error:
        option = f"--{error.argument.replace('_', '-')}"
        raise click.BadParameter(error.message, param_hint=option) from None


@contextlib.contextmanager
def reporting(options: Mapping[str, Any]) -> Iterator[Reporter]:
    """Show progress unless `-q` or `--json` is there; what the front refuses is an option that is used wrongly."""
    from sim.front.progress import reporter

    with reporter(quiet=options["quiet"] or options["json_"]) as progress, arguments_as_options():
        yield progress


def as_json(what: str, *, quiet: bool = False) -> Callable[[F], F]:
    """Add `--json`, and `-q` to verbs that show progress."""
    option = click.option("--json", "json_", is_flag=True, help=f"Print {what} as JSON on stdout.")
    if not quiet:
        return option
    silent = click.option("-q", "--quiet", is_flag=True, help="No progress.")
    return lambda function: option(silent(function))


def _distinct(ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a variant that has no name, or is said twice."""
    names = [name.strip() for text in texts for name in text.split(",")]
    if "" in names:
        raise click.BadParameter("a name is empty; say --variant a,b", ctx, parameter)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise click.BadParameter(f"'{twice:.80}' is said twice", ctx, parameter)
    return texts


def split_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Split `a,b` and repeated options into single names."""
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def typed() -> str:
    """Return the command line as it was typed, for `ilrs status`."""
    import shlex

    from sim.problems import writable

    return writable(shlex.join(["ilrs", *sys.argv[1:]]))


def told_of_warnings(count: int, file: str, as_of: str | None) -> str:
    """Return the line that says how many warnings there are, and who lists them."""
    shown = f"{file} --as-of {as_of}" if as_of else file
    return f"{counted(count, 'warning')}; `ilrs check {shown}` lists {plural(count, 'it', 'them')}"


NOMINAL = -1
"""The number by which the nominal run goes."""


def replication_option(help_: str, *, required: bool) -> Callable[[F], F]:
    """Add `--replication`: a number from 0 on, or `nominal`, which becomes -1."""
    return click.option("--replication", required=required, metavar="N|nominal", callback=_read, help=help_)


def _read(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if text == "nominal":
        return NOMINAL
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise click.BadParameter(f"{text[:40]!r} is neither a number from 0 on nor 'nominal'")
