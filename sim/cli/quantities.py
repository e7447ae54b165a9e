"""Quantities, dates, named places and pictures on the command line: what the verbs of physics share."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from sim.problems import InputError, did_you_mean

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


def save_picture(compose: Callable[[], Page], path: Path) -> None:
    """Write a picture, composed once for each language, and say where on stderr.

    Raises InputError when the file cannot be written.
    """
    from dashboards.picture import write_picture

    try:
        write_picture(compose, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    click.echo(f"Picture: {path}", err=True)


def _option(param: click.Parameter | None) -> str:
    return param.opts[0] if param else "value"


_SPELLINGS = {
    "bearlakes": "bear-lakes",
    "medvezhi-ozera": "bear-lakes",
    "medvezhyi-ozera": "bear-lakes",
    "hainan": "wenchang",
    "wenchang-commercial": "hainan-commercial",
    "kashgar": "kashi",
    "kaschgar": "kashi",
    "neuquén": "neuquen",
    "tyuratam": "baikonur",
    "usurijsk": "ussuriysk",
    "ussurijsk": "ussuriysk",
    "ussurisk": "ussuriysk",
    "vostochniy": "vostochny",
    "vostochnyi": "vostochny",
}


class NamedPlace(NamedTuple):
    """A named place on the Earth: degrees, longitude east."""

    name: str
    latitude_deg: float
    longitude_deg: float


class Orbit(NamedTuple):
    """A named orbit about the Moon: altitudes in km, inclination to the Moon's equator in degrees."""

    perilune_km: float
    apolune_km: float
    inclination_deg: float


def find_launch_site(name: str) -> NamedPlace:
    """Return a launch site by name; raises InputError naming the nearest or all known ones."""
    sites = _block("launchers.yaml", "launch_sites")
    key = _find(name, sites, "launch site")
    return _place(key, sites[key])


def find_station(name: str) -> NamedPlace:
    """Return a ground station by name or a common spelling of it; raises InputError naming those known."""
    stations = _block("network.yaml", "ground")["stations"]
    key = _find(name, stations, "ground station")
    return _place(key, stations[key])


def lunar_orbits() -> dict[str, Orbit]:
    """Return the lunar orbits of the catalogue by name."""
    places = _block("network.yaml", "places")
    return {name: _orbit(place) for name, place in places.items() if place["body"] == "moon" and "surface" not in place}


def _orbit(place: dict[str, Any]) -> Orbit:
    low, high = (place.get(key) or place["altitude"] for key in ("periapsis", "apoapsis"))
    return Orbit(_km(low), _km(high), _deg(place["inclination"]))


def _place(name: str, entry: dict[str, Any]) -> NamedPlace:
    return NamedPlace(name, _deg(entry["latitude"]), _deg(entry["longitude"]))


def _find(name: str, known: dict[str, Any], noun: str) -> str:
    said = "-".join(name.strip().lower().replace("_", " ").split())
    key = _SPELLINGS.get(said, said)
    if key in known:
        return key
    near = did_you_mean(said, [*known, *(word for word, meant in _SPELLINGS.items() if meant in known)])
    hint = f"{near} " if near else ""
    raise InputError(f"there is no {noun} '{name.strip()[:40]}'; {hint}known: {', '.join(sorted(known))}")


def _block(file: str, key: str) -> dict[str, Any]:
    from sim.scenario.text import plain, read_text
    from sim.scenario.tree import shipped_folder

    path = shipped_folder() / "catalogue" / file
    root, problems = read_text(path.read_bytes(), path.name)
    if root is None:
        raise RuntimeError(f"the shipped catalogue is damaged: {problems[0].text()}")
    block: dict[str, Any] = plain(root)[key]
    return block


def _deg(text: str) -> float:
    from sim.units import read_quantity

    return round(math.degrees(read_quantity(text, "angle")), 9)


def _km(text: str) -> float:
    from sim.units import read_quantity

    return read_quantity(text, "length") / 1e3
