"""`ilrs calibrate`: distributions fitted to tables of what was planned and what happened."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.options import as_json
from sim.cli.printing import print_json

if TYPE_CHECKING:
    from sim.calibration.laws import Calibrated


@click.command("calibrate")
@click.argument("tables", nargs=-1, metavar="[TABLE]...", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Catalogue file to write; it must not exist.")
@click.option("--site", metavar="NAME", help="Write a scrub rate under this launch site.")
@click.option("--launcher", metavar="NAME", help="Write a stand-down or a record under this launcher.")
@click.option(
    "--without-stand-downs", is_flag=True, help="Leave out rows whose note says stand-down or loss of (slip by class)."
)
@click.option(
    "--without-programme",
    "without_programmes",
    multiple=True,
    metavar="NAME",
    help="Leave out the rows of this programme (slip by class); may be given several times.",
)
@click.option("--as-of", metavar="DATE", help="Use what was said, and what had come, by this day (slip by class).")
@click.option("--fit-only", is_flag=True, help="Leave out the comparison with other forecasters (slip by class).")
@click.option("--name", default="", metavar="NAME", help="Name of the slip model; the name of its table if not given.")
@as_json("the fits")
def command(
    tables: tuple[Path, ...],
    out: Path | None,
    site: str | None,
    launcher: str | None,
    without_stand_downs: bool,
    without_programmes: tuple[str, ...],
    as_of: str | None,
    fit_only: bool,
    name: str,
    json_: bool,
) -> None:
    """Fit distributions of slip, scrub, stand-down and failure to tables (CSV), with intervals and goodness of fit.

    A table tells what it is about by its columns: said_on, planned and actual (slip by lead time); launches and
    attempts (scrubs); stand_down_d (stand-downs); flight, flights and failures (reliability growth); date, vehicle and
    outcome (a launch log: records, gaps, failures by flight number). Tables are read as spreadsheets save them, with
    commas, semicolons or tabs. Lines that start with # are remarks; what follows "Source:" there becomes the source.
    Without tables the shipped ones are fitted, which remakes the shipped models.

    A table of slip with the columns programme, agency and kind gives a model by class, compared with other forecasters
    on programmes left out of the fit; that takes some seconds. With --as-of it is the model of that day: what came
    later was open then. A shipped table is found by its name: slip-pairs.csv.
    """
    from sim.calibration.catalogue import catalogue_text, describe
    from sim.calibration.laws import calibrate, shipped_tables
    from sim.calibration.statements import TableChoice
    from sim.scenario.table import find_table

    if name:
        _refuse_bad_name(name, tables)
    choice = TableChoice(without_stand_downs, without_programmes, _day(as_of))
    fitted = [
        calibrate(find_table(path), name=name, choice=choice, fit_only=fit_only) for path in tables or shipped_tables()
    ]
    text = catalogue_text(fitted, site=site, launcher=launcher)
    if out:
        _write_new(out, text)
    if json_:
        print_json({"fits": [_plain(one) for one in fitted]})
    elif out:
        click.echo("\n".join(line for one in fitted for line in describe(one)))
        click.echo(f"Catalogue: {out}")
    else:
        click.echo(text, nl=False)


def _day(text: str | None) -> datetime.date | None:
    from sim.problems import InputError
    from sim.units import UnitError, parse_date

    if text is None:
        return None
    try:
        return parse_date(text).date()
    except UnitError as error:
        raise InputError(f"--as-of: {error.message}; {error.hint}") from error


def _refuse_bad_name(name: str, tables: tuple[Path, ...]) -> None:
    from sim.problems import InputError
    from sim.units import UnitError, parse_name

    if len(tables) != 1:
        raise InputError(f"--name {name} is for one table; give one")
    try:
        parse_name(name)
    except UnitError as error:
        raise InputError(f"--name: {error.message}; {error.hint}") from error


def _write_new(path: Path, text: str) -> None:
    from sim.problems import InputError

    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise InputError(f"{path}: it is there already; choose another name or remove it") from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _plain(one: Calibrated) -> dict[str, Any]:
    return {"name": one.name, "source": one.source, "kind": type(one.fit).__name__, "fit": _plain_fit(one)}


def _plain_fit(one: Calibrated) -> Any:
    from dataclasses import asdict

    from sim.calibration.class_fit import ClassCalibration, class_block

    return _finite(class_block(one.fit) if isinstance(one.fit, ClassCalibration) else asdict(one.fit))


def _finite(value: Any) -> Any:
    """Return plain values in which what is not a number is null, as JSON wants it."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
