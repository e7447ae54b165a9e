"""The words of the scenario language as tables: problems, distributions, units, shipped scenarios."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

Table = tuple[list[str], list[list[str]], list[dict[str, Any]]]


def _of(objects: list[dict[str, Any]]) -> Table:
    """Make a table of flat objects."""
    head = list(objects[0]) if objects else []
    return (
        head,
        [[", ".join(one[key]) if isinstance(one[key], list) else str(one[key]) for key in head] for one in objects],
        objects,
    )


def _problems() -> Table:
    from sim.problems import Code

    return _of([{"code": str(code), "meaning": code.meaning} for code in Code])


def _distributions() -> Table:
    from sim.scenario.known_distributions import DISTRIBUTIONS

    return _of(
        [
            {"law": name, "written": one.written, "meaning": one.meaning, "for": one.use}
            for name, one in DISTRIBUTIONS.items()
        ]
    )


def _units() -> Table:
    from sim.units import KINDS, format_quantity

    def bound(value: float, kind: str) -> str:
        return format_quantity(value, kind) if math.isfinite(value) else ""

    return _of(
        [
            {
                "quantity": name,
                "units": list(kind.units),
                "example": kind.example,
                "least": bound(kind.low, name),
                "most": bound(kind.high, name),
            }
            for name, kind in KINDS.items()
        ]
    )


def _scenarios() -> Table:
    from sim.scenario.tree import shipped_names

    objects = [_scenario(name) for name in shipped_names()]
    return (
        ["name", "about", "variants"],
        [[one["name"], one["about"], ", ".join(one["variants"])] for one in objects],
        objects,
    )


def _scenario(name: str) -> dict[str, Any]:
    """Tell of a shipped scenario what its own file says."""
    from sim.scenario.text import plain, read_text
    from sim.scenario.tree import shipped_folder

    root, _ = read_text((shipped_folder() / f"{name}.yaml").read_bytes(), name)
    said = plain(root) if root else {}
    parents = said.get("extends", [])
    return {
        "name": name,
        "extends": [parents] if isinstance(parents, str) else parents,
        "variants": list(said.get("variants", {})),
        "about": " ".join(str(said.get("about", "")).split()),
    }


TABLES: Final[Mapping[str, Callable[[], Table]]] = {
    "scenarios": _scenarios,
    "distributions": _distributions,
    "units": _units,
    "problems": _problems,
}
"""Tables that depend on no scenario."""
