"""The `sweep` block of a scenario, read: factors, design, cases and replications, or what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.chance import Distribution, Pert, Triangular, Uniform
from sim.problems import Code, InputError, Mark, Problem, ScenarioError, did_you_mean, plural
from sim.scenario.layers import Layered
from sim.scenario.text import Path, path_text, plain, read_text
from sim.scenario.writing import flow
from sim.study.design import DESIGNS, SALTELLI, SOBOL, TORNADO, VARIANTS, Choice, Factor, Range, count_cases

_KEYS = ("design", "cases", "replications", "levels", "seed", "variants", "vary")
_LAWS: Mapping[str, tuple[int, Callable[..., Distribution]]] = {
    "uniform": (2, Uniform),
    "triangular": (3, Triangular),
    "pert": (3, Pert),
}
_NUMBER = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(\s*[^\s0-9].*)?")
MOST_RUNS = 5_000_000
"""Cases x replications that start without being asked for: hours of a small scenario, days of a large one."""
_DEFAULT = {"cases": 64, "replications": 200, "levels": 5, "seed": 2035}


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a sweep is to do."""

    factors: tuple[Factor, ...]
    design: str
    cases: int
    """Points of the design; a grid and a tornado have as many as they have."""
    replications: int
    """Of each case."""
    levels: int
    seed: int

    @property
    def shape(self) -> str:
        """Say what decides which cases there are, but not how many: what a Sobol design may grow in."""
        grows = self.design in (SOBOL, SALTELLI, TORNADO)
        return f"{self.design} {'' if grows else self.cases} {self.levels} {self.factors!r}"

    @property
    def case_count(self) -> int:
        """Count the cases of the whole design."""
        return count_cases(self.factors, self.design, self.cases, levels=self.levels)

    @property
    def run_count(self) -> int:
        """Count the replications of all cases."""
        return self.case_count * self.replications

    @property
    def text(self) -> str:
        """Say how much it is: `grid over 2 factors: 9 cases x 100 replications = 900`."""
        over = f"{self.design} over {len(self.factors)} {plural(len(self.factors), 'factor')}"
        each = f"{self.replications:,} {plural(self.replications, 'replication')}"
        return f"{over}: {self.case_count:,} {plural(self.case_count, 'case')} x {each} = {self.run_count:,}"


def require_meant(plan: SweepPlan) -> None:
    """Refuse a plan of more than `MOST_RUNS` replications, which hardly anybody means.

    Raises:
        InputError: with the count and the ways out.
    """
    if plan.run_count > MOST_RUNS:
        raise InputError(
            f"sweep: {plan.text}, more than the {MOST_RUNS:,} that start unasked; give fewer values or levels, leave "
            "the factors of the file out with --only, take --design sobol with --cases, or say --yes"
        )


