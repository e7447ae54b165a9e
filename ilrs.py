"""Say, with reasons, when the International Lunar Research Station will stand.

import ilrs

model = ilrs.load("ilrs-2035", variant="second-pad")
study = model.run(500)
print(study.goals)
study.plot.scurve("ilrs-basic").show()
print(study.why("ilrs-basic").causes)
"""

from __future__ import annotations

import importlib.util as _importing
import sys as _sys
from pathlib import Path as _Path


def _require_ours(name: str) -> None:
    """Refuse another package of the name of one of ours: it would be loaded in its place."""
    loaded = _sys.modules.get(name)
    spec = loaded.__spec__ if loaded is not None else _importing.find_spec(name)
    places = [] if spec is None else [*(spec.submodule_search_locations or ()), spec.origin or ""]
    ours = _Path(__file__).resolve().parent / name
    if not any(place and _Path(place).resolve() == ours for place in places):
        other = next((place for place in places if place), "nowhere")
        raise ImportError(
            f"ilrs needs its own package '{name}', and another one is in the way: {other}; rename it, or start Python "
            "in another folder"
        )


_require_ours("sim")
_require_ours("dashboards")

from sim import __version__
from sim.front import (
    ArgumentError,
    BestOrder,
    Comparison,
    InputError,
    Model,
    Optimisation,
    ScenarioError,
    Search,
    Study,
    Sweep,
    check,
    compare,
    load,
)
from sim.front import open_folder as open  # noqa: A004

__all__ = [
    "ArgumentError",
    "BestOrder",
    "Comparison",
    "InputError",
    "Model",
    "Optimisation",
    "ScenarioError",
    "Search",
    "Study",
    "Sweep",
    "__version__",
    "check",
    "compare",
    "load",
    "open",
]


def main() -> None:
    """Run the command line."""
    from sim.cli import main as run

    run()


if __name__ == "__main__":
    main()
