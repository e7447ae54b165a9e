"""`ilrs clean`: remove runs, sweeps and optimisations, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json
from sim.problems import InputError, counted, printable


@click.command("clean")
@click.argument("folders", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
@click.option("--older", default=0.0, type=click.FloatRange(min=0.0), metavar="DAYS", help="Only what is older.")
@click.option("--yes", is_flag=True, help="Remove without asking; without a terminal nothing goes without this.")
@as_json("what there is, and whether it was removed")
def command(folders: tuple[Path, ...], older: float, yes: bool, json_: bool) -> None:
    """Show the folders of runs, sweeps and optimisations at or below DIR [default: runs], and remove them when told so.

    Only what we wrote is removed, from folders with our own manifest that no process is at; files and links of yours
    in them are kept, and named.
    """
    from sim.study.folders import ours_below, remove

    below = dict.fromkeys(found for folder in folders or (Path("runs"),) for found in ours_below(folder))
    listed = [one for one in map(_look_at, below) if one.age_d >= older]
    free = [one for one in listed if not one.stays]
    if not json_:
        for one in listed:
            click.echo(one.told())
        if not free:
            click.echo("nothing to remove")
    agreed = yes or (bool(free) and not json_ and click.confirm(f"remove {counted(len(free), 'folder')}?", err=True))
    kept = {one.folder: remove(one.folder) for one in free if agreed}
    if json_:
        said = [
            {
                "folder": str(one.folder),
                "bytes": one.size,
                "age_d": one.age_d if math.isfinite(one.age_d) else None,
                "removed": one.folder in kept,
                "kept": [str(file) for file in kept.get(one.folder, ())],
                "stays": one.stays or None,
            }
            for one in listed
        ]
        print_json(said)
        return
    for file in (file for files in kept.values() for file in files):
        click.echo(f"kept: {printable(str(file))}")
    gone = [folder for folder in kept if not folder.exists()]
    if gone:
        click.echo(f"removed {counted(len(gone), 'folder')}")
    if len(gone) < len(kept):
        click.echo(f"emptied {counted(len(kept) - len(gone), 'folder')}, where something of yours stays")


@dataclass(frozen=True, slots=True)
class _Listed:
    folder: Path
    size: int
    age_d: float
    stays: str
    """Why it is not removed; empty when it may be."""
    shared: str
    """Where its tables lie, if elsewhere."""

    def told(self) -> str:
        """Say it in a line."""
        if self.stays and not self.size:
            return printable(f"{self.stays}: stays")
        stays = f", {self.stays}: stays" if self.stays else ""
        shared = f"; its tables at {self.shared} stay" if self.shared else ""
        said = f"{self.size / 1e6:.1f} MB, {counted(round(self.age_d), 'day')} old"
        return printable(f"{self.folder}  {said}{stays}{shared}")


def _look_at(folder: Path) -> _Listed:
    from sim.study.folders import age_d, require_ours, size_of, tables_elsewhere
    from sim.study.lock import holder

    try:
        require_ours(folder)
        busy = "in use" if holder(folder) is not None else ""
        return _Listed(folder, size_of(folder), age_d(folder), busy, tables_elsewhere(folder))
    except (InputError, OSError) as error:
        return _Listed(folder, 0, math.inf, str(error), "")
