"""`ilrs guesses`: which figure to go and find out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json, engine_options, workers_of
from sim.cli.printing import print_json
from sim.problems import counted

if TYPE_CHECKING:
    from sim.front import Study
    from sim.study.fixed import FixedSwing


@click.command("guesses")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--goal", metavar="G", help="The goal [default: the first].")
@click.option("--limit", default=15, show_default=True, type=click.IntRange(min=1), help="Figures to list.")
@click.option("--vary-fixed", is_flag=True, help="Rank the figures that are fixed numbers too; this simulates.")
@click.option(
    "--within", "within", multiple=True, metavar="KEY.PATH", help="With --vary-fixed: only figures below this path."
)
@click.option(
    "-n",
    "--replications",
    default=50,
    show_default=True,
    type=click.IntRange(2, 100_000),
    help="With --vary-fixed: replications of each case.",
)
@engine_options
@as_json("the figures", quiet=True)
def command(folder: Path, goal: str | None, limit: int, json_: bool, **options: Any) -> None:
    """Say which guess matters most: how far a figure's luck moves a goal, weighed with how little it is trusted.

    DIR is a run folder. A figure that is random moves the goal; how far, in days of standard deviation, is weighed 1
    where its confidence is low, 0.5 medium, 0.2 high, 0.75 where none is stated; nothing is simulated for that.

    With --vary-fixed, each figure that is a fixed number is set to both ends of its range, with the same luck: the
    range that the scenario's sweep block states, else 5 % to both sides where confidence is high, 15 % medium, 30 %
    low, 20 % not stated; a planned date 90, 180, 365, 270 days. What the goal does not wait for is left out.
    """
    from sim.front import open_run

    study = open_run(folder, rows=True)
    found = study.guesses(goal)
    name, spread_d = found.goal, found.spread_d
    rows: list[dict[str, Any]] = [
        {
            "path": one.path,
            "confidence": one.confidence or None,
            "source": one.source or None,
            "share": one.share,
            "moves_d": one.moves_d,
            "worst_less_best_d": one.worst_less_best_d,
            "weight": one.weight,
        }
        for one in found.guesses
    ]
    swings = _vary(study, name, options, quiet=options["quiet"] or json_) if options["vary_fixed"] else None
    if json_:
        said = {"goal": name, "spread_d": spread_d, "replications": found.replications, "guesses": rows}
        if swings is not None:
            said["fixed"] = {"replications": options["replications"], "figures": [_row(one) for one in swings]}
        print_json(said)
        return
    click.echo(f"{name}: its date varies by {spread_d:.0f} d (standard deviation), {found.replications} replications")
    click.echo("  moves   worst-best  share  confidence  figure")
    for row in rows[:limit]:
        click.echo(
            f"  {row['moves_d']:4.0f} d  {row['worst_less_best_d']:7.0f} d  {row['share']:5.1%}  "
            f"{row['confidence'] or 'not stated':10}  {row['path']}"
        )
    if not rows:
        click.echo("  no figure stands out of the noise; more replications may show one")
    if swings is None:
        click.echo(
            "Ranked by days weighed with doubt. Figures that are fixed numbers move nothing here: rank them with"
        )
        click.echo("--vary-fixed, which simulates. Sampling error only.")
    else:
        click.echo("Ranked by days weighed with doubt. Sampling error only.")
        click.echo("\n".join(_told(swings, options["replications"], limit)))


def _vary(study: Study, goal: str, options: dict[str, Any], *, quiet: bool) -> tuple[FixedSwing, ...]:
    from sim.front.progress import reporter

    with reporter(quiet=quiet) as progress:
        return study.vary_fixed(
            goal,
            within=options["within"],
            replications=options["replications"],
            progress=progress,
            **workers_of(options),
        ).swings


def _row(one: FixedSwing) -> dict[str, Any]:
    ends, apart = one.ends, one.apart
    return {
        "path": ends.name,
        "confidence": ends.confidence or None,
        "source": ends.source or None,
        "value": ends.value,
        "low": ends.low,
        "high": ends.high,
        "range": "stated" if ends.stated else "assumed",
        "low_d": one.low_d,
        "high_d": one.high_d,
        "high_less_low_d": None if apart is None else apart.value,
        "interval_d": None if apart is None else [apart.low, apart.high],
        "moves_d": one.moves_d,
        "refused": one.refused or None,
    }


def _told(swings: Sequence[FixedSwing], count: int, limit: int) -> Iterator[str]:
    """Write the fixed figures that move the goal, and how many do not or cannot be varied."""
    moving = [one for one in swings if one.moves_d > 0.0]
    refused = [one for one in swings if one.refused]
    yield f"Fixed figures, each alone from one end of its range to the other; {count} replications, the same luck:"
    yield "   at low  at high   high less low     confidence  figure"
    for one in moving[:limit]:
        apart = (
            "                "
            if one.apart is None
            else f"{one.apart.value:+5.0f} +-{one.apart.high - one.apart.value:4.0f} d   "
        )
        yield (
            f"  {_days(one.low_d)}  {_days(one.high_d)}  {apart}   {one.ends.confidence or 'not stated':10}  "
            f"{one.ends.name}: {one.ends.low} to {one.ends.high}{' (stated)' if one.ends.stated else ''}"
        )
    if len(moving) > limit:
        yield f"  and {len(moving) - limit} more that move it; --limit shows them"
    still = sum(one.moves_d == 0.0 and not one.refused for one in swings)
    yield f"{counted(still, 'figure')} moved nothing in these replications."
    if refused:
        yield f"{counted(len(refused), 'figure')} cannot be set to an end, for example {refused[0].ends.name}:"
        yield f"  {refused[0].refused.splitlines()[0]}"


def _days(days: float | None) -> str:
    return "refused" if days is None else f"{days:+5.0f} d"
