"""The solver is asked for by name when it is missing, and stops with the best so far."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from sim.decide import cpsat
from sim.decide.proof import Limits, Proof, SolveProgress, status_of


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(cpsat.MissingExtraError, match=r"pip install 'ilrs\[optimise\]'"):
        cpsat.cp()


def knapsack() -> tuple[Any, Any, list[Any]]:
    """Return a model whose least value is -9: the best of items worth 5, 4 and 3 that weigh 4, 3 and 2 within 7."""
    model = cpsat.cp().CpModel()
    taken = [model.new_bool_var(name) for name in "abc"]
    model.add(4 * taken[0] + 3 * taken[1] + 2 * taken[2] <= 7)
    return model, -5 * taken[0] - 4 * taken[1] - 3 * taken[2], taken


def test_a_solve_gives_the_least_value_with_its_bound_and_the_plan() -> None:
    model, value, taken = knapsack()
    solved = cpsat.solve(model, value, taken, Limits())
    assert (solved.proof.status, solved.proof.objective, solved.proof.bound) == ("optimal", -9.0, -9.0)
    assert solved.values == (1, 1, 0)


INTERRUPTED = """
import os, signal, sys
from sim.decide import cpsat
from sim.decide.proof import Limits

model = cpsat.cp().CpModel()
queens = [model.new_int_var(0, 11, str(number)) for number in range(12)]
model.add_all_different(queens)
model.add_all_different(queen + number for number, queen in enumerate(queens))
pressed = []

def press(progress):
    if progress.best is not None and not pressed:
        pressed.append(True)
        os.kill(os.getpid(), signal.SIGINT)

products = []
for one, other in zip(queens, queens[1:]):
    product = model.new_int_var(0, 121, "")
    model.add_multiplication_equality(product, [one, other])
    products.append(product)
solved = cpsat.solve(model, sum(products), queens, Limits(60.0), press)
print(solved.proof.interrupted, len(solved.values), solved.proof.status)
"""


def test_ctrl_c_keeps_the_best_so_far() -> None:
    """A real signal, sent by the process to itself as soon as there is a plan."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    interrupted, values, status = done.stdout.split()
    assert (interrupted, values) == ("True", "12")
    assert status in ("optimal", "feasible")


def test_an_error_in_a_listener_reaches_the_caller() -> None:
    model, value, taken = knapsack()

    def breaks(_: SolveProgress) -> None:
        raise RuntimeError("the listener broke")

    with pytest.raises(RuntimeError, match="the listener broke"):
        cpsat.solve(model, value, taken, Limits(), breaks)


@pytest.mark.parametrize(
    ("objective", "bound", "status"),
    [(100.0, 100.0, "optimal"), (100.0, 99.0, "feasible"), (100.0, None, "feasible"), (None, 3.0, "unknown")],
)
def test_nothing_with_a_gap_is_called_optimal(objective: float | None, bound: float | None, status: str) -> None:
    assert status_of(objective, bound, infeasible=False) == status


def test_a_best_found_says_how_much_better_is_possible() -> None:
    assert "at most 0.01 of it better" in Proof("feasible", 100.0, 99.0, 1.0).text
