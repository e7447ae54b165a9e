"""Where figures come from: every figure that ships names a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sim.problems import Code, Problem
from sim.scenario.layers import Layered, is_law
from sim.scenario.names import section
from sim.scenario.text import Path, path_text

_FIGURES: Final = (
    "activities", "elements", "launch_sites", "launchers", "legs", "living", "missions", "partners", "places",
    "priors", "risks", "slips", "spacecraft", "stations", "ground", "base",
)  # fmt: skip
_NO_FIGURE: Final = ("repeats", "number", "down", "ports", "jobs_at_once", "facilities")  # choices, not measurements


def check_sources(layered: Layered) -> Iterator[Problem]:
    """Figures that ship have a source, in their block or in one around it (warning)."""
    for name in _FIGURES:
        if name in layered.values:
            yield from _unsourced(layered, layered.values[name], (name,))


def _unsourced(layered: Layered, value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, dict) or "source" in value or is_law(value, path):
        return
    figures = [key for key, item in value.items() if _is_figure(item, (*path, key)) and _ships(layered, (*path, key))]
    told = [key for key in figures if key not in section(value, "sources")]
    if told:
        hint = "add source: to the block (source: estimate where nobody has published it)"
        message = f"no source for {', '.join(told[:5])}"
        yield Problem(layered.key_mark(path), path_text(path), Code.SOURCE_MISSING, "warning", message, hint)
        return
    for key, item in value.items():
        yield from _unsourced(layered, item, (*path, key))


def _is_figure(value: Any, path: Path) -> bool:
    if isinstance(value, dict):
        return is_law(value, path) and "source" not in value
    if isinstance(value, str):
        return value[:1] in "0123456789+-." and path[-1] not in ("about", "source")
    return isinstance(value, (int, float)) and not isinstance(value, bool) and path[-1] not in _NO_FIGURE


def _ships(layered: Layered, path: Path) -> bool:
    mark = layered.marks[path]
    return mark.file in layered.shipped
