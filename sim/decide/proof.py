"""How far an answer is proven: its status, its value, the bound that nothing can pass, and what a solve may tell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

Status: TypeAlias = Literal["optimal", "feasible", "infeasible", "unknown"]
PROVEN_GAP: Final = 1e-6
"""Relative gap up to which a plan is called optimal."""
WORDS: Final[dict[Status, str]] = {
    "optimal": "proven best",
    "feasible": "best found, not proven",
    "infeasible": "no plan exists",
    "unknown": "no plan found in the time",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven of a least value; without a plan there is no objective."""

    status: Status
    objective: float | None
    bound: float | None
    """No plan has less; None when nothing is known."""
    seconds: float
    interrupted: bool = False
    """Whether the solve was stopped from outside, with the best so far."""

    @property
    def gap(self) -> float | None:
        """Return by how much of the objective a plan could be better at most; None when that is not known."""
        if self.objective is None or self.bound is None:
            return None
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)

    @property
    def text(self) -> str:
        """Return the status in words, with what could still be gained."""
        if self.status == "feasible":
            gap = self.gap
            return "best found, " + ("no bound known" if gap is None else f"at most {gap:.3g} of it better possible")
        return WORDS[self.status]

    def as_json(self) -> dict[str, object]:
        """Return the five words that every solve answers with."""
        return {
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class SolveProgress:
    """Where a solve stands."""

    seconds: float
    best: float | None
    bound: float | None
    objective: str = ""
    """What is to be least."""


Listener: TypeAlias = Callable[[SolveProgress], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a solve may take, by the clock and in the solver's own deterministic work."""

    seconds: float = 60.0
    work: float | None = None
    """Deterministic seconds of CP-SAT, or nodes of HiGHS; the same on every machine."""
    seed: int = 1
    workers: int = 1
    """With more than one the value is the same, but the plan may differ from run to run."""


DEFAULT: Final = Limits()


def status_of(objective: float | None, bound: float | None, *, infeasible: bool) -> Status:
    """Return the status: never `optimal` with a gap above `PROVEN_GAP`."""
    if infeasible:
        return "infeasible"
    if objective is None:
        return "unknown"
    gap = Proof("feasible", objective, bound, 0.0).gap
    return "optimal" if gap is not None and gap <= PROVEN_GAP else "feasible"


class SolveClock:
    """One time limit shared among several solves."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self._until = limits, time.monotonic() + limits.seconds

    def rest(self) -> Limits:
        """Return the limits of the next solve: what is left of the time."""
        return replace(self.limits, seconds=max(0.01, self._until - time.monotonic()))

    def share(self, part: float) -> Limits:
        """Return limits that leave the rest of what is left of the time to others."""
        rest = self.rest()
        return replace(rest, seconds=max(0.01, part * rest.seconds))
