"""Quantities, dates and pictures on the command line: what the verbs of physics share."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.problems import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dashboards.card import Page
    from sim.physics.states import EphemerisTable

    Type = click.ParamType[float]
else:
    Type = click.ParamType  # older versions of click have no generic one

F = TypeVar("F", bound=Callable[..., Any])

_FACTORS = {"angle": 180.0 / math.pi, "duration": 24.0, "length": 1e-3}
"""From the units of `sim.units` to degrees, hours and kilometres."""


class Quantity(Type):
    """A number with its unit, with or without a blank between: degrees, hours or kilometres come out.

    A wrong unit is wrong input, like a wrong value in a scenario: InputError, exit code 1.
    """

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the value in the unit that physics takes; raises InputError that names the option."""
        if isinstance(value, float):
            return value
        from sim.units import UnitError, parse_quantity

        try:
            return round(parse_quantity(value, self.kind) * _FACTORS[self.kind], 9)
        except UnitError as error:
            hint = f"; {error.hint}" if error.hint else ""
            raise InputError(f"{_option(param)}: {error.message}{hint}") from None


class SpanType(Quantity):
    """One quantity, or the first and the last of a span: `96h`, `84h..108h`; both ends come out."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return both ends in the unit that physics takes; raises InputError that names the option."""
        if isinstance(value, tuple):
            return value
        first, _, last = str(value).partition("..")
        start = super().convert(first, param, ctx)
        end = super().convert(last, param, ctx) if last else start
        if end < start:
            raise InputError(f"{_option(param)}: the span {value} ends before it starts")
        return start, end


class Moment(Type):
    """A date or a date and time, TDB; its epoch in days since J2000 comes out."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the epoch; raises InputError that names the option."""
        if isinstance(value, float):
            return value
        from sim.physics.epochs import epoch_from_iso

        with physics_limits(_option(param)):
            return epoch_from_iso(value)


ANGLE = Quantity("angle", "angle")
LENGTH = Quantity("length", "length")
TIMES = SpanType("duration", "duration or span")
MOMENT = Moment()


def kernel_option(function: F) -> F:
    """Add `--kernel`, a better ephemeris."""
    return click.option(
        "--kernel",
        type=click.Path(path_type=Path),
        help="JPL ephemeris instead of astropy's built-in series: a .bsp file, or de421 of the extra `ephemeris`.",
    )(function)


def plot_option(what: str) -> Callable[[F], F]:
    """Add `--plot`."""
    return click.option(
        "--plot", type=click.Path(path_type=Path), metavar="FILE", help=f"Write {what} as an offline HTML page."
    )


@contextlib.contextmanager
def physics_limits(prefix: str = "") -> Iterator[None]:
    """Turn what physics refuses into wrong input."""
    from sim.physics.limits import PhysicsError

    try:
        yield
    except PhysicsError as error:
        raise InputError(f"{prefix}: {error}" if prefix else str(error)) from None


def open_ephemeris(kernel: Path | None) -> EphemerisTable:
    """Return the ephemeris; raises InputError when the kernel cannot be used."""
    from sim.physics.ephemeris import load_ephemeris

    with physics_limits("--kernel"):
        return load_ephemeris(kernel)


def require_order(first_d: float, last_d: float, first: str, last: str) -> None:
    """Refuse a span that ends before it starts; raises InputError."""
    if not last_d > first_d:
        raise InputError(f"{last} must be after {first}")


def hourly(first_d: float, last_d: float) -> npt.NDArray[np.float64]:
    """Return the epochs of a span at steps of an hour or a little less, both ends among them."""
    import numpy as np

    return np.linspace(first_d, last_d, max(2, math.ceil((last_d - first_d) * 24.0) + 1))


def save_picture(page: Page, path: Path) -> None:
    """Write a picture and say where on stderr; raises InputError when the file cannot be written."""
    from dashboards.picture import write_picture

    try:
        write_picture(page, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    click.echo(f"Picture: {path}", err=True)


def _option(param: click.Parameter | None) -> str:
    return param.opts[0] if param else "value"
