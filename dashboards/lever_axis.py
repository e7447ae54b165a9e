"""A lever of a sweep: its dotted path, the values that were tried, and where each stands on an axis."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards import formats
from sim.study.responses import places_of

VARIANTS = "variants"
"""The lever of cases that differ in their variants."""
AS_IS = "as it is"
"""Value of a lever that a case leaves alone."""
_NUMBER = re.compile(r"^\s*([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(.*)$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_PLACES = 3
"""Digits of a value that a picture shows; tables and commands have all of them."""


@dataclass(frozen=True, slots=True)
class LeverAxis:
    """Something that a sweep varies, with the values that were tried, in order."""

    path: str
    values: tuple[str, ...]
    levels: tuple[float, ...]
    """Where each value stands on an axis: its number, its day, or its place in the list."""
    numeric: bool
    """Whether all are numbers of one unit, or all dates."""


def levers_of(cases: Sequence[Mapping[str, str]]) -> tuple[LeverAxis, ...]:
    """Return the levers of cases, each a mapping of path to value; one whose value never changes is left out."""
    paths = dict.fromkeys(path for case in cases for path in case)
    found = [_lever(path, dict.fromkeys(case.get(path, AS_IS) for case in cases)) for path in paths]
    return tuple(lever for lever in found if len(lever.values) > 1)


def _lever(path: str, texts: Iterable[str]) -> LeverAxis:
    """Order values by number where all are numbers of one unit or all dates; what is left as it is comes first."""
    values = list(texts)
    said = [text for text in values if text != AS_IS]
    measured = dict(zip(said, places_of(said) or (), strict=False))
    ordered = bool(measured) and len(set(measured.values())) == len(said)
    if ordered:
        values.sort(key=lambda text: measured.get(text, float("-inf")))
    numeric = ordered and AS_IS not in values
    places = [measured[text] if numeric else float(index) for index, text in enumerate(values)]
    return LeverAxis(path, tuple(values), tuple(places), numeric)


def name_path(path: str, values: Mapping[str, Any] | None = None) -> str:
    """Return what a dotted path of a scenario is called: the title of its block, then the words of its keys.

    >>> name_path("launchers.cz-10.production.every", {"launchers": {"cz-10": {"title": "Long March 10"}}})
    'Long March 10, production every'
    """
    group, *rest = path.split(".")
    if len(rest) < 2:
        return " ".join([group, *rest]).replace("_", " ")
    block = ((values or {}).get(group) or {}).get(rest[0])
    title = str(block.get("title") or rest[0]) if isinstance(block, dict) else rest[0]
    return f"{title}, {' '.join(rest[1:]).replace('_', ' ')}"


def short_path(path: str, length: int = 34, names: Mapping[str, str] | None = None) -> str:
    """Return what a lever is called in `names`, else by its path, within a length."""
    return formats.shorten((names or {}).get(path) or name_path(path), length)


def fold_path(path: str, width: int = 14, names: Mapping[str, str] | None = None) -> list[str]:
    """Return what a lever is called on lines of about `width` letters."""
    text = short_path(path, 80, names)
    lines = textwrap.wrap(text, width, break_long_words=False)
    return [formats.shorten(line, width) for line in lines]


def unit_of(lever: LeverAxis) -> str:
    """Return the unit of a lever whose values are numbers of one, else nothing; dates have none."""
    if any(_DATE.match(value) for value in lever.values):
        return ""
    units = {found[2].strip() for value in lever.values if (found := _NUMBER.match(value))}
    return units.pop() if lever.numeric and len(units) == 1 else ""


def show_value(value: str, length: int = 18) -> str:
    """Return a lever's value as a picture shows it: `227 d` for `226.899 d`, `Dec 2029` for a date."""
    if _DATE.match(value):
        date = datetime.date.fromisoformat(value)
        return formats.month_of(date.year, date.month)
    found = _NUMBER.match(value)
    if found and len(re.sub(r"\D", "", found[1]).lstrip("0")) > _PLACES and "." in found[1]:
        number = float(found[1])
        return formats.shorten(
            f"{number:.{_PLACES}g}{found[2]}" if abs(number) < 1000 else f"{number:.0f}{found[2]}", length
        )
    return formats.shorten(value, length)


def show_values(lever: LeverAxis) -> list[str]:
    """Return a lever's values as a picture shows them, in full where two would look the same."""
    shown = [show_value(value) for value in lever.values]
    return shown if len(set(shown)) == len(shown) else [formats.shorten(value, 18) for value in lever.values]
