"""The front: everything a program, a notebook or the command line asks of this project, in a few nouns.

`load` a scenario as a `Model`; its `run` gives a `Study`, its `sweep` a `Sweep`, its `seek` a `Search`, its `optimise`
an `Optimisation` or a `BestOrder`, its `history` a `ForecastHistory`; `compare` puts studies side by side, and
`open_folder` reads what an earlier run left.
"""

from __future__ import annotations

from sim.front.arguments import ArgumentError
from sim.front.best_order import BestOrder
from sim.front.comparison import Comparison, compare
from sim.front.model import Model, load
from sim.front.optimisation import Optimisation
from sim.front.pages import check, draw, open_folder, open_run
from sim.front.study import Study
from sim.front.sweeps import Search, Sweep
from sim.problems import InputError, ScenarioError

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
    "check",
    "compare",
    "draw",
    "load",
    "open_folder",
    "open_run",
]
