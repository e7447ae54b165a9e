"""A scenario under examination: its blocks, and the places of its values."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from sim.problems import Code, Problem, Severity
from sim.scenario.layered import Layered
from sim.scenario.names import check_references
from sim.scenario.schema import Scenario
from sim.scenario.text import Path, path_text

_MOST_PRUNINGS = 8


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


def without_wrong(layered: Layered, problems: Sequence[Problem]) -> Scenario | None:
    """Return the scenario without the blocks in which something is wrong; None if too little is left."""
    values = copy.deepcopy(layered.values)
    paths = {path_text(path): path for path in layered.marks}
    for problem in problems:
        path = paths.get(problem.path) or paths.get(problem.path.rpartition(".")[0], ())
        _remove(values, path if problem.code == Code.UNKNOWN_KEY else path[:2])
    for _ in range(_MOST_PRUNINGS):
        wrong = [paths.get(problem.path, ())[:2] for problem in check_references(replace(layered, values=values))]
        try:
            rest = Scenario.model_validate(values, strict=True)
        except ValidationError as error:
            wrong += [details["loc"][:1] for details in error.errors(include_url=False)]
        else:
            if not wrong:
                return rest
        for path in wrong:
            _remove(values, path)
    return None


def _remove(values: Any, path: Sequence[str | int]) -> None:
    for part in path[:-1]:
        if not isinstance(values, dict) or part not in values:
            return
        values = values[part]
    if path and isinstance(values, dict):
        values.pop(path[-1], None)
