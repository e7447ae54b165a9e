"""Levers: what could be changed in a plan and what it costs, and the packages they make, cheapest first.

```yaml
seek:
  goal: ilrs-basic
  confidence: 70 %
  levers:
    launchers.cz-10.production.every: {values: [120 d, 90 d], costs: [1.5, 4]}   # as it is: no cost
  variants: {second-pad: 2}                                                      # a variant, with its cost
```
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.problems import Code, Problem, ScenarioError, WrongValueError, did_you_mean
from sim.scenario.layers import Layered
from sim.scenario.text import Path, path_text
from sim.scenario.writing import flow
from sim.study.design import VARIANTS, Case
from sim.units import read_quantity

MOST_PACKAGES = 20_000
_KEYS = ("goal", "confidence", "levers", "variants")


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that can be left as it is, or set to one of some values, each with its cost."""

    path: str
    """Dotted path, or `variants`."""
    texts: tuple[str, ...]
    costs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """Some levers pulled, and what they cost together."""

    case: Case
    cost: float

    @property
    def text(self) -> str:
        """Say what is done."""
        return ", ".join([*self.case.variants, *self.case.sets]) or "the plan as it is"


@dataclass(frozen=True, slots=True)
class SeekPlan:
    """What is sought: the goal, the chance wanted, and the levers."""

    goal: str
    confidence: float
    levers: tuple[Lever, ...]


def read_levers(layered: Layered, *, goal: str | None = None, confidence: str | None = None) -> SeekPlan:
    """Read the block; what the command line says of goal and confidence comes first.

    Raises:
        ScenarioError: with every problem, at its place.
    """
    reader = _Reader(layered)
    plan = reader.read(layered.values.get("seek"), goal, confidence)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return plan


def packages_of(levers: Sequence[Lever]) -> list[Package]:
    """Give every package, the cheapest first; of two that cost the same, the one that pulls fewer levers.

    Raises:
        ValueError: if there are more than `MOST_PACKAGES`.
    """
    count = math.prod(len(lever.texts) + 1 for lever in levers)
    if count > MOST_PACKAGES:
        raise ValueError(f"the levers make {count} packages; {MOST_PACKAGES} are the most that can be tried")
    pulls = itertools.product(*(range(-1, len(lever.texts)) for lever in levers))
    made = [_package([(lever, pull) for lever, pull in zip(levers, one, strict=True) if pull >= 0]) for one in pulls]
    made.sort(key=lambda one: (one.cost, len(one.case.settings) + len(one.case.variants)))
    return [
        Package(Case(number, one.case.variants, one.case.settings), one.cost) for number, one in enumerate(made)
    ]  # fmt: skip


def _package(pulled: Sequence[tuple[Lever, int]]) -> Package:
    texts = [(lever.path, lever.texts[pull]) for lever, pull in pulled]
    variants = tuple(text for path, text in texts if path == VARIANTS)
    settings = tuple(pair for pair in texts if pair[0] != VARIANTS)
    return Package(Case(0, variants, settings), math.fsum(lever.costs[pull] for lever, pull in pulled))


class _Reader:
    def __init__(self, layered: Layered) -> None:
        self.layered = layered
        self.problems: list[Problem] = []

    def complain(self, inner: Path, message: str, hint: str, code: Code = Code.VALUE) -> None:
        path: Path = ("seek", *inner)
        self.problems.append(Problem(self.layered.mark(path), path_text(path), code, "error", message, hint))

    def read(self, block: Any, goal: str | None, confidence: str | None) -> SeekPlan:
        if not isinstance(block, dict):
            hint = "write `seek: {levers: {a.dotted.path: {values: [90 d], costs: [2]}}}`"
            self.complain((), "the scenario names no levers", hint, Code.MISSING_KEY)
            return SeekPlan("", 0.0, ())
        for key in block:
            if key not in _KEYS:
                self.complain((key,), "unknown key", did_you_mean(key, _KEYS), Code.UNKNOWN_KEY)
        levers = [*self._levers(block.get("levers", {})), *self._variants(block.get("variants", {}))]
        if not levers and not self.problems:
            self.complain((), "there are no levers", "give at least one lever or variant with its cost")
        name = self._goal(goal or block.get("goal"))
        return SeekPlan(name, self._confidence(name, confidence or block.get("confidence")), tuple(levers))

    def _goal(self, wanted: Any) -> str:
        known = self.layered.values.get("goals") or {}
        name = str(wanted) if wanted is not None else next(iter(known), "")
        if name not in known:
            hint = did_you_mean(name, known) or f"known are {', '.join(known)}"
            self.complain(("goal",), f"no goal '{name:.60}'", hint, Code.NO_SUCH_NAME)
        return name

    def _confidence(self, goal: str, wanted: Any) -> float:
        spec = (self.layered.values.get("goals") or {}).get(goal)
        stated = spec.get("confidence") if isinstance(spec, dict) else None
        try:
            share = read_quantity(wanted if wanted is not None else stated if stated is not None else "70 %", "share")
        except WrongValueError as error:
            self.complain(("confidence",), error.message, error.hint)
            return 0.5
        if not 0.0 < share < 1.0:
            self.complain(("confidence",), "a chance between 0 % and 100 % is wanted", "for example 70 %")
        return share

    def _levers(self, block: Any) -> list[Lever]:
        if not isinstance(block, dict):
            self.complain(("levers",), "a mapping of dotted paths is wanted", "each with values and costs")
            return []
        found = [self._lever(("levers", path), path, spec) for path, spec in block.items()]
        return [lever for lever in found if lever is not None]

    def _lever(self, inner: Path, path: str, spec: Any) -> Lever | None:
        values, costs = (spec.get(key) if isinstance(spec, dict) else None for key in ("values", "costs"))
        hint = "for example {values: [120 d, 90 d], costs: [1.5, 4]}"
        if (
            not isinstance(values, list)
            or not isinstance(costs, list)
            or not values
            or set(spec) != {"values", "costs"}
        ):
            self.complain(inner, "a lever has values and costs, a list each", hint)
            return None
        if len(values) != len(costs) or not all(_is_cost(cost) for cost in costs):
            self.complain(inner, "there is one cost for each value, a number that is not negative", hint)
            return None
        return Lever(path, tuple(flow(value) for value in values), tuple(float(cost) for cost in costs))

    def _variants(self, block: Any) -> list[Lever]:
        if not isinstance(block, dict) or not all(_is_cost(cost) for cost in block.values()):
            self.complain(("variants",), "variants with their cost are wanted", "for example {second-pad: 2}")
            return []
        for name in block:
            if name not in self.layered.variants:
                hint = did_you_mean(name, self.layered.variants) or "the scenario has no such variant"
                self.complain(("variants", name), "no such variant", hint, Code.NO_SUCH_VARIANT)
        return [Lever(VARIANTS, (name,), (float(cost),)) for name, cost in block.items()]


def _is_cost(value: Mapping[str, Any] | object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0.0 <= value < math.inf
