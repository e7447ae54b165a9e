"""`ilrs validate`: what others published beside what we find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.options import as_json, language_option, seed_option, split_names
from sim.cli.printing import print_json, show_grid
from sim.problems import counted

if TYPE_CHECKING:
    from sim.validation.published import PublishedCase, Value
    from sim.validation.suite import Suite

SOME_MISSED = 3
QUICK = 1000


@click.command("validate", epilog="Exit codes: 0 every case is met, 3 some are missed, others as for `ilrs`.")
@click.option(
    "-n", "--replications", type=click.IntRange(100, 5_000_000), help="Of each sampled network [default: 4000]."
)
@click.option("--quick", is_flag=True, help=f"Take {QUICK} replications; tolerances grow with it.")
@seed_option
@click.option("--only", multiple=True, metavar="FAMILY,...", help="Only these families; a wrong name lists them.")
@click.option("--missed", is_flag=True, help="List only the cases that are missed.")
@click.option("--report", "report", is_flag=True, help="Write the page of the suite.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("validation"),
    show_default=True,
    help="Folder of the page.",
)
@language_option
@as_json("the cases", quiet=True)
@click.pass_context
def command(
    ctx: click.Context,
    replications: int | None,
    quick: bool,
    seed: int,
    only: tuple[str, ...],
    missed: bool,
    report: bool,
    out: Path,
    json_: bool,
    quiet: bool,
) -> None:
    """Replay what others published and predict what has already happened.

    Each case prints ours beside theirs, the tolerance and its reason. A case that is missed stays in the list with what
    is known of why. The suite takes about a minute on one processor.
    """
    from sim.validation.published import document
    from sim.validation.suite import RUNS, run_suite

    names = _families(split_names(only))
    runs = replications or (QUICK if quick else RUNS)
    suite = run_suite(runs=runs, seed=seed, only=names, on_family=_progress(quiet=quiet or json_))
    cases = suite.cases
    page = _write(suite, runs, seed, out) if report else None
    listed = [case for case in cases if not case.met] if missed else cases
    if json_:
        print_json(document(listed))
    else:
        _say(listed, cases)
        if page:
            click.echo(f"Page: {page}")
    ctx.exit(0 if all(case.met for case in cases) else SOME_MISSED)


def _families(names: tuple[str, ...]) -> tuple[str, ...]:
    from sim.validation.suite import families

    known = [family.name for family in families()]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"no family {name!r}; there are {', '.join(known)}", param_hint="--only")
    return names


def _progress(*, quiet: bool) -> Callable[[str], None]:
    """Return what says on stderr which family is at work."""

    def tell(title: str) -> None:
        if not quiet:
            click.echo(f"{title} ...", err=True)

    return tell


def _write(suite: Suite, runs: int, seed: int, out: Path) -> Path:
    from dashboards.validation import write_validation
    from sim.study.store import require_writable

    require_writable(out)
    return write_validation(suite, out, runs=runs, seed=seed)


def _say(listed: Sequence[PublishedCase], cases: Sequence[PublishedCase]) -> None:
    rows = [
        (
            "met" if one.met else "MISSED",
            one.id,
            one.quantity,
            _text(one.ours),
            _text(one.theirs),
            f"{one.tolerance:.4g}",
        )
        for one in listed
    ]
    if rows:
        show_grid(("", "case", "quantity", "ours", "theirs", "tolerance"), rows)
    for one in listed:
        if not one.met:
            click.echo(f"\n{one.id}: {one.note} [{one.source}]")
    met = sum(case.met for case in cases)
    click.echo(f"\n{met} of {counted(len(cases), 'case')} met, {len(cases) - met} missed.")


def _text(value: Value) -> str:
    values = value if isinstance(value, tuple) else (value,)
    return " ".join(f"{one:.6g}" for one in values)
