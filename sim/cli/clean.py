"""`ilrs clean`: remove runs and sweeps, and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.options import as_json
from sim.problems import counted


@click.command("clean")
@click.argument("folders", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
@click.option("--older", default=0.0, type=click.FloatRange(min=0.0), metavar="DAYS", help="Only what is older.")
@click.option("--yes", is_flag=True, help="Remove without asking; without a terminal nothing goes without this.")
@as_json("what there is, and whether it was removed")
def command(folders: tuple[Path, ...], older: float, yes: bool, json_: bool) -> None:
    """Show the run and sweep folders at or below DIR [default: runs], and remove them when told so.

    Only folders with our own marker are touched, and none that a process is at.
    """
    import json

    from sim.study.folders import age_d, ours_below, remove, size_of, tables_elsewhere
    from sim.study.lock import holder

    below = dict.fromkeys(found for folder in folders or (Path("runs"),) for found in ours_below(folder))
    listed = [(folder, size_of(folder), age_d(folder)) for folder in below if age_d(folder) >= older]
    free = [folder for folder, _, _ in listed if holder(folder) is None]
    if not json_:
        for folder, size, age in listed:
            busy = "" if folder in free else ", in use: stays"
            shared = f"; its tables at {url} stay" if (url := tables_elsewhere(folder)) else ""
            click.echo(f"{folder}  {size / 1e6:.1f} MB, {counted(round(age), 'day')} old{busy}{shared}")
        if not free:
            click.echo("nothing to remove")
    agreed = yes or (bool(free) and not json_ and click.confirm(f"remove {counted(len(free), 'folder')}?", err=True))
    for folder in free if agreed else ():
        remove(folder)
    if json_:
        said = [
            {"folder": str(folder), "bytes": size, "age_d": age, "removed": agreed and folder in free}
            for folder, size, age in listed
        ]
        click.echo(json.dumps(said, indent=1, ensure_ascii=False))
    elif agreed and free:
        click.echo(f"removed {counted(len(free), 'folder')}")
