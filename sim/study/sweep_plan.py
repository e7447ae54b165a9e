"""The plan of a sweep: what the `sweep` block of a scenario and the command line say together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.clusters import blocks_of
from sim.analysis.estimates import probability_by, quantile, quantile_ranks
from sim.problems import Code, InputError, Mark, Problem, ScenarioError, WrongValueError, plural
from sim.sampling import LATIN_HYPERCUBE, STRATA
from sim.scenario.load import Loaded
from sim.scenario.paths import check_study_variants
from sim.scenario.schema import Listed, ParameterStudy, Spread, read_values, require_same_length
from sim.scenario.text import plain, read_text
from sim.scenario.writing import flow
from sim.study.design import AS_IT_IS, SALTELLI, SOBOL, TORNADO, VARIANTS, ZIP, Choice, Factor, Range, count_cases

MOST_RUNS = 5_000_000
"""Cases x replications that start without being asked for: hours of a small scenario, days of a large one."""


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
    sampling: str = LATIN_HYPERCUBE
    """How the replications of a case draw their numbers, of `sim.sampling.STRATA`."""

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


def require_meant_count(replications: int) -> None:
    """Refuse a run of more than `MOST_RUNS` replications, which hardly anybody means.

    Raises:
        InputError: with the ways out.
    """
    if replications > MOST_RUNS:
        raise InputError(
            f"run: {replications:,} replications, more than the {MOST_RUNS:,} that start unasked; give fewer with -n, "
            "or say --yes"
        )


def read_plan(
    loaded: Loaded,
    *,
    vary: Sequence[str] = (),
    only: bool = False,
    design: str | None = None,
    cases: int | None = None,
    replications: int | None = None,
    seed: int | None = None,
) -> SweepPlan:
    """Return the plan; what the command line says comes first, and `vary` adds or replaces factors (`path=values`).

    With `only`, the factors of the block are left out, its variants too.

    Raises:
        ScenarioError: with every `vary` that is wrong, or if there is nothing to vary.
    """
    block = loaded.scenario.sweep or ParameterStudy()
    factors = {} if only else {factor.path: factor for factor in _factors(block)}
    problems = [] if only else [one for one in check_study_variants(loaded.layered) if one.path.startswith("sweep")]
    for text in vary:
        factor = _factor_of_text(text)
        if isinstance(factor, Problem):
            problems.append(factor)
        else:
            factors.pop(factor.path, None)
            factors[factor.path] = factor
    if not factors and not problems:
        hint = "write `sweep: {vary: {a.dotted.path: [value, value]}}`, or say --vary a.dotted.path=[value,value]"
        mark = loaded.layered.mark(("sweep",))
        problems.append(Problem(mark, "sweep", Code.MISSING_KEY, "error", "the scenario has nothing to vary", hint))
    if (design or block.design) == ZIP and not problems:
        problems += _unequal(tuple(factors.values()))
    if problems:
        raise ScenarioError(problems)
    return SweepPlan(
        factors=tuple(factors.values()),
        design=design or block.design,
        cases=cases or block.cases,
        replications=replications or block.replications,
        levels=block.levels,
        seed=block.seed if seed is None else seed,
    )


def _unequal(factors: Sequence[Factor]) -> list[Problem]:
    """Return why factors cannot go together value by value, where they cannot."""
    read = {one.path: Listed(one.texts) if isinstance(one, Choice) else Spread(one.law, one.unit) for one in factors}
    try:
        require_same_length(read)
    except ValueError as error:
        return [Problem(None, "sweep", Code.VALUE, "error", str(error), "give each as many values")]
    return []


def paths_of_file(loaded: Loaded, plan: SweepPlan) -> list[str]:
    """Return the paths of the plan whose values are those of the file, and not of the command line."""
    written = _factors(loaded.scenario.sweep or ParameterStudy())
    return [factor.path for factor in plan.factors if factor in written]


def _factors(block: ParameterStudy) -> list[Factor]:
    chosen = [Choice(VARIANTS, tuple(block.variants))] if block.variants else []
    return [*chosen, *(_factor(path, values) for path, values in block.columns().items())]


def _factor(path: str, values: Listed | Spread) -> Factor:
    if isinstance(values, Listed):
        return Choice(path, tuple(AS_IT_IS if value is None else flow(value) for value in values.values))
    return Range(path, values.law, values.unit)


def _factor_of_text(text: str) -> Factor | Problem:
    """Read `path=values` of the command line."""
    mark = Mark(f"--vary {text[:100]}")
    path, equals, values = (part.strip() for part in text.partition("="))
    if not path or not equals or not values:
        hint = "for example --vary launchers.a.scrub='[5 %, 20 %]'"
        return Problem(mark, "", Code.SET_SYNTAX, "error", "this is not path=values", hint)
    node, problems = read_text(values, mark.file, "--vary", numbered=False)
    if node is None or problems:
        return replace(problems[0], mark=mark)
    try:
        return _factor(path, read_values(plain(node)))
    except WrongValueError as error:
        return Problem(mark, path, error.code, "error", error.message, error.hint)


# --- when enough is enough: a stop at the first fixed checkpoint at which a reported number is precise ----------------

CHECKPOINTS = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 1_024_000)
"""Replications after which the interval is looked at: doubling, so that looking often does not flatter it."""
MOST = 128_000
"""Replications after which a study stops anyway, unless it is told another number."""


@dataclass(frozen=True, slots=True)
class Precision:
    """A bound on how far either end of a 95 % interval may lie from its number.

    With `within_d` the number is the `share` quantile of the first goal's date; with `within` it is the chance of
    reaching that goal by its date. One of the two is None.
    """

    share: float = 0.8
    within_d: float | None = None
    within: float | None = None

    @property
    def text(self) -> str:
        """Say what is wanted."""
        if self.within is not None:
            return f"the chance to {100 * self.within:g} points"
        return f"P{100 * self.share:g} to {self.within_d:g} d"

    def met_by(self, dates_d: NDArray[np.float64], by_d: float, sampling: str) -> bool:
        """Tell whether dates, shape (n,), are enough; also when the quantile surely lies beyond the calendar."""
        blocks = blocks_of(dates_d.size, STRATA[sampling])
        if self.within is not None:
            chance = probability_by(dates_d, by_d, blocks=blocks)
            return max(chance.high - chance.value, chance.value - chance.low) <= self.within
        found = quantile(dates_d, self.share, blocks=blocks)
        if found.low is None:
            return (
                quantile_ranks(dates_d.size, self.share)[0] > 0
            )  # even the lower bound is not reached by the calendar's end
        if found.value is None or found.high is None or self.within_d is None:
            return False
        return max(found.high - found.value, found.value - found.low) <= self.within_d


def read_precision(text: str, share: float = 0.8) -> Precision:
    """Read `14d`, `2wk` or `2%` (points of probability).

    Raises:
        ValueError: if it is neither a time nor points, not above zero, or points from 100 up.
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(d|wk|%|points?)\s*", text)
    if found is None or float(found[1]) <= 0.0:
        raise ValueError(f"'{text:.40}' is neither a time such as 14d nor points of probability such as 2%")
    value = float(found[1])
    if found[2] in ("d", "wk"):
        return Precision(share, within_d=value * (7.0 if found[2] == "wk" else 1.0))
    if value >= 100.0:
        raise ValueError(f"'{text:.40}' is wider than any chance can be: say points below 100, such as 2%")
    return Precision(share, within=value / 100.0)


def checkpoints(most: int) -> tuple[int, ...]:
    """List the replications at which to look, the last being the most that may be spent."""
    return (*(count for count in CHECKPOINTS if count < most), most)
