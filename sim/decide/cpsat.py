"""CP-SAT of OR-tools, asked in one way: seeded, limited, listened to, stopped by Ctrl-C with the best so far."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.decide.proof import Limits, Listener, Proof, SolveProgress, status_of
from sim.problems import InputError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_LOOK_S = 0.2
"""How often a waiting main thread looks for Ctrl-C."""


class MissingExtraError(InputError):
    """The extra that brings the solver is not installed."""


def cp() -> Any:
    """Return the module `ortools.sat.python.cp_model`.

    Raises:
        MissingExtraError: when the extra `optimise` is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        raise MissingExtraError("this needs OR-tools, which is not installed; pip install 'ilrs[optimise]'") from None
    return cp_model


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solve gave: the proof, and a value for each variable asked for (empty without a plan)."""

    proof: Proof
    values: tuple[int, ...]


def solve(
    model: cp_model.CpModel,
    objective: Any,
    wanted: Sequence[Any],
    limits: Limits,
    on_progress: Listener = lambda _: None,
    *,
    from_below: bool = False,
) -> Solved:
    """Minimise `objective`; return the proof and the values of `wanted` in the best plan found.

    `from_below` tries the least values first, which is quick where the bound lies near the best. Else one worker takes
    turns among all strategies of the solver, which is as reproducible as one alone; not where any plan will do.
    """
    module = cp()
    model.minimize(objective)
    solver = module.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    solver.parameters.max_time_in_seconds = limits.seconds
    solver.parameters.catch_sigint_signal = False  # its own handler aborts when the solve is not in the main thread
    if limits.work is not None:
        solver.parameters.max_deterministic_time = limits.work
    solver.parameters.use_objective_lb_search = from_below
    turns = limits.workers == 1 and not from_below and not isinstance(objective, int)
    solver.parameters.interleave_search = turns
    since = time.monotonic()
    teller = _Teller(since, on_progress)
    solver.best_bound_callback = teller.bound
    status, interrupted = _run(module, solver, model, teller)
    found = status in (module.OPTIMAL, module.FEASIBLE)
    value = float(solver.objective_value) if found else None
    if status == module.MODEL_INVALID:
        raise ValueError(f"the model is invalid: {model.validate()}")
    bound = _finite(solver.best_objective_bound) if found or status == module.UNKNOWN else None
    said = status_of(value, bound, infeasible=status == module.INFEASIBLE)
    if said == "optimal" and status != module.OPTIMAL:
        said = "feasible"
    proof = Proof(said, value, bound, time.monotonic() - since, interrupted)
    return Solved(proof, tuple(int(solver.value(one)) for one in wanted) if found else ())


def _run(module: Any, solver: Any, model: Any, teller: _Teller) -> tuple[int, bool]:
    """Solve in a thread, so that Ctrl-C reaches the main one; return the status and whether it was stopped."""
    callback = _callback(module, teller)
    answer: list[int] = []
    failed: list[BaseException] = []
    ended = threading.Event()

    def work() -> None:
        try:
            answer.append(solver.solve(model, callback))
        except BaseException as error:  # told to the thread that waits
            failed.append(error)
        finally:
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    interrupted = False
    while not ended.is_set():
        try:
            ended.wait(_LOOK_S)  # a thread whose join is interrupted is taken to have ended by Python 3.11
        except KeyboardInterrupt:
            interrupted = True
            solver.stop_search()
    if failed:
        raise failed[0]
    return answer[0], interrupted


class _Teller:
    """Tells a listener the best value and the bound as they change."""

    def __init__(self, since: float, listener: Listener) -> None:
        self.since, self.listener = since, listener
        self.best: float | None = None
        self.least: float | None = None

    def plan(self, value: float, bound: float) -> None:
        self.best, self.least = value, bound
        self._tell()

    def bound(self, value: float) -> None:
        self.least = value
        self._tell()

    def _tell(self) -> None:
        self.listener(SolveProgress(time.monotonic() - self.since, self.best, self.least))


def _callback(module: Any, teller: _Teller) -> Any:
    class _Told(module.CpSolverSolutionCallback):  # type: ignore[misc]  # the class comes with the extra
        def on_solution_callback(self) -> None:
            teller.plan(self.objective_value, self.best_objective_bound)

    return _Told()


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