def read_plan(
    layered: Layered,
    *,
    vary: Sequence[str] = (),
    only: bool = False,
    design: str | None = None,
    cases: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> SweepPlan:
    """Read the block; what the command line says comes first, and `vary` adds or replaces factors (`path=values`).

    With `only`, the factors of the block are left out, its variants too.

    Raises:
        ScenarioError: with every problem, at its place.
    """
    reader = _Reader(layered)
    block = layered.values.get("sweep") or {}
    reader.require_known(block)
    factors = [] if only else reader.factors(block)
    for text in vary:
        factor = reader.factor_of_text(text)
        factors = [
            *(one for one in factors if factor is None or one.path != factor.path),
            *([factor] if factor else []),
        ]
    if not factors and not reader.problems:
        hint = "write `sweep: {vary: {a.dotted.path: [value, value]}}`, or say --vary a.dotted.path=[value,value]"
        reader.complain((), "the scenario has nothing to vary", hint, Code.MISSING_KEY)
    plan = SweepPlan(
        factors=tuple(factors),
        design=design or reader.word(block, "design", DESIGNS, SOBOL),
        cases=cases or reader.count(block, "cases"),
        replications=replications or reader.count(block, "replications"),
        levels=reader.count(block, "levels"),
        seed=reader.count(block, "seed") if seed is None else seed,
    )
    if reader.problems:
        raise ScenarioError(reader.problems)
    return plan


class _Reader:
    """Reads the block and collects what is wrong with it."""

    def __init__(self, layered: Layered) -> None:
        self.layered = layered
        self.problems: list[Problem] = []
        self.mark: Mark | None = None

    def complain(self, inner: Path, message: str, hint: str, code: Code = Code.VALUE) -> None:
        path: Path = ("sweep", *inner)
        mark = self.mark or self.layered.mark(path)
        self.problems.append(Problem(mark, path_text(path), code, "error", message, hint))

    def word(self, block: Mapping[str, Any], key: str, known: Sequence[str], default: str) -> str:
        value = block.get(key, default)
        if value not in known:
            hint = f"choose one of {', '.join(known)}"
            self.complain((key,), f"{value!r:.40} is no {key}", hint, Code.WRONG_CHOICE)
        return str(value)

    def count(self, block: Mapping[str, Any], key: str) -> int:
        value = block.get(key, _DEFAULT[key])
        if isinstance(value, bool) or not isinstance(value, int) or value < (key != "seed"):
            self.complain(
                (key,), f"a whole number above 0 is wanted, not {value!r:.40}", f"for example {_DEFAULT[key]}"
            )
            return 1
        return value

    def require_known(self, block: Mapping[str, Any]) -> None:
        for key in block:
            if key not in _KEYS:
                hint = did_you_mean(key, _KEYS) or f"known are {', '.join(_KEYS)}"
                self.complain((key,), "unknown key", hint, Code.UNKNOWN_KEY)

    def factors(self, block: Mapping[str, Any]) -> list[Factor]:
        found = [self._variants(block["variants"])] if "variants" in block else []
        vary = block.get("vary", {})
        if not isinstance(vary, dict):
            self.complain(
                ("vary",), "a mapping of dotted paths is wanted", "for example {launchers.a.scrub: [5 %, 20 %]}"
            )
            return []
        read = [self.factor(("vary", path), path, spec) for path, spec in vary.items()]
        return [factor for factor in [*found, *read] if factor is not None]

    def factor_of_text(self, text: str) -> Factor | None:
        """Read `path=values` of the command line."""
        self.mark = Mark(f"--vary {text[:100]}")
        path, equals, values = (part.strip() for part in text.partition("="))
        if not path or not equals or not values:
            self.complain((), "this is not path=values", "for example --vary launchers.a.scrub='[5 %, 20 %]'")
            return None
        node, problems = read_text(values, self.mark.file, "--vary", numbered=False)
        self.problems += [replace(problem, mark=self.mark) for problem in problems]
        found = None if node is None or problems else self.factor((), path, plain(node))
        self.mark = None
        return found

    def factor(self, inner: Path, path: str, spec: Any) -> Factor | None:
        if isinstance(spec, list) and spec:
            return Choice(path, tuple(flow(value) for value in spec))
        if isinstance(spec, dict) and len(spec) == 1:
            (law, points) = next(iter(spec.items()))
            if law in _LAWS and isinstance(points, list):
                return self._range(inner, path, law, points)
        hint = "give a list of values, or a range such as {uniform: [90 d, 240 d]}; triangular and pert are known too"
        self.complain(inner, "these are no values to vary over", hint)
        return None

    def _variants(self, value: Any) -> Factor | None:
        known = self.layered.variants
        if not isinstance(value, list) or not value:
            self.complain(
                ("variants",), "a list of variants is wanted", "for example [none, late]; none is the file as it is"
            )
            return None
        for item in value:
            for name in str(item).split("+"):
                if name != "none" and name not in known:
                    hint = did_you_mean(name, known) or f"known are none, {', '.join(known)}"
                    self.complain(("variants",), f"no variant {name!r:.40}", hint, Code.NO_SUCH_VARIANT)
        return Choice(VARIANTS, tuple(str(item) for item in value))

    def _range(self, inner: Path, path: str, law: str, points: list[Any]) -> Factor | None:
        wanted, make = _LAWS[law]
        found = [_NUMBER.fullmatch(str(point)) for point in points]
        parts = [(float(one[1]), " ".join((one[2] or "").split())) for one in found if one]
        if len(parts) != wanted or len(points) != wanted or len({unit for _, unit in parts}) != 1:
            hint = f"for example {{{law}: [{', '.join(('90 d', '120 d', '240 d')[-wanted:])}]}}"
            self.complain(inner, f"{law} wants {wanted} numbers of one and the same unit", hint)
            return None
        try:
            made = make(*(number for number, _ in parts))
        except ValueError as error:
            self.complain(inner, str(error), "write them in growing order", Code.DISTRIBUTION)
            return None
        unit = parts[0][1]
        return Range(path, made, f" {unit}" if unit else "")
