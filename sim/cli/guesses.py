"""`ilrs guesses`: which figure to go and find out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.options import as_json


@click.command("guesses")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--goal", metavar="G", help="The goal [default: the first].")
@click.option("--limit", default=15, show_default=True, type=click.IntRange(min=1), help="Figures to list.")
@as_json("the figures")
def command(folder: Path, goal: str | None, limit: int, json_: bool) -> None:
    """Say which guess matters most: how far a figure's luck moves a goal, weighed with how little it is trusted.

    DIR is a run folder; nothing is simulated again. A figure that is random moves the goal; how far, in days of
    standard deviation, is weighed 1 where its confidence is low, 0.5 medium, 0.2 high, 0.75 where none is stated.
    """
    import json

    from sim.study.guessing import rank_study
    from sim.study.store import read_study

    study = read_study(folder)
    name, guesses, spread_d = rank_study(study, goal)
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
        for one in guesses
    ]
    if json_:
        said = {"goal": name, "spread_d": spread_d, "replications": study.sample.size, "guesses": rows}
        click.echo(json.dumps(said, indent=1, ensure_ascii=False))
        return
    click.echo(f"{name}: its date varies by {spread_d:.0f} d (standard deviation), {study.sample.size} replications")
    click.echo("  moves   worst-best  share  confidence  figure")
    for row in rows[:limit]:
        click.echo(
            f"  {row['moves_d']:4.0f} d  {row['worst_less_best_d']:7.0f} d  {row['share']:5.1%}  "
            f"{row['confidence'] or 'not stated':10}  {row['path']}"
        )
    if not rows:
        click.echo("  no figure stands out of the noise; more replications may show one")
    click.echo("Ranked by days weighed with doubt. Figures that are fixed numbers move nothing here: vary them with")
    click.echo("`ilrs sweep --design tornado`. Sampling error only.")
