"""Sense of values: figures that are off by a thousand, and distributions of which too much is cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any, Final, cast

from pydantic import BaseModel

from sim.chance import Distribution, Normal
from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.schema import Element, Spacecraft
from sim.scenario.text import Path
from sim.units import KINDS, format_quantity


@dataclass(frozen=True, slots=True)
class PlausibleRange:
    """What values at some places can be and usually are, in SI units; 0 says nothing and is always taken."""

    where: tuple[str, ...]
    """Keys from the top, `*` for any name and `#` for any item."""
    kind: str
    usual: tuple[float, float]
    possible: tuple[float, float]
    why: str


_KM: Final = 1e3
_T: Final = 1e3

RANGES: Final = (
    PlausibleRange(
        ("legs", "*", "burns", "#", "dv"),
        "speed",
        (0.001, 12e3),
        (0.0, 30e3),
        "a burn between the Earth and the Moon takes centimetres to 10 km a second",
    ),
    PlausibleRange(
        ("missions", "*", "sequence", "#", "dv"),
        "speed",
        (0.001, 12e3),
        (0.0, 30e3),
        "the way to a low orbit takes 9 to 10 km/s, every other burn less",
    ),
    PlausibleRange(
        ("spacecraft", "*", "stages", "*", "isp"),
        "specific impulse",
        (150.0, 1000.0),
        (20.0, 20e3),
        "chemical engines reach 200 to 470 s, nuclear ones 900 s, electric ones some thousand",
    ),
    PlausibleRange(
        ("launchers", "*", "upper_stage", "isp"),
        "specific impulse",
        (220.0, 500.0),
        (150.0, 1000.0),
        "upper stages reach 260 to 470 s",
    ),
    PlausibleRange(
        ("launchers", "*", "to", "*"),
        "mass",
        (10.0, 1000 * _T),
        (0.1, 3000 * _T),
        "launchers lift kilograms to some 150 t, and 500 t when refuelled in orbit",
    ),
    PlausibleRange(
        ("spacecraft", "*", "dry"), "mass", (1.0, 500 * _T), (0.001, 10_000 * _T), "spacecraft weigh 1 kg to 500 t"
    ),
    PlausibleRange(
        ("spacecraft", "*", "stages", "*", "propellant"),
        "mass",
        (0.1, 4000 * _T),
        (0.0, 20_000 * _T),
        "the largest stage that has flown holds 3,400 t",
    ),
    PlausibleRange(
        ("spacecraft", "*", "cargo"), "mass", (0.1, 300 * _T), (0.0, 3000 * _T), "spacecraft carry up to 150 t"
    ),
    PlausibleRange(
        ("elements", "*", "mass"), "mass", (1.0, 300 * _T), (0.001, 3000 * _T), "what one flight sets down is less"
    ),
    PlausibleRange(("stations", "*", "mass"), "mass", (10.0, 1000 * _T), (0.1, 10_000 * _T), "the ISS weighs 420 t"),
    PlausibleRange(
        ("missions", "*", "crew", "mass_each"),
        "mass",
        (40.0, 400.0),
        (10.0, 5 * _T),
        "a person with suit and belongings weighs 70 to 250 kg",
    ),
    PlausibleRange(
        ("living", "per_crew_day", "*"), "mass", (0.001, 50.0), (0.0, 1 * _T), "a person uses some kilograms a day"
    ),
    PlausibleRange(("living", "crew_shift"), "labour", (0.5, 16.0), (0.0, 24.0), "a day has 24 hours"),
    PlausibleRange(
        ("elements", "*", "demand"),
        "power",
        (1.0, 10e6),
        (0.0, 1e9),
        "what stands on the Moon takes watts to megawatts",
    ),
    PlausibleRange(
        ("elements", "*", "supply", "constant"), "power", (1.0, 10e6), (0.0, 1e9), "the largest plans are 1 to 10 MW"
    ),
    PlausibleRange(
        ("elements", "*", "supply", "solar"), "power", (1.0, 10e6), (0.0, 1e9), "the largest plans are 1 to 10 MW"
    ),
    PlausibleRange(
        ("places", "*", "mast"), "length", (0.1, 300.0), (0.0, 10 * _KM), "masts are metres to tens of metres high"
    ),
    PlausibleRange(
        ("spacecraft", "*", "stages", "*", "boil_off"),
        "rate",
        (1e-7, 0.2),
        (0.0, 1.0),
        "a tank loses less than it holds",
    ),
    PlausibleRange(
        ("stations", "*", "tank", "boil_off"), "rate", (1e-7, 0.2), (0.0, 1.0), "a tank loses less than it holds"
    ),
)


def check_magnitudes(case: Draft) -> Iterator[Problem]:
    """Figures lie where such figures lie: refused where nothing is like that, a warning where little is."""
    for one in RANGES:
        for path, value in _at(case.scenario, one.where, ()):
            low, high = one.possible
            if value == 0.0 or one.usual[0] <= value <= one.usual[1]:
                continue
            said = format_quantity(value, one.kind)
            if not low <= value <= high:
                message = f"{said} is beyond anything that flies: {one.why}"
                yield case.problem(path, Code.OUT_OF_RANGE, message, "check the unit")
            else:
                message = f"{said} is unusual: {one.why}"
                yield case.problem(path, Code.OUT_OF_RANGE, message, "check the unit", "warning")


def _at(value: Any, where: tuple[str, ...], path: Path) -> Iterator[tuple[Path, float]]:
    """Return the numbers at a pattern of keys, with their paths."""
    if not where:
        if isinstance(value, float | int):
            yield path, float(value)
        return
    key, rest = where[0], where[1:]
    if key == "*" and isinstance(value, dict):
        for name, item in value.items():
            yield from _at(item, rest, (*path, name))
    elif key == "#" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _at(item, rest, (*path, index))
    elif key not in "*#":
        yield from _at(getattr(value, key, None), rest, (*path, key))


MOST_PROPELLANT: Final = 0.97
"""Share of a spacecraft's mass; the leanest stages that have flown hold 0.95 with nothing on top.

