"""Sense of random values: what is cut off must still mean what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from sim.chance import Distribution, Normal
from sim.problems import Code, Problem
from sim.scenario.draft import Draft
from sim.scenario.text import Path
from sim.units import KINDS, format_quantity

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


_HOLDERS: Final = (Distribution, BaseModel, dict, list)
"""What is or may hold a law; most values of a scenario do not."""


def laws(value: Any, path: Path) -> Iterator[tuple[Path, Distribution]]:
    """Return every distribution in a block with the path at which it is written."""
    if isinstance(value, Distribution):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, item in value.__dict__.items():
            if isinstance(item, _HOLDERS):
                yield from laws(item, (*path, type(value).model_fields[name].alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, _HOLDERS):
                yield from laws(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, _HOLDERS):
                yield from laws(item, (*path, index))


def _written(value: float, like: object) -> str:
    """Return a value in the kind of unit in which another one is written."""
    unit = str(like).lstrip("+-.0123456789eE").strip()
    kind = next((name for name, kind in KINDS.items() if unit in kind.units), "")
    return format_quantity(float(f"{value:.3g}"), kind) if kind else f"{value:.3g}"
