"""A scenario under examination: its blocks, and the places of its values."""

from __future__ import annotations

from dataclasses import dataclass

from sim.problems import Code, Problem, Severity
from sim.scenario.layered import Layered
from sim.scenario.schema import Scenario
from sim.scenario.text import Path, path_text


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario of the right shape, with the places of its values."""

    scenario: Scenario
    layered: Layered

    def problem(
        self, path: Path, code: Code, message: str, hint: str, severity: Severity = "error", *, key: bool = False
    ) -> Problem:
        """Say what is wrong at a path."""
        mark = self.layered.key_mark(path) if key else self.layered.mark(path)
        return Problem(mark, path_text(path), code, severity, message, hint)