Source: first stages of Falcon 9 and Atlas, about 0.95.
"""
LEAST_PROPELLANT: Final = 0.01
"""A tank that holds less of what it must move gives less than 30 m/s, enough for a few corrections at the most."""
MOST_W_KG: Final = 500.0
"""Watts for each kilogram of an element; the lightest solar wings give 150 to 200 W/kg without what they hang on."""
MOST_J_KG: Final = 2e3 * 3600.0
"""Joules in store for each kilogram; batteries hold 0.2 kWh/kg, fuel cells with their tanks about 1 kWh/kg."""


def check_proportions(case: Draft) -> Iterator[Problem]:
    """The figures of one machine are in proportion to each other (warning): tonnes beside kilograms are not."""
    for name, craft in case.scenario.spacecraft.items():
        yield from _tank_problems(case, name, craft)
    for name, element in case.scenario.elements.items():
        yield from _power_problems(case, name, element)


def _tank_problems(case: Draft, name: str, craft: Spacecraft) -> Iterator[Problem]:
    propellant_kg = sum(stage.propellant for stage in craft.stages.values())
    rest_kg = craft.dry + sum(stage.dry for stage in craft.stages.values())
    whole_kg = propellant_kg + rest_kg
    share = propellant_kg / whole_kg if whole_kg > 0.0 else 0.0
    if craft.stages and propellant_kg > 0.0 and not LEAST_PROPELLANT <= share <= MOST_PROPELLANT:
        message = f"{format_quantity(propellant_kg, 'mass')} of propellant in a spacecraft of"
        message += f" {format_quantity(rest_kg, 'mass')} is out of proportion"
        yield case.problem(
            ("spacecraft", name),
            Code.OUT_OF_RANGE,
            message,
            "check the units of dry and propellant",
            "warning",
            key=True,
        )


def _power_problems(case: Draft, name: str, element: Element) -> Iterator[Problem]:
    path: Path = ("elements", name)
    supply = element.supply
    found: list[tuple[Path, float, str, float]] = [((*path, "demand"), element.demand, "power", MOST_W_KG)]
    if supply is not None:
        found += [((*path, "supply", key), getattr(supply, key), "power", MOST_W_KG) for key in ("constant", "solar")]
        found.append(((*path, "supply", "storage"), supply.storage, "energy", MOST_J_KG))
    for at, value, kind, most in found:
        if value > most * max(element.mass, 1e-9) and value < inf:
            message = f"{format_quantity(value, kind)} is out of proportion to a mass of"
            message += f" {format_quantity(element.mass, 'mass')}"
            yield case.problem(at, Code.OUT_OF_RANGE, message, "check the units of both", "warning")


MOVED_SHARE: Final = 0.01
"""A mean that moves by more than this share of itself is worth a word."""
MOVED_SD: Final = 0.05
"""So is one that moves by more than this part of its spread: a share of 95 % moves little of itself."""


def check_bell_curves(case: Draft) -> Iterator[Problem]:
    """A normal law keeps its mean where it is cut off at the end of what can be (warning)."""
    for path, law in laws(case.scenario, ()):
        if not isinstance(law, Normal):
            continue
        moved = abs(law.mean - law.mu)
        if moved <= MOVED_SHARE * abs(law.mu) and moved <= MOVED_SD * law.sd:
            continue
        cut = [edge for edge in (law.low, law.high) if abs(edge - law.mu) <= _FARTHEST_SD * law.sd]
        said: Any = case.layered.values
        for part in (*path, "normal", "mean"):
            said = said[part]
        where = " and ".join(_written(edge, said) for edge in cut)
        message = f"this bell curve is cut off at {where}, which moves its mean from {_written(law.mu, said)}"
        message += f" to {_written(law.mean, said)}"
        hint = "take lognormal, pert or triangular, or a smaller sd"
        yield case.problem((*path, "normal"), Code.DISTRIBUTION, message, hint, "warning", key=True)


_FARTHEST_SD: Final = 9.0  # beyond, nothing of a normal law is left to cut off


def _is_holder(kind: type) -> bool:
    """Whether values of a type are laws or may hold some; most values of a scenario do not."""
    return issubclass(kind, (Distribution, BaseModel, dict, list))


_may_hold = cast("Callable[[type], bool]", cache(_is_holder))


def laws(value: Any, path: Path) -> Iterator[tuple[Path, Distribution]]:
    """Return every distribution in a block with the path at which it is written."""
    if isinstance(value, Distribution):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, item in value.__dict__.items():
            if _may_hold(type(item)):
                yield from laws(item, (*path, type(value).model_fields[name].alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            if _may_hold(type(item)):
                yield from laws(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if _may_hold(type(item)):
                yield from laws(item, (*path, index))


def _written(value: float, like: object) -> str:
    """Return a value in the kind of unit in which another one is written."""
    unit = str(like).lstrip("+-.0123456789eE").strip()
    kind = next((name for name, kind in KINDS.items() if unit in kind.units), "")
    return format_quantity(float(f"{value:.3g}"), kind) if kind else f"{value:.3g}"


CHECKS = (check_magnitudes, check_proportions, check_bell_curves)
